//! Compares a pattern with the syntax of a file.

use std::collections::BTreeMap;

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::{Arguments, DictItem, Expr, ExprCall, Keyword, Number, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::super::resolve::Resolver;
use super::super::syntax::Module;
use super::super::values;
use super::super::walk::{At, Trail};
use super::compile::{Pattern, Root, is_matched_by_parts};

/// The place in the file that is compared.
pub struct Site<'s, 'a> {
    pub module: &'a Module,
    pub resolver: &'s Resolver<'a>,
    pub at: At<'a>,
    pub trail: &'s Trail<'a>,
}

impl<'a> Site<'_, 'a> {
    /// Returns what an expression names.
    pub fn path(&self, expression: &'a Expr) -> Option<String> {
        self.resolver.resolve(expression, self.at.scope, |name| self.trail.shadows(self.at, name)).path()
    }
}

/// Matches an expression of a file; returns the captures. A pattern that has a callee is only asked about calls of it.
pub fn expression<'a>(
    pattern: &Pattern,
    expression: &'a Expr,
    site: &Site<'_, 'a>,
) -> Option<BTreeMap<String, String>> {
    let Root::Expression(root) = &pattern.root else { return None };
    let mut matcher = Matcher { pattern, site, captures: Vec::new(), exhausted: false };
    match (root, expression) {
        (Expr::Call(wanted), Expr::Call(found)) if pattern.callee().is_some() => {
            return matcher.arguments(&wanted.arguments, &found.arguments).then(|| matcher.captured());
        }
        (Expr::Name(_) | Expr::Attribute(_), Expr::Name(_) | Expr::Attribute(_)) => {}
        (Expr::StringLiteral(_) | Expr::FString(_), Expr::StringLiteral(_) | Expr::FString(_)) => {}
        (root, expression) if std::mem::discriminant(root) == std::mem::discriminant(expression) => {}
        _ => return None,
    }
    matcher.expression(root, expression).then(|| matcher.captured())
}

/// Matches a statement of a file; returns the captures.
pub fn statement<'a>(pattern: &Pattern, statement: &'a Stmt, site: &Site<'_, 'a>) -> Option<BTreeMap<String, String>> {
    let mut matcher = Matcher { pattern, site, captures: Vec::new(), exhausted: false };
    let matched = match (&pattern.root, statement) {
        (Root::Assignment { target, value }, Stmt::Assign(assign)) => assign.targets.iter().any(|found| {
            matcher.captures.clear();
            matcher.target(target, found) && matcher.expression(value, &assign.value)
        }),
        (Root::Assignment { target, value }, Stmt::AnnAssign(assign)) => assign
            .value
            .as_deref()
            .is_some_and(|found| matcher.target(target, &assign.target) && matcher.expression(value, found)),
        (Root::Return(value), Stmt::Return(returned)) => {
            returned.value.as_deref().is_some_and(|found| matcher.expression(value, found))
        }
        (Root::Raise(value), Stmt::Raise(raised)) => {
            raised.exc.as_deref().is_some_and(|found| matcher.expression(value, found))
        }
        _ => false,
    };
    matched.then(|| matcher.captured())
}

struct Matcher<'p, 's, 'a> {
    pattern: &'p Pattern,
    site: &'s Site<'s, 'a>,
    /// Named holes that are filled, with the ranges that fill them.
    captures: Vec<(&'p str, Vec<TextRange>)>,
    /// A gap of the sequence at hand has tried all its sizes.
    exhausted: bool,
}

