//! The files of the project: the root, which files count, and their bytes. What git says about them is in `git`.

mod exclude;
mod walk;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

pub use exclude::{Exclude, is_marked};
pub use walk::{is_skipped_name, list, list_folders, narrow};

use crate::model::{Location, Problem};

/// The root of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Absolute, without `.`, `..` and symbolic links.
    pub absolute: Utf8PathBuf,
    /// Files whose text in an editor stands for what is on disk.
    pub edited: Edited,
}

/// Texts that stand for files, by path relative to the root: what an editor shows and has not saved.
pub type Edited = Arc<BTreeMap<Arc<str>, Arc<str>>>;

/// A file under the root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Relative to the root, with `/`.
    pub path: Arc<str>,
    /// Size in bytes, where it is known without asking for it.
    pub size: Option<u64>,
}

/// The files to judge, and what was in the way of finding them.
#[derive(Debug, Default)]
pub struct Listing {
    /// By path, each once.
    pub files: Vec<Found>,
    pub problems: Vec<Problem>,
}

impl Root {
    /// Returns the root at `path`, which must be a folder with a path in UTF-8.
    pub fn open(path: &Utf8Path) -> Result<Self, Problem> {
        let refuse = |why: String| Err(Problem::error(format!("cannot use `{path}` as the root: {why}")));
        let absolute = match fs::canonicalize(path) {
            Ok(absolute) => absolute,
            Err(error) => return refuse(reason(&error)),
        };
        if !absolute.is_dir() {
            return refuse("it is not a folder".into());
        }
        match Utf8PathBuf::from_path_buf(absolute) {
            Ok(absolute) => Ok(Self { absolute, edited: Edited::default() }),
            Err(absolute) => refuse(format!("its path is not UTF-8: {}", absolute.display())),
        }
    }

    /// Returns whether paths mean all of the project: there are none, or the root is among them.
    pub fn is_among(&self, paths: &[Utf8PathBuf]) -> bool {
        let is_root = |path: &Utf8PathBuf| path.canonicalize_utf8().is_ok_and(|path| path == self.absolute);
        paths.is_empty() || paths.iter().any(is_root)
    }

    /// Returns the bytes of a file, given relative to the root. It is a problem when the file is larger than
    /// `size_limit` bytes, is not a regular file, or cannot be read.
    pub fn read(&self, path: &str, size_limit: u64) -> Result<Vec<u8>, Problem> {
        if let Some(text) = self.edited.get(path) {
            return match text.len() as u64 {
                size if size > size_limit => Err(too_large(path, size, size_limit)),
                _ => Ok(text.as_bytes().to_vec()),
            };
        }
        let unreadable = |why: String| Problem::error(format!("cannot read the file: {why}")).at(Location::file(path));
        let opened = open(&self.absolute.join(path)).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = opened.map_err(|error| unreadable(reason(&error)))?;
        if !metadata.is_file() {
            return Err(unreadable("it is not a regular file".into()));
        }
        if metadata.len() > size_limit {
            return Err(too_large(path, metadata.len(), size_limit));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        file.take(size_limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unreadable(reason(&error)))?;
        if bytes.len() as u64 > size_limit {
            return Err(too_large(path, bytes.len() as u64, size_limit));
        }
        Ok(bytes)
    }

    /// Returns the size of a file in bytes; `None` where there is none.
    pub fn size(&self, path: &str) -> Option<u64> {
        let edited = self.edited.get(path).map(|text| text.len() as u64);
        edited.or_else(|| Some(fs::metadata(self.absolute.join(path)).ok().filter(fs::Metadata::is_file)?.len()))
    }

    /// Returns whether there is something at a path relative to the root.
    pub fn is_there(&self, path: &str) -> bool {
        self.edited.contains_key(path) || self.absolute.join(path).exists()
    }

    /// Returns whether the path, relative to the root, is a folder on disk.
    pub fn is_folder(&self, path: &str) -> bool {
        self.absolute.join(path).is_dir()
    }

    /// Returns the names of the files that lie in a folder on disk; none if it cannot be read.
    pub fn file_names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.absolute.join(path)).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|file_type| !file_type.is_dir()));
        files.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    /// Returns where a folder really lies, relative to the root and with symbolic links followed; `None` when that is
    /// outside the root, or nowhere.
    pub fn real_folder(&self, path: &str) -> Option<Arc<str>> {
        let real = Utf8PathBuf::from_path_buf(fs::canonicalize(self.absolute.join(path)).ok()?).ok()?;
        if !real.is_dir() {
            return None;
        }
        real.strip_prefix(&self.absolute).ok().map(slashes)
    }

    /// Returns a path as it is written in facts: relative to the root, with `/`, without `.` and `..`; empty for the
    /// root itself. Relative paths are taken from the root. `None` when it leads out of the root.
    pub fn relative(&self, path: &Utf8Path) -> Option<Arc<str>> {
        let absolute = normalize(&self.absolute.join(path));
        absolute.strip_prefix(&self.absolute).ok().map(slashes)
    }
}

