//! Two schemas in, the lines out that make one of the other.

use super::Writer;
use crate::model::operation::Action;
use crate::model::schema::compare::{Aspect, What, compare};
use crate::model::schema::{Dialect, Schema};
use crate::yaml::{Source, parse, read_schema};

fn schema(name: &str, text: &str) -> Schema {
    let node = parse(&Source::new(name, text)).expect("a test is YAML");
    let mut problems = Vec::new();
    let schema = read_schema(name, &node, &mut problems);
    schema.unwrap_or_else(|| panic!("{problems:?}"))
}

/// Returns what Alembic and SQL write for each line of each difference; `-` for nothing.
fn lines(dialect: Dialect, expected: &str, actual: &str) -> Vec<String> {
    let (expected, mut actual) = (schema("models", expected), schema("migrations", actual));
    actual.dialect = Some(dialect);
    let what = What { aspects: Aspect::ALL.to_vec(), ..What::default() };
    let actions = compare(&expected, &actual, &what).differences.into_iter().flat_map(|difference| difference.mend);
    let written = |writer: Writer, action: &Action| writer.write(action, dialect).unwrap_or_else(|| "-".to_owned());
    actions.flat_map(|action| [written(Writer::Alembic, &action), written(Writer::Sql, &action)]).collect()
}

fn check(dialect: Dialect, expected: &str, actual: &str, wanted: &[&str]) {
    assert_eq!(lines(dialect, expected, actual), wanted, "{dialect}\n{expected}\n{actual}");
}

#[test]
fn columns() {
    let models = |column: &str| format!("tables: {{deals: {{columns: {{id: integer primary key, x: {column}}}}}}}");
    let none = "tables: {deals: {columns: {id: integer primary key}}}";
    for (dialect, column, python, sql) in [
        (Dialect::Postgresql, "integer not null", "sa.Integer(), nullable=False", "x INTEGER NOT NULL"),
        (Dialect::Postgresql, "String(50)", "sa.String(length=50), nullable=True", "x VARCHAR(50)"),
        (Dialect::Postgresql, "jsonb", "postgresql.JSONB(), nullable=True", "x JSONB"),
        (
            Dialect::Postgresql,
            "'numeric(10, 2)'",
            "sa.Numeric(precision=10, scale=2), nullable=True",
            "x NUMERIC(10, 2)",
        ),
        (Dialect::Postgresql, "timestamptz", "sa.DateTime(timezone=True), nullable=True", "x TIMESTAMP WITH TIME ZONE"),
        (Dialect::Postgresql, "uuid", "postgresql.UUID(), nullable=True", "x UUID"),
        (Dialect::Postgresql, "'text[]'", "postgresql.ARRAY(sa.Text()), nullable=True", "x TEXT[]"),
        (Dialect::Postgresql, "double precision", "sa.Float(precision=53), nullable=True", "x DOUBLE PRECISION"),
        (Dialect::Postgresql, "inet", "postgresql.INET(), nullable=True", "x INET"),
        (Dialect::Postgresql, "geometry", "-", "x geometry"),
        (
            Dialect::Postgresql,
            "\"text not null default 'a:b \\\" c'\"",
            r#"sa.Text(), nullable=False, server_default=sa.text("'a:b \" c'")"#,
            "x TEXT DEFAULT 'a:b \" c' NOT NULL",
        ),
        (Dialect::Mysql, "bigint unsigned", "mysql.BIGINT(unsigned=True), nullable=True", "`x` BIGINT UNSIGNED"),
        (Dialect::Mysql, "longtext", "mysql.LONGTEXT(), nullable=True", "`x` LONGTEXT"),
        (Dialect::Mysql, "String", "-", "-"),
        (Dialect::Sqlite, "Uuid", "sa.Uuid(), nullable=True", "\"x\" CHAR(32)"),
        (Dialect::Sqlite, "integer not null", "-", "-"),
        (Dialect::Sqlite, "timestamp default now()", "-", "-"),
        (
            Dialect::Sqlite,
            "integer not null default 0",
            "sa.Integer(), nullable=False, server_default=sa.text(\"0\")",
            "\"x\" INTEGER DEFAULT 0 NOT NULL",
        ),
    ] {
        let mut models = models(column);
        if dialect == Dialect::Mysql {
            models = format!("{{dialect: mysql, {models}}}");
        }
        let table = match dialect {
            Dialect::Postgresql => "deals",
            Dialect::Mysql => "`deals`",
            Dialect::Sqlite => "\"deals\"",
        };
        let python = match python {
            "-" => "-".to_owned(),
            python => format!("op.add_column(\"deals\", sa.Column(\"x\", {python}))"),
        };
        let sql = match sql {
            "-" => "-".to_owned(),
            sql => format!("ALTER TABLE {table} ADD COLUMN {sql}"),
        };
        check(dialect, &models, none, &[&python, &sql]);
    }
}

