//! Every version of one file, from the main line of the history.

use std::collections::HashMap;
use std::sync::Arc;

use super::batch::{Answer, Batch};
use super::{Git, is_shallow};
use crate::model::Problem;
use crate::sources::files::Root;

/// The versions of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Oldest first.
    pub versions: Vec<Version>,
    /// A part of the history is missing: the oldest version may be older than it seems.
    pub cut_off: bool,
}

/// A version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The full name of the commit.
    pub commit: Arc<str>,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// `None` for a commit that removed the file, or where it is too large to read.
    pub content: Option<Arc<[u8]>>,
}

/// Returns the versions of a file, under all names that it had, along the first parents of `HEAD`: what a branch did
/// counts when it is merged.
///
/// # Errors
/// There is no git, no repository, or no commit.
pub fn history(root: &Root, path: &str, size_limit: u64) -> Result<History, Problem> {
    let git = Git::of(root);
    let output = git.run(&[
        "log",
        "--first-parent",
        "--diff-merges=first-parent",
        "--follow",
        "-M",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-show-signature",
        "--format=%x01%H %ct",
        "--",
        path,
    ])?;
    let mut batch = None;
    let mut contents: HashMap<String, Option<Arc<[u8]>>> = HashMap::new();
    let mut versions = Vec::new();
    for (commit, time, object) in read(&output) {
        let content = match object {
            None => None,
            Some(object) => match contents.get(&object) {
                Some(content) => content.clone(),
                None => {
                    let running = match &mut batch {
                        Some(running) => running,
                        None => batch.insert(Batch::start(&git)?),
                    };
                    let content = match running.content(&object, size_limit) {
                        Ok(Answer::Content(content)) => Some(Arc::from(content)),
                        Ok(Answer::TooLarge(_) | Answer::Missing) => None,
                        Err(error) => return Err(Problem::error(format!("git cat-file: {error}"))),
                    };
                    contents.insert(object, content.clone());
                    content
                }
            },
        };
        versions.push(Version { commit: commit.into(), time, content });
    }
    versions.reverse();
    Ok(History { versions, cut_off: is_shallow(root) })
}

/// Reads what git wrote: of each commit its name, its time, and the object that the file is then, newest first.
fn read(output: &[u8]) -> Vec<(String, i64, Option<String>)> {
    let mut found = Vec::new();
    let mut commit: Option<(String, i64)> = None;
    for field in output.split(|byte| *byte == 0) {
        let field = String::from_utf8_lossy(field);
        let field = field.trim_start_matches('\n');
        if let Some(header) = field.strip_prefix('\u{1}') {
            let mut words = header.split_whitespace();
            let (name, time) = (words.next().unwrap_or_default(), words.next().and_then(|time| time.parse().ok()));
            commit = time.map(|time| (name.to_owned(), time));
        } else if let (Some(raw), Some((name, time))) = (field.strip_prefix(':'), &commit) {
            // `100644 100644 OLD NEW M`
            let words: Vec<&str> = raw.split(' ').collect();
            if let [_, _, _, new, _] = words[..] {
                let is_gone = new.bytes().all(|byte| byte == b'0');
                found.push((name.clone(), *time, (!is_gone).then(|| new.to_owned())));
                commit = None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::Repository;
    use super::*;

    fn texts(repository: &Repository, path: &str) -> Vec<String> {
        let history = history(&repository.root(), path, 1_000).expect("there is one");
        let text = |version: &Version| match &version.content {
            Some(content) => String::from_utf8_lossy(content).into_owned(),
            None => "-".to_owned(),
        };
        history.versions.iter().map(text).collect()
    }

    #[test]
    fn versions_follow_renames_and_merges_along_the_main_line() {
        let repository = Repository::new();
        let body = "exceptions:\n  a/rule:\n    - one.py\n    - two.py\n    - three.py\n";
        repository.write("old.yml", body);
        repository.commit("one");
        repository.write("other.txt", "x");
        repository.commit("nothing of it");
        repository.git(&["checkout", "-q", "-b", "side"]);
        repository.write("old.yml", &format!("{body}    - side.py\n"));
        repository.commit("side one");
        repository.write("old.yml", &format!("{body}    - side.py\n    - more.py\n"));
        repository.commit("side two");
        repository.git(&["checkout", "-q", "main"]);
        repository.git(&["merge", "-q", "--no-ff", "-m", "merged", "side"]);
        repository.git(&["mv", "old.yml", "new name.yml"]);
        repository.commit("renamed");
        repository.write("new name.yml", "gone too large ".repeat(100).as_str());
        repository.commit("large");
        let expected = [body.to_owned(), format!("{body}    - side.py\n    - more.py\n")];
        let found = texts(&repository, "new name.yml");
        assert_eq!(found[..2], expected);
        assert_eq!(found[2], expected[1], "the rename changed nothing");
        assert_eq!(found[3..], ["-"]);
        assert_eq!(texts(&repository, "nosuch.yml"), [""; 0]);
    }

    #[test]
    fn without_a_history_it_says_so() {
        let repository = Repository::new();
        assert!(history(&repository.root(), "a.yml", 1_000).is_err(), "no commit");
        let folder = tempfile::tempdir().expect("a folder");
        let path = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("UTF-8");
        let root = Root::open(&path).expect("a folder");
        assert!(history(&root, "a.yml", 1_000).is_err(), "no repository");
    }

    #[test]
    fn what_git_wrote_is_read() {
        let zeros = "0".repeat(40);
        let output = format!(
            "\u{1}aa 1700000002\0\n:100644 000000 bb {zeros} D\0x.yml\0\u{1}cc 1700000001\0:100644 100644 bb dd R090\0a\0b\0\u{1}bad\0:junk\0"
        );
        let expected =
            [("aa".to_owned(), 1_700_000_002, None), ("cc".to_owned(), 1_700_000_001, Some("dd".to_owned()))];
        assert_eq!(read(output.as_bytes()), expected);
        assert_eq!(read(b""), []);
    }
}
