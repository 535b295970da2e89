//! What changed: against a base revision (`--since`), or in the index (`--staged`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Git, fields, path};
use crate::model::Problem;
use crate::model::facts::Change;
use crate::sources::files::Root;

/// What changed, relative to the root. A path that is in neither is unchanged, or git ignores it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that exist now: added, modified or renamed.
    pub by_path: BTreeMap<Arc<str>, Change>,
    /// Files of the base that are gone and were not renamed, by path.
    pub deleted: Vec<Arc<str>>,
    /// The full name of the revision (or the empty tree) that they changed against; for `show`.
    pub base: String,
}

/// Returns what changed in the work tree, with what is staged and what is untracked but not ignored, since the merge
/// base of `revision` and `HEAD`. It is a problem when there is no such revision, or nothing in common with it.
pub fn since(root: &Root, revision: &str) -> Result<Changes, Problem> {
    Git::of(root).since(root, revision)
}

/// Returns what is staged: the index against `HEAD`, or against nothing before the first commit.
pub fn staged(root: &Root) -> Result<Changes, Problem> {
    Git::of(root).staged()
}

/// Returns the content that a file, given relative to the root, had at a base.
pub fn show(root: &Root, base: &str, path: &str) -> Result<Vec<u8>, Problem> {
    Git::of(root).show(base, path)
}

/// Every comparison: blind to the user's diff settings, with renames, relative to the root.
const DIFF: &[&str] = &[
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules=all",
    "--relative",
    "--name-status",
    "-z",
    "-M",
    "-l2000",
];

impl Git {
    pub(super) fn since(&self, root: &Root, revision: &str) -> Result<Changes, Problem> {
        let base = self.base(revision)?;
        let mut changes = Changes::read(&self.run(&[DIFF, &[&base, "--"]].concat())?);
        changes.base = base;
        let untracked = self.run(&["ls-files", "--others", "--exclude-standard", "-z", "--"])?;
        let mut gone: BTreeSet<Arc<str>> = std::mem::take(&mut changes.deleted).into_iter().collect();
        let renames = changes.renames();
        // An untracked repository inside ends in `/`: its files are its own.
        for path in fields(&untracked).filter(|field| !field.ends_with(b"/")).filter_map(path) {
            if let Some(new) = renames.get(&path) {
                // It is still there, so the other one is no rename of it.
                changes.by_path.insert(new.clone(), Change::Added);
            } else if !gone.remove(&path) {
                changes.by_path.insert(path, Change::Added);
                continue;
            }
            if root.read(&path, u64::MAX).ok() != self.show(&changes.base, &path).ok() {
                // Taken out of the index but still there: compared with what it was.
                changes.by_path.insert(path, Change::Modified);
            }
        }
        changes.deleted = gone.into_iter().collect();
        Ok(changes)
    }

    pub(super) fn staged(&self) -> Result<Changes, Problem> {
        let base = match self.head()? {
            Some(head) => head,
            None => self.ask(&["hash-object", "-t", "tree", "--stdin"])?.unwrap_or_default(),
        };
        let mut changes = Changes::read(&self.run(&[DIFF, &["--cached", &base, "--"]].concat())?);
        changes.base = base;
        Ok(changes)
    }

    pub(super) fn show(&self, base: &str, path: &str) -> Result<Vec<u8>, Problem> {
        if base.starts_with('-') {
            return Err(not_a_revision(base));
        }
        self.run(&["cat-file", "blob", &format!("{base}:./{path}")])
    }

    /// Returns the commit that `HEAD` is, or `None` before the first commit.
    fn head(&self) -> Result<Option<String>, Problem> {
        self.ask(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    }

    /// Returns the merge base of a revision and `HEAD`; the revision itself before the first commit.
    fn base(&self, revision: &str) -> Result<String, Problem> {
        // Told from options here: `--end-of-options` is younger than many installed versions of git.
        if revision.is_empty() || revision.starts_with('-') || revision.contains('\0') {
            return Err(not_a_revision(revision));
        }
        let found = self.ask(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]);
        let commit = match found {
            Ok(Some(commit)) => commit,
            Ok(None) => return Err(self.with_history(not_a_revision(revision))),
            // An ambiguous or malformed name ends with 128 all the same.
            Err(problem) if problem.message.contains("Needed a single revision") => {
                return Err(self.with_history(not_a_revision(revision)));
            }
            Err(problem) => return Err(problem),
        };
        if self.head()?.is_none() {
            return Ok(commit);
        }
        self.ask(&["merge-base", &commit, "HEAD"])?
            .ok_or_else(|| self.with_history(Problem::error(format!("`{revision}` and HEAD have no commit in common"))))
    }

