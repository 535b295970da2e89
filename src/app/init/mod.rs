//! `lawbook init`: what to write into a repository that Lawbook has not seen before.
//!
//! [`plan`] is pure: from what was found to texts. [`write()`] puts them on disk and never over anything.

mod ci;
mod hooks;
mod look;
mod naming;
mod pack;
mod settings;
mod write;

use std::collections::BTreeMap;

pub use ci::Service;
use hooks::runs_lawbook;
pub use look::look;
pub use write::{Outcome, Written, write};

use crate::packs::built_in_names;

/// The exceptions file that is written.
const EXCEPTIONS: &str = ".coding-rules-exceptions.yml";
/// Names under which a configuration may be there already.
const CONFIGS: [&str; 3] = ["lawbook.yml", "lawbook.yaml", ".lawbook.yml"];

/// What was found in a repository.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    /// Name of its folder, as it is; the pack is named after it.
    pub name: String,
    /// Migration trees, by path.
    pub trees: Vec<Tree>,
    /// Those of [`LOOKED_AT`], and the files in `rules/<pack_name>/`, that exist: path to text. A file that is no text
    /// counts with whatever can be made of it.
    pub files: BTreeMap<String, String>,
    /// `.github` exists.
    pub github: bool,
    /// The service that the user asks for.
    pub ci: Option<Service>,
    /// Folders with files of models; `None` where they are not known.
    pub models: Option<Vec<String>>,
}

/// Files whose text decides what is written; [`Repository::files`] has those that exist.
pub const LOOKED_AT: &[&str] = &[
    "lawbook.yml",
    "lawbook.yaml",
    ".lawbook.yml",
    ".coding-rules-exceptions.yml",
    ".pre-commit-config.yaml",
    "Makefile",
    ".gitlab-ci.yml",
    ".github/workflows/lawbook.yml",
    ".gitlab/lawbook.gitlab-ci.yml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile",
];

/// A migration tree.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Its folder, relative to the root.
    pub path: String,
    /// The tool that runs it, as lawbook.yml names it.
    pub tool: String,
    /// Path of every migration file, relative to the root.
    pub migrations: Vec<String>,
    /// How Alembic is run, if it is Alembic's.
    pub alembic: Option<Alembic>,
}

/// How Alembic is run.
#[derive(Clone, Debug, Default)]
pub struct Alembic {
    /// The folder of `alembic.ini`: empty for the root.
    pub folder: String,
    /// `alembic.ini` has a line for the URL.
    pub url_in_ini: bool,
    /// Variables from which `env.py` seems to take the URL.
    pub variables: Vec<String>,
    /// `env.py` makes an asynchronous engine.
    pub asynchronous: bool,
    /// `env.py` knows models.
    pub has_models: bool,
}

/// Something to write, to keep or to paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Relative to the root, with `/`.
    pub path: String,
    /// The whole file, or the lines to paste into it; empty for what is kept.
    pub contents: String,
    /// One sentence for the user.
    pub note: String,
    /// What becomes of it.
    pub action: Action,
}

/// What becomes of a planned file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Written, if it is still not there.
    Create,
    /// Left as it is.
    Keep,
    /// Nothing is written: the user pastes the lines.
    Paste,
}

impl Planned {
    fn create(path: impl Into<String>, contents: String, note: impl Into<String>) -> Self {
        Self { path: path.into(), contents, note: note.into(), action: Action::Create }
    }

    fn keep(path: impl Into<String>, note: impl Into<String>) -> Self {
        Self { path: path.into(), contents: String::new(), note: note.into(), action: Action::Keep }
    }

    fn paste(path: impl Into<String>, contents: impl Into<String>, note: impl Into<String>) -> Self {
        Self { path: path.into(), contents: contents.into(), note: note.into(), action: Action::Paste }
    }
}

/// Returns what a repository needs, in the order in which it is told. What exists is kept.
pub fn plan(repository: &Repository) -> Vec<Planned> {
    let pack = pack_name(&repository.name);
    let mut planned = vec![settings::config(repository, &pack)];
    planned.extend(pack::pack(repository, &pack));
    planned.push(settings::exceptions(repository));
    planned.push(hooks::pre_commit(repository));
    planned.push(hooks::makefile(repository));
    planned.extend(ci::ci(repository));
    planned
}

/// Returns the name of the first pack: the repository's in kebab-case, never that of a built-in pack.
pub fn pack_name(repository: &str) -> String {
    let dashed: String = repository
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' })
        .collect();
    let name = dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    match name.as_str() {
        "" => "project".to_owned(),
        name if built_in_names().contains(&name) => format!("our-{name}"),
        _ => name,
    }
}

/// Returns the folders above a folder, itself first, the root (empty) last.
fn above(folder: &str) -> impl Iterator<Item = &str> {
    let folder = if folder == "." { "" } else { folder };
    std::iter::successors(Some(folder), |folder| match folder.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None => (!folder.is_empty()).then_some(""),
    })
}

/// Returns the path of a file in a folder; the root is empty or a dot.
fn in_folder(folder: &str, file: &str) -> String {
    if matches!(folder, "" | ".") { file.to_owned() } else { format!("{folder}/{file}") }
}

/// Returns a text as YAML, on one line: plain, quoted or escaped.
fn yaml_text(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '/' | '.' | '-');
    let begins_plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '.' | '/'));
    // What could be read as another type is a word without a slash or an inner dot.
    if begins_plain && text.contains('/') && text.chars().all(plain) {
        return text.to_owned();
    }
    let needs_escapes =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if !text.contains(needs_escapes) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut escaped = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            _ if needs_escapes(character) => escaped.push_str(&format!("\\u{:04X}", u32::from(character))),
            _ => escaped.push(character),
        }
    }
    escaped.push('"');
    escaped
}

#[cfg(test)]
mod tests;
