"""Private PostgreSQL and MariaDB servers on Unix sockets in a temporary folder, stopped and removed at the end."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


class Server:
    """A server that runs; `url` names a database of it as SQLAlchemy and Lawbook both read it."""

    def __init__(self, dialect, folder, run):
        self.dialect, self.folder, self.run = dialect, folder, run

    def url(self, database):
        if self.dialect == "postgresql":
            return f"postgresql+psycopg2://postgres@/{database}?host={self.folder}"
        return f"mysql+pymysql://root@localhost/{database}?unix_socket={self.folder}/socket&charset=utf8mb4"

    def database(self, name, script=""):
        """Makes an empty database, runs a script in it, and returns its URL."""
        options = "TEMPLATE template0" if self.dialect == "postgresql" else "CHARACTER SET utf8mb4"
        self.run(None, f"CREATE DATABASE {name} {options}")
        if script:
            self.run(name, script)
        return self.url(name)


@contextlib.contextmanager
def postgres():
    programs = postgres_programs()
    with folder_of("postgres") as (folder, user):
        data = folder / "data"
        # A name of any letters sorts alike everywhere.
        options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]
        finish([programs / "initdb", "-D", data, *options], user, folder)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": folder,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_locks_per_transaction": 1024,
        }
        command = [programs / "postgres", "-D", data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]

        def run(database, script):
            psql = [shutil.which("psql", path=f"{programs}:{SEARCH}"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
            ask([*psql, "-U", "postgres", "-h", folder, "-d", database or "postgres"], script)

        yield from serve(command, user, Server("postgresql", folder, run))


@contextlib.contextmanager
def mariadb():
    install, server, client = (program(name) for name in ("mariadb-install-db", "mariadbd", "mariadb"))
    with folder_of("mysql") as (folder, user):
        data = f"--datadir={folder}/data"
        root = "--auth-root-authentication-method=normal"
        finish([install, "--no-defaults", data, root, "--skip-test-db"], user, folder)
        socket = f"--socket={folder}/socket"
        command = [server, "--no-defaults", data, socket, f"--pid-file={folder}/pid", "--skip-networking"]
        command += ["--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=0"]

        def run(database, script):
            options = ["--no-defaults", "--default-character-set=utf8mb4", "-u", "root", socket]
            ask([client, *options, *([database] if database else [])], script)

        yield from serve(command, user, Server("mysql", folder, run))


def serve(command, user, server):
    """Starts a server, waits until it answers, hands it out once, and stops it whatever happened meanwhile."""
    with open(server.folder / "log", "ab") as log:
        process = subprocess.Popen(command, cwd=server.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **user)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                server.run(None, "SELECT 1")
                break
            except RuntimeError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    log = (server.folder / "log").read_text("utf-8", "replace")
                    raise RuntimeError(f"{command[0]} does not serve: {error}\n{log[-3000:]}") from error
                time.sleep(0.05)
        yield server
    finally:
        # A fast shutdown: PostgreSQL takes SIGTERM for "when everybody has left".
        process.send_signal(subprocess.signal.SIGINT if server.dialect == "postgresql" else subprocess.signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def folder_of(account):
    """Makes a temporary folder; where we are root, of the server's own account, as servers refuse to run as root."""
    user = {}
    # Short: the path of a socket may have some hundred bytes.
    folder = Path(tempfile.mkdtemp(prefix="lawbook-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            entry = pwd.getpwnam(account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def finish(command, user, folder):
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, **user)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def ask(command, script):
    done = subprocess.run(command, input=script, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(done.stderr.strip())


def program(name):
    found = shutil.which(name, path=SEARCH)
    if found is None:
        raise SystemExit(f"{name} was not found: run tests/servers/install.sh, then again")
    return Path(found)


def postgres_programs():
    """Returns the folder of initdb and postgres: the one asked for, the newest installed, the one on PATH."""
    if os.environ.get("LAWBOOK_TEST_POSTGRES"):
        return Path(os.environ["LAWBOOK_TEST_POSTGRES"])
    installed = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *Path("/usr").glob("pgsql-*/bin/initdb")]

    def version(path):
        digits = path.parent.parent.name.removeprefix("pgsql-")
        return int(digits) if digits.isdigit() else 0

    return max(installed, key=version).parent if installed else program("initdb").resolve().parent
