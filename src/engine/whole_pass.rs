//! Laws about graphs, exceptions and the whole project, after all files.

use std::sync::Arc;

use super::compile::Laws;
use super::judge::Counters;
use super::predicate::View;
use super::rule_pass::{self, Judged, Outcome};
use crate::model::Fact;
use crate::model::facts::Project;

/// Judges what is left when every file has been seen; graphs only if `about_trees`.
pub(super) fn judge(laws: &Laws, project: &Arc<Project>, counters: &Counters, about_trees: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let view = View::none(laws);
    for (number, rule) in laws.rules.iter().enumerate() {
        let facts: Vec<Fact> = match rule.kind().name {
            "graph" if about_trees => project.graphs.iter().cloned().map(Fact::Graph).collect(),
            "exception" => project.exceptions.iter().cloned().map(Fact::Exception).collect(),
            "project" => vec![Fact::Project(project.clone())],
            _ => continue,
        };
        for fact in facts {
            let path = fact.location().map(|location| location.path);
            if path.is_some_and(|path| !rule.files.contain(&path)) {
                continue;
            }
            let judged = rule_pass::judge(rule, number, &fact, &view, &mut outcome);
            counters.count(number, judged);
            if judged == Judged::Exhausted {
                break;
            }
        }
    }
    outcome
}
