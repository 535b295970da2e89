//! Where trees of SQL files are: named in lawbook.yml, or found by their conventions.
//!
//! A folder of fixtures, dumps or queries is no migration tree. By convention a folder counts only with clear marks: the
//! names of a tool (`V1__x.sql`, `1_x.up.sql`), its marks in the texts (`-- +goose Up`), its configuration beside them
//! (`atlas.sum`, `migration_lock.toml`), or numbered files in a folder that is called `migrations`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::dialect::{self, Database, HINTS, Hint, LAST_HINTS};
use super::flavor::{self, Project, above, join};
use super::{Read, SqlTree, name};
use crate::model::facts::{Flavor, Role, Tool};
use crate::model::operation::Direction;
use crate::model::schema::Dialect;
use crate::model::{Known, Location, Problem};
use crate::sources::files::Found;
use crate::sources::migrations::{Configured, Tree, VersionLocation};

/// Files of SQL for whose sake the dialect is guessed.
const GUESSED_FROM: usize = 40;

/// Finds the trees of SQL files, by name. With `configured` paths these are the trees, and one that holds no migrations
/// is an error. Without, they are found by convention; `taken` are trees of other tools, in which SQL files are none of
/// their own. `files` are those of the project, by path.
pub fn discover(
    files: &[Found],
    read: Read<'_>,
    configured: &[&Configured],
    taken: &[Tree],
) -> (Vec<Tree>, Vec<Problem>) {
    let discovery = Discovery { files, read, texts: RefCell::default() };
    let mut problems = Vec::new();
    let mut trees = Vec::new();
    if configured.is_empty() {
        for folder in discovery.by_convention(taken) {
            trees.push(discovery.tree(folder, None, None));
        }
    }
    for one in configured {
        let found = discovery.named(one);
        if found.is_empty() {
            let what = one
                .flavor
                .map_or_else(|| "no SQL migrations".to_owned(), |flavor| format!("no migrations of {}", flavor.name()));
            problems.push(
                Problem::error(format!("the configured path `{}` holds {what}", one.path)).at(one.at.clone()).hint(
                    "name the folder that holds them: `001_users.sql`, `V1__users.sql`, `20240115093000_users/up.sql`",
                ),
            );
        }
        trees.extend(found.into_iter().map(|folder| discovery.tree(folder, Some(one.at.clone()), one.dialect)));
    }
    trees.sort_by(|left, right| left.name.cmp(&right.name));
    trees.dedup_by(|left, right| left.name == right.name);
    (trees, problems)
}

/// Returns whether a folder holds SQL migrations and nothing that Alembic would run.
pub fn holds_migrations(files: &[Found], read: Read<'_>, path: &str) -> bool {
    let folder = clean(path);
    let has_python = files_in(files, folder).iter().any(|found| found.path.ends_with(".py"));
    let discovery = Discovery { files, read, texts: RefCell::default() };
    !has_python && !discovery.folders_in(folder, None).is_empty()
}

/// Returns the trees that these files make, whatever their folder is called; for the tests of rules. `texts` are path
/// and text.
pub fn trees_of_files(texts: &BTreeMap<String, String>, dialect: Dialect) -> Vec<Tree> {
    let files: Vec<Found> = texts.keys().map(|path| Found { path: path.as_str().into(), size: None }).collect();
    let read = |path: &str| {
        texts.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| Problem::error("there is no such file"))
    };
    let discovery = Discovery { files: &files, read: &read, texts: RefCell::default() };
    let folders = discovery.folders_in("", None);
    let mut trees: Vec<Tree> = folders.into_iter().map(|folder| discovery.tree(folder, None, Some(dialect))).collect();
    super::line_up(&mut trees, &files, &read);
    trees
}

/// A folder of migrations that was found.
#[derive(Debug, PartialEq, Eq)]
struct Folder {
    path: String,
    flavor: Flavor,
    recursive: bool,
}

struct Discovery<'a> {
    /// By path.
    files: &'a [Found],
    read: Read<'a>,
    texts: RefCell<HashMap<String, Option<Arc<str>>>>,
}

