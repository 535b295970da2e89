//! What a migration says of itself: revision, parents, labels, docstring, and whether it can go up and down.

use std::cell::OnceCell;
use std::sync::Arc;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::resolve::Resolver;
use super::scope::{self, MODULE, Scopes};
use super::syntax::Module;
use super::values::{self, Evaluator};
use crate::model::facts::Body;
use crate::model::{Known, Span, Value};

/// The fields of a migration that are read from its file alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub revision: Known<Arc<str>>,
    /// The assignment of the revision.
    pub revision_span: Option<Span>,
    /// As written; empty for a base.
    pub down_revisions: Known<Vec<Arc<str>>>,
    pub branch_labels: Known<Vec<Arc<str>>>,
    /// As written: revisions, partial revisions, labels, `label@revision`.
    pub depends_on: Known<Vec<Arc<str>>>,
    /// First line of the docstring.
    pub message: Option<Arc<str>>,
    /// `Create Date:` of the docstring, as written.
    pub created: Option<Arc<str>>,
    pub upgrade: Option<Body>,
    pub downgrade: Option<Body>,
}

impl Module {
    /// Reads the file as an Alembic migration; `None` if it assigns no `revision` at module level.
    pub fn migration(&self) -> Option<Header> {
        let mut names = Names::default();
        names.block(self.body(), false);
        let revision = names.revision?;
        let read = Read { module: self, resolver: OnceCell::new() };
        let docstring = docstring(self.body());
        let created = docstring
            .as_deref()
            .and_then(|text| text.lines().find_map(|line| line.trim().strip_prefix("Create Date:")))
            .map(|date| date.trim().into());
        let message = docstring.as_deref().and_then(|text| text.trim().lines().next());
        Some(Header {
            revision: read.revision(&revision),
            revision_span: Some(self.span(revision.range)),
            down_revisions: read.revisions("down_revision", names.down_revision.as_ref()),
            branch_labels: read.revisions("branch_labels", names.branch_labels.as_ref()),
            depends_on: read.revisions("depends_on", names.depends_on.as_ref()),
            message: message.map(|line| line.trim_end().into()),
            created,
            upgrade: names.upgrade.map(|bound| read.body(&bound)),
            downgrade: names.downgrade.map(|bound| read.body(&bound)),
        })
    }
}

/// Reads the place of a migration among others, revision, parents, labels and dependencies, and nothing else: as a rule,
/// that is a few lines before the first function, which are read in a tenth of the time that the file takes. `None` if no
/// `revision` is assigned, or the file is no Python.
pub fn head(path: &Arc<str>, text: &str) -> Option<Header> {
    let bytes = text.as_bytes();
    let starts = |line: usize, words: &[&str]| words.iter().any(|word| bytes[line..].starts_with(word.as_bytes()));
    let places = |line: usize| starts(line, &["revision", "down_revision", "branch_labels", "depends_on"]);
    let mut lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', bytes).map(|end| end + 1));
    // The first line that counts, and how many are before it.
    let (mut first, mut before) = (None, 0);
    let end = lines.find(|line| {
        if first.is_none() && places(*line) {
            first = Some(*line);
        }
        before += u32::from(first.is_none());
        starts(*line, &["def ", "async ", "class ", "@"])
    });
    let read = |text: &str| Module::parse(path.clone(), text.into()).ok()?.migration();
    let end = end.unwrap_or(text.len());
    if lines.any(places) {
        return read(text);
    }
    let is_sure = |header: &Header| {
        let lists = [&header.down_revisions, &header.branch_labels, &header.depends_on];
        header.revision.as_known().is_some() && lists.into_iter().all(|list| list.as_known().is_some())
    };
    match read(&text[first?..end]).filter(is_sure) {
        Some(header) => Some(Header { revision_span: header.revision_span.map(|span| span.down(before)), ..header }),
        // It may name what stands before.
        None => read(&text[..end]),
    }
}

