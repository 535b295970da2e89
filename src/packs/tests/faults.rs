//! What is wrong is said, where it stands; what is sound passes.

use super::*;

#[test]
fn a_pack_with_ten_faults_reports_ten() {
    let text = r#"- id: first
  title: First
  sevrity: error
  severity: fatal
  on: migration
  forbid:
    text: 'op\.(add'
    revison: abc
    size: {at_least: many}
  tests: {valid: [{code: a}], invalid: [{code: b}]}
- id: Second_Rule
  title: Second
  on: migratoin
  forbid: {text: x}
  require: {text: y}
  tests: {valid: [{code: a}], invalid: [{code: b}]}
- id: third
  title: Third
  on: file
  files: ["a/[b"]
  forbid: {text: '${pattren}'}
  options: {pattern: x}
  tests: {valid: [{path: a.py}], invalid: [{code: b}]}
"#;
    let layer = Layer::of_file("ten.yml".into(), text.into(), []);
    let (loaded, mut faults) = load_all(vec![layer], "");
    faults.sort_by_key(|fault| fault.split(':').nth(1).and_then(|line| line.parse::<u32>().ok()));
    assert_eq!(
        faults,
        [
            "ten.yml:3:3: unknown field `sevrity` (did you mean `severity`?)",
            "ten.yml:4:13: `fatal` is not one of off, info, warning, error",
            "ten.yml:7:16: not a regex: unclosed group",
            "ten.yml:8:5: a migration has no field `revison` (did you mean `revision`?)",
            "ten.yml:9:22: expected a number, found a text",
            "ten.yml:11:7: the id of a rule is kebab-case: lower-case letters, digits and single dashes (did you mean `second-rule`?)",
            "ten.yml:13:7: there is no kind `migratoin` that a rule could judge (did you mean `migration`?)",
            "ten.yml:15:3: a rule has one law, and this one has forbid and require (make two rules of it)",
            "ten.yml:20:11: not a glob: unclosed character class; missing ']'",
            "ten.yml:21:18: `${pattren}` is no option of the rule (did you mean `pattern`?)",
            "ten.yml:23:19: a test without `code`, `sql`, `files`, `schemas` or `exceptions`",
        ]
    );
    assert!(loaded.packs[0].rules.is_empty());
    assert_eq!(
        loaded.broken.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        ["ten/Second_Rule", "ten/first", "ten/third"]
    );
}

