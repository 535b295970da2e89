//! Checked rules to laws that can run: patterns and scripts compiled, literals extracted, stages decided.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use memchr::memmem;

use super::concerns::Concerns;
use super::scan::Scan;
use crate::languages::python::Pattern;
use crate::model::schema::Schema;
use crate::model::{Field, Kind, Location, Problem, Span, Value};
use crate::packs::{
    self, Agree, CodePattern, Condition, Expectation, Law, Literal, Needle, Piece, Predicate, Regex, Rule, Test, pieces,
};
use crate::script;

/// Rules, ready to run. Shared by all workers.
#[derive(Debug, Default)]
pub struct Laws {
    pub(super) rules: Vec<CompiledRule>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) texts: Vec<Arc<Regex>>,
    /// What files are scanned for, large and small letters alike.
    scan: Option<Scan>,
    needles: Vec<Needle>,
    /// For each text and each pattern, what a file must contain for it to match.
    text_needs: Vec<Need>,
    pattern_needs: Vec<Need>,
    pub(super) concerns: Concerns,
}

/// Names by which a script reads the text itself, as opposed to what is parsed from it.
pub(super) const READS_TEXT: &[&str] = &["text", "find", "find_all", "matches"];

/// Names by which a script reads what migrations do to the schema.
const READS_OPERATIONS: &[&str] =
    &["actions", "operations", "operations_on", "operations_with", "statements", "not_restored"];

/// The schema that the migrations leave behind.
pub const REPLAYED: &str = "migrations";

/// Groups of needles: of each group at least one must occur. By index into the scan.
type Need = Vec<Vec<usize>>;

/// One rule, ready to run.
#[derive(Debug)]
pub(super) struct CompiledRule {
    pub(super) rule: Arc<Rule>,
    pub(super) files: Files,
    pub(super) where_: Option<Node>,
    pub(super) law: CompiledLaw,
    pub(super) unless: Option<Node>,
    /// Whether it asks for the text of the file, or what is parsed from it.
    pub(super) reads_text: bool,
    /// Whether it asks for calls, other than by being judged on them.
    pub(super) reads_calls: bool,
    /// Whether it asks what changed.
    pub(super) reads_change: bool,
    /// Whether it asks what migrations do to the schema, so that they are to be replayed.
    pub(super) reads_operations: bool,
}

impl CompiledRule {
    /// Returns whether it is about schemas.
    fn needs_schemas(&self) -> bool {
        match self.kind().name {
            _ if is_about_schemas(self.kind()) => true,
            "project" => match &self.law {
                CompiledLaw::Script(script) => script.mentions(&["schema", "schemas", "tables", "tables_of"]),
                _ => true,
            },
            _ => false,
        }
    }
}

#[derive(Debug)]
pub(super) enum CompiledLaw {
    Forbid(Node),
    Require(Node),
    Unique(Vec<&'static Field>),
    Expect(Arc<Expectation>),
    Agree(Arc<Agree>),
    Script(Box<ScriptLaw>),
}

/// The script of a rule. One of the user's is compiled when the rule is, so that every fault is found then; one that
/// came with the binary when it first runs, as most runs need few of them.
#[derive(Debug)]
pub(super) struct ScriptLaw {
    script: packs::Script,
    kind: &'static Kind,
    options: BTreeMap<String, Value>,
    compiled: OnceLock<Result<script::Script, Vec<script::ScriptFault>>>,
}

impl ScriptLaw {
    /// Returns the compiled script.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(super) fn get(&self) -> Result<&script::Script, &[script::ScriptFault]> {
        let compiled = self.compiled.get_or_init(|| {
            if self.script.built_in {
                script::Script::trusted(&self.script.source, &self.options)
            } else {
                script::Script::compile(&self.script.source, self.kind, &self.options)
            }
        });
        compiled.as_ref().map_err(Vec::as_slice)
    }

