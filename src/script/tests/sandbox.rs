//! What a script cannot reach, what it may use up, and that nothing unknown is taken for false.

use super::*;
use crate::script::memory::{peak_bytes, reset_peak};

fn fault_of(body: &str, fact: &Fact) -> ScriptFault {
    let source = format!("fn check(fact) {{\n{body}\n}}");
    with_stack(|| run(&source, fact)).err().unwrap_or_else(|| panic!("no fault: {body}"))
}

#[test]
fn functions_that_are_not_listed_are_gone_from_the_interpreter() {
    // A key of the same name takes the name past the check at load where the type of the receiver is not known.
    for (name, call) in [
        ("pad", "f.call(\"x\").pad(1000000, \"y\")"),
        ("pad", "f.call([1]).pad(400000, 0)"),
        ("chars", "f.call(\"x\").chars()"),
        ("chars", "f.call(\"x\").chars"),
        ("bits", "f.call(1).bits"),
        ("bytes", "f.call(\"x\").bytes"),
        ("to_json", "f.call(#{ a: 1 }).to_json()"),
        ("to_chars", "f.call(\"x\").to_chars()"),
        ("to_blob", "f.call(\"x\").to_blob()"),
        ("to_hex", "f.call(1).to_hex()"),
        ("name", "f.call(|| 1).name"),
        ("is_anonymous", "f.call(|| 1).is_anonymous"),
    ] {
        let fault = fault_of(&format!("let m = #{{ {name}: 1 }}; let f = |x| x;\n{call};"), &fact("migration"));
        assert!(fault.message.contains(name), "{call}: {fault}");
        assert_eq!((fault.line, fault.exhausted), (3, false), "{call}: {fault}");
    }
    // Where the type is known, the key does not help.
    let faults = compile("fn check(fact) { let m = #{ pad: 1 }; \"x\".pad(9, \"y\"); }", "migration");
    assert!(faults.expect_err("it is found at load")[0].message.contains("no function `pad`"));
    // What a map holds can still be called, whatever its name.
    let source = "fn check(fact) { let m = #{ pad: |n| n + 1 }; report(fact, `${m.pad(1)}`); }";
    let outcome = with_stack(|| run(source, &fact("migration"))).expect("it runs");
    assert_eq!(outcome.reports[0].message.as_deref(), Some("2"));
}

#[test]
fn only_budgets_are_exhausted() {
    for (body, exhausted) in [
        ("loop { }", true),
        ("let f = |f| f.call(f); f.call(f);", true),
        ("let s = \"x\"; loop { s += s; }", true),
        ("let a = [1]; loop { a += a; }", true),
        ("let a = []; loop { a = [a]; }", true),
        ("let s = \"aaaaaaaaaa\"; loop { s.replace(\"a\", s); }", true),
        ("let s = \"x\"; while s.len() < 8000000 { s += s; } s.split(\"\");", true),
        ("let s = \"x\"; while s.len() < 8000000 { s += s; } s.find_all(\"x\");", true),
        ("let s = \"\\u0001\"; while s.len() < 8000000 { s += s; } print([s, s, s]);", true),
        ("let s = \"x\"; while s.len() < 100000 { s += s; } glob(s, \"*\");", true),
        ("throw \"own\";", false),
        ("let x = [1]; x[3];", false),
        ("let f = |x| x.nothing; f.call(#{ nothing: fact }).revisio", false),
        ("report(99, \"y\");", false),
        ("let r = \"(\"; fact.find(r);", false),
        ("1", false),
    ] {
        let source = format!("fn check(fact) {{ let keys = #{{ revisio: 1 }};\n{body}\n}}");
        let fault = with_stack(|| run(&source, &fact("migration"))).err().unwrap_or_else(|| panic!("no fault: {body}"));
        assert_eq!(fault.exhausted, exhausted, "{body}: {fault}");
    }
}

