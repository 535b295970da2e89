//! The catalogue queries: one query a kind of object, for all schemas at once, never one a table.
//!
//! Every name is qualified or exact in its types, so that a hostile search path cannot slip in functions or operators
//! of its own. Rows are narrow: names that repeat are looked up by number in memory, not joined on the server. Rows come
//! in no order; what reads them sorts.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Error, Row as _};

use super::rows::{
    Collation, Column, Comment, Constraint, Default, Index, OutsideColumn, Partition, Relation, UserType, View,
};

/// The relations that are asked for; partitions are part of their table. `$1` holds the schemas.
const SCOPE: &str = "c.relnamespace = ANY ($1) AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition \
                     AND c.relpersistence <> 't'";

/// Asks the queries of one transaction.
pub(super) struct Reader<'connection> {
    connection: &'connection mut PgConnection,
    /// `server_version_num`: 150018.
    version: u32,
    /// The schemas that are asked for.
    namespaces: Vec<Oid>,
    /// How long to wait for the rows of one query.
    patience: Duration,
    texts: Texts,
}

/// Texts that were seen before: names and types repeat from table to table.
#[derive(Default)]
struct Texts(HashSet<Arc<str>>);

impl Texts {
    fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.0.insert(text.clone());
        text
    }
}

impl<'connection> Reader<'connection> {
    pub fn new(
        connection: &'connection mut PgConnection,
        version: u32,
        namespaces: Vec<Oid>,
        patience: Duration,
    ) -> Self {
        Self { connection, version, namespaces, patience, texts: Texts::default() }
    }

    /// Returns `column`, or what stands for it on servers before `since`.
    const fn since<'a>(&self, since: u32, column: &'a str, before: &'a str) -> &'a str {
        if self.version >= since * 10_000 { column } else { before }
    }

    async fn rows<T>(
        &mut self,
        sql: String,
        numbers: Option<&[Oid]>,
        mut read: impl FnMut(&PgRow, &mut Texts) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        // The text is put together from constants of this file.
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        let query = match numbers {
            Some(numbers) => query.bind(numbers),
            None => query,
        };
        let mut stream = query.fetch(&mut *self.connection);
        let texts = &mut self.texts;
        let all = async {
            let mut rows = Vec::new();
            while let Some(row) = stream.try_next().await? {
                rows.push(read(&row, texts)?);
            }
            Ok(rows)
        };
        within(self.patience, all).await
    }

    async fn scoped<T>(
        &mut self,
        sql: String,
        read: impl FnMut(&PgRow, &mut Texts) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let namespaces = self.namespaces.clone();
        self.rows(sql, Some(&namespaces), read).await
    }

    /// Tables and views, without those that belong to an extension.
    pub async fn relations(&mut self) -> Result<Vec<Relation>, Error> {
        let sql = format!(
            "SELECT c.oid, c.relnamespace, c.relname::text, c.relkind FROM pg_catalog.pg_class c WHERE {SCOPE} \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
             AND d.objid = c.oid AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e')"
        );
        self.scoped(sql, |row, texts| {
            Ok(Relation { oid: oid(row, 0)?, namespace: oid(row, 1)?, name: text(row, 2, texts)?, kind: char(row, 3)? })
        })
        .await
    }

    pub async fn columns(&mut self) -> Result<Vec<Column>, Error> {
        let generated = self.since(12, "a.attgenerated", "''::pg_catalog.\"char\"");
        let sql = format!(
            "SELECT a.attrelid, a.attnum, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid, \
             a.attnotnull, a.attidentity, {generated}, a.attcollation \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             WHERE {SCOPE} AND a.attnum > 0 AND NOT a.attisdropped"
        );
        self.scoped(sql, |row, texts| {
            Ok(Column {
                relation: oid(row, 0)?,
                number: row.try_get(1)?,
                name: text(row, 2, texts)?,
                spelling: text(row, 3, texts)?,
                type_oid: oid(row, 4)?,
                not_null: row.try_get(5)?,
                identity: char(row, 6)?,
                generated: char(row, 7)?,
                collation: oid(row, 8)?,
            })
        })
        .await
    }

