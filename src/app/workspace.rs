//! The project: its root, configuration, packs and exceptions, before anything is judged.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::check::{Base, Check};
use super::pack_files;
use crate::config::{self, Config};
use crate::engine;
use crate::exceptions::{self, Exceptions, Names};
use crate::model::{Location, Problem, closest};
use crate::packs::{self, Layer, Loaded, Request, Rule};
use crate::sources::files::{Edited, Root};
use crate::sources::migrations::Configured as ConfiguredTree;
use crate::sources::reader::SIZE_LIMIT;
use crate::yaml::Source;

/// Names under which the configuration is looked for, in this order.
pub const CONFIG_NAMES: &[&str] = &[config::FILE_NAME, "lawbook.yaml", ".lawbook.yml"];

/// A project whose configuration and packs have been read.
pub struct Workspace {
    pub root: Root,
    pub config: Config,
    /// Path of the configuration relative to the root, if there is one.
    pub config_path: Option<Arc<str>>,
    pub loaded: Loaded,
    /// Full names of the rules of packs that were not loaded because the run has no use for them.
    pub left_out: Vec<Arc<str>>,
    /// What is wrong with the configuration and the packs.
    pub problems: Vec<Problem>,
}

/// Reads a file by its path relative to the root; `None` where there is none.
pub type ReadIfThere<'a> = dyn Fn(&str) -> Option<Result<Vec<u8>, Problem>> + 'a;

impl Workspace {
    /// Opens the project that holds `paths`: the nearest folder, from the first of them upwards, with a
    /// configuration. Without one it is the current folder if that holds all of them, else the first path's folder.
    /// `packs` are added to those of the configuration. With `tests` the tests of rules matter, see [`Request`].
    ///
    /// # Errors
    /// The root cannot be read; a path is not there, or not below the root.
    pub fn open(paths: &[Utf8PathBuf], packs: &[String], tests: bool) -> Result<Self, Problem> {
        Self::open_with(paths, packs, tests, Edited::default(), |_, _| true)
    }

    /// Opens the project for a run: as [`Workspace::open`] does, without the packs that such a run has no use for.
    /// `edited` are the texts that stand for files.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn open_to_check(check: &Check, packs: &[String], edited: Edited) -> Result<Self, Problem> {
        let asked = !check.schemas.databases.is_empty() || !check.rules.is_empty();
        Self::open_with(&check.paths, packs, false, edited, |root, config| {
            asked || config.has_schemas() || (root.is_among(&check.paths) && check.base != Base::Staged)
        })
    }

    /// Opens the project for who reads about its rules: all of them, with their reasons and remedies.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn open_to_explain(check: &Check, packs: &[String], edited: Edited) -> Result<Self, Problem> {
        Self::open_with(&check.paths, packs, true, edited, |_, _| true)
    }

    fn open_with(
        paths: &[Utf8PathBuf],
        packs: &[String],
        tests: bool,
        edited: Edited,
        reads_schemas: impl Fn(&Root, &Config) -> bool,
    ) -> Result<Self, Problem> {
        engine::start_workers();
        let (mut root, config_name) = find_root(paths)?;
        root.edited = edited;
        for path in paths {
            let absolute = path.canonicalize_utf8().map_err(|_| not_there(path))?;
            if !absolute.starts_with(&root.absolute) {
                let problem = Problem::error(format!("`{path}` is outside of the project"));
                return Err(problem.hint(format!("the project is `{}`", root.absolute)));
            }
        }
        let mut problems = Vec::new();
        let mut config = Config::default();
        if let Some(name) = config_name {
            let text = root.read(name, SIZE_LIMIT).and_then(|bytes| {
                String::from_utf8(bytes).map_err(|_| Problem::error("it is not UTF-8").at(Location::file(name)))
            });
            match text {
                Ok(text) => {
                    let (read, found) = config::read(&Source::new(name, text));
                    config = read;
                    problems.extend(found);
                }
                Err(problem) => problems.push(problem),
            }
        }
        let mut layers = pack_files::layers(&root, &config, packs, &mut problems);
        let idle = if reads_schemas(&root, &config) { Vec::new() } else { idle_packs(&config, &layers) };
        layers.retain(|layer| !idle.contains(&&*layer.name));
        let left_out = idle.into_iter().flat_map(packs::built_in_rules).collect();
        let request = Request { layers, overrides: &config.rules, tests };
        let loaded = packs::load(request, &mut problems);
        problems.sort_by(|left, right| (&left.at, &left.message).cmp(&(&right.at, &right.message)));
        Ok(Self { root, config, config_path: config_name.map(Into::into), loaded, left_out, problems })
    }

    /// Returns how many bytes a file may have to be read.
    pub fn size_limit(&self) -> u64 {
        self.config.size_limit.unwrap_or(SIZE_LIMIT)
    }

    /// Returns the globs of paths that are not looked at.
    pub fn exclude(&self) -> Vec<String> {
        self.config.exclude.iter().map(|glob| glob.value.clone()).collect()
    }

    /// Returns the migration trees that the configuration names.
    pub fn configured_trees(&self) -> Vec<ConfiguredTree> {
        let trees = self.config.migrations.iter().flatten();
        trees
            .map(|tree| {
                let place = tree.path.place.as_ref().map(crate::yaml::Place::location);
                let at = place.unwrap_or_else(|| Location::file(config::FILE_NAME));
                ConfiguredTree {
                    path: tree.path.value.as_str().into(),
                    at,
                    tool: tree.tool,
                    flavor: tree.flavor,
                    dialect: tree.dialect,
                }
            })
            .collect()
    }

    /// Returns all rules, in order of pack and id, switched off or not.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.loaded.packs.iter().flat_map(|pack| &pack.rules)
    }

    /// Returns the rule with this full name, alias, or bare id that only one pack has.
    ///
    /// # Errors
    /// There is none, or several; with the nearest name.
    pub fn rule(&self, name: &str) -> Result<&Rule, Problem> {
        let bare: Vec<&Rule> = self.rules().filter(|rule| rule.id.rsplit('/').next() == Some(name)).collect();
        let exact = self.rules().find(|rule| *rule.id == *name || rule.aliases.iter().any(|alias| alias == name));
        match (exact, bare.as_slice()) {
            (Some(rule), _) => Ok(rule),
            (None, [rule]) => Ok(rule),
            (None, []) => {
                let ids = self.rules().flat_map(|rule| [&*rule.id, rule.id.rsplit('/').next().unwrap_or(&rule.id)]);
                let problem = Problem::error(format!("there is no rule `{name}`"));
                Err(match closest(name, ids) {
                    Some(nearest) => problem.suggest(Some(nearest)),
                    None => problem.hint("`lawbook rules` lists them"),
                })
            }
            (None, several) => {
                let ids: Vec<&str> = several.iter().map(|rule| &*rule.id).collect();
                Err(Problem::error(format!("several rules are called `{name}`: {}", ids.join(", "))))
            }
        }
    }

    /// Returns the names under which exceptions may speak of rules.
    pub fn names(&self) -> Names {
        let rules = self.rules().map(|rule| (&rule.id, rule.aliases.iter().map(String::as_str).collect()));
        let broken = self.loaded.broken.iter().map(|id| (id, Vec::new()));
        let left_out = self.left_out.iter().map(|id| (id, Vec::new()));
        Names::new(rules.chain(broken).chain(left_out))
    }

    /// Reads the exceptions file. `None` means that it could not be read, which is among `problems` and must stop the
    /// run: it must never count as "no exceptions". A missing file is empty, unless it was configured.
    pub fn exceptions(&self, read: &ReadIfThere<'_>, problems: &mut Vec<Problem>) -> Option<Exceptions> {
        let path = &*self.config.exceptions.value;
        let bytes = match read(path) {
            None => {
                if let Some(place) = &self.config.exceptions.place {
                    problems.push(place.error(format!("there is no exceptions file `{path}`")));
                    return None;
                }
                return Some(Exceptions::default());
            }
            Some(Ok(bytes)) => bytes,
            Some(Err(problem)) => {
                problems.push(problem);
                return None;
            }
        };
        let Ok(text) = String::from_utf8(bytes) else {
            problems.push(Problem::error("it is not UTF-8").at(Location::file(path)));
            return None;
        };
        exceptions::read(&Source::new(path, text), problems)
    }
}

