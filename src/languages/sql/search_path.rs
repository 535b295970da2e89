//! The search path of PostgreSQL: which schema names without one are in.

use std::sync::Arc;

use super::head::unquoted;
use super::lexer::{Kind, Lexer};
use crate::model::schema::Dialect;

/// Returns the first schema of a search path; `None` where it is the default one, or nothing says which it is.
///
/// An empty path, as `pg_dump` sets it, goes along with names that have their schema.
pub(super) fn first(path: &str) -> Option<Arc<str>> {
    let token = Lexer::new(path, Dialect::Postgresql).next(0)?;
    let text = token.text(path);
    let name = match token.kind {
        Kind::Word => text.to_ascii_lowercase(),
        Kind::Quoted => unquoted(token, path),
        // `SET search_path = 'a', b`, and `set_config`, whose text is the whole path.
        Kind::Text => {
            let inside = text.trim_matches('\'');
            return if inside.trim().is_empty() { None } else { first(inside) };
        }
        _ => return None,
    };
    let default = ["public", "$user", "default", "pg_catalog"].contains(&name.as_str());
    (!default && !name.is_empty()).then(|| name.into())
}

/// Returns the path that `SELECT [pg_catalog.]set_config('search_path', 'path', false)` sets.
pub(super) fn set_config(sql: &str) -> Option<String> {
    let tokens = Lexer::new(sql, Dialect::Postgresql).tokens();
    let call = tokens.iter().position(|token| token.is(sql, "set_config"))?;
    match tokens.get(call + 1..call + 5)? {
        [open, name, comma, path]
            if open.is_mark(b'(')
                && comma.is_mark(b',')
                && name.text(sql).eq_ignore_ascii_case("'search_path'")
                && path.kind == Kind::Text =>
        {
            Some(path.text(sql).to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_schema_counts() {
        for (path, expected) in [
            ("app, public", Some("app")),
            ("\"App\"", Some("App")),
            ("'app'", Some("app")),
            ("''", None),
            ("public, app", None),
            ("\"$user\", public", None),
            ("DEFAULT", None),
            ("", None),
            ("'", None),
        ] {
            assert_eq!(first(path).as_deref(), expected, "{path}");
        }
        let dump = "SELECT pg_catalog.set_config('search_path', '', false)";
        assert_eq!(set_config(dump).as_deref(), Some("''"));
        assert_eq!(set_config("select set_config('search_path', x, false)"), None);
        assert_eq!(set_config("select set_config("), None);
    }
}
