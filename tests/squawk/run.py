"""Holds pack `postgres` against squawk, file by file, line by line, rule by rule.

Exit 1 on a difference without a reason.

run.py --lawbook COMMAND --squawk COMMAND --work FOLDER [--corpus FOLDER] [--verbose]
"""

import argparse
import collections
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import generate
import reasons

ROOT = Path(__file__).resolve().parent.parent.parent

# Squawk's rules and ours: what either side finds of a row is held against the other.
TWINS = {
    "adding-field-with-default": ["default-rewrites-table", "serial-or-stored-column-rewrites"],
    "adding-foreign-key-constraint": ["foreign-key-validates"],
    "adding-not-nullable-field": ["set-not-null-scan"],
    "adding-required-field": ["required-column"],
    "adding-serial-primary-key-field": ["primary-key-builds-index"],
    "ban-alter-domain-with-add-constraint": ["domain-constraint"],
    "ban-char-field": ["char-column"],
    "ban-concurrent-index-creation-in-transaction": ["concurrent-in-transaction"],
    "ban-create-domain-with-constraint": ["domain-constraint"],
    "ban-drop-column": ["drop-column"],
    "ban-drop-database": ["drop-database-or-schema"],
    "ban-alter-identity": ["change-identity"],
    "ban-drop-constraint": ["drop-constraint"],
    "ban-drop-default": ["drop-default"],
    "ban-drop-domain": ["drop-object"],
    "ban-drop-extension": ["drop-object"],
    "ban-drop-function": ["drop-object"],
    "ban-drop-generated-expression": ["change-identity"],
    "ban-drop-schema": ["drop-database-or-schema"],
    "ban-drop-sequence": ["drop-object"],
    "ban-drop-type": ["drop-object"],
    "ban-drop-view": ["drop-object"],
    "ban-set-schema": ["move-to-schema"],
    "ban-drop-not-null": ["drop-not-null"],
    "ban-drop-table": ["drop-table"],
    "ban-duplicate-column-assignments": ["duplicate-column-assignment"],
    "ban-truncate-cascade": ["truncate-cascade"],
    "ban-uncommitted-transaction": ["uncommitted-transaction"],
    "changing-column-type": ["column-type-change"],
    "constraint-missing-not-valid": ["constraint-without-not-valid", "validate-same-transaction"],
    "disallowed-unique-constraint": ["unique-constraint-builds-index"],
    "identifier-too-long": ["long-identifier"],
    "prefer-bigint-over-int": ["narrow-integer"],
    "prefer-bigint-over-smallint": ["narrow-integer"],
    "prefer-identity": ["serial-column"],
    "prefer-repack": ["vacuum-full-or-cluster"],
    "prefer-robust-stmts": ["unrepeatable-statement"],
    "prefer-text-field": ["varchar-limit"],
    "prefer-timestamp-tz": ["timestamp-column"],
    "renaming-column": ["rename-column"],
    "renaming-object": ["rename-object", "rename-enum-value", "rename-schema"],
    "renaming-table": ["rename-table"],
    "require-concurrent-index-creation": ["index-not-concurrent"],
    "require-concurrent-index-deletion": ["drop-index-not-concurrent"],
    "require-concurrent-partition-detach": ["detach-partition"],
    "require-concurrent-reindex": ["reindex-not-concurrent"],
    "require-enum-value-ordering": ["enum-add-value-order"],
    "require-lock-timeout": ["lock-timeout-missing"],
    "require-statement-timeout": ["statement-timeout-missing"],
    "require-table-schema": ["unqualified-table"],
    "transaction-nesting": ["transaction-nesting"],
}
OURS = {rule: twins[0] for twins in TWINS.values() for rule in twins}


@dataclass(frozen=True, order=True)
class Record:
    """Something that was found: the file, the line, and the first of our rules that stand for it."""

    path: str
    line: int
    rule: str


@dataclass
class Case:
    """A file, for a reason to look at."""

    path: str
    text: str
    version: int
    # The migration tool runs it in a transaction.
    inside: bool
    squawk: set
    lawbook: set
    unknown: list

    def statement(self, line):
        """Returns the statement that stands on a line, and the number of its first."""
        start = number = 1
        for number, text in enumerate(self.text.splitlines(), 1):
            if text.rstrip().endswith(";") or text.startswith("-- +goose"):
                if number >= line:
                    break
                start = number + 1
        return "\n".join(self.text.splitlines()[start - 1 : number]), start

    def before(self, line):
        """Returns the text of the statements before the one on a line."""
        return "\n".join(self.text.splitlines()[: self.statement(line)[1] - 1])

    def in_transaction(self, line):
        """Returns whether the statement on a line runs in a transaction."""
        inside = self.inside
        for word in re.findall(
            r"(?m)^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|END)(?: TO)?\b(?! TO)", self.before(line)
        ):
            inside = word in ("BEGIN", "START TRANSACTION")
        return inside


def rules():
    return sorted(path.stem for path in (ROOT / "rules" / "postgres").glob("*.yml") if path.stem != "pack")