#[test]
fn faults_of_predicates_and_conditions() {
    let cases = [
        (
            "migration",
            "forbid: {revision: 5}",
            "4:20: `revision` is a text: an integer `5` never equals it (in quotes it is a text: `\"5\"`)",
        ),
        (
            "migration",
            "forbid: {revision: {at_least: 3}}",
            "4:21: `at_least` needs a number, and `revision` is a text (for the length of a text or list: `{count: {at_least: 1}}`)",
        ),
        ("migration", "forbid: {size: {matches: a}}", "4:17: `matches` needs a text, and `size` is an integer"),
        ("migration", "forbid: {size: big}", "4:16: `size` is an integer: a text `big` never equals it"),
        (
            "migration",
            "forbid: {has_upgrade: {every: true}}",
            "4:24: `every` needs a list, and `has_upgrade` is a boolean",
        ),
        (
            "migration",
            "forbid: {size: {count: 3}}",
            "4:17: `count` needs a list, a map or a text, and `size` is an integer",
        ),
        (
            "migration",
            "forbid: {down_revisions: []}",
            "4:26: an empty list matches nothing (for a list without items: `{count: 0}`)",
        ),
        (
            "migration",
            "forbid: {down_revisions: {every: 5}}",
            "4:34: `down_revisions` is a text: an integer `5` never equals it (in quotes it is a text: `\"5\"`)",
        ),
        (
            "migration",
            "forbid: {revision: {is: unknwon}}",
            "4:25: `is` takes `unknown` or `known` (did you mean `unknown`?)",
        ),
        (
            "migration",
            "forbid: {revision: {match: a}}",
            "4:21: unknown condition `match` on `revision` (did you mean `matches`?)",
        ),
        (
            "migration",
            "forbid: {change: modifed}",
            "4:18: `modifed` is no change: nothing ever equals it (did you mean `modified`?)",
        ),
        (
            "migration",
            "forbid: {change: {not: [added, gone]}}",
            "4:32: `gone` is no change: nothing ever equals it (it is one of unchanged, added, modified, deleted, renamed)",
        ),
        (
            "call",
            "forbid: {arguments: {0: {form: fstring}}}",
            "4:32: `fstring` is no form: nothing ever equals it (did you mean `f-string`?)",
        ),
        (
            "graph",
            "forbid: {heads: {tool: alembc}}",
            "4:24: `alembc` is no tool: nothing ever equals it (did you mean `alembic`?)",
        ),
        (
            "migration",
            "forbid: {change: {matches: '^modifed$'}}",
            "4:28: no change ever matches `^modifed$` (did you mean `modified`?)",
        ),
        ("migration", "forbid: {revision: {}}", "4:20: an empty condition"),
        (
            "migration",
            "forbid: {calls: x}",
            "4:10: a migration has no field `calls` (`calls` is a query: only scripts can ask it)",
        ),
        ("migration", "forbid: {}", "4:9: an empty predicate says nothing"),
        ("migration", "forbid: op.execute", "4:9: expected a map of conditions, found a text"),
        ("migration", "forbid: {any: []}", "4:15: an empty list of predicates"),
        ("migration", "forbid: {any: {text: x}}", "4:15: expected a list of predicates, found a map"),
        ("migration", "forbid: {not: {txet: x}}", "4:16: a migration has no field `txet` (did you mean `text`?)"),
        ("migration", "forbid: {text: ''}", "4:16: an empty pattern"),
        ("migration", "forbid: {code: [a, 3]}", "4:20: expected a text, found an integer"),
        (
            "migration",
            "forbid: {text: '(?!a)b'}",
            "4:17: not a regex: look-around, including look-ahead and look-behind, is not supported (write two conditions instead: one that matches, and one under `not`)",
        ),
        (
            "migration",
            "forbid: {text: '(a{1000}){1000}'}",
            "4:16: the regex is too large when compiled (lower its repetition counts)",
        ),
        (
            "migration",
            "forbid: {path: {glob: 'a{b'}}",
            "4:23: not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        (
            "graph",
            "forbid: {text: x}",
            "4:10: a graph has no text that `text` could search (`on: file`, `migration` and `call` have)",
        ),
        ("graph", "forbid: {heads: {count: {at_least: x}}}", "4:36: expected a number, found a text"),
        (
            "graph",
            "forbid: {heads: abc}",
            "4:17: `heads` is a list of migration: a text `abc` never equals it (use `count`, `every`, or conditions by name)",
        ),
        (
            "graph",
            "forbid: {heads: {revison: abc}}",
            "4:18: a migration has no field `revison` (did you mean `revision`?)",
        ),
        (
            "graph",
            "forbid: {cycles: {revision: 5}}",
            "4:29: `revision` is a text: an integer `5` never equals it (in quotes it is a text: `\"5\"`)",
        ),
        (
            "graph",
            "forbid: {missing_parents: {revison: abc}}",
            "4:28: unknown condition `revison` on `missing_parents` (did you mean `revision`?)",
        ),
        (
            "call",
            "forbid: {arguments: {0: {from: f-string}}}",
            "4:26: a argument has no field `from` (did you mean `form`?)",
        ),
        (
            "call",
            "forbid: {keywords: {create_type: {form: 3}}}",
            "4:41: `form` is a text: an integer `3` never equals it (in quotes it is a text: `\"3\"`)",
        ),
        ("migration", "unique: revison", "4:9: a migration has no field `revison` (did you mean `revision`?)"),
        ("migration", "unique: [revision, 5]", "4:20: expected the name of a field, found an integer"),
        ("migration", "unique: []", "4:9: `unique` names at least one field"),
        (
            "migration",
            "why: none",
            "1:1: the rule has no law (give it one of forbid, require, unique, expect, agree, script)",
        ),
        (
            "argument",
            "forbid: {value: 1}",
            "3:5: there is no kind `argument` that a rule could judge (the kinds are file, migration, graph, call, operation, statement, fault, schema, table, column, index, constraint, enum, view, name, exception, project)",
        ),
        (
            "migration",
            "script: missing.rhai",
            "4:9: there is no script `missing.rhai` beside the rule (expected it at `p/missing.rhai`)",
        ),
        ("migration", "script: ''", "4:9: an empty script"),
        (
            "migration",
            "forbid: {text: x}\nmessage: 'in {revisoin}'",
            "5:14: nothing fills the placeholder `{revisoin}` (did you mean `{revision}`?)",
        ),
        (
            "migration",
            "require: {text: '(a)'}\nmessage: '{tre}'",
            "5:11: nothing fills the placeholder `{tre}` (did you mean `{tree}`?)",
        ),
        (
            "migration",
            "forbid: {text: x}\nfiles: [./a]",
            "5:9: a glob is matched against the path relative to the root, without a leading `/` or `./` (write `a`)",
        ),
        ("migration", "forbid: {text: x}\nfiles: ['!']", "5:9: an empty glob matches nothing"),
        (
            "migration",
            "forbid: {text: x}\noptions: {a: 1}",
            "5:11: option `a` is not used (write `${a}` in a predicate, or `options.a` in a script)",
        ),
        (
            "migration",
            "forbid: {text: x}\noptions: {a: {b: c}}",
            "5:14: the value of an option is a text, a number, a boolean, null or a list of these",
        ),
        (
            "migration",
            "forbid: {text: 'a${b}'}\noptions: {b: [1]}",
            "4:16: option `b` is a list: it cannot stand in a text",
        ),
        (
            "migration",
            "forbid: {given: strickt}\noptions: {strict: true}",
            "4:17: the rule has no option `strickt` (did you mean `strict`?)",
        ),
        ("migration", "forbid: {given: [strict]}", "4:17: expected the name of an option, found a list"),
    ];
    for (kind, rest, expected) in cases {
        let found = faults(kind, &format!("{rest}\n"));
        assert_eq!(found, [format!("p/a.yml:{expected}")], "{rest}");
    }
}

