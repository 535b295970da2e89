//! `junit`: JUnit XML as Jenkins, GitLab and others read it.
//!
//! A test suite a rule, so that what passed is seen as well; a test case a finding, without lines in its name, so that
//! its history goes on when lines move. What fails the run fails, what does not is skipped, like what could not be
//! judged; problems are errors of the suite `lawbook`.

use std::collections::BTreeMap;
use std::io;

use super::text::{count, markup, short_line, visible};
use super::{Options, with_hint};
use crate::model::{Finding, Level, Report, RuleRun};

/// Characters of a message in a name.
const MOST_CHARACTERS: usize = 160;

/// Writes a suite for each rule, and one for problems.
pub fn write(report: &Report, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut findings: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in options.shown(report) {
        findings.entry(&finding.rule).or_default().push(finding);
    }
    let mut suites: Vec<Suite> = Vec::new();
    for run in &report.rules {
        let found = findings.remove(&*run.rule).unwrap_or_default();
        suites.push(Suite::new(run.rule.to_string(), of_rule(run, &found, report, options)));
    }
    for (rule, found) in findings {
        let cases = found.into_iter().map(|finding| of_finding(finding, options)).collect();
        suites.push(Suite::new(rule.to_owned(), cases));
    }
    if !report.problems.is_empty() {
        suites.push(Suite::new("lawbook".to_owned(), of_problems(report)));
    }
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"Lawbook\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        sum(|suite| suite.cases.len()),
        sum(|suite| suite.count("failure")),
        sum(|suite| suite.count("error")),
    )?;
    for suite in &suites {
        suite.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

/// A test case: passed, or with an element that says what came of it.
struct Case {
    name: String,
    outcome: Option<Outcome>,
}

struct Outcome {
    /// `failure`, `error` or `skipped`.
    element: &'static str,
    /// A severity, or what else tells outcomes of one element apart.
    ty: &'static str,
    message: String,
    body: String,
}

fn of_rule(run: &RuleRun, found: &[&Finding], report: &Report, options: &Options) -> Vec<Case> {
    let mut cases: Vec<Case> = found.iter().map(|finding| of_finding(finding, options)).collect();
    if run.unknown > 0 {
        let mut unknowns = report.unknowns.iter().filter(|unknown| unknown.rule == run.rule);
        let reason = unknowns.next().map_or_else(String::new, |unknown| format!(": {}", unknown.reason));
        let message = format!("{} could not be judged{reason}", count(run.unknown, "fact"));
        cases.push(Case { name: "not judged".to_owned(), outcome: Some(Outcome::skipped("unknown", message)) });
    }
    if run.failed {
        let message = "its script failed: see the suite `lawbook`".to_owned();
        cases.push(Case { name: "script".to_owned(), outcome: Some(Outcome::skipped("failed", message)) });
    }
    if cases.is_empty() {
        let idle = || Outcome::skipped("idle", "it met no fact that it judges".to_owned());
        cases.push(Case { name: run.rule.to_string(), outcome: (run.judged == 0).then(idle) });
    }
    cases
}

fn of_finding(finding: &Finding, options: &Options) -> Case {
    let place = finding.path().or(finding.subject.as_deref());
    let place = place.map_or_else(String::new, |place| format!("{place}: "));
    let name = format!("{place}{}", short_line(&finding.message, MOST_CHARACTERS));
    let outcome = match &finding.excepted {
        Some(excuse) => {
            let reason = excuse.reason.as_deref().unwrap_or("no reason is given");
            Outcome::skipped("excepted", format!("excepted: {reason}"))
        }
        None => {
            let fails = finding.severity >= options.fail_on && options.fail_on != crate::model::Severity::Off;
            let at = finding.at.as_ref().map_or_else(String::new, |at| format!("{at}\n"));
            let line = finding
                .line_text
                .as_deref()
                .map_or_else(String::new, |line| format!("    {}\n", short_line(line.trim(), MOST_CHARACTERS)));
            Outcome {
                element: if fails { "failure" } else { "skipped" },
                ty: finding.severity.name(),
                message: finding.message.to_string(),
                body: format!("{at}{line}{}\nlawbook explain {}", finding.message, finding.rule),
            }
        }
    };
    Case { name, outcome: Some(outcome) }
}

fn of_problems(report: &Report) -> Vec<Case> {
    let case = |problem: &crate::model::Problem| {
        let (element, ty) = match problem.level {
            Level::Error => ("error", "problem"),
            Level::Warning => ("skipped", "warning"),
        };
        let path = problem.at.as_ref().map_or_else(String::new, |at| format!("{}: ", at.path));
        let at = problem.at.as_ref().map_or_else(String::new, |at| format!("{at}\n"));
        let message = with_hint(problem);
        Case {
            name: format!("{path}{}", short_line(&problem.message, MOST_CHARACTERS)),
            outcome: Some(Outcome { element, ty, body: format!("{at}{message}"), message }),
        }
    };
    report.problems.iter().map(case).collect()
}

impl Outcome {
    fn skipped(ty: &'static str, message: String) -> Self {
        Self { element: "skipped", ty, message, body: String::new() }
    }

    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let Self { element, ty, message, body } = self;
        let body: Vec<_> = visible(body).lines().map(markup).collect();
        let (message, body) = (markup(message), body.join("\n"));
        writeln!(out, "      <{element} type=\"{ty}\" message=\"{message}\">{body}</{element}>")
    }
}

