//! What a run gives: findings in order, with their identities.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::facts::Project;
use crate::model::{Finding, Problem, RuleRun, Unknown};

/// What judging the facts gave, before exceptions.
#[derive(Debug, Default)]
pub struct Judgement {
    /// By path, place and rule; each with its fingerprint.
    pub findings: Vec<Arc<Finding>>,
    pub problems: Vec<Problem>,
    pub unknowns: Vec<Unknown>,
    /// One entry per rule that ran, in order of the rules; `excepted` is still zero.
    pub rules: Vec<RuleRun>,
    /// The facts about the whole, as far as [`super::Keep`] and the laws asked for them.
    pub project: Arc<Project>,
    /// Texts of the files that may hold inline exceptions, by path.
    pub inline: BTreeMap<Arc<str>, Arc<str>>,
    /// What scripts printed, in order of file.
    pub log: Vec<String>,
    /// How many files were read or judged.
    pub files: usize,
}

/// Sorts findings by path, place, rule and message, drops exact repetitions, and gives each its fingerprint: 16
/// hexadecimal digits of XXH3 over rule, path, subject, the trimmed line that it points at (its message where it
/// points at no line) and how many like it came before. So a finding keeps its identity when lines move. One that is
/// part of a group is that part of that group, wherever it stands and whatever it says.
pub(super) fn fingerprints(mut findings: Vec<Finding>) -> Vec<Arc<Finding>> {
    findings.sort_by(|left, right| key(left).cmp(&key(right)));
    findings.dedup_by(|left, right| key(left) == key(right));
    let mut findings: Vec<Arc<Finding>> = findings.into_iter().map(Arc::new).collect();
    let mut seen = FxHashMap::default();
    findings.iter_mut().for_each(|finding| number(finding, &mut seen));
    findings
}

/// Gives a finding its fingerprint, given how many were `seen` of each identity.
pub(super) fn number(finding: &mut Arc<Finding>, seen: &mut FxHashMap<u64, u32>) {
    let identity = identity(finding);
    let occurrence = seen.entry(identity).or_insert(0);
    let fingerprint = fingerprint(&[&format!("{identity:016x}"), &occurrence.to_string()]);
    *occurrence += 1;
    if *finding.fingerprint != *fingerprint {
        Arc::make_mut(finding).fingerprint = fingerprint.into();
    }
}

/// Adds findings of other rules to those of a run; both are in order, and stay so.
pub fn add_findings(findings: &mut Vec<Arc<Finding>>, others: Vec<Arc<Finding>>) {
    if !others.is_empty() {
        findings.extend(others);
        // Two runs that are in order are merged, not sorted.
        findings.sort_by(|left, right| key(left).cmp(&key(right)));
    }
}

/// Returns what a finding has in common with those that are like it.
fn identity(finding: &Finding) -> u64 {
    let line = finding.line_text.as_deref().map_or(&*finding.message, str::trim);
    let subject = finding.subject.as_deref().unwrap_or("");
    let identity = match &finding.group {
        Some(group) => [&*finding.rule, &group.key, subject, &group.item],
        None => [&*finding.rule, finding.path().unwrap_or(""), subject, line],
    };
    xxh3_64(identity.join("\0").as_bytes())
}

/// Returns 16 hexadecimal digits that stand for these texts.
pub(super) fn fingerprint(identity: &[&str]) -> String {
    format!("{:016x}", xxh3_64(identity.join("\0").as_bytes()))
}

fn key(finding: &Finding) -> (Option<&str>, Option<crate::model::Span>, &str, &str) {
    (finding.path(), finding.span(), &finding.rule, &finding.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Location, Severity, Span};

    fn finding(line: u32, text: &str) -> Finding {
        Finding {
            rule: "a/b".into(),
            severity: Severity::Error,
            message: "m".into(),
            at: Some(Location::span("x.py", Span::at(line, 1))),
            subject: None,
            about: Arc::default(),
            line_text: Some(text.into()),
            fingerprint: Arc::default(),
            excepted: None,
            group: None,
        }
    }

    #[test]
    fn fingerprints_survive_moved_lines_and_tell_like_lines_apart() {
        let before = vec![finding(1, "drop()"), finding(5, "drop()"), finding(7, "other()")];
        let after = vec![finding(17, "  other()"), finding(11, "drop()"), finding(15, "drop()"), finding(15, "drop()")];
        let (before, after) = (fingerprints(before), fingerprints(after));
        let prints =
            |findings: &[Arc<Finding>]| findings.iter().map(|finding| finding.fingerprint.clone()).collect::<Vec<_>>();
        assert_eq!(prints(&before), prints(&after));
        assert_eq!(prints(&before).iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert!(before[0].fingerprint.len() == 16);
    }
}
