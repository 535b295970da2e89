"""documents

Revision ID: 0a4c5d6e7f8b
Revises: e92a3b4c5d6f
Create Date: 2024-03-19 09:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0a4c5d6e7f8b"
down_revision = "e92a3b4c5d6f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("deal_id", sa.Integer(), sa.ForeignKey("deals.id", name="fk_documents_deal"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_documents_deal_id", "documents", ["deal_id"])


def downgrade() -> None:
    op.drop_table("documents", if_exists=True)
