//! Reasons that stand in YAML comments.
//!
//! What files in use look like, and how it is read:
//!
//! ```yaml
//! exceptions:
//!   # Enums of the first year.                      said of the rule: the reason of entries that have no other
//!   rule_1_2_enum_pattern:
//!     # Legacy, created before the rule:            several lines are joined
//!     # nobody dares to touch them.
//!     - versions/a.py
//!     - versions/b.py                               the same group: no blank line, no other comment
//!     - versions/c.py  # Until the merge.           the group's reason, then its own
//!
//!     - versions/d.py                               after a blank line a group is over: the rule's reason
//! ```
//!
//! Lines of decoration (`# ------`) and entries that are commented out (`# - versions/e.py`) are no reason.

use crate::yaml::{Node, NodeValue, Source};

/// Returns the reason that stands above a rule's name, or at the end of its line. `before` is the last entry above,
/// whose texts may hold lines that look like comments.
pub(super) fn of_rule(source: &Source, line: u32, before: Option<&Node>) -> Option<String> {
    join([block_above(source, line, before), end_of_line(source.line(line))])
}

/// Reads the reasons of a list of entries, top to bottom.
pub(super) struct Reasons<'a> {
    source: &'a Source,
    /// What the lines above said of the group that goes on.
    group: Option<String>,
    /// The entry before, whose texts may hold lines that look like comments.
    before: Option<&'a Node>,
    /// The line of the entry before, and the comment at its end: a list on one line is scanned once.
    last: Option<(u32, Option<String>)>,
}

impl<'a> Reasons<'a> {
    /// Begins below `before`, the last entry of the rule above.
    pub(super) const fn new(source: &'a Source, before: Option<&'a Node>) -> Self {
        Self { source, group: None, before, last: None }
    }

    /// Returns the reason in the comments of the next entry, if there is one.
    pub(super) fn of_entry(&mut self, entry: &'a Node) -> Option<String> {
        let line = first_line(self.source, entry);
        if self.last.as_ref().is_none_or(|(last_line, _)| *last_line != line) {
            let block = block_above(self.source, line, self.before);
            if block.is_some() || begins_apart(self.source, line, self.before) {
                self.group = block;
            }
            self.last = Some((line, end_of_line(self.source.line(line))));
        }
        self.before = Some(entry);
        let own = self.last.as_ref().and_then(|(_, comment)| comment.clone());
        join([self.group.clone(), own])
    }
}

/// Returns whether a blank line, or nothing, stands above a line and the comments right above it: entries that are
/// commented out there do not join two groups.
fn begins_apart(source: &Source, line: u32, before: Option<&Node>) -> bool {
    for above in (1..line).rev() {
        let text = source.line(above).trim();
        let is_text = || before.is_some_and(|before| above > before.place.span.line && has_text_line(before, text));
        if !text.starts_with('#') || is_text() {
            return text.is_empty();
        }
    }
    true
}

/// Returns the line on which an entry begins: that of its dash, which may stand alone, lines above.
fn first_line(source: &Source, entry: &Node) -> u32 {
    let (line, before) = (entry.place.span.line, entry.place.span.column as usize - 1);
    if source.line(line).chars().take(before).any(|character| !character.is_whitespace()) {
        return line;
    }
    let is_between = |text: &str| text.is_empty() || text.starts_with('#');
    let above = (1..line).rev().find(|above| !is_between(source.line(*above).trim()));
    let is_dash =
        |above: &u32| matches!(source.line(*above).trim().strip_prefix('-'), Some(rest) if is_between(rest.trim()));
    above.filter(is_dash).unwrap_or(line)
}

/// Returns the comment lines that end right above a line, joined; `None` if they say nothing. A line that is part of a
/// text of the entry before is no comment.
fn block_above(source: &Source, line: u32, before: Option<&Node>) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for above in (1..line).rev() {
        let text = source.line(above).trim();
        let Some(comment) = text.strip_prefix('#') else { break };
        if before.is_some_and(|before| above > before.place.span.line && has_text_line(before, text)) {
            break;
        }
        words.extend(meaning(comment));
    }
    words.reverse();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Returns what a comment says, unless it is decoration or an entry that is commented out.
pub(super) fn meaning(comment: &str) -> Option<&str> {
    let text = comment.trim_start_matches(['#', '!']).trim();
    let says_something = text.contains(char::is_alphanumeric);
    (says_something && !is_commented_out(comment)).then_some(text)
}

/// Returns whether a comment is an entry that is commented out.
pub(super) fn is_commented_out(comment: &str) -> bool {
    let text = comment.trim_start_matches(['#', '!']).trim();
    text.strip_prefix("- ").map(str::trim_start).is_some_and(|item| {
        let path = item.split(" #").next().unwrap_or(item).trim_end();
        item.starts_with("path:") || (!path.contains(char::is_whitespace) && path.contains(['/', '.', '\\']))
    })
}

/// Returns the comment at the end of a line of YAML, outside quotes.
fn end_of_line(line: &str) -> Option<String> {
    if !line.contains('#') {
        return None;
    }
    let mut quote = None;
    let mut before = ' ';
    let mut characters = line.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        match quote {
            Some('"') if character == '\\' => drop(characters.next()),
            // Two single quotes inside single quotes are one.
            Some('\'') if character == '\'' && characters.next_if(|(_, next)| *next == '\'').is_some() => {}
            Some(open) if character == open => quote = None,
            Some(_) => {}
            // A quote opens a text only where a value may begin: in `don't` it is a letter.
            None if matches!(character, '"' | '\'') && matches!(before, ' ' | '\t' | '[' | '{' | ',') => {
                quote = Some(character);
            }
            None if character == '#' && before.is_whitespace() => {
                return meaning(&line[index + 1..]).map(str::to_owned);
            }
            None => {}
        }
        before = character;
    }
    None
}

/// Returns whether a line is one of a text in the node.
pub(super) fn has_text_line(node: &Node, wanted: &str) -> bool {
    match &node.value {
        NodeValue::Text(text) => text.lines().any(|line| line.trim() == wanted),
        NodeValue::List(items) => items.iter().any(|item| has_text_line(item, wanted)),
        NodeValue::Map(entries) => entries.iter().any(|(_, value)| has_text_line(value, wanted)),
        _ => false,
    }
}

fn join(parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
