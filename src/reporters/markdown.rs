//! `markdown`: a summary that fits a pull request comment or a job summary.
//!
//! What comes from the user's files is escaped: it cannot make tables, links, HTML, mentions or references. Lists are
//! cut, because GitHub refuses comments over 65,536 characters.

use std::io;

use super::text::{one_line, short_line};
use super::verdict;
use super::{Options, look};
use crate::model::{Finding, Location, Problem, Report};

/// How much of a list is written before "and N more".
#[derive(Clone, Copy)]
struct Limit {
    rows: usize,
    bytes: usize,
}

/// For findings.
const FINDINGS: Limit = Limit { rows: 50, bytes: 25_000 };
/// For problems, unused exceptions, unknown facts and rules, each.
const OTHERS: Limit = Limit { rows: 30, bytes: 8_000 };
/// Characters of a message or path.
const MOST_CHARACTERS: usize = 300;

/// Writes the verdict, the findings, the problems, and the counts of each rule.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    write_verdict(report, options, out)?;
    write_findings(report, options, out)?;
    write_problems("Problems", &report.problems, out)?;
    if options.show_unknown {
        write_unknown(report, out)?;
    }
    write_look(report, out)?;
    write_rules(report, out)
}

fn write_look(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(look) = &report.look else { return Ok(()) };
    writeln!(out, "\n### What was looked at\n\n| What | Which |\n|---|---|")?;
    let rows: Vec<_> = look::sections(look);
    write_rows(&rows, OTHERS, out, |(name, values)| {
        let values: Vec<String> = values.iter().map(|value| prose(value)).collect();
        format!("| {name} | {} |", values.join("<br>"))
    })
}

fn write_verdict(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let found = verdict::found(report);
    let judged = report.rules.iter().any(|rule| rule.judged > 0);
    let heading = match () {
        () if report.has_errors() => "🛑 Lawbook could not judge everything".to_owned(),
        () if report.fails(options.fail_on) => format!("❌ Lawbook found {found}"),
        () if !found.is_empty() => format!("⚠️ Lawbook found {found}"),
        () if !judged => "⚠️ Lawbook judged nothing".to_owned(),
        () => "✅ Lawbook found nothing".to_owned(),
    };
    writeln!(out, "## {heading}\n\n{}", escape(&one_line(&verdict::headline(report))))?;
    for note in verdict::notes(report, options.fail_on) {
        writeln!(out, "{}", escape(&one_line(&note)))?;
    }
    Ok(())
}

fn write_findings(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    // What counts comes first, so that the limit cannot hide it behind what is excepted.
    let excepted = report.findings.iter().map(AsRef::as_ref);
    let excepted = excepted.filter(|finding: &&Finding| options.show_excepted && finding.excepted.is_some());
    let shown: Vec<&Finding> = report.active().chain(excepted).collect();
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| Severity | Place | Rule | Finding |\n|---|---|---|---|")?;
    write_rows(&shown, FINDINGS, out, |finding| {
        let severity = if finding.excepted.is_some() { "excepted" } else { finding.severity.name() };
        let place = match (&finding.at, &finding.subject) {
            (None, Some(subject)) => code(subject),
            (at, _) => place(at.as_ref()),
        };
        format!("| {severity} | {place} | {} | {} |", code(&finding.rule), prose(&finding.message))
    })
}

fn write_problems(title: &str, problems: &[Problem], out: &mut dyn io::Write) -> io::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### {title}\n\n| Place | What |\n|---|---|")?;
    write_rows(problems, OTHERS, out, |problem| {
        let hint = problem.hint.as_ref().map_or_else(String::new, |hint| format!(" ({})", prose(hint)));
        format!("| {} | {}{hint} |", place(problem.at.as_ref()), prose(&problem.message))
    })
}

fn write_unknown(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.unknowns.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Not judged\n\n| Place | Rule | Why |\n|---|---|---|")?;
    write_rows(&report.unknowns, OTHERS, out, |unknown| {
        format!("| {} | {} | {} |", place(unknown.at.as_ref()), code(&unknown.rule), prose(&unknown.reason))
    })
}

fn write_rules(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>Rules</summary>\n")?;
    writeln!(out, "| Rule | Judged | Findings | Excepted | Unknown |\n|---|--:|--:|--:|--:|")?;
    write_rows(&report.rules, OTHERS, out, |run| {
        let numbers = [run.judged, run.findings, run.excepted, run.unknown].map(|number| number.to_string());
        format!("| {} | {} |", code(&run.rule), numbers.join(" | "))
    })?;
    writeln!(out, "\n</details>")
}

/// Writes a row for each item, as far as the limit goes, and how many are left.
fn write_rows<T>(items: &[T], limit: Limit, out: &mut dyn io::Write, row: impl Fn(&T) -> String) -> io::Result<()> {
    let mut bytes = 0;
    for (index, item) in items.iter().enumerate() {
        let row = row(item);
        bytes += row.len() + 1;
        if index == limit.rows || bytes > limit.bytes {
            return writeln!(out, "\n… and {} more", items.len() - index);
        }
        writeln!(out, "{row}")?;
    }
    Ok(())
}

fn place(at: Option<&Location>) -> String {
    at.map_or_else(String::new, |location| code(&location.to_string()))
}

/// Returns the text as code, which GitHub searches for neither mentions nor references.
pub(super) fn code(text: &str) -> String {
    let text = short_line(text, MOST_CHARACTERS);
    // In a code span inside a table these have no escape that every renderer agrees on; inside the tag they do.
    if text.contains(['`', '|', '\\']) || text.trim() != text || text.is_empty() {
        return format!("<code>{}</code>", escape(&text));
    }
    format!("`{text}`")
}

