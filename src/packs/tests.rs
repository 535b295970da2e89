//! Tests of whole packs: texts in, checked rules and problems out.

use super::*;
use crate::model::{Problem, Severity};
use crate::yaml::{Node, Source, parse};

fn layer(name: &str, files: &[(&str, &str)]) -> Layer {
    let files = files.iter().map(|(path, text)| (format!("{name}/{path}").into(), (*text).into())).collect();
    Layer { name: name.into(), built_in: false, form: Form::Folder, files }
}

fn load_all(layers: Vec<Layer>, overrides: &str) -> (Loaded, Vec<String>) {
    let source = Source::new("lawbook.yml", overrides);
    let node = parse(&source).expect("the overrides of a test are YAML");
    let entries: Vec<(Node, Node)> = node.as_map().unwrap_or_default().to_vec();
    let mut problems: Vec<Problem> = Vec::new();
    let loaded = load(Request { layers, overrides: &entries, built_in_tests: true }, &mut problems);
    for problem in &problems {
        let at = problem.at.as_ref().expect("every fault has a place");
        assert!(problem.line_text.is_some() || at.span.is_none(), "no line for the caret: {problem}");
    }
    (loaded, problems.iter().map(ToString::to_string).collect())
}

/// Loads a rule whose first lines are made up; they end at line 3.
fn faults(kind: &str, rest: &str) -> Vec<String> {
    let text = format!("id: a\ntitle: A\non: {kind}\n{rest}tests: {{valid: [{{code: x}}], invalid: [{{code: y}}]}}\n");
    load_all(vec![layer("p", &[("a.yml", &text)])], "").1
}

fn only_rule(loaded: &Loaded) -> &Rule {
    let [pack] = loaded.packs.as_slice() else { panic!("{:?}", loaded.packs) };
    let [rule] = pack.rules.as_slice() else { panic!("{:?}", pack.rules) };
    rule
}

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
            "ten.yml:23:19: a test without `code` or `files`",
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
        ("migration", "why: none", "1:1: the rule has no law (give it one of forbid, require, unique, script)"),
        (
            "argument",
            "forbid: {value: 1}",
            "3:5: there is no kind `argument` that a rule could judge (the kinds are file, migration, graph, call, exception, project)",
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
    ];
    for (kind, rest) in cases {
        assert_eq!(faults(kind, &format!("{rest}\n")), [""; 0], "{rest}");
    }
}

