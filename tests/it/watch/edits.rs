//! Edits of a project, as people, editors and tools make them: each says what it did.

use super::random::Random;
use super::tree::{Tree, migration};

/// An edit; `None` where the project has nothing that it could be made on.
type Edit = fn(&mut Tree, &mut Random) -> Option<String>;

/// Every edit, with how often it is made.
const EDITS: &[(usize, Edit)] = &[
    (6, modify_migration),
    (5, add_migration),
    (3, delete_migration),
    (3, rename_migration),
    (2, same_size),
    (2, save_by_rename),
    (2, other_bytes),
    (2, unreadable),
    (3, modify_model),
    (2, add_model),
    (4, pack),
    (4, configuration),
    (4, exceptions),
    (2, inline_exception),
    (2, alembic_ini),
    (2, environment),
    (2, sql),
    (4, modify_sql),
    (1, move_sql),
    (2, new_tree),
    (2, move_folder),
    (2, ignore_file),
    (1, marked_folder),
    (1, link),
    (3, show),
    (1, above_the_root),
    (1, baseline),
    (1, unrelated),
    (1, lost_events),
];

/// How many files may be broken at once: where everything is, nothing is judged.
const BROKEN: usize = 4;

/// Makes an edit, and returns what it did. The more is broken, the likelier it is mended.
pub(super) fn edit(tree: &mut Tree, random: &mut Random) -> String {
    if !tree.broken.is_empty() && random.below(BROKEN + 1) < tree.broken.len() {
        return mend(tree, random);
    }
    let total: usize = EDITS.iter().map(|(weight, _)| weight).sum();
    loop {
        let mut chosen = random.below(total);
        for (weight, edit) in EDITS {
            if chosen < *weight {
                if let Some(done) = edit(tree, random) {
                    return done;
                }
                break;
            }
            chosen -= weight;
        }
    }
}

/// Puts back what a file held before it was broken.
fn mend(tree: &mut Tree, random: &mut Random) -> String {
    let (path, before) = tree.broken.swap_remove(random.below(tree.broken.len()));
    match before {
        Some(bytes) if random.once_in(3) => tree.save_by_rename(&path, bytes),
        Some(bytes) => tree.write(&path, bytes),
        None => tree.delete(&path),
    }
    format!("mend {path}")
}

/// Keeps what a file holds, to be put back.
fn remember(tree: &mut Tree, path: &str) {
    if !tree.broken.iter().any(|(broken, _)| broken == path) {
        let before = tree.read(path);
        tree.broken.push((path.to_owned(), before));
    }
}

/// Writes something for a while.
fn breaks(tree: &mut Tree, path: &str, contents: impl AsRef<[u8]>) {
    remember(tree, path);
    tree.write(path, contents);
}

fn some(tree: &Tree, random: &mut Random, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let files: Vec<String> = tree.files().into_iter().filter(|path| wanted(path)).collect();
    if files.is_empty() { None } else { Some(random.one(&files).clone()) }
}

fn is_migration(path: &str) -> bool {
    path.contains("versions") && path.ends_with(".py")
}

fn text_of(tree: &Tree, path: &str) -> Option<String> {
    String::from_utf8(tree.read(path)?).ok()
}

/// Returns a Python literal of some revision of the project, or of one that is not there.
fn some_parent(tree: &Tree, random: &mut Random) -> String {
    let of = some(tree, random, is_migration).and_then(|path| text_of(tree, &path));
    let line = of.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("revision = ")));
    match (line, random.below(8)) {
        (_, 0) => "\"gone\"".to_owned(),
        (_, 1) => "None".to_owned(),
        (Some(revision), _) => revision.to_owned(),
        (None, _) => "None".to_owned(),
    }
}

/// Directives that laws have something to say about, or that change what the migrations leave behind.
const DIRECTIVES: &[&str] = &[
    "op.add_column(\"deals\", sa.Column(\"extra\", sa.String(20), nullable=False))",
    "op.drop_column(\"deals\", \"price\")",
    "op.create_table(\"extras\", sa.Column(\"id\", sa.Integer(), primary_key=True))",
    "op.drop_table(\"t3\")",
    "op.create_index(\"deal_extra\", \"deals\", [\"price\"])",
    "op.execute(\"ALTER TYPE deal_stage ADD VALUE 'lost'\")",
    "op.alter_column(\"t1\", \"note\", nullable=False)",
    "op.rename_table(\"t2\", \"t2_old\")",
    "op.create_foreign_key(None, \"deals\", \"t1\", [\"id\"], [\"id\"])",
    "sa.Enum(\"a\", \"b\", name=\"letters\", create_type=False)",
    "op.execute(f\"DELETE FROM {computed()}\")",
    "pass",
];