#[test]
fn sound_predicates_pass() {
    let cases = [
        ("migration", "forbid: {revision: null, size: {at_least: 1, at_most: 5}}"),
        ("migration", "require: {name: {matches: '^a', not: {glob: '*.sql'}}}"),
        ("migration", "forbid: {text: ['a', 'b'], code: 'sa.Enum($$$, name=$NAME)'}\nmessage: '{match} {NAME} {0}'"),
        ("migration", "forbid: {text: '(?P<var>a)(b)'}\nmessage: '{var} {2} {revision} {path} {} {a b}'"),
        ("migration", "unique: [revision, tree]\nmessage: '{revision}: {others}'"),
        ("migration", "script: 'fn check(f) { report(1, #{a: 1}) }'\nmessage: '{anything}'"),
        ("migration", "forbid: {not: {any: [{text: a}, {all: [{size: 3}]}]}}"),
        ("graph", "forbid: {heads: {branch_labels: {count: 0}, revision: {is: known}}}"),
        ("graph", "forbid: {missing_parents: {revision: abc, migration: {is: known}}}"),
        ("graph", "forbid: {cycles: {count: {at_least: 1}}}"),
        ("call", "forbid: {keywords: {create_type: false}, arguments: {0: {form: f-string}, 1: [1, x, null]}}"),
        ("call", "forbid: {arguments: {form: f-string}, conditions: {every: {not: {matches: has_table}}}}"),
        ("call", "forbid: {callee: {glob: 'alembic.op.*'}, keywords: {name: {matches: '^ix_'}}}"),
        (
            "migration",
            "forbid: {size: {at_least: '${min}'}, name: '${names}', text: '${a}.${min}'}\noptions: {min: 3, names: [a, b], a: x}",
        ),
        ("migration", "forbid: {given: a, not: {given: b}, text: x}\noptions: {a: 1, b: null}"),
    ];
    for (kind, rest) in cases {
        assert_eq!(faults(kind, &format!("{rest}\n")), [""; 0], "{rest}");
    }
}

#[test]
fn faults_of_laws_on_schemas() {
    let cases: &[(&str, &[&str])] = &[
        ("agree: {expected: models}", &[]),
        ("agree: {actual: main}", &["p/a.yml:4:8: field `expected` is missing"]),
        (
            "agree: {expected: models, compare: [colums], only: [gone], ignore: ['[a'], stubs: some, stub_below: 0}",
            &[
                "p/a.yml:4:37: `colums` is not one of tables, columns, types, nullable, defaults, primary_keys, foreign_keys, uniques, indexes, checks, enums, comments (did you mean `columns`?)",
                "p/a.yml:4:53: `gone` is not one of missing, extra, changed",
                "p/a.yml:4:69: not a glob: unclosed character class; missing ']'",
                "p/a.yml:4:83: `some` is not one of with, only, without",
                "p/a.yml:4:101: a percentage is from 1 to 100, found 0",
            ],
        ),
        ("expect: {tables: [a, 'b_*']}", &[]),
        ("expect: {}", &["p/a.yml:4:9: an empty expectation expects nothing (name some `tables`)"]),
        ("expect: {tabels: [a]}", &["p/a.yml:4:10: unknown field `tabels` (did you mean `tables`?)"]),
        (
            "expect: {tables: {a: {colums: [id]}, b: {columns: {id: text defalt 3, x: {nulable: true}}}}}",
            &[
                "p/a.yml:4:23: unknown field `colums` (did you mean `columns`?)",
                "p/a.yml:4:75: unknown field `nulable` (did you mean `nullable`?)",
            ],
        ),
        (
            "expect: {tables: {a: {columns: {x: text not null please}, indexes: [{unique: true}], foreign_keys: {x: ''}}}, forbidden: ['{a']}",
            &[
                "p/a.yml:4:36: `please` is not understood",
                "p/a.yml:4:69: an index is known by its `columns` or its `name`",
                "p/a.yml:4:104: `references` says nothing",
                "p/a.yml:4:123: not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
            ],
        ),
    ];
    for (law, expected) in cases {
        assert_eq!(faults("schema", &format!("{law}\n")), *expected, "{law}");
    }
    assert_eq!(
        faults("table", "agree: {expected: models}\n"),
        ["p/a.yml:4:8: `agree` is a law on schemas, not on each table (write `on: schema`)"]
    );
}

