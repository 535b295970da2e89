//! What a program prints: only the end is kept, however much it is, and what it says about its progress.

use std::io::Read;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use regex::Regex;

/// How much of each stream is kept.
const KEPT: usize = 64 * 1024;
/// A line that is longer says nothing about progress.
const LONGEST_LINE: usize = 4 * 1024;

/// The end of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    /// Whether something before it was dropped.
    cut: bool,
    /// The line that is being written.
    line: Vec<u8>,
    /// The migration that was named last.
    step: Option<String>,
}

impl Tail {
    fn push(&mut self, chunk: &[u8]) {
        self.watch_lines(chunk);
        self.bytes.extend_from_slice(chunk);
        // Dropped rarely and in large pieces, so that each byte is moved about once.
        if self.bytes.len() > 2 * KEPT {
            self.shorten();
        }
    }

    /// Looks for what is said about progress. Lines between the first and the last of a chunk are only taken apart when
    /// one of them can say something.
    fn watch_lines(&mut self, chunk: &[u8]) {
        let Some(first) = memchr::memchr(b'\n', chunk) else { return self.add_to_line(chunk) };
        self.add_to_line(&chunk[..first]);
        self.end_line();
        let last = memchr::memrchr(b'\n', chunk).unwrap_or(first);
        let middle = &chunk[first..last];
        if says_something(middle) {
            for line in middle.split(|byte| *byte == b'\n') {
                self.add_to_line(line);
                self.end_line();
            }
        }
        self.add_to_line(&chunk[last + 1..]);
    }

    fn add_to_line(&mut self, part: &[u8]) {
        if self.line.len() + part.len() <= LONGEST_LINE {
            self.line.extend_from_slice(part);
        }
    }

    fn end_line(&mut self) {
        if says_something(&self.line)
            && let Some(step) = migration(&String::from_utf8_lossy(&self.line))
        {
            self.step = step;
        }
        self.line.clear();
    }

    fn shorten(&mut self) {
        if self.bytes.len() > KEPT {
            self.bytes.drain(..self.bytes.len() - KEPT);
            self.cut = true;
        }
    }

    /// Returns the end of the stream: whole lines, because half of a secret could not be recognised.
    fn text(&mut self) -> String {
        self.shorten();
        let start = match self.cut {
            true => self.bytes.iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| at + 1),
            false => 0,
        };
        let text = String::from_utf8_lossy(&self.bytes[start..]);
        if self.cut { format!("[...]\n{text}") } else { text.into_owned() }
    }
}

/// Returns whether a word stands there that begins a message of Alembic or Django.
fn says_something(bytes: &[u8]) -> bool {
    [&b"Running "[..], b"pplying "].iter().any(|word| memchr::memmem::find(bytes, word).is_some())
}

/// Reads what a line says about the migration that runs: `Some(None)` when the one that was named is done.
fn migration(line: &str) -> Option<Option<String>> {
    // Alembic: `INFO  [alembic.runtime.migration] Running upgrade 1a2b -> 3c4d, add users`.
    static ALEMBIC: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"Running (upgrade|downgrade|stamp_revision) +(\S.*?|) ?-> *(.*)").expect("valid"));
    // Django: `  Applying auth.0001_initial... OK`.
    static DJANGO: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*(?:Applying|Unapplying) ([\w.]+)\.\.\.\s*(OK)?").expect("valid"));
    if let Some(found) = ALEMBIC.captures(line) {
        let (kind, from, to) = (&found[1], found[2].trim(), found[3].trim());
        let from = if from.is_empty() { String::new() } else { format!("{from} ") };
        return Some(Some(format!("{kind} {from}-> {to}").trim_end().to_owned()));
    }
    let found = DJANGO.captures(line)?;
    Some(found.get(2).is_none().then(|| found[1].to_owned()))
}

/// A thread that reads a stream to its end.
#[derive(Debug)]
pub(super) struct Reader {
    tail: Arc<Mutex<Tail>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Starts to read.
    pub(super) fn start(stream: Option<impl Read + Send + 'static>) -> Self {
        let tail = Arc::new(Mutex::new(Tail::default()));
        let shared = Arc::clone(&tail);
        let thread = stream.and_then(|mut stream| {
            let read = move || {
                let mut buffer = vec![0; 32 * 1024];
                loop {
                    match stream.read(&mut buffer) {
                        Ok(0) => return,
                        Ok(count) => shared.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..count]),
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(_) => return,
                    }
                }
            };
            std::thread::Builder::new().name("output".to_owned()).spawn(read).ok()
        });
        Self { tail, thread }
    }

    /// Waits for the end of the stream, though not for long: a program that left its group may hold it open for ever.
    pub(super) fn settle(&self, deadline: Instant) {
        while self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Returns the end of what was read so far.
    pub(super) fn text(&self) -> String {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).text()
    }

    /// Returns the migration that was named last.
    pub(super) fn step(&self) -> Option<String> {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        // The last line may have no end.
        tail.end_line();
        tail.step.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Reader {
        let reader = Reader::start(Some(std::io::Cursor::new(text.to_vec())));
        reader.settle(Instant::now() + Duration::from_secs(10));
        reader
    }

    #[test]
    fn the_migration_that_runs_is_told() {
        let prefix = "INFO  [alembic.runtime.migration] ";
        for (text, expected) in [
            (format!("{prefix}Running upgrade  -> 1a2b, first\n"), Some("upgrade -> 1a2b, first")),
            (
                format!("{prefix}Running upgrade  -> 1a2b\n{prefix}Running upgrade 1a2b -> 3c4d, add: 'x'\nboom\n"),
                Some("upgrade 1a2b -> 3c4d, add: 'x'"),
            ),
            (format!("{prefix}Running downgrade 3c4d -> 1a2b, x\n"), Some("downgrade 3c4d -> 1a2b, x")),
            (format!("{prefix}Running downgrade 1a2b -> "), Some("downgrade 1a2b ->")),
            (format!("{prefix}Running upgrade a1, b2 -> c3, merge"), Some("upgrade a1, b2 -> c3, merge")),
            (
                "  Applying auth.0001_initial... OK\n  Applying auth.0002_x...Traceback\n".to_owned(),
                Some("auth.0002_x"),
            ),
            ("  Applying auth.0001_initial... OK\nTraceback\n".to_owned(), None),
            ("Running tests\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(read(text.as_bytes()).step().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn only_the_end_is_kept_and_the_step_all_the_same() {
        let mut text = b"Running upgrade a -> b, big\n".to_vec();
        for number in 0..200_000 {
            text.extend_from_slice(format!("line {number} of many\n").as_bytes());
        }
        let reader = read(&text);
        let kept = reader.text();
        assert!(kept.len() <= KEPT + 10 && kept.len() > KEPT / 2, "{}", kept.len());
        assert!(kept.starts_with("[...]\nline "), "{}", &kept[..40]);
        assert!(kept.ends_with("line 199999 of many\n"));
        assert!(reader.tail.lock().unwrap().bytes.capacity() <= 8 * KEPT);
        assert_eq!(reader.step().as_deref(), Some("upgrade a -> b, big"));
    }

    #[test]
    fn one_endless_line_and_bytes_that_are_no_text_do_no_harm() {
        let reader = read(&vec![b'x'; 10_000_000]);
        assert_eq!(reader.text(), "[...]\n");
        assert_eq!(read(b"\xff\xfe caf\xc3\xa9 \x00\n").text(), "\u{fffd}\u{fffd} café \0\n");
    }
}