fn modify_migration(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, is_migration)?;
    let text = text_of(tree, &path)?;
    let directive = *random.one(DIRECTIVES);
    let (what, text) = match random.below(6) {
        0 => ("a comment", format!("# more\n{text}")),
        1 => {
            let parent = some_parent(tree, random);
            let lines = text.lines().map(|line| match line.starts_with("down_revision") {
                true => format!("down_revision = {parent}"),
                false => line.to_owned(),
            });
            ("another parent", lines.collect::<Vec<_>>().join("\n") + "\n")
        }
        2 => {
            remember(tree, &path);
            let cut = (0..=random.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            ("cut short", text[..cut].to_owned())
        }
        _ => (
            directive,
            format!(
                "{}\n\ndef more():\n    {directive}\n",
                text.replacen("    pass\n", &format!("    {directive}\n"), 1)
            ),
        ),
    };
    tree.write(&path, text);
    Some(format!("modify {path}: {what}"))
}

fn add_migration(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let like = some(tree, random, is_migration)?;
    let folder = like.rsplit_once('/')?.0.to_owned();
    tree.count += 1;
    let number = tree.count;
    let parent = match random.below(6) {
        0 => format!("({}, {})", some_parent(tree, random), some_parent(tree, random)),
        _ => some_parent(tree, random),
    };
    let path = match random.below(5) {
        0 => format!("{folder}/deeper/n{number}.py"),
        1 => format!("{folder}/.hidden{number}.py"),
        _ => format!("{folder}/2025010{}_000000_n{number}.py", number % 10),
    };
    let (up, down) = (*random.one(DIRECTIVES), *random.one(DIRECTIVES));
    tree.write(&path, migration(&format!("n{number}"), &parent, up, down));
    Some(format!("add {path} behind {parent}"))
}

fn delete_migration(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, is_migration)?;
    remember(tree, &path);
    tree.delete(&path);
    Some(format!("delete {path}"))
}

fn rename_migration(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, is_migration)?;
    let (folder, name) = path.rsplit_once('/')?;
    tree.count += 1;
    let number = tree.count;
    let to = match random.below(4) {
        0 => format!("{folder}/renamed_{number}.py"),
        1 => format!("{folder}/{name}.orig{number}"),
        2 => format!("attic/{number}_{name}"),
        _ => {
            let other = some(tree, random, is_migration)?;
            format!("{}/moved_{number}.py", other.rsplit_once('/')?.0)
        }
    };
    if let Some((_, before)) = tree.broken.iter().find(|(broken, _)| *broken == path).cloned() {
        tree.broken.retain(|(broken, _)| *broken != path);
        tree.broken.push((to.clone(), before));
    }
    tree.rename(&path, &to);
    Some(format!("rename {path} to {to}"))
}

/// Changes a byte, so that size, and with coarse clocks the time as well, stay as they were.
fn same_size(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |path| is_migration(path) || path.ends_with(".yml"))?;
    let text = text_of(tree, &path)?;
    let modified = std::fs::metadata(tree.path(&path)).and_then(|metadata| metadata.modified()).ok()?;
    let (from, to) =
        *random.one(&[("error", "wrong"), ("deals", "deeds"), ("price", "prize"), ("True", "true"), ("t1", "t9")]);
    if !text.contains(from) {
        return None;
    }
    remember(tree, &path);
    tree.write(&path, text.replace(from, to));
    let file = std::fs::File::options().write(true).open(tree.path(&path)).ok()?;
    file.set_modified(modified).ok()?;
    Some(format!("{from} becomes {to} in {path}"))
}

fn save_by_rename(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |path| !path.ends_with(".orig"))?;
    let text = text_of(tree, &path)?;
    tree.save_by_rename(&path, format!("{text}\n"));
    Some(format!("save {path} by rename"))
}

