//! Layers and overrides to packs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::check::check_rule;
use super::draft::{Draft, script};
use super::file::{PackFile, RuleNode, read_file};
use super::layer::{Layer, is_script, is_yaml};
use super::raw::RawRule;
use super::rule::{Pack, Rule};
use crate::model::{Level, Location, Problem, Severity, closest};
use crate::yaml::{Node, NodeValue, Spanned, read};

/// What is to be loaded.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// In order; of layers with the same pack name, later ones win field by field.
    pub layers: Vec<Layer>,
    /// `rules:` of `lawbook.yml`: name or alias of a rule, and what is different.
    pub overrides: &'a [(Node, Node)],
    /// Whether tests and explanations matter: those of built-in rules are read, and rules of the user without tests
    /// are named.
    pub tests: bool,
}

/// Packs that were loaded.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// In the order in which their names first came. Rules with faults are not among theirs.
    pub packs: Vec<Pack>,
    /// Full names of the rules that exist but have faults, sorted.
    pub broken: Vec<Arc<str>>,
}

/// Loads packs. All faults of all files are added to `problems`, in order of layer and place; a rule with a fault is
/// left out, others are loaded.
pub fn load(request: Request<'_>, problems: &mut Vec<Problem>) -> Loaded {
    let mut loader = Loader { drafts: Vec::new(), index: BTreeMap::new(), broken: BTreeSet::new(), problems };
    let mut packs: Vec<Pack> = Vec::new();
    for layer in &request.layers {
        loader.layer(layer, !request.tests, &mut packs);
    }
    loader.aliases();
    loader.overrides(request.overrides);
    let Loader { drafts, mut broken, .. } = loader;
    // Rules do not know each other, so they are checked in parallel; problems keep the order of the rules.
    let checked: Vec<(Draft, Option<Rule>, Vec<Problem>)> = drafts
        .into_par_iter()
        .map(|draft| {
            let mut found = Vec::new();
            let rule = check_rule(&draft, request.tests, &mut found);
            (draft, rule, found)
        })
        .collect();
    for (draft, rule, found) in checked {
        problems.extend(found);
        let pack = draft.id.split('/').next().unwrap_or_default();
        match (rule, packs.iter_mut().find(|known| known.name.as_ref() == pack)) {
            (Some(rule), Some(pack)) if !draft.broken => pack.rules.push(rule),
            _ => drop(broken.insert(draft.id)),
        }
    }
    for pack in &mut packs {
        pack.rules.sort_by(|left, right| left.id.cmp(&right.id));
    }
    Loaded { packs, broken: broken.into_iter().collect() }
}

struct Loader<'a> {
    drafts: Vec<Draft>,
    /// Full name or alias to the draft.
    index: BTreeMap<Arc<str>, usize>,
    /// Rules that could not be read at all.
    broken: BTreeSet<Arc<str>>,
    problems: &'a mut Vec<Problem>,
}

