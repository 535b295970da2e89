//! `lawbook baseline`, and the baseline that a run hides.

mod plan;

use std::collections::HashMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::full;
use super::workspace::{ReadIfThere, Workspace};
use crate::config::BASELINE_FILE;
use crate::engine::Judgement;
use crate::exceptions::baseline::{self, Baseline, BaselineEntry, Hidden};
use crate::exceptions::{Blind, Fared, Resolution};
use crate::model::{Location, Problem};
use crate::yaml::{Place, Source};

pub use plan::{Mode, Plan, Question, plan, write};

/// Which baseline a run hides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Chosen {
    /// That of `lawbook.yml`, if it names one.
    #[default]
    Configured,
    /// That of `lawbook.yml`, or the one of the usual name.
    Usual,
    /// This file.
    File(Utf8PathBuf),
    /// None.
    No,
}

/// A baseline that was read.
#[derive(Debug)]
pub(super) struct Known {
    /// Relative to the root, or as the user wrote it where it lies elsewhere.
    pub(super) path: Arc<str>,
    pub(super) findings: Baseline,
}

/// Where a baseline lies.
struct File {
    path: Arc<str>,
    /// Where `lawbook.yml` names it.
    place: Option<Place>,
    /// The command line names it: it is read from the disk, staged or not.
    on_disk: bool,
}

impl File {
    fn of(workspace: &Workspace, chosen: &Chosen) -> Option<Self> {
        match chosen {
            Chosen::No => None,
            Chosen::File(path) => Some(Self { path: from_root(workspace, path), place: None, on_disk: true }),
            Chosen::Configured | Chosen::Usual => match &workspace.config.baseline {
                Some(named) => {
                    Some(Self { path: named.value.as_str().into(), place: named.place.clone(), on_disk: false })
                }
                None if *chosen == Chosen::Configured => None,
                None => Some(Self { path: BASELINE_FILE.into(), place: None, on_disk: false }),
            },
        }
    }

    fn absent(&self) -> Problem {
        let message = format!("there is no baseline `{}`", self.path);
        let problem = self.place.as_ref().map_or_else(|| Problem::error(&*message), |place| place.error(&*message));
        problem.hint("`lawbook baseline` writes one; --no-baseline does without")
    }
}

/// Returns a path that the user wrote as seen from the root; as it is where it lies elsewhere.
fn from_root(workspace: &Workspace, path: &Utf8Path) -> Arc<str> {
    let absolute = path.canonicalize_utf8().or_else(|_| camino::absolute_utf8(path));
    let relative = absolute.as_ref().ok().and_then(|absolute| workspace.root.relative(absolute));
    relative.unwrap_or_else(|| absolute.map_or_else(|_| path.as_str().into(), |path| path.as_str().into()))
}

/// Reads the baseline that a run is to hide, `None` if there is none to hide.
///
/// # Errors
/// It is not there, or cannot be trusted, which is among the problems.
pub(super) fn read(
    workspace: &Workspace,
    chosen: &Chosen,
    read: &ReadIfThere<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Option<Known>, ()> {
    let Some(file) = File::of(workspace, chosen) else { return Ok(None) };
    let bytes = if file.on_disk { from_disk(workspace, &file.path) } else { read(&file.path) };
    let Some(bytes) = bytes else {
        problems.push(file.absent());
        return Err(());
    };
    let bytes = bytes.map_err(|problem| {
        let hint = "`--baseline` takes the file behind it; paths to judge stand before it";
        problems.push(if file.on_disk { problem.hint(hint) } else { problem });
    })?;
    Ok(Some(of_bytes(file.path, bytes, problems).ok_or(())?))
}

fn from_disk(workspace: &Workspace, path: &str) -> Option<Result<Vec<u8>, Problem>> {
    let there = workspace.root.is_there(path);
    there.then(|| workspace.root.read(path, workspace.size_limit()))
}

fn of_bytes(path: Arc<str>, bytes: Vec<u8>, problems: &mut Vec<Problem>) -> Option<Known> {
    let Ok(text) = String::from_utf8(bytes) else {
        problems.push(Problem::error("it is not UTF-8").at(Location::file(path)));
        return None;
    };
    let findings = baseline::read(&Source::new(path.clone(), text), problems)?;
    Some(Known { path, findings })
}

/// Returns the entries that a full run proves to be of no use.
pub(super) fn stale<'a>(
    workspace: &Workspace,
    findings: &'a Baseline,
    hidden: &Hidden,
    fared: &HashMap<Arc<str>, Fared>,
    judgement: &Judgement,
) -> Vec<&'a BaselineEntry> {
    let spots = full::blind(judgement);
    let (blind, names) = (Blind::new(&spots), workspace.names());
    findings.stale(hidden, |entry| match fared.get(&entry.rule) {
        Some(Fared::Ran) => {
            // What is in no file may be unseen because of any.
            !blind.covers(std::slice::from_ref(&entry.rule), |path| entry.path.as_deref().is_none_or(|own| own == path))
        }
        Some(Fared::Off | Fared::Not(_)) => false,
        // A rule of a pack that was not read, as the run has no use for it, is not gone.
        None => !matches!(names.resolve(&entry.rule), Resolution::Rules(_)),
    })
}

/// Returns what a run says of a baseline of which this is stale.
pub(super) fn told(known: &Known, stale: &[&BaselineEntry]) -> Option<Problem> {
    let (gone, all) = (stale.len(), known.findings.entries.len());
    let first = stale.first()?;
    let verb = if gone == 1 { "is" } else { "are" };
    let message = format!("the baseline is stale: {gone} of its {all} findings {verb} gone, such as {}", first.label());
    let problem = Problem::warning(message).at(Location::file(known.path.clone()));
    Some(problem.hint("`lawbook baseline --prune` takes out what is mended"))
}
