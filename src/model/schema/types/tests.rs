//! Types across dialects: what SQLAlchemy compiles, what alembic compares, and any text at all.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

use Dialect::{Mysql, Postgresql, Sqlite};

/// Returns at least one type of each family.
pub(super) fn some_of_each() -> Vec<Normal> {
    let labels: Arc<[Arc<str>]> = ["a", "it's", "b\\c"].map(Arc::from).into();
    let mut all = vec![
        Normal::Numeric { precision: None, scale: None },
        Normal::Numeric { precision: Some(10), scale: None },
        Normal::Numeric { precision: Some(10), scale: Some(2) },
        Normal::Float { bits: None },
        Normal::Float { bits: Some(32) },
        Normal::Float { bits: Some(64) },
        Normal::Boolean,
        Normal::Varchar { length: None },
        Normal::Varchar { length: Some(255) },
        Normal::Char { length: None },
        Normal::Char { length: Some(36) },
        Normal::Binary { length: None },
        Normal::Binary { length: Some(16) },
        Normal::Varbinary { length: Some(16) },
        Normal::Date,
        Normal::Json { binary: false },
        Normal::Json { binary: true },
        Normal::Uuid,
        Normal::Enum { name: None, labels: labels.clone() },
        Normal::Enum { name: Some(ObjectName::new("mood")), labels: labels.clone() },
        Normal::Enum { name: Some(ObjectName::within("audit", "Mood")), labels: Arc::from([]) },
        Normal::Set { labels },
        Normal::Bit { length: None, varying: false },
        Normal::Bit { length: Some(8), varying: true },
        Normal::Other("tsvector".into()),
        Normal::Other("geometry(point,4326)".into()),
        Normal::None,
    ];
    for bits in [8, 16, 24, 32, 64] {
        all.extend([false, true].map(|unsigned| Normal::Integer { bits, unsigned }));
    }
    for length in [Length::Tiny, Length::Plain, Length::Medium, Length::Long] {
        all.extend([Normal::Text { length }, Normal::Blob { length }]);
    }
    for precision in [None, Some(3)] {
        all.push(Normal::Interval { fields: precision.map(|_| Arc::from("day to second")), precision });
        for zone in [false, true] {
            all.extend([Normal::Time { zone, precision }, Normal::Timestamp { zone, precision }]);
        }
    }
    let arrays: Vec<_> =
        all.iter().filter(|of| **of != Normal::None).map(|of| Normal::Array(Box::new(of.clone()))).collect();
    all.extend(arrays);
    all
}

