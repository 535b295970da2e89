//! YAML conditions to checked ones, held against the type of what they are a condition on.

use std::sync::Arc;

use super::law::{Comparison, Condition, Literal};
use super::options::literal;
use super::regexes;
use crate::model::facts::kind;
use crate::model::{Field, FieldType, Kind, Problem, closest};
use crate::yaml::{Node, NodeValue};

/// What a condition is on.
#[derive(Clone, Copy)]
enum Shape {
    Of(FieldType),
    /// A map whose keys a field's sentence names.
    MapOf(&'static Field),
    /// A value in such a map: it can be anything.
    Any,
}

/// The operators, with what they do, in the order in which messages list them.
pub(super) const OPERATORS: &[(&str, &str)] = &[
    ("matches", "The regex is found in the text."),
    ("glob", "The glob matches the whole text; `*` stays inside a folder, `**` crosses them."),
    ("not", "The condition does not hold."),
    ("at_least", "The number is at least this."),
    ("at_most", "The number is at most this."),
    ("count", "The condition holds for the length of the list, map or text."),
    ("every", "The condition holds for every item of the list."),
    ("is", "`unknown`: the value cannot be known without running the code. `known`: it can."),
];

/// Reads the condition on a field. Faults are added to `problems`; `None` says that there was one.
pub(super) fn read(field: &'static Field, node: &Node, problems: &mut Vec<Problem>) -> Option<Condition> {
    Reader { field, problems }.condition(node, Shape::Of(field.ty))
}

struct Reader<'a> {
    field: &'static Field,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn fault<T>(&mut self, problem: Problem) -> Option<T> {
        self.problems.push(problem);
        None
    }

    fn condition(&mut self, node: &Node, shape: Shape) -> Option<Condition> {
        match &node.value {
            NodeValue::Map(entries) if entries.is_empty() => self.fault(node.place.error("an empty condition")),
            NodeValue::Map(entries) => self.operators_or_entries(entries, shape),
            NodeValue::List(items) if items.is_empty() => self.fault(
                node.place.error("an empty list matches nothing").hint("for a list without items: `{count: 0}`"),
            ),
            NodeValue::List(items) => {
                let literals: Vec<_> = items.iter().map(|item| self.literal(item, shape)).collect();
                Some(Condition::OneOf(literals.into_iter().collect::<Option<_>>()?))
            }
            _ => Some(Condition::OneOf(vec![self.literal(node, shape)?])),
        }
    }

    fn literal(&mut self, node: &Node, shape: Shape) -> Option<Literal> {
        let Some(value) = literal(node) else {
            return self.fault(node.place.error("a list of values holds texts, numbers, booleans and null; for several conditions use `any:` around the field"));
        };
        let fits = matches!(
            (shape.scalar(), &value),
            (_, Literal::Null)
                | (Scalar::Any, _)
                | (Scalar::Text, Literal::Text(_))
                | (Scalar::Int, Literal::Int(_))
                | (Scalar::Bool, Literal::Bool(_))
        );
        if let (true, Some(words), Literal::Text(text)) = (fits, shape.words(), &value)
            && !words.contains(&text.as_ref())
        {
            let problem = node.place.error(format!("`{text}` is no {}: nothing ever equals it", self.field.name));
            return self.fault(suggest_word(problem, text, words));
        }
        if fits {
            return Some(value);
        }
        let found = match &value {
            Literal::List(_) => "a list in a list".to_owned(),
            other => format!("{} `{}`", node.type_name(), plain(other)),
        };
        let problem = node.place.error(format!("{} is {}: {found} never equals it", self.what(), shape.name()));
        let problem = match (shape.scalar(), &value) {
            (Scalar::Text, Literal::Int(_) | Literal::Float(_) | Literal::Bool(_)) => {
                problem.hint(format!("in quotes it is a text: `\"{}\"`", plain(&value)))
            }
            (Scalar::None, _) => problem.hint("use `count`, `every`, or conditions by name"),
            _ => problem,
        };
        self.fault(problem)
    }

    fn what(&self) -> String {
        format!("`{}`", self.field.name)
    }

    fn operators_or_entries(&mut self, entries: &[(Node, Node)], shape: Shape) -> Option<Condition> {
        let is_operator = |key: &Node| OPERATORS.iter().any(|(operator, _)| Some(*operator) == key.as_text());
        let (operators, named): (Vec<_>, Vec<_>) = entries.iter().partition(|(key, _)| is_operator(key));
        let conditions = operators.into_iter().map(|(key, value)| self.operator(key, value, shape)).collect::<Vec<_>>();
        let entries = (!named.is_empty()).then(|| self.entries(&named, shape));
        let mut conditions: Vec<_> = conditions.into_iter().chain(entries).collect::<Option<_>>()?;
        Some(if conditions.len() == 1 { conditions.remove(0) } else { Condition::All(conditions) })
    }

    /// Reads conditions on named entries, fields or items. Names on a list are about one and the same item: some item
    /// satisfies all of them.
    fn entries(&mut self, named: &[&(Node, Node)], shape: Shape) -> Option<Condition> {
        let by_number = named.iter().all(|(key, _)| key.as_text().is_some_and(is_number));
        let mut target = shape;
        let mut depth = 0;
        while !by_number && !matches!(target, Shape::Any) {
            let Some(item) = target.item(self.field) else { break };
            target = item;
            depth += 1;
        }
        let read = named.iter().map(|(key, value)| {
            let name = key.as_text().unwrap_or_default();
            Some((Arc::from(name), self.entry(name, key, value, target)?))
        });
        let read: Vec<Option<(Arc<str>, Condition)>> = read.collect();
        let entries = Condition::Entries(read.into_iter().collect::<Option<_>>()?);
        Some((0..depth).fold(entries, |condition, _| some_item(condition)))
    }

    fn entry(&mut self, name: &str, key: &Node, value: &Node, shape: Shape) -> Option<Condition> {
        match shape {
            Shape::Of(FieldType::Fact(of)) => {
                let of = kind(of)?;
                let Some(field) = of.field(name) else { return self.fault(unknown_field(of, name, key)) };
                read(field, value, self.problems)
            }
            Shape::Of(FieldType::FactMap(kind)) => self.condition(value, Shape::Of(FieldType::Fact(kind))),
            Shape::MapOf(field) => {
                let keys = keys_of(field);
                if keys.contains(&name) {
                    return self.condition(value, Shape::Any);
                }
                self.unknown_name(name, key, &keys)
            }
            shape => match shape.item(self.field) {
                Some(item) if is_number(name) => self.condition(value, item),
                _ => self.unknown_name(name, key, &[]),
            },
        }
    }

    fn operator(&mut self, key: &Node, value: &Node, shape: Shape) -> Option<Condition> {
        let name = key.as_text().unwrap_or_default();
        let refused = |needs: &str, what: String| {
            key.place.error(format!("`{name}` needs {needs}, and {what} is {}", shape.name()))
        };
        let scalar = shape.scalar();
        let of_argument = |condition| match shape {
            Shape::Of(FieldType::Fact("argument")) => of_value(condition),
            Shape::Of(FieldType::Facts("argument")) => some_item(of_value(condition)),
            _ => condition,
        };
        match name {
            "matches" | "glob" => {
                if !matches!(scalar, Scalar::Text | Scalar::Any) {
                    let what = self.what();
                    return self.fault(refused("a text", what));
                }
                let Some(pattern) = value.as_text() else {
                    return self.fault(value.place.error(format!("expected a text, found {}", value.type_name())));
                };
                let pattern = pattern.trim_end_matches('\n');
                let compiled = if name == "glob" {
                    regexes::glob(pattern, &value.place).map(Condition::Glob)
                } else {
                    regexes::regex(pattern, false, &value.place).map(Condition::Matches)
                };
                match compiled {
                    Ok(condition)
                        if !value.place.source.vouched_for
                            && shape.words().is_some_and(|words| !words.iter().any(|word| meets(&condition, word))) =>
                    {
                        let problem = value.place.error(format!("no {} ever matches `{pattern}`", self.field.name));
                        self.fault(suggest_word(problem, pattern, shape.words().unwrap_or_default()))
                    }
                    Ok(condition) => Some(of_argument(condition)),
                    Err(problem) => self.fault(problem),
                }
            }
            "at_least" | "at_most" => {
                if !matches!(scalar, Scalar::Int | Scalar::Any) {
                    let what = self.what();
                    return self.fault(
                        refused("a number", what).hint("for the length of a text or list: `{count: {at_least: 1}}`"),
                    );
                }
                #[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
                let number = match value.value {
                    NodeValue::Int(number) => number as f64,
                    NodeValue::Float(number) if !number.is_nan() => number,
                    _ => {
                        let message = format!("expected a number, found {}", value.type_name());
                        return self.fault(value.place.error(message));
                    }
                };
                let comparison = if name == "at_least" { Comparison::AtLeast } else { Comparison::AtMost };
                Some(of_argument(Condition::Compare(comparison, number)))
            }
            "not" => Some(Condition::Not(Box::new(self.condition(value, shape)?))),
            "count" => {
                if !shape.has_length() {
                    let what = self.what();
                    return self.fault(refused("a list, a map or a text", what));
                }
                Some(Condition::Count(Box::new(self.condition(value, Shape::Of(FieldType::Int))?)))
            }
            "every" => {
                let Some(item) = shape.item(self.field) else {
                    let what = self.what();
                    return self.fault(refused("a list", what));
                };
                Some(Condition::Every(Box::new(self.condition(value, item)?)))
            }
            _ => match value.as_text() {
                Some("unknown") => Some(Condition::IsUnknown),
                Some("known") => Some(Condition::IsKnown),
                found => {
                    let problem = value.place.error("`is` takes `unknown` or `known`");
                    self.fault(problem.suggest(found.and_then(|found| closest(found, ["unknown", "known"]))))
                }
            },
        }
    }

    fn unknown_name<T>(&mut self, name: &str, key: &Node, keys: &[&str]) -> Option<T> {
        let names: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).chain(keys.iter().copied()).collect();
        let problem = key.place.error(format!("unknown condition `{name}` on {}", self.what()));
        let problem = match closest(name, names.iter().copied()) {
            Some(nearest) => problem.suggest(Some(nearest)),
            None => problem.hint(format!("the conditions are {}", names.join(", "))),
        };
        self.fault(problem)
    }
}

