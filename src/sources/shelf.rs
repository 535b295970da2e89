//! The Python of a project, read and parsed once for all who ask.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::languages::python::{self, DecodeFault, Source};
use crate::model::{Location, Problem};

/// Why a file of Python has no text.
#[derive(Clone, Debug)]
pub enum Unread {
    /// It could not be read.
    Problem(Problem),
    /// Its bytes are no text in the encoding that it declares.
    NoText(DecodeFault),
}

impl Unread {
    /// Returns it as a problem with a file.
    pub fn problem(self, path: &Arc<str>) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            Self::NoText(fault) => Problem::error(fault.to_string()).at(Location::file(path.clone())).hint(fault.hint),
        }
    }
}

/// Files by path. Usable from several threads.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Whether a file stays; else it is gone when nobody holds it any more.
    keeps: bool,
    files: Mutex<FxHashMap<Arc<str>, Kept>>,
}

type Kept = Result<Arc<Source>, Unread>;

impl Shelf {
    /// Makes an empty one. `keeps` says that several will ask for the same files.
    pub fn new(keeps: bool) -> Self {
        Self { keeps, files: Mutex::default() }
    }

    /// Forgets a file; returns it if it was here.
    pub fn forget(&mut self, path: &str) -> Option<Arc<Source>> {
        self.files.get_mut().unwrap_or_else(PoisonError::into_inner).remove(path)?.ok()
    }

    /// Lets go of the syntax of some files: it will hardly be asked for again. Returns those that stand for them now.
    pub fn rest(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<Arc<Source>> {
        let files = self.files.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut resting = Vec::new();
        for (path, file) in files {
            let Ok(file) = file else { continue };
            if let Some(rested) = file.without_syntax()
                && wanted(path)
            {
                *file = Arc::new(rested);
                resting.push(file.clone());
            }
        }
        resting
    }

    /// Returns a file that is here.
    pub fn held(&self, path: &str) -> Option<Arc<Source>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).get(path)?.clone().ok()
    }

    /// Lets go of the syntax of a file.
    pub fn let_go(&self, file: &Arc<Source>) {
        let rested = Arc::new(file.at_rest());
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Ok(held)) = files.get_mut(file.path())
            && Arc::ptr_eq(held, file)
        {
            *held = rested;
        }
    }

    /// Returns the files that are here from below a folder, which ends with a slash.
    pub fn below(&mut self, folder: &str) -> Vec<Arc<str>> {
        let files = self.files.get_mut().unwrap_or_else(PoisonError::into_inner);
        files.keys().filter(|path| path.starts_with(folder)).cloned().collect()
    }

    /// Returns a file, which `read` reads if it is not here.
    ///
    /// # Errors
    /// It could not be read, or is no text.
    pub fn get(&self, path: &Arc<str>, read: impl FnOnce() -> Result<Vec<u8>, Problem>) -> Result<Arc<Source>, Unread> {
        let files = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = self.keeps.then(|| files().get(path).cloned()).flatten() {
            return kept;
        }
        let made = read().map_err(Unread::Problem).and_then(|bytes| {
            let text = python::decode(&bytes).map_err(Unread::NoText)?;
            Ok(Arc::new(Source::new(path.clone(), text.into())))
        });
        match self.keeps {
            // Who was first is right: the others share what it parses.
            true => files().entry(path.clone()).or_insert(made).clone(),
            false => made,
        }
    }
}