    /// Enums and domains of the whole database: columns may have types of other schemas.
    pub async fn types(&mut self) -> Result<Vec<UserType>, Error> {
        let sql = "SELECT t.oid, t.typarray, t.typnamespace, n.nspname::text, t.typname::text, \
             CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e \
             WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) END, t.typbasetype, t.typnotnull, t.typdefault, \
             t.typcollation, d.description, EXISTS (SELECT FROM pg_catalog.pg_depend x \
             WHERE x.classid = 'pg_catalog.pg_type'::regclass AND x.objid = t.oid \
             AND x.refclassid = 'pg_catalog.pg_extension'::regclass AND x.deptype = 'e') \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             LEFT JOIN pg_catalog.pg_description d ON d.objoid = t.oid \
             AND d.classoid = 'pg_catalog.pg_type'::regclass AND d.objsubid = 0 \
             WHERE t.typtype IN ('e', 'd')";
        self.rows(sql.to_owned(), None, |row, texts| {
            Ok(UserType {
                oid: oid(row, 0)?,
                array: oid(row, 1)?,
                namespace: oid(row, 2)?,
                namespace_name: text(row, 3, texts)?,
                name: text(row, 4, texts)?,
                labels: row.try_get(5)?,
                base: oid(row, 6)?,
                not_null: row.try_get(7)?,
                default: optional(row, 8, texts)?,
                collation: oid(row, 9)?,
                comment: optional(row, 10, texts)?,
                extension: row.try_get(11)?,
            })
        })
        .await
    }

    /// Partitions of the whole database, at any depth: one may live in another schema than its table.
    pub async fn partitions(&mut self) -> Result<Vec<Partition>, Error> {
        let sql = "SELECT i.inhrelid, i.inhparent, c.relnamespace, n.nspname::text, c.relname::text \
             FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')";
        self.rows(sql.to_owned(), None, |row, texts| {
            Ok(Partition {
                oid: oid(row, 0)?,
                parent: oid(row, 1)?,
                namespace: oid(row, 2)?,
                namespace_name: text(row, 3, texts)?,
                name: text(row, 4, texts)?,
            })
        })
        .await
    }

    pub async fn defaults(&mut self) -> Result<Vec<Default>, Error> {
        let sql = format!(
            "SELECT d.adrelid, d.adnum, d.expression, CASE WHEN d.expression LIKE 'nextval(%' THEN EXISTS ( \
             SELECT FROM pg_catalog.pg_depend u JOIN pg_catalog.pg_depend o ON o.classid = u.refclassid \
             AND o.objid = u.refobjid WHERE u.classid = 'pg_catalog.pg_attrdef'::regclass AND u.objid = d.oid \
             AND u.refclassid = 'pg_catalog.pg_class'::regclass AND o.refclassid = 'pg_catalog.pg_class'::regclass \
             AND o.deptype = 'a' AND o.refobjid = d.adrelid AND o.refobjsubid = d.adnum::int4) ELSE false END \
             FROM (SELECT d.oid, d.adrelid, d.adnum, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression \
             FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid \
             WHERE {SCOPE} OFFSET 0) d"
        );
        self.scoped(sql, |row, texts| {
            Ok(Default {
                relation: oid(row, 0)?,
                column: row.try_get(1)?,
                expression: optional(row, 2, texts)?,
                serial: row.try_get(3)?,
            })
        })
        .await
    }

    pub async fn comments(&mut self) -> Result<Vec<Comment>, Error> {
        let sql = format!(
            "SELECT d.objoid, d.objsubid, d.description FROM pg_catalog.pg_description d \
             JOIN pg_catalog.pg_class c ON c.oid = d.objoid \
             WHERE d.classoid = 'pg_catalog.pg_class'::regclass AND {SCOPE}"
        );
        self.scoped(sql, |row, texts| {
            Ok(Comment { relation: oid(row, 0)?, column: row.try_get(1)?, text: text(row, 2, texts)? })
        })
        .await
    }

    /// Primary keys, uniques, foreign keys and checks. A foreign key to a partitioned table has copies to each
    /// partition, whose parent is set: they are not asked for.
    pub async fn constraints(&mut self) -> Result<Vec<Constraint>, Error> {
        let original = self.since(11, "k.conparentid = 0::pg_catalog.oid", "true");
        let nulls = self.since(15, "i.indnullsnotdistinct", "false");
        let sql = format!(
            "SELECT k.conrelid, k.contype, k.conname::text, CASE WHEN k.contype <> 'c' THEN k.conkey END, \
             k.confrelid, k.confkey, k.confdeltype, k.confupdtype, k.condeferrable, k.condeferred, \
             CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid, true) END, {nulls} \
             FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
             LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype = 'u' \
             WHERE {SCOPE} AND k.contype IN ('p', 'u', 'f', 'c') AND {original}"
        );
        self.scoped(sql, |row, texts| {
            Ok(Constraint {
                relation: oid(row, 0)?,
                kind: char(row, 1)?,
                name: text(row, 2, texts)?,
                columns: numbers(row, 3)?,
                target: oid(row, 4)?,
                references: numbers(row, 5)?,
                on_delete: char(row, 6)?,
                on_update: char(row, 7)?,
                deferrable: row.try_get(8)?,
                deferred: row.try_get(9)?,
                check: row.try_get(10)?,
                nulls_not_distinct: row.try_get::<Option<bool>, _>(11)?.unwrap_or_default(),
            })
        })
        .await
    }