/// Returns the problem of a field that a kind does not have.
pub(super) fn unknown_field(kind: &Kind, name: &str, key: &Node) -> Problem {
    let problem = key.place.error(format!("a {} has no field `{name}`", kind.name));
    if kind.query(name).is_some() {
        return problem.hint(format!("`{name}` is a query: only scripts can ask it"));
    }
    let names: Vec<_> = kind.all_fields().map(|field| field.name).collect();
    match closest(name, names.iter().copied()) {
        Some(nearest) => problem.suggest(Some(nearest)),
        None => problem.hint(format!("the fields are {}", names.join(", "))),
    }
}

/// Returns "some item satisfies the condition", in terms of `Every`.
fn some_item(condition: Condition) -> Condition {
    Condition::Not(Box::new(Condition::Every(Box::new(Condition::Not(Box::new(condition))))))
}

/// Returns the condition on the value of an argument.
fn of_value(condition: Condition) -> Condition {
    Condition::Entries(vec![("value".into(), condition)])
}

/// Adds what was meant instead of a word that a field never holds.
fn suggest_word(problem: Problem, found: &str, words: &[&str]) -> Problem {
    match closest(found, words.iter().copied()) {
        Some(nearest) => problem.suggest(Some(nearest)),
        None => problem.hint(format!("it is one of {}", words.join(", "))),
    }
}

