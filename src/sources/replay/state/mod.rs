//! A schema under change: what each operation does to it, as a database of one dialect would.
//!
//! The state knows what it does not know. What depends on a condition that only a run decides is neither there nor not
//! there; what is done to it afterwards is no fault, and what proves that it is there makes it known again.

mod columns;
mod constraints;
mod derived;
mod digest;
mod doubts;
mod enums;
mod foreign_keys;
mod guards;
mod indexes;
mod journal;
mod named_constraints;
mod names;
mod others;
mod outside;
mod recreate;
mod tables;
mod types;
mod words;

#[cfg(test)]
pub(super) mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::operation::{Action, Direction, Operation};
use crate::model::operation::{Fault, FaultKind};
use crate::model::schema::{Column, Dialect, ObjectName, Origin, Part, Schema, Table};
use crate::model::{Known, Location};
use derived::Derived;
use doubts::{About, Doubts, listed};
use guards::Verdict;
use journal::Journal;
use outside::Outside;

pub use journal::{Mark, Moment, Touched};

/// The name of the schema that migrations leave behind.
pub const NAME: &str = "migrations";

/// A schema under change, on one dialect.
#[derive(Debug)]
pub struct State {
    dialect: Dialect,
    schema: Schema,
    /// How many operations there were.
    clock: u64,
    journal: Journal,
    doubts: Doubts,
    derived: Derived,
    /// When it was last certain whether a table is there.
    settled: FxHashMap<ObjectName, u64>,
    /// Tables that may be there.
    ghosts: BTreeMap<ObjectName, Ghost>,
    /// Tables of the session.
    temporary: BTreeSet<ObjectName>,
    /// Objects that a schema does not hold: domains, types, schemas; by kind and name.
    others: BTreeSet<Arc<str>>,
    /// What no migration made so far, though migrations speak of it. Never undone.
    outside: Outside,
    /// Tables of this migration.
    created_here: FxHashSet<ObjectName>,
    /// Columns that the batch at hand says something of itself, with their table.
    batch: Vec<(ObjectName, Arc<str>)>,
    /// Constraints that this migration dropped along with a column.
    went_along: FxHashSet<(ObjectName, Arc<str>)>,
    /// An operation is only tried.
    trial: bool,
}

/// A table that may be there, or that is there but was made elsewhere.
#[derive(Clone, Debug, PartialEq)]
struct Ghost {
    /// What it is if it is there; `None` where nobody knows.
    table: Option<Table>,
    /// When it may have been made.
    since: u64,
}

/// An operation on its way.
struct Step<'a> {
    operation: &'a Operation,
    /// Why it may not run.
    maybe: Option<Arc<str>>,
    /// Nothing happens where its object is there already; where it is not.
    if_not_exists: bool,
    if_exists: bool,
    faults: Vec<Fault>,
}

impl Step<'_> {
    fn fault(&mut self, kind: FaultKind, object: &ObjectName) -> Option<&mut Fault> {
        if self.maybe.is_some() {
            return None;
        }
        self.faults.push(Fault::new(kind, self.operation, object));
        self.faults.last_mut()
    }

    fn fault_of(&mut self, kind: FaultKind, object: &ObjectName, member: &str) -> Option<&mut Fault> {
        let fault = self.fault(kind, object)?;
        fault.member = Some(member.into());
        Some(fault)
    }

    const fn at(&self) -> &Location {
        &self.operation.at
    }

    fn is_upgrade(&self) -> bool {
        self.operation.direction == Direction::Upgrade
    }

    /// Returns whether SQLAlchemy made the statement, not a person: then it shortens what is too long.
    fn is_directive(&self) -> bool {
        self.operation.statement.is_none()
    }
}

/// What there is under a name.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Table(ObjectName),
    View(ObjectName),
    /// Of this table.
    Partition(ObjectName),
    Temporary,
    /// It may be there, or may be anything.
    Doubtful,
    Absent,
}

