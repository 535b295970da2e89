//! Several files: imports, re-exports, migrations and tests aside.

use super::{Options, describe, read, read_files};

const BASE: (&str, &str) = (
    "src/app/base.py",
    "from sqlalchemy.orm import DeclarativeBase, mapped_column\nfrom sqlalchemy import MetaData\n\
     class Base(DeclarativeBase):\n    metadata = MetaData()\n",
);

#[test]
fn names_are_found_through_packages() {
    let files = [
        BASE,
        ("src/app/__init__.py", ""),
        ("src/app/models/__init__.py", "from .user import *\nfrom . import extra\n"),
        ("src/app/enums.py", "import enum\nclass Role(enum.Enum):\n    A = 1\nLENGTH = 7 * 10\n"),
        ("src/app/util/__init__.py", "from ..mixins import Stamped as Timed\n"),
        (
            "src/app/mixins.py",
            "from __future__ import annotations\nimport datetime as dt\nfrom sqlalchemy.orm import Mapped\n\
             class Stamped:\n    at: Mapped[dt.datetime]\n",
        ),
        (
            "src/app/models/user.py",
            "import app.enums as e\nfrom app.enums import LENGTH\nfrom ..base import Base\nfrom app.util import Timed\n\
             from sqlalchemy import Column, Enum, Integer, String\n\
             try:\n    from fast import thing\nexcept ImportError:\n    thing = None\n\
             class User(Timed, Base):\n    __tablename__ = 'user'\n    id = Column(Integer, primary_key=True)\n    \
             name = Column(String(LENGTH))\n    role = Column(Enum(e.Role))\n",
        ),
        (
            "src/app/models/extra.py",
            "from app.models import User\nfrom sqlalchemy import Column, ForeignKey\nfrom app import base\n\
             class Extra(base.Base):\n    __tablename__ = 'extra'\n    id = Column(ForeignKey(User.id), primary_key=True)\n",
        ),
        (
            "src/app/migrations/versions/1.py",
            "import sqlalchemy as sa\nrevision = '1'\ndown_revision = None\n\
             old = sa.Table('old', sa.MetaData(), sa.Column('x', sa.Integer))\n",
        ),
        (
            "src/tests/test_user.py",
            "import sqlalchemy as sa\nsa.Table('made_up', sa.MetaData(), sa.Column('x', sa.Integer))\n",
        ),
    ];
    assert_eq!(
        describe(&read_files(&files)),
        "table extra\n  id INTEGER pk\n  fk - id -> user.id\n\
         table user\n  id INTEGER pk\n  name VARCHAR(70) null\n  role role null\n  at TIMESTAMP WITHOUT TIME ZONE\n\
         enum role A"
    );
}

#[test]
fn the_environment_tells_which_metadata_is_meant() {
    let table = |base: &str, name: &str| {
        format!(
            "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\nclass {base}(DeclarativeBase): pass\n\
             class T({base}):\n    __tablename__ = '{name}'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
        )
    };
    let (one, two) = (table("One", "one"), table("Two", "two"));
    let environment = "from alembic import context\nfrom one import One\ntarget_metadata = One.metadata\n";
    let files: Vec<(&str, &str)> = vec![("one.py", &one), ("two.py", &two), ("migrations/env.py", environment)];
    assert_eq!(describe(&read_files(&files)), "table one\n  id INTEGER pk");
    assert_eq!(describe(&read_files(&files[..2])), "table one\n  id INTEGER pk\ntable two\n  id INTEGER pk");
    let options = Options { metadata: vec!["two:Two".into()] };
    let schema = read(files.iter().map(|(path, text)| ((*path).into(), (*text).into())), &options);
    assert_eq!(describe(&schema), "table two\n  id INTEGER pk");
}

#[test]
fn the_order_of_files_changes_nothing() {
    let files = [
        BASE,
        (
            "src/app/a.py",
            "from sqlalchemy import Column, Integer, ForeignKey\nfrom app.base import Base\nimport app.b\n\
             class A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n    b = Column(ForeignKey(app.b.B.id))\n",
        ),
        (
            "src/app/b.py",
            "from sqlalchemy import Column, Integer\nfrom app.base import Base\nfrom app.a import A\n\
             class B(Base):\n    __tablename__ = 'b'\n    id = Column(Integer, primary_key=True)\n",
        ),
    ];
    let mut turned = files;
    turned.reverse();
    assert_eq!(read_files(&files), read_files(&turned));
    assert!(describe(&read_files(&files)).contains("fk - b -> b.id"));
}
