//! Which files are judged: the walk over the tree, and the same choice made on a list from elsewhere.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use ignore::{DirEntry, WalkBuilder, WalkState};
use rustc_hash::FxHashSet;

use super::exclude::{SKIPPED, is_marked};
use super::{Exclude, Found, Listing, Root, links_inside, reason, slashes};
use crate::model::{Location, Problem};

/// Folders that one thread walks through, and entries: sooner than threads are started.
const FEW_FOLDERS: usize = 64;
const FEW_ENTRIES: usize = 16 * 1024;

/// Lists the files to judge: those under the paths `within` (files or folders, relative to the root or absolute), or
/// under the whole root when there are none.
///
/// Left out are, unless they are named in `within`: what `.gitignore` and `.ignore` leave out, hidden files and
/// folders, packages, caches and virtual environments. What `exclude` matches is always left out. Links to folders
/// are not followed; a link to a file counts when the file lies in the root. Named paths that do not exist, folders
/// that cannot be read, and paths that are not UTF-8 are problems.
pub fn list(root: &Root, within: &[Utf8PathBuf], exclude: &[String]) -> Listing {
    let (exclude, mut problems) = Exclude::new(root, exclude);
    let mut folders = Vec::new();
    let mut files = Vec::new();
    let mut excluded = 0;
    if within.is_empty() {
        folders.push(root.absolute.clone());
    }
    for named in within {
        match locate(root, named) {
            Err(problem) => problems.push(problem),
            Ok((path, _)) if exclude.excludes(&path) => excluded += 1,
            Ok((path, None)) => folders.push(root.absolute.join(&*path)),
            Ok((path, size)) => files.push(Found { path, size }),
        }
    }
    if excluded > 0 {
        problems.push(
            Problem::warning(format!("{excluded} of {} named paths are excluded by the configuration", within.len()))
                .hint("they are not judged; `exclude` in lawbook.yml leaves them out"),
        );
    }
    let mut listing = walk(root, &folders, (&exclude, &FxHashSet::default()), |_| {});
    listing.files.append(&mut files);
    listing.problems.append(&mut problems);
    finish(listing)
}

/// Lists all files of folders that are known to matter, whatever `.gitignore` says and hidden or not: Alembic runs
/// every file of its version folders. Each folder is relative to the root, and is looked into deeply when the flag
/// says so. Only `exclude` leaves files out, and those that are listed already. Folders that do not exist hold nothing.
pub fn list_folders(root: &Root, folders: &[(Arc<str>, bool)], exclude: &[String], listed: &[Found]) -> Listing {
    let (exclude, problems) = Exclude::new(root, exclude);
    let mut listing = Listing { files: Vec::new(), problems };
    let mut listed_paths = None;
    for (folder, deep) in folders {
        let absolute = root.absolute.join(&**folder);
        if !absolute.is_dir() {
            continue;
        }
        if root.real_folder(folder).is_none() {
            let problem = Problem::warning("not judged: the folder leads out of the root");
            listing.problems.push(problem.at(Location::file(folder.clone())));
            continue;
        }
        if has_all(listed, (&absolute, folder), *deep) {
            continue;
        }
        let listed_paths = listed_paths.get_or_insert_with(|| listed.iter().map(|found| &*found.path).collect());
        let mut found = walk(root, &[absolute], (&exclude, listed_paths), |builder| {
            builder.standard_filters(false).max_depth(if *deep { None } else { Some(1) });
        });
        listing.files.append(&mut found.files);
        listing.problems.append(&mut found.problems);
    }
    finish(listing)
}

/// Returns whether all that lies in a folder is listed: as good as always, and sooner seen than looked through again.
fn has_all(listed: &[Found], (absolute, folder): (&Utf8Path, &str), deep: bool) -> bool {
    let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let below = &listed[listed.partition_point(|found| *found.path < *start)..];
    let below = below.iter().map_while(|found| found.path.strip_prefix(&*start));
    let names: FxHashSet<&str> = below.filter(|below| !below.contains('/')).collect();
    let Ok(mut entries) = fs::read_dir(absolute) else { return false };
    entries.all(|entry| {
        let Ok(entry) = entry else { return false };
        let name = entry.file_name();
        let Some(name) = name.to_str() else { return false };
        match entry.file_type() {
            Ok(file_type) if file_type.is_dir() => {
                !deep || has_all(listed, (&absolute.join(name), &format!("{start}{name}")), deep)
            }
            Ok(_) => names.contains(name),
            Err(_) => false,
        }
    })
}

