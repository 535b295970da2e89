"""tag colours

Revision ID: 0010
Revises: 0009
Create Date: 2020-01-14 10:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_tag_colours",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("colour", sa.String(7), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("crm_tag_colours", if_exists=True)
