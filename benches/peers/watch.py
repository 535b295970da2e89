"""Measures `lawbook watch` on generated trees of Alembic migrations; prints a Markdown table.

watch.py [--lawbook PATH] [--sizes 100 1000 10000] [--saves 20]

For each size: the time that a verdict took after a save (told by the program, without debouncing), for the newest
migration and for one in the middle of the history; memory; CPU spent while nothing happens. Nothing here fails because
something was slow; it fails (exit 1) when a verdict does not come, or does not see what was saved.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import run

HEADLINE = re.compile(r"^\[\d\d:\d\d:\d\d\] (?P<what>.*) \((?P<took>\d+) (?P<unit>ms|s)\)$")
REVISION = re.compile(r"^revision\b", re.M)
FAULT = '\n\nimport sqlalchemy as sa\nsa.Enum("a", name="fault", create_type=False)\n'
PATIENCE = 300


class Watcher:
    """A process that watches a tree, and what it says."""

    def __init__(self, lawbook: str, tree: Path) -> None:
        self.process = subprocess.Popen(
            [lawbook, "watch", "--color", "never"], cwd=tree, stdout=subprocess.PIPE, text=True
        )

    def verdict(self) -> tuple[str, float]:
        """Waits for the next verdict; returns its headline and how many milliseconds it took."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            line = self.process.stdout.readline()
            if not line:
                break
            if found := HEADLINE.match(line.rstrip("\n")):
                scale = 1000 if found["unit"] == "s" else 1
                return found["what"], float(found["took"]) * scale
        sys.exit("no verdict came")

    def memory(self) -> float:
        """Returns the resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1]) / 1000

    def ticks(self) -> int:
        """Returns the CPU time in ticks of the clock."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])


def measure(lawbook: str, size: int, saves: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(run.tree(size), tree)
        files = sorted(file for file in tree.rglob("*.py") if REVISION.search(file.read_text()))
        watcher = Watcher(lawbook, tree)
        try:
            _, first = watcher.verdict()
            medians = []
            for file in (files[-1], files[len(files) // 2]):
                text, times = file.read_text(), []
                for number in range(saves):
                    # Every save changes the verdict.
                    worse = number % 2 == 0
                    file.write_text(text + FAULT if worse else text)
                    headline, took = watcher.verdict()
                    if ("new" if worse else "fixed") not in headline:
                        sys.exit(f"the verdict does not see what was saved: {headline}")
                    times.append(took)
                medians.append(statistics.median(times))
            before = watcher.ticks()
            time.sleep(5)
            idle = watcher.ticks() - before
            memory = watcher.memory()
        finally:
            watcher.process.terminate()
            watcher.process.wait()
    row = [f"{size:,}", f"{first:.0f} ms", *(f"{median:.0f} ms" for median in medians), f"{memory:.0f} MB", str(idle)]
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lawbook", default="target/release/lawbook")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--saves", type=int, default=20, help="an even number")
    options = parser.parse_args()
    lawbook = str(Path(options.lawbook).resolve())
    print("| migrations | first verdict | newest saved | middle saved | memory | CPU ticks in 5 idle seconds |")
    print("|---|---|---|---|---|---|")
    for size in options.sizes:
        print("| " + " | ".join(measure(lawbook, size, options.saves)) + " |", flush=True)


if __name__ == "__main__":
    main()
