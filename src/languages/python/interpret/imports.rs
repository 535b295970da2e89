//! Names: what a name means at a place, and what imports bring.

use std::rc::Rc;

use ruff_python_ast::{StmtImport, StmtImportFrom};

use super::Interpreter;
use super::frame::{Binding, Frame, FrameKind, Unit};
use super::libraries::starred;
use super::value::Value;
use crate::languages::python::names::canonical;

/// Names that Python itself binds.
const BUILTINS: &[&str] = &[
    "int",
    "str",
    "float",
    "bool",
    "bytes",
    "bytearray",
    "dict",
    "list",
    "tuple",
    "set",
    "frozenset",
    "object",
    "type",
    "len",
    "range",
    "enumerate",
    "zip",
    "map",
    "filter",
    "sorted",
    "reversed",
    "min",
    "max",
    "sum",
    "any",
    "all",
    "abs",
    "isinstance",
    "issubclass",
    "getattr",
    "setattr",
    "hasattr",
    "super",
    "property",
    "staticmethod",
    "classmethod",
    "print",
    "repr",
    "callable",
    "iter",
    "next",
    "id",
    "hash",
    "vars",
    "locals",
    "globals",
    "Exception",
    "ValueError",
    "TypeError",
    "KeyError",
    "ImportError",
    "ModuleNotFoundError",
    "AttributeError",
    "RuntimeError",
    "NotImplemented",
    "NotImplementedError",
    "complex",
    "memoryview",
    "slice",
    "round",
    "ord",
    "chr",
    "format",
    "open",
    "dir",
];

