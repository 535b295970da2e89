//! Code that would never end, or is nested without end.

use super::*;

#[test]
fn endless_code_is_cut() {
    let cases = [
        "while True:\n    op.drop_table('a')",
        "def f():\n    op.drop_table('a')\n    f()\n    f()\nf()",
        "for a in range(2000):\n    for b in range(2000):\n        op.drop_table('a')",
        "def f(n):\n    for _ in range(100):\n        f(n + 1)\n    op.drop_table('a')\nf(0)",
    ];
    for body in cases {
        let operations = run_body(body, Dialect::Postgresql);
        assert!(operations.iter().any(|one| matches!(one.action, Action::Unknown { .. })), "{body}");
        assert!(operations.len() < 250_000, "{body}");
    }
}

#[test]
fn deep_code_is_survived() {
    let sum = format!("op.drop_table({})", vec!["'a'"; 700].join(" + "));
    let calls = format!("op.execute({}'a'{})", "sa.text(".repeat(150), ")".repeat(150));
    let branches: String = (0..90).map(|depth| format!("{}if x():\n", " ".repeat(depth))).collect();
    let branches = format!("{branches}{}op.drop_table('a')", " ".repeat(90));
    for body in [sum, calls, branches] {
        let _ = run_body(&body, Dialect::Sqlite);
    }
    let wide: String =
        (0..400).map(|number| format!("if x{number}():\n    op.drop_table('a')\n    return\n")).collect();
    let operations = run_body(&wide, Dialect::Postgresql);
    assert_eq!(operations.len(), 400);
}