/// The last binding of each name that Alembic looks for.
#[derive(Default)]
struct Names<'a> {
    revision: Option<Bound<'a>>,
    down_revision: Option<Bound<'a>>,
    branch_labels: Option<Bound<'a>>,
    depends_on: Option<Bound<'a>>,
    upgrade: Option<Bound<'a>>,
    downgrade: Option<Bound<'a>>,
}

/// How a name is bound.
struct Bound<'a> {
    range: TextRange,
    to: To<'a>,
}

#[derive(Clone, Copy)]
enum To<'a> {
    Value(&'a Expr),
    Function(&'a StmtFunctionDef),
    /// Why its value cannot be known.
    Unknown(&'static str),
}

impl<'a> Names<'a> {
    fn bind(&mut self, name: &str, range: TextRange, to: To<'a>) {
        let slot = match name {
            "revision" => &mut self.revision,
            "down_revision" => &mut self.down_revision,
            "branch_labels" => &mut self.branch_labels,
            "depends_on" => &mut self.depends_on,
            "upgrade" => &mut self.upgrade,
            "downgrade" => &mut self.downgrade,
            _ => return,
        };
        *slot = Some(Bound { range, to });
    }

    /// Reads the statements of a block at module level; `perhaps` when it may not run.
    fn block(&mut self, body: &'a [Stmt], perhaps: bool) {
        for statement in body {
            self.statement(statement, perhaps);
        }
    }

    fn statement(&mut self, statement: &'a Stmt, perhaps: bool) {
        let range = statement.range();
        let value =
            |value: &'a Expr| if perhaps { To::Unknown("it is assigned under a condition") } else { To::Value(value) };
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.target(target, &assign.value, range, &value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(assigned) = &assign.value {
                    self.target(&assign.target, assigned, range, &value);
                }
            }
            Stmt::AugAssign(assign) => self.unknown(&assign.target, range, "it is changed after its assignment"),
            Stmt::FunctionDef(def) => self.bind(&def.name.id, range, To::Function(def)),
            Stmt::ClassDef(class) => self.bind(&class.name.id, range, To::Unknown("it is a class")),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(&name.id, range, To::Unknown("it is imported"));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(&name.id, range, To::Unknown("it is imported"));
                }
            }
            Stmt::If(branch) if is_type_checking(&branch.test) => {
                branch.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body, perhaps));
            }
            Stmt::If(branch) => {
                self.block(&branch.body, true);
                branch.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body, true));
            }
            Stmt::Try(tried) => {
                self.block(&tried.body, true);
                for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                    self.block(&handler.body, true);
                }
                self.block(&tried.orelse, true);
                self.block(&tried.finalbody, perhaps);
            }
            Stmt::With(with) => {
                for target in with.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    self.unknown(target, range, "it is bound by `with`");
                }
                self.block(&with.body, perhaps);
            }
            Stmt::For(looped) => {
                self.unknown(&looped.target, range, "it is a loop variable");
                self.block(&looped.body, true);
                self.block(&looped.orelse, true);
            }
            Stmt::While(looped) => {
                self.block(&looped.body, true);
                self.block(&looped.orelse, true);
            }
            Stmt::Match(matched) => matched.cases.iter().for_each(|case| self.block(&case.body, true)),
            _ => {}
        }
    }

    /// Binds a target; a tuple of names takes the parts of a tuple of values.
    fn target(&mut self, target: &'a Expr, value: &'a Expr, range: TextRange, to: &impl Fn(&'a Expr) -> To<'a>) {
        match (target, elements(target), elements(value)) {
            (Expr::Name(name), _, _) => self.bind(&name.id, range, to(value)),
            (_, Some(targets), Some(values))
                if targets.len() == values.len() && !targets.iter().chain(values).any(Expr::is_starred_expr) =>
            {
                for (target, value) in targets.iter().zip(values) {
                    self.target(target, value, range, to);
                }
            }
            _ => self.unknown(target, range, "it is unpacked from a computed value"),
        }
    }

    fn unknown(&mut self, target: &'a Expr, range: TextRange, reason: &'static str) {
        for name in scope::target_names(target) {
            self.bind(name, range, To::Unknown(reason));
        }
    }
}

