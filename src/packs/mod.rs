//! YAML text to packs: rules with their laws, checked against the vocabulary.
//!
//! What a user writes is a raw tree with spans; what the engine gets is a [`Pack`] of checked [`Rule`]s. Faults
//! accumulate as problems, each with its place; one bad rule never hides the next.

mod law;
mod rule;

pub use law::{CodePattern, Comparison, Condition, Law, Literal, Predicate, Script, Test};
pub use rule::{Pack, Rule, RuleTest};
