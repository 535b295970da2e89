//! Running code for its effects: a host gives the things outside the project a meaning, and sees what is called in the
//! order in which it happens.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Interpreter;
use super::calls::Keywords;
use super::frame::{Frame, FrameKind};
use super::project::Project;
use super::value::{Class, Definition, Function, Object, Place, Value};

/// What gives the things outside the project a meaning. Without one, code is read for what it yields alone.
pub trait Host<'a> {
    /// Sees a call that is not followed. Returns what it yields, if that is not just an object.
    fn call(&self, interpreter: &Interpreter<'_, 'a>, call: &Call<'_, 'a>) -> Option<Value<'a>>;

    /// Returns an attribute of something outside the project, if it has a meaning.
    fn attribute(&self, interpreter: &Interpreter<'_, 'a>, of: &Value<'a>, name: &str) -> Option<Value<'a>>;

    /// Returns whether something outside the project counts as true, if that can be told.
    fn truth(&self, value: &Value<'a>) -> Option<bool>;

    /// Sees that a `with` block begins.
    fn enter(&self, context: &Value<'a>);

    /// Sees that a `with` block ends.
    fn leave(&self, context: &Value<'a>);

    /// Returns whether code of the project, by its source, may do something that the host must know of.
    fn concerns(&self, source: &str) -> bool;

    /// Sees that code of the project that concerns it is not followed, and why.
    fn cut(&self, interpreter: &Interpreter<'_, 'a>, why: Arc<str>, place: Place);
}

/// Why what comes after an error that nobody catches is not known.
pub const ENDS_IN_ERROR: &str = "what comes after an error is not followed";

/// A call that is not followed.
pub struct Call<'c, 'a> {
    pub callee: &'c Value<'a>,
    pub arguments: &'c [Value<'a>],
    pub keywords: &'c Keywords<'a>,
    pub place: Place,
}

impl<'c, 'a> Call<'c, 'a> {
    /// Returns all that is given, by position or by name.
    pub fn given(&self) -> impl Iterator<Item = &'c Value<'a>> + use<'c, 'a> {
        self.arguments.iter().chain(self.keywords.iter().map(|(_, value)| value))
    }
}

/// What stays the same between runs: the modules that are imported.
pub struct Cache<'a> {
    pub(super) modules: Vec<OnceCell<Option<Rc<Frame<'a>>>>>,
    /// What was assigned to attributes of things outside the project, by dotted name.
    pub(super) outside: RefCell<FxHashMap<String, Value<'a>>>,
    classes: RefCell<Vec<Rc<Class<'a>>>>,
    objects: RefCell<Vec<Rc<Object<'a>>>>,
    /// Frames of calls in which functions were made.
    frames: RefCell<Vec<Rc<Frame<'a>>>>,
}

/// Takes apart what holds itself: functions and the frames in which they were made, classes and theirs.
fn take_apart<'a>(frames: impl Iterator<Item = Rc<Frame<'a>>>, classes: Vec<Rc<Class<'a>>>) {
    frames.for_each(|frame| frame.clear());
    for class in classes {
        drop((class.entries.take(), class.order.take()));
        if let Some(frame) = class.frame.get() {
            frame.clear();
        }
    }
}

impl Drop for Cache<'_> {
    fn drop(&mut self) {
        let modules = self.modules.iter().filter_map(|module| module.get()?.clone());
        take_apart(modules.chain(self.frames.take()), self.classes.take());
    }
}

impl Drop for Interpreter<'_, '_> {
    fn drop(&mut self) {
        let own = self.own.as_ref().and_then(|(_, frame)| frame.get()?.clone());
        take_apart(own.into_iter().chain(self.frames.take()), self.classes.take());
    }
}

impl<'a> Cache<'a> {
    pub fn new(project: &'a Project) -> Self {
        Self {
            modules: (0..project.len()).map(|_| OnceCell::new()).collect(),
            outside: RefCell::default(),
            classes: RefCell::default(),
            objects: RefCell::default(),
            frames: RefCell::default(),
        }
    }

