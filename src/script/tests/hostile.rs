//! Scripts that never end, recurse or grow: each is stopped with a fault at its line, within the memory.

use super::*;
use crate::script::memory::{peak_bytes, reset_peak};

fn stopped(source: &str, fact: &Fact) -> (ScriptFault, usize) {
    with_stack(|| {
        let script = compile(source, "migration").unwrap_or_else(|faults| panic!("{source}: {faults:?}"));
        let mut worker = Worker::new(Limits::default());
        let before = reset_peak();
        let fault = worker.check(&script, fact).err().unwrap_or_else(|| panic!("it ended: {source}"));
        (fault, usize::try_from(peak_bytes() - before).unwrap_or(0))
    })
}

#[test]
fn hostile_scripts_are_stopped() {
    for (body, line, messages) in [
        ("loop { }", 2, &["steps", "longer"][..]),
        ("let x = 0;\nwhile true { x += 1; }", 3, &["steps", "longer"]),
        ("for i in 0..9223372036854775807 { }", 2, &["steps", "longer"]),
        ("try { loop { } } catch { }", 2, &["steps", "longer"]),
        ("again(fact)", 1, &["calls inside"]),
        ("ping(fact)", 0, &["calls inside"]),
        ("let s = \"x\";\nloop { s += s; }", 3, &["text is larger", "MB"]),
        ("let s = \"aaaaaaaaaa\";\nloop { s.replace(\"a\", s); }", 3, &["text is larger"]),
        ("let a = [1];\nloop { a += a; }", 3, &["list has more", "MB"]),
        ("let a = [\"x\"];\nloop { a.push(a); }", 3, &["list has more", "MB", "nested", "longer"]),
        (
            "let m = #{};\nlet i = 0;\nloop { m[`k${i}`] = #{ a: [i, i, i], b: `${i}` }; i += 1; }",
            4,
            &["map has more", "MB", "longer", "steps"],
        ),
        ("let m = #{};\nloop { m = #{ a: m, b: m }; }", 3, &["map has more", "MB", "nested", "longer"]),
        ("let a = [];\nloop { a = [a]; }", 3, &["nested"]),
        ("let a = #{};\nloop { a = #{ k: a }; }", 3, &["nested"]),
        ("let f = || 1;\nloop { let g = f; f = || g.call(); }", 3, &["nested"]),
        ("let f = |x| x;\nloop { f = f.curry(f); }", 3, &["nested", "MB", "longer"]),
        ("let a = [];\nfor i in range(0, 1000000000000, 1) { a.push(i); }", 3, &["list has more", "longer", "MB"]),
        (
            "let a = [];\nloop { a.push(`${a.len()} a text of some length that is kept for long`); }",
            3,
            &["MB", "longer", "list has more"],
        ),
        ("let s = \"x\";\nwhile s.len() < 8000000 { s += s; }\ns.split(\"\");", 4, &["list has more", "MB"]),
        (
            "let s = \"x\";\nwhile s.len() < 8000000 { s += s; }\ns.find_all(\"x\");",
            4,
            &["list has more", "MB", "longer"],
        ),
        ("loop { report(fact, \"again and again and again\"); }", 2, &["MB", "longer", "steps"]),
        ("let fs = [];\nloop { fs.push(|| fact); }", 3, &["list has more", "MB", "longer"]),
    ] {
        let source = format!(
            "fn check(fact) {{\n{body}\n}} fn again(x) {{ again(x) }} fn ping(x) {{ pong(x) }} fn pong(x) {{ ping(x) }}"
        );
        let (fault, peak) = stopped(&source, &fact("migration"));
        assert!(messages.iter().any(|message| fault.message.contains(message)), "{body}: {fault}");
        // Recursion ends on the line of the functions, everything else where it stands.
        let lines = body.lines().count() + 2;
        let line = if line < 2 { lines } else { line };
        assert_eq!(fault.line as usize, line, "{body}: {fault}");
        // A single step at most doubles what is held.
        assert!(peak <= 2 * Limits::default().memory, "{body}: {} MB", peak >> 20);
    }
}

#[test]
fn regexes_on_large_texts_end() {
    let text = "a".repeat(1 << 20);
    let migration = Fact::Migration(migration_with(&text));
    for (body, expected) in [
        ("if fact.matches(\"(a+)+$x\") { report(fact) }", 0),
        ("if fact.find(\"(a|a)*b\") != () { report(fact) }", 0),
        ("if fact.find(\"(a*)*(a*)*(a*)*c\") != () { report(fact) }", 0),
        ("if fact.text.matches(\"^a+$\") { report(fact) }", 1),
    ] {
        let outcome = with_stack(|| run(&format!("fn check(fact) {{ {body} }}"), &migration));
        assert_eq!(outcome.expect("it ends").reports.len(), expected, "{body}");
    }
    let huge = "fn check(fact) { fact.find(\"(((a{100}){100}){100}){100}\"); }";
    let faults = compile(huge, "migration").expect_err("the regex is too large");
    assert!(faults[0].message.contains("wrong regex"), "{}", faults[0]);
}

#[test]
fn deep_or_long_sources_are_faults() {
    let nested =
        |open: &str, close: &str| format!("fn check(fact) {{ {}1{}; }}", open.repeat(20_000), close.repeat(20_000));
    for source in [
        nested("(", ")"),
        nested("[", "]"),
        nested("#{a:", "}"),
        nested("{", "}"),
        nested("-", ""),
        nested("!", ""),
        nested("if true {", "}"),
        nested("|| ", ""),
        nested("1 + (", ")"),
        nested("report(", ")"),
        nested("`${", "}`"),
        format!("fn check(fact) {{ fact{}; }}", ".path".repeat(20_000)),
        format!("fn check(fact) {{ fact{}; }}", "[0]".repeat(20_000)),
        format!("fn check(fact) {{ 1{}; }}", " + 1".repeat(20_000)),
        format!("fn check(fact) {{ if true {{ }}{} }}", " else if true { }".repeat(10_000)),
        format!("fn check(fact) {{ {} }}", "x".repeat(300 << 10)),
    ] {
        let start: String = source.chars().take(40).collect();
        let faults = compile(&source, "migration").err().unwrap_or_else(|| panic!("it loads: {start}"));
        assert!(!faults.is_empty(), "{start}");
    }
}
