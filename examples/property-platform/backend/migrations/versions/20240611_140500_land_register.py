"""land register

Revision ID: 4e8a9b0c1d2f
Revises: 3d7f8a9b0c1e
Create Date: 2024-06-11 14:05:00
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations.guards import has_column, is_postgresql

revision = "4e8a9b0c1d2f"
down_revision = "3d7f8a9b0c1e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("properties", sa.Column("land_register_no", sa.String(40)))
    if is_postgresql():
        op.create_unique_constraint(None, "properties", ["land_register_no"])
    else:
        op.create_index("land_register_unique", "properties", ["land_register_no"], unique=True)


def downgrade() -> None:
    op.drop_index("land_register_unique", table_name="properties", if_exists=True)
    if has_column("properties", "land_register_no"):
        op.drop_column("properties", "land_register_no")
