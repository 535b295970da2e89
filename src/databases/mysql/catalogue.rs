//! The queries over `information_schema` and their rows: one query per view and database, never one per table.
//!
//! Each restricts the database by a constant, which lets MariaDB and MySQL 5 look into one folder alone, and none asks
//! for a column that the server would have to read statistics for. No view is joined with another where the server would
//! do it without an index (MariaDB, MySQL 5); `build` joins.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::mysql::MySqlRow;

use super::foreign::{self, Actions};
use super::grants::Sight;
use super::server::Server;
use super::session::{Session, text, whole};
use crate::databases::{DatabaseError, Failure};
use crate::model::schema::Part;

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub server: Server,
    pub sight: Sight,
    pub databases: Vec<Contents>,
    /// Databases that were asked for and are not there, or not for this role.
    pub absent: Vec<Arc<str>>,
}

/// The rows about one database.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub database: Arc<str>,
    pub tables: Vec<TableRow>,
    pub columns: Vec<ColumnRow>,
    pub index_parts: Vec<IndexRow>,
    pub foreign_columns: Vec<ForeignRow>,
    pub actions: Vec<ActionRow>,
    pub checks: Vec<CheckRow>,
    /// Table and partition.
    pub partitions: Vec<(Arc<str>, Arc<str>)>,
    /// View and query.
    pub views: Vec<(Arc<str>, Option<Arc<str>>)>,
    /// Tables whose foreign keys' actions are hidden, and why.
    pub hidden_actions: Vec<(Arc<str>, Arc<str>)>,
    /// What the server said that it left out, and what may be incomplete because of it.
    pub warnings: Vec<(Arc<str>, Part)>,
}

#[derive(Debug, Default)]
pub(super) struct TableRow {
    pub name: Arc<str>,
    /// `BASE TABLE`, `VIEW`, `SYSTEM VERSIONED`, `SEQUENCE`.
    pub kind: Arc<str>,
    pub collation: Option<Arc<str>>,
    pub comment: Option<Arc<str>>,
}

#[derive(Debug, Default)]
pub(super) struct ColumnRow {
    pub table: Arc<str>,
    pub name: Arc<str>,
    pub position: u64,
    pub default: Option<Arc<str>>,
    pub nullable: bool,
    pub spelling: Arc<str>,
    pub collation: Option<Arc<str>>,
    pub extra: Arc<str>,
    pub comment: Option<Arc<str>>,
    pub generation: Option<Arc<str>>,
}

/// A part of an index.
#[derive(Debug, Default)]
pub(super) struct IndexRow {
    pub table: Arc<str>,
    pub index: Arc<str>,
    pub position: u64,
    pub unique: bool,
    pub column: Option<Arc<str>>,
    pub prefix: Option<u64>,
    pub method: Arc<str>,
    pub expression: Option<Arc<str>>,
    pub descending: bool,
}

/// A column of a foreign key.
#[derive(Debug, Default)]
pub(super) struct ForeignRow {
    pub table: Arc<str>,
    pub constraint: Arc<str>,
    pub position: u64,
    pub column: Arc<str>,
    pub to_database: Arc<str>,
    pub to_table: Arc<str>,
    pub to_column: Arc<str>,
}

/// What a foreign key does.
#[derive(Debug, Default)]
pub(super) struct ActionRow {
    pub table: Arc<str>,
    pub constraint: Arc<str>,
    pub on_delete: Option<Arc<str>>,
    pub on_update: Option<Arc<str>>,
}

#[derive(Debug, Default)]
pub(super) struct CheckRow {
    pub table: Arc<str>,
    pub name: Arc<str>,
    pub sql: Arc<str>,
    /// Whether it was written with a column, without a name (only MariaDB tells).
    pub of_column: bool,
}

/// What `information_schema` offers.
pub(super) const FEATURES: &str = "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS \
    WHERE TABLE_SCHEMA = 'information_schema'";

