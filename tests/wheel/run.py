"""Packs Lawbook for PyPI, and is its first user: pip, uvx, `python -m`, manual pages, completions, and gone again."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

TOOLS = Path(sys.executable).parent


def run(*command, expect=0, **options):
    """Run a command, and return its standard output; end with all that it said if its exit code is another."""
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != expect:
        print(done.stdout, done.stderr, sep="\n")
        sys.exit(f"expected exit code {expect}, got {done.returncode}: {' '.join(command)}")
    return done.stdout


def check(right, what):
    """Say that something is right, or end."""
    if not right:
        sys.exit(f"WRONG: {what}")
    print(f"ok: {what}")


def named(names):
    """Return what is not as it should be, for the end of a message."""
    return "".join(f"\n  not: {name}" for name in sorted(map(str, names)))


def embedded(root):
    """Return what the library takes in at compile time, files and folders, relative to the root."""
    paths = set()
    for source in (root / "src").rglob("*.rs"):
        if re.search(r"(^|/)(tests(/|\.rs$)|testing\.rs$)", source.relative_to(root).as_posix()):
            continue
        text = source.read_text(encoding="utf-8")
        for name in re.findall(r'include_(?:str|bytes|dir)!\(\s*"([^"]+)"', text):
            if name.startswith("$CARGO_MANIFEST_DIR/"):
                paths.add(name.split("/", 1)[1])
            else:
                paths.add((source.parent / name).resolve().relative_to(root).as_posix())
    return paths


def files_below(root, path):
    """Return the files of the repository in a folder, or the one file."""
    listed = run("git", "ls-files", "--", path, cwd=root).splitlines()
    if not listed:
        sys.exit(f"{path} is embedded, and no file of the repository")
    return listed


def source_distribution(root, work):
    """Build the sdist; hold its files against what a build needs, and check the code in it."""
    run(TOOLS / "maturin", "sdist", "--out", work / "dist", cwd=root)
    (archive,) = (work / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.split("/", 1)[1] for name in tar.getnames()}
        tar.extractall(work / "source")
    needed = {"Cargo.toml", "Cargo.lock", "build.rs", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "pyproject.toml"}
    for folder in ["src", "python", "packaging", *embedded(root)]:
        needed.update(files_below(root, folder))
    check(not needed - names, f"the source distribution has what a build needs{named(needed - names)}")
    crate = set(run("cargo", "package", "--list", "--allow-dirty", cwd=root).splitlines())
    lacking = {name for name in needed if not name.startswith("python/") and name != "pyproject.toml"} - crate
    check(not lacking, f"the crate has it too{named(lacking)}")
    (source,) = (work / "source").iterdir()
    metadata = run("cargo", "metadata", "--no-deps", "--format-version", "1", cwd=root)
    target = re.search(r'"target_directory":"([^"]+)"', metadata)[1]
    said = subprocess.run(
        ["cargo", "check", "--locked", "--target-dir", target], cwd=source, capture_output=True, text=True
    )
    fine = said.returncode == 0 and "warning" not in said.stderr
    check(fine, "it compiles without git and without a warning" + ("" if fine else f"\n{said.stderr}"))


def wheel(root, work, profile):
    """Build the wheel and look into it."""
    run(TOOLS / "maturin", "build", "--profile", profile, "--out", work / "dist", cwd=root)
    (built,) = (work / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        names = {re.sub(r"^lawbook-[\d.]+\.", "", name) for name in archive.namelist()}
    share = files_below(root, "packaging/wheel/data")
    expected = {name.removeprefix("packaging/wheel/") for name in share}
    expected = {f"data/{name}" for name in expected} | {
        "data/scripts/lawbook",
        "dist-info/licenses/LICENSE-MIT",
        "dist-info/licenses/LICENSE-APACHE",
        "lawbook/__init__.py",
        "lawbook/__main__.py",
    }
    check(
        not expected - names, f"the wheel has program, licences, manual pages and completions{named(expected - names)}"
    )
    print(f"    {built.name}, {built.stat().st_size / 1e6:.1f} MB")
    return built


def files(folder):
    """Return all files below a folder but Python's compiled ones."""
    return {path for path in folder.rglob("*") if not path.is_dir() and "__pycache__" not in path.parts}


