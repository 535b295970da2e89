//! Layers, overrides, scripts and tests: what the checked rules are.

use super::super::{Law, Literal, Predicate, Test, built_in, built_in_names, is_path, names};
use super::*;
use crate::model::Severity;

#[test]
fn a_test_with_options_has_its_own_rule() {
    let text = "id: a\ntitle: A\non: file\nfiles: ['db/**/*.sql', '!db/x']\nforbid: {text: '${p}'}\noptions: {p: x}\ntests:\n  valid: [{code: x, options: {p: y}}]\n  invalid: [{code: x}]\n";
    let (loaded, problems) = load_all(vec![layer("p", &[("a.yml", text)])], "");
    assert_eq!(problems, [""; 0]);
    let [valid, invalid] = only_rule(&loaded).tests.as_slice() else { panic!("two tests") };
    let regex = |rule: &Rule| match &rule.law {
        Law::Forbid(Predicate { test: Test::Text(regex), .. }) => regex.as_str().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(valid.rule.as_deref().map(regex), Some("y".to_owned()));
    assert!(invalid.rule.is_none());
    assert_eq!(regex(only_rule(&loaded)), "x");
    assert_eq!(invalid.files.keys().collect::<Vec<_>>(), ["db/0123456789ab_test.sql"]);
}

#[test]
fn later_layers_win_field_by_field() {
    let first = "id: a\ntitle: A\nseverity: info\non: migration\nforbid: {text: '${p}'}\nunless: {tree: sql}\nwhy: because\noptions: {p: x, q: '${p}'}\naliases: [old_a]\ntests: {valid: [{code: a}], invalid: [{code: x}]}\n";
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
    assert_eq!(
        law("{arguments: {0: {form: name}}}"),
        r#"Entries([("0", Entries([("form", OneOf([Text("name")]))]))])"#
    );
    assert_eq!(
        law("{arguments: {form: call, name: y}}"),
        r#"Not(Every(Not(Entries([("form", OneOf([Text("call")])), ("name", OneOf([Text("y")]))]))))"#
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
