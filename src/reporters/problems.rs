//! Problems for people: what is wrong, where, the line with a caret, and what to do.

use std::io;

use anstyle::{AnsiColor, Effects, Style};

use super::snippet::snippet;
use super::text;
use crate::model::{Level, Problem, Severity};

/// A message longer than this many lines is cut: it quotes something that nobody reads in a terminal.
pub(super) const MOST_LINES: usize = 12;

/// Writes each problem as a block of its own, with a blank line between two:
///
/// ```text
/// error: unknown field `sevrity`
///   --> rules/a.yml:3:1
///   |
/// 3 | sevrity: error
///   | ^^^^^^^
///   = help: did you mean `severity`?
/// ```
pub fn write_problems(problems: &[Problem], color: bool, width: usize, out: &mut dyn io::Write) -> io::Result<()> {
    for (index, problem) in problems.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_problem(problem, color, width, out)?;
    }
    Ok(())
}

fn write_problem(problem: &Problem, color: bool, width: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let severity = match problem.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
    };
    let style = severity_style(severity, color);
    let bold = when(color, Style::new().effects(Effects::BOLD));
    for (index, line) in text::wrap(&problem.message, width.saturating_sub(9).max(20), MOST_LINES).iter().enumerate() {
        match index {
            0 => writeln!(out, "{style}{severity}{style:#}{bold}: {line}{bold:#}")?,
            _ => writeln!(out, "{:indent$}{bold}{line}{bold:#}", "", indent = severity.name().len() + 2)?,
        }
    }
    let faint = faint(color);
    if let Some(location) = &problem.at {
        writeln!(out, "  {faint}-->{faint:#} {}", text::one_line(&location.to_string()))?;
        if let (Some(span), Some(line_text)) = (location.span, &problem.line_text) {
            out.write_all(snippet(line_text, span, severity, color, width).as_bytes())?;
        }
    }
    if let Some(hint) = &problem.hint {
        for (index, line) in text::wrap(hint, width.saturating_sub(10).max(20), MOST_LINES).iter().enumerate() {
            match index {
                0 => writeln!(out, "  {faint}={faint:#} {bold}help{bold:#}: {line}")?,
                _ => writeln!(out, "          {line}")?,
            }
        }
    }
    Ok(())
}

/// Returns the colour of a severity.
pub(super) fn severity_style(severity: Severity, color: bool) -> Style {
    let ansi = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::BrightBlue,
        Severity::Off => return Style::new(),
    };
    when(color, ansi.on_default().effects(Effects::BOLD))
}

/// Returns the style of what may be overlooked.
pub(super) fn faint(color: bool) -> Style {
    when(color, Style::new().effects(Effects::DIMMED))
}

/// Returns the style, or none without colour.
pub(super) fn when(color: bool, style: Style) -> Style {
    if color { style } else { Style::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Span};
    use crate::reporters::sample;

    fn render(problems: &[Problem], color: bool, width: usize) -> String {
        let mut out = Vec::new();
        write_problems(problems, color, width, &mut out).expect("memory can be written to");
        String::from_utf8(out).expect("output is UTF-8")
    }

    #[test]
    fn problems_show_place_caret_and_help() {
        insta::assert_snapshot!(render(&sample::report().problems, false, 80));
    }

    #[test]
    fn colour_is_only_where_it_is_asked_for() {
        let problems = [Problem::error("no `id`").at(Location::span("a.yml", Span::at(1, 1))).hint("add one")];
        assert_eq!(render(&problems, false, 80), "error: no `id`\n  --> a.yml:1:1\n  = help: add one\n");
        assert!(render(&problems, true, 80).starts_with("\x1b[1m\x1b[91merror\x1b[0m"));
    }

    #[test]
    fn a_hostile_message_is_cut_and_cannot_drive_the_terminal() {
        let hostile = format!("bad \x1b[2J{}", "very long ".repeat(10_000));
        let problem = Problem::error(hostile.clone()).hint(hostile).at(Location::file("a\x1b[31m.yml"));
        let text = render(&[problem], false, 60);
        assert!(!text.contains('\x1b') && text.contains(r"\u{1b}[2J"), "{text}");
        assert!(text.lines().count() <= 2 * MOST_LINES + 1 && text.lines().all(|line| line.chars().count() <= 60));
    }
}
