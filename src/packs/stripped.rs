//! What of a rule judges: its text without tests and explanations. `build.rs` reads this file too, for the rules that
//! come with the binary, so it stands on its own.

/// Returns a rule without its tests and explanations, which are most of it and judge nothing. Lines keep their numbers.
pub fn what_judges(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut explains = false;
    for line in before_tests(text).split_inclusive('\n') {
        if !line.trim_ascii().is_empty() && !line.starts_with(' ') {
            explains = line.starts_with("why: |") || line.starts_with("fix: |");
        }
        kept.push_str(if explains { "\n" } else { line });
    }
    kept
}

/// Returns the text of a rule file up to its tests, if they are its last field: reading them costs half of the time.
/// A line that starts with `tests:` cannot be inside a value, as values of a block map are indented.
fn before_tests(text: &str) -> &str {
    let Some(start) = text.find("\ntests:") else { return text };
    let continues = |line: &str| line.is_empty() || line.starts_with([' ', '#', '-', '\r', '\t']);
    if text[start + 1..].lines().skip(1).all(continues) { &text[..=start] } else { text }
}

#[cfg(test)]
mod tests {
    use super::{before_tests, what_judges};

    #[test]
    fn lines_keep_their_numbers_without_explanations() {
        let cases = [
            ("id: a\nwhy: |\n  b\n\n  c: d\non: file\nfix: |\n  e\ntests: {}\n", "id: a\n\n\n\n\non: file\n\n\n"),
            ("why: b\n  c\nfix: >\n  d\n", "why: b\n  c\nfix: >\n  d\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(what_judges(text), expected);
        }
    }

    #[test]
    fn tests_are_left_out_only_at_the_end() {
        assert_eq!(before_tests("id: a\ntests:\n  valid: [x]\n\n# end\n"), "id: a\n");
        let kept = ["id: a\ntests:\n  valid: []\nwhy: b\n", "tests: {}\n", "why: |\n  tests: x\n"];
        for text in kept {
            assert_eq!(before_tests(text), text);
        }
    }
}
