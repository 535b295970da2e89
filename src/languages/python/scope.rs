//! Scopes: which name is bound to what, by function, without running anything.

use ruff_python_ast::{ExceptHandler, Expr, Parameters, Pattern, Stmt, StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::FxHashMap;

/// Index of a scope in [`Scopes`].
pub type ScopeId = usize;

/// The scope of the file itself.
pub const MODULE: ScopeId = 0;

/// Every scope of a file.
pub struct Scopes<'a> {
    scopes: Vec<Scope<'a>>,
    /// Scope of the function or class that starts at an offset.
    by_start: FxHashMap<TextSize, ScopeId>,
}

/// A module, function or class.
pub struct Scope<'a> {
    pub parent: Option<ScopeId>,
    pub kind: ScopeKind,
    /// Dotted name: `Outer.method`; empty for the module.
    pub name: String,
    names: FxHashMap<&'a str, Vec<Binding<'a>>>,
    globals: Vec<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Module,
    Function,
    Class,
}

/// One way in which a name is bound.
#[derive(Clone, Debug)]
pub enum Binding<'a> {
    /// `import` and `from ... import`: the dotted path.
    Import(String),
    /// `name = value`.
    Value(&'a Expr),
    /// `with value as name`.
    Entered(&'a Expr),
    Parameter,
    /// A function, a class, a loop variable, an unpacked value, an augmented assignment.
    Other,
}

impl<'a> Scopes<'a> {
    /// Collects the bindings of a file.
    pub fn build(body: &'a [Stmt]) -> Self {
        let module = Scope {
            parent: None,
            kind: ScopeKind::Module,
            name: String::new(),
            names: FxHashMap::default(),
            globals: Vec::new(),
        };
        let mut scopes = Self { scopes: vec![module], by_start: FxHashMap::default() };
        scopes.block(body, MODULE);
        scopes
    }

    /// Returns a scope.
    pub fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id]
    }

    /// Returns the scope that a function or class statement opens.
    pub fn opened_by(&self, statement: &Stmt) -> Option<ScopeId> {
        self.by_start.get(&statement.start()).copied()
    }

    /// Returns the scope in which a name, used in `from`, is bound, and its bindings there. Classes around a function
    /// do not lend it their names.
    pub fn lookup(&self, name: &str, from: ScopeId) -> Option<(ScopeId, &[Binding<'a>])> {
        let mut next = Some(from);
        while let Some(id) = next {
            let scope = &self.scopes[id];
            if (scope.kind != ScopeKind::Class || id == from)
                && let Some(bindings) = scope.names.get(name)
            {
                return Some((id, bindings));
            }
            next = scope.parent;
        }
        None
    }

    fn open(&mut self, statement: &'a Stmt, name: &str, kind: ScopeKind, parent: ScopeId) -> ScopeId {
        let outer = &self.scopes[parent].name;
        let name = if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
        let id = self.scopes.len();
        self.scopes.push(Scope { parent: Some(parent), kind, name, names: FxHashMap::default(), globals: Vec::new() });
        self.by_start.insert(statement.start(), id);
        id
    }

    fn bind(&mut self, name: &'a str, binding: Binding<'a>, scope: ScopeId) {
        // What a function does to a global happens when it runs: the global is no constant.
        let (scope, binding) =
            if self.scopes[scope].globals.contains(&name) { (MODULE, Binding::Other) } else { (scope, binding) };
        self.scopes[scope].names.entry(name).or_default().push(binding);
    }

    fn block(&mut self, body: &'a [Stmt], scope: ScopeId) {
        for statement in body {
            self.statement(statement, scope);
        }
    }

    fn statement(&mut self, statement: &'a Stmt, scope: ScopeId) {
        match statement {
            Stmt::FunctionDef(def) => {
                self.bind(&def.name.id, Binding::Other, scope);
                let inner = self.open(statement, &def.name.id, ScopeKind::Function, scope);
                for name in parameter_names(&def.parameters) {
                    self.bind(name, Binding::Parameter, inner);
                }
                self.block(&def.body, inner);
            }
            Stmt::ClassDef(class) => {
                self.bind(&class.name.id, Binding::Other, scope);
                let inner = self.open(statement, &class.name.id, ScopeKind::Class, scope);
                self.block(&class.body, inner);
            }
            Stmt::Import(import) => self.import(import, scope),
            Stmt::ImportFrom(import) => self.import_from(import, scope),
            Stmt::Global(global) => self.scopes[scope].globals.extend(global.names.iter().map(|name| name.id.as_str())),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.target(target, Binding::Value(&assign.value), scope);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.target(&assign.target, Binding::Value(value), scope);
                }
            }
            Stmt::AugAssign(assign) => self.target(&assign.target, Binding::Other, scope),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.target(target, Binding::Other, scope)),
            Stmt::For(looped) => {
                self.target(&looped.target, Binding::Other, scope);
                self.block(&looped.body, scope);
                self.block(&looped.orelse, scope);
            }
            Stmt::While(looped) => {
                self.block(&looped.body, scope);
                self.block(&looped.orelse, scope);
            }
            Stmt::If(branch) => {
                self.block(&branch.body, scope);
                branch.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body, scope));
            }
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        self.target(target, Binding::Entered(&item.context_expr), scope);
                    }
                }
                self.block(&with.body, scope);
            }
            Stmt::Match(matched) => {
                for case in &matched.cases {
                    self.pattern(&case.pattern, scope);
                    self.block(&case.body, scope);
                }
            }
            Stmt::Try(tried) => {
                self.block(&tried.body, scope);
                for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                    if let Some(name) = &handler.name {
                        self.bind(&name.id, Binding::Other, scope);
                    }
                    self.block(&handler.body, scope);
                }
                self.block(&tried.orelse, scope);
                self.block(&tried.finalbody, scope);
            }
            _ => {}
        }
    }

    fn import(&mut self, import: &'a StmtImport, scope: ScopeId) {
        for alias in &import.names {
            let path = alias.name.id.as_str();
            match &alias.asname {
                Some(name) => self.bind(&name.id, Binding::Import(path.to_owned()), scope),
                None => {
                    let root = path.split('.').next().unwrap_or(path);
                    self.bind(root, Binding::Import(root.to_owned()), scope);
                }
            }
        }
    }

    fn import_from(&mut self, import: &'a StmtImportFrom, scope: ScopeId) {
        let dots = ".".repeat(import.level as usize);
        let module = import.module.as_ref().map_or("", |module| module.id.as_str());
        for alias in &import.names {
            let separator = if module.is_empty() { "" } else { "." };
            let path = format!("{dots}{module}{separator}{}", alias.name.id);
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            self.bind(&name.id, Binding::Import(path), scope);
        }
    }

    /// Binds the names of an assignment target; only a plain name gets the value.
    fn target(&mut self, target: &'a Expr, binding: Binding<'a>, scope: ScopeId) {
        if let Expr::Name(name) = target {
            self.bind(&name.id, binding, scope);
        } else {
            for name in target_names(target) {
                self.bind(name, Binding::Other, scope);
            }
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern, scope: ScopeId) {
        let mut pending = vec![pattern];
        while let Some(pattern) = pending.pop() {
            let name = match pattern {
                Pattern::MatchAs(node) => {
                    pending.extend(node.pattern.as_deref());
                    node.name.as_ref()
                }
                Pattern::MatchStar(node) => node.name.as_ref(),
                Pattern::MatchMapping(node) => {
                    pending.extend(&node.patterns);
                    node.rest.as_ref()
                }
                Pattern::MatchSequence(node) => {
                    pending.extend(&node.patterns);
                    None
                }
                Pattern::MatchOr(node) => {
                    pending.extend(&node.patterns);
                    None
                }
                Pattern::MatchClass(node) => {
                    pending.extend(&node.arguments.patterns);
                    pending.extend(node.arguments.keywords.iter().map(|keyword| &keyword.pattern));
                    None
                }
                Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => None,
            };
            if let Some(name) = name {
                self.bind(&name.id, Binding::Other, scope);
            }
        }
    }
}

/// Returns the plain names that an assignment to `target` binds.
pub fn target_names(target: &Expr) -> Vec<&str> {
    let mut names = Vec::new();
    let mut pending = vec![target];
    while let Some(target) = pending.pop() {
        match target {
            Expr::Name(name) => names.push(name.id.as_str()),
            Expr::Tuple(tuple) => pending.extend(&tuple.elts),
            Expr::List(list) => pending.extend(&list.elts),
            Expr::Starred(starred) => pending.push(&starred.value),
            _ => {}
        }
    }
    names
}

/// Returns the names of all parameters.
pub fn parameter_names(parameters: &Parameters) -> impl Iterator<Item = &str> {
    let variadic = [&parameters.vararg, &parameters.kwarg].into_iter().flatten().map(|parameter| &parameter.name);
    let plain = parameters.iter_non_variadic_params().map(|parameter| &parameter.parameter.name);
    plain.chain(variadic).map(|name| name.id.as_str())
}
