//! A project that is open in the editor, with what was found in it last.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use gen_lsp_types::Diagnostic;

use super::diagnostics::{of_finding, of_problem};
use super::positions::Encoding;
use crate::app::lsp::Project;
use crate::model::{Finding, Problem};

/// A project, with what was found in it last.
pub(super) struct Folder {
    pub(super) project: Project,
    /// By path relative to the root.
    pub(super) findings: BTreeMap<String, Vec<Arc<Finding>>>,
    /// What the editor shows, by file.
    pub(super) published: BTreeMap<Utf8PathBuf, Vec<Diagnostic>>,
}

impl Folder {
    pub(super) fn new(project: Project) -> Self {
        Self { project, findings: BTreeMap::new(), published: BTreeMap::new() }
    }

    /// Judges the project; returns what scripts printed, and the files of which the editor is to be told.
    pub(super) fn judge(&mut self, encoding: Encoding) -> (Vec<String>, Vec<(Utf8PathBuf, Vec<Diagnostic>)>) {
        let judged = self.project.judge();
        let mut told: BTreeMap<Utf8PathBuf, (Vec<Arc<Finding>>, Vec<Problem>)> = BTreeMap::new();
        for finding in judged.findings {
            told.entry(place_of(&self.project, finding.path())).or_default().0.push(finding);
        }
        for problem in judged.problems {
            let path = problem.at.as_ref().map(|at| &*at.path);
            told.entry(place_of(&self.project, path)).or_default().1.push(problem);
        }
        self.findings.clear();
        let mut before = std::mem::take(&mut self.published);
        let mut changed = Vec::new();
        for (path, (findings, problems)) in told {
            let relative = self.project.relative(&path).unwrap_or_default();
            let text = self.project.text(&relative).unwrap_or_default();
            let lines: Vec<&str> = text.split('\n').collect();
            let of_findings = findings.iter().map(|finding| of_finding(finding, &lines, encoding));
            let of_problems = problems.iter().map(|problem| of_problem(problem, &lines, encoding));
            let diagnostics: Vec<Diagnostic> = of_findings.chain(of_problems).collect();
            if before.remove(&path).as_ref() != Some(&diagnostics) {
                changed.push((path.clone(), diagnostics.clone()));
            }
            self.findings.insert(relative, findings);
            self.published.insert(path, diagnostics);
        }
        // What is left was told before, and holds no longer.
        changed.extend(before.into_keys().map(|path| (path, Vec::new())));
        (judged.log, changed)
    }
}

/// Goes into the folder of a project: without a configuration, the current folder is the root.
pub(super) fn enter(project: &Project) {
    // Where it is gone, judging says so.
    let _ = std::env::set_current_dir(&project.folder);
}

/// Returns where something is shown; what is in no file, where the configuration is, or would be.
fn place_of(project: &Project, path: Option<&str>) -> Utf8PathBuf {
    let root = &project.root;
    let config = || {
        let names = crate::app::CONFIG_NAMES.iter().find(|name| root.join(name).is_file());
        root.join(names.copied().unwrap_or(crate::config::FILE_NAME))
    };
    path.map_or_else(config, |path| root.join(path))
}
