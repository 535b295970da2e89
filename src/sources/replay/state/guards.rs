//! Guards: whether an operation runs, and whether an object is there.

use std::sync::Arc;

use super::{Found, State, Step};
use crate::model::Known;
use crate::model::operation::{Action, Guard, ObjectKind};
use crate::model::schema::{Dialect, ObjectName, Part};

/// Whether an operation runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    Runs,
    DoesNotRun,
    Unknown(Arc<str>),
}

impl State {
    /// Decides the guards of an operation. One that asks for the very object that is made, or dropped, is as good as
    /// `IF NOT EXISTS`, or `IF EXISTS`.
    pub(super) fn decide(&self, step: &mut Step<'_>) -> Verdict {
        let mut unknown = None;
        for guard in &step.operation.guards {
            match guard {
                Guard::Dialects(dialects) => {
                    if !dialects.contains(&self.dialect) {
                        return Verdict::DoesNotRun;
                    }
                }
                Guard::Object { kind, name, column, exists } => match self.exists(*kind, name, column.as_deref()) {
                    Known::Yes(there) if there == *exists => {}
                    Known::Yes(_) => return Verdict::DoesNotRun,
                    Known::No(_) if !exists && makes(&step.operation.action, *kind, name, column.as_deref()) => {
                        step.if_not_exists = true;
                    }
                    Known::No(_) if *exists && drops(&step.operation.action, *kind, name, column.as_deref()) => {
                        step.if_exists = true;
                    }
                    Known::No(why) => unknown = unknown.or(Some(why)),
                },
                Guard::Unknown(condition) => {
                    unknown = unknown.or_else(|| Some(format!("it runs if {condition}").into()))
                }
            }
        }
        unknown.map_or(Verdict::Runs, Verdict::Unknown)
    }

    /// Returns whether an operation runs, as far as its guards tell now.
    pub fn runs(&self, operation: &crate::model::operation::Operation) -> Known<bool> {
        let mut step = Step { operation, maybe: None, if_not_exists: false, if_exists: false, faults: Vec::new() };
        match self.decide(&mut step) {
            Verdict::Runs => Known::Yes(true),
            Verdict::DoesNotRun => Known::Yes(false),
            Verdict::Unknown(why) => Known::No(why),
        }
    }

    /// Returns whether an object is there now. `name` is its own, of a column (and of an index or a constraint that is
    /// asked for with one) that of its table, with `column` beside it.
    pub fn exists(&self, kind: ObjectKind, name: &ObjectName, column: Option<&str>) -> Known<bool> {
        let name = self.canonical(name);
        match kind {
            ObjectKind::Table => self.table_exists(&name),
            ObjectKind::Column => self.column_exists(&name, column.unwrap_or_default()),
            ObjectKind::Index => self.index_exists(&name, column),
            ObjectKind::Constraint => self.constraint_exists(&name, column),
            ObjectKind::Enum => self.enum_exists(&name),
            ObjectKind::View => {
                let there = self.schema.views.contains_key(&name);
                self.unless(there, Part::Views, &name)
            }
            ObjectKind::Extension => {
                let there = self.schema.extensions.contains(&name.name);
                if there || self.others.contains(&*format!("no extension {}", name.name)) {
                    return Known::Yes(there);
                }
                Known::No(format!("whether the extension {} is there is not known", name.name).into())
            }
            ObjectKind::Schema => {
                let usual = ["public", "main", "information_schema", "pg_catalog"].contains(&&*name.name);
                if usual || self.others.contains(&*format!("schema {}", name.name)) {
                    return Known::Yes(true);
                }
                Known::No(format!("whether the schema {} is there is not known", name.name).into())
            }
        }
    }

    /// Returns whether a table is there. Partitions and tables of the session count, views do not.
    pub fn table_exists(&self, name: &ObjectName) -> Known<bool> {
        let name = self.canonical(name);
        let found = self.find(&name);
        if let Some(why) = self.table_doubt(&name) {
            // One that is made elsewhere and altered here is there.
            return Known::No(why);
        }
        Known::Yes(matches!(found, Found::Table(_) | Found::Partition(_) | Found::Temporary))
    }

    /// Returns whether a table has a column.
    pub fn column_exists(&self, table: &ObjectName, column: &str) -> Known<bool> {
        let name = self.canonical(table);
        let Found::Table(name) = self.find(&name) else {
            return match self.table_exists(&name) {
                Known::Yes(false) => Known::Yes(false),
                Known::Yes(true) => Known::No(format!("the columns of {name} are not known").into()),
                Known::No(why) => Known::No(why),
            };
        };
        if let Some(why) = self.table_doubt(&name).or_else(|| self.doubt_in(Part::Columns, &name, Some(column))) {
            return Known::No(why);
        }
        let table = self.schema.tables.get(&name);
        Known::Yes(table.is_some_and(|table| self.position(table, column).is_some()))
    }

