"""Deals have a status"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("deals", sa.Column("status", sa.String(20), nullable=True))


def downgrade():
    op.drop_column("deals", "status", if_exists=True)
