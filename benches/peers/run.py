"""Times whole processes, Lawbook and a peer in turns, over the same trees; prints Markdown tables.

run.py [--lawbook PATH] [--sizes 1 100 1000 10000] [--rounds 5] [--only NAME ...] [--packs NAME ...]

Needs tests/corpus/fetch.sh and, for the peers, requirements.txt in the environment that runs it. Without --lawbook only
the peers are timed. Medians are printed, and the ratio Lawbook : peer as the median over the pairs. Nothing here fails
because something was slow; it fails (exit 1) when Lawbook misses what was planted, or finds more in those rules.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import generate
import rules

ROOT = generate.ROOT
WORK = ROOT / "corpus" / ".peers"
VERSIONS = "migrations/versions"
ACCEPTED = (0, 1)  # 1: it found something
# Alembic is half as fast without compiled files; they lie outside the trees, so that no one else meets them.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT["PYTHONPYCACHEPREFIX"] = str(WORK / "pycache")


@dataclass
class Sample:
    """What one process took."""

    wall: float
    user: float
    system: float
    rss: float
    """MiB at its peak; the largest of its processes."""


@dataclass
class Contender:
    """A command that is timed, in the folder of a tree."""

    name: str
    command: list[str]
    least: int = 0
    """The smallest tree that it makes sense on."""
    most: int = 10**9
    once: bool = False


def measure(command: list[str], folder: Path) -> Sample:
    """Runs a command to its end; its output goes nowhere."""
    with open(os.devnull, "r+b") as null:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=ENVIRONMENT, stdin=null, stdout=null, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode not in ACCEPTED:
        sys.exit(f"{command}: exit {process.returncode} in {folder}\n{said.decode(errors='replace')[-2000:]}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Sample(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss / scale)


def middle(samples: list[Sample]) -> Sample:
    """Returns the medians."""
    return Sample(*(median(getattr(sample, name) for sample in samples) for name in ("wall", "user", "system", "rss")))


def find(tool: str) -> str | None:
    """Returns where a tool is: beside the interpreter, or on the path."""
    beside = Path(sys.executable).parent / tool
    return str(beside) if beside.exists() else shutil.which(tool)


def peers() -> Iterator[Contender]:
    """Yields the peers that are installed, and the floor."""
    (WORK / "ast-grep").mkdir(parents=True, exist_ok=True)
    (WORK / "ast-grep" / "rules.yml").write_text(rules.ast_grep())
    (WORK / "semgrep.yml").write_text(rules.semgrep())
    yield Contender("cat", ["sh", "-c", f"cd {VERSIONS} && cat -- *.py"])
    tools: list[tuple[str, str, list[str], dict[str, int | bool]]] = [
        ("rg -c create_type", "rg", ["-c", "create_type", VERSIONS], {}),
        ("ruff --select E9", "ruff", ["check", "--isolated", "--no-cache", "--quiet", "--select", "E9", VERSIONS], {}),
        (
            f"ast-grep, {len(rules.RULES)} rules",
            "ast-grep",
            ["scan", "--rule", str(WORK / "ast-grep" / "rules.yml"), "--json=compact", VERSIONS],
            {},
        ),
        ("alembic heads", "alembic", ["heads"], {"least": 100}),
        (
            f"semgrep, {len(rules.RULES)} rules",
            "semgrep",
            ["scan", "--config", str(WORK / "semgrep.yml"), "--metrics=off", "--disable-version-check", "--quiet"]
            + ["--no-git-ignore", "--jobs", "2", "--json", "--output", os.devnull, VERSIONS],
            {"least": 1000, "most": 1000, "once": True},
        ),
    ]
    for name, tool, arguments, limits in tools:
        path = find(tool)
        if path is None:
            print(f"{tool} is not installed: left out", file=sys.stderr)
        else:
            yield Contender(name, [path, *arguments], **limits)  # type: ignore[arg-type]


def tree(size: int) -> Path:
    """Returns the tree of this size, made when it is not there."""
    folder = WORK / str(size)
    if not (folder / "planted.json").exists():
        generate.generate(folder, size, ROOT / "corpus")
    return folder


def lawbook_on(binary: str, folder: Path, only: Iterable[str] = ()) -> Contender:
    """Returns Lawbook with all built-in rules, or only with these; JSON to a file."""
    report = WORK / f"report-{folder.name}.json"
    rules = [argument for rule in only for argument in ("--rule", rule)]
    return Contender("lawbook", [binary, "check", *rules, "--format", "json", "--output", str(report)])


def rules_of(binary: str, packs: list[str]) -> list[str]:
    """Returns the names of the rules of built-in packs."""
    said = subprocess.run([binary, "rules", "--format", "json"], cwd=tree(1), capture_output=True, check=True)
    listed = [rule["rule"] for rule in json.loads(said.stdout)]
    for pack in packs:
        if not any(rule.startswith(f"{pack}/") for rule in listed):
            sys.exit(f"no rule of pack {pack} is on")
    return [rule for rule in listed if rule.split("/")[0] in packs]


def check_planted(folder: Path) -> list[str]:
    """Returns how Lawbook's report differs from what was planted, in the rules that were planted."""
    planted = json.loads((folder / "planted.json").read_text())
    report = json.loads((WORK / f"report-{folder.name}.json").read_text())
    every = {
        "alembic/enum-without-create-type",
        "alembic/enum-variable",
        "migrations/duplicate-revision",
        "migrations/migration-name",
        "alembic/unnamed-constraint",
    }
    faults = [f"{folder.name} files: problem: {problem['message']}" for problem in report["problems"]]
    for rule in sorted(every):
        found = {finding["path"] for finding in report["findings"] if finding["rule"] == rule}
        groups = [{path} if isinstance(path, str) else set(path) for path in planted.get(rule, [])]
        faults += [f"{folder.name} files: {rule} missed {sorted(group)}" for group in groups if not group & found]
        more = found - set().union(*groups)
        faults += [f"{folder.name} files: {rule} found in {path}, not planted" for path in sorted(more)]
    return faults


