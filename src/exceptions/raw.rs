//! What a user writes in the exceptions file, and its JSON Schema.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};

use crate::yaml::Spanned;

/// Exceptions: findings that a project excuses, by rule, with the reason.
#[derive(JsonSchema)]
#[schemars(title = "Lawbook exceptions", extend("required" = ["exceptions"]))]
#[expect(dead_code, reason = "only described: reading tolerates other keys beside it")]
struct RawFile {
    /// Rule (full name, alias, or the bare name where only one rule has it) to what is excused.
    exceptions: Option<BTreeMap<String, Option<Vec<RawItem>>>>,
}

/// A path or glob, whose reason is the comment above it or at the end of its line; or a map that says more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only described: an item is read by what it is")]
enum RawItem {
    Path(String),
    Entry(RawEntry),
}

/// An entry in the new form. It needs `path`, `match`, or both.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEntry {
    /// File, folder or glob, relative to the root. `*` stays within one folder, `**` crosses folders; a folder covers
    /// all below it.
    pub path: Option<Spanned<String>>,
    /// Only findings about this: field to a value, a list of values, `{matches: regex}` or `{glob: pattern}`; all must
    /// hold. `message` is the finding's message.
    #[serde(rename = "match")]
    #[schemars(with = "Option<BTreeMap<String, RawCondition>>")]
    #[expect(dead_code, reason = "conditions are read from the tree, for their places")]
    match_: Option<IgnoredAny>,
    /// Why, in your words. A comment above the entry serves as well.
    pub reason: Option<Spanned<String>>,
    /// Who answers for it.
    pub owner: Option<Spanned<String>>,
    /// The last day on which it excuses, as YYYY-MM-DD.
    pub expires: Option<Spanned<Day>>,
    /// Excuses at most so many findings, in order of path and line.
    #[schemars(range(min = 1))]
    pub max: Option<Spanned<u32>>,
}

/// What a field must be. `null` means that the finding has no such field.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only described: conditions are read from the tree")]
enum RawCondition {
    Literal(RawLiteral),
    AnyOf(Vec<RawLiteral>),
    Operators(RawOperators),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only described")]
enum RawLiteral {
    Text(String),
    Number(f64),
    Bool(bool),
    Null(()),
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOperators {
    /// A regular expression that occurs in the text.
    pub matches: Option<Spanned<String>>,
    /// A glob that the whole text fits.
    pub glob: Option<Spanned<String>>,
}

/// A day, in the one form that sorts as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(DayVisitor)
    }
}

struct DayVisitor;

impl Visitor<'_> for DayVisitor {
    type Value = Day;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a date as YYYY-MM-DD")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Day, E> {
        // jiff reads other ISO 8601 forms too; one form keeps the file readable for people and other tools.
        let one_form = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
        if !one_form {
            return Err(E::custom(format!("expected a date as YYYY-MM-DD, found `{text}`")));
        }
        let date = text.parse().map_err(|_| E::custom(format!("there is no date `{text}`: expected YYYY-MM-DD")))?;
        Ok(Day(date))
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$" })
    }
}

/// Returns the JSON Schema of the exceptions file, for editors.
pub fn schema() -> Schema {
    schemars::schema_for!(RawFile)
}
