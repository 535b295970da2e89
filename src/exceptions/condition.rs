//! `match:` of an exception: which findings it is about.

use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

use super::raw::RawOperators;
use crate::model::{Finding, Problem};
use crate::yaml::{self, Node, NodeValue, Place, Spanned};

/// A condition on one field of a finding.
#[derive(Clone, Debug)]
pub struct FieldCondition {
    /// A field that the finding is about, `subject`, or `message`.
    pub field: Arc<str>,
    pub condition: Condition,
    /// Where the field's name stands.
    pub place: Place,
}

/// What the text of a field must be.
#[derive(Clone, Debug)]
pub enum Condition {
    /// One of these; `None` means that the finding has no such field.
    OneOf(Vec<Option<Arc<str>>>),
    /// All of these, of the same text.
    All(Vec<Pattern>),
}

/// A pattern on a text.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Occurs in it.
    Matches(Regex),
    /// Fits all of it.
    Glob(GlobMatcher),
}

impl FieldCondition {
    /// Returns whether the finding satisfies it. A field that the finding does not have satisfies only `null`.
    pub fn holds(&self, finding: &Finding) -> bool {
        let text = text_of(&self.field, finding);
        match (&self.condition, text) {
            (Condition::OneOf(texts), _) => texts.iter().any(|wanted| wanted.as_deref() == text),
            (Condition::All(_), None) => false,
            (Condition::All(patterns), Some(text)) => patterns.iter().all(|pattern| match pattern {
                Pattern::Matches(regex) => regex.is_match(text),
                Pattern::Glob(glob) => glob.is_match(text),
            }),
        }
    }
}

/// Returns the text that a condition on a field looks at.
pub(super) fn text_of<'a>(field: &str, finding: &'a Finding) -> Option<&'a str> {
    match field {
        "message" => Some(&finding.message),
        field => match finding.about.get(field) {
            Some(text) => Some(text),
            None if field == "subject" => finding.subject.as_deref(),
            None if field == "path" => finding.path(),
            None => None,
        },
    }
}

/// Reads the value of `match:`. Faults are added to `problems`, and the condition that has one is left out.
pub(super) fn read(node: &Node, problems: &mut Vec<Problem>) -> Vec<FieldCondition> {
    let Some(fields) = node.as_map() else {
        problems.push(node.place.error(format!("expected a map of field to value, found {}", node.type_name())));
        return Vec::new();
    };
    if fields.is_empty() {
        problems.push(node.place.error("`match` is empty: name a field and its value"));
    }
    let read_field = |(key, value): &(Node, Node)| {
        let field: Arc<str> = key.as_text().unwrap_or_default().into();
        Some(FieldCondition { field, condition: read_condition(value, problems)?, place: key.place.clone() })
    };
    fields.iter().filter_map(read_field).collect()
}

fn read_condition(node: &Node, problems: &mut Vec<Problem>) -> Option<Condition> {
    match &node.value {
        NodeValue::Map(_) => read_operators(node, problems),
        NodeValue::List(items) => {
            if items.is_empty() {
                problems.push(node.place.error("an empty list matches nothing"));
            }
            let mut texts = Vec::new();
            for item in items.iter() {
                read_literal(item, &mut texts, problems)?;
            }
            Some(Condition::OneOf(texts))
        }
        _ => {
            let mut texts = Vec::new();
            read_literal(node, &mut texts, problems)?;
            Some(Condition::OneOf(texts))
        }
    }
}

/// Adds the texts that a literal stands for: a number as it is spelled (`0773` is a revision) and as it is printed.
fn read_literal(node: &Node, texts: &mut Vec<Option<Arc<str>>>, problems: &mut Vec<Problem>) -> Option<()> {
    let printed = match &node.value {
        NodeValue::Null => None,
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::Bool(value) => Some(value.to_string()),
        NodeValue::Int(value) => Some(value.to_string()),
        NodeValue::Float(value) => Some(value.to_string()),
        NodeValue::List(_) | NodeValue::Map(_) => {
            problems.push(node.place.error(format!("expected a text, number or boolean, found {}", node.type_name())));
            return None;
        }
    };
    if matches!(node.value, NodeValue::Int(_) | NodeValue::Float(_)) {
        let span = node.place.span;
        let width = (span.end_column - span.column) as usize;
        let line = node.place.source.line(span.line);
        let spelled: String = line.chars().skip(span.column as usize - 1).take(width).collect();
        texts.push(Some(spelled.trim().into()));
    }
    texts.push(printed.map(Into::into));
    Some(())
}

fn read_operators(node: &Node, problems: &mut Vec<Problem>) -> Option<Condition> {
    let raw: RawOperators = yaml::read(node, problems)?;
    let mut patterns = Vec::new();
    let mut faulty = false;
    if let Some((place, text)) = written(raw.matches.as_ref(), &mut faulty) {
        match Regex::new(text) {
            Ok(regex) => patterns.push(Pattern::Matches(regex)),
            Err(error) => {
                faulty = true;
                let error = error.to_string();
                let cause = error.lines().last().unwrap_or(&error).trim_start_matches("error: ");
                problems.push(place.error(format!("not a valid regular expression: {cause}")));
            }
        }
    }
    if let Some((place, text)) = written(raw.glob.as_ref(), &mut faulty) {
        match GlobBuilder::new(text).build() {
            Ok(glob) => patterns.push(Pattern::Glob(glob.compile_matcher())),
            Err(error) => {
                faulty = true;
                problems.push(place.error(format!("not a valid glob: {}", error.kind())));
            }
        }
    }
    if patterns.is_empty() && !faulty {
        problems.push(node.place.error("expected `matches` or `glob`"));
        faulty = true;
    }
    (!faulty).then_some(Condition::All(patterns))
}

/// Returns the text of a field that was written and read; notes a field whose value was wrong, which is reported.
fn written<'a>(field: Option<&'a Spanned<String>>, faulty: &mut bool) -> Option<(&'a Place, &'a str)> {
    let field = field?;
    *faulty |= field.get().is_none();
    field.get().map(|text| (&field.place, text.as_str()))
}
