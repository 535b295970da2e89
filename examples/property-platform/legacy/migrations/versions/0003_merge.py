"""merge

Revision ID: 0003
Revises: 0001, 0002
Create Date: 2019-03-07 10:00:00
"""

revision = "0003"
down_revision = ("0001", "0002")
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
