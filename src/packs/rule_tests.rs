//! Tests inside rules: raw to checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::GlobBuilder;

use super::check::with_options;
use super::draft::Draft;
use super::raw::{RawTest, RawTests};
use super::rule::{Rule, RuleTest};
use crate::model::audit::State;
use crate::model::facts::{ExceptionEntry, ExceptionUse};
use crate::model::schema::{Dialect, Schema};
use crate::model::{Known, Problem, closest};
use crate::yaml::{Node, Place, Spanned, read_schema};

/// Where a test's `code` stands when it says no path and the rule's `files` say nothing else.
const DEFAULT_PATH: &str = "migrations/versions/0123456789ab_test.py";

/// Where a test's `sql` stands when it says no path.
const DEFAULT_SQL_PATH: &str = "migrations/0001_test.sql";

/// Checks the tests of a rule; `rule` is missing when the rule itself has faults.
pub(super) fn check_tests(
    draft: &Draft,
    rule: Option<&Rule>,
    name_untested: bool,
    problems: &mut Vec<Problem>,
) -> Vec<RuleTest> {
    let raw = draft.raw.tests.as_ref();
    let Some(tests) = raw.and_then(Spanned::get) else {
        if raw.is_none() && name_untested {
            problems.push(untested(draft, "tests"));
        }
        return Vec::new();
    };
    let mut checked = Vec::new();
    for (invalid, list) in [(false, &tests.valid), (true, &tests.invalid)] {
        for test in list.iter().filter_map(Spanned::get).flatten() {
            let Some(raw) = test.get() else { continue };
            checked.extend(check_test(draft, rule, raw, invalid, &test.place, problems));
        }
    }
    if name_untested && let Some(missing) = missing_half(tests) {
        problems.push(untested(draft, missing));
    }
    checked
}

fn untested(draft: &Draft, missing: &str) -> Problem {
    let place = draft.key_place(if missing == "tests" { "id" } else { "tests" });
    let problem = place.warning(format!("rule `{}` has no {missing}", draft.id));
    problem.hint("give it at least one `valid` and one `invalid` test; `lawbook test` runs them")
}

fn missing_half(tests: &RawTests) -> Option<&'static str> {
    let is_empty = |list: &Option<Spanned<Vec<Spanned<RawTest>>>>| {
        list.as_ref().is_none_or(|list| list.get().is_some_and(Vec::is_empty))
    };
    match (is_empty(&tests.valid), is_empty(&tests.invalid)) {
        (true, true) => Some("tests"),
        (true, false) => Some("`valid` tests"),
        (false, true) => Some("`invalid` tests"),
        (false, false) => None,
    }
}

fn check_test(
    draft: &Draft,
    rule: Option<&Rule>,
    raw: &RawTest,
    invalid: bool,
    place: &Place,
    problems: &mut Vec<Problem>,
) -> Option<RuleTest> {
    let files = check_test_files(draft, raw, place, problems);
    let schemas = raw.schemas.as_ref().map_or_else(|| Some(Vec::new()), |node| check_schemas(node, problems));
    let mut changes = BTreeMap::new();
    for (path, change) in raw.changes.iter().filter_map(Spanned::get).flatten() {
        let Some(kind) = change.get() else { continue };
        let is_there = files.as_ref().is_none_or(|files| files.contains_key(path));
        if !is_there && kind.name() != "deleted" {
            let problem = change.place.error(format!("`{path}` is not among the files of the test"));
            let paths = files.iter().flatten().map(|(path, _)| path.as_str());
            problems.push(problem.suggest(closest(path, paths)));
        }
        changes.insert(path.clone(), kind.name().to_owned());
    }
    let expectations = [
        ("count", raw.count.as_ref().map(|field| &field.place)),
        ("line", raw.line.as_ref().map(|field| &field.place)),
        ("message", raw.message.as_ref().map(|field| &field.place)),
    ];
    for (name, place) in expectations {
        if let Some(place) = place.filter(|_| !invalid) {
            let problem = place.error(format!("a valid test finds nothing, so `{name}` has no meaning"));
            problems.push(problem.hint("move the test under `invalid`, or remove the field"));
        }
    }
    if let Some(count) = raw.count.as_ref().filter(|count| count.value == Some(0) && invalid) {
        problems.push(count.place.error("an invalid test finds something").hint("move it under `valid`"));
    }
    let mut options = draft.options.clone();
    let faults_before = problems.len();
    if let Some(node) = &raw.options {
        options.overlay(node, true, problems);
    }
    let variant = match rule {
        Some(rule) if raw.options.is_some() && problems.len() == faults_before => {
            with_options(draft, rule, &options, problems)
        }
        _ => None,
    };
    Some(RuleTest {
        invalid,
        files: files?,
        schemas: schemas?,
        exceptions: check_exceptions(raw, problems),
        dialect: raw.dialect.as_ref().and_then(Spanned::get).map_or(Dialect::Postgresql, |dialect| dialect.dialect()),
        server_version: raw.server_version.as_ref().and_then(|version| version.value),
        changes,
        count: raw.count.as_ref().and_then(|count| count.value),
        line: raw.line.as_ref().and_then(|line| line.value),
        message: raw.message.as_ref().and_then(|message| message.value.clone()),
        options: if raw.options.is_some() { options.literals() } else { BTreeMap::new() },
        rule: variant,
        location: place.location(),
    })
}

