//! A static reading of Python: follows names, imports, classes, literals, loops over literals and small functions of
//! the project, and keeps what comes from outside as it is written. Nothing is run; what only a run could tell is
//! unknown. It knows nothing of tables.

mod attributes;
mod branches;
mod builtins;
mod calls;
mod classes;
mod enums;
mod expressions;
mod frame;
mod functions;
mod imports;
mod libraries;
mod operators;
mod patterns;
mod project;
mod statements;
mod text;
mod value;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use ruff_text_size::TextRange;

pub use frame::Frame;
pub use patterns::flask_table_name;
pub use project::Project;
pub use value::{Class, Entry, Object, Place, Value};

use crate::languages::python::values::short;
use crate::model::Location;

/// Reads the files of a project.
pub struct Interpreter<'a> {
    pub project: &'a Project,
    modules: Vec<OnceCell<Option<Rc<Frame<'a>>>>>,
    /// All classes in the order of their making.
    pub classes: RefCell<Vec<Rc<Class<'a>>>>,
    /// What calls yielded that are not followed, in the order of the calls: those whose callee somebody asked for.
    pub objects: RefCell<Vec<Rc<Object<'a>>>>,
    /// What was assigned to attributes of things outside the project, by dotted name.
    outside: RefCell<HashMap<String, Value<'a>>>,
    /// Imports that are being followed, by file and name.
    importing: RefCell<HashSet<(usize, &'a str)>>,
    /// Conditions that cannot be known, around what is being read.
    conditions: RefCell<Vec<Arc<str>>>,
    /// Expressions and calls that are being read inside each other.
    depth: Cell<u32>,
    /// Calls that are being followed inside each other.
    calls: Cell<u32>,
    /// Work that may still be spent on calls.
    budget: Cell<u32>,
    whole_budget: Cell<u32>,
    /// Statements of modules that are being read inside each other.
    reading: Cell<u32>,
    /// Whether strings are annotations at present.
    annotating: Cell<bool>,
}

/// Expressions inside each other, across calls, before a value is given up.
const DEEPEST: u32 = 2_000;
/// Calls inside each other before a value is given up.
const MOST_CALLS: u32 = 16;
/// Work that may be spent on following calls of one statement of a module.
const BUDGET: u32 = 1_500;
/// Work that may be spent on following calls of a whole project.
const WHOLE_BUDGET: u32 = 10_000_000;

impl<'a> Interpreter<'a> {
    pub fn new(project: &'a Project) -> Self {
        Self {
            project,
            modules: (0..project.len()).map(|_| OnceCell::new()).collect(),
            classes: RefCell::default(),
            objects: RefCell::default(),
            outside: RefCell::default(),
            importing: RefCell::default(),
            conditions: RefCell::default(),
            depth: Cell::new(0),
            calls: Cell::new(0),
            budget: Cell::new(BUDGET),
            whole_budget: Cell::new(WHOLE_BUDGET),
            reading: Cell::new(0),
            annotating: Cell::new(false),
        }
    }

    /// Returns the source at a place.
    pub fn source(&self, place: Place) -> &'a str {
        self.project.module(place.file).map_or("", |module| module.source(place.range))
    }

    /// Returns the source at a place on one line, short enough for a message.
    pub fn short(&self, place: Place) -> String {
        let source = self.source(place);
        // Only its beginning is shown.
        let end = source.char_indices().nth(120).map_or(source.len(), |(end, _)| end);
        short(&source[..end])
    }

    /// Returns a place as people know it.
    pub fn location(&self, place: Place) -> Location {
        let path = self.project.path(place.file).clone();
        match self.project.module(place.file) {
            Some(module) => Location::span(path, module.span(place.range)),
            None => Location::file(path),
        }
    }

    /// Returns on what it depends whether what is being read happens at all.
    pub fn condition(&self) -> Option<Arc<str>> {
        self.conditions.borrow().last().cloned()
    }

    fn under<T>(&self, condition: Arc<str>, read: impl FnOnce() -> T) -> T {
        self.conditions.borrow_mut().push(condition);
        let result = read();
        self.conditions.borrow_mut().pop();
        result
    }

    fn spend(&self) -> bool {
        let left = self.budget.get().min(self.whole_budget.get());
        self.budget.set(self.budget.get().saturating_sub(1));
        self.whole_budget.set(self.whole_budget.get().saturating_sub(1));
        left > 0
    }

    fn place(frame: &Frame<'a>, range: TextRange) -> Place {
        Place { file: frame.file, range }
    }

    fn computed(&self, frame: &Frame<'a>, range: TextRange) -> Value<'a> {
        Value::unknown(format!("`{}` is computed", self.short(Self::place(frame, range))))
    }
}
