//! Each directive with its arguments.

use super::*;

#[test]
fn directives_become_operations() {
    let cases: &[(&str, &[&str])] = &[
        (
            "op.create_table('deals', sa.Column('id', sa.Integer, primary_key=True), sa.Column('n', sa.Text))",
            &["create_table deals (id, n)"],
        ),
        (
            "op.create_table('d', sa.Column('id', sa.Integer), schema='s', if_not_exists=True)",
            &["create_table s.d (id); if not exists"],
        ),
        ("op.drop_table('deals', if_exists=True)", &["drop_table deals; if exists"]),
        ("op.rename_table('a', 'b')", &["rename_table a -> b"]),
        ("op.add_column('deals', sa.Column('x', sa.Text))", &["add_column deals.x"]),
        (
            "op.add_column('deals', sa.Column('x', sa.Integer, index=True))",
            &["add_column deals.x", "create_index deals ix_deals_x (x)"],
        ),
        ("op.drop_column('deals', 'x')", &["drop_column deals.x"]),
        (
            "op.alter_column('deals', 'x', type_=sa.Text(), nullable=False, server_default='a', new_column_name='y')",
            &["alter_column deals.x type sa.Text() nullable false default 'a'", "rename_column deals.x -> y"],
        ),
        ("op.alter_column('deals', 'x', new_column_name='y')", &["rename_column deals.x -> y"]),
        ("op.alter_column('deals', 'x', server_default=None)", &["alter_column deals.x default none"]),
        (
            "op.create_index('ix', 'deals', ['a', sa.text('lower(b)')], unique=True, postgresql_where=sa.text('a > 1'), postgresql_using='gin', postgresql_concurrently=True)",
            &["create_index deals ix (a, lower(b)) unique where a > 1 using gin; concurrently"],
        ),
        ("op.create_index(op.f('ix_a'), 'deals', ['a'], sqlite_where=sa.text('a'))", &["create_index deals ix_a (a)"]),
        ("op.create_index('ix', 'deals', columns)", &["create_index deals ix (); partly unknown"]),
        ("op.drop_index('ix', table_name='deals', if_exists=True)", &["drop_index deals ix; if exists"]),
        ("op.drop_index('ix')", &["drop_index ix"]),
        (
            "op.create_foreign_key('fk', 'a', 'b', ['b_id'], ['id'], ondelete='CASCADE', referent_schema='s', postgresql_not_valid=True)",
            &["add_constraint a foreign_key fk (b_id) -> s.b (id) not valid"],
        ),
        ("op.create_unique_constraint('uq', 'a', ['x', 'y'])", &["add_constraint a unique uq (x, y)"]),
        ("op.create_primary_key('pk', 'a', ['x'])", &["add_constraint a primary_key pk (x)"]),
        ("op.create_check_constraint('ck', 'a', 'x > 0')", &["add_constraint a check ck (x > 0)"]),
        ("op.create_check_constraint('ck', 'a', sa.column('x') > 0)", &["add_constraint a check ck (x > 0)"]),
        ("op.drop_constraint('c', 'a', type_='foreignkey')", &["drop_constraint a c foreign_key"]),
        ("op.drop_constraint(None, 'a', 'primary')", &["drop_constraint a - primary_key"]),
        ("op.create_table_comment('a', 'why')", &["comment_table a why"]),
        ("op.drop_table_comment('a')", &["comment_table a none"]),
        ("op.bulk_insert(sa.table('a', sa.column('x')), [{'x': 1}])", &["insert a"]),
        (
            "t = op.create_table('a', sa.Column('x', sa.Text))\nop.bulk_insert(t, [])",
            &["create_table a (x)", "insert a"],
        ),
        ("op.execute(sa.update(sa.table('a')).values(x=1))", &["update a"]),
        ("op.execute(sa.schema.CreateSequence(sa.Sequence('s')))", &["create_other sequence s"]),
        ("op.invoke(x)", &["unknown"]),
        ("op.create_entity(x)", &["unknown"]),
        ("op.add_column(name(), sa.Column('x', sa.Text))", &["add_column ?.x"]),
        ("op.add_column('a', make())", &["alter_table a; partly unknown"]),
        ("op.get_bind().commit()\nprint('x')\nimport os\nos.environ.get('X')", &[]),
    ];
    for (body, expected) in cases {
        assert_eq!(told(body), *expected, "{body}");
    }
}

