//! Which database migrations of SQL are for: told by the tool's configuration, a folder's name, or the SQL itself.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::model::Known;
use crate::model::schema::Dialect;

/// A kind of database, read or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Database {
    Read(Dialect),
    Other(&'static str),
}

impl Database {
    /// Returns the dialect, or why its SQL is not read.
    pub(super) fn known(self) -> Known<Dialect> {
        match self {
            Self::Read(dialect) => Known::Yes(dialect),
            Self::Other(name) => Known::No(format!("it is for {name}, whose SQL is not read").into()),
        }
    }

    /// Returns the database that a provider, a scheme, a driver or a folder is called as.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" | "pg" | "pgsql" | "pgx" | "psql" | "cockroachdb" | "cockroach" | "timescale"
            | "timescaledb" | "supabase" | "yugabyte" | "yugabytedb" => Self::Read(Dialect::Postgresql),
            "mysql" | "mysql2" | "mariadb" | "maria" | "tidb" => Self::Read(Dialect::Mysql),
            "sqlite" | "sqlite3" | "libsql" | "turso" | "d1" | "rusqlite" => Self::Read(Dialect::Sqlite),
            "sqlserver" | "mssql" | "tsql" | "azuresql" => Self::Other("SQL Server"),
            "oracle" => Self::Other("Oracle"),
            "h2" => Self::Other("H2"),
            "hsqldb" => Self::Other("HSQLDB"),
            "derby" => Self::Other("Derby"),
            "db2" => Self::Other("Db2"),
            "clickhouse" => Self::Other("ClickHouse"),
            "cassandra" | "cql" | "scylla" => Self::Other("Cassandra"),
            "snowflake" => Self::Other("Snowflake"),
            "redshift" => Self::Other("Redshift"),
            "bigquery" => Self::Other("BigQuery"),
            "spanner" => Self::Other("Spanner"),
            "duckdb" => Self::Other("DuckDB"),
            _ => return None,
        })
    }
}

/// A file that may say which database is meant, how near it must lie, and what in it does.
pub(super) struct Hint {
    /// The file's name, or a path below the folder of the tree.
    pub(super) file: &'static str,
    /// Whether it may lie in a folder above the tree.
    pub(super) above: bool,
    says: fn(&str) -> Vec<Database>,
}

impl Hint {
    /// Returns the one database that the text of the file names.
    pub(super) fn read(&self, text: &str) -> Option<Database> {
        let named: BTreeSet<Database> = (self.says)(text).into_iter().collect();
        if named.len() == 1 { named.into_iter().next() } else { None }
    }
}

/// What tools write, the surest first.
pub(super) const HINTS: &[Hint] = &[
    Hint { file: "migration_lock.toml", above: false, says: |text| named(&PROVIDER, text) },
    Hint { file: "meta/_journal.json", above: false, says: |text| named(&JOURNAL, text) },
    Hint { file: "schema.prisma", above: true, says: |text| named(&PROVIDER, text) },
    Hint { file: "atlas.hcl", above: true, says: |text| named(&HCL, text) },
    Hint { file: "flyway.conf", above: true, says: |text| named(&JDBC, text) },
    Hint { file: "flyway.toml", above: true, says: |text| named(&JDBC, text) },
    Hint { file: "application.properties", above: true, says: |text| named(&JDBC, text) },
    Hint { file: "application.yml", above: true, says: |text| named(&JDBC, text) },
    Hint { file: "application.yaml", above: true, says: |text| named(&JDBC, text) },
    Hint { file: "sqlc.yaml", above: true, says: |text| named(&ENGINE, text) },
    Hint { file: "sqlc.yml", above: true, says: |text| named(&ENGINE, text) },
    Hint { file: "sqlc.json", above: true, says: |text| named(&ENGINE, text) },
    Hint { file: "Cargo.toml", above: true, says: crates },
    Hint { file: "wrangler.toml", above: true, says: |text| named(&D1, text) },
];

/// What is asked after the SQL itself has said nothing.
pub(super) const LAST_HINTS: &[Hint] = &[Hint { file: "go.mod", above: true, says: drivers }];

