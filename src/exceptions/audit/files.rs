//! The files of the project that an entry covers, without looking at all of them.

use std::sync::Arc;

use super::super::path::PathPattern;

/// Paths of files, sorted.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    paths: &'a [Arc<str>],
}

impl<'a> Files<'a> {
    /// Returns them; `paths` are sorted.
    pub const fn new(paths: &'a [Arc<str>]) -> Self {
        Self { paths }
    }

    /// Returns whether one is covered.
    pub fn any(&self, pattern: &PathPattern) -> bool {
        self.covered(pattern).next().is_some()
    }

    /// Returns whether a pattern may cover more than the path that it spells.
    pub fn is_many(&self, pattern: &PathPattern) -> bool {
        pattern.is_glob() || !self.has(&pattern.text) || pattern.folder_only
    }

    /// Returns those that are covered, in order.
    pub fn covered<'b>(&self, pattern: &'b PathPattern) -> impl Iterator<Item = &'a str> + use<'a, 'b> {
        // What a glob covers begins with its literal part; so does the path that it spells.
        let prefix = if pattern.is_glob() { pattern.glob_literals().0 } else { &pattern.text };
        let start = self.paths.partition_point(|path| **path < *prefix);
        let paths = self.paths[start..].iter().map(|path| &**path);
        paths.take_while(move |path| path.starts_with(prefix)).filter(|path| pattern.covers(path))
    }

    fn has(&self, path: &str) -> bool {
        self.paths.binary_search_by(|other| (**other).cmp(path)).is_ok()
    }
}
