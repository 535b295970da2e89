//! Frames: what names are bound to while a module, class or function is read.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use ruff_python_ast::{ExceptHandler, Expr, Stmt};
use rustc_hash::{FxHashMap, FxHashSet};

use super::value::{Class, Value};

/// The names of a module, class body, function call or comprehension.
pub struct Frame<'a> {
    pub kind: FrameKind<'a>,
    pub file: usize,
    pub parent: Option<Rc<Frame<'a>>>,
    pub names: RefCell<FxHashMap<&'a str, Binding<'a>>>,
    /// What a function may have returned already, under conditions that cannot be known.
    pub returned: RefCell<Vec<Value<'a>>>,
    /// What a generator has yielded, where it is followed to its end.
    pub yields: RefCell<Option<Vec<Value<'a>>>>,
}

pub enum FrameKind<'a> {
    Module(Unit<'a>),
    /// It holds its frame.
    Class(Weak<Class<'a>>),
    Function,
    /// A method: the class whose body holds it, and its first argument.
    Method(Rc<Class<'a>>, Value<'a>),
}

/// What a name is bound to.
#[derive(Clone)]
pub enum Binding<'a> {
    Value(Value<'a>),
    /// An import that nobody has needed yet: the file's folder is left `level - 1` times, then `module`, then `member`.
    Import {
        level: u32,
        module: Rc<str>,
        member: Option<&'a str>,
    },
}

/// The statements of a module, which are read in order or when somebody needs a name that they bind.
pub struct Unit<'a> {
    pub body: &'a [Stmt],
    /// The statements that bind or change a name.
    pub index: FxHashMap<&'a str, Vec<usize>>,
    /// `from module import *`, in order.
    pub stars: Vec<(u32, Rc<str>)>,
    pub done: RefCell<FxHashSet<usize>>,
    /// Whether all statements are being read, or have been.
    pub whole: Cell<bool>,
}

impl<'a> Frame<'a> {
    pub fn new(kind: FrameKind<'a>, file: usize, parent: Option<Rc<Self>>) -> Rc<Self> {
        Rc::new(Self {
            kind,
            file,
            parent,
            names: RefCell::default(),
            returned: RefCell::default(),
            yields: RefCell::default(),
        })
    }

    /// Returns what its own names hold.
    pub fn own(&self, name: &str) -> Option<Binding<'a>> {
        self.names.borrow().get(name).cloned()
    }

    pub fn set(&self, name: &'a str, value: Value<'a>) {
        self.names.borrow_mut().insert(name, Binding::Value(value));
    }

    /// Returns the class whose body it is.
    pub fn class(&self) -> Option<Rc<Class<'a>>> {
        match &self.kind {
            FrameKind::Class(class) => class.upgrade(),
            _ => None,
        }
    }

    /// Lets go of all values: functions among them hold the frame in which they were made, which so would stay for ever.
    pub fn clear(&self) {
        drop(self.names.take());
        drop(self.returned.take());
        drop(self.yields.take());
    }
}

impl<'a> Unit<'a> {
    pub fn new(body: &'a [Stmt]) -> Self {
        let mut index: FxHashMap<&'a str, Vec<usize>> = FxHashMap::default();
        let mut stars = Vec::new();
        for (number, statement) in body.iter().enumerate() {
            bound(std::slice::from_ref(statement), &mut |name| {
                let numbers = index.entry(name).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            });
            star_imports(statement, &mut stars);
        }
        Self { body, index, stars, done: RefCell::default(), whole: Cell::new(false) }
    }
}

fn star_imports(statement: &Stmt, stars: &mut Vec<(u32, Rc<str>)>) {
    match statement {
        Stmt::ImportFrom(import) if import.names.iter().any(|alias| &alias.name == "*") => {
            stars.push((import.level, import.module.as_ref().map_or("", |module| module.as_str()).into()));
        }
        Stmt::Try(tried) => tried.body.iter().for_each(|statement| star_imports(statement, stars)),
        Stmt::If(branch) => branch.body.iter().for_each(|statement| star_imports(statement, stars)),
        _ => {}
    }
}

/// Calls `see` with each name that statements bind or change in their own scope.
pub fn bound<'a>(body: &'a [Stmt], see: &mut impl FnMut(&'a str)) {
    for statement in body {
        match statement {
            Stmt::FunctionDef(def) => see(&def.name),
            Stmt::ClassDef(class) => see(&class.name),
            Stmt::Import(import) => {
                for alias in &import.names {
                    match &alias.asname {
                        Some(name) => see(name),
                        None => see(alias.name.split('.').next().unwrap_or(&alias.name)),
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                import.names.iter().for_each(|alias| see(alias.asname.as_ref().unwrap_or(&alias.name)));
            }
            Stmt::Assign(assign) => assign.targets.iter().for_each(|to| target(to, see)),
            Stmt::AnnAssign(assign) if assign.value.is_some() => target(&assign.target, see),
            Stmt::AugAssign(assign) => target(&assign.target, see),
            Stmt::Expr(expression) => {
                // `names.append(...)` changes what `names` holds.
                if let Expr::Call(call) = expression.value.as_ref()
                    && let Expr::Attribute(attribute) = call.func.as_ref()
                    && let Expr::Name(name) = attribute.value.as_ref()
                {
                    see(&name.id);
                }
            }
            Stmt::For(looped) => {
                target(&looped.target, see);
                bound(&looped.body, see);
                bound(&looped.orelse, see);
            }
            Stmt::While(looped) => bound(&looped.body, see),
            Stmt::If(branch) => {
                bound(&branch.body, see);
                branch.elif_else_clauses.iter().for_each(|clause| bound(&clause.body, see));
            }
            Stmt::With(with) => {
                with.items.iter().filter_map(|item| item.optional_vars.as_deref()).for_each(|to| target(to, see));
                bound(&with.body, see);
            }
            Stmt::Try(tried) => {
                bound(&tried.body, see);
                for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                    bound(&handler.body, see);
                }
                bound(&tried.orelse, see);
                bound(&tried.finalbody, see);
            }
            Stmt::Match(matched) => matched.cases.iter().for_each(|case| bound(&case.body, see)),
            Stmt::TypeAlias(alias) => target(&alias.name, see),
            _ => {}
        }
    }
}

fn target<'a>(expression: &'a Expr, see: &mut impl FnMut(&'a str)) {
    match expression {
        Expr::Name(name) => see(&name.id),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| target(part, see)),
        Expr::List(list) => list.elts.iter().for_each(|part| target(part, see)),
        Expr::Starred(starred) => target(&starred.value, see),
        // `things["a"] = 1` and `thing.a = 1` change what the name holds.
        Expr::Attribute(attribute) => target(&attribute.value, see),
        Expr::Subscript(subscript) => target(&subscript.value, see),
        _ => {}
    }
}