fn other_bytes(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |path| is_migration(path) || path.ends_with(".sql") || path.ends_with(".yml"))?;
    let bytes = tree.read(&path)?;
    let (what, bytes) = match random.below(6) {
        0 => ("Latin-1", [&bytes[..], b"# caf\xe9\n"].concat()),
        1 => ("declared Latin-1", [b"# -*- coding: latin-1 -*-\n# caf\xe9\n", &bytes[..]].concat()),
        2 => ("NUL", [&bytes[..], b"\0"].concat()),
        3 => ("a byte order mark", [b"\xef\xbb\xbf", &bytes[..]].concat()),
        4 => ("carriage returns", String::from_utf8_lossy(&bytes).replace('\n', "\r\n").into_bytes()),
        _ => ("nothing", Vec::new()),
    };
    breaks(tree, &path, bytes);
    Some(format!("{what} in {path}"))
}

fn unreadable(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |path| path.contains('/') || path.ends_with(".yml"))?;
    remember(tree, &path);
    let kind = random.below(3);
    let what = tree.make_unreadable(&path, kind);
    Some(format!("{what} in place of {path}"))
}

fn is_model(path: &str) -> bool {
    path.contains("app/") && path.ends_with(".py")
}

fn modify_model(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, is_model)?;
    let text = text_of(tree, &path)?;
    let (what, text) = match random.below(5) {
        0 => ("a comment", format!("# more\n{text}")),
        1 => ("nullable", text.replacen("sa.Text()", "sa.Text(), nullable=False", 1)),
        2 => (
            "another type",
            text.replacen("sa.String(20)", "sa.String(40)", 1).replacen("Integer()", "BigInteger()", 1),
        ),
        3 => {
            remember(tree, &path);
            ("a fault", format!("{text}\nclass Broken(:\n"))
        }
        _ => {
            tree.count += 1;
            let column = format!("    added_{} = sa.Column(sa.Integer())\n", tree.count);
            ("a column", format!("{}\n{column}", text.trim_end()))
        }
    };
    tree.write(&path, text);
    Some(format!("modify model {path}: {what}"))
}

fn add_model(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let like = some(tree, random, is_model)?;
    let folder = like.rsplit_once('/')?.0.to_owned();
    tree.count += 1;
    let number = tree.count;
    let path = format!("{folder}/added_{number}.py");
    let import = if folder.ends_with("models") { "from .base import Base" } else { "from app.models import Base" };
    let text = format!(
        "import sqlalchemy as sa\n{import}\n\n\nclass Added{number}(Base):\n    __tablename__ = \"added_{number}\"\n    \
         id = sa.Column(sa.Integer(), primary_key=True)\n"
    );
    tree.write(&path, text);
    let package = format!("{folder}/__init__.py");
    if random.once_in(2)
        && let Some(text) = text_of(tree, &package)
    {
        tree.write(&package, format!("{text}\nfrom .added_{number} import Added{number}\n"));
    }
    Some(format!("add model {path}"))
}

const RULE: &str = "id: no-text\ntitle: a column of text\nseverity: warning\non: call\nforbid: { code: sa.Text() }\n\
                    message: \"{match} is a column of text\"\nwhy: It grows.\nfix: Write `sa.String(n)`.\n";

fn pack(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let of_pack = some(tree, random, |path| path.starts_with("rules/"));
    let path = match (of_pack, random.below(4)) {
        (Some(path), 1..) => path,
        _ => {
            tree.count += 1;
            let (path, text) = match random.below(3) {
                0 => ("rules/pack.yml".to_owned(), "title: House\n".to_owned()),
                1 => ("rules/no-text.yml".to_owned(), RULE.to_owned()),
                _ => {
                    let id = format!("rule-{}", tree.count);
                    (format!("rules/{id}.yml"), RULE.replace("no-text", &id).replace("sa.Text()", "op.drop_table($$$)"))
                }
            };
            tree.write(&path, text);
            return Some(format!("add rule {path}"));
        }
    };
    let text = text_of(tree, &path)?;
    let (what, text) = match random.below(6) {
        0 => ("a fault in YAML", format!("{text}\n: [\n")),
        1 => ("an unknown field", format!("sevrity: error\n{text}")),
        2 => (
            "another severity",
            text.replace("severity: error", "severity: info").replace("severity: warning", "severity: error"),
        ),
        3 if path.ends_with(".rhai") => ("a fault in the script", format!("{text}\nfn broken( {{\n")),
        4 => {
            remember(tree, &path);
            tree.delete(&path);
            return Some(format!("delete rule {path}"));
        }
        _ => ("another message", text.replace("message: \"", "message: \"indeed, ")),
    };
    breaks(tree, &path, text);
    Some(format!("pack, {path}: {what}"))
}

