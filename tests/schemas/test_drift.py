"""Checks that the judge finds fault where there is fault."""

import unittest

from drift import Both, Record, alembics_of, compare, ours_of

EMPTY = {"tables": {}, "enums": {}}


def both(ours=(), alembics=(), **others):
    given = {"database": EMPTY, "inspected": EMPTY, "models": EMPTY, "metadata": EMPTY, "unknown": [], **others}
    return Both("sqlite", set(ours), set(alembics), **given)


class Drift(unittest.TestCase):
    def test_both_sides_are_read_as_the_same_records(self):
        database = {"tables": {"a": {}, "a.b": {}}}
        differences = [
            ("tables", "missing", "gone", None, None),
            ("types", "changed", "a.b.c", "INTEGER", "TEXT"),
            ("indexes", "changed", "a.ix", "(x)", "(y)"),
            ("uniques", "extra", "a(y, x)", None, "(y, x)"),
            ("foreign_keys", "changed", "a.x", "(x) -> b(id)", "(x) -> b(id) on delete cascade"),
        ]
        names = ("aspect", "direction", "subject", "expected", "actual")
        read = ours_of({"differences": [dict(zip(names, row)) for row in differences]}, database, EMPTY)
        alembic = [
            ["table", "missing", "gone"],
            ["type", "changed", "a.b", "c", "INTEGER", "TEXT"],
            ["index", "missing", "a", "ix", ["x"], False],
            ["index", "extra", "a", "ix", ["y"], False],
            ["unique", "extra", "a", None, ["y", "x"]],
            ["foreign_key", "missing", "a", ["x"], "b", [None, None]],
            ["foreign_key", "extra", "a", ["x"], "b", ["CASCADE", None]],
        ]
        self.assertEqual(set(read), set(alembics_of(alembic)))

    def test_what_one_side_alone_says_needs_a_reason(self):
        wrong = Record("nullable", "changed", "deals", "owner")
        for given in (both(ours=[wrong]), both(alembics=[wrong])):
            self.assertEqual([reason for _, _, reason in compare(given)], [None])
        self.assertEqual(compare(both(ours=[wrong], alembics=[wrong])), [])

    def test_a_reason_holds_only_where_it_is_so(self):
        enum = Record("enum", "missing", "mood.sad")
        same = {"tables": {}, "enums": {"mood": ["ok"]}}
        models = {"tables": {}, "enums": {"mood": ["ok", "sad"]}}
        self.assertIsNotNone(compare(both(ours=[enum], inspected=same, metadata=models))[0][2])
        self.assertIsNone(compare(both(ours=[enum], inspected=same, metadata=same))[0][2])

    def test_only_what_is_named_as_unknown_is_unknown(self):
        column = Record("type", "changed", "deals", "owner")
        for subject, is_said in (("deals.owner", True), ("deals.other", False)):
            unknown = [{"aspect": "types", "subject": subject}]
            found = compare(both(alembics=[column], unknown=unknown))
            self.assertEqual(found[0][2] is not None, is_said)


if __name__ == "__main__":
    unittest.main()
