//! What is found in a script when it is loaded, before any branch of it runs.
//!
//! Types are inferred as far as the vocabulary carries them: `fact` has a kind, its fields and queries have theirs.
//! Where a type is not known, a name must at least occur somewhere in the vocabulary, or in the script's own maps.

mod names;
mod types;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::fault::ScriptFault;
use crate::model::{Kind, Value};
use types::Type;
use walk::Walk;

/// What an inspection found.
pub(super) struct Inspected {
    /// In order of their place.
    pub(super) faults: Vec<ScriptFault>,
    /// Where the body of `check` starts.
    pub(super) check: Position,
    /// The first loop without a body, or else the first loop, if there is one.
    pub(super) first_loop: Position,
    /// The first call that may lead back to the function that makes it.
    pub(super) recursion: Position,
}

/// What is known of the script as a whole while its functions are walked.
struct Context<'a> {
    options: &'a BTreeMap<String, Value>,
    /// The script's own functions, with the numbers of their parameters.
    functions: BTreeMap<String, BTreeSet<usize>>,
    /// Keys of the maps that the script builds.
    keys: BTreeSet<String>,
    /// Variables that are assigned after their declaration, so that their type is not known.
    assigned: BTreeSet<String>,
    /// Types of the parameters of closures, from the places that make them.
    closures: BTreeMap<String, Vec<Type>>,
    faults: Vec<ScriptFault>,
    empty_loop: Position,
    any_loop: Position,
    /// The function that is walked.
    current: String,
    /// Calls among the script's own functions: caller, callee, place.
    calls: Vec<(String, String, Position)>,
}

impl Context<'_> {
    fn fault(&mut self, position: Position, message: impl Into<String>, hint: Option<String>) {
        self.faults.push(ScriptFault::new(position, message, hint));
    }
}

/// Looks through a script for a `check` on facts of this kind.
pub(super) fn inspect(ast: &AST, kind: &'static Kind, options: &BTreeMap<String, Value>) -> Inspected {
    let mut context = Context {
        options,
        functions: BTreeMap::new(),
        keys: BTreeSet::new(),
        assigned: BTreeSet::new(),
        closures: BTreeMap::new(),
        faults: Vec::new(),
        empty_loop: Position::NONE,
        any_loop: Position::NONE,
        current: String::new(),
        calls: Vec::new(),
    };
    survey(ast, &mut context);
    let check = entry(ast, &mut context);
    for statement in ast.statements().iter().filter(|statement| !statement.is_noop()) {
        match statement {
            Stmt::Import(..) | Stmt::Export(..) => walk::refuse_module(&mut context, statement.position()),
            Stmt::Var(_, flags, position) if flags.intersects(rhai::ASTFlags::EXPORTED) => {
                walk::refuse_module(&mut context, *position);
            }
            _ => {
                let hint = "only functions stand at the top; move it into check(fact)".to_owned();
                context.fault(statement.position(), "this would never run", Some(hint));
            }
        }
    }

    // Named functions first: walking them tells what their closures are given.
    let mut definitions: Vec<_> = ast.iter_fn_def().collect();
    definitions.sort_by_key(|definition| definition.body.start_position());
    let (closures, named): (Vec<_>, Vec<_>) =
        definitions.into_iter().partition(|definition| definition.name.starts_with(ANONYMOUS));
    for definition in named {
        let types = if definition.name == "check" && definition.params.len() == 1 {
            vec![Type::Fact(kind)]
        } else {
            Vec::new()
        };
        walk_function(ast, definition, &types, &mut context);
    }
    let mut pending = closures;
    while !pending.is_empty() {
        // A closure inside another one is made known by walking the outer one.
        let next = pending.iter().position(|definition| context.closures.contains_key(definition.name.as_str()));
        let definition = pending.remove(next.unwrap_or(0));
        let types = context.closures.get(definition.name.as_str()).cloned().unwrap_or_default();
        walk_function(ast, definition, &types, &mut context);
    }

    let first_loop = context.empty_loop.or_else(context.any_loop);
    let recursion = recursion(&context.calls);
    let mut faults = context.faults;
    faults.sort_by(|left, right| {
        (left.line, left.column, &left.message).cmp(&(right.line, right.column, &right.message))
    });
    faults.dedup();
    Inspected { faults, check, first_loop, recursion }
}

/// How Rhai names closures.
const ANONYMOUS: &str = "anon$";

fn walk_function(ast: &AST, definition: &rhai::ScriptFuncDef, types: &[Type], context: &mut Context<'_>) {
    context.current = definition.name.to_string();
    let mut walk = Walk::new(context);
    for (index, parameter) in definition.params.iter().enumerate() {
        walk.declare(parameter, types.get(index).cloned().unwrap_or(Type::Any), definition.body.start_position());
    }
    // The crate gives the statements of a body only through its own walk over all functions.
    let mut single = ast.clone();
    single.clear_statements();
    single.retain_functions(|_, _, name, parameters| name == definition.name && parameters == definition.params.len());
    single.walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            walk.statement(statement);
        }
        true
    });
}

/// Returns the place of the first call whose callee may call the caller again.
fn recursion(calls: &[(String, String, Position)]) -> Position {
    let returns = |(caller, callee, _): &&(String, String, Position)| {
        let mut reached = BTreeSet::from([callee.as_str()]);
        let mut pending = vec![callee.as_str()];
        while let Some(function) = pending.pop() {
            let next = calls.iter().filter(|(from, ..)| from == function).map(|(_, to, _)| to.as_str());
            pending.extend(next.filter(|to| reached.insert(to)));
        }
        reached.contains(caller.as_str())
    };
    calls.iter().find(returns).map_or(Position::NONE, |(_, _, position)| *position)
}

/// Finds `check(fact)`.
fn entry(ast: &AST, context: &mut Context<'_>) -> Position {
    let mut other = None;
    for definition in ast.iter_fn_def().filter(|definition| definition.name == "check") {
        if definition.params.len() == 1 {
            return definition.body.start_position();
        }
        other = Some((definition.body.start_position(), definition.params.len()));
    }
    match other {
        Some((position, count)) => {
            context.fault(position, format!("`check` has {count} parameters; it takes one: the fact"), None);
            position
        }
        None => {
            let hint = Some("write fn check(fact) { ... }".to_owned());
            context.fault(Position::NONE, "the script has no function `check(fact)`", hint);
            Position::NONE
        }
    }
}

/// Collects what holds for the whole script.
fn survey(ast: &AST, context: &mut Context<'_>) {
    for definition in ast.iter_fn_def().filter(|definition| !definition.name.starts_with(ANONYMOUS)) {
        context.functions.entry(definition.name.to_string()).or_default().insert(definition.params.len());
    }
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Expr(Expr::Map(map, _))) => {
                context.keys.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, _))) if call.name == "set" => {
                if let Some(Expr::StringConstant(key, _)) = call.args.first() {
                    context.keys.insert(key.to_string());
                }
            }
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => assigned(&assignment.1.lhs, context),
            _ => {}
        }
        true
    });
}

fn assigned(target: &Expr, context: &mut Context<'_>) {
    match target {
        Expr::Variable(variable, ..) => {
            context.assigned.insert(variable.1.to_string());
        }
        Expr::Property(property, _) => {
            context.keys.insert(property.2.to_string());
        }
        Expr::StringConstant(key, _) => {
            context.keys.insert(key.to_string());
        }
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => assigned(&chain.rhs, context),
        _ => {}
    }
}
