//! The files of a project, and how an import finds them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ruff_python_ast::Expr;
use ruff_text_size::TextSize;
use rustc_hash::FxHashMap;

use crate::languages::python::source::Source;
use crate::languages::python::syntax::Module;

/// The files of a project.
#[derive(Clone, Debug)]
pub struct Project {
    files: Arc<Files>,
    /// What stands here for some of them, once somebody lends it.
    own: FxHashMap<usize, OnceLock<Arc<Source>>>,
}

/// The files, and their names.
#[derive(Debug)]
struct Files {
    files: Vec<Arc<Source>>,
    by_path: FxHashMap<Arc<str>, usize>,
    /// Files that were taken away.
    hidden: FxHashMap<Arc<str>, usize>,
    /// Folders that are packages: they have an `__init__.py`.
    packages: HashSet<String>,
    /// Files by the last part of their module's name.
    by_name: FxHashMap<Arc<str>, Vec<usize>>,
    /// Files that a module's name can mean, once they were looked for.
    found: Mutex<HashMap<String, Arc<[usize]>>>,
}

/// Packages that are never part of the project that is read, whatever its folders are called.
const NEVER: &[&str] = &[
    "sqlalchemy",
    "sqlmodel",
    "alembic",
    "typing",
    "typing_extensions",
    "enum",
    "datetime",
    "decimal",
    "uuid",
    "functools",
    "dataclasses",
    "pydantic",
    "flask_sqlalchemy",
    "sqlalchemy_utils",
];

impl Project {
    /// Makes one of files in order of their paths.
    pub fn new(sources: Vec<Arc<Source>>) -> Self {
        Self { files: Arc::new(Files::new(sources)), own: FxHashMap::default() }
    }

    /// Returns the same project with other sources for some of its files.
    pub fn with(&self, sources: impl IntoIterator<Item = Arc<Source>>) -> Self {
        let own = sources.into_iter().filter_map(|source| Some((self.file(source.path())?, OnceLock::from(source))));
        Self { files: self.files.clone(), own: own.collect() }
    }

    /// Returns the same project with places for other sources of some of its files.
    pub fn with_places<'p>(&self, paths: impl IntoIterator<Item = &'p Arc<str>>) -> Self {
        let own = paths.into_iter().filter_map(|path| Some((self.file(path)?, OnceLock::new())));
        Self { files: self.files.clone(), own: own.collect() }
    }

    /// Lends another source for a file that has a place for one. Who got the file before keeps what it got.
    pub fn lend(&self, source: &Arc<Source>) {
        if let Some(place) = self.file(source.path()).and_then(|file| self.own.get(&file)) {
            let _ = place.set(source.clone());
        }
    }

    /// Puts a file in the place of the one with its path, or takes that away. Returns whether that could be done: one that
    /// was never there has no place, and what others hold stays as it is.
    pub fn put(&mut self, path: &Arc<str>, file: Option<Arc<Source>>) -> bool {
        Arc::get_mut(&mut self.files).is_some_and(|files| files.put(path, file))
    }

    pub fn len(&self) -> usize {
        self.files.files.len()
    }

    pub fn source(&self, file: usize) -> &Source {
        self.own.get(&file).and_then(OnceLock::get).unwrap_or_else(|| &self.files.files[file])
    }

    pub fn path(&self, file: usize) -> &Arc<str> {
        self.files.path(file)
    }

    /// Returns the file with a path.
    pub fn file(&self, path: &str) -> Option<usize> {
        self.files.by_path.get(path).copied()
    }

    /// Returns the syntax of a file; `None` for one that is no Python.
    pub fn module(&self, file: usize) -> Option<&Module> {
        self.source(file).module()
    }

    /// Returns what the annotation that starts as a string at an offset says.
    pub fn annotation(&self, file: usize, at: TextSize) -> Option<&Expr> {
        self.source(file).annotations().get(&at).map(|parsed| parsed.expr())
    }

    /// Returns the file that `module` names in an import of `level` dots in a file.
    pub fn find(&self, from: usize, level: u32, module: &str) -> Option<usize> {
        self.files.find(from, level, module)
    }

    /// Returns the file of a module inside a package.
    pub fn submodule(&self, package: usize, name: &str) -> Option<usize> {
        self.files.submodule(package, name)
    }

    /// Returns the dotted name of a file's module, from the outermost package on.
    pub fn dotted(&self, file: usize) -> String {
        self.files.dotted(file)
    }
}

impl Files {
    fn new(sources: Vec<Arc<Source>>) -> Self {
        let mut all = Self {
            files: sources,
            by_path: FxHashMap::default(),
            hidden: FxHashMap::default(),
            packages: HashSet::new(),
            by_name: FxHashMap::default(),
            found: Mutex::default(),
        };
        (0..all.files.len()).for_each(|number| all.add(number));
        all
    }

    fn put(&mut self, path: &Arc<str>, file: Option<Arc<Source>>) -> bool {
        let Some(number) = self.by_path.get(path).or_else(|| self.hidden.get(path)).copied() else {
            return file.is_none();
        };
        let is_there = file.is_some();
        if let Some(file) = file {
            self.files[number] = file;
        }
        match (self.hidden.contains_key(path), is_there) {
            (true, true) => {
                self.hidden.remove(path);
                self.add(number);
            }
            (false, false) => {
                self.remove(number);
                self.hidden.insert(path.clone(), number);
            }
            _ => {}
        }
        true
    }

