//! What PostgreSQL's driver needs, from the spellings of libpq, psycopg and asyncpg.

use std::str::FromStr;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::super::error::DatabaseError;
use super::parameters::{Known, port, truth};
use super::parts::Host;
use super::{DatabaseUrl, fault};

const KNOWN: Known = Known {
    understood: &[
        "application_name",
        "connect_timeout",
        "currentSchema",
        "database",
        "dbname",
        "fallback_application_name",
        "host",
        "hostaddr",
        "options",
        "password",
        "port",
        "schema",
        "search_path",
        "ssl",
        "sslcert",
        "sslkey",
        "ssl_mode",
        "ssl-mode",
        "sslmode",
        "sslrootcert",
        "timeout",
        "user",
    ],
    ignored: &[
        "async_fallback",
        "autosave",
        "channel_binding",
        "client_encoding",
        "command_timeout",
        "connection_limit",
        "gssencmode",
        "gsslib",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "krbsrvname",
        "load_balance_hosts",
        "pgbouncer",
        "pool_timeout",
        "prepared_statement_cache_size",
        "prepared_statement_name_func",
        "replication",
        "sslcompression",
        "sslcrldir",
        "sslnegotiation",
        "sslsni",
        "ssl_min_protocol_version",
        "target_session_attrs",
        "tcp_user_timeout",
    ],
    refused: &[
        ("passfile", "the password file is the one of PGPASSFILE, or ~/.pgpass"),
        ("requirepeer", "the owner of a socket is not checked"),
        ("require_auth", "the method of authentication is chosen by the server"),
        ("service", "service files are not read; write host and database into the URL"),
        ("sslcrl", "revocation lists are not read"),
        ("sslpassword", "encrypted keys are not read; name a key without a password in `sslkey`"),
        ("ssl_max_protocol_version", "the version of TLS cannot be limited"),
    ],
};

/// Returns the driver's settings, one for each host.
pub(super) fn settings(url: &DatabaseUrl) -> Result<Vec<PgConnectOptions>, DatabaseError> {
    for (key, _) in &url.query {
        KNOWN.check(key)?;
    }
    let hosts = hosts(url)?;
    hosts.iter().map(|host| of_host(url, host)).collect()
}

/// Returns the hosts: those of the parameters, which libpq prefers, or those of the URL, or the default one.
fn hosts(url: &DatabaseUrl) -> Result<Vec<Host>, DatabaseError> {
    let values = |name: &'static str| {
        let of_name = url.query.iter().filter(move |(key, _)| key == name);
        of_name.flat_map(|(_, value)| value.split(',')).map(str::to_owned).collect::<Vec<_>>()
    };
    let ports: Vec<u16> =
        values("port").iter().filter(|text| !text.is_empty()).map(|text| port(text)).collect::<Result<_, _>>()?;
    let mut names = values("host");
    names.extend(values("hostaddr"));
    let mut hosts = if names.is_empty() { url.hosts.clone() } else { Vec::new() };
    for name in names {
        // SQLAlchemy also takes `host=name:port`, several times.
        let colons = name.matches(':').count();
        let host = match name.split_once(':') {
            Some((name, number)) if colons == 1 && !name.starts_with('/') => {
                Host { name: name.to_owned(), port: Some(port(number)?) }
            }
            _ => Host { name: name.trim_matches(['[', ']']).to_owned(), port: None },
        };
        hosts.push(host);
    }
    if hosts.is_empty() {
        hosts.push(Host::default());
    }
    let fallback = url.hosts.first().and_then(|host| host.port);
    for (index, host) in hosts.iter_mut().enumerate() {
        let of_index = if ports.len() > 1 { ports.get(index) } else { ports.first() };
        host.port = host.port.or(of_index.copied()).or(fallback);
    }
    Ok(hosts)
}

fn of_host(url: &DatabaseUrl, host: &Host) -> Result<PgConnectOptions, DatabaseError> {
    let user = url.parameter(&["user"]).or(url.user.as_deref());
    let password = url.parameter(&["password"]).or(url.password.as_deref());
    let database = url.parameter(&["dbname", "database"]).or(url.database.as_deref());
    let mut settings = match password {
        Some(password) => PgConnectOptions::new_without_pgpass().password(password),
        None => from_password_file(user, host, database)?,
    };
    if !host.name.is_empty() {
        settings = settings.host(&host.name);
    }
    if let Some(port) = host.port {
        settings = settings.port(port);
    }
    if let Some(user) = user {
        settings = settings.username(user);
    }
    if let Some(database) = database {
        settings = settings.database(database);
    }
    let name = url.parameter(&["application_name"]).or_else(|| url.parameter(&["fallback_application_name"]));
    if let Some(name) = name.or_else(|| settings.get_application_name().is_none().then_some("lawbook")) {
        settings = settings.application_name(name);
    }
    for value in url.query.iter().filter(|(key, _)| key == "options").map(|(_, value)| value) {
        settings = settings.options(startup_options(value)?);
    }
    if let Some(path) = url.parameter(&["search_path", "schema", "currentSchema"]).filter(|path| !path.is_empty()) {
        settings = settings.options([("search_path", path)]);
    }
    // Poolers refuse start-up parameters that they do not know; no number is read here anyway.
    settings = settings.extra_float_digits(None).disable_statement_logging();
    with_tls(url, settings)
}

