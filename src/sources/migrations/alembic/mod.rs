//! Alembic: where its migration trees are, and which files belong to them. Alembic is never run.

mod ini;
mod locate;
mod nested;
mod rules;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use rules::{is_version_file, is_version_name, legacy_revision};

use self::locate::Places;
use self::settings::{Settings, folder_of};
use super::{Configured, Tree, VersionLocation};
use crate::languages::python::Header;
use crate::model::facts::{File, Migration, Told, Tool};
use crate::model::{Level, Location, Problem};
use crate::sources::files::{Found, Root};

/// Returns the migration that a file of a tree is.
pub fn migration(tree: &Tree, file: &Arc<File>, header: Header) -> Migration {
    Migration {
        file: file.clone(),
        tool: Tool::Alembic,
        tree: tree.name.clone(),
        revision: header.revision,
        revision_span: header.revision_span,
        down_revisions: header.down_revisions,
        branch_labels: header.branch_labels,
        depends_on: header.depends_on,
        message: header.message,
        created: header.created,
        upgrade: header.upgrade,
        downgrade: header.downgrade,
        changes: Told::default(),
        sql: None,
        unparsed: None,
    }
}

/// How a file is read.
pub type Read<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, Problem>;

/// Finds the trees of the project, by name.
///
/// With `configured` paths these are the trees, and one that is not there is an error. Without, trees are found
/// through every `*alembic*.ini` and `[tool.alembic]` of a pyproject.toml, and by convention: a folder with an env.py
/// that uses Alembic, or a script.py.mako, and a `versions` folder. A configuration that leads nowhere is a warning, and an
/// error when there is no tree at all.
/// The same folders declared by several files are one tree. `files` are those of the project, by path.
pub fn discover(root: &Root, files: &[Found], read: Read<'_>, configured: &[Configured]) -> (Vec<Tree>, Vec<Problem>) {
    let mut discovery = Discovery {
        places: Places::new(root, files),
        files,
        read,
        trees: Vec::new(),
        problems: Vec::new(),
        lost: Vec::new(),
    };
    let declared = discovery.declarations();
    if configured.is_empty() {
        for declaration in &declared {
            discovery.declared(declaration);
        }
        discovery.conventional();
        discovery.lost();
        discovery.unplaced(&declared);
    } else {
        // Files that the configuration does not name have no say, and no faults that matter.
        discovery.problems.retain(|problem| {
            configured.iter().any(|one| problem.at.as_ref().is_some_and(|at| *at.path == *clean(&one.path)))
        });
        for problem in &mut discovery.problems {
            problem.level = Level::Error;
        }
        for one in configured {
            discovery.configured(one, &declared);
        }
    }
    discovery.finish()
}

/// One section of a file that declares a tree.
struct Declaration {
    path: Arc<str>,
    settings: Settings,
}

/// A tree, and the script folder that it belongs to.
struct Candidate {
    script: Arc<str>,
    section: String,
    tree: Tree,
}

struct Discovery<'a> {
    places: Places<'a>,
    files: &'a [Found],
    read: Read<'a>,
    trees: Vec<Candidate>,
    problems: Vec<Problem>,
    /// Places that name a script folder which is not there, and its name.
    lost: Vec<(Location, String)>,
}

