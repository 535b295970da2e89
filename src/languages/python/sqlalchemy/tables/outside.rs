//! Bases and mixins of other packages: which add no column, which add which, and which are declarative.

use crate::model::schema::Normal;

/// Modules whose classes add no column to a table.
const HARMLESS: &[&str] = &[
    "builtins",
    "typing",
    "typing_extensions",
    "abc",
    "collections",
    "dataclasses",
    "enum",
    "pydantic",
    "flask_login",
    "flask_security",
    "sqlalchemy_serializer",
    "sqlalchemy",
    "sqlmodel",
    "attr",
    "attrs",
    "werkzeug",
    "types",
    "functools",
    "contextlib",
    "threading",
    "logging",
    "marshmallow",
    "json",
    "six",
    "future",
    "zope",
    "flask_appbuilder.Model",
    "flask_sqlalchemy",
    "future_builtins",
];

/// Classes of other packages that have tables among their subclasses.
const DECLARATIVE: &[&str] = &[
    "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "sqlalchemy.ext.declarative.AbstractConcreteBase",
    "flask_appbuilder.Model",
    "flask_appbuilder.models.sqla.Model",
];

/// Returns whether a base of another package adds no column to a table.
pub fn adds_nothing(path: &str) -> bool {
    HARMLESS.iter().any(|module| path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
        || DECLARATIVE.contains(&path)
}

/// Returns whether a base of another package is declarative.
pub fn is_declarative(path: &str) -> bool {
    DECLARATIVE.contains(&path)
}

/// A column that a mixin of another package adds.
pub struct Lent {
    pub name: &'static str,
    pub normal: Normal,
    /// `table.column`.
    pub target: Option<&'static str>,
}

const INTEGER: Normal = Normal::Integer { bits: 32, unsigned: false };
const MOMENT: Normal = Normal::Timestamp { zone: false, precision: None };

const fn lent(name: &'static str, normal: Normal) -> Lent {
    Lent { name, normal, target: None }
}

/// Mixins of other packages by name, and the columns that they add; none may be null.
const MIXINS: &[(&str, &[Lent])] = &[
    (
        "flask_appbuilder.models.mixins.AuditMixin",
        &[
            lent("created_on", MOMENT),
            lent("changed_on", MOMENT),
            Lent { name: "created_by_fk", normal: INTEGER, target: Some("ab_user.id") },
            Lent { name: "changed_by_fk", normal: INTEGER, target: Some("ab_user.id") },
        ],
    ),
    ("sqlalchemy_utils.Timestamp", &[lent("created", MOMENT), lent("updated", MOMENT)]),
    ("sqlalchemy_utils.models.Timestamp", &[lent("created", MOMENT), lent("updated", MOMENT)]),
];

/// Returns the columns that a mixin of another package adds.
pub fn lends(path: &str) -> Option<&'static [Lent]> {
    MIXINS.iter().find(|(name, _)| *name == path).map(|(_, columns)| *columns)
}
