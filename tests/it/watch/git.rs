//! What git does to a work tree: checkouts between branches, a rebase, a merge that stops half way, a commit.

use lawbook::app::Base;

use super::tree::{Tree, migration};

fn commit(tree: &mut Tree, message: &str) {
    assert!(tree.git(&["add", "-A"]));
    assert!(tree.git(&["commit", "-q", "-m", message]));
    tree.compare().unwrap_or_else(|fault| panic!("after commit {message}: {fault}"));
}

/// Runs git, whether it ends well or not, and compares.
fn after(tree: &mut Tree, arguments: &[&str], ends_well: bool) {
    assert_eq!(tree.git(arguments), ends_well, "git {arguments:?}");
    tree.compare().unwrap_or_else(|fault| panic!("after git {arguments:?}: {fault}"));
    tree.compare_with_process().unwrap_or_else(|fault| panic!("after git {arguments:?}: {fault}"));
}

fn branches(base: Base) {
    let mut tree = Tree::new(base, |root| {
        crate::project::copy(&crate::project::repository().join("tests/projects/plain"), root);
        std::fs::write(root.join(".gitignore"), "*.log\n").expect("written");
    });
    assert!(tree.git(&["init", "-q"]));
    commit(&mut tree, "first");
    assert!(tree.git(&["tag", "first"]));

    assert!(tree.git(&["checkout", "-q", "-b", "feature"]));
    let drop = "op.drop_column(\"deals\", \"code\")";
    tree.write("migrations/versions/0003_feature.py", migration("0003f", "\"0002\"", drop, "pass"));
    tree.write("rules/pack.yml", "title: House\n");
    tree.write("lawbook.yml", "packs: [alembic]\nrules:\n  alembic/unguarded-drop: error\n");
    commit(&mut tree, "feature");
    tree.write(
        "migrations/versions/0004_more.py",
        migration("0004f", "\"0003f\"", "op.create_index(\"i\", \"deals\", [\"id\"])", "pass"),
    );
    tree.write("app/notes.txt", "the same on both\n");
    commit(&mut tree, "more of it");

    after(&mut tree, &["checkout", "-q", "main"], true);
    tree.write("migrations/versions/0003_main.py", migration("0003m", "\"0002\"", "pass", "pass"));
    tree.write(".coding-rules-exceptions.yml", "exceptions:\n  alembic/unguarded-drop:\n    - path: '**'\n");
    tree.write("app/notes.txt", "another text\n");
    commit(&mut tree, "main goes on");

    for _ in 0..2 {
        after(&mut tree, &["checkout", "-q", "feature"], true);
        after(&mut tree, &["checkout", "-q", "main"], true);
    }
    // Both added the notes: the rebase stops half way, and goes on.
    after(&mut tree, &["checkout", "-q", "feature"], true);
    after(&mut tree, &["rebase", "-q", "main"], false);
    tree.write("app/notes.txt", "both\n");
    after(&mut tree, &["add", "-A"], true);
    after(&mut tree, &["-c", "core.editor=true", "rebase", "--continue"], true);
    // Two heads, as a merge leaves them; then one is moved behind the other.
    let moved = migration("0003f", "\"0003m\"", drop, "pass");
    tree.write("migrations/versions/0003_feature.py", moved);
    commit(&mut tree, "one head");
    after(&mut tree, &["stash", "list"], true);
    after(&mut tree, &["reset", "-q", "--hard", "HEAD~2"], true);
    after(&mut tree, &["rm", "-q", "-r", "migrations"], true);
    after(&mut tree, &["checkout", "-q", "HEAD", "--", "migrations"], true);
    assert!(tree.seen().reports > 6, "only {} different reports", tree.seen().reports);
}

#[test]
fn checkouts_and_a_rebase() {
    branches(Base::None);
}

#[test]
fn checkouts_and_a_rebase_compared_with_a_revision() {
    branches(Base::Since("first".into()));
}
