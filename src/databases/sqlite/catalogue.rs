//! The queries and their rows: six for a whole file, through the table-valued forms of SQLite's pragmas.

use std::collections::HashMap;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Executor, Row};

/// What the catalogue says.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) version: String,
    pub(super) objects: Vec<Object>,
    pub(super) tables: Vec<Listed>,
    pub(super) columns: Vec<ColumnRow>,
    /// Views that refer to something that is not there, virtual tables whose module is not at hand: what SQLite says.
    pub(super) broken: HashMap<String, String>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) foreign_keys: Vec<ForeignRow>,
}

/// A row of `sqlite_schema` that has a text.
#[derive(Debug)]
pub(super) struct Object {
    /// `table`, `index`, `view` or `trigger`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) sql: String,
}

/// A row of `pragma_table_list`.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: String,
    /// `table`, `view`, `virtual` or `shadow`.
    pub(super) kind: String,
    pub(super) without_rowid: bool,
}

/// A row of `pragma_table_xinfo`.
#[derive(Debug)]
pub(super) struct ColumnRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    /// The place in the primary key, from 1; 0 outside of it.
    pub(super) key: i64,
    /// 0 plain, 1 hidden column of a virtual table, 2 generated, 3 generated and stored.
    pub(super) hidden: i64,
}

/// One part of one index.
#[derive(Debug)]
pub(super) struct IndexRow {
    pub(super) table: String,
    pub(super) index: String,
    pub(super) unique: bool,
    /// `c` for CREATE INDEX, `u` for a unique constraint, `pk` for a primary key.
    pub(super) origin: String,
    pub(super) partial: bool,
    pub(super) position: i64,
    /// `None` for an expression.
    pub(super) column: Option<String>,
    /// It is sorted downwards, or by another collation than bytes.
    pub(super) unusual: bool,
}

/// One column of one foreign key.
#[derive(Debug)]
pub(super) struct ForeignRow {
    pub(super) table: String,
    /// Counts from 0, the last of the table first.
    pub(super) id: i64,
    pub(super) other: String,
    pub(super) column: String,
    /// `None` when only a table is named.
    pub(super) references: Option<String>,
    pub(super) on_update: String,
    pub(super) on_delete: String,
}

const OBJECTS: &str = "SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger'";

const TABLES: &str = r"
SELECT name, type, wr FROM pragma_table_list
WHERE schema = 'main' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND type <> 'shadow'";

const COLUMNS: &str = r#"
SELECT l.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name, 'main') AS c
WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND l.type = 'table'
ORDER BY l.name, c.cid"#;

/// The same for views and virtual tables, whose columns SQLite has to work out: one that is broken fails them all.
const WORKED_OUT: &str = r#"
SELECT l.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name, 'main') AS c
WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND l.type IN ('view', 'virtual')
ORDER BY l.name, c.cid"#;

/// The same for one of them.
const WORKED_OUT_ALONE: &str = r#"
SELECT ?1, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM pragma_table_xinfo(?1, 'main') AS c
ORDER BY c.cid"#;

const INDEXES: &str = r#"
SELECT l.name, i.name, i."unique", i.origin, i.partial, p.seqno, p.name,
  p."desc" OR p.coll <> 'BINARY'
FROM pragma_table_list AS l
JOIN pragma_index_list(l.name, 'main') AS i
JOIN pragma_index_xinfo(i.name, 'main') AS p
WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND l.type = 'table' AND p.key = 1
ORDER BY l.name, i.name, p.seqno"#;

const FOREIGN_KEYS: &str = r#"
SELECT l.name, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
FROM pragma_table_list AS l JOIN pragma_foreign_key_list(l.name, 'main') AS f
WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND l.type = 'table'
ORDER BY l.name, f.id DESC, f.seq"#;