    /// Returns whether it reads a field or a query of one of these names: `fact.operations`, not the word in a comment
    /// or a variable.
    fn reads(&self, names: &[&str]) -> bool {
        let is_name = |character: char| character.is_alphanumeric() || character == '_';
        let code = self.script.source.lines().map(|line| line.trim_start()).filter(|line| !line.starts_with("//"));
        code.flat_map(|line| line.split('.').skip(1))
            .any(|rest| rest.split(|character| !is_name(character)).next().is_some_and(|word| names.contains(&word)))
    }

    /// Returns whether one of these names occurs in it, as a word.
    pub(super) fn mentions(&self, names: &[&str]) -> bool {
        let source = self.script.source.as_bytes();
        let is_name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let is_word = |start: usize, name: &str| {
            !is_name(start.checked_sub(1).and_then(|before| source.get(before)))
                && !is_name(source.get(start + name.len()))
        };
        let occurs = |name: &&str| memmem::find_iter(source, name.as_bytes()).any(|start| is_word(start, name));
        names.iter().any(occurs)
    }

    /// Returns a fault of the script as a problem in the file that holds it.
    pub(super) fn problem(&self, fault: &script::ScriptFault) -> Problem {
        let script = &self.script;
        let line = script.line + fault.line.saturating_sub(1);
        let column = script.column + fault.column.saturating_sub(1);
        let span = Span { line, column, end_line: line, end_column: column + 1 };
        let text = script.source.lines().nth(fault.line.saturating_sub(1) as usize);
        // The lines of a block in YAML share its indentation.
        let indent = " ".repeat(script.column.saturating_sub(1) as usize);
        let mut problem = Problem::error(fault.message.clone()).at(Location::span(script.path.clone(), span));
        problem.line_text = text.map(|text| Arc::from(format!("{indent}{text}")));
        problem.hint = fault.hint.as_deref().map(Into::into);
        problem
    }
}

/// A predicate whose texts and patterns are numbers in [`Laws`].
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Field(&'static Field, Condition),
    Text(usize),
    Code(usize),
}

impl Node {
    /// Returns whether it matches Python.
    pub(super) fn has_code(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::has_code),
            Self::Not(inner) => inner.has_code(),
            Self::Code(_) => true,
            Self::Field(..) | Self::Text(_) => false,
        }
    }
}

/// Which paths a rule is about.
#[derive(Debug, Default)]
pub(super) struct Files {
    include: Option<Arc<GlobSet>>,
    exclude: Option<Arc<GlobSet>>,
}

impl Files {
    /// Returns whether the rule is about this path.
    pub(super) fn contain(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|globs| globs.is_match(path))
            && !self.exclude.as_ref().is_some_and(|globs| globs.is_match(path))
    }

    /// Returns whether the rule is about any path.
    pub(super) fn are_any(&self) -> bool {
        self.include.is_none() && self.exclude.is_none()
    }

    /// Returns whether the rule names its files itself.
    pub(super) fn named(&self) -> bool {
        self.include.is_some()
    }
}

impl Laws {
    /// Compiles the rules that are switched on. `changes_known` tells whether what changed is known; rules that ask
    /// for it are left out otherwise. A rule with a fault is left out, and every fault is a problem.
    pub fn compile(rules: &[Arc<Rule>], changes_known: bool) -> (Self, Vec<Problem>) {
        let mut compiler = Compiler::default();
        for rule in rules.iter().filter(|rule| rule.enabled()) {
            let before = compiler.problems.len();
            if let Some(compiled) = compiler.rule(rule)
                && compiler.problems.len() == before
                && (changes_known || !compiled.reads_change)
            {
                compiler.laws.rules.push(compiled);
            }
        }
        compiler.finish()
    }

