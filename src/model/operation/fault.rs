//! Faults: what a migration does that a database would refuse, or that does not do what it says.

use std::sync::Arc;

use super::{Direction, Operation};
use crate::model::location::Location;
use crate::model::schema::ObjectName;

/// Something that is wrong with an operation, seen from the schema that it meets.
///
/// There is no fault where anything that it rests on is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// The operation.
    pub at: Location,
    pub direction: Direction,
    /// The table, enum, view, index, extension or schema that it is about.
    pub object: ObjectName,
    /// The column, index, constraint or label of the object.
    pub member: Option<Arc<str>>,
    /// What a message may say besides: `type`, `target`, `statement`, `difference`.
    pub parts: Vec<(&'static str, Arc<str>)>,
}

/// A kind of fault: its word, and what it says.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal, $message:literal;)+) => {
        /// What kind of fault it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FaultKind {
            $($(#[doc = $doc])* $name,)+
        }

        impl FaultKind {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// Returns the word for it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// Returns its message; `{object}`, `{member}` and the names of its parts stand in braces.
            pub const fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $message,)+
                }
            }
        }
    };
}

kinds! {
    TableExists = "table_exists", "table {object} exists already";
    ColumnExists = "column_exists", "column {object}.{member} exists already";
    IndexExists = "index_exists", "index {member} exists already, on {object}";
    ConstraintExists = "constraint_exists", "constraint {member} of {object} exists already";
    /// A second primary key.
    PrimaryKeyExists = "primary_key_exists", "{object} has a primary key already";
    EnumExists = "enum_exists", "enum {object} exists already";
    LabelExists = "label_exists", "enum {object} has the label '{member}' already";
    ViewExists = "view_exists", "view {object} exists already";
    ExtensionExists = "extension_exists", "extension {object} exists already";
    NoTable = "no_table", "there is no table {object}";
    NoColumn = "no_column", "there is no column {object}.{member}";
    NoIndex = "no_index", "there is no index {member}";
    NoConstraint = "no_constraint", "{object} has no constraint {member}";
    /// Dropped, renamed or altered.
    NoEnum = "no_enum", "there is no enum {object}";
    NoLabel = "no_label", "enum {object} has no label '{member}'";
    NoView = "no_view", "there is no view {object}";
    NoExtension = "no_extension", "there is no extension {object}";
    /// A column's type.
    EnumNotCreated = "enum_not_created", "column {column} has the type {object}, which is not created before";
    /// A type or function of an extension.
    ExtensionNotCreated = "extension_not_created", "{what} needs the extension {object}, which is not created before";
    ForeignKeyTable = "foreign_key_table", "a foreign key of {object} points to table {target}, which does not exist";
    ForeignKeyColumn = "foreign_key_column", "a foreign key of {object} points to column {target}, which does not exist";
    ForeignKeyType = "foreign_key_type",
        "a foreign key of {object} joins {member} ({type}) and {target} ({target_type})";
    /// The columns that it points to are no key.
    ForeignKeyTarget = "foreign_key_target",
        "a foreign key of {object} points to {target}, which is neither a primary key nor unique";
    IndexColumn = "index_column", "index {index} is on column {object}.{member}, which does not exist";
    ConstraintColumn = "constraint_column", "a constraint of {object} is on column {member}, which does not exist";
    /// Without CASCADE.
    TableReferenced = "table_referenced", "table {object} is dropped while a foreign key of {referrer} points to it";
    ColumnReferenced = "column_referenced",
        "column {object}.{member} is dropped while a foreign key of {referrer} points to it";
    EnumUsed = "enum_used", "enum {object} is dropped while column {column} has it";
    /// `DROP INDEX` of the index behind a constraint.
    IndexOfConstraint = "index_of_constraint", "index {member} belongs to a constraint of {object} and cannot be dropped by itself";
    /// A statement that SQLite does not have, outside of Alembic's batch mode.
    SqliteCannot = "sqlite_cannot", "SQLite cannot {statement}";
    /// The schema after upgrade and downgrade is not the one before.
    NotRestored = "not_restored", "the downgrade does not restore {object}: {difference}";
}

impl Fault {
    /// Returns a fault of an operation.
    pub fn new(kind: FaultKind, operation: &Operation, object: &ObjectName) -> Self {
        Self {
            kind,
            at: operation.at.clone(),
            direction: operation.direction,
            object: object.clone(),
            member: None,
            parts: Vec::new(),
        }
    }

    /// Adds the column, index, constraint or label.
    #[must_use]
    pub fn member(mut self, member: &str) -> Self {
        self.member = Some(member.into());
        self
    }

    /// Adds what its message says besides.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<Arc<str>>) -> Self {
        self.parts.push((name, text.into()));
        self
    }

    /// Returns a part by its name.
    pub fn part(&self, name: &str) -> Option<&Arc<str>> {
        self.parts.iter().find(|(part, _)| *part == name).map(|(_, text)| text)
    }

    /// Returns what it is about: `deals`, or `deals.status`.
    pub fn subject(&self) -> String {
        match &self.member {
            Some(member) => format!("{}.{member}", self.object),
            None => self.object.to_string(),
        }
    }

    /// Returns what is wrong, as a sentence without its full stop.
    pub fn message(&self) -> String {
        let mut rest = self.kind.message();
        let mut message = String::with_capacity(rest.len() + 40);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            message.push_str(before);
            match name {
                "object" => message.push_str(&self.object.to_string()),
                "member" => message.push_str(self.member.as_deref().unwrap_or_default()),
                part => message.push_str(self.part(part).map_or("", |text| &**text)),
            }
            rest = after;
        }
        message.push_str(rest);
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Action;

    #[test]
    fn messages_name_all_parts() {
        let operation = Operation::new(Action::Execute, Direction::Upgrade, Location::file("a.py"));
        let fault = Fault::new(FaultKind::ForeignKeyType, &operation, &ObjectName::new("deals"))
            .member("owner")
            .with("type", "UUID")
            .with("target", "users.id")
            .with("target_type", "INTEGER");
        assert_eq!(fault.message(), "a foreign key of deals joins owner (UUID) and users.id (INTEGER)");
        assert_eq!(fault.subject(), "deals.owner");
    }

    #[test]
    fn words_are_unlike_each_other_and_braces_are_closed() {
        for (number, kind) in FaultKind::ALL.iter().enumerate() {
            assert_eq!(FaultKind::WORDS[number], kind.name());
            assert!(!FaultKind::WORDS[..number].contains(&kind.name()), "{}", kind.name());
            assert_eq!(kind.message().matches('{').count(), kind.message().matches('}').count(), "{}", kind.name());
        }
    }
}
