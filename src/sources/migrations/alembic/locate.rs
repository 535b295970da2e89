//! Where a path in Alembic's configuration leads. Alembic takes relative paths from the folder in which it is started,
//! which no file names: the folder of the configuration is the likeliest, then those above it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{VersionLocation, is_version_name, is_within, join};
use crate::sources::files::{Found, Root};

/// The folders of the project, as listed and as they lie on disk.
pub(super) struct Places<'a> {
    root: &'a Root,
    /// By path.
    files: &'a [Found],
}

impl<'a> Places<'a> {
    pub(super) fn new(root: &'a Root, files: &'a [Found]) -> Self {
        Self { root, files }
    }

    /// Returns the absolute path of a folder, with `/`, as `%(here)s` has it.
    pub(super) fn absolute(&self, folder: &str) -> String {
        self.root.absolute.join(folder).as_str().trim_end_matches('/').to_owned()
    }

    /// Returns all listed files below a folder, by path.
    pub(super) fn below(&self, folder: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let prefix: Arc<str> = if folder.is_empty() { "".into() } else { format!("{folder}/").into() };
        let start = self.files.partition_point(|file| *file.path < *prefix);
        self.files[start..].iter().map(|file| &*file.path).take_while(move |path| path.starts_with(&*prefix))
    }

    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.binary_search_by(|file| (*file.path).cmp(path)).is_ok()
    }

    /// Returns whether a folder is there: listed, or on disk where `.gitignore` hides it.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.below(path).next().is_some() || self.root.is_folder(path)
    }

    /// Returns whether a folder holds an env.py, and migrations or the template for them.
    pub(super) fn is_script_folder(&self, folder: &str) -> bool {
        self.has_file(&join(folder, "env.py"))
            && (self.is_folder(&join(folder, "versions")) || self.has_file(&join(folder, "script.py.mako")))
    }

    /// Returns whether a folder itself holds files that Alembic would run.
    pub(super) fn has_versions_in(&self, folder: &str) -> bool {
        self.holds_versions(&VersionLocation { path: folder.into(), recursive: false })
    }

    /// Returns whether a version location holds files that Alembic would run.
    pub(super) fn holds_versions(&self, location: &VersionLocation) -> bool {
        let depth = if location.path.is_empty() { 0 } else { location.path.len() + 1 };
        let mut listed = self.below(&location.path).map(|path| &path[depth..]);
        listed.any(|rest| {
            let (folders, name) = rest.rsplit_once('/').unwrap_or(("", rest));
            is_version_name(name) && (folders.is_empty() || location.recursive)
        }) || self.root.file_names(&location.path).iter().any(|name| is_version_name(name))
    }

    /// Returns the folder with links followed, as the files in it are listed; as it is when it does not exist yet.
    pub(super) fn real(&self, folder: &str) -> Arc<str> {
        self.root.real_folder(folder).unwrap_or_else(|| folder.into())
    }

    /// Returns the folder that a path in a configuration leads to, and the folder from which it was taken; `None` if
    /// there is none in the project. `folder` is where the configuration lies. With `script` a folder that looks like
    /// a script folder comes before one that is merely there.
    pub(super) fn locate(
        &self,
        path: &str,
        folder: &str,
        prepended: &[String],
        script: bool,
    ) -> Option<(Arc<str>, Arc<str>)> {
        let own = self.root.absolute.join(folder);
        let bases: Vec<&Utf8Path> = own.ancestors().collect();
        let mut candidates: Vec<(Utf8PathBuf, &Utf8Path)> = Vec::new();
        match package(path) {
            // A folder inside of an importable package: from `sys.path`, which `prepend_sys_path` extends.
            Some(inside) => {
                for base in &bases {
                    let prepended = prepended.iter().map(|entry| base.join(entry));
                    let roots = prepended.chain([base.to_path_buf(), base.join("src")]);
                    candidates.extend(roots.map(|root| (root.join(&inside), *base)));
                }
            }
            None => candidates.extend(bases.iter().map(|base| (base.join(path), *base))),
        }
        let found: Vec<(Arc<str>, &Utf8Path)> = candidates
            .into_iter()
            .filter_map(|(candidate, base)| Some((self.root.relative(&candidate)?, base)))
            .filter(|(candidate, _)| self.is_folder(candidate))
            .collect();
        let chosen = found.iter().find(|(candidate, _)| !script || self.is_script_folder(candidate));
        let (chosen, base) = chosen.or_else(|| found.first())?;
        let base = self.root.relative(base).unwrap_or_default();
        let real = self.real(chosen);
        let base = if is_within(folder, &base) { base } else { folder.into() };
        Some((real, base))
    }
}

/// Returns the path in `package.name:path:more`, as folders.
fn package(path: &str) -> Option<String> {
    if Utf8Path::new(path).is_absolute() {
        return None;
    }
    let (package, inside) = path.split_once(':')?;
    Some(format!("{}/{}", package.replace('.', "/"), inside.replace(':', "/")))
}
