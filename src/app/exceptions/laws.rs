//! Laws about exceptions: judged when all else has been, so that they know what each exception was good for.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::policy;
use crate::app::full;
use crate::app::scope::Scope;
use crate::app::workspace::Workspace;
use crate::engine::{self, Input, Inputs, Judgement, Keep, Laws};
use crate::exceptions::{self, Audience, Exceptions, Fared, Files, Resolver, Today};
use crate::model::audit::Audit;
use crate::model::facts::Change;
use crate::model::{Known, Problem};
use crate::packs::Rule;
use crate::sources::files::Found;
use crate::sources::git;
use crate::sources::migrations::is_version_file;
use crate::sources::shelf::Shelf;
use crate::yaml::Source;

/// An entry that ends within so many days is expiring, where nobody says otherwise.
const WITHIN: u32 = 30;

/// A run whose laws about all else have been judged.
pub(in crate::app) struct Judged<'a> {
    pub(in crate::app) workspace: &'a Workspace,
    pub(in crate::app) scope: &'a Scope,
    pub(in crate::app) laws: &'a Laws,
    /// How the rules fared; `None` for a run that proves nothing, as it judged only a part.
    pub(in crate::app) fared: Option<&'a HashMap<Arc<str>, Fared>>,
    pub(in crate::app) today: &'a Today,
}

/// Parts rules into those about exceptions and all others, which come first.
pub(in crate::app) fn apart(rules: Vec<Arc<Rule>>) -> (Vec<Arc<Rule>>, Vec<Arc<Rule>>) {
    rules.into_iter().partition(|rule| rule.on.name != "exception")
}

/// Audits the exceptions of a run.
pub(in crate::app) fn audit(
    run: &Judged<'_>,
    resolver: &Resolver,
    judgement: &Judgement,
    within: u32,
    ages: &[Option<u32>],
) -> Audit {
    let Judged { workspace, scope, laws, fared, .. } = run;
    let mut paths: Vec<Arc<str>> = scope.inputs.iter().map(|input| input.found.path.clone()).collect();
    paths.sort();
    let not = |why: &str| Fared::Not(why.to_owned());
    let audience = Audience {
        within,
        policy: &workspace.config.policy.value,
        files: Files::new(&paths),
        is_there: &|path| workspace.root.absolute.join(path).exists(),
        fared: &|rule| match fared {
            Some(fared) => fared.get(rule).cloned().unwrap_or_else(|| not("its rule did not run")),
            None => not("only a part of the project was judged"),
        },
        looks_at: &|rule, path| laws.looks_at(rule, path, scope.trees.iter().any(|tree| is_version_file(tree, path))),
        blind: &full::blind(judgement),
        age: &|line| ages.get(line.checked_sub(1)? as usize).copied().flatten(),
    };
    exceptions::audit(resolver, &judgement.findings, &audience)
}

/// Judges the exceptions by laws about them, and adds what they find, marked with what excuses it. Without an
/// exception there is nothing to judge, and nothing to say of laws that judged nothing. Returns the audit.
pub(in crate::app) fn judge(
    run: &Judged<'_>,
    about: &Laws,
    resolver: &mut Resolver,
    judgement: &mut Judgement,
    problems: &mut Vec<Problem>,
) -> Audit {
    if !resolver.has_any() {
        return Audit::default();
    }
    let (workspace, scope) = (run.workspace, run.scope);
    let ages = policy::ages(workspace, run.today, problems);
    let audit = audit(run, resolver, judgement, WITHIN, &ages);
    if about.names().next().is_none() {
        return audit;
    }
    let added = added(run, resolver, problems);
    let facts = exceptions::facts(resolver, &audit, &workspace.config.policy.value, &added);
    // Their files are read for the lines that findings show, listed or not.
    let paths: BTreeSet<Arc<str>> = facts.iter().map(|fact| fact.location.path.clone()).collect();
    let unknown: Arc<str> = "nobody asks".into();
    let input = |path| Input { found: Found { path, size: None }, change: Known::No(unknown.clone()), judged: true };
    let files: Vec<Input> = paths.into_iter().map(input).collect();
    let inputs = Inputs {
        files: &files,
        trees: &[],
        exceptions: facts,
        schemas: &[],
        replay: &|_| engine::Replayed::default(),
        read: &|input| scope.reader.read(&input.found.path, workspace.size_limit()),
        ask_size: scope.reader.ask_size(),
        shelf: &Shelf::default(),
        rank: &|_| 0,
        passed: &|_, _| {},
        size_limit: workspace.size_limit(),
    };
    let mut second = engine::judge(about, &inputs, Keep::default());
    if scope.inputs.iter().any(|input| !input.judged) {
        let asked: BTreeSet<&str> =
            scope.inputs.iter().filter(|input| input.judged).map(|input| &*input.found.path).collect();
        second.findings.retain(|finding| finding.path().is_some_and(|path| asked.contains(path)));
    }
    resolver.mark(&mut second.findings);
    engine::add_findings(&mut judgement.findings, second.findings);
    judgement.rules.append(&mut second.rules);
    judgement.rules.sort_by(|left, right| left.rule.cmp(&right.rule));
    judgement.problems.append(&mut second.problems);
    judgement.unknowns.append(&mut second.unknowns);
    judgement.log.append(&mut second.log);
    audit
}

/// Returns the numbers of the entries that were added since the base of the run, where the list may not grow.
fn added(run: &Judged<'_>, resolver: &Resolver, problems: &mut Vec<Problem>) -> BTreeSet<usize> {
    let (workspace, scope) = (run.workspace, run.scope);
    let (true, Some(base)) = (workspace.config.policy.value.no_growth, &scope.base) else { return BTreeSet::new() };
    let path = workspace.config.exceptions.value.as_str();
    let before = match scope.changed.get(path) {
        None | Some(Change::Unchanged | Change::Deleted) => return BTreeSet::new(),
        Some(Change::Added) => Some(Exceptions::default()),
        Some(Change::Modified) => read_at(workspace, base, path),
        Some(Change::Renamed(from)) => read_at(workspace, base, from),
    };
    let Some(before) = before else {
        let problem = Problem::warning("`may-grow` cannot be judged: the exceptions of the base cannot be read");
        let place = &workspace.config.policy.place;
        problems.push(place.iter().fold(problem, |problem, place| problem.at(place.location())));
        return BTreeSet::new();
    };
    exceptions::added(resolver, &before)
}

fn read_at(workspace: &Workspace, base: &str, path: &str) -> Option<Exceptions> {
    let text = String::from_utf8(git::show(&workspace.root, base, path).ok()?).ok()?;
    exceptions::read(&Source::new(path, text), &mut Vec::new())
}
