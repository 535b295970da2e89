"""Replays the history of stubtest's allow lists in django-stubs as that of an exceptions file in the old form.

Lines, comments and blank lines stay what they were, commit by commit along the first parents, with their times. Nothing
of the project is kept but the names that its lists excuse.
"""

import subprocess
from pathlib import Path

FOLDER = "scripts/stubtest"
EXCEPTIONS = ".coding-rules-exceptions.yml"
# The rules that the lists make exceptions from, so that their names are known.
LAWS = """rules:
{rules}"""
RULE = """  - id: {name}
    title: a stub that differs from what runs
    on: file
    forbid: {{ path: never }}
    tests: {{}}
"""


def git(repository, *arguments, data=None):
    """Runs git; returns what it prints, as bytes."""
    done = subprocess.run(["git", "-C", str(repository), *arguments], input=data, stdout=subprocess.PIPE, check=True)
    return done.stdout


def commits(clone):
    """Returns (commit, time) of all commits on the main line that touch a list, oldest first."""
    out = git(clone, "log", "--first-parent", "--reverse", "--format=%H %ct", "HEAD", "--", FOLDER)
    return [(line.split()[0], int(line.split()[1])) for line in out.decode().splitlines()]


def lists(clone, found):
    """Returns, for each of these commits, the text of each list by name."""
    objects = {}
    for commit, _ in found:
        lines = git(clone, "ls-tree", commit, f"{FOLDER}/").decode().splitlines()
        words = [line.split() for line in lines]
        objects[commit] = {Path(name).stem: blob for _, _, blob, name in words if is_list(Path(name))}
    wanted = sorted({blob for blobs in objects.values() for blob in blobs.values()})
    out, texts = git(clone, "cat-file", "--batch", data="\n".join(wanted).encode()), {}
    for blob in wanted:
        header, _, out = out.partition(b"\n")
        size = int(header.split()[2])
        texts[blob], out = out[:size].decode(), out[size + 1 :]
    return {commit: {name: texts[blob] for name, blob in blobs.items()} for commit, blobs in objects.items()}


def is_list(path):
    return path.name.startswith("allowlist") and path.suffix == ".txt"


def old_form(texts):
    """Writes the lists as `exceptions: {list: [entry, ...]}`, with their comments."""
    lines = ["exceptions:"]
    for name, text in sorted(texts.items()):
        lines.append(f"  stubtest/{name.replace('_', '-')}:")
        for line in text.splitlines():
            entry, hash_, comment = line.partition("#")
            entry, comment = entry.strip(), f"{hash_}{comment}".rstrip()
            quoted = "'" + entry.replace("'", "''") + "'"
            lines.append("    " + "  ".join(part for part in (entry and f"- {quoted}", comment) if part))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def replay(clone, repository):
    """Makes the repository; returns (time, text) of each of its commits, oldest first."""
    versions, names, stream = [], set(), []
    found = commits(clone)
    every = lists(clone, found)
    for commit, time in found:
        texts = every[commit]
        names.update(name.replace("_", "-") for name in texts)
        text = old_form(texts)
        if not versions or versions[-1][1] != text:
            versions.append((time, text))
    rules = "".join(RULE.format(name=name) for name in sorted(names))
    files = {"lawbook.yml": "packs: [./stubtest.yml]\nexceptions: { may-grow: false }\n", "pyproject.toml": ""}
    files["stubtest.yml"] = LAWS.format(rules=rules)
    for number, (time, text) in enumerate(versions):
        files[EXCEPTIONS] = text
        stream.append(f"commit refs/heads/main\ncommitter list <list@example.org> {time} +0000\n".encode())
        stream.append(b"data 0\n")
        for name, content in files.items() if number == 0 else [(EXCEPTIONS, text)]:
            data = content.encode()
            stream.append(f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n")
    repository.mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main")
    git(repository, "fast-import", "--quiet", data=b"".join(stream))
    git(repository, "reset", "--quiet", "--hard", "main")
    return versions
