//! The walk through a function: variables in reach, types of expressions.

use rhai::{ASTFlags, Expr, FnCallExpr, FnPtr, Position, Stmt, StmtBlock};

use super::types::Type;
use super::{Context, names};
use crate::script::facts;
use crate::script::patterns::compile_glob;
use crate::script::searching::compile_regex;
use crate::script::values::suggestion;

/// A walk through one function.
pub(super) struct Walk<'a, 'b> {
    context: &'a mut Context<'b>,
    /// Variables in reach, innermost last.
    variables: Vec<(String, Type)>,
}

/// How the next part of a chain is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Dot,
    Index,
}

pub(super) fn refuse_module(context: &mut Context<'_>, position: Position) {
    let hint = "a script stands alone; it cannot load or offer modules".to_owned();
    context.fault(position, "`import` and `export` cannot be used in a script", Some(hint));
}

impl<'a, 'b> Walk<'a, 'b> {
    pub(super) fn new(context: &'a mut Context<'b>) -> Self {
        Self { context, variables: Vec::new() }
    }

    /// Brings a variable into reach.
    pub(super) fn declare(&mut self, name: &str, ty: Type, position: Position) {
        if name == "options" {
            let hint = Some("it is the rule's options".to_owned());
            self.context.fault(position, "`options` cannot be the name of a variable", hint);
        }
        let ty = if self.context.assigned.contains(name) { Type::Any } else { ty };
        self.variables.push((name.to_owned(), ty));
    }

    fn note_loop(&mut self, body: &StmtBlock, position: Position) {
        self.context.any_loop = self.context.any_loop.or_else(position);
        if body.is_empty() {
            self.context.empty_loop = self.context.empty_loop.or_else(position);
        }
    }

    fn block(&mut self, block: &StmtBlock) {
        let outer = self.variables.len();
        for statement in block.statements() {
            self.statement(statement);
        }
        self.variables.truncate(outer);
    }

