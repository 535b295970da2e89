//! Canonical names: one spelling for what SQLAlchemy and Alembic export in several places, and what unbound names mean
//! by convention.

/// Modules whose members `sqlalchemy` itself exports.
const SQLALCHEMY: &[&str] = &[
    "sqlalchemy.types",
    "sqlalchemy.schema",
    "sqlalchemy.inspection",
    "sqlalchemy.sql.sqltypes",
    "sqlalchemy.sql.type_api",
    "sqlalchemy.sql.schema",
    "sqlalchemy.sql.expression",
    "sqlalchemy.sql.elements",
    "sqlalchemy.sql.selectable",
    "sqlalchemy.sql",
];

/// Submodules of `sqlalchemy.sql` that are no members of `sqlalchemy`.
const SQL_MODULES: &[&str] = &[
    "sqltypes",
    "type_api",
    "schema",
    "expression",
    "elements",
    "selectable",
    "functions",
    "ddl",
    "dml",
    "operators",
    "compiler",
    "base",
    "visitors",
    "util",
    "roles",
    "coercions",
    "naming",
    "default_comparator",
];

/// Modules inside `sqlalchemy.dialects.<dialect>` whose members the dialect itself exports.
const DIALECT_MODULES: &[&str] = &[
    "base",
    "json",
    "enum",
    "enumerated",
    "named_types",
    "types",
    "array",
    "ranges",
    "hstore",
    "ext",
    "dml",
    "bitstring",
    "operators",
];

/// Other names that stand for the same thing; each also for what lies below it.
const SAME: &[(&str, &str)] = &[
    ("alembic.operations.base.Operations", "alembic.op"),
    ("alembic.operations.Operations", "alembic.op"),
    ("alembic.operations.base.BatchOperations", "alembic.op.batch_alter_table"),
    ("alembic.operations.BatchOperations", "alembic.op.batch_alter_table"),
    ("sqlalchemy.engine.reflection.Inspector", "sqlalchemy.Inspector"),
    ("sqlalchemy.engine.Inspector", "sqlalchemy.Inspector"),
    ("sqlalchemy.engine.create.create_engine", "sqlalchemy.create_engine"),
    ("sqlalchemy.engine.create_engine", "sqlalchemy.create_engine"),
];

/// What `sqlmodel` has itself; everything else that it exports is SQLAlchemy's.
const SQLMODEL: &[&str] =
    &["SQLModel", "Field", "Relationship", "Session", "AutoString", "main", "sql", "orm", "ext", "pool", "default"];

/// Returns the name under which laws know what `path` names: `sqlalchemy.sql.sqltypes.Enum` is `sqlalchemy.Enum`.
pub fn canonical(path: String) -> String {
    if let Some(member) = path.strip_prefix("sqlmodel.") {
        let first = member.split('.').next().unwrap_or(member);
        return if SQLMODEL.contains(&first) { path } else { format!("sqlalchemy.{member}") };
    }
    if !path.starts_with("sqlalchemy.") && !path.starts_with("alembic.operations.") {
        return path;
    }
    // Members of `sqlalchemy` itself are what most paths name.
    if path.bytes().filter(|byte| *byte == b'.').nth(1).is_none() {
        return path;
    }
    for (name, same) in SAME {
        if let Some(rest) = path.strip_prefix(name)
            && (rest.is_empty() || rest.starts_with('.'))
        {
            return format!("{same}{rest}");
        }
    }
    if let Some(rest) = path.strip_prefix("sqlalchemy.dialects.")
        && let Some((dialect, rest)) = rest.split_once('.')
        && let Some((module, member)) = rest.split_once('.')
        && DIALECT_MODULES.contains(&module)
    {
        return format!("sqlalchemy.dialects.{dialect}.{member}");
    }
    for module in SQLALCHEMY {
        if let Some(member) = path.strip_prefix(module).and_then(|rest| rest.strip_prefix('.')) {
            let first = member.split('.').next().unwrap_or(member);
            if *module != "sqlalchemy.sql" || !SQL_MODULES.contains(&first) {
                return format!("sqlalchemy.{member}");
            }
        }
    }
    path
}

