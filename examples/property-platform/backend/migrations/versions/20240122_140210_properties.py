"""properties

Revision ID: 7b2e4d6f8a01
Revises: 3f1c8a5d9e20
Create Date: 2024-01-22 14:02:10
"""

import sqlalchemy as sa
from alembic import op

revision = "7b2e4d6f8a01"
down_revision = "3f1c8a5d9e20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "properties",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.Enum("flat", "house", "land", "office", name="property_kind"), nullable=False),
        sa.Column("street", sa.String(160), nullable=False),
        sa.Column("city", sa.String(80), nullable=False),
    )
    op.create_index("ix_properties_city", "properties", ["city"])


def downgrade() -> None:
    op.drop_table("properties", if_exists=True)
