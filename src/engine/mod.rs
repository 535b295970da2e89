//! Compiles laws, plans the work, evaluates.
//!
//! [`Laws::compile`] turns checked rules into laws that can run: patterns and scripts compiled, literals extracted.
//! [`judge`] passes over the files once, in parallel: each file is read and parsed only if a law needs it, judged by
//! the laws that look at one file, and dropped; what the laws about graphs and the whole project need is kept.

mod advice;
mod compile;
mod concerns;
mod condition;
mod counters;
mod expectation;
mod file_pass;
mod findings;
mod groups;
mod inputs;
mod judge;
mod kept;
mod keys;
mod message;
mod migration_pass;
mod predicate;
mod rule_pass;
mod scan;
mod schema_pass;
mod sheets;
#[cfg(test)]
mod tests;
mod truth;
mod whole_pass;

pub use compile::{Laws, REPLAYED, is_about_schemas};
pub use findings::{Judgement, add_findings};
pub use groups::merge_groups;
pub use inputs::{Input, Inputs, Keep, Replayed};
pub use judge::{has_deep_workers, judge, judge_again, start_workers};
pub use kept::KeptFiles;
