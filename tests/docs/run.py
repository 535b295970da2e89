"""Follows a page of the documentation as a reader would, in a project of its own.

A page is a walk when it says so: `<!-- A walk in a copy of examples/stub-table, without lawbook.yml, rules. -->`. Its
blocks are taken in order:

- one whose first line is a comment with a path (`# rules/company/x.yml`) is written to that file;
- of a `console` block, lines after `$ ` are run; `# exit 1` at the end of one names an exit code that is not 0. What
  follows up to the next command must be what it prints; `...` stands for any lines, or for the rest of one.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WALK = re.compile(r"<!-- A walk in a copy of (?P<folder>\S+?)(?:, without (?P<without>.+?))?\. -->")
BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$", re.M | re.S)
FILE = re.compile(r"(?:#|//|--) (?P<path>[\w.-]*[\w./-]+\.\w+)\n")
EXIT = re.compile(r"\s+# exit (\d+)$")


class Wrong(Exception):
    """What a page shows is not so."""


def fits(expected, said):
    """Whether the lines are those expected."""
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*"
        else:
            pattern += re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + r"\n"
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in said)) is not None


def commands(text):
    """Yield each command of a console block, with its exit code and what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        while command.endswith("\\"):
            command += "\n" + lines.pop(0)
        code = EXIT.search(command)
        while lines and not lines[-1].strip():
            lines.pop()
        yield command, int(code[1]) if code else 0, lines


def end(text):
    """Return the last lines."""
    return "\n".join(text.splitlines()[-30:])


def console(text, project, environment):
    """Run the commands of a block."""
    for command, code, expected in commands(text):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = done.stdout.strip("\n").split("\n")
        if done.returncode != code:
            raise Wrong(f"`{command}` ends with {done.returncode}, not with {code}:\n{end(done.stdout)}")
        if expected and not fits(expected, said):
            raise Wrong(f"`{command}` does not print what the page shows, but:\n{end(done.stdout)}")


def walk(page, root, environment):
    """Follow a page; return how many commands it has."""
    text = page.read_text(encoding="utf-8")
    begin = WALK.search(text)
    ran = 0
    with tempfile.TemporaryDirectory(prefix="lawbook-docs-") as folder:
        project = Path(folder) / "project"
        shutil.copytree(root / begin["folder"], project)
        for name in re.split(r", | and ", begin["without"] or ""):
            path = project / name
            if name and path.is_dir():
                shutil.rmtree(path)
            elif name:
                path.unlink()
        subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", str(project)], check=True)
        for block in BLOCK.finditer(text):
            inside = re.sub(f"^{block['indent']}", "", block["text"], flags=re.M)
            line = text.count("\n", 0, block.start()) + 1
            try:
                if block["language"] == "console":
                    console(inside, project, environment)
                    ran += len(list(commands(inside)))
                elif named := FILE.match(inside):
                    path = project / named["path"]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(inside, encoding="utf-8")
            except Wrong as wrong:
                raise Wrong(f"{page.relative_to(root)}:{line}: {wrong}") from None
    return ran


def main():
    """Follow the pages that are named, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lawbook", type=Path, required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("pages", nargs="*", type=Path)
    given = parser.parse_args()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "LAWBOOK"))}
    environment.update(
        PATH=f"{given.lawbook.parent}:{Path(sys.executable).parent}:{environment['PATH']}",
        COLUMNS="100",
        NO_COLOR="1",
        GIT_CONFIG_GLOBAL=os.devnull,
        PYTHONDONTWRITEBYTECODE="1",
        GIT_AUTHOR_NAME="Reader",
        GIT_AUTHOR_EMAIL="reader@example.org",
        GIT_COMMITTER_NAME="Reader",
        GIT_COMMITTER_EMAIL="reader@example.org",
    )
    pages = [page.resolve() for page in given.pages] or sorted((given.root / "docs").glob("*.md"))
    walks = [page for page in pages if WALK.search(page.read_text(encoding="utf-8"))]
    wrong = 0
    for page in walks:
        try:
            print(f"ok: {page.relative_to(given.root)}, {walk(page, given.root, environment)} commands")
        except Wrong as fault:
            wrong += 1
            print(f"WRONG: {fault}")
    if not walks:
        sys.exit("no page is a walk")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
