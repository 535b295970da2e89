//! One file of a project: its text, its syntax once somebody asks for it, and what it is for.

use std::sync::{Arc, LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ModExpression, Stmt, StmtAnnAssign, StmtAssign, StmtTypeAlias};
use ruff_python_parser::{Parsed, parse_string_annotation};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::FxHashMap;

use crate::languages::python::syntax::{Module, SyntaxFault};
use crate::model::words;

/// Annotations written as strings, by the start of the string.
pub type Annotations = FxHashMap<TextSize, Parsed<ModExpression>>;

/// A file of a project. It is parsed once, for whoever asks first.
#[derive(Debug)]
pub struct Source {
    path: Arc<str>,
    text: Arc<str>,
    hints: OnceLock<bool>,
    parsed: OnceLock<Result<Module, SyntaxFault>>,
    annotations: OnceLock<Annotations>,
}

/// What a file that describes tables cannot do without. A name that another module lends it is found from there.
const HINTS: &[&str] = &[
    "sqlalchemy",
    "sqlmodel",
    "SQLModel",
    "Column(",
    "mapped_column",
    "Mapped[",
    "Table(",
    "db.Model",
    "__tablename__",
    "__table__",
    "table=True",
    "table = True",
    "target_metadata",
];

static HINTS_SEARCH: LazyLock<AhoCorasick> =
    LazyLock::new(|| words::search().build(HINTS).expect("a few plain words can be searched for"));

impl Source {
    /// Makes one of a path relative to the root, and a text.
    pub const fn new(path: Arc<str>, text: Arc<str>) -> Self {
        Self { path, text, hints: OnceLock::new(), parsed: OnceLock::new(), annotations: OnceLock::new() }
    }

    /// Returns the same file without its syntax, which takes ten times as much memory as its text; `None` if nobody has
    /// asked for the syntax yet.
    pub fn without_syntax(&self) -> Option<Self> {
        self.parsed.get()?;
        Some(self.at_rest())
    }

    /// Returns the same file without its syntax, whether somebody has asked for it or not.
    pub fn at_rest(&self) -> Self {
        Self { hints: self.hints.clone(), ..Self::new(self.path.clone(), self.text.clone()) }
    }

    /// Returns the path relative to the root.
    pub const fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// Returns the text.
    pub const fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns whether something in the file hints at tables.
    pub fn hints_at_tables(&self) -> bool {
        *self.hints.get_or_init(|| HINTS_SEARCH.is_match(self.text.as_bytes()))
    }

    /// Returns the syntax.
    ///
    /// # Errors
    /// The file is no Python.
    pub fn parse(&self) -> Result<&Module, &SyntaxFault> {
        self.parsed.get_or_init(|| Module::parse(self.path.clone(), self.text.clone())).as_ref()
    }

    /// Returns the syntax; `None` for a file that is no Python.
    pub fn module(&self) -> Option<&Module> {
        self.parse().ok()
    }

    /// Returns the annotations that are written as strings.
    pub fn annotations(&self) -> &Annotations {
        self.annotations.get_or_init(|| {
            let mut strings = Strings { text: &self.text, annotations: Annotations::default() };
            if let Some(module) = self.module() {
                strings.visit_body(module.body());
            }
            strings.annotations
        })
    }

    /// Returns whether the file is a migration: what it declares describes tables as they once were.
    pub fn is_migration(&self) -> bool {
        let Some(module) = self.module() else { return false };
        let assigns = |name: &str| {
            module.body().iter().any(|statement| match statement {
                Stmt::Assign(StmtAssign { targets, .. }) => {
                    targets.iter().any(|target| matches!(target, Expr::Name(own) if own.id == name))
                }
                Stmt::AnnAssign(StmtAnnAssign { target, .. }) => {
                    matches!(target.as_ref(), Expr::Name(own) if own.id == name)
                }
                _ => false,
            })
        };
        assigns("revision") && assigns("down_revision")
    }

    /// Returns the folder of migrations that the file sets up, if it is Alembic's `env.py`.
    pub fn environment(&self) -> Option<&str> {
        let folder = match self.path.strip_suffix("env.py")? {
            "" => "",
            folder => folder.strip_suffix('/')?,
        };
        self.text.contains("alembic").then_some(folder)
    }

    /// Returns whether the file holds tests: tables in it are made up.
    pub fn is_test(&self) -> bool {
        let mut parts = self.path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        name == "conftest.py"
            || name.starts_with("test_")
            || name.ends_with("_test.py")
            || parts.any(|folder| matches!(folder, "tests" | "test" | "testing"))
    }
}

/// Collects strings in annotations and subscripts that can be read as expressions.
struct Strings<'a> {
    text: &'a str,
    annotations: Annotations,
}

impl Strings<'_> {
    fn collect(&mut self, expression: &Expr) {
        struct Inside<'s, 'a>(&'s mut Strings<'a>);
        impl<'e> Visitor<'e> for Inside<'_, '_> {
            fn visit_expr(&mut self, expression: &'e Expr) {
                match expression {
                    Expr::StringLiteral(string) => {
                        if let Some(literal) = string.as_single_part_string()
                            && !literal.flags.prefix().is_raw()
                            && !literal.value.contains(['\\', '\n'])
                            && !literal.value.is_empty()
                            && literal.value.len() < 500
                            && let Ok(parsed) = parse_string_annotation(self.0.text, literal)
                        {
                            self.0.annotations.insert(string.start(), parsed);
                        }
                    }
                    // Arguments are values, not annotations.
                    Expr::Call(_) => {}
                    _ => visitor::walk_expr(self, expression),
                }
            }
        }
        Inside(self).visit_expr(expression);
    }
}

impl<'e> Visitor<'e> for Strings<'_> {
    fn visit_stmt(&mut self, statement: &'e Stmt) {
        match statement {
            Stmt::AnnAssign(assign) => self.collect(&assign.annotation),
            // A name for a type: `Names = Annotated["list[str]", ...]`.
            Stmt::Assign(assign) if assign.value.is_subscript_expr() || assign.value.is_bin_op_expr() => {
                self.collect(&assign.value);
            }
            Stmt::TypeAlias(StmtTypeAlias { value, .. }) => self.collect(value),
            Stmt::FunctionDef(_) => {
                if let Stmt::FunctionDef(def) = statement
                    && let Some(returns) = &def.returns
                    && !def.decorator_list.is_empty()
                {
                    self.collect(returns);
                }
                return;
            }
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, _expression: &'e Expr) {}
}