impl Project for Discovery<'_> {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        if let Some(text) = self.texts.borrow().get(path) {
            return text.clone();
        }
        let bytes = if self.has(path) { (self.read)(path).ok() } else { None };
        let text: Option<Arc<str>> = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into());
        self.texts.borrow_mut().insert(path.to_owned(), text.clone());
        text
    }

    fn has(&self, path: &str) -> bool {
        self.files.binary_search_by(|found| (*found.path).cmp(path)).is_ok()
    }
}

impl Discovery<'_> {
    /// Returns the SQL files of each folder that may be a tree, named below it. A folder with one migration is not a
    /// tree: the one above it is.
    fn groups(&self, within: &str) -> BTreeMap<&str, Vec<&str>> {
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for found in files_in(self.files, within).iter().filter(|found| found.path.ends_with(".sql")) {
            let path = &*found.path;
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
            let is_part = matches!(file, "migration.sql" | "up.sql" | "down.sql");
            let above = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
            let base = if is_part && !folder.is_empty() && folder != within { above } else { folder };
            let below = if base.is_empty() { path } else { &path[base.len() + 1..] };
            groups.entry(base).or_default().push(below);
        }
        groups
    }

    /// Returns the folders in a folder that have the form of a tree.
    fn folders_in(&self, within: &str, wanted: Option<Flavor>) -> Vec<Folder> {
        let mut folders = Vec::new();
        for (path, names) in self.groups(within) {
            let (nested, flat): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| name.contains('/'));
            for names in [nested, flat].iter().filter(|names| !names.is_empty()) {
                let fits = |flavor: &Flavor| names.iter().any(|name| name::read(*flavor, name).is_some());
                let flavor = match wanted {
                    Some(flavor) => Some(flavor).filter(fits),
                    None => flavor::of_folder(path, names, self),
                };
                if let Some(flavor) = flavor {
                    let recursive = matches!(flavor, Flavor::Prisma | Flavor::Diesel);
                    folders.push(Folder { path: path.to_owned(), flavor, recursive });
                }
            }
        }
        self.joined(folders)
    }

    /// Joins folders below each other where the tool reads them together: those of Flyway, unless they share versions
    /// or are called as databases, which only some runs read.
    fn joined(&self, folders: Vec<Folder>) -> Vec<Folder> {
        let (deep, mut joined): (Vec<Folder>, Vec<Folder>) =
            folders.into_iter().partition(|folder| matches!(folder.flavor, Flavor::Flyway | Flavor::Refinery));
        let mut roots: BTreeMap<String, Vec<Folder>> = BTreeMap::new();
        let paths: BTreeSet<String> = deep.iter().map(|folder| folder.path.clone()).collect();
        for folder in deep {
            let conventional =
                above(&folder.path).find(|path| *path == "db/migration" || path.ends_with("/db/migration"));
            let top = above(&folder.path).filter(|path| paths.contains(*path)).last();
            let root = conventional.or(top).unwrap_or(&folder.path).to_owned();
            roots.entry(root).or_default().push(folder);
        }
        for (root, group) in roots {
            let flavor = group[0].flavor;
            if group.len() == 1 && group[0].path == root {
                joined.extend(group);
                continue;
            }
            // The parts of the root: what lies in it, and each folder directly below.
            let part = |path: &str| -> String {
                let below = path[root.len()..].trim_start_matches('/');
                below.split('/').next().unwrap_or_default().to_owned()
            };
            let parts: BTreeSet<String> = group.iter().map(|folder| part(&folder.path)).collect();
            let is_database = |part: &String| Database::of_name(part).is_some();
            if !parts.iter().any(is_database) && !self.share_versions(&root, flavor, part) {
                joined.push(Folder { path: root, flavor, recursive: true });
                continue;
            }
            for part in parts {
                let recursive = !part.is_empty();
                let path = if part.is_empty() { root.clone() } else { join(&root, &part) };
                joined.push(Folder { path, flavor, recursive });
            }
        }
        joined.sort_by(|left, right| left.path.cmp(&right.path));
        joined
    }

    /// Returns whether different parts of a root have migrations of one version.
    fn share_versions(&self, root: &str, flavor: Flavor, part: impl Fn(&str) -> String) -> bool {
        let mut parts = BTreeMap::new();
        let sql = files_in(self.files, root).iter().filter(|found| found.path.ends_with(".sql"));
        for found in sql {
            let folder = found.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let Some(name) = name::read(flavor, &found.path).filter(|name| name.role == Role::Versioned) else {
                continue;
            };
            if name.direction == Some(Direction::Downgrade) {
                continue;
            }
            let own = part(folder);
            if *parts.entry(name.compared(flavor)).or_insert_with(|| own.clone()) != own {
                return true;
            }
        }
        false
    }

    fn by_convention(&self, taken: &[Tree]) -> Vec<Folder> {
        let is_taken = |path: &str| {
            taken.iter().any(|tree| {
                let folders = tree.version_locations.iter().map(|location| &*location.path).chain([&*tree.name]);
                folders.into_iter().any(|folder| !folder.is_empty() && folder != "." && is_in(path, folder))
            })
        };
        let folders = self.folders_in("", None);
        folders.into_iter().filter(|folder| !is_taken(&folder.path) && self.is_clear(folder)).collect()
    }

    /// Returns whether a folder has clear marks of a migration tree.
    fn is_clear(&self, folder: &Folder) -> bool {
        let path = &*folder.path;
        if path.split('/').any(is_elsewhere) {
            return false;
        }
        let depth = if path.is_empty() { 0 } else { path.len() + 1 };
        let below = files_in(self.files, path).iter().map(|found| &found.path[depth..]);
        let names: Vec<&str> = below.filter(|below| folder.recursive || !below.contains('/')).collect();
        let count = names.iter().filter(|name| name::read(folder.flavor, name).is_some()).count();
        let is_called_so = path.split('/').rev().take(3).any(|part| {
            let part = part.to_ascii_lowercase();
            part.contains("migration") || part == "migrate"
        });
        let beside = |file: &str| self.has(&join(path, file));
        // A project that has one migration so far: nothing but names tells, so these must be clear.
        let mut sql = names.iter().filter(|name| name.ends_with(".sql"));
        let is_first = is_folder_of_migrations(path)
            && sql.next().is_some_and(|name| is_clearly_numbered(name))
            && sql.next().is_none()
            && !beside("env.py");
        match folder.flavor {
            Flavor::Atlas => true,
            Flavor::Prisma => beside("migration_lock.toml") || (is_called_so && count > 0),
            Flavor::Diesel => {
                count > 1 && (is_called_so || above(path).any(|folder| self.has(&join(folder, "diesel.toml"))))
            }
            Flavor::Flyway | Flavor::Refinery => count > 1 || is_called_so,
            Flavor::GolangMigrate => count > 1 || is_first,
            Flavor::Goose | Flavor::Dbmate | Flavor::SqlMigrate => count > 1 || is_called_so,
            Flavor::Sqlx => is_called_so || (count > 1 && names.iter().any(|name| name.ends_with(".up.sql"))),
            Flavor::Plain if beside("meta/_journal.json") => true,
            // Numbered files of another language are the migrations then, and run these.
            Flavor::Plain => {
                (is_first || (is_called_so && count > 1)) && !names.iter().any(|name| is_other_migration(name))
            }
        }
    }

    /// Returns the folders of a path that the user names.
    fn named(&self, one: &Configured) -> Vec<Folder> {
        let path = clean(&one.path);
        let folders = self.folders_in(path, one.flavor);
        // What lies in the folder itself is meant; what lies below only where it holds nothing itself.
        match folders.iter().position(|folder| folder.path == path) {
            Some(index) => folders.into_iter().nth(index).into_iter().collect(),
            None => folders,
        }
    }

    fn tree(&self, folder: Folder, at: Option<Location>, dialect: Option<Dialect>) -> Tree {
        let name: Arc<str> = if folder.path.is_empty() { ".".into() } else { folder.path.as_str().into() };
        let dialect = dialect.map_or_else(|| self.dialect(&folder), Known::Yes);
        Tree {
            location: at.unwrap_or_else(|| Location::file(name.clone())),
            name,
            tool: Tool::Sql,
            version_locations: vec![VersionLocation { path: folder.path.as_str().into(), recursive: folder.recursive }],
            sql: Some(Arc::new(SqlTree::new(folder.flavor, dialect))),
        }
    }

    /// Returns the dialect of a folder: PostgreSQL, where nothing says another.
    fn dialect(&self, folder: &Folder) -> Known<Dialect> {
        let path = &*folder.path;
        let called = path.split('/').rev().take(2).find_map(Database::of_name);
        let told = || self.hinted(path, HINTS);
        let written = || {
            let files = files_in(self.files, path).iter().filter(|found| found.path.ends_with(".sql"));
            let depth = usize::from(!path.is_empty());
            let own = files.filter(|found| folder.recursive || !found.path[path.len() + depth..].contains('/'));
            let paths: Vec<&str> = own.map(|found| &*found.path).collect();
            // Spread over the tree, as old migrations and new ones differ.
            let step = paths.len().div_ceil(GUESSED_FROM).max(1);
            let texts: Vec<Arc<str>> = paths.iter().step_by(step).filter_map(|path| self.text(path)).collect();
            dialect::of_texts(texts.iter().map(|text| &**text))
        };
        let database = called.or_else(told).or_else(written).or_else(|| self.hinted(path, LAST_HINTS));
        database.map_or(Known::Yes(Dialect::Postgresql), Database::known)
    }

    /// Returns what the first hint says that says anything; nearer files first.
    fn hinted(&self, path: &str, hints: &[Hint]) -> Option<Database> {
        hints.iter().find_map(|hint| {
            let folders = above(path).take(if hint.above { usize::MAX } else { 1 });
            folders.into_iter().find_map(|folder| hint.read(&self.text(&join(folder, hint.file))?))
        })
    }
}

