"""Checks of compare.py and of the oracle's own judgement: `python -m unittest discover tests/corpus`.

Hermetic: Lawbook is a small script that prints what the case says. The oracle's cases are skipped without Alembic.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Callable

import compare

HERE = Path(__file__).resolve().parent
PRINTER = "import json,sys; print(json.dumps(json.load(open(sys.argv[1]))[sys.argv[3]]))"


def revision(name: str, parents: list[str], **more: Any) -> dict[str, Any]:
    """Returns a revision as the oracle prints it."""
    facts = {"path": f"versions/{name}.py", "revision": name, "down_revisions": parents, "depends_on": []}
    return {**facts, "branch_labels": [], "effective_labels": [], "is_branch_point": False, **more}


TREE: dict[str, Any] = {
    "name": "migrations",
    "version_locations": ["versions"],
    "error": None,
    "failures": {},
    "revisions": [revision("a", []), revision("b", ["a"]), revision("c", ["a"]), revision("d", ["b", "c"])],
    "heads": ["d"],
    "bases": ["a"],
    "branch_points": ["a"],
}
TRUTH = {"problems": [], "trees": [TREE]}
GRAPH = {"name": "migrations", "migrations": list("abcd"), "heads": ["d"], "bases": ["a"], "branches": ["a"]}
FACTS = {"migration": TREE["revisions"], "graph": [GRAPH]}


def judge(truth: dict[str, Any], facts: dict[str, Any]) -> tuple[int, str]:
    """Runs compare.py with both sides scripted; returns its exit code and output."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "truth.json"), Path(folder, "facts.json")
        files[0].write_text(json.dumps({"x": truth}))
        files[1].write_text(json.dumps(facts))
        oracle = [sys.executable, "-c", PRINTER.replace("sys.argv[3]", "'x'"), str(files[0])]
        lawbook = [sys.executable, "-c", PRINTER, str(files[1])]
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = compare.main(
                ["--verbose", "--oracle", compare.shlex.join(oracle), "--lawbook", compare.shlex.join(lawbook), folder]
            )
        return code, output.getvalue()


class Compare(unittest.TestCase):
    def test_equal(self) -> None:
        code, output = judge(TRUTH, FACTS)
        self.assertEqual(code, 0, output)
        self.assertIn("| 1 | 4 | 1 | 1 | 1 | 0 |", output)

    def test_differences(self) -> None:
        def drop_file(facts: Any) -> None:
            del facts["migration"][1]

        def extra_file(facts: Any) -> None:
            facts["migration"].append(revision("env", []))

        def twice(facts: Any) -> None:
            facts["migration"].append(facts["migration"][0])

        def parents_swapped(facts: Any) -> None:
            facts["migration"][3]["down_revisions"] = ["c", "b"]

        def unknown(facts: Any) -> None:
            facts["migration"][0]["revision"] = {"unknown": "computed"}

        def labelled(facts: Any) -> None:
            facts["migration"][0]["branch_labels"] = ["x"]

        def other_head(facts: Any) -> None:
            facts["graph"][0]["heads"] = ["c", "d"]

        def no_branch(facts: Any) -> None:
            facts["graph"][0]["branches"] = []

        def missing_field(facts: Any) -> None:
            del facts["migration"][0]["depends_on"]

        def no_graph(facts: Any) -> None:
            facts["graph"] = []

        def second_graph(facts: Any) -> None:
            facts["graph"].append({**GRAPH, "name": "other", "migrations": ["z"]})

        cases: list[tuple[Callable[[Any], None], str]] = [
            (drop_file, "versions/b.py: a migration for Alembic, not for Lawbook"),
            (extra_file, "versions/env.py: a migration for Lawbook, not for Alembic"),
            (twice, "versions/a.py: two migration facts"),
            (parents_swapped, "down_revisions is ['b', 'c'], Lawbook says ['c', 'b']"),
            (unknown, "revision is 'a', Lawbook says {'unknown': 'computed'}"),
            (labelled, "branch_labels is [], Lawbook says ['x']"),
            (other_head, "heads are ['d'], Lawbook says ['c', 'd']"),
            (no_branch, "branch_points are ['a'], Lawbook says []"),
            (missing_field, "depends_on is [], Lawbook says None"),
            (no_graph, "a tree for Alembic, not for Lawbook"),
            (second_graph, "other: a tree for Lawbook, not for Alembic"),
        ]
        for change, expected in cases:
            with self.subTest(change.__name__):
                facts = copy.deepcopy(FACTS)
                change(facts)
                code, output = judge(TRUTH, facts)
                self.assertEqual(code, 1, output)
                self.assertIn(expected, output)

    def test_nothing_to_compare_is_a_difference(self) -> None:
        code, output = judge({"problems": [], "trees": []}, {"migration": [], "graph": []})
        self.assertEqual(code, 1, output)

    def test_refused_tree_must_be_refused_by_both(self) -> None:
        truth = copy.deepcopy(TRUTH)
        truth["trees"][0]["error"] = "KeyError: 'z'"
        self.assertEqual(judge(truth, FACTS)[0], 1)
        facts = copy.deepcopy(FACTS)
        facts["graph"][0]["missing_parents"] = [{"migration": "a", "revision": "z"}]
        self.assertEqual(judge(truth, facts)[0], 0)

    def test_side_that_fails(self) -> None:
        code, output = judge(TRUTH, {})
        self.assertEqual(code, 2, output)
        self.assertIn("KeyError", output)


