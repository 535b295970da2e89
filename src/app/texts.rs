//! Texts of SQL that a run reads more than once: to judge them, to replay them, to show lines of them.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::engine::Input;
use crate::model::Problem;

/// Larger files are read again each time: what that costs is little beside what they cost anyway.
const LARGEST: usize = 1024 * 1024;

/// Texts of a run by file. Usable from several threads.
pub(super) struct Texts<'a> {
    /// Where each is kept, by path.
    places: FxHashMap<&'a str, usize>,
    kept: Vec<OnceLock<Box<[u8]>>>,
}

impl<'a> Texts<'a> {
    /// Makes an empty one for these files.
    pub(super) fn new(inputs: &'a [Input]) -> Self {
        let texts = inputs.iter().filter(|input| is_sql(&input.found.path));
        let places: FxHashMap<&str, usize> =
            texts.enumerate().map(|(place, input)| (&*input.found.path, place)).collect();
        Self { kept: places.iter().map(|_| OnceLock::new()).collect(), places }
    }

    /// Returns the bytes of a file, which `read` reads if they are not here.
    ///
    /// # Errors
    /// It could not be read.
    pub(super) fn get(&self, path: &str, read: impl FnOnce() -> Result<Vec<u8>, Problem>) -> Result<Vec<u8>, Problem> {
        let Some(kept) = self.places.get(path).map(|place| &self.kept[*place]) else { return read() };
        if let Some(bytes) = kept.get() {
            return Ok(bytes.to_vec());
        }
        let bytes = read()?;
        if bytes.len() > LARGEST {
            return Ok(bytes);
        }
        // Who was first is right: nothing changes while a run looks at it.
        Ok(kept.get_or_init(|| bytes.into()).to_vec())
    }
}

fn is_sql(path: &str) -> bool {
    let end = path.len().checked_sub(4).and_then(|end| path.get(end..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(".sql"))
}
