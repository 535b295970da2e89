#!/usr/bin/env python3
"""Holds what Lawbook says of schemas against SQLAlchemy and Alembic. `run.sh` calls it with what it needs.

    run.py --lawbook PATH --work FOLDER [--all] [--verbose] [PROJECT ...]

1. `lawbook schema show DATABASE` against SQLAlchemy's inspector, on SQLite, PostgreSQL and MariaDB: the SQL files of
   SCRIPTS, and every project's migrated database.
2. `lawbook schema show models` against the metadata of the imported models.
3. `lawbook schema diff models DATABASE` against Alembic's `compare_metadata`.
4. `lawbook schema show migrations` against the database that the migrations really made.

Exit 1 on a difference without a reason, an invented column, or fewer than 99 % of a project's columns right.
"""

import argparse
import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import venv
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import drift
import inspector
import models
import servers
import sqlalchemy as sa
from compare import Comparison
from projects import ALL, FAST, PROJECTS
from replay import Replaying

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCRIPTS = [
    ("hostile names", "sqlite", HERE / "hostile.sqlite.sql"),
    ("features", "postgresql", ROOT / "src/databases/postgres/tests/features.sql"),
    ("every type", "mysql", HERE / "every-type.mysql.sql"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("projects", nargs="*", metavar="PROJECT")
    parser.add_argument("--lawbook", required=True)
    parser.add_argument("--work", required=True, type=Path, help="where projects are installed and kept")
    parser.add_argument("--all", action="store_true", help="the projects that take minutes to install, too")
    parser.add_argument("--verbose", action="store_true", help="each difference, those with a reason too")
    given = parser.parse_args()
    for name in given.projects:
        if name not in PROJECTS:
            parser.error(f"there is no project {name}: {', '.join(PROJECTS)}")
    warnings.simplefilter("ignore", sa.exc.SAWarning)
    names = given.projects or (ALL if given.all else FAST)
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lawbook-schemas-")))
        # Both start at once; the stack stops both, whatever happens.
        with ThreadPoolExecutor() as threads:
            starting = [threads.submit(stack.enter_context, server()) for server in (servers.postgres, servers.mariadb)]
        running = {server.dialect: server for server in (start.result() for start in starting)}
        run = Run(given, scratch, running)
        for script in SCRIPTS:
            run.script(*script)
        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(run.project, name) for name in names]:
                done.result()
        return run.report()


class Run:
    def __init__(self, given, scratch, running):
        self.lawbook, self.work, self.verbose = given.lawbook, given.work.resolve(), given.verbose
        self.scratch, self.servers = scratch, running
        self.inspected, self.read, self.drifted, self.faults = [], [], [], []

    def ask(self, folder, *arguments):
        """Runs `lawbook schema` and returns its JSON. Exit 1 is `diff` that found something."""
        command = [self.lawbook, "schema", *arguments, "--format", "json", "--project", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=folder)
        if done.returncode > 1 or not done.stdout:
            raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")
        return json.loads(done.stdout)

    def database(self, dialect, name, script=""):
        if dialect != "sqlite":
            return self.servers[dialect].database(name.replace(" ", "_"), script)
        path = self.scratch / f"{name.replace(' ', '_')}.db"
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)
        return f"sqlite:///{path}"

    def script(self, name, dialect, path):
        url = self.database(dialect, name, path.read_text("utf-8"))
        self.inspect(name, dialect, url)

    def inspect(self, name, dialect, url):
        """Compares what both see of a database, and returns that."""
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            schemas = []
            if dialect == "postgresql":
                hidden = ("public", "information_schema")
                schemas = [schema for schema in sa.inspect(connection).get_schema_names() if schema not in hidden]
            theirs = inspector.inspect(connection, "database", [None, *schemas])
        folder = self.scratch / f"{name}-{dialect}-shown"
        folder.mkdir()
        settings = {"url": url, **({"schemas": ["public", *schemas]} if schemas else {})}
        (folder / "lawbook.yml").write_text(json.dumps({"databases": {"shown": settings}}))
        ours = self.ask(folder, "show", "shown")
        comparison = Comparison(ours, theirs, False)
        comparison.run()
        unexplained = 0
        for what, left, right, reason in comparison.differences:
            unexplained += reason is None
            if reason is None or self.verbose:
                sides = f"lawbook {left!r}, inspector {right!r}"
                print(f"{name} on {dialect}: {what}: {sides} ({reason or 'WITHOUT A REASON'})")
        if unexplained:
            self.faults.append(f"{name} on {dialect}: {unexplained} differences from the inspector without a reason")
        parts = ("tables", "columns", "indexes", "foreign_keys", "uniques", "checks", "enums", "views")
        counts = [comparison.compared[part] for part in parts]
        self.inspected.append([name, dialect, *counts, len(comparison.differences) - unexplained, unexplained])
        return ours, theirs

    def project(self, name):
        started = time.monotonic()
        project = PROJECTS[name]
        python = self.python(name, project)
        site = site_packages(python)
        source = self.source(name, project, site)
        read = self.ask(source, "show", "models")
        metadata = None
        for dialect in ("sqlite", "postgresql"):
            extension = project.get("extension")
            script = f"CREATE EXTENSION {extension}" if extension and dialect == "postgresql" else ""
            url = self.database(dialect, name, script)
            found = self.probe(name, project, python, site, dialect, url)
            if metadata is None:
                metadata = found["metadata"]
                self.models(name, read, metadata)
            ours, theirs = self.inspect(name, dialect, url)
            self.replay(name, dialect, self.ask(source, "show", "migrations", "--dialect", dialect), theirs)
            difference = self.ask(source, "diff", "models", url)
            both = drift.Both(
                dialect,
                set(drift.ours_of(difference, ours, read)),
                set(drift.alembics_of(found["alembic"])),
                ours,
                theirs,
                read,
                found["metadata"],
                difference["unknown"],
                found["versions"]["sqlalchemy"],
            )
            self.drift(name, both, found["versions"])
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)

    def replay(self, name, dialect, ours, theirs):
        """Compares what the migrations are replayed to with what they really left behind."""
        migrations = PROJECTS[name].get("migrations")
        if migrations:  # Other trees of the project are for other databases.
            own = {table: found for table, found in ours["tables"].items() if found["path"].startswith(migrations)}
            ours = {**ours, "tables": own}
        replaying = Replaying(ours, theirs, PROJECTS[name].get("framework", ()))
        for line in replaying.wrong:
            print(f"{name} on {dialect}, replayed: {line}")
        for line in replaying.doubted if self.verbose else ():
            print(f"{name} on {dialect}, not known: {line}")
        print(f"{name} on {dialect}, replayed: {replaying.summary()}", flush=True)
        if not replaying.passes:
            self.faults.append(f"{name} on {dialect}: the replayed schema is not the migrated one")

    def python(self, name, project):
        """Returns the Python that has the project: our own, or one of its own where its requirements need that."""
        requirement = project.get("requirement")
        if requirement is None:
            return sys.executable
        home = self.work / name
        python, stamp = home / "bin/python", home / ".requirement"
        if not stamp.exists() or stamp.read_text() != requirement:
            print(f"{name}: installing {requirement}", flush=True)
            shutil.rmtree(home, ignore_errors=True)
            venv.create(home, with_pip=True)
            pip = (
                ["uv", "pip", "install", "--python", python] if shutil.which("uv") else [python, "-m", "pip", "install"]
            )
            subprocess.run([*pip, "--quiet", *requirement.split(), "psycopg2-binary"], check=True)
            stamp.write_text(requirement)
        return str(python)

    def source(self, name, project, site):
        """Copies the Python of a project's packages out of site-packages: that is the project to Lawbook."""
        source = self.scratch / name
        for package in project["packages"]:
            shutil.copytree(site / package, source / package, ignore=only_python)
        entries = project.get("models")
        if entries:
            (source / "lawbook.yml").write_text(json.dumps({"models": entries}))
        return source

    def probe(self, name, project, python, site, dialect, url):
        work = self.scratch / f"{name}-{dialect}"
        work.mkdir()
        (work / "spec.json").write_text(json.dumps({**project, "url": url, "work": str(work), "site": str(site)}))
        command = [python, str(HERE / "probe.py"), "spec.json", "out.json"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=1800)
        if not (work / "out.json").exists():
            raise SystemExit(f"{name} on {dialect}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return json.loads((work / "out.json").read_text("utf-8"))

    def models(self, name, read, metadata):
        reading = models.Reading(read, metadata)
        count = reading.count
        passes = reading.passes(PROJECTS[name].get("least", 99.0))
        for words in reading.said if self.verbose or not passes else ():
            print(f"models of {name}: {words}")
        if not passes:
            self.faults.append(f"models of {name}: {reading.percent():.2f} % right, {count['invented']} invented")
        missing = count["missing"] + count["unsure"]
        wrong = count["columns"] - count["right"] - count["unknown"] - missing
        shown = [count[part] for part in ("tables", "columns", "right", "unknown")]
        self.read.append([name, *shown, wrong, missing, count["invented"], f"{reading.percent():.2f}"])

    def drift(self, name, both, versions):
        found = drift.compare(both)
        unexplained = [(who, record) for who, record, reason in found if reason is None]
        for who, record, reason in found:
            if reason is None or self.verbose:
                print(f"{name} on {both.dialect}: {who} alone: {record} ({reason or 'WITHOUT A REASON'})")
        if unexplained:
            self.faults.append(f"drift of {name} on {both.dialect}: {len(unexplained)} without a reason")
        alone = Counter(who for who, _, _ in found)
        equal = len(both.ours & both.alembics)
        counts = [equal, alone["lawbook"], alone["alembic"], len(both.unknown), len(unexplained)]
        reasons = Counter(reason for _, _, reason in found if reason)
        self.drifted.append(([name, both.dialect, versions["alembic"], *counts], reasons))

    def report(self):
        heads = ["tables", "columns", "indexes", "keys", "uniques", "checks", "enums", "views"]
        heads += ["explained", "unexplained"]
        print("\nDatabases, against SQLAlchemy's inspector: what was compared, and the differences")
        table(["schema", "database", *heads], sorted(self.inspected, key=lambda row: row[1]))
        print("\nModels, against the metadata: columns")
        heads = ["project", "tables", "columns", "right", "unknown", "wrong", "missing", "invented", "%"]
        table(heads, sorted(self.read))
        print("\nDrift between models and migrations, against Alembic's compare_metadata: records")
        heads = ["project", "database", "alembic", "both", "lawbook alone", "alembic alone", "unknown", "unexplained"]
        table(heads, sorted(row for row, _ in self.drifted))
        reasons = sum((reasons for _, reasons in self.drifted), Counter())
        for reason, count in sorted(reasons.items()):
            print(f"  {count:4} {reason}")
        print()
        for fault in self.faults:
            print(f"FAULT: {fault}")
        return 1 if self.faults else 0


def site_packages(python):
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    return Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip())


def only_python(folder, names):
    return [name for name in names if not name.endswith(".py") and not Path(folder, name).is_dir()]


def table(heads, rows):
    rows = [heads, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
