//! One way to read a file, whether it lies on disk or in the git index.

use std::sync::Arc;

use super::files::{Edited, Root};
use super::git::Index;
use crate::model::Problem;
use crate::model::facts::AskSize;

/// Files larger than this are not judged, unless the configuration says otherwise: 16 MB.
pub const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// Where the content of files comes from. Usable from several threads.
#[derive(Debug)]
pub enum Reader {
    /// The work tree.
    Disk(Root),
    /// What is staged: `--staged`.
    Index(Index),
}

impl Reader {
    /// Lets these texts stand for files of the work tree.
    pub fn edit(&mut self, edited: &Edited) {
        if let Self::Disk(root) = self {
            root.edited.clone_from(edited);
        }
    }

    /// Returns who tells the sizes of files on disk that are not known yet. Those of the index are known.
    pub fn ask_size(&self) -> AskSize {
        match self {
            Self::Disk(root) => {
                let root = root.clone();
                Arc::new(move |path| root.size(path))
            }
            Self::Index(_) => Arc::new(|_| None),
        }
    }

    /// Returns the bytes of a file, given relative to the root. It is a problem when the file is larger than
    /// `size_limit` bytes, is not a regular file, or cannot be read.
    pub fn read(&self, path: &str, size_limit: u64) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Disk(root) => root.read(path, size_limit),
            Self::Index(index) => index.read(path, size_limit),
        }
    }
}

/// What the bytes of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text(Arc<str>),
    /// Why it is no text, in a few words.
    NotText(Arc<str>),
}

impl Content {
    /// Decodes UTF-8, with or without a byte order mark (which is dropped). Bytes that are not UTF-8, or hold a NUL,
    /// are no text. Python files have their own rules (PEP 263): `languages::python` decodes them.
    pub fn decode(bytes: Vec<u8>) -> Self {
        if bytes.contains(&0) {
            return Self::NotText("it holds NUL bytes".into());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(Arc::from(text.strip_prefix('\u{feff}').unwrap_or(&text))),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                Self::NotText(format!("it is not UTF-8 at byte {}", offset + 1).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_text_only_when_nothing_is_lost() {
        let cases: [(&[u8], Result<&str, &str>); 5] = [
            (b"", Ok("")),
            ("ü\r\n".as_bytes(), Ok("ü\r\n")),
            (b"\xef\xbb\xbfa", Ok("a")),
            (b"ab\xff", Err("it is not UTF-8 at byte 3")),
            (b"a\0b", Err("it holds NUL bytes")),
        ];
        for (bytes, expected) in cases {
            let expected = match expected {
                Ok(text) => Content::Text(text.into()),
                Err(why) => Content::NotText(why.into()),
            };
            assert_eq!(Content::decode(bytes.to_vec()), expected, "{bytes:?}");
        }
    }
}
