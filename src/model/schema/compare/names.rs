//! When two names mean the same object.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Dialect, ObjectName, Schema};

/// How a database tells names apart.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    dialect: Option<Dialect>,
    /// Names of tables differ in more than upper and lower case.
    fold_tables: bool,
}

/// A name that can be compared.
pub(super) type NameKey = (Option<String>, String);

impl Names {
    /// Returns how the database of `actual` tells names apart.
    pub fn of(dialect: Option<Dialect>, actual: &Schema) -> Self {
        let lower = || actual.tables.keys().all(|name| !name.name.chars().any(char::is_uppercase));
        let fold_tables = match dialect {
            Some(Dialect::Sqlite) => true,
            // With `lower_case_table_names`, which no catalogue of tables tells, all names are stored in lower case.
            Some(Dialect::Mysql) => lower(),
            _ => false,
        };
        Self { dialect, fold_tables }
    }

    /// Returns the name of a column, an index or a constraint in the form that is compared.
    pub fn key(self, name: &str) -> String {
        match self.dialect {
            Some(Dialect::Sqlite | Dialect::Mysql) => name.to_lowercase(),
            Some(Dialect::Postgresql) => truncated(name, POSTGRESQL_LONGEST).to_owned(),
            None => name.to_owned(),
        }
    }

    /// Returns whether a name of an index or a constraint is what the database made of an expected one: also when it
    /// was too long, and SQLAlchemy cut it and put a hash at its end.
    pub fn same_name(self, expected: &str, actual: &str) -> bool {
        self.key(expected) == self.key(actual)
            || self.dialect.is_some_and(|dialect| is_hashed(expected, actual, dialect))
    }

    /// Returns whether two names mean the same table, view or enum.
    pub fn same_object(self, one: &ObjectName, two: &ObjectName) -> bool {
        one == two || self.object_key(one) == self.object_key(two)
    }

    /// Returns the name of a table, view or enum in the form that is compared.
    pub(super) fn object_key(self, name: &ObjectName) -> NameKey {
        let fold = |text: &str| match self.dialect {
            Some(Dialect::Postgresql) => truncated(text, POSTGRESQL_LONGEST).to_owned(),
            _ if self.fold_tables => text.to_lowercase(),
            _ => text.to_owned(),
        };
        let usual = match self.dialect {
            Some(Dialect::Postgresql) => Some("public"),
            Some(Dialect::Sqlite) => Some("main"),
            _ => None,
        };
        let schema = name.schema.as_deref().filter(|schema| Some(*schema) != usual);
        (schema.map(fold), fold(&name.name))
    }
}

const POSTGRESQL_LONGEST: usize = 63;

