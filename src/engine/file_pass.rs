//! One file: read and parsed once if a law needs it, judged by every law that looks at one file.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::compile::{CompiledLaw, CompiledRule, Laws, READS_TEXT};
use super::counters::{Counters, Tally};
use super::inputs::{Input, Inputs, Keep, is_python};
use super::migration_pass;
use super::predicate::View;
use super::rule_pass::{self, Outcome};
use super::truth::Truth;
use crate::languages::python::{Module, Source};
use crate::model::facts::{Call, Change, File, Migration, Told, Tool};
use crate::model::{Fact, Known, Location, Problem};
use crate::sources::migrations::{alembic, is_version_file, sql};

/// What a run knows before it looks at files.
pub(super) struct FilePass<'a> {
    laws: &'a Laws,
    inputs: &'a Inputs<'a>,
    counters: &'a Counters,
    /// Rules by what they judge, as numbers.
    on_file: Vec<usize>,
    on_migration: Vec<usize>,
    on_call: Vec<usize>,
    /// A law about the whole asks for these.
    whole_needs_files: bool,
    whole_needs_texts: bool,
    whole_needs_calls: bool,
    /// Some law, or the caller, asks for migrations.
    needs_migrations: bool,
}

/// What one file gave.
#[derive(Debug)]
pub(super) struct FileResult {
    pub(super) outcome: Outcome,
    pub(super) tally: Tally,
    pub(super) tree: Option<usize>,
    pub(super) migration: Option<Arc<Migration>>,
    pub(super) file: Option<Arc<File>>,
    /// Path and text, where the text may hold inline exceptions.
    pub(super) inline: Option<(Arc<str>, Arc<str>)>,
}

impl FileResult {
    /// Returns what is kept of it, with no room that nothing takes.
    pub(super) fn settled(mut self) -> Box<Self> {
        self.outcome.shrink();
        self.tally.shrink();
        Box::new(self)
    }
}

impl<'a> FilePass<'a> {
    pub(super) fn new(laws: &'a Laws, inputs: &'a Inputs<'a>, keep: Keep, counters: &'a Counters) -> Self {
        let on = |kind: &str| {
            let rules = laws.rules.iter().enumerate();
            // What asks for operations waits until all migrations are known.
            let now = |rule: &CompiledRule| rule.kind().name == kind && !migration_pass::concerns(rule);
            rules.filter(|(_, rule)| now(rule)).map(|(index, _)| index).collect::<Vec<_>>()
        };
        let whole: Vec<&CompiledRule> =
            laws.rules.iter().filter(|rule| matches!(rule.kind().name, "project" | "graph")).collect();
        let on_project = whole.iter().any(|rule| rule.kind().name == "project");
        let (on_file, on_migration, on_call) = (on("file"), on("migration"), on("call"));
        Self {
            laws,
            inputs,
            counters,
            whole_needs_files: keep.files || on_project,
            whole_needs_texts: keep.texts || whole.iter().any(|rule| rule.reads_text && script_reads_text(rule)),
            whole_needs_calls: keep.calls || whole.iter().any(|rule| rule.reads_calls),
            needs_migrations: keep.files
                || keep.operations
                || laws.need_operations()
                || !whole.is_empty()
                || !on_migration.is_empty()
                || !on_call.is_empty(),
            on_file,
            on_migration,
            on_call,
        }
    }