#[test]
fn costly_searches_are_refused() {
    let letters: String =
        (0u32..1 << 20).map(|i| if (i.wrapping_mul(2_654_435_761) >> 13) & 1 == 0 { 'a' } else { 'b' }).collect();
    let migration = Fact::Migration(migration_with(&letters));
    for (regex, is_refused) in [
        ("[ab]*a[ab]{500}[^ab]", true),
        ("[ab]*a[ab]{9000}[^ab]", true),
        ("(?:a?b?){500}(?:[ab][ab]){500}[^ab]", true),
        ("def \\\\w+\\\\(", false),
        ("ab{3}c", false),
    ] {
        for call in [
            format!("let found = fact.find(\"{regex}\");"),
            format!("if fact.text.matches(\"{regex}\") {{ }}"),
            format!("let found = fact.find_all(\"{regex}\");"),
        ] {
            let source = format!("fn check(fact) {{ {call}; }}");
            match with_stack(|| run(&source, &migration)) {
                Ok(_) => assert!(!is_refused, "{call}"),
                Err(fault) => {
                    assert!(is_refused, "{call}: {fault}");
                    assert!(fault.exhausted && fault.message.contains("takes too long"), "{call}: {fault}");
                }
            }
        }
    }
    // On a text of usual size they run.
    let migration = Fact::Migration(migration_with(&letters[..20_000]));
    let outcome = with_stack(|| run("fn check(fact) { fact.find(\"[ab]*a[ab]{500}[^ab]\"); }", &migration));
    assert!(outcome.is_ok(), "{outcome:?}");
    // Patterns that a script makes are read within bounds.
    let source = "fn check(fact) { let s = \"a|\"; while s.len() < 1000000 { s += s; } fact.find(s); }";
    let fault = with_stack(|| run(source, &fact("migration"))).expect_err("the pattern is too long");
    assert!(fault.message.contains("longer than 32 KB"), "{fault}");
}

#[test]
fn a_single_step_does_not_hold_much_more_than_the_budget() {
    let grow = "let s = \"x\"; while s.len() < 8000000 { s += s; }";
    for body in [
        "let m = #{}; for i in 0..100000 { m[`k${i}`] = i; } let a = [m, m, m, m, m, m, m, m];",
        "let f = |x| x; loop { f = f.curry(f); }",
        &format!("{grow} let n = 0; for c in s {{ n += 1; }} throw 1;"),
        &format!("{grow} s.sub_string(1, 5000000); s.sub_string(-5); s.crop(1); s.index_of(\"y\", 5); throw 1;"),
        &format!("{grow} s.sub_string(1..=7); s.to_upper(); s.make_upper(); throw 1;"),
        "let s = \"\\u0390\"; while s.len() < 4000000 { s += s; } s.to_upper(); throw 1;",
        "let s = \"\\u0001\"; while s.len() < 8000000 { s += s; } print(`${[s, s]}`); throw 1;",
        "let s = \"\\u0001\"; while s.len() < 8000000 { s += s; } debug(s); throw 1;",
        "for i in 0..10000 { let r = `(${i}|a{1000}b{1000}c{1000})`; fact.find(r); }",
    ] {
        let source = format!("fn check(fact) {{ {body} }}");
        let peak = with_stack(|| {
            let script = compile(&source, "migration").unwrap_or_else(|faults| panic!("{body}: {faults:?}"));
            let mut worker = Worker::new(Limits::default());
            let before = reset_peak();
            let result = worker.check(&script, &fact("migration"));
            assert!(result.is_err(), "{body}");
            usize::try_from(peak_bytes() - before).unwrap_or(0)
        });
        // The budget, and one text of the largest size with the one it is made of.
        assert!(peak <= 2 * Limits::default().memory, "{body}: {} MB", peak >> 20);
    }
}

