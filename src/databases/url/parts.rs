//! The text of a URL taken apart, forgiving what people write: passwords with raw `@`, `/`, `#` and `?`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::super::error::DatabaseError;
use super::fault;

/// A URL in pieces, decoded.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// The password as the text spells it.
    pub(super) raw_password: Option<String>,
    pub(super) hosts: Vec<Host>,
    pub(super) database: Option<String>,
    pub(super) query: Vec<(String, String)>,
    /// The parameters as the text spells them.
    pub(super) raw_query: Vec<(String, String)>,
}

/// A host of a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Host {
    /// A name, an address without brackets, or the folder of a socket. Empty: the default host.
    pub(super) name: String,
    pub(super) port: Option<u16>,
}

/// Takes apart what follows `://` in the URL of a server.
pub(super) fn of_server(rest: &str) -> Result<Parts, DatabaseError> {
    // A raw `@`, `/`, `#` or `?` in a password makes the text ambiguous. The reading in which the parameters start at
    // the first thing that looks like one, and the password ends at the last `@` before, is what people mean.
    let query_at = query_start(rest);
    let head = &rest[..query_at.unwrap_or(rest.len())];
    let query = query_at.map(|at| &rest[at + 1..]).unwrap_or_default();
    of_head(head, query).or_else(|error| {
        // A password with a `?` before something like a parameter: everything up to the last `@` is the login.
        let Some(at) = rest.rfind('@').filter(|at| *at >= head.len()) else { return Err(error) };
        let behind = &rest[at..];
        let (end, query) = match behind.find('?') {
            Some(mark) => (at + mark, &behind[mark + 1..]),
            None => (rest.len(), ""),
        };
        of_head(&rest[..end], query).map_err(|_| error)
    })
}

/// Takes apart what follows `://` in a URL of SQLite.
pub(super) fn of_file(rest: &str) -> Result<Parts, DatabaseError> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let Some(path) = path.strip_prefix('/') else {
        if path.is_empty() {
            return Ok(with_query(Parts::default(), query));
        }
        return Err(fault("a URL of SQLite has three slashes before a relative path, four before an absolute one")
            .hint("write sqlite:///FILE, or sqlite:////FOLDER/FILE"));
    };
    let database = (!path.is_empty()).then(|| path.to_owned());
    Ok(with_query(Parts { database, ..Parts::default() }, query))
}

/// Returns where the parameters start: at the first `?` before `name=`, or at the first one behind the host.
fn query_start(rest: &str) -> Option<usize> {
    let is_name = |text: &str| {
        text.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.[]".contains(c))
        })
    };
    let host_at = rest.rfind('@').map_or(0, |at| at + 1);
    let marks = || rest.match_indices('?').map(|(at, _)| at);
    marks().find(|at| is_name(&rest[at + 1..])).or_else(|| marks().find(|at| *at >= host_at))
}

/// Takes apart `user:password@host:port/database`.
fn of_head(head: &str, query: &str) -> Result<Parts, DatabaseError> {
    let (login, place) = match head.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, head),
    };
    let (hosts, database) = match place.split_once('/') {
        Some((hosts, database)) => (hosts, Some(database)),
        None => (place, None),
    };
    let mut parts = Parts {
        hosts: read_hosts(hosts)?,
        database: database.filter(|name| !name.is_empty()).map(decode),
        ..Parts::default()
    };
    if let Some(login) = login {
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (login, None),
        };
        parts.user = (!user.is_empty()).then(|| decode(user));
        parts.password = password.map(decode);
        parts.raw_password = password.map(str::to_owned);
    }
    Ok(with_query(parts, query))
}

/// Reads `host:port,host:port`. Nothing of the text is shown: it may be the rest of a password.
pub(super) fn read_hosts(text: &str) -> Result<Vec<Host>, DatabaseError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(read_host).collect()
}

fn read_host(text: &str) -> Result<Host, DatabaseError> {
    let (name, port) = if let Some(inside) = text.strip_prefix('[') {
        let Some((address, behind)) = inside.split_once(']') else {
            return Err(fault("the host starts with a bracket that is never closed"));
        };
        if !address.chars().all(|c| c.is_ascii_alphanumeric() || ":.%-_".contains(c)) {
            return Err(fault("the host in brackets is no IPv6 address"));
        }
        let port = match behind.strip_prefix(':') {
            Some(port) => Some(port),
            None if behind.is_empty() => None,
            None => return Err(fault("something other than a port follows the host in brackets")),
        };
        (decode(address), port)
    } else {
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        };
        let hint = "characters such as @ : / ? # % in a password are written %40 %3A %2F %3F %23 %25";
        if port.is_some_and(|port| port.contains(':')) {
            return Err(fault("the host holds several colons")
                .hint(format!("an IPv6 address stands in brackets: [::1]; {hint}")));
        }
        if !name.chars().all(|c| c.is_alphanumeric() || ".-_%~".contains(c)) {
            return Err(fault("the host holds a character that no host has").hint(hint));
        }
        (decode(name), port)
    };
    let port = match port {
        None | Some("") => None,
        Some(port) => Some(port.parse::<u16>().map_err(|_| {
            fault("the port is not a number up to 65535")
                .hint("if it is the rest of a password, write : as %3A and / as %2F there")
        })?),
    };
    Ok(Host { name, port })
}

/// Adds the parameters. Plus means a space there, as in forms: SQLAlchemy reads them so.
fn with_query(mut parts: Parts, query: &str) -> Parts {
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        parts.raw_query.push((decode_form(key), value.to_owned()));
        parts.query.push((decode_form(key), decode_form(value)));
    }
    parts
}

fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}

/// Decodes percents; what is no valid escape stays as it is.
pub(super) fn decode(text: &str) -> String {
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) => decoded.into_owned(),
        Err(_) => Cow::Borrowed(text).into_owned(),
    }
}
