//! `html`: one file for a browser, that needs nothing else: no script, no picture, no font, no network.
//!
//! What comes from the user's files is text: escaped, on one line, without marks that turn or hide what follows.

mod chart;
mod exceptions;
mod findings;
mod graph;
mod page;

use std::io;

use super::text::markup as escape;
use super::{Options, look, verdict};
use crate::model::{Problem, Report, Severity};
use page::{STYLE, section};

/// Writes the report as one page.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let project = report.story.as_ref().map_or("", |story| story.project.as_str());
    let title = if project.is_empty() { "Lawbook".to_owned() } else { format!("Lawbook: {project}") };
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>",
        escape(&title)
    )?;
    write_head(report, options, &title, out)?;
    write_problems(&report.problems, out)?;
    findings::write(report, options, out)?;
    if let Some(story) = &report.story {
        exceptions::write(story, out)?;
        section(out, "growth", "Growth of the exceptions", |out| chart::write(&story.growth, out))?;
        graph::write(&story.graphs, out)?;
    }
    write_rules(report, out)?;
    write_look(report, out)?;
    writeln!(out, "</main>\n</body>\n</html>")
}

fn write_head(report: &Report, options: &Options, title: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let state = match () {
        () if report.has_errors() || report.fails(options.fail_on) => "bad",
        () if report.active().next().is_some() => "fair",
        () => "good",
    };
    let day = report.story.as_ref().map_or("", |story| story.day.as_str());
    writeln!(out, "<header>\n<h1>{}</h1>\n<p class=\"day\">{}</p>", escape(title), escape(day))?;
    writeln!(out, "<p class=\"verdict {state}\">{}</p>", escape(&verdict::headline(report)))?;
    for note in verdict::notes(report, options.fail_on) {
        writeln!(out, "<p class=\"note\">{}</p>", prose(&note))?;
    }
    let summary = report.summary();
    writeln!(out, "<ul class=\"tiles\">")?;
    for (number, name, class) in [
        (summary.errors, "errors", "error"),
        (summary.warnings, "warnings", "warning"),
        (summary.infos, "infos", "info"),
        (summary.excepted, "excepted", "quiet"),
        (summary.baselined, "in the baseline", "quiet"),
        (summary.unknown, "not judged", "quiet"),
        (summary.files, "files", "quiet"),
        (summary.rules, "rules", "quiet"),
    ] {
        let class = if number == 0 { "quiet" } else { class };
        writeln!(out, "<li class=\"{class}\"><b>{number}</b> {name}</li>")?;
    }
    writeln!(out, "</ul>\n</header>")
}

fn write_problems(problems: &[Problem], out: &mut dyn io::Write) -> io::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    section(out, "problems", "Problems", |out| {
        writeln!(out, "<ul class=\"problems\">")?;
        for problem in problems {
            let class = match problem.level {
                crate::model::Level::Error => "error",
                crate::model::Level::Warning => "warning",
            };
            let place = problem.at.as_ref().map(|at| format!("<code>{}</code> ", escape(&at.to_string())));
            writeln!(out, "<li class=\"{class}\">{}{}", place.unwrap_or_default(), prose(&problem.message))?;
            if let Some(hint) = &problem.hint {
                writeln!(out, "<br><small>{}</small>", prose(hint))?;
            }
            writeln!(out, "</li>")?;
        }
        writeln!(out, "</ul>")
    })
}

fn write_rules(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.rules.is_empty() {
        return Ok(());
    }
    section(out, "rules", "Rules", |out| {
        writeln!(
            out,
            "<div class=\"wide\"><table>\n<tr><th>Rule<th class=\"number\">Judged<th class=\"number\">Findings<th class=\"number\">Excepted<th class=\"number\">Baseline<th class=\"number\">Unknown"
        )?;
        for run in &report.rules {
            let numbers = [run.judged, run.findings, run.excepted, run.baselined, run.unknown];
            let numbers: String = numbers.iter().map(|number| format!("<td class=\"number\">{number}")).collect();
            writeln!(out, "<tr><td><code>{}</code>{numbers}", escape(&run.rule))?;
        }
        writeln!(out, "</table></div>")
    })
}

