//! Findings that are told as one, when exceptions have taken out what they excuse.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::findings::fingerprint;
use crate::model::{Advice, Finding, Group};

/// Of a longer list so many are named; one that is a little longer is named whole.
const NAMED: usize = 10;
const LONGEST: usize = 12;

/// Merges the findings of each rule that share a group and that nothing excuses. One alone stays as it is. The merged
/// finding stands at the place of the first in the file that most of them are in: a table's columns are in its class,
/// but for those of a mixin.
pub fn merge_groups(findings: &mut Vec<Arc<Finding>>) {
    let mut members: BTreeMap<(Arc<str>, String), Vec<usize>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        if let (Some(group), None) = (&finding.group, &finding.excepted) {
            members.entry((finding.rule.clone(), group.key.clone())).or_default().push(number);
        }
    }
    if members.values().all(|numbers| numbers.len() < 2) {
        return;
    }
    let mut gone = vec![false; findings.len()];
    for numbers in members.values().filter(|numbers| numbers.len() > 1) {
        let groups: Vec<Arc<Group>> = numbers.iter().filter_map(|number| findings[*number].group.clone()).collect();
        let kept = representative(findings, numbers);
        let first = Arc::make_mut(&mut findings[kept]);
        let words: Vec<&str> = groups.iter().map(|group| group.words.as_str()).collect();
        let group = &groups[0];
        let advice = Advice::words(groups.iter().filter_map(|group| group.advice.as_ref()));
        let lead = group.lead.replace("{count}", &numbers.len().to_string());
        first.message = group.template.replace("{difference}", &format!("{lead}: {}{advice}", listed(&words))).into();
        first.fingerprint = fingerprint(&[&first.rule, &group.key]).into();
        first.subject = Some(group.subject.as_str().into());
        first.about = group.about.clone().into();
        for number in numbers {
            gone[*number] = *number != kept;
        }
    }
    let mut gone = gone.into_iter();
    findings.retain(|_| !gone.next().unwrap_or_default());
}

/// Returns the first finding in the file that most of these are in.
fn representative(findings: &[Arc<Finding>], numbers: &[usize]) -> usize {
    let mut of_file: BTreeMap<Option<&str>, (usize, usize)> = BTreeMap::new();
    for number in numbers {
        of_file.entry(findings[*number].path()).or_insert((0, *number)).0 += 1;
    }
    let most = of_file.into_values().max_by_key(|(count, first)| (*count, std::cmp::Reverse(*first)));
    most.map_or(numbers[0], |(_, first)| first)
}

/// Returns `a, b, c`, or `a, b, ... and 60 more`.
fn listed(words: &[&str]) -> String {
    if words.len() <= LONGEST {
        return words.join(", ");
    }
    format!("{}, ... and {} more", words[..NAMED].join(", "), words.len() - NAMED)
}

#[cfg(test)]
mod tests {
    use super::super::findings::fingerprints;
    use super::*;
    use crate::model::{Excuse, Location, Named, Severity};

    fn missing(rule: &str, table: &str, column: &str, line: u32) -> Finding {
        let about: Named = [("table".into(), table.to_owned())].into_iter().collect();
        let message = format!("column {table}.{column} is missing; model has it at m.py:{line}");
        Finding {
            rule: rule.into(),
            severity: Severity::Error,
            message: message.as_str().into(),
            at: Some(Location::span("m.py", crate::model::Span::at(line, 1))),
            subject: Some(format!("{table}.{column}").into()),
            about: about.clone().into(),
            line_text: None,
            fingerprint: Arc::default(),
            excepted: None,
            group: Some(Arc::new(Group {
                key: format!("{table} columns missing"),
                item: column.to_owned(),
                words: column.to_owned(),
                lead: format!("{table}: {{count}} of 71 columns missing"),
                template: "drift: {difference}".to_owned(),
                subject: table.to_owned(),
                about,
                advice: None,
            })),
        }
    }

    fn merged(findings: Vec<Finding>) -> Vec<Arc<Finding>> {
        let mut findings = fingerprints(findings);
        merge_groups(&mut findings);
        findings
    }

    #[test]
    fn what_is_left_of_a_group_is_one_finding() {
        let excused = Excuse { at: Location::file("x"), reason: None, owner: None, expires: None };
        let findings = merged(vec![
            missing("p/a", "deals", "x", 1),
            missing("p/a", "deals", "y", 2),
            Finding { excepted: Some(excused.into()), ..missing("p/a", "deals", "z", 3) },
            missing("p/a", "users", "x", 4),
            missing("p/b", "deals", "x", 1),
        ]);
        let told: Vec<(&str, &str)> =
            findings.iter().map(|finding| (finding.subject.as_deref().unwrap_or(""), &*finding.message)).collect();
        assert_eq!(
            told,
            [
                ("deals", "drift: deals: 2 of 71 columns missing: x, y"),
                ("deals.x", "column deals.x is missing; model has it at m.py:1"),
                ("deals.z", "column deals.z is missing; model has it at m.py:3"),
                ("users.x", "column users.x is missing; model has it at m.py:4"),
            ]
        );
    }

    #[test]
    fn a_group_stands_where_most_of_it_is() {
        let in_mixin = |column: &str| {
            let at = Some(Location::span("a_mixin.py", crate::model::Span::at(3, 1)));
            Finding { at, ..missing("p/a", "deals", column, 3) }
        };
        let findings = merged(vec![
            in_mixin("created_at"),
            missing("p/a", "deals", "x", 8),
            missing("p/a", "deals", "y", 7),
            in_mixin("updated_at"),
            missing("p/a", "deals", "z", 9),
        ]);
        let at: Vec<String> = findings.iter().map(|finding| finding.at.as_ref().unwrap().to_string()).collect();
        assert_eq!(at, ["m.py:7:1"]);
        let even = merged(vec![in_mixin("created_at"), missing("p/a", "deals", "x", 8)]);
        assert_eq!(even[0].path(), Some("a_mixin.py"));
    }

    #[test]
    fn a_long_list_is_cut() {
        let all: Vec<Finding> =
            (0..70).map(|number| missing("p/a", "deals", &format!("c{number:02}"), number)).collect();
        let findings = merged(all.clone());
        let expected =
            "drift: deals: 70 of 71 columns missing: c00, c01, c02, c03, c04, c05, c06, c07, c08, c09, ... and 60 more";
        assert_eq!(findings.iter().map(|finding| &*finding.message).collect::<Vec<_>>(), [expected]);
        let twelve = merged(all[..12].to_vec());
        assert!(twelve[0].message.ends_with("c10, c11"), "{}", twelve[0].message);
    }

    #[test]
    fn identities_survive_moved_lines_and_what_else_is_in_the_group() {
        let one = merged(vec![missing("p/a", "deals", "x", 1)]);
        let moved = merged(vec![missing("p/a", "deals", "x", 99)]);
        assert_eq!(one[0].fingerprint, moved[0].fingerprint);
        let two = merged(vec![missing("p/a", "deals", "x", 1), missing("p/a", "deals", "y", 2)]);
        let three = merged(vec![
            missing("p/a", "deals", "x", 1),
            missing("p/a", "deals", "y", 2),
            missing("p/a", "deals", "z", 3),
        ]);
        assert_eq!(two[0].fingerprint, three[0].fingerprint);
        assert_ne!(one[0].fingerprint, two[0].fingerprint);
    }
}
