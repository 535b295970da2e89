//! What the user's configuration excludes, and what is never part of a project.

use camino::Utf8Path;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Root;
use crate::model::Problem;

/// Folders that hold what tools made or fetched, never the project's own files. Virtual environments and caches are
/// known by their marker file instead (`is_marked`): `target` or `venv` may be anybody's folder.
pub(super) const SKIPPED: &[(&str, &str)] = &[
    ("node_modules", "packages of npm"),
    ("site-packages", "packages of Python"),
    ("__pycache__", "compiled Python"),
    ("__pypackages__", "packages of Python (PDM)"),
];

/// Returns whether a folder says of itself that a tool made it: `pyvenv.cfg` marks a virtual environment,
/// `CACHEDIR.TAG` a cache (the `target` of cargo, the caches of pytest, mypy and ruff).
pub fn is_marked(folder: &std::path::Path) -> bool {
    folder.join("pyvenv.cfg").is_file() || folder.join("CACHEDIR.TAG").is_file()
}

/// The `exclude` patterns of the configuration, with the meaning that `.gitignore` gives them: a pattern without `/`
/// holds at any depth, a folder excludes all below it, a later `!pattern` takes back.
#[derive(Clone, Debug)]
pub struct Exclude {
    patterns: Gitignore,
}

impl Exclude {
    /// Compiles patterns; one that is no glob is a problem, and excludes nothing.
    pub fn new(root: &Root, patterns: &[String]) -> (Self, Vec<Problem>) {
        let mut builder = GitignoreBuilder::new(&root.absolute);
        let mut problems = Vec::new();
        let mut refuse = |pattern: &str, error: &ignore::Error| {
            problems.push(Problem::error(format!("`{pattern}` cannot exclude anything: {error}")));
        };
        for pattern in patterns {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            if let Err(error) = builder.add_line(None, pattern) {
                refuse(pattern, &error);
            }
        }
        let patterns = builder.build().unwrap_or_else(|error| {
            refuse(&patterns.join(" "), &error);
            Gitignore::empty()
        });
        (Self { patterns }, problems)
    }

    /// Returns whether a file, given relative to the root, is excluded by itself or with a folder that it is in.
    pub fn excludes(&self, path: &str) -> bool {
        !self.patterns.is_empty() && self.patterns.matched_path_or_any_parents(Utf8Path::new(path), false).is_ignore()
    }

    /// Returns whether a folder, given relative to the root, is excluded as a whole.
    pub fn excludes_folder(&self, path: &str) -> bool {
        // With patterns that take back, a file below may still count.
        self.patterns.num_whitelists() == 0
            && !self.patterns.is_empty()
            && self.patterns.matched_path_or_any_parents(Utf8Path::new(path), true).is_ignore()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(patterns: &[&str], path: &str, expected: bool) {
        let root = Root { absolute: "/project".into(), edited: Default::default() };
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let (exclude, problems) = Exclude::new(&root, &patterns);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(exclude.excludes(path), expected, "{patterns:?} on {path}");
    }

    #[test]
    fn patterns_mean_what_gitignore_means() {
        check(&[], "a.py", false);
        check(&["*.py"], "a/b.py", true);
        check(&["legacy"], "a/legacy/b.py", true);
        check(&["legacy/"], "legacy/b.py", true);
        check(&["/legacy"], "a/legacy/b.py", false);
        check(&["./legacy/**"], "legacy/b.py", true);
        check(&["legacy/*", "!legacy/b.py"], "legacy/b.py", false);
        check(&["a b/*.py"], "a b/ü.py", true);
    }

    #[test]
    fn a_broken_pattern_is_named() {
        let root = Root { absolute: "/project".into(), edited: Default::default() };
        let (exclude, problems) = Exclude::new(&root, &["[z-a]".to_owned(), "b".to_owned()]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.starts_with("`[z-a]` cannot exclude anything"), "{}", problems[0]);
        assert!(exclude.excludes("b"), "the others still hold");
    }
}
