//! How a schema differs from the one before, by name: after going down and up again it should not.

use std::collections::BTreeMap;

use super::{Difference, Object};
use crate::model::schema::{ObjectName, Schema, Table};

/// Returns how the second schema differs from the first.
pub(super) fn between(first: &Schema, second: &Schema) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("table", &first.tables, &second.tables, &mut found, tables);
    compare("view", &first.views, &second.views, &mut found, |_, _| Vec::new());
    compare("enum", &first.enums, &second.enums, &mut found, |_, _| vec!["labels".to_owned()]);
    found
}

fn compare<T: PartialEq>(
    kind: &str,
    first: &BTreeMap<ObjectName, T>,
    second: &BTreeMap<ObjectName, T>,
    found: &mut Vec<Difference>,
    parts: impl Fn(&T, &T) -> Vec<String>,
) {
    let mut add = |name: &ObjectName, what: String| {
        found.push(Difference { object: Object { kind: kind.to_owned(), name: name.clone() }, what });
    };
    for (name, one) in first {
        match second.get(name) {
            None => add(name, "is gone".to_owned()),
            Some(two) if one != two => {
                let parts = parts(one, two).join(", ");
                add(name, if parts.is_empty() { "differs".to_owned() } else { format!("differs: {parts}") });
            }
            Some(_) => {}
        }
    }
    for name in second.keys().filter(|name| !first.contains_key(name)) {
        add(name, "is new".to_owned());
    }
}

/// Returns the parts in which two tables differ.
fn tables(one: &Table, two: &Table) -> Vec<String> {
    let mut parts = Vec::new();
    for column in &one.columns {
        if two.column(&column.name) != Some(column) {
            parts.push(format!("column {}", column.name));
        }
    }
    let added = two.columns.iter().filter(|column| one.column(&column.name).is_none());
    parts.extend(added.map(|column| format!("column {}", column.name)));
    let order = |table: &Table| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    for (differs, what) in [
        (parts.is_empty() && order(one) != order(two), "order of columns"),
        (one.primary_key != two.primary_key, "primary key"),
        (one.foreign_keys != two.foreign_keys, "foreign keys"),
        (one.uniques != two.uniques, "unique constraints"),
        (one.indexes != two.indexes, "indexes"),
        (one.checks != two.checks, "check constraints"),
        (one.comment != two.comment, "comment"),
        (one.partitions != two.partitions, "partitions"),
    ] {
        if differs {
            parts.push(what.to_owned());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Known;
    use crate::model::schema::{Column, Index, Normal, Origin, Type};

    fn column(name: &str, nullable: bool) -> Column {
        let ty = Type { spelling: "text".into(), normal: Normal::Boolean, variants: Vec::new() };
        Column::new(name, Known::Yes(ty), Known::Yes(nullable))
    }

    fn schema(tables: &[(&str, Table)]) -> Schema {
        let mut schema = Schema::empty("x", Origin::Throwaway, None);
        schema.tables = tables.iter().map(|(name, table)| (ObjectName::new(*name), table.clone())).collect();
        schema
    }

    #[test]
    fn differences_are_told_by_name() {
        let plain = Table { columns: vec![column("a", true), column("b", true)], ..Table::default() };
        let changed = Table { columns: vec![column("a", false), column("c", true)], ..Table::default() };
        let turned = Table { columns: vec![column("b", true), column("a", true)], ..Table::default() };
        let indexed = Table { indexes: vec![Index::default()], ..plain.clone() };
        for (first, second, expected) in [
            (schema(&[("t", plain.clone())]), schema(&[("t", plain.clone())]), vec![]),
            (
                schema(&[("t", plain.clone())]),
                schema(&[("u", plain.clone())]),
                vec!["table t is gone", "table u is new"],
            ),
            (
                schema(&[("t", plain.clone())]),
                schema(&[("t", changed)]),
                vec!["table t differs: column a, column b, column c"],
            ),
            (schema(&[("t", plain.clone())]), schema(&[("t", turned)]), vec!["table t differs: order of columns"]),
            (schema(&[("t", plain)]), schema(&[("t", indexed)]), vec!["table t differs: indexes"]),
        ] {
            let found: Vec<String> = between(&first, &second).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected);
        }
    }
}
