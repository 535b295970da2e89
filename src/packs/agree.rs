//! The law `agree`: two schemas say the same.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::law::{Agree, SchemaRef, Stubs};
use crate::model::schema::compare::{Aspect, Direction, Ignore, What};
use crate::model::{Problem, closest};
use crate::yaml::{Node, Spanned, read};

/// Two schemas, and what they agree on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Agree")]
pub(super) struct RawAgree {
    /// The schema that is right: its name, or `models`, `database`, `throwaway`, `file` for each one of that origin.
    pub expected: Spanned<String>,
    /// The schema that is judged, likewise. Each that the rule's `where` lets through, when it is left out.
    pub actual: Option<Spanned<String>>,
    /// What is compared; everything but defaults, checks and comments when it is left out.
    #[schemars(with = "Option<Vec<AspectSchema>>")]
    pub compare: Option<Spanned<Vec<Spanned<String>>>>,
    /// Which differences count: `missing` where it is judged, `extra` there, or `changed`; all when it is left out.
    #[schemars(with = "Option<Vec<DirectionSchema>>")]
    pub only: Option<Spanned<Vec<Spanned<String>>>>,
    /// Globs over names that are passed over: `legacy_*` is a table, an enum, an index or a constraint; `deals.tmp_*` a
    /// column, an index or a constraint of a table; `audit.*` a table of a schema.
    pub ignore: Option<Spanned<Vec<Spanned<String>>>>,
    /// What of tables that have only few of the expected columns: `with` the others, `only` these, or `without` them.
    #[schemars(with = "Option<StubsSchema>")]
    pub stubs: Option<Spanned<String>>,
    /// A table with less than this percentage of its expected columns is a stub; 50 when it is left out.
    pub stub_below: Option<Spanned<u32>>,
    /// Whether the order of an enum's labels matters.
    pub label_order: Option<Spanned<bool>>,
}

/// Reads the law. Faults are added to `problems`; `None` says that there was one. `built_in` says that it came with the
/// binary.
pub(super) fn check_agree(node: &Node, built_in: bool, problems: &mut Vec<Problem>) -> Option<Agree> {
    let before = problems.len();
    let raw: RawAgree = read(node, problems)?;
    let reference = |field: &Spanned<String>, problems: &mut Vec<Problem>| {
        let name = field.get()?.trim();
        if name.is_empty() {
            problems.push(field.place.error("the name of a schema, or `models`, `database`, `throwaway`, `file`"));
            return None;
        }
        Some(SchemaRef { name: name.into(), place: field.place.clone() })
    };
    let expected = reference(&raw.expected, problems);
    let actual = raw.actual.as_ref().and_then(|field| reference(field, problems));
    let words =
        |field: &Option<Spanned<Vec<Spanned<String>>>>, known: &'static [&'static str], problems: &mut Vec<Problem>| {
            let items = field.as_ref().and_then(Spanned::get)?;
            if items.is_empty() {
                let place = field.as_ref().map(|field| &field.place)?;
                problems.push(place.error("an empty list compares nothing").hint("leave it out, or name some"));
            }
            Some(items.iter().filter_map(|item| word(item, known, problems)).collect::<Vec<_>>())
        };
    let mut what = What::default();
    if let Some(names) = words(&raw.compare, Aspect::WORDS, problems) {
        what.aspects = names.into_iter().filter_map(Aspect::of_name).collect();
    }
    let only = words(&raw.only, Direction::WORDS, problems);
    let only = only
        .map_or_else(|| Direction::ALL.to_vec(), |names| names.into_iter().filter_map(Direction::of_name).collect());
    let globs: Vec<&Spanned<String>> = raw.ignore.iter().filter_map(Spanned::get).flatten().collect();
    let texts = globs.iter().filter_map(|glob| glob.get().map(String::as_str));
    match Ignore::new(texts) {
        Ok(ignore) => what.ignore = ignore,
        Err((number, fault)) => {
            let place = globs.get(number).map_or(&node.place, |glob| &glob.place);
            problems.push(place.error(format!("not a glob: {fault}")));
        }
    }
    what.label_order = raw.label_order.as_ref().and_then(Spanned::get).copied().unwrap_or_default();
    let stubs = match raw.stubs.as_ref().and_then(|field| word(field, Stubs::WORDS, problems)) {
        Some("only") => Stubs::Only,
        Some("without") => Stubs::Without,
        _ => Stubs::With,
    };
    let stub_below = raw.stub_below.as_ref().and_then(|field| Some((*field.get()?, &field.place)));
    if let Some((percentage, place)) = stub_below
        && !(1..=100).contains(&percentage)
    {
        problems.push(place.error(format!("a percentage is from 1 to 100, found {percentage}")));
    }
    let stub_below = stub_below.map_or(50, |(percentage, _)| percentage);
    (problems.len() == before).then_some(())?;
    Some(Agree { expected: expected?, actual, what, only, stubs, stub_below, built_in })
}

/// Returns the one of the words that a field holds; any other is a fault.
pub(super) fn word(
    field: &Spanned<String>,
    words: &'static [&'static str],
    problems: &mut Vec<Problem>,
) -> Option<&'static str> {
    let text = field.get()?;
    let found = words.iter().copied().find(|word| word == text);
    if found.is_none() {
        let problem = field.place.error(format!("`{text}` is not one of {}", words.join(", ")));
        problems.push(problem.suggest(closest(text, words.iter().copied())));
    }
    found
}

struct AspectSchema;
struct DirectionSchema;
struct StubsSchema;

macro_rules! word_schema {
    ($($type:ident: $words:expr;)*) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"enum": $words})
            }
        }
    )*};
}

word_schema! {
    AspectSchema: Aspect::WORDS;
    DirectionSchema: Direction::WORDS;
    StubsSchema: Stubs::WORDS;
}
