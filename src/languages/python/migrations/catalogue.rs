//! Queries of the database's own catalogue, answered from the state so far: `information_schema`, `pg_type`,
//! `sqlite_master`, `PRAGMA table_info`.

use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::inspector;
use super::machine::Machine;
use super::session::Session;
use crate::languages::python::interpret::{Call, Interpreter, Value};
use crate::model::Known;
use crate::model::operation::ObjectKind;
use crate::model::schema::{ObjectName, Part};

/// Whether a text asks for the catalogue.
static CATALOGUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(information_schema\.|pg_catalog\.|pg_class\b|pg_type\b|pg_enum\b|pg_indexes\b|pg_index\b|pg_constraint\b|pg_tables\b|pg_attribute\b|pg_extension\b|sqlite_master\b|sqlite_schema\b|to_regclass\b)",
    )
});
static PRAGMA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)^\s*pragma\s+table_(?:x)?info\s*\(\s*["'`\[]?(\w+)["'`\]]?\s*\)\s*;?\s*$"#));
/// A column that must have a value.
static EQUAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:\w+\.)?(\w+)\s*=\s*(?:'((?:[^']|'')*)'(?:::\w+)?|:(\w+)\b|%\((\w+)\)s)"));
/// A table as a name that PostgreSQL resolves.
static REGCLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:\b(?:\w+\.)?\w+\s*=\s*)?(?:'([\w.]+)'\s*::\s*regclass|to_regclass\(\s*'([\w.]+)'\s*\))")
});
/// Two columns that are joined.
static JOINED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b\w+\.\w+\s*=\s*\w+\.\w+\b"));
static COMPARED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[=<>~]|\b(?:like|ilike|in|is|not|or|any|between)\b"));
static SELECTED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)^\s*select\s+(?:distinct\s+)?(.*?)\s+from\b"));
static EXISTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)^\s*select\s+exists\s*\("));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours is one")
}

/// Columns of catalogues that only say what kind of object it is, or in which schema.
const KINDS: &[&str] = &[
    "type",
    "table_type",
    "relkind",
    "constraint_type",
    "contype",
    "table_schema",
    "nspname",
    "schemaname",
    "schema_name",
    "constraint_schema",
    "typtype",
    "table_catalog",
    "attisdropped",
];

/// What a query asks for, as far as it is understood.
#[derive(Debug, Default, PartialEq)]
struct Question {
    schema: Option<Arc<str>>,
    table: Option<Arc<str>>,
    column: Option<Arc<str>>,
    index: Option<Arc<str>>,
    constraint: Option<Arc<str>>,
    enumeration: Option<Arc<str>>,
    extension: Option<Arc<str>>,
    /// Something else must be so as well.
    more: bool,
}