impl<'a> Interpreter<'_, 'a> {
    /// Returns the frame of a module, without reading its statements; `None` for a file that is no Python.
    pub fn module_frame(&self, file: usize) -> Option<Rc<Frame<'a>>> {
        let make = || {
            let module = self.project.module(file)?;
            Some(Frame::new(FrameKind::Module(Unit::new(module.body())), file, None))
        };
        match &self.own {
            Some((own, frame)) if *own == file => frame.get_or_init(make).clone(),
            _ => self.cache.modules[file].get_or_init(make).clone(),
        }
    }

    /// Reads all statements of a module.
    pub fn read_module(&self, file: usize) {
        let Some(frame) = self.module_frame(file) else { return };
        let FrameKind::Module(unit) = &frame.kind else { return };
        if unit.whole.replace(true) {
            return;
        }
        for number in 0..unit.body.len() {
            self.read_statement(unit, number, &frame);
        }
    }

    fn read_statement(&self, unit: &Unit<'a>, number: usize, frame: &Rc<Frame<'a>>) {
        if !unit.done.borrow_mut().insert(number) {
            return;
        }
        // What surrounds the one who needed the name does not surround the statement.
        let conditions = self.conditions.take();
        let annotating = self.annotating.replace(false);
        let budget = self.budget.replace(self.limits.budget);
        self.reading.set(self.reading.get() + 1);
        let _ = self.statement(&unit.body[number], frame);
        self.reading.set(self.reading.get() - 1);
        self.budget.set(budget);
        self.annotating.set(annotating);
        self.conditions.replace(conditions);
    }

    /// Returns what a name means in a frame; `None` if nothing binds it.
    pub fn name(&self, name: &'a str, frame: &Rc<Frame<'a>>) -> Option<Value<'a>> {
        let mut next = Some(frame);
        let mut innermost = true;
        while let Some(frame) = next {
            match &frame.kind {
                FrameKind::Module(_) => return self.global(name, frame).or_else(|| builtin(name, self, frame)),
                FrameKind::Class(_) if !innermost => {}
                _ => {
                    if let Some(binding) = frame.own(name) {
                        return Some(self.force(name, binding, frame));
                    }
                }
            }
            innermost = false;
            next = frame.parent.as_ref();
        }
        None
    }

    /// Returns what a module binds a name to, reading the statements that bind it if they have not been read.
    pub fn global(&self, name: &'a str, frame: &Rc<Frame<'a>>) -> Option<Value<'a>> {
        let FrameKind::Module(unit) = &frame.kind else { return None };
        if let Some(numbers) = unit.index.get(name)
            && (!unit.whole.get() || frame.own(name).is_none())
        {
            for number in numbers {
                self.read_statement(unit, *number, frame);
            }
        }
        if let Some(binding) = frame.own(name) {
            return Some(self.force(name, binding, frame));
        }
        unit.stars.iter().rev().find_map(|(level, module)| {
            let Some(file) = self.project.find(frame.file, *level, module) else {
                return starred(module, name).map(Value::external);
            };
            if file == frame.file || !self.spend() {
                return None;
            }
            let there = self.module_frame(file)?;
            self.global(name, &there)
        })
    }

    fn force(&self, name: &'a str, binding: Binding<'a>, frame: &Rc<Frame<'a>>) -> Value<'a> {
        match binding {
            Binding::Value(value) => value,
            Binding::Import { level, module, member } => {
                // Two modules that lend each other a name.
                let key = (frame.file, name);
                if !self.importing.borrow_mut().insert(key) {
                    return Value::unknown(format!("`{name}` is imported in a circle"));
                }
                let value = self.imported(frame.file, level, &module, member);
                self.importing.borrow_mut().remove(&key);
                if !matches!(value, Value::Unknown(_)) {
                    frame.set(name, value.clone());
                }
                value
            }
        }
    }

    /// Returns what `from module import member` brings, or `import module`.
    fn imported(&self, from: usize, level: u32, module: &str, member: Option<&'a str>) -> Value<'a> {
        let Some(member) = member else {
            return match self.project.find(from, level, module) {
                Some(file) => Value::Module(file),
                None => Value::external(canonical(module.to_owned())),
            };
        };
        if let Some(file) = self.project.find(from, level, module) {
            // `from . import states` in the package itself: what else than the module?
            if file == from
                && let Some(file) = self.project.submodule(file, member)
            {
                return Value::Module(file);
            }
            return self.member_of(file, member);
        }
        let dotted = if module.is_empty() { member.to_owned() } else { format!("{module}.{member}") };
        match self.project.find(from, level, &dotted) {
            Some(file) => Value::Module(file),
            None if level > 0 => {
                Value::unknown(format!("the module `{}{module}` was not read", ".".repeat(level as usize)))
            }
            None => Value::external(canonical(dotted)),
        }
    }

    /// Returns what a name of a module means.
    pub fn named(&self, file: usize, name: &str) -> Value<'a> {
        self.member_of(file, name)
    }

    /// Returns a name of another module.
    pub(super) fn member_of(&self, file: usize, name: &str) -> Value<'a> {
        if self.depth.get() >= super::DEEPEST {
            return Value::unknown("nested too deeply");
        }
        self.depth.set(self.depth.get() + 1);
        let found = self.module_frame(file).and_then(|frame| {
            let FrameKind::Module(unit) = &frame.kind else { return None };
            // The index holds the name with the lifetime of the source.
            match unit.index.get_key_value(name) {
                Some((name, _)) => self.global(name, &frame),
                None => self.star_member(unit, &frame, name),
            }
        });
        self.depth.set(self.depth.get() - 1);
        found
            .or_else(|| self.project.submodule(file, name).map(Value::Module))
            .unwrap_or_else(|| Value::unknown(format!("`{name}` was not found in `{}`", self.project.dotted(file))))
    }

    fn star_member(&self, unit: &Unit<'a>, frame: &Frame<'a>, name: &str) -> Option<Value<'a>> {
        unit.stars.iter().rev().find_map(|(level, module)| {
            let Some(file) = self.project.find(frame.file, *level, module) else {
                return starred(module, name).map(Value::external);
            };
            if file == frame.file {
                return None;
            }
            match self.member_of(file, name) {
                Value::Unknown(_) => None,
                value => Some(value),
            }
        })
    }

    pub(super) fn import(&self, import: &'a StmtImport, frame: &Rc<Frame<'a>>) {
        for alias in &import.names {
            let (name, path) = match &alias.asname {
                Some(name) => (name.as_str(), alias.name.as_str()),
                None => {
                    let first = alias.name.split('.').next().unwrap_or(&alias.name);
                    (first, first)
                }
            };
            self.bind_import(name, Binding::Import { level: 0, module: path.into(), member: None }, frame);
        }
    }

    pub(super) fn import_from(&self, import: &'a StmtImportFrom, frame: &Rc<Frame<'a>>) {
        let module: Rc<str> = import.module.as_ref().map_or("", |module| module.as_str()).into();
        for alias in import.names.iter().filter(|alias| &alias.name != "*") {
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let binding =
                Binding::Import { level: import.level, module: module.clone(), member: Some(alias.name.as_str()) };
            self.bind_import(name, binding, frame);
        }
    }

    fn bind_import(&self, name: &'a str, binding: Binding<'a>, frame: &Rc<Frame<'a>>) {
        frame.names.borrow_mut().insert(name, binding);
    }
}

fn builtin<'a>(name: &str, interpreter: &Interpreter<'_, 'a>, frame: &Frame<'a>) -> Option<Value<'a>> {
    match name {
        "__name__" => Some(Value::text(interpreter.project.dotted(frame.file))),
        _ if BUILTINS.contains(&name) => Some(Value::external(format!("builtins.{name}"))),
        _ => None,
    }
}
