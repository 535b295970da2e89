//! What is not known, at the grain of single objects, and since when.
//!
//! A doubt about the schema as a whole covers what was there when it arose. What is made afterwards is known.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::Location;
use crate::model::schema::{ObjectName, Part, SchemaUnknown};

/// What a doubt is about: a part, of a table (or enum, or view) or of the whole schema, and one object in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct About {
    pub part: Part,
    pub owner: Option<ObjectName>,
    pub member: Option<Arc<str>>,
}

impl About {
    /// A table, enum or view that may or may not be there; or, of the other parts, all of them that the owner has.
    pub const fn owner(part: Part, owner: ObjectName) -> Self {
        Self { part, owner: Some(owner), member: None }
    }

    /// A column, index or constraint.
    pub const fn member(part: Part, owner: ObjectName, member: Arc<str>) -> Self {
        Self { part, owner: Some(owner), member: Some(member) }
    }
}

#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// In the order of `Schema::unknown`.
    order: Vec<About>,
    /// Those about one owner: how often each is there.
    owners: FxHashMap<ObjectName, FxHashMap<Member, usize>>,
    /// By part: when a doubt about all of the schema last arose.
    whole: [u64; PARTS],
}

/// A part of an owner, or one member of it.
type Member = (Part, Option<Arc<str>>);

const PARTS: usize = 6;

impl Doubts {
    /// Adds a doubt to both lists.
    pub fn push(&mut self, unknown: &mut Vec<SchemaUnknown>, about: About, found: SchemaUnknown) {
        self.count(&about);
        self.order.push(about);
        unknown.push(found);
    }

    /// Takes the last doubt back.
    pub fn pop(&mut self, unknown: &mut Vec<SchemaUnknown>) {
        if let Some(about) = self.order.pop() {
            self.discount(&about);
            unknown.pop();
        }
    }

    fn count(&mut self, about: &About) {
        if let Some(owner) = &about.owner {
            let members = self.owners.entry(owner.clone()).or_default();
            *members.entry((about.part, about.member.clone())).or_default() += 1;
        }
    }

    fn discount(&mut self, about: &About) {
        let Some(owner) = &about.owner else { return };
        let Some(members) = self.owners.get_mut(owner) else { return };
        let key = (about.part, about.member.clone());
        if let Some(count) = members.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                members.remove(&key);
            }
        }
        if members.is_empty() {
            self.owners.remove(owner);
        }
    }

    /// Returns whether there is this very doubt about an owner.
    pub fn has(&self, about: &About) -> bool {
        let members = about.owner.as_ref().and_then(|owner| self.owners.get(owner));
        members.is_some_and(|members| members.contains_key(&(about.part, about.member.clone())))
    }

    /// Returns whether there is any doubt about a part of an owner, be it about one member.
    pub fn has_any(&self, part: Part, owner: &ObjectName) -> bool {
        self.owners.get(owner).is_some_and(|members| members.keys().any(|(of, _)| *of == part))
    }

    /// Returns whether there is any doubt about a part, of whatever owner.
    pub fn has_part(&self, part: Part) -> bool {
        self.whole(part) > 0 || self.owners.values().any(|members| members.keys().any(|(of, _)| *of == part))
    }

    /// Returns the words of this very doubt.
    pub fn why<'a>(&self, unknown: &'a [SchemaUnknown], about: &About) -> Option<&'a Arc<str>> {
        if !self.has(about) {
            return None;
        }
        let position = self.order.iter().position(|other| other == about)?;
        unknown.get(position).map(|found| &found.what)
    }

    /// Returns the words of the last doubt about a part of the whole schema.
    pub fn why_whole<'a>(&self, unknown: &'a [SchemaUnknown], part: Part) -> Option<&'a Arc<str>> {
        let position = self.order.iter().rposition(|about| about.part == part && about.owner.is_none())?;
        unknown.get(position).map(|found| &found.what)
    }

    /// Returns the numbers of the doubts about an owner that hold, last first.
    pub fn positions(&self, owner: &ObjectName, holds: impl Fn(&About) -> bool) -> Vec<usize> {
        if !self.owners.contains_key(owner) {
            return Vec::new();
        }
        let wanted = |position: &usize| {
            let about = &self.order[*position];
            about.owner.as_ref() == Some(owner) && holds(about)
        };
        (0..self.order.len()).rev().filter(wanted).collect()
    }

    /// Returns the doubts about an owner, in order.
    pub fn of(&self, owner: &ObjectName, unknown: &[SchemaUnknown]) -> Vec<(About, SchemaUnknown)> {
        let positions = self.positions(owner, |_| true);
        positions.into_iter().rev().map(|at| (self.order[at].clone(), unknown[at].clone())).collect()
    }

    pub fn remove(&mut self, unknown: &mut Vec<SchemaUnknown>, position: usize) -> (About, SchemaUnknown) {
        let about = self.order.remove(position);
        self.discount(&about);
        (about, unknown.remove(position))
    }

    /// Puts a doubt back where it was.
    pub fn insert(
        &mut self,
        unknown: &mut Vec<SchemaUnknown>,
        position: usize,
        (about, found): (About, SchemaUnknown),
    ) {
        self.count(&about);
        self.order.insert(position, about);
        unknown.insert(position, found);
    }

    /// Returns when a doubt about a part of the whole schema last arose; 0 for never.
    pub const fn whole(&self, part: Part) -> u64 {
        self.whole[part as usize]
    }

    /// Sets when it arose; returns when it did before.
    pub const fn set_whole(&mut self, part: Part, when: u64) -> u64 {
        let before = self.whole[part as usize];
        self.whole[part as usize] = when;
        before
    }
}

/// Returns the doubt as a schema lists it.
pub(super) fn listed(about: &About, why: &Arc<str>, at: &Location) -> SchemaUnknown {
    let what = match &about.member {
        Some(member) => format!("{} {member}: {why}", word(about.part)).into(),
        None => why.clone(),
    };
    SchemaUnknown { what, part: about.part, table: about.owner.clone(), at: Some(at.clone()) }
}

const fn word(part: Part) -> &'static str {
    match part {
        Part::Tables => "table",
        Part::Columns => "column",
        Part::Constraints => "constraint",
        Part::Indexes => "index",
        Part::Enums => "enum",
        Part::Views => "view",
    }
}
