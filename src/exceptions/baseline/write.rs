//! A baseline as text: one line a finding, so that two branches that mend different things merge.

use std::fmt::Write as _;

use super::{Baseline, VERSION};

impl Baseline {
    /// Returns the text of the file; the same for the same findings, whatever the order in which they were found.
    pub fn text(&self) -> String {
        let mut text = format!(
            "# Findings that were there before. `lawbook baseline` writes this file; `lawbook baseline --prune` takes out\n\
             # what is mended. An exception, with its reason, belongs into the exceptions file.\n\
             version: {VERSION}\n"
        );
        if self.entries.is_empty() {
            text.push_str("findings: {}\n");
            return text;
        }
        text.push_str("findings:\n");
        let mut rule = None;
        for entry in &self.entries {
            if rule != Some(&entry.rule) {
                rule = Some(&entry.rule);
                let _ = writeln!(text, "  {}:", quoted(&entry.rule));
            }
            let _ = write!(text, "    - {{ fingerprint: {}", quoted(&entry.fingerprint));
            for (name, value) in [("path", &entry.path), ("subject", &entry.subject)] {
                if let Some(value) = value {
                    let _ = write!(text, ", {name}: {}", quoted(value));
                }
            }
            text.push_str(" }\n");
        }
        text
    }
}

/// Returns a text in double quotes, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // Line breaks of older YAML, and marks that turn or hide what follows.
            character if character.is_control() || matches!(character, '\u{2028}'..='\u{202e}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