/// Returns the files below a folder. `files` are by path.
pub(super) fn files_in<'a>(files: &'a [Found], folder: &str) -> &'a [Found] {
    if folder.is_empty() {
        return files;
    }
    let folder = format!("{folder}/");
    let start = files.partition_point(|found| *found.path < *folder);
    let length = files[start..].partition_point(|found| found.path.starts_with(&folder));
    &files[start..start + length]
}

/// Returns whether a folder of this name holds what only looks like migrations.
fn is_elsewhere(part: &str) -> bool {
    const ELSEWHERE: &[&str] = &[
        "test",
        "tests",
        "testdata",
        "test_data",
        "testing",
        "spec",
        "specs",
        "fixture",
        "fixtures",
        "__fixtures__",
        "snapshots",
        "__snapshots__",
        "dump",
        "dumps",
        "backup",
        "backups",
        "seed",
        "seeds",
        "query",
        "queries",
        "node_modules",
        "vendor",
        "third_party",
        "target",
        "build",
        "dist",
    ];
    ELSEWHERE.contains(&part.to_ascii_lowercase().as_str())
}

/// Returns whether a folder itself is called as one of migrations, and not just one above it.
fn is_folder_of_migrations(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or(&name);
    matches!(last, "migrations" | "migration" | "migrate")
}

/// Returns whether a file has a number of several digits, or a date, before its words: `0001_init.sql`.
fn is_clearly_numbered(name: &str) -> bool {
    const DIGITS: usize = 3;
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let words = name[digits..].strip_prefix(['_', '-']).unwrap_or_default();
    digits >= DIGITS && words.starts_with(char::is_alphabetic)
}

/// Returns whether a file is a numbered migration in another language.
fn is_other_migration(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    matches!(extension, "py" | "rb" | "php" | "js" | "cjs" | "mjs" | "ts" | "ex" | "exs" | "cs" | "java" | "kt" | "go")
        && stem.starts_with(|first: char| first.is_ascii_digit())
}

/// Returns a path as the user writes it without `./` and a last `/`.
fn clean(path: &str) -> &str {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    if path == "." { "" } else { path }
}

/// Returns whether a file lies in a folder, or a folder in it.
fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The same, or the folder itself.
fn is_in(path: &str, folder: &str) -> bool {
    path == folder || is_within(path, folder)
}
