//! The queries and their rows: five for a whole file, through the table-valued forms of SQLite's pragmas.

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Executor, Row};

/// What the catalogue says.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) version: String,
    pub(super) objects: Vec<Object>,
    pub(super) tables: Vec<Listed>,
    pub(super) columns: Vec<ColumnRow>,
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
    /// Zero for a view that is broken, or a virtual table whose module is not at hand.
    pub(super) columns: i64,
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

/// How the database writes text. SQLite hands text to the driver as it lies in the file, and the driver takes it for
/// UTF-8.
const ENCODING: &str = "SELECT CASE CAST('a' AS BLOB) WHEN x'61' THEN 8 WHEN x'6100' THEN 16 ELSE -16 END";

const OBJECTS: &str = "SELECT type, name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger'";

const TABLES: &str = r"
SELECT name, type, ncol, wr FROM pragma_table_list
WHERE schema = 'main' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND type <> 'shadow'";

const COLUMNS: &str = r#"
SELECT l.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name, 'main') AS c
WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND l.type <> 'shadow' AND l.ncol > 0
ORDER BY l.name, c.cid"#;

const INDEXES: &str = r#"
SELECT l.name, i.name, i."unique", i.origin, i.partial, p.seqno, p.name
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
    begin();
    let encoding: i64 = connection.fetch_one(ENCODING).await?.try_get(0)?;
    let mut all = async |query: &'static str| {
        begin();
        let rows = connection.fetch_all(query).await?;
        Ok::<_, sqlx::Error>(rows.into_iter().map(|row| Reader { row, encoding }).collect::<Vec<_>>())
    };
    let version = all("SELECT sqlite_version()").await?;
    Ok(Rows {
        version: version.first().map_or(Ok(String::new()), |row| row.text(0))?,
        objects: all(OBJECTS).await?.iter().map(object).collect::<Result<_, _>>()?,
        tables: all(TABLES).await?.iter().map(listed).collect::<Result<_, _>>()?,
        columns: all(COLUMNS).await?.iter().map(column).collect::<Result<_, _>>()?,
        indexes: all(INDEXES).await?.iter().map(index).collect::<Result<_, _>>()?,
        foreign_keys: all(FOREIGN_KEYS).await?.iter().map(foreign).collect::<Result<_, _>>()?,
    })
}

fn object(row: &Reader) -> Result<Object, sqlx::Error> {
    Ok(Object { kind: row.text(0)?, name: row.text(1)?, sql: row.text(2)? })
}

fn listed(row: &Reader) -> Result<Listed, sqlx::Error> {
    Ok(Listed { name: row.text(0)?, kind: row.text(1)?, columns: row.number(2)?, without_rowid: row.number(3)? != 0 })
}

fn column(row: &Reader) -> Result<ColumnRow, sqlx::Error> {
    Ok(ColumnRow {
        table: row.text(0)?,
        name: row.text(1)?,
        ty: row.text(2)?,
        not_null: row.number(3)? != 0,
        default: row.optional(4)?,
        key: row.number(5)?,
        hidden: row.number(6)?,
    })
}

fn index(row: &Reader) -> Result<IndexRow, sqlx::Error> {
    Ok(IndexRow {
        table: row.text(0)?,
        index: row.text(1)?,
        unique: row.number(2)? != 0,
        origin: row.text(3)?,
        partial: row.number(4)? != 0,
        position: row.number(5)?,
        column: row.optional(6)?,
    })
}

fn foreign(row: &Reader) -> Result<ForeignRow, sqlx::Error> {
    Ok(ForeignRow {
        table: row.text(0)?,
        id: row.number(1)?,
        other: row.text(2)?,
        column: row.text(3)?,
        references: row.optional(4)?,
        on_update: row.text(5)?,
        on_delete: row.text(6)?,
    })
}

/// A row, and how its text is written.
struct Reader {
    row: SqliteRow,
    encoding: i64,
}

impl Reader {
    fn number(&self, index: usize) -> Result<i64, sqlx::Error> {
        self.row.try_get_unchecked::<Option<i64>, _>(index).map(Option::unwrap_or_default)
    }

    fn text(&self, index: usize) -> Result<String, sqlx::Error> {
        self.optional(index).map(Option::unwrap_or_default)
    }

    /// Returns a text; what is no valid text, as SQLite lets anybody store, with marks in its place.
    fn optional(&self, index: usize) -> Result<Option<String>, sqlx::Error> {
        let bytes = self.row.try_get_unchecked::<Option<Vec<u8>>, _>(index)?;
        Ok(bytes.map(|bytes| match self.encoding {
            8 => String::from_utf8_lossy(&bytes).into_owned(),
            order => {
                let units = bytes.chunks_exact(2).map(|pair| match order {
                    16 => u16::from_le_bytes([pair[0], pair[1]]),
                    _ => u16::from_be_bytes([pair[0], pair[1]]),
                });
                char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
        }))
    }
}
