#!/usr/bin/env python3
"""Compares two schemas, object by object: ours first, then what `inspector.py` printed.

    compare.py OURS.json THEIRS.json [--defaults] [--quiet]

Prints each difference, those that have a reason with it. Exit 1 when one has none.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("--defaults", action="store_true", help="defaults too, as they are spelled")
    parser.add_argument("--quiet", action="store_true", help="only the counts")
    arguments = parser.parse_args()
    ours, theirs = (json.loads(Path(path).read_text("utf-8")) for path in (arguments.ours, arguments.theirs))
    comparison = Comparison(ours, theirs, arguments.defaults)
    comparison.run()
    unexplained = 0
    for what, left, right, reason in comparison.differences:
        unexplained += reason is None
        if not arguments.quiet:
            mark = f"explained ({reason})" if reason else "DIFFERENT"
            sides = [json.dumps(side, ensure_ascii=False) for side in (left, right)]
            print(f"{mark}: {what}: ours {sides[0]}, theirs {sides[1]}")
    counts = ", ".join(f"{count} {what}" for what, count in sorted(comparison.compared.items()))
    print(f"{counts}: {len(comparison.differences)} differences, {unexplained} without a reason")
    return 1 if unexplained else 0


# The words for types that SQLAlchemy knows on SQLite; of any other it keeps the affinity.
SQLITE_WORDS = {
    *("BIGINT", "BLOB", "BOOL", "BOOLEAN", "CHAR", "DATE", "DATETIME", "DECIMAL", "DOUBLE", "DOUBLE_PRECISION"),
    *("FLOAT", "INT", "INTEGER", "JSON", "NUMERIC", "NVARCHAR", "REAL", "SMALLINT", "TEXT", "TIME", "TIMESTAMP"),
    "VARCHAR",
}


class Comparison:
    def __init__(self, ours, theirs, defaults):
        self.ours, self.theirs, self.defaults = ours, theirs, defaults
        self.dialect = ours.get("dialect")
        self.compared = Counter()
        self.differences = []
        self.partitions = {name for table in ours["tables"].values() for name in table.get("partitions") or ()}

    def note(self, what, left, right, reason=None):
        self.differences.append((what, left, right, reason))

    def equal(self, what, left, right, reason=None):
        if left != right:
            self.note(what, left, right, reason)

    def run(self):
        for name, left, right in self.pairs("tables", "table"):
            self.table(name, left, right)
        for name, left, right in self.pairs("enums", "enum"):
            self.equal(f"labels of enum {name}", left, right)
        for name, left, right in self.pairs("views", "view"):
            self.equal(f"columns of view {name}", left["columns"], right["columns"])
            self.equal(f"materialized view {name}", left["materialized"], right["materialized"])

    def pairs(self, part, word):
        left, right = self.ours[part], self.theirs[part]
        for name in sorted({*left, *right}):
            if name in left and name in right:
                self.compared[part] += 1
                yield name, left[name], right[name]
            else:
                self.note(f"{word} {name}", name in left, name in right, self.missing_reason(name, left))

    def missing_reason(self, name, left):
        if self.dialect == "postgresql" and name in self.partitions:
            return "SQLAlchemy lists partitions as tables of their own"
        if self.dialect == "postgresql" and name in left and left[name].get("foreign"):
            return "SQLAlchemy does not list foreign tables as tables"
        return None

    def table(self, table, left, right):
        if self.dialect == "mysql":
            # SQLAlchemy leaves back ticks doubled, as SHOW CREATE TABLE writes them.
            right = json.loads(json.dumps(right).replace("``", "`"))
            left, right = self.without_prefixes(table, left, right)
        self.equal(f"columns of {table}", list(left["columns"]), list(right["columns"]))
        for name in left["columns"]:
            if name in right["columns"]:
                self.compared["columns"] += 1
                self.column(f"{table}.{name}", left, name, left["columns"][name], right["columns"][name])
        self.equal(f"primary key of {table}", left["primary_key"], right["primary_key"])
        names = [side.get("primary_key_name") for side in (left, right)]
        reason = "SQLAlchemy does not find the name in the text" if self.dialect == "sqlite" and not names[1] else None
        self.equal(f"name of the primary key of {table}", *names, reason)
        self.objects(table, "foreign_keys", left, right, foreign_key)
        self.objects(table, "uniques", left, right, lambda found: (found["name"], found["columns"]))
        self.objects(table, "indexes", left, right, index)
        self.objects(table, "checks", left, right, lambda found: (found["name"], squeeze(found["sql"])))

    def without_prefixes(self, table, left, right):
        """Takes out unique indexes on the beginning of a column, which promise less than a unique constraint."""
        left = {**left, "indexes": list(left["indexes"])}
        right = {**right, "uniques": list(right["uniques"])}
        for found in list(left["indexes"]):
            twin = {"name": found["name"], "columns": found["columns"]}
            if found["unique"] and twin in right["uniques"]:
                left["indexes"].remove(found)
                right["uniques"].remove(twin)
                reason = "SQLAlchemy takes a unique index on the beginning of a column for a constraint"
                self.note(f"indexes of {table}", index(found), (twin["name"], twin["columns"]), reason)
        return left, right

    def column(self, what, table, name, left, right):
        self.equal(f"type of {what}", left["type"], right["type"], self.type_reason(left, right))
        reason = None
        is_row_number = table["primary_key"] == [name] and (left["type"] or "").upper() == "INTEGER"
        if self.dialect == "sqlite" and is_row_number and left["nullable"] is False:
            reason = "INTEGER PRIMARY KEY is the number of the row and never null; the pragma does not say so"
        self.equal(f"nullable of {what}", left["nullable"], right["nullable"], reason)
        generated = [found.get("generated") for found in (left, right)]
        sides = [found and (squeeze(found["expression"]), found["stored"]) for found in generated]
        reason = None
        if self.dialect == "sqlite" and all(sides):
            reason = "SQLAlchemy takes all of a line for the expression"
        if self.dialect == "mysql" and all(sides) and sides[1] == (f"({sides[0][0]})", sides[0][1]):
            reason = "SQLAlchemy keeps the parentheses around the expression"
        self.equal(f"generated {what}", *sides, reason)
        if self.defaults and not any(generated):
            self.equal(f"default of {what}", left["default"], right["default"])

    def type_reason(self, left, right):
        word = (left.get("spelling") or left["type"] or "").upper().split("(")[0].strip()
        affinity = re.match(r"(NUMERIC|TEXT|INTEGER|REAL|BLOB)\b", right["type"] or "")
        if self.dialect == "sqlite" and affinity and word not in SQLITE_WORDS:
            return "SQLAlchemy knows no such word and takes the affinity"
        if (left["type"] or "").startswith("INTERVAL ") and left["type"] == (right["type"] or "").upper():
            return "SQLAlchemy repeats the words of an interval as they are"
        if self.dialect != "sqlite" and right["type"] in (None, "NULL"):
            return "SQLAlchemy knows no such type"
        if self.dialect == "mysql" and (left["type"], right["type"]) == ("JSON", "LONGTEXT"):
            return "MariaDB's JSON is a LONGTEXT with a check that it is valid; SQLAlchemy does not see the check"
        return None

    def objects(self, table, part, left, right, key):
        """Compares objects that may have no name, and come in any order."""
        mine, others = ([key(found) for found in side[part]] for side in (left, right))
        self.compared[part] += len(mine)
        for found in list(mine):
            if found in others:
                mine.remove(found)
                others.remove(found)
        known = [key(found) for found in right[part]]
        for found in mine:
            twin = next((other for other in others if self.explain(part, found, other)), None)
            if twin is not None:
                others.remove(twin)
            reason = self.explain(part, found, twin)
            is_lost = self.dialect == "sqlite" and part == "foreign_keys" and twin is None
            if is_lost and any(other[1:4] == found[1:4] for other in known):
                reason = "SQLAlchemy shows one of several foreign keys between the same columns"
            self.note(f"{part} of {table}", found, twin, reason)
        for found in others:
            self.note(f"{part} of {table}", None, found, self.explain(part, None, found))

    def explain(self, part, ours, theirs):
        if self.dialect == "postgresql" and part == "foreign_keys" and ours is None and theirs[2] in self.partitions:
            return "SQLAlchemy lists the copies of a foreign key to each partition of the table that it points to"
        if self.dialect == "mysql":
            return self.explain_mysql(part, ours, theirs)
        if self.dialect != "sqlite":
            return None
        if part == "indexes" and ours and theirs is None and None in ours[1]:
            return "SQLAlchemy passes over indexes of expressions on SQLite"
        if part == "foreign_keys" and ours and theirs and folded(ours) == folded(theirs):
            return "SQLAlchemy repeats the spelling of REFERENCES, not the name of the table and column"
        if part == "foreign_keys" and ours and theirs and folded(ours)[1:4] == folded(theirs)[1:4] and not theirs[0]:
            return "SQLAlchemy does not find name and actions of the constraint in the text"
        if part == "uniques" and ours and theirs is None:
            return "SQLAlchemy does not find the unique constraint in the text"
        if part == "uniques" and ours and theirs and ours[1] == theirs[1] and not theirs[0]:
            return "SQLAlchemy does not find the name of the constraint"
        if part == "checks" and ours and theirs is None:
            return "SQLAlchemy does not find the check in the text"
        return None

    def explain_mysql(self, part, ours, theirs):
        if part == "checks" and ours and theirs is None and ours[0] is None:
            return "SQLAlchemy passes over the check of a column"
        if part == "indexes" and ours and theirs and ours[:5] == theirs[:5] and ours[5] == "hash" and not theirs[5]:
            return "SQLAlchemy does not tell that an index is a hash"
        return None


def foreign_key(found):
    return (
        found["name"],
        found["columns"],
        found["table"],
        found["references"],
        found["on_delete"],
        found["on_update"],
        found.get("deferrable", False),
        found.get("initially_deferred", False),
    )


def index(found):
    where = found["where"] and bare(squeeze(found["where"]))
    return (found["name"], found["columns"], found["unique"], where, found.get("include", []), found.get("method"))


def folded(found):
    return json.loads(json.dumps(found).lower())


def bare(condition):
    """A condition without the parentheses that enclose all of it; those inside of quotes are taken for real ones."""
    if not (condition.startswith("(") and condition.endswith(")")):
        return condition
    depth = 0
    for position, letter in enumerate(condition):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and position < len(condition) - 1:
            return condition
    return condition[1:-1]


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


if __name__ == "__main__":
    sys.exit(main())
