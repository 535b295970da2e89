//! SQL text as the servers give it, made into SQL text as a person would write it.

/// Returns an expression of MySQL 8's `information_schema` as `SHOW CREATE TABLE` shows it: it is escaped there as if it
/// stood inside a string (`_utf8mb4\'a\'`).
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match rest.next() {
            Some('0') => plain.push('\0'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('Z') => plain.push('\u{1a}'),
            Some(escaped @ ('\\' | '\'')) => plain.push(escaped),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    plain
}

/// Returns a text without one pair of parentheses around the whole of it.
pub(super) fn without_parentheses(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return text };
    let mut depth = 0_usize;
    let mut quote = None;
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some('\''), '\\') => {
                characters.next();
            }
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return text,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
    }
    inner
}

/// Returns a value as a string of SQL, as the servers print it.
pub(super) fn quoted(value: &str) -> String {
    let mut sql = String::from("'");
    for character in value.chars() {
        match character {
            '\'' => sql.push_str("''"),
            '\\' => sql.push_str("\\\\"),
            '\0' => sql.push_str("\\0"),
            '\n' => sql.push_str("\\n"),
            '\r' => sql.push_str("\\r"),
            other => sql.push(other),
        }
    }
    sql.push('\'');
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_expressions_become_plain() {
        let cases = [
            (r"(`s` in (_utf8mb4\'a\',_utf8mb4\'b\'))", "(`s` in (_utf8mb4'a',_utf8mb4'b'))"),
            (r"_utf8mb4\'it\\\'s\'", r"_utf8mb4'it\'s'"),
            (r"\'a\\\\b\'", r"'a\\b'"),
            (r"\n\r\0\Z\q", "\n\r\0\u{1a}\\q"),
            ("x\\", "x\\"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }

    #[test]
    fn parentheses_around_the_whole_go() {
        let cases = [
            ("(`a` > 0)", "`a` > 0"),
            ("((`a` > 0))", "(`a` > 0)"),
            ("(a) or (b)", "(a) or (b)"),
            ("(a = ')') ", "(a = ')') "),
            ("(a = ')(')", "a = ')('"),
            ("(a = 'it''s )')", "a = 'it''s )'"),
            (r"(a = 'x\')')", r"a = 'x\')'"),
            ("(`)`)", "`)`"),
            ("()", ""),
            ("(", "("),
            ("a", "a"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_parentheses(text), expected, "{text}");
        }
    }

    #[test]
    fn values_become_strings() {
        let cases = [("", "''"), ("it's", "'it''s'"), ("a\\b\nc", "'a\\\\b\\nc'"), ("é", "'é'")];
        for (value, expected) in cases {
            assert_eq!(quoted(value), expected, "{value}");
        }
    }
}
