//! Text that is safe and fit to print: control characters made visible, lines wrapped and cut by cells.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// Makes the text one line that cannot drive a terminal or disguise itself: controls, line separators, invisible and
/// direction-changing characters are written as escapes (`\n`, `\u{1b}`).
pub fn one_line(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        push_visible(&mut line, character);
    }
    Cow::Owned(line)
}

/// Makes the text safe as [`one_line`] does, and keeps its line breaks.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<_> = text.lines().map(one_line).collect();
    Cow::Owned(lines.join("\n"))
}

/// Returns the text as it may stand between tags and in quoted attributes of HTML and XML: one line, nothing of it
/// markup, no character that XML cannot hold.
pub fn markup(text: &str) -> String {
    let line = one_line(text);
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Appends the character, or its escape.
pub fn push_visible(text: &mut String, character: char) {
    match character {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ if is_hostile(character) => {
            write!(text, "\\u{{{:x}}}", u32::from(character)).expect("writing to a string succeeds");
        }
        _ => text.push(character),
    }
}

/// Returns whether a text is printable ASCII, as most are: one glance tells.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns how many terminal cells the text takes.
pub fn cells(text: &str) -> usize {
    text.chars().map(char_cells).sum()
}

/// Returns how many terminal cells a printable character takes.
pub fn char_cells(character: char) -> usize {
    character.width().unwrap_or(1)
}

/// Returns the lines of a message for a block of that many cells: its own line breaks are kept, long lines are broken
/// at spaces, longer words anywhere. More than `most` lines end with `…`.
pub fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end().split('\n') {
        let paragraph = one_line(paragraph.trim_end());
        let mut rest: &str = &paragraph;
        loop {
            if lines.len() == most {
                if let Some(last) = lines.last_mut() {
                    cut_end(last, width);
                }
                return lines;
            }
            let at = break_at(rest, width.max(1));
            lines.push(rest[..at].trim_end().to_owned());
            rest = rest[at..].trim_start();
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

/// Returns the byte where a line of at most `width` cells ends: after the last space that fits, if there is one.
fn break_at(text: &str, width: usize) -> usize {
    if text.len() <= width && text.is_ascii() {
        return text.len();
    }
    let mut used = 0;
    let mut last_space = None;
    for (at, character) in text.char_indices() {
        // A zero-width character costs something all the same, so that a flood of them has an end.
        if used + char_cells(character) > width || at > width * 16 {
            // The first character always fits, or wrapping would not end.
            return last_space.unwrap_or(at.max(text.chars().next().map_or(0, char::len_utf8)));
        }
        used += char_cells(character);
        if character == ' ' && at > 0 {
            last_space = Some(at + 1);
        }
    }
    text.len()
}

/// Replaces the end of the line by `…`, within the width.
fn cut_end(line: &mut String, width: usize) {
    while cells(line) + 1 > width && line.pop().is_some() {}
    line.push('…');
}

/// Makes the text one safe line of at most `most` characters, ending with `…` when it was longer.
pub fn short_line(text: &str, most: usize) -> String {
    match text.trim_end().char_indices().nth(most) {
        Some((at, _)) => format!("{}…", one_line(&text[..at])),
        None => one_line(text.trim_end()).into_owned(),
    }
}

/// Returns `1 error`, `2 errors`, `1,234 errors`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_written_as_escapes() {
        for (input, expected) in [
            ("plain ü 漢 👩‍👩‍👧", "plain ü 漢 👩‍👩‍👧"),
            ("a\r\nb\tc", r"a\r\nb\tc"),
            ("\x1b[2J\u{9b}31m\x07", r"\u{1b}[2J\u{9b}31m\u{7}"),
            ("if \u{202e}nimda\u{2066}", r"if \u{202e}nimda\u{2066}"),
            ("a\u{2028}b\u{feff}", r"a\u{2028}b\u{feff}"),
        ] {
            assert_eq!(one_line(input), expected);
        }
    }

    #[test]
    fn messages_wrap_at_spaces_and_end() {
        let check =
            |text: &str, width, most, expected: &[&str]| assert_eq!(wrap(text, width, most), expected, "{text}");
        check("one two three", 8, 9, &["one two", "three"]);
        check("one\n\n two\n", 8, 9, &["one", "", " two"]);
        check("abcdefghij kl", 4, 9, &["abcd", "efgh", "ij", "kl"]);
        check("漢字漢字", 4, 9, &["漢字", "漢字"]);
        check("漢", 1, 9, &["漢"]);
        check("one two three four", 5, 2, &["one", "two…"]);
        check("", 5, 2, &[""]);
        assert_eq!(wrap(&"x".repeat(100_000), 70, 6).len(), 6);
        assert_eq!(wrap(&"\u{301}".repeat(100_000), 70, 6).len(), 6, "zero-width characters have an end too");
    }

    #[test]
    fn counts_read_as_words() {
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1_234_567, "file"), "1,234,567 files");
    }
}