impl<'p, 'a> Matcher<'p, '_, 'a> {
    fn captured(&self) -> BTreeMap<String, String> {
        let text = |ranges: &[TextRange]| {
            ranges.iter().map(|range| self.site.module.source(*range)).collect::<Vec<_>>().join(", ")
        };
        self.captures.iter().map(|(name, ranges)| ((*name).to_owned(), text(ranges))).collect()
    }

    /// Fills a hole; one that is already filled must hold the same source, layout aside.
    fn fill(&mut self, name: Option<&'p str>, ranges: Vec<TextRange>) -> bool {
        let Some(name) = name else { return true };
        let module = self.site.module;
        match self.captures.iter().find(|(filled, _)| *filled == name) {
            None => {
                self.captures.push((name, ranges));
                true
            }
            Some((_, filled)) => {
                filled.len() == ranges.len()
                    && filled.iter().zip(&ranges).all(|(left, right)| {
                        same_source((module.tokens(), module.text(), *left), (module.tokens(), module.text(), *right))
                    })
            }
        }
    }

    fn target(&mut self, wanted: &'p Expr, found: &'a Expr) -> bool {
        match (wanted, found) {
            (Expr::Name(left), Expr::Name(right)) if self.pattern.hole(wanted).is_none() => left.id == right.id,
            _ => self.expression(wanted, found),
        }
    }

    fn expressions(&mut self, wanted: &'p [Expr], found: &'a [Expr]) -> bool {
        wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| self.expression(wanted, found))
    }

    fn optional(&mut self, wanted: Option<&'p Expr>, found: Option<&'a Expr>) -> bool {
        match (wanted, found) {
            (Some(wanted), Some(found)) => self.expression(wanted, found),
            (wanted, found) => wanted.is_none() && found.is_none(),
        }
    }

    fn expression(&mut self, wanted: &'p Expr, found: &'a Expr) -> bool {
        if let Some(hole) = self.pattern.hole(wanted) {
            return self.fill(hole.name.as_deref(), vec![found.range()]);
        }
        if let Some(path) = self.pattern.paths.get(&wanted.range()) {
            // A pattern without holes that goes through a call names the same as a variable of that call's result.
            return matches!(found, Expr::Name(_) | Expr::Attribute(_)) && self.site.path(found).as_ref() == Some(path);
        }
        if !is_matched_by_parts(wanted) {
            let here = (&self.pattern.tokens, self.pattern.python.as_str(), wanted.range());
            let there = (self.site.module.tokens(), &**self.site.module.text(), found.range());
            return same_source(here, there);
        }
        match (wanted, found) {
            (Expr::Call(wanted), Expr::Call(found)) => self.call(wanted, found),
            (Expr::Attribute(wanted), Expr::Attribute(found)) => {
                let attribute = match self.pattern.holes.get(&wanted.attr.start()) {
                    Some(hole) => self.fill(hole.name.as_deref(), vec![found.attr.range()]),
                    None => wanted.attr.id == found.attr.id,
                };
                attribute && self.expression(&wanted.value, &found.value)
            }
            (Expr::StringLiteral(_) | Expr::FString(_), _) => {
                let wanted = text(wanted);
                wanted.is_some() && wanted == text(found)
            }
            (Expr::BytesLiteral(wanted), Expr::BytesLiteral(found)) => wanted.value.bytes().eq(found.value.bytes()),
            (Expr::NumberLiteral(wanted), Expr::NumberLiteral(found)) => match (&wanted.value, &found.value) {
                (Number::Int(wanted), Number::Int(found)) => wanted == found,
                (wanted, found) => wanted == found,
            },
            (Expr::BooleanLiteral(wanted), Expr::BooleanLiteral(found)) => wanted.value == found.value,
            (Expr::NoneLiteral(_), Expr::NoneLiteral(_)) | (Expr::EllipsisLiteral(_), Expr::EllipsisLiteral(_)) => true,
            (Expr::List(wanted), Expr::List(found)) => self.sequence(&wanted.elts, &found.elts, &[]),
            (Expr::Tuple(wanted), Expr::Tuple(found)) => self.sequence(&wanted.elts, &found.elts, &[]),
            (Expr::Set(wanted), Expr::Set(found)) => self.sequence(&wanted.elts, &found.elts, &[]),
            (Expr::Dict(wanted), Expr::Dict(found)) => self.dict(&wanted.items, &found.items),
            (Expr::BinOp(wanted), Expr::BinOp(found)) => {
                wanted.op == found.op
                    && self.expression(&wanted.left, &found.left)
                    && self.expression(&wanted.right, &found.right)
            }
            (Expr::BoolOp(wanted), Expr::BoolOp(found)) => {
                wanted.op == found.op && self.expressions(&wanted.values, &found.values)
            }
            (Expr::Compare(wanted), Expr::Compare(found)) => {
                wanted.ops == found.ops
                    && self.expression(&wanted.left, &found.left)
                    && self.expressions(&wanted.comparators, &found.comparators)
            }
            (Expr::UnaryOp(wanted), Expr::UnaryOp(found)) => {
                wanted.op == found.op && self.expression(&wanted.operand, &found.operand)
            }
            (Expr::If(wanted), Expr::If(found)) => {
                self.expression(&wanted.test, &found.test)
                    && self.expression(&wanted.body, &found.body)
                    && self.expression(&wanted.orelse, &found.orelse)
            }
            (Expr::Subscript(wanted), Expr::Subscript(found)) => {
                self.expression(&wanted.value, &found.value) && self.expression(&wanted.slice, &found.slice)
            }
            (Expr::Slice(wanted), Expr::Slice(found)) => {
                self.optional(wanted.lower.as_deref(), found.lower.as_deref())
                    && self.optional(wanted.upper.as_deref(), found.upper.as_deref())
                    && self.optional(wanted.step.as_deref(), found.step.as_deref())
            }
            (Expr::Starred(wanted), Expr::Starred(found)) => self.expression(&wanted.value, &found.value),
            (Expr::Await(wanted), Expr::Await(found)) => self.expression(&wanted.value, &found.value),
            (Expr::Named(wanted), Expr::Named(found)) => {
                self.target(&wanted.target, &found.target) && self.expression(&wanted.value, &found.value)
            }
            _ => false,
        }
    }

    fn call(&mut self, wanted: &'p ExprCall, found: &'a ExprCall) -> bool {
        let callee = match self.pattern.paths.get(&wanted.func.range()) {
            Some(path) => self.site.path(&found.func).as_ref() == Some(path),
            None => self.expression(&wanted.func, &found.func),
        };
        callee && self.arguments(&wanted.arguments, &found.arguments)
    }

    /// Keywords match by name in any order, positional arguments in sequence. Without a hole for several the
    /// pattern's arguments are all there are.
    fn arguments(&mut self, wanted: &'p Arguments, found: &'a Arguments) -> bool {
        let several = |expression: &Expr| self.pattern.hole(expression).is_some_and(|hole| hole.many);
        let any_argument = wanted.args.iter().any(several);
        let any_keyword = wanted.keywords.iter().any(|keyword| keyword.arg.is_none() && several(&keyword.value));
        let mut rest: Vec<&'a Keyword> = found.keywords.iter().collect();
        let is_several = |keyword: &Keyword, pattern: &Pattern| {
            keyword.arg.is_none() && pattern.hole(&keyword.value).is_some_and(|hole| hole.many)
        };
        for keyword in &wanted.keywords {
            if is_several(keyword, self.pattern) {
                continue;
            }
            let name = keyword.arg.as_ref().map(|name| &name.id);
            let filled = self.captures.len();
            let matched = rest.iter().position(|candidate| {
                let matched = candidate.arg.as_ref().map(|name| &name.id) == name
                    && self.expression(&keyword.value, &candidate.value);
                if !matched {
                    self.captures.truncate(filled);
                }
                matched
            });
            match matched {
                Some(index) => _ = rest.remove(index),
                None => return false,
            }
        }
        if !any_argument && !any_keyword && !rest.is_empty() {
            return false;
        }
        let rest: Vec<TextRange> = rest.into_iter().map(Ranged::range).collect();
        if any_argument {
            return self.sequence(&wanted.args, &found.args, &rest);
        }
        let keywords = wanted.keywords.iter().find(|keyword| is_several(keyword, self.pattern));
        let name = keywords.and_then(|keyword| self.pattern.hole(&keyword.value)?.name.as_deref());
        self.sequence(&wanted.args, &found.args, &[]) && (keywords.is_none() || self.fill(name, rest))
    }

    /// Matches in sequence, holes for several taking any number; the last such hole also takes `rest`.
    fn sequence(&mut self, wanted: &'p [Expr], found: &'a [Expr], rest: &[TextRange]) -> bool {
        let outer = std::mem::replace(&mut self.exhausted, false);
        let matched = self.gaps(wanted, found, rest);
        self.exhausted = outer;
        matched
    }

    fn gaps(&mut self, mut wanted: &'p [Expr], mut found: &'a [Expr], rest: &[TextRange]) -> bool {
        let pattern = self.pattern;
        let several = |expression: &Expr| pattern.hole(expression).filter(|hole| hole.many);
        let filled = self.captures.len();
        let hole = loop {
            let Some((first, others)) = wanted.split_first() else { return found.is_empty() };
            wanted = others;
            if let Some(hole) = several(first) {
                break hole;
            }
            let Some((next, remaining)) = found.split_first() else { return false };
            if !self.expression(first, next) {
                self.captures.truncate(filled);
                return false;
            }
            found = remaining;
        };
        let least = wanted.iter().filter(|expression| several(expression).is_none()).count();
        let Some(most) = found.len().checked_sub(least) else { return false };
        let is_last = wanted.len() == least;
        // The last hole for several takes exactly what the others leave.
        for taken in if is_last { most } else { 0 }..=most {
            let before = self.captures.len();
            let filled = hole.name.is_none() || {
                let mut ranges: Vec<TextRange> = found[..taken].iter().map(Ranged::range).collect();
                if is_last {
                    ranges.extend(rest);
                }
                self.fill(hole.name.as_deref(), ranges)
            };
            if filled && self.gaps(wanted, &found[taken..], rest) {
                return true;
            }
            self.captures.truncate(before);
            // Where a later gap found no way from the earliest start, it finds none from a later one, unless what
            // a repeated hole holds makes the difference.
            if self.exhausted && !pattern.repeats {
                break;
            }
        }
        self.exhausted = true;
        self.captures.truncate(filled);
        false
    }

    /// Entries match in any order; `**$$$` stands for all that are left.
    fn dict(&mut self, wanted: &'p [DictItem], found: &'a [DictItem]) -> bool {
        let mut left: Vec<&'a DictItem> = found.iter().collect();
        let mut several = None;
        for item in wanted {
            if item.key.is_none()
                && let Some(hole) = self.pattern.hole(&item.value)
                && hole.many
            {
                several = Some(hole);
                continue;
            }
            let filled = self.captures.len();
            let matched = left.iter().position(|candidate| {
                let matched = self.optional(item.key.as_ref(), candidate.key.as_ref())
                    && self.expression(&item.value, &candidate.value);
                if !matched {
                    self.captures.truncate(filled);
                }
                matched
            });
            match matched {
                Some(index) => _ = left.remove(index),
                None => return false,
            }
        }
        match several {
            Some(hole) => self.fill(hole.name.as_deref(), left.into_iter().map(Ranged::range).collect()),
            None => left.is_empty(),
        }
    }
}

/// Returns the text of a string, or of an f-string without fields.
fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(string) => Some(string.value.to_str().to_owned()),
        Expr::FString(string) if !values::has_fields(expression) => {
            let mut text = String::new();
            for part in string.value.iter() {
                match part {
                    ruff_python_ast::FStringPart::Literal(literal) => text.push_str(literal),
                    ruff_python_ast::FStringPart::FString(part) => {
                        part.elements.literals().for_each(|literal| text.push_str(literal));
                    }
                }
            }
            Some(text)
        }
        _ => None,
    }
}

/// Returns whether two pieces of source are the same, layout and comments aside.
fn same_source(left: (&Tokens, &str, TextRange), right: (&Tokens, &str, TextRange)) -> bool {
    fn words<'t>(
        (tokens, text, range): (&'t Tokens, &'t str, TextRange),
    ) -> impl Iterator<Item = (TokenKind, &'t str)> {
        let layout = |token: &&Token| !token.kind().is_any_newline() && !token.kind().is_comment();
        tokens.in_range(range).iter().filter(layout).map(move |token| (token.kind(), &text[token.range()]))
    }
    words(left).eq(words(right))
}
