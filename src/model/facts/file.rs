//! Facts of kind `file`.

use std::fmt;
use std::sync::Arc;

use super::call::Call;
use super::{FieldType, Kind, Query, fields, select_calls};
use crate::model::value::{Known, Value};

/// A file under the roots.
#[derive(Debug)]
pub struct File {
    /// Path relative to the root, with `/`.
    pub path: Arc<str>,
    pub size: Size,
    pub change: Known<Change>,
    /// The decoded text; unknown for a file that is no text, is too large or could not be read.
    pub text: Known<Arc<str>>,
    /// The Python calls in it, in order of their start; empty for other files, and where no law asks for calls.
    pub calls: Vec<Arc<Call>>,
}

impl File {
    /// Returns the file name without its folders.
    pub fn name(&self) -> &str {
        memchr::memrchr(b'/', self.path.as_bytes()).map_or(&self.path, |slash| &self.path[slash + 1..])
    }

    /// Returns the file name without its last extension.
    pub fn stem(&self) -> &str {
        let name = self.name();
        name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
    }

    /// Returns the last extension without its dot, or nothing.
    pub fn extension(&self) -> Option<&str> {
        let (stem, extension) = self.name().rsplit_once('.')?;
        (!stem.is_empty()).then_some(extension)
    }

    /// Returns the folder, without a trailing `/`; empty at the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Size of a file in bytes.
#[derive(Clone)]
pub enum Size {
    Bytes(u64),
    /// Asked for when a law wants it: to ask for all takes longer than to find the files.
    Unasked(AskSize),
}

/// Returns the size of the file at a path in bytes; `None` where it is gone.
pub type AskSize = Arc<dyn Fn(&str) -> Option<u64> + Send + Sync>;

impl Size {
    fn value(&self, path: &str) -> Value {
        let bytes = match self {
            Self::Bytes(bytes) => Some(*bytes),
            Self::Unasked(ask) => ask(path),
        };
        let number = |bytes| Value::Int(i64::try_from(bytes).unwrap_or(i64::MAX));
        bytes.map_or_else(|| Value::Unknown("the file is gone".into()), number)
    }
}

impl fmt::Debug for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(formatter, "{bytes} bytes"),
            Self::Unasked(_) => formatter.write_str("unasked"),
        }
    }
}

/// What happened to a file since the base revision (`--since`) or in the index (`--staged`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Unchanged,
    Added,
    Modified,
    Deleted,
    /// Renamed, perhaps modified too; the old path.
    Renamed(Arc<str>),
}

impl Change {
    /// The words of all changes.
    const WORDS: &[&str] = &["unchanged", "added", "modified", "deleted", "renamed"];

    /// Returns the word used in predicates and output.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Renamed(_) => "renamed",
        }
    }
}

pub static KIND: Kind = Kind {
    name: "file",
    about: "A file under the roots.",
    judged: true,
    includes: None,
    fields: fields! { file:
        "path", FieldType::Text, "Path relative to the root, with `/`.", |file| Value::Text(file.path.clone());
        "name", FieldType::Text, "File name without folders.", |file| Value::text(file.name());
        "stem", FieldType::Text, "File name without folders and without its last extension.", |file| Value::text(file.stem());
        "extension", FieldType::Text, "Last extension without the dot; null if there is none.",
            |file| file.extension().map_or(Value::Null, Value::text);
        "folder", FieldType::Text, "Folder of the file; empty at the root.", |file| Value::text(file.folder());
        "text", FieldType::Text, "The whole text; unknown if it is no text or could not be read.",
            |file| file.text.value(|text| Value::Text(text.clone()));
        "size", FieldType::Int, "Size in bytes.", |file| file.size.value(&file.path);
        "change", FieldType::Word(Change::WORDS),
            "What happened to it since the base revision; unknown without `--since` or `--staged`.",
            |file| file.change.value(|change| Value::word(change.name()));
        "renamed_from", FieldType::Text, "Its path in the base revision, if it was renamed since.",
            |file| file.change.value(|change| match change { Change::Renamed(old) => Value::Text(old.clone()), _ => Value::Null });
    },
    queries: &[Query {
        name: "calls",
        argument: Some("callee"),
        returns: FieldType::Facts("call"),
        about: "The Python calls in it, in order; only those to `callee`, in which one `*` stands for anything.",
        run: |fact, callee| Ok(fact.file().map_or(Value::Null, |file| select_calls(&file.calls, callee))),
    }],
    subject: &[("path", "path")],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_among_the_words() {
        let changes =
            [Change::Unchanged, Change::Added, Change::Modified, Change::Deleted, Change::Renamed("a".into())];
        assert_eq!(changes.iter().map(Change::name).collect::<Vec<_>>(), Change::WORDS);
    }

    #[test]
    fn names_and_extensions() {
        let file = |path: &str| File {
            path: path.into(),
            size: Size::Bytes(0),
            change: Known::Yes(Change::Unchanged),
            text: Known::Yes("".into()),
            calls: Vec::new(),
        };
        assert_eq!((file("a/b.up.sql").stem(), file("a/b.up.sql").extension()), ("b.up", Some("sql")));
        assert_eq!((file(".env").stem(), file(".env").extension()), (".env", None));
        assert_eq!((file("a/b/c").folder(), file("c").folder()), ("a/b", ""));
    }
}
