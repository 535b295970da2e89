//! Queries of the catalogue: which object a query asks for.

use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::super::names::{name, segments};
use super::super::tree::{child, has, literal};
use super::Body;
use crate::model::operation::{Guard, ObjectKind};
use crate::model::schema::ObjectName;

/// A relation of the catalogue that lists objects.
struct Catalogue {
    relation: &'static str,
    kind: ObjectKind,
    /// The column with the object's name; of a column the table's.
    name: &'static str,
    /// The column with the column's name.
    column: Option<&'static str>,
}

const fn lists(relation: &'static str, kind: ObjectKind, name: &'static str) -> Catalogue {
    Catalogue { relation, kind, name, column: None }
}

const CATALOGUES: &[Catalogue] = &[
    lists("pg_type", ObjectKind::Enum, "typname"),
    lists("pg_tables", ObjectKind::Table, "tablename"),
    lists("pg_class", ObjectKind::Table, "relname"),
    lists("information_schema.tables", ObjectKind::Table, "table_name"),
    lists("pg_indexes", ObjectKind::Index, "indexname"),
    lists("pg_constraint", ObjectKind::Constraint, "conname"),
    lists("information_schema.table_constraints", ObjectKind::Constraint, "constraint_name"),
    lists("information_schema.referential_constraints", ObjectKind::Constraint, "constraint_name"),
    lists("information_schema.check_constraints", ObjectKind::Constraint, "constraint_name"),
    lists("pg_extension", ObjectKind::Extension, "extname"),
    lists("pg_namespace", ObjectKind::Schema, "nspname"),
    lists("information_schema.schemata", ObjectKind::Schema, "schema_name"),
    lists("pg_views", ObjectKind::View, "viewname"),
    lists("pg_matviews", ObjectKind::View, "matviewname"),
    lists("information_schema.views", ObjectKind::View, "table_name"),
    Catalogue {
        relation: "information_schema.columns",
        kind: ObjectKind::Column,
        name: "table_name",
        column: Some("column_name"),
    },
    Catalogue { relation: "pg_attribute", kind: ObjectKind::Column, name: "attrelid", column: Some("attname") },
];

/// Columns that say which schema an object is in.
const SCHEMAS: &[&str] = &[
    "nspname",
    "table_schema",
    "schemaname",
    "constraint_schema",
    "typnamespace",
    "relnamespace",
    "connamespace",
    "schema_name",
];
/// Columns that only narrow down what an object's name says anyway.
const NARROWING: &[&str] = &[
    "typtype",
    "relkind",
    "table_type",
    "constraint_type",
    "contype",
    "table_catalog",
    "conrelid",
    "table_name",
    "tablename",
    "attnum",
    "attisdropped",
    "constraint_catalog",
];

/// Returns the object that a query asks for; `None` if it asks for something else.
pub(super) fn object(query: &SyntaxNode, body: &Body<'_, '_>, exists: bool) -> Option<Guard> {
    let from = child(query, K::FROM_CLAUSE)?;
    let relations = from.descendants().filter(|node| node.kind() == K::RELATION_NAME_REF);
    let catalogue = relations.map(|node| segments(&node)).find_map(|segments| {
        let written = segments.join(".");
        let plain = written.strip_prefix("pg_catalog.").unwrap_or(&written);
        CATALOGUES.iter().find(|catalogue| catalogue.relation == plain)
    })?;
    let condition = child(query, K::WHERE_CLAUSE)?.first_child()?;
    let mut found = Found::default();
    if !found.read(&condition, catalogue) {
        return None;
    }
    let name = found.name?;
    let name = match (&found.schema, catalogue.kind) {
        (Some(schema), _) => body.session.object(Some(schema), &name),
        (None, ObjectKind::Column) if catalogue.name == "attrelid" => body.named(&name),
        (None, _) => ObjectName::new(name),
    };
    // Relations of every kind are in `pg_class`.
    let kind = match found.relkind.as_deref() {
        Some("i" | "I") => ObjectKind::Index,
        Some("v" | "m") => ObjectKind::View,
        Some("r" | "p") => ObjectKind::Table,
        Some(_) => return None,
        None if catalogue.relation == "pg_class" => relation(query, &name.name)?,
        None => catalogue.kind,
    };
    let column = match (catalogue.column, found.column) {
        (Some(_), Some(column)) => Some(column.into()),
        (Some(_), None) => return None,
        (None, _) => None,
    };
    Some(Guard::Object { kind, name, column, exists })
}

