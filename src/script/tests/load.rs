//! What is found when a script is loaded.

use super::*;

fn check(of: &str, source: &str, expected: &[(&str, &str, &str)]) {
    let faults = match compile(source, of) {
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    };
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), expected.len(), "{source}: {shown:#?}");
    for (fault, (place, message, hint)) in faults.iter().zip(expected) {
        assert_eq!(format!("{}:{}", fault.line, fault.column), *place, "{source}: {fault}");
        assert!(fault.message.contains(message), "{source}: {fault}");
        assert!(fault.hint.as_deref().unwrap_or_default().contains(hint), "{source}: {fault}");
    }
}

#[test]
fn faults() {
    for (of, source, expected) in [
        ("migration", "fn check(fact) {\n  let x = ;\n}", &[("2:11", "", "")][..]),
        ("migration", "fn check(fact) { if true {", &[("1:27", "", "")]),
        ("migration", "fn chek(fact) { }", &[("1:1", "no function `check(fact)`", "fn check(fact)")]),
        ("migration", "fn check(fact, other) { }", &[("1:23", "`check` has 2 parameters", "")]),
        ("migration", "let a = 1;\nfn check(fact) { }", &[("1:1", "never run", "check(fact)")]),
        (
            "migration",
            "fn check(fact) { fact.revison; }",
            &[("1:23", "`migration` has no field `revison`", "`revision`")],
        ),
        (
            "migration",
            "fn check(fact) { fact[\"revison\"]; }",
            &[("1:23", "`migration` has no field `revison`", "`revision`")],
        ),
        (
            "file",
            "fn check(fact) { fact.change == \"modifed\" }",
            &[("1:33", "nothing ever equals `modifed`", "`modified`")],
        ),
        (
            "file",
            "fn check(fact) { if \"gone\" != fact.change { report(fact); } }",
            &[("1:21", "nothing ever equals `gone`", "unchanged, added")],
        ),
        (
            "call",
            "fn check(fact) { for part in fact.arguments { part.form in [\"f-string\", \"fstring\"] } }",
            &[("1:73", "nothing ever equals `fstring`", "`f-string`")],
        ),
        ("file", "fn check(fact) { fact.change.to_upper() == \"ADDED\" && fact.change == \"added\" }", &[]),
        (
            "migration",
            "fn check(fact) { fact.operations(\"create_tabel\").len; fact.operations(\"create_table\").len; }",
            &[("1:34", "operations(action) knows no action `create_tabel`", "`create_table`")],
        ),
        ("migration", "fn check(fact) { fact.statements(\"whatever\").len; fact.operations_on(\"deals\").len; }", &[]),
        (
            "graph",
            "fn check(graph) { for one in graph.migrations { one.operations(\"x\"); } }",
            &[("1:64", "operations(action) knows no action `x`", "it is one of ")],
        ),
        ("migration", "fn check(fact) { fact.calls; }", &[("1:23", "no field `calls`", "calls(callee)")]),
        ("migration", "fn check(fact) { fact.revision(); }", &[("1:23", "no query `revision`", "without parentheses")]),
        (
            "migration",
            "fn check(fact) { fact.labels_of(\"a\"); }",
            &[("1:23", "`migration` has no query `labels_of`", "")],
        ),
        (
            "migration",
            "fn check(fact) { fact.calls(\"a\", 2); }",
            &[("1:23", "`calls` takes 0 or 1 arguments, not 2", "")],
        ),
        (
            "migration",
            "fn check(fact) { for c in fact.calls() { c.calee; } }",
            &[("1:44", "`call` has no field `calee`", "`callee`")],
        ),
        (
            "migration",
            "fn check(fact) { fact.calls().filter(|c| c.calee == \"x\"); }",
            &[("1:44", "`call` has no field `calee`", "`callee`")],
        ),
        (
            "migration",
            "fn check(fact) { [1].filter(|c| fact.revison == \"x\"); }",
            &[("1:38", "`migration` has no field `revison`", "`revision`")],
        ),
        (
            "migration",
            "fn check(fact) { fact.calls().callee; }",
            &[("1:31", "a list has no property `callee`", "for item in")],
        ),
        (
            "migration",
            "fn check(fact) { fact.find(\"x\").txt; }",
            &[("1:33", "a match has no property `txt`", "`text`")],
        ),
        ("migration", "fn check(fact) { fact.knows(\"revison\"); }", &[("1:29", "no field `revison`", "`revision`")]),
        (
            "migration",
            "fn help(x) { x.revison }\nfn check(fact) { help(fact); }",
            &[("1:16", "nothing has a field `revison`", "`revision`")],
        ),
        ("migration", "fn check(fact) { options.patern; }", &[("1:26", "no option `patern`", "`pattern`")]),
        ("migration", "fn check(fact) { let options = 1; }", &[("1:22", "cannot be the name", "")]),
        ("migration", "fn check(fact) { fcat.path; }", &[("1:18", "no variable `fcat`", "`fact`")]),
        ("migration", "fn check(fact) { { let a = 1; } a; }", &[("1:33", "no variable `a`", "")]),
        ("migration", "fn check(fact) { [1].map(|c| c + nope); }", &[("1:34", "no variable `nope`", "")]),
        ("migration", "fn check(fact) { repot(fact, \"x\"); }", &[("1:18", "no function `repot`", "`report`")]),
        ("migration", "fn check(fact) { report(); }", &[("1:18", "`report` takes 1 or 2 arguments, not 0", "")]),
        ("migration", "fn check(fact) { glob(fact.path); }", &[("1:18", "`glob` takes 2 arguments, not 1", "")]),
        ("migration", "fn help(x) { }\nfn check(fact) { help(); }", &[("2:18", "`help` takes 1 argument, not 0", "")]),
        ("migration", "fn check(fact) { fact.path.matchs(\"x\"); }", &[("1:28", "no function `matchs`", "`matches`")]),
        ("migration", "fn check(fact) { fact.path.matches(\"(\"); }", &[("1:36", "wrong regex: unclosed group", "")]),
        ("migration", "fn check(fact) { glob(fact.path, \"[\"); }", &[("1:34", "wrong glob", "")]),
        ("migration", "fn check(fact) { let f = |x| x; f(1); }", &[("1:33", "no function `f`", "f.call(")]),
        ("migration", "fn check(fact) { eval(\"1\"); }", &[("1:18", "`eval` cannot be used", "")]),
        ("migration", "fn check(fact) { Fn(\"sleep\").call(1); }", &[("1:18", "`Fn` cannot be used", "closure")]),
        (
            "migration",
            "fn check(fact) { sleep(1); timestamp(); }",
            &[("1:18", "`sleep`", "clock"), ("1:28", "`timestamp`", "clock")],
        ),
        ("migration", "import \"x\" as y;\nfn check(fact) { }", &[("1:1", "`import` and `export`", "")]),
        ("migration", "fn check(fact) { import \"x\" as y; }", &[("1:18", "`import` and `export`", "")]),
        ("migration", "export let a = 1;\nfn check(fact) { }", &[("1:8", "`import` and `export`", "")]),
        ("migration", "fn check(fact) { global::x; }", &[("1:26", "", "")]),
        ("migration", "fn check(fact) { switch 1 { _ => 2 } }", &[("1:18", "`switch`", "if")]),
        (
            "migration",
            "fn check(fact) { \"x\".pad(9, \"y\"); parse_json(\"1\"); exit(); }",
            &[
                ("1:22", "no function `pad`", ""),
                ("1:35", "no function `parse_json`", ""),
                ("1:52", "no function `exit`", ""),
            ],
        ),
        (
            "migration",
            "fn check(fact) {\n  fact.pth;\n  nope(1);\n  if false { other.x; }\n  if 1 == 1 { fact.siz } else { fact.nam }\n  while fact.bad { }\n}",
            &[
                ("2:8", "`pth`", "`path`"),
                ("3:3", "`nope`", ""),
                ("4:14", "`other`", ""),
                ("4:20", "`x`", ""),
                ("5:20", "`siz`", "`size`"),
                ("5:38", "`nam`", "`name`"),
                ("6:14", "`bad`", ""),
            ],
        ),
    ] {
        check(of, source, expected);
    }
}

