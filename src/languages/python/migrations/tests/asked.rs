//! What the code asks of the database.

use super::*;
use crate::model::schema::{Column, Origin, Part, SchemaUnknown, Table};

fn deals() -> Schema {
    let mut schema = Schema::empty("migrations", Origin::Replay, Some(Dialect::Postgresql));
    let column = |name: &str| Column::new(name, Known::No("not told".into()), Known::Yes(true));
    let table = Table { columns: vec![column("id"), column("owner")], ..Table::default() };
    schema.tables.insert(name("deals"), table);
    schema
}

#[test]
fn inspectors_answer_from_the_state() {
    let cases: &[(&str, &[&str])] = &[
        ("if not sa.inspect(op.get_bind()).has_table('deals'):\n    op.drop_table('x')", &[]),
        ("if not sa.inspect(op.get_bind()).has_table('other'):\n    op.drop_table('x')", &["drop_table x"]),
        ("if 'deals' in sa.inspect(op.get_bind()).get_table_names():\n    op.drop_table('x')", &["drop_table x"]),
        (
            "names = [c['name'] for c in sa.inspect(op.get_bind()).get_columns('deals')]\nfor n in ('id', 'x'):\n    if n not in names:\n        op.add_column('deals', sa.Column(n, sa.Text))",
            &["add_column deals.x"],
        ),
        (
            "names = {c['name'] for c in sa.inspect(op.get_bind()).get_columns('deals')}\nfor n in {'id', 'x'} - names:\n    op.drop_column('deals', n)",
            &["drop_column deals.x"],
        ),
        // What the migration itself made is seen.
        (
            "op.create_table('new', sa.Column('a', sa.Text))\nif sa.inspect(op.get_bind()).has_table('new'):\n    op.drop_table('new')",
            &["create_table new (a)", "drop_table new"],
        ),
        (
            "row = op.get_bind().execute(sa.text(\"SELECT 1 FROM information_schema.columns WHERE table_name = 'deals' AND column_name = 'id'\")).fetchone()\nif row is None:\n    op.drop_table('x')",
            &[],
        ),
        (
            "if not op.get_bind().execute(sa.text(\"SELECT 1 FROM pg_type WHERE typname = :n\"), {'n': 'state'}).scalar():\n    op.drop_table('x')",
            &["drop_table x"],
        ),
        (
            "try:\n    sa.inspect(op.get_bind()).get_columns('other')\n    op.drop_table('x')\nexcept sa.exc.NoSuchTableError:\n    op.drop_table('y')",
            &["drop_table y"],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(told_knowing(deals(), body), *expected, "{body}");
    }
}

#[test]
fn what_is_in_doubt_is_not_answered() {
    let mut schema = deals();
    schema.unknown.push(SchemaUnknown { what: "a loop".into(), part: Part::Tables, table: None, at: None });
    let body = "
inspector = sa.inspect(op.get_bind())
if not inspector.has_table('deals'):
    op.drop_table('a')
if not inspector.has_table('other'):
    op.drop_table('b')
if 'other' in inspector.get_table_names():
    op.drop_table('c')
else:
    op.drop_table('d')
";
    let expected = [
        "drop_table b; if not inspector.has_table('other')",
        "drop_table c; if 'other' in inspector.get_table_names()",
        "drop_table d; if not ('other' in inspector.get_table_names())",
    ];
    assert_eq!(told_knowing(schema, body), expected);
    assert_eq!(
        told("if sa.inspect(op.get_bind()).has_table('a'):\n    op.drop_table('a')").len(),
        1,
        "nothing is known"
    );
}
