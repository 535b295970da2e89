//! Operations in a few words, so that cases can say what they expect.

use std::fmt::Display;

use crate::model::Known;
use crate::model::operation::{Action, AlterColumn, Constraint, CreateTable, EnumPosition, Guard, Operation};
use crate::model::schema::{Check, Column, ForeignKey, Generated, Index, IndexPart, Key, Normal, Table};

/// Writes an operation: its action, then its flags and guards.
pub(super) fn show(operation: &Operation) -> String {
    let mut text = action(&operation.action);
    let flags = [
        (operation.if_exists, "if_exists"),
        (operation.if_not_exists, "if_not_exists"),
        (operation.concurrently, "concurrently"),
    ];
    for (_, flag) in flags.iter().filter(|(set, _)| *set) {
        text = format!("{text} [{flag}]");
    }
    for guard in &operation.guards {
        text = match guard {
            Guard::Object { kind, name, column, exists } => {
                let column = column.as_ref().map(|column| format!(".{column}")).unwrap_or_default();
                let exists = if *exists { "" } else { "no " };
                format!("{text} {{{exists}{kind:?} {name}{column}}}")
            }
            Guard::Dialects(dialects) => format!("{text} {{{dialects:?}}}"),
            Guard::Unknown(condition) => format!("{text} {{? {condition}}}"),
        };
    }
    for unknown in &operation.unknown {
        text = format!("{text} ?{}: {}", unknown.part.name(), unknown.what);
    }
    text
}

fn known<T: Display>(value: &Known<T>) -> String {
    match value {
        Known::Yes(value) => value.to_string(),
        Known::No(why) => format!("<{why}>"),
    }
}

fn optional<T: Display>(value: &Known<Option<T>>) -> String {
    match value {
        Known::Yes(Some(value)) => value.to_string(),
        Known::Yes(None) => "none".to_owned(),
        Known::No(why) => format!("<{why}>"),
    }
}

