"""Checks of the comparison itself: a difference is found, and only a reason that is so explains it."""

import unittest

import generate
import reasons
import run


def case(text, squawk=(), lawbook=(), inside=False, version=15):
    path = "migrations/00001_a.sql"
    records = ({run.Record(path, line, rule) for line, rule in found} for found in (squawk, lawbook))
    return run.Case(path, text, version, inside, *records, [])


class Compare(unittest.TestCase):
    def check(self, expected, *arguments, **keywords):
        found = run.compare(case(*arguments, **keywords))
        self.assertEqual([(who, record.line, reason) for who, record, reason in found], expected)

    def test_differences(self):
        drop = [(2, "drop-table")]
        text = "-- +goose Up\nDROP TABLE a;\n"
        self.check([], text, drop, drop)
        self.check([("squawk", 2, None)], text, drop, [])
        self.check([("lawbook", 2, None)], text, [], drop)

    def test_reasons_look_at_the_file(self):
        new = "-- +goose Up\nCREATE TABLE a (id int);\nDROP TABLE a;\n"
        self.check([("squawk", 3, "the migration made the table itself")], new, [(3, "drop-table")])
        self.check([("squawk", 3, None)], new.replace("DROP TABLE a", "DROP TABLE b"), [(3, "drop-table")])
        default = "-- +goose Up\nALTER TABLE a ADD COLUMN b int DEFAULT {};\n"
        rewrites = [(2, "default-rewrites-table")]
        why = "the default is constant or stable: it is evaluated once"
        self.check([("squawk", 2, why)], default.format("-1"), rewrites)
        self.check([("squawk", 2, None)], default.format("random()"), rewrites)
        self.check([("squawk", 2, None)], default.format("-1"), rewrites, version=10)

    def test_statements_and_transactions(self):
        text = "-- +goose Up\nBEGIN;\nALTER TABLE a\n  DROP b;\nCOMMIT;\nSELECT 1;\n"
        one = case(text)
        self.assertEqual(one.statement(4), ("ALTER TABLE a\n  DROP b;", 3))
        self.assertTrue(one.in_transaction(3))
        self.assertFalse(one.in_transaction(6))

    def test_new_tables_follow_their_names(self):
        made = reasons.new_tables('CREATE TABLE IF NOT EXISTS s."A b" (id int);\nALTER TABLE s."A b" RENAME TO c;\n')
        self.assertEqual(made, {"s.a b", "c"})


class Generate(unittest.TestCase):
    def test_the_same_each_time_and_no_name_twice(self):
        once = list(generate.cases(generate.USUAL))
        self.assertEqual(once, list(generate.cases(generate.USUAL)))
        self.assertEqual(len(once), len({name for name, _ in once}))
        self.assertGreater(len(once), 500)


if __name__ == "__main__":
    unittest.main()