/// Returns what is left of an identifier of at most so many bytes.
fn truncated(name: &str, longest: usize) -> &str {
    if name.len() <= longest {
        return name;
    }
    let mut end = longest;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// SQLAlchemy cuts a name that a convention made to eight less than the limit and appends `_` and four digits.
fn is_hashed(expected: &str, actual: &str, dialect: Dialect) -> bool {
    let longest = match dialect {
        Dialect::Postgresql => POSTGRESQL_LONGEST,
        Dialect::Mysql => 64,
        Dialect::Sqlite => return false,
    };
    let Some((stem, hash)) = actual.rsplit_once('_') else { return false };
    expected.len() > longest
        && stem == truncated(expected, longest - 8)
        && hash.len() == 4
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// An object with its name.
pub(super) type Named<'a, T> = (&'a ObjectName, &'a T);

/// Which objects of two schemas are the same.
#[derive(Debug)]
pub(super) struct Pairs<'a, T> {
    /// In order of the expected names.
    pub both: Vec<(Named<'a, T>, Named<'a, T>)>,
    pub missing: Vec<Named<'a, T>>,
    pub extra: Vec<Named<'a, T>>,
}

impl<'a, T> Pairs<'a, T> {
    /// Pairs objects by name. A schema that is unknown to the database may be its default one under its real name:
    /// objects in it are then looked for there, unless the expected side tells the two apart.
    pub fn new(names: Names, expected: &'a BTreeMap<ObjectName, T>, actual: &'a BTreeMap<ObjectName, T>) -> Self {
        let mut left: BTreeMap<NameKey, Named<'_, T>> =
            actual.iter().map(|(name, object)| (names.object_key(name), (name, object))).collect();
        let schemas: BTreeSet<String> = left.keys().filter_map(|(schema, _)| schema.clone()).collect();
        let plain: BTreeSet<String> =
            expected.keys().filter(|name| name.schema.is_none()).map(|name| names.object_key(name).1).collect();
        let mut pairs = Self { both: Vec::new(), missing: Vec::new(), extra: Vec::new() };
        for (name, object) in expected {
            let key = names.object_key(name);
            let found = left.remove(&key).or_else(|| {
                let (schema, name) = key;
                let elsewhere = schema.is_some_and(|schema| !schemas.contains(&schema)) && !plain.contains(&name);
                if elsewhere { left.remove(&(None, name)) } else { None }
            });
            match found {
                Some(found) => pairs.both.push(((name, object), found)),
                None => pairs.missing.push((name, object)),
            }
        }
        pairs.extra = left.into_values().collect();
        pairs.extra.sort_by_key(|(name, _)| *name);
        pairs
    }
}

/// Tables in which tools keep what they have run, and that extensions and databases make for themselves. They are never
/// extra.
const TOOLS: &[&str] = &[
    "alembic_version",
    "schema_migrations",
    "ar_internal_metadata",
    "flyway_schema_history",
    "databasechangelog",
    "databasechangeloglock",
    "django_migrations",
    "_prisma_migrations",
    "knex_migrations",
    "knex_migrations_lock",
    "goose_db_version",
    "atlas_schema_revisions",
    "_sqlx_migrations",
    "__drizzle_migrations",
    "__diesel_schema_migrations",
    "__efmigrationshistory",
    "refinery_schema_history",
    "sequelizemeta",
    "migrate_version",
    "aerich",
    "_yoyo_migration",
    "_yoyo_log",
    "_yoyo_version",
    "yoyo_lock",
    "sqlite_sequence",
    "sqlite_stat1",
    "sqlite_stat4",
    "spatial_ref_sys",
    "geometry_columns",
];

/// Returns whether a table belongs to a tool, not to the project: `alembic_version`, also with a prefix or suffix.
pub fn is_tools_table(name: &str) -> bool {
    let name = name.to_lowercase();
    TOOLS.contains(&&*name) || name.starts_with("alembic_version") || name.ends_with("alembic_version")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schema::Origin;

    #[test]
    fn names_are_the_same_as_the_database_sees_them() {
        let long = format!("ix_{}", "a".repeat(80));
        let cut = &long[..63];
        let hashed = format!("{}_0f3a", &long[..55]);
        let cases: &[(Option<Dialect>, &str, &str, bool)] = &[
            (Some(Dialect::Postgresql), "Deals", "deals", false),
            (Some(Dialect::Sqlite), "Deals", "deals", true),
            (Some(Dialect::Mysql), "Code", "code", true),
            (None, "Code", "code", false),
            (Some(Dialect::Postgresql), &long, cut, true),
            (Some(Dialect::Postgresql), &long, &hashed, true),
            (Some(Dialect::Sqlite), &long, &hashed, false),
            (Some(Dialect::Postgresql), "ix_a", "ix_0f3a", false),
        ];
        for (dialect, expected, actual, same) in cases {
            let names = Names::of(*dialect, &Schema::empty("x", Origin::Database, *dialect));
            assert_eq!(names.same_name(expected, actual), *same, "{dialect:?} {expected} {actual}");
        }
    }

    #[test]
    fn cutting_never_splits_a_character() {
        assert_eq!(truncated(&"ü".repeat(40), 63).chars().count(), 31);
    }
}
