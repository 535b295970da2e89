//! What a comparison found.

use std::sync::Arc;

use super::super::ObjectName;
use super::what::{Aspect, Direction};
use crate::model::finding::Named;
use crate::model::location::Location;
use crate::model::operation::Action;

/// One thing on which two schemas do not agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub aspect: Aspect,
    pub direction: Direction,
    pub object: Object,
    /// What is expected, in words; empty where the object itself says all.
    pub expected: Side,
    /// What is there.
    pub actual: Side,
    /// What else there is to say: the name that it may have been renamed to.
    pub note: Option<String>,
    /// How many of its like are expected: the columns of the table, the labels of the enum.
    pub of: usize,
    /// What would make the actual side agree, one after the other; empty where that is not known.
    pub mend: Vec<Action>,
    /// What would do it instead, if it was renamed.
    pub rename: Option<Action>,
}

/// What one side says, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    pub words: String,
    pub at: Option<Location>,
}

impl Side {
    pub(super) fn new(words: impl Into<String>, at: Option<&Location>) -> Self {
        Self { words: words.into(), at: at.cloned() }
    }
}

/// What a difference is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub kind: ObjectKind,
    /// The table, or the enum that is in no table.
    pub owner: ObjectName,
    /// The column, index, constraint or label; `None` for the owner itself and for what has no name.
    pub name: Option<Arc<str>>,
    /// The columns of a key or an index; the column whose labels these are.
    pub columns: Vec<Arc<str>>,
}

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    Table,
    Column,
    PrimaryKey,
    ForeignKey,
    Unique,
    Index,
    Check,
    Enum,
    View,
    /// A label of an enum, or of a column that holds one of some labels.
    Label,
}

/// Something that could not be compared, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    pub aspect: Aspect,
    /// What it is about: `deals`, `deals.status`; `None` for the schema as a whole.
    pub subject: Option<String>,
    pub reason: Arc<str>,
    pub at: Option<Location>,
}

impl std::fmt::Display for Undecided {
    /// Writes `deals.status: why it is not known`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(subject) = &self.subject {
            write!(formatter, "{subject}: ")?;
        }
        formatter.write_str(&self.reason)
    }
}

impl Object {
    /// Returns the object that is this table.
    pub fn table(name: &ObjectName) -> Self {
        Self { kind: ObjectKind::Table, owner: name.clone(), name: None, columns: Vec::new() }
    }

    /// Returns the object that is a column of this table.
    pub fn column(table: &ObjectName, column: &Arc<str>) -> Self {
        Self { kind: ObjectKind::Column, owner: table.clone(), name: Some(column.clone()), columns: Vec::new() }
    }

    /// Returns the object in one text: `deals`, `deals.status`, `deals.ix_deals_code`.
    pub fn subject(&self) -> String {
        match (self.kind, &self.name, self.columns.as_slice()) {
            (ObjectKind::Label, _, [column]) => format!("{}.{column}", self.owner),
            (ObjectKind::PrimaryKey, ..) => self.owner.to_string(),
            (_, Some(name), _) | (_, None, [name]) => format!("{}.{name}", self.owner),
            (_, None, []) => self.owner.to_string(),
            (_, None, columns) => format!("{}({})", self.owner, columns.join(", ")),
        }
    }

    /// Returns what it is about by field, for `match` of an exception.
    pub fn about(&self) -> Named {
        let mut about = Named::default();
        let mut put = |field: &'static str, value: String| drop(about.insert(field.into(), value));
        let in_table = self.kind != ObjectKind::Enum && !(self.kind == ObjectKind::Label && self.columns.is_empty());
        let owner = match self.kind {
            ObjectKind::View => "view",
            _ if in_table => "table",
            _ => "enum",
        };
        put(owner, self.owner.to_string());
        if let Some(name) = &self.name {
            let field = match self.kind {
                ObjectKind::Column => "column",
                ObjectKind::Index => "index",
                ObjectKind::Label => "label",
                _ => "constraint",
            };
            put(field, name.to_string());
        }
        match self.columns.as_slice() {
            [] => {}
            [column] => put("column", column.to_string()),
            columns => put("columns", columns.join(", ")),
        }
        about
    }

    /// Returns the names by which an ignore list may mean it.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec![self.owner.to_string()];
        if self.owner.schema.is_some() {
            names.push(self.owner.name.to_string());
        }
        if let Some(name) = &self.name {
            names.push(format!("{}.{name}", self.owner));
            if matches!(self.kind, ObjectKind::Index | ObjectKind::ForeignKey | ObjectKind::Unique | ObjectKind::Check)
            {
                names.push(name.to_string());
            }
        }
        if let [column] = self.columns.as_slice() {
            names.push(format!("{}.{column}", self.owner));
        }
        names
    }
}