    fn index_exists(&self, name: &ObjectName, index: Option<&str>) -> Known<bool> {
        let (place, index) = match index {
            Some(index) => (name.clone(), Arc::from(index)),
            None => (ObjectName { schema: name.schema.clone(), name: "".into() }, name.name.clone()),
        };
        match self.owner_of_index(&place, &index) {
            Some(owner) => {
                match self.table_doubt(&owner).or_else(|| self.doubt_in(Part::Indexes, &owner, Some(&index))) {
                    Some(why) => Known::No(why),
                    None => Known::Yes(true),
                }
            }
            None if self.doubts.has_part(Part::Indexes) || self.doubts.has_part(Part::Tables) => {
                Known::No(format!("whether the index {index} is there is not known").into())
            }
            None => Known::Yes(false),
        }
    }

    fn constraint_exists(&self, name: &ObjectName, constraint: Option<&str>) -> Known<bool> {
        let wanted = constraint.unwrap_or(&name.name);
        let called = |table: &crate::model::schema::Table| {
            let keys = table.uniques.iter().chain(&table.primary_key).map(|key| &key.name);
            let foreign = table.foreign_keys.iter().map(|key| &key.name);
            let checks = table.checks.iter().map(|check| &check.name);
            keys.chain(foreign).chain(checks).flatten().any(|other| self.same(other, wanted))
        };
        let there = match constraint {
            Some(_) => self.schema.tables.get(name).is_some_and(called),
            None => self.schema.tables.values().any(called),
        };
        let doubtful = match constraint {
            Some(wanted) => {
                self.table_doubt(name).or_else(|| self.doubt_in(Part::Constraints, name, Some(wanted))).is_some()
            }
            None => self.doubts.has_part(Part::Constraints) || self.doubts.has_part(Part::Tables),
        };
        if doubtful {
            return Known::No(format!("whether the constraint {wanted} is there is not known").into());
        }
        Known::Yes(there)
    }

    fn enum_exists(&self, name: &ObjectName) -> Known<bool> {
        if self.dialect != Dialect::Postgresql {
            return Known::Yes(false);
        }
        // Other types are asked for in the same way.
        let other = ["type", "domain"].iter().any(|kind| self.others.contains(&*format!("{kind} {name}")));
        match self.enum_doubt(name) {
            Some(why) => Known::No(why),
            None => Known::Yes(other || self.schema.enums.contains_key(name)),
        }
    }

    fn unless(&self, there: bool, part: Part, name: &ObjectName) -> Known<bool> {
        let about = super::About::owner(part, name.clone());
        match self.doubts.why(&self.schema.unknown, &about) {
            Some(why) => Known::No(why.clone()),
            None if self.doubts.whole(part) > 0 => Known::No(format!("whether {name} is there is not known").into()),
            None => Known::Yes(there),
        }
    }
}

/// Returns whether an action makes the object.
fn makes(action: &Action, kind: ObjectKind, name: &ObjectName, column: Option<&str>) -> bool {
    let is = |known: &Known<ObjectName>| known.as_known().is_some_and(|other| alike(other, name));
    match (action, kind) {
        (Action::CreateTable(create), ObjectKind::Table) => is(&create.name),
        (Action::AddColumn { table, column: added, .. }, ObjectKind::Column) => {
            is(table) && Some(&*added.name) == column
        }
        (Action::CreateIndex { index, .. }, ObjectKind::Index) => {
            index.name.as_deref() == Some(column.unwrap_or(&name.name))
        }
        (Action::AddConstraint { constraint, .. }, ObjectKind::Constraint) => {
            constraint.name().map(|name| &**name) == Some(column.unwrap_or(&name.name))
        }
        (Action::CreateEnum { name: made, .. }, ObjectKind::Enum)
        | (Action::CreateView { name: made, .. }, ObjectKind::View) => is(made),
        (Action::CreateExtension { name: made }, ObjectKind::Extension)
        | (Action::CreateSchema { name: made }, ObjectKind::Schema) => made.as_known() == Some(&name.name),
        _ => false,
    }
}

/// Returns whether an action drops the object.
fn drops(action: &Action, kind: ObjectKind, name: &ObjectName, column: Option<&str>) -> bool {
    let is = |known: &Known<ObjectName>| known.as_known().is_some_and(|other| alike(other, name));
    match (action, kind) {
        (Action::DropTable { table, .. }, ObjectKind::Table) => is(table),
        (Action::DropColumn { table, column: dropped, .. }, ObjectKind::Column) => {
            is(table) && dropped.as_known().map(|name| &**name) == column
        }
        (Action::DropIndex { index, .. }, ObjectKind::Index) => {
            index.as_known().map(|name| &**name) == Some(column.unwrap_or(&name.name))
        }
        (Action::DropConstraint { name: dropped, .. }, ObjectKind::Constraint) => {
            let dropped = dropped.as_known().and_then(|name| name.as_deref());
            dropped == Some(column.unwrap_or(&name.name))
        }
        (Action::DropEnum { name: dropped, .. }, ObjectKind::Enum)
        | (Action::DropView { name: dropped, .. }, ObjectKind::View) => is(dropped),
        (Action::DropExtension { name: dropped, .. }, ObjectKind::Extension)
        | (Action::DropSchema { name: dropped, .. }, ObjectKind::Schema) => dropped.as_known() == Some(&name.name),
        _ => false,
    }
}

/// Returns whether two names mean one object: a schema that is left out is any.
fn alike(one: &ObjectName, two: &ObjectName) -> bool {
    one.name == two.name && (one.schema == two.schema || one.schema.is_none() || two.schema.is_none())
}
