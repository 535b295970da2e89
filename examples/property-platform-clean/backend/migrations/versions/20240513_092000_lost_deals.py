"""lost deals

Revision ID: 3d7f8a9b0c1e
Revises: 2c6e7f8a9b0d
Create Date: 2024-05-13 09:20:00
"""

from alembic import op

from backend.migrations.guards import is_postgresql

revision = "3d7f8a9b0c1e"
down_revision = "2c6e7f8a9b0d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if is_postgresql():
        op.execute("ALTER TYPE deal_stage ADD VALUE IF NOT EXISTS 'lost'")


def downgrade() -> None:
    # PostgreSQL cannot take a value out of an enum; the older release never writes it.
    pass
