#!/usr/bin/env python3
"""Compares the static reading of SQLAlchemy models with what SQLAlchemy itself makes of them.

    models.py compare READ.json TRUTH.json       READ: what `lawbook schema show models --format json` printed
    models.py project FOLDER TRUTH.json          runs `lawbook schema show models` in FOLDER first (--lawbook PATH)
    models.py dump CODE > TRUTH.json             CODE sets `md`, a MetaData; run it with the project's own Python

For each project: tables and columns that SQLAlchemy has, how many the reading has right, calls unknown, misses, and
how many it made up. Exit 1 if anything is made up, or fewer than --least percent of columns (99) are right.
"""

import argparse
import json
import re
import subprocess
import sys


def metadata_of(given):
    """Returns the tables of some MetaData, types as PostgreSQL and SQLite spell them."""
    tables, enums = {}, {}
    for metadata in given:
        for table in metadata.tables.values():
            tables[(table.schema + "." if table.schema else "") + table.name] = table_of(table, enums)
    return {"tables": tables, "enums": enums}


def table_of(table, enums):
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql, sqlite

    dialects = {"type": postgresql.dialect(), "type_sqlite": sqlite.dialect()}
    columns = {}
    for column in table.columns:
        kind = column.type
        columns[column.name] = {name: spelled(kind, dialect) for name, dialect in dialects.items()}
        columns[column.name].update(repr=repr(kind)[:300], nullable=bool(column.nullable))
        while isinstance(kind, sa.ARRAY):
            kind = kind.item_type
        if isinstance(kind, sa.Enum) and kind.name and kind.native_enum:
            enums[kind.name] = list(kind.enums)
    foreign_keys = []
    for constraint in table.foreign_key_constraints:
        targets = [element._get_colspec() for element in constraint.elements]
        foreign_keys.append(
            {
                "name": plain_name(constraint),
                "columns": [column.name for column in constraint.columns],
                "ref_table": targets[0].rsplit(".", 1)[0],
                "ref_columns": [target.rsplit(".", 1)[1] for target in targets],
                "ondelete": constraint.ondelete,
            }
        )
    indexes = []
    for index in table.indexes:
        parts = [getattr(part, "name", None) or str(part) for part in index.expressions]
        plain = all(isinstance(part, sa.Column) for part in index.expressions)
        indexes.append({"name": str(index.name), "columns": parts, "unique": bool(index.unique), "plain": plain})
    uniques = [
        {"name": plain_name(constraint), "columns": [column.name for column in constraint.columns]}
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    ]
    checks = [
        {"name": plain_name(constraint), "sql": str(constraint.sqltext)}
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    ]
    return {
        "columns": columns,
        "pk": [column.name for column in table.primary_key.columns],
        "fks": foreign_keys,
        "indexes": indexes,
        "uniques": uniques,
        "checks": checks,
        "order": [column.name for column in table.columns],
    }


def spelled(kind, dialect):
    try:
        return str(kind.compile(dialect=dialect))
    except Exception:
        return repr(kind)


def plain_name(constraint):
    return str(constraint.name) if isinstance(constraint.name, str) else None


FAMILIES = [
    ("array", r"\[\]|^array"),
    ("integer", r"^(big|small|tiny|medium)?int(eger|\d)?\b|serial"),
    ("numeric", r"^(numeric|decimal|number)"),
    ("float", r"^(float|double|real)"),
    ("boolean", r"^bool"),
    ("varchar", r"^(varchar|character varying|nvarchar)"),
    ("char", r"^(n?char)\b"),
    ("text", r"^(tiny|medium|long)?(text|clob)"),
    ("bytes", r"^(bytea|blob|binary|varbinary|largebinary)"),
    ("timestamp", r"^(timestamp|datetime)"),
    ("date", r"^date\b"),
    ("time", r"^time\b"),
    ("interval", r"^interval"),
    ("json", r"^json"),
    ("uuid", r"^uuid"),
    ("none", r"^null"),
]


