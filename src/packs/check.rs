//! A merged draft to a checked rule: everything is held against the vocabulary and against each other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::agree::check_agree;
use super::condition::unknown_field;
use super::draft::Draft;
use super::expect::check_expect;
use super::law::{Law, Predicate};
use super::message::{Piece, pieces};
use super::options::Options;
use super::predicate::PredicateReader;
use super::raw::LAWS;
use super::regexes;
use super::rule::Rule;
use super::rule_tests;
use crate::model::facts::{KINDS, kind};
use crate::model::{Field, Kind, Level, Location, Problem, Severity, closest};
use crate::yaml::{Node, Place, Spanned};

/// Checks a rule. Faults are added to `problems`; `None` says that there was one.
pub(super) fn check_rule(draft: &Draft, name_untested: bool, problems: &mut Vec<Problem>) -> Option<Rule> {
    let title = text(draft.raw.title.as_ref());
    if draft.raw.title.is_none() {
        problems
            .push(draft.key_place("id").error("field `title` is missing").hint("one line that says what is caught"));
    }
    let files = draft.raw.files.as_ref().and_then(Spanned::get).map(|files| check_files(files, problems));
    let aliases = draft.raw.aliases.as_ref().and_then(Spanned::get).map(|aliases| check_aliases(aliases, problems));
    let judging = check_kind(draft, problems).and_then(|kind| judging(draft, kind, &draft.options, problems));
    if draft.raw.on.is_none() || judging.is_none() {
        // Which law it has can be said whatever the kind is.
        check_law_count(draft, problems);
    }
    let mut rule = None;
    if let Some(judging) = judging {
        check_message(draft, &judging, problems);
        warn_unused_options(draft, &judging, problems);
        rule = Some(Rule {
            id: draft.id.clone(),
            severity: draft.raw.severity.as_ref().and_then(|severity| severity.value).unwrap_or(Severity::Error),
            on: judging.kind,
            files: files.unwrap_or_default(),
            where_: judging.where_,
            law: judging.law,
            unless: judging.unless,
            message: text(draft.raw.message.as_ref()),
            title,
            why: text(draft.raw.why.as_ref()),
            fix: text(draft.raw.fix.as_ref()),
            aliases: aliases.unwrap_or_default(),
            options: draft.options.literals(),
            tests: Vec::new(),
            needs_change: judging.needs_change,
            location: location(draft),
        });
    }
    if let Some(rule) = rule.as_mut().filter(|rule| rule.message.is_empty()) {
        rule.message = match rule.law {
            Law::Expect(_) | Law::Agree(_) => "{difference}".to_owned(),
            _ => rule.title.clone(),
        };
    }
    let tests = rule_tests::check_tests(draft, rule.as_ref(), name_untested && !draft.built_in, problems);
    let faulty = problems.iter().any(|problem| problem.level == Level::Error);
    rule.filter(|_| !faulty).map(|rule| Rule { tests, ..rule })
}

/// The parts of a rule that options reach.
pub(super) struct Judging {
    pub kind: &'static Kind,
    pub where_: Option<Predicate>,
    pub law: Law,
    pub unless: Option<Predicate>,
    pub needs_change: bool,
    /// Names that a `forbid` binds for the message.
    captures: BTreeSet<String>,
    used_options: BTreeSet<String>,
}

/// Returns whether a script reads a property of this name; a variable that is called so is none.
fn reads(source: &str, property: &str) -> bool {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    source
        .match_indices(property)
        .any(|(at, _)| source[..at].trim_end().ends_with('.') && !source[at + property.len()..].starts_with(is_name))
}

