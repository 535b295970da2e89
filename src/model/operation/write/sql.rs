//! Statements of SQL. SQLite changes no table that is there beyond columns and names.

use std::sync::Arc;

use super::{is_addable, is_rebuilt, known_type};
use crate::model::operation::{Action, AlterColumn, Constraint, ConstraintKind, EnumPosition};
use crate::model::schema::{Column, Dialect, ForeignKey, Identity, Index, IndexPart, ObjectName, Type};
use crate::model::value::Known;

pub(super) fn write(action: &Action, dialect: Dialect) -> Option<String> {
    // SQLite drops columns by itself, as long as nothing else is about them.
    if is_rebuilt(action, dialect) && !matches!(action, Action::DropColumn { .. }) {
        return None;
    }
    let words = Words(dialect);
    let alter = |table: &Known<ObjectName>| Some(format!("ALTER TABLE {}", words.object(table.as_known()?)));
    let postgresql = dialect == Dialect::Postgresql;
    match action {
        Action::CreateTable(create) => Some(format!("CREATE TABLE {} (...)", words.object(create.name.as_known()?))),
        Action::DropTable { table, .. } => Some(format!("DROP TABLE {}", words.object(table.as_known()?))),
        Action::RenameTable { table, to } => {
            let to = to.as_known().filter(|to| table.as_known().is_some_and(|table| table.schema == to.schema))?;
            Some(format!("{} RENAME TO {}", alter(table)?, words.name(&to.name)))
        }
        Action::AddColumn { table, column, constraints } if constraints.is_empty() => {
            Some(format!("{} ADD COLUMN {}", alter(table)?, words.declared(column)?))
        }
        Action::DropColumn { table, column, .. } => {
            Some(format!("{} DROP COLUMN {}", alter(table)?, words.name(column.as_known()?)))
        }
        Action::RenameColumn { table, column, to } => {
            let (column, to) = (words.name(column.as_known()?), words.name(to.as_known()?));
            Some(format!("{} RENAME COLUMN {column} TO {to}", alter(table)?))
        }
        Action::AlterColumn(altered) => Some(format!("{} {}", alter(&altered.table)?, words.altered(altered)?)),
        Action::CreateIndex { table, index } => words.indexed(table.as_known()?, index),
        Action::DropIndex { index, table: Some(table), .. } => {
            let (index, table) = (index.as_known()?, table.as_known()?);
            Some(match dialect {
                Dialect::Mysql => format!("DROP INDEX {} ON {}", words.name(index), words.object(table)),
                // An index is in the schema of its table.
                _ => format!("DROP INDEX {}", words.object(&ObjectName { name: index.clone(), ..table.clone() })),
            })
        }
        Action::AddConstraint { table, constraint, .. } => {
            Some(format!("{} ADD {}", alter(table)?, words.constraint(constraint)?))
        }
        Action::DropConstraint { table, name, kind, .. } => {
            let name = words.name(name.as_known()?.as_ref()?);
            let what = match kind {
                Some(ConstraintKind::ForeignKey) if !postgresql => "FOREIGN KEY",
                Some(ConstraintKind::Unique) if !postgresql => "INDEX",
                Some(ConstraintKind::PrimaryKey) if !postgresql => return None,
                _ => "CONSTRAINT",
            };
            Some(format!("{} DROP {what} {name}", alter(table)?))
        }
        Action::CreateEnum { name, labels } if postgresql => {
            let labels: Vec<String> = labels.as_known()?.iter().map(|label| literal(label)).collect();
            Some(format!("CREATE TYPE {} AS ENUM ({})", words.object(name.as_known()?), labels.join(", ")))
        }
        Action::DropEnum { name, .. } if postgresql => Some(format!("DROP TYPE {}", words.object(name.as_known()?))),
        Action::AddEnumValue { name, value, position: EnumPosition::End } if postgresql => {
            Some(format!("ALTER TYPE {} ADD VALUE {}", words.object(name.as_known()?), literal(value.as_known()?)))
        }
        _ => None,
    }
}

/// The words of a dialect.
#[derive(Clone, Copy)]
struct Words(Dialect);