/// Makes the choice of `list` on files that another source found, such as the git index: those under `within`, not
/// excluded, and neither hidden nor in a folder of packages unless named.
pub fn narrow(root: &Root, found: Vec<Found>, within: &[Utf8PathBuf], exclude: &[String]) -> Listing {
    let (exclude, mut problems) = Exclude::new(root, exclude);
    let mut named = Vec::new();
    for path in within {
        match root.relative(path) {
            None => problems.push(outside(path)),
            Some(path) if is_above_any(&path, &found) => named.push(path),
            Some(path) => problems.push(Problem::error(format!("`{path}` holds no file that git tracks"))),
        }
    }
    if within.is_empty() {
        named.push("".into());
    }
    let counts = |path: &str| {
        let below = |named: &str| match path.strip_prefix(named) {
            Some("") => true,
            Some(rest) if named.is_empty() => !is_skipped_path(rest),
            Some(rest) => rest.strip_prefix('/').is_some_and(|rest| !is_skipped_path(rest)),
            None => false,
        };
        named.iter().any(|named| below(named)) && !exclude.excludes(path)
    };
    let files = found.into_iter().filter(|file| counts(&file.path)).collect();
    finish(Listing { files, problems })
}

fn is_above_any(folder: &str, found: &[Found]) -> bool {
    found.iter().any(|file| {
        let rest = file.path.strip_prefix(folder);
        rest.is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with('/'))
    })
}

fn is_skipped_path(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') || is_skipped_name(part))
}

/// Returns whether a folder of this name holds what tools fetched or made.
pub fn is_skipped_name(name: &str) -> bool {
    SKIPPED.iter().any(|(skipped, _)| *skipped == name)
}

/// Returns a named path relative to the root, with its size if it is a file.
fn locate(root: &Root, named: &Utf8Path) -> Result<(Arc<str>, Option<u64>), Problem> {
    let path = root.relative(named).ok_or_else(|| outside(named))?;
    let absolute = root.absolute.join(&*path);
    let metadata = fs::metadata(&absolute)
        .map_err(|error| Problem::error(format!("cannot judge `{named}`: {}", reason(&error))))?;
    // Named through a link: judged under the name of what it leads to, so that no file counts twice.
    let real = fs::canonicalize(&absolute).ok().and_then(|real| Utf8PathBuf::from_path_buf(real).ok());
    let real = real.as_ref().and_then(|real| real.strip_prefix(&root.absolute).ok()).ok_or_else(|| outside(named))?;
    if metadata.is_dir() {
        Ok((slashes(real), None))
    } else if metadata.is_file() {
        Ok((path, Some(metadata.len())))
    } else {
        Err(Problem::error(format!("cannot judge `{named}`: it is neither a file nor a folder")))
    }
}

fn outside(named: &Utf8Path) -> Problem {
    Problem::error(format!("cannot judge `{named}`: it lies outside the root"))
        .hint("start lawbook in a folder that holds it, or name another root")
}

/// Walks through folders; neither files that are excluded nor those that are listed already count.
fn walk(
    root: &Root,
    folders: &[Utf8PathBuf],
    (exclude, listed): (&Exclude, &FxHashSet<&str>),
    refine: impl Fn(&mut WalkBuilder),
) -> Listing {
    let Some((first, others)) = folders.split_first() else { return Listing::default() };
    let mut builder = WalkBuilder::new(first);
    for folder in others {
        builder.add(folder);
    }
    builder.follow_links(false);
    let (absolute, folders) = (root.absolute.clone(), exclude.clone());
    builder.filter_entry(move |entry| !is_passed_over(&absolute, &folders, entry));
    refine(&mut builder);
    // A small tree is walked by one thread; a large one is begun anew.
    let mut few = Collector { listing: Listing::default(), listed, into: &Mutex::default() };
    let mut folders = 0;
    let mut entries = builder.build().enumerate();
    let is_large = entries.any(|(number, entry)| {
        folders += usize::from(entry.as_ref().is_ok_and(is_folder));
        few.visit(root, exclude, entry);
        number == FEW_ENTRIES || folders > FEW_FOLDERS
    });
    if !is_large {
        return std::mem::take(&mut few.listing);
    }
    let collected = Mutex::new(Listing::default());
    builder.build_parallel().run(|| {
        let mut local = Collector { listing: Listing::default(), listed, into: &collected };
        Box::new(move |entry| {
            local.visit(root, exclude, entry);
            WalkState::Continue
        })
    });
    collected.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|file_type| file_type.is_dir())
}

