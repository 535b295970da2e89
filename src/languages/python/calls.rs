//! Facts of kind `call`, from the syntax of a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_python_ast::{ArgOrKeyword, Expr, ExprCall};
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;

use super::resolve::{Resolved, Resolver};
use super::scope::{ScopeId, ScopeKind, Scopes};
use super::syntax::Module;
use super::values::{self, Evaluator};
use super::walk::{self, At, Condition, Trail, Visit};
use crate::model::facts::{Argument, Call, Form};
use crate::model::{Known, Value};

impl Module {
    /// Returns all calls, in order of their start; of calls that start together the outer one comes first.
    pub fn calls(&self) -> Vec<Arc<Call>> {
        self.calls_to(&|_| true)
    }

    /// Returns the calls whose callee is wanted, in the same order. Writing out a call costs more than finding it.
    pub fn calls_to(&self, wanted: &dyn Fn(&Known<Arc<str>>) -> bool) -> Vec<Arc<Call>> {
        let resolver = Resolver::new(Scopes::build(self.body()));
        let mut collect = Collect {
            module: self,
            wanted,
            resolver: &resolver,
            calls: Vec::new(),
            computed: "computed when the migration runs".into(),
            places: FxHashMap::default(),
            conditions: FxHashMap::default(),
            callees: FxHashMap::default(),
        };
        walk::walk(self.body(), &resolver.scopes, &mut collect);
        collect.calls.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        collect.calls.into_iter().map(|(_, _, call)| call).collect()
    }
}

/// Conditions of one call that are kept, innermost first. A generated file may put thousands of guards in a row.
const MOST_CONDITIONS: usize = 128;

/// Function and class that hold a scope.
type Holders = (Option<Arc<str>>, Option<Arc<str>>);

struct Collect<'r, 'a> {
    module: &'a Module,
    wanted: &'r dyn Fn(&Known<Arc<str>>) -> bool,
    resolver: &'r Resolver<'a>,
    calls: Vec<(u32, u32, Arc<Call>)>,
    /// Why the value of an argument is not known; its source is beside it.
    computed: Arc<str>,
    places: FxHashMap<ScopeId, Holders>,
    /// Source of the conditions already seen, by their link in the trail.
    conditions: FxHashMap<u32, Arc<str>>,
    /// Callees already resolved, by scope and source: a file spells the same few again and again.
    callees: FxHashMap<(ScopeId, &'a str), Known<Arc<str>>>,
}

impl<'a> Visit<'a> for Collect<'_, 'a> {
    const LEAVES: bool = false;

    fn expression(&mut self, expression: &'a Expr, at: At<'a>, trail: &Trail<'a>) {
        let Expr::Call(call) = expression else { return };
        let callee = self.callee(call, at, trail);
        if !(self.wanted)(&callee) {
            return;
        }
        let (function, class) = self.place(at.scope);
        let mut arguments = Vec::new();
        let mut keywords = BTreeMap::new();
        let mut unpacks = false;
        for argument in call.arguments.iter_source_order() {
            match argument {
                ArgOrKeyword::Arg(value) => {
                    unpacks |= value.is_starred_expr();
                    arguments.push(Arc::new(self.argument(value, at, trail)));
                }
                ArgOrKeyword::Keyword(keyword) => match &keyword.arg {
                    Some(name) => {
                        keywords.insert(name.id.as_str().into(), Arc::new(self.argument(&keyword.value, at, trail)));
                    }
                    None => unpacks = true,
                },
            }
        }
        let mut conditions: Vec<Arc<str>> = trail
            .conditions(at)
            .take(MOST_CONDITIONS)
            .map(|(link, condition)| self.condition(link, condition))
            .collect();
        conditions.reverse();
        let mut inside: Vec<Arc<str>> =
            trail.insides(at).map(|(outer, place)| self.outer(outer, place, trail)).collect();
        inside.reverse();
        let fact = Call {
            path: self.module.path.clone(),
            span: self.module.span(call),
            callee,
            text: self.module.source(call).into(),
            arguments,
            keywords,
            unpacks,
            function,
            class,
            conditions,
            assigned_to: at.assigned_to.map(Arc::from),
            inside,
        };
        self.calls.push((call.start().to_u32(), call.end().to_u32(), Arc::new(fact)));
    }
}

impl<'a> Collect<'_, 'a> {
    fn callee(&mut self, call: &'a ExprCall, at: At<'a>, trail: &Trail<'a>) -> Known<Arc<str>> {
        let key = (at.scope, self.module.source(&*call.func));
        // Where a comprehension or a lambda binds names, the same source may mean something else.
        let is_plain = !at.is_shadowed();
        if is_plain && let Some(callee) = self.callees.get(&key) {
            return callee.clone();
        }
        let callee = match self.resolver.resolve(&call.func, at.scope, |name| trail.shadows(at, name)) {
            Resolved::Path { path, .. } => Known::Yes(Arc::from(path)),
            Resolved::Computed(what) => {
                let source = values::short(self.module.source(&*call.func));
                Known::No(format!("the callee is {what}: `{source}`").into())
            }
        };
        if is_plain {
            self.callees.insert(key, callee.clone());
        }
        callee
    }

