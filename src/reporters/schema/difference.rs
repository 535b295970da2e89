//! What two schemas do not agree on: `lawbook schema diff`, for people and for programs.

use std::io;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::SchemaOptions;
use crate::model::Location;
use crate::model::schema::compare::{Aspect, Comparison, Difference, Direction, ObjectKind, Undecided};
use crate::reporters::text::one_line;

const MISSING: Style = AnsiColor::Red.on_default();
const EXTRA: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const TABLE: Style = AnsiColor::Cyan.on_default().bold();

/// A comparison with the names of its sides.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    pub expected: &'a str,
    pub actual: &'a str,
    pub comparison: &'a Comparison,
}

/// Writes the differences by table: `-` only in the first schema, `+` only in the second, `~` in both and not alike.
pub fn write_difference(compared: &Compared<'_>, options: &SchemaOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let style = |style: Style| if options.color { style } else { Style::new() };
    let Comparison { differences, undecided } = compared.comparison;
    let (expected, actual) = (one_line(compared.expected), one_line(compared.actual));
    if differences.is_empty() {
        writeln!(out, "{expected} and {actual} agree")?;
    } else {
        let (missing, extra) = (style(MISSING), style(EXTRA));
        writeln!(out, "{missing}- {expected}{missing:#}\n{extra}+ {actual}{extra:#}")?;
    }
    let mut owner = None;
    for difference in differences {
        if owner != Some(&difference.object.owner) {
            let name = style(TABLE);
            writeln!(out, "\n{name}{}{name:#}", one_line(&difference.object.owner.to_string()))?;
            owner = Some(&difference.object.owner);
        }
        let (sign, color) = match difference.direction {
            Direction::Missing => ('-', style(MISSING)),
            Direction::Extra => ('+', style(EXTRA)),
            Direction::Changed => ('~', style(CHANGED)),
        };
        writeln!(out, "  {color}{sign} {}{color:#}", one_line(&words(difference)))?;
    }
    if !undecided.is_empty() {
        writeln!(out, "\nnot known:")?;
    }
    for undecided in undecided {
        writeln!(out, "  {}: {}", undecided.aspect.name(), one_line(&undecided.to_string()))?;
    }
    Ok(())
}

/// Returns a difference in one line.
fn words(difference: &Difference) -> String {
    let side = |words: &str, at: Option<&Location>| match at {
        Some(at) if !words.is_empty() => format!("{words} ({at})"),
        Some(at) => format!("({at})"),
        None => words.to_owned(),
    };
    let expected = side(&difference.expected.words, difference.expected.at.as_ref());
    let actual = side(&difference.actual.words, difference.actual.at.as_ref());
    let said = match (expected.is_empty(), actual.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(" {expected}"),
        (true, false) => format!(" {actual}"),
        (false, false) => format!(" {expected} -> {actual}"),
    };
    let note = difference.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("{}{said}{note}", what(difference))
}

/// Returns what a difference is about; the table or enum stands above it.
fn what(difference: &Difference) -> String {
    let object = &difference.object;
    let kind = match (difference.aspect, object.kind) {
        (Aspect::Defaults, _) => "default of",
        (Aspect::Comments, _) => "comment of",
        (_, ObjectKind::Table) => "table",
        (_, ObjectKind::Column) => "column",
        (_, ObjectKind::PrimaryKey) => "primary key",
        (_, ObjectKind::ForeignKey) => "foreign key",
        (_, ObjectKind::Unique) => "unique constraint",
        (_, ObjectKind::Index) => "index",
        (_, ObjectKind::Check) => "check constraint",
        (_, ObjectKind::Enum) => "enum",
        (_, ObjectKind::View) => "view",
        (_, ObjectKind::Label) => "label",
    };
    let name = object.name.as_deref().unwrap_or_default();
    match (object.kind, object.columns.as_slice()) {
        (ObjectKind::Label, [column]) => format!("{kind} {name} of {column}"),
        _ if matches!(kind, "comment of") && name.is_empty() => "comment of the table".to_owned(),
        _ => format!("{kind} {name}").trim_end().to_owned(),
    }
}

/// Writes the differences as JSON, version 1.
pub fn write_difference_json(compared: &Compared<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let json = Json {
        version: 1,
        expected: compared.expected,
        actual: compared.actual,
        differences: compared.comparison.differences.iter().map(JsonDifference::of).collect(),
        unknown: compared.comparison.undecided.iter().map(JsonUnknown::of).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &json).map_err(io::Error::from)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    expected: &'a str,
    actual: &'a str,
    differences: Vec<JsonDifference<'a>>,
    unknown: Vec<JsonUnknown<'a>>,
}

#[derive(Serialize)]
struct JsonDifference<'a> {
    aspect: &'static str,
    direction: &'static str,
    subject: String,
    expected: Option<&'a str>,
    actual: Option<&'a str>,
    note: Option<&'a str>,
    /// The place of the first side, where it has one.
    path: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct JsonUnknown<'a> {
    aspect: &'static str,
    subject: Option<&'a str>,
    reason: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
}

impl<'a> JsonDifference<'a> {
    fn of(difference: &'a Difference) -> Self {
        let words = |words: &'a str| Some(words).filter(|words| !words.is_empty());
        let (path, line) = place(difference.expected.at.as_ref().or(difference.actual.at.as_ref()));
        Self {
            aspect: difference.aspect.name(),
            direction: difference.direction.name(),
            subject: difference.object.subject(),
            expected: words(&difference.expected.words),
            actual: words(&difference.actual.words),
            note: difference.note.as_deref(),
            path,
            line,
        }
    }
}

impl<'a> JsonUnknown<'a> {
    fn of(undecided: &'a Undecided) -> Self {
        let (path, line) = place(undecided.at.as_ref());
        let Undecided { aspect, subject, reason, .. } = undecided;
        Self { aspect: aspect.name(), subject: subject.as_deref(), reason, path, line }
    }
}

fn place(at: Option<&Location>) -> (Option<&str>, Option<u32>) {
    (at.map(|at| &*at.path), at.and_then(|at| at.span).map(|span| span.line))
}
