"""Makes trees of real-looking Alembic migrations of any size, from migrations of public projects.

generate.py --size N OUT            the same bytes for the same corpus and size
generate.py --user-rules N OUT      a pack of N rules as a team might write them

OUT/alembic.ini, OUT/migrations/   a chain with a branch and a merge about every 300 revisions: one base, one head, and
                                   `alembic heads` runs on it
OUT/planted.json                   {"rule": ["path" or ["path", "path"], ...]}: planted in 1 % of the files. What these
                                   rules would find in the seeds is kept out, so that they find nothing else.
                                   A pair is one fault of two files: a finding on either counts.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import random
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("revision", "down_revision", "branch_labels", "depends_on")
# What migrations may import, so that Alembic can load them without the project that they come from.
IMPORTS = {"sqlalchemy", "alembic", "typing", "collections", "datetime", "json", "logging", "uuid", "re", "enum", "os"}
# Seeds in which a planted rule might find something of its own.
UNWANTED = re.compile(
    r"create_type|LegacyCursorResult|^\w+(\s*:[^=]+)?\s*=\s*[\w.]*(enum|\bENUM)\w*\("
    r"|(create_(foreign_key|unique_constraint|check_constraint)|drop_constraint)\(\s*((constraint_)?name\s*=\s*)?None",
    re.MULTILINE | re.IGNORECASE,
)

INI = "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = sqlite://\n"
ENV = "from alembic import context\n\ncontext.configure(url='sqlite://')\n"

ENUM = """

def _status_column():
    import sqlalchemy as sa

    return sa.Column("status", sa.Enum("draft", "active", name="legacy_status", create_type=False), nullable=False)
"""
VARIABLE = """

import sqlalchemy as sa

LEGACY_ENUM = sa.Enum("draft", "active", name="legacy_status")
"""
CONSTRAINT = """

def _rename():
    from alembic import op

    op.create_unique_constraint(None, "deals", ["code"])
"""


@dataclass
class Seed:
    """A migration of a public project, and where in its bytes the values stand that are written anew."""

    slug: str
    text: bytes
    spots: list[tuple[int, int, str]]
    own: str
    parents: tuple[str, ...]


def read_seed(path: Path) -> Seed | None:
    """Reads a migration; `None` for one that Alembic could not load alone, or that is a fault already."""
    text = path.read_bytes().replace(b"\r\n", b"\n")
    try:
        tree = ast.parse(text)
        if UNWANTED.search(text.decode("utf-8")):
            return None
    except (SyntaxError, ValueError):
        return None
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spots, own, parents = [], "", ()
    for node in tree.body:
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "."]
        else:
            modules = []
        if any(module.partition(".")[0] not in IMPORTS for module in modules):
            return None
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if not (isinstance(target, ast.Name) and target.id in NAMES and isinstance(value, ast.expr)):
            continue
        start = starts[value.lineno - 1] + value.col_offset
        end = starts[(value.end_lineno or 0) - 1] + (value.end_col_offset or 0)
        spots.append((start, end, target.id))
        strings = [child.value for child in ast.walk(value) if isinstance(child, ast.Constant)]
        if target.id == "revision":
            own = strings[0] if len(strings) == 1 and isinstance(value, ast.Constant) else ""
        elif target.id == "down_revision":
            parents = tuple(text for text in strings if isinstance(text, str))
    if not own or not {"revision", "down_revision"} <= {name for _, _, name in spots}:
        return None
    words = re.sub(r"[^a-z0-9]+", "_", path.stem.replace(own, "").lower())
    return Seed(words.strip("_")[:40] or "change", text, sorted(spots, reverse=True), own, parents)


def read_seeds(corpus: Path) -> list[Seed]:
    """Reads what tests/corpus/fetch.sh brought."""
    projects = [
        line.split()[0] for line in (ROOT / "tests/corpus/projects.txt").read_text().splitlines() if line[0] != "#"
    ]
    seeds = []
    for project in projects:
        paths = sorted((corpus / project).rglob("*.py"))
        if not paths:
            sys.exit(f"{corpus / project} is not there: run tests/corpus/fetch.sh first")
        seeds += [seed for path in paths if b"down_revision" in path.read_bytes() for seed in [read_seed(path)] if seed]
    return seeds


def write_anew(seed: Seed, revision: str, parents: tuple[str, ...]) -> bytes:
    """Returns the seed's text with another revision and other parents, in its docstring as well."""
    down = "None" if not parents else repr(parents[0]) if len(parents) == 1 else repr(parents)
    values = {"revision": repr(revision), "down_revision": down, "branch_labels": "None", "depends_on": "None"}
    text = seed.text
    for start, end, name in seed.spots:
        text = text[:start] + values[name].encode() + text[end:]
    if len(seed.own) >= 8:
        text = text.replace(seed.own.encode(), revision.encode())
    for old, new in zip(seed.parents, parents):
        if len(old) >= 8:
            text = text.replace(old.encode(), new.encode())
    return text