    /// Returns the callee of a call around another, as source where it is computed.
    fn outer(&mut self, call: &'a ExprCall, at: At<'a>, trail: &Trail<'a>) -> Arc<str> {
        match self.callee(call, at, trail) {
            Known::Yes(callee) => callee,
            Known::No(_) => values::short(self.module.source(&*call.func)).into(),
        }
    }

    fn argument(&self, expression: &'a Expr, at: At<'a>, trail: &Trail<'a>) -> Argument {
        let shadowed = |name: &str| trail.shadows(at, name);
        let evaluator = Evaluator { resolver: self.resolver, scope: at.scope, shadowed: &shadowed };
        let source = self.module.source(expression);
        let value = evaluator.value(expression).unwrap_or_else(|| Value::Unknown(self.computed.clone()));
        let named = match expression {
            Expr::Name(_) | Expr::Attribute(_) => Some(expression),
            Expr::Call(call) => Some(&*call.func),
            _ => None,
        };
        let name = named.and_then(|named| self.resolver.resolve(named, at.scope, shadowed).path());
        Argument {
            path: self.module.path.clone(),
            span: self.module.span(expression),
            text: source.into(),
            form: if expression.is_starred_expr() { Form::Other } else { values::form(expression) },
            value,
            name: name.map(Arc::from),
        }
    }

    fn place(&mut self, scope: ScopeId) -> Holders {
        let scopes = &self.resolver.scopes;
        let find = |kind: ScopeKind| {
            let mut around = std::iter::successors(Some(scope), |id| scopes.scope(*id).parent);
            around.find(|id| scopes.scope(*id).kind == kind).map(|id| scopes.scope(id).name.as_str())
        };
        let place = self.places.entry(scope).or_insert_with(|| {
            let class = find(ScopeKind::Class).map(|name| name.rsplit('.').next().unwrap_or(name));
            (find(ScopeKind::Function).map(Arc::from), class.map(Arc::from))
        });
        place.clone()
    }

    fn condition(&mut self, link: u32, condition: Condition<'a>) -> Arc<str> {
        if let Some(text) = self.conditions.get(&link) {
            return text.clone();
        }
        let text = self.condition_text(condition);
        self.conditions.insert(link, text.clone());
        text
    }