    /// Returns the full names of the rules that run, in order.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.rules.iter().map(|rule| &rule.rule.id)
    }

    /// Returns whether a rule, by its full name, looks at a file, which is a migration or not; `None` for one that does
    /// not run, or does not look at files one by one.
    pub fn looks_at(&self, rule: &str, path: &str, is_migration: bool) -> Option<bool> {
        let rule = self.rules.iter().find(|other| *other.rule.id == *rule)?;
        let of_kind = match rule.kind().name {
            "file" => true,
            "migration" | "operation" | "statement" | "fault" => is_migration,
            "call" => is_migration || (rule.files.named() && (path.ends_with(".py") || path.ends_with(".pyi"))),
            _ => return None,
        };
        Some(of_kind && rule.files.contain(path))
    }

    /// Returns whether a rule, by its full name, is about schemas.
    pub fn is_about_schemas(&self, rule: &str) -> bool {
        self.rules.iter().any(|other| *other.rule.id == *rule && other.needs_schemas())
    }

    /// Returns whether a law is about schemas, so that models and databases are to be read.
    pub fn need_schemas(&self) -> bool {
        self.rules.iter().any(CompiledRule::needs_schemas)
    }

    /// Returns whether a law asks what migrations do to the schema, so that they are to be replayed.
    pub fn need_operations(&self) -> bool {
        self.rules.iter().any(|rule| rule.reads_operations)
    }

    /// Returns whether a law about schemas has something to judge: one that compares needs another schema.
    pub fn can_compare(&self, schemas: &[Arc<Schema>]) -> bool {
        let compares = |rule: &&CompiledRule| matches!(rule.law, CompiledLaw::Agree(_));
        let mut about = self.rules.iter().filter(|rule| rule.needs_schemas());
        !schemas.is_empty() || about.any(|rule| !compares(&rule))
    }

    /// Returns which needles occur in a text, by index.
    pub(super) fn scan(&self, text: &str) -> Vec<bool> {
        self.scan.as_ref().map_or_else(Vec::new, |scan| scan.search(&self.needles, text))
    }

    /// Returns whether a text could match in a file with these needles.
    pub(super) fn text_possible(&self, index: usize, found: &[bool]) -> bool {
        satisfied(&self.text_needs[index], found)
    }

    /// Returns whether a pattern could match in a file with these needles.
    pub(super) fn pattern_possible(&self, index: usize, found: &[bool]) -> bool {
        satisfied(&self.pattern_needs[index], found)
    }
}

fn satisfied(need: &Need, found: &[bool]) -> bool {
    need.iter().all(|group| group.iter().any(|needle| found.get(*needle).copied().unwrap_or(true)))
}

#[derive(Default)]
struct Compiler {
    laws: Laws,
    problems: Vec<Problem>,
    needle_numbers: HashMap<Needle, usize>,
    pattern_numbers: HashMap<Arc<str>, usize>,
    text_numbers: HashMap<Arc<str>, usize>,
    /// Several rules tend to name the same files.
    globs: HashMap<Vec<String>, Arc<GlobSet>>,
}

impl Compiler {
    fn rule(&mut self, rule: &Arc<Rule>) -> Option<CompiledRule> {
        let mut uses =
            Uses { operations: ["operation", "statement", "fault"].contains(&rule.on.name), ..Uses::default() };
        let where_ = rule.where_.as_ref().and_then(|predicate| self.predicate(predicate, &mut uses));
        let unless = rule.unless.as_ref().and_then(|predicate| self.predicate(predicate, &mut uses));
        let law = match &rule.law {
            Law::Forbid(predicate) => CompiledLaw::Forbid(self.predicate(predicate, &mut uses)?),
            Law::Require(predicate) => CompiledLaw::Require(self.predicate(predicate, &mut uses)?),
            Law::Unique(fields) => {
                fields.iter().for_each(|field| uses.field(field));
                CompiledLaw::Unique(fields.clone())
            }
            Law::Expect(expectation) => CompiledLaw::Expect(expectation.clone()),
            Law::Agree(agree) => {
                let named = std::iter::once(&agree.expected).chain(&agree.actual);
                uses.operations |= named.into_iter().any(|schema| &*schema.name == REPLAYED);
                CompiledLaw::Agree(agree.clone())
            }
            Law::Script(script) => self.script(rule, script, &mut uses)?,
        };
        let files = self.files(rule);
        for piece in pieces(&rule.message) {
            if let Piece::Placeholder(name) = piece
                && let Some(field) = rule.on.field(name)
            {
                uses.field(field);
            }
        }
        Some(CompiledRule {
            rule: rule.clone(),
            files,
            where_,
            law,
            unless,
            reads_text: uses.text,
            reads_calls: uses.calls,
            reads_change: uses.change,
            reads_operations: uses.operations,
        })
    }