impl<'a> Machine<'_, 'a> {
    /// Answers a query of the database's own catalogue with its rows; `None` for any other query.
    pub fn catalogue_query(&self, interpreter: &Interpreter<'_, 'a>, call: &Call<'_, 'a>) -> Option<Vec<Value<'a>>> {
        let mut statement = call.arguments.first()?;
        let mut given: Vec<(Arc<str>, Value<'a>)> = call.keywords.clone();
        if let Some(Value::Dict(entries)) = call.arguments.get(1) {
            given.extend(entries.borrow().iter().filter_map(|(name, value)| Some((name.as_text()?, value.clone()))));
        }
        for _ in 0..4 {
            let Value::Object(object) = statement else { break };
            statement = match &object.callee {
                Value::Attribute(attribute) if matches!(&*attribute.name, "bindparams" | "params" | "columns") => {
                    given.extend(object.keywords.iter().cloned());
                    &attribute.of
                }
                Value::External(path) if path.ends_with(".text") => object.arguments.first()?,
                _ => return None,
            };
        }
        let Value::Text(text) = statement else { return None };
        if let Some(found) = PRAGMA.captures(text) {
            return Some(self.table_info(&ObjectName::new(&found[1])));
        }
        if !CATALOGUE.is_match(text) || !text.trim_start().get(..6)?.eq_ignore_ascii_case("select") {
            return None;
        }
        let unknown = |reason: Arc<str>| {
            let what = format!("what `{}` yields: {reason}", interpreter.short(call.place));
            vec![Value::Spread(what.into())]
        };
        let question = match read(text, &given) {
            Ok(question) => question,
            Err(reason) => return Some(unknown(reason)),
        };
        let there = self.ask(|session| answer(session, &question));
        Some(match there {
            Known::Yes(false) if EXISTS.is_match(text) => vec![row(vec![Value::Bool(false)])],
            Known::Yes(false) if counts(text) => vec![row(vec![Value::Int(0)])],
            Known::Yes(false) => Vec::new(),
            Known::Yes(true) if question.more => unknown("more is asked than whether it is there".into()),
            Known::Yes(true) if EXISTS.is_match(text) => vec![row(vec![Value::Bool(true)])],
            Known::Yes(true) if counts(text) => vec![row(vec![Value::Int(1)])],
            Known::Yes(true) => self.found(text, &question),
            Known::No(reason) if EXISTS.is_match(text) || counts(text) => {
                vec![row(vec![Value::Unknown(reason)])]
            }
            Known::No(reason) => unknown(reason),
        })
    }

    /// Returns the rows for something that is there.
    fn found(&self, text: &str, question: &Question) -> Vec<Value<'a>> {
        // All columns of a table.
        if let (Some(table), None, true) =
            (&question.table, &question.column, text.to_lowercase().contains("information_schema.columns"))
        {
            let name = ObjectName { schema: question.schema.clone(), name: table.clone() };
            let only_name = selected(text) == ["column_name"];
            let columns = self.ask(|session| inspector::columns(session, &name));
            return match columns {
                Ok(columns) => columns
                    .into_iter()
                    .map(|column| match column {
                        Value::Spread(_) => column,
                        column if only_name => row(vec![column]),
                        _ => row(vec![Value::unknown("a column of the catalogue"); selected(text).len().max(1)]),
                    })
                    .collect(),
                Err(reason) => vec![Value::Spread(reason)],
            };
        }
        let cells = selected(text).into_iter().map(|cell| {
            let named = match cell.rsplit('.').next().unwrap_or(&cell) {
                "1" => return Value::Int(1),
                "table_name" | "tablename" => &question.table,
                "column_name" | "attname" => &question.column,
                "indexname" => &question.index,
                "conname" | "constraint_name" => &question.constraint,
                "typname" => &question.enumeration,
                "extname" => &question.extension,
                "name" => &question.table,
                _ => &None,
            };
            named.clone().map_or_else(|| Value::unknown("a column of the catalogue"), Value::Text)
        });
        vec![row(cells.collect())]
    }

    /// Answers `PRAGMA table_info(...)`.
    fn table_info(&self, table: &ObjectName) -> Vec<Value<'a>> {
        match self.ask(|session| inspector::columns(session, table)) {
            Ok(columns) => columns
                .into_iter()
                .enumerate()
                .map(|(number, column)| match column {
                    Value::Spread(_) => column,
                    column => {
                        let unknown = || Value::unknown("a column of PRAGMA table_info");
                        let number = i64::try_from(number).unwrap_or(i64::MAX);
                        row(vec![Value::Int(number), column, unknown(), unknown(), unknown(), unknown()])
                    }
                })
                .collect(),
            Err(_) if self.ask(|session| session.exists(ObjectKind::Table, table, None)) == Known::Yes(false) => {
                Vec::new()
            }
            Err(reason) => vec![Value::Spread(reason)],
        }
    }
}

