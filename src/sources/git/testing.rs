//! Temporary repositories for the tests of this folder.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use camino::Utf8PathBuf;

use super::Git;
use crate::sources::files::Root;

pub(super) struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    pub(super) fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(repository.path("")).expect("made");
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// Returns a path in the repository, which lies one folder deep so that there is room beside it.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("repository").join(path)
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub(super) fn git(&self, arguments: &[&str]) {
        assert_eq!(self.try_git(arguments), Ok(()), "{arguments:?}");
    }

    pub(super) fn try_git(&self, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")) {
            command.env_remove(name);
        }
        let output = command
            .current_dir(self.path(""))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .output()
            .expect("git runs");
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub(super) fn root(&self) -> Root {
        self.folder("")
    }

    pub(super) fn folder(&self, path: &str) -> Root {
        let path = Utf8PathBuf::from_path_buf(self.path(path)).expect("UTF-8");
        Root::open(&path).expect("a root")
    }

    /// Returns git at the top, in an environment of its own.
    pub(super) fn here(&self) -> Git {
        self.git_in(&self.root(), &[])
    }

    pub(super) fn git_in(&self, root: &Root, variables: &[(&str, PathBuf)]) -> Git {
        let own = [("GIT_CONFIG_GLOBAL", "/dev/null".into()), ("GIT_CONFIG_NOSYSTEM", "1".into())];
        let all = own.iter().chain(variables);
        Git::with_environment(
            root,
            all.map(|(name, value): &(&str, PathBuf)| (OsString::from(name), value.into())).collect(),
        )
    }
}
