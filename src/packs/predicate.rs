//! YAML predicates to checked ones, held against the vocabulary of a kind.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::condition::{self, unknown_field};
use super::law::{CodePattern, Predicate, Test};
use super::options::Options;
use super::regexes;
use crate::model::{Kind, Problem};
use crate::yaml::{Node, NodeValue};

/// Reads predicates on one kind, and remembers what they bind and need.
pub(super) struct PredicateReader<'a> {
    pub kind: &'static Kind,
    pub options: &'a Options,
    pub used_options: &'a mut BTreeSet<String>,
    pub problems: &'a mut Vec<Problem>,
    /// Names and numbers of regex captures, and metavariables of code patterns.
    pub captures: BTreeSet<String>,
    /// It reads what changed since the base revision.
    pub reads_change: bool,
}

impl PredicateReader<'_> {
    fn fault<T>(&mut self, problem: Problem) -> Option<T> {
        self.problems.push(problem);
        None
    }

    /// Reads a predicate. Faults are added to the problems; `None` says that there was one.
    pub fn predicate(&mut self, node: &Node) -> Option<Predicate> {
        let Some(entries) = node.as_map() else {
            let problem = node.place.error(format!("expected a map of conditions, found {}", node.type_name()));
            return self.fault(problem);
        };
        if entries.is_empty() {
            return self.fault(node.place.error("an empty predicate says nothing"));
        }
        let tests: Vec<_> = entries.iter().map(|(key, value)| self.entry(key, value)).collect();
        let mut tests: Vec<Predicate> = tests.into_iter().collect::<Option<_>>()?;
        if tests.len() == 1 {
            return tests.pop();
        }
        Some(Predicate { test: Test::All(tests), location: node.place.location() })
    }

    fn entry(&mut self, key: &Node, value: &Node) -> Option<Predicate> {
        let name = key.as_text().unwrap_or_default();
        let location = key.place.location();
        let is_search = matches!(value.value, NodeValue::Text(_) | NodeValue::List(_));
        let test = match name {
            "all" => Test::All(self.list(value)?),
            "any" => Test::Any(self.list(value)?),
            "not" => Test::Not(Box::new(self.predicate(value)?)),
            "given" => Test::Given(self.is_given(value)?),
            "code" => return self.searches(key, value, Self::code),
            "text" if is_search => return self.searches(key, value, Self::text),
            _ => {
                let Some(field) = self.kind.field(name) else {
                    let words = ["all", "any", "not", "given", "code", "text"];
                    let mut problem = unknown_field(self.kind, name, key);
                    if problem.hint.as_ref().is_some_and(|hint| hint.starts_with("the fields")) {
                        problem = problem.suggest(crate::model::closest(name, words));
                    }
                    return self.fault(problem);
                };
                self.reads_change |= matches!(name, "change" | "renamed_from");
                Test::Field { field, condition: condition::read(field, value, self.problems)? }
            }
        };
        Some(Predicate { test, location })
    }

    /// Returns whether an option, by its name, has a value.
    fn is_given(&mut self, node: &Node) -> Option<bool> {
        let Some(name) = node.as_text() else {
            let problem = node.place.error(format!("expected the name of an option, found {}", node.type_name()));
            return self.fault(problem);
        };
        match self.options.is_given(name) {
            Some(is_given) => {
                self.used_options.insert(name.to_owned());
                Some(is_given)
            }
            None => {
                let problem = node.place.error(format!("the rule has no option `{name}`"));
                let problem = self.options.unknown(name, problem);
                self.fault(problem)
            }
        }
    }

    fn list(&mut self, node: &Node) -> Option<Vec<Predicate>> {
        match node.as_list() {
            Some([]) => self.fault(node.place.error("an empty list of predicates")),
            Some(items) => {
                let read: Vec<_> = items.iter().map(|item| self.predicate(item)).collect();
                read.into_iter().collect()
            }
            None => {
                let problem = node.place.error(format!("expected a list of predicates, found {}", node.type_name()));
                self.fault(problem)
            }
        }
    }

    /// Reads one pattern, or a list of patterns that means any of them.
    fn searches(
        &mut self,
        key: &Node,
        value: &Node,
        read: fn(&mut Self, &Node, &str) -> Option<Test>,
    ) -> Option<Predicate> {
        if self.kind.field("text").is_none() {
            let name = key.as_text().unwrap_or_default();
            let problem = key.place.error(format!("a {} has no text that `{name}` could search", self.kind.name));
            return self.fault(problem.hint("`on: file`, `migration` and `call` have"));
        }
        let items = value.as_list().unwrap_or(std::slice::from_ref(value));
        if items.is_empty() {
            return self.fault(value.place.error("an empty list matches nothing"));
        }
        let mut tests = Vec::new();
        let mut sound = true;
        for item in items {
            let test = match item.as_text().map(|text| text.trim_end_matches('\n')) {
                Some("") => self.fault(item.place.error("an empty pattern")),
                Some(pattern) => read(self, item, pattern),
                None => {
                    let problem = item.place.error(format!("expected a text, found {}", item.type_name()));
                    self.fault(problem)
                }
            };
            sound &= test.is_some();
            tests.extend(test.map(|test| Predicate { test, location: item.place.location() }));
        }
        match (sound, tests.len()) {
            (false, _) => None,
            (true, 1) => tests.pop(),
            (true, _) => Some(Predicate { test: Test::Any(tests), location: key.place.location() }),
        }
    }

    fn text(&mut self, node: &Node, pattern: &str) -> Option<Test> {
        match regexes::regex(pattern, true, &node.place) {
            Ok(regex) => {
                self.captures.extend(regex.captures().iter().cloned());
                Some(Test::Text(regex))
            }
            Err(problem) => self.fault(problem),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "same shape as the other search")]
    fn code(&mut self, node: &Node, pattern: &str) -> Option<Test> {
        self.captures.extend(metavariables(pattern).map(ToOwned::to_owned));
        Some(Test::Code(CodePattern { source: Arc::from(pattern), location: node.place.location() }))
    }
}

/// Returns the names after `$` in a code pattern.
fn metavariables(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split('$').skip(1).filter_map(|rest| {
        let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        Some(&rest[..end.unwrap_or(rest.len())]).filter(|name| !name.is_empty())
    })
}
