//! One walk over a file: every statement and expression, in source order, with the place that it stands in.
//!
//! Expressions are walked with a stack of their own, so that long chains need no deep call stack.

use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{
    BoolOp, ElifElseClause, ExceptHandler, ExceptHandlerExceptHandler, Expr, ExprCall, MatchCase, Stmt, StmtIf,
    StmtMatch,
};

use super::scope::{self, MODULE, ScopeId, Scopes};

/// What is done at each node.
pub trait Visit<'a> {
    /// Whether it sees names and literals, which are most of a file.
    const LEAVES: bool;

    /// Sees an expression, before its parts.
    fn expression(&mut self, expression: &'a Expr, at: At<'a>, trail: &Trail<'a>);

    /// Sees a statement, before its parts.
    fn statement(&mut self, _statement: &'a Stmt, _at: At<'a>, _trail: &Trail<'a>) {}
}

/// The place of a node. The numbers are links into the [`Trail`].
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    pub scope: ScopeId,
    condition: Option<u32>,
    inside: Option<u32>,
    shadow: Option<u32>,
    /// The one name that the expression, as a whole, is assigned to.
    pub assigned_to: Option<&'a str>,
}

impl At<'_> {
    /// Returns whether a comprehension or a lambda around the node binds names.
    pub const fn is_shadowed(&self) -> bool {
        self.shadow.is_some()
    }
}

/// A condition on which a node runs.
#[derive(Clone, Copy, Debug)]
pub enum Condition<'a> {
    Holds(&'a Expr),
    Fails(&'a Expr),
    Case(&'a StmtMatch, &'a MatchCase),
    Try,
    Except(&'a ExceptHandlerExceptHandler),
}

/// What surrounds the nodes of a walk.
#[derive(Default)]
pub struct Trail<'a> {
    conditions: Vec<(Condition<'a>, Option<u32>)>,
    insides: Vec<(&'a ExprCall, At<'a>)>,
    shadows: Vec<(Vec<&'a str>, Option<u32>)>,
}

impl<'a> Trail<'a> {
    /// Returns the conditions that a place is under, innermost first, each with a number of its own.
    pub fn conditions(&self, at: At<'a>) -> impl Iterator<Item = (u32, Condition<'a>)> {
        chain(at.condition, |link| self.conditions[link as usize].1)
            .map(|link| (link, self.conditions[link as usize].0))
    }

    /// Returns the calls that a place is inside an argument of, innermost first, each with its own place.
    pub fn insides(&self, at: At<'a>) -> impl Iterator<Item = (&'a ExprCall, At<'a>)> {
        chain(at.inside, |link| self.insides[link as usize].1.inside).map(|link| self.insides[link as usize])
    }

    /// Returns whether a comprehension or lambda around a place binds the name.
    pub fn shadows(&self, at: At<'a>, name: &str) -> bool {
        chain(at.shadow, |link| self.shadows[link as usize].1).any(|link| self.shadows[link as usize].0.contains(&name))
    }

    fn under(&mut self, at: At<'a>, condition: Condition<'a>) -> At<'a> {
        self.conditions.push((condition, at.condition));
        At { condition: last(&self.conditions), ..at }
    }

    fn within(&mut self, at: At<'a>, call: &'a ExprCall) -> At<'a> {
        self.insides.push((call, at));
        At { inside: last(&self.insides), ..at }
    }

    fn shadowing(&mut self, at: At<'a>, names: Vec<&'a str>) -> At<'a> {
        self.shadows.push((names, at.shadow));
        At { shadow: last(&self.shadows), ..at }
    }
}

fn last<T>(links: &[T]) -> Option<u32> {
    u32::try_from(links.len() - 1).ok()
}

fn chain(first: Option<u32>, next: impl Fn(u32) -> Option<u32>) -> impl Iterator<Item = u32> {
    std::iter::successors(first, move |link| next(*link))
}

/// Walks a file.
pub fn walk<'a>(body: &'a [Stmt], scopes: &Scopes<'a>, visit: &mut impl Visit<'a>) {
    let at = At { scope: MODULE, condition: None, inside: None, shadow: None, assigned_to: None };
    Walk { scopes, visit, trail: Trail::default(), parts: Parts::default(), pending: Vec::new() }.block(body, at);
}

struct Walk<'w, 'a, V> {
    scopes: &'w Scopes<'a>,
    visit: &'w mut V,
    trail: Trail<'a>,
    parts: Parts<'a>,
    pending: Vec<(&'a Expr, At<'a>)>,
}

impl<'a, V: Visit<'a>> Walk<'_, 'a, V> {
    fn block(&mut self, body: &'a [Stmt], mut at: At<'a>) {
        for statement in body {
            self.statement(statement, at);
            if let Stmt::If(branch) = statement {
                at = self.guard(branch, at);
            }
        }
    }

