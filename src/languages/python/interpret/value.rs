//! Values of the static reading of Python: what is known of a thing without running the code that makes it.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::{Expr, ExprLambda, StmtClassDef, StmtFunctionDef};
use ruff_text_size::TextRange;

use super::frame::Frame;

/// A value. Cheap to clone.
#[derive(Clone)]
pub enum Value<'a> {
    /// It cannot be known; the text says why.
    Unknown(Arc<str>),
    /// Elements of a list, tuple or dict that cannot be known, in any number.
    Spread(Arc<str>),
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    Tuple(Rc<[Self]>),
    /// A list or a set.
    List(Rc<RefCell<Vec<Self>>>),
    Dict(Rc<RefCell<Vec<(Self, Self)>>>),
    /// A thing outside the project by its canonical dotted name: `sqlalchemy.Column`, `builtins.int`.
    External(Arc<str>),
    /// A file of the project, by its number.
    Module(usize),
    Class(Rc<Class<'a>>),
    Function(Rc<Function<'a>>),
    /// A function with its first argument.
    Method(Rc<(Self, Rc<Function<'a>>)>),
    /// What a call yields that is not followed.
    Object(Rc<Object<'a>>),
    /// A member of a Python enum.
    Member(Rc<Member<'a>>),
    /// An attribute of something that is not followed: `table.c.id`, `Model.name`.
    Attribute(Rc<Attribute<'a>>),
    /// `Optional[int]`, `Mapped[str]`.
    Subscript(Rc<(Self, Self)>),
    /// `int | None`.
    Union(Rc<[Self]>),
    /// An operation on something that is not followed: `Model.deleted == False`.
    Operation(Rc<Operation<'a>>),
}

/// A place in the source: number of the file, and range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: usize,
    pub range: TextRange,
}

/// What a call yields that is not followed: `Column(Integer)`, `MetaData()`, an instance of a class.
pub struct Object<'a> {
    pub callee: Value<'a>,
    pub arguments: Vec<Value<'a>>,
    pub keywords: Vec<(Arc<str>, Value<'a>)>,
    /// Whether `**` of something unknown is among the arguments.
    pub open: bool,
    pub place: Place,
    /// On what it depends whether the call happens at all.
    pub condition: Option<Arc<str>>,
    /// What was assigned to its attributes later.
    pub attributes: RefCell<Vec<(Arc<str>, Value<'a>)>>,
}

/// An attribute of something that is not followed.
pub struct Attribute<'a> {
    pub of: Value<'a>,
    pub name: Arc<str>,
}

/// An operation on something that is not followed.
pub struct Operation<'a> {
    /// As SQL spells it: `=`, `AND`, `IS`.
    pub operator: &'static str,
    pub operands: Vec<Value<'a>>,
}

/// A member of a Python enum.
pub struct Member<'a> {
    pub class: Rc<Class<'a>>,
    pub name: Arc<str>,
    pub value: Value<'a>,
}

/// A function or lambda of the project.
pub struct Function<'a> {
    pub definition: Definition<'a>,
    pub frame: Rc<Frame<'a>>,
    /// Its decorators, without their arguments.
    pub decorators: Vec<Value<'a>>,
    /// Values of the defaults of its parameters, by name.
    pub defaults: Vec<(&'a str, Value<'a>)>,
    /// The class whose body holds it.
    pub class: Option<Rc<Class<'a>>>,
}

#[derive(Clone, Copy)]
pub enum Definition<'a> {
    Def(&'a StmtFunctionDef),
    Lambda(&'a ExprLambda),
}

/// A class of the project.
pub struct Class<'a> {
    pub name: &'a str,
    pub definition: &'a StmtClassDef,
    pub file: usize,
    pub bases: Vec<Value<'a>>,
    pub keywords: Vec<(Arc<str>, Value<'a>)>,
    /// Its decorators, without their arguments.
    pub decorators: Vec<Value<'a>>,
    pub entries: RefCell<Vec<Entry<'a>>>,
    /// Where names of its body are looked up.
    pub frame: OnceCell<Rc<Frame<'a>>>,
    /// It and its bases, once somebody asked for them.
    pub order: RefCell<Option<Rc<[Value<'a>]>>>,
    /// On what it depends whether it exists at all.
    pub condition: Option<Arc<str>>,
}

/// An attribute that the body of a class binds, or that is assigned later.
#[derive(Clone)]
pub struct Entry<'a> {
    pub name: Arc<str>,
    pub value: Option<Value<'a>>,
    pub annotation: Option<&'a Expr>,
    pub place: Place,
    pub condition: Option<Arc<str>>,
}

impl<'a> Value<'a> {
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    pub fn unknown(reason: impl AsRef<str>) -> Self {
        Self::Unknown(reason.as_ref().into())
    }

    pub fn external(path: impl AsRef<str>) -> Self {
        Self::External(path.as_ref().into())
    }

    pub fn list(values: Vec<Self>) -> Self {
        Self::List(Rc::new(RefCell::new(values)))
    }

    pub fn dict(entries: Vec<(Self, Self)>) -> Self {
        Self::Dict(Rc::new(RefCell::new(entries)))
    }

    /// Returns the dotted name of a thing outside the project.
    pub fn path(&self) -> Option<&Arc<str>> {
        match self {
            Self::External(path) => Some(path),
            _ => None,
        }
    }

    /// Returns whether it is the thing outside the project with this dotted name.
    pub fn is(&self, path: &str) -> bool {
        matches!(self, Self::External(own) if &**own == path)
    }

    /// Returns the object, if it is one.
    pub fn object(&self) -> Option<&Rc<Object<'a>>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns why it is unknown, if it is.
    pub fn reason(&self) -> Option<&Arc<str>> {
        match self {
            Self::Unknown(reason) | Self::Spread(reason) => Some(reason),
            _ => None,
        }
    }

    /// Returns its text: of a string, a member of an enum of strings, a name marked as quoted.
    pub fn as_text(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Member(member) => member.value.as_text(),
            Self::Object(object)
                if object
                    .callee
                    .path()
                    .is_some_and(|path| path.ends_with("quoted_name") || path.ends_with(".conv")) =>
            {
                object.arguments.first()?.as_text()
            }
            _ => None,
        }
    }

    pub const fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the elements of a list or tuple.
    pub fn elements(&self) -> Option<Vec<Self>> {
        match self {
            Self::Tuple(values) => Some(values.to_vec()),
            Self::List(values) => Some(values.borrow().clone()),
            _ => None,
        }
    }

    /// Returns what it counts as in a condition, if that can be known.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Int(number) => Some(*number != 0),
            Self::Float(number) => Some(*number != 0.0),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Tuple(values) => certain(values.is_empty(), values.iter()),
            Self::List(values) => {
                let values = values.borrow();
                certain(values.is_empty(), values.iter())
            }
            Self::Dict(entries) => {
                let entries = entries.borrow();
                certain(entries.is_empty(), entries.iter().map(|(key, _)| key))
            }
            Self::External(path) => match &**path {
                "typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING" => Some(false),
                path if path.starts_with("builtins.") || path.starts_with("sqlalchemy.") => Some(true),
                _ => None,
            },
            Self::Class(_) | Self::Function(_) | Self::Method(_) | Self::Module(_) => Some(true),
            _ => None,
        }
    }

    /// Returns whether two values are known to be the same.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Int(one), Self::Int(two)) => one == two,
            (Self::Float(one), Self::Float(two)) => (one - two).abs() < f64::EPSILON,
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Tuple(one), Self::Tuple(two)) => all_same(one, two),
            (Self::Union(one), Self::Union(two)) => all_same(one, two),
            (Self::List(one), Self::List(two)) => Rc::ptr_eq(one, two) || all_same(&one.borrow(), &two.borrow()),
            (Self::External(one), Self::External(two)) => one == two,
            (Self::Module(one), Self::Module(two)) => one == two,
            (Self::Class(one), Self::Class(two)) => Rc::ptr_eq(one, two),
            (Self::Function(one), Self::Function(two)) => Rc::ptr_eq(one, two),
            (Self::Object(one), Self::Object(two)) => {
                Rc::ptr_eq(one, two)
                    || one.callee.same(&two.callee)
                        && !one.open
                        && !two.open
                        && all_same(&one.arguments, &two.arguments)
                        && one.keywords.len() == two.keywords.len()
                        && one.keywords.iter().zip(&two.keywords).all(|(one, two)| one.0 == two.0 && one.1.same(&two.1))
            }
            (Self::Member(one), Self::Member(two)) => Rc::ptr_eq(&one.class, &two.class) && one.name == two.name,
            (Self::Attribute(one), Self::Attribute(two)) => one.name == two.name && one.of.same(&two.of),
            (Self::Subscript(one), Self::Subscript(two)) => one.0.same(&two.0) && one.1.same(&two.1),
            _ => false,
        }
    }

    /// Returns whether two values are equal as Python's `==` sees it, if that can be known.
    pub fn equal(&self, other: &Self) -> Option<bool> {
        let plain =
            |value: &Self| matches!(value, Self::None | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Text(_));
        match (self, other) {
            (Self::Member(one), Self::Member(_)) => Some(self.same(other) || one.value.equal(other) == Some(true)),
            (Self::Member(member), other) | (other, Self::Member(member)) if plain(other) => member.value.equal(other),
            (Self::Int(one), Self::Bool(two)) | (Self::Bool(two), Self::Int(one)) => Some(*one == i64::from(*two)),
            (one, two) if plain(one) && plain(two) => Some(one.same(two)),
            (one, two) if one.same(two) => Some(true),
            (Self::Tuple(one), Self::Tuple(two)) if one.iter().chain(two.iter()).all(plain) => Some(all_same(one, two)),
            // A list may stand for a set: only what differs in any order is known to differ.
            (Self::List(one), Self::List(two)) if all_plain(&one.borrow()) && all_plain(&two.borrow()) => {
                let (one, two) = (one.borrow(), two.borrow());
                let within = |some: &[Self], other: &[Self]| {
                    some.iter().all(|value| other.iter().any(|own| own.equal(value) == Some(true)))
                };
                if one.len() == two.len() && within(&one, &two) && within(&two, &one) { None } else { Some(false) }
            }
            (Self::List(one), other) | (other, Self::List(one)) if plain(other) => {
                let _ = one;
                Some(false)
            }
            (Self::Dict(_), other) | (other, Self::Dict(_)) if plain(other) => Some(false),
            (Self::Class(_), Self::Class(_) | Self::External(_)) | (Self::External(_), Self::Class(_)) => Some(false),
            _ => None,
        }
    }
}

