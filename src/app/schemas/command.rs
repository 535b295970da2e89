//! Runs a command of `lawbook.yml` and returns what it prints.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::model::Problem;

/// The most that a command may print: a schema of a hundred thousand columns has a tenth of it.
const MOST: u64 = 256 * 1024 * 1024;
/// How many lines of its errors are shown.
const SHOWN: usize = 20;

/// Runs a command by the shell in a folder; returns its standard output.
///
/// # Errors
/// It cannot be started, fails, takes too long, or prints too much or no UTF-8.
pub(super) fn output(command: &str, folder: &Path, timeout: Duration) -> Result<String, Problem> {
    let mut shell = if cfg!(windows) { Command::new("cmd") } else { Command::new("sh") };
    shell.arg(if cfg!(windows) { "/C" } else { "-c" }).arg(command).current_dir(folder);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A group of its own, so that what it starts ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let failed = |why: String| Problem::error(format!("`{command}` {why}"));
    let mut child = shell.spawn().map_err(|error| failed(format!("cannot be started: {error}")))?;
    let stdout = child.stdout.take().map(|stream| thread::spawn(move || read(stream)));
    let stderr = child.stderr.take().map(|stream| thread::spawn(move || read(stream)));
    let deadline = Instant::now() + timeout;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                end(&mut child);
                return Err(failed(format!("did not end within {} seconds", timeout.as_secs()))
                    .hint("give it more time with `timeout`"));
            }
            Err(error) => return Err(failed(format!("was lost: {error}"))),
        }
    };
    let text = |stream: Option<thread::JoinHandle<Vec<u8>>>| stream.and_then(|stream| stream.join().ok());
    let (stdout, stderr) = (text(stdout).unwrap_or_default(), text(stderr).unwrap_or_default());
    if !status.success() {
        let errors = String::from_utf8_lossy(&stderr);
        let lines: Vec<&str> = errors.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
        return Err(failed(format!("failed ({status})\n{last}").trim_end().to_owned()));
    }
    if stdout.len() as u64 > MOST {
        return Err(failed(format!("printed more than {} MB", MOST >> 20)));
    }
    String::from_utf8(stdout).map_err(|_| failed("printed something that is not UTF-8".to_owned()))
}

/// Reads a stream up to a little more than the limit; the rest is thrown away, so that the command does not wait.
fn read(mut stream: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read before an error still tells what happened.
    let _ = stream.by_ref().take(MOST + 1).read_to_end(&mut bytes);
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
    bytes
}

/// Ends the command and what it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
