//! Patterns: pieces of Python with holes, matched blind to layout, keyword order and import alias.
//!
//! `$NAME` stands for one expression, the same one wherever it is repeated; `$_` for any one; `$$$` and `$$$NAME` for
//! any number of arguments or elements. `compile` reads patterns, `matcher` compares them with a file.

mod compile;
mod matcher;

use std::collections::BTreeMap;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::resolve::Resolver;
use super::scope::Scopes;
use super::syntax::Module;
use super::walk::{self, At, Trail, Visit};
use crate::model::Span;

pub use compile::{Pattern, PatternFault};

/// A place that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternMatch {
    pub span: Span,
    /// Its source.
    pub text: String,
    /// The source that each named hole stands for.
    pub captures: BTreeMap<String, String>,
}

/// Finds all matches of all patterns in one walk: (index of the pattern, match), in order of place.
pub fn find_all(module: &Module, patterns: &[&Pattern]) -> Vec<(usize, PatternMatch)> {
    if patterns.is_empty() {
        return Vec::new();
    }
    let resolver = Resolver::new(Scopes::build(module.body()));
    let mut find = Find { module, resolver: &resolver, patterns, plan: Plan::of(patterns), found: Vec::new() };
    walk::walk(module.body(), &resolver.scopes, &mut find);
    find.found.sort_by_key(|(start, index, _)| (*start, *index));
    find.found.into_iter().map(|(_, index, found)| (index, found)).collect()
}

struct Find<'r, 'a> {
    module: &'a Module,
    resolver: &'r Resolver<'a>,
    patterns: &'r [&'r Pattern],
    plan: Plan<'r>,
    found: Vec<(u32, usize, PatternMatch)>,
}

/// Which patterns, by index, can match what: a file meets each of a thousand patterns only where it calls what the
/// pattern calls.
#[derive(Default)]
struct Plan<'p> {
    /// Calls of one callee, sorted by it.
    callees: Vec<(&'p str, usize)>,
    /// Other expressions.
    expressions: Vec<usize>,
    statements: Vec<usize>,
}