/// Configurations that hold for any tree.
const CONFIGURATIONS: &[&str] = &[
    "packs: [alembic]\n",
    "packs: [alembic, ./rules]\n",
    "packs: [alembic, schema, postgres]\nexclude: ['**/*deals*', attic]\n",
    "fail-on: warning\nrules:\n  migrations/migration-name: error\n  alembic/unguarded-drop: info\n",
    "size-limit: 600\n",
    "baseline: lawbook-baseline.yml\n",
    "migrations:\n  - { tool: alembic, path: migrations, dialect: postgresql }\n",
    "packs: [alembic\n",
    "pakcs: [alembic]\n",
    "rules: { alembic/no-such-rule: off }\n",
    "exceptions: other-exceptions.yml\n",
    "allow-empty: [alembic]\nmodels: [{ tool: sqlalchemy, path: app }]\n",
    "",
];

fn configuration(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = if random.once_in(8) { ".lawbook.yml" } else { "lawbook.yml" };
    if random.once_in(5) && tree.read(path).is_some() {
        remember(tree, path);
        tree.delete(path);
        return Some(format!("delete {path}"));
    }
    let text = *random.one(CONFIGURATIONS);
    breaks(tree, path, text);
    Some(format!("{path} is {text:?}"))
}

fn exceptions(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = ".coding-rules-exceptions.yml";
    let text = text_of(tree, path).unwrap_or_else(|| "exceptions:\n".to_owned());
    let about = some(tree, random, is_migration).unwrap_or_else(|| "gone.py".to_owned());
    let rules = ["alembic/unguarded-drop", "schema/missing-table", "migrations/migration-name", "alembic/no-such", "x"];
    let rule = *random.one(&rules);
    let (what, text) = match random.below(7) {
        0 => ("a fault", format!("{text}\n  - : ]\n")),
        1 => ("a fault of form", "exceptions: [a, b]\n".to_owned()),
        2 => {
            remember(tree, path);
            tree.delete(path);
            return Some(format!("delete {path}"));
        }
        3 => (
            "nothing but one that has expired",
            format!("exceptions:\n  {rule}:\n    - {{ path: '**', reason: r, expires: 2020-01-01 }}\n"),
        ),
        _ if text.contains(&format!("\n  {rule}:\n")) => return None,
        _ => {
            tree.write(path, format!("{}\n  {rule}:\n    - path: {about}\n      reason: agreed\n", text.trim_end()));
            return Some(format!("an exception for {rule} in {about}"));
        }
    };
    breaks(tree, path, text);
    Some(format!("exceptions: {what}"))
}

fn inline_exception(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |path| is_migration(path) || path.ends_with(".sql"))?;
    let text = text_of(tree, &path)?;
    let comment = if path.ends_with(".sql") { "--" } else { "#" };
    let lines: Vec<&str> = text.lines().collect();
    let line = random.below(lines.len());
    let marked = lines.iter().enumerate().map(|(number, text)| match number == line {
        true => format!("{text}  {comment} lawbook: allow alembic/unguarded-drop -- seen"),
        false => (*text).to_owned(),
    });
    tree.write(&path, marked.collect::<Vec<_>>().join("\n") + "\n");
    Some(format!("an exception in line {} of {path}", line + 1))
}

fn alembic_ini(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |path| path.ends_with("alembic.ini"))?;
    let text = text_of(tree, &path)?;
    let (what, text) = match random.below(5) {
        0 => {
            ("more folders", text.replacen("[alembic]", "[alembic]\nversion_locations = migrations/versions attic", 1))
        }
        1 => ("a script_location that is not there", text.replacen("script_location = ", "script_location = gone/", 1)),
        2 => ("recursive", text.replacen("[alembic]", "[alembic]\nrecursive_version_locations = true", 1)),
        3 => ("another database", text.replace("postgresql://", "mysql://").replace("sqlite://", "postgresql://")),
        _ => {
            remember(tree, &path);
            tree.delete(&path);
            return Some(format!("delete {path}"));
        }
    };
    breaks(tree, &path, text);
    Some(format!("{path}: {what}"))
}

