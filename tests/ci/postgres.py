"""A PostgreSQL server of its own, in the place of the service container of a workflow."""

import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time


def program(name):
    """Returns the path of one of PostgreSQL's programs, the newest there is."""
    named = os.environ.get("LAWBOOK_TEST_POSTGRES")
    found = [f"{named}/{name}"] if named else []
    found += [shutil.which(name)] if shutil.which(name) else []
    found += sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)
    found += glob.glob(f"/usr/pgsql-*/bin/{name}")
    for path in found:
        if os.access(path, os.X_OK):
            return path
    raise SystemExit(f"{name} was not found: tests/servers/install.sh postgres")


def who():
    """PostgreSQL does not run as root: returns the user that it runs as, or nothing."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise SystemExit("there is no user as which PostgreSQL could run")


@contextlib.contextmanager
def server(password, database):
    """Starts a server on a free port of this machine, with an empty database; yields the port."""
    account = who()
    with tempfile.TemporaryDirectory() as folder:
        if account:
            os.chown(folder, account["user"], account["group"])
        data, secret = f"{folder}/data", f"{folder}/password"
        with open(secret, "w") as file:
            file.write(password)
        os.chmod(secret, 0o644)
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": folder, **account}
        init = [program("initdb"), "-D", data, "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}", "-N"]
        subprocess.run([*init, "-E", "UTF8", "--locale=C"], check=True, **options)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off"}
        command = [program("postgres"), "-D", data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        postgres = subprocess.Popen(command, **{**options, "stderr": subprocess.DEVNULL})
        try:
            psql = [program("psql"), "-qX", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "postgres"]
            psql += ["-c", f'CREATE DATABASE "{database}"']
            env = {"PGPASSWORD": password, "PATH": os.environ["PATH"]}
            for _ in range(150):
                if subprocess.run(psql, env=env, capture_output=True).returncode == 0:
                    break
                time.sleep(0.2)
            else:
                raise SystemExit("PostgreSQL did not start")
            yield port
        finally:
            postgres.terminate()
            postgres.wait(timeout=30)
