//! `lawbook watch` as a process with pipes: files change, and what it says of it is awaited. No test asserts on time.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::tree::migration;
use crate::project::{Project, copy, repository};

/// Longer than anything takes on a busy machine: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `lawbook watch`.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    /// What was said since the last time that somebody waited.
    said: String,
}

impl Watching {
    fn begin(project: &Project, arguments: &[&str]) -> Self {
        let mut command = project.command(arguments);
        heed_interrupts(&mut command);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let (sender, lines) = channel();
        let stdout = child.stdout.take().expect("a pipe");
        let stderr = child.stderr.take().expect("a pipe");
        let other = sender.clone();
        std::thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        std::thread::spawn(move || {
            BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|line| other.send(line))
        });
        Self { child, lines, said: String::new() }
    }

    /// Waits until it has said this, after what was waited for before.
    fn says(&mut self, expected: &str) -> &mut Self {
        let begun = Instant::now();
        loop {
            if let Some(at) = self.said.find(expected) {
                // The rest of the line belongs to it.
                let end = self.said[at..].find('\n').map_or(self.said.len(), |end| at + end);
                self.said.drain(..end);
                return self;
            }
            match self.lines.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
                Ok(line) => self.said += &format!("{line}\n"),
                Err(RecvTimeoutError::Timeout) => panic!("it never says {expected:?}, but\n{}", self.said),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended without {expected:?}, saying\n{}", self.said),
            }
        }
    }

    /// Interrupts it, as Ctrl-C does.
    #[cfg(unix)]
    fn interrupt(mut self) {
        use std::os::unix::process::ExitStatusExt;
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it runs");
        let status = self.child.wait().expect("it ends");
        assert_eq!(status.signal(), Some(2), "shells say 130 of it");
    }
}

