//! The keeper: a small shell that outlives us for a moment, whatever happens to us.
//!
//! It reads a pipe that only we hold. Each program that is started says its number into the pipe before it runs; when it
//! has ended, we say so. The pipe ends when this process ends, be it by `kill -9`: then the keeper ends what still runs
//! and removes the folder. So no server stays behind.

use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use super::system;

/// What the keeper runs; `$1` is the folder. A record of a database on a server is kept: the next run drops that one.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
cd / || exit
running=' '
while read -r mark group; do
  case $mark in
    +) running="$running$group " ;;
    -) case $running in *" $group "*) running="${running%% $group *} ${running#* $group }" ;; esac ;;
  esac
done
for signal in TERM QUIT KILL; do
  for group in $running; do kill -s $signal -- "-$group"; done
  tries=0
  while [ $tries -lt 10 ]; do
    any=
    for group in $running; do kill -s 0 -- "-$group" && any=1; done
    [ "$any" ] || break 2
    sleep 0.1 || sleep 1
    tries=$((tries + 1))
  done
done
[ -e "$1/database" ] || rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }
"#;

/// A keeper at work.
#[derive(Debug)]
pub(super) struct Keeper {
    shell: Child,
    /// `None` only while it is dropped.
    pipe: Option<ChildStdin>,
}

impl Keeper {
    /// Starts a keeper of this folder.
    pub(super) fn start(folder: &Path) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "lawbook-keeper"])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Out of reach of the terminal's Ctrl-C.
            .process_group(0)
            .spawn()?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    /// Prepares a command: its child will lead a session and a process group of its own, and the keeper will know of it.
    pub(super) fn watch(&self, command: &mut Command) {
        if let Some(pipe) = &self.pipe {
            system::announce(command, pipe.as_raw_fd());
        }
    }

    /// Says that a process group is gone, so that nobody who gets the same number later is mistaken for it.
    pub(super) fn forget(&self, group: u32) {
        if let Some(mut pipe) = self.pipe.as_ref() {
            // One write of a few bytes is never mixed with another. A keeper that is gone needs to forget nothing.
            let _ = pipe.write_all(format!("- {group}\n").as_bytes());
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.shell.wait();
    }
}