impl Discovery<'_> {
    /// Reads all files that may declare trees.
    fn declarations(&mut self) -> Vec<Declaration> {
        let mut projects: BTreeMap<Arc<str>, Declaration> = BTreeMap::new();
        let mut declared = Vec::new();
        let files = self.files;
        let named = |wanted: fn(&str) -> bool| {
            files.iter().filter(move |file| wanted(file.path.rsplit('/').next().unwrap_or_default()))
        };
        for file in named(|name| name == "pyproject.toml") {
            let here = self.places.absolute(&folder_of(&file.path));
            match self.text(&file.path).and_then(|text| settings::of_toml(&file.path, &text, &here)) {
                Ok(Some(settings)) => {
                    projects.insert(folder_of(&file.path), Declaration { path: file.path.clone(), settings });
                }
                Ok(None) => {}
                Err(problem) => self.problems.push(problem),
            }
        }
        let mut completed = BTreeSet::new();
        for file in named(|name| name.ends_with(".ini") && name.contains("alembic")) {
            let folder = folder_of(&file.path);
            let here = self.places.absolute(&folder);
            let (sections, problems) = match self.text(&file.path) {
                Ok(text) => settings::of_ini(&file.path, &text, &here),
                Err(problem) => (Vec::new(), vec![problem]),
            };
            self.problems.extend(problems);
            for mut settings in sections {
                if let Some(project) = projects.get(&folder) {
                    settings = settings::complete(settings, &project.settings);
                    completed.insert(folder.clone());
                }
                declared.push(Declaration { path: file.path.clone(), settings });
            }
        }
        projects.retain(|folder, _| !completed.contains(folder));
        declared.extend(projects.into_values());
        declared
    }

    fn text(&self, path: &str) -> Result<String, Problem> {
        let bytes = (self.read)(path).map_err(|problem| Problem { level: Level::Warning, ..problem })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Adds the tree of a declaration, or says why there is none. Returns whether there is one.
    fn declared(&mut self, declaration: &Declaration) -> bool {
        let folder = folder_of(&declaration.path);
        let settings = &declaration.settings;
        let Some((script, at)) = &settings.script_location else {
            // Set by the program that runs Alembic (Flask-Migrate does), which keeps the file in the script folder.
            let beside = self.places.is_script_folder(&folder);
            if beside {
                self.add(&folder, settings, Location::file(declaration.path.clone()), &folder);
            }
            return beside;
        };
        if let Some((script, base)) = self.places.locate(script, &folder, &settings.prepend_sys_path, true) {
            self.add(&script, settings, at.clone(), &base);
            return true;
        }
        let problem = Problem::warning(format!("`script_location` leads to no folder of the project: `{script}`"));
        let problem = problem.empty(declaration.path.clone());
        let text = self.text(&declaration.path).unwrap_or_default();
        let beside = self.places.is_script_folder(&folder);
        self.problems.push(problem.in_text(at.clone(), &text).hint(if beside {
            "the env.py and the versions beside it are judged instead"
        } else {
            "name the folder that holds env.py and versions, or set `migrations` in lawbook.yml"
        }));
        if beside {
            self.add(&folder, settings, at.clone(), &folder);
        } else {
            self.lost.push((at.clone(), script.clone()));
        }
        beside
    }

    /// Makes an error of each script folder that was found nowhere: what should be judged is not. One of the same name
    /// that was found by convention is taken for it, as programs are started in other folders than we are; and a
    /// template that is yet to be filled in (`{folder}`) leads nowhere by design.
    fn lost(&mut self) {
        let last = |path: &str| path.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default().to_owned();
        for (at, script) in &self.lost {
            let found = self.trees.iter().any(|candidate| last(&candidate.script) == last(script));
            if !found && !script.contains(['{', '<', '$', '%']) {
                let same = |problem: &&mut Problem| problem.at.as_ref() == Some(at);
                self.problems.iter_mut().filter(same).for_each(|problem| problem.level = Level::Error);
            }
        }
    }

    /// Adds the tree with this script folder. `base` is the folder from which its configuration counts.
    fn add(&mut self, script: &Arc<str>, settings: &Settings, location: Location, base: &str) {
        let recursive = settings.recursive;
        let version = |path: Arc<str>| VersionLocation { path, recursive };
        let Some((names, at)) = &settings.version_locations else {
            let versions = self.places.real(&join(script, "versions"));
            let nested = if recursive { Vec::new() } else { self.nested(&versions) };
            if nested.is_empty() {
                self.push(script, &settings.section, location, vec![version(versions)]);
                return;
            }
            let folders: Vec<_> = nested.iter().map(|group| group.join(" with ")).collect();
            self.problems.push(
                Problem::warning(format!(
                    "`{versions}` holds migrations only in folders below, which Alembic reads only when told to; judged {}: {}",
                    if folders.len() > 1 { "each as a tree" } else { "as one tree" },
                    folders.join(", ")
                ))
                .at(location.clone())
                .hint("say so: `version_locations` or `recursive_version_locations` in alembic.ini, or `migrations` in lawbook.yml"),
            );
            for group in nested {
                self.push(script, &settings.section, location.clone(), group.into_iter().map(version).collect());
            }
            return;
        };
        let mut locations = Vec::new();
        for name in names {
            match self.places.locate(name, base, &settings.prepend_sys_path, false) {
                Some((path, _)) => locations.push(version(path)),
                None => self.problems.push(
                    Problem::warning(format!(
                        "`version_locations` names a folder that is not in the project: `{name}`"
                    ))
                    .at(at.clone())
                    .empty(name.as_str())
                    .hint("Alembic leaves it out without a word"),
                ),
            }
        }
        locations.sort();
        locations.dedup();
        self.push(script, &settings.section, location, locations);
    }

    /// Adds a tree, unless the same folders are a tree already.
    fn push(&mut self, script: &Arc<str>, section: &str, location: Location, version_locations: Vec<VersionLocation>) {
        let is_same = |other: &Candidate| other.script == *script && other.tree.version_locations == version_locations;
        if self.trees.iter().any(is_same) {
            return;
        }
        let name = shown(script);
        let tree = Tree { name, tool: Tool::Alembic, location, version_locations, sql: None };
        self.trees.push(Candidate { script: script.clone(), section: section.to_owned(), tree });
    }

    /// Returns the folders below `versions` that hold its migrations, in groups, if it holds none itself.
    fn nested(&self, versions: &str) -> Vec<Vec<Arc<str>>> {
        if self.places.has_versions_in(versions) {
            return Vec::new();
        }
        let below = self.places.below(versions).filter(|path| {
            is_version_name(path.rsplit('/').next().unwrap_or_default()) && !path.contains("/__pycache__/")
        });
        let texts = below.filter_map(|path| Some((folder_of(path), self.text(path).ok()?)));
        nested::groups(&texts.collect::<Vec<_>>())
    }

    /// Adds the trees that no configuration declares.
    fn conventional(&mut self) {
        let taken: BTreeSet<Arc<str>> = self.trees.iter().map(|candidate| candidate.script.clone()).collect();
        let mut folders: BTreeSet<Arc<str>> = BTreeSet::new();
        for file in self.files {
            if matches!(file.path.rsplit('/').next(), Some("env.py" | "script.py.mako")) {
                folders.insert(folder_of(&file.path));
            }
        }
        for folder in folders {
            let environment = join(&folder, "env.py");
            let has_template = self.places.has_file(&join(&folder, "script.py.mako"));
            let is_alembic = || self.text(&environment).is_ok_and(|text| text.contains("alembic"));
            let has_versions = self.places.below(&join(&folder, "versions")).any(|path| path.ends_with(".py"));
            let fits = match (has_template, has_versions) {
                (true, true) => true,
                (true, false) | (false, true) => self.places.has_file(&environment) && is_alembic(),
                (false, false) => false,
            };
            if fits && !taken.contains(&folder) {
                self.add(&folder, &Settings::default(), Location::file(shown(&folder)), &folder);
            }
        }
    }

    /// Says which alembic.ini names no script folder, where none was found near it either.
    fn unplaced(&mut self, declared: &[Declaration]) {
        for declaration in declared.iter().filter(|one| one.settings.script_location.is_none()) {
            let folder = folder_of(&declaration.path);
            if !self.trees.iter().any(|candidate| is_within(&candidate.script, &folder)) {
                self.problems.push(
                    Problem::warning("it names no `script_location`, and no migrations were found beside or below it")
                        .at(Location::file(declaration.path.clone()))
                        .empty(declaration.path.clone())
                        .hint("set `migrations` in lawbook.yml if there are any"),
                );
            }
        }
    }

    /// Adds the trees of a path that the user names.
    fn configured(&mut self, one: &Configured, declared: &[Declaration]) {
        let path = clean(&one.path);
        let before = (self.trees.len(), self.problems.len());
        if self.places.has_file(path) {
            let mut found = false;
            for declaration in declared.iter().filter(|declaration| *declaration.path == *path) {
                found |= self.declared(declaration);
            }
            if !found {
                self.refuse(one, before.1, "declares no migrations that exist");
            }
        } else if !self.places.is_folder(path) {
            self.refuse(one, before.1, "is not there");
        } else {
            self.configured_folder(one, &self.places.real(path), declared);
        }
        let trees = self.trees[before.0..].iter().flat_map(|candidate| &candidate.tree.version_locations);
        let is_empty = trees.clone().count() > 0 && !trees.clone().any(|location| self.places.holds_versions(location));
        if is_empty {
            self.refuse(one, before.1, "holds no migrations");
        }
    }

    fn configured_folder(&mut self, one: &Configured, folder: &Arc<str>, declared: &[Declaration]) {
        let before = self.trees.len();
        // What alembic.ini says about the same folder still holds: its version locations.
        let problems = self.problems.len();
        for declaration in declared {
            let kept = (self.trees.len(), self.problems.len());
            self.declared(declaration);
            let is_meant = |candidate: &Candidate| {
                candidate.script == *folder || candidate.tree.version_locations.iter().any(|one| one.path == *folder)
            };
            let added = self.trees.split_off(kept.0);
            if added.iter().any(is_meant) {
                self.trees.extend(added.into_iter().filter(is_meant));
            } else {
                self.problems.truncate(kept.1);
            }
        }
        if self.trees.len() > before {
            return;
        }
        if self.places.is_script_folder(folder) {
            self.add(folder, &Settings::default(), one.at.clone(), folder);
        } else if self.places.has_versions_in(folder) {
            let location = VersionLocation { path: folder.clone(), recursive: false };
            self.push(folder, "", one.at.clone(), vec![location]);
        } else {
            self.refuse(one, problems, "holds neither an env.py with versions, nor migrations");
        }
    }

    /// Says why a configured path is no tree; what was found out about it so far are errors then.
    fn refuse(&mut self, one: &Configured, since: usize, why: &str) {
        for problem in &mut self.problems[since..] {
            problem.level = Level::Error;
        }
        self.problems.push(
            Problem::error(format!("the configured path `{}` {why}", one.path))
                .at(one.at.clone())
                .empty(clean(&one.path))
                .hint("name the folder that holds env.py, a folder of migrations, or an alembic.ini"),
        );
    }

    /// Gives each tree a name of its own, and sorts.
    fn finish(self) -> (Vec<Tree>, Vec<Problem>) {
        let mut count: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for candidate in &self.trees {
            *count.entry(candidate.script.clone()).or_default() += 1;
        }
        let mut used = BTreeSet::new();
        let mut trees = Vec::new();
        for Candidate { script, section, mut tree } in self.trees {
            if count[&script] > 1 {
                tree.name = match &tree.version_locations[..] {
                    [only] => shown(&only.path),
                    _ if section.is_empty() => shown(&script),
                    _ => format!("{} [{section}]", shown(&script)).into(),
                };
            }
            let mut number = 1;
            let plain = tree.name.clone();
            while !used.insert(tree.name.clone()) {
                number += 1;
                tree.name = format!("{plain} ({number})").into();
            }
            trees.push(tree);
        }
        trees.sort_by(|left, right| left.name.cmp(&right.name));
        let mut problems = self.problems;
        if trees.is_empty() {
            // There is a configuration, and nothing that it leads to: silence would be taken for success.
            problems.iter_mut().for_each(|problem| problem.level = Level::Error);
        }
        problems.sort_by(|left, right| (&left.at, &left.message).cmp(&(&right.at, &right.message)));
        problems.dedup();
        (trees, problems)
    }
}

/// Returns a path as the user writes it without `./` and a last `/`.
fn clean(path: &str) -> &str {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    if path == "." { "" } else { path }
}

/// Returns `folder/name`, where the root is the empty folder.
fn join(folder: &str, name: &str) -> Arc<str> {
    if folder.is_empty() { name.into() } else { format!("{folder}/{name}").into() }
}

/// Returns a folder as a name: `.` for the root.
fn shown(folder: &Arc<str>) -> Arc<str> {
    if folder.is_empty() { ".".into() } else { folder.clone() }
}

/// Returns whether a path is a folder or lies in it.
fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
