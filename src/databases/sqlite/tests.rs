//! Databases as people make them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tempfile::TempDir;

use crate::databases::{DatabaseError, DatabaseUrl, Failure, Options, introspect};
use crate::model::Known;
use crate::model::schema::{Dialect, Index, Key, Schema};

/// Runs asynchronous work of a test.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

async fn open(path: &Path) -> SqliteConnection {
    let settings = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
    settings.disable_statement_logging().connect().await.expect("a connection")
}

/// Makes a database of statements.
fn make(path: &Path, sql: &str) {
    block_on(async {
        let mut connection = open(path).await;
        connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("closed");
    });
}

fn read(path: &Path) -> Result<Schema, DatabaseError> {
    let url = DatabaseUrl::parse(&format!("sqlite:///{}", path.display())).expect("a URL");
    let options = Options { connect_timeout: Duration::from_millis(200), ..Options::default() };
    introspect("main", &url, &options)
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.db");
    (folder, path)
}

fn schema_of(sql: &str) -> Schema {
    let (_folder, path) = folder();
    make(&path, sql);
    read(&path).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Writes a schema in a few lines.
fn dump(schema: &Schema) -> String {
    let mut text = String::new();
    let name = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or("-").to_owned();
    let key = |key: &Key| format!("{} ({})", name(&key.name), key.columns.join(", "));
    let known = |value: &Known<bool>| matches!(value, Known::Yes(true));
    let index = |index: &Index| {
        let parts: Vec<&str> = index.parts.iter().map(|part| &**part.text()).collect();
        let unique = if index.unique { " unique" } else { "" };
        let where_ = index.where_.as_ref().map(|text| format!(" where {text}")).unwrap_or_default();
        format!("{} ({}){unique}{where_}", name(&index.name), parts.join(", "))
    };
    for (table, found) in &schema.tables {
        let _ = writeln!(text, "table {table}");
        for column in &found.columns {
            let ty = column.ty.as_known().map_or("?", |ty| &ty.spelling);
            let _ = write!(text, " {} {ty}{}", column.name, if known(&column.nullable) { "" } else { " !" });
            if let Known::Yes(Some(default)) = &column.default {
                let _ = write!(text, " = {default}");
            }
            if let Some(generated) = &column.generated {
                let _ = write!(text, " as {}{}", generated.expression, if generated.stored { " stored" } else { "" });
            }
            if let Some(collation) = &column.collation {
                let _ = write!(text, " collate {collation}");
            }
            if let Some(identity) = &column.identity {
                let _ = write!(text, " {}", identity.name());
            }
            text.push('\n');
        }
        let mut lines = Vec::new();
        lines.extend(found.primary_key.as_ref().map(|found| format!("pk {}", key(found))));
        lines.extend(found.uniques.iter().map(|found| format!("unique {}", key(found))));
        lines.extend(found.indexes.iter().map(|found| format!("index {}", index(found))));
        lines.extend(found.checks.iter().map(|check| format!("check {}: {}", name(&check.name), check.sql)));
        for foreign in &found.foreign_keys {
            let action = |word: &str, action: &Option<std::sync::Arc<str>>| {
                action.as_ref().map(|action| format!(" {word} {action}")).unwrap_or_default()
            };
            lines.push(format!(
                "fk {} ({}) -> {} ({}){}{}{}",
                name(&foreign.name),
                foreign.columns.join(", "),
                foreign.table,
                foreign.references.join(", "),
                action("delete", &foreign.on_delete),
                action("update", &foreign.on_update),
                match (foreign.deferrable, foreign.initially_deferred) {
                    (true, true) => " deferred",
                    (true, false) => " deferrable",
                    _ => "",
                },
            ));
        }
        for line in lines {
            let _ = writeln!(text, " {line}");
        }
    }
    for (view, found) in &schema.views {
        let columns = found.columns.join(", ");
        let _ = writeln!(text, "view {view} ({columns}): {}", found.definition.as_deref().unwrap_or("?"));
    }
    for unknown in &schema.unknown {
        let _ = writeln!(text, "unknown {:?}: {}", unknown.part, unknown.what);
    }
    text
}

#[test]
fn schemas_are_what_was_written() {
    // Statements, what is found.
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(20) NOT NULL DEFAULT 'x', b, c DEFAULT (1 + 2), d DEFAULT -1.5e-3)",
            &["table t", " id INTEGER !", " a VARCHAR(20) ! = 'x'", " b ", " c  = 1 + 2", " d  = -1.5e-3", " pk - (id)"]),
        ("CREATE TABLE t (id INTEGER CONSTRAINT k PRIMARY KEY AUTOINCREMENT, x INT DEFAULT .5 NOT NULL, y BLOB DEFAULT x'ff' UNIQUE, z DEFAULT 1e-5 CHECK (z > 0))",
            &["table t", " id INTEGER ! auto increment", " x INT ! = .5", " y BLOB = x'ff'", " z  = 1e-5", " pk k (id)", " unique - (y)", " check -: z > 0"]),
        ("CREATE TABLE t (id INTEGER, PRIMARY KEY (id AUTOINCREMENT))",
            &["table t", " id INTEGER ! auto increment", " pk - (id)"]),
        // Only INTEGER is the number of the row; other keys hold null, as the catalogue says.
        ("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY KEY DESC); CREATE TABLE w (id TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE s (id INTEGER PRIMARY KEY, n ANY) STRICT",
            &["table s", " id INTEGER !", " n ANY", " pk - (id)", "table t", " id INT", " pk - (id)", "table u", " id INTEGER", " pk - (id)", "table w", " id TEXT !", " pk - (id)"]),
        // One index serves both, and both were written.
        ("CREATE TABLE t (id TEXT PRIMARY KEY, CONSTRAINT uq UNIQUE (ID))",
            &["table t", " id TEXT", " pk - (id)", " unique uq (id)"]),
        ("CREATE TABLE t (a, b, c, CONSTRAINT k PRIMARY KEY (c, a), CONSTRAINT u UNIQUE (b, a), UNIQUE (c))",
            &["table t", " a ", " b ", " c ", " pk k (c, a)", " unique - (c)", " unique u (b, a)"]),
        // No commas between constraints, several names, constraints that say the same.
        ("CREATE TABLE t (a NOT NULL ON CONFLICT IGNORE, b, CONSTRAINT x CONSTRAINT y UNIQUE (a) ON CONFLICT REPLACE UNIQUE (b) CHECK (a > b) CONSTRAINT z CHECK (b), CONSTRAINT v UNIQUE (b))",
            &["table t", " a  !", " b ", " unique v (b)", " unique y (a)", " check -: a > b", " check z: b"]),
        // Quotes of every kind, comments, nested parentheses.
        ("CREATE TABLE \"a \"\"t\" ([b c] text, `d``e` \"VARCHAR(3)\", 'f''g' INT, \"check\" INT /* , no column */, -- CHECK (no)\n \"né\" INT CONSTRAINT [x )] CHECK ((\"né\" > (1)) AND ')' <> '--'))",
            &["table a \"t", " b c TEXT", " d`e VARCHAR(3)", " f'g INT", " check INT", " né INT", " check x ): (\"né\" > (1)) AND ')' <> '--'"]),
        ("CREATE TABLE \"line\nbreak\" (\"a\nb\" INT, \"\" INT, ' ' INT)",
            &["table line", "break", " a", "b INT", "  INT", "   INT"]),
        ("CREATE TABLE t (a TEXT COLLATE NOCASE, b TEXT COLLATE binary, c INT GENERATED ALWAYS AS (length(a) + (1)) STORED, d AS (a || ',)') NOT NULL)",
            &["table t", " a TEXT collate NOCASE", " b TEXT", " c INT as length(a) + (1) stored", " d  ! as a || ',)'"]),
        // Foreign keys: implicit references, other spellings, actions, circles, nothing there.
        ("CREATE TABLE P (X INTEGER PRIMARY KEY, y UNIQUE); CREATE TABLE c (a REFERENCES p, b CONSTRAINT n REFERENCES \"p\" (x) ON DELETE CASCADE ON UPDATE SET NULL, d INT REFERENCES P (y) NOT NULL DEFERRABLE INITIALLY DEFERRED, CONSTRAINT m FOREIGN KEY (a, b) REFERENCES q (u, v) MATCH FULL ON DELETE NO ACTION DEFERRABLE)",
            &["table P", " X INTEGER !", " y ", " pk - (X)", " unique - (y)",
              "table c", " a ", " b ", " d INT !",
              " fk - (a) -> P (X)", " fk - (d) -> P (y) deferred",
              " fk m (a, b) -> q (u, v) deferrable", " fk n (b) -> P (X) delete CASCADE update SET NULL"]),
        ("CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a, b REFERENCES b)",
            &["table a", " id INTEGER !", " b ", " pk - (id)", " fk - (b) -> b (id)",
              "table b", " id INTEGER !", " a ", " b ", " pk - (id)", " fk - (a) -> a (id)", " fk - (b) -> b (id)"]),
        ("CREATE TABLE a (b REFERENCES gone, c REFERENCES two); CREATE TABLE two (x, y, PRIMARY KEY (x, y))",
            &["table a", " b ", " c ", " fk - (b) -> gone ()", " fk - (c) -> two ()",
              "table two", " x ", " y ", " pk - (x, y)",
              "unknown Constraints: a foreign key refers to gone, whose primary key does not fit or is not there",
              "unknown Constraints: a foreign key refers to two, whose primary key does not fit or is not there"]),
        // Indexes: expressions, predicates, uniqueness, directions.
        ("CREATE TABLE t (a, b, \"c d\"); CREATE UNIQUE INDEX \"i 1\" ON t (a DESC, \"c d\" COLLATE NOCASE); CREATE INDEX i2 ON t (lower(a) || ',' ASC, b) WHERE a > 1 AND \"c d\" IS NOT NULL; CREATE INDEX i3 ON t ((a + b))",
            &["table t", " a ", " b ", " c d ", " index i 1 (a, c d) unique", " index i2 (lower(a) || ',', b) where a > 1 AND \"c d\" IS NOT NULL", " index i3 ((a + b))"]),
        // What ALTER TABLE leaves behind.
        ("CREATE TABLE old (a INTEGER PRIMARY KEY, b TEXT, CHECK (b <> '')); ALTER TABLE old RENAME TO new; ALTER TABLE new ADD COLUMN c TEXT DEFAULT 'x' REFERENCES new (a); ALTER TABLE new RENAME COLUMN b TO \"d e\"; CREATE INDEX i ON new (\"d e\")",
            &["table new", " a INTEGER !", " d e TEXT", " c TEXT = 'x'", " pk - (a)", " index i (d e)", " check -: \"d e\" <> ''", " fk - (c) -> new (a)"]),
        ("CREATE TABLE src (a INT, b VARCHAR(3)); CREATE TABLE copy AS SELECT a, b, 1 + 1 AS \"x y\" FROM src",
            &["table copy", " a INT", " b TEXT", " x y ", "table src", " a INT", " b VARCHAR(3)"]),
        // Views, with and without columns of their own; a broken one.
        ("CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a, b AS x FROM t; CREATE VIEW \"w as\" (p, q) AS /* why */ SELECT b, 'as' FROM t ; CREATE VIEW broken AS SELECT * FROM gone",
            &["table t", " a ", " b ",
              "view broken (): SELECT * FROM gone", "view v (a, x): SELECT a, b AS x FROM t", "view w as (p, q): SELECT b, 'as' FROM t",
              "unknown Columns: the columns of broken cannot be told: no such table: main.gone"]),
        // Virtual tables hide their shadows; our own tables of similar names stay.
        ("CREATE VIRTUAL TABLE docs USING fts5(title, body); CREATE TABLE docs_mine (a); CREATE VIRTUAL TABLE box USING rtree(id, x0, x1)",
            &["table box", " id INT", " x0 REAL", " x1 REAL", "table docs", " title ", " body ", "table docs_mine", " a "]),
        // Tables of SQLite itself are nobody's business.
        ("CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (1); ANALYZE; CREATE TABLE sqlitex (a)",
            &["table sqlitex", " a ", "table t", " a INTEGER ! auto increment", " pk - (a)"]),
    ];
    for (sql, expected) in cases {
        let expected = expected.iter().map(|line| format!("{line}\n")).collect::<String>();
        assert_eq!(dump(&schema_of(sql)), expected, "{sql}");
    }
}

