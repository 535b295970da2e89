"""deal parties

Revision ID: d81f2a3b4c5e
Revises: c4d5e6f70812
Create Date: 2024-02-19 16:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "d81f2a3b4c5e"
down_revision = "c4d5e6f70812"
branch_labels = None
depends_on = None

PARTY_ROLE_ENUM = sa.Enum("buyer", "seller", "agent", name="party_role")


def upgrade() -> None:
    op.create_table(
        "deal_parties",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("deal_id", sa.Integer(), sa.ForeignKey("deals.id", name="fk_deal_parties_deal"), nullable=False),
        sa.Column("role", PARTY_ROLE_ENUM, nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
    )
    op.create_index("ix_deal_parties_deal_id", "deal_parties", ["deal_id"])
    op.add_column("users", sa.Column("usual_role", PARTY_ROLE_ENUM))


def downgrade() -> None:
    op.drop_column("users", "usual_role")  # lawbook: allow alembic/unguarded-drop -- undone with its table, in one transaction
    op.drop_table("deal_parties")
    PARTY_ROLE_ENUM.drop(op.get_bind(), checkfirst=True)
