//! The private folder of one run: made, locked, removed; folders of runs that died are removed by the next.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::system;

/// How the names of the folders begin; the number of the process follows, then something random.
const PREFIX: &str = "lawbook-db-";
/// Held locked for as long as the run lives.
const LOCK: &str = "lock";
/// Names a database that was made on a server, until it is dropped.
pub(super) const DATABASE: &str = "database";

/// A folder that vanishes with its owner.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes a folder that only this user can enter.
    pub(super) fn make() -> io::Result<Self> {
        let random = system::random()?;
        let path = parent().join(format!("{PREFIX}{}-{}", std::process::id(), &random[..8]));
        DirBuilder::new().mode(0o700).create(&path)?;
        // Locked before it gets the name by which others look for it.
        let early = path.join("lock.new");
        let lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&early);
        let lock = lock.and_then(|lock| {
            lock.lock()?;
            fs::rename(&early, path.join(LOCK))?;
            Ok(lock)
        });
        match lock {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(error) => {
                let _ = fs::remove_dir_all(&path);
                Err(error)
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// What is left of a run that died.
#[derive(Debug)]
pub(super) struct Stale {
    pub(super) path: PathBuf,
    /// The text of its record of a database on a server, if it has one.
    pub(super) record: Option<String>,
    /// Ours as long as we hold it.
    _lock: File,
}

/// Removes what runs that died have left here: their folders, and servers that still run in them. Returns the folders
/// that name a database on a server: those stay until somebody has dropped it.
pub(super) fn sweep() -> Vec<Stale> {
    sweep_in(&parent())
}

fn sweep_in(parent: &Path) -> Vec<Stale> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().as_bytes().starts_with(PREFIX.as_bytes()));
    ours.filter_map(|entry| abandoned(&entry.path())).filter_map(finish).collect()
}

/// Returns the folder if its run is dead.
fn abandoned(path: &Path) -> Option<Stale> {
    if !fs::symlink_metadata(path).ok()?.is_dir() {
        return None;
    }
    let lock = path.join(LOCK);
    let Ok(metadata) = fs::symlink_metadata(&lock) else {
        // Its run died between two lines of code, or is about to lock it. Only an empty folder can be removed so.
        let age = fs::metadata(path).ok()?.modified().ok()?.elapsed();
        if age.is_ok_and(|age| age > Duration::from_secs(60)) {
            let _ = fs::remove_file(path.join("lock.new"));
            let _ = fs::remove_dir(path);
        }
        return None;
    };
    // Somebody else's is not ours to remove; their next run will.
    if !metadata.is_file() || metadata.uid() != system::user() {
        return None;
    }
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(&lock).ok()?;
    file.try_lock().ok()?;
    let record = fs::read_to_string(path.join(DATABASE)).ok();
    Some(Stale { path: path.to_owned(), record, _lock: file })
}

/// Removes the folder, unless it names a database on a server.
fn finish(stale: Stale) -> Option<Stale> {
    stop_server(&stale.path);
    if stale.record.is_some() {
        return Some(stale);
    }
    remove(&stale.path);
    None
}

/// Stops a server that still runs in the folder: the keeper of its run was killed as well.
fn stop_server(folder: &Path) {
    for file in ["data/postmaster.pid", "server.pid"] {
        let Ok(text) = fs::read_to_string(folder.join(file)) else { continue };
        let Some(process) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else { continue };
        // The number may belong to somebody else by now.
        let listed = Command::new("ps").args(["-ww", "-o", "args=", "-p", &process.to_string()]).output();
        let is_ours = listed.is_ok_and(|output| {
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains(&*folder.to_string_lossy())
        });
        if is_ours {
            system::signal(process, libc::SIGQUIT);
            std::thread::sleep(Duration::from_millis(300));
            system::signal(process, libc::SIGKILL);
        }
    }
}

/// Removes a folder; a server that is just ending may write once more, hence a few attempts.
pub(super) fn remove(path: &Path) {
    for _ in 0..20 {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => std::thread::sleep(Duration::from_millis(50)),
            _ => return,
        }
    }
}

/// Returns where the folders are made. The path of a Unix socket may have about a hundred bytes, and paths go into URLs
/// and shell commands as they are: a long or odd place for temporary files is passed over.
fn parent() -> PathBuf {
    let usual = std::env::temp_dir();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+".contains(byte);
    let bytes = usual.as_os_str().as_bytes();
    let fits = usual.is_absolute() && bytes.len() <= 56 && bytes.iter().all(plain);
    // A server that runs as another user must be able to get there.
    let is_open = system::user() != 0 || fs::metadata(&usual).is_ok_and(|metadata| metadata.mode() & 0o001 != 0);
    if fits && is_open { usual } else { PathBuf::from("/tmp") }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_folder_is_private_and_vanishes() {
        let folder = Folder::make().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        fs::create_dir(path.join("data")).unwrap();
        fs::write(path.join("data/file"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn only_folders_of_dead_runs_are_removed() {
        let place = tempfile::tempdir().unwrap();
        let make = |name: &str, files: &[(&str, &str)]| {
            let path = place.path().join(name);
            fs::create_dir(&path).unwrap();
            for (file, text) in files {
                fs::write(path.join(file), text).unwrap();
            }
            path
        };
        let dead = make("lawbook-db-1-dead", &[("lock", ""), ("fresh.db", "x")]);
        let alive = make("lawbook-db-1-alive", &[("lock", "")]);
        let held = File::open(alive.join("lock")).unwrap();
        held.lock().unwrap();
        let recorded = make("lawbook-db-1-recorded", &[("lock", ""), ("database", "somewhere")]);
        let young = make("lawbook-db-1-young", &[]);
        let old = make("lawbook-db-1-old", &[]);
        let times = fs::FileTimes::new().set_modified(SystemTime::now() - Duration::from_secs(3600));
        File::open(&old).unwrap().set_times(times).unwrap();
        let foreign = make("lawbook-other", &[("lock", "")]);
        let linked = place.path().join("lawbook-db-1-linked");
        std::os::unix::fs::symlink(&foreign, &linked).unwrap();
        let tricky = make("lawbook-db-1-tricky", &[]);
        std::os::unix::fs::symlink(foreign.join("lock"), tricky.join("lock")).unwrap();

        let stale = sweep_in(place.path());

        assert_eq!(stale.len(), 1);
        assert_eq!((&stale[0].path, stale[0].record.as_deref()), (&recorded, Some("somewhere")));
        for (path, stays) in [
            (dead, false),
            (alive, true),
            (recorded, true),
            (young, true),
            (old, false),
            (foreign, true),
            (linked, true),
            (tricky, true),
        ] {
            assert_eq!(path.exists(), stays, "{}", path.display());
        }
    }
}