#[test]
fn faults_of_tests_in_rules() {
    let head = "id: a\ntitle: A\non: migration\nforbid: {text: '${p}'}\noptions: {p: x}\ntests:\n  invalid: [{code: x}]\n  valid:\n";
    let cases = [
        ("{}", "9:7: a test without `code` or `files`"),
        ("{cod: x}", "9:8: unknown field `cod` (did you mean `code`?)|9:7: a test without `code` or `files`"),
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
fn a_test_with_options_has_its_own_rule() {
    let text = "id: a\ntitle: A\non: file\nfiles: ['db/**/*.sql', '!db/x']\nforbid: {text: '${p}'}\noptions: {p: x}\ntests:\n  valid: [{code: x, options: {p: y}}]\n  invalid: [{code: x}]\n";
    let (loaded, problems) = load_all(vec![layer("p", &[("a.yml", text)])], "");
    assert_eq!(problems, [""; 0]);
    let [valid, invalid] = only_rule(&loaded).tests.as_slice() else { panic!("two tests") };
    let regex = |rule: &Rule| match &rule.law {
        Law::Forbid(Predicate { test: Test::Text(regex), .. }) => regex.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(valid.rule.as_deref().map(regex), Some("y".to_owned()));
    assert!(invalid.rule.is_none());
    assert_eq!(regex(only_rule(&loaded)), "x");
    assert_eq!(invalid.files.keys().collect::<Vec<_>>(), ["db/0123456789ab_test.sql"]);
}

#[test]
fn later_layers_win_field_by_field() {
    let first = "id: a\ntitle: A\nseverity: info\non: migration\nforbid: {text: '${p}'}\nunless: {tool: sql}\nwhy: because\noptions: {p: x, q: '${p}'}\naliases: [old_a]\ntests: {valid: [{code: a}], invalid: [{code: x}]}\n";
    let first = first.replace(", q: '${p}'", "");
    let second = "id: a\nrequire: {text: y}\nseverity: warning\noptions: {p: z}\n";
    let base =
        || layer("p", &[("pack.yml", "title: P\n"), ("a.yml", &first), ("README.md", "x"), ("unused.rhai", "x")]);
    let (loaded, problems) =
        load_all(vec![base(), layer("p", &[("a.yml", second)])], "old_a: {severity: error, files: [x/**]}\n");
    assert_eq!(
        problems,
        [
            "p/unused.rhai: no rule uses this script (name it as `script:` of a rule)",
            "p/a.yml:8:11: option `p` is not used (write `${p}` in a predicate, or `options.p` in a script)"
        ]
        .map(|problem| problem.replace("8:11", "4:11"))
    );
    let rule = only_rule(&loaded);
    assert_eq!((rule.id.as_ref(), rule.severity, rule.why.as_str()), ("p/a", Severity::Error, "because"));
    assert_eq!(rule.files, ["x/**"]);
    assert!(matches!(rule.law, Law::Require(_)) && rule.unless.is_some() && rule.tests.len() == 2);
    assert_eq!(rule.options["p"], Literal::Text("z".into()));
    assert_eq!(loaded.packs[0].title.as_deref(), Some("P"));
    assert_eq!(names(&loaded.packs).keys().copied().collect::<Vec<_>>(), ["old_a", "p/a"]);
}

#[test]
fn overrides_are_checked_in_lawbook_yml() {
    let rule = "id: one-rule\ntitle: A\non: migration\nforbid: {size: {at_least: '${max}'}}\noptions: {max: 3}\ntests: {valid: [{code: a}], invalid: [{code: x}]}\n";
    let cases = [
        ("p/one-rule: off", ""),
        ("p/one-rule: {options: {max: 5.5}, message: '{path}'}", ""),
        ("p/one-rul: off", "1:1: there is no rule `p/one-rul` in these packs (did you mean `p/one-rule`?)"),
        ("one-rule: off", "1:1: there is no rule `one-rule` in these packs (did you mean `p/one-rule`?)"),
        ("p/one-rule: of", "1:13: `of` is not one of off, info, warning, error (did you mean `off`?)"),
        ("p/one-rule: 3", "1:13: expected a severity or a map of fields, found an integer"),
        ("p/one-rule: {id: x}", "1:14: the id of a rule cannot be changed"),
        ("p/one-rule: {sevrity: off}", "1:14: unknown field `sevrity` (did you mean `severity`?)"),
        ("p/one-rule: {options: {mx: 3}}", "1:24: the rule has no option `mx` (its options are max)"),
        ("p/one-rule: {options: {max: a}}", "1:29: option `max` is an integer, found a text"),
        ("p/one-rule: {where: {reivsion: a}}", "1:22: a migration has no field `reivsion` (did you mean `revision`?)"),
        (
            "p/one-rule: {message: '{revisoin}'}",
            "1:24: nothing fills the placeholder `{revisoin}` (did you mean `{revision}`?)",
        ),
        ("p/one-rule: {script: x.rhai}", "1:22: there is no script `x.rhai` beside the rule (expected it at `x.rhai`)"),
        ("p/broken: off", ""),
    ];
    for (overrides, expected) in cases {
        let pack = layer("p", &[("one-rule.yml", rule), ("broken.yml", "id: [\n")]);
        let (loaded, mut problems) = load_all(vec![pack], overrides);
        problems.retain(|problem| !problem.starts_with("p/broken.yml"));
        let expected: Vec<_> = (!expected.is_empty()).then(|| format!("lawbook.yml:{expected}")).into_iter().collect();
        assert_eq!(problems, expected, "{overrides}");
        assert_eq!(
            loaded.packs[0].rules.len(),
            usize::from(expected.is_empty()) | usize::from(overrides.contains("rul: ") || overrides.starts_with('o')),
            "{overrides}"
        );
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
fn scripts_know_where_they_stand() {
    let cases = [
        ("script: |\n  fn check(f) {\n  }\n", 5, 3),
        ("script: |\n\n\n      fn check(f) {\n      }\n", 5, 7),
        ("script: |2-\n      fn check(f) {\n  }\n", 5, 3),
        ("script: |  # comment\n    // ü\n      fn check(f) { }\n", 5, 5),
        ("\"script\":   |+\n fn check(f) { }\n\n\n", 5, 2),
        ("script: 'fn check(f) { }'\n", 4, 10),
        ("script: fn check(f) { }\n", 4, 9),
        ("script:\n  fn check(f) { }\n", 5, 3),
    ];
    for (script, line, column) in cases {
        let text = format!("id: a\ntitle: A\non: migration\n{script}");
        let (loaded, problems) = load_all(vec![layer("p", &[("a.yml", &text)])], "");
        assert_eq!(problems.len(), 1, "{script}: only the missing tests: {problems:?}");
        let Law::Script(found) = &only_rule(&loaded).law else { panic!("{script}: no script") };
        assert_eq!((found.path.as_ref(), found.line, found.column), ("p/a.yml", line, column), "{script}");
        for (index, line) in found.source.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let in_file: String = text
                .lines()
                .nth(found.line as usize - 1 + index)
                .into_iter()
                .flat_map(str::chars)
                .skip(found.column as usize - 1)
                .collect();
            assert!(in_file.starts_with(line), "{script}: line {index}: {in_file}");
        }
    }
    assert_eq!(
        faults("migration", "script: >\n  fn check(f) { }\n"),
        ["p/a.yml:4:1: a folded block (`>`) joins the lines of a script (write `script: |`)"]
    );
    let rule = "id: a\ntitle: A\non: graph\nscript: a.rhai\n";
    let (loaded, _) = load_all(vec![layer("p", &[("a.yml", rule), ("a.rhai", "fn check(g) { }")])], "");
    let Law::Script(found) = &only_rule(&loaded).law else { panic!("no script") };
    assert_eq!((found.path.as_ref(), found.line, found.column), ("p/a.rhai", 1, 1));
}

#[test]
fn conditions_mean_what_they_say() {
    let law = |rest: &str| {
        let text = format!("id: a\ntitle: A\non: call\nforbid: {rest}\n");
        let (loaded, _) = load_all(vec![layer("p", &[("a.yml", &text)])], "");
        match &only_rule(&loaded).law {
            Law::Forbid(Predicate { test: Test::Field { condition, .. }, .. }) => format!("{condition:?}"),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(law("{keywords: {a: false}}"), r#"Entries([("a", OneOf([Bool(false)]))])"#);
    assert_eq!(law("{arguments: {0: {form: x}}}"), r#"Entries([("0", Entries([("form", OneOf([Text("x")]))]))])"#);
    assert_eq!(
        law("{arguments: {form: x, name: y}}"),
        r#"Not(Every(Not(Entries([("form", OneOf([Text("x")])), ("name", OneOf([Text("y")]))]))))"#
    );
    assert_eq!(law("{keywords: {a: {at_most: 3}}}"), r#"Entries([("a", Entries([("value", Compare(AtMost, 3.0))]))])"#);
    assert_eq!(law("{inside: {count: 0, not: null}}"), "All([Count(OneOf([Int(0)])), Not(OneOf([Null]))])");
}

#[test]
fn laws_that_need_to_know_what_changed() {
    let cases = [
        ("forbid: {change: [modified, deleted]}", true),
        ("where: {not: {renamed_from: null}}\nforbid: {text: x}", true),
        ("script: 'fn check(f) { f.change }'", true),
        ("forbid: {text: change}", false),
    ];
    for (rest, expected) in cases {
        let text = format!("id: a\ntitle: A\non: migration\n{rest}\n");
        let (loaded, _) = load_all(vec![layer("p", &[("a.yml", &text)])], "");
        assert_eq!(only_rule(&loaded).needs_change, expected, "{rest}");
    }
}

#[test]
fn layers_of_folders_and_files() {
    let files = ["rules/a.yml", "rules/deep/b.yml", "rules/deep/b.rhai", "rules/notes/x.md"];
    let files = files.map(|path| (path.into(), "".into()));
    let layers = Layer::of_folder("rules", files);
    let found: Vec<_> = layers.iter().map(|layer| (layer.name.as_ref(), layer.files.len())).collect();
    assert_eq!(found, [("rules", 1), ("deep", 2)]);
    let paths = ["./rules", "rules/", "own.yml", "."];
    assert!(paths.iter().all(|entry| is_path(entry)) && !is_path("alembic"));
    assert!(built_in("nothing-of-the-kind").is_none());
    let names = "name: own\ntitle: Own\nrules:\n  - {id: a, title: A, on: file, forbid: {text: x}, tests: {valid: [{code: a}], invalid: [{code: x}]}}\n";
    let (loaded, problems) = load_all(vec![Layer::of_file("x/any.yml".into(), names.into(), [])], "own/a: info");
    assert_eq!((problems.len(), only_rule(&loaded).id.as_ref()), (0, "own/a"), "{problems:?}");
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

#[test]
fn built_in_packs_are_sound_and_tested() {
    let layers: Vec<_> = built_in_names().into_iter().filter_map(built_in).collect();
    let (loaded, problems) = load_all(layers.clone(), "");
    assert_eq!(problems, [""; 0]);
    for rule in loaded.packs.iter().flat_map(|pack| &pack.rules) {
        for invalid in [false, true] {
            assert!(rule.tests.iter().any(|test| test.invalid == invalid), "{}: tests of both kinds", rule.id);
        }
        assert!(!rule.why.is_empty() && !rule.fix.is_empty() && !rule.title.is_empty(), "{}: why and fix", rule.id);
    }
    let mut problems = Vec::new();
    let lean = load(Request { layers, ..Request::default() }, &mut problems);
    assert_eq!(problems, []);
    let rules = |loaded: &Loaded| loaded.packs.iter().map(|pack| pack.rules.len()).sum::<usize>();
    assert_eq!(rules(&lean), rules(&loaded), "without tests the rules are the same");
}
