//! Placeholders in commands and values: `{url}`, `{url:DRIVER}`, `{ini}`, `{ini:FILE}`, `{host}`, `{port}`, `{user}`,
//! `{password}`, `{database}`, `{socket}`.
//!
//! Anything else in braces is left alone, and so is `${url}`, a variable of the shell.

use crate::databases::{DatabaseError, DatabaseUrl};

/// A placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder<'a> {
    Url(Option<&'a str>),
    /// A copy of an ini file of Alembic, made for this database.
    Ini(Option<&'a str>),
    Host,
    Port,
    User,
    Password,
    Database,
    Socket,
}

/// A piece of a text with placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Placeholder(Placeholder<'a>),
}

/// Replaces the placeholders of a value.
pub(super) fn fill(text: &str, url: &DatabaseUrl, driver: Option<&str>) -> Result<String, DatabaseError> {
    let mut filled = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Placeholder(placeholder) => match value(placeholder, url, driver)? {
                Some(value) => filled.push_str(&value),
                None => return Err(super::ground::fault("`{ini}` stands for a file only in a command")),
            },
        }
    }
    Ok(filled)
}

/// Replaces the placeholders of a shell command, quoted as the place where they stand asks for.
pub(super) fn fill_command(
    text: &str,
    url: &DatabaseUrl,
    driver: Option<&str>,
    mut ini: impl FnMut(Option<&str>) -> Result<String, DatabaseError>,
) -> Result<String, DatabaseError> {
    let mut filled = String::new();
    let mut quotes = Quotes::None;
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => {
                quotes = quotes.after(text);
                filled.push_str(text);
            }
            Piece::Placeholder(placeholder) => {
                let value = match (value(placeholder, url, driver)?, placeholder) {
                    (Some(value), _) => value,
                    (None, Placeholder::Ini(path)) => ini(path)?,
                    (None, _) => String::new(),
                };
                filled.push_str(&quotes.around(&value));
            }
        }
    }
    Ok(filled)
}

/// Returns whether a text asks for host or port, which only a server that listens on them has.
pub(super) fn needs_host(text: &str) -> bool {
    pieces(text)
        .iter()
        .any(|piece| matches!(piece, Piece::Placeholder(Placeholder::Host | Placeholder::Port | Placeholder::Password)))
}

/// Returns what stands in the place of a placeholder; `None` for a file that must be made first.
fn value(
    placeholder: Placeholder<'_>,
    url: &DatabaseUrl,
    driver: Option<&str>,
) -> Result<Option<String>, DatabaseError> {
    let pieces = url.pieces();
    Ok(Some(match placeholder {
        Placeholder::Url(own) => url.spelled(own.or(driver))?,
        Placeholder::Ini(_) => return Ok(None),
        Placeholder::Host => pieces.host,
        Placeholder::Port => pieces.port,
        Placeholder::User => pieces.user,
        Placeholder::Password => pieces.password,
        Placeholder::Database => pieces.database,
        Placeholder::Socket => pieces.socket,
    }))
}

/// Splits a text at its placeholders.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut done = 0;
    for (open, _) in text.match_indices('{') {
        if open < done || text[..open].ends_with('$') {
            continue;
        }
        let Some(length) = text[open..].find('}') else { break };
        let Some(placeholder) = placeholder(&text[open + 1..open + length]) else { continue };
        pieces.push(Piece::Text(&text[done..open]));
        pieces.push(Piece::Placeholder(placeholder));
        done = open + length + 1;
    }
    pieces.push(Piece::Text(&text[done..]));
    pieces
}

fn placeholder(word: &str) -> Option<Placeholder<'_>> {
    let (name, argument) = match word.split_once(':') {
        Some((name, argument)) if !argument.is_empty() => (name, Some(argument)),
        Some(_) => return None,
        None => (word, None),
    };
    Some(match (name, argument) {
        ("url", driver) => Placeholder::Url(driver),
        ("ini", path) => Placeholder::Ini(path),
        ("host", None) => Placeholder::Host,
        ("port", None) => Placeholder::Port,
        ("user", None) => Placeholder::User,
        ("password", None) => Placeholder::Password,
        ("database", None) => Placeholder::Database,
        ("socket", None) => Placeholder::Socket,
        _ => return None,
    })
}

/// The quotes of a shell command that are open at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
}

impl Quotes {
    /// Returns which quotes are open behind a text.
    fn after(self, text: &str) -> Self {
        let mut quotes = self;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            quotes = match (quotes, c) {
                (Self::None | Self::Double, '\\') => {
                    chars.next();
                    quotes
                }
                (Self::None, '\'') => Self::Single,
                (Self::None, '"') => Self::Double,
                (Self::Single, '\'') | (Self::Double, '"') => Self::None,
                _ => quotes,
            };
        }
        quotes
    }

    /// Returns the value so that the shell takes it as it is.
    fn around(self, value: &str) -> String {
        match self {
            Self::None => format!("'{}'", value.replace('\'', r"'\''")),
            Self::Single => value.replace('\'', r"'\''"),
            Self::Double => {
                let special = |c: char| matches!(c, '"' | '\\' | '$' | '`');
                value.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "postgresql://postgres@/lawbook?host=/tmp/d";

    fn filled(text: &str) -> String {
        let url = DatabaseUrl::parse(URL).unwrap();
        fill_command(text, &url, None, |path| Ok(format!("/tmp/{}", path.unwrap_or("alembic.ini")))).unwrap()
    }

    #[test]
    fn placeholders_are_quoted_as_their_place_asks_for() {
        for (text, expected) in [
            ("alembic -x url={url} upgrade head", format!("alembic -x url='{URL}' upgrade head")),
            ("alembic -x \"url={url}\" upgrade head", format!("alembic -x \"url={URL}\" upgrade head")),
            ("sed 's|x|{url}|' a", format!("sed 's|x|{URL}|' a")),
            ("echo \\'{url}", format!("echo \\''{URL}'")),
            ("a {url:asyncpg}", "a 'postgresql+asyncpg://postgres@/lawbook?host=/tmp/d'".to_owned()),
            ("alembic -c {ini} upgrade head", "alembic -c '/tmp/alembic.ini' upgrade head".to_owned()),
            ("alembic -c {ini:db/a.ini} x", "alembic -c '/tmp/db/a.ini' x".to_owned()),
            (
                "psql -h {host} -p {port} -U {user} {database}",
                "psql -h '/tmp/d' -p '5432' -U 'postgres' 'lawbook'".into(),
            ),
        ] {
            assert_eq!(filled(text), expected);
        }
    }

    #[test]
    fn other_braces_are_left_alone() {
        for text in [
            "echo ${url} ${HOME}",
            "awk '{print $1}'",
            "f() { true; }; f",
            "{urls} {url:} {nothing}",
            "{",
            "}{",
            "{url",
        ] {
            assert_eq!(filled(text), text);
        }
    }

    #[test]
    fn no_password_breaks_out_of_its_quotes() {
        let url = DatabaseUrl::parse("postgresql://u:a'b\"c$d`e\\f@h/x").unwrap();
        for text in ["printf %s {password}", "printf %s \"{password}\"", "printf %s '{password}'"] {
            let command = fill_command(text, &url, None, |_| unreachable!()).unwrap();
            let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), "a'b\"c$d`e\\f", "{command}");
        }
    }

    #[test]
    fn who_asks_for_host_and_port_is_told() {
        for (text, expected) in
            [("{host}", true), ("x{port}", true), ("{url}", false), ("${host}", false), ("host", false)]
        {
            assert_eq!(needs_host(text), expected, "{text}");
        }
    }
}
