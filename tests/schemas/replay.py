#!/usr/bin/env python3
"""Holds the schema that Lawbook replays from migrations against the one that they really leave behind.

    replay.py OURS.json THEIRS.json [--framework PREFIX ...] [--verbose]

OURS is what `lawbook schema show migrations --format json` prints, THEIRS what `inspector.py` (or SQLAlchemy's
inspector in the older shape, with `pk` and `fks`) saw after the migrations ran. What Lawbook says it does not know is
no mistake, but it is counted. Exit 1 on an invented table or column, or fewer than 99 % of the columns right.
"""

import argparse
import json
import re
import sys
from pathlib import Path

NEEDED = 99.0

FAMILIES = [
    ("integer", r"(BIG|SMALL|TINY|MEDIUM)?INT"),
    ("numeric", r"NUMERIC|DECIMAL"),
    ("float", r"FLOAT|REAL|DOUBLE"),
    ("boolean", r"BOOL"),
    ("text", r"N?VARCHAR|CHAR|BPCHAR|(TINY|MEDIUM|LONG)?TEXT|CLOB"),
    ("bytes", r"(TINY|MEDIUM|LONG)?BLOB|BYTEA|(VAR)?BINARY"),
    ("timestamp", r"DATETIME|TIMESTAMP"),
    ("date", r"DATE"),
    ("time", r"TIME"),
    ("json", r"JSON"),
    ("interval", r"INTERVAL"),
]


class Replaying:
    """What is right, wrong and unknown in a replayed schema."""

    def __init__(self, ours, theirs, framework=()):
        """`framework`: beginnings of the names of tables that no migration makes, but the application."""
        self.ours, self.theirs = ours, {name: uniform(table) for name, table in theirs["tables"].items()}
        self.framework = tuple(framework)
        for name in [name for name in self.theirs if name.endswith("alembic_version") or name == "sqlite_sequence"]:
            del self.theirs[name]
        self.unknown = ours.get("unknown") or []
        self.wrong, self.doubted = [], []
        self.tables = self.columns = self.right = self.invented = 0
        for name in sorted({*self.theirs, *ours["tables"]}):
            self.table(name)

    def doubt(self, part, table):
        """Why a part of a table, or of all, may be incomplete."""
        for found in self.unknown:
            if found.get("part") == part and found.get("table") in (None, table):
                return found["what"]
        return None

    def table(self, name):
        ours, theirs = self.ours["tables"].get(name), self.theirs.get(name)
        if theirs is None:
            self.invented += 1
            self.wrong.append(f"table {name} is invented")
            return
        self.tables += 1
        if ours is None:
            reason = self.doubt("tables", name)
            if name.startswith(self.framework):
                reason = reason or "the application makes it, and no migration"
            if reason:
                self.doubted.append(f"table {name}: {reason}")
            else:
                self.columns += len(theirs["columns"])
                self.wrong.append(f"table {name} is missing")
            return
        for column, found in theirs["columns"].items():
            self.column(name, column, ours["columns"].get(column), found)
        for column in ours["columns"]:
            if column not in theirs["columns"]:
                self.invented += 1
                self.wrong.append(f"column {name}.{column} is invented")
        for part in ("primary_key", "foreign_keys", "uniques"):
            self.objects(name, part, "constraints", ours[part], theirs[part])
        self.objects(name, "indexes", "indexes", ours["indexes"], theirs["indexes"])

    def column(self, table, name, ours, theirs):
        what = f"column {table}.{name}"
        if ours is None:
            reason = self.doubt("columns", table)
            if reason:
                self.doubted.append(f"{what}: {reason}")
            else:
                self.columns += 1
                self.wrong.append(f"{what} is missing")
            return
        if ours["type"] is None or ours["nullable"] is None:
            self.doubted.append(f"{what}: its type or nullability is not known")
            return
        self.columns += 1
        mine, real = ((family(side["type"]), side["nullable"]) for side in (ours, theirs))
        if mine == real:
            self.right += 1
        else:
            self.wrong.append(f"{what}: replayed {ours['type']} {null(mine)}, really {theirs['type']} {null(real)}")

    def objects(self, table, part, doubt, ours, theirs):
        """Compares by columns and targets; names that only one side has do not matter."""
        mine, real = ([key(part, one) for one in side] for side in (ours or [], theirs or []))
        for one in [one for one in mine if one not in real]:
            self.wrong.append(f"{part} of {table}: {one} is replayed")
        for one in [one for one in real if one not in mine]:
            reason = self.doubt(doubt, table)
            (self.doubted if reason else self.wrong).append(f"{part} of {table}: {one} is missing")

    @property
    def percent(self):
        return 100.0 * self.right / self.columns if self.columns else 100.0

    @property
    def passes(self):
        return self.invented == 0 and self.percent >= NEEDED

    def summary(self):
        return (
            f"{self.tables} tables, {self.right} of {self.columns} columns right ({self.percent:.2f} %), "
            f"{self.invented} invented, {len(self.doubted)} not known, {len(self.wrong)} wrong"
        )


def uniform(table):
    """The shape that `lawbook schema show` has."""
    if "pk" not in table:
        return table
    keys = [
        {
            "columns": key["columns"],
            "table": key["ref_table"],
            "references": key["ref_columns"],
            "on_delete": key["ondelete"],
        }
        for key in table["fks"]
    ]
    return {**table, "primary_key": table["pk"], "foreign_keys": keys}


def key(part, one):
    if part == "foreign_keys":
        return (tuple(one["columns"]), one["table"], tuple(one["references"]), one["on_delete"])
    if part == "indexes":
        # Expressions are spelled in many ways.
        columns = tuple(column if re.fullmatch(r"\w+", str(column)) else "..." for column in one["columns"])
        return (one["name"], columns, bool(one["unique"]))
    return tuple(one["columns"]) if part == "uniques" else one


def family(ty):
    word = (ty or "NULL").upper()
    if word.endswith("[]"):
        return f"{family(word[:-2])}[]"
    return next((name for name, pattern in FAMILIES if re.match(pattern, word)), word)


def null(side):
    return "null" if side[1] else "not null"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("--framework", nargs="*", default=(), help="beginnings of tables that no migration makes")
    parser.add_argument("--verbose", action="store_true", help="what is not known, too")
    given = parser.parse_args()
    ours, theirs = (json.loads(Path(path).read_text("utf-8")) for path in (given.ours, given.theirs))
    replaying = Replaying(ours, theirs, given.framework)
    for line in replaying.wrong:
        print(f"WRONG: {line}")
    for line in replaying.doubted if given.verbose else ():
        print(f"not known: {line}")
    print(replaying.summary())
    return 0 if replaying.passes else 1


if __name__ == "__main__":
    sys.exit(main())
