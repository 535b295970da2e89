"""Checks of the benchmark itself: `python -m unittest discover benches/peers`. Needs tests/corpus/fetch.sh.

Held to account are the generator (same bytes twice, one head) and the check that planted faults are found.
"""

from __future__ import annotations

import ast
import json
import tempfile
import unittest
from pathlib import Path

import generate
import rules
import run

CORPUS = generate.ROOT / "corpus"


@unittest.skipUnless((CORPUS / "optuna").is_dir(), "needs tests/corpus/fetch.sh")
class Generator(unittest.TestCase):
    def test_same_bytes_one_head_and_one_percent_planted(self) -> None:
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            planted = generate.generate(Path(first), 600, CORPUS)
            generate.generate(Path(second), 600, CORPUS)
            files = sorted(path.relative_to(first) for path in Path(first).rglob("*") if path.is_file())
            self.assertEqual(
                files, sorted(path.relative_to(second) for path in Path(second).rglob("*") if path.is_file())
            )
            for path in files:
                self.assertEqual(Path(first, path).read_bytes(), Path(second, path).read_bytes())
            self.assertEqual(sum(len(paths) for paths in planted.values()), 6)
            parents: dict[str, tuple[str, ...]] = {}
            for path in Path(first, run.VERSIONS).glob("*.py"):
                names: dict[str, object] = {}
                for node in ast.parse(path.read_bytes()).body:
                    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
                    if isinstance(target, ast.Name) and target.id in ("revision", "down_revision"):
                        names[target.id] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
                down = names["down_revision"] or ()
                parents[str(names["revision"])] = (down,) if isinstance(down, str) else tuple(down)  # type: ignore
            named = {parent for group in parents.values() for parent in group}
            self.assertEqual(len(parents), 599)  # one file claims the revision of another
            self.assertEqual(len(parents.keys() - named), 1)
            self.assertEqual(sum(not group for group in parents.values()), 1)
            self.assertLessEqual(named, parents.keys())


class Planted(unittest.TestCase):
    def faults(self, found: list[tuple[str, str]]) -> list[str]:
        """Returns what is said of a report with these findings."""
        planted = {"alembic/enum-variable": ["a.py"], "migrations/duplicate-revision": [["b.py", "c.py"]]}
        with tempfile.TemporaryDirectory() as folder:
            run.WORK, tree = Path(folder), Path(folder, "tree")
            tree.mkdir()
            (tree / "planted.json").write_text(json.dumps(planted))
            findings = [{"rule": rule, "path": path} for rule, path in found]
            (run.WORK / "report-tree.json").write_text(json.dumps({"findings": findings, "problems": []}))
            return run.check_planted(tree)

    def test_all_found(self) -> None:
        self.assertEqual(
            self.faults([("alembic/enum-variable", "a.py"), ("migrations/duplicate-revision", "c.py")]), []
        )
        self.assertEqual(
            self.faults([("alembic/enum-variable", "a.py"), ("migrations/duplicate-revision", "b.py"), ("x", "d.py")]),
            [],
        )

    def test_missed_and_more(self) -> None:
        self.assertEqual(
            self.faults([("alembic/enum-variable", "d.py"), ("migrations/duplicate-revision", "b.py")]),
            [
                "tree files: alembic/enum-variable missed ['a.py']",
                "tree files: alembic/enum-variable found in d.py, not planted",
            ],
        )


class Rules(unittest.TestCase):
    def test_twenty_for_both(self) -> None:
        self.assertEqual(len(rules.RULES), 20)
        self.assertEqual(rules.ast_grep().count('"strictness": "ast"'), 20)
        self.assertEqual(len(json.loads(rules.semgrep())["rules"]), 20)
        self.assertEqual(generate.user_rules(1000).count("- id: "), 1000)


if __name__ == "__main__":
    unittest.main()
