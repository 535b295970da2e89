#!/usr/bin/env python3
"""Times the introspection of PostgreSQL against its floor and against SQLAlchemy, paired in one run.

    run.py [--tables 2000 10000] [--columns 20] [--runs 5] [--lawbook PATH] [--python PYTHON]

Starts a private cluster, makes a database of N tables, and takes turns in each round:

psql         the very catalogue queries that Lawbook sends (taken from the server's log), in one transaction: the floor
lawbook      `lawbook schema show URL --format json`
sqlalchemy   `inspect(engine).get_multi_*` of SQLAlchemy 2, with import

Prints medians of wall time, of the client's and of the server's CPU time, and the ratios. Needs the server programs of
tests/servers/install.sh, and PyPI for SQLAlchemy unless --python names an interpreter that has it and psycopg2. Build
Lawbook with `cargo build --release` before.
"""

from __future__ import annotations

import argparse
import glob
import os
import re
import resource
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TYPES = [
    "varchar(255)",
    "text",
    "integer",
    "bigint",
    "timestamptz",
    "boolean",
    "numeric(12,2)",
    "jsonb",
    "uuid",
    "timestamp",
]
SQLALCHEMY = """
import sys
import sqlalchemy as sa
inspector = sa.inspect(sa.create_engine(sys.argv[1], poolclass=sa.pool.NullPool))
columns = inspector.get_multi_columns()
for name in "pk_constraint", "foreign_keys", "indexes", "unique_constraints", "check_constraints", "table_comment":
    getattr(inspector, "get_multi_" + name)()
inspector.get_enums()
print(len(columns))
"""


@dataclass
class Cluster:
    """A private PostgreSQL on a Unix socket."""

    folder: Path
    programs: Path
    server: subprocess.Popen[bytes]

    def psql(self, database: str, *arguments: str, script: str | None = None) -> str:
        command = [str(self.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder)]
        command += ["-U", "postgres", "-d", database, *arguments]
        return subprocess.run(command, input=script, check=True, stdout=subprocess.PIPE, text=True).stdout

    def url(self, database: str, scheme: str = "postgresql") -> str:
        return f"{scheme}://postgres@/{database}?host={self.folder}"

    def cpu(self) -> float:
        """CPU seconds of all backends that have ended."""
        fields = Path(f"/proc/{self.server.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def cluster() -> Iterator[Cluster]:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    initdb = os.environ.get("LAWBOOK_TEST_POSTGRES", "") + "/initdb"
    initdb = initdb if os.path.exists(initdb) else (found[-1] if found else shutil.which("initdb"))
    if not initdb:
        sys.exit("PostgreSQL is not installed: run tests/servers/install.sh")
    programs = Path(initdb).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="lawbook-bench-"))
    # Database servers refuse to run as root.
    as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    log = folder / "log"
    try:
        initialise = [programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]
        subprocess.run([*initialise, "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_user)
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={folder}",
            "fsync=off",
            "log_line_prefix=",
            "lc_messages=C",
        ]
        settings += ["full_page_writes=off", "max_locks_per_transaction=1024", "autovacuum=off"]
        options = [word for setting in settings for word in ("-c", setting)]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options], stderr=output, cwd=folder, **as_user
            )
        cluster = Cluster(folder, programs, server)
        try:
            while not (folder / ".s.PGSQL.5432").exists() or "ready to accept" not in log.read_text():
                if server.poll() is not None:
                    sys.exit(f"PostgreSQL does not start:\n{log.read_text()}")
                time.sleep(0.05)
            yield cluster
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(folder)


def tables(count: int, columns: int) -> Iterator[str]:
    """Tables as applications have them: keys, defaults, an enum, two indexes, a unique, a check."""
    yield "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');"
    for table in range(count):
        parts = ["id serial PRIMARY KEY" if table % 2 else "id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"]
        target = f" REFERENCES t{table - 1} ON DELETE CASCADE" if table else ""
        parts += [f"owner_id integer{target}", "state mood NOT NULL DEFAULT 'ok'"]
        parts += ["created_at timestamptz NOT NULL DEFAULT now()"]
        for column in range(4, columns):
            parts.append(f"column_{column} {TYPES[column % 10]}{' NOT NULL' if column % 3 == 0 else ''}")
        parts += [
            f"CONSTRAINT uq_t{table} UNIQUE (owner_id, created_at)",
            f"CONSTRAINT ck_t{table} CHECK (owner_id > 0)",
        ]
        yield f"CREATE TABLE t{table} ({', '.join(parts)});"
        yield f"CREATE INDEX ix_t{table}_owner ON t{table} (owner_id);"
        yield f"CREATE INDEX ix_t{table}_created ON t{table} (created_at) WHERE owner_id IS NOT NULL;"