    /// Judges a file; `None` when nobody asks for it.
    pub(super) fn judge(&self, input: &Input) -> Option<FileResult> {
        let path = &input.found.path;
        let tree = self.inputs.trees.iter().position(|tree| is_version_file(tree, path));
        let deleted = input.change == Known::Yes(Change::Deleted);
        let rules = |rules: &[usize]| -> Vec<usize> {
            let applies = |number: &usize| {
                let rule = &self.laws.rules[*number];
                input.judged && rule.files.contain(path) && (!deleted || rule.reads_change)
            };
            rules.iter().copied().filter(applies).collect()
        };
        let is_migration = tree.is_some() && self.needs_migrations;
        let is_python = is_python(path);
        let file_rules = rules(&self.on_file);
        let mut migration_rules = if is_migration { rules(&self.on_migration) } else { Vec::new() };
        if !is_python {
            // What asks for Python says nothing about SQL, neither that it is fine nor that something is missing.
            migration_rules.retain(|number| !self.has_code(&[*number]));
        }
        let mut call_rules = if is_python { rules(&self.on_call) } else { Vec::new() };
        call_rules.retain(|number| is_migration || self.laws.rules[*number].files.named());
        let asked = is_migration || !file_rules.is_empty() || !call_rules.is_empty();
        if !asked && !self.whole_needs_files {
            return None;
        }
        let needs_text = is_migration
            || !call_rules.is_empty()
            || file_rules.iter().any(|number| self.laws.rules[*number].reads_text)
            || (self.whole_needs_texts && self.whole_needs_files);
        let mut work = Work { pass: self, input, outcome: Outcome::default(), tally: Tally::default() };
        let unasked: Arc<str> = "no law asks for the text".into();
        let source = if needs_text && is_python { work.read_python() } else { Known::No(unasked.clone()) };
        let text = match &source {
            Known::Yes(source) => Known::Yes(source.text().clone()),
            Known::No(reason) if is_python => Known::No(reason.clone()),
            Known::No(_) if needs_text => work.read(is_migration),
            Known::No(_) => Known::No(unasked),
        };
        let needs_module = is_migration || !call_rules.is_empty() || (is_python && self.has_code(&file_rules));
        let wanted = source.as_known().filter(|_| needs_module);
        let module = work.parse(wanted, is_migration || !call_rules.is_empty());
        let view = View::new(self.laws, text.as_deref(), module.clone());
        let file = File {
            path: path.clone(),
            size: self.inputs.size(input),
            change: input.change.clone(),
            text: text.clone(),
            calls: Vec::new(),
        };
        let (file, migration) = work.facts(file, tree.filter(|_| is_migration), module.as_known().copied());
        let (file, migration) =
            work.judge((file_rules, migration_rules, call_rules), (file, migration), &view, module.as_known().copied());
        Some(self.result((work.outcome, work.tally), tree, migration, file, deleted))
    }

    /// Returns the outcome with what is to be kept of the file.
    fn result(
        &self,
        (mut outcome, tally): (Outcome, Tally),
        tree: Option<usize>,
        migration: Option<Arc<Migration>>,
        file: Arc<File>,
        deleted: bool,
    ) -> FileResult {
        let inline =
            file.text.as_known().filter(|text| text.contains("lawbook:")).map(|text| (file.path.clone(), text.clone()));
        let kept = Arc::new(File {
            path: file.path.clone(),
            size: file.size.clone(),
            change: file.change.clone(),
            text: if self.whole_needs_texts { file.text.clone() } else { Known::No("the text was not kept".into()) },
            calls: if self.whole_needs_calls { file.calls.clone() } else { Vec::new() },
        });
        let migration = migration.map(|migration| of_file(&migration, kept.clone()));
        // A key waits for all other files: it must not hold the text of this one meanwhile.
        for key in outcome.keys.iter_mut().filter(|key| !self.laws.rules[key.rule].reads_text) {
            match (&key.fact, &migration) {
                (Fact::Migration(_), Some(migration)) => key.fact = Fact::Migration(migration.clone()),
                (Fact::File(_), _) => key.fact = Fact::File(kept.clone()),
                _ => {}
            }
        }
        let migration = migration.filter(|_| !deleted);
        let file = (self.whole_needs_files && !deleted).then_some(kept);
        FileResult { outcome, tally, tree, migration, file, inline }
    }

    fn has_code(&self, rules: &[usize]) -> bool {
        rules.iter().any(|number| {
            let rule = &self.laws.rules[*number];
            let nodes = [
                rule.where_.as_ref(),
                rule.unless.as_ref(),
                match &rule.law {
                    CompiledLaw::Forbid(node) | CompiledLaw::Require(node) => Some(node),
                    _ => None,
                },
            ];
            rule.reads_calls || nodes.into_iter().flatten().any(super::compile::Node::has_code)
        })
    }
}

/// Returns whether a rule's script asks for the text itself, as opposed to what is parsed from it.
fn script_reads_text(rule: &CompiledRule) -> bool {
    match &rule.law {
        CompiledLaw::Script(script) => script.mentions(READS_TEXT),
        _ => rule.reads_text,
    }
}

/// The work on one file.
struct Work<'a> {
    pass: &'a FilePass<'a>,
    input: &'a Input,
    outcome: Outcome,
    tally: Tally,
}

