//! The index: what would be committed now, for all tracked files, changed or not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::batch::{Answer, Batch};
use super::{Git, fields, path};
use crate::model::{Location, Problem};
use crate::sources::files::{Found, Root, links_inside, too_large};

/// The content of the index. Usable from several threads.
#[derive(Debug)]
pub struct Index {
    root: Root,
    git: Git,
    entries: BTreeMap<Arc<str>, Entry>,
    problems: Vec<Problem>,
    batch: Mutex<Option<Batch>>,
}

#[derive(Debug)]
struct Entry {
    size: u64,
    /// The object to read; `None` when the file on disk is the same.
    object: Option<String>,
}

impl Index {
    /// Reads the list of files in the index. It is a problem when files in it are not merged.
    pub fn open(root: &Root) -> Result<Self, Problem> {
        Self::open_with(root, Git::of(root))
    }

    pub(super) fn open_with(root: &Root, git: Git) -> Result<Self, Problem> {
        let differing = Differing::ask(&git)?;
        let mut index =
            Self { root: root.clone(), entries: BTreeMap::new(), problems: Vec::new(), batch: Mutex::new(None), git };
        let listed = index.git.run(&["ls-files", "--stage", "-v", "-z", "--"])?;
        for field in fields(&listed) {
            index.add(field, &differing)?;
        }
        index.ask_sizes()?;
        Ok(index)
    }

    /// Returns the files in the index below the root, by path.
    pub fn files(&self) -> Vec<Found> {
        self.entries.iter().map(|(path, entry)| Found { path: path.clone(), size: Some(entry.size) }).collect()
    }

    /// Returns what is odd about the index: paths that are not UTF-8.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns the staged content of a file, given relative to the root. Where git says that the file on disk is the
    /// same, it is read from there.
    pub fn read(&self, path: &str, size_limit: u64) -> Result<Vec<u8>, Problem> {
        let at = || Location::file(path);
        let Some(entry) = self.entries.get(path) else {
            return Err(Problem::error("cannot read the file: it is not in the git index").at(at()));
        };
        let Some(object) = &entry.object else { return self.root.read(path, size_limit) };
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = match batch.take() {
            Some(running) => running,
            None => Batch::start(&self.git)?,
        };
        // Put back only after a whole answer: what remains of a broken one would be taken for the next.
        let answer = running
            .content(object, size_limit)
            .map_err(|error| Problem::error(format!("cannot read the staged file: git cat-file: {error}")).at(at()))?;
        *batch = Some(running);
        match answer {
            Answer::Content(content) => Ok(content),
            Answer::TooLarge(size) => Err(too_large(path, size, size_limit)),
            Answer::Missing => Err(Problem::error("cannot read the staged file: git lacks its content").at(at())),
        }
    }

    /// Adds one line of `git ls-files --stage -v`: `<tag> <mode> <object> <stage>\t<path>`.
    fn add(&mut self, field: &[u8], differing: &Differing) -> Result<(), Problem> {
        let Some(tab) = field.iter().position(|byte| *byte == b'\t') else { return Ok(()) };
        let (details, name) = (String::from_utf8_lossy(&field[..tab]), &field[tab + 1..]);
        let Some(path) = path(name) else {
            let shown = String::from_utf8_lossy(name);
            self.problems.push(
                Problem::warning(format!("not judged, because its path is not UTF-8: `{shown}`")).hint("rename it"),
            );
            return Ok(());
        };
        let mut words = details.split_ascii_whitespace();
        let (Some(tag), Some(mode), Some(object), Some(stage)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Ok(());
        };
        if stage != "0" {
            return Err(Problem::error("cannot judge what is staged: the file has conflicts that are not resolved")
                .at(Location::file(path))
                .hint("resolve them, then `git add` the file"));
        }
        // A submodule is another repository; `git add --intent-to-add` stages nothing yet.
        if mode == "160000" || differing.intended.contains(&path) {
            return Ok(());
        }
        // Other tags than `H`: git was told not to look at the file on disk.
        let absolute = self.root.absolute.join(&*path);
        let same = tag == "H" && !differing.changed.contains(&path);
        let on_disk = if !same {
            None
        } else if mode == "120000" {
            links_inside(&self.root, absolute.as_std_path())
        } else {
            std::fs::symlink_metadata(&absolute).ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len())
        };
        if on_disk.is_none() && mode == "120000" {
            return Ok(());
        }
        let object = on_disk.is_none().then(|| object.to_owned());
        self.entries.insert(path, Entry { size: on_disk.unwrap_or_default(), object });
        Ok(())
    }

    /// Fills in the sizes of what is not the same on disk, with one process.
    fn ask_sizes(&mut self) -> Result<(), Problem> {
        let objects: Vec<&str> = self.entries.values().filter_map(|entry| entry.object.as_deref()).collect();
        if objects.is_empty() {
            return Ok(());
        }
        let input = objects.join("\n") + "\n";
        let output = self.git.run_with(&["cat-file", "--batch-check=%(objectsize)"], input.as_bytes())?;
        let output = String::from_utf8_lossy(&output);
        let asked = self.entries.values_mut().filter(|entry| entry.object.is_some());
        for (entry, size) in asked.zip(output.lines()) {
            entry.size = size.parse().unwrap_or_default();
        }
        Ok(())
    }
}

/// Files whose content on disk is not what the index holds.
struct Differing {
    changed: BTreeSet<Arc<str>>,
    intended: BTreeSet<Arc<str>>,
}

