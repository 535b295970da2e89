#!/usr/bin/env python3
"""Compares the static reading of SQLAlchemy models with what SQLAlchemy itself makes of them.

    models.py compare READ.json TRUTH.json       READ: what `lawbook schema show models --format json` printed
    models.py project FOLDER TRUTH.json          runs `lawbook schema show models` in FOLDER first (--lawbook PATH)
    models.py dump CODE > TRUTH.json             CODE sets `md`, a MetaData; run it with the project's own Python

For each project: tables and columns that SQLAlchemy has, how many the reading has right, calls unknown, misses, and
how many it made up. Exit 1 if anything is made up, or fewer than --least percent of columns (99) are right or unknown.
"""
import argparse
import json
import re
import subprocess
import sys


def dump(code):
    """Prints the tables of the MetaData that CODE leaves in `md`, types as PostgreSQL and SQLite spell them."""
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql, sqlite

    def spelled(kind, dialect):
        try:
            return str(kind.compile(dialect=dialect))
        except Exception:
            return repr(kind)

    names = {}
    exec(code, names)
    given = names["md"] if isinstance(names["md"], (list, tuple)) else [names["md"]]
    tables, enums = {}, {}
    for metadata in given:
        for table in metadata.tables.values():
            out = {"columns": {}, "pk": [c.name for c in table.primary_key.columns], "fks": [], "indexes": [], "uniques": [], "checks": [],
                   "order": [c.name for c in table.columns]}
            for column in table.columns:
                kind = column.type
                out["columns"][column.name] = {"type": spelled(kind, postgresql.dialect()), "type_sqlite": spelled(kind, sqlite.dialect()),
                                               "repr": repr(kind)[:300], "nullable": bool(column.nullable)}
                while isinstance(kind, sa.ARRAY):
                    kind = kind.item_type
                if isinstance(kind, sa.Enum) and kind.name and kind.native_enum:
                    enums[kind.name] = list(kind.enums)
            for key in table.foreign_key_constraints:
                targets = [e._get_colspec() for e in key.elements]
                out["fks"].append({"name": str(key.name) if isinstance(key.name, str) else None, "columns": [c.name for c in key.columns],
                                   "ref_table": targets[0].rsplit(".", 1)[0], "ref_columns": [t.rsplit(".", 1)[1] for t in targets], "ondelete": key.ondelete})
            for index in table.indexes:
                out["indexes"].append({"name": str(index.name), "columns": [getattr(e, "name", None) or str(e) for e in index.expressions], "unique": bool(index.unique)})
            for constraint in table.constraints:
                name = str(constraint.name) if isinstance(constraint.name, str) else None
                if isinstance(constraint, sa.UniqueConstraint):
                    out["uniques"].append({"name": name, "columns": [c.name for c in constraint.columns]})
                elif isinstance(constraint, sa.CheckConstraint):
                    out["checks"].append({"name": name, "sql": str(constraint.sqltext)})
            tables[(table.schema + "." if table.schema else "") + table.name] = out
    json.dump({"tables": tables, "enums": enums}, sys.stdout, indent=1, sort_keys=True)


