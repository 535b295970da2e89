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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours")
    parser.add_argument("theirs")
    parser.add_argument("--defaults", action="store_true", help="defaults too, as they are spelled")
    parser.add_argument("--quiet", action="store_true", help="only the counts")
    arguments = parser.parse_args()
    ours, theirs = (json.load(open(path, encoding="utf-8")) for path in (arguments.ours, arguments.theirs))
    comparison = Comparison(ours, theirs, arguments.defaults)
    comparison.run()
    unexplained = 0
    for what, left, right, reason in comparison.differences:
        unexplained += reason is None
        if not arguments.quiet:
            mark = f"explained ({reason})" if reason else "DIFFERENT"
            print(f"{mark}: {what}: ours {json.dumps(left, ensure_ascii=False)}, theirs {json.dumps(right, ensure_ascii=False)}")
    counts = ", ".join(f"{count} {what}" for what, count in sorted(comparison.compared.items()))
    print(f"{counts}: {len(comparison.differences)} differences, {unexplained} without a reason")
    return 1 if unexplained else 0


class Comparison:
    def __init__(self, ours, theirs, defaults):
        self.ours, self.theirs, self.defaults = ours, theirs, defaults
        self.dialect = ours.get("dialect")
        self.compared = Counter()
        self.differences = []

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
                self.note(f"{word} {name}", name in left, name in right)

    def table(self, table, left, right):
        self.equal(f"columns of {table}", list(left["columns"]), list(right["columns"]))
        for name in left["columns"]:
            if name in right["columns"]:
                self.compared["columns"] += 1
                self.column(f"{table}.{name}", left, name, left["columns"][name], right["columns"][name])
        self.equal(f"primary key of {table}", left["primary_key"], right["primary_key"])
        self.equal(f"name of the primary key of {table}", left.get("primary_key_name"), right.get("primary_key_name"))
        self.objects(table, "foreign_keys", left, right, foreign_key)
        self.objects(table, "uniques", left, right, lambda found: (found["name"], found["columns"]))
        self.objects(table, "indexes", left, right, index)
        self.objects(table, "checks", left, right, lambda found: (found["name"], squeeze(found["sql"])))

    def column(self, what, table, name, left, right):
        self.equal(f"type of {what}", left["type"], right["type"], self.type_reason(left, right))
        reason = None
        if self.dialect == "sqlite" and table["primary_key"] == [name] and left["nullable"] is False:
            if (left["type"] or "").upper() == "INTEGER":
                reason = "INTEGER PRIMARY KEY is the number of the row and never null; the pragma does not say so"
        self.equal(f"nullable of {what}", left["nullable"], right["nullable"], reason)
        generated = [found.get("generated") for found in (left, right)]
        self.equal(f"generated {what}", *[found and (squeeze(found["expression"]), found["stored"]) for found in generated])
        if self.defaults and not any(generated):
            self.equal(f"default of {what}", left["default"], right["default"])

    def type_reason(self, left, right):
        if self.dialect == "sqlite" and right["type"] in ("NUMERIC", "TEXT", "INTEGER", "REAL", "BLOB", None):
            if (left.get("spelling") or left["type"] or "").upper() != (right["type"] or "").upper():
                return "SQLAlchemy knows no such word and takes the affinity"
        return None

    def objects(self, table, part, left, right, key):
        """Compares objects that may have no name, and come in any order."""
        mine, others = ([key(found) for found in side[part]] for side in (left, right))
        self.compared[part] += len(mine)
        for found in list(mine):
            if found in others:
                mine.remove(found)
                others.remove(found)
        for found in mine:
            twin = next((other for other in others if self.explain(part, found, other)), None)
            if twin is not None:
                others.remove(twin)
            self.note(f"{part} of {table}", found, twin, self.explain(part, found, twin))
        for found in others:
            self.note(f"{part} of {table}", None, found, self.explain(part, None, found))

    def explain(self, part, ours, theirs):
        if self.dialect != "sqlite":
            return None
        if part == "indexes" and ours and theirs is None and None in ours[1]:
            return "SQLAlchemy passes over indexes of expressions on SQLite"
        if part == "indexes" and ours and theirs and (ours[0], ours[2]) == (theirs[0], theirs[2]):
            if ours[1] == theirs[1] and squeeze(ours[3] or "").startswith(squeeze(theirs[3] or "")):
                return "SQLAlchemy reads the first line of a predicate"
        if part == "foreign_keys" and ours and theirs and folded(ours) == folded(theirs):
            return "SQLAlchemy repeats the spelling of REFERENCES, not the name of the table and column"
        if part == "foreign_keys" and ours and theirs and folded(ours)[1:] == folded(theirs)[1:] and not theirs[0]:
            return "SQLAlchemy does not find the name of the constraint"
        if part == "uniques" and ours and theirs is None:
            return "SQLAlchemy does not find the unique constraint in the text"
        if part == "uniques" and ours and theirs and ours[1] == theirs[1] and not theirs[0]:
            return "SQLAlchemy does not find the name of the constraint"
        if part == "checks" and ours and theirs is None:
            return "SQLAlchemy does not find the check in the text"
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
    where = found["where"] and squeeze(found["where"])
    return (found["name"], found["columns"], found["unique"], where, found.get("include", []), found.get("method"))


def folded(found):
    return json.loads(json.dumps(found).lower())


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


if __name__ == "__main__":
    sys.exit(main())