fn write_look(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(looked_at) = &report.look else { return Ok(()) };
    section(out, "looked-at", "What was looked at", |out| {
        writeln!(out, "<dl>")?;
        for (name, values) in look::sections(looked_at) {
            writeln!(out, "<dt>{name}")?;
            for value in values {
                writeln!(out, "<dd>{}", escape(&value))?;
            }
        }
        writeln!(out, "</dl>")
    })
}

/// Returns a message: escaped, with what stands between backticks as code.
fn prose(text: &str) -> String {
    let escaped = escape(text);
    let parts: Vec<&str> = escaped.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // One has no partner: it is a character like any other.
        return escaped;
    }
    let mut prose = String::with_capacity(escaped.len() + parts.len() * 6);
    for (number, part) in parts.into_iter().enumerate() {
        if number % 2 == 1 {
            prose.push_str("<code>");
            prose.push_str(part);
            prose.push_str("</code>");
        } else {
            prose.push_str(part);
        }
    }
    prose
}

const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Off => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audit::{Audit, Audited, Remark, State};
    use crate::model::history::{Growth, Point};
    use crate::model::story::Story;
    use crate::reporters::graph::testing::{CASES, graph, hostile};
    use crate::reporters::sample;

    const HOSTILE: &str = "</style></script><img src=x onerror=alert(1)> \"' \u{1b}[2J\u{202e}\n&";

    fn story() -> Story {
        let entry = |state: State| Audited {
            rule: HOSTILE.into(),
            path: Some(HOSTILE.into()),
            file: ".coding-rules-exceptions.yml".into(),
            line: 3,
            inline: false,
            remarks: vec![Remark { state, severity: state.severity(), note: Some(HOSTILE.to_owned()) }],
            excused: 2,
            dead: false,
            reason: Some(HOSTILE.into()),
            owner: Some(HOSTILE.into()),
            expires: Some("2027-03-31".into()),
        };
        let point = |time: i64, entries: usize| Point {
            time,
            day: "2026-01-01".to_owned(),
            entries,
            rules: [(HOSTILE.into(), entries)].into(),
            ..Point::default()
        };
        let mut graphs: Vec<_> = CASES.iter().map(|(name, lines)| graph(name, lines)).collect();
        graphs.push(hostile());
        Story {
            project: HOSTILE.to_owned(),
            day: "2026-11-01".to_owned(),
            graphs,
            audit: Audit { entries: vec![entry(State::Unused), entry(State::NoReason)] },
            ages: vec![Some(400), None],
            growth: Ok(Growth { points: vec![point(0, 1), point(86_400, 9), point(200_000, 4)], ..Growth::default() }),
        }
    }

    #[test]
    fn nothing_of_the_user_is_markup() {
        let mut report = sample::report();
        report.story = Some(story());
        for finding in &mut report.findings {
            let finding = std::sync::Arc::make_mut(finding);
            finding.message = HOSTILE.into();
            finding.line_text = finding.line_text.as_ref().map(|_| HOSTILE.into());
        }
        let text = sample::render(write, &report, &Options { show_excepted: true, ..Options::default() });
        for bad in ["<img", "onerror=alert(1)>", "</script", "http://", "https://", "<script", "url("] {
            assert!(!text.contains(bad), "{bad}");
        }
        assert!(text.contains("&lt;img src=x onerror=alert(1)&gt;"));
        assert_eq!(text.matches("<style>").count(), 1);
        assert_eq!(text.matches("</style>").count(), 1);
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'));
        // Every element that needs an end has one.
        for element in ["section", "details", "ul", "table", "svg", "dl", "main", "div", "ol", "pre", "g", "header"] {
            let opened = text.matches(&format!("<{element}>")).count() + text.matches(&format!("<{element} ")).count();
            assert_eq!(opened, text.matches(&format!("</{element}>")).count(), "{element}");
        }
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(prose("`a<b` and `c`"), "<code>a&lt;b</code> and <code>c</code>");
        assert_eq!(prose("it`s"), "it`s");
        assert_eq!(prose(""), "");
    }

    #[test]
    fn an_empty_report_is_a_page() {
        let text = sample::render(write, &Report::default(), &Options::default());
        assert!(text.starts_with("<!doctype html>") && text.ends_with("</html>\n"), "{text}");
        let story = Story { growth: Err("no repository".to_owned()), ..Story::default() };
        let report = Report { story: Some(story), ..sample::clean() };
        let text = sample::render(write, &report, &Options::default());
        assert!(text.contains("no repository"), "{text}");
    }
}
