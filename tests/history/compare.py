"""Holds `exceptions history`, `audit`, `list`, the HTML report and the ratchet against a count of their own.

    compare.py --lawbook LAWBOOK CLONE

Every version is read anew with PyYAML; reasons are counted by the words of docs/exceptions.md. Exit 1 on a difference.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml
from lists import git, replay

# Pairs of versions between which the ratchet is tried.
PAIRS = 12


def reasons(text):
    """Returns whether each entry has a reason, in order: a comment at its end, or above its group.

    A group ends at a blank line, or where another comment begins one.
    """
    found, group, block, blank, says_of_rule = [], False, False, True, False
    for line in text.splitlines()[1:]:
        bare = line.strip()
        comment = bare.startswith("#")
        if comment:
            block |= any(character.isalnum() for character in bare)
        elif bare.endswith(":") and not bare.startswith("-"):
            says_of_rule, group, block, blank = block, False, False, True
        elif bare:
            if block or blank:
                group = block
            own = "#" in bare and any(character.isalnum() for character in bare.split("#", 1)[1])
            found.append(group or own or says_of_rule)
            block = False
        else:
            block = False
        blank = not bare or (blank and comment) or (bare.endswith(":") and not bare.startswith("-"))
    return found


def entries(text):
    """Returns (rule, path, has a reason) of each entry, in order."""
    rules = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["exceptions"]
    pairs = [(rule, path) for rule, paths in rules.items() for path in paths or []]
    return [(rule, path, reason) for (rule, path), reason in zip(pairs, reasons(text), strict=True)]


class Comparison:
    def __init__(self, lawbook, repository):
        self.lawbook, self.repository, self.differences = lawbook, repository, 0

    def run(self, *arguments, codes=(0,)):
        """Runs the command; returns its output and the seconds that it took."""
        begin = time.perf_counter()
        done = subprocess.run([self.lawbook, *arguments], cwd=self.repository, capture_output=True)
        seconds = time.perf_counter() - begin
        if done.returncode not in codes:
            self.differs(f"lawbook {' '.join(arguments)} ends with {done.returncode}: {done.stderr.decode()[-400:]}")
        return done.stdout.decode(), seconds

    def differs(self, what):
        print(f"DIFFERENT: {what}", file=sys.stderr)
        self.differences += 1

    def same(self, what, found, expected):
        if found != expected:
            self.differs(f"{what}: {found}, expected {expected}")

    def history(self, versions):
        out, seconds = self.run("exceptions", "history", "--format", "json")
        points = json.loads(out)["points"]
        self.same("versions", len(points), len(versions))
        for point, (_, text) in zip(points, versions):
            told, at = entries(text), point["commit"][:12]
            self.same(f"entries at {at}", point["entries"], len(told))
            self.same(f"rules at {at}", point["rules"], dict(Counter(rule for rule, _, _ in told)))
            self.same(f"without a reason at {at}", point["without_reason"], sum(not reason for _, _, reason in told))
        text, terminal = self.run("exceptions", "history")
        self.same("versions in the terminal", f"{len(versions)} versions" in text, True)
        total = sum(point["entries"] for point in points)
        print(f"history: {len(points)} versions, {total} entries read; JSON {seconds:.3f} s, terminal {terminal:.3f} s")

    def audit(self, text):
        out, seconds = self.run("exceptions", "audit", "--format", "json", codes=(0, 1))
        audited, told = json.loads(out)["entries"], entries(text)
        by_rule = Counter(entry["rule"] for entry in audited)
        self.same("entries audited", dict(by_rule), dict(Counter(rule for rule, _, _ in told)))
        unexplained = sum("no-reason" in entry["states"] for entry in audited)
        self.same("audited without a reason", unexplained, sum(not reason for _, _, reason in told))
        twice = len(told) - len({(rule, path) for rule, path, _ in told})
        self.same("audited as duplicates", sum("duplicate" in entry["states"] for entry in audited), twice)
        _, listed = self.run("exceptions", "list")
        print(f"audit: {len(audited)} entries, {unexplained} without a reason; {seconds:.3f} s, list {listed:.3f} s")

    def html(self):
        report = self.repository / "report.html"
        _, seconds = self.run("check", "--format", "html", "--output", str(report), codes=(0, 1))
        self.same("a chart in the HTML report", "<svg" in report.read_text(encoding="utf-8"), True)
        print(f"HTML report with the growth: {report.stat().st_size // 1024} kB, {seconds:.3f} s")
        report.unlink()

    def ratchet(self, versions):
        commits = git(self.repository, "rev-list", "--reverse", "main").decode().split()
        step = max(1, len(commits) // PAIRS)
        pairs = [(index, index + 1) for index in range(0, len(commits) - 1, step)]
        pairs += [(index, len(commits) - 1) for index in range(0, len(commits) - 1, step)]
        refused, total = 0, 0.0
        for before, after in pairs:
            git(self.repository, "reset", "--quiet", "--hard", commits[after])
            out, seconds = self.run("check", "--format", "json", "--since", commits[before], codes=(0, 1))
            total += seconds
            found = [finding for finding in json.loads(out)["findings"] if finding["rule"] == "exceptions/growth"]
            known = Counter((rule, path) for rule, path, _ in entries(versions[before][1]))
            new = 0
            for rule, path, reason in entries(versions[after][1]):
                known[rule, path] -= 1
                new += known[rule, path] < 0 and not reason
            refused += bool(found)
            self.same(f"growth from version {before} to {after}", len(found), new)
        git(self.repository, "reset", "--quiet", "--hard", "main")
        print(f"ratchet: {len(pairs)} changes, {refused} refused; {total / len(pairs):.3f} s each")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lawbook", required=True)
    parser.add_argument("clone", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "replayed"
        versions = replay(options.clone, repository)
        comparison = Comparison(options.lawbook, repository)
        comparison.history(versions)
        comparison.audit(versions[-1][1])
        largest = max(range(len(versions)), key=lambda index: len(versions[index][1]))
        commit = git(repository, "rev-list", "--reverse", "main").decode().split()[largest]
        git(repository, "reset", "--quiet", "--hard", commit)
        comparison.audit(versions[largest][1])
        comparison.html()
        comparison.ratchet(versions)
    sys.exit(1 if comparison.differences else 0)


if __name__ == "__main__":
    main()
