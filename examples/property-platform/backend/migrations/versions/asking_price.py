"""asking price

Revision ID: 2c6e7f8a9b0d
Revises: 1b5d6e7f8a9c
Create Date: 2024-04-22 17:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "2c6e7f8a9b0d"
down_revision = "1b5d6e7f8a9c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("properties", sa.Column("asking_price", sa.Numeric(12, 2)))


def downgrade() -> None:
    pass
