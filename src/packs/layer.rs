//! Layers: where rules come from, as texts. Built-in ones are embedded here; those of the project are read by the
//! caller.

use std::collections::BTreeMap;
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use crate::model::{Problem, closest};
use crate::yaml::Place;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// A file that was read: its path as the user should see it, and its text.
pub type FileText = (Arc<str>, Arc<str>);

/// The texts of one pack, or of a part of it. Of layers with the same pack name, later ones win field by field.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Name of the pack, unless its own `name` says otherwise: the name of the folder, or the stem of the file.
    pub name: Arc<str>,
    pub built_in: bool,
    pub form: Form,
    /// Path and text of the `.yml`, `.yaml` and `.rhai` files; others are passed over.
    pub files: Vec<FileText>,
}

/// How the rules of a layer are spread over files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A rule a file, named as the file, and a `pack.yml` that may be missing.
    Folder,
    /// One file with `rules:`, or a bare list of rules.
    File,
}

impl Layer {
    /// Returns the packs in a folder: the folder itself, if rules lie directly in it, and each folder below that holds
    /// rules, in order of path. `files` are the files below `folder`, by path as the user should see it.
    pub fn of_folder(folder: &str, files: impl IntoIterator<Item = FileText>) -> Vec<Self> {
        let mut folders: BTreeMap<String, Vec<FileText>> = BTreeMap::new();
        for (path, text) in files {
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
            folders.entry(parent).or_default().push((path, text));
        }
        folders
            .into_iter()
            .filter(|(_, files)| files.iter().any(|(path, _)| is_yaml(path)))
            .map(|(parent, mut files)| {
                files.sort();
                let name = last_part(if parent.is_empty() { folder } else { &parent });
                Self { name: name.into(), built_in: false, form: Form::Folder, files }
            })
            .collect()
    }

    /// Returns the pack in one YAML file; `scripts` are the `.rhai` files beside it.
    pub fn of_file(path: Arc<str>, text: Arc<str>, scripts: impl IntoIterator<Item = FileText>) -> Self {
        let name = file_stem(&path).into();
        let files = std::iter::once((path, text)).chain(scripts).collect();
        Self { name, built_in: false, form: Form::File, files }
    }
}

/// Returns the names of the packs in the binary, sorted.
pub fn built_in_names() -> Vec<&'static str> {
    let mut names: Vec<_> = BUILT_IN.dirs().filter_map(|dir| dir.path().to_str()).collect();
    names.sort_unstable();
    names
}

/// Packs of the binary that bring another one along: its rules were theirs, or are meant wherever theirs are.
pub const COMPANIONS: &[(&str, &str)] = &[("alembic", "migrations")];

/// The packs of the binary whose rules judge nothing but schemas: a run that reads none need not load them.
pub const ABOUT_SCHEMAS: &[&str] = &["schema"];

/// Returns the full names of the rules of a pack of the binary, sorted, without reading them.
pub fn built_in_rules(name: &str) -> Vec<Arc<str>> {
    let dir = BUILT_IN.dirs().find(|dir| dir.path().to_str() == Some(name));
    let files = dir.into_iter().flat_map(Dir::files).filter_map(|file| file.path().file_name()?.to_str());
    let rules = files.filter(|file| is_yaml(file) && *file != "pack.yml");
    let mut names: Vec<Arc<str>> = rules.map(|file| format!("{name}/{}", file_stem(file)).into()).collect();
    names.sort();
    names
}

/// Returns a pack of the binary.
pub fn built_in(name: &str) -> Option<Layer> {
    let dir = BUILT_IN.dirs().find(|dir| dir.path().to_str() == Some(name))?;
    let mut files: Vec<FileText> = dir
        .files()
        .filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)))
        .filter(|(path, _)| is_yaml(path) || is_script(path))
        .map(|(path, text)| (format!("rules/{path}").replace('\\', "/").into(), text.into()))
        .collect();
    files.sort();
    Some(Layer { name: name.into(), built_in: true, form: Form::Folder, files })
}

/// Returns whether an entry of `packs:` is a path, as opposed to the name of a built-in pack.
pub fn is_path(entry: &str) -> bool {
    entry.contains(['/', '\\']) || entry.starts_with('.') || is_yaml(entry)
}

/// Returns the problem of an entry of `packs:` that is neither a path nor the name of a built-in pack.
pub fn unknown_pack(entry: &str, place: Option<&Place>) -> Problem {
    let message = format!("there is no built-in pack `{entry}`");
    let problem = place.map_or_else(|| Problem::error(message.clone()), |place| place.error(message.clone()));
    let names = built_in_names();
    match closest(entry, names.iter().copied()) {
        Some(nearest) => problem.suggest(Some(nearest)),
        None => problem.hint(format!(
            "the built-in packs are {}; a folder of your own is written with a slash: `./{entry}`",
            names.join(", ")
        )),
    }
}

pub(super) fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

pub(super) fn is_script(path: &str) -> bool {
    path.ends_with(".rhai")
}

pub(super) fn file_stem(path: &str) -> &str {
    let name = last_part(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn last_part(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}