/// Returns whether an entry is a folder that is not looked into.
fn is_passed_over(root: &Utf8Path, exclude: &Exclude, entry: &DirEntry) -> bool {
    if entry.depth() == 0 || !is_folder(entry) {
        return false;
    }
    let relative = entry.path().strip_prefix(root).ok().and_then(Utf8Path::from_path);
    is_skipped_name(entry.file_name().to_str().unwrap_or_default())
        || is_marked(entry.path())
        || relative.is_some_and(|relative| exclude.excludes_folder(&slashes(relative)))
}

/// Gathers what one thread finds, and hands it over when the thread is done.
struct Collector<'a> {
    listing: Listing,
    /// Paths that are not to be listed again.
    listed: &'a FxHashSet<&'a str>,
    into: &'a Mutex<Listing>,
}

impl Drop for Collector<'_> {
    fn drop(&mut self) {
        let mut all = self.into.lock().unwrap_or_else(PoisonError::into_inner);
        all.files.append(&mut self.listing.files);
        all.problems.append(&mut self.listing.problems);
    }
}

impl Collector<'_> {
    fn visit(&mut self, root: &Root, exclude: &Exclude, entry: Result<DirEntry, ignore::Error>) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.listing.problems.extend(unreadable(root, &error));
                return;
            }
        };
        let Ok(relative) = entry.path().strip_prefix(&root.absolute) else { return };
        let Some(relative) = Utf8Path::from_path(relative) else {
            // What lies in such a folder has been told with it.
            if relative.parent().is_none_or(|folder| folder.to_str().is_some()) {
                self.listing.problems.push(
                    Problem::warning(format!("not judged, because its path is not UTF-8: `{}`", relative.display()))
                        .hint("rename it"),
                );
            }
            return;
        };
        let Some(file_type) = entry.file_type().filter(|file_type| !file_type.is_dir()) else { return };
        let path = slashes(relative);
        if self.listed.contains(&*path) || exclude.excludes(&path) {
            return;
        }
        if file_type.is_file() {
            self.listing.files.push(Found { path, size: None });
        } else if file_type.is_symlink()
            && let size @ Some(_) = self.link(root, entry.path(), &path)
        {
            self.listing.files.push(Found { path, size });
        }
    }

    /// Returns the size of the file behind a link. Only a link that pretends to be a migration or a model and leads
    /// out of the root, or nowhere, is worth a word: build tools leave many others.
    fn link(&mut self, root: &Root, absolute: &Path, path: &Arc<str>) -> Option<u64> {
        let size = links_inside(root, absolute);
        let is_source = matches!(Path::new(&**path).extension().and_then(OsStr::to_str), Some("py" | "sql"));
        if size.is_none() && is_source && !absolute.is_dir() {
            let problem = Problem::warning("not judged: the link leads out of the root, or nowhere");
            self.listing.problems.push(problem.at(Location::file(path.clone())));
        }
        size
    }
}

