//! Made-up reports for the tests of the formats.

use std::io;
use std::sync::Arc;

use super::Options;
use crate::model::{Excuse, Finding, Location, Problem, Report, RuleRun, RuleText, Severity, Span, Unknown};

type Write = fn(&Report, &Options, &mut dyn io::Write) -> io::Result<()>;

/// Renders to a string.
pub fn render(write: Write, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    write(report, options, &mut out).expect("memory can be written to");
    String::from_utf8(out).expect("output is UTF-8")
}

/// One of everything, with hostile text among it.
pub fn report() -> Report {
    let versions = "backend/migrations/versions";
    let mut excepted = finding(
        "alembic/migration-name",
        Severity::Error,
        "the name `0773c.py` does not follow the pattern",
        Some(Location::file(format!("{versions}/0773c.py"))),
        None,
    );
    let excuse = Excuse {
        at: Location::span(".coding-rules-exceptions.yml", Span::at(3, 5)),
        reason: Some("Created before the rule".to_owned()),
        owner: Some("@data-platform".to_owned()),
        expires: Some("2027-03-31".to_owned()),
    };
    excepted.excepted = Some(excuse.into());
    let mut subject = finding("schema/nullable-key", Severity::Warning, "`deals.owner_id` may be null", None, None);
    subject.subject = Some("deals.owner_id".into());
    let long = format!("    op.execute(\"{}\", drop_enum, \"{}\")", "SELECT 1; ".repeat(30), "-- ".repeat(4_000));
    let long_column = long.find("drop_enum").map_or(0, |at| at as u32 + 1);
    Report {
        findings: [
            excepted,
            finding(
                "alembic/enum-without-create-type",
                Severity::Error,
                "`sa.Enum(\"a\", create_type=False)` raises 'type already exists' when it runs twice",
                at(&format!("{versions}/20240101_000001_deals.py"), 12, 5, 12, 36),
                Some("    sa.Enum(\"a\", create_type=False),"),
            ),
            finding(
                "alembic/empty-downgrade",
                Severity::Info,
                "downgrade does nothing",
                at(&format!("{versions}/20240101_000001_deals.py"), 108, 1, 110, 9),
                Some("def downgrade():"),
            ),
            finding(
                "alembic/raw-sql-interpolation",
                Severity::Warning,
                "SQL is put together from\nparts: 100% @everyone | <b>#12</b>, ::error::injected",
                at("hostile/\x1b[31mred, 漢.py", 2, 13, 2, 17),
                Some("\tüber = \"漢字\"\x1b[2J\u{202e} % x"),
            ),
            finding(
                "alembic/unguarded-drop",
                Severity::Error,
                "the type is dropped without a guard",
                at("minified.py", 1, long_column, 1, long_column + 9),
                Some(&long),
            ),
            subject,
        ]
        .map(Arc::new)
        .into(),
        problems: vec![
            Problem::error("unknown field `sevrity`")
                .in_text(span("rules/a.yml", 3, 1, 3, 8), "id: a\ntitle: A\nsevrity: error\n")
                .suggest(Some("severity")),
            Problem::error("cannot read the file: permission denied").at(Location::file("secret.py")),
            Problem::warning("rule `old_rule` is in no pack").in_text(
                span(".coding-rules-exceptions.yml", 9, 3, 9, 11),
                &format!("{}  old_rule:\n", "\n".repeat(8)),
            ),
        ],
        unknowns: vec![Unknown {
            rule: "alembic/unguarded-drop".into(),
            at: Some(span(&format!("{versions}/20240102_000001_loop.py"), 7, 9, 7, 30)),
            reason: "the table name is computed at run time".into(),
        }],
        rules: vec![
            run("alembic/empty-downgrade", [54, 0, 1, 0]),
            run("alembic/enum-without-create-type", [54, 0, 1, 0]),
            run("alembic/migration-name", [54, 0, 0, 1]),
            run("alembic/multiple-heads", [0, 0, 0, 0]),
            run("alembic/raw-sql-interpolation", [211, 0, 1, 0]),
            run("alembic/unguarded-drop", [54, 1, 1, 0]),
            run("schema/nullable-key", [1_204, 0, 1, 0]),
        ],
        texts: vec![RuleText {
            rule: "alembic/enum-without-create-type".into(),
            severity: Severity::Error,
            title: "sa.Enum(..., create_type=False) in a migration".to_owned(),
            why: "The type is created *again*.\n".to_owned(),
            fix: "Use `postgresql.ENUM`.\n".to_owned(),
        }],
        baselined: 3,
        files: 54,
        migrations: 54,
        schemas: 0,
        look: None,
        story: None,
    }
}

/// A run that found nothing but what is excepted.
pub fn clean() -> Report {
    let Report { mut findings, .. } = report();
    findings.truncate(1);
    let rules = vec![run("alembic/empty-downgrade", [54, 0, 0, 0]), run("alembic/migration-name", [54, 0, 0, 1])];
    Report { findings, rules, files: 54, migrations: 54, ..Report::default() }
}

fn finding(rule: &str, severity: Severity, message: &str, at: Option<Location>, line: Option<&str>) -> Finding {
    Finding {
        rule: rule.into(),
        severity,
        message: message.into(),
        at,
        subject: None,
        about: Arc::default(),
        line_text: line.map(Into::into),
        fingerprint: "0123456789abcdef".into(),
        excepted: None,
        group: None,
    }
}

fn at(path: &str, line: u32, column: u32, end_line: u32, end_column: u32) -> Option<Location> {
    Some(span(path, line, column, end_line, end_column))
}

fn span(path: &str, line: u32, column: u32, end_line: u32, end_column: u32) -> Location {
    Location::span(path, Span { line, column, end_line, end_column })
}

fn run(rule: &str, [judged, unknown, findings, excepted]: [usize; 4]) -> RuleRun {
    RuleRun { rule: rule.into(), judged, unknown, findings, excepted, ..RuleRun::default() }
}
