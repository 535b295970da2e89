//! `lawbook init`.

use super::arguments::InitOptions;
use super::terminal::Terminal;
use super::{CLEAN, Failure};

pub(super) fn run(_options: &InitOptions, _terminal: &Terminal) -> Result<u8, Failure> {
    Ok(CLEAN)
}
