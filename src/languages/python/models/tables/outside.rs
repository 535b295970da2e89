//! Bases and mixins of other packages: which add no column, and which are declarative.

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
