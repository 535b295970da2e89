//! Directives of Alembic. Where SQLite has to make a table anew, they are those of a batch.

use std::sync::Arc;

use super::python::{enumeration, list, sql, text, truth, ty};
use super::{constraint_type, is_addable, is_rebuilt};
use crate::model::operation::{Action, AlterColumn, Constraint, EnumPosition};
use crate::model::schema::{Column, Dialect, ForeignKey, Identity, Index, IndexPart, ObjectName};
use crate::model::value::Known;

pub(super) fn write(action: &Action, dialect: Dialect) -> Option<String> {
    let on = |table: &Known<ObjectName>| {
        let table = table.as_known()?.clone();
        Some(On { table, batch: is_rebuilt(action, dialect) })
    };
    match action {
        Action::CreateTable(create) => Some(on(&create.name)?.call("create_table", None, vec!["...".into()])),
        Action::DropTable { table, .. } => Some(on(table)?.call("drop_table", None, Vec::new())),
        Action::RenameTable { table, to } => {
            let (on, to) = (on(table)?, to.as_known()?);
            (on.table.schema == to.schema).then(|| on.call("rename_table", None, vec![text(&to.name)]))
        }
        Action::AddColumn { table, column, constraints } if constraints.is_empty() => {
            Some(on(table)?.call("add_column", None, vec![declared(column, dialect)?]))
        }
        Action::DropColumn { table, column, .. } => {
            Some(on(table)?.call("drop_column", None, vec![text(column.as_known()?)]))
        }
        // MySQL wants the whole column said again.
        Action::RenameColumn { table, column, to } if dialect != Dialect::Mysql => {
            let to = format!("new_column_name={}", text(to.as_known()?));
            Some(on(table)?.call("alter_column", None, vec![text(column.as_known()?), to]))
        }
        Action::AlterColumn(alter) => Some(on(&alter.table)?.call("alter_column", None, altered(alter, dialect)?)),
        Action::CreateIndex { table, index } => {
            let name = text(index.name.as_ref()?);
            Some(on(table)?.call("create_index", Some(name), indexed(index, dialect)?))
        }
        Action::DropIndex { index, table: Some(table), .. } => {
            let (on, index) = (on(table)?, text(index.as_known()?));
            let mut arguments = vec![index, format!("table_name={}", text(&on.table.name))];
            arguments.extend(on.schema("schema"));
            Some(format!("op.drop_index({})", arguments.join(", ")))
        }
        Action::AddConstraint { table, constraint, .. } => constrained(&on(table)?, constraint),
        Action::DropConstraint { table, name, kind, .. } => {
            let name = text(name.as_known()?.as_ref()?);
            let kind = format!("type_={}", text(constraint_type((*kind)?)?));
            Some(on(table)?.call("drop_constraint", Some(name), vec![kind]))
        }
        Action::CreateEnum { name, labels } if dialect == Dialect::Postgresql => {
            let made = enumeration("postgresql.ENUM", labels.as_known()?, Some(name.as_known()?))?;
            Some(format!("{made}.create(op.get_bind())"))
        }
        Action::AddEnumValue { position: EnumPosition::End, .. } | Action::DropEnum { .. } => {
            Some(format!("op.execute({})", text(&super::sql::write(action, dialect)?)))
        }
        _ => None,
    }
}

/// The table that a directive is about.
struct On {
    table: ObjectName,
    /// In a batch, which knows the table.
    batch: bool,
}

impl On {
    /// Returns a call with what stands before the table and after it.
    fn call(&self, method: &str, before: Option<String>, after: Vec<String>) -> String {
        self.call_within("schema", method, before, after)
    }

    fn call_within(&self, keyword: &str, method: &str, before: Option<String>, after: Vec<String>) -> String {
        let table = text(&self.table.name);
        let mut arguments: Vec<String> = before.into_iter().collect();
        if self.batch {
            arguments.extend(after);
            let schema = self.schema("schema").map(|schema| format!(", {schema}")).unwrap_or_default();
            let arguments = arguments.join(", ");
            return format!("with op.batch_alter_table({table}{schema}) as batch_op: batch_op.{method}({arguments})");
        }
        arguments.push(table);
        arguments.extend(after);
        arguments.extend(self.schema(keyword));
        format!("op.{method}({})", arguments.join(", "))
    }

    fn schema(&self, keyword: &str) -> Option<String> {
        self.table.schema.as_ref().map(|schema| format!("{keyword}={}", text(schema)))
    }
}

