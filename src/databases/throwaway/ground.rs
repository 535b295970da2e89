//! What every part of a run stands on: its folder, its keeper, and who may interrupt it.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::folder::Folder;
use super::interrupt::Watch;
use super::keeper::Keeper;
use super::process::{Ended, PAUSE, Process};
use super::programs::User;
use super::session;
use crate::databases::{DatabaseError, DatabaseUrl, Failure, Options};
use crate::model::schema::Schema;

/// How long a server may take to be made and to answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the schema of a database is read.
pub(super) type Reader<'a> = &'a dyn Fn(&str, &DatabaseUrl, &Options) -> Result<Schema, DatabaseError>;

/// The ground of a run.
pub(super) struct Ground<'a> {
    pub(super) watch: &'a Watch,
    pub(super) folder: &'a Folder,
    pub(super) keeper: &'a Rc<Keeper>,
    pub(super) options: &'a Options,
    pub(super) progress: &'a dyn Fn(&str),
    pub(super) reader: Reader<'a>,
}

impl Ground<'_> {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the folder to the user that the server runs as.
    pub(super) fn give(&self, user: Option<User>) -> Result<(), DatabaseError> {
        let Some(user) = user else { return Ok(()) };
        std::os::unix::fs::chown(self.path(), Some(user.uid), Some(user.gid))
            .map_err(|error| fault(format!("the temporary folder cannot be given to the server's user: {error}")))
    }

    /// Runs a program that prepares something, to its end.
    pub(super) fn prepare(&self, command: &mut Command, input: Option<std::fs::File>) -> Result<(), DatabaseError> {
        let name = name_of(command);
        let mut process = Process::start(command, self.keeper, input).map_err(|error| not_started(&name, &error))?;
        match process.wait(PATIENCE, self.watch)? {
            Ended::Status(status) if status.success() => Ok(()),
            Ended::Status(_) => Err(fault(format!("{name} failed:\n{}", said(&process)))),
            Ended::Timeout => Err(fault(format!("{name} did not end within {} seconds", PATIENCE.as_secs()))),
        }
    }

    /// Starts a server and waits until it answers at this URL, asking no more often than it helps.
    pub(super) fn serve(
        &self,
        command: &mut Command,
        stop: i32,
        socket: &Path,
        url: &DatabaseUrl,
    ) -> Result<Process, DatabaseError> {
        let name = name_of(command);
        let process = Process::start(command, self.keeper, None).map_err(|error| not_started(&name, &error))?;
        let mut process = process.stopped_by(stop, Duration::from_secs(5));
        let start = Instant::now();
        loop {
            self.watch.check()?;
            if process.finished().is_some() {
                return Err(fault(format!("{name} ended as soon as it was started:\n{}", said(&process))));
            }
            // A socket that nobody listens at refuses without any cost; only then a whole connection is tried.
            if std::os::unix::net::UnixStream::connect(socket).is_ok() {
                match session::run(url, self.options, self.options.connect_timeout, &["SELECT 1"]) {
                    Ok(_) => return Ok(process),
                    Err(error) if start.elapsed() > PATIENCE => return Err(error),
                    Err(_) => {}
                }
            }
            if start.elapsed() > PATIENCE {
                let seconds = PATIENCE.as_secs();
                return Err(fault(format!("{name} did not answer within {seconds} seconds:\n{}", said(&process))));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Runs statements on a database of this run.
    pub(super) fn sql(&self, url: &DatabaseUrl, statements: &[&str]) -> Result<Vec<session::Row>, DatabaseError> {
        session::run(url, self.options, self.options.statement_timeout, statements)
    }
}

/// Returns a port of the loopback that nobody uses just now.
pub(super) fn free_port() -> Result<u16, DatabaseError> {
    let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| Ok(listener.local_addr()?.port()));
    port.map_err(|error| fault(format!("no port of 127.0.0.1 is free: {error}")))
}

/// Returns an error about making a throw-away database.
pub(super) fn fault(message: impl Into<String>) -> DatabaseError {
    DatabaseError::new(Failure::Throwaway, message)
}

fn name_of(command: &Command) -> String {
    Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn not_started(name: &str, error: &std::io::Error) -> DatabaseError {
    fault(format!("{name} cannot be started: {error}"))
}

/// Returns the last lines that a server program has printed.
fn said(process: &Process) -> String {
    let text = [process.stderr.text(), process.stdout.text()].join("\n");
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
