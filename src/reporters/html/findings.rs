//! Findings by rule, each with its source line.

use std::collections::BTreeMap;
use std::io;

use super::super::Options;
use super::super::text::count;
use super::page::section;
use super::{class, escape, prose};
use crate::model::{Finding, Report, Severity};

/// Findings of one rule before "and N more": a page of ten thousand helps nobody.
const MOST: usize = 200;
/// Findings of one rule that are seen at once; more of them would hide the next rule.
const FEW: usize = 12;
/// Characters of a source line that are shown, around what is marked.
const WIDTH: usize = 240;

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let shown = report.findings.iter().filter(|finding| options.show_excepted || finding.excepted.is_none());
    for finding in shown {
        by_rule.entry(&finding.rule).or_default().push(finding);
    }
    let mut rules: Vec<(Severity, &str, Vec<&Finding>)> = by_rule
        .into_iter()
        .map(|(rule, findings)| {
            let active = findings.iter().filter(|finding| finding.excepted.is_none());
            (active.map(|finding| finding.severity).max().unwrap_or(Severity::Off), rule, findings)
        })
        .collect();
    rules.sort_by(|left, right| (right.0, right.2.len(), left.1).cmp(&(left.0, left.2.len(), right.1)));
    section(out, "findings", "Findings", |out| {
        if rules.is_empty() {
            writeln!(out, "<p>None.</p>")?;
        }
        for (severity, rule, findings) in &rules {
            let open = if *severity >= Severity::Warning && findings.len() <= FEW { " open" } else { "" };
            let (class, name) = (class(*severity), severity.name());
            let name = if *severity == Severity::Off { "excepted" } else { name };
            writeln!(
                out,
                "<details{open}><summary><span class=\"count\">{}</span><b class=\"{class}\">{name}</b> <code>{}</code></summary>\n<ol class=\"findings\">",
                count(findings.len(), "finding"),
                escape(rule)
            )?;
            for finding in findings.iter().take(MOST) {
                write_finding(finding, out)?;
            }
            writeln!(out, "</ol>")?;
            if let Some(more @ 1..) = findings.len().checked_sub(MOST) {
                writeln!(out, "<p class=\"dim\">and {more} more</p>")?;
            }
            writeln!(out, "</details>")?;
        }
        Ok(())
    })
}

fn write_finding(finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let place = match (&finding.at, &finding.subject) {
        (Some(at), _) => at.to_string(),
        (None, Some(subject)) => subject.to_string(),
        (None, None) => String::new(),
    };
    write!(out, "<li><span class=\"place\">{}</span><br>{}", escape(&place), prose(&finding.message))?;
    if let Some(excuse) = &finding.excepted {
        let reason = excuse.reason.as_deref().unwrap_or("no reason");
        write!(out, "<br><small>excepted by {}: {}</small>", escape(&excuse.at.to_string()), escape(reason))?;
    }
    if let (Some(span), Some(line)) = (finding.span(), &finding.line_text) {
        let start = span.column.saturating_sub(1) as usize;
        let end = if span.end_line > span.line { usize::MAX } else { span.end_column.saturating_sub(1) as usize };
        let [before, marked, after] = parts(line, start, end);
        write!(out, "<pre>{:>4}  {}", span.line, escape(&before))?;
        if !marked.is_empty() {
            write!(out, "<mark>{}</mark>", escape(&marked))?;
        }
        write!(out, "{}</pre>", escape(&after))?;
    }
    writeln!(out, "</li>")
}

/// Returns what stands before, in and behind a range of characters, cut to what can be read.
fn parts(line: &str, start: usize, end: usize) -> [String; 3] {
    let characters: Vec<char> = line.trim_end().chars().collect();
    let start = start.min(characters.len());
    let end = end.clamp(start, characters.len());
    let text = |range: std::ops::Range<usize>| characters[range].iter().collect::<String>();
    let from = start.saturating_sub(WIDTH / 3);
    let until = end.min(start + WIDTH);
    let last = characters.len().min(until + WIDTH / 3);
    let mut before = text(from..start);
    if from > 0 {
        before.insert(0, '…');
    }
    let mut after = text(until..last);
    if last < characters.len() {
        after.push('…');
    }
    [before, text(start..until), after]
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn lines_are_cut_around_what_is_marked() {
        assert_eq!(parts("abc def", 4, 7), ["abc ", "def", ""]);
        assert_eq!(parts("漢字 x", 1, 2), ["漢", "字", " x"]);
        assert_eq!(parts("abc", 9, 12), ["abc", "", ""]);
        assert_eq!(parts("abc", 1, usize::MAX), ["a", "bc", ""]);
        let long = "x".repeat(10_000);
        let [before, marked, after] = parts(&long, 5_000, 9_000);
        assert!(before.chars().count() <= 81 && marked.chars().count() == 240 && after.chars().count() <= 81);
    }
}
