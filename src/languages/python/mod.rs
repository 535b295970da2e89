//! Python, read statically: bytes to text, text to syntax, and from there to calls, migrations and `code` patterns.
//!
//! Nothing is run. What only a run could tell is unknown, with the reason. The parser is known to `syntax`, `scope`,
//! `walk` and what reads their trees; nothing of it leaves this folder.

mod calls;
mod decode;
mod header;
mod interpret;
pub mod migrations;
pub mod models;
mod names;
mod nesting;
mod pattern;
mod resolve;
mod scope;
mod source;
mod sqlalchemy;
mod syntax;
mod values;
mod walk;

pub use decode::{DecodeFault, decode};
pub use header::{Header, head};
pub use pattern::{Pattern, PatternFault, PatternMatch, find_all};
pub use source::Source;
pub use syntax::{Module, SyntaxFault};