def shape(ids: list[str], chance: random.Random) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields every revision with its parents: a chain, now and then forked in two arms that are merged."""
    tip: tuple[str, ...] = ()
    rest = list(reversed(ids))
    until_fork = chance.randint(50, 150)
    while rest:
        if until_fork > 0 or len(rest) < 12:
            revision = rest.pop()
            yield revision, tip
            tip = (revision,)
            until_fork -= 1
            continue
        ends = []
        for _ in range(2):
            parent = tip
            for _ in range(chance.randint(1, 5)):
                revision = rest.pop()
                yield revision, parent
                parent = (revision,)
            ends.append(parent[0])
        tip = tuple(ends)
        until_fork = chance.randint(150, 450)


def generate(out: Path, size: int, corpus: Path) -> dict[str, list[str | list[str]]]:
    """Writes a tree of `size` files and returns what was planted in it."""
    seeds = read_seeds(corpus)
    chance = random.Random(size)
    kinds = ["enum", "variable", "duplicate", "name", "constraint"]
    planted_at = {index: kinds[index // 100 % len(kinds)] for index in range(50, size, 100)}
    copies = sum(kind == "duplicate" for kind in planted_at.values())
    ids = [hashlib.sha256(f"{size}:{index}".encode()).hexdigest()[:12] for index in range(size - copies)]
    chain = shape(ids, chance)

    shutil.rmtree(out, ignore_errors=True)
    versions = out / "migrations" / "versions"
    versions.mkdir(parents=True)
    (out / "alembic.ini").write_text(INI)
    (out / "migrations" / "env.py").write_text(ENV)
    planted: dict[str, list[str | list[str]]] = {}
    deck: list[Seed] = []
    last: tuple[str, tuple[str, ...], str] = ("", (), "")
    for index in range(size):
        deck = deck or chance.sample(seeds, len(seeds))
        seed = deck.pop()
        kind = planted_at.get(index, "")
        revision, parents, before = last if kind == "duplicate" else (*next(chain), "")
        text = write_anew(seed, revision, parents)
        name = f"{revision}_{seed.slug}.py"
        if kind == "enum":
            text += ENUM.encode()
        elif kind == "variable":
            text += VARIABLE.encode()
        elif kind == "constraint":
            text += CONSTRAINT.encode()
        elif kind == "name":
            name = f"Final-Version {chr(97 + index // 26 % 26)}{chr(97 + index % 26)}-{index}.py"
        elif kind == "duplicate":
            name = f"{revision}_copy_{index}.py"
        path = f"migrations/versions/{name}"
        rules = {
            "enum": "alembic/enum-without-create-type",
            "variable": "alembic/enum-variable",
            "duplicate": "migrations/duplicate-revision",
            "name": "migrations/migration-name",
            "constraint": "alembic/unnamed-constraint",
        }
        if kind:
            planted.setdefault(rules[kind], []).append(sorted([before, path]) if kind == "duplicate" else path)
        (out / path).write_bytes(text)
        last = (revision, parents, path)
    (out / "planted.json").write_text(json.dumps(planted, indent=1, sort_keys=True) + "\n")
    return planted


def user_rules(count: int) -> str:
    """Returns a pack of rules as a team might write them: each about a name of its own, of five sorts."""
    sorts = [
        "on: migration\n  forbid: {{ text: '\\blegacy_table_{0:04}\\b' }}",
        "on: migration\n  forbid: {{ code: 'op.drop_column(\"table_{0:04}\", $$$)' }}",
        "on: migration\n  forbid: {{ text: '(DROP|TRUNCATE)\\s+TABLE\\s+audit_{0:04}' }}",
        "on: call\n  where: {{ callee: op.create_index_{0:04} }}\n  forbid: {{ text: 'postgresql_concurrently' }}",
        "on: migration\n  forbid: {{ name: {{ matches: '_hotfix_{0:04}_.*\\.py$' }} }}",
    ]
    rules = []
    for index in range(count):
        body = sorts[index % len(sorts)].format(index)
        rules.append(f"- id: rule-{index:04}\n  title: Rule {index}\n  message: rule {index} says no\n  {body}\n")
    return "".join(rules)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int)
    parser.add_argument("--user-rules", type=int)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    if options.size:
        planted = generate(options.out, options.size, options.corpus)
        print(f"{options.out}: {options.size} files,", {rule: len(paths) for rule, paths in planted.items()})
    elif options.user_rules:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(user_rules(options.user_rules))
    else:
        parser.error("--size or --user-rules")


if __name__ == "__main__":
    main()
