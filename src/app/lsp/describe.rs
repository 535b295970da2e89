//! What a rule and a finding mean, in Markdown.

use std::fmt::Write as _;

use crate::model::Finding;
use crate::packs::Rule;

/// Returns what a rule is about, why it exists and how its findings are mended.
pub fn rule(rule: &Rule) -> String {
    let mut text = format!("**`{}`** ({}): {}\n", rule.id, rule.severity, rule.title);
    for (title, body) in [("Why", &rule.why), ("How to mend it", &rule.fix)] {
        if !body.trim().is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n#### {title}\n\n{}\n", body.trim_end());
        }
    }
    text
}

/// Returns what was found, and what its rule says.
pub fn finding(finding: &Finding, of: Option<&Rule>) -> String {
    match of {
        Some(of) => format!("{}\n\n---\n\n{}", finding.message, rule(of)),
        None => format!("{}\n\n`{}`\n", finding.message, finding.rule),
    }
}
