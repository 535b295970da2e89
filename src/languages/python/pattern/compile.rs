//! Pattern text to a checked pattern.

use std::collections::{BTreeSet, HashSet};

use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{Expr, ExprCall, Identifier, Keyword, ModModule, Stmt};
use ruff_python_parser::{Mode, ParseErrorType, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::FxHashMap;

use super::super::resolve::{Meaning, Resolved, resolve};
use super::super::{names, nesting, syntax, values};

/// Bytes that a pattern may have: the matcher goes as deep as the pattern does.
const LONGEST: usize = 4_096;

/// A piece of Python with holes.
#[derive(Debug)]
pub struct Pattern {
    pub(super) root: Root,
    /// The text with every `$` of a hole replaced by `_`, so that it is Python and offsets stay.
    pub(super) python: String,
    /// Holes, by the offset at which they start.
    pub(super) holes: FxHashMap<TextSize, Hole>,
    /// Names and attributes without holes, by range: what they name.
    pub(super) paths: FxHashMap<TextRange, String>,
    /// Whether a named hole occurs more than once.
    pub(super) repeats: bool,
    pub(super) tokens: ruff_python_ast::token::Tokens,
}

/// What a pattern matches.
#[derive(Debug)]
pub(super) enum Root {
    Expression(Expr),
    Assignment { target: Expr, value: Expr },
    Return(Expr),
    Raise(Expr),
}

/// `$NAME`, `$_`, `$$$`, `$$$NAME`.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    /// `None` for `$_` and `$$$`.
    pub name: Option<String>,
    pub many: bool,
}

/// A pattern that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternFault {
    pub message: String,
    pub hint: Option<String>,
    /// Byte offset into the pattern.
    pub offset: usize,
}

impl PatternFault {
    fn new(offset: usize, message: impl Into<String>, hint: &str) -> Self {
        Self { message: message.into(), hint: Some(hint.into()).filter(|hint: &String| !hint.is_empty()), offset }
    }
}

impl Pattern {
    /// Reads a pattern: one expression, an assignment to one target, `return $X` or `raise $X`.
    pub fn compile(source: &str) -> Result<Self, PatternFault> {
        let trimmed = source.trim_end();
        let skipped = trimmed.len() - trimmed.trim_start().len();
        let mut pattern = Self::compile_trimmed(&trimmed[skipped..]);
        if let Err(fault) = &mut pattern {
            fault.offset += skipped;
        }
        pattern
    }

    fn compile_trimmed(source: &str) -> Result<Self, PatternFault> {
        if source.is_empty() {
            return Err(PatternFault::new(0, "the pattern is empty", "write a piece of Python: `op.execute($$$)`"));
        }
        if source.len() > LONGEST {
            return Err(PatternFault::new(0, format!("the pattern is longer than {LONGEST} bytes"), ""));
        }
        let (python, holes) = dig(source)?;
        nesting::check(&python).map_err(|deep| PatternFault::new(deep.offset, deep.message, ""))?;
        let parsed = parse_unchecked(&python, syntax::options(Mode::Module))
            .try_into_module()
            .expect("a text parsed as a module is a module");
        // `f($$$, x=1, $$$)`: a hole for any arguments may stand after keywords.
        let allowed = |kind: &ParseErrorType, range: TextRange| {
            matches!(
                kind,
                ParseErrorType::PositionalAfterKeywordArgument | ParseErrorType::PositionalAfterKeywordUnpacking
            ) && holes.get(&range.start()).is_some_and(|hole| hole.many)
        };
        if let Some(error) = parsed.errors().iter().find(|error| !allowed(&error.error, error.location)) {
            let message = format!("the pattern is no Python: {}", syntax::lower_first(&error.error.to_string()));
            let hint = if source.contains('{') && source.contains("$$$") {
                "in a dict write `**$$$` for any entries"
            } else {
                ""
            };
            return Err(PatternFault::new(error.location.start().to_usize().min(source.len()), message, hint));
        }
        let tokens = parsed.tokens().clone();
        let root = root(parsed.into_syntax())?;
        let mut check = Check {
            holes: &holes,
            many: HashSet::new(),
            seen: HashSet::new(),
            paths: FxHashMap::default(),
            fault: None,
        };
        for part in root.parts() {
            check.visit_expr(part);
        }
        if let Root::Expression(expression) = &root
            && holes.contains_key(&expression.start())
            && expression.is_name_expr()
        {
            return Err(PatternFault::new(
                0,
                "the pattern matches every expression",
                "write what is around it: `op.execute($X)`",
            ));
        }
        if let Some(fault) = check.fault {
            return Err(fault);
        }
        let mut unused: Vec<_> = holes.keys().filter(|start| !check.seen.contains(start)).collect();
        unused.sort();
        if let Some(start) = unused.first() {
            let hint = "holes stand for expressions, attribute names, arguments and elements";
            return Err(PatternFault::new(start.to_usize(), "a hole cannot stand here", hint));
        }
        let paths = check.paths;
        let names: Vec<_> = holes.values().filter_map(|hole| hole.name.as_deref()).collect();
        let repeats = names.iter().collect::<HashSet<_>>().len() < names.len();
        Ok(Self { root, python, holes, paths, repeats, tokens })
    }