/// Returns the packs that only matter where schemas are read, and that the configuration neither changes nor extends.
fn idle_packs(config: &Config, layers: &[Layer]) -> Vec<&'static str> {
    let about_schemas = packs::ABOUT_SCHEMAS.iter().copied();
    about_schemas
        .filter(|pack| {
            let rules = packs::built_in_rules(pack);
            let is_changed = config
                .rules
                .iter()
                .filter_map(|(name, _)| name.as_text())
                .any(|name| rules.iter().any(|rule| &**rule == name || rule.rsplit('/').next() == Some(name)));
            // A layer of the project that never says the name extends nothing of it.
            let own = layers.iter().filter(|layer| !layer.built_in);
            let is_extended =
                own.flat_map(|layer| &layer.files).any(|(path, text)| path.contains(pack) || text.contains(pack));
            layers.iter().any(|layer| layer.built_in && &*layer.name == *pack) && !is_changed && !is_extended
        })
        .collect()
}

fn not_there(path: &Utf8Path) -> Problem {
    Problem::error(format!("there is no file or folder `{path}`"))
}

fn find_root(paths: &[Utf8PathBuf]) -> Result<(Root, Option<&'static str>), Problem> {
    let current = Root::open(Utf8Path::new("."))?;
    let start = match paths.first() {
        None => current.absolute.clone(),
        Some(path) => {
            let absolute = path.canonicalize_utf8().map_err(|_| not_there(path))?;
            if absolute.is_dir() { absolute } else { absolute.parent().ok_or_else(|| not_there(path))?.to_owned() }
        }
    };
    for folder in start.ancestors() {
        if let Some(name) = CONFIG_NAMES.iter().find(|name| folder.join(name).is_file()) {
            return Ok((Root::open(folder)?, Some(name)));
        }
    }
    let inside = |path: &Utf8PathBuf| path.canonicalize_utf8().is_ok_and(|path| path.starts_with(&current.absolute));
    let explicit_folder = paths.len() == 1 && paths[0].is_dir() && start != current.absolute && is_project(&start);
    if paths.iter().all(inside) && !explicit_folder { Ok((current, None)) } else { Ok((Root::open(&start)?, None)) }
}

/// Returns whether a folder looks like a project of its own.
fn is_project(folder: &Utf8Path) -> bool {
    [".git", "alembic.ini", "pyproject.toml", config::EXCEPTIONS_FILE].iter().any(|name| folder.join(name).exists())
}