    /// Indexes that no constraint stands for.
    pub async fn indexes(&mut self) -> Result<Vec<Index>, Error> {
        let keys = self.since(11, "i.indnkeyatts", "i.indnatts");
        // int2vector as text: the driver decodes it wrongly as an array.
        let sql = format!(
            "SELECT i.indrelid, x.relname::text, i.indkey::text, {keys}, i.indisunique, m.amname::text, \
             CASE WHEN i.indpred IS NOT NULL THEN pg_catalog.pg_get_expr(i.indpred, i.indrelid) END, \
             CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, g.key, true) \
             FROM pg_catalog.generate_series(1, {keys}::int4) g (key) ORDER BY g.key) END, i.indoption::text, \
             COALESCE(i.indclass::oid[] && (SELECT array_agg(o.oid) FROM pg_catalog.pg_opclass o \
             WHERE NOT o.opcdefault), false) \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
             JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam \
             WHERE {SCOPE} AND NOT i.indisprimary AND i.indislive \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = i.indrelid \
             AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))"
        );
        self.scoped(sql, |row, texts| {
            let columns = row.try_get::<&str, _>(2)?.split_ascii_whitespace().filter_map(|number| number.parse().ok());
            Ok(Index {
                relation: oid(row, 0)?,
                name: row.try_get::<&str, _>(1)?.into(),
                columns: columns.collect(),
                keys: usize::try_from(row.try_get::<i16, _>(3)?).unwrap_or_default(),
                unique: row.try_get(4)?,
                method: text(row, 5, texts)?,
                predicate: row.try_get(6)?,
                expressions: row.try_get(7)?,
                options: row.try_get::<&str, _>(8)?.split_ascii_whitespace().map(|option| option != "0").collect(),
                classes: row.try_get(9)?,
            })
        })
        .await
    }

    pub async fn views(&mut self) -> Result<Vec<View>, Error> {
        let sql = format!(
            "SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid) FROM pg_catalog.pg_class c \
             WHERE {SCOPE} AND c.relkind IN ('v', 'm')"
        );
        self.scoped(sql, |row, _| Ok(View { relation: oid(row, 0)?, definition: row.try_get(1)? })).await
    }

    pub async fn extensions(&mut self) -> Result<Vec<String>, Error> {
        let sql = "SELECT e.extname::text FROM pg_catalog.pg_extension e";
        self.rows(sql.to_owned(), None, |row, _| row.try_get(0)).await
    }

    /// Returns the names of some collations.
    pub async fn collations(&mut self, oids: &[Oid]) -> Result<Vec<Collation>, Error> {
        let sql = "SELECT l.oid, l.collname::text FROM pg_catalog.pg_collation l WHERE l.oid = ANY ($1)";
        self.rows(sql.to_owned(), Some(oids), |row, texts| {
            Ok(Collation { oid: oid(row, 0)?, name: text(row, 1, texts)? })
        })
        .await
    }

    /// Returns the columns of tables that foreign keys point to.
    pub async fn outside(&mut self, relations: &[Oid]) -> Result<Vec<OutsideColumn>, Error> {
        let sql = "SELECT a.attrelid, c.relnamespace, n.nspname::text, c.relname::text, a.attnum, a.attname::text \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE a.attrelid = ANY ($1) AND a.attnum > 0";
        self.rows(sql.to_owned(), Some(relations), |row, texts| {
            Ok(OutsideColumn {
                relation: oid(row, 0)?,
                namespace: oid(row, 1)?,
                namespace_name: text(row, 2, texts)?,
                table: text(row, 3, texts)?,
                number: row.try_get(4)?,
                name: text(row, 5, texts)?,
            })
        })
        .await
    }
}

/// Waits for the server, but not for ever: one that hangs does not heed its own timeout.
pub(super) async fn within<T>(patience: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(patience, work).await.unwrap_or_else(|_| Err(late()))
}

fn oid(row: &PgRow, column: usize) -> Result<u32, Error> {
    Ok(row.try_get::<Oid, _>(column)?.0)
}

/// Returns a `"char"`; 0 stands for the empty one.
fn char(row: &PgRow, column: usize) -> Result<u8, Error> {
    Ok(row.try_get::<i8, _>(column)?.cast_unsigned())
}

fn text(row: &PgRow, column: usize, texts: &mut Texts) -> Result<Arc<str>, Error> {
    Ok(texts.get(row.try_get(column)?))
}

fn optional(row: &PgRow, column: usize, texts: &mut Texts) -> Result<Option<Arc<str>>, Error> {
    Ok(row.try_get::<Option<&str>, _>(column)?.map(|text| texts.get(text)))
}

fn numbers(row: &PgRow, column: usize) -> Result<Vec<i16>, Error> {
    Ok(row.try_get::<Option<Vec<i16>>, _>(column)?.unwrap_or_default())
}
