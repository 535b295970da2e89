//! YAML text to packs: rules with their laws, checked against the vocabulary.
//!
//! What a user writes is a raw tree with places ([`raw`]); what the engine gets is a [`Pack`] of checked [`Rule`]s.
//! Files are read one by one, layers are merged field by field, then each rule is checked. Faults accumulate as
//! problems, each with its place; one bad rule never hides the next. Nothing here reads a disk, and neither scripts nor
//! `code` patterns are compiled: they keep their places for the engine.

mod agree;
mod check;
mod condition;
mod draft;
mod expect;
mod expectation;
mod file;
mod law;
mod layer;
mod literals;
mod load;
mod message;
mod options;
mod predicate;
mod raw;
mod regexes;
mod rule;
mod rule_tests;
mod schema;
// `build.rs` has it for what is embedded; here it is only tested.
#[cfg(test)]
mod stripped;
#[cfg(test)]
mod tests;

pub use expectation::{
    Expectation, ExpectedColumn, ExpectedEnum, ExpectedForeignKey, ExpectedKey, ExpectedName, ExpectedTable,
};
pub use law::{Agree, CodePattern, Comparison, Condition, Law, Literal, Predicate, SchemaRef, Script, Stubs, Test};
pub use layer::{
    ABOUT_SCHEMAS, COMPANIONS, FileText, Form, Layer, built_in, built_in_names, built_in_rules, is_path, unknown_pack,
};
pub use literals::Needle;
pub use load::{Loaded, Request, load, names};
pub use message::{Piece, pieces};
pub use regexes::Regex;
pub use rule::{Pack, Rule, RuleTest};
pub use schema::{override_schema, schemas};
