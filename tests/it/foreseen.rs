//! Migrations are folded in an order that is foreseen before they are judged; where it was foreseen wrongly, again.

use std::fmt::Write as _;

use super::project::Project;

/// More than are followed together.
const MIGRATIONS: usize = 150;

/// Writes a history whose files are named against their order. Some of it asks what is there.
fn write_history(project: &Project) {
    project.write("alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://\n");
    project.write("migrations/env.py", "from alembic import context\n");
    for number in 0..MIGRATIONS {
        let parent = number.checked_sub(1).map_or("None".to_owned(), |parent| format!("'{}'", revision(parent)));
        let mut text =
            format!("from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{}'\n", revision(number));
        writeln!(text, "down_revision = {parent}\n\n\ndef upgrade():").expect("a text can be written");
        let lines: &[&str] = match number % 3 {
            0 => &["op.create_table('t{n}', sa.Column('id', sa.Integer(), primary_key=True))"],
            1 => &[
                "if sa.inspect(op.get_bind()).has_table('t{before}'):",
                "    op.add_column('t{before}', sa.Column('a', sa.Text()))",
            ],
            _ => &["op.add_column('t{two}', sa.Column('b', sa.Text()))"],
        };
        for line in lines {
            let line = line.replace("{n}", &number.to_string());
            let line = line.replace("{before}", &number.wrapping_sub(1).to_string());
            writeln!(text, "    {}", line.replace("{two}", &number.wrapping_sub(2).to_string())).expect("a text");
        }
        text.push_str("\n\ndef downgrade():\n    pass\n");
        project.write(&path(number), text);
    }
}

fn revision(number: usize) -> String {
    format!("{number:012x}")
}

fn path(number: usize) -> String {
    format!("migrations/versions/{:03}_{}.py", MIGRATIONS - number, revision(number))
}

/// Returns the schema that the migrations leave behind, and the same said as the one after the last revision, which is
/// never foreseen.
fn schemas(project: &Project, last: usize) -> (String, String) {
    let show = |what: &str| {
        let ran = project.run(&["schema", "show", what, "--format", "json"]);
        assert_eq!(ran.exit, Some(0), "{}{}", ran.stdout, ran.stderr);
        ran.stdout
    };
    (show("migrations"), show(&format!("migrations@{}", revision(last))))
}

#[test]
fn what_was_foreseen_is_what_is_there() {
    let project = Project::new();
    write_history(&project);
    let (all, at_last) = schemas(&project, MIGRATIONS - 1);
    assert!(all == at_last, "all of them:\n{all}\nto the last:\n{at_last}");
    assert_eq!(all.matches("\"a\"").count(), MIGRATIONS / 3, "what asks for a table finds it: {all}");
    // Late in the order, early in the folder.
    project.write(
        &path(MIGRATIONS),
        format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{}'\ndown_revision = '{}'\n\n\n\
             def upgrade():\n    op.add_column('t0', sa.Column('b', sa.Text()))\n\n\ndef downgrade():\n    pass\n",
            revision(MIGRATIONS),
            revision(MIGRATIONS - 1)
        ),
    );
    let ran = project.run(&["check", "--format", "concise"]);
    assert!(ran.stdout.contains("migrations/versions/000_000000000096.py:9:5"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("replay/already-exists").count(), 1, "{}", ran.stdout);
}

#[test]
fn what_was_foreseen_wrongly_is_folded_again() {
    let project = Project::new();
    write_history(&project);
    // That it follows another one than it seems to is said behind its functions, where no line starts with it.
    let (number, parent) = (revision(7), revision(6));
    let head =
        format!("from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{number}'\ndown_revision = None\n");
    let body =
        "\n\ndef upgrade():\n    op.add_column('t6', sa.Column('a', sa.Text()))\n\n\ndef downgrade():\n    pass\n";
    project.write(&path(7), format!("{head}{body}\n\nlate = True; down_revision = '{parent}'\n"));
    let (all, at_last) = schemas(&project, MIGRATIONS - 1);
    assert!(all == at_last, "all of them:\n{all}\nto the last:\n{at_last}");
    // One that cannot be parsed, though its head can.
    let broken = format!("revision = '{}'\ndown_revision = '{}'\n\n\ndef upgrade(:\n", revision(9), revision(8));
    project.write(&path(9), broken);
    let ran = project.run(&["check", "--format", "concise"]);
    assert_eq!(ran.exit, Some(2), "{}{}", ran.stdout, ran.stderr);
    let said = [ran.stdout, ran.stderr].concat();
    assert!(said.contains("not valid Python"), "{said}");
}