/// Reads the schemas of a test, in order of name.
fn check_schemas(node: &Node, problems: &mut Vec<Problem>) -> Option<Vec<Arc<Schema>>> {
    let Some(entries) = node.as_map() else {
        problems.push(node.place.error(format!("expected a map of schemas by name, found {}", node.type_name())));
        return None;
    };
    let schemas = entries.iter().map(|(key, value)| read_schema(key.as_text().unwrap_or_default(), value, problems));
    let mut schemas: Vec<Schema> = schemas.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?;
    schemas.sort_by(|left, right| left.name.cmp(&right.name));
    Some(schemas.into_iter().map(Arc::new).collect())
}

fn check_exceptions(raw: &RawTest, problems: &mut Vec<Problem>) -> Vec<Arc<ExceptionEntry>> {
    let written = raw.exceptions.iter().filter_map(Spanned::get).flatten();
    let text = |field: &Option<Spanned<String>>| field.as_ref()?.get().map(|text| Arc::from(text.as_str()));
    let mut entries = Vec::new();
    for spanned in written {
        let Some(entry) = spanned.get() else { continue };
        let mut states = Vec::new();
        for word in entry.states.iter().filter_map(Spanned::get).flatten() {
            let Some(name) = word.get() else { continue };
            match State::ALL.iter().find(|state| state.name() == name) {
                Some(state) => states.push(*state),
                None => {
                    let problem = word.place.error(format!("an exception is never `{name}`"));
                    problems.push(problem.suggest(closest(name, State::WORDS.iter().copied())));
                }
            }
        }
        let number = |field: &Option<Spanned<usize>>| field.as_ref().and_then(|field| field.value).unwrap_or_default();
        let not_judged = states.contains(&State::NotJudged);
        let lacks = entry.lacks.iter().filter_map(Spanned::get).flatten().filter_map(|lacks| lacks.value);
        let seen = ExceptionUse {
            excused: match not_judged {
                true => Known::No("not judged".into()),
                false => Known::Yes(number(&entry.excused)),
            },
            states,
            beyond: number(&entry.beyond),
            lacks: lacks.collect(),
            first: entry.first.as_ref().and_then(|first| first.value).unwrap_or(true),
            grows: entry.grows.as_ref().and_then(|grows| grows.value).unwrap_or_default(),
            note: text(&entry.note),
        };
        entries.push(Arc::new(ExceptionEntry {
            rule: entry.rule.get().map(String::as_str).unwrap_or_default().into(),
            path: text(&entry.path),
            reason: text(&entry.reason),
            owner: text(&entry.owner),
            expires: text(&entry.expires),
            max: entry.max.as_ref().and_then(|max| max.value),
            inline: entry.inline.as_ref().and_then(|inline| inline.value).unwrap_or_default(),
            seen: Known::Yes(seen),
            location: spanned.place.location(),
        }));
    }
    entries
}

fn check_test_files(
    draft: &Draft,
    raw: &RawTest,
    place: &Place,
    problems: &mut Vec<Problem>,
) -> Option<BTreeMap<String, String>> {
    if let (Some(sql), true) = (&raw.sql, raw.code.is_some() || raw.files.is_some()) {
        problems.push(sql.place.error("a test has either `sql`, `code` or `files`"));
        return None;
    }
    match (raw.code.as_ref().or(raw.sql.as_ref()), &raw.files) {
        (Some(_), Some(files)) => {
            problems.push(files.place.error("a test has either `code` or `files`"));
            None
        }
        (None, None) if raw.schemas.is_some() || raw.exceptions.is_some() => Some(BTreeMap::new()),
        (None, None) => {
            problems.push(place.error("a test without `code`, `sql`, `files`, `schemas` or `exceptions`"));
            None
        }
        (Some(code), None) => {
            let path = match &raw.path {
                Some(path) => path.value.clone()?,
                None if raw.sql.is_some() => DEFAULT_SQL_PATH.to_owned(),
                None => default_path(draft).or_else(|| {
                    let problem = code.place.error("no path can be made up that the rule's `files` match");
                    problems.push(problem.hint("give the test a `path`"));
                    None
                })?,
            };
            Some(BTreeMap::from([(path, code.value.clone()?)]))
        }
        (None, Some(files)) => {
            if let Some(path) = &raw.path {
                problems.push(path.place.error("`path` goes with `code`; `files` has its own paths"));
            }
            let files = files.get()?;
            if files.is_empty() {
                problems.push(place.error("a test without files"));
                return None;
            }
            files.iter().map(|(path, text)| Some((path.clone(), text.value.clone()?))).collect()
        }
    }
}

/// Returns a path that the rule's `files` match: the default one, or one made from the first glob.
fn default_path(draft: &Draft) -> Option<String> {
    let globs = draft.raw.files.iter().filter_map(Spanned::get).flatten();
    let globs: Vec<&str> = globs.filter_map(|glob| glob.get().map(String::as_str)).collect();
    let matches = |glob: &str, path: &str| {
        let glob = GlobBuilder::new(glob).literal_separator(true).build();
        // A glob with a fault has been reported; it brings no second fault here.
        glob.map_or(true, |glob| glob.compile_matcher().is_match(path))
    };
    let fits = |path: &str| {
        let mut wanted = globs.iter().filter(|glob| !glob.starts_with('!')).peekable();
        let included = wanted.peek().is_none() || wanted.any(|glob| matches(glob, path));
        included && !globs.iter().filter_map(|glob| glob.strip_prefix('!')).any(|glob| matches(glob, path))
    };
    let made_up = globs.iter().filter(|glob| !glob.starts_with('!')).map(|glob| {
        glob.replace("**/", "")
            .replace("/**", "/*")
            .replace("**", "*")
            .replace('*', "0123456789ab_test")
            .replace('?', "x")
    });
    std::iter::once(DEFAULT_PATH.to_owned()).chain(made_up).find(|path| fits(path))
}