    /// Returns texts that every file with a match contains: names that no alias can hide.
    pub fn literals(&self) -> Vec<String> {
        let mut collect = Literals { pattern: self, found: BTreeSet::new() };
        if let Root::Assignment { target: Expr::Name(name), .. } = &self.root
            && !self.holes.contains_key(&name.start())
        {
            collect.found.insert(name.id.to_string());
        }
        for (index, part) in self.root.parts().into_iter().enumerate() {
            let is_target = index == 0 && matches!(self.root, Root::Assignment { .. }) && part.is_name_expr();
            if !is_target {
                collect.visit_expr(part);
            }
        }
        collect.found.into_iter().collect()
    }

    /// Returns the callee, where the pattern is a call whose callee has no holes.
    pub(super) fn callee(&self) -> Option<&str> {
        match &self.root {
            Root::Expression(Expr::Call(call)) => self.paths.get(&call.func.range()).map(String::as_str),
            _ => None,
        }
    }

    /// Returns whether it matches expressions, not statements.
    pub(super) fn is_expression(&self) -> bool {
        matches!(self.root, Root::Expression(_))
    }

    /// Returns the names of its holes, sorted.
    pub fn captures(&self) -> Vec<String> {
        self.holes.values().filter_map(|hole| hole.name.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(super) fn hole(&self, expression: &Expr) -> Option<&Hole> {
        match expression {
            Expr::Name(name) => self.holes.get(&name.start()),
            _ => None,
        }
    }
}

impl Root {
    fn parts(&self) -> Vec<&Expr> {
        match self {
            Self::Expression(part) | Self::Return(part) | Self::Raise(part) => vec![part],
            Self::Assignment { target, value } => vec![target, value],
        }
    }
}

fn root(mut module: ModModule) -> Result<Root, PatternFault> {
    let one = "a pattern is one expression, an assignment to one target, `return $X` or `raise $X`";
    if let Some(second) = module.body.get(1) {
        return Err(PatternFault::new(second.start().to_usize(), "the pattern has more than one statement", one));
    }
    match module.body.pop() {
        Some(Stmt::Expr(statement)) => Ok(Root::Expression(*statement.value)),
        Some(Stmt::Assign(mut assign)) if assign.targets.len() == 1 => {
            let target = assign.targets.pop().expect("one target was counted");
            Ok(Root::Assignment { target, value: *assign.value })
        }
        Some(Stmt::Return(returned)) if returned.value.is_some() => {
            Ok(Root::Return(*returned.value.expect("a value was seen")))
        }
        Some(Stmt::Raise(raised)) if raised.exc.is_some() && raised.cause.is_none() => {
            Ok(Root::Raise(*raised.exc.expect("an exception was seen")))
        }
        Some(statement) => {
            Err(PatternFault::new(statement.start().to_usize(), "this kind of statement cannot be a pattern", one))
        }
        None => Err(PatternFault::new(0, "the pattern holds no code", one)),
    }
}

/// Replaces the `$` of holes, outside strings and comments, and notes where the holes are.
fn dig(source: &str) -> Result<(String, FxHashMap<TextSize, Hole>), PatternFault> {
    let bytes = source.as_bytes();
    let mut python = bytes.to_vec();
    let mut holes = FxHashMap::default();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
            quote @ (b'"' | b'\'') => at = string_end(bytes, at, quote),
            b'$' => {
                let dollars = bytes[at..].iter().take_while(|byte| **byte == b'$').count();
                let start = at + dollars;
                let length =
                    bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                let name = &source[start..start + length];
                let proper = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
                    && !name.chars().any(|c| c.is_ascii_lowercase());
                let hint = "write `$NAME` in capitals for one expression, `$_` for any, `$$$` or `$$$NAME` for several";
                let many = match (dollars, name) {
                    (1, "") => return Err(PatternFault::new(at, "a `$` without a name", hint)),
                    (3, "") => true,
                    (1 | 3, _) if proper => dollars == 3,
                    (1 | 3, _) => return Err(PatternFault::new(at, format!("`{name}` is no name for a hole"), hint)),
                    _ => return Err(PatternFault::new(at, format!("{dollars} `$` in a row mean nothing"), hint)),
                };
                if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') {
                    return Err(PatternFault::new(at, "a hole cannot be part of a name", hint));
                }
                python[at..start].fill(b'_');
                let name = Some(name).filter(|name| !name.is_empty() && !name.starts_with('_'));
                let offset = TextSize::try_from(at).expect("the length of a pattern is bounded");
                holes.insert(offset, Hole { name: name.map(str::to_owned), many });
                at = start + length;
            }
            _ => at += 1,
        }
    }
    Ok((String::from_utf8(python).expect("one ASCII character took the place of another"), holes))
}