impl Work<'_> {
    /// Returns why a file of so many bytes is too large to be read, if it is: a problem where it is `needed`.
    fn too_large(&mut self, size: Option<u64>, needed: bool) -> Option<Arc<str>> {
        let limit = self.pass.inputs.size_limit;
        size.filter(|size| *size > limit)?;
        let message = format!("larger than {} MB, not read", limit / 1_000_000);
        if needed {
            let problem = Problem::error(message.clone()).at(Location::file(self.input.found.path.clone()));
            self.outcome.problems.push(problem.hint("exclude it, or raise `size-limit` in lawbook.yml"));
        }
        Some(message.into())
    }

    /// Returns the size of a file that was not asked for it before it was read.
    fn size_now(&self) -> Option<u64> {
        let Input { found, .. } = self.input;
        found.size.or_else(|| (self.pass.inputs.ask_size)(&found.path))
    }

    /// Reads a file of Python. What is no text is unknown, with the reason; what cannot be read is a problem.
    fn read_python(&mut self) -> Known<Arc<Source>> {
        if let Some(message) = self.too_large(self.input.found.size, true) {
            return Known::No(message);
        }
        match self.pass.inputs.python(self.input) {
            Ok(source) => Known::Yes(source),
            Err(unread) => {
                if let Some(message) = self.too_large(self.size_now(), true) {
                    return Known::No(message);
                }
                let problem = unread.problem(&self.input.found.path);
                let reason = problem.message.clone();
                self.outcome.problems.push(problem);
                Known::No(reason.into())
            }
        }
    }

    /// Reads a file that is not Python. What is no text is unknown, with the reason; what cannot be read is a problem.
    fn read(&mut self, needed: bool) -> Known<Arc<str>> {
        if let Some(message) = self.too_large(self.input.found.size, needed) {
            return Known::No(message);
        }
        let bytes = match (self.pass.inputs.read)(self.input) {
            Ok(bytes) => bytes,
            Err(problem) => {
                if let Some(message) = self.too_large(self.size_now(), needed) {
                    return Known::No(message);
                }
                let reason = problem.message.clone();
                self.outcome.problems.push(problem);
                return Known::No(reason.into());
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => Known::Yes(text.into()),
            Err(_) => Known::No("not UTF-8 text".into()),
        }
    }

    /// Reads another file of the project: the one that undoes a migration of SQL.
    fn read_beside(&mut self, path: &str) -> Known<Arc<str>> {
        let Some(input) = self.pass.inputs.find(path) else {
            return Known::No("there is no such file".into());
        };
        let mut beside = Work { pass: self.pass, input, outcome: Outcome::default(), tally: Tally::default() };
        let text = beside.read(true);
        self.outcome.append(beside.outcome);
        text
    }

    /// Parses the file. A syntax error is a problem where laws need the syntax of this file to be judged.
    fn parse<'s>(&mut self, source: Option<&'s Arc<Source>>, required: bool) -> Known<&'s Module> {
        let Some(source) = source else { return Known::No("the file was not parsed".into()) };
        match source.parse() {
            Ok(module) => Known::Yes(module),
            Err(fault) => {
                let location = Location::span(self.input.found.path.clone(), fault.span);
                let mut problem =
                    Problem::error(format!("not valid Python: {}", fault.message)).in_text(location, source.text());
                if !required {
                    problem.level = crate::model::Level::Warning;
                }
                self.outcome.problems.push(problem);
                Known::No(format!("not valid Python: {}", fault.message).into())
            }
        }
    }

    fn migration(&mut self, tree: usize, file: &Arc<File>, module: Option<&Module>) -> Option<Arc<Migration>> {
        let inputs = self.pass.inputs;
        if let Some(sql) = &inputs.trees[tree].sql {
            let down = sql.down_of(&file.path).cloned().map(|path| self.read_beside(&path));
            return sql::migration(&inputs.trees[tree], file, down.as_ref()).map(Arc::new);
        }
        let Some(module) = module else { return Some(Arc::new(unreadable(inputs.trees[tree].name.clone(), file))) };
        let Some(header) = module.migration() else {
            let problem = Problem::warning("no `revision` is assigned here, so Alembic refuses to load this file");
            let problem = problem.at(Location::file(file.path.clone()));
            self.outcome.problems.push(problem.hint("give it a revision, or move it out of the versions folder"));
            return None;
        };
        Some(Arc::new(alembic::migration(&inputs.trees[tree], file, header)))
    }

    /// Returns the facts of the file; the migration where it is one.
    fn facts(
        &mut self,
        file: File,
        tree: Option<usize>,
        module: Option<&Module>,
    ) -> (Arc<File>, Option<Arc<Migration>>) {
        let file = Arc::new(file);
        let migration = tree.and_then(|tree| self.migration(tree, &file, module));
        (file, migration)
    }

    /// Judges the facts of the file. Calls are made only where a rule asks for them that is about this file, and only
    /// those that it asks for.
    fn judge(
        &mut self,
        (file_rules, migration_rules, call_rules): (Vec<usize>, Vec<usize>, Vec<usize>),
        (file, migration): (Arc<File>, Option<Arc<Migration>>),
        view: &View<'_>,
        module: Option<&Module>,
    ) -> (Arc<File>, Option<Arc<Migration>>) {
        let rules = &self.pass.laws.rules;
        // Calls that were looked at, written out or not.
        let seen = Cell::new(0);
        let asks = |number: &usize, fact: &Fact| {
            let rule = &rules[*number];
            rule.reads_calls && rule.where_.as_ref().is_none_or(|node| view.holds(node, fact) != Truth::False)
        };
        let fact = Fact::File(file.clone());
        let of_migration = migration.clone().map(Fact::Migration);
        let all = self.pass.whole_needs_calls
            || file_rules.iter().any(|number| asks(number, &fact))
            || of_migration.as_ref().is_some_and(|fact| migration_rules.iter().any(|number| asks(number, fact)));
        let calls = match module {
            Some(module) if all => module.calls(),
            Some(module) if !call_rules.is_empty() => module.calls_to(&|callee| {
                seen.set(seen.get() + 1);
                self.pass.laws.concerned(callee).iter().any(|number| call_rules.contains(number))
            }),
            _ => Vec::new(),
        };
        for number in &call_rules {
            let looked_at = seen.get().max(calls.len());
            self.tally.judged.push((*number, looked_at.cast_signed()));
        }
        let (file, migration) = if calls.is_empty() { (file, migration) } else { with_calls(&file, migration, calls) };
        self.run(&file_rules, &Fact::File(file.clone()), view);
        if let Some(migration) = &migration {
            self.run(&migration_rules, &Fact::Migration(migration.clone()), view);
        }
        self.run_calls(&call_rules, &file.calls, view);
        (file, migration)
    }

    fn run(&mut self, rules: &[usize], fact: &Fact, view: &View<'_>) {
        for &number in rules {
            let counters = self.pass.counters;
            if counters.exhausted[number].load(Ordering::Relaxed) {
                continue;
            }
            let judged = rule_pass::judge(&self.pass.laws.rules[number], number, fact, view, &mut self.outcome);
            self.tally.count(number, judged, counters);
        }
    }

    /// Judges calls. That they were looked at has been counted.
    fn run_calls(&mut self, rules: &[usize], calls: &[Arc<Call>], view: &View<'_>) {
        let counters = self.pass.counters;
        for call in calls {
            let fact = Fact::Call(call.clone());
            for &number in self.pass.laws.concerned(&call.callee).iter() {
                if rules.contains(&number) && !counters.exhausted[number].load(Ordering::Relaxed) {
                    let rule = &self.pass.laws.rules[number];
                    let judged = rule_pass::judge(rule, number, &fact, view, &mut self.outcome);
                    self.tally.note(number, judged, counters);
                }
            }
        }
    }
}