    fn add(&mut self, number: usize) {
        let path = self.files[number].path().clone();
        let (package, name) = module_of(&path);
        if let Some(package) = package {
            self.packages.insert(package.to_owned());
        }
        match self.by_name.get_mut(name) {
            Some(numbers) => numbers.insert(numbers.partition_point(|other| *other < number), number),
            None => _ = self.by_name.insert(name.into(), vec![number]),
        }
        self.by_path.insert(path, number);
        self.forget_found();
    }

    fn remove(&mut self, number: usize) {
        let path = self.files[number].path().clone();
        let (package, name) = module_of(&path);
        if let Some(package) = package {
            self.packages.remove(package);
        }
        if let Some(numbers) = self.by_name.get_mut(name) {
            numbers.retain(|other| *other != number);
        }
        self.by_path.remove(&path);
        self.forget_found();
    }

    fn forget_found(&mut self) {
        self.found.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn path(&self, file: usize) -> &Arc<str> {
        self.files[file].path()
    }

    fn find(&self, from: usize, level: u32, module: &str) -> Option<usize> {
        if level == 0 {
            return self.find_absolute(from, module);
        }
        let folder = self.folder(from, level)?;
        self.below(&folder, module)
    }

    fn submodule(&self, package: usize, name: &str) -> Option<usize> {
        let path = self.path(package);
        let folder = path.strip_suffix("/__init__.py").or_else(|| (&**path == "__init__.py").then_some(""))?;
        self.below(folder, name)
    }

    fn dotted(&self, file: usize) -> String {
        let path = self.path(file);
        let path = path.strip_suffix(".py").unwrap_or(path);
        let path = path.strip_suffix("/__init__").unwrap_or(path);
        let parts: Vec<&str> = path.split('/').collect();
        let mut start = parts.len() - 1;
        while start > 0 && self.packages.contains(&parts[..start].join("/")) {
            start -= 1;
        }
        parts[start..].join(".")
    }

    fn folder(&self, from: usize, level: u32) -> Option<String> {
        let path = self.path(from);
        let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for _ in 1..level {
            folder = match folder.rsplit_once('/') {
                Some((outer, _)) => outer,
                None if folder.is_empty() => return None,
                None => "",
            };
        }
        Some(folder.to_owned())
    }

    fn below(&self, folder: &str, module: &str) -> Option<usize> {
        let mut path = folder.to_owned();
        for part in module.split('.').filter(|part| !part.is_empty()) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(part);
        }
        let of = |path: String| self.by_path.get(path.as_str()).copied();
        let package = if path.is_empty() { "__init__.py".to_owned() } else { format!("{path}/__init__.py") };
        of(package).or_else(|| of(format!("{path}.py")))
    }

    fn find_absolute(&self, from: usize, module: &str) -> Option<usize> {
        let first = module.split('.').next().unwrap_or(module);
        if NEVER.contains(&first) {
            return None;
        }
        let candidates = {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            match found.get(module) {
                Some(candidates) => candidates.clone(),
                None => found.entry(module.to_owned()).or_insert(self.candidates(module).into()).clone(),
            }
        };
        // Alembic looks for modules beside `env.py` as well.
        if candidates.is_empty() {
            let mut folder = self.path(from).rsplit_once('/').map(|(folder, _)| folder);
            while let Some(inner) = folder {
                if self.by_path.contains_key(format!("{inner}/env.py").as_str()) {
                    return self.below(inner, module);
                }
                folder = inner.rsplit_once('/').map(|(outer, _)| outer);
            }
            return None;
        }
        // Trees with several roots can hold several modules of one name: the nearest is meant.
        candidates.iter().copied().max_by_key(|file| {
            let nearness = shared(self.path(*file), self.path(from));
            (nearness, std::cmp::Reverse(self.path(*file).len()), std::cmp::Reverse(*file))
        })
    }

    /// Returns the files that a module of this name can be: those whose path ends with it, below a folder that is no
    /// package.
    fn candidates(&self, module: &str) -> Vec<usize> {
        let last = module.rsplit('.').next().unwrap_or(module);
        let tail = module.replace('.', "/");
        let files = self.by_name.get(last).map_or(&[][..], Vec::as_slice);
        files
            .iter()
            .copied()
            .filter(|file| {
                let path = self.path(*file);
                let path = path.strip_suffix(".py").unwrap_or(path);
                let path = path.strip_suffix("/__init__").unwrap_or(path);
                match path.strip_suffix(tail.as_str()) {
                    Some("") => true,
                    Some(root) => root.strip_suffix('/').is_some_and(|root| !self.packages.contains(root)),
                    None => false,
                }
            })
            .collect()
    }
}

/// Returns the package that a file makes of its folder, if it does, and the last part of its module's name.
fn module_of(path: &str) -> (Option<&str>, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name.strip_suffix(".py").unwrap_or(name) {
        "__init__" => (Some(folder), folder.rsplit('/').next().unwrap_or(folder)),
        stem => (None, stem),
    }
}

/// Returns how many leading folders two paths share.
fn shared(one: &str, two: &str) -> usize {
    one.split('/').zip(two.split('/')).take_while(|(one, two)| one == two).count()
}