fn row(cells: Vec<Value<'_>>) -> Value<'_> {
    Value::Tuple(cells.into())
}

fn counts(text: &str) -> bool {
    matches!(selected(text).as_slice(), [one] if one.starts_with("count("))
}

/// Returns what a query selects, in lower case.
fn selected(text: &str) -> Vec<String> {
    let Some(found) = SELECTED.captures(text) else { return Vec::new() };
    let mut depth = 0;
    let mut cells = vec![String::new()];
    for letter in found[1].chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                cells.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(cell) = cells.last_mut() {
            cell.extend(letter.to_lowercase());
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Reads what a query asks for.
fn read(text: &str, given: &[(Arc<str>, Value<'_>)]) -> Result<Question, Arc<str>> {
    let mut question = Question::default();
    let lower = text.to_lowercase();
    let of_index = lower.contains("pg_index") || lower.contains("type = 'index'") || lower.contains("type='index'");
    let mut rest = text.to_owned();
    for found in EQUAL.captures_iter(text) {
        let value: Arc<str> = match (found.get(2), found.get(3).or_else(|| found.get(4))) {
            (Some(literal), _) => literal.as_str().replace("''", "'").into(),
            (None, Some(name)) => {
                let value = given.iter().find(|(own, _)| &**own == name.as_str()).map(|(_, value)| value);
                let value = value.ok_or("a value of the query is not given")?;
                value
                    .as_text()
                    .ok_or_else(|| value.reason().cloned().unwrap_or_else(|| "a value is computed".into()))?
            }
            _ => continue,
        };
        let place = match &*found[1].to_lowercase() {
            "table_name" | "tablename" | "tbl_name" | "conrelid" | "attrelid" | "indrelid" => &mut question.table,
            "relname" | "name" if of_index => &mut question.index,
            "relname" | "name" => &mut question.table,
            "column_name" | "attname" => &mut question.column,
            "indexname" | "index_name" => &mut question.index,
            "conname" | "constraint_name" => &mut question.constraint,
            "typname" => &mut question.enumeration,
            "extname" => &mut question.extension,
            "table_schema" | "nspname" | "schemaname" => {
                question.schema = (&*value != "public").then_some(value);
                rest = rest.replacen(&found[0], "", 1);
                continue;
            }
            kind if KINDS.contains(&kind) => {
                rest = rest.replacen(&found[0], "", 1);
                continue;
            }
            _ => continue,
        };
        *place = Some(value);
        rest = rest.replacen(&found[0], "", 1);
    }
    for found in REGCLASS.captures_iter(text) {
        if let Some(name) = found.get(1).or_else(|| found.get(2)) {
            question.table.get_or_insert_with(|| name.as_str().into());
            rest = rest.replacen(&found[0], "", 1);
        }
    }
    let condition = JOINED.replace_all(&rest, "");
    let condition = match condition.to_lowercase().find("where") {
        Some(at) => condition[at..].to_owned(),
        None => String::new(),
    };
    let condition = condition.replace("current_schema()", "").replace("DATABASE()", "").replace("database()", "");
    question.more = COMPARED.is_match(&condition)
        && !condition.to_lowercase().split_whitespace().any(|word| word == "table_schema");
    Ok(question)
}

/// Returns whether what is asked for is there.
fn answer(session: &dyn Session, question: &Question) -> Known<bool> {
    let named = |name: &Arc<str>| ObjectName { schema: question.schema.clone(), name: name.clone() };
    let table = question.table.as_ref().map(&named);
    match question {
        Question { column: Some(column), .. } => match &table {
            Some(table) => session.exists(ObjectKind::Column, table, Some(column)),
            None => Known::No("the table of a column is not named".into()),
        },
        Question { constraint: Some(constraint), .. } => match &table {
            Some(table) => session.exists(ObjectKind::Constraint, table, Some(constraint)),
            None => anywhere(session, constraint, ObjectKind::Constraint),
        },
        Question { index: Some(index), .. } => match &table {
            Some(table) => session.exists(ObjectKind::Index, table, Some(index)),
            None => anywhere(session, index, ObjectKind::Index),
        },
        Question { enumeration: Some(name), .. } => session.exists(ObjectKind::Enum, &named(name), None),
        Question { extension: Some(name), .. } => session.exists(ObjectKind::Extension, &named(name), None),
        _ => match &table {
            Some(table) => session.exists(ObjectKind::Table, table, None),
            None => Known::No("what is asked for is not understood".into()),
        },
    }
}

/// Returns whether an index or constraint is on any table.
fn anywhere(session: &dyn Session, name: &Arc<str>, kind: ObjectKind) -> Known<bool> {
    let Some(schema) = session.schema() else { return Known::No("the schema at this point is not known".into()) };
    let mut open = None;
    for table in schema.tables.keys() {
        match session.exists(kind, table, Some(name)) {
            Known::Yes(true) => return Known::Yes(true),
            Known::Yes(false) => {}
            Known::No(reason) => open = Some(reason),
        }
    }
    let part = if kind == ObjectKind::Index { Part::Indexes } else { Part::Constraints };
    match open.or_else(|| session.doubt(part, None)).or_else(|| session.doubt(Part::Tables, None)) {
        Some(reason) => Known::No(reason),
        None => Known::Yes(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Question {
        read(text, &[("t".into(), Value::text("deals"))]).expect(text)
    }

    #[test]
    fn questions_are_read() {
        let some = |text: &str| Some(Arc::<str>::from(text));
        let deals = || Question { table: some("deals"), ..Question::default() };
        let cases = [
            ("SELECT 1 FROM information_schema.tables WHERE table_name = 'deals'", deals()),
            ("select 1 from information_schema.tables where table_name=:t and table_schema = 'public'", deals()),
            ("SELECT name FROM sqlite_master WHERE type='table' AND name='deals'", deals()),
            (
                "SELECT column_name FROM information_schema.columns WHERE table_name='deals' AND column_name='id'",
                Question { column: some("id"), ..deals() },
            ),
            (
                "SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typname = 'status'",
                Question { enumeration: some("status"), ..Question::default() },
            ),
            (
                "SELECT conname FROM pg_constraint WHERE conrelid = 'deals'::regclass AND conname = 'c'",
                Question { constraint: some("c"), ..deals() },
            ),
            (
                "SELECT format('%I', n.nspname), i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
                 WHERE i.indrelid = to_regclass('deals') AND c.relname = 'ix'",
                Question { index: some("ix"), ..deals() },
            ),
            (
                "SELECT 1 FROM information_schema.columns WHERE table_name='deals' AND data_type = 'json'",
                Question { more: true, ..deals() },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(asked(text), expected, "{text}");
        }
        assert!(read("SELECT 1 FROM pg_type WHERE typname = :other", &[]).is_err());
    }

    #[test]
    fn what_is_selected() {
        assert_eq!(selected("SELECT a, f(b, c) FROM t"), ["a", "f(b, c)"]);
        assert!(counts("select COUNT(*) from t"));
        assert!(!counts("select a, count(*) from t"));
    }
}