#[test]
fn what_changes_a_column() {
    let expected = "tables: {deals: {columns: {a: integer not null, b: 'varchar(9)', c: integer, d: integer}}}";
    let actual = "tables: {deals: {columns: {a: integer, b: text, c: text, d: integer not null}}}";
    check(
        Dialect::Postgresql,
        expected,
        actual,
        &[
            "op.alter_column(\"deals\", \"a\", nullable=False)",
            "ALTER TABLE deals ALTER COLUMN a SET NOT NULL",
            "op.alter_column(\"deals\", \"b\", type_=sa.String(length=9))",
            "ALTER TABLE deals ALTER COLUMN b TYPE VARCHAR(9)",
            "op.alter_column(\"deals\", \"c\", type_=sa.Integer(), postgresql_using=\"\\\"c\\\"::INTEGER\")",
            "ALTER TABLE deals ALTER COLUMN c TYPE INTEGER USING \"c\"::INTEGER",
            "op.alter_column(\"deals\", \"d\", nullable=True)",
            "ALTER TABLE deals ALTER COLUMN d DROP NOT NULL",
        ],
    );
    let actual = "tables: {deals: {columns: {a: integer, b: text, c: text, d: integer not null default 3}}}";
    check(
        Dialect::Mysql,
        expected,
        actual,
        &[
            "op.alter_column(\"deals\", \"a\", existing_type=sa.Integer(), nullable=False)",
            "ALTER TABLE `deals` MODIFY COLUMN `a` INTEGER NOT NULL",
            "op.alter_column(\"deals\", \"b\", existing_type=sa.Text(), existing_nullable=True, type_=sa.String(length=9))",
            "ALTER TABLE `deals` MODIFY COLUMN `b` VARCHAR(9) NULL",
            "op.alter_column(\"deals\", \"c\", existing_type=sa.Text(), existing_nullable=True, type_=sa.Integer())",
            "ALTER TABLE `deals` MODIFY COLUMN `c` INTEGER NULL",
        ],
    );
    check(
        Dialect::Sqlite,
        "tables: {deals: {columns: {a: integer not null}}}",
        "tables: {deals: {columns: {a: integer, old: text}}}",
        &[
            "with op.batch_alter_table(\"deals\") as batch_op: batch_op.alter_column(\"a\", nullable=False)",
            "-",
            "with op.batch_alter_table(\"deals\") as batch_op: batch_op.drop_column(\"old\")",
            "ALTER TABLE \"deals\" DROP COLUMN \"old\"",
        ],
    );
}