fn environment(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |path| path.ends_with("env.py") || path.ends_with("guards.py"))?;
    let text = text_of(tree, &path)?;
    let added = *random.one(&["target_metadata = None\n", "import app.models\n", "def broken(:\n", "# more\n"]);
    breaks(tree, &path, format!("{text}\n{added}"));
    Some(format!("{added:?} in {path}"))
}

fn sql(tree: &mut Tree, random: &mut Random) -> Option<String> {
    tree.count += 1;
    let number = tree.count;
    let statement = *random.one(&[
        "CREATE TABLE more (id int);\n",
        "ALTER TABLE s1 ADD COLUMN x int NOT NULL;\n",
        "CREATE INDEX i ON s1 (name);\n",
        "DROP TABLE s2;\n",
        "SELECT 'not closed\n",
    ]);
    let path = match some(tree, random, |path| path.ends_with(".sql")) {
        Some(path) if random.once_in(2) => path,
        _ => format!("db/migration/V{}__n{number}.sql", number % 12),
    };
    let text = text_of(tree, &path).unwrap_or_default();
    tree.write(&path, text + statement);
    Some(format!("{statement:?} in {path}"))
}

fn is_sql(path: &str) -> bool {
    path.ends_with(".sql")
}

/// What a migration of SQL may say.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE s1 DROP COLUMN name;",
    "ALTER TABLE s4 ADD COLUMN note text NOT NULL;",
    "DROP TABLE s7;",
    "CREATE TABLE s7 (id int, name varchar(20));",
    "CREATE INDEX CONCURRENTLY again ON s1 (name);",
    "ALTER TABLE s10 RENAME TO s10_old;",
    "UPDATE s1 SET name = 'x';",
    "-- nothing",
    "BEGIN; DROP INDEX i3; COMMIT;",
    "CREATE TYPE kind AS ENUM ('a', 'b');",
];

fn modify_sql(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, is_sql)?;
    let text = text_of(tree, &path)?;
    let statement = *random.one(STATEMENTS);
    let (what, text) = match random.below(5) {
        0 => ("a comment", format!("-- more\n{text}")),
        1 => {
            let lines = text.lines().count().max(1);
            let without = random.below(lines);
            let kept = text.lines().enumerate().filter(|(number, _)| *number != without).map(|(_, line)| line);
            ("a line less", kept.collect::<Vec<_>>().join("\n") + "\n")
        }
        2 => (statement, format!("{statement}\n{text}")),
        3 => ("one statement", format!("{statement}\n")),
        _ => (statement, format!("{text}{statement}\n")),
    };
    tree.write(&path, text);
    Some(format!("modify {path}: {what}"))
}

/// Moves a migration to another place, adds one, or takes one away: with the file that undoes it or without.
fn move_sql(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, is_sql)?;
    tree.count += 1;
    let number = tree.count;
    match random.below(3) {
        0 => {
            remember(tree, &path);
            tree.delete(&path);
            Some(format!("delete {path}"))
        }
        1 => {
            let (folder, name) = path.rsplit_once('/')?;
            let to = format!("{folder}/{}_moved.{}", 60 + number % 9, name.split_once('.')?.1);
            tree.rename(&path, &to);
            Some(format!("rename {path} to {to}"))
        }
        _ => {
            let to = format!("db/migrations/{}_new.up.sql", 58 + number % 9);
            tree.write(&to, format!("{}\n", random.one(STATEMENTS)));
            Some(format!("add {to}"))
        }
    }
}

/// Makes another tree of migrations in a new folder, of which the folder is all that is told.
fn new_tree(tree: &mut Tree, random: &mut Random) -> Option<String> {
    tree.count += 1;
    let folder = format!("service{}", tree.count);
    tree.write(&format!("{folder}/alembic.ini"), "[alembic]\nscript_location = migrations\n");
    tree.write(&format!("{folder}/migrations/env.py"), "");
    let up = *random.one(DIRECTIVES);
    tree.write(&format!("{folder}/migrations/versions/a.py"), migration("a", "None", up, "pass"));
    tree.write(&format!("{folder}/migrations/versions/b.py"), migration("b", "\"a\"", up, "pass"));
    Some(format!("a new tree in {folder}"))
}

