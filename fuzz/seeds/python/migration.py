"""Add deals.

Revision ID: 1a2b3c4d5e6f
Revises: 0a0b0c0d0e0f, 111111111111
Create Date: 2026-01-02 03:04:05.678901
"""
from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Enum as SQLEnum
from sqlalchemy.dialects import postgresql

revision: str = "1a2b3c4d5e6f"
down_revision: Union[str, Sequence[str], None] = ("0a0b0c0d0e0f", "111111111111")
branch_labels = ("deals",)
depends_on = None

STATUS_ENUM = sa.Enum("open", "closed", name="status", create_type=False)  # lawbook: allow alembic/enum-variable -- old


def upgrade() -> None:
    op.create_table(
        "deals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("status", SQLEnum("a", "b", name=f"status_{revision}"), nullable=False),
        *[sa.Column(name, sa.String(length=10)) for name in ("x", "y")],
        **{"schema": "fin"},
    )
    with op.batch_alter_table("deals", schema=None) as batch:
        batch.add_column(sa.Column("z", postgresql.ENUM("q", name="q")))
    op.execute(f"UPDATE deals SET z = '{revision}' WHERE id = %s" % (1,))


def downgrade():
    if sa.inspect(op.get_bind()).has_table("deals"):
        op.drop_table("deals")
    raise NotImplementedError
