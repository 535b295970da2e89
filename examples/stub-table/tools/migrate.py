"""Applies migrations/sql to the SQLite file of $DATABASE_URL, with the standard library alone."""

import os
import sqlite3
from pathlib import Path
from urllib.parse import unquote, urlsplit

FOLDER = Path(__file__).resolve().parent.parent / "migrations" / "sql"


def version(connection: sqlite3.Connection) -> str:
    """Returns the revision that the database is at; nothing where it is empty."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return ""
    return row[0] if row else ""


def main() -> None:
    url = urlsplit(os.environ["DATABASE_URL"])
    if not url.scheme.startswith("sqlite"):
        raise SystemExit(f"{url.scheme} is no database of this example")
    connection = sqlite3.connect(unquote(url.path)[1:])
    for file in sorted(FOLDER.glob("*.sql")):
        if file.name.split("_")[0] > version(connection):
            print(f"Running upgrade -> {file.stem}")
            connection.executescript(file.read_text(encoding="utf-8"))
    connection.close()


if __name__ == "__main__":
    main()
