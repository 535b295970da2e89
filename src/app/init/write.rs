//! Planned files to disk, never over anything.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};

use camino::Utf8Path;

use super::{Action, Planned};
use crate::model::Problem;

/// What became of a planned file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// As it was planned.
    pub planned: Planned,
    /// What came of it.
    pub outcome: Outcome,
}

/// Whether a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there, and is now.
    Created,
    /// Something was there, and still is.
    Kept,
    /// The user is to paste the contents.
    ToPaste,
}

/// Writes what is to be created below `root`. A file that appeared since the plan is kept.
///
/// # Errors
/// A folder or file cannot be made. What was written before stays; a file written in part does not.
pub fn write(root: &Utf8Path, planned: Vec<Planned>) -> Result<Vec<Written>, Problem> {
    planned
        .into_iter()
        .map(|planned| {
            let outcome = match planned.action {
                Action::Keep => Outcome::Kept,
                Action::Paste => Outcome::ToPaste,
                Action::Create => create(root, &planned).map_err(|error| {
                    let problem = Problem::error(format!("cannot write `{}`: {error}", planned.path));
                    problem.hint("what was written before it stays; `lawbook init` goes on from there")
                })?,
            };
            Ok(Written { planned, outcome })
        })
        .collect()
}

fn create(root: &Utf8Path, planned: &Planned) -> io::Result<Outcome> {
    let path = root.join(&planned.path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(Outcome::Kept),
        Err(error) => return Err(error),
    };
    if let Err(error) = file.write_all(planned.contents.as_bytes()) {
        drop(file);
        // Half a file would be kept by the next run; that it cannot be removed says no more than the first error.
        let _ = fs::remove_file(&path);
        return Err(error);
    }
    Ok(Outcome::Created)
}