/// What a name means that nothing in the file binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// The name stands for the thing itself.
    Itself(&'static str),
    /// The name stands for what a call to this yields.
    Yielded(&'static str),
}

/// Returns what an unbound name means by convention.
pub fn convention(name: &str) -> Option<Convention> {
    Some(match name {
        "op" => Convention::Itself("alembic.op"),
        "context" => Convention::Itself("alembic.context"),
        "sa" => Convention::Itself("sqlalchemy"),
        "postgresql" => Convention::Itself("sqlalchemy.dialects.postgresql"),
        "mysql" => Convention::Itself("sqlalchemy.dialects.mysql"),
        "sqlite" => Convention::Itself("sqlalchemy.dialects.sqlite"),
        "batch_op" => Convention::Yielded("alembic.op.batch_alter_table"),
        _ => return None,
    })
}

/// Returns what a parameter means by convention: only the names of Alembic's own operations objects.
pub fn parameter_convention(name: &str) -> Option<Convention> {
    matches!(name, "op" | "batch_op").then(|| convention(name)).flatten()
}

/// Returns whether a file can name the thing of this path without spelling `last`, the end of the path.
pub fn hides(path: &str, last: &str) -> bool {
    let below = |target: &str| path == target;
    // Plain names that a convention gives a meaning.
    let by_convention = ["op", "context", "sa", "postgresql", "mysql", "sqlite", "batch_op"].into_iter().any(|name| {
        !name.contains(last)
            && matches!(convention(name), Some(Convention::Itself(target) | Convention::Yielded(target)) if below(target))
    });
    by_convention || SAME.iter().any(|(name, target)| below(target) && !name.contains(last))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn reexports_are_folded() {
        let cases = [
            ("sqlalchemy.Enum", "sqlalchemy.Enum"),
            ("sqlalchemy.types.Enum", "sqlalchemy.Enum"),
            ("sqlalchemy.sql.sqltypes.Enum", "sqlalchemy.Enum"),
            ("sqlalchemy.schema.Column", "sqlalchemy.Column"),
            ("sqlalchemy.sql.schema.Column", "sqlalchemy.Column"),
            ("sqlalchemy.sql.text", "sqlalchemy.text"),
            ("sqlalchemy.sql.expression.func.now", "sqlalchemy.func.now"),
            ("sqlalchemy.sql.functions.now", "sqlalchemy.sql.functions.now"),
            ("sqlalchemy.dialects.postgresql.base.UUID", "sqlalchemy.dialects.postgresql.UUID"),
            ("sqlalchemy.dialects.postgresql.json.JSONB", "sqlalchemy.dialects.postgresql.JSONB"),
            ("sqlalchemy.dialects.postgresql.ENUM.create", "sqlalchemy.dialects.postgresql.ENUM.create"),
            ("sqlalchemy.dialects.postgresql.array", "sqlalchemy.dialects.postgresql.array"),
            ("alembic.operations.Operations.execute", "alembic.op.execute"),
            ("alembic.operations.BatchOperations.drop_column", "alembic.op.batch_alter_table.drop_column"),
            ("sqlalchemy.engine.reflection.Inspector.from_engine", "sqlalchemy.Inspector.from_engine"),
            ("sqlalchemy_utils.types.uuid", "sqlalchemy_utils.types.uuid"),
            ("sqlmodel.Column", "sqlalchemy.Column"),
            ("sqlmodel.func.now", "sqlalchemy.func.now"),
            ("sqlmodel.Field", "sqlmodel.Field"),
            ("sqlmodel.sql.sqltypes.AutoString", "sqlmodel.sql.sqltypes.AutoString"),
        ];
        for (path, expected) in cases {
            assert_eq!(canonical(path.into()), expected);
        }
    }
}
