//! Exceptions in words: what an audit says of them, or the mere list; one small file per format.

mod json;
mod markdown;
mod text;

use std::collections::BTreeMap;
use std::io;

use super::text::{count, one_line};
use crate::model::audit::{Audit, Audited, State};

pub(super) use json::Document;

/// One format of audits.
pub struct AuditFormat {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words, for the help text.
    pub about: &'static str,
    /// Writes the audit. The writer should be buffered; its errors (a closed pipe) are returned as they are.
    pub write: WriteAudit,
}

/// Writes an audit in one format.
pub type WriteAudit = fn(&Audit, &AuditOptions, &mut dyn io::Write) -> io::Result<()>;

/// Every format, in the order in which help shows them.
pub const AUDIT_FORMATS: &[AuditFormat] = &[
    AuditFormat {
        name: "table",
        about: "for people: what is said of each, and how many of each kind",
        write: text::write,
    },
    AuditFormat { name: "json", about: "for programs; stable, version 1", write: json::write },
    AuditFormat { name: "markdown", about: "a table for a pull request", write: markdown::write },
];

/// How to write. Each format uses what makes sense for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditOptions {
    /// Use ANSI colours (`table`).
    pub color: bool,
    /// Cells in a line (`table`).
    pub width: usize,
    /// The entries were only read, not judged: nothing is said of their use.
    pub list: bool,
}

/// Returns an exception that goes, in a line: where it stands, what it excuses, why it goes.
pub fn label(entry: &Audited) -> String {
    let path = entry.path.as_ref().filter(|_| !entry.inline).map(|path| format!(" for `{path}`")).unwrap_or_default();
    let whys: Vec<&str> = entry.remarks.iter().filter(|remark| is_why(remark.state)).map(|r| r.state.name()).collect();
    let line = format!("{}:{}: `{}`{path} ({})", entry.file, entry.line, entry.rule, whys.join(", "));
    one_line(&line).into_owned()
}

/// Returns whether a state is a reason to remove an exception.
const fn is_why(state: State) -> bool {
    matches!(
        state,
        State::Unused
            | State::Expired
            | State::PathGone
            | State::UnknownRule
            | State::RuleOff
            | State::Shadowed
            | State::Duplicate
    )
}

/// Returns what is said of an entry in words: `unused, shadowed by line 12`.
fn words(entry: &Audited) -> String {
    let words = entry.remarks.iter().map(|remark| match &remark.note {
        Some(note) => format!("{} ({note})", remark.state.name()),
        None => remark.state.name().to_owned(),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Returns the last line: how many there are, and of how many which state is told.
fn summary(audit: &Audit) -> String {
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    for remark in audit.entries.iter().flat_map(|entry| &entry.remarks) {
        *states.entry(remark.state).or_default() += 1;
    }
    let all = count(audit.entries.len(), "exception");
    let told: Vec<String> = states.iter().map(|(state, number)| format!("{number} {}", state.name())).collect();
    if told.is_empty() { format!("{all}.") } else { format!("{all}: {}.", told.join(", ")) }
}

/// Returns how many can go, and how.
fn advice(audit: &Audit) -> Option<String> {
    let dead = audit.entries.iter().filter(|entry| entry.dead).count();
    let go = if dead == 1 { "1 of them excuses".to_owned() } else { format!("{dead} of them excuse") };
    (dead > 0).then(|| format!("{go} nothing any more: `lawbook exceptions prune` removes what is dead."))
}

#[cfg(test)]
mod tests {
    use super::{AUDIT_FORMATS, AuditOptions};
    use crate::model::Severity;
    use crate::model::audit::{Audit, Audited, Remark, State};

    fn entry(line: u32, states: &[State]) -> Audited {
        let remark = |state: &State| Remark { state: *state, severity: state.severity(), note: None };
        Audited {
            rule: "alembic/x".into(),
            path: (line != 3).then(|| "a|b`<i>\u{1b}[31m\n.py".into()),
            file: if line == 9 { "versions/a.py".into() } else { "exceptions.yml".into() },
            line,
            inline: line == 9,
            remarks: states.iter().map(remark).collect(),
            excused: 0,
            dead: states.contains(&State::Unused),
            reason: Some("because\n| of".into()),
            owner: Some("@team".into()),
            expires: Some("2027-01-01".into()),
        }
    }

    fn write(format: usize, audit: &Audit) -> String {
        let mut out = Vec::new();
        let options = AuditOptions { color: false, width: 80, list: false };
        (AUDIT_FORMATS[format].write)(audit, &options, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let entries = vec![entry(1, &[State::Unused]), entry(3, &[]), entry(9, &[State::NoReason])];
        let audit = Audit { entries };
        assert!(audit.fails(Severity::Warning) && !audit.fails(Severity::Error) && !audit.fails(Severity::Off));
        for format in [0, 2] {
            let text = write(format, &audit);
            assert!(!text.contains('\u{1b}') && text.ends_with('\n'), "{text}");
            assert!(text.contains("3 exceptions: 1 unused, 1 no-reason"), "{text}");
        }
        let rows = write(2, &audit);
        let rows: Vec<usize> =
            rows.lines().filter(|line| line.starts_with('|')).map(|line| line.matches('|').count()).collect();
        assert!(rows.len() > 3 && rows.iter().all(|bars| *bars == rows[0]), "{rows:?}");
        for format in [0, 1, 2] {
            assert!(!write(format, &Audit::default()).is_empty());
        }
    }

    #[test]
    fn json_has_the_keys_that_were_promised() {
        let text = write(1, &Audit { entries: vec![entry(3, &[State::Unused, State::Expired])] });
        let expected = r#"{
  "version": 1,
  "entries": [
    {
      "rule": "alembic/x",
      "path": null,
      "line": 3,
      "states": [
        "unused",
        "expired"
      ],
      "excused": 0,
      "reason": "because\n| of",
      "owner": "@team",
      "expires": "2027-01-01"
    }
  ]
}
"#;
        assert_eq!(text, expected);
    }
}
