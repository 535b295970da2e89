"""offices and users

Revision ID: 3f1c8a5d9e20
Revises:
Create Date: 2024-01-08 09:15:00
"""

import sqlalchemy as sa
from alembic import op

revision = "3f1c8a5d9e20"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("city", sa.String(80), nullable=False),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("office_id", sa.Integer(), sa.ForeignKey("offices.id", name="fk_users_office"), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_index("ix_users_office_id", "users", ["office_id"])


def downgrade() -> None:
    op.drop_table("users", if_exists=True)
    op.drop_table("offices", if_exists=True)
