//! The outcome in words, the same in every format for people. It never calls clear what was not judged.

use super::text::count;
use crate::model::{Level, Report, Severity};

/// Names listed before "and N more".
const MOST_NAMES: usize = 5;

/// Returns the one line that says how the run ended.
pub fn headline(report: &Report) -> String {
    let summary = report.summary();
    let found = found(report);
    if !found.is_empty() {
        return format!(
            "Found {found} in {} ({}, {} excepted, {}{} unknown).",
            looked_at(report),
            count(summary.rules, "rule"),
            summary.excepted,
            if summary.baselined > 0 { format!("{} in the baseline, ", summary.baselined) } else { String::new() },
            summary.unknown
        );
    }
    if report.has_errors() && report.rules.is_empty() {
        return format!("Nothing was judged: {}.", count(errors(report), "problem"));
    }
    let judged: usize = report.rules.iter().map(|rule| rule.judged).sum();
    let verdict = match () {
        () if report.has_errors() => "No findings, but not everything could be judged",
        () if judged == 0 && summary.unknown == 0 => "Nothing was judged",
        () if summary.unknown > 0 => "No findings",
        () => "All clear",
    };
    let mut line = format!("{verdict}: {}, {}", looked_at(report), count(summary.rules, "rule"));
    if summary.excepted > 0 {
        line.push_str(&format!(", {} excepted", count(summary.excepted, "finding")));
    }
    if summary.baselined > 0 {
        line.push_str(&format!(", {} in the baseline", summary.baselined));
    }
    if summary.unknown > 0 {
        line.push_str(&format!(", {} unknown", summary.unknown));
    }
    line.push('.');
    line
}

/// Returns what was looked at: `54 files`, `54 files and 2 schemas`.
fn looked_at(report: &Report) -> String {
    let files = count(report.files, "file");
    if report.schemas == 0 { files } else { format!("{files} and {}", count(report.schemas, "schema")) }
}

/// Returns the counts of findings, `3 errors, 1 warning`; empty without findings.
pub fn found(report: &Report) -> String {
    let summary = report.summary();
    let parts: Vec<_> = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    parts.join(", ")
}

/// Returns what else must be known to read the headline right: one sentence each, in a fixed order.
pub fn notes(report: &Report, fail_on: Severity) -> Vec<String> {
    let mut notes = Vec::new();
    let errors = errors(report);
    if errors > 0 && report.rules.is_empty() {
        return notes;
    }
    if errors > 0 {
        notes.push(format!(
            "The verdict cannot be trusted: {} kept something from being judged.",
            count(errors, "problem")
        ));
    } else if report.active().next().is_some() && !report.fails(fail_on) {
        notes.push(match fail_on {
            Severity::Off => "Findings do not fail this run.".to_owned(),
            _ => format!("None of them fails this run: the level is `{fail_on}`."),
        });
    }
    if report.rules.iter().any(|rule| rule.judged > 0) && report.migrations == 0 && report.schemas == 0 {
        notes.push("No migrations were found.".to_owned());
    }
    notes.extend(idle(report));
    notes
}

fn errors(report: &Report) -> usize {
    report.problems.iter().filter(|problem| problem.level == Level::Error).count()
}

/// Names the rules that judged nothing; one that failed is named where it did.
fn idle(report: &Report) -> Option<String> {
    let idle: Vec<&str> =
        report.rules.iter().filter(|rule| rule.judged == 0 && !rule.failed).map(|rule| rule.rule.as_ref()).collect();
    if report.rules.is_empty() {
        return Some("No rule ran.".to_owned());
    }
    if idle.is_empty() {
        return None;
    }
    if idle.len() == report.rules.len() {
        return Some("No rule met a fact that it judges.".to_owned());
    }
    let named = idle.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    let more = match idle.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{} judged nothing: {named}{more}.", count(idle.len(), "rule")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Problem, RuleRun, Unknown};
    use crate::reporters::sample;

    #[test]
    fn the_headline_never_calls_clear_what_was_not_judged() {
        let clean = sample::clean();
        assert_eq!(headline(&clean), "All clear: 54 files, 2 rules, 1 finding excepted.");
        assert_eq!(notes(&clean, Severity::Error), Vec::<String>::new());

        let unknown = Unknown { rule: "a/b".into(), at: None, reason: "computed".into() };
        let unsure = Report { unknowns: vec![unknown], ..clean.clone() };
        assert_eq!(headline(&unsure), "No findings: 54 files, 2 rules, 1 finding excepted, 1 unknown.");

        let with_schemas = Report { schemas: 2, migrations: 0, ..clean.clone() };
        assert_eq!(headline(&with_schemas), "All clear: 54 files and 2 schemas, 2 rules, 1 finding excepted.");
        assert_eq!(notes(&with_schemas, Severity::Error), Vec::<String>::new());

        let broken = Report { problems: vec![Problem::error("broken")], ..clean.clone() };
        assert!(headline(&broken).starts_with("No findings, but not everything could be judged: "));
        assert_eq!(
            notes(&broken, Severity::Error),
            ["The verdict cannot be trusted: 1 problem kept something from being judged."]
        );

        let warned = Report { problems: vec![Problem::warning("odd")], ..clean };
        assert!(headline(&warned).starts_with("All clear: "));

        let empty = Report::default();
        assert_eq!(headline(&empty), "Nothing was judged: 0 files, 0 rules.");
        assert_eq!(notes(&empty, Severity::Error), ["No rule ran."]);
    }

    #[test]
    fn findings_below_the_level_are_said_to_pass() {
        let mut report = sample::report();
        report.problems.clear();
        assert_eq!(notes(&report, Severity::Error), ["1 rule judged nothing: alembic/multiple-heads."]);
        report.findings.retain(|finding| finding.severity < Severity::Error);
        let expected = "None of them fails this run: the level is `error`.";
        assert_eq!(notes(&report, Severity::Error).first().map(String::as_str), Some(expected));
        assert_eq!(notes(&report, Severity::Off).first().map(String::as_str), Some("Findings do not fail this run."));
    }

    #[test]
    fn idle_rules_are_named_up_to_a_few() {
        let run = |index: usize, judged| RuleRun { rule: format!("p/r{index}").into(), judged, ..RuleRun::default() };
        let rules = (0..9).map(|index| run(index, usize::from(index == 0))).collect();
        let report = Report { rules, migrations: 1, ..Report::default() };
        let expected = "8 rules judged nothing: p/r1, p/r2, p/r3, p/r4, p/r5 and 3 more.";
        assert_eq!(notes(&report, Severity::Error), [expected]);
        let report = Report { rules: vec![run(0, 0), run(1, 0)], migrations: 1, ..Report::default() };
        assert_eq!(notes(&report, Severity::Error), ["No rule met a fact that it judges."]);
    }
}
