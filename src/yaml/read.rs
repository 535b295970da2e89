//! A tree to a raw type: a serde deserializer that collects faults instead of stopping at the first.

use std::cell::RefCell;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::node::{self, Node, NodeValue};
use super::place::Place;
use super::spanned::{self, MARKER};
use crate::model::{Problem, closest};

/// Reads a node into a raw type. Unknown fields, and wrong values in [`super::Spanned`] fields, are added to
/// `problems` and reading goes on; returns `None` when the value as a whole cannot be read, which is added too.
pub fn read<T: DeserializeOwned>(node: &Node, problems: &mut Vec<Problem>) -> Option<T> {
    let collected = RefCell::new(std::mem::take(problems));
    let result = T::deserialize(Reader { node, problems: &collected });
    *problems = collected.into_inner();
    match result {
        Ok(value) => Some(value),
        Err(fault) => {
            problems.push(fault.problem(&node.place));
            None
        }
    }
}

/// A fault on its way up to the value that knows its place.
#[derive(Debug)]
struct Fault {
    message: String,
    hint: Option<String>,
    place: Option<Place>,
}

impl Fault {
    fn new(message: String) -> Self {
        Self { message, hint: None, place: None }
    }

    fn problem(self, otherwise: &Place) -> Problem {
        let mut problem = self.place.as_ref().unwrap_or(otherwise).error(self.message);
        problem.hint = self.hint.map(Into::into);
        problem
    }

    fn located(mut self, place: &Place) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match unexpected {
            Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
            Unexpected::Str(text) => format!("the text `{text}`"),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Map => "a map".to_owned(),
            other => format!("the {other}"),
        };
        Self::new(format!("expected {}, found {found}", expected_words(expected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {}, found {unexpected}", expected_words(expected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let nearest = closest(variant, expected.iter().copied());
        Self {
            hint: nearest.map(|nearest| format!("did you mean `{nearest}`?")),
            ..Self::new(format!("`{variant}` is not one of {}", expected.join(", ")))
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("field `{field}` is missing"))
    }
}

/// Returns serde's expectation in the words of YAML's users.
fn expected_words(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        other if other.starts_with("struct ") => "a map".to_owned(),
        "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
        "i64" => "a whole number".to_owned(),
        other => other.to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    node: &'a Node,
    problems: &'a RefCell<Vec<Problem>>,
}

impl<'a> Reader<'a> {
    fn at(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    fn located<T>(self, result: Result<T, Fault>) -> Result<T, Fault> {
        result.map_err(|fault| fault.located(&self.node.place))
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match &self.node.value {
            NodeValue::Null => visitor.visit_unit(),
            NodeValue::Bool(value) => visitor.visit_bool(*value),
            NodeValue::Int(value) => visitor.visit_i64(*value),
            NodeValue::Float(value) => visitor.visit_f64(*value),
            NodeValue::Text(value) => visitor.visit_str(value),
            NodeValue::List(items) => visitor.visit_seq(Items { reader: self, items: items.iter() }),
            NodeValue::Map(entries) => {
                visitor.visit_map(Entries { reader: self, known: None, entries: entries.iter(), value: None })
            }
        };
        self.located(result)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.value {
            NodeValue::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name != MARKER {
            return self.deserialize_any(visitor);
        }
        spanned::hand_over(self.node.place.clone());
        visitor.visit_seq(Once { reader: self, done: false })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        if name != node::MARKER {
            return self.deserialize_any(visitor);
        }
        node::hand_over(self.node.clone());
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        let result = visitor.visit_newtype_struct(self);
        self.located(result)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let NodeValue::Map(entries) = &self.node.value else {
            let fault = Fault::new(format!("expected a map, found {}", self.node.type_name()));
            return Err(fault.located(&self.node.place));
        };
        let result =
            visitor.visit_map(Entries { reader: self, known: Some(fields), entries: entries.iter(), value: None });
        self.located(result)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let result = match &self.node.value {
            NodeValue::Text(text) => visitor.visit_enum(StrDeserializer::new(text)),
            NodeValue::Map(entries) if entries.len() == 1 => {
                visitor.visit_enum(Variant { reader: self, key: &entries[0].0, value: &entries[0].1 })
            }
            _ => Err(Fault::new(format!("expected a name, found {}", self.node.type_name()))),
        };
        self.located(result)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit seq tuple
        map identifier ignored_any
    }
}

/// The one value of a `Spanned`: a fault in it is collected, and the value is absent.
struct Once<'a> {
    reader: Reader<'a>,
    done: bool,
}

impl<'de> SeqAccess<'de> for Once<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        match seed.deserialize(self.reader) {
            Ok(value) => Ok(Some(value)),
            Err(fault) => {
                let problem = fault.problem(&self.reader.node.place);
                self.reader.problems.borrow_mut().push(problem);
                Ok(None)
            }
        }
    }
}

struct Items<'a> {
    reader: Reader<'a>,
    items: std::slice::Iter<'a, Node>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        self.items.next().map(|item| seed.deserialize(self.reader.at(item))).transpose()
    }
}

struct Entries<'a> {
    reader: Reader<'a>,
    /// The fields of the struct that is read; others are reported and passed over.
    known: Option<&'static [&'static str]>,
    entries: std::slice::Iter<'a, (Node, Node)>,
    value: Option<&'a Node>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        for (key, value) in self.entries.by_ref() {
            let name = key.as_text().unwrap_or_default();
            if let Some(known) = self.known
                && !known.contains(&name)
            {
                let problem = key.place.error(format!("unknown field `{name}`"));
                let problem = match closest(name, known.iter().copied()) {
                    Some(nearest) => problem.suggest(Some(nearest)),
                    None => problem.hint(format!("the fields are {}", known.join(", "))),
                };
                self.reader.problems.borrow_mut().push(problem);
                continue;
            }
            self.value = Some(value);
            return seed.deserialize(self.reader.at(key)).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let value = self.value.take().ok_or_else(|| Fault::new("a value was read before its key".to_owned()))?;
        seed.deserialize(self.reader.at(value))
    }
}

struct Variant<'a> {
    reader: Reader<'a>,
    key: &'a Node,
    value: &'a Node,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Fault;
    type Variant = Reader<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Reader<'a>), Fault> {
        let name = self.key.as_text().unwrap_or_default();
        let deserializer: StrDeserializer<'_, Fault> = name.into_deserializer();
        let variant = seed.deserialize(deserializer).map_err(|fault| fault.located(&self.key.place))?;
        Ok((variant, self.reader.at(self.value)))
    }
}

impl<'de> VariantAccess<'de> for Reader<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Err(Fault::new("this name stands alone, without a value".to_owned()).located(&self.node.place))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}