/// What SQLAlchemy 2.1 compiles its types to on PostgreSQL, SQLite and MySQL; `-` where it refuses.
fn compiled() -> Vec<(Type, [&'static str; 3])> {
    let generic = |spelling: &str, normal| Type::new(spelling, normal);
    let labels: Arc<[Arc<str>]> = ["a", "bcd"].map(Arc::from).into();
    let mood = Normal::Enum { name: Some(ObjectName::new("mood")), labels: labels.clone() };
    let timestamp = |zone| Normal::Timestamp { zone, precision: None };
    vec![
        (generic("Boolean()", Normal::Boolean), ["BOOLEAN", "BOOLEAN", "BOOL"]),
        (generic("Integer()", Normal::Integer { bits: 32, unsigned: false }), ["INTEGER", "INTEGER", "INTEGER"]),
        (generic("BigInteger()", Normal::Integer { bits: 64, unsigned: false }), ["BIGINT", "BIGINT", "BIGINT"]),
        (generic("SmallInteger()", Normal::Integer { bits: 16, unsigned: false }), ["SMALLINT"; 3]),
        (
            generic("mysql.INTEGER(unsigned=True)", Normal::Integer { bits: 32, unsigned: true }),
            ["INTEGER", "INTEGER", "INTEGER UNSIGNED"],
        ),
        (generic("Numeric()", Normal::Numeric { precision: None, scale: None }), ["NUMERIC"; 3]),
        (generic("Numeric(10)", Normal::Numeric { precision: Some(10), scale: None }), ["NUMERIC(10)"; 3]),
        (generic("Numeric(20, 6)", Normal::Numeric { precision: Some(20), scale: Some(6) }), ["NUMERIC(20, 6)"; 3]),
        (generic("DECIMAL(10, 2)", Normal::Numeric { precision: Some(10), scale: Some(2) }), ["DECIMAL(10, 2)"; 3]),
        (generic("Float()", Normal::Float { bits: None }), ["FLOAT"; 3]),
        (
            generic("Float(24)", Normal::Float { bits: None })
                .with_variant(Postgresql, Normal::Float { bits: Some(32) }),
            ["FLOAT(24)", "FLOAT", "FLOAT(24)"],
        ),
        (
            generic("Float(53)", Normal::Float { bits: None }).with_variant(Mysql, Normal::Float { bits: Some(64) }),
            ["FLOAT(53)", "FLOAT", "FLOAT(53)"],
        ),
        (generic("Double()", Normal::Float { bits: Some(64) }), ["DOUBLE PRECISION", "DOUBLE", "DOUBLE"]),
        (generic("String()", Normal::Varchar { length: None }), ["VARCHAR", "VARCHAR", "-"]),
        (generic("String(255)", Normal::Varchar { length: Some(255) }), ["VARCHAR(255)"; 3]),
        (generic("NVARCHAR(7)", Normal::Varchar { length: Some(7) }), ["-", "NVARCHAR(7)", "NATIONAL VARCHAR(7)"]),
        (generic("Text()", Normal::Text { length: Length::Plain }), ["TEXT"; 3]),
        (generic("mysql.MEDIUMTEXT()", Normal::Text { length: Length::Medium }), ["-", "-", "MEDIUMTEXT"]),
        (generic("CHAR()", Normal::Char { length: None }), ["CHAR", "-", "CHAR"]),
        (generic("CHAR(3)", Normal::Char { length: Some(3) }), ["CHAR(3)"; 3]),
        (generic("LargeBinary()", Normal::Blob { length: Length::Plain }), ["BYTEA", "BLOB", "BLOB"]),
        (
            generic("LargeBinary(16777215)", Normal::Blob { length: Length::Medium }),
            ["BYTEA", "BLOB", "BLOB(16777215)"],
        ),
        (generic("BINARY(16)", Normal::Binary { length: Some(16) }), ["-", "BINARY(16)", "BINARY(16)"]),
        (generic("VARBINARY(16)", Normal::Varbinary { length: Some(16) }), ["-", "VARBINARY(16)", "VARBINARY(16)"]),
        (generic("Date()", Normal::Date), ["DATE"; 3]),
        (generic("Time()", Normal::Time { zone: false, precision: None }), ["TIME WITHOUT TIME ZONE", "TIME", "TIME"]),
        (
            generic("Time(timezone=True)", Normal::Time { zone: true, precision: None }),
            ["TIME WITH TIME ZONE", "TIME", "TIME"],
        ),
        (generic("DateTime()", timestamp(false)), ["TIMESTAMP WITHOUT TIME ZONE", "DATETIME", "DATETIME"]),
        (generic("DateTime(timezone=True)", timestamp(true)), ["TIMESTAMP WITH TIME ZONE", "DATETIME", "DATETIME"]),
        (
            generic("TIMESTAMP()", timestamp(false)).with_variant(Mysql, timestamp(true)),
            ["TIMESTAMP WITHOUT TIME ZONE", "TIMESTAMP", "TIMESTAMP"],
        ),
        (
            generic("Interval()", Normal::Interval { fields: None, precision: None }),
            ["INTERVAL", "DATETIME", "DATETIME"],
        ),
        (generic("JSON()", Normal::Json { binary: false }), ["JSON"; 3]),
        (generic("postgresql.JSONB()", Normal::Json { binary: true }), ["JSONB", "JSONB", "-"]),
        (generic("Uuid()", Normal::Uuid), ["UUID", "CHAR(32)", "CHAR(32)"]),
        (
            generic("UUID()", Normal::Uuid).with_variant(Sqlite, Normal::Uuid).with_variant(Mysql, Normal::Uuid),
            ["UUID", "UUID", "UUID"],
        ),
        (generic("Enum('a', 'bcd', name='mood')", mood), ["-", "VARCHAR(3)", "ENUM('a','bcd')"]),
        (generic("Enum('a', 'bcd', native_enum=False)", Normal::Varchar { length: Some(3) }), ["VARCHAR(3)"; 3]),
        (generic("mysql.SET('a', 'bcd')", Normal::Set { labels }), ["-", "-", "SET('a','bcd')"]),
        (
            generic("ARRAY(Integer)", Normal::Array(Box::new(Normal::Integer { bits: 32, unsigned: false }))),
            ["INTEGER[]", "-", "-"],
        ),
        (
            generic("ARRAY(String(5), dimensions=2)", Normal::Array(Box::new(Normal::Varchar { length: Some(5) }))),
            ["VARCHAR(5)[][]", "-", "-"],
        ),
        (
            generic(
                "postgresql.INTERVAL(fields='DAY', precision=3)",
                Normal::Interval { fields: Some("day".into()), precision: Some(3) },
            ),
            ["INTERVAL DAY (3)", "-", "-"],
        ),
        (
            generic("postgresql.BIT(varying=True)", Normal::Bit { length: None, varying: true }),
            ["BIT VARYING", "-", "-"],
        ),
        (generic("postgresql.INET()", Normal::Other("inet".into())), ["INET", "-", "-"]),
        (
            generic("mysql.DATETIME(fsp=6)", timestamp(false))
                .with_variant(Mysql, Normal::Timestamp { zone: false, precision: Some(6) }),
            ["TIMESTAMP WITHOUT TIME ZONE", "DATETIME", "DATETIME(6)"],
        ),
    ]
}

#[test]
fn generic_types_become_what_sqlalchemy_compiles_them_to() {
    for (generic, spellings) in compiled() {
        for (dialect, spelling) in [Postgresql, Sqlite, Mysql].into_iter().zip(spellings) {
            if spelling == "-" {
                continue;
            }
            let database = Type::parse(spelling, dialect);
            assert_eq!(generic.on(dialect), database.on(dialect), "{} on {dialect}", generic.spelling);
            assert!(same(&generic, &database, dialect), "{} on {dialect}", generic.spelling);
        }
    }
}

#[test]
fn generic_types_are_spelled_as_sqlalchemy_spells_them() {
    for (generic, [_, sqlite, _]) in compiled() {
        if sqlite != "-" {
            assert_eq!(generic.sql(Some(Sqlite)), sqlite, "{}", generic.spelling);
        }
    }
    for (spelling, normal, dialect, expected) in [
        ("sa.Boolean", Normal::Boolean, Some(Mysql), "TINYINT(1)"),
        ("sa.Float", Normal::Float { bits: None }, Some(Postgresql), "DOUBLE PRECISION"),
        ("sa.Numeric", Normal::Numeric { precision: None, scale: None }, Some(Mysql), "DECIMAL(10, 0)"),
        ("DateTime", Normal::Timestamp { zone: true, precision: None }, None, "TIMESTAMP WITH TIME ZONE"),
        ("Uuid", Normal::Uuid, None, "UUID"),
        ("Uuid", Normal::Uuid, Some(Mysql), "CHAR(32)"),
        ("LargeBinary", Normal::Blob { length: Length::Plain }, None, "BYTEA"),
    ] {
        assert_eq!(Type::new(spelling, normal).sql(dialect), expected, "{spelling}");
    }
}

/// Rows of real projects and of every rule of the comparison: expected and actual spelling, and whether they agree.
const ROWS: &[(Dialect, &str, &str, bool)] = &[
    (Postgresql, "FLOAT(53)", "DOUBLE PRECISION", true),
    (Postgresql, "FLOAT", "DOUBLE PRECISION", true),
    (Postgresql, "FLOAT(24)", "REAL", true),
    (Postgresql, "REAL", "DOUBLE PRECISION", false),
    (Postgresql, "DECIMAL(10, 2)", "NUMERIC(10, 2)", true),
    (Postgresql, "NUMERIC(10)", "numeric(10,0)", true),
    (Postgresql, "NUMERIC(10, 2)", "NUMERIC(12, 2)", false),
    (Postgresql, "NUMERIC", "NUMERIC(12, 2)", false),
    (Postgresql, "VARCHAR(50)", "VARCHAR(20)", false),
    (Postgresql, "VARCHAR(500)", "VARCHAR", false),
    (Postgresql, "VARCHAR", "TEXT", false),
    (Postgresql, "CHAR(36)", "VARCHAR(36)", false),
    (Postgresql, "TEXT", "VARCHAR(1000)", false),
    (Postgresql, "INTEGER", "BIGINT", false),
    (Postgresql, "INTEGER", "serial", true),
    (Postgresql, "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITHOUT TIME ZONE", false),
    (Postgresql, "TIMESTAMP WITH TIME ZONE", "timestamp(3) with time zone", true),
    (Postgresql, "timestamp(6)", "timestamp(3)", false),
    (Postgresql, "JSON", "JSONB", false),
    (Postgresql, "UUID", "VARCHAR(36)", false),
    (Postgresql, "limitingfactor", "VARCHAR(255)", false),
    (Postgresql, "mood", "audit_mood", false),
    (Postgresql, "INTEGER[]", "INTEGER", false),
    (Postgresql, "INTEGER[]", "_int4", true),
    (Postgresql, "TEXT[]", "VARCHAR[]", false),
    (Postgresql, "INTERVAL", "interval day to second", true),
    (Postgresql, "BIT(3)", "BIT VARYING(3)", false),
    (Postgresql, "vector(3)", "vector(4)", false),
    (Sqlite, "VARCHAR(10)", "VARCHAR(9)", false),
    (Sqlite, "DOUBLE", "FLOAT", false),
    (Sqlite, "DOUBLE PRECISION", "REAL", true),
    (Sqlite, "BINARY(16)", "BINARY(16)", true),
    (Sqlite, "BINARY(16)", "NUMERIC(16)", false),
    (Sqlite, "DATETIME", "TIMESTAMP", true),
    (Sqlite, "INTEGER", "BIGINT", false),
    (Sqlite, "BIGINT", "UNSIGNED BIG INT", true),
    (Sqlite, "DECIMAL(10, 2)", "numeric(10,2)", true),
    (Sqlite, "NUMERIC(10)", "NUMERIC(10, 0)", true),
    (Sqlite, "NVARCHAR(70)", "VARCHAR(70)", true),
    (Sqlite, "INTEGER", "", true),
    (Sqlite, "CHAR(32)", "UUID", false),
    (Mysql, "INTEGER", "int(11)", true),
    (Mysql, "INTEGER", "int(10) unsigned", false),
    (Mysql, "BOOL", "tinyint(1)", true),
    (Mysql, "TINYINT", "tinyint(1)", true),
    (Mysql, "BOOL", "tinyint(3) unsigned", false),
    (Mysql, "SMALLINT", "tinyint(1)", false),
    (Mysql, "JSON", "longtext", true),
    (Mysql, "JSON", "text", false),
    (Mysql, "TEXT", "mediumtext", false),
    (Mysql, "NUMERIC", "decimal(10,0)", true),
    (Mysql, "FLOAT", "double", false),
    (Mysql, "DATETIME", "datetime(6)", true),
    (Mysql, "DATETIME", "timestamp", false),
    (Mysql, "VARCHAR(20)", "varchar(20) character set utf8mb4 collate utf8mb4_bin", true),
    (Mysql, "ENUM('a')", "enum('a','b')", true),
    (Mysql, "ENUM('a')", "varchar(1)", false),
    (Mysql, "YEAR", "year(4)", true),
];

#[test]
fn types_agree_as_alembic_finds_or_as_rows_would_notice() {
    for &(dialect, expected, actual, agrees) in ROWS {
        let (one, two) = (Type::parse(expected, dialect), Type::parse(actual, dialect));
        assert_eq!(same(&one, &two, dialect), agrees, "{expected} and {actual} on {dialect}");
        assert_eq!(same(&two, &one, dialect), agrees, "{actual} and {expected} on {dialect}");
    }
}

#[test]
fn generic_types_agree_with_what_databases_hold() {
    let labels: Arc<[Arc<str>]> = ["a", "bcd"].map(Arc::from).into();
    let mood = |labels: &Arc<[Arc<str>]>| Normal::Enum { name: Some(ObjectName::new("Mood")), labels: labels.clone() };
    let unknown = Arc::from([]);
    let zoned = Normal::Timestamp { zone: true, precision: None };
    for (normal, dialect, actual, agrees) in [
        (Normal::Uuid, Sqlite, "CHAR(32)", true),
        (Normal::Uuid, Sqlite, "UUID", true),
        (Normal::Uuid, Sqlite, "CHAR(36)", false),
        (Normal::Uuid, Mysql, "char(32)", true),
        (Normal::Uuid, Mysql, "uuid", true),
        (Normal::Uuid, Postgresql, "uuid", true),
        (mood(&labels), Sqlite, "VARCHAR(3)", true),
        (mood(&labels), Sqlite, "VARCHAR(2)", false),
        (mood(&labels), Sqlite, "TEXT", false),
        (mood(&unknown), Sqlite, "VARCHAR(2)", true),
        (mood(&unknown), Sqlite, "TEXT", false),
        (mood(&unknown), Postgresql, "VARCHAR(2)", false),
        (mood(&labels), Postgresql, "\"Mood\"", true),
        (mood(&labels), Postgresql, "public.\"Mood\"", true),
        (mood(&labels), Postgresql, "temper", false),
        (mood(&labels), Mysql, "enum('a','bcd')", true),
        (Normal::Interval { fields: None, precision: None }, Sqlite, "DATETIME", true),
        (zoned.clone(), Sqlite, "DATETIME", true),
        (zoned.clone(), Mysql, "datetime", true),
        // SQLAlchemy makes a DATETIME of it.
        (zoned, Mysql, "timestamp", false),
        (Normal::Varchar { length: None }, Mysql, "varchar(255)", true),
    ] {
        let generic = Type::new("generic", normal);
        let database = Type::parse(actual, dialect);
        assert_eq!(same(&generic, &database, dialect), agrees, "{:?} and {actual} on {dialect}", generic.normal);
    }
}

#[test]
fn variants_count_on_their_dialect_alone() {
    let json = Type::new("JSON", Normal::Json { binary: false })
        .with_variant(Postgresql, Normal::Json { binary: true })
        .with_variant(Sqlite, Normal::Uuid)
        .with_variant(Mysql, Normal::Timestamp { zone: true, precision: Some(6) });
    assert_eq!(json.sql(Some(Postgresql)), "JSONB");
    assert_eq!(json.sql(Some(Sqlite)), "CHAR(32)");
    assert_eq!(json.sql(Some(Mysql)), "TIMESTAMP(6)");
    assert_eq!(json.sql(None), "JSON");
    let plain = json.with_variant(Sqlite, Normal::Json { binary: false });
    assert_eq!(plain.sql(Some(Sqlite)), "JSON");
    assert_eq!(plain.variants.len(), 3);
}

#[test]
fn each_type_is_itself_and_is_read_back_from_its_own_words() {
    for normal in some_of_each() {
        for &dialect in Dialect::ALL {
            let ty = Type::new("generic", normal.clone());
            assert!(same(&ty, &ty, dialect), "{normal:?} on {dialect}");
            if lacks(&normal, dialect) {
                continue;
            }
            let text = ty.sql(Some(dialect));
            let back = Type::parse(&text, dialect);
            assert_eq!(back.sql(Some(dialect)), text, "{normal:?} on {dialect}");
            assert!(same(&ty, &back, dialect), "{normal:?} on {dialect}: {text}");
        }
    }
}

/// Returns whether a dialect has nothing that could be meant by a type of another one.
fn lacks(normal: &Normal, dialect: Dialect) -> bool {
    dialect == Postgresql
        && match normal {
            Normal::Integer { bits: 8 | 24, .. } | Normal::Set { .. } | Normal::Enum { name: None, .. } => true,
            Normal::Array(element) => lacks(element, dialect),
            _ => false,
        }
}

#[test]
fn hostile_spellings_are_some_type() {
    let deep = "(".repeat(100_000);
    let arrays = format!("int{}", "[]".repeat(100_000));
    let catalogs = "pg_catalog.".repeat(100_000);
    let quotes = "'\"`[/*".repeat(20_000);
    for spelling in
        [deep.as_str(), &arrays, &catalogs, &quotes, "[", "]", "[]", "array", "''", "\"\"", "\0", "'\\", "é("]
    {
        for &dialect in Dialect::ALL {
            let ty = Type::parse(spelling, dialect);
            assert!(same(&ty, &ty, dialect));
            assert!(Normal::FAMILIES.contains(&ty.normal.family()));
        }
    }
}

fn any_dialect() -> impl Strategy<Value = Dialect> {
    (0..Dialect::ALL.len()).prop_map(|at| Dialect::ALL[at])
}

/// Text made of the pieces that types are made of, in any order.
fn any_spelling() -> impl Strategy<Value = String> {
    let pieces = [
        "varchar",
        "INT",
        "Numeric",
        "timestamp",
        "with time zone",
        "unsigned",
        "interval",
        "enum",
        "set",
        "character",
        "collate",
        "float",
        "double",
        "precision",
        "_int4",
        "pg_catalog",
        "mood",
        "\"Mood\"",
        "'a'",
        "'it''s'",
        "'\\'",
        "\"char\"",
        "`x`",
        "(",
        ")",
        ",",
        ".",
        "[",
        "]",
        "[]",
        "10",
        "2",
        "0",
        "-1",
        "99999999999",
        " ",
        "  ",
        "/",
        "*",
        "\"",
        "'",
        "\\",
        "é",
        "ß",
        "array",
        "generated always",
        "null",
        "bit",
        "\n",
    ];
    let piece = (0..pieces.len()).prop_map(move |at| pieces[at].to_owned());
    prop_oneof![
        proptest::collection::vec(piece.clone(), 0..8).prop_map(|pieces| pieces.join(" ")),
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn spelling_a_type_keeps_it(spelling in any_spelling(), dialect in any_dialect()) {
        let first = Type::parse(&spelling, dialect);
        let text = first.sql(Some(dialect));
        let second = Type::parse(&text, dialect);
        prop_assert_eq!(&first.normal, &second.normal, "{}", text);
        prop_assert_eq!(&text, &second.sql(Some(dialect)));
    }

    #[test]
    fn a_type_is_itself_on_every_dialect(spelling in any_spelling(), of in any_dialect(), on in any_dialect()) {
        let ty = Type::parse(&spelling, of);
        prop_assert!(same(&ty, &ty, on));
        let _ = (ty.sql(Some(on)), ty.sql(None), ty.normal.sql(Some(on)), ty.on(on).family());
    }

    #[test]
    fn comparing_knows_no_sides(one in any_spelling(), two in any_spelling(), dialect in any_dialect()) {
        let (one, two) = (Type::parse(&one, dialect), Type::parse(&two, dialect));
        prop_assert_eq!(same(&one, &two, dialect), same(&two, &one, dialect));
    }
}