/// Returns `sa.Column("x", sa.Integer(), nullable=False)`.
fn declared(column: &Column, dialect: Dialect) -> Option<String> {
    let (nullable, default) = (*column.nullable.as_known()?, column.default.as_known()?);
    if !is_addable(column, dialect) {
        return None;
    }
    let mut arguments = vec![text(&column.name), ty(&column.ty, dialect)?];
    match column.identity {
        None => {}
        Some(Identity::Always) => arguments.push("sa.Identity(always=True)".into()),
        Some(Identity::ByDefault) => arguments.push("sa.Identity()".into()),
        Some(Identity::Serial | Identity::AutoIncrement) => return None,
    }
    if let Some(generated) = &column.generated {
        let stored = truth(generated.stored);
        arguments.push(format!("sa.Computed({}, persisted={stored})", text(&generated.expression)));
    }
    arguments.push(format!("nullable={}", truth(nullable)));
    if let (Some(default), None, None) = (default, column.identity, &column.generated) {
        arguments.push(format!("server_default={}", sql(default)));
    }
    arguments.extend(column.comment.as_ref().map(|comment| format!("comment={}", text(comment))));
    Some(format!("sa.Column({})", arguments.join(", ")))
}

fn altered(alter: &AlterColumn, dialect: Dialect) -> Option<Vec<String>> {
    let mut arguments = vec![text(alter.column.as_known()?)];
    if dialect == Dialect::Mysql {
        arguments.push(format!("existing_type={}", ty(alter.existing_type.as_ref()?, dialect)?));
        if alter.nullable.is_none() {
            let nullable = alter.existing_nullable.as_ref()?.as_known()?;
            arguments.push(format!("existing_nullable={}", truth(*nullable)));
        }
    }
    if let Some(wanted) = &alter.ty {
        arguments.push(format!("type_={}", ty(wanted, dialect)?));
    }
    if let Some(nullable) = &alter.nullable {
        arguments.push(format!("nullable={}", truth(*nullable.as_known()?)));
    }
    if let Some(default) = &alter.default {
        let default = default.as_known()?.as_ref().map_or_else(|| "None".to_owned(), |default| sql(default));
        arguments.push(format!("server_default={default}"));
    }
    if let Some(using) = alter.using.as_ref().filter(|_| dialect == Dialect::Postgresql) {
        arguments.push(format!("postgresql_using={}", text(using)));
    }
    Some(arguments)
}

fn indexed(index: &Index, dialect: Dialect) -> Option<Vec<String>> {
    let part = |part: &IndexPart| match part {
        IndexPart::Column(name) | IndexPart::Prefix(name, _) => text(name),
        IndexPart::Expression(expression) => sql(expression),
    };
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let mut arguments = vec![format!("[{}]", parts.join(", "))];
    if index.unique {
        arguments.push("unique=True".into());
    }
    let lengths = index.parts.iter().filter_map(|part| match part {
        IndexPart::Prefix(name, length) => Some(format!("{}: {length}", text(name))),
        _ => None,
    });
    let lengths: Vec<String> = lengths.collect();
    if !lengths.is_empty() {
        arguments.push(format!("mysql_length={{{}}}", lengths.join(", ")));
    }
    let postgresql = dialect == Dialect::Postgresql;
    if !postgresql && (index.method.is_some() || !index.include.is_empty()) {
        return None;
    }
    arguments.extend(index.method.as_ref().map(|method| format!("postgresql_using={}", text(method))));
    if !index.include.is_empty() {
        arguments.push(format!("postgresql_include={}", list(&index.include)));
    }
    if let Some(predicate) = &index.where_ {
        (dialect != Dialect::Mysql).then_some(())?;
        arguments.push(format!("{}_where={}", dialect.name(), sql(predicate)));
    }
    Some(arguments)
}

fn constrained(on: &On, constraint: &Constraint) -> Option<String> {
    // A batch cannot make what has no name.
    let name = match constraint.name() {
        Some(name) => text(name),
        None if on.batch => return None,
        None => "None".to_owned(),
    };
    match constraint {
        Constraint::PrimaryKey(key) => Some(on.call("create_primary_key", Some(name), vec![list(&key.columns)])),
        Constraint::Unique(key) if key.nulls_not_distinct => None,
        Constraint::Unique(key) => Some(on.call("create_unique_constraint", Some(name), vec![list(&key.columns)])),
        Constraint::ForeignKey(key) => {
            let arguments = referring(key)?;
            Some(on.call_within("source_schema", "create_foreign_key", Some(name), arguments))
        }
        Constraint::Check(check) => Some(on.call("create_check_constraint", Some(name), vec![sql(&check.sql)])),
        Constraint::Exclude { .. } => None,
    }
}

fn referring(key: &ForeignKey) -> Option<Vec<String>> {
    if key.references.len() != key.columns.len() {
        return None;
    }
    let mut arguments = vec![text(&key.table.name), list(&key.columns), list(&key.references)];
    let action =
        |keyword: &str, action: &Option<Arc<str>>| action.as_ref().map(|action| format!("{keyword}={}", text(action)));
    arguments.extend(action("ondelete", &key.on_delete));
    arguments.extend(action("onupdate", &key.on_update));
    if key.deferrable || key.initially_deferred {
        arguments.push("deferrable=True".into());
    }
    if key.initially_deferred {
        arguments.push("initially=\"DEFERRED\"".into());
    }
    arguments.extend(key.table.schema.as_ref().map(|schema| format!("referent_schema={}", text(schema))));
    Some(arguments)
}
