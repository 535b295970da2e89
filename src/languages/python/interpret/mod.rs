//! A static reading of Python: follows names, imports, classes, literals, loops over literals and small functions of
//! the project, and keeps what comes from outside as it is written. Nothing is run; what only a run could tell is
//! unknown. It knows nothing of tables.

mod attributes;
mod branches;
mod builtins;
mod calls;
mod classes;
mod conditions;
mod enums;
mod expressions;
mod frame;
mod functions;
mod host;
mod imports;
mod libraries;
mod loops;
mod operators;
mod patterns;
mod project;
mod statements;
mod text;
mod value;
mod with;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

pub use calls::{Keywords, OPEN};
use conditions::Condition;
pub use expressions::put_together;
pub use frame::Frame;
pub use host::{Cache, Call, ENDS_IN_ERROR, Host};
pub use patterns::flask_table_name;
pub use project::Project;
pub use value::{Class, Entry, Object, Place, Value};

use crate::languages::python::values::short;
use crate::model::Location;

/// Reads the files of a project.
pub struct Interpreter<'h, 'a> {
    pub project: &'a Project,
    cache: Rc<Cache<'a>>,
    /// A module that is read anew in each run.
    own: Option<(usize, OnceCell<Option<Rc<Frame<'a>>>>)>,
    host: Option<&'h dyn Host<'a>>,
    limits: Limits,
    /// Classes of the run, in the order of their making.
    classes: RefCell<Vec<Rc<Class<'a>>>>,
    /// Frames of calls of the run in which functions were made.
    frames: RefCell<Vec<Rc<Frame<'a>>>>,
    /// What calls of the run yielded that are not followed.
    objects: RefCell<Vec<Rc<Object<'a>>>>,
    /// Imports that are being followed, by file and name.
    importing: RefCell<FxHashSet<(usize, &'a str)>>,
    /// Conditions that cannot be known, around what is being read.
    conditions: RefCell<Vec<Condition>>,
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
    /// Texts that are written out, by their address.
    literals: RefCell<FxHashMap<usize, (Arc<str>, Place)>>,
    /// Blocks whose errors are caught, inside each other.
    attempts: Cell<u32>,
    /// Whether a call that was followed ended in an error that nothing has caught yet.
    raised: Cell<bool>,
    /// By definition: whether a function of the project may do something that the host must know of.
    concerning: RefCell<FxHashMap<usize, bool>>,
    /// How many calls of such functions were followed.
    concerned: Cell<u32>,
    /// How many there were when the outermost function began that does nothing of the kind.
    aside: Cell<Option<u32>>,
    /// Where the calls stand that are being followed inside each other.
    sites: RefCell<Vec<Place>>,
    /// Blocks of `with` that wait for the generator of their context manager.
    waiting: RefCell<Vec<with::Waiting<'a>>>,
}

/// Expressions inside each other, across calls, before a value is given up.
const DEEPEST: u32 = 2_000;

/// Work that may be spent on a function of another file that does nothing the host must know of.
const ASIDE: u32 = 5_000;

/// How much is followed.
struct Limits {
    /// Calls inside each other before a value is given up.
    calls: u32,
    /// Work that may be spent on following calls of one statement of a module.
    budget: u32,
    /// Work that may be spent on following calls of a whole project, or in a run.
    whole: u32,
}

const READING: Limits = Limits { calls: 16, budget: 1_500, whole: 10_000_000 };
const RUNNING: Limits = Limits { calls: 32, budget: 50_000, whole: 200_000 };

impl<'h, 'a> Interpreter<'h, 'a> {
    /// Returns one that reads modules for what they declare.
    pub fn new(project: &'a Project) -> Self {
        Self::make(project, Rc::new(Cache::new(project)), None, None, READING)
    }

    /// Returns one that runs the functions of a module for their effects.
    pub fn running(project: &'a Project, cache: &Rc<Cache<'a>>, module: usize, host: &'h dyn Host<'a>) -> Self {
        Self::make(project, cache.clone(), Some((module, OnceCell::new())), Some(host), RUNNING)
    }

    fn make(
        project: &'a Project,
        cache: Rc<Cache<'a>>,
        own: Option<(usize, OnceCell<Option<Rc<Frame<'a>>>>)>,
        host: Option<&'h dyn Host<'a>>,
        limits: Limits,
    ) -> Self {
        Self {
            project,
            cache,
            own,
            host,
            classes: RefCell::default(),
            frames: RefCell::default(),
            objects: RefCell::default(),
            importing: RefCell::default(),
            conditions: RefCell::default(),
            depth: Cell::new(0),
            calls: Cell::new(0),
            budget: Cell::new(limits.budget),
            whole_budget: Cell::new(limits.whole),
            limits,
            reading: Cell::new(0),
            annotating: Cell::new(false),
            literals: RefCell::default(),
            attempts: Cell::new(0),
            raised: Cell::new(false),
            concerning: RefCell::default(),
            concerned: Cell::new(0),
            aside: Cell::new(None),
            sites: RefCell::default(),
            waiting: RefCell::default(),
        }
    }
}

impl<'a> Interpreter<'_, 'a> {
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