static PROVIDER: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?m)^\s*provider\s*=\s*"(\w+)""#));
static JOURNAL: LazyLock<Regex> = LazyLock::new(|| regex(r#""dialect"\s*:\s*"(\w+)""#));
static HCL: LazyLock<Regex> = LazyLock::new(|| regex(r#""(?:docker://)?([a-z0-9]+)(?:://|/)"#));
static JDBC: LazyLock<Regex> = LazyLock::new(|| regex(r"jdbc:(\w+):"));
static ENGINE: LazyLock<Regex> = LazyLock::new(|| regex(r#"(?m)\bengine"?\s*:\s*["']?(\w+)"#));
static D1: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(d1)_databases\b"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

fn named(pattern: &Regex, text: &str) -> Vec<Database> {
    pattern.captures_iter(text).filter_map(|found| Database::of_name(&found[1])).collect()
}

static CRATE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?m)^\s*(?:sqlx|diesel|diesel-async|refinery)\s*=\s*\{([^}]*)\}|^\s*\[[\w.]*dependencies\.(?:sqlx|diesel|refinery)\]([^\[]*\[[^\]]*\])",
    )
});
static WORD: LazyLock<Regex> = LazyLock::new(|| regex(r#""(?:tokio-|any-)?(\w+)(?:-[\w-]+)?""#));

/// Returns the databases among the features of the crates that run migrations.
fn crates(text: &str) -> Vec<Database> {
    let features = CRATE.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(2)));
    features.flat_map(|features| named(&WORD, features.as_str())).collect()
}

/// Returns the databases whose drivers a Go module needs.
fn drivers(text: &str) -> Vec<Database> {
    const DRIVERS: &[(&str, Dialect)] = &[
        ("github.com/lib/pq", Dialect::Postgresql),
        ("github.com/jackc/pgx", Dialect::Postgresql),
        ("github.com/go-sql-driver/mysql", Dialect::Mysql),
        ("github.com/mattn/go-sqlite3", Dialect::Sqlite),
        ("modernc.org/sqlite", Dialect::Sqlite),
    ];
    let needed = DRIVERS.iter().filter(|(module, _)| text.contains(module));
    needed.map(|(_, dialect)| Database::Read(*dialect)).collect()
}

/// Marks in the SQL, and how much each says.
static SYNTAX: LazyLock<Vec<(Regex, Database, usize)>> = LazyLock::new(|| {
    let marks: &[(&str, Database, usize)] = &[
        (
            r"\bAUTO_INCREMENT\b|\bENGINE\s*=\s*(?:InnoDB|MyISAM)\b|\bUNSIGNED\b|\bON UPDATE CURRENT_TIMESTAMP",
            Database::Read(Dialect::Mysql),
            4,
        ),
        (r"`\w+`", Database::Read(Dialect::Mysql), 1),
        (
            r"\bAUTOINCREMENT\b|^\s*PRAGMA\s|\bWITHOUT\s+ROWID\b|\)\s*STRICT\s*;|\bdatetime\('now'|\bstrftime\(|\bunixepoch\(",
            Database::Read(Dialect::Sqlite),
            4,
        ),
        (
            r"\b(?:BIG|SMALL)?SERIAL\b|\bJSONB\b|\bTIMESTAMPTZ\b|\bCREATE\s+EXTENSION\b|\bgen_random_uuid\b|\bUSING\s+(?:gin|gist)\b|\bplpgsql\b|\bAS\s+ENUM\b|\bCONCURRENTLY\b|::\w+|\bBYTEA\b|\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b|\bTIMESTAMP(?:\(\d\))?\s+WITH\s+TIME\s+ZONE\b",
            Database::Read(Dialect::Postgresql),
            4,
        ),
        (
            r"^\s*GO\s*;?\s*$|\bNVARCHAR\b|\[dbo\]|\bIDENTITY\s*\(\s*1\s*,\s*1\s*\)|\bUNIQUEIDENTIFIER\b",
            Database::Other("SQL Server"),
            5,
        ),
        (r"\bVARCHAR2\b|\bNUMBER\(", Database::Other("Oracle"), 5),
        (r"\bENGINE\s*=?\s*\w*MergeTree\b", Database::Other("ClickHouse"), 9),
        (r"\bCREATE\s+KEYSPACE\b", Database::Other("Cassandra"), 9),
    ];
    let compile = |pattern: &str| regex(&format!("(?mi){pattern}"));
    marks.iter().map(|(pattern, database, weight)| (compile(pattern), *database, *weight)).collect()
});

/// Returns the database that most of these texts are written for.
pub(super) fn of_texts<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Database> {
    let mut scores: Vec<(Database, usize)> = Vec::new();
    for text in texts {
        for (_, database, weight) in SYNTAX.iter().filter(|(mark, ..)| mark.is_match(text)) {
            match scores.iter_mut().find(|(other, _)| other == database) {
                Some((_, score)) => *score += weight,
                None => scores.push((*database, *weight)),
            }
        }
    }
    let most = scores.iter().map(|(_, score)| *score).max()?;
    let mut best = scores.iter().filter(|(_, score)| *score == most);
    let (database, _) = best.next()?;
    best.next().is_none().then_some(*database)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sql_says_it() {
        for (text, expected) in [
            ("CREATE TABLE a (id INT AUTO_INCREMENT)", Some(Database::Read(Dialect::Mysql))),
            ("CREATE TABLE `a` (id INT)", Some(Database::Read(Dialect::Mysql))),
            ("CREATE TABLE `a` (`id` integer PRIMARY KEY AUTOINCREMENT)", Some(Database::Read(Dialect::Sqlite))),
            ("CREATE TABLE a (id bigserial, b jsonb)", Some(Database::Read(Dialect::Postgresql))),
            ("SELECT a::text", Some(Database::Read(Dialect::Postgresql))),
            ("CREATE TABLE a (b NVARCHAR(10))\nGO\n", Some(Database::Other("SQL Server"))),
            ("CREATE TABLE a (b UInt8) ENGINE = MergeTree", Some(Database::Other("ClickHouse"))),
            ("CREATE TABLE a (id INT)", None),
            ("SELECT `a`, b::text", Some(Database::Read(Dialect::Postgresql))),
        ] {
            assert_eq!(of_texts(std::iter::once(text)), expected, "{text}");
        }
    }

    #[test]
    fn configuration_says_it() {
        let hint = |file: &str| HINTS.iter().chain(LAST_HINTS).find(|hint| hint.file == file).expect(file);
        for (file, text, expected) in [
            (
                "migration_lock.toml",
                "# Please do not edit\nprovider = \"mysql\"\n",
                Some(Database::Read(Dialect::Mysql)),
            ),
            ("migration_lock.toml", "provider = \"sqlserver\"", Some(Database::Other("SQL Server"))),
            (
                "schema.prisma",
                "generator client {\n  provider = \"prisma-client-js\"\n}\ndatasource db {\n  provider = \"sqlite\"\n}",
                Some(Database::Read(Dialect::Sqlite)),
            ),
            (
                "atlas.hcl",
                "env \"local\" {\n  dev = \"docker://postgres/15/dev\"\n  url = \"postgres://x\"\n}",
                Some(Database::Read(Dialect::Postgresql)),
            ),
            ("flyway.conf", "flyway.url=jdbc:mariadb://x", Some(Database::Read(Dialect::Mysql))),
            ("application.yml", "url: jdbc:h2:mem\n---\nurl: jdbc:postgresql://x", None),
            (
                "Cargo.toml",
                "sqlx = { version = \"0.8\", features = [\n  \"runtime-tokio\", \"sqlite\" ] }",
                Some(Database::Read(Dialect::Sqlite)),
            ),
            (
                "Cargo.toml",
                "[dependencies.diesel]\nversion = \"2\"\nfeatures = [\"postgres\", \"r2d2\"]\n",
                Some(Database::Read(Dialect::Postgresql)),
            ),
            ("Cargo.toml", "[dependencies]\nserde = { features = [\"mysql\"] }", None),
            (
                "Cargo.toml",
                "refinery = { version = \"0.8\", features = [\"tokio-postgres\"] }",
                Some(Database::Read(Dialect::Postgresql)),
            ),
            ("sqlc.yaml", "sql:\n  - engine: \"postgresql\"\n", Some(Database::Read(Dialect::Postgresql))),
            ("go.mod", "require github.com/jackc/pgx/v5 v5.1\n", Some(Database::Read(Dialect::Postgresql))),
            ("go.mod", "github.com/lib/pq\ngithub.com/mattn/go-sqlite3", None),
        ] {
            assert_eq!(hint(file).read(text), expected, "{file}: {text}");
        }
    }
}
