//! Texts of SQL that a run reads more than once: to judge them, to replay them, to show lines of them.

use std::sync::OnceLock;

use crate::engine::Input;
use crate::model::Problem;

/// Larger files are read again each time: what that costs is little beside what they cost anyway.
const LARGEST: u64 = 1024 * 1024;

/// Texts of a run by file. Usable from several threads.
pub(super) struct Texts<'a> {
    /// By path.
    inputs: &'a [Input],
    kept: Vec<OnceLock<Box<[u8]>>>,
}

impl<'a> Texts<'a> {
    /// Makes an empty one for these files, which are sorted by path.
    pub(super) fn new(inputs: &'a [Input]) -> Self {
        Self { inputs, kept: inputs.iter().map(|_| OnceLock::new()).collect() }
    }

    /// Returns the bytes of a file, which `read` reads if they are not here.
    ///
    /// # Errors
    /// It could not be read.
    pub(super) fn get(&self, path: &str, read: impl FnOnce() -> Result<Vec<u8>, Problem>) -> Result<Vec<u8>, Problem> {
        let Some(kept) = self.place(path) else { return read() };
        if let Some(bytes) = kept.get() {
            return Ok(bytes.to_vec());
        }
        let bytes = read()?;
        // Who was first is right: nothing changes while a run looks at it.
        Ok(kept.get_or_init(|| bytes.into()).to_vec())
    }

    /// Returns where the bytes of a file are kept; `None` for one whose bytes are not.
    fn place(&self, path: &str) -> Option<&OnceLock<Box<[u8]>>> {
        let sql = path.len().checked_sub(4).and_then(|end| path.get(end..));
        if !sql.is_some_and(|end| end.eq_ignore_ascii_case(".sql")) {
            return None;
        }
        let index = self.inputs.binary_search_by(|input| (*input.found.path).cmp(path)).ok()?;
        (self.inputs[index].found.size <= LARGEST).then(|| &self.kept[index])
    }
}
