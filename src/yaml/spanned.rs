//! A field of a raw type that remembers where it stood, and whose faults do not stop the reading.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use super::place::Place;

/// The name by which the reader knows that a [`Spanned`] is asked for.
pub(super) const MARKER: &str = "$lawbook::yaml::Spanned";

thread_local! {
    /// Hands the place from the reader to the `Spanned` that it is filling: serde's data model has no room for it.
    static HANDED_OVER: RefCell<Option<Place>> = const { RefCell::new(None) };
}

pub(super) fn hand_over(place: Place) {
    HANDED_OVER.with(|cell| *cell.borrow_mut() = Some(place));
}

/// A value with its place. The value is `None` when it was wrong; that fault has been reported.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    pub place: Place,
    pub value: Option<T>,
}

impl<T> Spanned<T> {
    /// Returns the value, unless it was wrong.
    pub const fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    /// Works with the reader of this module only; any other deserializer gives an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(MARKER, 1, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Spanned<T>, A::Error> {
        let place = HANDED_OVER.with(|cell| cell.borrow_mut().take());
        let place = place.ok_or_else(|| serde::de::Error::custom("places are known only to the YAML reader"))?;
        Ok(Spanned { place, value: sequence.next_element()? })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