#[test]
fn right_scripts_load() {
    for (of, body) in [
        ("migration", "let m = #{ own: 1 }; m.own = 2; m.other = 3; m[\"third\"] = 4; m.own + m.other + m.third;"),
        ("migration", "for c in fact.calls() { c.keywords.unique.value; c.keywords[\"x y\"]; }"),
        ("migration", "fact.calls().map(|c| c.keywords.nullable);"),
        ("graph", "for p in fact.missing_parents { p.migration.path; p.revision; }"),
        ("graph", "for group in fact.duplicates { for m in group { m.revision; } }"),
        ("graph", "fact.heads.filter(|h| fact.labels_of(h.revision).is_empty()).len;"),
        ("migration", "try { throw 1; } catch (e) { print(e); }"),
        ("migration", "let x = (); x = fact.find(\"a\"); if x != () { x.line; }"),
        ("migration", "let f = |a, b| a + b; f.call(1, 2); f.curry(1).call(2);"),
        ("migration", "let n = 0; let add = |x| n += x; add.call(1);"),
        ("migration", "let s = fact.path.split(\"/\"); s.filter(|p| p.len() > 1).map(|p| p.to_upper());"),
        ("migration", "for (item, index) in fact.down_revisions { item + index; }"),
        ("migration", "for i in 0..10 { if i == 3 { continue; } break; } loop { break; } do { } while false;"),
        ("migration", "let o = options; o.pattern; options[\"limit\"]; \"limit\" in options;"),
        (
            "migration",
            "let nested = fact.calls().map(|c| c.arguments.filter(|a| a.value == c.line && fact.path != \"\"));",
        ),
        ("project", "let f = project_file(fact); if f != () { f.size; } fact.migrations.map(|m| m.tree);"),
    ] {
        let source = format!("fn project_file(p) {{ p.file(\"x\") }} fn check(fact) {{ {body} }}");
        check(of, &source, &[]);
    }
}

#[test]
fn every_listed_function_exists() {
    let known = crate::script::allowed::functions();
    for (name, counts) in known {
        assert!(!counts.is_empty(), "{name}");
    }
    for function in crate::script::FUNCTIONS {
        let counts = known.get(function.name());
        for count in function.arguments() {
            assert!(counts.is_some_and(|counts| counts.contains(&count)), "{}: {count} of {counts:?}", function.form);
        }
    }
}
