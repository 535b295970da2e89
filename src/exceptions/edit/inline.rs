//! Taking inline exceptions out of a file: the comment goes, the code stays.

use std::ops::Range;
use std::sync::Arc;

use super::super::inline::{Directive, directives, inline};

/// Returns a text without the inline exceptions for these rules on these lines (1-based); a comment that allows other
/// rules as well keeps them. `None` where the reading of what is left would not be that of the others.
pub fn remove(path: &Arc<str>, text: &str, dead: &[(u32, Arc<str>)]) -> Option<String> {
    let is_dead = |line: u32, rule: &str| dead.iter().any(|(number, name)| *number == line && **name == *rule);
    let mut found = directives(path, text).into_iter().peekable();
    let mut left = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let Some(directive) = found.next_if(|directive| directive.line == index) else {
            left.push_str(line);
            continue;
        };
        let number = u32::try_from(index + 1).ok()?;
        let kept: Vec<bool> = directive.rules.iter().map(|rule| !is_dead(number, &line[rule.clone()])).collect();
        if kept.contains(&false) {
            without(line, &directive, &kept, &mut left);
        } else {
            left.push_str(line);
        }
    }
    let read = |text: &str| inline(path, text, &mut Vec::new());
    let before = read(text).into_iter().filter(|inline| !is_dead(inline.line, &inline.rule));
    let after = read(&left);
    before.map(|inline| (inline.rule, inline.reason)).eq(after.into_iter().map(|i| (i.rule, i.reason))).then_some(left)
}

/// Adds the line, with its break, without the rules that are not kept.
fn without(line: &str, directive: &Directive, kept: &[bool], left: &mut String) {
    let content = line.trim_end_matches(['\n', '\r']);
    let end_of_line = &line[content.len()..];
    let Some(last) = kept.iter().rposition(|kept| *kept) else {
        let (before, behind) = (&content[..directive.range.start], content[directive.range.end..].trim());
        match (before.trim().is_empty(), behind.is_empty()) {
            // Nothing else is on the line.
            (true, true) => {}
            (false, true) => left.extend([before.trim_end(), end_of_line]),
            (_, false) => left.extend([before, content[directive.range.end..].trim_start(), end_of_line]),
        }
        return;
    };
    let mut at = 0;
    for (index, rule) in directive.rules.iter().enumerate().filter(|(index, _)| !kept[*index]) {
        let cut: Range<usize> = if index < last {
            rule.start..directive.rules[index + 1].start
        } else {
            directive.rules[last].end..rule.end
        };
        left.push_str(&content[at.min(cut.start)..cut.start]);
        at = at.max(cut.end);
    }
    left.extend([&content[at..], end_of_line]);
}
