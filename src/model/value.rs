//! Values: what a field of a fact can hold.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::facts::Fact;

/// Something that we either know, or know that we cannot know, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    Yes(T),
    /// Why it cannot be known without running the user's code, in a few words.
    No(Arc<str>),
}

impl<T> Known<T> {
    /// Returns the value, if it is known.
    pub fn as_known(&self) -> Option<&T> {
        match self {
            Self::Yes(value) => Some(value),
            Self::No(_) => None,
        }
    }

    /// Returns the same, borrowed.
    pub fn as_ref(&self) -> Known<&T> {
        match self {
            Self::Yes(value) => Known::Yes(value),
            Self::No(reason) => Known::No(reason.clone()),
        }
    }

    /// Returns what the value points to, borrowed.
    pub fn as_deref(&self) -> Known<&T::Target>
    where
        T: std::ops::Deref,
    {
        match self {
            Self::Yes(value) => Known::Yes(value),
            Self::No(reason) => Known::No(reason.clone()),
        }
    }

    /// Returns the value for a law: what `into` makes of it, or unknown with the reason.
    pub fn value(&self, into: impl FnOnce(&T) -> Value) -> Value {
        match self {
            Self::Yes(value) => into(value),
            Self::No(reason) => Value::Unknown(reason.clone()),
        }
    }
}

/// The value of a field. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Known to be absent: `down_revision = None`, a call outside any function.
    Null,
    /// It exists but cannot be known without running the user's code; the text says why.
    Unknown(Arc<str>),
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(Arc<[Value]>),
    Map(Arc<BTreeMap<Arc<str>, Value>>),
    Fact(Fact),
}

impl Value {
    /// Returns a text value.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }

    /// Returns one of the vocabulary's words as a text value. They come again and again, so each is kept.
    pub fn word(word: &'static str) -> Self {
        thread_local! {
            static WORDS: RefCell<FxHashMap<(*const u8, usize), Arc<str>>> = RefCell::default();
        }
        let key = (word.as_ptr(), word.len());
        let kept = WORDS.try_with(|words| words.borrow_mut().entry(key).or_insert_with(|| word.into()).clone());
        Self::Text(kept.unwrap_or_else(|_| word.into()))
    }

    /// Returns a text value, or null.
    pub fn optional_text(text: Option<&Arc<str>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.clone()))
    }

    /// Returns a list of texts.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a Arc<str>>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Text(text.clone())).collect())
    }

    /// Returns a count as an integer value.
    pub fn count(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Returns the name of the value's type, for messages.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "unknown",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Fact(_) => "a fact",
        }
    }
}

impl std::fmt::Display for Value {
    /// Writes the value as a message shows it: text without quotes, lists with commas.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => formatter.write_str("none"),
            Self::Unknown(_) => formatter.write_str("unknown"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Int(value) => write!(formatter, "{value}"),
            Self::Float(value) => write!(formatter, "{value}"),
            Self::Text(value) => formatter.write_str(value),
            Self::List(values) => {
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(", ")?;
                    }
                    write!(formatter, "{value}")?;
                }
                Ok(())
            }
            Self::Map(entries) => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(", ")?;
                    }
                    write!(formatter, "{key}={value}")?;
                }
                Ok(())
            }
            Self::Fact(fact) => formatter.write_str(&fact.label()),
        }
    }
}
