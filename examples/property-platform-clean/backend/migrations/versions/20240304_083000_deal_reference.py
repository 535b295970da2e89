"""deal reference

Revision ID: e92a3b4c5d6f
Revises: d81f2a3b4c5e
Create Date: 2024-03-04 08:30:00
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations.guards import has_column

revision = "e92a3b4c5d6f"
down_revision = "d81f2a3b4c5e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deals", sa.Column("reference", sa.String(20)))
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT deals.id, city FROM deals JOIN properties ON properties.id = property_id"))
    for row in rows.all():
        reference = f"{row.city[:3].upper()}-{row.id:06}"
        bind.execute(sa.text("UPDATE deals SET reference = :reference WHERE id = :id"), {"reference": reference, "id": row.id})
    with op.batch_alter_table("deals") as batch_op:
        batch_op.create_unique_constraint("uq_deals_reference", ["reference"])


def downgrade() -> None:
    if has_column("deals", "reference"):
        with op.batch_alter_table("deals") as batch_op:
            batch_op.drop_constraint("uq_deals_reference", type_="unique")
            batch_op.drop_column("reference")