/// Returns a message for a table cell: what it has between backticks as code, the rest as plain words.
pub(super) fn prose(text: &str) -> String {
    let text = short_line(text, MOST_CHARACTERS);
    let parts: Vec<_> = text.split('`').collect();
    let inner = parts.get(1..parts.len() - 1).unwrap_or_default();
    // Odd backticks pair with nothing, and two code spans that touch would read as one.
    if parts.len().is_multiple_of(2) || inner.iter().any(|part| part.is_empty()) {
        return escape(&text);
    }
    let part = |(index, part): (usize, &&str)| if index % 2 == 0 { escape(part) } else { code(part) };
    parts.iter().enumerate().map(part).collect()
}

/// Returns the text as plain words in a table cell or paragraph.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' | '<' | '>' | '|' | '\\' | '$' => escaped.push_str(&format!("&#{};", u32::from(character))),
            '*' | '_' | '`' | '[' | ']' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // A zero-width space keeps mentions, references and bare links from being what they look like.
            '@' | '#' => escaped.extend([character, '\u{200b}']),
            '/' if escaped.ends_with(':') => escaped.push_str("\u{200b}/"),
            '.' if ends_with(&escaped, "www") => escaped.push_str("\u{200b}."),
            '-' if ends_with(&escaped, "gh") => escaped.push_str("\u{200b}-"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Returns whether the text ends so, whatever the case.
fn ends_with(text: &str, end: &str) -> bool {
    text.len().checked_sub(end.len()).and_then(|at| text.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reporters::sample;

    #[test]
    fn a_rich_report() {
        let options = Options { show_excepted: true, show_unknown: true, ..Options::default() };
        insta::assert_snapshot!(sample::render(write, &sample::report(), &options));
    }

    #[test]
    fn a_clean_report() {
        let text = sample::render(write, &sample::clean(), &Options::default());
        assert!(text.starts_with("## ✅ Lawbook found nothing\n\nAll clear: 54 files"), "{text}");
        let text = sample::render(write, &Report::default(), &Options::default());
        assert!(text.starts_with("## ⚠️ Lawbook judged nothing\n"), "{text}");
    }

    #[test]
    fn user_text_has_no_meaning() {
        for (input, expected) in [
            ("a | b", "a &#124; b"),
            ("<img src=x> &amp;", "&#60;img src=x&#62; &#38;amp;"),
            ("`x` *y* _z_", r"\`x\` \*y\* \_z\_"),
            ("@team see #12", "@\u{200b}team see #\u{200b}12"),
            ("https://a.b www.a.b gh-1", "https:\u{200b}//a.b www\u{200b}.a.b gh\u{200b}-1"),
            ("![i](u)", r"\!\[i\](u)"),
            ("a\n\n# b", "a&#92;n&#92;n#\u{200b} b"),
            ("wish-list", "wish-list"),
        ] {
            assert_eq!(escape(&short_line(input, 99)), expected);
        }
        for (input, expected) in [
            ("drop `a_b` of `@x`", "drop `a_b` of `@x`"),
            ("`a``b`", r"\`a\`\`b\`"),
            ("an odd ` one", r"an odd \` one"),
            ("``` <b>", r"\`\`\` &#60;b&#62;"),
            ("`a|b` | c", "<code>a&#124;b</code> &#124; c"),
            ("", ""),
        ] {
            assert_eq!(prose(input), expected);
        }
        for (input, expected) in [
            ("a_b/@x#1.py", "`a_b/@x#1.py`"),
            ("a`b|c", r"<code>a\`b&#124;c</code>"),
            (" a", "<code> a</code>"),
            ("", "<code></code>"),
        ] {
            assert_eq!(code(input), expected);
        }
    }

    #[test]
    fn every_table_row_has_the_cells_of_its_header() {
        let options = Options { show_excepted: true, show_unknown: true, ..Options::default() };
        let text = sample::render(write, &sample::report(), &options);
        let mut bars = None;
        for line in text.lines() {
            let count = line.matches('|').count();
            assert!(!line.starts_with('|') || *bars.get_or_insert(count) == count, "{line}");
            if !line.starts_with('|') {
                bars = None;
            }
        }
    }

    #[test]
    fn a_thousand_huge_findings_fit_a_comment() {
        let mut report = sample::report();
        let mut finding = report.findings.swap_remove(1);
        std::sync::Arc::make_mut(&mut finding).message = "plain ".repeat(10).into();
        report.findings = vec![finding.clone(); 1_000];
        let text = sample::render(write, &report, &Options::default());
        assert!(text.contains("\n… and 950 more\n"), "{text}");

        let huge = "<x ".repeat(10_000);
        std::sync::Arc::make_mut(&mut finding).message = huge.as_str().into();
        report.findings = vec![finding; 1_000];
        report.problems = vec![Problem::error(&huge).hint(&huge).at(Location::file(huge.as_str())); 1_000];
        report.unknowns[0].reason = huge.as_str().into();
        report.unknowns = vec![report.unknowns[0].clone(); 1_000];
        report.rules = vec![report.rules[0].clone(); 1_000];
        let options = Options { show_unknown: true, ..Options::default() };
        let text = sample::render(write, &report, &options);
        assert!(text.len() < 65_536, "{}", text.len());
        assert_eq!(text.matches("\n… and ").count(), 4);
    }
}
