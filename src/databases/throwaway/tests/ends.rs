//! Every way in which a run can end: nothing is left.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};
use std::rc::Rc;

use super::*;
use crate::databases::throwaway::system;

/// The engine that the other process shall use. Only set by the tests below.
const ROLE: &str = "LAWBOOK_TEST_THROWAWAY";
/// The server that it shall use.
const SERVER: &str = "LAWBOOK_TEST_SERVER";

/// Commands that end in some bad way, and a word of the error.
#[test]
fn commands_that_end_badly_leave_nothing() {
    for (command, word) in [
        ("kill -9 $$", "was killed by SIGKILL"),
        ("kill -TERM 0; sleep 60", "was killed by SIGTERM"),
        ("sh -c 'kill -SEGV $$'; exit $?", "as after SIGSEGV"),
        ("head -c 300000000 /dev/zero; exit 1", "ended with status 1"),
        ("yes 'spam spam spam' | head -c 100000000 >&2; exit 1", "spam"),
        // What it leaves in the background goes as well, even if it holds the output open.
        ("(trap '' TERM HUP; while :; do sleep 1; done) & exit 1", "ended with status 1"),
    ] {
        let start = Instant::now();
        let error = make(&plan(Dialect::Sqlite, command)).unwrap_err();
        assert!(error.message.contains(word), "{command}: {error}");
        assert!(error.message.len() < 200_000, "{command}: {}", error.message.len());
        assert!(start.elapsed() < Duration::from_secs(30), "{command}");
    }
}

#[test]
fn a_command_that_hangs_is_ended_with_all_its_children() {
    let word = format!("{}", 7_000_000 + std::process::id());
    let mut plan =
        plan(Dialect::Sqlite, &format!("trap '' TERM; (trap '' TERM; sleep {word}) & sleep {word}; sleep {word}"));
    plan.timeout = Duration::from_millis(300);
    let start = Instant::now();
    let error = make(&plan).unwrap_err();
    assert!(error.message.contains("did not end within 300 ms"), "{error}");
    assert!(error.hint.unwrap().contains("timeout"));
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_gone(&folder_in(&error.message), Duration::ZERO);
    assert_eq!(processes(&format!("sleep {word}")), Vec::<String>::new());
}

#[test]
fn a_panic_leaves_nothing() {
    for engine in [Dialect::Sqlite, Dialect::Postgresql] {
        let place = std::sync::Mutex::new(PathBuf::new());
        let result = std::panic::catch_unwind(|| {
            run::run("fresh", &creating(engine), &Options::default(), &|_| {}, &|_, url, _| {
                let folder = folder_in(&url.spelled(None).unwrap());
                assert!(folder.exists());
                *place.lock().unwrap() = folder;
                std::panic::resume_unwind(Box::new("on purpose"))
            })
        });
        assert!(result.is_err());
        assert_gone(&place.into_inner().unwrap(), Duration::ZERO);
    }
}

/// A plan that makes one table.
fn creating(engine: Dialect) -> Plan {
    match engine {
        Dialect::Postgresql => plan(engine, "psql -qc 'create table t (a int)'"),
        _ => plan(engine, "python3 -c \"import sqlite3; sqlite3.connect('{database}').execute('create table t (a)')\""),
    }
}

/// Not a test by itself: what the tests below start in a process of its own, to be killed.
#[test]
fn in_another_process() {
    let Ok(engine) = std::env::var(ROLE) else { return };
    // Whoever started us may have had signals ignored.
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: both arguments are numbers that the system knows.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    let migrate =
        "echo \"$DATABASE_URL $PGHOST\" > \"$MARKER.new\"; mv \"$MARKER.new\" \"$MARKER\"; sleep 300; sleep 300";
    let mut plan = Plan::new(Dialect::of_name(&engine).unwrap(), migrate);
    plan.server = std::env::var(SERVER).ok();
    let error = make(&plan).unwrap_err();
    // Reached only if a signal did not end the process.
    panic!("{error}");
}

/// Another process, in the middle of a migration.
pub(super) struct Other {
    child: Child,
    /// Its place for temporary files; no other test uses it.
    pub(super) place: Rc<tempfile::TempDir>,
    /// What its command found as URL.
    pub(super) url: String,
}

