//! Statements of MySQL, MariaDB and SQLite: from their tokens to operations.
//!
//! DDL is read here, since no parser knows enough of it: of real MySQL and MariaDB `sqlparser` refuses every second
//! statement. It has the word where this reader gives up: what both refuse is unknown, in its words.

mod alter;
mod column;
mod cursor;
mod index;
mod table;

use std::sync::Arc;

use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::draft::{Draft, Fault, HARMLESS, Reading, by_head};
use super::head::Head;
use super::lexer::Lexer;
use super::place::Origin;
use super::session::Session;
use crate::model::operation::{Action, Data};
use crate::model::schema::{Dialect, ObjectName};
use crate::model::{Known, Location};
use cursor::Cursor;

/// Reads one statement.
pub(super) fn read(session: &Session<'_>, sql: &str, origin: &Origin, head: &Head) -> Reading {
    let reader = Reader { session, sql, origin, head, dialect: session.dialect };
    let tokens = Lexer::new(sql, session.dialect).tokens();
    match reader.statement(Cursor::new(sql, &tokens)) {
        Some(drafts) => Reading { drafts, ..Reading::default() },
        None => Reading { fault: Some(reader.fault()), ..Reading::default() },
    }
}

/// Reads the tokens of one statement.
struct Reader<'a> {
    session: &'a Session<'a>,
    sql: &'a str,
    origin: &'a Origin,
    head: &'a Head,
    dialect: Dialect,
}

impl Reader<'_> {
    /// Reads a statement; `None` where it is not as it should be.
    fn statement(&self, mut cursor: Cursor<'_>) -> Option<Vec<Draft>> {
        match self.head.kind.as_str() {
            "create_table" => self.create_table(&mut cursor).map(|draft| vec![draft]),
            "create_virtual_table" => self.create_virtual(&mut cursor).map(|draft| vec![draft]),
            "drop_table" => self.drop_tables(&mut cursor),
            "rename_table" => self.rename_tables(&mut cursor),
            "alter_table" => self.alter_table(&mut cursor),
            "create_index" => self.create_index(&mut cursor).map(|draft| vec![draft]),
            "drop_index" => self.drop_index(&mut cursor).map(|draft| vec![draft]),
            "create_view" => self.create_view(&mut cursor).map(|draft| vec![draft]),
            "drop_view" => self.drop_views(&mut cursor),
            "create_database" | "create_schema" | "drop_database" | "drop_schema" => {
                self.schema().map(|draft| vec![draft])
            }
            "insert" | "replace" | "load_data" => self.data(Data::Insert),
            "update" => self.data(Data::Update),
            "delete" => self.data(Data::Delete),
            "truncate" => self.data(Data::Truncate),
            kind => {
                let other = ["create_", "alter_", "drop_"].iter().any(|verb| kind.starts_with(verb));
                let named = other && !self.head.names.is_empty() && !kind.ends_with("_unknown");
                (named || HARMLESS.contains(&kind)).then(|| by_head(self.head))
            }
        }
    }

    fn data(&self, verb: Data) -> Option<Vec<Draft>> {
        let table = self.session.named(self.head)?;
        Some(vec![Draft::new(Action::Data { verb, table: Known::Yes(table) })])
    }

    fn schema(&self) -> Option<Draft> {
        let name = Known::Yes(self.head.names.first()?.clone());
        let action = match self.head.kind.starts_with("create") {
            true => Action::CreateSchema { name },
            false => Action::DropSchema { name, cascade: true },
        };
        Some(Draft {
            if_exists: self.has_word("if_exists"),
            if_not_exists: self.has_word("if_not_exists"),
            ..Draft::new(action)
        })
    }

    /// Asks the parser what it thinks of the statement.
    fn fault(&self) -> Fault {
        let grammar: &dyn Grammar = match self.dialect {
            Dialect::Mysql => &MySqlDialect {},
            _ => &SQLiteDialect {},
        };
        let message = match Parser::parse_sql(grammar, self.sql) {
            Ok(_) => "it is not understood".to_owned(),
            Err(error) => error.to_string(),
        };
        Fault { message, at: None }
    }

    fn has_word(&self, word: &str) -> bool {
        self.head.words.iter().any(|other| &**other == word)
    }

    /// Steps over the name of an object with its schema.
    fn object(&self, cursor: &mut Cursor<'_>) -> Option<ObjectName> {
        let first = cursor.name()?;
        if !cursor.take_mark(b'.') {
            return Some(self.session.object(None, &first));
        }
        let name = cursor.name()?;
        Some(self.session.object(Some(&first), &name))
    }

    /// Returns the place of what is left.
    fn at(&self, cursor: &Cursor<'_>) -> Option<Location> {
        Some(self.session.location(self.origin, cursor.range()))
    }

    /// Steps over the leading words up to the object's name.
    fn skip_head(&self, cursor: &mut Cursor<'_>, object: &str) -> Option<()> {
        cursor.until(|rest| rest.follows(&[object]));
        cursor.take(&[object]).then_some(())?;
        let _ = cursor.take(&["IF", "NOT", "EXISTS"]) || cursor.take(&["IF", "EXISTS"]);
        Some(())
    }

    fn draft(&self, action: Action) -> Draft {
        Draft {
            if_exists: self.has_word("if_exists"),
            if_not_exists: self.has_word("if_not_exists"),
            ..Draft::new(action)
        }
    }

    fn create_view(&self, cursor: &mut Cursor<'_>) -> Option<Draft> {
        self.skip_head(cursor, "VIEW")?;
        let name = Known::Yes(self.object(cursor)?);
        let columns: Option<Vec<Arc<str>>> = match cursor.group() {
            Some(list) => list.items().into_iter().map(|mut item| item.name()).collect(),
            None => Some(Vec::new()),
        };
        cursor.take(&["AS"]).then_some(())?;
        let query = cursor.until(|rest| {
            let mut rest = *rest;
            let with = rest.take(&["WITH"]);
            rest.take_any(&["CASCADED", "LOCAL"]);
            with && rest.follows(&["CHECK", "OPTION"])
        });
        let replace = self.has_word("or_replace");
        let definition = query.source().into();
        let action = Action::CreateView { name, definition, columns: columns?, materialized: false, replace };
        (!query.is_empty()).then(|| self.draft(action))
    }

    fn drop_views(&self, cursor: &mut Cursor<'_>) -> Option<Vec<Draft>> {
        self.skip_head(cursor, "VIEW")?;
        let cascade = self.has_word("cascade");
        let one = |mut item: Cursor<'_>| {
            let name = Known::Yes(self.object(&mut item)?);
            Some(self.draft(Action::DropView { name, materialized: false, cascade }))
        };
        cursor.items().into_iter().map(one).collect()
    }
}