/// Returns the facts of a file with its calls.
fn with_calls(
    file: &File,
    migration: Option<Arc<Migration>>,
    calls: Vec<Arc<Call>>,
) -> (Arc<File>, Option<Arc<Migration>>) {
    let file = Arc::new(File {
        path: file.path.clone(),
        size: file.size.clone(),
        change: file.change.clone(),
        text: file.text.clone(),
        calls,
    });
    let migration = migration.map(|migration| of_file(&migration, file.clone()));
    (file, migration)
}

/// Returns a migration with another fact for its file.
fn of_file(migration: &Migration, file: Arc<File>) -> Arc<Migration> {
    Arc::new(Migration { file, changes: Told::default(), ..migration.clone() })
}

/// Returns the migration that stands for a file that could not be read or parsed: nothing about it is known.
fn unreadable(tree: Arc<str>, file: &Arc<File>) -> Migration {
    let reason: Arc<str> = "the file could not be parsed".into();
    Migration {
        file: file.clone(),
        tool: Tool::Alembic,
        tree,
        revision: Known::No(reason.clone()),
        revision_span: None,
        down_revisions: Known::No(reason.clone()),
        branch_labels: Known::No(reason.clone()),
        depends_on: Known::No(reason.clone()),
        message: None,
        created: None,
        upgrade: None,
        downgrade: None,
        changes: Told::default(),
        sql: None,
        unparsed: Some(reason),
    }
}
