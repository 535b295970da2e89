//! URLs as people write them.

use std::path::Path;
use std::time::Duration;

use sqlx::mysql::MySqlSslMode;
use sqlx::postgres::PgSslMode;

use super::{DatabaseUrl, Settings, redact};
use crate::model::schema::Dialect;

/// Tells whether it is the expected mode of TLS, which the drivers cannot compare.
type Test<M> = fn(M) -> bool;

fn parse(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn message(text: &str) -> String {
    let error = DatabaseUrl::parse(text).expect_err(text);
    format!("{error} | {}", error.hint.clone().unwrap_or_default())
}

#[test]
fn logins_and_places_are_found() {
    // text, user, password, hosts, database
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, &str, &str)] = &[
        ("postgresql://u:p@h:5433/d", "u", "p", "h:5433", "d"),
        ("postgres://u:p@h/d", "u", "p", "h", "d"),
        ("  POSTGRESQL+psycopg2://u:p@h/d\n", "u", "p", "h", "d"),
        ("postgresql+asyncpg://u@h/d", "u", "-", "h", "d"),
        ("postgresql://h", "-", "-", "h", "-"),
        ("postgresql:///d", "-", "-", "", "d"),
        ("postgresql://u:@h/d", "u", "", "h", "d"),
        ("postgresql://:p@h/d", "-", "p", "h", "d"),
        // Percents as SQLAlchemy decodes them; a plus stays a plus.
        ("postgresql://u%40x:p%40%2F%3A%23%3F+%25@h/d", "u@x", "p@/:#?+%", "h", "d"),
        ("postgresql://u:100%sure@h/d", "u", "100%sure", "h", "d"),
        ("postgresql://u:%zz%ff@h/d", "u", "%zz%ff", "h", "d"),
        ("postgresql://u:p@h/my%20db", "u", "p", "h", "my db"),
        // Raw marks in passwords.
        ("postgresql://u:p@ss@h/d", "u", "p@ss", "h", "d"),
        ("postgresql://u:p/w#x@h/d", "u", "p/w#x", "h", "d"),
        ("postgresql://u:p?w@h/d", "u", "p?w", "h", "d"),
        ("postgresql://u:p?a=b@h/d?sslmode=prefer", "u", "p?a=b", "h", "d"),
        ("postgresql://u:a:b:c@h/d", "u", "a:b:c", "h", "d"),
        ("postgresql://u:p@s/s@w@h:1/d", "u", "p@s/s@w", "h:1", "d"),
        ("postgresql://u:[x]@h/d", "u", "[x]", "h", "d"),
        ("postgresql://u:пароль 🔑@h/d", "u", "пароль 🔑", "h", "d"),
        ("postgresql://me@server:p@h/d", "me@server", "p", "h", "d"),
        // An `@` in a parameter is no login.
        ("postgresql://u:p@h/d?application_name=a@b", "u", "p", "h", "d"),
        ("postgresql://h/d?application_name=a@b", "-", "-", "h", "d"),
        // Addresses, several hosts, sockets.
        ("postgresql://u:p@[::1]:5433/d", "u", "p", "::1:5433", "d"),
        ("postgresql://u:p@[fe80::1%25eth0]/d", "u", "p", "fe80::1%eth0", "d"),
        ("postgresql://u:p@a:1,b,[::2]:3/d?target_session_attrs=any", "u", "p", "a:1 b ::2:3", "d"),
        ("postgresql://u@%2Fvar%2Frun/d", "u", "-", "/var/run", "d"),
        ("mysql+pymysql://u:p@/d?unix_socket=/tmp/s", "u", "p", "", "d"),
        ("mariadb+mariadbconnector://u:p@h:3307/d", "u", "p", "h:3307", "d"),
        ("mysql://u:p@h:/d?charset=utf8mb4", "u", "p", "h", "d"),
        ("sqlite:///rel.db", "-", "-", "", "rel.db"),
        ("sqlite+aiosqlite:////abs/x.db", "-", "-", "", "/abs/x.db"),
        ("sqlite:///C:\\data\\x.db", "-", "-", "", "C:\\data\\x.db"),
        ("sqlite:///with%20percent#mark.db", "-", "-", "", "with%20percent#mark.db"),
    ];
    for (text, user, password, hosts, database) in cases {
        let url = parse(text);
        let or = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let places: Vec<String> = url
            .hosts
            .iter()
            .map(|host| host.port.map_or_else(|| host.name.clone(), |port| format!("{}:{port}", host.name)))
            .collect();
        let found = (or(&url.user), or(&url.password), places.join(" "), or(&url.database));
        assert_eq!(
            found,
            ((*user).to_owned(), (*password).to_owned(), (*hosts).to_owned(), (*database).to_owned()),
            "{text}"
        );
    }
}

