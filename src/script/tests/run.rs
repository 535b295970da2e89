//! Scripts that run: what they report, what they find unknown, how they fail.

use super::*;

/// Writes an outcome in one line for each report: place, message, data, fact.
fn shown(outcome: &Outcome) -> Vec<String> {
    let mut lines: Vec<String> = outcome
        .reports
        .iter()
        .map(|report| {
            let mut line = report.at.as_ref().map_or("-".to_owned(), |at| match at.span {
                Some(span) => format!("{at}-{}:{}", span.end_line, span.end_column),
                None => at.to_string(),
            });
            if let Some(fact) = &report.fact {
                line += &format!(" [{}]", fact.kind().name);
            }
            line += &format!(" {}", report.message.as_deref().unwrap_or("(template)"));
            for (key, value) in &report.data {
                line += &format!(" {key}={value}");
            }
            line
        })
        .collect();
    lines.extend(outcome.unknown.iter().map(|reason| format!("unknown: {reason}")));
    lines.extend(outcome.log.iter().map(|line| format!("log: {line}")));
    lines
}

fn says(of: &str, body: &str, expected: &[&str]) {
    let source = format!("fn check(fact) {{ {body} }}");
    let outcome = with_stack(|| run(&source, &fact(of))).unwrap_or_else(|fault| panic!("{body}: {fault}"));
    assert_eq!(shown(&outcome), expected, "{body}");
}

#[test]
fn reports() {
    for (of, body, expected) in [
        ("migration", "report(fact, \"bad\")", &["- [migration] bad"][..]),
        ("migration", "report(fact)", &["- [migration] (template)"]),
        ("migration", "report(5, \"here\")", &["m/a1.py:5:5-5:26 here"]),
        ("migration", "report(3, \"empty line\")", &["m/a1.py:3:1-3:1 empty line"]),
        (
            "migration",
            "report(fact, #{ message: \"m\", a: 1, b: [true, \"x\"], c: (), d: fact, e: #{ k: 1.5 } })",
            &["- [migration] m a=1 b=true, x c=none d=a1 e=k=1.5"],
        ),
        ("migration", "report(fact, #{ revision: fact.revision })", &["- [migration] (template) revision=a1"]),
        (
            "migration",
            "for c in fact.calls(\"alembic.op.create_index\") { report(c, `${c.callee} on ${c.line}`); }",
            &["m/a1.py:5:5-5:26 [call] alembic.op.create_index on 5"],
        ),
        ("migration", "report(fact.find(\"drop_(\\\\w+)\"), \"x\")", &["m/a1.py:6:8-6:18 x"]),
        ("call", "report(fact.find(\"create_(?<what>\\\\w+)\"))", &["m/a1.py:5:8-5:20 (template)"]),
        ("graph", "report(fact.heads[0], \"head\")", &["m/a1.py:2:1-2:16 [migration] head"]),
        (
            "migration",
            "if \"a1\".matches(options.pattern) && fact.revision.len() < options.limit { report(fact, options.names[1]); }",
            &["- [migration] y"],
        ),
        ("migration", "print(fact); debug(\"q\"); print([1, ()]);", &["log: a1", "log: \"q\"", "log: [1, ()]"]),
        ("migration", "", &[]),
    ] {
        says(of, body, expected);
    }
}