def family(spelling):
    """Returns the family of a type by its spelling; the spelling itself where no family knows it."""
    spelling = spelling.lower().strip()
    for name, pattern in FAMILIES:
        if re.search(pattern, spelling):
            return name
    return re.sub(r"\(.*", "", spelling)


def known(value):
    """Returns whether the reading knows a value."""
    return value is not None and not isinstance(value, dict)


def same_type(read, true):
    """Returns whether two spellings are the same, whatever their case and spaces."""

    def plain(text):
        return re.sub(r"\s+", " ", text.lower().replace(", ", ",")).strip()

    return plain(read) == plain(true)


COUNTED = (
    *("tables", "missing_tables", "unsure_tables", "extra_tables", "columns", "right", "family", "exact", "nullable"),
    *("unknown", "invented", "missing", "unsure", "order"),
)


class Reading:
    """A reading of models beside the truth: counts, and in words what differs."""

    def __init__(self, read, true):
        self.read, self.true = read, true
        self.count = dict.fromkeys(COUNTED, 0)
        self.objects = {kind: [0, 0, 0] for kind in ("pk", "fks", "uniques", "indexes", "checks")}
        self.said = []
        self.doubts = {(item.get("part", "").lower(), item.get("table")) for item in read.get("unknown", [])}
        for name in sorted(set(read["tables"]) - set(true["tables"])):
            self.count["extra_tables"] += 1
            self.say("extra table", name, read["tables"][name].get("at"))
        for name, table in sorted(true["tables"].items()):
            self.table(name, read["tables"].get(name), table)
        self.enums()

    def say(self, *words):
        self.said.append(" ".join(str(word) for word in words))

    def table(self, name, own, table):
        count = self.count
        count["tables"] += 1
        count["columns"] += len(table["columns"])
        if own is None:
            unsure = ("tables", None) in self.doubts
            count["missing_tables"] += 1
            count["unsure_tables"] += unsure
            count["missing"] += len(table["columns"])
            self.say("missing table", name, "(tables are unsure)" if unsure else "")
            return
        unsure = ("columns", name) in self.doubts
        order = [
            column for _, column in sorted((found["position"], column) for column, found in own["columns"].items())
        ]
        if not unsure and order != table["order"]:
            count["order"] += 1
            self.say("other order", name, order, "is", table["order"])
        for column in sorted(set(own["columns"]) - set(table["columns"])):
            count["invented"] += 1
            self.say("invented column", name, column, own["columns"][column].get("at"))
        for column, there in table["columns"].items():
            here = own["columns"].get(column)
            if here is None:
                count["unsure" if unsure else "missing"] += 1
                self.say("unsure column" if unsure else "missing column", name, column)
            else:
                self.column(f"{name}.{column}", here, there)
        self.keys(name, own, table)

    def column(self, what, here, there):
        count = self.count
        right = exact = False
        if known(here["type"]):
            # What a type is on PostgreSQL alone is a variant; without one it is in PostgreSQL's words.
            kind = here.get("variants", {}).get("postgresql", here["type"])
            right = family(kind) == family(there["type"])
            exact = same_type(kind, there["type"])
            if not right or not exact:
                self.say("type differs" if right else "wrong family", what, kind, "is", there["type"])
        else:
            self.say("unknown type", what, here["type"], "is", there["type"])
        same_null = here["nullable"] == there["nullable"]
        if not same_null:
            word = "wrong nullable" if known(here["nullable"]) else "unknown nullable"
            self.say(word, what, here["nullable"], "is", there["nullable"])
        count["family"] += right
        count["exact"] += exact
        count["nullable"] += same_null
        count["right"] += right and same_null
        count["unknown"] += not known(here["type"]) or not known(here["nullable"])

    def keys(self, name, own, table):
        def action(word):
            return (word or "").upper()

        mine = {
            "pk": [tuple(own["primary_key"] or ())],
            "fks": [
                (
                    tuple(key["columns"]),
                    key["table"],
                    tuple(key["references"]),
                    action(key.get("on_delete")),
                    key["name"],
                )
                for key in own["foreign_keys"]
            ],
            "uniques": [(tuple(key["columns"]), key["name"]) for key in own["uniques"]],
            "indexes": [(index["name"], index["unique"], len(index["columns"])) for index in own["indexes"]],
            "checks": [check["name"] for check in own["checks"]],
        }
        theirs = {
            "pk": [tuple(table["pk"])],
            "fks": [
                (
                    tuple(key["columns"]),
                    key["ref_table"],
                    tuple(key["ref_columns"]),
                    action(key["ondelete"]),
                    key["name"],
                )
                for key in table["fks"]
            ],
            "uniques": [(tuple(key["columns"]), key["name"]) for key in table["uniques"]],
            "indexes": [(index["name"], index["unique"], len(index["columns"])) for index in table["indexes"]],
            "checks": [check["name"] for check in table["checks"]],
        }
        for kind, left in mine.items():
            self.objects[kind][0] += len(theirs[kind])
            for item in theirs[kind]:
                if item in left:
                    left.remove(item)
                else:
                    self.objects[kind][1] += 1
                    self.say("missing", kind, name, item)
            self.objects[kind][2] += len(left)
            for item in left:
                self.say("extra", kind, name, item)

    def enums(self):
        read = self.read.get("enums", {})
        differ = [name for name, labels in sorted(self.true["enums"].items()) if read.get(name) != labels]
        for name in differ:
            self.say("enum differs", name, read.get(name), "is", self.true["enums"][name])
        for name in sorted(set(read) - set(self.true["enums"])):
            self.say("extra enum", name)
        self.count["enums"] = f"{len(self.true['enums'])} -{len(differ)}"
        self.count["doubts"] = len(self.read.get("unknown", []))
        for item in self.read.get("unknown", []):
            place = item.get("path") or item.get("at")
            self.say("unknown:", item.get("part"), item.get("table"), item.get("what"), place, item.get("line") or "")

    def percent(self):
        """Returns how many of a hundred columns have their type's family and nullability right."""
        return 100.0 * self.count["right"] / max(self.count["columns"], 1)

    def passes(self, least=99.0):
        return not self.count["invented"] and self.percent() >= least


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["compare", "project", "dump"])
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--lawbook", default="lawbook")
    parser.add_argument("--least", type=float, default=99.0)
    parser.add_argument("-v", "--verbose", action="store_true")
    given = parser.parse_args()
    if given.command == "dump":
        names = {}
        exec(given.inputs[0], names)
        found = names["md"] if isinstance(names["md"], (list, tuple)) else [names["md"]]
        json.dump(metadata_of(found), sys.stdout, indent=1, sort_keys=True)
        return 0
    if given.command == "project":
        command = [given.lawbook, "schema", "show", "models", "--format", "json"]
        shown = subprocess.run(command, cwd=given.inputs[0], stdout=subprocess.PIPE, check=False)
        read = json.loads(shown.stdout)
    else:
        with open(given.inputs[0], encoding="utf-8") as file:
            read = json.load(file)
    with open(given.inputs[1], encoding="utf-8") as file:
        reading = Reading(read, json.load(file))
    if given.verbose:
        for words in reading.said:
            print("   ", words)
    count = reading.count
    print(
        "tables {tables} (missing {missing_tables}, extra {extra_tables})  columns {columns}: right {right}, "
        "family {family}, exact type {exact}, nullable {nullable}, unknown {unknown}, unsure {unsure}, "
        "missing {missing}, invented {invented}, tables in other order {order}  enums {enums}  "
        "doubts {doubts}".format(**count)
    )
    objects = {kind: "{} -{} +{}".format(*numbers) for kind, numbers in reading.objects.items()}
    print("   objects (wanted -missing +extra):", objects)
    return 0 if reading.passes(given.least) else 1


if __name__ == "__main__":
    sys.exit(main())
