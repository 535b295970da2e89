//! What must not be seen: finding the secrets of a URL, hiding them in messages, showing the rest.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;

use super::DatabaseUrl;
use super::parts::Parts;

/// What stands in the place of a secret.
const HIDDEN: &str = "***";

/// What needs no escape in a user, host or database.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for paths and values of parameters, which people want to read.
const PATH: &AsciiSet = &PLAIN.remove(b'/').remove(b':').remove(b',').remove(b'=').remove(b' ').remove(b'\\');

/// Parameters whose values may be shown. Every other value is hidden: a name that nobody thought of may hold a secret.
const HARMLESS: &[&str] = &[
    "application_name",
    "charset",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "immutable",
    "mode",
    "options",
    "port",
    "schema",
    "search_path",
    "ssl",
    "ssl-mode",
    "ssl_mode",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "unix_socket",
    "uri",
    "user",
];

/// Parts of the names of parameters that hold secrets.
const SECRET: &[&str] = &["pass", "pwd", "secret", "token", "sslkey", "ssl_key", "credential", "api_key", "apikey"];

/// Returns every spelling of every secret of a URL.
pub(super) fn of(parts: &Parts) -> Vec<String> {
    let is_secret = |key: &str| {
        let key = key.to_ascii_lowercase();
        SECRET.iter().any(|word| key.contains(word)) && !key.ends_with("passfile") || key == "key"
    };
    let values = parts.query.iter().chain(&parts.raw_query);
    let values = values.filter(|(key, _)| is_secret(key)).map(|(_, value)| value);
    let mut secrets: Vec<String> =
        parts.password.iter().chain(&parts.raw_password).chain(values).flat_map(|secret| spellings(secret)).collect();
    // What the URL shows anyway hides nothing, and hiding it would spoil messages: user and password `postgres`.
    let shown = [&parts.user, &parts.database];
    secrets.retain(|secret| !secret.is_empty() && !shown.contains(&&Some(secret.clone())));
    // The longest first, so that no part of one stays behind.
    secrets.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
    secrets.dedup();
    secrets
}

/// Returns how programs may spell a secret: plain, percent-encoded in several ways, escaped in quotes.
fn spellings(secret: &str) -> Vec<String> {
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    vec![
        secret.to_owned(),
        utf8_percent_encode(secret, PLAIN).to_string(),
        utf8_percent_encode(secret, PATH).to_string(),
        encoded.to_ascii_lowercase(),
        encoded,
        format!("{secret:?}").trim_matches('"').to_owned(),
        secret.replace('\'', "''"),
        secret.replace('\\', "\\\\").replace('\'', "\\'"),
    ]
}

/// Returns the message without any secret of the URL, and without the login of any other URL in it.
///
/// Every message of a driver or a server passes through here before somebody sees it.
pub fn redact(message: &str, url: &DatabaseUrl) -> String {
    static LOGIN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s:/@]*):[^\s]*@").expect("valid"));
    let mut text = message.to_owned();
    for secret in &url.secrets {
        text = hide(&text, secret);
    }
    match LOGIN.replace_all(&text, format!("${{1}}:{HIDDEN}@")) {
        Cow::Borrowed(_) => text,
        Cow::Owned(hidden) => hidden,
    }
}

/// Hides one secret. A very short one only where it stands by itself: hiding every `a` would leave no message.
fn hide(text: &str, secret: &str) -> String {
    if secret.chars().count() > 3 {
        return text.replace(secret, HIDDEN);
    }
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (at, found) in text.match_indices(secret) {
        let end = at + found.len();
        let before = text[..at].chars().next_back();
        let behind = text[end..].chars().next();
        let in_word = [before, behind].into_iter().flatten().any(char::is_alphanumeric);
        result.push_str(&text[done..at]);
        result.push_str(if in_word { found } else { HIDDEN });
        done = end;
    }
    result.push_str(&text[done..]);
    result
}

/// Returns what may be seen behind `scheme://`.
pub(super) fn visible(url: &DatabaseUrl) -> String {
    let mut text = String::new();
    if let Some(user) = &url.user {
        let _ = write!(text, "{}", utf8_percent_encode(user, PLAIN));
    }
    if url.password.is_some() {
        let _ = write!(text, ":{HIDDEN}");
    }
    if url.user.is_some() || url.password.is_some() {
        text.push('@');
    }
    for (index, host) in url.hosts.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if host.name.contains(':') && !host.name.starts_with('/') {
            let _ = write!(text, "[{}]", host.name);
        } else {
            let _ = write!(text, "{}", utf8_percent_encode(&host.name, PLAIN));
        }
        if let Some(port) = host.port {
            let _ = write!(text, ":{port}");
        }
    }
    if let Some(database) = &url.database {
        let _ = write!(text, "/{}", utf8_percent_encode(database, PATH));
    }
    for (index, (key, value)) in url.query.iter().enumerate() {
        let shown = if HARMLESS.contains(&key.as_str()) {
            redact(&utf8_percent_encode(value, PATH).to_string(), url)
        } else {
            HIDDEN.to_owned()
        };
        let _ = write!(text, "{}{}={shown}", if index == 0 { '?' } else { '&' }, utf8_percent_encode(key, PATH));
    }
    text
}