#[test]
fn values_and_functions() {
    for (of, body, expected) in [
        ("migration", "report(fact, fact.down_revisions.filter(|r| r != \"p1\").len().to_string())", "- [migration] 1"),
        (
            "migration",
            "report(fact, `${fact.created == ()} ${fact.downgrade_empty ?? \"none\"}`)",
            "- [migration] true none",
        ),
        ("migration", "let n = 0; fact.calls().map(|c| n += c.line); report(fact, `${n}`)", "- [migration] 11"),
        (
            "migration",
            "let r = fact.down_revisions; r.sort(|a, b| if a < b { 1 } else { -1 }); report(fact, r[0])",
            "- [migration] p2",
        ),
        (
            "migration",
            "report(fact, `${fact.calls().some(|c| c.callee == \"x\")} ${fact.calls().all(|c| c.line > 0)}`)",
            "- [migration] false true",
        ),
        (
            "migration",
            "let c = fact.calls()[0]; report(fact, `${c.keywords.unique.value} ${\"x\" in c.keywords} ${c.keywords.get(\"x\") == ()}`)",
            "- [migration] true false true",
        ),
        (
            "migration",
            "let all = fact.find_all(\"op\\\\.(\\\\w+)\"); report(fact, `${all.len()} ${all[1][1]} ${all[1].line} ${all[0].group(0)} ${all[0].start}`)",
            "- [migration] 2 drop_table 6 op.create_index 52",
        ),
        (
            "migration",
            "let m = \"k=v\".find(\"(?<key>\\\\w)=(?<value>x)?\"); report(fact, `${m.group(\"key\")}${m.group(\"value\") == ()}${m.column}`)",
            "- [migration] ktrue1",
        ),
        (
            "migration",
            "report(fact, `${\"zz\".find(\"a\") == ()} ${glob(fact.path, \"m/*.py\")} ${glob(fact.path, \"*.py\")}`)",
            "- [migration] true true false",
        ),
        (
            "migration",
            "let t = \"a-b\"; t.replace(\"-\", \"+\"); report(fact, t + \" \" + \"x,y\".split(\",\").len())",
            "- [migration] a+b 2",
        ),
        (
            "migration",
            "report(fact, `${fact.knows(\"change\")} ${fact.is_unknown(\"change\")} ${fact.knows(\"path\")} ${is_unknown(1)}`)",
            "- [migration] false true true false",
        ),
        (
            "migration",
            "report(fact, `${type_of(fact)} ${fact == fact} ${fact == ()} ${fact != 1}`)",
            "- [migration] fact true false true",
        ),
        (
            "graph",
            "report(fact, `${fact.labels_of(\"a1\")[0]} ${fact.migration(\"zz\") == ()} ${fact.duplicates[0].len()}`)",
            "- [graph] main true 2",
        ),
        (
            "graph",
            "let m = fact.missing_parents[0]; report(fact, `${m.revision} ${m.migration.revision}`)",
            "- [graph] p1 a1",
        ),
        (
            "call",
            "report(fact, `${fact.arguments[0].value} ${fact[\"callee\"]} ${fact?.line}`)",
            "- [call] ix alembic.op.create_index 5",
        ),
    ] {
        says(of, body, &[expected]);
    }
    let source = "fn label(c) { c.callee + \"!\" }\nfn check(fact) { for c in fact.calls() { report(c, label(c)); } }";
    let outcome = with_stack(|| run(source, &fact("migration"))).expect("it runs");
    assert_eq!(outcome.reports[1].message.as_deref(), Some("alembic.op.drop_table!"));
}

#[test]
fn unknown_ends_the_check_and_keeps_the_reports() {
    for (of, body, expected) in [
        (
            "migration",
            "report(fact, \"before\"); let x = fact.depends_on; report(fact, \"after\");",
            &["- [migration] before", "unknown: computed"][..],
        ),
        ("migration", "try { fact.change } catch (e) { report(fact, \"caught\") }", &["unknown: no base revision"]),
        (
            "migration",
            "for c in fact.calls() { report(c, c.arguments[0].value); }",
            &["m/a1.py:5:5-5:26 [call] ix", "unknown: `name` is computed"],
        ),
        ("file", "if fact.matches(\"x\") { report(fact) }", &["unknown: it is not UTF-8"]),
        ("file", "fact.find_all(\"x\");", &["unknown: it is not UTF-8"]),
    ] {
        says(of, body, expected);
    }
}

#[test]
fn unknown_items_end_the_check_when_used() {
    let item = || Value::Unknown("computed item".into());
    let given = BTreeMap::from([("names".to_owned(), Value::List(Arc::new([Value::text("x"), item()])))]);
    for (body, unknown) in [
        ("let n = options.names.len(); let item = options.names[1];", false),
        ("if is_unknown(options.names[1]) { report(fact) }", false),
        ("if options.names[1] == \"x\" { report(fact) }", true),
        ("if \"x\" != options.names[1] { report(fact) }", true),
        ("report(fact, options.names[1])", true),
        ("report(fact, #{ names: options.names })", true),
        ("print(options.names[1]);", true),
        ("report(fact, `${options.names[1]}`)", true),
        ("if options.names[1].matches(\"x\") { report(fact) }", true),
        ("if options.names[1] { report(fact) }", true),
        ("if \"z\" in options.names { report(fact) }", true),
        ("fact.calls(options.names[1]);", true),
    ] {
        let outcome = with_stack(|| {
            let source = format!("fn check(fact) {{ {body} }}");
            let script = Script::compile(&source, kind("migration"), &given).expect("it loads");
            Worker::new(Limits::default()).check(&script, &fact("migration"))
        });
        let outcome = outcome.unwrap_or_else(|fault| panic!("{body}: {fault}"));
        assert_eq!(outcome.unknown.is_some(), unknown, "{body}: {outcome:?}");
    }
}

