//! What objects of known libraries lend: `db = SQLAlchemy()` has `db.Column`.

use std::rc::Rc;

use super::Interpreter;
use super::value::{Object, Value};

/// Names of `sqlalchemy.orm` that Flask-SQLAlchemy's object has beside those of `sqlalchemy`.
const ORM: &[&str] = &[
    "relationship",
    "relation",
    "dynamic_loader",
    "backref",
    "mapped_column",
    "column_property",
    "deferred",
    "undefer",
    "synonym",
    "composite",
    "Mapped",
    "declared_attr",
    "registry",
    "query_expression",
    "joinedload",
    "subqueryload",
    "validates",
    "reconstructor",
    "aliased",
    "WriteOnlyMapped",
    "DynamicMapped",
];

/// What `from sqlalchemy import *` brings that models use.
const CORE: &[&str] = &[
    "ARRAY",
    "BIGINT",
    "BINARY",
    "BLOB",
    "BOOLEAN",
    "BigInteger",
    "Boolean",
    "CHAR",
    "CLOB",
    "CheckConstraint",
    "Column",
    "Computed",
    "DATE",
    "DATETIME",
    "DDL",
    "DECIMAL",
    "DOUBLE",
    "Date",
    "DateTime",
    "DefaultClause",
    "Double",
    "Enum",
    "FLOAT",
    "FetchedValue",
    "Float",
    "ForeignKey",
    "ForeignKeyConstraint",
    "INT",
    "INTEGER",
    "Identity",
    "Index",
    "Integer",
    "Interval",
    "JSON",
    "LargeBinary",
    "MetaData",
    "NCHAR",
    "NUMERIC",
    "NVARCHAR",
    "Numeric",
    "PickleType",
    "PrimaryKeyConstraint",
    "REAL",
    "SMALLINT",
    "Sequence",
    "SmallInteger",
    "String",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "Table",
    "Text",
    "Time",
    "TypeDecorator",
    "UUID",
    "Unicode",
    "UnicodeText",
    "UniqueConstraint",
    "Uuid",
    "VARBINARY",
    "VARCHAR",
    "and_",
    "asc",
    "case",
    "cast",
    "desc",
    "event",
    "false",
    "func",
    "literal",
    "literal_column",
    "not_",
    "null",
    "or_",
    "orm",
    "text",
    "true",
    "types",
];

/// Returns what `from module import *` binds a name to, for the modules of SQLAlchemy that people import so.
pub fn starred(module: &str, name: &str) -> Option<String> {
    match module {
        "sqlalchemy" | "sqlalchemy.types" | "sqlalchemy.schema" | "sqlmodel" => {
            CORE.contains(&name).then(|| format!("sqlalchemy.{name}"))
        }
        "sqlalchemy.orm" => ORM.contains(&name).then(|| format!("sqlalchemy.orm.{name}")),
        _ => None,
    }
}

/// Names that the object has itself.
const OWN: &[&str] = &["Model", "Table", "metadata", "metadatas", "session", "engine", "engines", "app", "Query"];

impl<'a> Interpreter<'_, 'a> {
    /// Returns whether an object is Flask-SQLAlchemy's `SQLAlchemy()`, or one of a class made from it.
    pub fn is_flask_database(&self, object: &Object<'a>) -> bool {
        let of_flask = |value: &Value<'a>| {
            value.path().is_some_and(|path| {
                let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
                matches!(name, "SQLAlchemy" | "SQLA") && (module.starts_with("flask") || module.contains("flask"))
            })
        };
        match &object.callee {
            Value::Class(class) => self.derives(class, of_flask),
            callee => of_flask(callee),
        }
    }

    pub(super) fn library_attribute(&self, object: &Rc<Object<'a>>, name: &str) -> Option<Value<'a>> {
        if !self.is_flask_database(object) || OWN.contains(&name) {
            return None;
        }
        if let Value::Class(class) = &object.callee
            && self.find(class, name).is_some()
        {
            return None;
        }
        Some(if ORM.contains(&name) {
            Value::external(format!("sqlalchemy.orm.{name}"))
        } else {
            Value::external(format!("sqlalchemy.{name}"))
        })
    }
}
