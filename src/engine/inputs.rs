//! What a run works on.

use std::sync::Arc;

use crate::languages::python;
use crate::model::facts::{AskSize, Change, ExceptionEntry, Graph, Migration, Size};
use crate::model::schema::Schema;
use crate::model::{Known, Problem};
use crate::sources::files::Found;
use crate::sources::migrations::Tree;
use crate::sources::shelf::{Shelf, Unread};

/// A file to judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub found: Found,
    pub change: Known<Change>,
    /// Named by the user, or under a folder that they named; others are read only for what the laws about graphs and
    /// the whole project need.
    pub judged: bool,
}

/// What a run works on.
pub struct Inputs<'a> {
    /// By path.
    pub files: &'a [Input],
    pub trees: &'a [Tree],
    pub exceptions: Vec<Arc<ExceptionEntry>>,
    /// The models first, then databases and files.
    pub schemas: &'a [Arc<Schema>],
    /// Replays the migrations of the graphs: tells each what it does to the schema.
    pub replay: &'a (dyn Fn(&[Arc<Graph>]) -> Replayed + Sync),
    /// Reads a file of `files`.
    pub read: &'a (dyn Fn(&Input) -> Result<Vec<u8>, Problem> + Sync),
    /// Returns the size of a file of `files` of which it is not known.
    pub ask_size: AskSize,
    /// The Python among them, shared with who replays them.
    pub shelf: &'a Shelf,
    /// Says when a file is wanted, by its path: the smaller, the sooner.
    pub rank: &'a (dyn Fn(&str) -> usize + Sync),
    /// Called after each file that was judged, with the migration that it is; as files are judged in parallel, in any
    /// order.
    pub passed: &'a (dyn Fn(&str, Option<&Arc<Migration>>) + Sync),
    /// Files larger than this many bytes are not read.
    pub size_limit: u64,
}

impl Inputs<'_> {
    /// Returns the size of a file, which is asked for only when somebody wants to know.
    pub(super) fn size(&self, input: &Input) -> Size {
        input.found.size.map_or_else(|| Size::Unasked(self.ask_size.clone()), Size::Bytes)
    }

    /// Returns whether somebody asks about a file: it is one to judge, or none of the run's.
    pub(super) fn asks_for(&self, path: &str) -> bool {
        self.find(path).is_none_or(|input| input.judged)
    }

    /// Returns whether somebody asks about every file.
    pub(super) fn asks_for_all(&self) -> bool {
        self.files.iter().all(|input| input.judged)
    }

    /// Returns a file of Python.
    pub(super) fn python(&self, input: &Input) -> Result<Arc<python::Source>, Unread> {
        let path = &input.found.path;
        match input.change {
            // What it was is nobody else's business.
            Known::Yes(Change::Deleted) => Shelf::default().get(path, || (self.read)(input)),
            _ => self.shelf.get(path, || (self.read)(input)),
        }
    }

    /// Reads a file of the run again: laws about the whole need the texts of few, so that not all are kept.
    pub(super) fn text(&self, path: &str) -> Option<Arc<str>> {
        let input = self.find(path)?;
        if is_python(path) {
            return self.python(input).ok().map(|source| source.text().clone());
        }
        python::decode(&(self.read)(input).ok()?).ok().map(Into::into)
    }

    pub(super) fn find(&self, path: &str) -> Option<&Input> {
        let index = self.files.binary_search_by(|input| input.found.path.as_ref().cmp(path)).ok()?;
        Some(&self.files[index])
    }
}

/// Returns whether a file is Python, by its name.
pub(super) fn is_python(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".pyi")
}

/// What came of replaying migrations.
#[derive(Debug, Default)]
pub struct Replayed {
    /// The schemas that they leave behind.
    pub schemas: Vec<Arc<Schema>>,
    pub problems: Vec<Problem>,
    /// Paths of the migrations that were told what they do: of graphs that were replayed before, those that are others or
    /// do something else.
    pub told: Vec<Arc<str>>,
}

/// What to keep of the files beyond what the laws ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    pub texts: bool,
    pub calls: bool,
    /// All files, also those that no law asks for.
    pub files: bool,
    /// What migrations do to the schema.
    pub operations: bool,
}
