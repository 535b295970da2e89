//! Columns, and the constraints and indexes of a table.

use std::sync::Arc;

use super::Reader;
use super::cursor::Cursor;
use super::table::{NUMBERED, index, key};
use crate::languages::sql::lexer::Kind;
use crate::model::Known;
use crate::model::operation::Constraint;
use crate::model::schema::{Check, Column, Dialect, ForeignKey, Generated, Index, Type};

/// An item of a table that is no column.
pub(super) enum Defined {
    Constraint(Box<Constraint>),
    Index(Box<Index>),
    Nothing,
}

/// A column with the constraints that stand at it.
pub(super) struct ReadColumn {
    pub(super) column: Column,
    pub(super) constraints: Vec<Constraint>,
    /// What only some servers take up.
    pub(super) doubt: Option<Arc<str>>,
}

/// Where the type of a column ends.
const AFTER_TYPE: &[&str] =
    &["CONSTRAINT", "PRIMARY", "UNIQUE", "NOT", "NULL", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"];
const AFTER_TYPE_MYSQL: &[&str] = &[
    "AUTO_INCREMENT",
    "COMMENT",
    "KEY",
    "ON",
    "CHARSET",
    "COLUMN_FORMAT",
    "STORAGE",
    "INVISIBLE",
    "VISIBLE",
    "VIRTUAL",
    "FIRST",
    "AFTER",
    "SRID",
    "PERSISTENT",
    "STORED",
    "WITHOUT",
    "WITH",
    "COMPRESSED",
    "ENGINE_ATTRIBUTE",
    "REF_SYSTEM_ID",
];

impl Reader<'_> {
    /// Reads a column with all that stands at it.
    pub(super) fn column(&self, mut item: Cursor<'_>) -> Option<ReadColumn> {
        let at = self.at(&item);
        if self.starts_constraint(&item) {
            return None;
        }
        let name = item.name()?;
        let mysql = self.dialect == Dialect::Mysql;
        let spelled = item.until(|rest| {
            rest.follows_any(AFTER_TYPE)
                || mysql && (rest.follows_any(AFTER_TYPE_MYSQL) || rest.follows(&["CHARACTER", "SET"]))
        });
        if mysql && spelled.is_empty() {
            return None;
        }
        let ty = Type::parse(spelled.source(), self.dialect);
        let mut column = Column::new(name, Known::Yes(ty), Known::Yes(true));
        column.at = at;
        if mysql && spelled.source().eq_ignore_ascii_case("serial") {
            column.identity = Some(NUMBERED);
            column.nullable = Known::Yes(false);
        }
        let mut read = ReadColumn { column, constraints: Vec::new(), doubt: None };
        while !item.is_empty() {
            self.attribute(&mut item, &mut read)?;
        }
        Some(read)
    }

    fn attribute(&self, item: &mut Cursor<'_>, read: &mut ReadColumn) -> Option<()> {
        let at = self.at(item);
        let column = &mut read.column;
        let name = constraint_name(item)?;
        let own = || vec![column.name.clone()];
        if item.take(&["NOT", "NULL"]) {
            column.nullable = Known::Yes(false);
            conflict(item);
        } else if item.take(&["NULL"]) {
            conflict(item);
        } else if item.take(&["PRIMARY", "KEY"]) || self.dialect == Dialect::Mysql && item.take(&["KEY"]) {
            let descending = item.take(&["DESC"]);
            item.take(&["ASC"]);
            conflict(item);
            if item.take(&["AUTOINCREMENT"]) {
                column.identity = Some(NUMBERED);
            }
            let integer = matches!(&column.ty, Known::Yes(ty) if ty.spelling.eq_ignore_ascii_case("integer"));
            if self.dialect != Dialect::Sqlite || integer && !descending {
                column.nullable = Known::Yes(false);
            }
            let mut key = key(name, own());
            key.at = at;
            read.constraints.push(Constraint::PrimaryKey(key));
        } else if item.take(&["UNIQUE"]) {
            item.take(&["KEY"]);
            conflict(item);
            let mut key = key(name, own());
            key.at = at;
            read.constraints.push(Constraint::Unique(key));
        } else if item.take(&["CHECK"]) {
            let sql = item.group()?.source().into();
            enforced(item);
            conflict(item);
            read.constraints.push(Constraint::Check(Check { name, sql, at }));
        } else if item.take(&["DEFAULT"]) {
            column.default = Known::Yes(default(item)?);
        } else if item.take(&["COLLATE"]) {
            item.take_mark(b'=');
            column.collation = Some(item.name()?);
        } else if item.take(&["REFERENCES"]) {
            let mut key = self.references(item, name, own())?;
            key.at = at;
            if self.dialect == Dialect::Mysql {
                let what = format!("a foreign key to {} that stands at the column: some servers ignore it", key.table);
                read.doubt = Some(what.into());
            } else {
                read.constraints.push(Constraint::ForeignKey(key));
            }
        } else if item.take(&["GENERATED", "ALWAYS", "AS"]) || item.take(&["AS"]) {
            let expression = item.group()?.source().into();
            let stored = item.take_any(&["STORED", "PERSISTENT"]);
            item.take(&["VIRTUAL"]);
            column.generated = Some(Generated { expression, stored });
        } else if let Some((deferrable, deferred)) = deferral(item) {
            // `a REFERENCES b NOT NULL DEFERRABLE`: it belongs to the last foreign key.
            if let Some(Constraint::ForeignKey(key)) = read.constraints.last_mut() {
                key.deferrable = deferrable;
                key.initially_deferred = deferred;
            }
        } else if self.dialect == Dialect::Mysql {
            mysql_attribute(item, column)?;
        } else if name.is_none() {
            return None;
        }
        Some(())
    }

    /// Reads a constraint or an index of a table.
    pub(super) fn table_item(&self, item: &mut Cursor<'_>) -> Option<Defined> {
        let at = self.at(item);
        let symbol = constraint_name(item)?;
        let constraint = |constraint| Some(Defined::Constraint(Box::new(constraint)));
        if item.take(&["PRIMARY", "KEY"]) {
            using(item);
            let columns = self.key_columns(item)?;
            index_options(item);
            return constraint(Constraint::PrimaryKey(with(key(symbol, columns), at)));
        }
        if item.take(&["UNIQUE"]) {
            item.take_any(&["KEY", "INDEX"]);
            let name = self.index_name(item);
            using(item);
            let columns = self.key_columns(item)?;
            index_options(item);
            return constraint(Constraint::Unique(with(key(name.or(symbol), columns), at)));
        }
        if item.take(&["FOREIGN", "KEY"]) {
            item.take(&["IF", "NOT", "EXISTS"]);
            let name = self.index_name(item);
            let columns = item.group()?.items().into_iter().map(|mut part| part.name()).collect::<Option<_>>()?;
            item.take(&["REFERENCES"]).then_some(())?;
            let mut key = self.references(item, symbol.or(name), columns)?;
            key.at = at;
            return constraint(Constraint::ForeignKey(key));
        }
        if item.take(&["CHECK"]) {
            let sql = item.group()?.source().into();
            enforced(item);
            conflict(item);
            return constraint(Constraint::Check(Check { name: symbol, sql, at }));
        }
        if self.dialect == Dialect::Mysql {
            let method = ["FULLTEXT", "SPATIAL"].into_iter().find(|kind| item.take(&[kind]));
            if item.take_any(&["KEY", "INDEX"]) || method.is_some() {
                item.take(&["IF", "NOT", "EXISTS"]);
                let mut made = index(self.index_name(item));
                made.method = method.map(|method| method.to_ascii_lowercase().into());
                using(item);
                self.index_parts(&item.group()?, &mut made)?;
                index_options(item);
                made.at = at;
                return Some(Defined::Index(Box::new(made)));
            }
            if item.take(&["PERIOD"]) {
                item.until(|_| false);
                return Some(Defined::Nothing);
            }
        }
        // SQLite takes a name without a constraint.
        (symbol.is_some() && item.is_empty()).then_some(Defined::Nothing)
    }

    /// Steps over the name of an index, if one follows.
    pub(super) fn index_name(&self, item: &mut Cursor<'_>) -> Option<Arc<str>> {
        (!item.at_mark(b'(') && !item.follows(&["USING"])).then(|| item.name()).flatten()
    }

    fn key_columns(&self, item: &mut Cursor<'_>) -> Option<Vec<Arc<str>>> {
        let list = item.group()?;
        let columns = list.items().into_iter().map(|mut part| part.name()).collect();
        if !item.is_empty() {
            conflict(item);
        }
        columns
    }

    /// Reads what follows REFERENCES.
    fn references(&self, item: &mut Cursor<'_>, name: Option<Arc<str>>, columns: Vec<Arc<str>>) -> Option<ForeignKey> {
        let table = self.object(item)?;
        let references = match item.group() {
            Some(list) => list.items().into_iter().map(|mut part| part.name()).collect::<Option<_>>()?,
            None => Vec::new(),
        };
        let mut key = ForeignKey {
            name,
            columns,
            table,
            references,
            on_delete: None,
            on_update: None,
            deferrable: false,
            initially_deferred: false,
            at: None,
        };
        loop {
            if item.take(&["ON", "DELETE"]) {
                key.on_delete = action(item)?;
            } else if item.follows(&["ON", "UPDATE"]) {
                item.take(&["ON", "UPDATE"]);
                key.on_update = action(item)?;
            } else if item.take(&["MATCH"]) {
                item.name()?;
            } else if let Some((deferrable, deferred)) = deferral(item) {
                key.deferrable = deferrable;
                key.initially_deferred = deferred;
            } else {
                return Some(key);
            }
        }
    }
}