    /// Adds the remedy that fits: a shallow clone, as CI makes them, lacks the history and other branches.
    fn with_history(&self, problem: Problem) -> Problem {
        let shallow = self.ask(&["rev-parse", "--is-shallow-repository"]);
        if shallow.ok().flatten().as_deref() == Some("true") {
            problem.hint(
                "this clone is shallow: fetch the history first (`git fetch --unshallow`, or `fetch-depth: 0` in CI)",
            )
        } else {
            problem.hint("name a branch, tag or commit that `git log` knows, such as origin/main")
        }
    }
}

fn not_a_revision(revision: &str) -> Problem {
    Problem::error(format!("git knows no revision `{revision}`"))
}

impl Changes {
    /// Reads the output of `git diff --name-status -z`: a status, then a path, or two for a rename.
    fn read(output: &[u8]) -> Self {
        let mut changes = Self::default();
        let mut fields = fields(output);
        while let (Some(status), Some(first)) = (fields.next(), fields.next()) {
            match status[0] {
                b'R' | b'C' => {
                    let Some(new) = fields.next().and_then(path) else { continue };
                    let change = match path(first) {
                        Some(old) if status[0] == b'R' => Change::Renamed(old),
                        _ => Change::Added,
                    };
                    changes.by_path.insert(new, change);
                }
                b'A' => changes.insert(first, Change::Added),
                b'D' => changes.deleted.extend(path(first)),
                // Modified, of another type, or unmerged.
                _ => changes.insert(first, Change::Modified),
            }
        }
        changes.deleted.sort();
        changes
    }

    /// Returns the new path of each renamed file by its old one.
    fn renames(&self) -> BTreeMap<Arc<str>, Arc<str>> {
        let renames = self.by_path.iter().filter_map(|(path, change)| match change {
            Change::Renamed(old) => Some((old.clone(), path.clone())),
            _ => None,
        });
        renames.collect()
    }

