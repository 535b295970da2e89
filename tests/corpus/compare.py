"""Holds Lawbook's facts about migrations against what Alembic says of the same projects.

compare.py [--lawbook COMMAND] [--oracle COMMAND] PROJECT...

For each project folder both are run: `lawbook facts migration --format json`, `lawbook facts graph --format json` (in
the folder, without configuration), and `oracle.py FOLDER`. Compared, exactly, are the files, and of each its revision,
parents in order, dependencies and branch labels; and of each tree its heads, bases and branch points. Prints a table
and each difference; exits with 1 when there is one, with 2 when a side could not be run.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LISTS = ("depends_on", "branch_labels")


class CannotRun(Exception):
    """A side gave nothing to compare."""


@dataclass
class Verdict:
    """What came out of one project."""

    project: str
    trees: int = 0
    migrations: int = 0
    heads: int = 0
    bases: int = 0
    branch_points: int = 0
    differences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run(command: list[str], folder: Path, accept: tuple[int, ...]) -> tuple[Any, str]:
    """Runs a command and returns its standard output, read as JSON, and what it said beside."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"{shlex.join(command)}: {error}") from error
    if done.returncode not in accept:
        raise CannotRun(f"{shlex.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    try:
        return json.loads(done.stdout), done.stderr
    except ValueError as error:
        raise CannotRun(
            f"{shlex.join(command)}: not JSON: {error}\n{done.stdout[:500]}\n{done.stderr[-2000:]}"
        ) from error


def same(expected: Any, actual: Any) -> bool:
    """Compares two values; the order of lists counts."""
    return (list(actual) if isinstance(actual, (list, tuple)) else actual) == expected


def compare_files(trees: list[dict[str, Any]], migrations: list[dict[str, Any]], verdict: Verdict) -> None:
    """Compares the files of all trees, and the facts of each."""
    expected = {revision["path"]: revision for tree in trees for revision in tree["revisions"]}
    failed = {path for tree in trees for path in tree["failures"]}
    actual: dict[str, dict[str, Any]] = {}
    for migration in migrations:
        path = migration["path"]
        if path in actual:
            verdict.differences.append(f"{path}: two migration facts")
        actual[path] = migration
    for path in sorted(expected.keys() - actual.keys()):
        verdict.differences.append(f"{path}: a migration for Alembic, not for Lawbook")
    for path in sorted(actual.keys() - expected.keys()):
        if path in failed:
            verdict.notes.append(f"{path}: does not load outside its project, not compared")
        else:
            verdict.differences.append(f"{path}: a migration for Lawbook, not for Alembic")
    for path in sorted(expected.keys() & actual.keys()):
        for name in ("revision", "down_revisions", *LISTS):
            wanted, got = expected[path][name], actual[path].get(name)
            if name == "branch_labels" and isinstance(got, list):
                got = sorted(got)  # Alembic keeps them as a set
            if not same(wanted, got):
                verdict.differences.append(f"{path}: {name} is {wanted!r}, Lawbook says {got!r}")


def best_match(tree: dict[str, Any], graphs: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Returns the graph that shares most revisions with the tree."""
    revisions = {revision["revision"] for revision in tree["revisions"]}

    def overlap(graph: dict[str, Any]) -> float:
        others = set(graph.get("migrations", []))
        return len(revisions & others) / (len(revisions | others) or 1)

    best = max(graphs, key=overlap, default=None)
    return best if best is not None and overlap(best) > 0 else None


def compare_trees(trees: list[dict[str, Any]], graphs: list[dict[str, Any]], verdict: Verdict) -> None:
    """Compares heads, bases and branch points of each tree."""
    remaining = list(graphs)
    for tree in sorted(trees, key=lambda tree: -len(tree["revisions"])):
        where = ", ".join(tree["version_locations"])
        if not tree["revisions"]:
            continue
        graph = best_match(tree, remaining)
        if graph is None:
            verdict.differences.append(f"{where}: a tree for Alembic, not for Lawbook")
            continue
        remaining = [other for other in remaining if other is not graph]
        if tree["error"]:
            verdict.notes.append(f"{where}: Alembic refuses the tree ({tree['error']})")
            if not any(graph.get(name) for name in ("missing_parents", "cycles", "duplicates")):
                verdict.differences.append(f"{where}: {tree['error']}, Lawbook finds nothing wrong with the tree")
            continue
        for name, key in (("heads", "heads"), ("bases", "bases"), ("branch_points", "branches")):
            wanted, got = tree[name], graph.get(key)
            if not isinstance(got, list) or sorted(got) != wanted:
                verdict.differences.append(f"{where}: {name} are {wanted!r}, Lawbook says {got!r}")
        if "labels" in graph:  # by revision, those of its branch included
            for revision in tree["revisions"]:
                got = sorted(graph["labels"].get(revision["revision"], []))
                if got != revision["effective_labels"]:
                    verdict.differences.append(
                        f"{revision['path']}: labels are {revision['effective_labels']!r}, Lawbook says {got!r}"
                    )
    for graph in remaining:
        verdict.differences.append(f"{graph.get('name')}: a tree for Lawbook, not for Alembic")


def compare(project: Path, lawbook: list[str], oracle: list[str]) -> Verdict:
    """Runs both sides on a project and compares what they say."""
    truth, _ = run([*oracle, str(project)], HERE, (0,))
    # 2: it could not judge something and says so, which does not change the facts that it prints.
    migrations, said = run([*lawbook, "facts", "migration", "--format", "json"], project, (0, 2))
    graphs, _ = run([*lawbook, "facts", "graph", "--format", "json"], project, (0, 2))
    trees = truth["trees"]
    verdict = Verdict(project.name, trees=len(trees))
    verdict.migrations = sum(len(tree["revisions"]) for tree in trees)
    verdict.heads = sum(len(tree["heads"] or []) for tree in trees)
    verdict.bases = sum(len(tree["bases"] or []) for tree in trees)
    verdict.branch_points = sum(len(tree["branch_points"] or []) for tree in trees)
    verdict.notes += [f"Alembic: {problem}" for problem in truth["problems"]]
    verdict.notes += [f"Lawbook: {line}" for line in said.splitlines() if line.strip()]
    if not verdict.migrations:
        verdict.differences.append("no migration at all: there is nothing to compare")
    compare_files(trees, migrations, verdict)
    compare_trees(trees, graphs, verdict)
    return verdict


def print_table(verdicts: list[Verdict]) -> None:
    """Prints one line a project."""
    columns = ("trees", "migrations", "heads", "bases", "branch_points")
    print("| project | trees | migrations | heads | bases | branch points | differences |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for verdict in verdicts:
        numbers = " | ".join(str(getattr(verdict, column)) for column in columns)
        print(f"| {verdict.project} | {numbers} | {len(verdict.differences)} |")
    sums = " | ".join(str(sum(getattr(verdict, column) for verdict in verdicts)) for column in columns)
    print(f"| **all** | {sums} | {sum(len(verdict.differences) for verdict in verdicts)} |")


def main(arguments: list[str] | None = None) -> int:
    """Compares projects and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lawbook", default="lawbook", help="command that runs Lawbook")
    parser.add_argument("--oracle", default=f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'oracle.py'))}")
    parser.add_argument("--verbose", action="store_true", help="also print what was noted beside the differences")
    parser.add_argument("projects", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    lawbook, oracle = shlex.split(options.lawbook), shlex.split(options.oracle)
    verdicts, broken = [], []
    for project in options.projects:
        try:
            verdicts.append(compare(project.resolve(), lawbook, oracle))
        except CannotRun as error:
            broken.append(f"{project.name}: {error}")
    print_table(verdicts)
    for verdict in verdicts:
        for difference in verdict.differences:
            print(f"{verdict.project}: {difference}")
        for note in verdict.notes if options.verbose else []:
            print(f"{verdict.project}: note: {note}")
    for line in broken:
        print(line, file=sys.stderr)
    if broken:
        return 2
    return 1 if any(verdict.differences for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
