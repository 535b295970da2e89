//! What would make the actual side say what is expected: the operations of the next migration.

use std::sync::Arc;

use super::super::{Column, Dialect, Enum, ForeignKey, Index, IndexPart, Key, Normal, ObjectName, Table, Type};
use super::difference::{Difference, Object, ObjectKind};
use super::{Comparer, Pair};
use crate::model::operation::{Action, AlterColumn, Constraint, ConstraintKind, CreateTable, EnumPosition};
use crate::model::value::Known;

impl Difference {
    /// Adds what would make the actual side agree.
    #[must_use]
    pub(super) fn mended_by(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.mend = actions.into_iter().collect();
        self
    }
}

pub(super) fn create_table(name: &ObjectName, table: &Table) -> Action {
    Action::CreateTable(Box::new(CreateTable {
        name: Known::Yes(name.clone()),
        table: table.clone(),
        temporary: false,
        like: None,
        partition: false,
        from_query: false,
    }))
}

pub(super) fn drop_table(name: &ObjectName) -> Action {
    Action::DropTable { table: Known::Yes(name.clone()), cascade: false }
}

pub(super) fn rename_table(from: &ObjectName, to: &ObjectName) -> Action {
    Action::RenameTable { table: Known::Yes(from.clone()), to: Known::Yes(to.clone()) }
}

impl Comparer<'_> {
    /// Returns what makes the enum of a type, where it must be there before a column has it and is not.
    pub(super) fn enum_to_make(&self, ty: &Known<Type>) -> Option<Action> {
        let dialect = self.dialect.filter(|dialect| *dialect == Dialect::Postgresql)?;
        let Normal::Enum { name: Some(name), labels } = ty.as_known()?.on(dialect) else { return None };
        let there = self.actual.enums.keys().any(|other| self.names.same_object(&name, other));
        (!there).then(|| Action::CreateEnum { name: Known::Yes(name), labels: Known::Yes(labels.to_vec()) })
    }
}