#[test]
fn it_says_what_it_is() {
    let schema = schema_of("CREATE TABLE t (a)");
    assert_eq!((&*schema.name, schema.dialect), ("main", Some(Dialect::Sqlite)));
    assert!(schema.server.as_deref().is_some_and(|server| server.starts_with("3.")), "{:?}", schema.server);
}

#[test]
fn every_encoding_is_understood() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let sql = format!(
            "PRAGMA encoding = '{encoding}'; CREATE TABLE \"tä🧀\" (\"ñ\" TEXT DEFAULT 'ß' CONSTRAINT \"č\" CHECK (\"ñ\" <> ''))"
        );
        let expected = "table tä🧀\n ñ TEXT = 'ß'\n check č: \"ñ\" <> ''\n";
        assert_eq!(dump(&schema_of(&sql)), expected, "{encoding}");
    }
}

#[test]
fn what_cannot_be_read_is_unknown() {
    // A text that SQLite itself would not have written, put there by hand; a module that nobody has.
    let schema = schema_of(
        "CREATE TABLE t (a CONSTRAINT c CHECK (a > 0), b UNIQUE); PRAGMA writable_schema = ON; \
         INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(x)')",
    );
    let text = dump(&schema);
    assert!(
        text.contains("table v\nunknown Columns: the columns of v cannot be told: no such module: vec0\n"),
        "{text}"
    );
    assert!(text.contains("check c: a > 0"), "{text}");
}