#[test]
fn faults_of_tests_in_rules() {
    let head = "id: a\ntitle: A\non: migration\nforbid: {text: '${p}'}\noptions: {p: x}\ntests:\n  invalid: [{code: x}]\n  valid:\n";
    let cases = [
        ("{}", "9:7: a test without `code`, `sql`, `files`, `schemas` or `exceptions`"),
        (
            "{cod: x}",
            "9:8: unknown field `cod` (did you mean `code`?)|9:7: a test without `code`, `sql`, `files`, `schemas` or `exceptions`",
        ),
        ("{code: x, files: {a: b}}", "9:24: a test has either `code` or `files`"),
        ("{files: {}}", "9:7: a test without files"),
        ("{files: {a: b}, path: c}", "9:29: `path` goes with `code`; `files` has its own paths"),
        (
            "{code: x, count: 1}",
            "9:24: a valid test finds nothing, so `count` has no meaning (move the test under `invalid`, or remove the field)",
        ),
        (
            "{code: x, path: a.py, changes: {b.py: modified}}",
            "9:45: `b.py` is not among the files of the test (did you mean `a.py`?)",
        ),
        (
            "{code: x, changes: {b.py: modifed}}",
            "9:33: `modifed` is not one of added, modified, deleted (did you mean `modified`?)",
        ),
        ("{code: x, options: {q: y}}", "9:27: the rule has no option `q` (its options are p)"),
        ("{code: x, options: {p: 5}}", "9:30: option `p` is a text, found an integer"),
        ("{code: x, options: {p: '('}}", "9:31: not a regex: unclosed group"),
        ("{code: x, changes: {b.py: deleted}}", ""),
        ("{code: x, options: {p: y}}", ""),
    ];
    for (test, expected) in cases {
        let (_, found) = load_all(vec![layer("p", &[("a.yml", &format!("{head}    - {test}\n"))])], "");
        let expected: Vec<String> =
            expected.split('|').filter(|fault| !fault.is_empty()).map(|fault| format!("p/a.yml:{fault}")).collect();
        assert_eq!(found, expected, "{test}");
    }
}

#[test]
fn names_that_collide() {
    let rule = |id: &str, alias: &str| {
        format!(
            "id: {id}\ntitle: A\non: migration\nforbid: {{text: x}}\naliases: [{alias}]\ntests: {{valid: [{{code: a}}], invalid: [{{code: x}}]}}\n"
        )
    };
    let (a, b) = (rule("a", "old"), rule("b", "old"));
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("a.yml", &a), ("b.yml", &b)], "p/b.yml:5:11: alias `old` already means rule `p/a`"),
        (&[("a.yml", &a), ("b.yml", &rule("b", "p/a"))], "p/b.yml:5:11: alias `p/a` already means rule `p/a`"),
        (&[("a.yaml", &a), ("a.yml", &a)], "p/a.yml:1:5: rule `a` is there twice (the other one is at p/a.yaml:1:5)"),
        (&[("c.yml", &a)], "p/c.yml:1:5: the file of rule `a` is called `c` (call the file `a.yml`, or the rule `c`)"),
        (&[("a.yml", &a[6..])], "p/a.yml:1:1: field `id` is missing (`id: a`, as the file is called)"),
    ];
    for (files, expected) in cases {
        assert_eq!(load_all(vec![layer("p", files)], "").1, [expected]);
    }
}

#[test]
fn hostile_files_are_problems() {
    for text in ["", "[]", "- 5", "id", "rules: 5", "rules: [5]", "name: A B\nrules: []", "\u{0}", "{{{", "&a [*a]"] {
        let (loaded, problems) = load_all(vec![Layer::of_file("x.yml".into(), text.into(), [])], "");
        assert!(!problems.is_empty() && loaded.packs[0].rules.is_empty(), "{text:?}: {problems:?}");
        let (_, problems) = load_all(vec![layer("p", &[("a.yml", text)])], "");
        assert!(!problems.is_empty(), "{text:?}");
    }
}