    /// Returns the files that somebody looked into, but for those that were run themselves.
    pub fn read(&self, project: &Project) -> HashSet<Arc<str>> {
        let read = self.modules.iter().enumerate().filter(|(_, module)| module.get().is_some());
        read.map(|(file, _)| project.path(file).clone()).collect()
    }
}

impl<'a> Interpreter<'_, 'a> {
    /// Returns all classes in the order of their making.
    pub fn classes(&self) -> Vec<Rc<Class<'a>>> {
        self.cache.classes.borrow().iter().chain(self.classes.borrow().iter()).cloned().collect()
    }

    /// Returns what calls yielded that are not followed, in the order of the calls: those whose callee somebody asked
    /// for.
    pub fn objects(&self) -> Vec<Rc<Object<'a>>> {
        self.cache.objects.borrow().iter().chain(self.objects.borrow().iter()).cloned().collect()
    }

    /// Returns the files that were looked into, but for the one that is run.
    pub fn shared(&self) -> HashSet<Arc<str>> {
        self.cache.read(self.project)
    }

    /// Returns whether something belongs to a module that outlives the run.
    fn outlives(&self, file: usize) -> bool {
        self.reading.get() > 0 && self.own.as_ref().is_some_and(|(own, _)| *own != file)
    }

    pub(super) fn keep_class(&self, class: &Rc<Class<'a>>) {
        let keep = if self.outlives(class.file) { &self.cache.classes } else { &self.classes };
        keep.borrow_mut().push(class.clone());
    }

    /// Takes note of the frame of a call, in which a function is made.
    pub(super) fn keep_frame(&self, frame: &Rc<Frame<'a>>) {
        if matches!(frame.kind, FrameKind::Function | FrameKind::Method(..)) {
            let is_own = self.own.as_ref().is_none_or(|(own, _)| *own == frame.file);
            let keep = if is_own { &self.frames } else { &self.cache.frames };
            keep.borrow_mut().push(frame.clone());
        }
    }

    pub(super) fn keep_object(&self, object: &Rc<Object<'a>>) {
        let keep = if self.outlives(object.place.file) { &self.cache.objects } else { &self.objects };
        keep.borrow_mut().push(object.clone());
    }

    /// Returns whether code is run for its effects.
    pub(super) const fn runs(&self) -> bool {
        self.host.is_some()
    }

    /// Tells the host that code is not followed.
    pub(super) fn cut(&self, why: impl Into<Arc<str>>, place: Place) {
        // Of what does nothing that the host must know of only the value is lost.
        let matters = self.aside.get() != Some(self.concerned.get());
        if let Some(host) = self.host.filter(|_| matters) {
            host.cut(self, why.into(), place);
        }
    }

    /// Returns whether a function may do something that the host must know of, by its own source.
    pub(super) fn may_concern(&self, function: &Function<'a>) -> bool {
        let (Some(host), Definition::Def(def)) = (self.host, function.definition) else { return false };
        let address = std::ptr::from_ref(def) as usize;
        if let Some(known) = self.concerning.borrow().get(&address) {
            return *known;
        }
        let place = Place { file: function.frame.file, range: ruff_text_size::Ranged::range(def) };
        let concerns = host.concerns(self.source(place));
        self.concerning.borrow_mut().insert(address, concerns);
        concerns
    }

    /// Returns whether a call is only there for its value: of a function of another file that does nothing that the host
    /// must know of, and is given nothing to do it with.
    pub(super) fn is_for_value(
        &self,
        function: &Function<'a>,
        arguments: &[Value<'a>],
        keywords: &[(Arc<str>, Value<'a>)],
    ) -> bool {
        let own = self.own.as_ref().map(|(own, _)| *own);
        let mut given = arguments.iter().chain(keywords.iter().map(|(_, value)| value));
        self.host.is_some_and(|host| !given.any(|value| host.truth(value).is_some()))
            && Some(function.frame.file) != own
            && !self.may_concern(function)
    }

    /// Notes where a text is written out, so that places inside it can be told.
    pub(super) fn note_literal(&self, text: &Arc<str>, place: Place) {
        if self.runs() && text.contains(char::is_whitespace) {
            let address = Arc::as_ptr(text).cast::<u8>() as usize;
            self.literals.borrow_mut().insert(address, (text.clone(), place));
        }
    }

    /// Returns where a text is written out as one literal; `None` if it is computed.
    pub fn literal(&self, text: &Arc<str>) -> Option<Place> {
        let address = Arc::as_ptr(text).cast::<u8>() as usize;
        self.literals.borrow().get(&address).map(|(_, place)| *place)
    }

    /// Returns what a value counts as in a condition, if that can be known.
    pub(super) fn truth(&self, value: &Value<'a>) -> Option<bool> {
        value.truth().or_else(|| self.host?.truth(value))
    }

    /// Makes the statement that is being run end in an error.
    pub fn raise(&self) {
        self.raised.set(true);
    }

    /// Returns whether the statement that is being run ends in an error.
    pub fn raises(&self) -> bool {
        self.raised.get()
    }

    /// Returns whether errors of what is being run are caught.
    pub fn attempts(&self) -> bool {
        self.attempts.get() > 0
    }

    /// Returns whether something is declared in the module that is run.
    pub fn is_own(&self, value: &Value<'a>) -> bool {
        let own = self.own.as_ref().map(|(own, _)| *own);
        match value {
            Value::Object(object) => Some(object.place.file) == own,
            Value::Class(class) => Some(class.file) == own,
            Value::Attribute(attribute) => self.is_own(&attribute.of),
            _ => false,
        }
    }

    /// Returns where the module that is run makes something happen: the place itself, or that of the call through which
    /// another file does it.
    pub fn site(&self, place: Place) -> Place {
        let Some((own, _)) = &self.own else { return place };
        if place.file == *own {
            return place;
        }
        self.sites.borrow().iter().rev().find(|site| site.file == *own).copied().unwrap_or(place)
    }

    /// Reads something aside from the run, which then goes on as if that had not been.
    pub fn aside<T>(&self, read: impl FnOnce() -> T) -> T {
        let conditions = self.conditions.take();
        let (attempts, budget) = (self.attempts.replace(0), self.budget.get());
        let result = read();
        self.raised.set(false);
        self.attempts.set(attempts);
        self.budget.set(budget);
        self.conditions.replace(conditions);
        result
    }

    /// Runs a function of the module that is run: its statements, then the body. Returns whether it has one.
    pub fn run_function(&self, name: &str) -> bool {
        let Some((own, _)) = &self.own else { return false };
        self.read_module(*own);
        self.conditions.borrow_mut().clear();
        self.raised.set(false);
        let function = match self.named(*own, name) {
            Value::Function(function) => function,
            Value::Unknown(_) => return false,
            other => {
                let _ = self.call_value(&other, Vec::new(), Vec::new(), Self::nowhere());
                return true;
            }
        };
        let place = match function.definition {
            Definition::Def(def) => {
                Place { file: function.frame.file, range: ruff_text_size::Ranged::range(&def.name) }
            }
            Definition::Lambda(lambda) => {
                Place { file: function.frame.file, range: ruff_text_size::Ranged::range(lambda) }
            }
        };
        // Parameters that a caller of Alembic's own gives: a name of an engine, nothing that can be known.
        let parameters = match function.definition {
            Definition::Def(def) => def.parameters.args.iter().filter(|parameter| parameter.default.is_none()).count(),
            Definition::Lambda(_) => 0,
        };
        let arguments = (0..parameters).map(|_| Value::unknown("what Alembic gives to the function")).collect();
        let _ = self.call_function(&function, arguments, Vec::new(), place);
        // Migrations run: an error that nobody catches is one of another database, or a misreading; not where the function
        // itself says that it always ends in one.
        let refuses = match function.definition {
            Definition::Def(def) => def.body.iter().any(ruff_python_ast::Stmt::is_raise_stmt),
            Definition::Lambda(_) => false,
        };
        if self.raised.replace(false) && !refuses {
            self.cut(ENDS_IN_ERROR, place);
        }
        true
    }
}
