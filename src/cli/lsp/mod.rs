//! `lawbook lsp`: a language server over standard input and output. What it knows is in `app::lsp`; here is the protocol.

mod answers;
mod capabilities;
mod diagnostics;
mod folder;
mod positions;
mod server;
mod transport;

use std::collections::VecDeque;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use lsp_server::{ErrorCode, Message, RequestId, Response};

use super::{CLEAN, FOUND, Failure};
use server::{Phase, Server};
use transport::Input;

/// So long nothing must be typed before it is judged.
const QUIET: Duration = Duration::from_millis(15);

/// Serves until the editor says `exit`, or is gone.
pub(super) fn run() -> Result<u8, Failure> {
    let (sender, receiver) = mpsc::channel();
    let reader = sender.clone();
    std::thread::spawn(move || transport::read(&mut io::stdin().lock(), &reader));
    let mut server = Server::new(sender);
    let mut queue = VecDeque::new();
    while server.phase != Phase::Ended {
        let Some(input) = next(&mut server, &mut queue, &receiver)? else { break };
        match input {
            Input::End => break,
            Input::Broken(why) => server.log(&format!("a message that is none was left out: {why}")),
            Input::Touched(batch) => server.touched(&batch),
            Input::Message(message) => handle(&mut server, message, &queue),
        }
        send(&mut server)?;
    }
    // An end without `shutdown` is one that nobody asked for.
    Ok(if server.was_shut_down { CLEAN } else { FOUND })
}

/// Returns what is to be handled next. When nothing more comes for a moment, what was changed is judged: once for a
/// burst of keystrokes.
fn next(server: &mut Server, queue: &mut VecDeque<Input>, receiver: &Receiver<Input>) -> io::Result<Option<Input>> {
    loop {
        queue.extend(receiver.try_iter());
        if let Some(input) = queue.pop_front() {
            return Ok(Some(input));
        }
        if !server.is_stale() {
            return Ok(receiver.recv().ok());
        }
        match receiver.recv_timeout(QUIET) {
            Ok(input) => queue.push_back(input),
            Err(RecvTimeoutError::Timeout) => {
                if guarded(server, Server::judge).is_none() {
                    server.start_over();
                }
                send(server)?;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

fn handle(server: &mut Server, message: Message, queue: &VecDeque<Input>) {
    match message {
        Message::Request(request) => {
            let id = request.id.clone();
            if queue.iter().any(|input| cancels(input, &id)) {
                let message = "cancelled by the client".to_owned();
                server.send(Response::new_err(id, ErrorCode::RequestCanceled as i32, message));
            } else if guarded(server, |server| server.request(request)).is_none() {
                server.start_over();
                let message = "this is a fault of lawbook".to_owned();
                server.send(Response::new_err(id, ErrorCode::InternalError as i32, message));
            }
        }
        Message::Notification(notification) => {
            guarded(server, |server| server.notification(notification));
        }
        // Answers to what the server asked need nothing done.
        Message::Response(_) => {}
    }
}

/// Does something that must not end the server, whatever happens; `None` when it went wrong.
fn guarded(server: &mut Server, action: impl FnOnce(&mut Server)) -> Option<()> {
    catch_unwind(AssertUnwindSafe(|| action(server))).ok()
}

fn cancels(input: &Input, id: &RequestId) -> bool {
    let Input::Message(Message::Notification(notification)) = input else { return false };
    let cancelled = || serde_json::from_value::<RequestId>(notification.params.get("id")?.clone()).ok();
    notification.method == "$/cancelRequest" && cancelled().as_ref() == Some(id)
}

fn send(server: &mut Server) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for message in server.take_messages() {
        message.write(&mut out)?;
    }
    out.flush()
}