#[test]
fn wide_and_many() {
    let columns: Vec<String> =
        (0..2_000).map(|number| format!("c{number} INTEGER NOT NULL DEFAULT {number}")).collect();
    let mut sql = format!("CREATE TABLE wide ({}, CHECK {}1{});", columns.join(", "), "(".repeat(50), ")".repeat(50));
    for number in 0..300 {
        let _ = write!(
            sql,
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, p REFERENCES t{}); CREATE INDEX i{number} ON t{number} (p);",
            (number + 1) % 300
        );
    }
    let schema = schema_of(&sql);
    assert_eq!(schema.tables.len(), 301);
    let (_, wide) = schema.table("wide").expect("there");
    assert_eq!((wide.columns.len(), wide.checks.len()), (2_000, 1));
    assert_eq!(&*wide.columns[1_999].name, "c1999");
    let (_, last) = schema.table("t299").expect("there");
    assert_eq!((&*last.foreign_keys[0].table.name, last.foreign_keys[0].references.len()), ("t0", 1));
    assert!(schema.unknown.is_empty());
}

#[test]
fn nothing_is_written() {
    for journal in ["DELETE", "WAL", "TRUNCATE"] {
        let (folder, path) = folder();
        make(&path, &format!("PRAGMA journal_mode = {journal}; CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
        let state = || {
            let mut names: Vec<_> = std::fs::read_dir(folder.path())
                .expect("read")
                .map(|entry| entry.expect("entry").file_name())
                .collect();
            names.sort();
            let modified = std::fs::metadata(&path).expect("there").modified().expect("a time");
            (names, modified, std::fs::read(&path).expect("bytes"))
        };
        let before = state();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(dump(&read(&path).expect("read")), "table t\n a \n");
        assert!(state() == before, "{journal}: the folder is not what it was: {:?}", state().0);
    }
}

#[test]
fn a_log_that_is_in_use_is_read() {
    let (_folder, path) = folder();
    block_on(async {
        let mut writer = open(&path).await;
        let sql = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)";
        writer.execute(sql).await.expect("made");
        // The table is in the log alone.
        let schema = read(&path).expect("read");
        assert_eq!(dump(&schema), "table t\n a \n");
        writer.close().await.expect("closed");
    });
}

#[test]
fn faults_are_told_apart() {
    let (folder, path) = folder();
    let root = folder.path();
    make(&path, "CREATE TABLE t (a); CREATE TABLE u (b)");
    let bytes = std::fs::read(&path).expect("bytes");
    let write = |name: &str, bytes: &[u8]| std::fs::write(root.join(name), bytes).expect("written");
    write("empty.db", b"");
    write("text.db", b"this is a text of some length, and no database at all");
    write("random.db", &(0..8192_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>());
    write("short.db", &bytes[..3000]);
    let mut broken = bytes.clone();
    broken[100..200].fill(0xff);
    write("broken.db", &broken);
    let mut wrong = bytes.clone();
    let at = bytes.windows(6).rposition(|window| window == b"CREATE").expect("a text");
    wrong[at..at + 6].copy_from_slice(b"CRXXTE");
    write("wrong.db", &wrong);
    std::fs::create_dir(root.join("folder.db")).expect("made");
    for (name, failure, part) in [
        ("gone.db", Failure::Connect, "there is no file"),
        ("gone/gone.db", Failure::Connect, "there is no file"),
        ("folder.db", Failure::Connect, "is a folder"),
        ("text.db", Failure::Connect, "is no SQLite database, or it is encrypted"),
        ("random.db", Failure::Connect, "is no SQLite database, or it is encrypted"),
        ("short.db", Failure::Query, "is damaged"),
        ("broken.db", Failure::Query, "is damaged"),
        ("wrong.db", Failure::Query, "is damaged"),
    ] {
        let error = read(&root.join(name)).expect_err(name);
        assert!(error.message.contains(part), "{name}: {error}");
        assert_eq!(error.failure, failure, "{name}: {error}");
    }
    assert!(!root.join("gone.db").exists());
    assert!(read(&root.join("empty.db")).expect("an empty database").tables.is_empty());
}

#[test]
fn a_locked_file_is_waited_for_and_then_said() {
    let (_folder, path) = folder();
    make(&path, "CREATE TABLE t (a)");
    block_on(async {
        let mut writer = open(&path).await;
        writer.execute("BEGIN EXCLUSIVE").await.expect("locked");
        let start = Instant::now();
        let error = read(&path).expect_err("locked");
        assert_eq!(error.failure, Failure::Timeout);
        assert!(error.message.contains("is locked by another program"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5));
        writer.close().await.expect("closed");
    });
    assert!(read(&path).is_ok());
}

#[test]
fn no_other_schema_is_there() {
    let (_folder, path) = folder();
    make(&path, "CREATE TABLE t (a)");
    let url = DatabaseUrl::parse(&format!("sqlite:///{}", path.display())).expect("a URL");
    let of = |schema: &str| introspect("x", &url, &Options { schemas: vec![schema.to_owned()], ..Options::default() });
    assert!(of("main").is_ok());
    assert_eq!(of("other").expect_err("no such schema").failure, Failure::Url);
}

#[test]
fn it_works_wherever_it_is_called() {
    let (_folder, path) = folder();
    make(&path, "CREATE TABLE t (a)");
    let from_rayon = rayon::join(|| read(&path).is_ok(), || read(&path).is_ok());
    assert_eq!(from_rayon, (true, true));
    assert!(block_on(async { read(&path).is_ok() }));
}
