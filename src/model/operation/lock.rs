//! Locks that PostgreSQL takes on the table of an operation.

use super::action::{Action, Constraint, Data};

/// A lock on a table, the weakest first.
///
/// Source: PostgreSQL's documentation, chapter "Explicit Locking", table 13.2, and the notes of each command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lock {
    RowExclusive,
    /// Readers and writers go on; other schema changes and VACUUM wait.
    ShareUpdateExclusive,
    /// Readers go on, writers wait.
    Share,
    ShareRowExclusive,
    Exclusive,
    /// Everybody waits.
    AccessExclusive,
}

impl Lock {
    pub const WORDS: &'static [&'static str] =
        &["row_exclusive", "share_update_exclusive", "share", "share_row_exclusive", "exclusive", "access_exclusive"];

    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RowExclusive => "row_exclusive",
            Self::ShareUpdateExclusive => "share_update_exclusive",
            Self::Share => "share",
            Self::ShareRowExclusive => "share_row_exclusive",
            Self::Exclusive => "exclusive",
            Self::AccessExclusive => "access_exclusive",
        }
    }

    /// Returns the lock that an action takes on the table that it is about, on PostgreSQL; `None` where it takes none
    /// that anybody waits for, or is about no table that is there already.
    pub fn of(action: &Action, concurrently: bool) -> Option<Self> {
        Some(match action {
            Action::CreateIndex { .. } if concurrently => Self::ShareUpdateExclusive,
            Action::CreateIndex { .. } => Self::Share,
            Action::DropIndex { .. } | Action::DetachPartition { .. } if concurrently => Self::ShareUpdateExclusive,
            Action::Reindex { .. } => {
                if concurrently {
                    Self::ShareUpdateExclusive
                } else {
                    Self::Share
                }
            }
            Action::RefreshView { .. } => {
                if concurrently {
                    Self::Exclusive
                } else {
                    Self::AccessExclusive
                }
            }
            Action::AddConstraint { constraint, .. } if matches!(**constraint, Constraint::ForeignKey(_)) => {
                Self::ShareRowExclusive
            }
            Action::ValidateConstraint { .. } | Action::AttachPartition { .. } | Action::CommentTable { .. } => {
                Self::ShareUpdateExclusive
            }
            Action::RenameIndex { .. } => Self::ShareUpdateExclusive,
            Action::AlterTable { what, .. } if what.starts_with("validate") || what.contains("statistics") => {
                Self::ShareUpdateExclusive
            }
            Action::AlterTable { what, .. } if what.contains("trigger") => Self::ShareRowExclusive,
            Action::CreateOther { kind, .. } if &**kind == "trigger" => Self::ShareRowExclusive,
            Action::DropOther { kind, .. } if &**kind == "trigger" => Self::AccessExclusive,
            Action::Data { verb: Data::Truncate, .. } => Self::AccessExclusive,
            Action::Data { .. } => Self::RowExclusive,
            Action::DropTable { .. }
            | Action::RenameTable { .. }
            | Action::AddColumn { .. }
            | Action::DropColumn { .. }
            | Action::RenameColumn { .. }
            | Action::AlterColumn(_)
            | Action::DropIndex { .. }
            | Action::AddConstraint { .. }
            | Action::DropConstraint { .. }
            | Action::RenameConstraint { .. }
            | Action::DetachPartition { .. }
            | Action::AlterTable { .. }
            | Action::DropView { .. } => Self::AccessExclusive,
            _ => return None,
        })
    }
}