/// Returns the offset after the string that opens at `at`.
fn string_end(bytes: &[u8], at: usize, quote: u8) -> usize {
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let close = if triple { 3 } else { 1 };
    let mut at = at + close;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at..].starts_with(&[quote; 3][..close]) {
            return at + close;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// Checks that holes stand where they can be matched, and resolves names.
struct Check<'p> {
    holes: &'p FxHashMap<TextSize, Hole>,
    /// Where holes for several may stand.
    many: HashSet<TextSize>,
    seen: HashSet<TextSize>,
    paths: FxHashMap<TextRange, String>,
    fault: Option<PatternFault>,
}

impl Check<'_> {
    fn has_holes(&self, range: TextRange) -> bool {
        self.holes.keys().any(|start| range.contains(*start))
    }

    fn refuse(&mut self, offset: TextSize, message: &str, hint: &str) {
        self.fault.get_or_insert(PatternFault::new(offset.to_usize(), message, hint));
    }

    fn accept(&mut self, expressions: &[Expr]) {
        let starts = expressions.iter().filter(|expression| expression.is_name_expr()).map(Ranged::start);
        self.many.extend(starts);
    }

    /// Notes what an expression names, if it has no holes and no arguments of calls inside it.
    fn name(&mut self, expression: &Expr) {
        if self.has_holes(expression.range()) || !calls_are_plain(expression) {
            return;
        }
        let meaning = |name: &str| names::convention(name).map(Meaning::from);
        if let Resolved::Path { path, known } = resolve(expression, meaning) {
            // A pattern may be fully qualified.
            let path = if known { path } else { names::canonical(path) };
            self.paths.insert(expression.range(), path);
        }
    }
}

/// Returns whether the calls that a name goes through have no arguments that would have to match.
fn calls_are_plain(expression: &Expr) -> bool {
    let mut at = expression;
    loop {
        at = match at {
            Expr::Attribute(attribute) => &attribute.value,
            Expr::Call(ExprCall { func, arguments, .. }) if arguments.is_empty() => func,
            Expr::Name(_) => return true,
            _ => return false,
        };
    }
}

impl<'a> SourceOrderVisitor<'a> for Check<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => match self.holes.get(&name.start()) {
                Some(hole) => {
                    self.seen.insert(name.start());
                    if hole.many && !self.many.contains(&name.start()) {
                        let hint =
                            "`$$$` stands for arguments of a call or elements of a list, tuple, set or dict (`**$$$`)";
                        self.refuse(name.start(), "a hole for several cannot stand here", hint);
                    }
                }
                None => self.name(expression),
            },
            Expr::Attribute(_) => self.name(expression),
            Expr::Call(call) => {
                self.accept(&call.arguments.args);
                for keyword in &call.arguments.keywords {
                    if keyword.arg.is_none() {
                        self.accept(std::slice::from_ref(&keyword.value));
                    }
                }
            }
            Expr::List(list) => self.accept(&list.elts),
            Expr::Tuple(tuple) => self.accept(&tuple.elts),
            Expr::Set(set) => self.accept(&set.elts),
            Expr::Dict(dict) => {
                for item in dict.items.iter().filter(|item| item.key.is_none()) {
                    self.accept(std::slice::from_ref(&item.value));
                }
            }
            _ if !is_matched_by_parts(expression) && self.has_holes(expression.range()) => {
                let hint =
                    "lambdas, comprehensions, f-strings and `yield` can only be matched as a whole, without holes";
                self.refuse(expression.start(), "holes are not understood inside this expression", hint);
            }
            _ => {}
        }
        source_order::walk_expr(self, expression);
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        if let Some(name) = &keyword.arg
            && self.holes.contains_key(&name.start())
        {
            self.refuse(name.start(), "a hole cannot stand for the name of a keyword", "use `$$$` for any keywords");
        }
        source_order::walk_keyword(self, keyword);
    }

    fn visit_identifier(&mut self, identifier: &'a Identifier) {
        if let Some(hole) = self.holes.get(&identifier.start()) {
            self.seen.insert(identifier.start());
            if hole.many {
                self.refuse(identifier.start(), "a hole for several cannot stand for a name", "write `$NAME`");
            }
        }
    }
}

