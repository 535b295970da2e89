//! Which changes may matter. When that is not sure, they do.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::sources::files;

/// What laws, configurations and databases are written in: such a file may matter even where git ignores it, because a
/// tool runs all files of its folder, or a model imports it.
const KINDS: &[&str] = &[
    "py", "sql", "yml", "yaml", "rhai", "ini", "cfg", "toml", "json", "db", "sqlite", "sqlite3", "mako", "sum", "env",
];

/// Files that say what is looked at.
const NAMES: &[&str] = &[".gitignore", ".ignore", ".git", "CACHEDIR.TAG", "pyvenv.cfg"];

/// Returns whether a folder of this name holds nothing of the project.
pub(super) fn is_foreign(name: &str) -> bool {
    matches!(name, ".git" | ".hg" | ".svn" | ".jj") || files::is_skipped_name(name)
}

/// Returns those of the paths below `root` that may matter.
pub(super) fn matter(root: &Path, paths: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let mut listed: BTreeMap<PathBuf, BTreeSet<OsString>> = BTreeMap::new();
    paths
        .into_iter()
        .filter(|path| {
            let Ok(relative) = path.strip_prefix(root) else { return true };
            let mut above = relative.ancestors().skip(1).filter_map(Path::file_name);
            if above.any(|name| name.to_str().is_some_and(is_foreign)) {
                return false;
            }
            let Some(name) = path.file_name() else { return true };
            if name.to_str().is_some_and(|name| is_foreign(name) && name != ".git") {
                return false;
            }
            let is_kind = path
                .extension()
                .and_then(|extension| extension.to_str())
                .is_some_and(|extension| KINDS.iter().any(|kind| extension.eq_ignore_ascii_case(kind)));
            let is_named = name.to_str().is_some_and(|name| NAMES.contains(&name));
            // What is gone cannot be asked whether it counted.
            if is_kind || is_named || !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
                return true;
            }
            let Some(folder) = path.parent() else { return true };
            listed.entry(folder.to_owned()).or_insert_with(|| list(root, folder)).contains(name)
        })
        .collect()
}

/// Returns the names of the files of a folder that are neither hidden nor ignored.
fn list(root: &Path, folder: &Path) -> BTreeSet<OsString> {
    // The folder itself may be ignored, which its own listing does not say.
    let mut below = folder;
    while below != root
        && let Some(parent) = below.parent()
    {
        if !names(parent).contains(below.file_name().unwrap_or_default()) {
            return BTreeSet::new();
        }
        below = parent;
    }
    names(folder)
}

fn names(folder: &Path) -> BTreeSet<OsString> {
    let walk = WalkBuilder::new(folder).max_depth(Some(1)).follow_links(false).build();
    walk.flatten().filter(|entry| entry.depth() == 1).map(|entry| entry.file_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_ignored_matters_only_where_a_tool_may_run_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("there");
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().expect("a parent")).expect("made");
            fs::write(root.join(path), text).expect("written");
        };
        fs::create_dir(root.join(".git")).expect("made");
        write(".gitignore", "*.log\n/build/\nversions/\n");
        let cases = [
            ("a.txt", true),
            ("a.log", false),
            ("build/a.txt", false),
            ("build/deep/a.txt", false),
            ("build/model.py", true),
            ("versions/0001_x.py", true),
            (".0001_x.py.swp", false),
            (".gitignore", true),
            ("node_modules/x/a.sql", false),
            ("app/__pycache__/a.pyc", false),
            (".git/objects/ab", false),
            ("gone.log", true),
            ("venv/pyvenv.cfg", true),
        ];
        for (path, _) in cases.iter().filter(|(path, _)| !path.starts_with("gone") && *path != ".gitignore") {
            write(path, "");
        }
        for (path, expected) in cases {
            let kept = matter(&root, BTreeSet::from([root.join(path)]));
            assert_eq!(!kept.is_empty(), expected, "{path}");
        }
        assert_eq!(matter(&root, BTreeSet::from([root.clone()])).len(), 1, "the root itself");
    }
}