/// Opens whatever is there. A named pipe is opened without waiting for somebody who writes to it.
fn open(path: &Utf8Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

/// Returns the path without `.` and `..`, by its text alone.
pub fn normalize(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            Utf8Component::ParentDir if normal.has_root() => {}
            component => normal.push(component),
        }
    }
    normal
}

/// Returns a relative path with `/` between its parts.
fn slashes(path: &Utf8Path) -> Arc<str> {
    if std::path::MAIN_SEPARATOR == '/' {
        return Arc::from(path.as_str());
    }
    path.components().map(|component| component.as_str()).collect::<Vec<_>>().join("/").into()
}

/// Returns whether a link leads to a file inside the root.
pub(super) fn links_inside(root: &Root, link: &Path) -> Option<u64> {
    let real = fs::canonicalize(link).ok()?;
    let metadata = fs::metadata(&real).ok()?;
    (metadata.is_file() && real.starts_with(&root.absolute)).then_some(metadata.len())
}

/// Returns the problem of a file over the limit.
pub(super) fn too_large(path: &str, size: u64, limit: u64) -> Problem {
    Problem::error(format!("the file is too large to judge: {size} bytes, and the limit is {limit}"))
        .at(Location::file(path))
        .hint("exclude it, if it is generated")
}

/// Returns why reading failed, without the number that the operating system gives it.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_dots_and_stay_inside() {
        let root = Root { absolute: "/home/project".into(), edited: Edited::default() };
        let cases = [
            ("a/./b", Some("a/b")),
            ("a/../b", Some("b")),
            ("./", Some("")),
            ("/home/project/a", Some("a")),
            ("../project/a", Some("a")),
            ("..", None),
            ("/home/projects", None),
            ("a/../../..", None),
            ("../../../../home/project/x", Some("x")),
        ];
        for (path, expected) in cases {
            assert_eq!(root.relative(Utf8Path::new(path)).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_root_must_be_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8Path::from_path(folder.path()).expect("UTF-8");
        fs::write(path.join("file"), "").expect("written");
        assert!(Root::open(path).is_ok());
        for (name, why) in [("file", "not a folder"), ("gone", "no such file")] {
            let problem = Root::open(&path.join(name)).expect_err(name);
            assert!(problem.message.contains(why), "{problem}");
        }
    }

    #[test]
    fn reading_is_limited() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Root::open(Utf8Path::from_path(folder.path()).expect("UTF-8")).expect("a root");
        fs::write(root.absolute.join("a"), "12345").expect("written");
        fs::create_dir(root.absolute.join("folder")).expect("made");
        assert_eq!(root.read("a", 5).expect("read"), b"12345");
        for (path, limit, expected) in
            [("a", 4, "5 bytes, and the limit is 4"), ("gone", 9, "no such file"), ("folder", 9, "not a regular file")]
        {
            let problem = root.read(path, limit).expect_err(path);
            assert!(problem.message.contains(expected), "{problem}");
            assert_eq!(problem.at, Some(Location::file(path)));
        }
    }
}
