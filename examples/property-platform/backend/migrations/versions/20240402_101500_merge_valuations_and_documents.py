"""merge valuations and documents

Revision ID: 1b5d6e7f8a9c
Revises: f03b4c5d6e7a, 0a4c5d6e7f8b
Create Date: 2024-04-02 10:15:00
"""

revision = "1b5d6e7f8a9c"
down_revision = ("f03b4c5d6e7a", "0a4c5d6e7f8b")
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