impl<'p> Plan<'p> {
    fn of(patterns: &[&'p Pattern]) -> Self {
        let mut plan = Self::default();
        for (index, pattern) in patterns.iter().enumerate() {
            match pattern.callee() {
                Some(callee) => plan.callees.push((callee, index)),
                None if pattern.is_expression() => plan.expressions.push(index),
                None => plan.statements.push(index),
            }
        }
        plan.callees.sort_unstable();
        plan
    }

    /// Returns the patterns that match calls of `callee`.
    fn calls_of(&self, callee: &str) -> &[(&'p str, usize)] {
        let start = self.callees.partition_point(|(other, _)| *other < callee);
        let length = self.callees[start..].partition_point(|(other, _)| *other == callee);
        &self.callees[start..start + length]
    }
}

impl<'a> Visit<'a> for Find<'_, 'a> {
    const LEAVES: bool = true;

    fn expression(&mut self, expression: &'a Expr, at: At<'a>, trail: &Trail<'a>) {
        let site = matcher::Site { module: self.module, resolver: self.resolver, at, trail };
        let callee = match expression {
            Expr::Call(call) if !self.plan.callees.is_empty() => site.path(&call.func),
            _ => None,
        };
        let calls = callee.as_deref().map_or(&[][..], |callee| self.plan.calls_of(callee));
        let candidates = calls.iter().map(|(_, index)| index).chain(&self.plan.expressions);
        let matches = candidates.filter_map(|index| {
            let captures = matcher::expression(self.patterns[*index], expression, &site)?;
            Some(found(self.module, *index, expression, captures))
        });
        self.found.extend(matches);
    }

    fn statement(&mut self, statement: &'a Stmt, at: At<'a>, trail: &Trail<'a>) {
        let site = matcher::Site { module: self.module, resolver: self.resolver, at, trail };
        let matches = self.plan.statements.iter().filter_map(|index| {
            let captures = matcher::statement(self.patterns[*index], statement, &site)?;
            Some(found(self.module, *index, statement, captures))
        });
        self.found.extend(matches);
    }
}

fn found(
    module: &Module,
    index: usize,
    node: impl Ranged + Copy,
    captures: BTreeMap<String, String>,
) -> (u32, usize, PatternMatch) {
    let text = module.source(node).to_owned();
    (node.start().to_u32(), index, PatternMatch { span: module.span(node), text, captures })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<PatternMatch> {
        let pattern = Pattern::compile(pattern).expect(pattern);
        let module = Module::parse("a.py".into(), text.into()).expect(text);
        let found = find_all(&module, &[&pattern]);
        // What the pattern says must be in every matching file is there.
        for literal in pattern.literals() {
            assert!(found.is_empty() || text.contains(&literal), "{literal} in {text}");
        }
        found.into_iter().map(|(_, found)| found).collect()
    }

    #[test]
    fn patterns_match_what_they_mean() {
        // Pattern, texts that match (once each), texts that do not.
        let cases: &[(&str, &[&str], &[&str])] = &[
            (
                "sa.Enum($$$, create_type=False, $$$)",
                &[
                    "sa.Enum('a', name='b', create_type=False)",
                    "sa.Enum(create_type=False)",
                    "sa.Enum(\n  *values,\n  create_type = (False), # why\n  **more,\n)",
                    "from sqlalchemy import Enum as E\nE(create_type=False, name='x')",
                    "import sqlalchemy\nsqlalchemy.types.Enum('a', create_type=False)",
                ],
                &[
                    "sa.Enum('a')",
                    "sa.Enum(create_type=True)",
                    "postgresql.ENUM(create_type=False)",
                    "from mine import Enum\nEnum(create_type=False)",
                    "from mine import sa\nsa.Enum(create_type=False)",
                    "sa.Enum('create_type=False')",
                ],
            ),
            (
                "sqlalchemy.Enum($$$)",
                &["sa.Enum()", "from sqlalchemy import Enum as X\nX(1, 2)"],
                &["Enum()", "sa.Enum"],
            ),
            (
                "f(1, x=2)",
                &["f(1, x=2)", "f(1,x=0x2)"],
                &["f(1)", "f(1, x=2, y=3)", "f(1, 2, x=2)", "f(1, x=2, **k)", "f(x=2)"],
            ),
            ("f(y=1, x=2)", &["f(x=2, y=1)"], &["f(x=1, y=2)"]),
            ("f($$$, 1, $$$)", &["f(1)", "f(0, 1, 2)", "f(1, x=3)"], &["f()", "f(0)", "f(x=1)"]),
            ("f(1, $$$, 2)", &["f(1, 2)", "f(1, 3, 4, 2)"], &["f(1)", "f(1, 2, 3)"]),
            ("f($X, $X)", &["f(a, a)", "f(a . b, a.b)", "f('x', 'x')"], &["f(a, b)", "f(a)"]),
            ("f($_, $_)", &["f(a, b)"], &["f(a)"]),
            ("f(*$A)", &["f(*a)"], &["f(a)"]),
            ("f(**$K)", &["f(**a)"], &["f(a)", "f(a=1)"]),
            ("f(**$$$)", &["f(**a)", "f(a=1)", "f()"], &["f(1)"]),
            ("$X.execute($$$)", &["a.execute()", "a.b().execute(1)"], &["execute()", "a.executes()"]),
            (
                "op.$M($T, $$$)",
                &["op.drop_table('a')", "from alembic import op as o\no.x(1, 2)"],
                &["op.x()", "sa.x(1)"],
            ),
            (
                "op.get_bind().execute($$$)",
                &["op.get_bind().execute(1)", "c = op.get_bind()\nc.execute(1)"],
                &["c.execute()"],
            ),
            ("sa.inspect($B).has_table($T)", &["sa.inspect(b).has_table('t')"], &["sa.inspect(b).has_index('t')"]),
            (
                "op.batch_alter_table.drop_column($$$)",
                &["with op.batch_alter_table('t') as b: b.drop_column('x')", "batch_op.drop_column('c')"],
                &["op.drop_column()"],
            ),
            (
                "$NAME = sa.Enum($$$)",
                &["X = sa.Enum('a')", "X: sa.Enum = sa.Enum('a')", "a = b = sa.Enum()", "a.b = sa.Enum()"],
                &["sa.Enum()", "X = (sa.Enum(), 1)", "X += sa.Enum()"],
            ),
            ("revision = $R", &["revision = 'a'", "revision: str = 'a'"], &["revisions = 'a'", "f(revision='a')"]),
            ("return $X", &["def f(): return 1"], &["def f(): return", "x = 1"]),
            (
                "raise NotImplementedError($$$)",
                &["raise NotImplementedError('x')"],
                &["raise NotImplementedError", "NotImplementedError()"],
            ),
            ("'a' 'b'", &["\"ab\"", "f'ab'", "r'''ab'''"], &["'a'", "b'ab'", "f'{ab}'"]),
            ("'$X'", &["'$X'"], &["'a'"]),
            ("1.5", &["1.50"], &["1"]),
            ("-1", &["- 1"], &["1"]),
            ("x + $Y", &["x+1", "(x + (1))"], &["x - 1", "1 + x"]),
            ("x and $Y", &["x and y"], &["x or y", "x and y and z"]),
            ("not $X", &["not a"], &["-a"]),
            ("a < $X", &["a < 1"], &["a <= 1"]),
            ("x[$I]", &["x[0]"], &["x"]),
            ("[$$$, None]", &["[None]", "[1, None]"], &["[]", "[None, 1]", "(None,)"]),
            ("(1, $$$A)", &["(1,)", "1, 2"], &["[1]", "(2,)"]),
            ("{1, $$$}", &["{1, 2}"], &["{2}"]),
            ("{'a': $X, **$$$}", &["{'b': 1, 'a': 2}", "{'a': 1, **b}"], &["{'b': 1}", "{}"]),
            ("{'a': $X}", &["{\"a\": 2}"], &["{'a': 1, 'b': 2}"]),
            ("f(lambda: 1)", &["f(lambda : 1)"], &["f(lambda: 2)"]),
            ("$A if $B else None", &["x if y else None"], &["x if y else z"]),
            ("await $X", &["async def f(): await g"], &["g"]),
            ("f(postgresql.UUID)", &["from sqlalchemy.dialects.postgresql import UUID as U\nf(U)"], &["f(UUID)"]),
            (
                "g($X)",
                &["f(g(1))", "x = lambda: g(1)", "if g(1): pass", "@g(1)\ndef f(): pass", "f'{g(1)}'"],
                &["f(1)"],
            ),
        ];
        for (pattern, matching, others) in cases {
            for text in *matching {
                assert_eq!(found(pattern, text).len(), 1, "{pattern} should match {text}");
            }
            for text in *others {
                assert_eq!(found(pattern, text), [], "{pattern} should not match {text}");
            }
        }
    }

    #[test]
    fn captures_hold_source() {
        let text = "op.create_table(\n  'ü', sa.Column('id'), a . b, schema='s', **k)";
        let [matched] = found("op.create_table($TABLE, $$$REST)", text).try_into().expect("one match");
        assert_eq!(matched.span, Span { line: 1, column: 1, end_line: 2, end_column: 48 });
        assert_eq!(matched.text, text);
        let captures: Vec<_> = matched.captures.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(captures, [("REST", "sa.Column('id'), a . b, schema='s', **k"), ("TABLE", "'ü'")]);
        let [matched] = found("$N = f($$$A)", "x = f()").try_into().expect("one match");
        assert_eq!((matched.captures["N"].as_str(), matched.captures["A"].as_str()), ("x", ""));
        assert_eq!(found("op.$M()", "op.abc()")[0].captures["M"], "abc");
    }

    #[test]
    fn broken_files_do_not_panic() {
        let text = "\"\"\"ü\n\nCreate Date: x\"\"\"\r\nrevision: str = 'a'\ndown_revision = ('b', f'{c!r:>{d}}')\n@e\ndef upgrade(op):\n\twith op.batch_alter_table('t') as b, (g) as h:\n\t\tb.x(*i, **{'j': -1, **k}, l=lambda m, *n: m(n)) if not o else [p(q) for q in r if q]\n\tmatch s:\n\t\tcase [1, *t] | {'u': v, **w}: x = yield y\n";
        let patterns =
            ["f(*$A, **$$$B)", "{$$$, 1}", "$X = $Y", "{'j': $X, **$$$R}", "$F($$$, lambda m, *n: m(n), $$$)"];
        let patterns = patterns.map(|pattern| Pattern::compile(pattern).expect(pattern));
        let patterns: Vec<_> = patterns.iter().collect();
        let mut parsed = 0;
        let mut read = |text: String| {
            if let Ok(module) = Module::parse("a.py".into(), text.into()) {
                let _ = (module.calls(), module.migration(), find_all(&module, &patterns));
                parsed += 1;
            }
        };
        for (at, _) in text.char_indices() {
            read(text[..at].into());
            read(text[at..].into());
            for piece in ["\0", "(", ")", "'", "\n", "\\", "{", "ß", "\u{feff}", " "] {
                read(format!("{}{piece}{}", &text[..at], &text[at..]));
            }
        }
        assert!(parsed > 100, "{parsed}");
    }

    #[test]
    fn gaps_cost_no_power() {
        let text = format!("f({})", "1, 2, ".repeat(2_000));
        assert_eq!(found("f($$$, 1, $$$, 2, $$$, 1, $$$, 2, $$$, 3, $$$)", &text), []);
        assert_eq!(found("f($$$, 1, $$$, 2, $$$, 1, $$$)", &text).len(), 1);
        assert_eq!(found("f($$$, [$$$, 1], $$$, 3)", "f([2], [2, 1], 2, 3)").len(), 1);
        assert_eq!(found("f($$$, [$$$, 1, $$$], $$$, 3)", "f([2], [0], [2, 1], 3, 3)").len(), 1);
        assert_eq!(found("f($$$, $A, $$$, $A, $$$)", "f(1, 2, 3, 2)").len(), 1);
    }

    #[test]
    fn one_walk_serves_all_in_order() {
        let patterns = ["g($$$)", "f($$$)", "$X = $Y"].map(|pattern| Pattern::compile(pattern).expect(pattern));
        let module = Module::parse("a.py".into(), "x = f(g(1))\ng(2)\n".into()).expect("Python");
        let found = find_all(&module, &patterns.iter().collect::<Vec<_>>());
        let found: Vec<_> = found.iter().map(|(index, found)| (*index, found.text.as_str())).collect();
        assert_eq!(found, [(2, "x = f(g(1))"), (1, "f(g(1))"), (0, "g(1)"), (0, "g(2)")]);
    }
}