def pair(first: Contender | None, second: Contender, folder: Path, rounds: int) -> tuple[list[Sample], list[Sample]]:
    """Times two contenders in turns, after one run of each that does not count."""
    rounds = 1 if second.once else rounds
    if not second.once:
        measure(second.command, folder)
    if first:
        measure(first.command, folder)
    firsts, seconds = [], []
    for _ in range(rounds):
        if first:
            firsts.append(measure(first.command, folder))
        seconds.append(measure(second.command, folder))
    return firsts, seconds


@functools.cache
def least_rss() -> float:
    """Returns the peak memory of a process that does nothing: it starts as a copy of this one."""
    return measure(["true"], ROOT).rss


def show(sample: Sample) -> str:
    """Returns wall time, CPU time and memory as table cells."""
    memory = f"{sample.rss:.0f}" if sample.rss > least_rss() + 1 else f"< {least_rss():.0f}"
    return f"{sample.wall * 1000:.0f} ms | {cpu(sample) * 1000:.0f} ms | {memory} MiB"


def ratio(firsts: list[Sample], seconds: list[Sample], value: Callable[[Sample], float]) -> str:
    """Returns the median ratio over the pairs."""
    if not firsts:
        return "–"
    return f"{median(value(first) / max(value(second), 1e-4) for first, second in zip(firsts, seconds)):.2f}"


def cpu(sample: Sample) -> float:
    """Returns user and system time."""
    return sample.user + sample.system


def against_peers(binary: str | None, sizes: list[int], rounds: int, only: list[str], packs: list[str]) -> list[str]:
    """Prints one table for each size; returns faults in what Lawbook found."""
    chosen = rules_of(binary, packs) if binary and packs else []
    contenders = [peer for peer in peers() if not only or any(word in peer.name for word in only)]
    faults = []
    for size in sizes:
        folder = tree(size)
        lawbook = lawbook_on(binary, folder, chosen) if binary else None
        print(f"\n### {size:,} migration{'s' if size > 1 else ''}\n")
        print("| | wall | CPU | peak memory | Lawbook beside it: wall | CPU | ratio of wall | of CPU |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        for peer in contenders:
            if not peer.least <= size <= peer.most:
                continue
            ours, theirs = pair(lawbook, peer, folder, rounds)
            beside = f"{middle(ours).wall * 1000:.0f} ms | {cpu(middle(ours)) * 1000:.0f} ms" if ours else "– | –"
            ratios = f"{ratio(ours, theirs, lambda sample: sample.wall)} | {ratio(ours, theirs, cpu)}"
            print(f"| {peer.name} | {show(middle(theirs))} | {beside} | {ratios} |", flush=True)
        if lawbook:
            samples = [measure(lawbook.command, folder) for _ in range(rounds)]
            print(f"| **lawbook** | {show(middle(samples))} | | | | |")
            faults += check_planted(folder)
    return faults


def against_itself(binary: str, rounds: int) -> None:
    """Prints how Lawbook's cost grows with files and with rules."""
    print("\n### Growth\n")
    print("| | wall | CPU | peak memory | against | wall | CPU |")
    print("|---|---:|---:|---:|---|---:|---:|")
    small, large = tree(1000), tree(10000)
    firsts, seconds = [], []
    for _ in range(rounds):
        firsts.append(measure(lawbook_on(binary, large).command, large))
        seconds.append(measure(lawbook_on(binary, small).command, small))
    both = f"{ratio(firsts, seconds, lambda sample: sample.wall)} | {ratio(firsts, seconds, cpu)}"
    print(f"| 10,000 files | {show(middle(firsts))} | 1,000 files | {both} |")
    trees = {count: with_rules(small, count) for count in (30, 1000)}
    many, few = trees[1000], trees[30]
    firsts, seconds = [], []
    for _ in range(rounds):
        firsts.append(measure(lawbook_on(binary, many).command, many))
        seconds.append(measure(lawbook_on(binary, few).command, few))
    both = f"{ratio(firsts, seconds, lambda sample: sample.wall)} | {ratio(firsts, seconds, cpu)}"
    print(f"| 1,000 user rules, 1,000 files | {show(middle(firsts))} | 30 user rules | {both} |")


def with_rules(original: Path, count: int) -> Path:
    """Returns a copy of a tree that is judged by this many user rules alone."""
    folder = WORK / f"{original.name}-with-{count}-rules"
    if not folder.exists():
        shutil.copytree(original, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "user.yml").write_text(generate.user_rules(count))
    (folder / "lawbook.yml").write_text("packs: [./user.yml]\n")
    return folder


def main() -> int:
    """Reads the command line and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lawbook", help="the release binary")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 100, 1000, 10000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=[], help="only peers whose name holds one of these words")
    parser.add_argument("--packs", nargs="+", default=[], help="Lawbook runs only the rules of these built-in packs")
    parser.add_argument("--no-growth", action="store_true")
    options = parser.parse_args()
    binary = str(Path(options.lawbook).resolve()) if options.lawbook else None
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; medians of {options.rounds} pairs.")
    faults = against_peers(binary, options.sizes, options.rounds, options.only, options.packs)
    if binary and not options.no_growth:
        against_itself(binary, options.rounds)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
