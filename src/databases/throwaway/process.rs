//! A program of ours: in a group of its own, its output read, ended whatever happens.

use std::fs::File;
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::interrupt::Watch;
use super::keeper::Keeper;
use super::output::Reader;
use super::system;
use crate::databases::DatabaseError;

/// How often somebody looks whether something has happened.
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// A program that runs. Dropped, it and all of its group are ended.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    keeper: Rc<Keeper>,
    /// What ends it in good order.
    stop: i32,
    /// How long that may take.
    grace: Duration,
    pub(super) stdout: Reader,
    pub(super) stderr: Reader,
    ended: bool,
}

/// How a program ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ended {
    /// By itself, or by a signal.
    Status(ExitStatus),
    /// It was ended because its time was over.
    Timeout,
}

impl Process {
    /// Starts a program. It reads this file or nothing, and has no terminal.
    pub(super) fn start(command: &mut Command, keeper: &Rc<Keeper>, input: Option<File>) -> io::Result<Self> {
        command.stdin(input.map_or_else(Stdio::null, Stdio::from)).stdout(Stdio::piped()).stderr(Stdio::piped());
        keeper.watch(command);
        let mut child = command.spawn()?;
        let (stdout, stderr) = (Reader::start(child.stdout.take()), Reader::start(child.stderr.take()));
        Ok(Self {
            child,
            keeper: Rc::clone(keeper),
            stop: libc::SIGTERM,
            grace: Duration::from_secs(2),
            stdout,
            stderr,
            ended: false,
        })
    }

    /// Has it ended by another signal than SIGTERM, and gives it more or less time for that.
    pub(super) const fn stopped_by(mut self, signal: i32, grace: Duration) -> Self {
        self.stop = signal;
        self.grace = grace;
        self
    }

    /// Waits until it ends, its time is over, or somebody interrupts.
    pub(super) fn wait(&mut self, timeout: Duration, watch: &Watch) -> Result<Ended, DatabaseError> {
        let start = Instant::now();
        // Short programs are noticed at once, long ones asked for seldom.
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.finished() {
                return Ok(Ended::Status(status));
            }
            if let Err(interrupted) = watch.check() {
                self.end();
                return Err(interrupted);
            }
            if start.elapsed() >= timeout {
                self.end();
                return Ok(Ended::Timeout);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE * 4);
        }
    }

    /// Returns how it ended, if it has.
    pub(super) fn finished(&mut self) -> Option<ExitStatus> {
        if !self.ended && !system::has_ended(self.child.id()).unwrap_or(true) {
            return None;
        }
        self.clear()
    }

    /// Ends it and all of its group: in good order, and by force if that takes too long.
    pub(super) fn end(&mut self) {
        if self.ended {
            return;
        }
        let group = self.child.id();
        system::signal_group(group, self.stop);
        let start = Instant::now();
        while start.elapsed() < self.grace && !system::has_ended(group).unwrap_or(true) {
            std::thread::sleep(PAUSE);
        }
        self.clear();
    }

    /// Ends what the program has left in its group, while its number is still its own; then lets go of it.
    fn clear(&mut self) -> Option<ExitStatus> {
        let group = self.child.id();
        if !self.ended {
            system::signal_group(group, libc::SIGKILL);
        }
        let status = self.child.wait().ok();
        if !self.ended {
            self.ended = true;
            self.keeper.forget(group);
            let deadline = Instant::now() + Duration::from_millis(500);
            self.stdout.settle(deadline);
            self.stderr.settle(deadline);
        }
        status
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
