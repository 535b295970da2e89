//! Enum types: when they are made and dropped.

use super::*;

#[test]
fn life_cycles() {
    let cases: &[(&str, &[&str])] = &[
        (
            "op.create_table('a', sa.Column('s', sa.Enum('x', 'y', name='state')))",
            &["create_enum state (x, y)", "create_table a (s)"],
        ),
        // Columns that are added later make no type.
        ("op.add_column('a', sa.Column('s', sa.Enum('x', name='state')))", &["add_column a.s"]),
        (
            "op.create_table('a', sa.Column('s', postgresql.ENUM('x', name='state', create_type=False)))",
            &["create_table a (s)"],
        ),
        // `sa.Enum` takes no such argument.
        (
            "op.create_table('a', sa.Column('s', sa.Enum('x', name='state', create_type=False)))",
            &["create_enum state (x)", "create_table a (s)"],
        ),
        (
            "e = sa.Enum('x', name='state')\nop.create_table('a', sa.Column('s', e))\nop.create_table('b', sa.Column('s', e))",
            &["create_enum state (x)", "create_table a (s)", "create_table b (s)"],
        ),
        ("op.create_table('a', sa.Column('s', sa.Enum('x', name='e', native_enum=False)))", &["create_table a (s)"]),
        (
            "op.create_table('a', sa.Column('s', sa.ARRAY(sa.Enum('x', name='e'))))",
            &["create_enum e (x)", "create_table a (s)"],
        ),
        ("postgresql.ENUM('x', name='e').create(op.get_bind())", &["create_enum e (x); if not exists"]),
        (
            "postgresql.ENUM('x', name='e', schema='s').create(op.get_bind(), checkfirst=False)",
            &["create_enum s.e (x)"],
        ),
        ("sa.Enum('x', name='e').create(op.get_bind())", &["create_enum e (x)"]),
        ("sa.Enum(name='e').drop(op.get_bind(), checkfirst=True)", &["drop_enum e; if exists"]),
        ("op.execute(\"ALTER TYPE e ADD VALUE 'z'\")", &["add_enum_value e: z"]),
    ];
    for (body, expected) in cases {
        assert_eq!(told(body), *expected, "{body}");
    }
}

#[test]
fn other_databases_have_none() {
    let body = "e = postgresql.ENUM('x', name='e')\ne.create(op.get_bind())\nop.create_table('a', sa.Column('s', e))";
    let told: Vec<String> = run_body(body, Dialect::Sqlite).iter().map(describe).collect();
    assert_eq!(told, ["create_table a (s); outside"]);
}

#[test]
fn declared_tables_are_made_with_their_types() {
    let body = "
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Deal(Base):
    __tablename__ = 'deals'
    id = sa.Column(sa.Integer, primary_key=True)
    state = sa.Column(sa.Enum('x', name='state'))
Base.metadata.create_all(op.get_bind())
Deal.__table__.drop(op.get_bind())
";
    let expected =
        ["create_enum state (x); if not exists", "create_table deals (id, state); if not exists", "drop_table ?"];
    let told = told(body);
    assert_eq!(told[..2], expected[..2]);
    assert_eq!(told.len(), 3);
    assert_eq!(told[2], "drop_table deals");
}