#[test]
fn tables_keys_and_indexes() {
    check(
        Dialect::Postgresql,
        "tables: {users: [id], audit.order: {columns: {id: integer, u: integer references users(id) on delete cascade}, \
         uniques: [{name: uq_u, columns: [u]}], indexes: [{name: ix_u, columns: [u], unique: true, where: 'u > 0'}]}}",
        "tables: {old: [id], audit.order: {columns: {id: integer, u: integer}, indexes: [{name: ix_o, columns: [id]}]}}",
        &[
            "op.create_table(\"users\", ...)",
            "CREATE TABLE users (...)",
            "op.drop_table(\"old\")",
            "DROP TABLE old",
            "op.create_foreign_key(None, \"order\", \"users\", [\"u\"], [\"id\"], ondelete=\"CASCADE\", source_schema=\"audit\")",
            "ALTER TABLE audit.\"order\" ADD FOREIGN KEY (u) REFERENCES users (id) ON DELETE CASCADE",
            "op.create_unique_constraint(\"uq_u\", \"order\", [\"u\"], schema=\"audit\")",
            "ALTER TABLE audit.\"order\" ADD CONSTRAINT uq_u UNIQUE (u)",
            "op.create_index(\"ix_u\", \"order\", [\"u\"], unique=True, postgresql_where=sa.text(\"u > 0\"), schema=\"audit\")",
            "CREATE UNIQUE INDEX ix_u ON audit.\"order\" (u) WHERE u > 0",
            "op.drop_index(\"ix_o\", table_name=\"order\", schema=\"audit\")",
            "DROP INDEX audit.ix_o",
        ],
    );
    check(
        Dialect::Sqlite,
        "tables: {deals: {columns: {a: integer}, uniques: [{name: uq_a, columns: [a]}]}}",
        "tables: {deals: {columns: {a: integer references users(id)}}}",
        &[
            // A key without a name cannot be dropped by it.
            "-",
            "-",
            "with op.batch_alter_table(\"deals\") as batch_op: batch_op.create_unique_constraint(\"uq_a\", [\"a\"])",
            "-",
        ],
    );
}

#[test]
fn enums() {
    check(
        Dialect::Postgresql,
        "{tables: {}, enums: {mood: [sad, \"it's\"], \"Kind\": [a]}}",
        "{tables: {}, enums: {mood: [sad], old: [a]}}",
        &[
            "op.execute(\"ALTER TYPE mood ADD VALUE 'it''s'\")",
            "ALTER TYPE mood ADD VALUE 'it''s'",
            "postgresql.ENUM(\"a\", name=\"Kind\").create(op.get_bind())",
            "CREATE TYPE \"Kind\" AS ENUM ('a')",
            "op.execute(\"DROP TYPE old\")",
            "DROP TYPE old",
        ],
    );
}

#[test]
fn an_enum_is_made_before_a_column_has_it() {
    let models = "{tables: {deals: {columns: {id: integer, x: mood}}}, enums: {mood: [sad, ok]}}";
    let column = [
        "op.add_column(\"deals\", sa.Column(\"x\", sa.Enum(\"sad\", \"ok\", name=\"mood\"), nullable=True))",
        "ALTER TABLE deals ADD COLUMN x mood",
    ];
    let made = [
        "postgresql.ENUM(\"sad\", \"ok\", name=\"mood\").create(op.get_bind())",
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    ];
    let there = "{tables: {deals: {columns: {id: integer}}}, enums: {mood: [sad, ok]}}";
    check(Dialect::Postgresql, models, there, &column);
    check(
        Dialect::Postgresql,
        models,
        "tables: {deals: {columns: {id: integer}}}",
        &[made[0], made[1], column[0], column[1], made[0], made[1]],
    );
}

#[test]
fn nothing_is_written_that_is_not_known_or_breaks_out() {
    let none = "tables: {deals: {columns: {id: integer}}}";
    let long = format!("tables: {{deals: {{columns: {{id: integer, {}: integer}}}}}}", "x".repeat(400));
    check(Dialect::Sqlite, &long, none, &["-", "-"]);
    let hostile = "tables: {deals: {columns: {id: integer, \"x\\\"); drop\\\\\": integer}}}";
    check(
        Dialect::Postgresql,
        hostile,
        none,
        &[
            r#"op.add_column("deals", sa.Column("x\"); drop\\", sa.Integer(), nullable=True))"#,
            r#"ALTER TABLE deals ADD COLUMN "x""); drop\" INTEGER"#,
        ],
    );
    let broken = "tables: {deals: {columns: {id: integer, \"a\\nb\": integer}}}";
    assert_eq!(lines(Dialect::Postgresql, broken, none)[1], "-", "one line");
}

#[test]
fn binds_of_a_default_are_none() {
    for (sql, expected) in [
        ("now()", "now()"),
        ("'{}'::jsonb", "'{}'::jsonb"),
        ("':x'", r"'\\:x'"),
        ("'a:b'", "'a:b'"),
        ("' :b'", r"' \\:b'"),
    ] {
        assert_eq!(super::python::sql(sql), format!("sa.text(\"{expected}\")"));
    }
}
