//! CREATE TABLE, DROP TABLE, RENAME TABLE.

use std::sync::Arc;

use super::Reader;
use super::column::Defined;
use super::cursor::Cursor;
use crate::languages::sql::draft::Draft;
use crate::model::Known;
use crate::model::operation::{Action, Constraint, CreateTable};
use crate::model::schema::{Dialect, Identity, Index, Key, Part, Table};

/// What CREATE TABLE says of a table.
pub(super) struct Made {
    pub(super) table: Table,
    /// What only some servers take up.
    pub(super) doubts: Vec<Arc<str>>,
}

impl Made {
    /// Adds a constraint.
    pub(super) fn put(&mut self, constraint: Constraint) {
        match constraint {
            Constraint::PrimaryKey(key) => self.table.primary_key = Some(key),
            Constraint::Unique(key) => self.table.uniques.push(key),
            Constraint::ForeignKey(key) => self.table.foreign_keys.push(key),
            Constraint::Check(check) => self.table.checks.push(check),
            Constraint::Exclude { .. } => {}
        }
    }
}

impl Reader<'_> {
    pub(super) fn create_table(&self, cursor: &mut Cursor<'_>) -> Option<Draft> {
        let whole = *cursor;
        self.skip_head(cursor, "TABLE")?;
        let name = self.object(cursor)?;
        let mut made = Made { table: Table { at: self.at(&whole), ..Table::default() }, doubts: Vec::new() };
        let mut like = None;
        if cursor.take(&["LIKE"]) {
            like = Some(self.object(cursor)?);
        } else if cursor.at_mark(b'(') {
            let mut list = *cursor;
            let mut inside = list.group()?;
            if inside.follows_any(&["SELECT", "WITH", "VALUES"]) {
                // `CREATE TABLE t (SELECT ...)`
            } else if inside.take(&["LIKE"]) {
                like = Some(self.object(&mut inside)?);
                *cursor = list;
            } else {
                *cursor = list;
                for item in inside.items() {
                    self.item(item, &mut made)?;
                }
            }
        } else if !cursor.follows_any(&["AS", "SELECT", "IGNORE", "REPLACE", "ENGINE"]) {
            return None;
        }
        let from_query = self.options(cursor, &mut made.table);
        self.finish(&mut made.table);
        let create = CreateTable {
            name: Known::Yes(name),
            table: made.table,
            temporary: self.has_word("temporary"),
            like,
            partition: false,
            from_query,
        };
        let draft = self.draft(Action::CreateTable(Box::new(create)));
        Some(made.doubts.into_iter().fold(draft, |draft, doubt| draft.without(Part::Constraints, doubt)))
    }

    /// Reads one item of the list: a column, a constraint or an index.
    fn item(&self, item: Cursor<'_>, made: &mut Made) -> Option<()> {
        if self.starts_constraint(&item) {
            // SQLite does not ask for commas between them.
            let mut item = item;
            while !item.is_empty() {
                match self.table_item(&mut item)? {
                    Defined::Constraint(constraint) => made.put(*constraint),
                    Defined::Index(index) => made.table.indexes.push(*index),
                    Defined::Nothing => {}
                }
            }
            return Some(());
        }
        let read = self.column(item)?;
        made.table.columns.push(read.column);
        for constraint in read.constraints {
            made.put(constraint);
        }
        made.doubts.extend(read.doubt);
        Some(())
    }

    /// Reads what follows the list; returns whether a query does.
    fn options(&self, cursor: &mut Cursor<'_>, table: &mut Table) -> bool {
        while let Some(token) = cursor.peek() {
            if cursor.follows_any(&["SELECT", "WITH", "VALUES"]) && !cursor.follows(&["WITH", "SYSTEM"])
                || cursor.take(&["AS"])
            {
                return true;
            }
            if cursor.at_mark(b'(') {
                return true;
            }
            if cursor.take(&["WITHOUT", "ROWID"]) {
                for column in &mut table.columns {
                    let key = table.primary_key.as_ref();
                    if key.is_some_and(|key| key.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name))) {
                        column.nullable = Known::Yes(false);
                    }
                }
            } else if cursor.take(&["COMMENT"]) {
                cursor.take_mark(b'=');
                table.comment = cursor.text().filter(|comment| !comment.is_empty());
            } else if token.is(self.sql, "PARTITION") {
                return false;
            } else if cursor.take(&["UNION"]) {
                cursor.take_mark(b'=');
                cursor.group();
            } else {
                cursor.next();
            }
        }
        false
    }

    /// Says what the primary key means for its columns.
    fn finish(&self, table: &mut Table) {
        let Some(key) = &table.primary_key else { return };
        let alone = key.columns.len() == 1;
        for column in &mut table.columns {
            if !key.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
                continue;
            }
            let row_number = |spelling: &str| alone && spelling.eq_ignore_ascii_case("integer");
            let is_row_number = matches!(&column.ty, Known::Yes(ty) if row_number(&ty.spelling));
            if self.dialect != Dialect::Sqlite || is_row_number {
                column.nullable = Known::Yes(false);
            }
        }
    }

    pub(super) fn create_virtual(&self, cursor: &mut Cursor<'_>) -> Option<Draft> {
        let whole = *cursor;
        self.skip_head(cursor, "TABLE")?;
        let name = Known::Yes(self.object(cursor)?);
        cursor.take(&["USING"]).then_some(())?;
        cursor.name()?;
        let table = Table { foreign: true, at: self.at(&whole), ..Table::default() };
        let (temporary, like, partition, from_query) = (false, None, false, false);
        let create = CreateTable { name, table, temporary, like, partition, from_query };
        let draft = self.draft(Action::CreateTable(Box::new(create)));
        Some(draft.without(Part::Columns, "columns of a virtual table"))
    }

    pub(super) fn drop_tables(&self, cursor: &mut Cursor<'_>) -> Option<Vec<Draft>> {
        cursor.until(|rest| rest.follows_any(&["TABLE", "TABLES"]));
        cursor.next()?;
        cursor.take(&["IF", "EXISTS"]);
        let cascade = self.has_word("cascade");
        let one = |mut item: Cursor<'_>| {
            let table = Known::Yes(self.object(&mut item)?);
            Some(self.draft(Action::DropTable { table, cascade }))
        };
        let items = cursor.items();
        if items.is_empty() { None } else { items.into_iter().map(one).collect() }
    }

    pub(super) fn rename_tables(&self, cursor: &mut Cursor<'_>) -> Option<Vec<Draft>> {
        cursor.take(&["RENAME"]);
        cursor.take_any(&["TABLE", "TABLES"]).then_some(())?;
        cursor.take(&["IF", "EXISTS"]);
        let one = |mut item: Cursor<'_>| {
            let range = item.range();
            let table = self.object(&mut item)?;
            item.take(&["TO"]).then_some(())?;
            let to = self.object(&mut item)?;
            let action = Action::RenameTable { table: Known::Yes(table), to: Known::Yes(to) };
            item.is_empty().then(|| Draft { range: Some(range), ..self.draft(action) })
        };
        cursor.items().into_iter().map(one).collect()
    }

    /// Returns whether an item of a table is no column.
    pub(super) fn starts_constraint(&self, item: &Cursor<'_>) -> bool {
        let both = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
        let mysql = ["KEY", "INDEX", "FULLTEXT", "SPATIAL", "PERIOD"];
        item.follows_any(&both) || self.dialect == Dialect::Mysql && item.follows_any(&mysql)
    }
}

/// Returns a key over these columns.
pub(super) fn key(name: Option<Arc<str>>, columns: Vec<Arc<str>>) -> Key {
    Key { name, columns, ..Key::default() }
}

/// What numbers rows on a dialect by itself.
pub(super) const NUMBERED: Identity = Identity::AutoIncrement;

/// Returns an index without parts.
pub(super) fn index(name: Option<Arc<str>>) -> Index {
    Index { name, ..Index::default() }
}
