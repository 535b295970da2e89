"""Questions that a migration asks the database before it changes it."""

import sqlalchemy as sa
from alembic import op


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def has_column(table: str, column: str) -> bool:
    inspector = sa.inspect(op.get_bind())
    return inspector.has_table(table) and column in {found["name"] for found in inspector.get_columns(table)}
