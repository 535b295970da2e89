//! Says what the compiler cannot see: the packs under `rules/` are embedded, and a release knows its commit. And writes
//! down what the rules hold, so that no run has to scan their YAML.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use granit_parser::{Event, Options, Parser, ScalarStyle};

#[path = "src/packs/stripped.rs"]
mod stripped;

fn main() -> io::Result<()> {
    record()?;
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/packs/stripped.rs");
    println!("cargo::rerun-if-env-changed=LAWBOOK_COMMIT");
    let commit = commit().map(|commit| format!(" ({commit})")).unwrap_or_default();
    println!("cargo::rustc-env=LAWBOOK_COMMIT={commit}");
    stand_still();
    Ok(())
}

/// Lets the binary be loaded at the place that it was linked for, see `docs/decisions/release-profile.md`.
fn stand_still() {
    let says = |name: &str, word| {
        env::var(format!("CARGO_CFG_TARGET_{name}")).is_ok_and(|given| given.split(',').any(|one| one == word))
    };
    if says("OS", "linux") && says("ENV", "gnu") && !says("FEATURE", "crt-static") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

/// Writes the table of all rules, in order of their paths: what judges of each, and the pieces of that text in the form
/// that `src/yaml/quick/recorded.rs` reads.
fn record() -> io::Result<()> {
    let folder = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let (root, out) = (folder("CARGO_MANIFEST_DIR")?, folder("OUT_DIR")?);
    let mut files = Vec::new();
    for pack in fs::read_dir(root.join("rules"))? {
        let pack = pack?.path();
        if pack.is_dir() {
            files.extend(fs::read_dir(&pack)?.collect::<Result<Vec<_>, _>>()?.iter().map(fs::DirEntry::path));
        }
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yml"));
    let name = |path: &PathBuf| path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    files.sort_by_key(name);
    let mut table = String::from("&[\n");
    for path in files {
        let (name, text) = (name(&path), fs::read_to_string(&path)?);
        let text = if name.ends_with("/pack.yml") { text } else { stripped::what_judges(&text) };
        if let Some(pieces) = pieces(&text) {
            writeln!(table, "    ({name:?}, {text:?}, b\"{}\"),", pieces.escape_ascii()).map_err(io::Error::other)?;
        }
    }
    table.push_str("]\n");
    fs::write(out.join("rules.rs"), table)
}

/// Returns the pieces of a text; `None` where it is not as plain as that form.
fn pieces(text: &str) -> Option<Vec<u8>> {
    let mut options = Options::default();
    options.emit_comments = false;
    let mut written = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.ok()?;
        let (kind, scalar) = match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => continue,
            Event::SequenceEnd => (b'e', None),
            Event::MappingEnd => (b'E', None),
            Event::SequenceStart(_, 0, None) => (b'l', None),
            Event::MappingStart(_, 0, None) => (b'm', None),
            Event::Scalar(text, style, 0, None) => (if style == ScalarStyle::Plain { b'p' } else { b'q' }, Some(text)),
            _ => return None,
        };
        written.push(kind);
        if !matches!(kind, b'e' | b'E') {
            [span.start.line(), span.start.col() + 1, span.len()]
                .into_iter()
                .for_each(|part| number(part, &mut written));
        }
        if let Some(text) = scalar {
            number(text.len(), &mut written);
            written.extend_from_slice(text.as_bytes());
        }
    }
    Some(written)
}

fn number(mut number: usize, written: &mut Vec<u8>) {
    while number >= 0x80 {
        written.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    written.push(u8::try_from(number).unwrap_or_default());
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