/// Returns the problem of a folder that cannot be read; nothing for one that vanished during the walk.
fn unreadable(root: &Root, error: &ignore::Error) -> Option<Problem> {
    let source = error.io_error();
    if source.is_some_and(|source| source.kind() == std::io::ErrorKind::NotFound) {
        return None;
    }
    let why = source.map_or_else(|| error.to_string(), reason);
    let path = path_of(error).and_then(Utf8Path::from_path).and_then(|path| root.relative(path));
    let problem = Problem::error(format!("cannot look into the folder: {why}"))
        .hint("make it readable, or exclude it in lawbook.yml");
    Some(match path {
        Some(path) if !path.is_empty() => problem.at(Location::file(path)),
        _ => problem,
    })
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// Sorts, so that the order in which threads found things does not show.
fn finish(mut listing: Listing) -> Listing {
    listing.files.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    listing.files.dedup_by(|left, right| left.path == right.path);
    listing.problems.sort_by(|left, right| (&left.at, &left.message).cmp(&(&right.at, &right.message)));
    listing.problems.dedup();
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Project {
        _folder: tempfile::TempDir,
        root: Root,
    }

    impl Project {
        fn new(files: &[&str]) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("project");
            fs::create_dir(&path).expect("made");
            let root = Root::open(Utf8Path::from_path(&path).expect("UTF-8")).expect("a root");
            let project = Self { _folder: folder, root };
            for file in files {
                project.write(file, "x");
            }
            project
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.root.absolute.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        }

        fn list(&self, within: &[&str], exclude: &[&str]) -> (Vec<String>, Vec<String>) {
            let within: Vec<_> = within.iter().map(Utf8PathBuf::from).collect();
            let exclude: Vec<_> = exclude.iter().map(ToString::to_string).collect();
            show(list(&self.root, &within, &exclude))
        }
    }

    fn show(listing: Listing) -> (Vec<String>, Vec<String>) {
        let problems = listing.problems.iter().map(ToString::to_string).collect();
        (listing.files.into_iter().map(|file| file.path.to_string()).collect(), problems)
    }

    #[test]
    fn the_whole_root() {
        let project = Project::new(&[
            "b.py",
            "a/b.sql",
            "a-b.py",
            "ignored/a.py",
            ".hidden/a.py",
            "node_modules/a.py",
            "a/__pycache__/a.py",
            "env/pyvenv.cfg",
            "env/lib/a.py",
            "target/CACHEDIR.TAG",
            "target/a.py",
            "venv/mine.py",
            "skipped.py",
        ]);
        fs::create_dir(project.root.absolute.join(".git")).expect("made");
        project.write(".gitignore", "ignored/\n");
        project.write(".ignore", "skipped.py\n");
        let (files, problems) = project.list(&[], &[]);
        assert_eq!(files, ["a-b.py", "a/b.sql", "b.py", "venv/mine.py"]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(project.list(&[], &["a", "/b.py"]).0, ["a-b.py", "venv/mine.py"]);
    }

    #[test]
    fn named_paths() {
        let project = Project::new(&["a/b.py", "a/c.py", "d.py", ".hidden/e.py", "ignored.py", "node_modules/f.py"]);
        fs::create_dir(project.root.absolute.join(".git")).expect("made");
        project.write(".gitignore", "ignored.py\n");
        let absolute = project.root.absolute.join("d.py");
        let (files, problems) = project
            .list(&["a", "a/b.py", "./a/../d.py", absolute.as_str(), ".hidden", "ignored.py", "node_modules"], &[]);
        assert_eq!(files, [".hidden/e.py", "a/b.py", "a/c.py", "d.py", "ignored.py", "node_modules/f.py"]);
        assert!(problems.is_empty(), "{problems:?}");

        let (files, problems) = project.list(&["gone.py", "../..", "a/c.py", "d.py"], &["d.py"]);
        assert_eq!(files, ["a/c.py"]);
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("cannot judge `gone.py`: no such file")));
        assert!(problems.iter().any(|problem| problem.contains("`../..`: it lies outside the root")));
        assert!(problems.iter().any(|problem| problem.contains("1 of 4 named paths are excluded")));
    }

    #[test]
    fn folders_that_matter_are_listed_whatever_git_ignores() {
        let project = Project::new(&["v/a.py", "v/.b.py", "v/sub/c.py", "v/excluded.py", "other.py"]);
        fs::create_dir(project.root.absolute.join(".git")).expect("made");
        project.write(".gitignore", "v/\n");
        let exclude = ["excluded.py".to_owned()];
        let deep =
            |deep| show(list_folders(&project.root, &[("v".into(), deep), ("gone".into(), deep)], &exclude, &[])).0;
        assert_eq!(deep(false), ["v/.b.py", "v/a.py"]);
        assert_eq!(deep(true), ["v/.b.py", "v/a.py", "v/sub/c.py"]);
        let listed = [Found { path: "v/a.py".into(), size: None }];
        assert_eq!(show(list_folders(&project.root, &[("v".into(), false)], &exclude, &listed)).0, ["v/.b.py"]);
        let has_all = |paths: &[&str], folder: &str, deep| {
            let listed: Vec<Found> = paths.iter().map(|path| Found { path: (*path).into(), size: None }).collect();
            has_all(&listed, (&project.root.absolute.join(folder), folder), deep)
        };
        let flat = ["v/.b.py", "v/a.py", "v/excluded.py"];
        assert!(has_all(&flat, "v", false) && !has_all(&flat[..2], "v", false) && !has_all(&flat, "v", true));
        let all = ["other.py", "v/.b.py", "v/a.py", "v/excluded.py", "v/sub/c.py"];
        assert!(has_all(&all, "v", true) && !has_all(&all, "", true), "there is a .gitignore");
        assert!(!has_all(&[], "gone", true));
    }

    #[test]
    fn a_list_from_elsewhere_is_narrowed_alike() {
        let root = Root { absolute: "/project".into(), edited: Default::default() };
        let paths = ["a/b.py", "a/c.py", "a-b.py", ".hidden/d.py", "node_modules/e.py"];
        let found = || paths.iter().map(|path| Found { path: (*path).into(), size: None }).collect();
        let check = |within: &[&str], exclude: &[&str], files: &[&str], problems: usize| {
            let within: Vec<_> = within.iter().map(Utf8PathBuf::from).collect();
            let exclude: Vec<_> = exclude.iter().map(ToString::to_string).collect();
            let listing = show(narrow(&root, found(), &within, &exclude));
            assert_eq!((listing.0, listing.1.len()), (files.iter().map(ToString::to_string).collect(), problems));
        };
        check(&[], &[], &["a-b.py", "a/b.py", "a/c.py"], 0);
        check(&["a", "gone"], &["c.py"], &["a/b.py"], 1);
        check(&["/project/.hidden", "node_modules/e.py"], &[], &[".hidden/d.py", "node_modules/e.py"], 0);
    }

    #[cfg(unix)]
    #[test]
    fn links_pipes_and_foreign_names() {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::symlink;
        let project = Project::new(&["real/a.py"]);
        let at = |path: &str| project.root.absolute.join(path).into_std_path_buf();
        symlink(at("real/a.py"), at("link.py")).expect("linked");
        symlink(at(""), at("real/loop")).expect("linked");
        symlink(at("self"), at("self")).expect("linked");
        symlink("/", at("outside")).expect("linked");
        symlink("/etc/passwd", at("out.py")).expect("linked");
        symlink("/etc/passwd", at("out.txt")).expect("linked");
        fs::write(at("").join(std::ffi::OsStr::from_bytes(b"b\xff.py")), "x").expect("written");
        let made = std::process::Command::new("mkfifo").arg(at("pipe.py")).status();
        let (files, problems) = project.list(&[], &[]);
        assert_eq!(files, ["link.py", "real/a.py"]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("not UTF-8: `b\u{fffd}.py`"), "{problems:?}");
        assert!(problems[1].starts_with("out.py: not judged: the link leads out"), "{problems:?}");
        if made.is_ok_and(|status| status.success()) {
            let (files, problems) = project.list(&["pipe.py"], &[]);
            assert!(files.is_empty() && problems[0].contains("neither a file nor a folder"), "{problems:?}");
            assert!(project.root.read("pipe.py", 9).is_err(), "it must not wait for a writer");
        }
        let (files, problems) = project.list(&["outside", "real/loop/link.py", "real/loop/real"], &[]);
        assert_eq!(files, ["real/a.py", "real/loop/link.py"]);
        assert!(problems.len() == 1 && problems[0].contains("outside the root"), "{problems:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let project = Project::new(&["a.py", "closed/b.py"]);
        let closed = project.root.absolute.join("closed");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("closed");
        let is_barred = fs::read_dir(&closed).is_err();
        let (files, problems) = project.list(&[], &[]);
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("opened");
        if is_barred {
            assert_eq!(files, ["a.py"]);
            assert!(problems.len() == 1 && problems[0].starts_with("closed: cannot look into"), "{problems:?}");
        } else {
            // The superuser reads everything.
            assert_eq!(files, ["a.py", "closed/b.py"]);
        }
        let error = ignore::Error::WithPath {
            path: closed.into(),
            err: Box::new(ignore::Error::Io(std::io::ErrorKind::PermissionDenied.into())),
        };
        let problem = unreadable(&project.root, &error).expect("a problem").to_string();
        assert!(problem.starts_with("closed: cannot look into the folder: permission denied"), "{problem}");
    }
}
