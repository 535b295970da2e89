//! A project in a temporary folder, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The repository that is tested.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of its own, removed in the end.
pub struct Project {
    folder: TempDir,
}

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    /// The exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
}

impl Project {
    /// Returns an empty project.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Returns a copy of a folder of the repository.
    pub fn copy_of(folder: &str) -> Self {
        let project = Self::new();
        copy(&repository().join(folder), &project.root());
        project
    }

    /// The root, without links in its path.
    pub fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("the temporary folder is there")
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders can be made");
        std::fs::write(path, contents).expect("a file can be written");
        self
    }

    /// Returns the text of a file.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).expect("the file is there")
    }

    /// Removes a file or folder.
    pub fn delete(&self, path: &str) -> &Self {
        let path = self.root().join(path);
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.expect("it is there");
        self
    }

    /// Renames a file.
    pub fn rename(&self, from: &str, to: &str) -> &Self {
        std::fs::rename(self.root().join(from), self.root().join(to)).expect("it can be renamed");
        self
    }

    /// Makes a SQLite file of SQL.
    pub fn sqlite(&self, path: &str, sql: &str) -> &Self {
        let program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
        let mut python = Command::new("python3");
        let output = bare(&mut python).args(["-c", program, path, sql]).current_dir(self.root()).output();
        let output = output.expect("python3 is installed");
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        self
    }

    /// Runs git.
    pub fn git(&self, arguments: &[&str]) -> &Self {
        let output = self.git_command(arguments).output().expect("git is installed");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        self
    }

    /// Returns git, about to run in the root with a bare environment.
    pub fn git_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        bare(command.args(["-c", "init.defaultBranch=main"]).args(arguments)).current_dir(self.root());
        command
    }

    /// Returns the program, about to run in the root with a bare environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        // LAWBOOK_BIN tests another build, such as the one that is to be published.
        let built = std::env::var_os("LAWBOOK_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_lawbook").into());
        let mut command = Command::new(built);
        bare(&mut command).args(arguments).current_dir(self.root()).env("COLUMNS", "100").stdin(Stdio::null());
        command
    }

    /// Runs the program in the root.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }
}

/// Runs a command to its end.
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { stdout: text(output.stdout), stderr: text(output.stderr), exit: output.status.code() }
}

/// Takes the environment away but for the path: what a developer has set must not matter.
fn bare(command: &mut Command) -> &mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("LC_ALL", "C.UTF-8").env("GIT_CONFIG_NOSYSTEM", "1");
    for (name, value) in [("NAME", "Ada"), ("EMAIL", "ada@example.com"), ("DATE", "2026-01-01T00:00:00Z")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    command
}

/// Copies what is in a folder into another one.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}
