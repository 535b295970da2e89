//! Whole runs on real files and servers; after each one nothing may be left: no process, no folder, no database.

#![cfg(unix)]

mod ends;
mod engines;
mod server;
mod sqlite;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Outcome, Plan, run};
use crate::databases::{DatabaseError, Options};
use crate::model::schema::{Dialect, Schema};

/// Prints the URL where the checks find it, and then does the rest.
const SAY: &str = "echo \"url: $DATABASE_URL\"";

/// A plan whose command prints the URL first.
fn plan(engine: Dialect, migrate: &str) -> Plan {
    Plan { timeout: Duration::from_secs(60), ..Plan::new(engine, format!("{SAY}; {migrate}")) }
}

fn make(plan: &Plan) -> Result<Outcome, DatabaseError> {
    super::make("fresh", plan, &Options::default(), &|_| {})
}

/// Returns the names of the tables.
fn tables(schema: &Schema) -> Vec<String> {
    schema.tables.keys().map(ToString::to_string).collect()
}

/// Returns the folder of a run, taken from what its command printed.
fn folder_in(text: &str) -> PathBuf {
    let start = text.find("/lawbook-db-").unwrap_or_else(|| panic!("no URL in: {text}"));
    let before = text[..start].rfind(|c: char| !(c.is_alphanumeric() || "/._-".contains(c))).map_or(0, |at| at + 1);
    let behind = text[start + 1..].find(['/', '?', '&', '\n']).map_or(text.len(), |at| start + 1 + at);
    let root = text[before..behind].trim_start_matches('/');
    PathBuf::from(format!("/{root}"))
}

/// Returns the command lines of processes that have to do with a folder, or carry a word.
fn processes(word: &str) -> Vec<String> {
    let output = Command::new("ps").args(["-e", "-ww", "-o", "pid=,args="]).output().expect("ps starts");
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect::<Vec<_>>();
    lines.into_iter().filter(|line| line.contains(word)).collect()
}

/// Checks that folder and processes are gone, at once or within the time that a keeper may need.
fn assert_gone(folder: &Path, patience: Duration) {
    let start = Instant::now();
    loop {
        let left = processes(&folder.to_string_lossy());
        if !folder.exists() && left.is_empty() {
            return;
        }
        assert!(start.elapsed() < patience, "{} exists: {}; left: {left:#?}", folder.display(), folder.exists());
        std::thread::sleep(Duration::from_millis(20));
    }
}
