//! One column in one line, as SQL would write it: `varchar(255) not null default 'x' references users(id)`.

use std::sync::Arc;

use crate::model::schema::{Identity, ObjectName};

/// What a line says about a column. What it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnText {
    /// The type as written; empty when the line begins with something else.
    pub ty: Arc<str>,
    pub nullable: Option<bool>,
    pub default: Option<Arc<str>>,
    pub primary_key: bool,
    pub unique: bool,
    pub identity: Option<Identity>,
    pub references: Option<Reference>,
}

/// What a foreign key points to.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub table: ObjectName,
    /// Empty when the text names the table alone.
    pub columns: Vec<Arc<str>>,
    /// Upper case; `None` for `NO ACTION`, and where nothing is said.
    pub on_delete: Option<Arc<str>>,
    pub on_update: Option<Arc<str>>,
}

/// Words that end a type or a default.
const KEYWORDS: &[&str] = &[
    "not null",
    "null",
    "default",
    "primary key",
    "unique",
    "references",
    "on delete",
    "on update",
    "identity",
    "autoincrement",
    "auto_increment",
];

impl ColumnText {
    /// Reads a line. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = words(text)?;
        let mut column = Self::default();
        let mut rest = words.as_slice();
        let (ty, after) = until_keyword(rest);
        column.ty = ty.join(" ").into();
        rest = after;
        while let Some((keyword, length)) = keyword(rest) {
            let takes_value = matches!(keyword, "default" | "references" | "on delete" | "on update");
            let words = &rest[length..];
            // The first word of a value may be a keyword elsewhere: `default null`, `on delete set null`.
            let sure = match words.first() {
                Some(word) if takes_value => {
                    1 + usize::from(keyword.starts_with("on") && word.eq_ignore_ascii_case("set"))
                }
                _ => 0,
            };
            let sure = sure.min(words.len());
            let more = until_keyword(&words[sure..]).0.len();
            let (value, after) = words.split_at(sure + more);
            rest = after;
            match (takes_value, value.is_empty()) {
                (true, true) => return Err(format!("`{keyword}` says nothing")),
                (false, false) => return Err(format!("`{}` is not understood", value.join(" "))),
                _ => {}
            }
            column.take(keyword, value)?;
        }
        Ok(column)
    }

    fn take(&mut self, keyword: &str, value: &[String]) -> Result<(), String> {
        match keyword {
            "not null" => self.nullable = Some(false),
            "null" => self.nullable = Some(true),
            "default" => self.default = Some(value.join(" ").into()),
            "primary key" => self.primary_key = true,
            "unique" => self.unique = true,
            "identity" => self.identity = Some(Identity::ByDefault),
            "autoincrement" | "auto_increment" => self.identity = Some(Identity::AutoIncrement),
            "references" => self.references = Some(Reference::parse(&value.join(" "))?),
            _ => {
                let Some(reference) = &mut self.references else {
                    return Err(format!("`{keyword}` stands behind `references`"));
                };
                let action = value.join(" ").to_uppercase();
                let action = (action != "NO ACTION").then(|| action.into());
                if keyword == "on delete" { reference.on_delete = action } else { reference.on_update = action }
            }
        }
        Ok(())
    }
}

impl Reference {
    /// Reads `users`, `users(id)`, `users.id`, `audit.users(id, part)`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (table, columns) = match text.split_once('(') {
            Some((table, columns)) => {
                let columns = columns.strip_suffix(')').ok_or_else(|| format!("`{text}` has no `)`"))?;
                (table.trim(), columns.split(',').map(|column| column.trim().into()).collect())
            }
            None => match text.rsplit_once('.') {
                Some((table, column)) => (table, vec![column.into()]),
                None => (text, Vec::new()),
            },
        };
        if table.is_empty() || columns.iter().any(|column: &Arc<str>| column.is_empty()) {
            return Err(format!("`{text}` names no table with its columns, as `users(id)` does"));
        }
        Ok(Self { table: object_name(table), columns, on_delete: None, on_update: None })
    }
}

