//! Which files the paths on the command line ask for.

use camino::Utf8PathBuf;

use crate::app::Workspace;

/// The files and folders that were asked for; all files where none was.
pub(super) struct Among<'a> {
    workspace: &'a Workspace,
    /// Without links, as the root is.
    paths: Vec<Utf8PathBuf>,
}

impl<'a> Among<'a> {
    pub(super) fn new(workspace: &'a Workspace, paths: &[Utf8PathBuf]) -> Self {
        let absolute = paths.iter().filter_map(|path| path.canonicalize_utf8().ok());
        Self { workspace, paths: absolute.collect() }
    }

    /// Returns whether a path, relative to the root, was asked for.
    pub(super) fn holds(&self, path: &str) -> bool {
        let absolute = self.workspace.root.absolute.join(path);
        self.paths.is_empty() || self.paths.iter().any(|asked| absolute.starts_with(asked))
    }
}