struct Read<'a> {
    module: &'a Module,
    /// Made when a name is met: most migrations assign literals.
    resolver: OnceCell<Resolver<'a>>,
}

impl<'a> Read<'a> {
    fn resolver(&self) -> &Resolver<'a> {
        self.resolver.get_or_init(|| Resolver::new(Scopes::build(self.module.body())))
    }

    fn value(&self, expression: &'a Expr) -> Option<Value> {
        match expression {
            Expr::StringLiteral(literal) => return Some(Value::text(literal.value.to_str())),
            Expr::NoneLiteral(_) => return Some(Value::Null),
            _ => {}
        }
        Evaluator { resolver: self.resolver(), scope: MODULE, shadowed: &|_| false }.value(expression)
    }

    fn revision(&self, bound: &Bound<'a>) -> Known<Arc<str>> {
        let expression = match bound.to {
            To::Value(expression) => expression,
            To::Function(_) => return Known::No("`revision` is a function".into()),
            To::Unknown(reason) => return Known::No(format!("`revision` is not written here: {reason}").into()),
        };
        match self.value(expression) {
            Some(Value::Text(revision)) => Known::Yes(revision),
            Some(_) => Known::No(self.reason("revision", "is not a string", expression)),
            None => Known::No(self.reason("revision", "is computed", expression)),
        }
    }

    /// Reads what Alembic's `to_tuple` accepts: nothing, a string, or several.
    fn revisions(&self, name: &str, bound: Option<&Bound<'a>>) -> Known<Vec<Arc<str>>> {
        let Some(bound) = bound else { return Known::Yes(Vec::new()) };
        let mut expression = match bound.to {
            To::Value(expression) => expression,
            To::Function(_) => return Known::No(format!("`{name}` is a function").into()),
            To::Unknown(reason) => return Known::No(format!("`{name}` is not written here: {reason}").into()),
        };
        // At module level a list that a constant names is as good as written here.
        for _ in 0..8 {
            match expression {
                Expr::Name(constant) => match self.resolver().constant(&constant.id, MODULE) {
                    Some((value, _)) => expression = value,
                    None => break,
                },
                _ => break,
            }
        }
        let texts = match (expression, elements(expression)) {
            (_, Some(elements)) => elements.iter().map(|element| self.value(element)).collect::<Option<Vec<_>>>(),
            (_, None) => match self.value(expression) {
                Some(Value::Null) => Some(Vec::new()),
                Some(value) => Some(vec![value]),
                None => None,
            },
        };
        let Some(values) = texts else { return Known::No(self.reason(name, "is computed", expression)) };
        let texts = values.into_iter().map(|value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        });
        match texts.collect::<Option<Vec<_>>>() {
            Some(texts) => Known::Yes(texts),
            None => Known::No(self.reason(name, "is neither a string nor several", expression)),
        }
    }

    fn reason(&self, name: &str, what: &str, expression: &Expr) -> Arc<str> {
        format!("`{name}` {what}: `{}`", values::short(self.module.source(expression))).into()
    }

    fn body(&self, bound: &Bound<'a>) -> Body {
        let To::Function(def) = bound.to else {
            return Body { span: self.module.span(bound.range), empty: false, raises: false };
        };
        let start = match def.decorator_list.last() {
            // The range of a function starts at its decorators.
            Some(decorator) => {
                let after = self.module.tokens().after(decorator.end());
                let trivia = |kind: ruff_python_ast::token::TokenKind| kind.is_any_newline() || kind.is_comment();
                after.iter().find(|token| !trivia(token.kind())).map_or(def.start(), |token| token.start())
            }
            None => def.start(),
        };
        let first = def.body.iter().find(|statement| !is_inert(statement));
        let returns_nothing = |statement: &Stmt| match statement {
            Stmt::Return(returned) => returned.value.as_deref().is_none_or(Expr::is_none_literal_expr),
            _ => false,
        };
        Body {
            span: self.module.span(TextRange::new(start, def.end())),
            empty: first.is_none_or(returns_nothing),
            raises: first.is_some_and(Stmt::is_raise_stmt),
        }
    }
}

