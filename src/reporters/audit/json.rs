//! `json`, version 1. Keys keep their names, meaning and order.

use std::io;

use serde::Serialize;

use super::AuditOptions;
use crate::model::audit::{Audit, Audited};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    path: Option<&'a str>,
    line: u32,
    states: Vec<&'static str>,
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
