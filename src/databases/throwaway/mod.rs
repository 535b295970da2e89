//! Throw-away databases: made empty for one run, migrated by the project's own command, read, and removed.
//!
//! **Commands are run as they are written, by the shell, with the rights of whoever runs Lawbook.** They come from the
//! project's own `lawbook.yml` and from nowhere else: never from a pack, never from a file that a pack or a pull
//! request from elsewhere brings along. Whoever builds a [`Plan`] must hold to that.
//!
//! SQLite is a file in a private temporary folder. PostgreSQL and MariaDB or MySQL are servers of our own, started in
//! that folder from the programs of this machine, on a Unix socket that only this user can reach; or a temporary
//! database with an unguessable name on a server that the project names. All of it is removed when the run ends, also
//! by an error, a panic, Ctrl-C or `kill -9`:
//!
//! - `interrupt.rs` puts signals off until everything is removed,
//! - `keeper.rs` is a small shell that clears up when this process is gone,
//! - `folder.rs` removes what a run left whose keeper was killed as well,
//! - `remote.rs` notes the name of a database on a server, so that the next run can drop it.
//!
//! The command gets the URL as `DATABASE_URL`, `SQLALCHEMY_DATABASE_URI`, `SQLALCHEMY_DATABASE_URL` and
//! `LAWBOOK_DATABASE_URL`, as the variables that the project names, and in the place of `{url}`; `{ini}` stands for a
//! copy of `alembic.ini` with that URL. Variables that hold the URL of any other database are withheld, so that a
//! migration does not reach it by mistake. A command that changes nothing in the throw-away database is an error: it
//! has migrated something else.

#[cfg(unix)]
mod command;
#[cfg(unix)]
mod difference;
#[cfg(unix)]
mod environment;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod ground;
#[cfg(unix)]
mod ini;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod inventory;
#[cfg(unix)]
mod keeper;
#[cfg(unix)]
mod mysql;
#[cfg(unix)]
mod output;
mod plan;
#[cfg(unix)]
mod postgres;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod programs;
#[cfg(unix)]
mod remote;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod session;
#[cfg(unix)]
mod system;
#[cfg(unix)]
mod template;
#[cfg(test)]
mod tests;

use super::{DatabaseError, Options};

pub use plan::{CommandFailure, Difference, Object, Outcome, Output, Plan, Roundtrip, Variable};

/// Makes an empty database, migrates it, reads its schema as `name`, and removes all of it.
///
/// Blocks. `progress` is told what happens: `starting PostgreSQL`, `alembic upgrade head`. Returns an error when the
/// database cannot be made, the migration fails, or it changes nothing; the error holds the end of what the command
/// printed and the migration that failed, if it can be told, and no credential. A round trip that fails is no error but
/// part of the outcome.
///
/// After Ctrl-C (SIGTERM, SIGHUP) everything is removed first, and then the signal does what it would have done.
pub fn make(name: &str, plan: &Plan, options: &Options, progress: &dyn Fn(&str)) -> Result<Outcome, DatabaseError> {
    #[cfg(unix)]
    return run::run(name, plan, options, progress, &super::introspect);
    #[cfg(not(unix))]
    {
        let _ = (name, plan, options, progress);
        let error = DatabaseError::new(super::Failure::Throwaway, "throw-away databases are not made on this system");
        Err(error.hint("run Lawbook under Linux, macOS or WSL, or give the URL of a database that exists"))
    }
}
