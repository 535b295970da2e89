//! One `git cat-file --batch` that answers for the content of many objects.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{Git, absent};
use crate::model::Problem;

/// A running `git cat-file --batch`. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Batch {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What git answered for one object.
pub(super) enum Answer {
    Content(Vec<u8>),
    /// It is larger than allowed; its size.
    TooLarge(u64),
    Missing,
}

impl Batch {
    pub(super) fn start(git: &Git) -> Result<Self, Problem> {
        let mut command = git.command();
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| absent(&error))?;
        let input = child.stdin.take();
        let output = child.stdout.take().map(BufReader::new).expect("standard output is piped");
        Ok(Self { child, input, output })
    }

    /// Returns the content of an object. After an error the process must not be asked again.
    pub(super) fn content(&mut self, object: &str, size_limit: u64) -> io::Result<Answer> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(format!("{object}\n").as_bytes())?;
        input.flush()?;
        let mut header = String::new();
        if self.output.read_line(&mut header)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // `<object> blob <size>`, or `<object> missing`.
        let Some(size) = header.trim_end().rsplit_once(" blob ").and_then(|(_, size)| size.parse::<u64>().ok()) else {
            return if header.trim_end().ends_with(" missing") {
                Ok(Answer::Missing)
            } else {
                Err(io::Error::other(format!("git answered `{}`", header.trim_end())))
            };
        };
        // The content ends in a line break of its own.
        let mut content = Vec::new();
        let answer = if size > size_limit {
            io::copy(&mut (&mut self.output).take(size + 1), &mut io::sink())?;
            return Ok(Answer::TooLarge(size));
        } else {
            (&mut self.output).take(size + 1).read_to_end(&mut content)?
        };
        if answer as u64 != size + 1 || content.pop() != Some(b'\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Answer::Content(content))
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.input.take();
        drop(self.child.wait());
    }
}