/// Returns whether a word satisfies a pattern.
fn meets(pattern: &Condition, word: &str) -> bool {
    match pattern {
        Condition::Matches(regex) => regex.get(word).is_match(word),
        Condition::Glob(glob) => glob.is_match(word),
        _ => true,
    }
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the keys of a field of maps: the names in backticks in its sentence.
fn keys_of(field: &'static Field) -> Vec<&'static str> {
    field.about.split('`').skip(1).step_by(2).collect()
}

fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Text(value) => value.chars().take(40).collect(),
        Literal::List(_) => "list".to_owned(),
    }
}

/// Returns whether facts of this kind are known by a name, which a literal on them is compared with.
fn is_named(kind: &str) -> bool {
    ["schema", "table", "column", "index", "constraint", "enum", "view"].contains(&kind)
}

/// What a literal is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scalar {
    Text,
    Int,
    Bool,
    Any,
    /// Nothing: maps and facts other than arguments.
    None,
}

impl Shape {
    /// Returns what a literal on it is compared with: on a list, its items.
    fn scalar(self) -> Scalar {
        match self {
            Self::Of(FieldType::Text | FieldType::Word(_) | FieldType::Texts | FieldType::Words(_)) => Scalar::Text,
            Self::Of(FieldType::Int) => Scalar::Int,
            Self::Of(FieldType::Bool) => Scalar::Bool,
            Self::Of(FieldType::Scalar) | Self::Any => Scalar::Any,
            Self::Of(FieldType::Fact("argument") | FieldType::Facts("argument")) => Scalar::Any,
            Self::Of(FieldType::Fact(kind) | FieldType::Facts(kind)) if is_named(kind) => Scalar::Text,
            Self::Of(_) | Self::MapOf(_) => Scalar::None,
        }
    }

    /// Returns the words that it can be, if they are a closed list.
    fn words(self) -> Option<&'static [&'static str]> {
        if let Self::Of(ty) = self { ty.words() } else { None }
    }

    fn has_length(self) -> bool {
        !matches!(self, Self::Of(FieldType::Word(_) | FieldType::Int | FieldType::Bool | FieldType::Fact(_)))
    }

    /// Returns what the items of a list are, for the field that the condition began at.
    fn item(self, field: &'static Field) -> Option<Self> {
        match self {
            Self::Of(FieldType::Texts) => Some(Self::Of(FieldType::Text)),
            Self::Of(FieldType::Words(words)) => Some(Self::Of(FieldType::Word(words))),
            Self::Of(FieldType::Facts(kind)) => Some(Self::Of(FieldType::Fact(kind))),
            Self::Of(FieldType::FactLists(kind)) => Some(Self::Of(FieldType::Facts(kind))),
            Self::Of(FieldType::Maps) => Some(Self::MapOf(field)),
            Self::Any => Some(Self::Any),
            _ => None,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Of(FieldType::Text | FieldType::Word(_)) => "a text".to_owned(),
            Self::Of(FieldType::Int) => "an integer".to_owned(),
            Self::Of(FieldType::Bool) => "a boolean".to_owned(),
            Self::Of(ty) => format!("a {}", ty.name()),
            Self::MapOf(_) => "a map".to_owned(),
            Self::Any => "any value".to_owned(),
        }
    }
}