fn action(action: &Action) -> String {
    let name = action.name();
    let cascades = |cascade: &bool| if *cascade { " cascade" } else { "" };
    match action {
        Action::CreateTable(create) => create_table(create),
        Action::DropTable { table, cascade } => format!("{name} {}{}", known(table), cascades(cascade)),
        Action::RenameTable { table, to } => format!("{name} {} to {}", known(table), known(to)),
        Action::AddColumn { table, column: added, constraints } => {
            let constraints: String = constraints.iter().map(|added| format!(", {}", constraint(added))).collect();
            format!("{name} {}: {}{constraints}", known(table), column(added))
        }
        Action::DropColumn { table, column, cascade } => {
            format!("{name} {}.{}{}", known(table), known(column), cascades(cascade))
        }
        Action::RenameColumn { table, column, to } => {
            format!("{name} {}.{} to {}", known(table), known(column), known(to))
        }
        Action::AlterColumn(alter) => format!("{name} {}", alter_column(alter)),
        Action::CreateIndex { table, index: created } => format!("{name} {}: {}", known(table), index(created)),
        Action::DropIndex { index, schema, table, cascade } => {
            let schema = schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
            let on = table.as_ref().map(|table| format!(" on {}", known(table))).unwrap_or_default();
            format!("{name} {schema}{}{on}{}", known(index), cascades(cascade))
        }
        Action::RenameIndex { index, schema, table, to } => {
            let schema = schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
            let on = table.as_ref().map(|table| format!(" on {}", known(table))).unwrap_or_default();
            format!("{name} {schema}{}{on} to {}", known(index), known(to))
        }
        Action::AddConstraint { table, constraint: added, not_valid, using_index } => {
            let not_valid = if *not_valid { " not valid" } else { "" };
            let using = using_index.as_ref().map(|index| format!(" using {index}")).unwrap_or_default();
            format!("{name} {}: {}{not_valid}{using}", known(table), constraint(added))
        }
        Action::DropConstraint { table, name: dropped, kind, cascade } => {
            let kind = kind.map(|kind| format!(" {}", kind.name())).unwrap_or_default();
            format!("{name} {}: {}{kind}{}", known(table), optional(dropped), cascades(cascade))
        }
        Action::RenameConstraint { table, name: from, to } => {
            format!("{name} {}: {} to {}", known(table), known(from), known(to))
        }
        Action::ValidateConstraint { table, name: valid } => format!("{name} {}: {}", known(table), known(valid)),
        Action::CreateEnum { name: created, labels } => match labels {
            Known::Yes(labels) => format!("{name} {}({})", known(created), labels.join(", ")),
            Known::No(why) => format!("{name} {}<{why}>", known(created)),
        },
        Action::AddEnumValue { name: changed, value, position } => {
            let position = match position {
                EnumPosition::End => String::new(),
                EnumPosition::Before(label) => format!(" before {label}"),
                EnumPosition::After(label) => format!(" after {label}"),
            };
            format!("{name} {}: {}{position}", known(changed), known(value))
        }
        Action::RenameEnumValue { name: changed, value, to } => {
            format!("{name} {}: {} to {}", known(changed), known(value), known(to))
        }
        Action::RenameEnum { name: from, to } => format!("{name} {} to {}", known(from), known(to)),
        Action::DropEnum { name: dropped, cascade } => format!("{name} {}{}", known(dropped), cascades(cascade)),
        Action::CreateView { name: created, definition, columns, materialized, replace } => {
            let materialized = if *materialized { " materialized" } else { "" };
            let replace = if *replace { " replace" } else { "" };
            format!("{name}{materialized}{replace} {}({}): {definition}", known(created), columns.join(", "))
        }
        Action::DropView { name: dropped, materialized, cascade } => {
            let materialized = if *materialized { " materialized" } else { "" };
            format!("{name}{materialized} {}{}", known(dropped), cascades(cascade))
        }
        Action::RefreshView { name: of } => format!("{name} {}", known(of)),
        Action::CreateExtension { name: of } | Action::CreateSchema { name: of } | Action::Reindex { name: of } => {
            format!("{name} {}", known(of))
        }
        Action::DropExtension { name: of, cascade } | Action::DropSchema { name: of, cascade } => {
            format!("{name} {}{}", known(of), cascades(cascade))
        }
        Action::RenameSchema { name: of, to } => format!("{name} {} to {}", known(of), known(to)),
        Action::AttachPartition { table, partition } | Action::DetachPartition { table, partition } => {
            format!("{name} {}: {}", known(table), known(partition))
        }
        Action::CommentTable { table, comment } => format!("{name} {}: {}", known(table), optional(comment)),
        Action::CreateOther { kind, name: of } | Action::AlterOther { kind, name: of } => {
            format!("{name} {kind} {}", known(of))
        }
        Action::DropOther { kind, name: of, cascade } => format!("{name} {kind} {}{}", known(of), cascades(cascade)),
        Action::AlterTable { table, what } => format!("{name} {}: {what}", known(table)),
        Action::Data { table, .. } => format!("{name} {}", known(table)),
        Action::Execute => name.to_owned(),
        Action::Unknown { why } => format!("{name}: {why}"),
    }
}

fn create_table(create: &CreateTable) -> String {
    let mut text = format!("create_table {}({})", known(&create.name), parts(&create.table).join(", "));
    if create.temporary {
        text += " temporary";
    }
    if let Some(like) = &create.like {
        text += &format!(" {} {like}", if create.partition { "partition of" } else { "like" });
    }
    if create.from_query {
        text += " from query";
    }
    if create.table.foreign {
        text += " foreign";
    }
    if let Some(comment) = &create.table.comment {
        text += &format!(" comment {comment}");
    }
    text
}

fn parts(table: &Table) -> Vec<String> {
    let columns = table.columns.iter().map(column);
    let primary = table.primary_key.iter().map(|key| constraint(&Constraint::PrimaryKey(key.clone())));
    let uniques = table.uniques.iter().map(|key| constraint(&Constraint::Unique(key.clone())));
    let foreign = table.foreign_keys.iter().map(foreign_key);
    let checks = table.checks.iter().map(check);
    let indexes = table.indexes.iter().map(|created| format!("index {}", index(created)));
    columns.chain(primary).chain(uniques).chain(foreign).chain(checks).chain(indexes).collect()
}

