//! The types that an inspection knows.

use crate::model::facts::KINDS;
use crate::model::{FieldType, Kind, facts};

/// What is known of a value. A value of any type may also be `()`.
#[derive(Clone, Debug)]
pub(super) enum Type {
    Any,
    Fact(&'static Kind),
    List(Box<Type>),
    /// A map whose keys are not known here.
    Map(Box<Type>),
    Text,
    /// A text that is one of these words.
    Word(&'static [&'static str]),
    /// A number or a boolean.
    Scalar,
    Match,
    Options,
    /// A closure, by the name that the interpreter gave it, and the number of variables that it captures.
    Closure(String, usize),
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fact(left), Self::Fact(right)) => left.name == right.name,
            (Self::Word(left), Self::Word(right)) => left == right,
            (Self::List(left), Self::List(right)) | (Self::Map(left), Self::Map(right)) => left == right,
            (Self::Closure(left, _), Self::Closure(right, _)) => left == right,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Type {
    /// Returns the type of a field or a query.
    pub(super) fn of(ty: FieldType) -> Self {
        let fact = |name: &str| facts::kind(name).map_or(Self::Any, Self::Fact);
        match ty {
            FieldType::Text => Self::Text,
            FieldType::Word(words) => Self::Word(words),
            FieldType::Int | FieldType::Bool => Self::Scalar,
            FieldType::Texts => Self::List(Box::new(Self::Text)),
            FieldType::Words(words) => Self::List(Box::new(Self::Word(words))),
            FieldType::Fact(kind) => fact(kind),
            FieldType::Facts(kind) => Self::List(Box::new(fact(kind))),
            FieldType::FactMap(kind) => Self::Map(Box::new(fact(kind))),
            FieldType::FactLists(kind) => Self::List(Box::new(Self::List(Box::new(fact(kind))))),
            FieldType::Maps => Self::List(Box::new(Self::Any)),
            FieldType::Scalar => Self::Any,
        }
    }

    /// Returns the type of an item.
    pub(super) fn item(&self) -> Self {
        match self {
            Self::List(item) | Self::Map(item) => (**item).clone(),
            Self::Text | Self::Word(_) => Self::Text,
            _ => Self::Any,
        }
    }

    /// Returns the type as messages name it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Any => "the value".to_owned(),
            Self::Fact(kind) => format!("`{}`", kind.name),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) => "a map".to_owned(),
            Self::Text | Self::Word(_) => "a text".to_owned(),
            Self::Scalar => "a number or boolean".to_owned(),
            Self::Match => "a match".to_owned(),
            Self::Options => "`options`".to_owned(),
            Self::Closure(..) => "a function".to_owned(),
        }
    }
}

/// Returns the type that a field of this name has in every kind that has it; nothing if no kind has it.
pub(super) fn of_any_field(name: &str) -> Option<Type> {
    common(KINDS.iter().filter_map(|kind| kind.field(name)).map(|field| Type::of(field.ty)))
}

/// Returns the type that a query of this name returns in every kind that has it; nothing if no kind has it.
pub(super) fn of_any_query(name: &str) -> Option<Type> {
    common(KINDS.iter().filter_map(|kind| kind.query(name)).map(|query| Type::of(query.returns)))
}

fn common(mut types: impl Iterator<Item = Type>) -> Option<Type> {
    let first = types.next()?;
    Some(if types.all(|ty| ty == first) { first } else { Type::Any })
}

/// Returns the names that the vocabulary puts between backticks in a sentence about maps: their keys.
pub(super) fn keys_of_maps() -> impl Iterator<Item = &'static str> {
    KINDS
        .iter()
        .flat_map(|kind| kind.all_fields())
        .filter(|field| matches!(field.ty, FieldType::Maps))
        .flat_map(|field| field.about.split('`').skip(1).step_by(2))
}
