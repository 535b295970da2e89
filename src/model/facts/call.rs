//! Facts of kind `call` and `argument`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Fact, FieldType, Kind, Query, fields};
use crate::model::location::Span;
use crate::model::value::{Known, Value};

/// A call in a Python file.
#[derive(Debug)]
pub struct Call {
    pub path: Arc<str>,
    /// The whole call, from the callee to the closing parenthesis.
    pub span: Span,
    /// The callee resolved through the file's imports: `sa.Enum` is `sqlalchemy.Enum`. A method of the object that
    /// `op.batch_alter_table` yields is `alembic.op.batch_alter_table.<method>`. Unknown when the callee is computed.
    pub callee: Known<Arc<str>>,
    /// Its source.
    pub text: Arc<str>,
    pub arguments: Vec<Arc<Argument>>,
    pub keywords: BTreeMap<Arc<str>, Arc<Argument>>,
    /// It passes `*args` or `**kwargs`, so that more arguments may follow than can be seen.
    pub unpacks: bool,
    /// Dotted name of the innermost function that holds it.
    pub function: Option<Arc<str>>,
    /// Name of the innermost class that holds it.
    pub class: Option<Arc<str>>,
    /// Source of the tests of the `if`, `elif`, `while` and `match` that it is under, outermost first; `not (...)`
    /// around the test for an `else`; `except ...` inside a handler, `try` inside a `try` that has handlers.
    pub conditions: Vec<Arc<str>>,
    /// The variable that it is assigned to, if it is the whole right side of an assignment to one name.
    pub assigned_to: Option<Arc<str>>,
    /// Callees of the calls that it is an argument of, outermost first: `sa.Enum` in `op.create_table(...)`.
    pub inside: Vec<Arc<str>>,
}

impl Call {
    /// Returns whether it is a call to `wanted`, in which one `*` stands for anything: `alembic.op.*`, `*.execute`.
    pub fn is_to(&self, wanted: &str) -> bool {
        let Known::Yes(callee) = &self.callee else { return false };
        match wanted.split_once('*') {
            Some((prefix, suffix)) => {
                callee.len() >= prefix.len() + suffix.len() && callee.starts_with(prefix) && callee.ends_with(suffix)
            }
            None => callee.as_ref() == wanted,
        }
    }
}

/// An argument of a call.
#[derive(Debug)]
pub struct Argument {
    pub path: Arc<str>,
    pub span: Span,
    /// Its source.
    pub text: Arc<str>,
    pub form: Form,
    /// Its value when it is a literal; unknown, with the source, when it is computed.
    pub value: Value,
    /// The resolved name when it is a name, an attribute or a call.
    pub name: Option<Arc<str>>,
}

/// What an expression looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A literal: string (also implicitly concatenated), number, boolean, None.
    Literal,
    /// An f-string with at least one replacement field.
    FString,
    /// `"..." % x`, or `"...".format(x)`.
    Format,
    /// `a + b` in which a side is a string.
    Concatenation,
    List,
    Tuple,
    Dict,
    Name,
    Attribute,
    Call,
    Other,
}

impl Form {
    /// Every form.
    const ALL: &[Self] = &[
        Self::Literal,
        Self::FString,
        Self::Format,
        Self::Concatenation,
        Self::List,
        Self::Tuple,
        Self::Dict,
        Self::Name,
        Self::Attribute,
        Self::Call,
        Self::Other,
    ];
    /// Their words.
    const WORDS: [&str; Self::ALL.len()] = {
        let mut words = [""; Self::ALL.len()];
        let mut index = 0;
        while index < words.len() {
            assert!(Self::ALL[index] as usize == index, "forms in order of declaration");
            words[index] = Self::ALL[index].name();
            index += 1;
        }
        assert!(words.len() == Self::Other as usize + 1, "every form");
        words
    };

