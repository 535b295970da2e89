//! Says what the compiler cannot see: the packs under `rules/` are embedded, and a release knows its commit.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LAWBOOK_COMMIT");
    let commit = commit().map(|commit| format!(" ({commit})")).unwrap_or_default();
    println!("cargo::rustc-env=LAWBOOK_COMMIT={commit}");
}

/// Returns the commit with its day, `abc1234 2026-11-23`: what `LAWBOOK_COMMIT` says, or git.
///
/// The day is the commit's, not that of the build: the same commit gives the same binary. Debug builds do not ask,
/// because they would be built anew after each commit.
fn commit() -> Option<String> {
    if let Ok(given) = std::env::var("LAWBOOK_COMMIT") {
        return Some(given).filter(|given| !given.trim().is_empty());
    }
    // A crate that is unpacked inside of another repository has no `.git` of its own.
    if std::env::var("PROFILE").as_deref() == Ok("debug") || !Path::new(".git").exists() {
        return None;
    }
    let commit = git(&["log", "-1", "--no-show-signature", "--format=%h %cs", "--abbrev=9"])?;
    // Work trees have a HEAD and a reflog of their own. Without a reflog it is the branch that moves; a path that is not
    // there would run this at each build.
    let branch = git(&["rev-parse", "--symbolic-full-name", "HEAD"]).unwrap_or_default();
    for name in ["HEAD", "logs/HEAD", "packed-refs", branch.as_str()] {
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).is_file()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    Some(commit)
}

/// Returns what git prints, or nothing where it fails or is not there.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}
