"""deal parties

Revision ID: d81f2a3b4c5e
Revises: c4d5e6f70812
Create Date: 2024-02-19 16:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.migrations.guards import has_column, is_postgresql

revision = "d81f2a3b4c5e"
down_revision = "c4d5e6f70812"
branch_labels = None
depends_on = None

ROLES = ("buyer", "seller", "agent")
party_role = postgresql.ENUM(*ROLES, name="party_role", create_type=False)


def upgrade() -> None:
    if is_postgresql():
        party_role.create(op.get_bind(), checkfirst=True)
    role = sa.Enum(*ROLES, name="party_role").with_variant(party_role, "postgresql")
    op.create_table(
        "deal_parties",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("deal_id", sa.Integer(), sa.ForeignKey("deals.id", name="fk_deal_parties_deal"), nullable=False),
        sa.Column("role", role, nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
    )
    op.create_index("ix_deal_parties_deal_id", "deal_parties", ["deal_id"])
    op.add_column("users", sa.Column("usual_role", role))


def downgrade() -> None:
    if has_column("users", "usual_role"):
        op.drop_column("users", "usual_role")
    op.drop_table("deal_parties", if_exists=True)
    party_role.drop(op.get_bind(), checkfirst=True)
