"""When an invoice is due

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    # To be filled in for old invoices, and tightened then.
    op.add_column("invoices", sa.Column("due_on", sa.Date(), nullable=True))


def downgrade():
    op.drop_column("invoices", "due_on")