impl Pair<'_> {
    fn table(&self) -> Known<ObjectName> {
        Known::Yes(self.name.clone())
    }

    /// Returns nothing for a column of the primary key: that is more than a column.
    pub(super) fn add_column(&self, column: &Column) -> Option<Action> {
        let column = (!self.expected.in_primary_key(&column.name)).then(|| column.clone())?;
        Some(Action::AddColumn { table: self.table(), column: Box::new(column), constraints: Vec::new() })
    }

    pub(super) fn drop_column(&self, column: &Column) -> Action {
        Action::DropColumn { table: self.table(), column: Known::Yes(column.name.clone()), cascade: false }
    }

    pub(super) fn rename_column(&self, from: &Arc<str>, to: &Arc<str>) -> Action {
        Action::RenameColumn { table: self.table(), column: Known::Yes(from.clone()), to: Known::Yes(to.clone()) }
    }

    /// Returns what changes a column in one thing.
    pub(super) fn alter_column(
        &self,
        actual: &Column,
        dialect: Option<Dialect>,
        change: impl FnOnce(&mut AlterColumn),
    ) -> Option<Action> {
        let made = actual.identity.is_some() || actual.generated.is_some();
        let said = made || actual.comment.is_some() || actual.collation.is_some();
        // MySQL has the whole column said again, and what is left out is lost.
        if dialect == Some(Dialect::Mysql) && (said || actual.default != Known::Yes(None)) {
            return None;
        }
        let mut alter = AlterColumn::new(self.table(), Known::Yes(actual.name.clone()));
        alter.existing_type = Some(actual.ty.clone());
        alter.existing_nullable = Some(actual.nullable.clone());
        change(&mut alter);
        Some(Action::AlterColumn(Box::new(alter)))
    }

    /// Returns what gives a column another type; nothing where its default would be in the way.
    pub(super) fn alter_type(
        &self,
        actual: &Column,
        (from, to): (&Type, &Type),
        dialect: Option<Dialect>,
    ) -> Option<Action> {
        let using = using(actual, from, to, dialect);
        if using.is_some() && actual.default != Known::Yes(None) {
            return None;
        }
        self.alter_column(actual, dialect, |alter| {
            alter.ty = Some(Known::Yes(to.clone()));
            alter.using = using;
        })
    }

    pub(super) fn add_constraint(&self, constraint: Constraint) -> Action {
        let constraint = Box::new(constraint);
        Action::AddConstraint { table: self.table(), constraint, not_valid: false, using_index: None }
    }

    pub(super) fn drop_constraint(&self, name: Option<&Arc<str>>, kind: ConstraintKind) -> Action {
        let name = Known::Yes(name.cloned());
        Action::DropConstraint { table: self.table(), name, kind: Some(kind), cascade: false }
    }

    pub(super) fn change_key(&self, actual: &ForeignKey, expected: &ForeignKey) -> [Action; 2] {
        [
            self.drop_constraint(actual.name.as_ref(), ConstraintKind::ForeignKey),
            self.add_constraint(Constraint::ForeignKey(expected.clone())),
        ]
    }

    pub(super) fn add_unique(&self, key: &Key) -> Action {
        self.add_constraint(Constraint::Unique(key.clone()))
    }

    /// Returns nothing for an index of which not all is known: in which order it sorts, what an expression is.
    pub(super) fn create_index(&self, index: &Index) -> Option<Action> {
        let is_name = |text: &str| !text.contains([' ', '.', '(']);
        let is_known = |part: &IndexPart| match part {
            IndexPart::Column(name) => is_name(name),
            _ => true,
        };
        let known = index.unusual.is_empty() && index.parts.iter().all(is_known);
        known.then(|| Action::CreateIndex { table: self.table(), index: Box::new(index.clone()) })
    }

    pub(super) fn drop_index(&self, index: &Index) -> Option<Action> {
        let (index, table) = (Known::Yes(index.name.clone()?), Some(self.table()));
        Some(Action::DropIndex { index, schema: self.name.schema.clone(), table, cascade: false })
    }

    /// Returns what makes an index anew.
    pub(super) fn change_index(&self, actual: &Index, expected: &Index) -> Vec<Action> {
        let both = self.drop_index(actual).zip(self.create_index(expected));
        both.map(|(drop, create)| vec![drop, create]).unwrap_or_default()
    }
}

/// Returns the expression with which PostgreSQL has to be told how values become those of another type.
fn using(column: &Column, from: &Type, to: &Type, dialect: Option<Dialect>) -> Option<Arc<str>> {
    let dialect = dialect.filter(|dialect| *dialect == Dialect::Postgresql)?;
    let (from, to) = (from.on(dialect), to.on(dialect));
    let (left, right) = (from.family(), to.family());
    let both = |family: &[&str]| family.contains(&left) && family.contains(&right);
    let same = left == right && !matches!(to, Normal::Enum { .. } | Normal::Other(_) | Normal::Array(_));
    let by_itself = same || right == "text" || both(&["integer", "numeric", "float"]) || both(&["date", "timestamp"]);
    let name = column.name.replace('"', "\"\"");
    (!by_itself).then(|| format!("\"{name}\"::{}", to.sql(Some(dialect))).into())
}

pub(super) fn create_enum(name: &ObjectName, found: &Enum) -> Action {
    Action::CreateEnum { name: Known::Yes(name.clone()), labels: found.labels.clone() }
}

pub(super) fn drop_enum(name: &ObjectName) -> Action {
    Action::DropEnum { name: Known::Yes(name.clone()), cascade: false }
}

/// Returns what adds a label to an enum type; nothing where a column holds the labels.
pub(super) fn add_label(owner: &Object, label: &Arc<str>) -> Option<Action> {
    (owner.kind == ObjectKind::Enum).then(|| Action::AddEnumValue {
        name: Known::Yes(owner.owner.clone()),
        value: Known::Yes(label.clone()),
        position: EnumPosition::End,
    })
}