#[test]
fn nothing_shows_a_secret() {
    // text, what Display writes
    let cases = &[
        ("postgresql+asyncpg://u:s3cr3t@h:1/d", "postgresql+asyncpg://u:***@h:1/d"),
        ("postgresql://u:p@ss/s3cr3t@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u@h/d?password=s3cr3t&sslmode=prefer", "postgresql://u@h/d?password=***&sslmode=prefer"),
        ("mysql://u@h/d?passwd=s3cr3t", "mysql://u@h/d?passwd=***"),
        ("mysql://u@h/d?auth_token=s3cr3t", "mysql://u@h/d?auth_token=***"),
        ("postgresql://u@h/d?sslkey=/keys/s3cr3t", "postgresql://u@h/d?sslkey=***"),
        ("postgresql://u@h/d?whatever=s3cr3t", "postgresql://u@h/d?whatever=***"),
        ("postgresql://u:s3cr3t@h/d?application_name=s3cr3t", "postgresql://u:***@h/d?application_name=***"),
        ("postgresql://u:s3cr3t@[::1]/d", "postgresql://u:***@[::1]/d"),
        ("sqlite:///a b.db?mode=ro&uri=true", "sqlite:///a b.db?mode=ro&uri=true"),
    ];
    for (text, shown) in cases {
        let url = parse(text);
        assert_eq!(&url.to_string(), shown);
        assert!(!format!("{url:?} {url:#?}").contains("s3cr3t"), "{url:?}");
    }
}

#[test]
fn faults_name_no_secret() {
    // text, a part of the message
    #[rustfmt::skip]
    let cases = &[
        ("", "empty"),
        ("postgresql://u:s3cr3t\n@h/d", "line break"),
        ("postgre://u:s3cr3t@h/d", "did you mean `postgres"),
        ("pgsql://u:s3cr3t@h/d", "did you mean `postgresql://`"),
        ("mysql2://u:s3cr3t@h/d", "did you mean `mysql://`"),
        ("sqlite3:///s3cr3t", "did you mean `sqlite://`"),
        ("mssql+pyodbc://u:s3cr3t@h/d", "PostgreSQL, MySQL, MariaDB and SQLite"),
        ("jdbc:postgresql://h/d?user=u&password=s3cr3t", "JDBC"),
        ("JDBC:mysql://u:s3cr3t@h/d", "JDBC"),
        ("postgresql:/u:s3cr3t@h/d", "no `://`"),
        ("host=h password=s3cr3t", "libpq"),
        ("u:s3cr3t@h/d", "not a URL"),
        ("$DATABASE_URL", "env:NAME"),
        ("${DATABASE_URL}", "env:NAME"),
        ("postgresql://u:s3cr3t@h:port/d", "port"),
        ("postgresql://h:s3cr3t", "port"),
        ("postgresql://u:x@h:1:s3cr3t/d", "colons"),
        ("postgresql://u:x@[::s3cr3t/d", "bracket"),
        ("postgresql://u:x@h s3cr3t/d", "character"),
        ("postgresql://u:s3cr3t@h/d?sslmode=s3cr3t", "sslmode"),
        ("postgresql://u:s3cr3t@h/d?sslmod=require", "did you mean `sslmode`"),
        ("postgresql://u:s3cr3t@h/d?SSLMode=require", "did you mean `sslmode`"),
        ("postgresql://u:s3cr3t@h/d?ssl_something=1", "ssl_something"),
        ("postgresql://u@h/d?sslpassword=s3cr3t", "sslpassword"),
        ("postgresql://u@h/d?service=s3cr3t", "service"),
        ("postgresql://u@h/d?options=-e+s3cr3t", "options"),
        ("postgresql://u@h/d?port=s3cr3t", "port"),
        ("mysql://u:s3cr3t@h", "names no database"),
        ("mysql://u@h/d?read_default_file=s3cr3t", "read_default_file"),
        ("mysql://u:s3cr3t@h/d?ssl_mode=sometimes", "ssl_mode"),
        ("sqlite://", "memory"),
        ("sqlite:///", "memory"),
        ("sqlite+aiosqlite:///:memory:", "memory"),
        ("sqlite:///file::memory:?cache=shared&uri=true", "memory"),
        ("sqlite:///file:x?mode=memory&uri=true", "memory"),
        ("sqlite://x.db", "three slashes"),
        ("sqlite+pysqlcipher://:s3cr3t@/x.db", "encrypted"),
        ("sqlite:///x.db?key=s3cr3t", "encrypted"),
    ];
    for (text, part) in cases {
        let said = message(text);
        assert!(said.contains(part), "{text}: {said}");
        assert!(!said.contains("s3cr3t"), "{text}: {said}");
    }
}

