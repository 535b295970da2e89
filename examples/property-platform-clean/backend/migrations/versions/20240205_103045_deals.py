"""deals

Revision ID: c4d5e6f70812
Revises: 7b2e4d6f8a01
Create Date: 2024-02-05 10:30:45
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.migrations.guards import is_postgresql

revision = "c4d5e6f70812"
down_revision = "7b2e4d6f8a01"
branch_labels = None
depends_on = None

STAGES = ("lead", "offer", "reserved", "notary", "closed")
deal_stage = postgresql.ENUM(*STAGES, name="deal_stage", create_type=False)


def upgrade() -> None:
    if is_postgresql():
        deal_stage.create(op.get_bind(), checkfirst=True)
    stage = sa.Enum(*STAGES, name="deal_stage").with_variant(deal_stage, "postgresql")
    op.create_table(
        "deals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("property_id", sa.Integer(), sa.ForeignKey("properties.id", name="fk_deals_property"), nullable=False),
        sa.Column("agent_id", sa.Integer(), sa.ForeignKey("users.id", name="fk_deals_agent"), nullable=False),
        sa.Column("stage", stage, server_default="lead", nullable=False),
        sa.Column("price", sa.Numeric(12, 2), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index("ix_deals_property_id", "deals", ["property_id"])
    op.create_index("ix_deals_agent_id", "deals", ["agent_id"])


def downgrade() -> None:
    op.drop_table("deals", if_exists=True)
    deal_stage.drop(op.get_bind(), checkfirst=True)