impl Loader<'_> {
    fn layer(&mut self, layer: &Layer, judging: bool, packs: &mut Vec<Pack>) {
        let judging = judging && layer.built_in;
        let files: Vec<_> = layer.files.iter().filter(|(path, _)| is_yaml(path)).collect();
        let read: Vec<(PackFile, Vec<Problem>)> = files
            .par_iter()
            .map(|(path, text)| {
                let mut found = Vec::new();
                (read_file(path, text, layer.form, judging, &mut found), found)
            })
            .collect();
        let mut files = Vec::new();
        let (mut name, mut title) = (layer.name.clone(), None);
        for (file, found) in read {
            self.problems.extend(found);
            if let Some((_, own)) = &file.name {
                name = own.clone();
            }
            title = title.or_else(|| file.title.clone());
            files.push(file);
        }
        match packs.iter_mut().find(|pack| pack.name == name) {
            Some(pack) => pack.title = title.or(pack.title.take()),
            None => packs.push(Pack { name: name.clone(), title, built_in: layer.built_in, rules: Vec::new() }),
        }
        let mut seen: BTreeMap<Arc<str>, Location> = BTreeMap::new();
        let mut used: BTreeSet<Arc<str>> = BTreeSet::new();
        for file in files {
            self.broken.extend(file.broken.iter().map(|id| Arc::from(format!("{name}/{id}"))));
            for rule in file.rules {
                let id: Arc<str> = format!("{name}/{}", rule.id).into();
                let place = rule.node.get("id").map_or(&rule.node.place, |node| &node.place);
                if let Some(first) = seen.get(&id) {
                    self.problems.push(
                        place
                            .error(format!("rule `{}` is there twice", rule.id))
                            .hint(format!("the other one is at {first}")),
                    );
                    continue;
                }
                seen.insert(id.clone(), place.location());
                self.rule(id, rule, layer, &mut used);
            }
        }
        for (path, _) in layer.files.iter().filter(|(path, _)| is_script(path) && !used.contains(path)) {
            let problem = Problem::warning("no rule uses this script").at(Location::file(path.clone()));
            self.problems.push(problem.hint("name it as `script:` of a rule"));
        }
    }

    fn rule(&mut self, id: Arc<str>, rule: RuleNode, layer: &Layer, used: &mut BTreeSet<Arc<str>>) {
        let faults_before = self.problems.len();
        let found = script(&rule.raw, &rule.node, &layer.files, layer.built_in, self.problems);
        let broken = self.problems.len() > faults_before;
        if let Some((_, Some(path))) = &found {
            used.insert(path.clone());
        }
        let index = *self.index.entry(id.clone()).or_insert_with(|| {
            self.drafts.push(Draft::new(id, layer.built_in, rule.node.clone()));
            self.drafts.len() - 1
        });
        let draft = &mut self.drafts[index];
        draft.overlay(rule, found.map(|(script, _)| script), layer.built_in, false, self.problems);
        draft.broken |= broken;
    }

    /// Indexes the aliases, and reports those that mean several rules.
    fn aliases(&mut self) {
        for index in 0..self.drafts.len() {
            let draft = &self.drafts[index];
            let aliases = draft.raw.aliases.iter().filter_map(Spanned::get).flatten();
            let aliases: Vec<(Arc<str>, _)> =
                aliases.filter_map(|alias| Some((alias.get()?.as_str().into(), alias.place.clone()))).collect();
            for (alias, place) in aliases {
                match self.index.get(&alias) {
                    Some(&other) if other == index => {
                        self.problems.push(place.warning(format!("alias `{alias}` is there twice")));
                    }
                    Some(&other) => {
                        let other = &self.drafts[other].id;
                        self.problems.push(place.error(format!("alias `{alias}` already means rule `{other}`")));
                        self.drafts[index].broken = true;
                    }
                    None => drop(self.index.insert(alias, index)),
                }
            }
        }
    }

    fn overrides(&mut self, overrides: &[(Node, Node)]) {
        for (key, value) in overrides {
            let name = key.as_text().unwrap_or_default();
            let Some(&index) = self.index.get(name) else {
                if !self.broken.contains(name) {
                    self.problems.push(self.unknown_rule(name, key));
                }
                continue;
            };
            let faults_before = self.problems.len();
            let raw = match &value.value {
                NodeValue::Map(_) => {
                    if let Some((id, _)) = value.entry("id") {
                        self.problems.push(id.place.error("the id of a rule cannot be changed"));
                    }
                    read::<RawRule>(value, self.problems)
                }
                NodeValue::Text(_) => read::<Spanned<Severity>>(value, self.problems)
                    .map(|severity| RawRule { severity: Some(severity), ..RawRule::default() }),
                _ => {
                    let message = format!("expected a severity or a map of fields, found {}", value.type_name());
                    self.problems.push(value.place.error(message));
                    None
                }
            };
            let draft = &mut self.drafts[index];
            if let Some(raw) = raw {
                // A script in `lawbook.yml` is a block: there are no files beside it.
                let script = script(&raw, value, &[], false, self.problems);
                let node = value.clone();
                let rule = RuleNode { id: draft.id.clone(), raw, node, broken: false };
                draft.overlay(rule, script.map(|(script, _)| script), false, true, self.problems);
            }
            draft.broken |= self.problems[faults_before..].iter().any(|problem| problem.level == Level::Error);
        }
    }

    fn unknown_rule(&self, name: &str, key: &Node) -> Problem {
        let problem = key.place.error(format!("there is no rule `{name}` in these packs"));
        let full = self.drafts.iter().map(|draft| draft.id.as_ref());
        let short = full.clone().find(|id| id.rsplit('/').next() == Some(name));
        problem.suggest(short.or_else(|| closest(name, full.chain(self.index.keys().map(AsRef::as_ref)))))
    }
}

/// Returns every name by which a rule is known, to its full name: full names and aliases.
pub fn names(packs: &[Pack]) -> BTreeMap<&str, &Arc<str>> {
    let rules = packs.iter().flat_map(|pack| &pack.rules);
    rules
        .flat_map(|rule| {
            let names = std::iter::once(rule.id.as_ref()).chain(rule.aliases.iter().map(String::as_str));
            names.map(move |name| (name, &rule.id))
        })
        .collect()
}
