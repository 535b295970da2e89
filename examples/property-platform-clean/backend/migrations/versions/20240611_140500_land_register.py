"""land register

Revision ID: 4e8a9b0c1d2f
Revises: 3d7f8a9b0c1e
Create Date: 2024-06-11 14:05:00
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations.guards import has_column

revision = "4e8a9b0c1d2f"
down_revision = "3d7f8a9b0c1e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("properties") as batch_op:
        batch_op.add_column(sa.Column("land_register_no", sa.String(40)))
        batch_op.create_unique_constraint("uq_properties_land_register_no", ["land_register_no"])


def downgrade() -> None:
    if has_column("properties", "land_register_no"):
        with op.batch_alter_table("properties") as batch_op:
            batch_op.drop_constraint("uq_properties_land_register_no", type_="unique")
            batch_op.drop_column("land_register_no")
