//! What a report for reading at leisure tells beside what was found.

use std::sync::Arc;

use super::audit::Audit;
use super::facts::Graph;
use super::history::Growth;

/// Migration trees, exceptions with their ages, and how their list has grown.
#[derive(Clone, Debug)]
pub struct Story {
    /// The name of the project: of its folder.
    pub project: String,
    /// The day of the run, YYYY-MM-DD.
    pub day: String,
    /// By name.
    pub graphs: Vec<Arc<Graph>>,
    /// What the run made of the exceptions.
    pub audit: Audit,
    /// How many days each entry of the audit has stood, in its order; `None` where that is not known.
    pub ages: Vec<Option<u32>>,
    /// How the list of exceptions has grown, or why that is not known.
    pub growth: Result<Growth, String>,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            project: String::new(),
            day: String::new(),
            graphs: Vec::new(),
            audit: Audit::default(),
            ages: Vec::new(),
            growth: Ok(Growth::default()),
        }
    }
}