    fn script(&mut self, rule: &Rule, script: &packs::Script, uses: &mut Uses) -> Option<CompiledLaw> {
        let law = ScriptLaw {
            script: script.clone(),
            kind: rule.on,
            options: rule.options.iter().map(|(name, literal)| (name.clone(), value_of(literal))).collect(),
            compiled: OnceLock::new(),
        };
        uses.calls |= law.mentions(&["calls"]);
        uses.change |= rule.needs_change;
        uses.operations |= law.reads(READS_OPERATIONS);
        uses.text |= uses.calls || law.mentions(READS_TEXT);
        if !script.built_in
            && let Err(faults) = law.get()
        {
            self.problems.extend(faults.iter().map(|fault| law.problem(fault)));
            return None;
        }
        Some(CompiledLaw::Script(Box::new(law)))
    }

    fn predicate(&mut self, predicate: &Predicate, uses: &mut Uses) -> Option<Node> {
        match &predicate.test {
            Test::All(parts) => self.predicates(parts, uses).map(Node::All),
            Test::Any(parts) => self.predicates(parts, uses).map(Node::Any),
            Test::Not(inner) => self.predicate(inner, uses).map(|node| Node::Not(Box::new(node))),
            Test::Given(true) => Some(Node::All(Vec::new())),
            Test::Given(false) => Some(Node::Any(Vec::new())),
            Test::Field { field, condition } => {
                uses.field(field);
                Some(Node::Field(field, condition.clone()))
            }
            Test::Text(regex) => {
                uses.text = true;
                Some(Node::Text(self.text(regex)))
            }
            Test::Code(pattern) => {
                uses.text = true;
                self.pattern(pattern).map(Node::Code)
            }
        }
    }

    fn predicates(&mut self, parts: &[Predicate], uses: &mut Uses) -> Option<Vec<Node>> {
        // Every part is compiled, so that every fault is found.
        let nodes: Vec<Option<Node>> = parts.iter().map(|part| self.predicate(part, uses)).collect();
        nodes.into_iter().collect()
    }

    fn text(&mut self, regex: &Arc<Regex>) -> usize {
        if let Some(&number) = self.text_numbers.get(regex.as_str()) {
            return number;
        }
        let need = regex.needles().map(|any_of| vec![self.needle_group(any_of.to_vec())]);
        self.laws.text_needs.push(need.unwrap_or_default());
        self.laws.texts.push(regex.clone());
        let number = self.laws.texts.len() - 1;
        self.text_numbers.insert(regex.as_str().into(), number);
        number
    }

    fn pattern(&mut self, pattern: &CodePattern) -> Option<usize> {
        if let Some(&number) = self.pattern_numbers.get(&pattern.source) {
            return Some(number);
        }
        match Pattern::compile(&pattern.source) {
            Ok(compiled) => {
                let needles = compiled.literals().into_iter().map(Needle::exact);
                let need = needles.map(|needle| self.needle_group(vec![needle])).collect();
                self.laws.pattern_needs.push(need);
                self.laws.patterns.push(compiled);
                let number = self.laws.patterns.len() - 1;
                self.pattern_numbers.insert(pattern.source.clone(), number);
                Some(number)
            }
            Err(fault) => {
                let mut location = pattern.location.clone();
                if let (Some(span), false) = (&mut location.span, pattern.source.contains('\n')) {
                    let before = pattern.source.get(..fault.offset).unwrap_or_default();
                    let column = span.column + u32::try_from(before.chars().count()).unwrap_or(0);
                    *span = Span { column, end_column: column + 1, end_line: span.line, ..*span };
                }
                let mut problem = Problem::error(fault.message).at(location);
                problem.hint = fault.hint.map(Into::into);
                problem.line_text = Some(pattern.source.lines().next().unwrap_or_default().into());
                self.problems.push(problem);
                None
            }
        }
    }

