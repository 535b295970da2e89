//! The git repository that is watched along: where it is, whether it is in the middle of something, and which of its
//! files matter.

use std::fs;
use std::path::{Path, PathBuf};

/// Whether git is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Calm,
    /// A rebase has stopped half way, for a conflict or an edit, or is about to go on.
    Halfway,
    /// Git writes: to the index, and soon to the work tree.
    Locked,
}

/// The folders of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository {
    /// What belongs to the work tree: `HEAD`, the index, a rebase.
    own: PathBuf,
    /// What linked work trees share: the branches.
    common: PathBuf,
}

impl Repository {
    /// Returns the repository that a folder is in.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let git = folder.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
        if git.is_dir() {
            return Some(Self { common: git.clone(), own: git });
        }
        // A linked work tree or a submodule: a file names the folder.
        let text = fs::read_to_string(&git).ok()?;
        let own = git.parent()?.join(text.strip_prefix("gitdir:")?.trim());
        let own = fs::canonicalize(own).ok()?;
        let common = fs::read_to_string(own.join("commondir")).ok().map(|text| own.join(text.trim()));
        let common = common.and_then(|common| fs::canonicalize(common).ok());
        Some(Self { common: common.unwrap_or_else(|| own.clone()), own })
    }

    /// Returns whether git is at work.
    pub(super) fn state(&self) -> State {
        let is_there = |name: &&str| self.own.join(name).exists();
        if is_there(&"index.lock") {
            State::Locked
        } else if ["rebase-merge", "rebase-apply"].iter().any(is_there) {
            State::Halfway
        } else {
            State::Calm
        }
    }

    /// Returns the folders in which something that matters, or tells of its state, may change.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.own.clone(), self.common.clone(), self.common.join("info")];
        let mut open = vec![self.common.join("refs")];
        while let Some(folder) = open.pop() {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            open.extend(entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.path()));
            folders.push(folder);
        }
        folders.retain(|folder| folder.is_dir());
        folders.dedup();
        folders
    }

    /// Returns whether a path is one of git's own.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.own) || path.starts_with(&self.common)
    }

    /// Returns whether one of git's own files bears on what is judged: which commit is checked out, where branches
    /// stand, what is ignored.
    pub(super) fn matters(&self, path: &Path) -> bool {
        let of =
            |folder: &Path| path.strip_prefix(folder).ok().and_then(Path::to_str).map(|path| path.replace('\\', "/"));
        let matters = |path: String| {
            matches!(&*path, "HEAD" | "index" | "packed-refs" | "shallow" | "config" | "info/exclude")
                || (path.starts_with("refs/") && !path.ends_with(".lock"))
        };
        [&self.own, &self.common].into_iter().filter_map(|folder| of(folder)).any(matters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linked_work_tree_has_two_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("there");
        let git = root.join("main/.git");
        let own = git.join("worktrees/side");
        fs::create_dir_all(&own).expect("made");
        fs::create_dir_all(git.join("refs/heads/a")).expect("made");
        fs::create_dir_all(root.join("side/below")).expect("made");
        fs::write(root.join("side/.git"), format!("gitdir: {}\n", own.display())).expect("written");
        fs::write(own.join("commondir"), "../..\n").expect("written");
        let found = Repository::of(&root.join("side/below")).expect("a repository");
        assert_eq!((&found.own, &found.common), (&own, &git));
        assert!(found.folders().contains(&git.join("refs/heads/a")));
        for (path, expected) in [
            ("HEAD", true),
            ("worktrees/side/HEAD", true),
            ("worktrees/side/index.lock", false),
            ("refs/heads/main", true),
            ("refs/heads/main.lock", false),
            ("objects/ab/cd", false),
            ("info/exclude", true),
        ] {
            assert_eq!(found.matters(&git.join(path)), expected, "{path}");
        }
        assert_eq!(found.state(), State::Calm);
        fs::create_dir(own.join("rebase-merge")).expect("made");
        assert_eq!(found.state(), State::Halfway);
        fs::write(own.join("index.lock"), "").expect("written");
        assert_eq!(found.state(), State::Locked);
    }
}