def statements(cluster: Cluster, database: str, command: list[str]) -> str:
    """The queries that a command sends, as a script for psql."""
    log = cluster.folder / "log"
    cluster.psql("postgres", "-c", f"ALTER DATABASE {database} SET log_statement = 'all'")
    before = len(log.read_text())
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    cluster.psql("postgres", "-c", f"ALTER DATABASE {database} RESET log_statement")
    lines = log.read_text()[before:].splitlines()
    script = []
    for line, following in zip(lines, [*lines[1:], ""]):
        query = re.match(r"LOG:  execute [^:]*: (SELECT .*)", line)
        if query is None or "set_config" in line:
            continue
        text = query[1]
        for number, value in re.findall(r"\$(\d+) = ('(?:[^']|'')*')", following if "arameters:" in following else ""):
            text = text.replace(f"${number}", f"{value}::pg_catalog.oid[]")
        script.append(text + ";")
    if len(script) < 5:
        sys.exit(f"only {len(script)} queries were found in the server's log")
    return "\n".join(["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;", *script, "COMMIT;"])


@dataclass
class Time:
    wall: float
    client: float
    server: float


def timed(cluster: Cluster, command: list[str]) -> Time:
    own, server, start = resource.getrusage(resource.RUSAGE_CHILDREN), cluster.cpu(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The postmaster takes a moment to notice that the backend has ended.
    time.sleep(0.2)
    return Time(wall, now.ru_utime + now.ru_stime - own.ru_utime - own.ru_stime, cluster.cpu() - server)


def measure(
    cluster: Cluster, count: int, columns: int, runs: int, lawbook: Callable[[str], list[str]], python: str
) -> float:
    database = f"d{count}"
    cluster.psql("postgres", "-c", f"CREATE DATABASE {database}")
    # In batches, because a transaction holds a lock for each table that it makes.
    lines = list(tables(count, columns))
    for start in range(0, len(lines), 1500):
        cluster.psql(database, "-1", script="\n".join(lines[start : start + 1500]))
    cluster.psql(database, "-c", "VACUUM ANALYZE")
    queries = cluster.folder / f"{database}.sql"
    queries.write_text(statements(cluster, database, lawbook(cluster.url(database))))
    psql = [str(cluster.programs / "psql"), "-XqAt", "-h", str(cluster.folder), "-U", "postgres", "-d", database]
    commands = {
        "psql": [*psql, "-f", str(queries)],
        "lawbook": lawbook(cluster.url(database)),
        "sqlalchemy": [python, "-c", SQLALCHEMY, cluster.url(database, "postgresql+psycopg2")],
    }
    times: dict[str, list[Time]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(timed(cluster, command))
    median = {
        name: [statistics.median(values) for values in zip(*(vars(run).values() for run in found))]
        for name, found in times.items()
    }
    print(f"\n{count} tables of {columns} columns, medians of {runs}")
    for name, (wall, client, server) in median.items():
        print(f"  {name:12} wall {wall:6.2f} s   client CPU {client:6.2f} s   server CPU {server:6.2f} s")
    floor, ours, theirs = (median[name][0] for name in commands)
    print(f"  lawbook / psql {ours / floor:.2f} (at most 2)   sqlalchemy / lawbook {theirs / ours:.1f} (at least 5)")
    return ours


def environment() -> str:
    """An interpreter that has SQLAlchemy, made once below the target folder."""
    folder = ROOT / "target" / "bench-sqlalchemy"
    if not (folder / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [folder / "bin" / "pip", "install", "--quiet", "sqlalchemy>=2,<2.1", "psycopg2-binary"]
        subprocess.run(install, check=True)
    return str(folder / "bin" / "python")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, nargs="+", default=[2000])
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--lawbook", default=str(ROOT / "target" / "release" / "lawbook"))
    parser.add_argument("--command", default="{lawbook} schema show {url} --format json", help="how Lawbook is called")
    parser.add_argument("--python", help="has SQLAlchemy 2 and psycopg2")
    arguments = parser.parse_args()
    python = arguments.python or environment()
    # The server must not outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    def lawbook(url: str) -> list[str]:
        words = shlex.split(arguments.command)
        return [word.format(lawbook=arguments.lawbook, url=url) for word in words]

    with cluster() as server:
        walls = [
            measure(server, count, arguments.columns, arguments.runs, lawbook, python) for count in arguments.tables
        ]
    for (small, before), (large, after) in zip(zip(arguments.tables, walls), zip(arguments.tables[1:], walls[1:])):
        print(f"\n{large / small:.1f} times the tables take {after / before:.1f} times as long")


if __name__ == "__main__":
    main()
