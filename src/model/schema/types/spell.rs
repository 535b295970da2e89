//! Spelling a type, in the words that SQLAlchemy's inspector uses for a database.

use std::fmt::Write;
use std::sync::Arc;

use super::parse::{self, Token, Words, spaced, string_literal};
use super::{Dialect, Length, Normal, ObjectName, Type};

impl Type {
    /// Returns the type as SQLAlchemy spells it on a dialect: `VARCHAR(255)`, `TIMESTAMP WITH TIME ZONE`, an enum's
    /// own name on PostgreSQL. Without a dialect: the generic type in PostgreSQL's words.
    ///
    /// Names of MySQL and SQLite that say more than the normal form are kept: `INTEGER(11)`, `NVARCHAR(70)`.
    pub fn sql(&self, dialect: Option<Dialect>) -> String {
        let Some(dialect) = dialect else { return self.normal.sql(None) };
        let normal = self.on(dialect);
        // The spelling counts where it is one of this dialect: `sa.String(255)` is none, `NVARCHAR(70)` may be.
        let native = parse::normal(&self.spelling, dialect) == normal;
        let kept = if native { kept(&self.spelling, &normal, dialect) } else { None };
        kept.unwrap_or_else(|| normal.sql(Some(dialect)))
    }
}

impl Normal {
    /// Returns the type in the words of a dialect, as it is, without lowering; without a dialect in PostgreSQL's words.
    pub fn sql(&self, dialect: Option<Dialect>) -> String {
        let words = dialect.unwrap_or(Dialect::Postgresql);
        let mysql = words == Dialect::Mysql;
        let postgresql = words == Dialect::Postgresql;
        match self {
            Self::Integer { bits, unsigned } => {
                let name = match bits {
                    8 => "TINYINT",
                    16 => "SMALLINT",
                    24 => "MEDIUMINT",
                    64 => "BIGINT",
                    _ => "INTEGER",
                };
                if *unsigned { format!("{name} UNSIGNED") } else { name.to_owned() }
            }
            Self::Numeric { precision, scale } => {
                let name = if mysql { "DECIMAL" } else { "NUMERIC" };
                match (precision, scale) {
                    (Some(precision), Some(scale)) => format!("{name}({precision}, {scale})"),
                    (precision, _) => sized(name, *precision),
                }
            }
            Self::Float { bits } => match (bits, words) {
                (Some(64), Dialect::Postgresql) => "DOUBLE PRECISION",
                (Some(64), _) => "DOUBLE",
                (Some(_), Dialect::Postgresql | Dialect::Sqlite) => "REAL",
                _ => "FLOAT",
            }
            .to_owned(),
            Self::Boolean => if mysql { "TINYINT(1)" } else { "BOOLEAN" }.to_owned(),
            Self::Varchar { length } => sized("VARCHAR", *length),
            // Without a limit, unlike CHAR.
            Self::Char { length: None } if dialect == Some(Dialect::Postgresql) => "BPCHAR".to_owned(),
            Self::Char { length } => sized("CHAR", *length),
            Self::Text { length } => format!("{}TEXT", length.prefix()),
            Self::Binary { length } => sized("BINARY", *length),
            Self::Varbinary { length } => sized("VARBINARY", *length),
            Self::Blob { length: Length::Plain } if postgresql => "BYTEA".to_owned(),
            Self::Blob { length } => format!("{}BLOB", length.prefix()),
            Self::Date => "DATE".to_owned(),
            Self::Time { zone, precision } if postgresql => zoned("TIME", *zone, *precision),
            Self::Time { precision, .. } => sized("TIME", *precision),
            Self::Timestamp { zone, precision } if postgresql => zoned("TIMESTAMP", *zone, *precision),
            Self::Timestamp { zone: true, precision } if mysql => sized("TIMESTAMP", *precision),
            Self::Timestamp { precision, .. } => sized("DATETIME", *precision),
            Self::Interval { fields, precision } => {
                let mut text = "INTERVAL".to_owned();
                if let Some(fields) = fields {
                    text.push(' ');
                    text.push_str(&fields.to_ascii_uppercase());
                }
                if let Some(precision) = precision {
                    let _ = write!(text, " ({precision})");
                }
                text
            }
            Self::Json { binary } => if *binary { "JSONB" } else { "JSON" }.to_owned(),
            Self::Uuid => "UUID".to_owned(),
            Self::Array(element) => format!("{}[]", element.sql(dialect)),
            Self::Enum { name: Some(name), .. } if postgresql => object_name(name),
            Self::Enum { labels, .. } => listed("ENUM", labels, words),
            Self::Set { labels } => listed("SET", labels, words),
            Self::Bit { length, varying } => sized(if *varying { "BIT VARYING" } else { "BIT" }, *length),
            Self::Other(spelling) if words == Dialect::Sqlite => laid_out(&Words::of(spelling, words), words),
            Self::Other(spelling) if is_builtin(spelling) => spelling.to_ascii_uppercase(),
            Self::Other(spelling) => spelling.to_string(),
            Self::None => "NULL".to_owned(),
        }
    }
}

