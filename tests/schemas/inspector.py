#!/usr/bin/env python3
"""Prints how SQLAlchemy's inspector sees a database, in the shape of `lawbook schema show --format json`.

    inspector.py URL [--name NAME] [--schema SCHEMA ...]

Needs SQLAlchemy 2 and the driver that the URL names. `compare.py` holds two such files against each other.
"""

import argparse
import json
import sys
import warnings

import sqlalchemy as sa


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--name", default="database")
    parser.add_argument("--schema", action="append", help="beside the default schema")
    arguments = parser.parse_args()
    # What the inspector passes over is what a comparison is about.
    warnings.simplefilter("ignore", sa.exc.SAWarning)
    engine = sa.create_engine(arguments.url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        schema = inspect(connection, arguments.name, [None, *(arguments.schema or [])])
    json.dump(schema, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def inspect(connection, name, schemas):
    inspector = sa.inspect(connection)
    dialect = connection.dialect
    found = {
        "version": 1,
        "name": name,
        "origin": "database",
        # MariaDB has a dialect of its own name.
        "dialect": "mysql" if dialect.name == "mariadb" else dialect.name,
        "tables": {},
        "enums": {},
        "views": {},
        "unknown": [],
    }
    for schema in schemas:
        hidden = shadows(connection) if schema is None else set()
        for table in inspector.get_table_names(schema=schema):
            if table not in hidden:
                found["tables"][qualified(schema, table)] = read_table(inspector, dialect, table, schema)
        materialized = []
        if hasattr(inspector, "get_materialized_view_names") and dialect.name == "postgresql":
            materialized = inspector.get_materialized_view_names(schema=schema)
        for view in sorted({*inspector.get_view_names(schema=schema), *materialized}):
            try:
                columns = [column["name"] for column in inspector.get_columns(view, schema=schema)]
            except sa.exc.DBAPIError:
                columns = []
            found["views"][qualified(schema, view)] = {
                "schema": schema,
                "materialized": view in materialized,
                "columns": columns,
                "definition": inspector.get_view_definition(view, schema=schema),
            }
        if dialect.name == "postgresql":
            for enum in inspector.get_enums(schema=schema):
                found["enums"][qualified(schema, enum["name"])] = list(enum["labels"])
    return found


def shadows(connection):
    """Tables that belong to virtual tables. SQLAlchemy lists them like any other."""
    if connection.dialect.name != "sqlite":
        return set()
    rows = connection.exec_driver_sql("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")
    return {row[0] for row in rows}


def qualified(schema, name):
    return name if schema is None else f"{schema}.{name}"


def read_table(inspector, dialect, table, schema):
    columns = {}
    for position, column in enumerate(inspector.get_columns(table, schema=schema), 1):
        columns[column["name"]] = {
            "type": type_name(column["type"], dialect),
            "nullable": bool(column["nullable"]),
            "default": None if column.get("default") is None else str(column["default"]),
            "position": position,
        }
        if column.get("computed"):
            stored = column["computed"].get("persisted")
            columns[column["name"]]["generated"] = {"expression": column["computed"]["sqltext"], "stored": bool(stored)}
    key = inspector.get_pk_constraint(table, schema=schema)
    uniques = [
        {"name": unique["name"], "columns": unique["column_names"]}
        for unique in inspector.get_unique_constraints(table, schema=schema)
    ]
    found = {
        "schema": schema,
        "columns": columns,
        "primary_key": key.get("constrained_columns") or [],
        "foreign_keys": [read_foreign_key(foreign) for foreign in inspector.get_foreign_keys(table, schema=schema)],
        "uniques": uniques,
        "indexes": read_indexes(inspector, dialect, table, schema, uniques),
        "checks": [],
    }
    if key.get("name"):
        found["primary_key_name"] = key["name"]
    try:
        checks = inspector.get_check_constraints(table, schema=schema)
        found["checks"] = [{"name": check["name"], "sql": check["sqltext"]} for check in checks]
    except NotImplementedError:
        pass
    return found


def read_foreign_key(foreign):
    options = foreign.get("options") or {}
    found = {
        "name": foreign["name"],
        "columns": foreign["constrained_columns"],
        "table": qualified(foreign["referred_schema"], foreign["referred_table"]),
        "references": foreign["referred_columns"],
        "on_delete": action(options.get("ondelete")),
        "on_update": action(options.get("onupdate")),
    }
    if options.get("deferrable"):
        found["deferrable"] = True
    if (options.get("initially") or "").upper() == "DEFERRED":
        found["initially_deferred"] = True
    return found


def action(word):
    """The default is no action at all."""
    return None if word is None or word.upper() == "NO ACTION" else word.upper()


def read_indexes(inspector, dialect, table, schema, uniques):
    found = []
    constraints = {unique["name"] for unique in uniques}
    for index in inspector.get_indexes(table, schema=schema):
        # An index that only backs a unique constraint.
        if index.get("duplicates_constraint") or index.get("unique") and index["name"] in constraints:
            continue
        options = index.get("dialect_options") or {}
        where = options.get(f"{dialect.name}_where")
        included = index.get("include_columns") or options.get(f"{dialect.name}_include") or []
        columns = index["column_names"]
        read = {
            "name": index["name"],
            "columns": columns[: len(columns) - len(included)] if columns[-len(included) :] == included else columns,
            "unique": bool(index.get("unique")),
            "where": None if where is None else str(where),
        }
        if None in columns and index.get("expressions"):
            read["expressions"] = list(index["expressions"])
        if included:
            read["include"] = list(included)
        # MySQL writes FULLTEXT and SPATIAL before the word INDEX.
        method = options.get(f"{dialect.name}_using") or options.get(f"{dialect.name}_prefix")
        if method and method != "btree":
            read["method"] = method.lower()
        found.append(read)
    return found


def type_name(type_, dialect):
    """The type in SQLAlchemy's words, without collation and character set."""
    if isinstance(type_, sa.types.NullType):
        return "NULL"
    bare = type_.copy() if hasattr(type_, "copy") else type_
    inner = bare
    while inner is not None:
        for name in ("collation", "charset"):
            if getattr(inner, name, None):
                setattr(inner, name, None)
        inner = getattr(inner, "item_type", None)
    try:
        return bare.compile(dialect=dialect)
    except sa.exc.CompileError:
        return str(bare)


if __name__ == "__main__":
    main()
