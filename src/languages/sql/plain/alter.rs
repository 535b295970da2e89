//! ALTER TABLE: each of its parts is an operation, some are two.

use std::sync::Arc;

use super::Reader;
use super::column::{Defined, default};
use super::cursor::Cursor;
use crate::languages::sql::draft::Draft;
use crate::languages::sql::lexer::Kind;
use crate::model::Known;
use crate::model::operation::{Action, AlterColumn, ConstraintKind};
use crate::model::schema::{Dialect, ObjectName, Part};

impl Reader<'_> {
    pub(super) fn alter_table(&self, cursor: &mut Cursor<'_>) -> Option<Vec<Draft>> {
        cursor.until(|rest| rest.follows(&["TABLE"]));
        cursor.take(&["TABLE"]).then_some(())?;
        let if_exists = cursor.take(&["IF", "EXISTS"]);
        let table = self.object(cursor)?;
        let _ = cursor.take(&["NOWAIT"]) || cursor.take(&["WAIT"]) && cursor.next().is_some();
        let mut drafts = Vec::new();
        for part in cursor.items() {
            let range = part.range();
            for mut draft in self.part(part, &table)? {
                draft.if_exists |= if_exists;
                draft.range.get_or_insert_with(|| range.clone());
                drafts.push(draft);
            }
        }
        (!drafts.is_empty()).then_some(drafts)
    }

    fn part(&self, mut part: Cursor<'_>, name: &ObjectName) -> Option<Vec<Draft>> {
        let table = Known::Yes(name.clone());
        let whole = part;
        if part.take(&["ADD"]) {
            return self.add(part, name);
        }
        if self.dialect == Dialect::Mysql && part.take(&["MODIFY"]) {
            part.take(&["COLUMN"]);
            let if_exists = part.take(&["IF", "EXISTS"]);
            return self.redefine(part, table, if_exists);
        }
        if self.dialect == Dialect::Mysql && part.take(&["CHANGE"]) {
            part.take(&["COLUMN"]);
            let if_exists = part.take(&["IF", "EXISTS"]);
            let old = part.name()?;
            let mut drafts = self.redefine(part, table.clone(), if_exists)?;
            let to = part.name()?;
            if old != to {
                let rename = Action::RenameColumn { table, column: Known::Yes(old), to: Known::Yes(to) };
                drafts.insert(0, Draft { if_exists, ..Draft::new(rename) });
            }
            return Some(drafts);
        }
        if part.take(&["DROP"]) {
            return self.drop(part, table).map(|draft| vec![draft]);
        }
        if part.take(&["RENAME"]) {
            return self.rename(part, name).map(|draft| vec![draft]);
        }
        if part.take(&["ALTER"]) {
            return self.alter(part, table, &whole).map(|draft| vec![draft]);
        }
        if part.take(&["COMMENT"]) {
            part.take_mark(b'=');
            let comment = part.text()?;
            let comment = Known::Yes((!comment.is_empty()).then_some(comment));
            return Some(vec![Draft::new(Action::CommentTable { table, comment })]);
        }
        if self.dialect == Dialect::Sqlite {
            return None;
        }
        Some(vec![Draft::new(Action::AlterTable { table, what: leading_words(whole)? })])
    }

    fn add(&self, mut part: Cursor<'_>, name: &ObjectName) -> Option<Vec<Draft>> {
        let table = Known::Yes(name.clone());
        if part.follows_any(&["PARTITION", "PERIOD", "SYSTEM"]) {
            let what = format!("add {}", leading_words(part)?).into();
            return Some(vec![Draft::new(Action::AlterTable { table, what })]);
        }
        if self.starts_constraint(&part) && self.dialect == Dialect::Mysql {
            let mut words = part;
            words.until(|rest| rest.follows(&["IF"]) || rest.at_mark(b'('));
            let if_not_exists = words.follows(&["IF", "NOT", "EXISTS"]);
            let action = match self.table_item(&mut part)? {
                Defined::Constraint(constraint) => {
                    Action::AddConstraint { table, constraint, not_valid: false, using_index: None }
                }
                Defined::Index(index) => Action::CreateIndex { table, index },
                Defined::Nothing => return None,
            };
            return part.is_empty().then(|| vec![Draft { if_not_exists, ..Draft::new(action) }]);
        }
        part.take(&["COLUMN"]);
        let if_not_exists = part.take(&["IF", "NOT", "EXISTS"]);
        let columns = match part.at_mark(b'(') {
            true => part.group()?.items(),
            false => vec![part],
        };
        let add = |item: Cursor<'_>| {
            let read = self.column(item)?;
            let (column, constraints) = (Box::new(read.column), read.constraints);
            let mut draft = Draft::new(Action::AddColumn { table: table.clone(), column, constraints });
            if let Some(doubt) = read.doubt {
                draft = draft.without(Part::Constraints, doubt);
            }
            Some(Draft { if_not_exists, ..draft })
        };
        columns.into_iter().map(add).collect()
    }

    /// Reads a column that is said anew as a whole.
    fn redefine(&self, item: Cursor<'_>, table: Known<ObjectName>, if_exists: bool) -> Option<Vec<Draft>> {
        let read = self.column(item)?;
        let column = read.column;
        let mut alter = AlterColumn::new(table.clone(), Known::Yes(column.name));
        alter.ty = Some(column.ty);
        alter.nullable = Some(column.nullable);
        alter.default = Some(column.default);
        alter.identity = Some(column.identity);
        alter.generated = Some(column.generated);
        alter.comment = Some(Known::Yes(column.comment));
        alter.whole = true;
        let mut drafts = vec![Draft { if_exists, ..Draft::new(Action::AlterColumn(Box::new(alter))) }];
        drafts.extend(read.constraints.into_iter().map(|constraint| {
            let (constraint, table) = (Box::new(constraint), table.clone());
            Draft::new(Action::AddConstraint { table, constraint, not_valid: false, using_index: None })
        }));
        Some(drafts)
    }

    fn drop(&self, mut part: Cursor<'_>, table: Known<ObjectName>) -> Option<Draft> {
        let mysql = self.dialect == Dialect::Mysql;
        let constraint = |name, kind| Action::DropConstraint { table: table.clone(), name, kind, cascade: false };
        if mysql && part.follows_any(&["PARTITION", "PERIOD", "SYSTEM"]) {
            let what = format!("drop {}", leading_words(part)?).into();
            return Some(Draft::new(Action::AlterTable { table, what }));
        }
        if mysql && part.take(&["PRIMARY", "KEY"]) {
            return Some(Draft::new(constraint(Known::Yes(None), Some(ConstraintKind::PrimaryKey))));
        }
        let kind = match () {
            () if mysql && part.take(&["FOREIGN", "KEY"]) => Some(Some(ConstraintKind::ForeignKey)),
            () if mysql && part.take(&["CHECK"]) => Some(Some(ConstraintKind::Check)),
            () if mysql && part.take(&["CONSTRAINT"]) => Some(None),
            () => None,
        };
        let is_index = kind.is_none() && mysql && part.take_any(&["INDEX", "KEY"]);
        if kind.is_none() && !is_index {
            part.take(&["COLUMN"]);
        }
        let if_exists = part.take(&["IF", "EXISTS"]);
        let name = Known::Yes(part.name()?);
        let action = match kind {
            Some(kind) => match name {
                Known::Yes(name) => constraint(Known::Yes(Some(name)), kind),
                Known::No(_) => return None,
            },
            None if is_index => Action::DropIndex { index: name, schema: None, table: Some(table), cascade: false },
            None => Action::DropColumn { table, column: name, cascade: false },
        };
        part.take_any(&["CASCADE", "RESTRICT"]);
        part.is_empty().then(|| Draft { if_exists, ..Draft::new(action) })
    }

    fn rename(&self, mut part: Cursor<'_>, name: &ObjectName) -> Option<Draft> {
        let table = Known::Yes(name.clone());
        let mysql = self.dialect == Dialect::Mysql;
        if mysql && part.take_any(&["INDEX", "KEY"]) {
            let index = Known::Yes(part.name()?);
            part.take(&["TO"]).then_some(())?;
            let to = Known::Yes(part.name()?);
            return Some(Draft::new(Action::RenameIndex { index, schema: None, table: Some(table), to }));
        }
        if part.take(&["TO"]) || mysql && (part.take(&["AS"]) || part.take_mark(b'=')) {
            let mut to = self.object(&mut part)?;
            // SQLite renames within the schema of the table.
            if !mysql {
                to.schema.clone_from(&name.schema);
            }
            return Some(Draft::new(Action::RenameTable { table, to: Known::Yes(to) }));
        }
        let said = part.take(&["COLUMN"]);
        let if_exists = part.take(&["IF", "EXISTS"]);
        let first = part.name()?;
        if !part.take(&["TO"]) {
            // MySQL's `RENAME t`.
            let to = ObjectName { schema: name.schema.clone(), name: first };
            return (mysql && !said && part.is_empty())
                .then(|| Draft::new(Action::RenameTable { table, to: Known::Yes(to) }));
        }
        let to = Known::Yes(part.name()?);
        Some(Draft { if_exists, ..Draft::new(Action::RenameColumn { table, column: Known::Yes(first), to }) })
    }

    fn alter(&self, mut part: Cursor<'_>, table: Known<ObjectName>, whole: &Cursor<'_>) -> Option<Draft> {
        if part.follows_any(&["INDEX", "CHECK", "CONSTRAINT"]) {
            return Some(Draft::new(Action::AlterTable { table, what: leading_words(*whole)? }));
        }
        part.take(&["COLUMN"]);
        let mut alter = AlterColumn::new(table.clone(), Known::Yes(part.name()?));
        if part.take(&["SET", "DEFAULT"]) {
            alter.default = Some(Known::Yes(default(&mut part)?));
        } else if part.take(&["DROP", "DEFAULT"]) {
            alter.default = Some(Known::Yes(None));
        } else if part.take(&["SET"]) {
            return Some(Draft::new(Action::AlterTable { table, what: "alter column set".into() }));
        } else {
            return None;
        }
        part.is_empty().then(|| Draft::new(Action::AlterColumn(Box::new(alter))))
    }
}

/// Returns the words that a part starts with, in lower case.
fn leading_words(mut part: Cursor<'_>) -> Option<Arc<str>> {
    let mut words = Vec::new();
    while let Some(token) = part.next().filter(|token| token.kind == Kind::Word)
        && words.len() < 3
    {
        words.push(token.text(part.sql).to_ascii_lowercase());
    }
    (!words.is_empty()).then(|| words.join(" ").into())
}
