//! What a throw-away database holds, by kind and name: seen before the first migration and after the downgrade.
//!
//! Wider than a `Schema`: sequences, functions and the like are no part of one, and every schema of the database counts.

use std::collections::BTreeSet;

use super::Object;
use super::ground::Ground;
use crate::databases::{DatabaseError, DatabaseUrl};
use crate::model::schema::{Dialect, ObjectName};

/// All objects of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inventory {
    objects: BTreeSet<Object>,
    /// Those that only hold the revision, as Alembic's own table does whatever its name is.
    bookkeeping: BTreeSet<Object>,
}

impl Inventory {
    /// Takes the inventory of a database.
    pub(super) fn take(ground: &Ground<'_>, url: &DatabaseUrl) -> Result<Self, DatabaseError> {
        let query = match url.dialect() {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgresql => POSTGRES,
            Dialect::Mysql => MYSQL,
        };
        let rows = ground.sql(url, &[query]).map_err(|mut error| {
            error.message = format!("what the database holds could not be listed: {}", error.message);
            error
        })?;
        let mut inventory = Self::default();
        for row in rows {
            let [Some(kind), schema, Some(name), is_version] = &row[..] else { continue };
            let name = match schema {
                Some(schema) => ObjectName::within(schema.as_str(), name.as_str()),
                None => ObjectName::new(name.as_str()),
            };
            let object = Object { kind: kind.clone(), name };
            if is_version.as_deref() == Some("true") {
                inventory.bookkeeping.insert(object.clone());
            }
            inventory.objects.insert(object);
        }
        Ok(inventory)
    }

    /// Returns what is here and was not there before, without the table of revisions.
    pub(super) fn left_since(&self, before: &Self) -> Vec<Object> {
        self.objects.difference(&before.objects).filter(|object| !self.bookkeeping.contains(object)).cloned().collect()
    }

    /// Returns whether nothing at all was added.
    pub(super) fn is_unchanged_since(&self, before: &Self) -> bool {
        self.objects.is_subset(&before.objects)
    }
}

const SQLITE: &str = r"
SELECT type, NULL, name,
       CASE WHEN (SELECT count(*) = 1 AND max(c.name) = 'version_num' FROM pragma_table_info(m.name) c)
            THEN 'true' ELSE 'false' END
FROM sqlite_master m
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY 1, 3";

const POSTGRES: &str = r"
SELECT kind, CASE WHEN schema = current_schema() THEN NULL ELSE schema END, name, is_version
FROM (
  SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                        WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
         n.nspname::text AS schema, c.relname::text AS name,
         (c.relkind = 'r' AND 'version_num' = (SELECT string_agg(a.attname, ',') FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))::text AS is_version
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT c.relispartition
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
      AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
  UNION ALL
  SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END,
         n.nspname::text, t.typname::text, 'false'
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid
      AND d.deptype = 'e')
  UNION ALL
  SELECT 'function', n.nspname::text, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', 'false'
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
      AND d.deptype IN ('e', 'i'))
  UNION ALL
  SELECT 'schema', current_schema(), n.nspname::text, 'false'
  FROM pg_namespace n
  WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
      AND d.deptype = 'e')
    AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
) objects
WHERE schema NOT LIKE 'pg\_%' AND schema <> 'information_schema'
ORDER BY 1, 2, 3";

const MYSQL: &str = r"
SELECT CASE t.table_type WHEN 'VIEW' THEN 'view' WHEN 'SEQUENCE' THEN 'sequence' ELSE 'table' END, NULL,
       CAST(t.table_name AS CHAR), IF(c.columns = 1 AND c.last = 'version_num', 'true', 'false')
FROM information_schema.tables t
LEFT JOIN (SELECT table_name, COUNT(*) AS columns, MAX(column_name) AS last FROM information_schema.columns
           WHERE table_schema = DATABASE() GROUP BY table_name) c ON c.table_name = t.table_name
WHERE t.table_schema = DATABASE()
UNION ALL
SELECT LOWER(routine_type), NULL, CAST(routine_name AS CHAR), 'false'
FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION ALL
SELECT 'event', NULL, CAST(event_name AS CHAR), 'false'
FROM information_schema.events WHERE event_schema = DATABASE()
ORDER BY 1, 3";
