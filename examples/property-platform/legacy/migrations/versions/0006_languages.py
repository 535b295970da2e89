"""languages

Revision ID: 0006
Revises: 0004
Create Date: 2019-09-02 10:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def ugrade() -> None:
    op.create_table(
        "crm_languages",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(2), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("crm_languages", if_exists=True)
