"""Runs the migrations of the old CRM against LEGACY_DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import create_engine, pool

url = os.environ.get("LEGACY_DATABASE_URL") or context.config.get_main_option("sqlalchemy.url")


def run_offline() -> None:
    context.configure(url=url, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
