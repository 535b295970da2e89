//! The vocabulary: every kind of fact, with its fields and queries, declared once.
//!
//! From these declarations come the YAML predicates, the script getters, the JSON Schemas, `lawbook facts --kinds` and
//! the reference page. A new kind is one file here, one variant of [`Fact`] and one entry in [`KINDS`].

mod call;
mod changes;
mod column;
mod constraint;
mod coverage;
mod enumeration;
mod exception;
mod fault;
mod file;
mod graph;
mod index;
mod likeness;
mod migration;
mod name;
mod operation;
mod project;
mod schema;
mod statement;
mod table;
mod view;

use std::sync::Arc;

use super::finding::Named;
use super::location::Location;
use super::value::Value;

pub use call::{Argument, Call, Form};
pub use changes::{Changes, Told};
pub use column::ColumnFact;
pub use constraint::{ConstraintFact, Which};
pub use enumeration::EnumFact;
pub use exception::{ExceptionEntry, ExceptionUse};
pub use fault::FaultFact;
pub use file::{AskSize, Change, File, Size};
pub use graph::{Graph, MissingParent};
pub use index::IndexFact;
pub use likeness::Likeness;
pub use migration::{Body, Flavor, Migration, Role, SqlMigration, Tool};
pub use name::NameFact;
pub use operation::{OperationFact, Seen};
pub use project::Project;
pub use schema::Described;
pub use statement::{StatementFact, TransactionOf};
pub use table::TableFact;
pub use view::ViewFact;

/// Every kind of fact, in the order in which the reference lists them.
pub const KINDS: &[&Kind] = &[
    &file::KIND,
    &migration::KIND,
    &graph::KIND,
    &call::KIND,
    &call::ARGUMENT_KIND,
    &operation::KIND,
    &statement::KIND,
    &fault::KIND,
    &schema::KIND,
    &table::KIND,
    &column::KIND,
    &index::KIND,
    &constraint::KIND,
    &enumeration::KIND,
    &view::KIND,
    &name::KIND,
    &exception::KIND,
    &project::KIND,
];

/// Returns the kind with this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// One kind of fact: what a law can see of it.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    /// One sentence: what one fact of this kind is.
    pub about: &'static str,
    /// Whether rules may be written `on:` it. Kinds that only occur inside others may not.
    pub judged: bool,
    /// A kind whose fields this one has as well.
    pub includes: Option<&'static Kind>,
    pub fields: &'static [Field],
    pub queries: &'static [Query],
    /// What a finding on this fact is about: the word that `match:` of an exception uses, and the field that it is
    /// read from; an empty one stands for the fact's label.
    pub subject: &'static [(&'static str, &'static str)],
}

impl Kind {
    /// Returns all fields, included ones first.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        let included: &'static [Field] = self.includes.map_or(&[], |kind| kind.fields);
        included.iter().chain(self.fields)
    }

    /// Returns all queries, included ones first.
    pub fn all_queries(&self) -> impl Iterator<Item = &'static Query> {
        let included: &'static [Query] = self.includes.map_or(&[], |kind| kind.queries);
        included.iter().chain(self.queries)
    }

    /// Returns the field with this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.all_fields().find(|field| field.name == name)
    }

    /// Returns the query with this name.
    pub fn query(&self, name: &str) -> Option<&'static Query> {
        self.all_queries().find(|query| query.name == name)
    }
}

/// One field of a kind.
pub struct Field {
    pub name: &'static str,
    pub ty: FieldType,
    /// One sentence: what the field holds, and its unit if it has one.
    pub about: &'static str,
    /// Reads the field. A fact of another kind reads as null.
    pub get: fn(&Fact) -> Value,
}

/// One query of a kind: a function that scripts call on a fact, answered from an index.
pub struct Query {
    pub name: &'static str,
    /// The name of its argument, if it takes one. A query with an argument also works without it, over all.
    pub argument: Option<&'static str>,
    pub returns: FieldType,
    /// One sentence: what it returns.
    pub about: &'static str,
    /// Answers the query. The error is for the person who wrote the script.
    pub run: fn(&Fact, Option<&str>) -> Result<Value, String>,
}

impl Field {
    /// Returns its sentence with the words that it can hold, if they are a closed list.
    pub fn sentence(&self) -> String {
        match self.ty.words() {
            Some([word]) => format!("{} Always {word}.", self.about),
            Some([words @ .., last]) => format!("{} One of {} or {last}.", self.about, words.join(", ")),
            _ => self.about.to_owned(),
        }
    }
}

