"""valuations

Revision ID: f03b4c5d6e7a
Revises: e92a3b4c5d6f
Create Date: 2024-03-18 11:30:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "f03b4c5d6e7a"
down_revision = "e92a3b4c5d6f"
branch_labels = None
depends_on = None

KINDS = ("flat", "house", "land", "office")
# The migration "properties" created the type.
property_kind = postgresql.ENUM(*KINDS, name="property_kind", create_type=False)


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="property_kind").with_variant(property_kind, "postgresql")
    op.create_table(
        "valuations",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("property_id", sa.Integer(), sa.ForeignKey("properties.id", name="fk_valuations_property"), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False),
        sa.Column("valued_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_valuations_property_id", "valuations", ["property_id"])


def downgrade() -> None:
    op.drop_table("valuations", if_exists=True)