#[test]
fn what_is_kept_between_checks_is_bounded() {
    with_stack(|| {
        let mut worker = Worker::new(Limits::default());
        let check = |worker: &mut Worker, number: u32| {
            let source = format!(
                "fn check(fact) {{ for i in 0..4 {{ fact.find(`({number}|${{i}}|a{{3000}}b{{3000}}c{{3000}})`); }} }}"
            );
            let script = compile(&source, "migration").expect("it loads");
            worker.check(&script, &fact("migration")).expect("it runs");
        };
        check(&mut worker, 0);
        let before = crate::script::memory::live_bytes();
        (1..20).for_each(|number| check(&mut worker, number));
        let held = crate::script::memory::live_bytes() - before;
        assert!(held < 16 << 20, "{} MB", held >> 20);
    });
}

#[test]
fn unknown_in_closures_is_never_false() {
    for body in [
        "f.down_revisions.filter(|r| fact.depends_on == r)",
        "f.down_revisions.map(|r| fact.depends_on)",
        "f.down_revisions.some(|r| fact.knows(\"path\") && fact.depends_on == r)",
        "f.down_revisions.all(|r| fact.depends_on == r)",
        "f.down_revisions.find(|r| fact.depends_on == r)",
        "f.down_revisions.find_map(|r| fact.depends_on)",
        "f.down_revisions.index_of(|r| fact.depends_on == r)",
        "f.down_revisions.for_each(|| fact.depends_on)",
        "f.down_revisions.reduce(|sum, r| fact.depends_on)",
        "let l = f.down_revisions; l.sort(|a, b| fact.depends_on == a)",
        "let l = f.down_revisions; l.sort_by(|a, b| fact.depends_on == a)",
        "f.down_revisions.order(|a, b| fact.depends_on == a)",
        "f.down_revisions.order_by(|a, b| fact.depends_on == a)",
        "let l = f.down_revisions; l.dedup(|a, b| fact.depends_on == a)",
        "let l = f.down_revisions; l.retain(|r| fact.depends_on == r)",
        "let l = f.down_revisions; l.drain(|r| fact.depends_on == r)",
        "f.down_revisions.zip([1, 2], |a, b| fact.depends_on)",
        "#{ a: 1 }.filter(|k| fact.depends_on == k)",
        // Items that are not known, used by the closure or answered by it.
        "options.items.filter(|i| i)",
        "options.items.some(|i| i)",
        "options.items.all(|i| i)",
        "options.items.find(|i| i)",
        "options.items.index_of(|i| i)",
        "options.items.filter(|i| i == \"x\")",
        "let l = options.items; l.retain(|i| i)",
        "let l = options.items; l.drain(|i| i)",
        "let l = options.items; l.sort(|a, b| a < b)",
        "let l = options.items; l.sort(|a, b| a)",
        "let l = options.items; l.dedup()",
        "options.items.duplicates()",
        "let l = options.items; l.sort()",
        "let l = options.items; l.order()",
        "let l = options.items; l.order_desc()",
        "options.items.contains(\"x\")",
        "options.items.index_of(\"x\")",
        "options.items == [1, 2]",
        "`${options.items}`",
        "let i = options.items[0]; #{ a: 1 }.filter(|k, v| i)",
        "let m = #{ a: options.items[0] }; m.retain(|k, v| v)",
        "if options.items[0] { }",
        "let n = 0; while options.items[0] { n += 1; }",
        "options.items[0] && true",
        "true && options.items[0]",
    ] {
        let item = || Value::Unknown("computed item".into());
        let given = BTreeMap::from([("items".to_owned(), Value::List(Arc::new([item(), item()])))]);
        let source = format!("fn check(fact) {{ let f = fact; {body}; report(fact, \"went on\"); }}");
        let outcome = with_stack(|| {
            let script = Script::compile(&source, kind("migration"), &given)
                .unwrap_or_else(|faults| panic!("{body}: {faults:?}"));
            Worker::new(Limits::default()).check(&script, &fact("migration"))
        });
        let outcome = outcome.unwrap_or_else(|fault| panic!("{body}: {fault}"));
        assert!(outcome.unknown.is_some(), "{body}: {outcome:?}");
    }
}