/// Reads the catalogue. `begin` is called before each query.
pub(super) async fn read(connection: &mut SqliteConnection, begin: impl Fn()) -> Result<Rows, sqlx::Error> {
    let mut all = async |query: &'static str| {
        begin();
        connection.fetch_all(query).await
    };
    let version = all("SELECT sqlite_version()").await?;
    let mut rows = Rows {
        version: version.first().map_or(Ok(String::new()), |row| text(row, 0))?,
        objects: all(OBJECTS).await?.iter().map(object).collect::<Result<_, _>>()?,
        tables: all(TABLES).await?.iter().map(listed).collect::<Result<_, _>>()?,
        columns: all(COLUMNS).await?.iter().map(column).collect::<Result<_, _>>()?,
        indexes: all(INDEXES).await?.iter().map(index).collect::<Result<_, _>>()?,
        foreign_keys: all(FOREIGN_KEYS).await?.iter().map(foreign).collect::<Result<_, _>>()?,
        broken: HashMap::new(),
    };
    match all(WORKED_OUT).await {
        Ok(found) => rows.columns.extend(found.iter().map(column).collect::<Result<Vec<_>, _>>()?),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("1") => {
            one_by_one(connection, begin, &mut rows).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(rows)
}

/// Reads views and virtual tables one by one, to tell which are broken.
async fn one_by_one(connection: &mut SqliteConnection, begin: impl Fn(), rows: &mut Rows) -> Result<(), sqlx::Error> {
    for listed in rows.tables.iter().filter(|listed| listed.kind != "table") {
        begin();
        match sqlx::query(WORKED_OUT_ALONE).bind(&listed.name).fetch_all(&mut *connection).await {
            Ok(found) => rows.columns.extend(found.iter().map(column).collect::<Result<Vec<_>, _>>()?),
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("1") => {
                rows.broken.insert(listed.name.clone(), error.message().to_owned());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn object(row: &SqliteRow) -> Result<Object, sqlx::Error> {
    Ok(Object { kind: text(row, 0)?, name: text(row, 1)?, sql: text(row, 2)? })
}

fn listed(row: &SqliteRow) -> Result<Listed, sqlx::Error> {
    Ok(Listed { name: text(row, 0)?, kind: text(row, 1)?, without_rowid: number(row, 2)? != 0 })
}

fn column(row: &SqliteRow) -> Result<ColumnRow, sqlx::Error> {
    Ok(ColumnRow {
        table: text(row, 0)?,
        name: text(row, 1)?,
        ty: text(row, 2)?,
        not_null: number(row, 3)? != 0,
        default: optional(row, 4)?,
        key: number(row, 5)?,
        hidden: number(row, 6)?,
    })
}

fn index(row: &SqliteRow) -> Result<IndexRow, sqlx::Error> {
    Ok(IndexRow {
        table: text(row, 0)?,
        index: text(row, 1)?,
        unique: number(row, 2)? != 0,
        origin: text(row, 3)?,
        partial: number(row, 4)? != 0,
        position: number(row, 5)?,
        column: optional(row, 6)?,
        unusual: number(row, 7)? != 0,
    })
}

fn foreign(row: &SqliteRow) -> Result<ForeignRow, sqlx::Error> {
    Ok(ForeignRow {
        table: text(row, 0)?,
        id: number(row, 1)?,
        other: text(row, 2)?,
        column: text(row, 3)?,
        references: optional(row, 4)?,
        on_update: text(row, 5)?,
        on_delete: text(row, 6)?,
    })
}

fn number(row: &SqliteRow, index: usize) -> Result<i64, sqlx::Error> {
    row.try_get_unchecked::<Option<i64>, _>(index).map(Option::unwrap_or_default)
}

fn text(row: &SqliteRow, index: usize) -> Result<String, sqlx::Error> {
    optional(row, index).map(Option::unwrap_or_default)
}

/// Returns a text; where it is not valid, as SQLite lets anybody store it, with marks in place of what is not.
fn optional(row: &SqliteRow, index: usize) -> Result<Option<String>, sqlx::Error> {
    let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(index)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
