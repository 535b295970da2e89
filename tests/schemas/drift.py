"""Compares what `lawbook schema diff models DATABASE` finds with what Alembic's `compare_metadata` finds, one by one.

Both become records (kind, direction, table, what), which are equal when they speak of the same object in the same
direction. A record that only one side has needs a reason: a function of REASONS that knows why, and checks that it is
so. One without a reason is a fault of Lawbook, until somebody shows otherwise.
"""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Record:
    kind: str
    direction: str
    table: str
    # The column, the name of an index, the sorted columns of a key; empty for a table.
    what: str = ""
    # Beside the point of what it is about: what both sides say.
    detail: tuple = field(default=(), compare=False)

    def __str__(self):
        name = f"{self.table}.{self.what}" if self.what else self.table
        return f"{self.kind} {self.direction}: {name}" + (f" {list(self.detail)}" if self.detail else "")


@dataclass
class Both:
    """All that a reason may look at: the database and the models as Lawbook and as SQLAlchemy have them."""

    dialect: str
    ours: set
    alembics: set
    database: dict
    inspected: dict
    models: dict
    metadata: dict
    unknown: list
    sqlalchemy: str = ""


def ours_of(difference, database, models):
    """Returns the records of `lawbook schema diff --format json`."""
    tables = sorted({*database["tables"], *models["tables"]}, key=len, reverse=True)
    for found in difference["differences"]:
        aspect, direction, subject = found["aspect"], found["direction"], found["subject"]
        expected, actual = found["expected"] or "", found["actual"] or ""
        table = next((name for name in tables if re.match(re.escape(name) + r"($|[.(])", subject)), subject)
        rest = subject[len(table) :].lstrip(".")
        detail = (expected, actual)
        if aspect == "tables":
            yield Record("table", direction, table)
        elif aspect == "columns":
            yield Record("column", direction, table, rest)
        elif aspect in ("types", "nullable", "enums"):
            yield Record({"types": "type", "enums": "enum"}.get(aspect, aspect), direction, table, rest, detail)
        elif aspect == "primary_keys":
            yield Record("primary_key", direction, table, "", detail)
        elif aspect == "indexes":
            # Alembic drops an index that is another one, and makes the new one.
            for side in ("missing", "extra") if direction == "changed" else (direction,):
                yield Record("index", side, table, rest, detail)
        elif aspect == "uniques":
            yield Record("unique", direction, table, key(expected or actual), detail)
        elif aspect == "foreign_keys":
            for side, words in (("missing", expected), ("extra", actual)):
                if direction in (side, "changed"):
                    yield Record("foreign_key", side, table, key(words), detail)
        else:
            yield Record(aspect, direction, table, rest, detail)


def alembics_of(records):
    """Returns the records of what `probe.py` wrote down."""
    for kind, direction, table, *rest in records:
        if kind in ("table", "column"):
            yield Record(kind, direction, table, *rest)
        elif kind in ("type", "nullable", "comment", "default"):
            yield Record(kind, direction, table, rest[0], tuple(rest[1:]))
        elif kind == "index":
            yield Record(kind, direction, table, rest[0], (rest[1], rest[2]))
        elif kind == "unique":
            yield Record(kind, direction, table, ", ".join(sorted(rest[1])), (rest[0],))
        elif kind == "foreign_key":
            yield Record(kind, direction, table, ", ".join(sorted(rest[0])), tuple(rest[1:]))
        else:
            yield Record(kind, direction, str(table), "", tuple(rest))


def key(words):
    """Returns the sorted columns of `unique (b, a) where ...` or `(a, b) -> table(c)`."""
    inside = re.search(r"\(([^)]*)\)", words)
    return ", ".join(sorted(inside.group(1).split(", "))) if inside else words


def compare(both):
    """Returns (who alone says so, record, reason or None)."""
    found = []
    for who, records, others in (("lawbook", both.ours, both.alembics), ("alembic", both.alembics, both.ours)):
        for record in sorted(records - others, key=str):
            reasons = (reason(who, record, both) for reason in REASONS)
            found.append((who, record, next((reason for reason in reasons if reason), None)))
    return found


REASONS = []


def reason(function):
    REASONS.append(function)
    return function


def table_of(side, name):
    return side["tables"].get(name) or {}


def indexes_of(side, record):
    return [found for found in table_of(side, record.table).get("indexes", []) if found["name"] == record.what]


@reason
def unknown_and_said(who, record, both):
    if who == "lawbook":
        return None
    words = {"table": "tables", "type": "types", "unique": "uniques", "foreign_key": "foreign_keys", "index": "indexes"}
    aspect = words.get(record.kind, record.kind)
    subjects = {None, record.table, f"{record.table}.{record.what}", f"{record.table}({record.what})"}
    said = any(found["aspect"] == aspect and found["subject"] in subjects for found in both.unknown)
    return "the models do not tell, and Lawbook says that it does not know" if said else None


@reason
def goes_with_its_table(who, record, both):
    if who == "alembic" and Record("table", record.direction, record.table) in both.ours and record.kind == "index":
        return "Alembic lists the indexes of a table that is made or dropped; to Lawbook they go with it"
    return None


@reason
def table_of_sqlite(who, record, both):
    if who == "alembic" and both.dialect == "sqlite" and record.table.startswith("sqlite_"):
        return "Alembic takes a table of SQLite itself for one of the project"
    return None


@reason
def enum_types(who, record, both):
    if who == "lawbook" and record.kind == "enum":
        name = next((name for name in both.inspected["enums"] if record.table.split(".")[0] == name), None)
        name = name or record.table.split(".")[0]
        if both.inspected["enums"].get(name) != both.metadata["enums"].get(name):
            return "Alembic compares no enum types and labels; the inspector sees the difference"
    return None