    fn condition_text(&self, condition: Condition<'a>) -> Arc<str> {
        let source = |expression: &Expr| self.module.source(expression);
        match condition {
            Condition::Holds(test) => source(test).into(),
            Condition::Fails(test) => format!("not ({})", source(test)).into(),
            Condition::Case(matched, case) => {
                let guard = case.guard.as_ref().map_or(String::new(), |guard| format!(" if {}", source(guard)));
                let pattern = self.module.source(&case.pattern);
                format!("match {}: case {pattern}{guard}", source(&matched.subject)).into()
            }
            Condition::Try => "try".into(),
            Condition::Except(handler) => match &handler.type_ {
                Some(class) => format!("except {}", source(class)).into(),
                None => "except".into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(text: &str) -> Vec<Arc<Call>> {
        Module::parse("a.py".into(), text.into()).expect(text).calls()
    }

    fn callees(text: &str) -> Vec<String> {
        let name = |callee: &Known<Arc<str>>| match callee {
            Known::Yes(callee) => callee.to_string(),
            Known::No(reason) => format!("? {reason}"),
        };
        calls(text).iter().map(|call| name(&call.callee)).collect()
    }

    #[test]
    fn callees_are_resolved() {
        let pg = "sqlalchemy.dialects.postgresql";
        let enum_of_pg = format!("{pg}.ENUM");
        let cases: &[(&str, &[&str])] = &[
            ("import sqlalchemy as sa\nsa.Enum()", &["sqlalchemy.Enum"]),
            ("import sqlalchemy\nsqlalchemy.types.Enum()", &["sqlalchemy.Enum"]),
            ("from sqlalchemy import Enum as SQLEnum\nSQLEnum()", &["sqlalchemy.Enum"]),
            ("from sqlalchemy.sql.sqltypes import Enum\nEnum()", &["sqlalchemy.Enum"]),
            ("from sqlalchemy import types as t\nt.Enum()", &["sqlalchemy.Enum"]),
            ("from sqlalchemy.sql import func\nfunc.now()", &["sqlalchemy.func.now"]),
            ("from alembic import op as o\no.execute('')", &["alembic.op.execute"]),
            ("import alembic\nalembic.op.f('')", &["alembic.op.f"]),
            ("import alembic.op\nalembic.op.f('')", &["alembic.op.f"]),
            ("from sqlalchemy.dialects import postgresql as pg\npg.ENUM()", &[&enum_of_pg]),
            ("from sqlalchemy.dialects.postgresql.base import ENUM\nENUM()", &[&enum_of_pg]),
            ("import sqlalchemy.dialects.postgresql\nsqlalchemy.dialects.postgresql.ENUM()", &[&enum_of_pg]),
            ("def f():\n    from sqlalchemy import Enum as E\n    E()\nE()", &["sqlalchemy.Enum", "E"]),
            ("import sqlalchemy as sa\nE = sa.Enum\nF = E\nF()", &["sqlalchemy.Enum"]),
            ("op.f()\nsa.Enum()\npostgresql.ENUM()", &["alembic.op.f", "sqlalchemy.Enum", &enum_of_pg]),
            ("batch_op.drop_column('a')", &["alembic.op.batch_alter_table.drop_column"]),
            ("batch_op()", &["batch_op"]),
            ("from mine import op\nop.f()", &["mine.op.f"]),
            ("from .x import y\nfrom . import z\ny()\nz.a()", &[".x.y", ".z.a"]),
            ("def op(): pass\nop.f()", &["op.f"]),
            (
                "def f(op, batch_op, sa):\n    op.f()\n    batch_op.g()\n    sa.h()",
                &["alembic.op.f", "alembic.op.batch_alter_table.g", "sa.h"],
            ),
            (
                "with op.batch_alter_table('t') as b:\n    b.drop_column('x')",
                &["alembic.op.batch_alter_table", "alembic.op.batch_alter_table.drop_column"],
            ),
            (
                "def f():\n    with op.batch_alter_table('t') as b:\n        b.a()\n    with op.batch_alter_table('u') as b:\n        b.c()",
                &[
                    "alembic.op.batch_alter_table",
                    "alembic.op.batch_alter_table.a",
                    "alembic.op.batch_alter_table",
                    "alembic.op.batch_alter_table.c",
                ],
            ),
            ("op.get_bind().execute(x)", &["alembic.op.get_bind.execute", "alembic.op.get_bind"]),
            (
                "def f():\n    conn = op.get_bind()\n    conn.execute(x)",
                &["alembic.op.get_bind", "alembic.op.get_bind.execute"],
            ),
            (
                "def f():\n    conn = None\n    conn = op.get_bind()\n    conn.x()",
                &["alembic.op.get_bind", "alembic.op.get_bind.x"],
            ),
            ("def f():\n    c = op.get_bind()\n    c = other()\n    c.x()", &["alembic.op.get_bind", "other", "c.x"]),
            (
                "def f():\n    i = sa.inspect(b)\n    i.has_table('t')\nsa.inspect(b).has_table('t')",
                &[
                    "sqlalchemy.inspect",
                    "sqlalchemy.inspect.has_table",
                    "sqlalchemy.inspect.has_table",
                    "sqlalchemy.inspect",
                ],
            ),
            (
                "T = postgresql.ENUM('a')\ndef f():\n    T.create(b)\n    T()",
                &[&enum_of_pg, &format!("{pg}.ENUM.create"), "T"],
            ),
            ("helper()\nself.foo()\nx = helper()\nx.y()", &["helper", "self.foo", "helper", "x.y"]),
            (
                "h[1]()\n(lambda: 1)()\n(a if b else c)()\nf()()",
                &[
                    "? the callee is an item of something: `h[1]`",
                    "? the callee is a lambda: `lambda: 1`",
                    "? the callee is one of several: `a if b else c`",
                    "? the callee is the result of a call: `f()`",
                    "f",
                ],
            ),
            ("'a'.join(b)\n'{}'.format(c)", &["str.join", "str.format"]),
            ("[op.f() for op in ops]\nlambda op: op.g()", &["op.f", "op.g"]),
            ("a = b\nb = a\na.x()", &["a.x"]),
            ("class A:\n    sa = 1\n    def f(self):\n        sa.Enum()", &["sqlalchemy.Enum"]),
            ("def f():\n    global sa\n    sa = other\nsa.Enum()", &["sa.Enum"]),
            (
                "@op.d()\ndef f(x=op.e()): pass\nclass A(op.c()): pass",
                &["alembic.op.d", "alembic.op.e", "alembic.op.c"],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(callees(text), *expected, "{text}");
        }
    }

    #[test]
    fn long_alias_chains_end() {
        let text: String = (0..5_000).map(|index| format!("a{} = a{}\n", index, index + 1)).collect();
        assert_eq!(callees(&format!("{text}a0.x()")), ["a0.x"]);
    }

    #[test]
    fn conditions_and_places() {
        let cases: &[(&str, &[&str])] = &[
            ("def f():\n    x()", &[]),
            ("if a:\n    pass\nelif b:\n    x()\n", &["not (a)", "b"]),
            ("if a:\n    pass\nelse:\n    x()\n", &["not (a)"]),
            ("while a:\n    x()\n", &["a"]),
            ("def f():\n    if not a:\n        return\n    x()", &["not (not a)"]),
            ("def f():\n    if a:\n        return\n    elif b:\n        raise c\n    x()", &["not (a)", "not (b)"]),
            ("def f():\n    if a:\n        y\n    else:\n        return\n    x()", &["a"]),
            ("def f():\n    if a:\n        if b:\n            return\n    x()", &[]),
            ("for i in j:\n    if a: continue\n    x()", &["not (a)"]),
            ("try:\n    x()\nexcept A:\n    pass", &["try"]),
            ("try:\n    x()\nfinally:\n    pass", &[]),
            ("try:\n    pass\nexcept (A, B) as e:\n    x()\n", &["except (A, B)"]),
            ("match a:\n    case 1 if b:\n        x()", &["match a: case 1 if b"]),
            ("y = x() if a else b", &["a"]),
            ("y = b if a else x()", &["not (a)"]),
            ("a and x()", &["a"]),
            ("a or x()", &["not (a)"]),
            ("[x() for i in j if i]", &["i"]),
        ];
        for (text, expected) in cases {
            let found = calls(text);
            let call = found.iter().find(|call| call.is_to("x")).expect(text);
            let conditions: Vec<&str> = call.conditions.iter().map(|condition| &**condition).collect();
            assert_eq!(conditions, *expected, "{text}");
        }
    }

    #[test]
    fn thousands_of_guards_cost_no_square() {
        let text = format!("def f():\n{}", "    if a: return\n    x()\n".repeat(5_000));
        let found = calls(&text);
        assert_eq!((found.len(), found[4_999].conditions.len()), (5_000, MOST_CONDITIONS));
        let text = format!("if a: x()\n{}", "elif b: x()\n".repeat(5_000));
        assert_eq!(calls(&text).len(), 5_001);
    }

    #[test]
    fn every_field_is_filled() {
        let text = "class A:\n    def f(self):\n        ü = g(h(1), *a, k=2)\n        i, j = l(**m)\n        def n():\n            o()\n";
        let found = calls(text);
        let shown: Vec<String> = found
            .iter()
            .map(|call| {
                let Call { span, text, function, class, assigned_to, inside, unpacks, .. } = &**call;
                format!(
                    "{}:{}-{} {text} {function:?} {class:?} {assigned_to:?} {inside:?} {unpacks}",
                    span.line, span.column, span.end_column
                )
            })
            .collect();
        let expected = [
            "3:13-29 g(h(1), *a, k=2) Some(\"A.f\") Some(\"A\") Some(\"ü\") [] true",
            "3:15-19 h(1) Some(\"A.f\") Some(\"A\") None [\"g\"] false",
            "4:16-22 l(**m) Some(\"A.f\") Some(\"A\") None [] true",
            "6:13-16 o() Some(\"A.f.n\") Some(\"A\") None [] false",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn arguments_have_value_form_and_name() {
        let text = "import textwrap\nN = 'n'\nM = N\nL = ['a']\nV = 1\nV = 2\ndef f(p):\n    q = 'loc'\n    x(ARG)";
        let cases: &[(&str, &str, Form, Option<&str>)] = &[
            ("'a'", "Text(\"a\")", Form::Literal, None),
            ("('a'\n 'b')", "Text(\"ab\")", Form::Literal, None),
            ("r'\\d'", "Text(\"\\\\d\")", Form::Literal, None),
            ("f'a'", "Text(\"a\")", Form::Literal, None),
            ("-1", "Int(-1)", Form::Literal, None),
            ("1.5", "Float(1.5)", Form::Literal, None),
            ("99999999999999999999", "?", Form::Literal, None),
            ("True", "Bool(true)", Form::Literal, None),
            ("None", "Null", Form::Literal, None),
            ("['a', 1]", "List([Text(\"a\"), Int(1)])", Form::List, None),
            ("('a',)", "List([Text(\"a\")])", Form::Tuple, None),
            ("{'a': 1}", "Map({\"a\": Int(1)})", Form::Dict, None),
            ("[z]", "?", Form::List, None),
            ("N", "Text(\"n\")", Form::Name, Some("N")),
            ("M", "Text(\"n\")", Form::Name, Some("M")),
            ("q", "Text(\"loc\")", Form::Name, Some("q")),
            ("L", "?", Form::Name, Some("L")),
            ("V", "?", Form::Name, Some("V")),
            ("p", "?", Form::Name, Some("p")),
            ("f'{N}_x'", "Text(\"n_x\")", Form::FString, None),
            ("f'{p}_x'", "?", Form::FString, None),
            ("f'{N!r}'", "?", Form::FString, None),
            ("'a' + N", "Text(\"an\")", Form::Concatenation, None),
            ("'a' + p", "?", Form::Concatenation, None),
            ("p + p", "?", Form::Other, None),
            ("'%s' % p", "?", Form::Format, None),
            ("'{}'.format(p)", "?", Form::Format, Some("str.format")),
            ("textwrap.dedent('a')", "?", Form::Call, Some("textwrap.dedent")),
            ("sa.text('a')", "?", Form::Call, Some("sqlalchemy.text")),
            ("sa.Integer", "?", Form::Attribute, Some("sqlalchemy.Integer")),
            ("p[0]", "?", Form::Other, None),
        ];
        for (source, value, form, name) in cases {
            let found = calls(&text.replace("ARG", source));
            let call = found.iter().find(|call| call.is_to("x")).expect(source);
            let argument = &call.arguments[0];
            match &argument.value {
                Value::Unknown(reason) => {
                    assert_eq!(*value, "?", "{source}");
                    assert_eq!(&**reason, "computed when the migration runs", "{source}");
                }
                known => assert_eq!(format!("{known:?}"), *value, "{source}"),
            }
            assert_eq!((argument.form, argument.name.as_deref()), (*form, *name), "{source}");
        }
    }

    #[test]
    fn shadowed_names_are_no_constants() {
        let found = calls("n = 'a'\n[x(n) for n in m]");
        assert!(matches!(found[0].arguments[0].value, Value::Unknown(_)));
    }
}