/// Reads predicates and law with these options.
pub(super) fn judging(
    draft: &Draft,
    kind: &'static Kind,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Judging> {
    let faults_before = problems.len();
    let raw = &draft.raw;
    let mut used_options = BTreeSet::new();
    let mut reads_change = false;
    let mut read = |node: Option<&Node>, captures: &mut BTreeSet<String>, problems: &mut Vec<Problem>| {
        let node = options.substitute(node?, &mut used_options, problems);
        let mut reader = PredicateReader {
            kind,
            options,
            used_options: &mut used_options,
            problems,
            captures: BTreeSet::new(),
            reads_change: false,
        };
        let predicate = reader.predicate(&node);
        reads_change |= reader.reads_change;
        captures.append(&mut reader.captures);
        predicate
    };
    let (mut captures, mut unbound) = (BTreeSet::new(), BTreeSet::new());
    let where_ = read(raw.where_.as_ref(), &mut unbound, problems);
    let unless = read(raw.unless.as_ref(), &mut unbound, problems);
    let forbid = read(raw.forbid.as_ref(), &mut captures, problems).map(Law::Forbid);
    let require = read(raw.require.as_ref(), &mut unbound, problems).map(Law::Require);
    let unique = raw.unique.as_ref().and_then(|node| check_unique(kind, node, problems)).map(Law::Unique);
    let expect = of_schemas(raw.expect.as_ref(), "expect", kind, options, &mut used_options, problems);
    let expect = expect.and_then(|node| check_expect(&node, problems)).map(|law| Law::Expect(Arc::new(law)));
    let agree = of_schemas(raw.agree.as_ref(), "agree", kind, options, &mut used_options, problems);
    let agree = agree.and_then(|node| check_agree(&node, draft.law_built_in, problems));
    let agree = agree.map(|law| Law::Agree(Arc::new(law)));
    let script = draft.script.clone().map(Law::Script);
    let is_single = raw.laws().len() == 1;
    let law = forbid
        .or(require)
        .or(unique)
        .or(expect)
        .or(agree)
        .or(script)
        .filter(|_| is_single && problems.len() == faults_before)?;
    if let Law::Script(script) = &law {
        reads_change |= ["change", "renamed_from"].iter().any(|field| reads(&script.source, field));
    }
    Some(Judging { kind, where_, law, unless, needs_change: reads_change, captures, used_options })
}

/// Returns a law on schemas with its options put in.
fn of_schemas(
    node: Option<&Node>,
    law: &str,
    kind: &'static Kind,
    options: &Options,
    used_options: &mut BTreeSet<String>,
    problems: &mut Vec<Problem>,
) -> Option<Node> {
    let node = node?;
    if kind.name != "schema" {
        let problem = node.place.error(format!("`{law}` is a law on schemas, not on each {}", kind.name));
        problems.push(problem.hint("write `on: schema`"));
        return None;
    }
    Some(options.substitute(node, used_options, problems))
}

fn check_kind(draft: &Draft, problems: &mut Vec<Problem>) -> Option<&'static Kind> {
    let Some(on) = &draft.raw.on else {
        let hint = format!("the kinds are {}", judged_kinds().join(", "));
        problems.push(draft.key_place("id").error("field `on` is missing").hint(hint));
        return None;
    };
    let name = on.get()?;
    if let Some(kind) = kind(name).filter(|kind| kind.judged) {
        return Some(kind);
    }
    let problem = on.place.error(format!("there is no kind `{name}` that a rule could judge"));
    problems.push(match closest(name, judged_kinds()) {
        Some(nearest) => problem.suggest(Some(nearest)),
        None => problem.hint(format!("the kinds are {}", judged_kinds().join(", "))),
    });
    None
}

pub(super) fn judged_kinds() -> Vec<&'static str> {
    KINDS.iter().filter(|kind| kind.judged).map(|kind| kind.name).collect()
}

fn check_law_count(draft: &Draft, problems: &mut Vec<Problem>) {
    match draft.raw.laws().as_slice() {
        [_] => {}
        [] => {
            let problem = draft.key_place("id").error("the rule has no law");
            problems.push(problem.hint(format!("give it one of {}", LAWS.join(", "))));
        }
        [laws @ .., last] => {
            let message = format!("a rule has one law, and this one has {} and {last}", laws.join(", "));
            problems.push(draft.key_place(last).error(message).hint("make two rules of it"));
        }
    }
}

