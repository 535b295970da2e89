//! Input that is made to hang, overflow or panic.

use super::{describe, read_files, read_text};

const HEADER: &str = "import sqlalchemy as sa\nfrom sqlalchemy.orm import DeclarativeBase\n\
    class Base(DeclarativeBase): pass\n";

#[test]
fn nothing_hangs_overflows_or_panics() {
    let deep_classes: String = (1..400).map(|at| format!("class C{at}(C{}): pass\n", at - 1)).collect::<String>();
    let wide = (0..3_000).map(|at| format!("    c{at} = sa.Column(sa.Integer)\n")).collect::<String>();
    let texts = [
        "def f(x): return f(x)\nt = sa.Table(f(1), sa.MetaData(), sa.Column('a', f(2)))\n".to_owned(),
        "def f(x):\n    if x: return f(x + 1)\n    return g(x)\ndef g(x): return f(x) + f(x)\nv = f(0) + g(1)\n".to_owned(),
        "class A(A): __tablename__ = 'a'\nclass B(C): pass\nclass C(B): pass\n".to_owned(),
        "class A(Base, Base, object, Base): __tablename__ = 'a'\nclass D(A, Base, A): __tablename__ = 'd'\n".to_owned(),
        "x = x\ny = z\nz = y\nt = sa.Table(y, sa.MetaData(), sa.Column(z, x))\n".to_owned(),
        "l = []\nl.append(l)\nfor a in l: l.append(a)\nt = sa.Table('t', sa.MetaData(), *l)\n".to_owned(),
        "class T(sa.TypeDecorator):\n    pass\nT.impl = T\nt = sa.Table('t', sa.MetaData(), sa.Column('a', T))\n".to_owned(),
        "s = 'x' * 9\nfor i in range(9000):\n    s = s + s\n".to_owned(),
        "for a in range(2000):\n  for b in range(2000):\n    for c in range(2000): q = a\n".to_owned(),
        "while True:\n    sa.Table('t', sa.MetaData())\n".to_owned(),
        format!("class C0(Base): __tablename__ = 'c'\n{deep_classes}"),
        format!("class W(Base):\n    __tablename__ = 'w'\n{wide}"),
        "class M(Base):\n    __tablename__ = M.__tablename__\n    __table_args__ = M.__table_args__\n".to_owned(),
        "class A(Base):\n    @sa.orm.declared_attr\n    def __tablename__(cls): return cls.__tablename__\n".to_owned(),
        "Index = sa.Index('a', *[])\nsa.Index()\nsa.Table()\nsa.Column()\nsa.ForeignKey()\nsa.Enum()\n".to_owned(),
        "class E(sa.Enum): pass\nt = sa.Table('t', sa.MetaData(), sa.Column('a', E(1)), sa.Column('b', sa.String(-4)))\n".to_owned(),
        "from .. import a\nfrom ....b import *\nfrom . import models\nimport models.models\n".to_owned(),
        "t = sa.Table('a.b.c', sa.MetaData(naming_convention={'fk': '%(x', 'ix': '%'}), sa.Column('a', sa.ForeignKey('....')), sa.Index(None, 'a'))\n".to_owned(),
    ];
    for text in texts {
        let _ = describe(&read_text(&format!("{HEADER}{text}")));
    }
}

#[test]
fn modules_that_import_each_other() {
    let files = [
        ("p/__init__.py", "from p import *\nfrom . import a\nfrom .a import sqlalchemy_thing\n"),
        (
            "p/a.py",
            "import sqlalchemy\nfrom p.b import *\nfrom p.b import X as Y\nt = sqlalchemy.Table(Y, sqlalchemy.MetaData(), sqlalchemy.Column('a', Y))\n",
        ),
        ("p/b.py", "import sqlalchemy\nfrom p.a import *\nfrom p.a import Y as X\n"),
    ];
    assert!(describe(&read_files(&files)).starts_with("unknown Tables:"));
}

#[test]
fn names_are_kept_whatever_is_in_them() {
    let text = format!(
        "{HEADER}t = sa.Table('a \"b\\n\u{fc}', sa.MetaData(), sa.Column('c.d', sa.Integer, primary_key=True))\n"
    );
    assert_eq!(describe(&read_text(&text)), "table a \"b\n\u{fc}\n  c.d INTEGER pk");
}

#[test]
fn what_functions_compute_for_one_class_costs_the_next_nothing() {
    let classes: String = (0..900)
        .map(|at| format!("class T{at}(Named, Base):\n    id = sa.Column(sa.Integer, primary_key=True)\n"))
        .collect();
    let text = format!(
        "{HEADER}class Named:\n    @sa.orm.declared_attr\n    def __tablename__(cls):\n        name = cls.__name__\n        \
         return name.lower()\n{classes}"
    );
    assert_eq!(read_text(&text).tables.len(), 900);
}