    /// Returns the word used in predicates and output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::FString => "f-string",
            Self::Format => "format",
            Self::Concatenation => "concatenation",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Dict => "dict",
            Self::Name => "name",
            Self::Attribute => "attribute",
            Self::Call => "call",
            Self::Other => "other",
        }
    }
}

fn arguments(call: &Call) -> Value {
    Value::List(call.arguments.iter().map(|argument| Value::Fact(Fact::Argument(argument.clone()))).collect())
}

fn keywords(call: &Call) -> Value {
    let facts =
        call.keywords.iter().map(|(name, argument)| (name.clone(), Value::Fact(Fact::Argument(argument.clone()))));
    Value::Map(Arc::new(facts.collect()))
}

pub static KIND: Kind = Kind {
    name: "call",
    about: "A Python call in a migration, or in the files that the rule names.",
    judged: true,
    includes: None,
    fields: fields! { call:
        "path", FieldType::Text, "Path of the file, relative to the root.", |call| Value::Text(call.path.clone());
        "line", FieldType::Int, "Line on which it starts.", |call| Value::Int(i64::from(call.span.line));
        "callee", FieldType::Text, "What is called, resolved through imports: `sa.Enum` is `sqlalchemy.Enum`; unknown when computed.",
            |call| call.callee.value(|callee| Value::Text(callee.clone()));
        "text", FieldType::Text, "Its source.", |call| Value::Text(call.text.clone());
        "arguments", FieldType::Facts("argument"), "Positional arguments, in order.", arguments;
        "keywords", FieldType::FactMap("argument"), "Keyword arguments, by name.", keywords;
        "unpacks", FieldType::Bool, "Whether it passes `*args` or `**kwargs`, so that more may follow than can be seen.",
            |call| Value::Bool(call.unpacks);
        "function", FieldType::Text, "Innermost function that holds it; null at module level.",
            |call| Value::optional_text(call.function.as_ref());
        "class", FieldType::Text, "Innermost class that holds it; null outside classes.",
            |call| Value::optional_text(call.class.as_ref());
        "conditions", FieldType::Texts, "Source of the conditions that it is under, outermost first; `not (...)` in an else branch.",
            |call| Value::texts(&call.conditions);
        "assigned_to", FieldType::Text, "Variable that its result is assigned to; null if there is none.",
            |call| Value::optional_text(call.assigned_to.as_ref());
        "inside", FieldType::Texts, "Callees of the calls that it is an argument of, outermost first.",
            |call| Value::texts(&call.inside);
    },
    queries: &[Query {
        name: "keyword",
        argument: Some("name"),
        returns: FieldType::Fact("argument"),
        about: "The keyword argument with this `name`; null if there is none.",
        run: |fact, name| {
            let name = name.ok_or("keyword(name) takes the name of an argument")?;
            let Fact::Call(call) = fact else { return Ok(Value::Null) };
            Ok(call.keywords.get(name).map_or(Value::Null, |argument| Value::Fact(Fact::Argument(argument.clone()))))
        },
    }],
    subject: &[("callee", "callee"), ("function", "function")],
};

pub static ARGUMENT_KIND: Kind = Kind {
    name: "argument",
    about: "An argument of a call. A literal condition on it compares its value.",
    judged: false,
    includes: None,
    fields: fields! { argument:
        "value", FieldType::Scalar, "Its value when it is a literal; unknown when it is computed.", |argument| argument.value.clone();
        "text", FieldType::Text, "Its source.", |argument| Value::Text(argument.text.clone());
        "form", FieldType::Word(&Form::WORDS), "What it looks like.",
            |argument| Value::word(argument.form.name());
        "name", FieldType::Text, "Resolved name when it is a name, an attribute or a call; null otherwise.",
            |argument| Value::optional_text(argument.name.as_ref());
        "line", FieldType::Int, "Line on which it starts.", |argument| Value::Int(i64::from(argument.span.line));
    },
    queries: &[],
    subject: &[],
};