const TABLES: &str = "SELECT TABLE_NAME, TABLE_TYPE, TABLE_COLLATION, TABLE_COMMENT FROM information_schema.TABLES \
    WHERE TABLE_SCHEMA = ?";

const KEYS: &str = "SELECT TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, \
    REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE \
    WHERE TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME IS NOT NULL";

const ACTIONS: &str = "SELECT TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE \
    FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?";

const PARTITIONS: &str = "SELECT TABLE_NAME, PARTITION_NAME FROM information_schema.PARTITIONS \
    WHERE TABLE_SCHEMA = ? AND PARTITION_NAME IS NOT NULL";

const VIEWS: &str = "SELECT TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?";

/// MariaDB, where the names of checks are unique in a table.
const CHECKS_OF_TABLES: &str = "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, {level} \
    FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?";

/// MySQL, where the names of checks are unique in a database, and the views can be joined.
const CHECKS_OF_DATABASE: &str = "SELECT t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, NULL \
    FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t \
    ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME \
    WHERE c.CONSTRAINT_SCHEMA = ? AND t.CONSTRAINT_TYPE = 'CHECK'";

/// Warnings that leave nothing out: a view that lost its table (seen by its lack of columns), deprecations.
const HARMLESS: &[u64] = &[1356, 1287, 1681];

/// So many tables are asked about in one journey.
const BATCH: usize = 100;

/// Reads what there is about the databases, or about the connected one.
pub(super) async fn read(session: &mut Session, databases: &[String]) -> Result<Catalogue, DatabaseError> {
    let mut catalogue = Catalogue { server: session.server.clone(), ..Catalogue::default() };
    catalogue.sight = sight(session).await?;
    let wanted: Vec<&str> = match (databases, &catalogue.server.database) {
        ([], Some(connected)) => vec![connected],
        ([], None) => {
            return Err(DatabaseError::new(Failure::Url, "the URL names no database")
                .hint("put its name at the end of the URL, or list the databases to read"));
        }
        (databases, _) => databases.iter().map(|name| &**name).collect(),
    };
    let mut seen = BTreeSet::new();
    for name in wanted {
        let found =
            session.rows("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", Some(name));
        let found: Vec<Arc<str>> = found.await?.iter().filter_map(|row| text(row, 0)).collect();
        let exact = found.iter().find(|found| &***found == name).cloned();
        // The server's own spelling, where it does not care about case.
        match exact.or_else(|| found.into_iter().next().filter(|_| catalogue.server.folds_case)) {
            Some(database) if seen.insert(database.clone()) => {
                catalogue.databases.push(contents(session, database).await?);
            }
            Some(_) => {}
            None => catalogue.absent.push(name.into()),
        }
    }
    Ok(catalogue)
}

/// Reads what the role may see. A server without grants (`--skip-grant-tables`, some proxies) does not tell.
async fn sight(session: &mut Session) -> Result<Sight, DatabaseError> {
    let lines = match session.rows("SHOW GRANTS", None).await {
        Ok(lines) => lines,
        Err(error) if error.failure == Failure::Query => return Ok(Sight::untold()),
        Err(error) => return Err(error),
    };
    let lines: Vec<Arc<str>> = lines.iter().filter_map(|row| text(row, 0)).collect();
    Ok(Sight::read(lines.iter().map(|line| &**line)))
}