/// Moves or deletes a folder with all that is in it.
fn move_folder(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let file = some(tree, random, |path| path.contains('/'))?;
    let folders: Vec<&str> = file.match_indices('/').map(|(at, _)| &file[..at]).collect();
    let folder = (*random.one(&folders)).to_owned();
    let away = format!("{folder}_away");
    if tree.path(&away).exists() {
        return None;
    }
    // There and back, so that the project does not fall apart; sometimes both in one step.
    if let Some(home) = folder.strip_suffix("_away").filter(|home| !tree.path(home).exists()) {
        tree.rename(&folder, home);
        return Some(format!("move {folder} back to {home}"));
    }
    if folder.contains("_away") {
        return None;
    }
    tree.rename(&folder, &away);
    if random.once_in(2) {
        tree.rename(&away, &folder);
        return Some(format!("move {folder} away and back"));
    }
    Some(format!("move {folder} to {away}"))
}

fn ignore_file(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let folder = *random.one(&["", "", "migrations/", "backend/", "app/"]);
    let name = *random.one(&[".gitignore", ".ignore"]);
    let path = format!("{folder}{name}");
    let text = *random.one(&["attic/\n", "*.sql\n", "*\n", "models*\n", "versions/\n", "!*.py\n"]);
    breaks(tree, &path, text);
    Some(format!("{path} is {text:?}"))
}

/// Marks a folder as a cache, or as a virtual environment.
fn marked_folder(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let file = some(tree, random, |path| path.contains('/'))?;
    let folder = file.rsplit_once('/')?.0.to_owned();
    let path = format!("{folder}/{}", random.one(&["CACHEDIR.TAG", "pyvenv.cfg"]));
    breaks(tree, &path, "");
    Some(format!("mark with {path}"))
}

/// Puts a link in place of a migration, to another file of the project or to one outside.
fn link(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, is_migration)?;
    let other = some(tree, random, is_migration)?;
    if !cfg!(unix) || other == path {
        return None;
    }
    remember(tree, &path);
    tree.delete(&path);
    let target = if random.once_in(3) { "/etc/hostname".into() } else { tree.path(&other) };
    #[cfg(unix)]
    std::os::unix::fs::symlink(&target, tree.path(&path)).ok()?;
    Some(format!("{path} leads to {}", target.display()))
}

/// Shows an unsaved text, types on, or closes without saving.
fn show(tree: &mut Tree, random: &mut Random) -> Option<String> {
    if random.once_in(3)
        && let Some(path) = tree.a_shown()
    {
        tree.show(&path, None);
        return Some(format!("close {path}"));
    }
    let path = some(tree, random, |path| {
        is_migration(path)
            || is_model(path)
            || path.ends_with(".yml")
            || path.ends_with(".sql")
            || path.ends_with(".rhai")
    })?;
    let text = text_of(tree, &path)?;
    let (what, text) = match random.below(4) {
        0 => ("cut short", text.chars().take(random.below(200)).collect()),
        1 => ("a comment", format!("# unsaved\n{text}")),
        2 => ("as it is", text),
        _ => ("a directive", text.replace("    pass\n", &format!("    {}\n", random.one(DIRECTIVES)))),
    };
    tree.show(&path, Some(text));
    Some(format!("show {path}: {what}"))
}

/// A configuration above the root: it holds where the project has none of its own.
fn above_the_root(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = "../lawbook.yml";
    if tree.broken.iter().any(|(broken, _)| broken == path) {
        return None;
    }
    breaks(tree, path, *random.one(&["packs: [alembic]\n", "fail-on: warning\n", "pakcs: []\n"]));
    Some("a lawbook.yml above the root".to_owned())
}

fn baseline(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let text = match random.below(3) {
        0 => "version: 9\n",
        1 => "version: 1\nfindings: {}\n",
        _ => "<<<<<<< ours\n",
    };
    breaks(tree, "lawbook-baseline.yml", text);
    breaks(tree, "lawbook.yml", "baseline: lawbook-baseline.yml\n");
    Some(format!("a baseline of {text:?}"))
}

/// Says of files that they were touched, which were not, or are not there.
fn unrelated(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let path = some(tree, random, |_| true)?;
    tree.touch(&path);
    tree.touch("scratch/never-there.log");
    tree.touch(".git/index");
    tree.touch("");
    Some(format!("touch {path}, and change nothing"))
}

/// Changes several files of which nobody tells, but that events were lost.
fn lost_events(tree: &mut Tree, random: &mut Random) -> Option<String> {
    let done = [modify_migration, add_migration, exceptions].map(|edit| edit(tree, random).unwrap_or_default());
    tree.touch_all();
    Some(format!("lose the events of: {}", done.join("; ")))
}
