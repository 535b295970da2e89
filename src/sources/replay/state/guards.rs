//! Guards: whether an operation runs, and whether an object is there.

use std::sync::Arc;

use super::{About, Found, State, Step};
use crate::model::Known;
use crate::model::operation::{Action, Guard, ObjectKind};
use crate::model::schema::{Dialect, ObjectName, Part, Table};

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
        match self.find(&name) {
            Found::Table(_) | Found::Partition(_) | Found::Temporary => Known::Yes(true),
            Found::View(_) | Found::Absent => Known::Yes(false),
            Found::Doubtful => {
                Known::No(self.table_doubt(&name).unwrap_or_else(|| format!("whether {name} is there").into()))
            }
        }
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
        let there = self.schema.tables.get(&name).is_some_and(|table| self.position(table, column).is_some());
        self.member_exists(Part::Columns, &name, column, there)
    }

    /// Returns whether a member of a table is there. One that is listed is, unless it is in doubt itself: a doubt about all
    /// says that there may be more.
    fn member_exists(&self, part: Part, table: &ObjectName, member: &str, listed: bool) -> Known<bool> {
        let unknown = &self.schema.unknown;
        let own = self.doubts.why(unknown, &About::member(part, table.clone(), member.into()));
        match own.cloned().or_else(|| if listed { None } else { self.doubt_in(part, table, None) }) {
            Some(why) => Known::No(why),
            None => Known::Yes(listed),
        }
    }

    fn index_exists(&self, name: &ObjectName, index: Option<&str>) -> Known<bool> {
        let (place, index) = match index {
            Some(index) => (name.clone(), Arc::from(index)),
            None => (ObjectName { schema: name.schema.clone(), name: "".into() }, name.name.clone()),
        };
        if let Some(owner) = self.owner_of_index(&place, &index) {
            return self.member_exists(Part::Indexes, &owner, &index, true);
        }
        if !place.name.is_empty() {
            return match self.table_exists(&place) {
                Known::Yes(true) => self.member_exists(Part::Indexes, &place, &index, false),
                other => other,
            };
        }
        if self.doubts.has_part(Part::Indexes) || self.doubts.has_part(Part::Tables) {
            return Known::No(format!("whether the index {index} is there is not known").into());
        }
        Known::Yes(false)
    }

    fn constraint_exists(&self, name: &ObjectName, constraint: Option<&str>) -> Known<bool> {
        let wanted = constraint.unwrap_or(&name.name);
        let called = |table: &Table| self.constraint_called(table, wanted).is_some();
        if constraint.is_some() {
            let Found::Table(name) = self.find(name) else { return self.table_exists(name) };
            let there = self.schema.tables.get(&name).is_some_and(called);
            return self.member_exists(Part::Constraints, &name, wanted, there);
        }
        let mut tables = self.schema.tables.iter().filter(|(_, table)| called(table));
        if let Some((owner, _)) = tables.next() {
            return self.member_exists(Part::Constraints, owner, wanted, true);
        }
        if self.doubts.has_part(Part::Constraints) || self.doubts.has_part(Part::Tables) {
            return Known::No(format!("whether the constraint {wanted} is there is not known").into());
        }
        Known::Yes(false)
    }

    fn enum_exists(&self, name: &ObjectName) -> Known<bool> {
        if self.dialect != Dialect::Postgresql {
            return Known::Yes(false);
        }
        // Other types are asked for in the same way.
        let other = ["type", "domain"].iter().any(|kind| self.others.contains(&*format!("{kind} {name}")));
        if other || self.schema.enums.contains_key(name) {
            return Known::Yes(true);
        }
        self.enum_doubt(name).map_or(Known::Yes(false), Known::No)
    }

    fn unless(&self, there: bool, part: Part, name: &ObjectName) -> Known<bool> {
        let about = About::owner(part, name.clone());
        match self.doubts.why(&self.schema.unknown, &about) {
            Some(why) => Known::No(why.clone()),
            None if !there && self.doubts.whole(part) > 0 => {
                Known::No(format!("whether {name} is there is not known").into())
            }
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