async fn contents(session: &mut Session, database: Arc<str>) -> Result<Contents, DatabaseError> {
    let mut contents = Contents { database: database.clone(), ..Contents::default() };
    let warnings = &mut contents.warnings;
    let server = session.server.clone();
    contents.tables = ask(session, TABLES.to_owned(), &database, Part::Tables, warnings, TableRow::of).await?;
    let sql = columns_sql(&server);
    contents.columns = ask(session, sql, &database, Part::Columns, warnings, ColumnRow::of).await?;
    let sql = indexes_sql(&server);
    contents.index_parts = ask(session, sql, &database, Part::Indexes, warnings, IndexRow::of).await?;
    contents.foreign_columns =
        ask(session, KEYS.to_owned(), &database, Part::Constraints, warnings, ForeignRow::of).await?;
    if !contents.foreign_columns.is_empty() {
        contents.actions =
            ask(session, ACTIONS.to_owned(), &database, Part::Constraints, warnings, ActionRow::of).await?;
    }
    if let Some(sql) = checks_sql(&server) {
        contents.checks = ask(session, sql, &database, Part::Constraints, warnings, CheckRow::of).await?;
    }
    let pair = |row: &MySqlRow| Some((text(row, 0)?, text(row, 1)?));
    contents.partitions = ask(session, PARTITIONS.to_owned(), &database, Part::Tables, warnings, pair).await?;
    let view = |row: &MySqlRow| Some((text(row, 0)?, text(row, 1).filter(|sql| !sql.is_empty())));
    contents.views = ask(session, VIEWS.to_owned(), &database, Part::Views, warnings, view).await?;
    uncover_actions(session, &mut contents).await?;
    Ok(contents)
}

/// Runs a query about a database, and keeps what the server says that it left out.
async fn ask<T>(
    session: &mut Session,
    sql: String,
    database: &str,
    part: Part,
    warnings: &mut Vec<(Arc<str>, Part)>,
    read: impl Fn(&MySqlRow) -> Option<T>,
) -> Result<Vec<T>, DatabaseError> {
    let rows = session.rows_of(words(part), sql, Some(database)).await?;
    for row in session.rows("SHOW WARNINGS", None).await? {
        let (level, code, message) = (text(&row, 0), whole(&row, 1), text(&row, 2));
        let matters =
            level.is_some_and(|level| &*level != "Note") && !code.is_some_and(|code| HARMLESS.contains(&code));
        if let Some(warning) = message.filter(|_| matters).map(|message| (message, part))
            && !warnings.contains(&warning)
        {
            warnings.push(warning);
        }
    }
    Ok(rows.iter().filter_map(read).collect())
}

const fn words(part: Part) -> &'static str {
    match part {
        Part::Tables => "tables",
        Part::Columns => "columns",
        Part::Constraints => "constraints",
        Part::Indexes => "indexes",
        Part::Enums => "enums",
        Part::Views => "views",
    }
}

fn columns_sql(server: &Server) -> String {
    let generation = server.column_or_null("COLUMNS", "GENERATION_EXPRESSION");
    format!(
        "SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, COLUMN_TYPE, COLLATION_NAME, \
         EXTRA, COLUMN_COMMENT, {generation} FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?"
    )
}

fn indexes_sql(server: &Server) -> String {
    let expression = server.column_or_null("STATISTICS", "EXPRESSION");
    format!(
        "SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, NON_UNIQUE, COLUMN_NAME, SUB_PART, INDEX_TYPE, {expression}, COLLATION \
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ?"
    )
}

/// Returns the query for checks; `None` where the server has none (MySQL before 8.0.16).
fn checks_sql(server: &Server) -> Option<String> {
    if server.has("CHECK_CONSTRAINTS", "TABLE_NAME") {
        let level = server.column_or_null("CHECK_CONSTRAINTS", "LEVEL");
        return Some(CHECKS_OF_TABLES.replace("{level}", level));
    }
    server.has("CHECK_CONSTRAINTS", "CHECK_CLAUSE").then(|| CHECKS_OF_DATABASE.to_owned())
}

