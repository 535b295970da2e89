//! One run: finds the project, reads what the user gave, judges, excuses, reports. Prints nothing.

pub mod baseline;
mod check;
mod empty;
pub mod exceptions;
mod facts;
mod full;
pub mod init;
mod kept;
mod look;
pub mod lsp;
mod pack_files;
mod replace;
mod replay;
mod rule_tests;
mod schemas;
mod scope;
mod session;
mod story;
mod texts;
pub mod watch;
mod workspace;

pub use check::{Base, Check, Progress, check};
pub use facts::{collect, fact_json, kinds_json};
pub use rule_tests::{TestOutcome, TestResult, run_tests};
pub use schemas::{Asked, MODELS, names as schema_names, schema};
pub use session::{Session, Verdict};
pub use workspace::{CONFIG_NAMES, Workspace};
