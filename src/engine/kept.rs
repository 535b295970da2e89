//! What files gave in an earlier run.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::file_pass::FileResult;
use super::inputs::Input;
use super::migration_pass::KeptMigrations;
use crate::model::facts::Graph;

/// What files gave in an earlier run by the same laws, for a run that finds most of them unchanged.
#[derive(Debug, Default)]
pub struct KeptFiles {
    files: FxHashMap<Arc<str>, KeptFile>,
    /// The graphs that they made, by number of the tree.
    pub(super) graphs: Vec<Arc<Graph>>,
    /// What judging gave that had to wait for all of them.
    pub(super) migrations: KeptMigrations,
}

#[derive(Debug)]
pub(super) struct KeptFile {
    pub(super) input: Input,
    pub(super) result: Option<Arc<FileResult>>,
}

impl KeptFiles {
    /// Forgets what a file gave: it is another one now.
    pub fn forget(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// Forgets what the files below a folder gave, which ends with a slash.
    pub fn forget_below(&mut self, folder: &str) {
        self.files.retain(|path, _| !path.starts_with(folder));
    }

    /// Returns what a file gave, if it is the same one.
    pub(super) fn get(&self, input: &Input) -> Option<&Option<Arc<FileResult>>> {
        let kept = self.files.get(&input.found.path)?;
        (kept.input == *input).then_some(&kept.result)
    }

    /// Keeps what files gave.
    pub(super) fn extend(&mut self, files: Vec<KeptFile>) {
        self.files.extend(files.into_iter().map(|file| (file.input.found.path.clone(), file)));
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