#[test]
fn messages_lose_every_spelling_of_a_secret() {
    // The text of the URL, a message of a driver, what is left of it.
    let cases = &[
        ("postgresql://u:p%40ss%2Fword@h/d", "bad p@ss/word or p%40ss%2Fword", "bad *** or ***"),
        ("postgresql://u:p@ss'w\"rd@h/d", r#"E'p@ss''w"rd' and "p@ss'w\"rd""#, r#"E'***' and "***""#),
        ("postgresql://u:a@h/d", "a password of a, not ab: `a`", "*** password of ***, not ab: `***`"),
        ("postgresql://u:p.*+?@h/d", "p.*+? and pxx", "*** and pxx"),
        ("postgresql://u:aaaa@h/d", "aaaaaaaaa", "******a"),
        ("postgresql://postgres:postgres@h/d", "no user \"postgres\"", "no user \"postgres\""),
        ("mysql://u@h/d?password=s3cr3t%20x", "s3cr3t x, s3cr3t%20x", "***, ***"),
        ("postgresql://u:@h/d", "nothing to hide", "nothing to hide"),
        (
            "sqlite:///x.db",
            "from redis://me:other@host/1 and http://host/a:b",
            "from redis://me:***@host/1 and http://host/a:b",
        ),
        ("postgresql://u:käse🧀@h/d", "käse🧀 k%C3%A4se%F0%9F%A7%80", "*** ***"),
    ];
    for (text, said, left) in cases {
        assert_eq!(&redact(said, &parse(text)), left, "{text}");
    }
}

#[test]
fn parameters_reach_the_driver_of_postgresql() {
    let of = |text: &str| match parse(text).settings().expect(text) {
        Settings::Postgres(hosts) => hosts,
        _ => panic!("{text}"),
    };
    let one = |text: &str| of(text).remove(0);
    assert_eq!(one("postgresql://u:p@h/d?host=/var/run/postgresql").get_host(), "/var/run/postgresql");
    assert_eq!(one("postgresql:///d?host=/tmp&port=5444").get_port(), 5444);
    assert_eq!(one("postgresql://u:p@[::1]/d").get_host(), "::1");
    assert_eq!(one("postgresql://u@[::1]/d").get_host(), "::1");
    assert_eq!(one("postgresql://u@%2Fvar%2Frun:5444/d").get_host(), "/var/run");
    assert_eq!(one("postgresql:///?dbname=x&user=y&host=h").get_database(), Some("x"));
    assert_eq!(one("postgresql:///?dbname=x&user=y&host=h").get_username(), "y");
    assert_eq!(one("postgresql://u:p@h/d").get_application_name(), Some("lawbook"));
    assert_eq!(one("postgresql://u:p@h/d?application_name=x").get_application_name(), Some("x"));
    let hosts = of("postgresql://u:p@/d?host=a:1&host=b:2");
    assert_eq!(hosts.iter().map(|host| (host.get_host(), host.get_port())).collect::<Vec<_>>(), [("a", 1), ("b", 2)]);
    let hosts = of("postgresql://u:p@a,b/d?port=3");
    assert_eq!(hosts.iter().map(|host| (host.get_host(), host.get_port())).collect::<Vec<_>>(), [("a", 3), ("b", 3)]);
    for (text, options) in [
        ("options=-csearch_path=a,b", "-c search_path=a,b"),
        ("options=-c%20search_path=a%20--statement-timeout=5", "-c search_path=a -c statement_timeout=5"),
        ("options=-c+x=a%5C+b", "-c x=a\\ b"),
        ("search_path=a", "-c search_path=a"),
        ("schema=public", "-c search_path=public"),
    ] {
        assert_eq!(one(&format!("postgresql://u:p@h/d?{text}")).get_options(), Some(options), "{text}");
    }
    #[rustfmt::skip]
    let modes: &[(&str, Test<PgSslMode>)] = &[
        ("", |mode| matches!(mode, PgSslMode::Prefer)),
        ("?sslmode=disable", |mode| matches!(mode, PgSslMode::Disable)),
        ("?sslmode=allow", |mode| matches!(mode, PgSslMode::Prefer)),
        ("?sslmode=require", |mode| matches!(mode, PgSslMode::Require)),
        ("?sslmode=require&sslrootcert=/ca.pem", |mode| matches!(mode, PgSslMode::VerifyCa)),
        ("?sslmode=verify-full", |mode| matches!(mode, PgSslMode::VerifyFull)),
        ("?sslrootcert=system", |mode| matches!(mode, PgSslMode::VerifyFull)),
        ("?ssl=require", |mode| matches!(mode, PgSslMode::Require)),
        ("?ssl=true", |mode| matches!(mode, PgSslMode::Require)),
        ("?ssl=false", |mode| matches!(mode, PgSslMode::Disable)),
        ("?sslmode=require&host=/tmp", |mode| matches!(mode, PgSslMode::Disable)),
    ];
    for (text, expected) in modes {
        let mode = one(&format!("postgresql://u:p@h/d{text}")).get_ssl_mode();
        assert!(expected(mode), "{text}: {mode:?}");
    }
    for ignored in ["pgbouncer=true", "connection_limit=5", "keepalives_idle=3", "channel_binding=require", "x=y"] {
        assert_eq!(of(&format!("postgresql://u:p@h/d?{ignored}")).len(), 1);
    }
    assert_eq!(parse("postgresql://h/d?connect_timeout=3").connect_timeout(), Some(Duration::from_secs(3)));
    assert_eq!(parse("postgresql://h/d?connect_timeout=0").connect_timeout(), None);
    assert_eq!(parse("postgresql://h/d?connect_timeout=1e300").connect_timeout(), None);
    assert_eq!(parse("sqlite:///x?timeout=3").connect_timeout(), None);
}

#[test]
fn parameters_reach_the_driver_of_mysql() {
    let of = |text: &str| match parse(text).settings().expect(text) {
        Settings::Mysql(mut hosts) => hosts.remove(0),
        _ => panic!("{text}"),
    };
    let socket = of("mysql+pymysql://u:p@/d?unix_socket=/run/mysqld.sock");
    assert_eq!(socket.get_socket().and_then(|path| path.to_str()), Some("/run/mysqld.sock"));
    assert_eq!((of("mysql://u@h:3307/d").get_host(), of("mysql://u@h:3307/d").get_port()), ("h", 3307));
    assert_eq!(of("mysql://u@h/d").get_database(), Some("d"));
    assert_eq!(of("mysql://h/?db=x&user=y&passwd=z").get_username(), "y");
    #[rustfmt::skip]
    let modes: &[(&str, Test<MySqlSslMode>)] = &[
        ("mysql://u@h/d", |mode| matches!(mode, MySqlSslMode::Preferred)),
        ("mysql://u@h/d?ssl_disabled=true", |mode| matches!(mode, MySqlSslMode::Disabled)),
        ("mysql://u@h/d?ssl-mode=VERIFY_IDENTITY", |mode| matches!(mode, MySqlSslMode::VerifyIdentity)),
        ("mysql://u@h/d?sslmode=require", |mode| matches!(mode, MySqlSslMode::Required)),
        ("mysql+pymysql://u@h/d?ssl_ca=/ca.pem", |mode| matches!(mode, MySqlSslMode::VerifyIdentity)),
        ("mysql+pymysql://u@h/d?ssl_ca=/ca.pem&ssl_check_hostname=false", |mode| matches!(mode, MySqlSslMode::VerifyCa)),
        ("mysql+mysqldb://u@h/d?ssl_ca=/ca.pem", |mode| matches!(mode, MySqlSslMode::VerifyCa)),
        ("mysql://u@h/d?ssl=true", |mode| matches!(mode, MySqlSslMode::Required)),
    ];
    for (text, expected) in modes {
        let mode = of(text).get_ssl_mode();
        assert!(expected(mode), "{text}: {mode:?}");
    }
}

#[test]
fn files_of_sqlite_start_at_the_root() {
    let of = |text: &str| match DatabaseUrl::resolve(text, Path::new("/project")).and_then(|url| url.settings()) {
        Ok(Settings::Sqlite(file)) => file,
        _ => panic!("{text}"),
    };
    for (text, path) in [
        ("sqlite:///x.db", "/project/x.db"),
        ("sqlite:///./a/x.db", "/project/a/x.db"),
        ("sqlite:////x.db", "/x.db"),
        ("sqlite:///file:x%20y.db?mode=ro&uri=true", "/project/x y.db"),
        ("sqlite:///file:///x.db?uri=true", "/x.db"),
        ("sqlite:///file://localhost/x.db?uri=true", "/x.db"),
        ("sqlite:///a%20b.db?check_same_thread=false&timeout=5", "/project/a%20b.db"),
    ] {
        assert_eq!(of(text).path, Path::new(path), "{text}");
    }
    assert!(of("sqlite:///file:x?immutable=1&uri=true").immutable);
    assert!(!of("sqlite:///x.db").immutable);
}

#[test]
fn urls_are_kept_in_variables_and_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let write = |name: &str, text: &[u8]| std::fs::write(root.join(name), text).expect("written");
    write("url", b"postgresql://u:s3cr3t@h/d\r\n");
    write("quoted", b"\xef\xbb\xbf\"postgresql://u:s3cr3t@h/d\"\n");
    write("empty", b"\n");
    write("two", b"postgresql://u:s3cr3t@h/d\nX=s3cr3t");
    write("bad", b"postgre://u:s3cr3t@h/d");
    write("binary", b"\xff\xfe s3cr3t");
    write("long", &vec![b'x'; 70_000]);
    for text in ["file:url", "file: quoted "] {
        let url = DatabaseUrl::resolve(text, root).expect(text);
        assert_eq!((url.dialect(), url.password.as_deref()), (Dialect::Postgresql, Some("s3cr3t")));
    }
    for (text, part) in [
        ("file:gone", "the file gone does not exist"),
        ("file:empty", "the file empty is empty"),
        ("file:two", "the file two holds more than one line"),
        ("file:bad", "the file bad: unknown kind of database `postgre`"),
        ("file:binary", "the file binary is not text"),
        ("file:long", "too long"),
        ("file:.", "is a folder"),
        ("file:", "no path"),
        ("env:", "no name"),
        ("env:A=B", "no name"),
        ("env:LAWBOOK_NOT_SET_ANYWHERE", "the variable LAWBOOK_NOT_SET_ANYWHERE is not set"),
        // Set for every test, and no URL.
        ("env:CARGO_MANIFEST_DIR", "the variable CARGO_MANIFEST_DIR: this is not a URL"),
    ] {
        let error = DatabaseUrl::resolve(text, root).expect_err(text);
        let said = format!("{error} {:?}", error.hint);
        assert!(said.contains(part), "{text}: {said}");
        assert!(!said.contains("s3cr3t"), "{said}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    let pieces = [
        "postgresql://",
        "sqlite:///",
        "mysql://",
        "@",
        ":",
        "/",
        "?",
        "[",
        "]",
        "%",
        "=",
        "&",
        "ß",
        "a",
        ",",
        "options=",
        "file:",
    ];
    // All sequences of a few pieces, from a counter.
    for number in 0..6_000_usize {
        let mut text = pieces[number % 3].to_owned();
        let mut rest = number / 3;
        while rest > 0 {
            text.push_str(pieces[rest % pieces.len()]);
            rest /= pieces.len();
        }
        if let Ok(url) = DatabaseUrl::parse(&text) {
            let _ = redact(&url.to_string(), &url);
        }
    }
}