impl Differing {
    fn ask(git: &Git) -> Result<Self, Problem> {
        let output = git.run(&[
            "diff",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--no-renames",
            "--ignore-submodules=all",
            "--relative",
            "--name-status",
            "-z",
            "--",
        ])?;
        let mut differing = Self { changed: BTreeSet::new(), intended: BTreeSet::new() };
        let mut fields = fields(&output);
        while let (Some(status), Some(name)) = (fields.next(), fields.next()) {
            let set = if status[0] == b'A' { &mut differing.intended } else { &mut differing.changed };
            set.extend(path(name));
        }
        Ok(differing)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Repository;
    use super::*;

    fn names(index: &Index) -> Vec<(String, u64)> {
        index.files().into_iter().map(|file| (file.path.to_string(), file.size.expect("it is asked for"))).collect()
    }

    fn staged() -> Repository {
        let repository = Repository::new();
        for path in ["same.py", "sub/edited.py", "sub/odd \n ü.py", "gone.py", "assumed.py"] {
            repository.write(path, "committed");
        }
        repository.commit("base");
        repository.git(&["update-index", "--assume-unchanged", "assumed.py"]);
        repository.write("sub/edited.py", "staged!");
        repository.write("sub/odd \n ü.py", "staged");
        repository.write("fresh.py", "");
        repository.git(&["add", "sub", "fresh.py"]);
        for path in ["sub/edited.py", "sub/odd \n ü.py", "assumed.py", "untracked.py", "intended.py"] {
            repository.write(path, "on disk");
        }
        repository.git(&["add", "-N", "intended.py"]);
        std::fs::remove_file(repository.path("gone.py")).expect("removed");
        repository
    }

    #[test]
    fn content_is_what_is_staged() {
        let repository = staged();
        let index = Index::open_with(&repository.root(), repository.here()).expect("an index");
        let expected = [
            ("assumed.py", "committed"),
            ("fresh.py", ""),
            ("gone.py", "committed"),
            ("same.py", "committed"),
            ("sub/edited.py", "staged!"),
            ("sub/odd \n ü.py", "staged"),
        ];
        let sizes: Vec<_> = expected.iter().map(|(path, text)| ((*path).to_owned(), text.len() as u64)).collect();
        assert_eq!(names(&index), sizes);
        for (path, text) in expected {
            assert_eq!(index.read(path, 100).expect(path), text.as_bytes(), "{path}");
        }
        assert!(index.read("untracked.py", 100).is_err());
        let problem = index.read("sub/edited.py", 6).expect_err("too large");
        assert!(problem.message.contains("7 bytes"), "{problem}");
        assert_eq!(index.read("sub/edited.py", 7).expect("read after a refusal"), b"staged!");
    }

    #[test]
    fn a_subfolder_sees_its_own_files() {
        let repository = staged();
        let root = repository.folder("sub");
        let index = Index::open_with(&root, repository.git_in(&root, &[])).expect("an index");
        assert_eq!(names(&index), [("edited.py".to_owned(), 7), ("odd \n ü.py".to_owned(), 6)]);
        assert_eq!(index.read("edited.py", 100).expect("read"), b"staged!");
    }

    #[test]
    fn many_threads_read_many_files() {
        let repository = Repository::new();
        let paths: Vec<String> = (0..200).map(|number| format!("{number}.py")).collect();
        for path in &paths {
            repository.write(path, &path.repeat(1000));
        }
        repository.git(&["add", "-A"]);
        for path in &paths {
            repository.write(path, "later");
        }
        let index = Index::open_with(&repository.root(), repository.here()).expect("an index");
        std::thread::scope(|scope| {
            for chunk in paths.chunks(50) {
                let index = &index;
                scope.spawn(move || {
                    for path in chunk {
                        assert_eq!(index.read(path, 1 << 20).expect("read"), path.repeat(1000).as_bytes());
                    }
                });
            }
        });
    }

    #[test]
    fn conflicts_cannot_be_judged() {
        let repository = Repository::new();
        repository.write("a.py", "1");
        repository.commit("base");
        repository.git(&["checkout", "-q", "-b", "side"]);
        repository.write("a.py", "2");
        repository.commit("side");
        repository.git(&["checkout", "-q", "main"]);
        repository.write("a.py", "3");
        repository.commit("main");
        assert!(repository.try_git(&["merge", "side"]).is_err(), "the merge stops");
        let problem = Index::open_with(&repository.root(), repository.here()).expect_err("conflicts");
        assert!(problem.message.contains("conflicts"), "{problem}");
        assert_eq!(problem.at, Some(Location::file("a.py")));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_foreign_names() {
        use std::os::unix::ffi::OsStrExt;
        let repository = Repository::new();
        repository.write("real/a.py", "1");
        std::os::unix::fs::symlink("real/a.py", repository.path("link.py")).expect("linked");
        std::os::unix::fs::symlink("/etc/passwd", repository.path("out.py")).expect("linked");
        let odd = std::ffi::OsStr::from_bytes(b"b\xff.py");
        std::fs::write(repository.path("").join(odd), "1").expect("written");
        repository.git(&["add", "-A"]);
        let index = Index::open_with(&repository.root(), repository.here()).expect("an index");
        assert_eq!(names(&index), [("link.py".to_owned(), 1), ("real/a.py".to_owned(), 1)]);
        assert_eq!(index.problems().len(), 1);
        assert!(index.problems()[0].message.contains("not UTF-8"), "{:?}", index.problems());
    }
}
