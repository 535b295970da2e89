//! Code that is followed: branches, loops, helpers, context managers.

use super::*;

#[test]
fn code_is_followed() {
    let cases: &[(&str, &[&str])] = &[
        ("for n in ['a', 'b']:\n    op.drop_table(f'old_{n}')", &["drop_table old_a", "drop_table old_b"]),
        (
            "if op.get_bind().dialect.name == 'postgresql':\n    op.drop_table('a')\nelse:\n    op.drop_table('b')",
            &["drop_table a"],
        ),
        ("if op.get_context().dialect.name in ('mysql', 'sqlite'):\n    return\nop.drop_table('a')", &["drop_table a"]),
        (
            "match op.get_bind().dialect.name:\n    case 'sqlite':\n        op.drop_table('a')\n    case _:\n        op.drop_table('b')",
            &["drop_table b"],
        ),
        ("if context.is_offline_mode():\n    op.drop_table('a')", &[]),
        ("raise ValueError()\nop.drop_table('a')", &[]),
        (
            "def drop(n, also=()):\n    op.drop_table(n)\n    [drop(m) for m in also]\ndrop('a', also=['b'])",
            &["drop_table a", "drop_table b"],
        ),
        (
            "if x():\n    op.drop_table('a')\nelse:\n    op.drop_table('b')",
            &["drop_table a; if x()", "drop_table b; if not (x())"],
        ),
        ("if x():\n    return\nop.drop_table('a')", &["drop_table a; if not (x())"]),
        (
            "for row in op.get_bind().execute(sa.text('SELECT 1')):\n    if row.a:\n        continue\n    op.drop_table('a')\nop.drop_table('b')",
            &[
                "execute",
                "drop_table a; if for row in op.get_bind().execute(sa.text('SELECT 1')); if not (row.a)",
                "drop_table b",
            ],
        ),
        ("try:\n    op.create_table('a')\nexcept Exception:\n    pass", &["create_table a (); if not exists"]),
        ("try:\n    op.drop_table('a')\nexcept Exception:\n    raise", &["drop_table a"]),
        (
            "import contextlib\n@contextlib.contextmanager\ndef off():\n    op.drop_table('a')\n    yield\n    op.drop_table('c')\nwith off():\n    op.drop_table('b')",
            &["drop_table a", "drop_table b", "drop_table c"],
        ),
        (
            "def names():\n    yield 'a'\n    yield 'b'\nfor n in names():\n    op.drop_table(n)",
            &["drop_table a", "drop_table b"],
        ),
        (
            "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(*a):\n        f(*a)\n        f(*a)\n    return inner\n@twice\ndef drop(n):\n    op.drop_table(n)\ndrop('a')",
            &["drop_table a", "drop_table a"],
        ),
        (
            "class Do:\n    def __init__(self, o):\n        self.o = o\n    def run(self):\n        self.o.drop_table('a')\nDo(op).run()",
            &["drop_table a"],
        ),
        (
            "while True:\n    rows = op.get_bind().execute(sa.select(x)).all()\n    if not rows:\n        break\n    op.drop_table('a')",
            &["drop_table a; if not (not rows)"],
        ),
        ("from lib.tools import make\nmake(op)", &["unknown"]),
        ("from lib.tools import create_table\ncreate_table('a')", &["unknown"]),
        ("from lib.tools import ask\nask('a')", &[]),
        ("getattr(op, 'drop_table')('a')", &["drop_table a"]),
        (
            "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass Old:\n    name: str\n    suffix: str = '_x'\n    @property\n    def full(self):\n        return self.name + self.suffix\nfor old in [Old('a'), Old(name='b', suffix='')]:\n    op.drop_table(old.full)",
            &["drop_table a_x", "drop_table b"],
        ),
        ("bind = op.get_context().bind\nif bool(bind and bind.engine.name == 'sqlite'):\n    op.drop_table('a')", &[]),
        ("if 'postgresql' in op.get_bind().dialect.dialect_description:\n    op.drop_table('a')", &["drop_table a"]),
    ];
    for (body, expected) in cases {
        assert_eq!(told(body), *expected, "{body}");
    }
}

