"""contact preferences

Revision ID: 0007_contacts_have_a_preferred_language
Revises: 0006
Create Date: 2019-09-03 10:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_contacts_have_a_preferred_language"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_preferences",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("language", sa.String(2)),
    )


def downgrade() -> None:
    op.drop_table("crm_preferences", if_exists=True)
