//! Where statements begin and end, as far as it takes to tell whether there are any. What they say is read by
//! `languages::sql`.

use crate::model::schema::Dialect;

/// Returns how many statements a text has, counted up to `most`.
pub(super) fn statements(text: &str, dialect: Option<Dialect>, most: usize) -> usize {
    walk(text, dialect, most).0
}

/// Returns where the first statement begins.
pub(super) fn first(text: &str, dialect: Option<Dialect>) -> Option<usize> {
    walk(text, dialect, 1).1
}

fn walk(text: &str, dialect: Option<Dialect>, most: usize) -> (usize, Option<usize>) {
    let bytes = text.as_bytes();
    let mysql = dialect == Some(Dialect::Mysql);
    let mut count = 0;
    let mut first = None;
    let mut in_statement = false;
    let mut at = 0;
    while at < bytes.len() && count < most {
        let byte = bytes[at];
        if in_statement && !TELLS[usize::from(byte)] {
            at += 1;
            continue;
        }
        let rest = &bytes[at..];
        let comment = match byte {
            b'-' if rest.starts_with(b"--") => line_end(rest),
            b'#' if mysql => line_end(rest),
            // MySQL runs what stands in `/*! ... */`.
            b'/' if rest.starts_with(b"/*") && !(mysql && rest.starts_with(b"/*!")) => block_end(rest, !mysql),
            _ => 0,
        };
        if comment > 0 {
            at += comment;
            continue;
        }
        if byte.is_ascii_whitespace() || rest.starts_with("\u{feff}".as_bytes()) {
            at += if byte == 0xef { 3 } else { 1 };
            continue;
        }
        if byte == b';' {
            in_statement = false;
            at += 1;
            continue;
        }
        if !in_statement {
            in_statement = true;
            first = first.or(Some(at));
            count += 1;
        }
        at += match byte {
            b'\'' | b'"' | b'`' => quoted_end(rest, mysql),
            b'$' => dollar_end(text, at),
            _ => 1,
        };
    }
    (count, first)
}

/// Bytes that may be more than a part of a statement.
const TELLS: [bool; 256] = {
    let mut tells = [false; 256];
    let bytes = b"-#/;'\"`$";
    let mut index = 0;
    while index < bytes.len() {
        tells[bytes[index] as usize] = true;
        index += 1;
    }
    tells
};

fn line_end(rest: &[u8]) -> usize {
    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

fn block_end(rest: &[u8], nests: bool) -> usize {
    let (mut depth, mut at) = (1_usize, 2);
    while at < rest.len() {
        if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else if nests && rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn quoted_end(rest: &[u8], escapes: bool) -> usize {
    let quote = rest[0];
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' if escapes && quote != b'`' => at += 2,
            // A doubled quote opens the next text at once, which comes to the same.
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Returns how long the text in dollar quotes is that begins here, or 1.
fn dollar_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let tag = rest[1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if rest.as_bytes().get(1 + tag) != Some(&b'$') || rest.as_bytes()[1].is_ascii_digit() {
        return 1;
    }
    let quote = &rest[..tag + 2];
    rest[quote.len()..].find(quote).map_or(rest.len(), |end| end + 2 * quote.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_counted() {
        for (text, expected) in [
            ("", 0),
            ("  \n-- only a comment", 0),
            ("/* a /* b */ c */ ;;", 0),
            ("\u{feff}-- x\n", 0),
            ("SELECT 1", 1),
            ("SELECT 1; -- and no more\n", 1),
            ("SELECT 1; SELECT 2", 2),
            ("SELECT ';'; ", 1),
            ("SELECT 'it''s; ', \"a;b\"", 1),
            ("DO $x$ BEGIN; END; $x$;", 1),
            ("DO $$ a; $$; SELECT 1", 2),
            ("SELECT $1; SELECT $2", 2),
            ("SELECT '", 1),
            ("/* never ends", 0),
            ("DO $$ never; ends", 1),
            ("é; ü", 2),
            ("$", 1),
        ] {
            assert_eq!(statements(text, Some(Dialect::Postgresql), 9), expected, "{text:?}");
        }
        assert_eq!(statements("/*!40101 SET x */; # a\n", Some(Dialect::Mysql), 9), 1);
        assert_eq!(statements("SELECT 'a\\';b'", Some(Dialect::Mysql), 9), 1);
        assert_eq!(statements(&"/*".repeat(200_000), None, 9), 0);
        assert_eq!(statements(&"a;".repeat(200_000), None, 2), 2);
        // Many openings without an end take no more than one pass.
        assert_eq!(statements(&"$a$ $b$ ".repeat(50_000), None, 2), 1);
    }
}
