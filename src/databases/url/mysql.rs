//! What MySQL's driver needs, from the spellings of pymysql, mysqlclient, aiomysql, asyncmy and MySQL Connector.

use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use super::super::error::DatabaseError;
use super::parameters::{Known, port, truth};
use super::parts::{Host, read_hosts};
use super::{DatabaseUrl, fault};

const KNOWN: Known = Known {
    understood: &[
        "charset",
        "connect_timeout",
        "database",
        "db",
        "host",
        "passwd",
        "password",
        "port",
        "socket",
        "ssl",
        "ssl-ca",
        "ssl-cert",
        "ssl-key",
        "ssl-mode",
        "ssl_ca",
        "ssl_cert",
        "ssl_check_hostname",
        "ssl_disabled",
        "ssl_key",
        "ssl_mode",
        "ssl_verify_cert",
        "ssl_verify_identity",
        "sslmode",
        "timeout",
        "unix_socket",
        "user",
    ],
    ignored: &[
        "allow_local_infile",
        "auth_plugin",
        "autocommit",
        "binary_prefix",
        "buffered",
        "client_flag",
        "collation",
        "compress",
        "conv",
        "echo",
        "init_command",
        "local_infile",
        "pool_recycle",
        "pool_size",
        "program_name",
        "raise_on_warnings",
        "read_timeout",
        "sql_mode",
        "ssl_cipher",
        "tls_versions",
        "use_pure",
        "use_unicode",
        "write_timeout",
    ],
    refused: &[
        ("read_default_file", "option files are not read; write user and host into the URL"),
        ("read_default_group", "option files are not read; write user and host into the URL"),
        ("ssl_capath", "folders of certificates are not read; name one file in `ssl_ca`"),
        ("ssl_key_password", "encrypted keys are not read"),
    ],
};

/// Drivers that compare the host's name with the certificate as soon as there is an authority to trust.
const STRICT: &[&str] = &["pymysql", "aiomysql", "asyncmy"];

/// Returns the driver's settings, one for each host.
pub(super) fn settings(url: &DatabaseUrl) -> Result<Vec<MySqlConnectOptions>, DatabaseError> {
    for (key, _) in &url.query {
        KNOWN.check(key)?;
    }
    let mut hosts = match url.parameter(&["host"]) {
        Some(host) => read_hosts(host)?,
        None => url.hosts.clone(),
    };
    if hosts.is_empty() {
        hosts.push(Host::default());
    }
    hosts.iter().map(|host| of_host(url, host)).collect()
}

fn of_host(url: &DatabaseUrl, host: &Host) -> Result<MySqlConnectOptions, DatabaseError> {
    // The session stays as the server has it, but for the encoding: names may hold any character.
    let mut settings = MySqlConnectOptions::new()
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .charset("utf8mb4")
        .disable_statement_logging();
    let Some(database) = url.parameter(&["database", "db"]).or(url.database.as_deref()) else {
        return Err(fault("the URL names no database").hint("write it behind the host: mysql://USER@HOST/DATABASE"));
    };
    settings = settings.database(database);
    if let Some(user) = url.parameter(&["user"]).or(url.user.as_deref()) {
        settings = settings.username(user);
    }
    if let Some(password) = url.parameter(&["password", "passwd"]).or(url.password.as_deref()) {
        settings = settings.password(password);
    }
    if let Some(socket) = url.parameter(&["unix_socket", "socket"]) {
        settings = settings.socket(url.path(socket));
    } else if host.name.starts_with('/') {
        settings = settings.socket(&host.name);
    } else if !host.name.is_empty() {
        settings = settings.host(&host.name);
    }
    let of_parameter = url.parameter(&["port"]).map(port).transpose()?;
    if let Some(port) = of_parameter.or(host.port) {
        settings = settings.port(port);
    }
    with_tls(url, settings)
}

/// Sets what the spellings of the drivers say about TLS.
fn with_tls(url: &DatabaseUrl, mut settings: MySqlConnectOptions) -> Result<MySqlConnectOptions, DatabaseError> {
    let flag = |name: &'static str| url.parameter(&[name]).map(|value| truth(name, value)).transpose();
    let authority = url.parameter(&["ssl_ca", "ssl-ca"]).filter(|path| !path.is_empty());
    let mut mode = None;
    if let Some(word) = url.parameter(&["ssl_mode", "ssl-mode", "sslmode"]) {
        mode = Some(match word.to_ascii_lowercase().replace('-', "_").as_str() {
            "disabled" | "disable" => MySqlSslMode::Disabled,
            "preferred" | "prefer" => MySqlSslMode::Preferred,
            "required" | "require" => MySqlSslMode::Required,
            "verify_ca" => MySqlSslMode::VerifyCa,
            "verify_identity" | "verify_full" => MySqlSslMode::VerifyIdentity,
            _ => {
                return Err(fault("the parameter `ssl_mode` has a value that is not understood")
                    .hint("one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY"));
            }
        });
    } else if flag("ssl_disabled")? == Some(true) || flag("ssl")? == Some(false) {
        mode = Some(MySqlSslMode::Disabled);
    } else if flag("ssl_verify_identity")? == Some(true) || flag("ssl_check_hostname")? == Some(true) {
        mode = Some(MySqlSslMode::VerifyIdentity);
    } else if authority.is_some() {
        let driver = url.scheme.split_once('+').map_or("", |(_, driver)| driver);
        let lax = flag("ssl_verify_cert")? == Some(false);
        let strict = STRICT.contains(&driver) && flag("ssl_check_hostname")?.is_none();
        mode = Some(match (lax, strict) {
            (true, _) => MySqlSslMode::Required,
            (false, true) => MySqlSslMode::VerifyIdentity,
            (false, false) => MySqlSslMode::VerifyCa,
        });
    } else if flag("ssl_verify_cert")? == Some(true) {
        mode = Some(MySqlSslMode::VerifyCa);
    } else if flag("ssl")? == Some(true) {
        mode = Some(MySqlSslMode::Required);
    }
    if let Some(mode) = mode {
        settings = settings.ssl_mode(mode);
    }
    if let Some(path) = authority {
        settings = settings.ssl_ca(url.path(path));
    }
    if let Some(path) = url.parameter(&["ssl_cert", "ssl-cert"]).filter(|path| !path.is_empty()) {
        settings = settings.ssl_client_cert(url.path(path));
    }
    if let Some(path) = url.parameter(&["ssl_key", "ssl-key"]).filter(|path| !path.is_empty()) {
        settings = settings.ssl_client_key(url.path(path));
    }
    Ok(settings)
}
