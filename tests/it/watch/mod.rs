//! A project that is judged again and again says each time what a fresh run says: through random edits, through git,
//! and as a process that watches.

mod edits;
mod git;
mod process;
mod random;
mod tree;

use lawbook::app::Base;

/// A history so long that it is folded while it is judged: what it imports is known all the same.
#[test]
fn a_long_history_goes_on_as_a_fresh_one_would() {
    const LENGTH: usize = 150;
    let asks = "if sa.inspect(op.get_bind()).has_table('t0'):\n        ";
    let text = |number: usize| {
        let parent = number.checked_sub(1).map_or("None".to_owned(), |parent| format!("'r{parent}'"));
        let up = match number {
            0 => "op.create_table('t0', sa.Column('id', sa.Integer(), primary_key=True))".to_owned(),
            100 => {
                format!("{asks}from m.helpers import name\n        op.add_column('t0', sa.Column(name(), sa.Text()))")
            }
            _ => format!("op.add_column('t0', sa.Column('c{number}', sa.Text()))"),
        };
        tree::migration(&format!("r{number}"), &parent, &up, "pass")
    };
    // Their names are not in the order in which they run.
    let path = |number: usize| format!("m/versions/{:03}_r{number}.py", number * 7 % LENGTH);
    let helper = |name: &str| format!("def name():\n    return '{name}'\n");
    let mut tree = tree::Tree::new(Base::None, |root| {
        let write = |path: &str, text: String| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        write("alembic.ini", "[alembic]\nscript_location = m\nsqlalchemy.url = postgresql://\n".to_owned());
        ["m/env.py", "m/__init__.py"].into_iter().for_each(|path| write(path, String::new()));
        write("m/helpers.py", helper("fresh"));
        (0..LENGTH).for_each(|number| write(&path(number), text(number)));
    });
    let step = |tree: &mut tree::Tree, what: &str| {
        tree.compare().unwrap_or_else(|difference| panic!("{what}:\n{difference}"));
    };
    step(&mut tree, "at first");
    tree.write("m/helpers.py", helper("c7"));
    step(&mut tree, "a helper names a column that exists");
    tree.write(&path(149), text(149).replace("'c149'", "'c8'"));
    step(&mut tree, "the newest adds one that exists");
    tree.write(&path(3), text(3).replace("'c3'", "'c9'"));
    step(&mut tree, "an old one adds one that comes later");
    tree.write("m/versions/new.py", tree::migration("new", "'r149'", "op.drop_column('t0', 'c5')", "pass"));
    step(&mut tree, "another one is added");
    tree.delete(&path(60));
    step(&mut tree, "one is gone");
    assert!(tree.seen().reports > 4, "each step says something else");
}
