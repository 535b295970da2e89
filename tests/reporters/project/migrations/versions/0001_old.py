"""old"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# MARK excused


def upgrade():
    op.add_column("deals", sa.Column("c0001", sa.Integer()))


def downgrade():
    op.drop_column("deals", "c0001")