fn certain<'v, 'a: 'v>(empty: bool, mut values: impl Iterator<Item = &'v Value<'a>>) -> Option<bool> {
    if empty {
        return Some(false);
    }
    values.any(|value| !matches!(value, Value::Spread(_))).then_some(true)
}

fn all_plain(values: &[Value<'_>]) -> bool {
    values
        .iter()
        .all(|value| matches!(value, Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_)))
}

fn all_same<'a>(one: &[Value<'a>], two: &[Value<'a>]) -> bool {
    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.same(two))
}

impl<'a> Object<'a> {
    /// Returns what a call to something outside the project yields.
    pub fn outside(
        path: &str,
        arguments: Vec<Value<'a>>,
        keywords: Vec<(Arc<str>, Value<'a>)>,
        place: Place,
    ) -> Rc<Self> {
        Rc::new(Self {
            callee: Value::external(path),
            arguments,
            keywords,
            open: false,
            place,
            condition: None,
            attributes: RefCell::default(),
        })
    }

    /// Returns the value of a keyword argument.
    pub fn keyword(&self, name: &str) -> Option<&Value<'a>> {
        self.keywords.iter().find(|(own, _)| &**own == name).map(|(_, value)| value)
    }

    /// Returns the value of an argument that may be given by position or by name.
    pub fn argument(&self, position: usize, name: &str) -> Option<&Value<'a>> {
        self.keyword(name).or_else(|| self.arguments.get(position))
    }

    /// Returns whether it comes from a call to the thing outside the project with one of these dotted names.
    pub fn calls(&self, paths: &[&str]) -> bool {
        self.callee.path().is_some_and(|path| paths.contains(&&**path))
    }
}

impl<'a> Function<'a> {
    /// Returns whether one of its decorators is the thing outside the project of which `test` approves.
    pub fn decorated(&self, test: impl Fn(&str) -> bool) -> bool {
        self.decorators.iter().any(|decorator| decorator.path().is_some_and(|path| test(path)))
    }

    /// Returns what it says that it returns.
    pub fn returns(&self) -> Option<&'a Expr> {
        match self.definition {
            Definition::Def(def) => def.returns.as_deref(),
            Definition::Lambda(_) => None,
        }
    }

    /// Returns whether it is a `declared_attr` of SQLAlchemy.
    pub fn is_declared_attr(&self) -> bool {
        self.decorated(|path| path.contains(".declared_attr") || path == "sqlalchemy.util.classproperty")
    }
}

impl<'a> Class<'a> {
    /// Returns what its own body binds a name to.
    pub fn own(&self, name: &str) -> Option<Entry<'a>> {
        self.entries.borrow().iter().find(|entry| &*entry.name == name).cloned()
    }

    /// Returns the value of a keyword in its list of bases.
    pub fn keyword(&self, name: &str) -> Option<&Value<'a>> {
        self.keywords.iter().find(|(own, _)| &**own == name).map(|(_, value)| value)
    }
}