    pub(super) fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(flow, _) => {
                self.expression(&flow.expr);
                self.block(&flow.body);
                self.block(&flow.branch);
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.note_loop(&flow.body, statement.position());
                self.expression(&flow.expr);
                self.block(&flow.body);
            }
            Stmt::For(parts, _) => {
                let (item, counter, flow) = &**parts;
                self.note_loop(&flow.body, statement.position());
                let list = self.expression(&flow.expr);
                let outer = self.variables.len();
                self.declare(&item.name, if matches!(list, Type::List(_)) { list.item() } else { Type::Any }, item.pos);
                if let Some(counter) = counter {
                    self.declare(&counter.name, Type::Scalar, counter.pos);
                }
                self.block(&flow.body);
                self.variables.truncate(outer);
            }
            Stmt::TryCatch(flow, _) => {
                self.block(&flow.body);
                let outer = self.variables.len();
                if let Expr::Variable(variable, _, position) = &flow.expr {
                    self.declare(&variable.1, Type::Any, *position);
                }
                self.block(&flow.branch);
                self.variables.truncate(outer);
            }
            Stmt::Switch(parts, _) => {
                self.expression(&parts.0);
                for case in &parts.1.expressions {
                    self.expression(&case.lhs);
                    self.expression(&case.rhs);
                }
            }
            Stmt::Var(parts, flags, position) => {
                if flags.intersects(ASTFlags::EXPORTED) {
                    refuse_module(self.context, *position);
                }
                let ty = self.expression(&parts.1);
                self.declare(&parts.0.name, ty, parts.0.pos);
            }
            Stmt::Assignment(parts) => {
                self.expression(&parts.1.lhs);
                self.expression(&parts.1.rhs);
            }
            Stmt::FnCall(call, position) => {
                self.call(call, *position);
            }
            Stmt::Block(block) => self.block(block),
            Stmt::Expr(expression) => {
                self.expression(expression);
            }
            Stmt::Return(Some(expression), ..) | Stmt::BreakLoop(Some(expression), ..) => {
                self.expression(expression);
            }
            Stmt::Import(..) | Stmt::Export(..) => refuse_module(self.context, statement.position()),
            _ => {}
        }
    }

    /// Checks an expression and returns what is known of its value.
    fn expression(&mut self, expression: &Expr) -> Type {
        match expression {
            Expr::Variable(variable, _, position) => {
                if !variable.2.is_empty() {
                    refuse_module(self.context, *position);
                    return Type::Any;
                }
                self.variable(&variable.1, *position)
            }
            Expr::StringConstant(..) => Type::Text,
            Expr::BoolConstant(..) | Expr::IntegerConstant(..) | Expr::FloatConstant(..) => Type::Scalar,
            Expr::InterpolatedString(parts, _) => {
                for part in parts {
                    self.expression(part);
                }
                Type::Text
            }
            Expr::Array(items, _) => {
                for item in items {
                    self.expression(item);
                }
                Type::List(Box::new(Type::Any))
            }
            Expr::Map(map, _) => {
                for (_, value) in &map.0 {
                    self.expression(value);
                }
                Type::Any
            }
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                for part in parts.iter() {
                    self.expression(part);
                }
                Type::Scalar
            }
            Expr::Coalesce(parts, _) => {
                for part in parts.iter() {
                    self.expression(part);
                }
                Type::Any
            }
            Expr::Dot(chain, flags, _) => {
                let first = self.expression(&chain.lhs);
                self.chain(first, By::Dot, &chain.rhs, *flags)
            }
            Expr::Index(chain, flags, _) => {
                let first = self.expression(&chain.lhs);
                self.chain(first, By::Index, &chain.rhs, *flags)
            }
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Stmt(block) => self.statement_block(block),
            Expr::DynamicConstant(value, _) => match value.clone().try_cast::<FnPtr>() {
                Some(pointer) => self.closure(pointer.fn_name(), Vec::new()),
                None => Type::Any,
            },
            _ => Type::Any,
        }
    }

    /// A block used as a value; also how the parser writes a closure that captures variables.
    fn statement_block(&mut self, block: &StmtBlock) -> Type {
        if let [Stmt::Share(_), Stmt::Expr(expression)] = block.statements() {
            return self.expression(expression);
        }
        self.block(block);
        Type::Any
    }

    fn closure(&mut self, name: &str, captured: Vec<Type>) -> Type {
        let count = captured.len();
        self.context.closures.entry(name.to_owned()).or_insert(captured);
        Type::Closure(name.to_owned(), count)
    }

    fn variable(&mut self, name: &str, position: Position) -> Type {
        if let Some((_, ty)) = self.variables.iter().rev().find(|(known, _)| known == name) {
            return ty.clone();
        }
        if name == "options" {
            return Type::Options;
        }
        let known = self.variables.iter().map(|(known, _)| known.as_str()).chain(["options"]);
        let hint = suggestion(name, known);
        self.context.fault(position, format!("there is no variable `{name}`"), hint);
        Type::Any
    }

    /// Follows `.name`, `.name(...)` and `[...]`; `flags` belong to the node whose right side `rest` is.
    fn chain(&mut self, of: Type, by: By, rest: &Expr, flags: ASTFlags) -> Type {
        if !flags.intersects(ASTFlags::BREAK) {
            match rest {
                Expr::Dot(chain, next, _) => {
                    let ty = self.step(&of, by, &chain.lhs);
                    return self.chain(ty, By::Dot, &chain.rhs, *next);
                }
                Expr::Index(chain, next, _) => {
                    let ty = self.step(&of, by, &chain.lhs);
                    return self.chain(ty, By::Index, &chain.rhs, *next);
                }
                _ => {}
            }
        }
        self.step(&of, by, rest)
    }

    fn step(&mut self, of: &Type, by: By, step: &Expr) -> Type {
        match (by, step) {
            (By::Dot, Expr::Property(property, position)) => names::property(self.context, of, &property.2, *position),
            (By::Dot, Expr::MethodCall(call, position)) => self.method(of, call, *position),
            (By::Index, Expr::StringConstant(name, position)) if matches!(of, Type::Fact(_) | Type::Options) => {
                names::property(self.context, of, name, *position)
            }
            (_, index) => {
                self.expression(index);
                of.item()
            }
        }
    }

    fn method(&mut self, of: &Type, call: &FnCallExpr, position: Position) -> Type {
        let arguments: Vec<Type> = call.args.iter().map(|argument| self.expression(argument)).collect();
        for argument in &arguments {
            self.give_items(of, &call.name, argument);
        }
        self.literals(of, &call.name, call.args.first());
        names::method(self.context, of, &call.name, arguments.len(), position)
    }

    fn call(&mut self, call: &FnCallExpr, position: Position) -> Type {
        let arguments: Vec<Type> = call.args.iter().map(|argument| self.expression(argument)).collect();
        if let ("curry", Some(Type::Closure(name, 0))) = (call.name.as_str(), arguments.first()) {
            // The closure was entered without captures a moment ago.
            self.context.closures.remove(name);
            return self.closure(name, arguments[1..].to_vec());
        }
        self.words(call, &arguments);
        if call.is_operator_call() {
            return if call.name == "+" { Type::Any } else { Type::Scalar };
        }
        if call.is_qualified() {
            refuse_module(self.context, position);
            return Type::Any;
        }
        if self.variables.iter().any(|(name, _)| *name == call.name.as_str())
            && !self.context.functions.contains_key(call.name.as_str())
            && !crate::script::allowed::functions().contains_key(call.name.as_str())
        {
            let hint = format!("`{0}` is a variable: call what it holds with {0}.call(...)", call.name);
            self.context.fault(position, format!("there is no function `{}`", call.name), Some(hint));
            return Type::Any;
        }
        if let Some(first) = arguments.first() {
            self.literals(first, &call.name, call.args.get(1));
        }
        names::function(self.context, arguments.first(), &call.name, arguments.len(), position)
    }

    /// Tells a closure what it is given: the items of the list that it is passed to.
    fn give_items(&mut self, of: &Type, method: &str, argument: &Type) {
        let (Type::List(item), Type::Closure(name, captured)) = (of, argument) else { return };
        let given = match method {
            "filter" | "map" | "find" | "find_map" | "some" | "all" | "index_of" | "drain" | "retain" => {
                vec![(**item).clone()]
            }
            // The item is `this` there, and the argument its index.
            "for_each" => vec![Type::Scalar],
            "sort" | "sort_by" | "order" | "order_by" | "dedup" => vec![(**item).clone(), (**item).clone()],
            "reduce" | "reduce_rev" => vec![Type::Any, (**item).clone()],
            _ => return,
        };
        if let Some(types) = self.context.closures.get_mut(name) {
            types.truncate(*captured);
            types.extend(given);
        }
    }

    /// Checks texts that are compared with a field whose words are a closed list: `==`, `!=` and `in [...]`.
    fn words(&mut self, call: &FnCallExpr, arguments: &[Type]) {
        let (left, right) = match (&*call.args, call.name.as_str()) {
            ([left, right], "==" | "!=" | "contains") => (left, right),
            _ => return,
        };
        for (of, compared) in [(arguments.first(), right), (arguments.get(1), left)] {
            let Some(Type::Word(words)) = of else { continue };
            let items = match compared {
                Expr::Array(items, _) if call.name == "contains" => items.as_slice(),
                text if call.name != "contains" => std::slice::from_ref(text),
                _ => continue,
            };
            for item in items {
                if let Expr::StringConstant(text, position) = item
                    && !words.contains(&text.as_str())
                {
                    let hint = facts::one_of(text, words);
                    self.context.fault(*position, format!("nothing ever equals `{text}` here"), Some(hint));
                }
            }
        }
    }

    /// Checks literals that only mean something to the function that they are passed to.
    fn literals(&mut self, of: &Type, function: &str, argument: Option<&Expr>) {
        let Some(Expr::StringConstant(text, position)) = argument else { return };
        match (function, of) {
            ("matches" | "find" | "find_all", of) if !matches!(of, Type::List(_) | Type::Map(_)) => {
                if let Err(reason) = compile_regex(text, true) {
                    self.context.fault(*position, format!("wrong regex: {reason}"), None);
                }
            }
            ("glob", _) => {
                if let Err(reason) = compile_glob(text) {
                    self.context.fault(*position, format!("wrong glob: {reason}"), None);
                }
            }
            ("knows" | "is_unknown", Type::Fact(kind)) if kind.field(text).is_none() => {
                let (message, hint) = facts::no_field(kind, text);
                self.context.fault(*position, message, hint);
            }
            (_, Type::Fact(kind)) => {
                if let Some(query) = kind.query(function)
                    && let Some((message, hint)) = facts::no_word(query, text)
                {
                    self.context.fault(*position, message, Some(hint));
                }
            }
            _ => {}
        }
    }
}