impl Query {
    /// Returns the words of which its argument is one, if they are a closed list: those of the field that the argument is
    /// named after, of the facts that it returns.
    pub fn words(&self) -> Option<&'static [&'static str]> {
        let FieldType::Facts(returned) = self.returns else { return None };
        kind(returned)?.field(self.argument?)?.ty.words()
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.name, self.ty.name())
    }
}

impl std::fmt::Debug for Query {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}({}): {}", self.name, self.argument.unwrap_or_default(), self.returns.name())
    }
}

/// What a field holds when it is neither null nor unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    Text,
    /// A text that is one of these words.
    Word(&'static [&'static str]),
    Int,
    Bool,
    /// A list of texts.
    Texts,
    /// A list of texts, each one of these words.
    Words(&'static [&'static str]),
    /// A fact of the named kind.
    Fact(&'static str),
    /// A list of facts of the named kind.
    Facts(&'static str),
    /// A map from name to fact of the named kind.
    FactMap(&'static str),
    /// A list of lists of facts of the named kind.
    FactLists(&'static str),
    /// A list of maps; the field's sentence names their keys.
    Maps,
    /// Any of text, integer, number, boolean, null.
    Scalar,
}

impl FieldType {
    /// Returns the type as the reference page writes it.
    pub fn name(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Word(_) => "word".into(),
            Self::Int => "integer".into(),
            Self::Bool => "boolean".into(),
            Self::Texts => "list of text".into(),
            Self::Words(_) => "list of words".into(),
            Self::Fact(kind) => kind.into(),
            Self::Facts(kind) => format!("list of {kind}"),
            Self::FactMap(kind) => format!("map of {kind}"),
            Self::FactLists(kind) => format!("list of lists of {kind}"),
            Self::Maps => "list of maps".into(),
            Self::Scalar => "text, integer, number, boolean or null".into(),
        }
    }

    /// Returns the words that the field can hold, if they are a closed list.
    pub const fn words(self) -> Option<&'static [&'static str]> {
        if let Self::Word(words) | Self::Words(words) = self { Some(words) } else { None }
    }
}

/// One fact. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Fact {
    File(Arc<File>),
    Migration(Arc<Migration>),
    Graph(Arc<Graph>),
    Call(Arc<Call>),
    Argument(Arc<Argument>),
    Operation(Arc<OperationFact>),
    Statement(Arc<StatementFact>),
    Fault(Arc<FaultFact>),
    Schema(Arc<Described>),
    Table(Arc<TableFact>),
    Column(Arc<ColumnFact>),
    Index(Arc<IndexFact>),
    Constraint(Arc<ConstraintFact>),
    Enum(Arc<EnumFact>),
    View(Arc<ViewFact>),
    Name(Arc<NameFact>),
    Exception(Arc<ExceptionEntry>),
    Project(Arc<Project>),
}

impl PartialEq for Fact {
    /// Two facts are equal when they are the same fact, not when they look alike.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(left), Self::File(right)) => Arc::ptr_eq(left, right),
            (Self::Migration(left), Self::Migration(right)) => Arc::ptr_eq(left, right),
            (Self::Graph(left), Self::Graph(right)) => Arc::ptr_eq(left, right),
            (Self::Call(left), Self::Call(right)) => Arc::ptr_eq(left, right),
            (Self::Argument(left), Self::Argument(right)) => Arc::ptr_eq(left, right),
            (Self::Operation(left), Self::Operation(right)) => Arc::ptr_eq(left, right),
            (Self::Statement(left), Self::Statement(right)) => Arc::ptr_eq(left, right),
            (Self::Fault(left), Self::Fault(right)) => Arc::ptr_eq(left, right),
            (Self::Schema(left), Self::Schema(right)) => Arc::ptr_eq(&left.schema, &right.schema),
            (Self::Table(left), Self::Table(right)) => left == right,
            (Self::Column(left), Self::Column(right)) => left == right,
            (Self::Index(left), Self::Index(right)) => left == right,
            (Self::Constraint(left), Self::Constraint(right)) => left == right,
            (Self::Enum(left), Self::Enum(right)) => left == right,
            (Self::View(left), Self::View(right)) => left == right,
            (Self::Name(left), Self::Name(right)) => left == right,
            (Self::Exception(left), Self::Exception(right)) => Arc::ptr_eq(left, right),
            (Self::Project(left), Self::Project(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }
}

impl Fact {
    /// Returns the declaration of the fact's kind.
    pub fn kind(&self) -> &'static Kind {
        match self {
            Self::File(_) => &file::KIND,
            Self::Migration(_) => &migration::KIND,
            Self::Graph(_) => &graph::KIND,
            Self::Call(_) => &call::KIND,
            Self::Argument(_) => &call::ARGUMENT_KIND,
            Self::Operation(_) => &operation::KIND,
            Self::Statement(_) => &statement::KIND,
            Self::Fault(_) => &fault::KIND,
            Self::Schema(_) => &schema::KIND,
            Self::Table(_) => &table::KIND,
            Self::Column(_) => &column::KIND,
            Self::Index(_) => &index::KIND,
            Self::Constraint(_) => &constraint::KIND,
            Self::Enum(_) => &enumeration::KIND,
            Self::View(_) => &view::KIND,
            Self::Name(_) => &name::KIND,
            Self::Exception(_) => &exception::KIND,
            Self::Project(_) => &project::KIND,
        }
    }

