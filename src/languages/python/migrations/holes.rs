//! SQL of which parts are computed: what is known of its operations is kept, what is not becomes unknown.

use std::sync::Arc;

use super::sql::HOLE;
use crate::model::Known;
use crate::model::operation::{Action, Operation, OperationUnknown, Statement};
use crate::model::schema::{ObjectName, Part};

/// Makes unknown what an operation says by a part that is computed, for the reason `why`.
pub fn dig(operation: &mut Operation, why: &Arc<str>) {
    if let Some(statement) = &operation.statement
        && statement.text.contains(HOLE)
    {
        // What cannot be shown as written is shown with a mark.
        let shown = |text: &Arc<str>| Arc::from(text.replace(HOLE, "{...}"));
        operation.statement = Some(Arc::new(Statement {
            text: shown(&statement.text),
            names: statement.names.iter().map(shown).collect(),
            assigns: statement.assigns.iter().map(shown).collect(),
            value: statement.value.as_ref().map(shown),
            fault: statement.fault.as_ref().map(shown),
            ..(**statement).clone()
        }));
    }
    let object = |name: &mut Known<ObjectName>| {
        let holed = |name: &ObjectName| {
            name.name.contains(HOLE) || name.schema.as_ref().is_some_and(|schema| schema.contains(HOLE))
        };
        if name.as_known().is_some_and(holed) {
            *name = Known::No(why.clone());
        }
    };
    let text = |name: &mut Known<Arc<str>>| {
        if name.as_known().is_some_and(|name| name.contains(HOLE)) {
            *name = Known::No(why.clone());
        }
    };
    match &mut operation.action {
        Action::CreateTable(create) => object(&mut create.name),
        Action::AlterColumn(alter) => {
            object(&mut alter.table);
            text(&mut alter.column);
        }
        Action::DropTable { table, .. }
        | Action::AddColumn { table, .. }
        | Action::CreateIndex { table, .. }
        | Action::AddConstraint { table, .. }
        | Action::CommentTable { table, .. }
        | Action::AlterTable { table, .. }
        | Action::Data { table, .. } => object(table),
        Action::RenameTable { table, to } => {
            object(table);
            object(to);
        }
        Action::DropColumn { table, column, .. } => {
            object(table);
            text(column);
        }
        Action::RenameColumn { table, column: name, to } | Action::RenameConstraint { table, name, to } => {
            object(table);
            text(name);
            text(to);
        }
        Action::ValidateConstraint { table, name } => {
            object(table);
            text(name);
        }
        Action::DropIndex { index, table, .. } => {
            text(index);
            table.iter_mut().for_each(object);
        }
        Action::RenameIndex { index, table, to, .. } => {
            text(index);
            text(to);
            table.iter_mut().for_each(object);
        }
        Action::DropConstraint { table, name, .. } => {
            object(table);
            if name.as_known().is_some_and(|name| name.as_ref().is_some_and(|name| name.contains(HOLE))) {
                *name = Known::No(why.clone());
            }
        }
        Action::CreateEnum { name, .. }
        | Action::AddEnumValue { name, .. }
        | Action::DropEnum { name, .. }
        | Action::DropView { name, .. }
        | Action::RefreshView { name } => object(name),
        Action::Reindex { name }
        | Action::CreateExtension { name }
        | Action::DropExtension { name, .. }
        | Action::CreateSchema { name }
        | Action::DropSchema { name, .. }
        | Action::CreateOther { name, .. }
        | Action::AlterOther { name, .. }
        | Action::DropOther { name, .. } => text(name),
        _ => {}
    }
    blur(operation, why);
}

/// Gives up what still holds a part that is computed.
fn blur(operation: &mut Operation, why: &Arc<str>) {
    let doubt = |operation: &mut Operation, part: Part| {
        operation.unknown.push(OperationUnknown { what: why.clone(), part });
    };
    match &mut operation.action {
        Action::AddColumn { table, column, .. } if column.name.contains(HOLE) => {
            operation.action = Action::AlterTable { table: table.clone(), what: "add column".into() };
            doubt(operation, Part::Columns);
        }
        Action::CreateIndex { index, .. } if index.name.as_ref().is_some_and(|name| name.contains(HOLE)) => {
            index.name = None;
            doubt(operation, Part::Indexes);
        }
        _ => {}
    }
    if format!("{:?}", operation.action).contains(HOLE) {
        operation.action = Action::Unknown { why: format!("SQL that is computed: {why}").into() };
    }
    for guard in &operation.guards {
        if format!("{guard:?}").contains(HOLE) {
            operation.guards = vec![crate::model::operation::Guard::Unknown(why.clone())];
            break;
        }
    }
}