#[test]
fn a_batch_is_about_its_table() {
    let body = "
with op.batch_alter_table('deals', schema='s') as batch:
    batch.add_column(sa.Column('x', sa.Text))
    batch.alter_column('x', nullable=False)
    batch.drop_column('y')
    batch.create_index('ix', ['x'])
    batch.create_foreign_key('fk', 'b', ['x'], ['id'])
    batch.create_unique_constraint(batch.f('uq'), ['x'])
    batch.drop_constraint('c', type_='check')
";
    let expected = [
        "add_column s.deals.x; in batch",
        "alter_column s.deals.x nullable false; in batch",
        "drop_column s.deals.y; in batch",
        "create_index s.deals ix (x); in batch",
        "add_constraint s.deals foreign_key fk (x) -> b (id); in batch",
        "add_constraint s.deals unique uq (x); in batch",
        "drop_constraint s.deals c check; in batch",
    ];
    assert_eq!(told(body), expected);
}

#[test]
fn sql_is_read_with_its_place_in_the_string() {
    let body = "op.execute('''\n  DROP TABLE a;\n  DROP TABLE b\n''')";
    let operations = run_body(body, Dialect::Postgresql);
    let places: Vec<String> = operations.iter().map(|one| format!("{} {}", describe(one), one.at)).collect();
    assert_eq!(places, ["drop_table a versions/a.py:11:7", "drop_table b versions/a.py:12:7"]);
    assert_eq!(told("op.execute(sa.text('DROP TABLE ' + 'a'))"), ["drop_table a"]);
    assert_eq!(told("op.get_bind().execute(sa.text('UPDATE a SET x = :x'), {'x': 1})"), ["update a"]);
    assert_eq!(told("n = make()\nop.execute(f'ALTER TABLE {n} ADD COLUMN x int')"), ["add_column ?.x"]);
    assert_eq!(told("n = make()\nop.execute(f'DROP INDEX {n}')"), ["drop_index ?"]);
    assert_eq!(told("op.execute(make())"), ["unknown"]);
}

#[test]
fn blocks_and_statements_leave_the_transaction() {
    let body = "
with op.get_context().autocommit_block():
    op.create_index('a', 't', ['x'])
op.create_index('b', 't', ['x'])
op.execute('COMMIT')
op.create_index('c', 't', ['x'])
";
    let outside: Vec<bool> = run_body(body, Dialect::Postgresql)
        .iter()
        .filter(|one| one.statement.is_none())
        .map(|one| one.in_transaction == Known::Yes(false))
        .collect();
    assert_eq!(outside, [true, false, true]);
}

#[test]
fn names_follow_the_convention_of_the_project() {
    let env = "from models import metadata\ntarget_metadata = metadata\n";
    let models = "import sqlalchemy as sa\nmetadata = sa.MetaData(naming_convention={'uq': 'uq_%(table_name)s_%(column_0_name)s', 'ck': 'ck_%(table_name)s_%(constraint_name)s'})\n";
    let body = "op.create_unique_constraint(None, 'a', ['x'])\nop.create_check_constraint('pos', 'a', 'x > 0')\nop.drop_constraint('pos', 'a', type_='check')\nop.drop_constraint(op.f('pos'), 'a', type_='check')";
    let files = [("m/versions/a.py", migration(body)), ("m/env.py", env.into()), ("models.py", models.into())];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let told: Vec<String> = run_files(&files, Dialect::Postgresql).iter().map(describe).collect();
    let expected = [
        "add_constraint a unique uq_a_x (x)",
        "add_constraint a check ck_a_pos (x > 0)",
        "drop_constraint a ck_a_pos check",
        "drop_constraint a pos check",
    ];
    assert_eq!(told, expected);
}