#[test]
fn errors_in_comparisons_are_faults() {
    for body in [
        "let l = [3, 1, 2]; l.sort(|a, b| throw \"own words\");",
        "[3, 1, 2].order(|a, b| throw \"own words\");",
        "let l = [1, 1]; l.dedup(|a, b| throw \"own words\");",
    ] {
        assert!(fault_of(body, &fact("migration")).message.contains("own words"), "{body}");
    }
    let fault = fault_of("[1, 2].filter(|x| 3);", &fact("migration"));
    assert!(fault.message.contains("answers true or false, not an integer"), "{fault}");
    let fault = fault_of("fact.down_revisions.filter(|r| fact.revision == r);", &fact("migration"));
    assert!(fault.hint.clone().is_some_and(|hint| hint.contains("let items =")), "{fault}");
    // A comparison that is no order sorts somehow.
    let outcome = with_stack(|| {
        run(
            "fn check(fact) { let l = []; for i in 0..100 { l.push(i); } l.sort(|a, b| 1); report(fact, `${l.len()}`); }",
            &fact("migration"),
        )
    });
    assert_eq!(outcome.expect("it runs").reports[0].message.as_deref(), Some("100"));
}

#[test]
fn replaced_functions_do_what_they_did() {
    for (expression, expected) in [
        ("\"héllo\".sub_string(1, 3)", "éll"),
        ("\"héllo\".sub_string(-2)", "lo"),
        ("\"héllo\".sub_string(-9, 2)", "hé"),
        ("\"héllo\".sub_string(1..3)", "él"),
        ("\"héllo\".sub_string(1..=3)", "éll"),
        ("\"héllo\".sub_string(9)", ""),
        ("\"héllo\".sub_string(1, -1)", ""),
        ("\"héllo\".index_of('l', 3)", "3"),
        ("\"héllo\".index_of(\"h\", 1)", "-1"),
        ("\"héllo\".index_of(\"lo\", -2)", "3"),
        ("\"héllo\".to_upper()", "HÉLLO"),
        ("\"HÉ\".to_lower()", "hé"),
        ("[3, 1, 2].order(|a, b| a < b)", "[1, 2, 3]"),
        ("[3, 1, 2].order(|a, b| b - a)", "[3, 2, 1]"),
        ("[1, 2, 3].filter(|x| x > 1)", "[2, 3]"),
        ("[1, 2, 3].filter(|x, i| i > 1)", "[3]"),
        ("[1, 2, 3].find(|x| x > 1)", "2"),
        ("[1, 2, 3].find(|x| x > 0, -1)", "3"),
        ("[1, 2, 3].index_of(|x| x == 3)", "2"),
        ("[1, 2, 3].index_of(|x| x == 9)", "-1"),
        ("[1, #{ a: \"q\" }, (), 'c', 1.5, [true]]", "[1, #{\"a\": \"q\"}, (), c, 1.5, [true]]"),
    ] {
        let source = format!("fn check(fact) {{ report(fact, `${{{expression}}}`); }}");
        let outcome =
            with_stack(|| run(&source, &fact("migration"))).unwrap_or_else(|fault| panic!("{expression}: {fault}"));
        assert_eq!(outcome.reports[0].message.as_deref(), Some(expected), "{expression}");
    }
    let body = "let l = [1, 1, 2, \"2\", 2]; l.dedup(); let m = [1, 2, 3, 4]; let d = m.drain(|x| x % 2 == 0); let k = [1, 2, 3]; k.retain(|x| x > 1); let t = \"héllo\"; t.crop(1, 2); let n = \"\"; for c in \"hé\" { n = c + n; } report(fact, `${l} ${m} ${d} ${k} ${t} ${n}`)";
    let outcome = with_stack(|| run(&format!("fn check(fact) {{ {body} }}"), &fact("migration"))).expect("it runs");
    assert_eq!(outcome.reports[0].message.as_deref(), Some("[1, 2, \"2\", 2] [1, 3] [2, 4] [2, 3] él éh"));
}