#[test]
fn faults_name_their_place_and_no_rust_type() {
    for (of, source, place, message, hint) in [
        ("migration", "fn check(fact) {\n  let x = [1];\n  x[3];\n}", "3:5", "out of bounds", None),
        ("migration", "fn check(fact) {\n  throw \"own words\";\n}", "2:3", "own words", None),
        ("migration", "fn check(fact) {\n  1\n}", "1:16", "must not return a value", Some("end the last line")),
        (
            "migration",
            "fn f(x) {\n  g(x)\n}\nfn g(x) {\n  x.revisio\n}\nfn check(fact) { f(#{ revisio: 1, a: fact }.a) }",
            "5:4",
            "`migration` has no field `revisio`",
            Some("`revision`"),
        ),
        (
            "migration",
            "fn check(fact) { let m = #{ a: 1 }; m[\"b\"]; }",
            "1:39",
            "the map has no key `b`",
            Some("test it first"),
        ),
        (
            "migration",
            "fn check(fact) { report(\"x\", \"y\"); }",
            "1:18",
            "report cannot point at a text",
            Some("a fact, a match or a line"),
        ),
        (
            "migration",
            "fn check(fact) { report(\"ab\".find(\"b\")); }",
            "1:18",
            "has no place in a file",
            Some("fact.find"),
        ),
        ("migration", "fn check(fact) { report(99, \"y\"); }", "1:18", "`m/a1.py` has no line 99", None),
        ("migration", "fn check(fact) { report(fact, 3); }", "1:18", "not an integer", Some("report(at")),
        ("migration", "fn check(fact) { fact.calls(3); }", "1:23", "calls(callee) takes a text, not an integer", None),
        ("migration", "fn check(fact) { fact - 1; }", "1:23", "- (fact, integer)", None),
        ("migration", "fn check(fact) { fact.find(\"a\").starts_with(1); }", "1:33", "(match, integer)", None),
        ("migration", "fn check(fact) { fact.revision = \"x\"; }", "1:23", "", None),
        ("migration", "fn check(fact) { let r = \"(\"; fact.find(r); }", "1:36", "wrong regex: unclosed group", None),
        ("graph", "fn check(fact) { fact.labels_of(); }", "1:23", "labels_of(revision) needs a revision", None),
        ("graph", "fn check(fact) { let f = |x| x.find(\"a\"); f.call(fact); }", "1:32", "`graph` has no text", None),
        (
            "graph",
            "fn check(fact) { let f = |x| x.calls(); f.call(fact); }",
            "1:32",
            "`graph` has no query `calls`",
            None,
        ),
        (
            "project",
            "fn check(fact) { let word = \"create_tabel\"; fact.operations(word); }",
            "1:50",
            "operations(action) knows no action `create_tabel`",
            Some("`create_table`"),
        ),
        ("migration", "fn check(fact) { fact.find(\"a\").group(9); }", "1:33", "no group 9", Some("0 to 0")),
        ("migration", "fn check(fact) { options.limit = 4; }", "1:18", "", None),
    ] {
        let result = with_stack(|| run(source, &fact(of)));
        let fault = result.err().unwrap_or_else(|| panic!("no fault: {source}"));
        assert!(fault.message.contains(message), "{source}: {fault}");
        assert_eq!(format!("{}:{}", fault.line, fault.column), place, "{source}: {fault}");
        let said = fault.hint.clone().unwrap_or_default();
        assert!(hint.map_or(said.is_empty(), |hint| said.contains(hint)), "{source}: {fault}");
        let shown = fault.to_string();
        for rust in ["::", "lawbook", "rhai", "Object", "i64", "ImmutableString"] {
            assert!(!shown.contains(rust), "{source}: {shown}");
        }
    }
}