fn check_unique(kind: &'static Kind, node: &Node, problems: &mut Vec<Problem>) -> Option<Vec<&'static Field>> {
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    if items.is_empty() {
        problems.push(node.place.error("`unique` names at least one field"));
        return None;
    }
    let fields = items.iter().map(|item| {
        let Some(name) = item.as_text() else {
            problems.push(item.place.error(format!("expected the name of a field, found {}", item.type_name())));
            return None;
        };
        let field = kind.field(name);
        if field.is_none() {
            problems.push(unknown_field(kind, name, item));
        }
        field
    });
    fields.collect::<Vec<_>>().into_iter().collect()
}

fn check_files(files: &[Spanned<String>], problems: &mut Vec<Problem>) -> Vec<String> {
    let files = files.iter().filter_map(|glob| Some((glob.get()?, &glob.place)));
    files
        .map(|(glob, place)| {
            if !place.source.vouched_for {
                problems.extend(regexes::check_file_glob(glob, place).err());
            }
            glob.clone()
        })
        .collect()
}

fn check_aliases(aliases: &[Spanned<String>], problems: &mut Vec<Problem>) -> Vec<String> {
    let aliases = aliases.iter().filter_map(|alias| Some((alias.get()?, &alias.place)));
    aliases
        .map(|(alias, place)| {
            if alias.trim() != alias || alias.is_empty() {
                problems.push(place.error("an alias is a name, without spaces around it"));
            }
            alias.clone()
        })
        .collect()
}

/// Reports placeholders that nothing fills. What a script says is known only when it runs.
fn check_message(draft: &Draft, judging: &Judging, problems: &mut Vec<Problem>) {
    let Some((message, place)) = draft.raw.message.as_ref().and_then(|message| Some((message.get()?, &message.place)))
    else {
        return;
    };
    if draft.nodes.iter().all(|node| node.place.source.vouched_for) {
        return;
    }
    let (captures, others): (_, &[&str]) = match &judging.law {
        Law::Script(_) => return,
        Law::Forbid(_) => (Some(&judging.captures), &["match"]),
        Law::Require(_) => (None, &["match"]),
        Law::Unique(_) => (None, &["match", "others"]),
        Law::Expect(_) | Law::Agree(_) => (None, &["difference", "table", "aspect", "direction"]),
    };
    let captures = captures.into_iter().flatten().map(String::as_str);
    let fields = judging.kind.all_fields().map(|field| field.name);
    let names: Vec<&str> = captures.chain(others.iter().copied()).chain(fields).collect();
    for piece in pieces(message) {
        let Piece::Placeholder(name) = piece else { continue };
        if names.contains(&name) {
            continue;
        }
        let place = placeholder_place(place, name);
        let problem = place.error(format!("nothing fills the placeholder `{{{name}}}`"));
        problems.push(match closest(name, names.iter().copied()) {
            Some(nearest) => problem.hint(format!("did you mean `{{{nearest}}}`?")),
            None => problem.hint(format!("there are {}", names.join(", "))),
        });
    }
}

/// Returns the place of a placeholder, if it stands on the line where the message begins.
fn placeholder_place(place: &Place, name: &str) -> Place {
    let line = place.source.line(place.span.line);
    let Some(offset) = line.find(&format!("{{{name}}}")) else { return place.clone() };
    let column = u32::try_from(line[..offset].chars().count() + 1).unwrap_or(1);
    let width = u32::try_from(name.chars().count() + 2).unwrap_or(1);
    let mut place = place.clone();
    place.span.column = column;
    place.span.end_line = place.span.line;
    place.span.end_column = column + width;
    place
}

fn warn_unused_options(draft: &Draft, judging: &Judging, problems: &mut Vec<Problem>) {
    let in_script = |name: &str| matches!(&judging.law, Law::Script(script) if script.source.contains(name));
    for (name, key) in draft.options.keys() {
        if !judging.used_options.contains(name) && !in_script(name) {
            let hint = format!("write `${{{name}}}` in a predicate, or `options.{name}` in a script");
            problems.push(key.place.warning(format!("option `{name}` is not used")).hint(hint));
        }
    }
}

fn text(field: Option<&Spanned<String>>) -> String {
    field.and_then(|field| field.value.clone()).unwrap_or_default()
}

/// Returns where the rule begins: at its id in the first layer.
fn location(draft: &Draft) -> Location {
    let node = &draft.nodes[0];
    node.entry("id").map_or(&node.place, |(key, _)| &key.place).location()
}

/// Returns a copy of the rule with other options, for a test that has its own.
pub(super) fn with_options(
    draft: &Draft,
    rule: &Rule,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Arc<Rule>> {
    let judging = judging(draft, rule.on, options, problems)?;
    let Judging { where_, law, unless, needs_change, .. } = judging;
    let options = options.literals();
    Some(Arc::new(Rule { where_, law, unless, needs_change, options, tests: Vec::new(), ..rule.clone() }))
}