    fn needle_group(&mut self, any_of: Vec<Needle>) -> Vec<usize> {
        let needles = &mut self.laws.needles;
        let numbers = any_of.into_iter().map(|needle| {
            *self.needle_numbers.entry(needle).or_insert_with_key(|needle| {
                needles.push(needle.clone());
                needles.len() - 1
            })
        });
        numbers.collect()
    }

    fn files(&mut self, rule: &Rule) -> Files {
        let (exclude, include) = rule.files.iter().cloned().partition(|glob: &String| glob.starts_with('!'));
        let include = self.globs(rule, include);
        let exclude = self.globs(rule, exclude);
        Files { include, exclude }
    }

    fn globs(&mut self, rule: &Rule, globs: Vec<String>) -> Option<Arc<GlobSet>> {
        if globs.is_empty() {
            return None;
        }
        if let Some(set) = self.globs.get(&globs) {
            return Some(set.clone());
        }
        let mut set = GlobSetBuilder::new();
        for glob in &globs {
            match GlobBuilder::new(glob.trim_start_matches('!')).literal_separator(true).build() {
                Ok(glob) => drop(set.add(glob)),
                Err(error) => self.problems.push(Problem::error(error.to_string()).at(rule.location.clone())),
            }
        }
        match set.build() {
            Ok(set) => {
                let set = Arc::new(set);
                self.globs.insert(globs, set.clone());
                Some(set)
            }
            Err(error) => {
                self.problems.push(Problem::error(error.to_string()).at(rule.location.clone()));
                None
            }
        }
    }

    fn finish(mut self) -> (Laws, Vec<Problem>) {
        if !self.laws.needles.is_empty() {
            match Scan::new(&self.laws.needles) {
                Ok(scan) => self.laws.scan = Some(scan),
                Err(error) => {
                    self.problems
                        .push(Problem::error(format!("the literals of the laws cannot be scanned for: {error}")));
                }
            }
        }
        (self.laws, self.problems)
    }
}

/// What a rule asks for beside the fact itself.
#[derive(Default)]
struct Uses {
    text: bool,
    calls: bool,
    change: bool,
    operations: bool,
}

impl Uses {
    fn field(&mut self, field: &Field) {
        match field.name {
            "text" => self.text = true,
            "change" | "renamed_from" => self.change = true,
            "not_restored" => self.operations = true,
            _ => {}
        }
    }
}

/// Returns whether facts of this kind are, or are parts of, a schema.
pub fn is_about_schemas(kind: &Kind) -> bool {
    ["schema", "table", "column", "index", "constraint", "enum", "view", "name"].contains(&kind.name)
}

fn value_of(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Float(value) => Value::Float(*value),
        Literal::Text(value) => Value::Text(value.clone()),
        Literal::List(values) => Value::List(values.iter().map(value_of).collect()),
    }
}

impl CompiledRule {
    /// Returns the kind of fact that is judged.
    pub(super) fn kind(&self) -> &'static Kind {
        self.rule.on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At a start they are trusted: here they are looked through.
    #[test]
    fn built_in_scripts_hold_nothing_that_is_not_there() {
        let mut seen = 0;
        for name in packs::built_in_names() {
            let layers = packs::built_in(name).into_iter().collect();
            let mut problems = Vec::new();
            let loaded = packs::load(packs::Request { layers, overrides: &[], tests: false }, &mut problems);
            assert!(problems.is_empty(), "{problems:?}");
            for rule in loaded.packs.iter().flat_map(|pack| &pack.rules) {
                let Law::Script(script) = &rule.law else { continue };
                let options = rule.options.iter().map(|(name, literal)| (name.clone(), value_of(literal))).collect();
                let compiled = script::Script::compile(&script.source, rule.on, &options);
                assert!(compiled.is_ok(), "{}: {:?}", rule.id, compiled.err());
                seen += 1;
            }
        }
        assert!(seen > 8, "only {seen} scripts were seen");
    }
}