impl Normal {
    /// Returns the type of an array's elements, or the type itself.
    fn element(&self) -> &Self {
        match self {
            Self::Array(element) => element.element(),
            other => other,
        }
    }
}

impl Length {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Tiny => "TINY",
            Self::Plain => "",
            Self::Medium => "MEDIUM",
            Self::Long => "LONG",
        }
    }
}

fn sized(name: &str, number: Option<u32>) -> String {
    match number {
        Some(number) => format!("{name}({number})"),
        None => name.to_owned(),
    }
}

fn zoned(name: &str, zone: bool, precision: Option<u32>) -> String {
    format!("{} {} TIME ZONE", sized(name, precision), if zone { "WITH" } else { "WITHOUT" })
}

fn listed(name: &str, labels: &[Arc<str>], dialect: Dialect) -> String {
    if labels.is_empty() {
        return name.to_owned();
    }
    let labels: Vec<_> = labels.iter().map(|label| string_literal(label, dialect)).collect();
    format!("{name}({})", labels.join(","))
}

fn object_name(name: &ObjectName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", identifier(schema), identifier(&name.name)),
        None => identifier(&name.name),
    }
}

/// Returns a name as PostgreSQL would need it: in quotes where it is more than lower-case letters, digits and `_`.
fn identifier(name: &str) -> String {
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'$');
    if starts && name.bytes().all(plain) { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Types of no family that SQLAlchemy spells in capitals.
const BUILTIN: &[&str] = &[
    "cidr",
    "citext",
    "datemultirange",
    "daterange",
    "hstore",
    "inet",
    "inet4",
    "inet6",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "jsonpath",
    "macaddr",
    "macaddr8",
    "money",
    "nummultirange",
    "numrange",
    "oid",
    "regclass",
    "regconfig",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "year",
];

fn is_builtin(spelling: &str) -> bool {
    BUILTIN.binary_search(&spelling).is_ok()
}

/// Names of MySQL that keep their arguments and attributes.
const MYSQL: &[&str] = &[
    "bigint",
    "binary",
    "bit",
    "blob",
    "char",
    "date",
    "datetime",
    "decimal",
    "double",
    "enum",
    "float",
    "int",
    "integer",
    "json",
    "longblob",
    "longtext",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "numeric",
    "set",
    "smallint",
    "text",
    "time",
    "timestamp",
    "tinyblob",
    "tinyint",
    "tinytext",
    "uuid",
    "varbinary",
    "varchar",
    "year",
];

/// Returns the dialect's own spelling in SQLAlchemy's layout, where it says more than the normal form.
fn kept(spelling: &str, normal: &Normal, dialect: Dialect) -> Option<String> {
    let words = Words::of(spelling, dialect);
    if words.tokens.is_empty() || (words.array && dialect != Dialect::Postgresql) {
        return None;
    }
    match dialect {
        // Names of the user's own types keep their case and quotes.
        Dialect::Postgresql => match normal.element() {
            Normal::Other(other) if !is_builtin(other) => Some(spelling.trim().to_owned()),
            _ => None,
        },
        Dialect::Mysql => {
            if matches!(normal, Normal::Other(other) if &**other != "year") {
                return None;
            }
            let head = words.tokens.first()?.name()?;
            MYSQL.binary_search(&head).ok()?;
            words
                .tokens
                .get(1)
                .is_none_or(|second| second.name().is_none_or(is_attribute))
                .then(|| laid_out(&words, dialect))
        }
        Dialect::Sqlite => match words.base.as_deref() {
            // SQLAlchemy's names for these, and arguments that it drops.
            Some("int") => Some("INTEGER".to_owned()),
            Some("integer" | "float") => words.base.as_ref().map(|base| base.to_ascii_uppercase()),
            Some("bool" | "date_char" | "datetime_char" | "time_char") | None => None,
            Some(base) if base.ends_with(" generated always") => None,
            Some(_) => Some(laid_out(&words, dialect)),
        },
    }
}

/// Returns whether the word may follow a type of MySQL.
fn is_attribute(word: &str) -> bool {
    matches!(
        word,
        "unsigned" | "signed" | "zerofill" | "character" | "charset" | "collate" | "ascii" | "unicode" | "binary"
    )
}

/// Writes words in capitals, numbers apart and strings close, except names of character sets and collations.
fn laid_out(words: &Words, dialect: Dialect) -> String {
    let mut tokens = words.tokens.clone();
    let mut named = false;
    for (position, token) in tokens.iter_mut().enumerate() {
        let (Token::Word(word) | Token::Quoted(word)) = token else { continue };
        if std::mem::take(&mut named) {
            continue;
        }
        named = position > 0 && dialect == Dialect::Mysql && matches!(word.as_str(), "set" | "charset" | "collate");
        *word =
            if dialect == Dialect::Mysql && word == "int" { "INTEGER".to_owned() } else { word.to_ascii_uppercase() };
    }
    spaced(&tokens, dialect, if words.labels().is_some() { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(BUILTIN.is_sorted());
        assert!(MYSQL.is_sorted());
    }

    #[test]
    fn a_database_is_spelled_as_the_inspector_does() {
        for (dialect, spelling, expected) in [
            (Dialect::Postgresql, "character varying(255)", "VARCHAR(255)"),
            (Dialect::Postgresql, "timestamp without time zone", "TIMESTAMP WITHOUT TIME ZONE"),
            (Dialect::Postgresql, "timestamp(3) with time zone", "TIMESTAMP(3) WITH TIME ZONE"),
            (Dialect::Postgresql, "double precision", "DOUBLE PRECISION"),
            (Dialect::Postgresql, "numeric(20,6)", "NUMERIC(20, 6)"),
            (Dialect::Postgresql, "jsonb", "JSONB"),
            (Dialect::Postgresql, "bytea", "BYTEA"),
            (Dialect::Postgresql, "bpchar", "BPCHAR"),
            (Dialect::Postgresql, "character", "CHAR(1)"),
            (Dialect::Postgresql, "integer[]", "INTEGER[]"),
            (Dialect::Postgresql, "mood", "mood"),
            (Dialect::Postgresql, "\"Mood\"", "\"Mood\""),
            (Dialect::Postgresql, "\"Mood\"[]", "\"Mood\"[]"),
            (Dialect::Postgresql, "inet[]", "INET[]"),
            (Dialect::Postgresql, "inet", "INET"),
            (Dialect::Postgresql, "interval day to second(3)", "INTERVAL DAY TO SECOND (3)"),
            (Dialect::Postgresql, "bit varying(8)", "BIT VARYING(8)"),
            (Dialect::Mysql, "int(11)", "INTEGER(11)"),
            (Dialect::Mysql, "int(10) unsigned zerofill", "INTEGER(10) UNSIGNED ZEROFILL"),
            (Dialect::Mysql, "tinyint(1)", "TINYINT(1)"),
            (Dialect::Mysql, "decimal(10,2)", "DECIMAL(10, 2)"),
            (Dialect::Mysql, "float(7,3)", "FLOAT(7, 3)"),
            (Dialect::Mysql, r"enum('a','b''c','x\\y','n\nl','d,e')", r"ENUM('a','b''c','x\\y','n\nl','d,e')"),
            (Dialect::Mysql, "datetime(6)", "DATETIME(6)"),
            (Dialect::Mysql, "timestamp", "TIMESTAMP"),
            (Dialect::Mysql, "year(4)", "YEAR(4)"),
            (Dialect::Mysql, "inet6", "INET6"),
            (Dialect::Mysql, "mediumtext", "MEDIUMTEXT"),
            (Dialect::Mysql, "varchar(10) /*M!100301 COMPRESSED*/", "VARCHAR(10)"),
            (
                Dialect::Mysql,
                "varchar(5) character set utf8mb3 collate utf8mb3_general_ci",
                "VARCHAR(5) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci",
            ),
            (Dialect::Sqlite, "nvarchar(70)", "NVARCHAR(70)"),
            (Dialect::Sqlite, "numeric(20,6)", "NUMERIC(20, 6)"),
            (Dialect::Sqlite, "int", "INTEGER"),
            (Dialect::Sqlite, "TIMESTAMP", "TIMESTAMP"),
            (Dialect::Sqlite, "uuid", "UUID"),
            (Dialect::Sqlite, "Unsigned Big Int", "UNSIGNED BIG INT"),
            (Dialect::Sqlite, "", "NULL"),
            (Dialect::Sqlite, "\"od(d\"", "\"OD(D\""),
        ] {
            assert_eq!(Type::parse(spelling, dialect).sql(Some(dialect)), expected, "{spelling}");
        }
    }

    #[test]
    fn names_of_enums_are_quoted_where_they_must_be() {
        for (name, expected) in [
            (ObjectName::new("mood"), "mood"),
            (ObjectName::new("Mood"), "\"Mood\""),
            (ObjectName::new("1st"), "\"1st\""),
            (ObjectName::within("audit", "a \"b\""), "audit.\"a \"\"b\"\"\""),
        ] {
            let normal = Normal::Enum { name: Some(name), labels: Arc::from([]) };
            assert_eq!(normal.sql(None), expected);
        }
    }
}
