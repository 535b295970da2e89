//! What the words of a statement say about it, whatever the database: its kind, what it is about, its options. Read from
//! words alone, so also for a statement that no parser understands.

mod kind;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::sync::Arc;

use super::lexer::{Keywords, Kind, Lexer, Token};
use crate::model::schema::Dialect;

/// What a statement's words say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `create_table`, `update`, `set`.
    pub kind: String,
    pub words: Vec<Arc<str>>,
    pub names: Vec<Arc<str>>,
    pub value: Option<Arc<str>>,
    /// The parts of the first name, folded as the database folds them.
    pub object: Vec<String>,
}

/// Reads the words of a statement.
pub fn read(sql: &str, dialect: Dialect) -> Head {
    let lexer = Lexer::new(sql, dialect);
    let mut words = Words { sql, lexer, at: 0, peeked: Cell::new((0, lexer.next(0))), parts: Vec::new() };
    let mut head = Head::default();
    kind::read(&mut words, &mut head);
    match head.kind.as_str() {
        "set" => read_set(&mut words, &mut head),
        "select" | "values" | "do" | "explain" | "grant" | "revoke" | "begin" | "commit" => {}
        _ => read_names(&mut words, &mut head),
    }
    if !matches!(head.kind.as_str(), "insert" | "replace" | "select" | "values" | "set" | "do" | "create_function") {
        read_options(&mut words, &mut head);
    }
    head.words.sort_unstable();
    head.words.dedup();
    head
}

/// Steps over the words of a statement.
struct Words<'a> {
    sql: &'a str,
    lexer: Lexer<'a>,
    at: usize,
    /// Where somebody looked last, and what stands there: many keywords are asked for at one place.
    peeked: Cell<(usize, Option<Token>)>,
    /// The parts of the last name, folded.
    parts: Vec<String>,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<Token> {
        let (at, token) = self.peeked.get();
        if at == self.at {
            return token;
        }
        let token = self.lexer.next(self.at);
        self.peeked.set((self.at, token));
        token
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at = token.end;
        Some(token)
    }

    /// Steps over a keyword, if it follows.
    fn take(&mut self, keyword: &str) -> bool {
        let follows = self.peek().filter(|token| token.is(self.sql, keyword));
        follows.map(|token| self.at = token.end).is_some()
    }

    /// Steps over all of these keywords, if they follow.
    fn take_all(&mut self, keywords: &[&str]) -> bool {
        let start = self.at;
        let follow = keywords.iter().all(|keyword| self.take(keyword));
        if !follow {
            self.at = start;
        }
        follow
    }

    /// Steps over one of these keywords, if one follows.
    fn take_one_of(&mut self, keywords: &Keywords) -> Option<&'static str> {
        let token = self.peek()?;
        let keyword = token.one_of(self.sql, keywords)?;
        self.at = token.end;
        Some(keyword)
    }

    fn take_mark(&mut self, mark: u8) -> bool {
        let follows = self.peek().filter(|token| token.is_mark(mark));
        follows.map(|token| self.at = token.end).is_some()
    }

    /// Steps over `( ... )`, if it follows.
    fn take_group(&mut self) -> bool {
        if !self.take_mark(b'(') {
            return false;
        }
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next().map(|token| token.kind) {
                Some(Kind::Mark(b'(')) => depth += 1,
                Some(Kind::Mark(b')')) => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
        true
    }

    /// Steps over a name with its qualifiers: as written, without quotes.
    fn take_name(&mut self) -> Option<String> {
        let mut name = String::new();
        self.parts.clear();
        loop {
            let token = self.peek().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted))?;
            self.at = token.end;
            let part = unquoted(token, self.sql);
            name.push_str(&part);
            let folds = token.kind == Kind::Word && self.lexer.dialect == Dialect::Postgresql;
            self.parts.push(if folds { part.to_ascii_lowercase() } else { part });
            if !self.take_mark(b'.') {
                return Some(name);
            }
            name.push('.');
        }
    }
}

/// Returns the name that a token stands for, as written.
pub fn unquoted(token: Token, sql: &str) -> String {
    let text = token.text(sql);
    if token.kind != Kind::Quoted {
        return text.to_owned();
    }
    let text = text.strip_prefix("U&").or_else(|| text.strip_prefix("u&")).unwrap_or(text);
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    match text.as_bytes().first() {
        Some(b'`') => inside.replace("``", "`"),
        Some(b'[') => inside.to_owned(),
        _ => inside.replace("\"\"", "\""),
    }
}