fn with(mut key: crate::model::schema::Key, at: Option<crate::model::Location>) -> crate::model::schema::Key {
    key.at = at;
    key
}

/// Reads what only MySQL has at a column.
fn mysql_attribute(item: &mut Cursor<'_>, column: &mut Column) -> Option<()> {
    if item.take(&["AUTO_INCREMENT"]) {
        column.identity = Some(NUMBERED);
    } else if item.take(&["COMMENT"]) {
        column.comment = item.text().filter(|comment| !comment.is_empty());
    } else if item.take(&["ON", "UPDATE"]) {
        let action = item.next()?;
        let end = if item.at_mark(b'(') { item.group_to()?.1 } else { action.end };
        let action = &item.sql[action.start..end];
        let before = match &column.default {
            Known::Yes(Some(default)) => default.to_string(),
            _ => "NULL".to_owned(),
        };
        column.default = Known::Yes(Some(format!("{before} ON UPDATE {action}").into()));
    } else if item.take(&["CHARACTER", "SET"])
        || item.take_any(&[
            "CHARSET",
            "COLUMN_FORMAT",
            "STORAGE",
            "ENGINE_ATTRIBUTE",
            "SECONDARY_ENGINE_ATTRIBUTE",
            "AFTER",
        ])
    {
        item.take_mark(b'=');
        item.name()?;
    } else if item.take(&["SRID"]) || item.take(&["REF_SYSTEM_ID"]) {
        item.take_mark(b'=');
        item.next()?;
    } else if item.take(&["WITHOUT", "SYSTEM", "VERSIONING"]) || item.take(&["WITH", "SYSTEM", "VERSIONING"]) {
    } else {
        item.take_any(&["INVISIBLE", "VISIBLE", "FIRST", "VIRTUAL", "STORED", "PERSISTENT", "COMPRESSED"])
            .then_some(())?;
    }
    Some(())
}

