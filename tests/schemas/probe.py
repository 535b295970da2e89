#!/usr/bin/env python3
"""Runs in a project's own Python: migrates a database by Alembic, prints what its models are and what Alembic finds.

    probe.py SPEC.json OUT.json

The project's env.py is not run: an environment of our own treats all projects alike. SPEC is an entry of `projects.py`
with `url`, `work` and `site` beside. OUT: {"metadata": as of `models.py`, "alembic": [records], "versions": {...}}.
A record is [kind, direction, table, ...]: what `drift.py` compares.
"""

import importlib
import json
import logging
import os
import sys
import warnings
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)


def main():
    spec = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    models = importlib.import_module("models")
    # Our own files must not hide modules of the project.
    sys.path[:] = [path for path in sys.path if path != HERE]
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    names = {"url": spec["url"], "work": spec["work"], "__name__": "project"}
    exec(spec.get("setup") or "", names)
    exec(spec["metadata"], names)
    given = names["md"] if isinstance(names["md"], list) else [names["md"]]
    import alembic
    import sqlalchemy as sa

    engine = names["engine"] = sa.create_engine(spec["url"], poolclass=sa.pool.NullPool)
    exec(spec.get("before") or "", names)
    if spec.get("migrations"):
        migrate(spec, engine, given)
    else:
        for metadata in given:
            metadata.create_all(engine)
    found = {
        "metadata": models.metadata_of(given),
        "alembic": [record for item in drift(engine, given) for record in records(item)],
        "versions": {"sqlalchemy": sa.__version__, "alembic": alembic.__version__},
    }
    Path(sys.argv[2]).write_text(json.dumps(found, indent=1, default=str), "utf-8")
    sys.stdout.flush()
    # Some projects leave threads behind that do not end.
    os._exit(0)


def migrate(spec, engine, metadata):
    import sqlalchemy as sa
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    site = Path(spec["site"])
    config.set_main_option("script_location", str(site / spec["migrations"]))
    config.set_main_option("sqlalchemy.url", spec["url"].replace("%", "%%"))
    if spec.get("versions"):
        versions = spec["versions"].format(dialect=engine.dialect.name)
        config.set_main_option("version_locations", str(site / versions))
    script = ScriptDirectory.from_config(config)

    def drive(connection):
        def upgrade(revision, _context):
            return script._upgrade_revs("heads", revision)

        with EnvironmentContext(config, script, fn=upgrade, destination_rev="heads") as environment:
            environment.configure(connection=connection, target_metadata=metadata[0], transaction_per_migration=True)
            with environment.begin_transaction():
                environment.run_migrations()

    if spec.get("driver") and engine.dialect.name == "postgresql":
        import asyncio

        from sqlalchemy.ext.asyncio import create_async_engine

        async def drive_async():
            driven = create_async_engine(spec["url"].replace("psycopg2", spec["driver"]), poolclass=sa.pool.NullPool)
            async with driven.connect() as connection:
                await connection.run_sync(drive)
                await connection.commit()
            await driven.dispose()

        asyncio.run(drive_async())
        return
    with engine.connect() as connection:
        drive(connection)
        # SQLAlchemy 1.4 commits by itself.
        if hasattr(connection, "commit"):
            connection.commit()


def drift(engine, metadata):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    target = metadata if len(metadata) > 1 else metadata[0]
    with engine.connect() as connection:
        options = {"compare_type": True, "target_metadata": target}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, target)


def records(item):
    """Returns what `compare_metadata` says, in plain words; changes of one column come as a list."""
    if isinstance(item, list):
        return [record for part in item for record in records(part)]
    action, *rest = item
    verb, _, what = action.partition("_")
    direction = {"add": "missing", "remove": "extra", "modify": "changed"}.get(verb)
    if action in ("add_table", "remove_table"):
        return [["table", direction, full(rest[0])]]
    if action in ("add_column", "remove_column"):
        return [["column", direction, full(rest[1], rest[0]), rest[2].name]]
    if verb == "modify":
        schema, table, column, _, there, wanted = rest
        return [[what, direction, full(table, schema), column, str(wanted), str(there)]]
    if action in ("add_index", "remove_index"):
        index = rest[0]
        columns = [getattr(part, "name", None) or str(part) for part in index.expressions]
        return [["index", direction, full(index.table), index.name, columns, bool(index.unique)]]
    if action in ("add_constraint", "remove_constraint"):
        key = rest[0]
        columns = [column.name for column in key.columns]
        return [["unique", direction, full(key.table), key.name and str(key.name), columns]]
    if action in ("add_fk", "remove_fk"):
        key = rest[0]
        target = [element._get_colspec() for element in key.elements]
        columns = [element.parent.name for element in key.elements]
        actions = [key.ondelete, key.onupdate]
        return [["foreign_key", direction, full(key.parent), columns, target[0].rsplit(".", 1)[0], actions]]
    return [[action, direction, *[str(part) for part in rest]]]


def full(table, schema=None):
    schema = getattr(table, "schema", schema)
    name = getattr(table, "name", table)
    return f"{schema}.{name}" if schema else str(name)


if __name__ == "__main__":
    main()
