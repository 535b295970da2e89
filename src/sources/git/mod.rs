//! What git knows: which files changed, and what is staged. The `git` binary is called directly, never a shell, always
//! with NUL-separated output, in the root, so that all paths are relative to it wherever the repository begins.

mod ages;
mod batch;
mod changes;
mod history;
mod index;

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

pub use ages::{is_shallow, line_times};
pub use changes::{Changes, show, since, staged};
pub use history::{History, Version, history};
pub use index::Index;

use super::files::Root;
use crate::model::Problem;

/// The `git` binary at work in the root.
#[derive(Clone, Debug)]
struct Git {
    root: PathBuf,
    /// All `GIT_*` variables for it; those of this process are not passed on by themselves.
    environment: Vec<(OsString, OsString)>,
}

impl Git {
    /// Returns git for the root, in the environment that this process runs in: a hook sets `GIT_INDEX_FILE`, and in a
    /// linked work tree `GIT_DIR`.
    fn of(root: &Root) -> Self {
        let inherited = std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_"));
        Self::with_environment(root, inherited.collect())
    }

    fn with_environment(root: &Root, mut environment: Vec<(OsString, OsString)>) -> Self {
        let root = root.absolute.clone().into_std_path_buf();
        let has_work_tree = environment.iter().any(|(name, _)| name == "GIT_WORK_TREE");
        if let Some((_, directory)) = environment.iter_mut().find(|(name, _)| name == "GIT_DIR") {
            // A relative GIT_DIR holds for the folder of this process. And without GIT_WORK_TREE git would take the
            // folder in which it runs, the root, for the top of the work tree.
            if let Ok(absolute) = std::path::absolute(&*directory)
                && absolute.is_dir()
            {
                *directory = absolute.into();
            }
            if !has_work_tree && let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) {
                environment.push(("GIT_WORK_TREE".into(), top.into()));
            }
        }
        Self { root, environment }
    }

    /// Returns the command without its arguments, safe against the user's configuration and environment: no colours,
    /// pagers, prompts, external diffs, file monitors or locks.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.root).args(["--no-pager", "-c", "core.quotepath=off", "-c", "core.fsmonitor=false"]);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        for (name, value) in [
            ("LC_ALL", "C"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_LITERAL_PATHSPECS", "1"),
            ("GIT_PAGER", "cat"),
        ] {
            command.env(name, value);
        }
        command.env_remove("GIT_EXTERNAL_DIFF").env_remove("GIT_TRACE");
        command
    }

    /// Runs git and returns what it wrote, whatever its exit code.
    fn output(&self, arguments: &[&str], input: &[u8]) -> Result<Output, Problem> {
        let mut command = self.command();
        command.args(arguments).stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| absent(&error))?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            if let Some(mut stdin) = stdin {
                // From a thread of its own: git may answer before it has read everything. An early end of git shows
                // in its exit code.
                scope.spawn(move || drop(stdin.write_all(input)));
            }
            child.wait_with_output()
        });
        output.map_err(|error| Problem::error(format!("cannot run git: {error}")))
    }

    /// Runs git and returns what it wrote; a problem in its own words when it fails.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Problem> {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, Problem> {
        let output = self.output(arguments, input)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(arguments, &output)) }
    }

    /// Runs git and returns its one line; `None` when it says no (exit code 1) without a complaint.
    fn ask(&self, arguments: &[&str]) -> Result<Option<String>, Problem> {
        let output = self.output(arguments, &[])?;
        if output.status.success() {
            let line = String::from_utf8_lossy(&output.stdout);
            return Ok(Some(line.lines().next().unwrap_or_default().to_owned()));
        }
        if output.status.code() == Some(1) { Ok(None) } else { Err(failed(arguments, &output)) }
    }
}

fn absent(error: &std::io::Error) -> Problem {
    if error.kind() == ErrorKind::NotFound {
        Problem::error("git is needed for --since and --staged, and was not found")
            .hint("install git, or put it on PATH")
    } else {
        Problem::error(format!("cannot run git: {error}"))
    }
}

/// Returns git's complaint as a problem: its first line, with the remedy that it names, if any.
fn failed(arguments: &[&str], output: &Output) -> Problem {
    let complaint = String::from_utf8_lossy(&output.stderr);
    let mut lines = complaint.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("warning:"));
    let first = lines.next().unwrap_or("it failed without a word");
    let first = first.strip_prefix("fatal: ").or_else(|| first.strip_prefix("error: ")).unwrap_or(first);
    let command = arguments.iter().find(|argument| !argument.starts_with('-')).unwrap_or(&"");
    let problem = Problem::error(format!("git {command}: {first}"));
    if let Some(remedy) = complaint.lines().map(str::trim).find(|line| line.contains("--add safe.directory")) {
        problem.hint(format!("if you trust the repository: {remedy}"))
    } else if first.contains("not a git repository") {
        problem.hint("--since and --staged need a git repository; without them lawbook judges all files")
    } else {
        problem
    }
}

/// Splits NUL-separated output.
fn fields(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|byte| *byte == 0).filter(|field| !field.is_empty())
}

/// Returns a path that git wrote; `None` when it is not UTF-8, which listing the files reports.
fn path(field: &[u8]) -> Option<Arc<str>> {
    std::str::from_utf8(field).ok().map(Arc::from)
}

#[cfg(test)]
mod testing;
