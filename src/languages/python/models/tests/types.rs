//! Types: of SQLAlchemy, of other libraries, of the project.

use super::{check, read_text};
use crate::model::schema::Dialect;

/// Reads a type and returns how it is spelled on PostgreSQL, SQLite and MySQL.
#[track_caller]
fn on_all(header: &str, ty: &str) -> [String; 3] {
    let text = format!(
        "import sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql, mysql, sqlite\n{header}\n\
         t = sa.Table('t', sa.MetaData(), sa.Column('c', {ty}))\n"
    );
    let schema = read_text(&text);
    let (_, table) = schema.table("t").expect("the table is read");
    let column = table.column("c").expect("the column is read");
    let dialects = [Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql];
    match &column.ty {
        crate::model::Known::Yes(ty) => dialects.map(|dialect| ty.sql(Some(dialect))),
        crate::model::Known::No(reason) => panic!("{ty}: {reason}"),
    }
}

#[test]
fn types_of_libraries() {
    let cases = [
        ("sa.Integer", ["INTEGER", "INTEGER", "INTEGER"]),
        ("sa.String(length=20)", ["VARCHAR(20)", "VARCHAR(20)", "VARCHAR(20)"]),
        ("sa.Numeric(10, 2)", ["NUMERIC(10, 2)", "NUMERIC(10, 2)", "DECIMAL(10, 2)"]),
        ("sa.Boolean()", ["BOOLEAN", "BOOLEAN", "TINYINT(1)"]),
        ("sa.DateTime(True)", ["TIMESTAMP WITH TIME ZONE", "DATETIME", "DATETIME"]),
        ("sa.BigInteger().with_variant(sa.Integer, 'sqlite')", ["BIGINT", "INTEGER", "BIGINT"]),
        ("sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')", ["JSONB", "JSON", "JSON"]),
        ("MutableDict.as_mutable(postgresql.JSONB)", ["JSONB", "JSONB", "JSON"]),
        ("sqlalchemy_utils.UUIDType(binary=False)", ["UUID", "CHAR(32)", "CHAR(32)"]),
        ("sqlalchemy_utils.types.choice.ChoiceType([], impl=sa.Integer())", ["INTEGER", "INTEGER", "INTEGER"]),
        ("Vector(3)", ["vector(3)", "vector(3)", "vector(3)"]),
    ];
    let header = "import sqlalchemy_utils\nfrom pgvector.sqlalchemy import Vector\n\
        from sqlalchemy.ext.mutable import MutableDict";
    for (ty, expected) in cases {
        assert_eq!(on_all(header, ty).map(|text| text.to_lowercase()), expected.map(str::to_lowercase), "{ty}");
    }
}

#[test]
fn types_of_the_project() {
    let header = r#"
class Guid(sa.types.TypeDecorator):
    impl = sa.CHAR
    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(sa.CHAR(36))
class Json(sa.TypeDecorator):
    impl = sa.JSON
    def load_dialect_impl(self, dialect):
        if dialect.name in ("postgresql", "x"):
            return dialect.type_descriptor(postgresql.JSONB())
        return super().load_dialect_impl(dialect)
class Trimmed(sa.TypeDecorator):
    impl = sa.String
class Fixed(sa.TypeDecorator):
    impl = sa.String(36)
class Sized(sa.TypeDecorator):
    impl = sa.Unicode
    def __init__(self, length=17, **kw):
        super().__init__(length, **kw)
class Long(sa.String):
    def __init__(self):
        super().__init__(length=2 * 2000)
class Geo(sa.types.UserDefinedType):
    def __init__(self, srid):
        self.srid = srid
    def get_col_spec(self, **kw):
        return "GEO(%s)" % self.srid
"#;
    let same = |text: &'static str| [text, text, text];
    for (ty, expected) in [
        ("Guid", ["UUID", "CHAR(36)", "CHAR(36)"]),
        ("Json()", ["JSONB", "JSON", "JSON"]),
        ("Trimmed(33)", same("VARCHAR(33)")),
        ("Fixed(99)", same("VARCHAR(36)")),
        ("Sized()", same("VARCHAR(17)")),
        ("Sized(length=18)", same("VARCHAR(18)")),
        ("Long()", same("VARCHAR(4000)")),
        ("Geo(4326)", same("GEO(4326)")),
    ] {
        assert_eq!(on_all(header, ty).map(|text| text.to_lowercase()), expected.map(str::to_lowercase), "{ty}");
    }
}

#[test]
fn enums_by_names_or_values() {
    check(
        r#"
        import enum
        from enum import StrEnum, auto
        class Color(enum.Enum):
            RED = "red"
            GREEN = "green"
            ALSO_RED = "red"
        class Kind(StrEnum):
            ONE = auto()
            TWO = auto()
        def values(of): return [member.value for member in of]
        State = enum.Enum("State", "on off")
        t = Table("t", MetaData(),
            Column("names", Enum(Color)),
            Column("v", Enum(Color, name="by_value", values_callable=values)),
            Column("k", Enum(Kind, native_enum=False)),
            Column("w", Enum(Kind, values_callable=lambda e: [m.value for m in e], schema="s")),
            Column("l", Enum("a", "b", name="ab")),
            Column("f", Enum(State)),
            Column("i", ARRAY(Enum(*[c.value for c in Color if c is not Color.RED], name="listed"))),
            Column("d", Enum(Color), server_default=Color.RED.name))
        "#,
        "
        table t
          names color null
          v by_value null
          k VARCHAR(3) null
          w s.kind null
          l ab null
          f state null
          i listed[] null
          d color null default 'RED'
        enum ab a,b
        enum by_value red,green
        enum color RED,GREEN
        enum listed green
        enum state on,off
        enum s.kind one,two
        ",
    );
}
