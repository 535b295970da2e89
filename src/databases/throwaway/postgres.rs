//! A PostgreSQL server of our own: a private cluster on a Unix socket in the folder of the run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::ground::{Ground, fault, free_port};
use super::process::Process;
use super::programs::{self, command};
use super::system;
use crate::databases::{DatabaseError, DatabaseUrl};

/// Nothing here has to survive: no waiting for the disk. Room for a migration that touches thousands of tables at once.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "max_wal_size=2GB",
    "checkpoint_timeout=1h",
    "max_connections=100",
    "max_locks_per_transaction=2048",
    "shared_buffers=64MB",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "log_destination=stderr",
];

/// Makes a cluster, starts its server and makes an empty database `lawbook`, owned by the superuser `postgres`.
///
/// The socket needs no password: only this user can enter the folder. With `tcp` the server also listens on a random
/// port of 127.0.0.1, with a random password. Returns how we reach it, and how the commands do.
pub(super) fn start(ground: &Ground<'_>, tcp: bool) -> Result<(Process, DatabaseUrl, DatabaseUrl), DatabaseError> {
    (ground.progress)("starting PostgreSQL");
    let programs = programs::postgres()?;
    let user = programs::server_user("postgres")?;
    ground.give(user)?;
    let folder = ground.path();
    let data = folder.join("data");

    let mut initdb = command(&programs.join("initdb"), user, folder);
    initdb.arg("-D").arg(&data);
    initdb.args(["-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--auth-local=trust"]);
    let password = if tcp { Some(system::random().map_err(|error| fault(error.to_string()))?) } else { None };
    let secret = folder.join("password");
    if let Some(password) = &password {
        let written = fs::write(&secret, password).and_then(|()| {
            fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
            user.map_or(Ok(()), |user| std::os::unix::fs::chown(&secret, Some(user.uid), Some(user.gid)))
        });
        written.map_err(|error| fault(format!("the temporary folder cannot be written to: {error}")))?;
        initdb.arg("--auth-host=scram-sha-256").arg("--pwfile").arg(&secret);
    } else {
        initdb.arg("--auth-host=reject");
    }
    ground.prepare(&mut initdb, None)?;
    let _ = fs::remove_file(&secret);

    // Another program may take the free port before the server does.
    let mut attempts = if tcp { 3 } else { 1 };
    loop {
        let port = if tcp { free_port()? } else { 5432 };
        let mut postgres = command(&programs.join("postgres"), user, folder);
        postgres.arg("-D").arg(&data).arg("-k").arg(folder).args(["-p", &port.to_string()]);
        postgres.args(["-c", if tcp { "listen_addresses=127.0.0.1" } else { "listen_addresses=" }]);
        postgres.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let socket = folder.join(format!(".s.PGSQL.{port}"));
        let query = if port == 5432 { String::new() } else { format!("&port={port}") };
        let text = format!("postgresql://postgres@/postgres?host={}{query}", folder.display());
        let admin = DatabaseUrl::parse(&text)?;
        attempts -= 1;
        // SIGQUIT: at once, without a last checkpoint.
        let process = match ground.serve(&mut postgres, libc::SIGQUIT, &socket, &admin) {
            Err(_) if attempts > 0 && ground.watch.check().is_ok() => continue,
            result => result?,
        };
        ground.sql(&admin, &["CREATE DATABASE lawbook"])?;
        let ours = admin.at_database("lawbook");
        let theirs = match password {
            Some(password) => {
                DatabaseUrl::parse(&format!("postgresql://postgres:{password}@127.0.0.1:{port}/lawbook"))?
            }
            None => ours.clone(),
        };
        return Ok((process, ours, theirs));
    }
}