fn column(column: &Column) -> String {
    let ty = match &column.ty {
        Known::Yes(ty) => match &ty.normal {
            Normal::None => "untyped".to_owned(),
            _ => ty.spelling.to_string(),
        },
        Known::No(why) => format!("<{why}>"),
    };
    let mut text = format!("{} {ty}", column.name);
    if column.nullable == Known::Yes(false) {
        text += " not null";
    }
    if column.default != Known::Yes(None) {
        text += &format!(" default {}", optional(&column.default));
    }
    if let Some(identity) = column.identity {
        text += &format!(" {}", identity.name());
    }
    if let Some(made) = &column.generated {
        text += &generated(made);
    }
    if let Some(collation) = &column.collation {
        text += &format!(" collate {collation}");
    }
    if let Some(comment) = &column.comment {
        text += &format!(" comment {comment}");
    }
    text
}

fn generated(generated: &Generated) -> String {
    format!(" as ({}){}", generated.expression, if generated.stored { " stored" } else { "" })
}

fn alter_column(alter: &AlterColumn) -> String {
    let mut text = format!("{}.{}", known(&alter.table), known(&alter.column));
    if let Some(ty) = &alter.ty {
        text += &match ty {
            Known::Yes(ty) => format!(" type {}", ty.spelling),
            Known::No(why) => format!(" type <{why}>"),
        };
    }
    if let Some(using) = &alter.using {
        text += &format!(" using {using}");
    }
    if let Some(nullable) = &alter.nullable {
        text += if *nullable == Known::Yes(false) { " not null" } else { " null" };
    }
    if let Some(default) = &alter.default {
        text += &format!(" default {}", optional(default));
    }
    if let Some(identity) = &alter.identity {
        text += &format!(" identity {}", identity.map_or("none", |identity| identity.name()));
    }
    if let Some(made) = &alter.generated {
        text += &made.as_ref().map_or(" not generated".to_owned(), generated);
    }
    if let Some(comment) = &alter.comment {
        text += &format!(" comment {}", optional(comment));
    }
    if alter.whole {
        text += " whole";
    }
    text
}

fn named(name: Option<&std::sync::Arc<str>>) -> String {
    name.map(|name| format!("{name} ")).unwrap_or_default()
}

fn constraint(constraint: &Constraint) -> String {
    let key = |key: &Key, kind: &str| {
        let nulls = if key.nulls_not_distinct { " nulls not distinct" } else { "" };
        format!("{}{kind}({}){nulls}", named(key.name.as_ref()), key.columns.join(", "))
    };
    match constraint {
        Constraint::PrimaryKey(primary) => key(primary, "primary key"),
        Constraint::Unique(unique) => key(unique, "unique"),
        Constraint::ForeignKey(foreign) => foreign_key(foreign),
        Constraint::Check(condition) => check(condition),
        Constraint::Exclude { name, sql } => format!("{}{sql}", named(name.as_ref())),
    }
}

fn check(check: &Check) -> String {
    format!("{}check({})", named(check.name.as_ref()), check.sql)
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut text = format!(
        "{}({}) references {}({})",
        named(key.name.as_ref()),
        key.columns.join(", "),
        key.table,
        key.references.join(", ")
    );
    for (what, action) in [("delete", &key.on_delete), ("update", &key.on_update)] {
        if let Some(action) = action {
            text += &format!(" on {what} {action}");
        }
    }
    if key.deferrable {
        text += if key.initially_deferred { " deferred" } else { " deferrable" };
    }
    text
}

fn index(index: &Index) -> String {
    let parts = index.parts.iter().enumerate().map(|(number, part)| {
        let text = match part {
            IndexPart::Column(name) => name.to_string(),
            IndexPart::Prefix(name, length) => format!("{name}[{length}]"),
            IndexPart::Expression(expression) => format!("<{expression}>"),
        };
        if index.unusual.contains(&number) { format!("{text}!") } else { text }
    });
    let mut text = format!("{}({})", named(index.name.as_ref()), parts.collect::<Vec<_>>().join(", "));
    if index.unique {
        text += " unique";
    }
    if let Some(method) = &index.method {
        text += &format!(" {method}");
    }
    if !index.include.is_empty() {
        text += &format!(" include({})", index.include.join(", "));
    }
    if let Some(condition) = &index.where_ {
        text += &format!(" where {condition}");
    }
    text
}