/// Returns the name that `deals` or `audit.deals` stands for.
pub fn object_name(text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((schema, name)) if !schema.is_empty() && !name.is_empty() => ObjectName::within(schema, name),
        _ => ObjectName::new(text),
    }
}

/// Splits a line at spaces that are in no quotes and no parentheses. `users (id)` is one word.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words: Vec<String> = vec![String::new()];
    let (mut depth, mut quote) = (0_u32, None);
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.checked_sub(1).ok_or("there is a `)` without its `(`")?,
            _ => {}
        }
        if quote.is_none() && depth == 0 && character.is_whitespace() {
            words.push(String::new());
        } else {
            words.last_mut().expect("there is always one").push(character);
        }
    }
    if depth > 0 || quote.is_some() {
        return Err("a parenthesis or a quote is not closed".to_owned());
    }
    let mut joined: Vec<String> = Vec::new();
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        match joined.last_mut() {
            Some(last) if word.starts_with('(') && !is_keyword_end(last) => last.push_str(&word),
            _ => joined.push(word),
        }
    }
    Ok(joined)
}

/// Returns whether a parenthesis behind this word is a value of its own: `default (1 + 2)`.
fn is_keyword_end(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.rsplit(' ').next().is_some_and(|last| last.eq_ignore_ascii_case(word)))
}

/// Returns the keyword that the words begin with, and how many words it is.
fn keyword(words: &[String]) -> Option<(&'static str, usize)> {
    KEYWORDS.iter().copied().find_map(|keyword| {
        let parts: Vec<&str> = keyword.split(' ').collect();
        let fits =
            words.len() >= parts.len() && parts.iter().zip(words).all(|(part, word)| part.eq_ignore_ascii_case(word));
        fits.then_some((keyword, parts.len()))
    })
}

fn until_keyword(words: &[String]) -> (&[String], &[String]) {
    let end = (0..words.len()).find(|start| keyword(&words[*start..]).is_some()).unwrap_or(words.len());
    words.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &ColumnText) {
        assert_eq!(ColumnText::parse(text).as_ref(), Ok(expected), "{text}");
    }

    #[test]
    fn a_line_says_what_sql_would() {
        let column = |ty: &str| ColumnText { ty: ty.into(), ..ColumnText::default() };
        check("integer", &column("integer"));
        check("", &column(""));
        check("  Numeric ( 10, 2 )", &column("Numeric( 10, 2 )"));
        check(
            "timestamp with time zone null",
            &ColumnText { nullable: Some(true), ..column("timestamp with time zone") },
        );
        check("Enum('a b', 'null')  NOT NULL", &ColumnText { nullable: Some(false), ..column("Enum('a b', 'null')") });
        check(
            "text default 'not null' unique",
            &ColumnText { default: Some("'not null'".into()), unique: true, ..column("text") },
        );
        check(
            "int default (1 + 2) identity",
            &ColumnText { default: Some("(1 + 2)".into()), identity: Some(Identity::ByDefault), ..column("int") },
        );
        let reference = Reference {
            table: ObjectName::within("crm", "users"),
            columns: vec!["id".into()],
            on_delete: Some("SET NULL".into()),
            on_update: None,
        };
        check(
            "int primary key references crm.users (id) on delete set null on update no action",
            &ColumnText { primary_key: true, references: Some(reference), ..column("int") },
        );
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, fault) in [
            ("text default", "`default` says nothing"),
            ("text not null please", "`please` is not understood"),
            ("text on delete cascade", "`on delete` stands behind `references`"),
            ("text references users(id", "a parenthesis or a quote is not closed"),
            ("text)", "there is a `)` without its `(`"),
            ("int references (id)", "`(id)` names no table with its columns, as `users(id)` does"),
        ] {
            assert_eq!(ColumnText::parse(text).unwrap_err(), fault, "{text}");
        }
    }
}