/// Returns settings with the password of PGPASSFILE or `~/.pgpass` for this very host, which only the driver's own
/// reading of a URL looks up.
fn from_password_file(
    user: Option<&str>,
    host: &Host,
    database: Option<&str>,
) -> Result<PgConnectOptions, DatabaseError> {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let name = if host.name.contains(':') && !host.name.starts_with('/') {
        format!("[{}]", host.name.split('%').next().unwrap_or_default())
    } else {
        encode(&host.name)
    };
    let mut text = "postgres://".to_owned();
    if !name.is_empty() {
        if let Some(user) = user {
            text.push_str(&format!("{}@", encode(user)));
        }
        text.push_str(&name);
        if let Some(port) = host.port {
            text.push_str(&format!(":{port}"));
        }
    }
    if let Some(database) = database {
        text.push_str(&format!("/{}", encode(database)));
    }
    PgConnectOptions::from_str(&text).map_err(|_| fault("the host cannot be understood"))
}

/// Sets what the spellings of the drivers say about TLS.
fn with_tls(url: &DatabaseUrl, mut settings: PgConnectOptions) -> Result<PgConnectOptions, DatabaseError> {
    let word = match url.parameter(&["sslmode", "ssl_mode", "ssl-mode"]) {
        Some(word) => Some(("sslmode", word)),
        None => url.parameter(&["ssl"]).map(|word| ("ssl", word)),
    };
    let root = url.parameter(&["sslrootcert"]).filter(|path| !path.is_empty() && *path != "system");
    let mode = match word {
        None => None,
        Some((key, word)) => Some(match word.to_ascii_lowercase().replace('_', "-").as_str() {
            "disable" => PgSslMode::Disable,
            // Both end encrypted where the server can; the driver knows only one of them.
            "allow" | "prefer" => PgSslMode::Prefer,
            // As libpq has it: a root certificate at hand is also used.
            "require" if root.is_some() => PgSslMode::VerifyCa,
            "require" => PgSslMode::Require,
            "verify-ca" => PgSslMode::VerifyCa,
            "verify-full" => PgSslMode::VerifyFull,
            other if key == "ssl" && truth(key, other).is_ok() => {
                if truth(key, other)? {
                    PgSslMode::Require
                } else {
                    PgSslMode::Disable
                }
            }
            _ => {
                return Err(fault(format!("the parameter `{key}` has a value that is not understood"))
                    .hint("one of disable, allow, prefer, require, verify-ca, verify-full"));
            }
        }),
    };
    if let Some(path) = root {
        settings = settings.ssl_root_cert(url.path(path));
    } else if url.parameter(&["sslrootcert"]) == Some("system") && mode.is_none() {
        settings = settings.ssl_mode(PgSslMode::VerifyFull);
    }
    if let Some(path) = url.parameter(&["sslcert"]).filter(|path| !path.is_empty()) {
        settings = settings.ssl_client_cert(url.path(path));
    }
    if let Some(path) = url.parameter(&["sslkey"]).filter(|path| !path.is_empty()) {
        settings = settings.ssl_client_key(url.path(path));
    }
    if let Some(mode) = mode {
        settings = settings.ssl_mode(mode);
    }
    if settings.get_host().starts_with('/') {
        // A socket is never encrypted, whatever the URL asks for; libpq passes over it, too.
        settings = settings.ssl_mode(PgSslMode::Disable);
    }
    Ok(settings)
}

/// Reads the start-up options of libpq: `-c name=value`, `-cname=value`, `--name=value`, a backslash before a space
/// that belongs to a value.
fn startup_options(text: &str) -> Result<Vec<(String, String)>, DatabaseError> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => word.extend(chars.next()),
            c if c.is_whitespace() => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            c => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    let mut pairs = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("--").or_else(|| word.strip_prefix("-c")) {
            Some("") => words.next(),
            Some(setting) => Some(setting.to_owned()),
            None => None,
        };
        let pair = setting.as_deref().and_then(|setting| setting.split_once('='));
        let Some((name, value)) = pair else {
            return Err(fault("the parameter `options` holds something other than `-c name=value`"));
        };
        pairs.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(pairs)
}