/// Reads what a statement is about.
fn read_names(words: &mut Words<'_>, head: &mut Head) {
    const BEFORE: Keywords = Keywords::new(&[
        "table",
        "tables",
        "only",
        "concurrently",
        "into",
        "from",
        "ignore",
        "low_priority",
        "high_priority",
        "delayed",
        "quick",
        "full",
        "freeze",
        "verbose",
        "analyze",
    ]);
    if matches!(head.kind.as_str(), "vacuum" | "reindex" | "cluster" | "analyze") {
        read_parenthesised(words, head);
    }
    match head.kind.as_str() {
        "reindex" => take_object(words, head, &REINDEXED),
        "comment_on" => take_object(words, head, &COMMENTED),
        _ => {}
    }
    loop {
        if words.take_all(&["if", "not", "exists"]) {
            head.words.push("if_not_exists".into());
        } else if words.take_all(&["if", "exists"]) {
            head.words.push("if_exists".into());
        } else if let Some(word) = words.take_one_of(&BEFORE) {
            if matches!(word, "concurrently" | "full" | "only" | "freeze" | "analyze") {
                head.words.push(word.into());
            }
        } else {
            break;
        }
    }
    if head.kind == "create_index" && words.peek().is_some_and(|token| token.is(words.sql, "on")) {
        return;
    }
    while let Some(name) = words.take_name() {
        head.names.push(name.into());
        if head.object.is_empty() {
            head.object = std::mem::take(&mut words.parts);
        }
        // `only (t)`, `t *`, `t (a, b)` of VACUUM.
        words.take_mark(b'*');
        words.take_group();
        if !words.take_mark(b',') {
            break;
        }
        words.take("only");
    }
}

/// What `REINDEX` names.
const REINDEXED: Keywords = Keywords::new(&["index", "table", "schema", "database", "system"]);

/// What `COMMENT ON` names by one word, or by several.
const COMMENTED: Keywords = Keywords::new(&[
    "table",
    "column",
    "view",
    "index",
    "type",
    "schema",
    "extension",
    "function",
    "sequence",
    "constraint",
    "trigger",
    "policy",
    "domain",
    "database",
    "role",
    "procedure",
    "aggregate",
    "rule",
]);

fn take_object(words: &mut Words<'_>, head: &mut Head, kinds: &Keywords) {
    words.take("materialized");
    if let Some(kind) = words.take_one_of(kinds) {
        head.words.push(kind.into());
    }
}

/// Reads the options of `VACUUM (FULL, ANALYZE)` and `REINDEX (CONCURRENTLY)`.
fn read_parenthesised(words: &mut Words<'_>, head: &mut Head) {
    if !words.take_mark(b'(') {
        return;
    }
    loop {
        let option = words.next().filter(|token| token.kind == Kind::Word);
        let value = words.peek().filter(|token| !matches!(token.kind, Kind::Mark(_)));
        if let Some(value) = value {
            words.at = value.end;
        }
        let off = value.is_some_and(|value| {
            ["off", "false", "0", "'off'", "'false'"].iter().any(|off| value.text(words.sql).eq_ignore_ascii_case(off))
        });
        if let Some(option) = option
            && !off
        {
            head.words.push(option.text(words.sql).to_ascii_lowercase().into());
        }
        if !words.take_mark(b',') {
            words.take_mark(b')');
            return;
        }
    }
}

/// Reads what stands between the name and the end, outside of parentheses.
fn read_options(words: &mut Words<'_>, head: &mut Head) {
    const OPTIONS: Keywords = Keywords::new(&[
        "cascade",
        "restrict",
        "concurrently",
        "where",
        "restart",
        "finalize",
        "nowait",
        "full",
        "stdin",
        "chain",
        "using",
        "returning",
        "limit",
    ]);
    let mut depth = 0_usize;
    while let Some(token) = words.next() {
        match token.kind {
            Kind::Mark(b'(') => depth += 1,
            Kind::Mark(b')') => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 => {
                if let Some(option) = OPTIONS.find(token.text(words.sql)) {
                    head.words.push(option.into());
                }
            }
            _ => {}
        }
    }
}

/// Reads `SET [SESSION | LOCAL] name = value`; also MySQL's `SET @@session.name := value`.
fn read_set(words: &mut Words<'_>, head: &mut Head) {
    for scope in ["local", "session", "global", "persist"] {
        if words.take(scope) {
            head.words.push(scope.into());
            break;
        }
    }
    while words.take_mark(b'@') {}
    let start = words.at;
    if words.take_all(&["time", "zone"]) {
        head.names.push("timezone".into());
        head.value = Some(words.sql[words.at..].trim().into());
        return;
    }
    let Some(name) = words.take_name() else { return };
    // `SET NAMES utf8` has no mark between.
    words.take_mark(b':');
    let assigned = words.take_mark(b'=') || words.take("to");
    if !assigned && words.at == start {
        return;
    }
    head.names.push(name.into());
    let value = words.sql[words.at..].trim();
    head.value = (!value.is_empty()).then(|| value.into());
}