impl State {
    /// Returns the state of an empty database.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            schema: Schema::empty(NAME, Origin::Replay, Some(dialect)),
            clock: 0,
            journal: Journal::default(),
            doubts: Doubts::default(),
            derived: Derived::default(),
            settled: FxHashMap::default(),
            ghosts: BTreeMap::new(),
            temporary: BTreeSet::new(),
            others: BTreeSet::new(),
            outside: Outside::default(),
            created_here: FxHashSet::default(),
            batch: Vec::new(),
            went_along: FxHashSet::default(),
            trial: false,
        }
    }

    /// Returns the schema as it is now. What may or may not be there is not in it, but in its list of unknowns.
    pub const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the database that it plays.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Begins a migration, or its downgrade: no table is created in it yet.
    pub fn begin(&mut self) {
        self.created_here.clear();
        self.batch.clear();
        self.went_along.clear();
    }

    /// Returns whether a table was created since `begin`.
    pub fn created_here(&self, table: &ObjectName) -> bool {
        let name = self.canonical(table);
        self.created_here.contains(&name)
    }

    /// Returns why it is not known whether a table is there (`Part::Tables`), whether a part of it is complete, or
    /// whether one column, index or constraint of it is there; without a table, why a part of the schema is not complete.
    pub fn why_unknown(&self, part: Part, table: Option<&ObjectName>, member: Option<&str>) -> Option<Arc<str>> {
        let Some(table) = table.map(|table| self.canonical(table)) else {
            let why = self.doubts.why_whole(&self.schema.unknown, part);
            return why.filter(|_| self.doubts.whole(part) > 0).cloned();
        };
        match part {
            Part::Tables => self.table_doubt(&table),
            Part::Enums => self.enum_doubt(&table),
            Part::Columns | Part::Constraints | Part::Indexes => {
                let why = self.table_doubt(&table).or_else(|| self.doubt_in(part, &table, member));
                // Asked for all of them: one that may be there is reason enough.
                let any = || self.doubts.has_any(part, &table).then(|| Arc::from("one of them may be there"));
                why.or_else(|| if member.is_none() { any() } else { None })
            }
            Part::Views => self.view_doubt(&table),
        }
    }

    /// Returns a column of a table.
    pub fn column(&self, table: &ObjectName, column: &str) -> Option<&Column> {
        let Found::Table(name) = self.find(&self.canonical(table)) else { return None };
        let table = self.schema.tables.get(&name)?;
        self.position(table, column).map(|position| &table.columns[position])
    }

    /// Returns the table that has an index; not on MySQL, where several may have one of this name.
    pub fn table_of_index(&self, schema: Option<&Arc<str>>, index: &Arc<str>) -> Option<ObjectName> {
        let name = self.canonical(&ObjectName { schema: schema.cloned(), name: index.clone() });
        self.derived.table_of_index(&name, self.dialect).cloned()
    }

    /// Does what an operation does; returns what is wrong with it. After a fault the state goes on as the migration
    /// means it, so that one fault is told once.
    pub fn apply(&mut self, operation: &Operation) -> Vec<Fault> {
        self.clock += 1;
        let mut step = Step {
            operation,
            maybe: None,
            if_not_exists: operation.if_not_exists,
            if_exists: operation.if_exists,
            faults: Vec::new(),
        };
        match self.decide(&mut step) {
            Verdict::Runs => {}
            Verdict::DoesNotRun => return Vec::new(),
            Verdict::Unknown(why) => step.maybe = Some(why),
        }
        self.act(&mut step);
        self.recreate(&step);
        for unknown in &operation.unknown {
            let table = operation.action.table().and_then(Known::as_known).map(|name| self.canonical(name));
            let about = About { part: unknown.part, owner: table, member: None };
            self.doubt(about, &unknown.what, &operation.at);
        }
        step.faults
    }

    /// Returns whether the database refuses an operation for certain. Nothing is changed.
    pub fn refuses(&mut self, operation: &Operation) -> bool {
        let kept = (self.created_here.clone(), self.batch.clone(), self.went_along.clone());
        let mark = self.mark();
        self.trial = true;
        let faults = self.apply(operation);
        self.trial = false;
        self.rollback(mark);
        (self.created_here, self.batch, self.went_along) = kept;
        faults.iter().any(|fault| fault.kind != FaultKind::ExtensionNotCreated)
    }

    fn act(&mut self, step: &mut Step<'_>) {
        match &step.operation.action {
            Action::CreateTable(create) => self.create_table(step, create),
            Action::DropTable { table, cascade } => self.drop_table(step, table, *cascade),
            Action::RenameTable { table, to } => self.rename_table(step, table, to),
            Action::AddColumn { table, column, constraints } => self.add_column(step, table, column, constraints),
            Action::DropColumn { table, column, cascade } => self.drop_column(step, table, column, *cascade),
            Action::RenameColumn { table, column, to } => self.rename_column(step, table, column, to),
            Action::AlterColumn(alter) => self.alter_column(step, alter),
            Action::CreateIndex { table, index } => self.create_index(step, table, index),
            Action::DropIndex { index, schema, table, .. } => {
                self.drop_index(step, index, schema.as_ref(), table.as_ref());
            }
            Action::RenameIndex { index, schema, table, to } => {
                self.rename_index(step, index, schema.as_ref(), table.as_ref(), to);
            }
            Action::AddConstraint { table, constraint, using_index, .. } => {
                self.add_constraint(step, table, constraint, using_index.as_ref());
            }
            Action::DropConstraint { table, name, kind, cascade } => {
                self.drop_constraint(step, table, name, *kind, *cascade);
            }
            Action::RenameConstraint { table, name, to } => self.rename_constraint(step, table, name, to),
            Action::ValidateConstraint { table, name } => self.validate_constraint(step, table, name),
            Action::CreateEnum { name, labels } => self.create_enum(step, name, labels),
            Action::AddEnumValue { name, value, position } => self.add_enum_value(step, name, value, position),
            Action::RenameEnumValue { name, value, to } => self.rename_enum_value(step, name, value, to),
            Action::RenameEnum { name, to } => self.rename_enum(step, name, to),
            Action::DropEnum { name, cascade } => self.drop_enum(step, name, *cascade),
            Action::CreateView { name, definition, columns, materialized, replace } => {
                self.create_view(step, name, (definition, columns), *materialized, *replace);
            }
            Action::DropView { name, .. } => self.drop_view(step, name),
            Action::CreateExtension { name } => self.create_extension(step, name),
            Action::DropExtension { name, .. } => self.drop_extension(step, name),
            Action::CreateSchema { name } => self.create_schema(name),
            Action::DropSchema { name, cascade } => self.drop_schema(step, name, *cascade),
            Action::RenameSchema { name, to } => self.rename_schema(step, name, to),
            Action::AttachPartition { table, partition } => self.attach_partition(step, table, partition),
            Action::DetachPartition { table, partition } => self.detach_partition(step, table, partition),
            Action::CommentTable { table, comment } => self.comment_table(step, table, comment),
            Action::CreateOther { kind, name } => self.other(step, kind, name, true),
            Action::DropOther { kind, name, .. } => self.other(step, kind, name, false),
            Action::AlterTable { table, what, .. } => {
                // A column of which not even the name is known.
                let adds = &**what == "add column";
                let parts: &[Part] = if adds { &[Part::Columns] } else { &[] };
                if let Some(name) = self.table_of(step, table, parts)
                    && adds
                {
                    self.doubt_part(Part::Columns, &name, "a column is added whose name is not known", step.at());
                }
            }
            Action::Reindex { .. }
            | Action::RefreshView { .. }
            | Action::AlterOther { .. }
            | Action::Data { .. }
            | Action::Execute => {}
            Action::Unknown { why } => {
                // Where it says what it touches, that alone is unknown.
                if step.operation.unknown.is_empty() {
                    for part in Part::ALL {
                        self.doubt(About { part, owner: None, member: None }, why, &step.operation.at);
                    }
                }
            }
        }
    }

    /// Returns a name as the state keeps it: without the schema that is the default one, cut where PostgreSQL cuts.
    fn canonical(&self, name: &ObjectName) -> ObjectName {
        let usual = match self.dialect {
            Dialect::Postgresql => Some("public"),
            Dialect::Sqlite => Some("main"),
            Dialect::Mysql => None,
        };
        let schema = name.schema.clone().filter(|schema| Some(&**schema) != usual);
        ObjectName { schema, name: self.identifier(&name.name) }
    }

    /// Returns an identifier as the database keeps it.
    fn identifier(&self, name: &Arc<str>) -> Arc<str> {
        match self.dialect {
            Dialect::Postgresql if names::truncated(name).len() < name.len() => names::truncated(name).into(),
            _ => name.clone(),
        }
    }

    /// Returns the name of an index or a constraint as the database gets it: SQLAlchemy cuts one that a convention made
    /// too long, and puts the end of its digest behind.
    fn given_name(&self, step: &Step<'_>, name: &Arc<str>) -> Arc<str> {
        let longest = match self.dialect {
            Dialect::Postgresql => 63,
            Dialect::Mysql => 64,
            Dialect::Sqlite => return name.clone(),
        };
        if !step.is_directive() || name.len() <= longest {
            return self.identifier(name);
        }
        let digest = digest::md5(name);
        let stem: String = name.chars().take(longest - 8).collect();
        format!("{stem}_{}", &digest[digest.len() - 4..]).into()
    }

    /// Returns whether two names of columns, indexes or constraints are one.
    fn same(&self, one: &str, two: &str) -> bool {
        match self.dialect {
            Dialect::Postgresql => one == two,
            Dialect::Sqlite | Dialect::Mysql => one.eq_ignore_ascii_case(two),
        }
    }

    /// Returns what there is under a canonical name.
    fn find(&self, name: &ObjectName) -> Found {
        if self.temporary.contains(name) {
            return Found::Temporary;
        }
        if self.schema.tables.contains_key(name) {
            return Found::Table(name.clone());
        }
        if self.schema.views.contains_key(name) {
            return Found::View(name.clone());
        }
        if let Some(table) = self.derived.partitioned(name) {
            return Found::Partition(table.clone());
        }
        if self.dialect != Dialect::Postgresql
            && let Some(found) = self.derived.cased(name, self.dialect)
        {
            return Found::Table(found.clone());
        }
        if self.table_doubt(name).is_some() { Found::Doubtful } else { Found::Absent }
    }

    /// Returns why it is not known whether a table is there.
    fn table_doubt(&self, name: &ObjectName) -> Option<Arc<str>> {
        let unknown = &self.schema.unknown;
        let about = About::owner(Part::Tables, name.clone());
        if let Some(why) = self.doubts.why(unknown, &about) {
            return Some(why.clone());
        }
        let settled = self.settled.get(name).copied().unwrap_or(0);
        if self.doubts.whole(Part::Tables) <= settled {
            return None;
        }
        Some(self.doubts.why_whole(unknown, Part::Tables).cloned().unwrap_or_else(|| "not known".into()))
    }

    /// Returns why a part of a table, or one member of it, is not known.
    fn doubt_in(&self, part: Part, table: &ObjectName, member: Option<&str>) -> Option<Arc<str>> {
        let unknown = &self.schema.unknown;
        let of_table = About::owner(part, table.clone());
        if let Some(why) = self.doubts.why(unknown, &of_table) {
            return Some(why.clone());
        }
        if let Some(member) = member
            && let Some(why) = self.doubts.why(unknown, &About::member(part, table.clone(), member.into()))
        {
            return Some(why.clone());
        }
        if self.doubts.whole(part) <= self.settled_at_birth(table) {
            return None;
        }
        Some(self.doubts.why_whole(unknown, part).cloned().unwrap_or_else(|| "not known".into()))
    }

    /// Returns when all of a table was last certain: when it was made.
    fn settled_at_birth(&self, table: &ObjectName) -> u64 {
        self.settled.get(table).copied().unwrap_or(0)
    }

    /// Adds a doubt.
    fn doubt(&mut self, about: About, why: &Arc<str>, at: &Location) {
        let found = listed(&about, why, at);
        self.add_doubt(about, found);
    }

    /// Adds a doubt about one member of a table, because the operation may not run.
    fn doubt_member(&mut self, step: &Step<'_>, part: Part, table: &ObjectName, member: &Arc<str>) {
        let why = step.maybe.clone().unwrap_or_else(|| "not known".into());
        self.doubt(About::member(part, table.clone(), member.clone()), &why, step.at());
    }

    /// Adds a doubt about a part of a table.
    fn doubt_part(&mut self, part: Part, table: &ObjectName, why: &str, at: &Location) {
        self.doubt(About::owner(part, table.clone()), &why.into(), at);
    }

    /// Takes back the doubt about one member: it is certain now.
    fn certain(&mut self, part: Part, table: &ObjectName, member: &str) {
        self.remove_doubts(table, |about| about.part == part && about.member.as_deref() == Some(member));
    }

    /// Returns the table that an operation is about, if it is there; else says what is wrong, or unknown. `parts` are
    /// what becomes unknown where the name of the table is.
    fn table_of(&mut self, step: &mut Step<'_>, table: &Known<ObjectName>, parts: &[Part]) -> Option<ObjectName> {
        let name = match table {
            Known::Yes(name) => self.canonical(name),
            Known::No(why) => {
                for part in parts {
                    self.doubt(About { part: *part, owner: None, member: None }, why, &step.operation.at);
                }
                return None;
            }
        };
        match self.find(&name) {
            Found::Table(name) => Some(name),
            Found::Doubtful => {
                let certain = step.maybe.is_none() && !step.if_exists;
                let ghost = self.ghosts.get(&name).cloned().filter(|_| certain);
                // It is altered, so it is there, with all that was done to it when it may have been made.
                if let Some(Ghost { table: Some(table), since }) = ghost {
                    self.prove(&name, table, since);
                    return Some(name);
                }
                if !certain && self.ghosts.get(&name).is_some_and(|ghost| ghost.table.is_some()) {
                    let why = step.maybe.clone().unwrap_or_else(|| "the table may not be there".into());
                    for part in parts {
                        self.doubt_part(*part, &name, &why, step.at());
                    }
                }
                if step.is_upgrade() && certain && !self.trial {
                    self.outside.again(&name, step.operation);
                }
                None
            }
            Found::Absent => {
                if !step.if_exists {
                    self.missing_table(step, &name, FaultKind::NoTable, &name);
                }
                None
            }
            Found::View(_) | Found::Partition(_) | Found::Temporary => None,
        }
    }
}