impl Other {
    pub(super) fn start(engine: Dialect, server: Option<&str>) -> Self {
        let place = tempfile::Builder::new().prefix("t").tempdir_in("/tmp").unwrap();
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        Self::start_in(&Rc::new(place), engine, server)
    }

    pub(super) fn start_in(place: &Rc<tempfile::TempDir>, engine: Dialect, server: Option<&str>) -> Self {
        let marker = place.path().join("marker");
        let _ = std::fs::remove_file(&marker);
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "databases::throwaway::tests::ends::in_another_process", "--nocapture"])
            .env(ROLE, engine.name())
            .env("MARKER", &marker)
            .env("TMPDIR", place.path())
            .env_remove(SERVER)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(server) = server {
            command.env(SERVER, server);
        }
        let child = command.spawn().unwrap();
        let mut other = Self { child, place: Rc::clone(place), url: String::new() };
        let start = Instant::now();
        while !marker.exists() {
            assert!(other.child.try_wait().unwrap().is_none(), "the other process has ended");
            assert!(start.elapsed() < Duration::from_secs(120), "the other process does not get to its migration");
            std::thread::sleep(Duration::from_millis(10));
        }
        other.url = std::fs::read_to_string(&marker).unwrap();
        other
    }

    /// Returns the folder of its run.
    pub(super) fn folder(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.place.path()).unwrap().map(|entry| entry.unwrap().path());
        let mine = format!("lawbook-db-{}-", self.child.id());
        let mut folders = entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&mine));
        folders.next().expect("it has a folder")
    }

    /// Sends it a signal, and returns the one that it died of.
    pub(super) fn ended_by(&mut self, signal: i32) -> Option<i32> {
        system::signal(self.child.id(), signal);
        self.child.wait().unwrap().signal()
    }

    /// Returns the command lines that name its place: the keeper, the server.
    fn processes(&self) -> Vec<String> {
        processes(&self.place.path().to_string_lossy())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn signals_clear_up_first_and_then_do_what_they_do() {
    for (engine, signal) in [
        (Dialect::Sqlite, libc::SIGINT),
        (Dialect::Sqlite, libc::SIGTERM),
        (Dialect::Sqlite, libc::SIGHUP),
        (Dialect::Postgresql, libc::SIGINT),
        (Dialect::Mysql, libc::SIGTERM),
    ] {
        let mut other = Other::start(engine, None);
        let (folder, before) = (other.folder(), other.processes());
        assert!(before.len() >= if engine == Dialect::Sqlite { 1 } else { 2 }, "{before:#?}");
        assert_eq!(other.ended_by(signal), Some(signal), "{engine}");
        // It has cleared up before it died; nothing was left to the keeper.
        assert_gone(&folder, Duration::ZERO);
        assert_eq!(std::fs::read_dir(other.place.path()).unwrap().count(), 1, "only the marker");
    }
}

#[test]
fn when_it_is_killed_by_force_the_keeper_clears_up() {
    for engine in [Dialect::Sqlite, Dialect::Postgresql, Dialect::Mysql] {
        let mut other = Other::start(engine, None);
        let folder = other.folder();
        assert_eq!(other.ended_by(libc::SIGKILL), Some(libc::SIGKILL));
        assert_gone(&folder, Duration::from_secs(20));
    }
}

#[test]
fn when_the_keeper_is_killed_as_well_the_next_run_clears_up() {
    let mut other = Other::start(Dialect::Postgresql, None);
    let folder = other.folder();
    let lines = processes(&folder.to_string_lossy());
    let keeper = lines.iter().find(|line| line.contains("lawbook-keeper")).expect("a keeper");
    let sleeping = processes("sleep 300; sleep 300");
    system::signal(keeper.trim().split(' ').next().unwrap().parse().unwrap(), libc::SIGKILL);
    other.ended_by(libc::SIGKILL);
    std::thread::sleep(Duration::from_millis(300));
    assert!(folder.exists() && !processes(&folder.to_string_lossy()).is_empty(), "nobody can have cleared up");

    let next = Other::start_in(&other.place, Dialect::Sqlite, None);
    assert_gone(&folder, Duration::from_secs(5));
    drop(next);
    // Only the command itself, which nobody knows any more, is left: ended here.
    for line in sleeping.iter().filter(|line| line.contains(&*other.place.path().to_string_lossy())) {
        system::signal_group(line.trim().split(' ').next().unwrap().parse().unwrap(), libc::SIGKILL);
    }
}