HEAD = "from alembic import op\nimport sqlalchemy as sa\nfrom nowhere.models import Base\n"


@unittest.skipUnless(importlib.util.find_spec("alembic"), "needs requirements.txt")
class Oracle(unittest.TestCase):
    def oracle(self, files: dict[str, str]) -> Any:
        """Runs oracle.py on a project made of these files."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            command = [sys.executable, str(HERE / "oracle.py"), folder]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)

    def test_tree_by_ini_with_stand_ins(self) -> None:
        files = {
            "alembic.ini": "[alembic]\nscript_location = %(here)s/m\n",
            "m/env.py": "from alembic import context\n",
            "m/versions/a.py": HEAD + "revision = 'a'\ndown_revision = None\nbranch_labels = ('x',)\n",
            "m/versions/b.py": HEAD + "class T(Base):\n    c = sa.Column(sa.Enum('q'))\n"
            "revision: str = 'b'\ndown_revision = 'a'\n",
            "m/versions/c.py": "revision = 'c'\ndown_revision = ('a',)\ndepends_on = 'b'\n",
        }
        report = self.oracle(files)
        tree = report["trees"][0]
        self.assertEqual((tree["failures"], tree["error"]), ({}, None))
        self.assertEqual((tree["heads"], tree["bases"], tree["branch_points"]), (["b", "c"], ["a"], ["a"]))
        self.assertEqual(tree["revisions"][2]["depends_on"], ["b"])
        self.assertEqual(tree["revisions"][2]["effective_labels"], ["x"])
        self.assertEqual(tree["revisions"][2]["branch_labels"], [])

    def test_faults_are_recorded(self) -> None:
        files = {
            "alembic.ini": "[alembic]\nscript_location = nowhere\n",
            "m/env.py": "from alembic import context\n",
            "m/versions/a.py": "revision = 'a'\ndown_revision = 'gone'\n",
            "m/versions/a2.py": "revision = 'a'\ndown_revision = None\n",
            "m/versions/broken.py": "def\n",
        }
        report = self.oracle(files)
        tree = report["trees"][0]
        self.assertIn("nowhere is not there", report["problems"][0])
        self.assertIn("SyntaxError", tree["failures"]["m/versions/broken.py"])
        self.assertIn("Revision a is present more than once", tree["warnings"])
        self.assertEqual([revision["path"] for revision in tree["revisions"]], ["m/versions/a.py", "m/versions/a2.py"])


if __name__ == "__main__":
    unittest.main()
