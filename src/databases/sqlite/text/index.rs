//! CREATE INDEX and CREATE VIEW.

use super::tokens::{Cursor, tokens};

/// What only the text of an index says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct IndexText {
    /// Each part as it was written, without its direction.
    pub(in super::super) parts: Vec<String>,
    /// The condition of a partial index.
    pub(in super::super) where_: Option<String>,
}

/// Reads `CREATE [UNIQUE] INDEX name ON table (...) [WHERE ...]`.
pub(in super::super) fn index(sql: &str) -> Option<IndexText> {
    let tokens = tokens(sql)?;
    let mut cursor = Cursor::new(sql, &tokens);
    if !cursor.take(&["CREATE"]) {
        return None;
    }
    cursor.take(&["UNIQUE"]);
    if !cursor.take(&["INDEX"]) {
        return None;
    }
    cursor.take(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if cursor.take_mark('.') {
        cursor.name()?;
    }
    if !cursor.take(&["ON"]) {
        return None;
    }
    cursor.name()?;
    let items = cursor.group()?.items();
    let parts = items.iter().map(|item| item.without_last(&["ASC", "DESC"]).source().to_owned()).collect();
    let where_ = cursor.take(&["WHERE"]).then(|| cursor.source().to_owned());
    Some(IndexText { parts, where_ })
}

/// Reads the query out of `CREATE VIEW name [(...)] AS query`.
pub(in super::super) fn view(sql: &str) -> Option<&str> {
    let tokens = tokens(sql)?;
    let mut cursor = Cursor::new(sql, &tokens);
    if !cursor.take(&["CREATE"]) {
        return None;
    }
    let _ = cursor.take(&["TEMP"]) || cursor.take(&["TEMPORARY"]);
    if !cursor.take(&["VIEW"]) {
        return None;
    }
    cursor.take(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if cursor.take_mark('.') {
        cursor.name()?;
    }
    if cursor.peek()?.is_mark('(') {
        cursor.group()?;
    }
    if !cursor.take(&["AS"]) {
        return None;
    }
    // From here on the text counts, not what it holds.
    let at = cursor.peek()?.at;
    Some(sql[at..].trim_end().trim_end_matches(';').trim_end())
}
