//! Enums of PostgreSQL: created, given labels, renamed, dropped. The columns that have one always show its labels.

use std::sync::Arc;

use super::derived::enum_name;
use super::{About, State, Step};
use crate::model::Known;
use crate::model::operation::EnumPosition;
use crate::model::operation::FaultKind;
use crate::model::schema::{Dialect, Enum, Normal, ObjectName, Part};

impl State {
    /// Returns why it is not known whether an enum is there.
    pub(super) fn enum_doubt(&self, name: &ObjectName) -> Option<Arc<str>> {
        let unknown = &self.schema.unknown;
        if let Some(why) = self.doubts.why(unknown, &About::owner(Part::Enums, name.clone())) {
            return Some(why.clone());
        }
        if self.doubts.whole(Part::Enums) == 0 {
            return None;
        }
        Some(self.doubts.why_whole(unknown, Part::Enums).cloned().unwrap_or_else(|| "not known".into()))
    }

    /// Returns the canonical name of an enum; where it is not known, all enums are in doubt.
    fn enum_named(&mut self, step: &Step<'_>, name: &Known<ObjectName>) -> Option<ObjectName> {
        if self.dialect != Dialect::Postgresql {
            return None;
        }
        match name {
            Known::Yes(name) => Some(self.canonical(name)),
            Known::No(why) => {
                self.doubt(About { part: Part::Enums, owner: None, member: None }, why, step.at());
                None
            }
        }
    }

    pub(super) fn create_enum(&mut self, step: &mut Step<'_>, name: &Known<ObjectName>, labels: &Known<Vec<Arc<str>>>) {
        let Some(name) = self.enum_named(step, name) else { return };
        let doubt = self.enum_doubt(&name);
        if self.schema.enums.contains_key(&name) {
            if step.if_not_exists || step.maybe.is_some() {
                return;
            }
            if doubt.is_none() {
                step.fault(FaultKind::EnumExists, &name);
            }
        }
        if let Some(why) = step.maybe.clone() {
            return self.doubt(About::owner(Part::Enums, name), &why, step.at());
        }
        let mut labels = labels.clone();
        if let Some(why) = doubt.filter(|_| step.if_not_exists) {
            labels = Known::No(why);
        }
        self.remove_doubts(&name, |about| about.part == Part::Enums);
        self.set_enum(&name, Some(Enum { labels, comment: None, at: Some(step.at().clone()) }));
        self.spread(&name, &name);
    }

    pub(super) fn add_enum_value(
        &mut self,
        step: &mut Step<'_>,
        name: &Known<ObjectName>,
        value: &Known<Arc<str>>,
        position: &EnumPosition,
    ) {
        let if_not_exists = step.if_not_exists;
        self.change_labels(step, name, |step, name, labels| {
            let Known::Yes(value) = value else { return Err(why(value)) };
            if labels.contains(value) {
                if !if_not_exists {
                    step.fault_of(FaultKind::LabelExists, name, value);
                }
                return Ok(());
            }
            let mut place = |label: &Arc<str>| {
                let place = labels.iter().position(|other| other == label);
                if place.is_none() {
                    step.fault_of(FaultKind::NoLabel, name, label);
                }
                place
            };
            let at = match position {
                EnumPosition::End => None,
                EnumPosition::Before(label) => place(label),
                EnumPosition::After(label) => place(label).map(|at| at + 1),
            };
            labels.insert(at.unwrap_or(labels.len()), value.clone());
            Ok(())
        });
    }

    pub(super) fn rename_enum_value(
        &mut self,
        step: &mut Step<'_>,
        name: &Known<ObjectName>,
        value: &Known<Arc<str>>,
        to: &Known<Arc<str>>,
    ) {
        self.change_labels(step, name, |step, name, labels| {
            let (Known::Yes(value), Known::Yes(to)) = (value, to) else {
                return Err(if value.as_known().is_none() { why(value) } else { why(to) });
            };
            if labels.contains(to) {
                step.fault_of(FaultKind::LabelExists, name, to);
            }
            match labels.iter().position(|label| label == value) {
                Some(at) => labels[at] = to.clone(),
                None => {
                    step.fault_of(FaultKind::NoLabel, name, value);
                }
            }
            Ok(())
        });
    }