@reason
def primary_keys(who, record, both):
    if who == "lawbook" and record.kind == "primary_key":
        there = table_of(both.inspected, record.table).get("primary_key")
        if sorted(there or []) != sorted(table_of(both.metadata, record.table).get("pk", [])):
            return "Alembic compares no primary keys; the inspector sees the difference"
    return None


@reason
def expressions_on_sqlite(who, record, both):
    if who != "lawbook" or record.kind != "index" or both.dialect != "sqlite":
        return None
    if any("expressions" in found or None in found["columns"] for found in indexes_of(both.database, record)):
        return "Alembic passes over indexes of expressions on SQLite: the inspector does not show them"
    if any(not found["plain"] for found in indexes_of(both.metadata, record)):
        return "Alembic passes over indexes of expressions on SQLite: it leaves them out of the models too"
    return None


@reason
def sorted_columns_on_sqlite(who, record, both):
    if who == "alembic" and record.kind == "index" and both.dialect == "sqlite":
        sides = [
            [re.sub(r"\s+(ASC|DESC)\b.*", "", str(column)) for column in found["columns"]]
            for side in (both.metadata, both.inspected)
            for found in indexes_of(side, record)
        ]
        sorts = any(not found["plain"] for found in indexes_of(both.metadata, record))
        if sorts and len(sides) == 2 and sides[0] == sides[1]:
            return "Alembic takes an index with DESC for another one on SQLite: the inspector does not show the order"
    return None


@reason
def index_of_other_databases(who, record, both):
    if who == "alembic" and record.kind == "index" and record.direction == "missing":
        dialects = [found.get("dialects") for found in indexes_of(both.models, record)]
        if dialects and all(names and both.dialect not in names for names in dialects):
            return "Alembic does not heed ddl_if: this database is not to have the index"
    return None


@reason
def unique_index_for_unique_constraint(who, record, both):
    if who != "alembic" or record.kind not in ("index", "unique"):
        return None
    promised = []
    for table in (table_of(both.metadata, record.table), table_of(both.inspected, record.table)):
        found = [*table.get("uniques", []), *(index for index in table.get("indexes", []) if index["unique"])]
        promised.append([sorted(map(str, key["columns"])) for key in found])
    columns = record.what.split(", ") if record.kind == "unique" else record.detail[0]
    if sorted(map(str, columns)) in promised[0] and sorted(map(str, columns)) in promised[1]:
        return "Alembic tells a unique index from a unique constraint; both promise the same"
    return None


@reason
def affinities(who, record, both):
    if who == "alembic" and record.kind == "type" and both.dialect == "sqlite":
        column = table_of(both.database, record.table).get("columns", {}).get(record.what, {})
        there = table_of(both.inspected, record.table).get("columns", {}).get(record.what, {})
        spelling = column.get("spelling") or column.get("type")
        if re.match(r"(NUMERIC|TEXT|INTEGER|REAL|BLOB)\b", there.get("type", "")) and spelling != there["type"]:
            return "SQLAlchemy knows no such word on SQLite and takes the affinity; Lawbook reads the word"
    return None


@reason
def python_floats(who, record, both):
    if who == "alembic" and record.kind == "type" and sorted(record.detail) == ["DOUBLE", "FLOAT"]:
        column = table_of(both.models, record.table).get("columns", {}).get(record.what, {})
        if column.get("spelling") == "float" or column.get("type") in ("FLOAT", "DOUBLE PRECISION"):
            return "`float` is a Double for SQLAlchemy 2.1 and a Float for 2.0; the models do not tell which it is"
    return None


@reason
def several_foreign_keys(who, record, both):
    if who == "lawbook" and record.kind == "foreign_key":
        counts = [
            sum(", ".join(sorted(found["columns"])) == record.what for found in table["foreign_keys"])
            for table in (table_of(both.database, record.table), table_of(both.inspected, record.table))
        ]
        if counts[0] > counts[1]:
            return "SQLAlchemy's inspector shows one of several foreign keys between the same columns on SQLite"
    return None


@reason
def uniques_without_a_name(who, record, both):
    if who == "lawbook" and record.kind == "unique" and both.dialect == "sqlite":
        found = table_of(both.inspected, record.table).get("uniques", [])
        twins = [key for key in found if ", ".join(sorted(key["columns"])) == record.what]
        if not any(key["name"] for key in twins):
            return "Alembic passes over unique constraints without a name on SQLite"
    return None


@reason
def sizes(who, record, both):
    """Alembic compares the arguments of a type only where both sides have as many."""
    if who != "lawbook" or record.kind != "type":
        return None
    spelling = "type_sqlite" if both.dialect == "sqlite" else "type"
    wanted = table_of(both.metadata, record.table).get("columns", {}).get(record.what, {}).get(spelling, "")
    there = table_of(both.inspected, record.table).get("columns", {}).get(record.what, {}).get("type", "")
    same_word = wanted != there and wanted.split("(")[0] == there.split("(")[0]
    if same_word and ("(" in wanted) != ("(" in there):
        return "Alembic passes over a length or precision that only one side has"
    return None


@reason
def annotations_of_old_sqlalchemy(who, record, both):
    if who == "lawbook" and record.kind == "nullable" and both.sqlalchemy.startswith("1."):
        column = table_of(both.metadata, record.table).get("columns", {}).get(record.what, {})
        if column.get("nullable") and record.detail[:1] == ("not null",):
            return "the project runs on SQLAlchemy 1.4, to which Mapped[int] does not mean NOT NULL"
    return None
