//! SQL inside Python strings.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::holes;
use super::literal::Literal;
use super::machine::Machine;
use crate::languages::python::interpret::{Interpreter, Place};
use crate::languages::sql;
use crate::model::Known;
use crate::model::operation::Statement;
use crate::model::schema::Dialect;

/// Stands in SQL for a part that is computed.
pub const HOLE: &str = "lawbook_hole";

impl<'a> Machine<'_, 'a> {
    /// Executes SQL in which [`HOLE`] stands for what is computed.
    pub fn sql_with_holes(&self, interpreter: &Interpreter<'_, 'a>, text: &Arc<str>, why: &Arc<str>, place: Place) {
        let call = interpreter.location(interpreter.site(place));
        let inside = |_: Range<usize>| call.clone();
        let options = sql::Options {
            direction: self.direction,
            in_transaction: Known::Yes(self.in_transaction()),
            range: None,
            places: sql::Places::Inside(&inside),
        };
        let script = sql::read(text, self.dialect, &options);
        for one in script.statements {
            for mut operation in one.operations {
                holes::dig(&mut operation, why);
                self.apply(interpreter, operation);
            }
        }
    }

    /// Executes SQL. `binds`: it may hold `:name` for values that are given beside it.
    pub fn sql(&self, interpreter: &Interpreter<'_, 'a>, text: &Arc<str>, place: Place, binds: bool) {
        let call = interpreter.location(interpreter.site(place));
        // Places inside the text, where it is one literal of the file at hand.
        let written = interpreter.literal(text).filter(|own| own.file == interpreter.site(place).file);
        let literal = written.and_then(|own| Some((own, Literal::new(interpreter.source(own), text)?)));
        let inside = |range: Range<usize>| match &literal {
            Some((own, literal)) => interpreter.location(literal.place(*own, range)),
            None => call.clone(),
        };
        let plain = if binds { without_binds(text, self.dialect) } else { Cow::Borrowed(&**text) };
        let options = sql::Options {
            direction: self.direction,
            in_transaction: Known::Yes(self.in_transaction()),
            range: None,
            places: sql::Places::Inside(&inside),
        };
        let script = sql::read(&plain, self.dialect, &options);
        for one in script.statements {
            // What is shown is what is written.
            let shown = match (&plain, text.get(one.range.clone())) {
                (Cow::Owned(_), Some(source)) if !one.inside && *source != *one.statement.text => {
                    Arc::new(Statement { text: source.into(), ..(*one.statement).clone() })
                }
                _ => one.statement.clone(),
            };
            match &*shown.kind.0 {
                "commit" | "end" | "rollback" => self.committed.set(true),
                "begin" | "start_transaction" => self.committed.set(false),
                _ => {}
            }
            for mut operation in one.operations {
                if operation.statement.is_some() {
                    operation.statement = Some(shown.clone());
                }
                self.apply(interpreter, operation);
            }
        }
    }
}

/// Returns SQL with a placeholder of the same length for each `:name`, as databases know them.
fn without_binds(text: &str, dialect: Dialect) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut result: Option<String> = None;
    let mut at = 0;
    let mut quote = None;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if matches!(byte, b'\'' | b'"' | b'`') => quote = Some(byte),
            None if byte == b':' && starts_bind(bytes, at) => {
                let length = bytes[at + 1..].iter().take_while(|byte| is_word(**byte)).count();
                let sign = if dialect == Dialect::Postgresql { "$1" } else { "?" };
                let own = result.get_or_insert_with(|| text.to_owned());
                let filled = format!("{sign:<width$}", width = length + 1);
                own.replace_range(at..=at + length, &filled);
                at += length;
            }
            None => {}
        }
        at += 1;
    }
    result.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Returns whether a colon begins a `:name`: it is neither part of `::`, nor of a slice, nor escaped.
fn starts_bind(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let first = bytes.get(at + 1).copied().unwrap_or(b' ');
    !before.is_some_and(|before| before == b':' || before == b'\\' || is_word(before))
        && (first.is_ascii_alphabetic() || first == b'_')
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_become_placeholders_of_the_same_length() {
        let cases = [
            ("UPDATE t SET a = :a, b = :long_name", "UPDATE t SET a = $1, b = $1        "),
            ("SELECT a::text, ':x', \"c:d\", x[1:n]", "SELECT a::text, ':x', \"c:d\", x[1:n]"),
            ("SELECT '\u{fc}', :v", "SELECT '\u{fc}', $1"),
            ("SELECT \\:a", "SELECT \\:a"),
            (":", ":"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_binds(text, Dialect::Postgresql), expected, "{text}");
        }
        assert_eq!(without_binds("a = :a", Dialect::Sqlite), "a = ? ");
    }
}
