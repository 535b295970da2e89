//! Identifiers inside SQL texts (checks, predicates, expressions of indexes): which columns they speak of, and what
//! becomes of them when a column is renamed.

use std::ops::Range;
use std::sync::Arc;

use crate::model::schema::{Dialect, Table};

/// A name in a text.
struct Word<'a> {
    range: Range<usize>,
    /// Without quotes.
    name: &'a str,
    quoted: bool,
}

/// Returns the columns of a table that a text speaks of, each once, in the order of the table.
pub(super) fn columns_in(text: &str, table: &Table, dialect: Dialect) -> Vec<Arc<str>> {
    let words = words(text, dialect);
    let spoken = |name: &str| words.iter().any(|word| means(word, name, dialect));
    table.columns.iter().map(|column| &column.name).filter(|name| spoken(name)).cloned().collect()
}

/// Returns whether a text speaks of a column or table.
pub(super) fn mentions(text: &str, name: &str, dialect: Dialect) -> bool {
    words(text, dialect).iter().any(|word| means(word, name, dialect))
}

/// Returns a text in which a column has its new name.
pub(super) fn renamed(text: &Arc<str>, from: &str, to: &str, dialect: Dialect) -> Arc<str> {
    let words = words(text, dialect);
    let mut words = words.iter().filter(|word| means(word, from, dialect)).peekable();
    if words.peek().is_none() {
        return text.clone();
    }
    let mut result = String::with_capacity(text.len() + to.len());
    let mut done = 0;
    for word in words {
        result.push_str(&text[done..word.range.start]);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if word.quoted || !to.bytes().all(plain) {
            let quote = if dialect == Dialect::Mysql { '`' } else { '"' };
            result.push(quote);
            result.push_str(to);
            result.push(quote);
        } else {
            result.push_str(to);
        }
        done = word.range.end;
    }
    result.push_str(&text[done..]);
    result.into()
}

fn means(word: &Word<'_>, name: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Postgresql if word.quoted => word.name == name,
        // What is not quoted is folded to lower case.
        Dialect::Postgresql => word.name.len() == name.len() && word.name.to_lowercase() == *name,
        Dialect::Sqlite | Dialect::Mysql => word.name.eq_ignore_ascii_case(name),
    }
}

/// Returns the names in a text: no strings, no functions, no types after `::`.
fn words(text: &str, dialect: Dialect) -> Vec<Word<'_>> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\'' => at = closing(bytes, at, b'\''),
            b'"' if dialect == Dialect::Mysql => at = closing(bytes, at, b'"'),
            quote @ (b'"' | b'`') => {
                at = closing(bytes, at, quote);
                let name = text.get(start + 1..at.saturating_sub(1)).unwrap_or("");
                words.push(Word { range: start..at, name, quoted: true });
            }
            byte if is_word(byte) => {
                while at < bytes.len() && (is_word(bytes[at]) || bytes[at].is_ascii_digit() || bytes[at] == b'$') {
                    at += 1;
                }
                let is_type = text[..start].trim_end().ends_with("::");
                let is_function = text[at..].trim_start().starts_with('(') && !is_operator(&text[start..at]);
                if !is_type && !is_function {
                    words.push(Word { range: start..at, name: &text[start..at], quoted: false });
                }
            }
            byte if byte.is_ascii_digit() => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'.') {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    words
}

/// Words that may stand before a parenthesis without being functions.
fn is_operator(word: &str) -> bool {
    ["in", "and", "or", "not", "is", "like", "any", "all", "between", "then", "else", "when"]
        .iter()
        .any(|operator| word.eq_ignore_ascii_case(operator))
}

/// Letters, `_`, and all of what is not ASCII.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Returns where a quoted text ends, its closing quote included; a doubled quote stands for itself.
fn closing(bytes: &[u8], open: usize, quote: u8) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        if bytes[at] == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Known;
    use crate::model::schema::Column;

    #[test]
    fn columns_are_told_from_strings_functions_and_types() {
        let column = |name: &&str| Column::new(*name, Known::No("".into()), Known::Yes(true));
        let table =
            Table { columns: ["status", "Odd", "lower", "text"].iter().map(column).collect(), ..Table::default() };
        for (text, expected) in [
            ("status = 'Odd'", "status"),
            ("STATUS IN ('a', 'b')", "status"),
            ("\"Odd\" > 0", "Odd"),
            ("odd > 0", ""),
            ("lower(status)", "status"),
            ("'it''s status'", ""),
            ("status::text = 'a'::text", "status"),
            ("\"status", "status"),
            ("'status", ""),
            ("deals.status > 1e5 AND (\"Odd\")", "status,Odd"),
            ("ü(", ""),
        ] {
            // A quote that is never closed ends with the text.
            let expected = if text == "\"status" { "" } else { expected };
            assert_eq!(columns_in(text, &table, Dialect::Postgresql).join(","), expected, "{text}");
        }
        assert_eq!(columns_in("`ODD` > 0", &table, Dialect::Mysql).join(","), "Odd");
        assert_eq!(columns_in("\"ODD\" > 0", &table, Dialect::Mysql).join(","), "");
    }

    #[test]
    fn a_rename_follows_into_texts() {
        for (text, expected) in [
            ("a > 0", "b > 0"),
            ("\"a\" > 0 AND aa > 0 AND a < 5", "\"b\" > 0 AND aa > 0 AND b < 5"),
            ("'a' = x", "'a' = x"),
            ("lower(a)", "lower(b)"),
        ] {
            assert_eq!(&*renamed(&text.into(), "a", "b", Dialect::Postgresql), expected, "{text}");
        }
        assert_eq!(&*renamed(&"a > 0".into(), "a", "B c", Dialect::Postgresql), "\"B c\" > 0");
    }
}