#[test]
fn sql_of_files_is_not_known() {
    let computed = "unknown SQL that is computed: ";
    let cases: &[(&str, &str)] = &[
        ("op.execute(open('x.sql').read())", "`open('x.sql').read()`"),
        ("with open('x.sql') as file:\n    op.execute(file.read())", "`file.read()`"),
        ("from pathlib import Path\nop.execute(Path('x.sql').read_text())", "`Path('x.sql').read_text()`"),
        (
            "from pathlib import Path\nop.get_bind().execute(sa.text(Path('x.sql').read_text().strip()))",
            "`Path('x.sql').read_text().strip()`",
        ),
        (
            "import importlib.resources\nop.execute(importlib.resources.read_text('app', 'x.sql'))",
            "`importlib.resources.read_text('app', 'x.sql')`",
        ),
        ("from lib.statements import UP\nop.execute(UP)", "`lib.statements.UP`"),
        ("from lib.statements import up\nop.execute(up())", "`up()`"),
    ];
    for (body, why) in cases {
        let operations = run_body(body, Dialect::Postgresql);
        let told: Vec<String> = operations
            .iter()
            .map(|one| match &one.action {
                Action::Unknown { why } => format!("unknown {why}"),
                _ => describe(one),
            })
            .collect();
        assert_eq!(told, [format!("{computed}{why}")], "{body}");
    }
    // Put together in other ways, it is not known either; the reason is another one.
    for body in [
        "from pathlib import Path\nop.execute((Path(__file__).parent / 'x.sql').read_text())",
        "import os\nop.execute(open(os.path.join(os.path.dirname(__file__), 'x.sql')).read())",
        "for one in open('x.sql').read().split(';'):\n    op.execute(one)",
        "op.execute('-- x\\n' + open('x.sql').read())",
    ] {
        let told = told(body);
        assert!(told.iter().any(|one| one.starts_with("unknown")), "{body}: {told:?}");
    }
    // What only asks, or changes rows, stays what it is.
    for body in [
        "op.get_bind().execute(sa.select(sa.column('a')).where(sa.column('a') == 1).limit(3))",
        "t = sa.table('t', sa.column('a'))\nop.get_bind().execute(t.select())",
        "from sqlalchemy.dialects.postgresql import insert\nop.get_bind().execute(insert(sa.table('t')).values(a=1))",
    ] {
        let told = told(body);
        assert!(!told.iter().any(|one| one.starts_with("unknown")), "{body}: {told:?}");
    }
}

#[test]
fn imported_helpers_tell_the_place_of_the_call() {
    let helper = "from alembic import op\nimport sqlalchemy as sa\n\ndef add(table):\n    op.add_column(table, sa.Column('x', sa.Text))\n";
    let own = migration("from tools.helper import add\nadd('a')");
    let operations = run_files(&[("versions/a.py", &own), ("tools/helper.py", helper)], Dialect::Postgresql);
    let told: Vec<String> = operations.iter().map(|one| format!("{} {}", describe(one), one.at)).collect();
    assert_eq!(told, ["add_column a.x versions/a.py:11:5"]);
}

#[test]
fn what_sqlite_cannot_do_is_an_error_that_may_be_caught() {
    let body = "try:\n    op.alter_column('a', 'x', nullable=True)\n    op.drop_table('b')\nexcept Exception:\n    op.drop_table('c')";
    let told: Vec<String> = run_body(body, Dialect::Sqlite).iter().map(describe).collect();
    assert_eq!(told, ["drop_table c; outside"]);
}

#[test]
fn missing_functions_and_files_are_told() {
    let file = Arc::new(Source::new("a.py".into(), "revision = 'a'".into()));
    let ran = Library::new(vec![file]).read(|project| {
        let mut session = Collector::new(Dialect::Sqlite);
        (project.run("a.py", Direction::Downgrade, &mut session), project.run("b.py", Direction::Upgrade, &mut session))
    });
    assert_eq!(ran, Some((Ran::Missing, Ran::NoFile)));
}

#[test]
fn errors_of_helpers_lose_nothing_silently() {
    let tools = "from alembic import op\n\n\ndef secret(kind):\n    if APP is None:\n        raise RuntimeError('no app')\n    return kind\n\n\n\
                 APP = None\n\n\ndef create_table(name, *columns):\n    op.create_table(name, *columns)\n\n\n\
                 def only_mysql():\n    if op.get_bind().dialect.name != 'mysql':\n        raise NotImplementedError()\n\n\n\
                 def count():\n    total = 0\n    while True:\n        total = total + 1\n    return total\n";
    let import = "from lib.tools import create_table, secret, only_mysql, count\n";
    for (body, expected) in [
        // A type that cannot be read costs the type alone.
        (
            "create_table('a', sa.Column('id', sa.Integer()), sa.Column('b', secret(sa.Text())))\nop.drop_table('c')",
            &["create_table a (id, b)", "drop_table c"][..],
        ),
        // An error that ends the migration is told.
        ("op.drop_table('a')\nonly_mysql()\nop.drop_table('b')", &["drop_table a", "unknown"]),
        ("try:\n    only_mysql()\nexcept NotImplementedError:\n    pass\nop.drop_table('b')", &["drop_table b"]),
        // What costs too much for its value alone does not end the migration.
        (
            "for row in op.get_bind().execute(sa.text('SELECT 1')):\n    n = count()\nop.drop_table('b')",
            &["execute", "drop_table b"],
        ),
    ] {
        let files = [
            ("versions/a.py", &*migration(&format!("{import}{body}"))),
            ("lib/tools.py", tools),
            ("lib/__init__.py", ""),
        ];
        let told: Vec<String> = run_files(&files, Dialect::Postgresql).iter().map(describe).collect();
        assert_eq!(told, expected, "{body}");
    }
}