def version(root, profile):
    """Return what `lawbook --version` has to say."""
    number = re.search(r'^version = "(.+)"', (root / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]
    if profile == "dev":
        return f"lawbook {number}"
    commit = run("git", "log", "-1", "--format=%h %cs", "--abbrev=9", cwd=root).strip()
    return f"lawbook {number} ({commit})"


def completions(bin_folder, share, work):
    """Ask the shells that are there what follows `lawbook explain alembic/multiple`."""
    environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(work / "home")}
    (work / "home").mkdir(parents=True)
    bash = f"""
        source {share}/bash-completion/completions/lawbook
        COMP_WORDS=(lawbook explain alembic/multiple) COMP_CWORD=2 COMP_TYPE=9
        _clap_complete_lawbook lawbook alembic/multiple explain
        echo "${{COMPREPLY[@]}}"
    """
    said = run("bash", "--norc", "-c", bash, env=environment, cwd=work)
    check(said.strip() == "alembic/multiple-heads", "bash completes the name of a rule")
    if shutil.which("fish"):
        environment["XDG_DATA_DIRS"] = f"{share}:/usr/share"
        said = run("fish", "-c", "complete -C 'lawbook explain alembic/multiple'", env=environment, cwd=work)
        check(said.startswith("alembic/multiple-heads\t"), "fish finds the completions, and completes")
    if shutil.which("zsh"):
        # Completion is a part of the line editor, which wants a terminal. `ready` is put together by the shell, so that
        # the echo of the line that prints it is not taken for it.
        zsh = f"""
            zmodload zsh/zpty
            zpty -b shell zsh -f -i
            wait_for() {{
                local more i
                for i in {{1..200}}; do
                    while zpty -r -t shell more; do line+=$more; done
                    [[ $line == *$1* ]] && return
                    sleep 0.05
                done
                print -r -- "waited for $1: $line"
            }}
            zpty -w shell "PS1= fpath=({share}/zsh/site-functions \\$fpath); autoload -U compinit; compinit -u -D"
            zpty -w shell "echo re''ady"
            wait_for ready
            line=
            zpty -w -n shell $'lawbook explain alembic/multiple\\t'
            wait_for alembic/multiple-heads
            zpty -d shell
        """
        said = run("zsh", "-f", "-c", zsh, env={**environment, "TERM": "xterm"}, cwd=work)
        check(not said, f"zsh finds the completions, and completes at the first tab{said}")


def manual_pages(share):
    """Have mandoc judge the pages."""
    pages = sorted((share / "man/man1").glob("*.1"))
    if not shutil.which("mandoc"):
        print("mandoc is not installed: manual pages are not judged")
        return
    said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], stdout=subprocess.PIPE, text=True).stdout
    # On purpose: the day of a build would make each different.
    faults = [line for line in said.splitlines() if "missing date" not in line]
    check(not faults, f"mandoc finds no fault with {len(pages)} manual pages" + "".join(f"\n{line}" for line in faults))


def main():
    """Build, install, use, remove."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--profile", required=True)
    given = parser.parse_args()
    root, work = given.root, given.work
    for folder in ["dist", "source", "empty", "home", "uv"]:
        shutil.rmtree(work / folder, ignore_errors=True)

    source_distribution(root, work)
    built = wheel(root, work, given.profile)

    empty = work / "empty"
    venv.create(empty, with_pip=True)
    before = files(empty)
    # Nothing of the person who runs this: no settings of pip, no lawbook in PATH.
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    environment.update(PATH="/usr/bin:/bin", PIP_DISABLE_PIP_VERSION_CHECK="1")
    run(empty / "bin/pip", "install", "--quiet", "--no-index", built, env=environment)
    lawbook = empty / "bin/lawbook"
    said = version(root, given.profile)
    check(run(lawbook, "--version", env=environment).strip() == said, f"pip install: {said}")
    check(
        run(empty / "bin/python", "-m", "lawbook", "--version", env=environment).strip() == said,
        "python -m lawbook is the same program",
    )
    found = run(
        lawbook, "check", "--format", "concise", expect=1, env=environment, cwd=root / "examples/property-platform"
    )
    check(
        found.count(": error ") >= 5, f"it finds {len(found.splitlines())} things in examples/property-platform, exit 1"
    )
    run(lawbook, "check", expect=0, env=environment, cwd=root / "examples/property-platform-clean")
    check(True, "and nothing in examples/property-platform-clean, exit 0")
    share = empty / "share"
    manual_pages(share)
    completions(empty / "bin", share, work)

    uv = {**environment, "UV_CACHE_DIR": str(work / "uv/cache"), "UV_TOOL_DIR": str(work / "uv/tools")}
    uv["UV_PYTHON"] = str(empty / "bin/python")
    uvx = run(TOOLS / "uvx", "--offline", "--from", built, "lawbook", "--version", env=uv)
    check(uvx.strip() == said, "uvx runs it")

    run(empty / "bin/pip", "uninstall", "--quiet", "--yes", "lawbook", env=environment)
    left = files(empty) - before
    check(not left, f"pip uninstall leaves nothing{named(left)}")


if __name__ == "__main__":
    main()