/// Returns whether the matcher looks into an expression, rather than comparing its source.
pub(super) fn is_matched_by_parts(expression: &Expr) -> bool {
    match expression {
        Expr::FString(_) => !values::has_fields(expression),
        Expr::Lambda(_)
        | Expr::ListComp(_)
        | Expr::SetComp(_)
        | Expr::DictComp(_)
        | Expr::Generator(_)
        | Expr::Yield(_)
        | Expr::YieldFrom(_)
        | Expr::TString(_)
        | Expr::IpyEscapeCommand(_) => false,
        _ => true,
    }
}

/// Collects names that a matching file must spell.
struct Literals<'p> {
    pattern: &'p Pattern,
    found: BTreeSet<String>,
}

impl<'a> SourceOrderVisitor<'a> for Literals<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Some(path) = self.pattern.paths.get(&expression.range()) {
            let last = path.rsplit('.').next().unwrap_or(path);
            if !names::hides(path, last) {
                self.found.insert(last.to_owned());
            }
            // What comes before the last name may be hidden by an alias or a variable.
            return;
        }
        match expression {
            Expr::Attribute(attribute) if !self.pattern.holes.contains_key(&attribute.attr.start()) => {
                self.found.insert(attribute.attr.to_string());
            }
            _ if !is_matched_by_parts(expression) => return,
            _ => {}
        }
        source_order::walk_expr(self, expression);
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        self.found.extend(keyword.arg.as_ref().map(ToString::to_string));
        source_order::walk_keyword(self, keyword);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_what_no_alias_hides() {
        let cases: &[(&str, &[&str])] = &[
            ("sa.Enum($$$, create_type=False)", &["Enum", "create_type"]),
            ("op.execute($X)", &["execute"]),
            ("f(op)", &["f", "op"]),
            ("f(sa)", &["f"]),
            ("op.get_bind().execute(sa.text($X))", &["execute", "text"]),
            ("sa.inspect($B).has_table($T)", &["has_table", "inspect"]),
            ("$X.execute('abc')", &["execute"]),
            ("op.$M($X)", &["op"]),
            ("revision = $R", &["revision"]),
            ("a.b = $R", &["b"]),
            ("op.batch_alter_table($X)", &[]),
            ("f(lambda: g)", &["f"]),
        ];
        for (pattern, expected) in cases {
            assert_eq!(Pattern::compile(pattern).expect(pattern).literals(), *expected, "{pattern}");
        }
    }

    #[test]
    fn captures_are_the_named_holes() {
        let pattern = Pattern::compile("$A = f($B, $_, $$$REST, $A, '$C') # $D").expect("a pattern");
        assert_eq!(pattern.captures(), ["A", "B", "REST"]);
    }

    #[test]
    fn faults_name_the_place() {
        let cases: &[(&str, usize, &str)] = &[
            ("", 0, "empty"),
            ("  # nothing", 2, "no code"),
            ("f(", 2, "no Python"),
            (" f($x)", 3, "`x` is no name"),
            ("f($)", 2, "without a name"),
            ("f($$X)", 2, "2 `$`"),
            ("f(a$X)", 3, "part of a name"),
            ("$X", 0, "every expression"),
            ("$$$", 0, "every expression"),
            ("f(1 + $$$)", 6, "several cannot stand"),
            ("x.$$$", 2, "several cannot stand"),
            ("f(lambda: $X)", 2, "not understood inside"),
            ("f($K=1)", 2, "name of a keyword"),
            ("f(x=1, 2)", 7, "positional argument"),
            ("a\nb", 2, "more than one statement"),
            ("import x", 0, "kind of statement"),
            ("if $X: pass", 0, "kind of statement"),
            ("{$$$, 'a': 1}", 9, "no Python"),
        ];
        for (pattern, offset, message) in cases {
            let fault = Pattern::compile(pattern).expect_err(pattern);
            assert_eq!(fault.offset, *offset, "{pattern}: {fault}");
            assert!(fault.message.contains(message), "{pattern}: {fault}");
        }
        for deep in ["[".repeat(5_000), "f(".repeat(5_000), "-".repeat(16_000)] {
            assert!(Pattern::compile(&deep).is_err());
        }
    }
}
