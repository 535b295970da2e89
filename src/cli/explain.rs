//! `lawbook explain`.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::arguments::ExplainOptions;
use super::example;
use super::terminal::Terminal;
use super::{CLEAN, Failure};
use crate::app::Workspace;
use crate::packs::{Rule, RuleTest};

pub(super) fn run(options: &ExplainOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let workspace = Workspace::open(&[], &options.packs, true)?;
    let rule = workspace.rule(&options.rule)?;
    io::stdout().write_all(explanation(rule, terminal.color).as_bytes())?;
    Ok(CLEAN)
}

fn explanation(rule: &Rule, color: bool) -> String {
    let style = |style: Style| if color { style } else { Style::new() };
    let bold = style(Style::new().bold());
    let head = style(AnsiColor::Green.on_default().bold());
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{bold}{}{bold:#}  {}, on {}\n{}", rule.id, rule.severity, rule.on.name, rule.title);
    let mut part = |title: &str, body: &str| {
        if !body.trim().is_empty() {
            let _ = writeln!(text, "\n{head}{title}{head:#}\n{}", body.trim_end());
        }
    };
    part("Why", &rule.why);
    part("How to mend it", &rule.fix);
    for (title, invalid) in [("Reported", true), ("Not reported", false)] {
        let examples = rule.tests.iter().filter(|test| test.invalid == invalid).take(2).map(example);
        part(title, &examples.collect::<Vec<_>>().join("\n  ---\n"));
    }
    let options = rule.options.iter().map(|(name, value)| format!("  {name}: {value}\n"));
    part("Options", &options.collect::<String>());
    part("Also called", &rule.aliases.join(", "));
    let id = &rule.id;
    part(
        "In lawbook.yml",
        &format!(
            "  rules:\n    {id}: off            # or error, warning, info\n\nFor one line:  # lawbook: allow {id} -- why"
        ),
    );
    part("Defined in", &rule.location.path);
    text
}

fn example(test: &RuleTest) -> String {
    let single = test.files.len() == 1;
    let mut text = String::new();
    for (path, code) in &test.files {
        if !single {
            let _ = writeln!(text, "  # {path}");
        }
        for line in code.trim_end().lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text.extend(test.schemas.iter().map(|schema| example::lines(schema)));
    text.extend(test.exceptions.iter().map(|entry| example::exception(entry)));
    text.trim_end().to_owned()
}