    fn statement(&mut self, statement: &'a Stmt, at: At<'a>) {
        self.visit.statement(statement, at, &self.trail);
        self.own_parts(statement, at);
        match statement {
            Stmt::FunctionDef(def) => self.inner(statement, &def.body, at),
            Stmt::ClassDef(class) => self.inner(statement, &class.body, at),
            Stmt::For(looped) => {
                self.block(&looped.body, at);
                self.block(&looped.orelse, at);
            }
            Stmt::While(looped) => {
                let inside = self.trail.under(at, Condition::Holds(&looped.test));
                self.block(&looped.body, inside);
                self.block(&looped.orelse, at);
            }
            Stmt::If(branch) => {
                let holds = self.trail.under(at, Condition::Holds(&branch.test));
                self.block(&branch.body, holds);
                let mut at = self.trail.under(at, Condition::Fails(&branch.test));
                for clause in &branch.elif_else_clauses {
                    at = self.clause(clause, at);
                }
            }
            Stmt::With(with) => self.block(&with.body, at),
            Stmt::Match(matched) => {
                for case in &matched.cases {
                    let at = self.trail.under(at, Condition::Case(matched, case));
                    source_order::walk_pattern(&mut self.parts, &case.pattern);
                    self.parts.0.extend(case.guard.as_deref());
                    self.expressions(at);
                    self.block(&case.body, at);
                }
            }
            Stmt::Try(tried) => {
                let inside = if tried.handlers.is_empty() { at } else { self.trail.under(at, Condition::Try) };
                self.block(&tried.body, inside);
                for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                    self.parts.0.extend(handler.type_.as_deref());
                    self.expressions(at);
                    let inside = self.trail.under(at, Condition::Except(handler));
                    self.block(&handler.body, inside);
                }
                self.block(&tried.orelse, at);
                self.block(&tried.finalbody, at);
            }
            _ => {}
        }
    }

    fn inner(&mut self, statement: &Stmt, body: &'a [Stmt], at: At<'a>) {
        let scope = self.scopes.opened_by(statement).unwrap_or(at.scope);
        self.block(body, At { scope, ..at });
    }

    /// Walks an `elif` or `else`; returns the place of the next clause.
    fn clause(&mut self, clause: &'a ElifElseClause, at: At<'a>) -> At<'a> {
        let Some(test) = &clause.test else {
            self.block(&clause.body, at);
            return at;
        };
        self.parts.0.push(test);
        self.expressions(at);
        let holds = self.trail.under(at, Condition::Holds(test));
        self.block(&clause.body, holds);
        self.trail.under(at, Condition::Fails(test))
    }

    /// Returns the place after an `if`: where its first branches leave the block, what follows runs only when their
    /// tests fail.
    fn guard(&mut self, branch: &'a StmtIf, mut at: At<'a>) -> At<'a> {
        if leaves(&branch.body) {
            at = self.trail.under(at, Condition::Fails(&branch.test));
            for clause in &branch.elif_else_clauses {
                match &clause.test {
                    Some(test) if leaves(&clause.body) => at = self.trail.under(at, Condition::Fails(test)),
                    _ => break,
                }
            }
        } else if let [clause] = branch.elif_else_clauses.as_slice()
            && clause.test.is_none()
            && leaves(&clause.body)
        {
            at = self.trail.under(at, Condition::Holds(&branch.test));
        }
        at
    }

    /// Walks the expressions of a statement that belong to itself and not to its blocks.
    fn own_parts(&mut self, statement: &'a Stmt, at: At<'a>) {
        source_order::walk_stmt(&mut self.parts, statement);
        let assigned_to = match statement {
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(name)] => Some((name.id.as_str(), assign.value.as_ref())),
                _ => None,
            },
            Stmt::AnnAssign(assign) => match (assign.target.as_ref(), &assign.value) {
                (Expr::Name(name), Some(value)) => Some((name.id.as_str(), value.as_ref())),
                _ => None,
            },
            _ => None,
        };
        for part in self.parts.0.drain(..).rev() {
            if Self::sees(part) {
                let name = assigned_to.filter(|(_, value)| std::ptr::eq(*value, part)).map(|(name, _)| name);
                self.pending.push((part, At { assigned_to: name, ..at }));
            }
        }
        self.drain();
    }

    fn expressions(&mut self, at: At<'a>) {
        self.pending.extend(self.parts.0.drain(..).rev().map(|part| (part, at)));
        self.drain();
    }

    const fn sees(part: &Expr) -> bool {
        V::LEAVES || !is_leaf(part)
    }

    fn drain(&mut self) {
        while let Some((expression, at)) = self.pending.pop() {
            self.visit.expression(expression, at, &self.trail);
            let start = self.pending.len();
            self.children(expression, At { assigned_to: None, ..at });
            self.pending[start..].reverse();
        }
    }

    /// Puts the parts of an expression on the stack, first part first.
    fn children(&mut self, expression: &'a Expr, at: At<'a>) {
        match expression {
            Expr::Call(call) => {
                if Self::sees(&call.func) {
                    self.pending.push((&call.func, at));
                }
                let inside = self.trail.within(at, call);
                let arguments = call.arguments.iter_source_order().map(|argument| argument.value());
                let seen = arguments.filter(|argument| Self::sees(argument));
                self.pending.extend(seen.map(|argument| (argument, inside)));
            }
            Expr::If(choice) => {
                let holds = self.trail.under(at, Condition::Holds(&choice.test));
                let fails = self.trail.under(at, Condition::Fails(&choice.test));
                self.pending.extend([(&*choice.body, holds), (&*choice.test, at), (&*choice.orelse, fails)]);
            }
            Expr::BoolOp(operation) => {
                let mut at = at;
                for value in &operation.values {
                    self.pending.push((value, at));
                    at = match operation.op {
                        BoolOp::And => self.trail.under(at, Condition::Holds(value)),
                        BoolOp::Or => self.trail.under(at, Condition::Fails(value)),
                    };
                }
            }
            Expr::Lambda(lambda) => {
                let mut names = Vec::new();
                if let Some(parameters) = &lambda.parameters {
                    names.extend(scope::parameter_names(parameters));
                    source_order::walk_parameters(&mut self.parts, parameters);
                    self.pending.extend(self.parts.0.drain(..).map(|part| (part, at)));
                }
                let inside = self.trail.shadowing(at, names);
                self.pending.push((&lambda.body, inside));
            }
            Expr::ListComp(node) => self.comprehension(&[&node.elt], &node.generators, at),
            Expr::SetComp(node) => self.comprehension(&[&node.elt], &node.generators, at),
            Expr::Generator(node) => self.comprehension(&[&node.elt], &node.generators, at),
            Expr::DictComp(node) => match &node.key {
                Some(key) => self.comprehension(&[key, &node.value], &node.generators, at),
                None => self.comprehension(&[&node.value], &node.generators, at),
            },
            leaf if is_leaf(leaf) => {}
            _ => {
                source_order::walk_expr(&mut self.parts, expression);
                let seen = self.parts.0.drain(..).filter(|part| Self::sees(part));
                self.pending.extend(seen.map(|part| (part, at)));
            }
        }
    }

    fn comprehension(&mut self, elements: &[&'a Expr], generators: &'a [ruff_python_ast::Comprehension], at: At<'a>) {
        let names = generators.iter().flat_map(|generator| scope::target_names(&generator.target)).collect();
        let shadowed = self.trail.shadowing(at, names);
        let mut inside = shadowed;
        let mut clauses = Vec::new();
        for (index, generator) in generators.iter().enumerate() {
            // The first iterable is evaluated outside.
            clauses.extend([(&generator.target, inside), (&generator.iter, if index == 0 { at } else { inside })]);
            for test in &generator.ifs {
                clauses.push((test, inside));
                inside = self.trail.under(inside, Condition::Holds(test));
            }
        }
        self.pending.extend(elements.iter().map(|element| (*element, inside)));
        self.pending.extend(clauses);
    }
}

/// Returns whether an expression has no parts.
const fn is_leaf(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::Name(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
    )
}

/// Returns whether a block never reaches its end.
fn leaves(body: &[Stmt]) -> bool {
    match body.last() {
        Some(Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_)) => true,
        Some(Stmt::If(branch)) => {
            leaves(&branch.body)
                && branch.elif_else_clauses.last().is_some_and(|clause| clause.test.is_none())
                && branch.elif_else_clauses.iter().all(|clause| leaves(&clause.body))
        }
        Some(Stmt::With(with)) => leaves(&with.body),
        _ => false,
    }
}

/// Collects the expressions directly below a node.
#[derive(Default)]
struct Parts<'a>(Vec<&'a Expr>);

impl<'a> SourceOrderVisitor<'a> for Parts<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        self.0.push(expression);
    }

    fn visit_stmt(&mut self, _: &'a Stmt) {}
    fn visit_body(&mut self, _: &'a [Stmt]) {}
    fn visit_elif_else_clause(&mut self, _: &'a ElifElseClause) {}
    fn visit_except_handler(&mut self, _: &'a ExceptHandler) {}
    fn visit_match_case(&mut self, _: &'a MatchCase) {}
}
