//! `json`, version 1. Keys keep their names, meaning and order.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::AuditOptions;
use crate::model::audit::{Audit, Audited};

/// What `lawbook exceptions audit --format json` and `lawbook exceptions list --format json` print.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "Lawbook audit")]
pub(in crate::reporters) struct Document<'a> {
    version: u32,
    /// Those of the file in its order, then inline ones.
    entries: Vec<Entry<'a>>,
}

/// An exception.
#[derive(JsonSchema, Serialize)]
struct Entry<'a> {
    rule: &'a str,
    /// Null for an entry that has `match` alone.
    path: Option<&'a str>,
    line: u32,
    /// What there is to say of it: `unused`, `expired`, `no-reason` and others.
    states: Vec<&'static str>,
    /// How many findings it excused.
    excused: usize,
    reason: Option<&'a str>,
    owner: Option<&'a str>,
    expires: Option<&'a str>,
}

pub(super) fn write(audit: &Audit, _: &AuditOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document { version: 1, entries: audit.entries.iter().map(entry).collect() };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}

fn entry(entry: &Audited) -> Entry<'_> {
    Entry {
        rule: &entry.rule,
        path: entry.path.as_deref(),
        line: entry.line,
        states: entry.remarks.iter().map(|remark| remark.state.name()).collect(),
        excused: entry.excused,
        reason: entry.reason.as_deref(),
        owner: entry.owner.as_deref(),
        expires: entry.expires.as_deref(),
    }
}