    /// Returns the value of a field, or `None` when the kind has no such field.
    pub fn get(&self, field: &str) -> Option<Value> {
        self.kind().field(field).map(|field| (field.get)(self))
    }

    /// Returns the place that a finding about the whole fact points at; `None` for what has no file.
    pub fn location(&self) -> Option<Location> {
        match self {
            Self::File(file) => Some(Location::file(file.path.clone())),
            Self::Migration(migration) => Some(migration.location()),
            Self::Graph(graph) => Some(graph.location.clone()),
            Self::Call(call) => Some(Location::span(call.path.clone(), call.span)),
            Self::Argument(argument) => Some(Location::span(argument.path.clone(), argument.span)),
            Self::Operation(operation) => Some(operation.at()),
            Self::Statement(statement) => Some(statement.at()),
            Self::Fault(fault) => Some(fault.fault.at.clone()),
            Self::Table(table) => table.at(),
            Self::Column(column) => column.at(),
            Self::Index(index) => index.at(),
            Self::Constraint(constraint) => constraint.at(),
            Self::Enum(fact) => fact.enum_type().at.clone(),
            Self::Name(name) => name.object.location(),
            Self::Exception(entry) => Some(entry.location.clone()),
            Self::Schema(_) | Self::View(_) | Self::Project(_) => None,
        }
    }

    /// Returns what a finding about this fact is about: what its kind's `subject` names, as far as it is known.
    pub fn about(&self) -> Named {
        if let Self::Name(name) = self {
            return name.object.about();
        }
        let mut about = Named::default();
        for (word, field) in self.kind().subject {
            let value = if field.is_empty() { Some(Value::text(self.label())) } else { self.get(field) };
            let Some(value) = value.filter(|value| !matches!(value, Value::Null | Value::Unknown(_))) else { continue };
            if let ("columns", Value::List(columns)) = (*word, &value)
                && let [column] = &**columns
            {
                about.insert("column".into(), column.to_string());
            }
            about.insert((*word).into(), value.to_string());
        }
        about
    }

    /// Returns a short name for messages: a path, a revision, a callee.
    pub fn label(&self) -> String {
        match self {
            Self::File(file) => file.path.to_string(),
            Self::Migration(migration) => migration.label(),
            Self::Graph(graph) => graph.name.to_string(),
            Self::Call(call) => call.callee.as_known().map_or_else(|| call.text.to_string(), ToString::to_string),
            Self::Argument(argument) => argument.text.to_string(),
            Self::Operation(operation) => operation.label(),
            Self::Statement(statement) => statement.statement.kind.0.to_string(),
            Self::Fault(fault) => fault.fault.message(),
            Self::Schema(described) => described.schema.name.to_string(),
            Self::Table(table) => table.name.to_string(),
            Self::Column(column) => format!("{}.{}", column.table.name, column.column().name),
            Self::Index(index) => index.label(),
            Self::Constraint(constraint) => constraint.label(),
            Self::Enum(fact) => fact.name.to_string(),
            Self::View(view) => view.name.to_string(),
            Self::Name(name) => name.object.label(),
            Self::Exception(entry) => format!("{}: {}", entry.rule, entry.path.as_deref().unwrap_or("*")),
            Self::Project(_) => "project".to_owned(),
        }
    }

    /// Returns the name that a literal condition on the fact compares: what a table calls its own parts.
    pub fn short_name(&self) -> String {
        match self {
            Self::Column(column) => column.column().name.to_string(),
            Self::Index(index) => index.index().name.as_ref().map_or_else(|| self.label(), ToString::to_string),
            Self::Constraint(constraint) => constraint.name().map_or_else(|| self.label(), ToString::to_string),
            _ => self.label(),
        }
    }

    /// Returns the file that the fact is, or is part of.
    pub fn file(&self) -> Option<&Arc<File>> {
        match self {
            Self::File(file) => Some(file),
            Self::Migration(migration) => Some(&migration.file),
            _ => None,
        }
    }