impl Words {
    /// Returns a name, in quotes where it needs them; only of PostgreSQL is it known which do.
    fn name(self, name: &str) -> String {
        match self.0 {
            Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
            Dialect::Postgresql if is_plain(name) => name.to_owned(),
            Dialect::Postgresql | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    fn object(self, name: &ObjectName) -> String {
        let own = self.name(&name.name);
        name.schema.as_ref().map_or_else(|| own.clone(), |schema| format!("{}.{own}", self.name(schema)))
    }

    fn list<'a>(self, names: impl IntoIterator<Item = &'a Arc<str>>) -> String {
        let names: Vec<String> = names.into_iter().map(|name| self.name(name)).collect();
        format!("({})", names.join(", "))
    }

    fn ty(self, ty: &Known<Type>) -> Option<String> {
        Some(known_type(ty, self.0)?.sql(Some(self.0)))
    }

    fn declared(self, column: &Column) -> Option<String> {
        let (nullable, default) = (*column.nullable.as_known()?, column.default.as_known()?);
        if !is_addable(column, self.0) {
            return None;
        }
        let mut words = vec![self.name(&column.name), self.ty(&column.ty)?];
        match column.identity {
            None => {}
            Some(Identity::Always) => words.push("GENERATED ALWAYS AS IDENTITY".into()),
            Some(Identity::ByDefault) => words.push("GENERATED BY DEFAULT AS IDENTITY".into()),
            Some(Identity::Serial | Identity::AutoIncrement) => return None,
        }
        if let Some(generated) = &column.generated {
            let stored = if generated.stored { "STORED" } else { "VIRTUAL" };
            words.push(format!("GENERATED ALWAYS AS ({}) {stored}", generated.expression));
        } else if let (Some(default), None) = (default, column.identity) {
            words.push(format!("DEFAULT {default}"));
        }
        if !nullable {
            words.push("NOT NULL".into());
        }
        Some(words.join(" "))
    }

    fn altered(self, alter: &AlterColumn) -> Option<String> {
        let column = self.name(alter.column.as_known()?);
        if self.0 == Dialect::Mysql {
            if alter.default.is_some() {
                return None;
            }
            let ty = self.ty(alter.ty.as_ref().or(alter.existing_type.as_ref())?)?;
            let nullable = alter.nullable.as_ref().or(alter.existing_nullable.as_ref())?.as_known()?;
            return Some(format!("MODIFY COLUMN {column} {ty} {}", if *nullable { "NULL" } else { "NOT NULL" }));
        }
        let what = match (&alter.ty, &alter.nullable, &alter.default) {
            (Some(ty), None, None) => {
                let using = alter.using.as_ref().map(|using| format!(" USING {using}")).unwrap_or_default();
                format!("TYPE {}{using}", self.ty(ty)?)
            }
            (None, Some(Known::Yes(true)), None) => "DROP NOT NULL".to_owned(),
            (None, Some(Known::Yes(false)), None) => "SET NOT NULL".to_owned(),
            (None, None, Some(Known::Yes(None))) => "DROP DEFAULT".to_owned(),
            (None, None, Some(Known::Yes(Some(default)))) => format!("SET DEFAULT {default}"),
            _ => return None,
        };
        Some(format!("ALTER COLUMN {column} {what}"))
    }

    fn indexed(self, table: &ObjectName, index: &Index) -> Option<String> {
        let postgresql = self.0 == Dialect::Postgresql;
        if !postgresql && (index.method.is_some() || !index.include.is_empty()) {
            return None;
        }
        if self.0 == Dialect::Mysql && index.where_.is_some() {
            return None;
        }
        let parts = index.parts.iter().map(|part| match part {
            IndexPart::Column(name) => self.name(name),
            IndexPart::Prefix(name, length) => format!("{}({length})", self.name(name)),
            IndexPart::Expression(expression) => format!("({expression})"),
        });
        let parts: Vec<String> = parts.collect();
        let unique = if index.unique { "UNIQUE " } else { "" };
        let using = index.method.as_ref().map(|method| format!(" USING {method}")).unwrap_or_default();
        let include =
            if index.include.is_empty() { String::new() } else { format!(" INCLUDE {}", self.list(&index.include)) };
        let predicate = index.where_.as_ref().map(|predicate| format!(" WHERE {predicate}")).unwrap_or_default();
        let name = self.name(index.name.as_ref()?);
        // SQLite has the schema at the index.
        let (name, table) = match (&table.schema, self.0) {
            (Some(schema), Dialect::Sqlite) => (format!("{}.{name}", self.name(schema)), self.name(&table.name)),
            _ => (name, self.object(table)),
        };
        Some(format!("CREATE {unique}INDEX {name} ON {table}{using} ({}){include}{predicate}", parts.join(", ")))
    }

    fn constraint(self, constraint: &Constraint) -> Option<String> {
        let name = constraint.name().map(|name| format!("CONSTRAINT {} ", self.name(name))).unwrap_or_default();
        let what = match constraint {
            Constraint::PrimaryKey(key) => format!("PRIMARY KEY {}", self.list(&key.columns)),
            Constraint::Unique(key) if key.nulls_not_distinct => {
                format!("UNIQUE NULLS NOT DISTINCT {}", self.list(&key.columns))
            }
            Constraint::Unique(key) => format!("UNIQUE {}", self.list(&key.columns)),
            Constraint::ForeignKey(key) => self.referring(key),
            Constraint::Check(check) => format!("CHECK ({})", check.sql),
            Constraint::Exclude { .. } => return None,
        };
        Some(format!("{name}{what}"))
    }

    fn referring(self, key: &ForeignKey) -> String {
        let references =
            if key.references.is_empty() { String::new() } else { format!(" {}", self.list(&key.references)) };
        let mut words =
            format!("FOREIGN KEY {} REFERENCES {}{references}", self.list(&key.columns), self.object(&key.table));
        for (when, action) in [("DELETE", &key.on_delete), ("UPDATE", &key.on_update)] {
            if let Some(action) = action {
                words.push_str(&format!(" ON {when} {action}"));
            }
        }
        if key.initially_deferred {
            words.push_str(" DEFERRABLE INITIALLY DEFERRED");
        } else if key.deferrable {
            words.push_str(" DEFERRABLE");
        }
        words
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns whether PostgreSQL takes a name without quotes.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    starts && name.bytes().all(plain) && RESERVED.binary_search(&name).is_err()
}

/// The words that PostgreSQL takes for no name of a column or table.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
    }
}