    /// Changes the labels of an enum; where the change is not known, they are unknown from now on.
    fn change_labels(
        &mut self,
        step: &mut Step<'_>,
        name: &Known<ObjectName>,
        change: impl FnOnce(&mut Step<'_>, &ObjectName, &mut Vec<Arc<str>>) -> Result<(), Arc<str>>,
    ) {
        let Some(name) = self.enum_named(step, name) else { return };
        let Some(found) = self.schema.enums.get(&name).cloned() else {
            return self.missing_enum(step, &name);
        };
        let Known::Yes(before) = &found.labels else { return };
        // An unknown statement may have changed them: then they are changed, but nothing is a fault.
        let certain = self.enum_doubt(&name).is_none();
        let faults = step.faults.len();
        let mut labels = before.clone();
        let result = change(step, &name, &mut labels);
        if !certain {
            step.faults.truncate(faults);
        }
        let labels = match (result, &step.maybe) {
            (Err(why), _) => Known::No(why),
            (Ok(()), Some(why)) if labels != *before => Known::No(why.clone()),
            (Ok(()), _) => Known::Yes(labels),
        };
        if labels != found.labels {
            self.set_enum(&name, Some(Enum { labels, ..found }));
            self.spread(&name, &name);
        }
    }

    fn missing_enum(&mut self, step: &mut Step<'_>, name: &ObjectName) {
        // What no migration created may be there nevertheless.
        let known = self.outside.knows_enum(name) || self.others.contains(&*format!("type {name}"));
        if !step.if_exists && !known && self.enum_doubt(name).is_none() && self.had_enum(name) {
            step.fault(FaultKind::NoEnum, name);
        }
    }

    /// Returns whether migrations make enums by themselves, so that one that is missing is no other's affair.
    fn had_enum(&self, name: &ObjectName) -> bool {
        self.others.contains(&*format!("enum {name}")) || self.ghosts.is_empty()
    }

    pub(super) fn rename_enum(&mut self, step: &mut Step<'_>, name: &Known<ObjectName>, to: &Known<ObjectName>) {
        let Some(from) = self.enum_named(step, name) else { return };
        let Some(to) = self.enum_named(step, to) else { return };
        let Some(found) = self.schema.enums.get(&from).cloned() else {
            if step.maybe.is_none() {
                self.missing_enum(step, &from);
                let why: Arc<str> = format!("it was {from}, of which nothing is known").into();
                self.doubt(About::owner(Part::Enums, to), &why, step.at());
            }
            return;
        };
        if let Some(why) = step.maybe.clone() {
            for name in [&from, &to] {
                self.doubt(About::owner(Part::Enums, name.clone()), &why, step.at());
            }
            return self.set_enum(&from, None);
        }
        if self.schema.enums.contains_key(&to) && self.enum_doubt(&to).is_none() {
            step.fault(FaultKind::EnumExists, &to);
        }
        self.set_enum(&from, None);
        self.set_enum(&to, Some(found));
        self.spread(&from, &to);
    }

    pub(super) fn drop_enum(&mut self, step: &mut Step<'_>, name: &Known<ObjectName>, cascade: bool) {
        let Some(name) = self.enum_named(step, name) else { return };
        if !self.schema.enums.contains_key(&name) {
            if step.maybe.is_none() {
                self.missing_enum(step, &name);
                self.remove_doubts(&name, |about| about.part == Part::Enums);
            }
            return;
        }
        if let Some(why) = step.maybe.clone() {
            self.doubt(About::owner(Part::Enums, name.clone()), &why, step.at());
            return self.set_enum(&name, None);
        }
        'users: for user in self.derived.users(&name) {
            let Some(table) = self.schema.tables.get(&user) else { continue };
            let uses = |normal: &Normal| enum_name(normal) == Some(&name);
            let found = table.columns.iter().filter(|column| column.ty.as_known().is_some_and(|ty| uses(&ty.normal)));
            let columns: Vec<Arc<str>> = found.map(|column| column.name.clone()).collect();
            for column in columns {
                let certain =
                    self.doubt_in(Part::Columns, &user, Some(&column)).is_none() && self.table_doubt(&user).is_none();
                if cascade {
                    self.drop_column(step, &Known::Yes(user.clone()), &Known::Yes(column), true);
                } else if certain && let Some(fault) = step.fault(FaultKind::EnumUsed, &name) {
                    fault.parts.push(("column", format!("{user}.{column}").into()));
                    break 'users;
                }
            }
        }
        let other: Arc<str> = format!("enum {name}").into();
        self.set_other(&other, true);
        self.remove_doubts(&name, |about| about.part == Part::Enums);
        self.set_enum(&name, None);
    }

    /// Gives all columns of an enum its labels, and its name.
    fn spread(&mut self, from: &ObjectName, to: &ObjectName) {
        let labels = self.schema.enums.get(to).and_then(|found| found.labels.as_known());
        let labels: Arc<[Arc<str>]> = labels.map_or_else(|| Arc::from([]), |labels| labels.as_slice().into());
        for user in self.derived.users(from) {
            self.edit(&user, |table| {
                for column in &mut table.columns {
                    let Known::Yes(ty) = &mut column.ty else { continue };
                    let variants = ty.variants.iter_mut().map(|(_, normal)| normal);
                    for normal in variants.chain([&mut ty.normal]) {
                        relabel(normal, from, to, &labels);
                    }
                }
            });
        }
    }
}

fn relabel(normal: &mut Normal, from: &ObjectName, to: &ObjectName, new: &Arc<[Arc<str>]>) {
    match normal {
        Normal::Array(element) => relabel(element, from, to, new),
        Normal::Enum { name: Some(name), labels } if name == from => {
            *name = to.clone();
            *labels = new.clone();
        }
        _ => {}
    }
}

fn why<T>(known: &Known<T>) -> Arc<str> {
    match known {
        Known::Yes(_) => "not known".into(),
        Known::No(why) => why.clone(),
    }
}
