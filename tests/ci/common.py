"""What the tests beside this share: the binary, projects in temporary folders, commands that must end as expected."""

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LAWBOOK = pathlib.Path(os.environ["LAWBOOK"])


def environment(folder):
    """Returns an environment in which `lawbook` is our binary, and git knows nobody."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    link = programs / "lawbook"
    if not link.exists():
        link.symlink_to(LAWBOOK)
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "SSL_CERT_FILE") if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in WHO.items()}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**kept, **who, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


WHO = {"NAME": "Ada", "EMAIL": "ada@example.com"}


def run(command, folder, env, expected=0, **options):
    """Runs a command, whose exit code must be the expected one; returns what it printed."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "timeout": 600, **options}
    done = subprocess.run(command, cwd=folder, env=env, **options)
    if done.returncode != expected:
        raise SystemExit(f"{command}: expected exit code {expected}, got {done.returncode}\n{done.stdout}")
    return done.stdout


def repository(source, folder, env):
    """Copies a project into a new repository with one commit."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    run(["git", "init", "--quiet", "--initial-branch=main"], folder, env)
    commit(folder, env, "start")
    return folder


def commit(folder, env, message, expected=0):
    """Stages everything and commits it."""
    run(["git", "add", "--all"], folder, env)
    return run(["git", "commit", "--quiet", "--message", message], folder, env, expected)