def run(command, folder, exits):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in exits:
        sys.exit(
            f"{' '.join(command[:4])} in {folder}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout


def squawk(command, folder, paths, version, inside):
    """Returns the records of squawk, and the files that it cannot read."""
    options = ["--assume-in-transaction"] if inside else []
    output = run(
        [
            command,
            "--reporter",
            "json",
            "--pg-version",
            f"{version}.0",
            "--include",
            "require-table-schema",
            *options,
            *paths,
        ],
        folder,
        (0, 1),
    )
    records, broken = set(), set()
    for found in json.loads(output):
        rule = found["rule_name"]
        if rule == "syntax-error":
            broken.add(found["file"])
        elif rule in TWINS:
            records.add(Record(found["file"], found["line"] + 1, TWINS[rule][0]))
        else:
            sys.exit(f"{found['file']}: squawk's rule {rule} has no twin: add it to TWINS")
    return records, broken


def lawbook(command, folder):
    """Returns the records of Lawbook, the lines that it could not judge, and how many findings have no twin."""
    report = json.loads(run([command, "check", "--format", "json", "--show-unknown"], folder, (0, 1)))
    records, others = set(), collections.Counter()
    for found in report["findings"]:
        rule = found["rule"].split("/")[1]
        if rule in OURS:
            records.add(Record(found["path"], found["line"], OURS[rule]))
        else:
            others[rule] += 1
    return records, report.get("unknowns", []), others


def compare(case):
    """Returns (who alone says so, record, reason or None) of a file."""
    found = []
    for who, records, others in (("lawbook", case.lawbook, case.squawk), ("squawk", case.squawk, case.lawbook)):
        for record in sorted(records - others):
            found.append((who, record, reasons.explain(who, record, case)))
    return found


def judge_folder(arguments, folder, version, inside):
    """Returns the cases of a folder, and the findings of rules that squawk does not have."""
    paths = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.sql"))
    theirs, broken = squawk(arguments.squawk, folder, paths, version, inside)
    ours, unknown, others = lawbook(arguments.lawbook, folder)
    cases = []
    for path in paths:
        if path in broken:
            continue
        cases.append(
            Case(
                path=path,
                text=(folder / path).read_text(),
                version=version,
                inside=inside,
                squawk={record for record in theirs if record.path == path},
                lawbook={record for record in ours if record.path == path},
                unknown=[one for one in unknown if one.get("path") == path],
            )
        )
    return cases, len(broken), others


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lawbook", required=True)
    parser.add_argument("--squawk", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--pack", default="postgres", help="a folder, to judge by rules that are not built in yet")
    parser.add_argument("--verbose", action="store_true", help="also the differences that have a reason")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work, ignore_errors=True)
    arguments.work.mkdir(parents=True)
    tally, unexplained, silent = collections.Counter(), [], set(OURS.values())
    files = agreed = 0
    folders = [
        (folder, version, inside)
        for version in generate.VERSIONS
        for inside, folder in generate.write(arguments.work, version, rules(), arguments.pack).items()
    ]
    if arguments.corpus and arguments.corpus.is_dir():
        statements = generate.corpus_statements(arguments.corpus)
        written = generate.write_corpus(arguments.work, statements, rules(), arguments.pack)
        folders += [(folder, generate.USUAL, inside) for inside, folder in written.items()]
    for folder, version, inside in folders:
        cases, broken, others = judge_folder(arguments, folder, version, inside)
        differences = [(case, *difference) for case in cases for difference in compare(case)]
        same = sum(len(case.squawk & case.lawbook) for case in cases)
        silent -= {record.rule for case in cases for record in case.squawk & case.lawbook}
        files += len(cases)
        agreed += same
        print(
            f"{folder.name}: {len(cases)} files, {same} findings of both, {len(differences)} of one alone; "
            f"{sum(others.values())} findings of rules that squawk does not have"
            + (f"; {broken} files that squawk cannot read" if broken else "")
        )
        for case, who, record, reason in differences:
            tally[reason or "?"] += 1
            if reason is None:
                unexplained.append((case, who, record))
            if reason is None or arguments.verbose:
                print(f"  {who} alone: {record.path}:{record.line} {record.rule}: {reason or '?'}")
                print(f"      {case.statement(record.line)[0]!r}")
    from rendered import judge_rendered

    for line, reason in judge_rendered(arguments, rules(), silent):
        tally[reason or "?"] += 1
        if reason is None:
            unexplained.append(line)
        if reason is None or arguments.verbose:
            print(f"  {line}: {reason or '?'}")
    print(f"\n{files} files, {agreed} findings of both; by reason:")
    for reason, count in tally.most_common():
        print(f"{count:6} {reason}")
    for rule in sorted(silent):
        print(f"no file on which both find {rule}")
    if unexplained or silent:
        print(f"\n{len(unexplained)} differences without a reason")
        sys.exit(1)


if __name__ == "__main__":
    main()