/// Returns what a name in `pg_class` is, by what the statements around the query do with it; `None` for what a schema
/// does not hold.
pub(super) fn relation(query: &SyntaxNode, name: &str) -> Option<ObjectKind> {
    let around =
        query.ancestors().find(|node| node.kind() == K::PLPGSQL_IF_STMT).or_else(|| query.ancestors().last())?;
    let kind = around.descendants().find_map(|node| {
        let kind = match node.kind() {
            K::INDEX | K::INDEX_REF => Some(ObjectKind::Index),
            K::VIEW | K::VIEW_REF => Some(ObjectKind::View),
            K::SEQUENCE | K::SEQUENCE_REF => None,
            _ => return None,
        };
        (segments(&node).last().map(String::as_str) == Some(name)).then_some(kind)
    });
    kind.unwrap_or(Some(ObjectKind::Table))
}

/// What the conditions of a query say.
#[derive(Debug, Default)]
struct Found {
    name: Option<String>,
    column: Option<String>,
    schema: Option<String>,
    relkind: Option<String>,
}

impl Found {
    /// Reads a condition; `false` if it asks for something that a guard cannot say.
    fn read(&mut self, node: &SyntaxNode, catalogue: &Catalogue) -> bool {
        match node.kind() {
            K::PAREN_EXPR => node.first_child().is_some_and(|inner| self.read(&inner, catalogue)),
            K::BIN_EXPR if has(node, K::AND_KW) => node.children().all(|part| self.read(&part, catalogue)),
            K::BIN_EXPR => self.compared(node, catalogue),
            // `NOT attisdropped`.
            K::PREFIX_EXPR => {
                node.first_child().and_then(|inner| column_of(&inner)).is_some_and(|column| column == "attisdropped")
            }
            _ => false,
        }
    }

    fn compared(&mut self, node: &SyntaxNode, catalogue: &Catalogue) -> bool {
        let mut sides = node.children();
        let (Some(left), Some(right)) = (sides.next(), sides.next()) else { return false };
        let (Some(column), None) = (column_of(&left), sides.next()) else { return false };
        let equal = has(node, K::EQ);
        if equal && column_of(&right).is_some() {
            // A join.
            return true;
        }
        let value = value_of(&right);
        let is_schema = SCHEMAS.contains(&column.as_str()) && catalogue.name != column;
        match value {
            Some(value) if equal && column == catalogue.name => self.name = Some(value),
            Some(value) if equal && Some(column.as_str()) == catalogue.column => self.column = Some(value),
            Some(value) if equal && is_schema => self.schema = Some(value),
            // `current_schema()`: the default.
            None if equal && is_schema => {
                let text = right.text().to_string().to_ascii_lowercase();
                return text.starts_with("current_schema") || text.contains("::regnamespace");
            }
            value if NARROWING.contains(&column.as_str()) => {
                if column == "relkind" {
                    self.relkind = value;
                }
            }
            _ => return false,
        }
        true
    }
}

/// Returns the column that an expression is: `t.typname`, `typname::text`, `lower(typname)`.
fn column_of(node: &SyntaxNode) -> Option<String> {
    match node.kind() {
        K::NAME_REF => Some(name(node).to_string()),
        K::FIELD_EXPR => node.children().last().map(|last| name(&last).to_string()),
        K::CAST_EXPR | K::PAREN_EXPR => column_of(&node.first_child()?),
        _ => None,
    }
}

/// Returns the text that an expression is: `'x'`, `'x'::regclass`, `lower('X')`.
fn value_of(node: &SyntaxNode) -> Option<String> {
    match node.kind() {
        K::LITERAL => {
            use squawk_syntax::ast::{AstNode, Literal};
            Literal::cast(node.clone())?.string_value()
        }
        K::CAST_EXPR => literal(node),
        K::PAREN_EXPR => value_of(&node.first_child()?),
        _ => None,
    }
}
