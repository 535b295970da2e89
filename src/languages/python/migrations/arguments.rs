//! The arguments of a directive, by position or by name.

use std::sync::Arc;

use crate::languages::python::interpret::{Keywords, OPEN, Value};
use crate::model::Known;
use crate::model::schema::ObjectName;

/// The arguments of a call to a directive whose parameters have these names.
pub struct Arguments<'c, 'a> {
    names: &'c [&'static str],
    positional: &'c [Value<'a>],
    keywords: &'c Keywords<'a>,
}

impl<'c, 'a> Arguments<'c, 'a> {
    pub const fn new(names: &'c [&'static str], positional: &'c [Value<'a>], keywords: &'c Keywords<'a>) -> Self {
        Self { names, positional, keywords }
    }

    /// Returns an argument; a list spread out before it makes it unknown.
    pub fn get(&self, name: &str) -> Option<&'c Value<'a>> {
        if let Some((_, value)) = self.keywords.iter().find(|(own, _)| &**own == name) {
            return Some(value);
        }
        let position = self.names.iter().position(|own| *own == name)?;
        let before = self.positional.iter().take(position + 1);
        before.clone().find(|value| matches!(value, Value::Spread(_))).or_else(|| self.positional.get(position))
    }

    /// Returns an argument that is not None.
    pub fn given(&self, name: &str) -> Option<&'c Value<'a>> {
        self.get(name).filter(|value| !matches!(value, Value::None))
    }

    /// Returns whether `**` of something unknown is among them.
    pub fn open(&self) -> bool {
        self.keywords.iter().any(|(name, _)| &**name == OPEN)
    }

    /// Returns the positional arguments after the first so many.
    pub fn rest(&self, from: usize) -> &'c [Value<'a>] {
        self.positional.get(from..).unwrap_or_default()
    }

    pub const fn keywords(&self) -> &'c Keywords<'a> {
        self.keywords
    }

    /// Returns a text that must be there.
    pub fn text(&self, name: &str) -> Known<Arc<str>> {
        match self.given(name) {
            Some(value) => text(value, name),
            None => Known::No(format!("`{name}` is not given").into()),
        }
    }

    /// Returns a text that may be None or left out.
    pub fn optional_text(&self, name: &str) -> Known<Option<Arc<str>>> {
        match self.given(name) {
            Some(value) => match text(value, name) {
                Known::Yes(text) => Known::Yes(Some(text)),
                Known::No(reason) => Known::No(reason),
            },
            None => Known::Yes(None),
        }
    }

    /// Returns whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::truth) == Some(true)
    }

    /// Returns the name of a table from an argument for its name and one for its schema.
    pub fn object(&self, name: &str, schema: &str) -> Known<ObjectName> {
        match (self.text(name), self.optional_text(schema)) {
            (Known::Yes(name), Known::Yes(schema)) => Known::Yes(ObjectName { schema, name }),
            (Known::No(reason), _) | (_, Known::No(reason)) => Known::No(reason),
        }
    }
}

/// Returns the text of a value.
pub fn text(value: &Value<'_>, name: &str) -> Known<Arc<str>> {
    match value.as_text() {
        Some(text) => Known::Yes(text),
        None => Known::No(value.reason().cloned().unwrap_or_else(|| format!("`{name}` is computed").into())),
    }
}
