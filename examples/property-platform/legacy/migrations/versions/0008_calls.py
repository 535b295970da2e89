"""calls

Revision ID: 0008
Revises: 0070
Create Date: 2019-11-11 10:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_calls",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("crm_calls", if_exists=True)