impl Suite {
    /// Readers keep one of two cases with the same name, so the second gets a number.
    fn new(name: String, mut cases: Vec<Case>) -> Self {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for case in &mut cases {
            let count = seen.entry(case.name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                case.name.push_str(&format!(" ({count})"));
            }
        }
        Self { name, cases }
    }

    fn count(&self, element: &str) -> usize {
        let outcomes = self.cases.iter().filter_map(|case| case.outcome.as_ref());
        outcomes.filter(|outcome| outcome.element == element).count()
    }

    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let numbers = ["failure", "error", "skipped"].map(|element| self.count(element));
        let [failures, errors, skipped] = numbers;
        let name = markup(&self.name);
        writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
            self.cases.len(),
        )?;
        // The last dot divides the package from the class: packs become packages.
        let class = name.replace('/', ".");
        for case in &self.cases {
            let head = format!("    <testcase name=\"{}\" classname=\"{class}\"", markup(&case.name));
            match &case.outcome {
                None => writeln!(out, "{head}/>")?,
                Some(outcome) => {
                    writeln!(out, "{head}>")?;
                    outcome.write(out)?;
                    writeln!(out, "    </testcase>")?;
                }
            }
        }
        writeln!(out, "  </testsuite>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::reporters::sample;

    #[test]
    fn a_rich_report() {
        let options = Options { show_excepted: true, ..Options::default() };
        insta::assert_snapshot!(sample::render(write, &sample::report(), &options));
    }

    #[test]
    fn what_fails_the_run_fails_and_nothing_else() {
        let failures = |fail_on| {
            let options = Options { fail_on, ..Options::default() };
            sample::render(write, &sample::report(), &options).matches("<failure ").count()
        };
        let report = sample::report();
        let at_least = |severity| report.active().filter(|finding| finding.severity >= severity).count();
        assert_eq!(failures(Severity::Error), at_least(Severity::Error));
        assert_eq!(failures(Severity::Info), at_least(Severity::Info));
        assert_eq!(failures(Severity::Off), 0);
    }

    #[test]
    fn names_are_unlike_each_other() {
        let mut report = sample::report();
        report.findings.extend(report.findings.clone());
        let text = sample::render(write, &report, &Options::default());
        let heads: Vec<&str> = text.lines().filter(|line| line.contains("<testcase ")).collect();
        let unique: std::collections::BTreeSet<_> = heads.iter().collect();
        assert_eq!(unique.len(), heads.len());
    }
}
