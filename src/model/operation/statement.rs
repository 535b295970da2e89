//! SQL statements.

use std::sync::Arc;

use crate::model::location::Location;
use crate::model::schema::Dialect;
use crate::model::value::Known;

/// A statement of a `.sql` file, or of SQL inside a Python string.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    /// As written, without the semicolon and without comments before it.
    pub text: Arc<str>,
    pub dialect: Dialect,
    pub at: Location,
    /// Whether it runs inside a transaction.
    pub in_transaction: Known<bool>,
    /// Words that a kind does not say by itself, lower case: `cascade` of TRUNCATE and DROP, `full` of VACUUM,
    /// `concurrently`, `where` of UPDATE and DELETE, `local` of SET, `if_exists`, `if_not_exists`; `check` and `not_null`
    /// of a domain.
    pub words: Vec<Arc<str>>,
    /// What it is about, as written and without quotes: the table of an UPDATE, the setting of a SET, the index of a
    /// REINDEX; several for `DROP TABLE a, b`.
    pub names: Vec<Arc<str>>,
    /// The columns that an UPDATE or `ON CONFLICT DO UPDATE` assigns, in order and as often as it does.
    pub assigns: Vec<Arc<str>>,
    /// The value of a SET as text.
    pub value: Option<Arc<str>>,
    /// Why it could not be read, where its kind is `unknown`.
    pub fault: Option<Arc<str>>,
}

/// What a statement is: its leading words, in lower case with underscores: `create_index`, `alter_table`, `update`,
/// `set`, `do`, `begin`; `unknown` for what could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementKind(pub Arc<str>);

impl StatementKind {
    /// What could not be parsed.
    pub const UNKNOWN: &'static str = "unknown";

    /// Returns whether it could not be parsed.
    pub fn is_unknown(&self) -> bool {
        &*self.0 == Self::UNKNOWN
    }
}