/// Returns whether a statement does nothing: a docstring, `...` or another constant, `pass`.
fn is_inert(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(expression) => expression.value.is_literal_expr(),
        _ => false,
    }
}

fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

fn elements(expression: &Expr) -> Option<&[Expr]> {
    match expression {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}

fn docstring(body: &[Stmt]) -> Option<String> {
    match body.first()? {
        Stmt::Expr(statement) => match statement.value.as_ref() {
            Expr::StringLiteral(string) => {
                Some(string.value.to_str().to_owned()).filter(|text| !text.trim().is_empty())
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Option<Header> {
        Module::parse("a.py".into(), text.into()).expect(text).migration()
    }

    #[test]
    fn the_head_of_a_file_says_what_the_file_says() {
        let functions = "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n";
        for head_of_it in [
            "revision = 'a'\ndown_revision = None\n",
            "\"\"\"deals\n\nCreate Date: 2026-01-01\n\"\"\"\nrevision: str = 'a'\ndown_revision = ('b', 'c')\ndepends_on = 'd'\n",
            "class Deal:\n    revision = 'x'\n\n\nrevision = 'a'\ndown_revision = 'b'\n",
            "def name():\n    return 'a'\n\n\nrevision = name()\ndown_revision = 'b'\nbranch_labels = 'c'\n",
            "ID = 'a'\nrevision = ID\ndown_revision = None\n",
            "import os\n",
        ] {
            for text in [format!("{head_of_it}\n\n{functions}"), format!("{head_of_it}\r\n{functions}{head_of_it}")] {
                let place = |header: Header| {
                    let Header { revision, revision_span, down_revisions, branch_labels, depends_on, .. } = header;
                    (revision, revision_span, down_revisions, branch_labels, depends_on)
                };
                assert_eq!(head(&"a.py".into(), &text).map(place), header(&text).map(place), "{text}");
            }
        }
        assert_eq!(head(&"a.py".into(), "revision = 'a'\n(\n"), None, "what is no Python");
    }

    fn shown<T: std::fmt::Debug>(known: &Known<T>) -> String {
        match known {
            Known::Yes(value) => format!("{value:?}"),
            Known::No(reason) => format!("? {reason}"),
        }
    }

    #[test]
    fn revisions_and_parents() {
        let cases: &[(&str, &str, &str)] = &[
            ("revision = 'a'\ndown_revision = None", "\"a\"", "[]"),
            ("revision = 'a'", "\"a\"", "[]"),
            ("revision: str = 'a'\ndown_revision: str | None = 'b'", "\"a\"", "[\"b\"]"),
            ("revision = ('a')\ndown_revision = ('b', 'c')", "\"a\"", "[\"b\", \"c\"]"),
            ("revision = 'a'\ndown_revision = ['b']", "\"a\"", "[\"b\"]"),
            ("revision = 'a'\ndown_revision = {'b', 'c'}", "\"a\"", "[\"b\", \"c\"]"),
            ("revision = 'a'\ndown_revision = ()", "\"a\"", "[]"),
            ("R = 'a'\nB = ['b']\nrevision = R\ndown_revision = B", "\"a\"", "[\"b\"]"),
            ("B = 'b'\nrevision = 'a'\ndown_revision = (B, 'c')", "\"a\"", "[\"b\", \"c\"]"),
            ("revision = 'a'\nrevision = 'b'", "\"b\"", "[]"),
            ("revision, down_revision = 'a', 'b'", "\"a\"", "[\"b\"]"),
            ("x = revision = 'a'", "\"a\"", "[]"),
            ("revision = 'a' 'b'", "\"ab\"", "[]"),
            ("P = 'x'\nrevision = f'{P}_1'", "\"x_1\"", "[]"),
            ("if TYPE_CHECKING:\n    revision = 'z'\nrevision = 'a'", "\"a\"", "[]"),
            (
                "revision = make()\ndown_revision = other[0]",
                "? `revision` is computed: `make()`",
                "? `down_revision` is computed: `other[0]`",
            ),
            (
                "revision = 1\ndown_revision = 2",
                "? `revision` is not a string: `1`",
                "? `down_revision` is neither a string nor several: `2`",
            ),
            (
                "revision = 'a'\ndown_revision = ('b', None)",
                "\"a\"",
                "? `down_revision` is neither a string nor several: `('b', None)`",
            ),
            ("from x import revision", "? `revision` is not written here: it is imported", "[]"),
            (
                "revision = 'a'\nif x:\n    down_revision = 'b'",
                "\"a\"",
                "? `down_revision` is not written here: it is assigned under a condition",
            ),
            (
                "revision = 'a'\nrevision += 'b'",
                "? `revision` is not written here: it is changed after its assignment",
                "[]",
            ),
            ("for revision in x: pass", "? `revision` is not written here: it is a loop variable", "[]"),
        ];
        for (text, revision, parents) in cases {
            let header = header(text).expect(text);
            assert_eq!(
                (shown(&header.revision), shown(&header.down_revisions)),
                ((*revision).into(), (*parents).into()),
                "{text}"
            );
        }
    }

    #[test]
    fn files_that_are_no_migration() {
        for text in [
            "",
            "x = 1",
            "def f():\n    revision = 'a'",
            "if TYPE_CHECKING:\n    revision = 'a'",
            "a.revision = 'b'",
            "revision: str",
        ] {
            assert_eq!(header(text), None, "{text}");
        }
    }

    #[test]
    fn the_rest_of_the_header() {
        let text = "\"\"\"\nAdd ü to deals\n\nRevision ID: a\nCreate Date: 2024-01-02 03:04:05.6\n\n\"\"\"\nrevision = 'a'\nbranch_labels = ('x', 'y')\ndepends_on = 'x@b'\n\n@wraps(x)\n# why\ndef upgrade(engine):\n    '''Doc.'''\n    # nothing\n    return None\n    x()\n\nasync def downgrade():\n    pass\n    raise NotImplementedError\n";
        let header = header(text).expect("a migration");
        assert_eq!(header.message.as_deref(), Some("Add ü to deals"));
        assert_eq!(header.created.as_deref(), Some("2024-01-02 03:04:05.6"));
        assert_eq!(header.revision_span, Some(Span { line: 8, column: 1, end_line: 8, end_column: 15 }));
        assert_eq!(header.branch_labels, Known::Yes(vec!["x".into(), "y".into()]));
        assert_eq!(header.depends_on, Known::Yes(vec!["x@b".into()]));
        let upgrade = Span { line: 14, column: 1, end_line: 18, end_column: 8 };
        assert_eq!(header.upgrade, Some(Body { span: upgrade, empty: true, raises: false }));
        let downgrade = Span { line: 20, column: 1, end_line: 22, end_column: 30 };
        assert_eq!(header.downgrade, Some(Body { span: downgrade, empty: false, raises: true }));
    }

    #[test]
    fn bodies() {
        let cases: &[(&str, Option<(bool, bool)>)] = &[
            ("", None),
            ("def downgrade(): pass", Some((true, false))),
            ("def downgrade(): ...", Some((true, false))),
            ("def downgrade(): return", Some((true, false))),
            ("def downgrade(): return 1", Some((false, false))),
            ("def downgrade(): op.f()", Some((false, false))),
            ("def downgrade():\n    'x'\n    raise E('no')", Some((false, true))),
            ("def downgrade():\n    op.f()\n    raise E('no')", Some((false, false))),
            ("def downgrade():\n    if a:\n        raise E('no')", Some((false, false))),
            ("downgrade = helper", Some((false, false))),
            ("from x import downgrade", Some((false, false))),
            ("if a:\n    def downgrade(): pass", Some((true, false))),
            ("def downgrade(): op.f()\ndef downgrade(): pass", Some((true, false))),
        ];
        for (text, expected) in cases {
            let body = header(&format!("revision = 'a'\n{text}")).expect(text).downgrade;
            assert_eq!(body.map(|body| (body.empty, body.raises)), *expected, "{text}");
        }
    }
}
