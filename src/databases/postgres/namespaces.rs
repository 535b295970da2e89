//! Which schemas are read, and which of them is the default.

use std::sync::Arc;

use super::super::{DatabaseError, Failure};

/// A schema of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Namespace {
    pub oid: u32,
    pub name: Arc<str>,
}

/// What the session says about its search path.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// `current_schemas(false)`: those of the path that exist and that the user may use.
    pub current: Vec<String>,
    /// `search_path`, as it was set.
    pub path: String,
    pub user: String,
}

/// Returns the schemas to read, the default first: those that are asked for, or those of the search path.
///
/// The catalogue describes a schema to everyone, so one of the path that the user may not use is read as well, after
/// those that unqualified names find.
pub(super) fn choose(
    existing: &[Namespace],
    asked: &[String],
    session: &Session,
) -> Result<Vec<Namespace>, DatabaseError> {
    let find = |name: &str| existing.iter().find(|namespace| &*namespace.name == name);
    let mut chosen: Vec<Namespace> = Vec::new();
    let mut add = |namespace: &Namespace| {
        if !chosen.contains(namespace) {
            chosen.push(namespace.clone());
        }
    };
    if asked.is_empty() {
        let path = identifiers(&session.path).into_iter().map(|name| match &*name {
            "$user" => session.user.clone(),
            _ => name,
        });
        let names = session.current.iter().cloned().chain(path);
        names.filter(|name| !is_system(name)).filter_map(|name| find(&name)).for_each(&mut add);
    } else {
        for name in asked {
            add(find(name).ok_or_else(|| missing(&format!("there is no schema `{name}`"), existing))?);
        }
    }
    if chosen.is_empty() {
        return Err(missing(&format!("no schema of the search path exists ({})", session.path), existing));
    }
    Ok(chosen)
}

/// Returns the search path that makes the server spell names of the chosen schemas without their schema.
pub(super) fn search_path(chosen: &[Namespace]) -> String {
    let quoted = chosen.iter().map(|namespace| format!("\"{}\"", namespace.name.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Returns whether a schema belongs to the server: `pg_` is reserved for those.
fn is_system(name: &str) -> bool {
    name.starts_with("pg_") || name == "information_schema"
}

fn missing(what: &str, existing: &[Namespace]) -> DatabaseError {
    let mut names: Vec<&str> =
        existing.iter().map(|namespace| &*namespace.name).filter(|name| !is_system(name)).collect();
    names.sort_unstable();
    let hint = match names.as_slice() {
        [] => "the database has no schema of its own".to_owned(),
        names => format!("name the schemas to read in `schemas`; the database has {}", names.join(", ")),
    };
    DatabaseError::new(Failure::Query, what).hint(hint)
}

/// Returns the names in a list of identifiers: unquoted ones in lower case, quoted ones as they are.
fn identifiers(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = list.trim_start();
    while !rest.is_empty() {
        let mut name = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let (part, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                name.push_str(part);
                quoted = after;
                match quoted.strip_prefix('"') {
                    Some(more) => {
                        name.push('"');
                        quoted = more;
                    }
                    None => break,
                }
            }
            rest = quoted.split_once(',').map_or("", |(_, after)| after).trim_start();
        } else {
            let (plain, after) = rest.split_once(',').unwrap_or((rest, ""));
            name = plain.trim().to_lowercase();
            rest = after.trim_start();
        }
        if !name.is_empty() {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_identifiers_are_split() {
        for (list, expected) in [
            ("\"$user\", public", vec!["$user", "public"]),
            ("", vec![]),
            ("\"\"", vec![]),
            ("A,b ,\"C\"", vec!["a", "b", "C"]),
            ("\"we\"\"ird, one\", x", vec!["we\"ird, one", "x"]),
            ("\"never closed", vec!["never closed"]),
            (", ,", vec![]),
        ] {
            assert_eq!(identifiers(list), expected, "{list}");
        }
    }

    #[test]
    fn schemas_are_chosen() {
        let names = ["pg_catalog", "public", "audit", "Odd \"one\""];
        let existing: Vec<Namespace> =
            (1..).zip(names).map(|(oid, name)| Namespace { oid, name: name.into() }).collect();
        let choose = |asked: &[&str], current: &[&str], path: &str| {
            let asked: Vec<String> = asked.iter().map(|&name| name.to_owned()).collect();
            let session = Session {
                current: current.iter().map(|&name| name.to_owned()).collect(),
                path: path.to_owned(),
                user: "audit".to_owned(),
            };
            let chosen = choose(&existing, &asked, &session);
            chosen.map(|chosen| search_path(&chosen)).map_err(|error| (error.message, error.hint.unwrap_or_default()))
        };
        assert_eq!(choose(&[], &["public"], "public").as_deref(), Ok("\"public\""));
        assert_eq!(choose(&[], &["pg_catalog", "public"], "pg_catalog, public").as_deref(), Ok("\"public\""));
        // Of the path, but without USAGE: read after those that can be used.
        assert_eq!(choose(&[], &["public"], "\"$user\", public").as_deref(), Ok("\"public\", \"audit\""));
        assert_eq!(choose(&["audit", "public"], &[], "").as_deref(), Ok("\"audit\", \"public\""));
        assert_eq!(choose(&["Odd \"one\""], &[], "").as_deref(), Ok("\"Odd \"\"one\"\"\""));
        let hint = "name the schemas to read in `schemas`; the database has Odd \"one\", audit, public".to_owned();
        assert_eq!(choose(&["nope"], &[], ""), Err(("there is no schema `nope`".to_owned(), hint.clone())));
        assert_eq!(choose(&[], &[], "gone"), Err(("no schema of the search path exists (gone)".to_owned(), hint)));
    }
}
