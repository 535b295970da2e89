//! A project that is open in the editor, with what was found in it last.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types::Diagnostic;

use super::diagnostics::{of_finding, of_problem};
use super::positions::Encoding;
use crate::app::lsp::Project;
use crate::model::{Finding, Problem};

/// A project, with what was found in it last.
pub(super) struct Folder {
    pub(super) project: Project,
    /// By path.
    found: BTreeMap<Utf8PathBuf, Found>,
}

/// What was found in a file, and what the editor shows of it.
#[derive(Default)]
struct Found {
    findings: Vec<Arc<Finding>>,
    problems: Vec<Problem>,
    diagnostics: Vec<Diagnostic>,
}

impl Folder {
    pub(super) fn new(project: Project) -> Self {
        Self { project, found: BTreeMap::new() }
    }

    /// Returns the findings in a file.
    pub(super) fn findings(&self, relative: &str) -> &[Arc<Finding>] {
        self.found.get(&self.project.root.join(relative)).map_or(&[], |found| &found.findings)
    }

    /// Returns the files of which the editor shows something.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.found.keys()
    }

    /// Judges the project; returns what scripts printed, and the files of which the editor is to be told.
    pub(super) fn judge(&mut self, encoding: Encoding) -> (Vec<String>, Vec<(Utf8PathBuf, Vec<Diagnostic>)>) {
        let judged = self.project.judge();
        let mut told: BTreeMap<Utf8PathBuf, Found> = BTreeMap::new();
        // They come by file.
        for findings in judged.findings.chunk_by(|left, right| left.path() == right.path()) {
            let path = findings.first().and_then(|finding| finding.path());
            told.entry(place_of(&self.project, path)).or_default().findings.extend_from_slice(findings);
        }
        for problem in judged.problems {
            let path = problem.at.as_ref().map(|at| &*at.path);
            told.entry(place_of(&self.project, path)).or_default().problems.push(problem);
        }
        let mut before = std::mem::take(&mut self.found);
        let mut changed = Vec::new();
        for (path, mut found) in told {
            let known = before.remove(&path);
            let is_touched =
                judged.touched.as_ref().is_none_or(|touched| touched.iter().any(|touched| path.starts_with(touched)));
            found.diagnostics = match known {
                Some(known) if !is_touched && known.says_the_same(&found) => known.diagnostics,
                known => {
                    let diagnostics = self.diagnostics(&path, &found, encoding);
                    if known.is_none_or(|known| known.diagnostics != diagnostics) {
                        changed.push((path.clone(), diagnostics.clone()));
                    }
                    diagnostics
                }
            };
            self.found.insert(path, found);
        }
        // What is left was told before, and holds no longer.
        changed.extend(before.into_keys().map(|path| (path, Vec::new())));
        (judged.log, changed)
    }

    fn diagnostics(&self, path: &Utf8Path, found: &Found, encoding: Encoding) -> Vec<Diagnostic> {
        let text = self.project.relative(path).and_then(|relative| self.project.text(&relative)).unwrap_or_default();
        let lines: Vec<&str> = text.split('\n').collect();
        let of_findings = found.findings.iter().map(|finding| of_finding(finding, &lines, encoding));
        of_findings.chain(found.problems.iter().map(|problem| of_problem(problem, &lines, encoding))).collect()
    }
}

impl Found {
    fn says_the_same(&self, other: &Self) -> bool {
        let is_same = |(one, two): (&Arc<Finding>, &Arc<Finding>)| Arc::ptr_eq(one, two) || one == two;
        self.findings.len() == other.findings.len()
            && self.findings.iter().zip(&other.findings).all(is_same)
            && self.problems == other.problems
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