FAMILIES = [
    ("array", r"\[\]|^array"), ("integer", r"^(big|small|tiny|medium)?int(eger|\d)?\b|serial"), ("numeric", r"^(numeric|decimal|number)"),
    ("float", r"^(float|double|real)"), ("boolean", r"^bool"), ("varchar", r"^(varchar|character varying|nvarchar)"), ("char", r"^(n?char)\b"),
    ("text", r"^(tiny|medium|long)?(text|clob)"), ("bytes", r"^(bytea|blob|binary|varbinary|largebinary)"), ("timestamp", r"^(timestamp|datetime)"),
    ("date", r"^date\b"), ("time", r"^time\b"), ("interval", r"^interval"), ("json", r"^json"), ("uuid", r"^uuid"), ("none", r"^null"),
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
    plain = lambda text: re.sub(r"\s+", " ", text.lower().replace(", ", ",")).strip()
    return plain(read) == plain(true)


def compare(read, true, verbose):
    """Returns counts, and prints what differs."""
    say = lambda *words: verbose and print("   ", *words)
    count = dict.fromkeys("tables missing_tables unsure_tables extra_tables columns family exact nullable unknown invented missing unsure order".split(), 0)
    doubts = {}
    for item in read.get("unknown", []):
        doubts.setdefault((item.get("part", "").lower(), item.get("table")), item)
    unsure_tables = ("tables", None) in doubts
    for name in sorted(set(read["tables"]) - set(true["tables"])):
        count["extra_tables"] += 1
        say("extra table", name, read["tables"][name].get("at"))
    objects = {kind: [0, 0, 0] for kind in ("pk", "fks", "uniques", "indexes", "checks")}
    for name, table in sorted(true["tables"].items()):
        count["tables"] += 1
        count["columns"] += len(table["columns"])
        own = read["tables"].get(name)
        if own is None:
            count["missing_tables"] += 1
            count["unsure_tables"] += unsure_tables
            count["missing"] += len(table["columns"])
            say("missing table", name, "(tables are unsure)" if unsure_tables else "")
            continue
        unsure = ("columns", name) in doubts
        order = [c for _, c in sorted((v["position"], c) for c, v in own["columns"].items())]
        if "order" in table and not unsure and order != table["order"]:
            count["order"] += 1
            say("other order", name, order, "is", table["order"])
        for column in sorted(set(own["columns"]) - set(table["columns"])):
            count["invented"] += 1
            say("invented column", name, column, own["columns"][column].get("at"))
        for column, there in table["columns"].items():
            here = own["columns"].get(column)
            if here is None:
                count["unsure" if unsure else "missing"] += 1
                say("unsure column" if unsure else "missing column", name, column)
                continue
            if not known(here["type"]):
                count["unknown"] += 1
                say("unknown type", name, column, here["type"], "is", there["type"])
            else:
                right = family(here["type"]) == family(there["type"])
                count["family"] += right
                exact = same_type(here["type"], there["type"])
                count["exact"] += exact
                if not right or not exact:
                    say("wrong family" if not right else "type differs", name, column, here["type"], "is", there["type"])
            if known(here["nullable"]):
                count["nullable"] += here["nullable"] == there["nullable"]
                if here["nullable"] != there["nullable"]:
                    say("wrong nullable", name, column, here["nullable"], "is", there["nullable"])
            else:
                say("unknown nullable", name, column, here["nullable"])
        shapes = {
            "pk": ([tuple(own["primary_key"] or ())], [tuple(table["pk"])]),
            "fks": ([(tuple(k["columns"]), k["table"], tuple(k["references"]), k.get("on_delete") or "", k["name"]) for k in own["foreign_keys"]],
                    [(tuple(k["columns"]), k["ref_table"], tuple(k["ref_columns"]), (k["ondelete"] or "").upper(), k["name"]) for k in table["fks"]]),
            "uniques": ([(tuple(k["columns"]), k["name"]) for k in own["uniques"]], [(tuple(k["columns"]), k["name"]) for k in table["uniques"]]),
            "indexes": ([(k["name"], k["unique"], len(k["columns"])) for k in own["indexes"]], [(k["name"], k["unique"], len(k["columns"])) for k in table["indexes"]]),
            "checks": ([k["name"] for k in own["checks"]], [k["name"] for k in table["checks"]]),
        }
        for kind, (mine, theirs) in shapes.items():
            objects[kind][0] += len(theirs)
            for item in theirs:
                if item in mine:
                    mine.remove(item)
                else:
                    objects[kind][1] += 1
                    say("missing", kind, name, item)
            objects[kind][2] += len(mine)
            for item in mine:
                say("extra", kind, name, item)
    enums = {}
    for name, labels in sorted(true["enums"].items()):
        own = read.get("enums", {}).get(name)
        if own != labels:
            enums[name] = own
            say("enum differs", name, own, "is", labels)
    for name in sorted(set(read.get("enums", {})) - set(true["enums"])):
        say("extra enum", name)
    count["objects"] = {kind: "%d -%d +%d" % tuple(numbers) for kind, numbers in objects.items()}
    count["enums"] = "%d -%d" % (len(true["enums"]), len(enums))
    count["doubts"] = len(read.get("unknown", []))
    for item in read.get("unknown", []):
        say("unknown:", item.get("part"), item.get("table"), item.get("what"), item.get("path") or item.get("at"), item.get("line") or "")
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["compare", "project", "dump"])
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--lawbook", default="lawbook")
    parser.add_argument("--least", type=float, default=99.0)
    parser.add_argument("-v", "--verbose", action="store_true")
    given = parser.parse_args()
    if given.command == "dump":
        return dump(given.inputs[0])
    if given.command == "project":
        shown = subprocess.run([given.lawbook, "schema", "show", "models", "--format", "json"], cwd=given.inputs[0], stdout=subprocess.PIPE, check=False)
        read = json.loads(shown.stdout)
    else:
        with open(given.inputs[0], encoding="utf-8") as file:
            read = json.load(file)
    with open(given.inputs[1], encoding="utf-8") as file:
        true = json.load(file)
    count = compare(read, true, given.verbose)
    total = max(count["columns"], 1)
    print("tables %(tables)d (missing %(missing_tables)d, extra %(extra_tables)d)  columns %(columns)d: family %(family)d, exact type %(exact)d, nullable %(nullable)d, "
          "unknown type %(unknown)d, unsure %(unsure)d, missing %(missing)d, invented %(invented)d, tables in other order %(order)d  enums %(enums)s  doubts %(doubts)d" % count)
    print("   objects (wanted -missing +extra):", count["objects"])
    listed = count["unknown"] + count["unsure"]
    fine = min(count["family"] + listed, count["nullable"] + listed)
    return 1 if count["invented"] or 100.0 * fine / total < given.least else 0


if __name__ == "__main__":
    sys.exit(main())
