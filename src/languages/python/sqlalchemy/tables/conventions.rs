//! Names of constraints and indexes: as given, or by the naming convention of the metadata.

use std::sync::Arc;

use super::{Draft, Reader};
use crate::languages::python::interpret::Value;

/// What is given as the name of a constraint or index.
pub struct Naming {
    /// `ix`, `uq`, `ck`, `fk`, `pk`.
    pub kind: &'static str,
    pub given: Option<Arc<str>>,
    /// Marked with `conv()`: no convention touches it.
    fixed: bool,
    /// Given, but computed.
    unknown: bool,
}

impl Naming {
    pub fn of(kind: &'static str, value: Option<&Value<'_>>) -> Self {
        match value {
            None | Some(Value::None) => Self { kind, given: None, fixed: false, unknown: false },
            Some(Value::Object(object)) if object.callee.path().is_some_and(|path| path.ends_with(".conv")) => {
                let given = object.arguments.first().and_then(Value::as_text);
                Self { kind, fixed: true, unknown: given.is_none(), given }
            }
            Some(value) => {
                let given = value.as_text();
                Self { kind, fixed: false, unknown: given.is_none(), given }
            }
        }
    }
}

impl<'a> Reader<'_, 'a> {
    /// Returns the name of a constraint or index on `columns`; `referred`: table and columns of a foreign key.
    pub fn name(
        &self,
        table: &Draft<'a>,
        naming: &Naming,
        columns: &[Arc<str>],
        referred: Option<(&str, &[Arc<str>])>,
    ) -> Option<Arc<str>> {
        if naming.unknown {
            return None;
        }
        if naming.fixed {
            return naming.given.clone();
        }
        let form = table.metadata.convention.iter().find(|(kind, _)| &**kind == naming.kind);
        let form = match form {
            Some((_, value)) => value.as_text()?,
            None if naming.kind == "ix" => "ix_%(column_0_label)s".into(),
            None => return naming.given.clone(),
        };
        if naming.given.is_some() && !form.contains("%(constraint_name)s") {
            return naming.given.clone();
        }
        let name = fill(&form, |token| self.token(token, table, naming, columns, referred))?;
        Some(name.into())
    }

    fn token(
        &self,
        token: &str,
        table: &Draft<'a>,
        naming: &Naming,
        columns: &[Arc<str>],
        referred: Option<(&str, &[Arc<str>])>,
    ) -> Option<String> {
        match token {
            "table_name" => return Some(table.name.name.to_string()),
            "constraint_name" => return naming.given.as_ref().map(ToString::to_string),
            "referred_table_name" => return referred.map(|(table, _)| table.to_owned()),
            _ => {}
        }
        let (columns, rest) = match token.strip_prefix("referred_") {
            Some(rest) => (referred?.1, rest),
            None => (columns, token),
        };
        let rest = rest.strip_prefix("column_")?;
        let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let first: usize = rest[..digits].parse().ok()?;
        let (several, what) = match &rest[digits..] {
            rest if rest.starts_with("_N_") => (Some("_"), &rest[3..]),
            rest if rest.starts_with("N_") => (Some(""), &rest[2..]),
            rest => (None, rest.strip_prefix('_')?),
        };
        let part = |column: &Arc<str>| match what {
            "name" => Some(column.to_string()),
            "key" => Some(table.column(column).map_or_else(|| column.to_string(), |column| column.key.to_string())),
            "label" => {
                let schema = table
                    .name
                    .schema
                    .as_ref()
                    .map_or_else(String::new, |schema| format!("{}_", schema.replace('.', "_")));
                Some(format!("{schema}{}_{column}", table.name.name))
            }
            _ => None,
        };
        match several {
            Some(separator) => {
                Some(columns.get(first..)?.iter().map(part).collect::<Option<Vec<_>>>()?.join(separator))
            }
            None => part(columns.get(first)?),
        }
    }
}

/// Fills `%(token)s` in a form.
fn fill(form: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut name = String::new();
    let mut rest = form;
    while let Some(at) = rest.find('%') {
        name.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            name.push('%');
            rest = after;
            continue;
        }
        let (token, after) = rest.strip_prefix('(')?.split_once(")s")?;
        name.push_str(&value(token)?);
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}