#[test]
fn a_worker_is_reusable_and_forgets() {
    with_stack(|| {
        let mut worker = Worker::new(Limits::default());
        let bad =
            compile("fn check(fact) { print(\"a\"); report(fact, \"x\"); throw 1; }", "migration").expect("it loads");
        let good = compile("fn check(fact) { report(fact, \"y\"); }", "migration").expect("it loads");
        assert!(worker.check(&bad, &fact("migration")).is_err());
        let outcome = worker.check(&good, &fact("migration")).expect("it runs");
        assert_eq!(shown(&outcome), ["- [migration] y"]);
    });
}

#[test]
fn the_log_is_bounded() {
    let outcome = with_stack(|| run("fn check(fact) { for i in 0..5000 { print(`line ${i}`); } }", &fact("migration")));
    let log = outcome.expect("it runs").log;
    assert_eq!((log.len(), log[1000].as_str()), (1001, "... the rest was not kept"));
}

#[test]
fn functions_do_what_the_reference_says() {
    for claim in [
        "let t = \" a \"; t.trim() == () && t == \"a\"",
        "let t = \"abab\"; t.replace(\"a\", \"c\") == () && t == \"cbcb\"",
        "let t = \"abab\"; t.remove(\"a\"); t == \"bb\"",
        "\"aü\".len() == 2 && \"aü\".len == 2 && \"x\".index_of(\"y\") == -1",
        "\"abc\".sub_string(1) == \"bc\" && \"abc\".sub_string(1, 1) == \"b\" && \"abc\".get(7) == ()",
        "\"a b\".split() == [\"a\", \"b\"] && \"a,b,c\".split(\",\", 2) == [\"a\", \"b,c\"]",
        "!\"x\\na\".matches(\"^a\") && \"x\\na\".find(\"^a\") != ()",
        "let l = [1, 2, 3]; l.get(7) == () && l.get(-1) == 3 && l.find(|x| x > 7) == ()",
        "let l = [1, 1, 2, 1]; l.dedup(); l == [1, 2, 1]",
        "[\"a\", \"b\", \"a\", \"a\", \"A\"].duplicates() == [\"a\", \"a\"] && \"x y x\".find_all(#\"\\w\"#).duplicates() == [\"x\"]",
        "let l = [1, 2, 3, 4]; l.drain(|x| x > 2) == [3, 4] && l == [1, 2]",
        "let l = [1, 2, 3, 4]; l.retain(|x| x > 2) == [1, 2] && l == [3, 4]",
        "let l = [3, 1, 2]; l.order() == [1, 2, 3] && l == [3, 1, 2] && l.order_desc() == [3, 2, 1]",
        "let l = [3, 1, 2]; l.order(|a, b| b - a) == [3, 2, 1]",
        "let l = [1, 2, 3]; l.chop(2); l == [2, 3]",
        "let l = [1, 2, 3]; l.splice(0, 2, [9]); l == [9, 3]",
        "[1, 2].zip([3, 4], |a, b| a + b) == [4, 6] && [1, 2].reduce(|sum, x| sum + x, 1) == 4",
        "[1, 2].find_map(|x| if x > 1 { x * 10 }) == 20 && [1, 2].some(|x| x == 2) && ![1, 2].all(|x| x == 2)",
        "let m = #{ a: 1 }; m.get(\"b\") == () && \"a\" in m && !(\"b\" in m) && m.keys() == [\"a\"]",
        "let m = #{ a: 1 }; m.mixin(#{ a: 2 }); m.fill_with(#{ a: 3, b: 4 }); m.a == 2 && m.b == 4",
        "let m = #{ a: 1, b: 2 }; m.drain(|key, value| value > 1).len() == 1 && m.len() == 1",
        "let m = #{ a: 1, b: 2 }; m.retain(|key, value| value > 1).len() == 1 && \"b\" in m",
        "#{ a: 1, b: 2 }.filter(|key, value| value > 1).len() == 1",
        "parse_int(\"ff\", 16) == 255 && 2.7.to_int() == 2 && (-3).sign() == -1 && min(1, 2) == 1",
        "let sum = 0; for n in range(0, 5, 2) { sum += n; } sum == 6",
    ] {
        let source =
            format!("fn check(fact) {{ let claim = |_x| {{ {claim} }}; if !claim.call(0) {{ report(fact); }} }}");
        let outcome = with_stack(|| run(&source, &fact("file")));
        assert!(outcome.as_ref().is_ok_and(|outcome| outcome.reports.is_empty()), "{claim}: {outcome:?}");
    }
}