/// Reads what follows DEFAULT; `None` inside for NULL, which is no default.
pub(super) fn default(item: &mut Cursor<'_>) -> Option<Option<Arc<str>>> {
    let start = item.range().start;
    if item.at_mark(b'(') {
        let (_, end) = item.group_to()?;
        return Some(Some(item.sql[start..end].into()));
    }
    let _ = item.take_mark(b'+') || item.take_mark(b'-');
    let token = item.next()?;
    let mut end = token.end;
    match token.kind {
        // `.5`
        Kind::Mark(b'.') => end = item.next().filter(|next| next.kind == Kind::Number)?.end,
        // `_utf8'x'`
        Kind::Word
            if item.peek().is_some_and(|next| next.kind == Kind::Text && token.text(item.sql).starts_with('_')) =>
        {
            end = item.next()?.end;
        }
        Kind::Word if item.at_mark(b'(') => end = item.group_to()?.1,
        Kind::Mark(_) | Kind::Open => return None,
        _ => {}
    }
    let text = &item.sql[start..end];
    Some((!text.eq_ignore_ascii_case("null")).then(|| text.into()))
}

/// Steps over `CONSTRAINT [name]`. The last of several counts.
fn constraint_name(item: &mut Cursor<'_>) -> Option<Option<Arc<str>>> {
    let mut name = None;
    while item.take(&["CONSTRAINT"]) {
        item.take(&["IF", "NOT", "EXISTS"]);
        let bare = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"];
        if !item.follows_any(&bare) {
            name = Some(item.name()?);
        }
    }
    Some(name)
}

/// Steps over `ON CONFLICT word`.
fn conflict(item: &mut Cursor<'_>) {
    if item.take(&["ON", "CONFLICT"]) {
        item.next();
    }
}

fn enforced(item: &mut Cursor<'_>) {
    let _ = item.take(&["ENFORCED"]) || item.take(&["NOT", "ENFORCED"]);
}

/// Steps over `USING BTREE`.
pub(super) fn using(item: &mut Cursor<'_>) -> Option<Arc<str>> {
    if item.take(&["USING"]) { item.name() } else { None }
}

/// Steps over what may follow the parts of a key.
pub(super) fn index_options(item: &mut Cursor<'_>) {
    loop {
        if item.take_any(&["USING", "KEY_BLOCK_SIZE", "COMMENT"]) || item.take(&["WITH", "PARSER"]) {
            item.take_mark(b'=');
            item.next();
        } else if !item.take_any(&["VISIBLE", "INVISIBLE", "IGNORED"]) && !item.take(&["NOT", "IGNORED"]) {
            return;
        }
    }
}

fn action(item: &mut Cursor<'_>) -> Option<Option<Arc<str>>> {
    for known in ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"] {
        let words: Vec<&str> = known.split(' ').collect();
        if item.take(&words) {
            return Some((known != "NO ACTION").then(|| known.into()));
        }
    }
    None
}

/// Steps over `[NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]`.
fn deferral(item: &mut Cursor<'_>) -> Option<(bool, bool)> {
    let deferrable = if item.take(&["NOT", "DEFERRABLE"]) {
        false
    } else if item.take(&["DEFERRABLE"]) {
        true
    } else {
        return None;
    };
    let deferred = item.take(&["INITIALLY", "DEFERRED"]);
    item.take(&["INITIALLY", "IMMEDIATE"]);
    Some((deferrable, deferrable && deferred))
}