/// Lets Ctrl-C do what it does in a terminal: a shell that runs the tests in the background has it ignored.
fn heed_interrupts(command: &mut std::process::Command) {
    #[cfg(unix)]
    // SAFETY: what runs between fork and exec is one call that is safe there.
    unsafe {
        use std::os::unix::process::CommandExt;
        command.pre_exec(|| {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        });
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // A test that failed leaves no process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const DROP: &str = "op.drop_column(\"deals\", \"code\")";

fn dropping(revision: &str, parent: &str) -> String {
    migration(revision, parent, DROP, DROP)
}

/// A project below the folder in which the program runs, so that it can go and come back.
fn project() -> Project {
    let project = Project::new();
    copy(&repository().join("tests/projects/plain"), &project.root().join("p"));
    project
}

#[test]
fn edits_are_judged_as_they_come() {
    let project = project();
    let versions = "p/migrations/versions";
    let mut watching = Watching::begin(&project, &["watch", "p"]);
    watching.says("nothing found").says("All clear: 2 files");

    project.write(&format!("{versions}/0003_drop.py"), dropping("0003", "\"0002\""));
    watching.says(" new").says("0003_drop.py").says("there is no column deals.code").says("Found 1 error");
    // Saved as many editors do: beside it, then moved.
    project.write(&format!("{versions}/.0003_drop.py.swp"), "x").write(&format!("{versions}/4913"), "");
    project.write(&format!("{versions}/0003_drop.py~"), migration("0003", "\"0002\"", "pass", "pass"));
    project.rename(&format!("{versions}/0003_drop.py~"), &format!("{versions}/0003_drop.py"));
    watching.says(" fixed").says("there is no column deals.code");

    // What is broken is shown, nothing is called fixed meanwhile, and it goes on.
    project.write("p/lawbook.yml", "packs: [alembic\n");
    watching.says("error: ").says("p/lawbook.yml".trim_start_matches("p/"));
    project.write("p/lawbook.yml", "packs: [alembic, ./rules]\n");
    watching.says("rules");
    project.write("p/rules/pack.yml", "title: House\n");
    let rule = "id: no-text\ntitle: A\non: migration\nforbid: { text: 'TEXT' }\nmessage: a text\n";
    project.write("p/rules/no-text.yml", rule);
    project.write(&format!("{versions}/0004_text.py"), migration("0004", "\"0003\"", "x = 'TEXT'", "pass"));
    watching.says(" new").says("a text  rules/no-text");
    project.write("p/rules/no-text.yml", rule.replace("a text", "[").replace("on:", "no:"));
    watching.says("not judged now").says("error: ");
    project.write("p/rules/no-text.yml", rule);
    watching.says("remain").says("Found 1 error");
    project.write("p/.coding-rules-exceptions.yml", "exceptions: [\n");
    watching.says("error: ").says(".coding-rules-exceptions.yml");
    project.write(
        "p/.coding-rules-exceptions.yml",
        "exceptions:\n  rules/no-text:\n    - path: '**/0004_text.py'\n      reason: seen\n",
    );
    watching.says(" fixed").says("1 finding excepted");

    // A new folder with all that is in it, which git ignores; then it moves, and is removed.
    project.write("p/.gitignore", "/service/\n*.log\n");
    project.write("p/made/alembic.ini", "[alembic]\nscript_location = m\n").write("p/made/m/env.py", "");
    project.write("p/made/m/versions/a.py", dropping("a", "None"));
    watching.says("made/m/versions/a.py");
    project.write("p/made/m/versions/b.py", dropping("b", "\"a\""));
    watching.says("made/m/versions/b.py");
    project.rename("p/made", "p/moved");
    watching.says("moved/m/versions/b.py");
    project.write("p/moved/m/versions/c.py", dropping("c", "\"b\""));
    watching.says("moved/m/versions/c.py");
    project.delete("p/moved");
    watching.says(" fixed").says("moved/m/versions/c.py");

    // The root itself goes, and comes back.
    let away = project.root().join("away");
    copy(&project.root().join("p"), &away);
    project.delete("p");
    watching.says("error: ");
    project.rename("away", "p");
    watching.says("1 finding excepted");
    project.delete("p/.coding-rules-exceptions.yml");
    watching.says(" new").says("a text");
    #[cfg(unix)]
    watching.interrupt();
}

#[test]
fn git_moves_the_work_tree() {
    let project = project();
    let git = |arguments: &[&str], ends_well: bool| {
        let output = project.git_command(arguments).current_dir(project.root().join("p")).output().expect("git runs");
        assert_eq!(
            output.status.success(),
            ends_well,
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    git(&["init", "-q"], true);
    git(&["add", "-A"], true);
    git(&["commit", "-q", "-m", "first"], true);
    git(&["checkout", "-q", "-b", "feature"], true);
    project.write("p/migrations/versions/0003_feature.py", dropping("0003f", "\"0002\""));
    project.write("p/notes.txt", "feature\n");
    git(&["add", "-A"], true);
    git(&["commit", "-q", "-m", "feature"], true);

    let mut watching = Watching::begin(&project, &["check", "--watch", "p", "--since", "main"]);
    watching.says(" found").says("0003_feature.py").says("Found");
    git(&["checkout", "-q", "main"], true);
    watching.says(" fixed").says("All clear: 2 files");
    project.write("p/migrations/versions/0003_main.py", migration("0003m", "\"0002\"", "pass", "pass"));
    project.write("p/notes.txt", "main\n");
    git(&["add", "-A"], true);
    git(&["commit", "-q", "-m", "main"], true);
    git(&["checkout", "-q", "feature"], true);
    watching.says(" new").says("0003_feature.py");
    // It stops for a conflict: two heads are told of, as they are there; then it goes on.
    git(&["rebase", "-q", "main"], false);
    watching.says(" new").says("multiple-heads");
    project.write("p/notes.txt", "both\n");
    git(&["add", "-A"], true);
    git(&["-c", "core.editor=true", "rebase", "--continue"], true);
    let mended = project.read("p/migrations/versions/0003_feature.py").replace("0002", "0003m").replace(DROP, "pass");
    project.write("p/migrations/versions/0003_feature.py", mended);
    watching.says(" fixed").says("multiple-heads");
}

#[test]
fn files_are_looked_at_where_the_system_does_not_tell() {
    let project = project();
    let mut watching = Watching::begin(&project, &["watch", "p", "--poll", "1"]);
    watching.says("All clear: 2 files");
    project.write("p/migrations/versions/0003_drop.py", dropping("0003", "\"0002\""));
    watching.says(" new").says("0003_drop.py");
    project.write("p/made/alembic.ini", "[alembic]\nscript_location = m\n").write("p/made/m/env.py", "");
    project.write("p/made/m/versions/a.py", dropping("a", "None"));
    watching.says("made/m/versions/a.py");
    project.delete("p/made");
    watching.says(" fixed").says("made/m/versions/a.py");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let project = project();
    for option in ["--staged", "--format=json", "--output=x", "--show-unknown"] {
        let ran = project.run(&["check", "--watch", option]);
        assert_eq!(ran.exit, Some(2), "{option}");
        assert!(ran.stderr.contains("'--watch'") && ran.stderr.contains("cannot be used with"), "{}", ran.stderr);
    }
    let ran = project.run(&["watch", "gone"]);
    assert_eq!(ran.exit, Some(2));
    assert!(ran.stderr.contains("there is no file or folder `") && ran.stderr.contains("gone`"), "{}", ran.stderr);
}