    fn migration(&self) -> Option<&Migration> {
        if let Self::Migration(migration) = self { Some(migration) } else { None }
    }

    fn graph(&self) -> Option<&Graph> {
        if let Self::Graph(graph) = self { Some(graph) } else { None }
    }

    fn call(&self) -> Option<&Call> {
        if let Self::Call(call) = self { Some(call) } else { None }
    }

    fn argument(&self) -> Option<&Argument> {
        if let Self::Argument(argument) = self { Some(argument) } else { None }
    }

    fn operation(&self) -> Option<&OperationFact> {
        if let Self::Operation(operation) = self { Some(operation) } else { None }
    }

    fn statement(&self) -> Option<&StatementFact> {
        if let Self::Statement(statement) = self { Some(statement) } else { None }
    }

    fn fault(&self) -> Option<&FaultFact> {
        if let Self::Fault(fault) = self { Some(fault) } else { None }
    }

    fn described(&self) -> Option<&Arc<Described>> {
        if let Self::Schema(described) = self { Some(described) } else { None }
    }

    fn table(&self) -> Option<&Arc<TableFact>> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }

    fn column(&self) -> Option<&ColumnFact> {
        if let Self::Column(column) = self { Some(column) } else { None }
    }

    fn index(&self) -> Option<&IndexFact> {
        if let Self::Index(index) = self { Some(index) } else { None }
    }

    fn constraint(&self) -> Option<&ConstraintFact> {
        if let Self::Constraint(constraint) = self { Some(constraint) } else { None }
    }

    fn enumeration(&self) -> Option<&EnumFact> {
        if let Self::Enum(enumeration) = self { Some(enumeration) } else { None }
    }

    fn view(&self) -> Option<&ViewFact> {
        if let Self::View(view) = self { Some(view) } else { None }
    }

    fn name(&self) -> Option<&NameFact> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    fn exception(&self) -> Option<&ExceptionEntry> {
        if let Self::Exception(entry) = self { Some(entry) } else { None }
    }

    fn project(&self) -> Option<&Project> {
        if let Self::Project(project) = self { Some(project) } else { None }
    }
}

/// Declares the fields of a kind: name, type, sentence, and how to read it from the typed fact.
macro_rules! fields {
    ($of:ident: $($name:literal, $ty:expr, $about:literal, $get:expr;)*) => {
        &[$($crate::model::facts::Field {
            name: $name,
            ty: $ty,
            about: $about,
            get: |fact| fact.$of().map_or($crate::model::Value::Null, $get),
        }),*]
    };
}
use fields;

/// Returns the calls whose callee is `callee`, or starts with it when it ends in `*`; all of them for `None`.
fn select_calls(calls: &[Arc<Call>], callee: Option<&str>) -> Value {
    Value::List(
        calls
            .iter()
            .filter(|call| callee.is_none_or(|wanted| call.is_to(wanted)))
            .map(|call| Value::Fact(Fact::Call(call.clone())))
            .collect(),
    )
}

/// Returns the file of a place, as the field of a fact.
fn path_of(at: Option<&Location>) -> Value {
    at.map_or(Value::Null, |at| Value::Text(at.path.clone()))
}

/// Returns the line of a place, as the field of a fact.
fn line_of(at: Option<&Location>) -> Value {
    at.and_then(|at| at.span).map_or(Value::Null, |span| Value::Int(i64::from(span.line)))
}

/// Returns migrations as a list of facts.
fn migration_list(migrations: &[Arc<Migration>]) -> Value {
    Value::List(migrations.iter().map(|migration| Value::Fact(Fact::Migration(migration.clone()))).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_explained() {
        let mut by_name = std::collections::BTreeMap::new();
        for kind in KINDS {
            let mut seen = BTreeSet::new();
            let names = kind.all_fields().map(|field| (field.name, field.about));
            for (name, about) in names.chain(kind.all_queries().map(|query| (query.name, query.about))) {
                assert!(seen.insert(name), "{}.{name} is declared twice", kind.name);
                assert!(about.ends_with('.'), "{}.{name}: one sentence, ending in a full stop", kind.name);
            }
            for field in kind.all_fields() {
                let Some(words) = field.ty.words() else { continue };
                assert_eq!(*by_name.entry(field.name).or_insert(words), words, "{}: one list of words", field.name);
                let distinct: BTreeSet<_> = words.iter().collect();
                assert!(!words.is_empty() && distinct.len() == words.len(), "{}: {words:?}", kind.name);
            }
            for (word, field) in kind.subject {
                let known = field.is_empty() || kind.field(field).is_some();
                assert!(known, "{}: `{word}` is read from `{field}`, which is not a field", kind.name);
            }
        }
    }
}
