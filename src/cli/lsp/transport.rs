//! Messages from the editor. One that is broken is left out, and the next is read.

use std::io::{BufRead, Read};
use std::sync::mpsc::Sender;

use lsp_server::Message;

use crate::app::watch::Batch;

/// A message longer than this is none.
const LONGEST: usize = 256 * 1024 * 1024;

/// What the server waits for.
pub(super) enum Input {
    Message(Message),
    /// Files changed on disk.
    Touched(Batch),
    /// A message that cannot be read, and why.
    Broken(String),
    /// The editor is gone.
    End,
}

/// Reads messages until there are no more.
pub(super) fn read(from: &mut dyn BufRead, to: &Sender<Input>) {
    while let Some(body) = body(from) {
        let input = serde_json::from_slice(&body).map_or_else(|error| Input::Broken(error.to_string()), Input::Message);
        if to.send(input).is_err() {
            return;
        }
    }
    // Nobody listens any more when the server is about to end.
    let _ = to.send(Input::End);
}

/// Returns the bytes of the next message; `None` at the end. Lines that are no headers are passed over.
fn body(from: &mut dyn BufRead) -> Option<Vec<u8>> {
    let mut length: Option<usize> = None;
    loop {
        let mut line = Vec::new();
        if Read::take(&mut *from, 4096).read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&line);
        match (line.trim(), length) {
            ("", Some(length)) => {
                let mut body = Vec::new();
                let read = Read::take(&mut *from, length as u64).read_to_end(&mut body).ok()?;
                return (read == length).then_some(body);
            }
            (header, _) => {
                let value = header.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
                let given = value.and_then(|(_, value)| value.trim().parse().ok());
                length = given.filter(|length| *length <= LONGEST).or(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn check(bytes: &[u8], expected: &[&str]) {
        let (sender, receiver) = channel();
        read(&mut &*bytes, &sender);
        let told: Vec<String> = receiver
            .try_iter()
            .map(|input| match input {
                Input::Message(Message::Notification(notification)) => notification.method,
                Input::Message(_) => "another".to_owned(),
                Input::Broken(_) => "broken".to_owned(),
                Input::Touched(_) => "touched".to_owned(),
                Input::End => "end".to_owned(),
            })
            .collect();
        assert_eq!(told, expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_broken_message_is_left_out() {
        let good = r#"{"jsonrpc":"2.0","method":"a"}"#;
        let framed = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
        check(framed(good).as_bytes(), &["a", "end"]);
        check(format!("{}{}", framed("{\"a"), framed(good)).as_bytes(), &["broken", "a", "end"]);
        check(format!("{}{}", framed("[]"), framed(good)).as_bytes(), &["broken", "a", "end"]);
        let other = format!("content-length:{}\r\nContent-Type: x\r\n\r\n{good}", good.len());
        check(other.as_bytes(), &["a", "end"]);
        check(format!("noise\n\n{}", framed(good)).as_bytes(), &["a", "end"]);
        check(b"Content-Length: 99999999999999999999\r\n\r\n{}", &["end"]);
        check(b"Content-Length: 50\r\n\r\n{}", &["end"]);
        check(&[0xff; 10_000], &["end"]);
    }
}
