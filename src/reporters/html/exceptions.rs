//! Exceptions by age and owner, and all of them with what is said of each.

use std::collections::BTreeMap;
use std::io;

use super::super::text::count;
use super::escape;
use super::page::section;
use crate::model::Severity;
use crate::model::audit::Audited;
use crate::model::story::Story;

/// Entries in the table before "and N more".
const MOST: usize = 500;
/// Upper ends of the ages, in days, with their names.
const AGES: [(u32, &str); 4] = [(30, "a month"), (90, "three months"), (365, "a year"), (u32::MAX, "longer")];

pub(super) fn write(story: &Story, out: &mut dyn io::Write) -> io::Result<()> {
    let entries = &story.audit.entries;
    section(out, "exceptions", "Exceptions", |out| {
        if entries.is_empty() {
            return writeln!(out, "<p>None.</p>");
        }
        let told = entries.iter().filter(|entry| entry.severity() >= Severity::Warning).count();
        writeln!(out, "<p>{}, something is wrong with {told} of them.</p>", count(entries.len(), "exception"))?;
        write_ages(story, out)?;
        write_owners(story, out)?;
        writeln!(out, "<details><summary>All of them</summary>\n<div class=\"wide\"><table>")?;
        writeln!(
            out,
            "<tr><th>Rule and path<th class=\"number\">Excused<th>Owner<th>Ends<th class=\"number\">Days<th>States<th>Reason"
        )?;
        for (entry, age) in entries.iter().zip(ages(story)).take(MOST) {
            write_entry(entry, age, out)?;
        }
        writeln!(out, "</table></div>")?;
        if let Some(more @ 1..) = entries.len().checked_sub(MOST) {
            writeln!(out, "<p class=\"dim\">and {more} more</p>")?;
        }
        writeln!(out, "</details>")
    })
}

fn ages(story: &Story) -> impl Iterator<Item = Option<u32>> {
    story.ages.iter().copied().chain(std::iter::repeat(None))
}

fn write_ages(story: &Story, out: &mut dyn io::Write) -> io::Result<()> {
    let mut counts = [0_usize; AGES.len()];
    let mut unknown = 0;
    for (_, age) in story.audit.entries.iter().zip(ages(story)) {
        match age.and_then(|age| AGES.iter().position(|(most, _)| age <= *most)) {
            Some(bucket) => counts[bucket] += 1,
            None => unknown += 1,
        }
    }
    let mut bars: Vec<(String, usize)> = Vec::new();
    let mut from = "";
    for ((_, name), count) in AGES.iter().zip(counts) {
        bars.push((if *name == "longer" { format!("over {from}") } else { format!("up to {name}") }, count));
        from = name;
    }
    if unknown > 0 {
        bars.push(("not known".to_owned(), unknown));
    }
    writeln!(out, "<h3>By age</h3>")?;
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let height = bars.len() * 24;
    writeln!(
        out,
        "<svg viewBox=\"0 0 420 {height}\" width=\"420\" height=\"{height}\" role=\"img\" aria-label=\"Exceptions by age\">"
    )?;
    for (row, (name, count)) in bars.iter().enumerate() {
        let (top, width) = (row * 24, count * 240 / most);
        writeln!(
            out,
            "<text x=\"0\" y=\"{}\">{}</text><rect class=\"bar\" x=\"130\" y=\"{}\" width=\"{width}\" height=\"14\" rx=\"3\"/><text class=\"dim\" x=\"{}\" y=\"{}\">{count}</text>",
            top + 16,
            escape(name),
            top + 5,
            136 + width,
            top + 16
        )?;
    }
    writeln!(out, "</svg>")
}

fn write_owners(story: &Story, out: &mut dyn io::Write) -> io::Result<()> {
    let mut owners: BTreeMap<&str, (usize, Option<u32>, usize)> = BTreeMap::new();
    for (entry, age) in story.audit.entries.iter().zip(ages(story)) {
        let owner = owners.entry(entry.owner.as_deref().unwrap_or("nobody")).or_default();
        owner.0 += 1;
        owner.1 = owner.1.max(age);
        owner.2 += usize::from(entry.severity() >= Severity::Warning);
    }
    let mut owners: Vec<_> = owners.into_iter().collect();
    owners.sort_by(|left, right| right.1.0.cmp(&left.1.0).then_with(|| left.0.cmp(right.0)));
    writeln!(out, "<h3>By owner</h3>\n<div class=\"wide\"><table>")?;
    writeln!(
        out,
        "<tr><th>Owner<th class=\"number\">Exceptions<th class=\"number\">With a fault<th class=\"number\">Oldest, days"
    )?;
    for (owner, (entries, oldest, faulty)) in owners {
        let oldest = oldest.map_or_else(|| "?".to_owned(), |days| days.to_string());
        writeln!(
            out,
            "<tr><td>{}<td class=\"number\">{entries}<td class=\"number\">{faulty}<td class=\"number\">{oldest}",
            escape(owner)
        )?;
    }
    writeln!(out, "</table></div>")
}

fn write_entry(entry: &Audited, age: Option<u32>, out: &mut dyn io::Write) -> io::Result<()> {
    let states: Vec<String> = entry
        .remarks
        .iter()
        .map(|remark| {
            let note = remark.note.as_ref().map(|note| format!(" ({})", escape(note))).unwrap_or_default();
            format!("<span class=\"{}\">{}</span>{note}", super::class(remark.severity), remark.state.name())
        })
        .collect();
    let age = age.map_or_else(|| "?".to_owned(), |days| days.to_string());
    writeln!(
        out,
        "<tr><td class=\"whole\"><code>{}</code><br>{}<br><small>{}:{}</small><td class=\"number\">{}<td>{}<td class=\"number\">{}<td class=\"number\">{age}<td>{}<td class=\"whole\">{}",
        escape(&entry.rule),
        escape(entry.path.as_deref().unwrap_or("")),
        escape(&entry.file),
        entry.line,
        entry.excused,
        escape(entry.owner.as_deref().unwrap_or("")),
        escape(entry.expires.as_deref().unwrap_or("")),
        states.join(", "),
        escape(entry.reason.as_deref().unwrap_or(""))
    )
}