/// Asks `SHOW CREATE TABLE` what the foreign keys do, where the role may not see it otherwise.
async fn uncover_actions(session: &mut Session, contents: &mut Contents) -> Result<(), DatabaseError> {
    let known: BTreeSet<_> = contents.actions.iter().map(|row| (&row.table, &row.constraint)).collect();
    let hidden = contents.foreign_columns.iter().filter(|row| !known.contains(&(&row.table, &row.constraint)));
    let mut tables: Vec<Arc<str>> = hidden.map(|row| row.table.clone()).collect();
    tables.sort();
    tables.dedup();
    let mut rest = &*tables;
    while !rest.is_empty() {
        let batch = &rest[..rest.len().min(BATCH)];
        let name = |table: &Arc<str>| format!("SHOW CREATE TABLE {}.{}", quote(&contents.database), quote(table));
        let statements: Vec<String> = batch.iter().map(name).collect();
        let (rows, failed) = session.batch(statements.join(";\n")).await?;
        for (table, row) in batch.iter().zip(&rows) {
            let text = text(row, 1).unwrap_or_default();
            contents.actions.extend(foreign::actions(&text).into_iter().map(|actions| ActionRow::new(table, actions)));
        }
        let mut done = rows.len().min(batch.len());
        if let (Some(error), Some(table)) = (failed, batch.get(done)) {
            contents.hidden_actions.push((table.clone(), error.message.into()));
            done += 1;
        }
        // A server that answers neither with rows nor with an error has nothing to say.
        rest = &rest[if done == 0 { batch.len() } else { done }..];
    }
    Ok(())
}

/// Returns a name in backticks.
fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

impl TableRow {
    fn of(row: &MySqlRow) -> Option<Self> {
        Some(Self {
            name: text(row, 0)?,
            kind: text(row, 1)?,
            collation: text(row, 2),
            comment: text(row, 3).filter(|comment| !comment.is_empty()),
        })
    }
}

impl ColumnRow {
    fn of(row: &MySqlRow) -> Option<Self> {
        Some(Self {
            table: text(row, 0)?,
            name: text(row, 1)?,
            position: whole(row, 2)?,
            default: text(row, 3),
            nullable: text(row, 4).is_some_and(|word| &*word == "YES"),
            spelling: text(row, 5)?,
            collation: text(row, 6),
            extra: text(row, 7).unwrap_or_default(),
            comment: text(row, 8).filter(|comment| !comment.is_empty()),
            generation: text(row, 9).filter(|expression| !expression.is_empty()),
        })
    }
}

impl IndexRow {
    fn of(row: &MySqlRow) -> Option<Self> {
        Some(Self {
            table: text(row, 0)?,
            index: text(row, 1)?,
            position: whole(row, 2)?,
            unique: whole(row, 3) == Some(0),
            column: text(row, 4),
            prefix: whole(row, 5),
            method: text(row, 6).unwrap_or_default(),
            expression: text(row, 7),
            descending: text(row, 8).is_some_and(|collation| &*collation == "D"),
        })
    }
}

impl ForeignRow {
    fn of(row: &MySqlRow) -> Option<Self> {
        Some(Self {
            table: text(row, 0)?,
            constraint: text(row, 1)?,
            position: whole(row, 2)?,
            column: text(row, 3)?,
            to_database: text(row, 4)?,
            to_table: text(row, 5)?,
            to_column: text(row, 6)?,
        })
    }
}

impl ActionRow {
    fn of(row: &MySqlRow) -> Option<Self> {
        Some(Self { table: text(row, 0)?, constraint: text(row, 1)?, on_delete: text(row, 2), on_update: text(row, 3) })
    }

    fn new(table: &Arc<str>, actions: Actions) -> Self {
        Self {
            table: table.clone(),
            constraint: actions.constraint.into(),
            on_delete: actions.on_delete.map(Into::into),
            on_update: actions.on_update.map(Into::into),
        }
    }
}

impl CheckRow {
    fn of(row: &MySqlRow) -> Option<Self> {
        let level = text(row, 3);
        Some(Self {
            table: text(row, 0)?,
            name: text(row, 1)?,
            sql: text(row, 2)?,
            of_column: level.is_some_and(|level| &*level == "Column"),
        })
    }
}