    fn insert(&mut self, field: &[u8], change: Change) {
        if let Some(path) = path(field) {
            self.by_path.insert(path, change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Repository;
    use super::*;

    fn words(changes: &Changes) -> Vec<String> {
        let deleted = changes.deleted.iter().map(|path| format!("deleted {path}"));
        let others = changes.by_path.iter().map(|(path, change)| match change {
            Change::Renamed(old) => format!("renamed {old} -> {path}"),
            change => format!("{} {path}", change.name()),
        });
        others.chain(deleted).collect()
    }

    /// A repository with a branch that changes everything that can change.
    fn branched() -> Repository {
        let repository = Repository::new();
        let long = "a line that is long enough to be recognised\n".repeat(9);
        for (path, text) in [
            ("keep.py", "1"),
            ("edit.py", "1"),
            ("gone.py", "1"),
            ("untracked again.py", "1"),
            ("back.py", "1"),
            ("sub/old name.py", long.as_str()),
            ("sub/ü\n\"x\".py", "1"),
            (".gitignore", "ignored.py\n"),
        ] {
            repository.write(path, text);
        }
        repository.commit("base");
        repository.git(&["branch", "base"]);
        repository.git(&["checkout", "-q", "-b", "side"]);
        repository.write("edit.py", "2");
        repository.git(&["rm", "-q", "gone.py"]);
        repository.git(&["mv", "sub/old name.py", "sub/new.py"]);
        repository.commit("side");
        repository.git(&["checkout", "-q", "base"]);
        repository.write("only on base.py", "1");
        repository.commit("moved on");
        repository.git(&["checkout", "-q", "side"]);
        repository.write("staged.py", "new");
        repository.git(&["add", "staged.py"]);
        repository.write("new one.py", "1");
        repository.write("ignored.py", "1");
        repository.write("sub/ü\n\"x\".py", "2");
        repository.git(&["rm", "-q", "--cached", "untracked again.py", "back.py"]);
        repository.write("back.py", "2");
        repository
    }

    #[test]
    fn since_the_merge_base() {
        let repository = branched();
        let changes = repository.here().since(&repository.root(), "base").expect("changes");
        assert_eq!(
            words(&changes),
            [
                "modified back.py",
                "modified edit.py",
                "added new one.py",
                "added staged.py",
                "renamed sub/old name.py -> sub/new.py",
                "modified sub/ü\n\"x\".py",
                "deleted gone.py",
            ]
        );
        assert_eq!(repository.here().show(&changes.base, "gone.py").expect("shown"), b"1");
        assert_eq!(repository.here().show(&changes.base, "sub/ü\n\"x\".py").expect("shown"), b"1");
        assert!(repository.here().show(&changes.base, "never.py").is_err());
    }

    #[test]
    fn a_file_taken_out_of_the_index_is_still_there() {
        let repository = Repository::new();
        repository.write("same.py", "same");
        repository.write("other.py", "other");
        repository.commit("base");
        repository.git(&["rm", "-q", "--cached", "same.py", "other.py"]);
        repository.write("copy.py", "other");
        repository.git(&["add", "copy.py"]);
        assert_eq!(
            words(&repository.here().staged().expect("changes")),
            ["renamed other.py -> copy.py", "deleted same.py"]
        );
        let changes = repository.here().since(&repository.root(), "HEAD").expect("changes");
        assert_eq!(words(&changes), ["added copy.py"]);
    }

    #[test]
    fn a_subfolder_sees_its_own_files() {
        let repository = branched();
        let root = repository.folder("sub");
        let git = repository.git_in(&root, &[]);
        let changes = git.since(&root, "base").expect("changes");
        assert_eq!(words(&changes), ["renamed old name.py -> new.py", "modified ü\n\"x\".py"]);
        assert!(git.show(&changes.base, "old name.py").expect("shown").starts_with(b"a line"));
    }

    #[test]
    fn staged_is_the_index_and_not_the_work_tree() {
        let repository = branched();
        let changes = repository.here().staged().expect("changes");
        assert_eq!(words(&changes), ["added staged.py", "deleted back.py", "deleted untracked again.py"]);
    }

    #[test]
    fn before_the_first_commit() {
        let repository = Repository::new();
        repository.write("a.py", "1");
        repository.git(&["add", "a.py"]);
        repository.write("b.py", "1");
        let changes = repository.here().staged().expect("changes");
        assert_eq!(words(&changes), ["added a.py"]);
        assert!(repository.here().since(&repository.root(), "main").is_err());
    }

    #[test]
    fn revisions_are_never_options() {
        let repository = branched();
        for revision in ["--output=evil", "-", "", "no/such branch", "a..b", "HEAD:edit.py", "@{99999}", "a\0b"] {
            let problem = repository.here().since(&repository.root(), revision).expect_err(revision);
            assert!(!repository.path("evil").exists());
            assert!(!problem.message.is_empty());
        }
        let problem = repository.here().since(&repository.root(), "gone").expect_err("no such revision");
        assert_eq!(problem.message, "git knows no revision `gone`");
    }

    #[test]
    fn a_shallow_clone_says_so() {
        let repository = branched();
        let clone = Repository::new();
        let url = format!("file://{}", repository.path("").display());
        clone.git(&["fetch", "-q", "--depth=1", &url, "side:side", "base:base"]);
        clone.git(&["checkout", "-q", "side"]);
        let problem = clone.here().since(&clone.root(), "base").expect_err("nothing in common");
        assert!(problem.message.contains("no commit in common"), "{problem}");
        assert!(problem.hint.expect("a remedy").contains("shallow"));
    }

    #[test]
    fn no_repository_and_a_distrusted_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = camino::Utf8Path::from_path(folder.path()).expect("UTF-8");
        let root = Root::open(path).expect("a root");
        let git = Git::with_environment(&root, vec![("GIT_CEILING_DIRECTORIES".into(), folder.path().into())]);
        let problem = git.staged().expect_err("no repository");
        assert!(problem.message.contains("not a git repository"), "{problem}");

        let repository = branched();
        let root = repository.root();
        let git = repository.git_in(&root, &[("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1".into())]);
        let problem = git.since(&root, "base").expect_err("distrusted");
        assert!(problem.message.contains("dubious ownership"), "{problem}");
        assert!(problem.hint.expect("a remedy").contains("--add safe.directory"));
    }

    #[test]
    fn in_a_hook_of_a_linked_work_tree() {
        let repository = branched();
        let linked = repository.path("../linked");
        repository.git(&["worktree", "add", "-q", "-f", linked.to_str().expect("UTF-8"), "base"]);
        let root = repository.folder("../linked/sub");
        std::fs::write(root.absolute.join("fresh.py"), "1").expect("written");
        let directory = repository.path(".git/worktrees/linked");
        let git = repository.git_in(&root, &[("GIT_DIR", directory.clone())]);
        git.run(&["add", "fresh.py"]).expect("added");
        let changes = git.staged().expect("changes");
        assert_eq!(words(&changes), ["added fresh.py"]);
        // `git commit PATH` hands hooks an index of its own.
        std::fs::copy(directory.join("index"), directory.join("next")).expect("copied");
        std::fs::write(root.absolute.join("later.py"), "1").expect("written");
        git.run(&["add", "later.py"]).expect("added");
        let git =
            repository.git_in(&root, &[("GIT_DIR", directory.clone()), ("GIT_INDEX_FILE", directory.join("next"))]);
        assert_eq!(words(&git.staged().expect("changes")), ["added fresh.py"]);
    }
}
