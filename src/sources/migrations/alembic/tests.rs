//! Projects as tables: their files, and the trees that are found.

use camino::Utf8Path;

use super::*;
use crate::sources::files;

const ENV: &str = "from alembic import context\n";

struct Project {
    _folder: tempfile::TempDir,
    root: Root,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Root::open(Utf8Path::from_path(folder.path()).expect("UTF-8")).expect("a root");
        for (path, text) in files {
            let path = root.absolute.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        Self { _folder: folder, root }
    }

    /// Returns trees and problems, a line each.
    fn discover(&self, configured: &[&str]) -> (Vec<String>, Vec<String>) {
        let files = files::list(&self.root, &[], &[]).files;
        let read = |path: &str| self.root.read(path, 1 << 20);
        let configured: Vec<_> = configured
            .iter()
            .map(|path| Configured {
                path: (*path).into(),
                at: Location::file("lawbook.yml"),
                tool: None,
                flavor: None,
                dialect: None,
            })
            .collect();
        let (trees, problems) = discover(&self.root, &files, &read, &configured);
        let trees = trees.iter().map(|tree| {
            let locations = tree
                .version_locations
                .iter()
                .map(|location| format!("{}{}", location.path, if location.recursive { "/**" } else { "" }));
            let line = tree.location.span.map_or(String::new(), |span| format!(":{}", span.line));
            format!("{} = {} @{}{line}", tree.name, locations.collect::<Vec<_>>().join(" "), tree.location.path)
        });
        let problems = problems
            .iter()
            .map(|problem| format!("{}: {problem}", if problem.level == Level::Error { "error" } else { "warning" }));
        (trees.collect(), problems.collect())
    }
}

/// Checks the trees, and that each expected text is in the problem at its place.
fn check(files: &[(&str, &str)], configured: &[&str], trees: &[&str], problems: &[&str]) {
    let (found, complaints) = Project::new(files).discover(configured);
    assert_eq!(found, trees, "{files:?}");
    assert_eq!(complaints.len(), problems.len(), "{files:?}: {complaints:#?}");
    for (complaint, expected) in complaints.iter().zip(problems) {
        assert!(complaint.contains(expected), "{complaint:?} lacks {expected:?}");
    }
}

#[test]
fn through_alembic_ini() {
    let m = |script: &'static str| format!("[alembic]\nscript_location = {script}\n");
    for (ini, script, folder) in [
        ("alembic.ini", "migrations", "migrations"),
        ("alembic.ini", "./migrations/", "migrations"),
        ("alembic.ini", "%(here)s/migrations", "migrations"),
        ("backend/alembic.ini", "migrations", "backend/migrations"),
        ("backend/alembic.ini", "backend/migrations", "backend/migrations"),
        ("backend/alembic.ini", "../db", "db"),
        ("backend/db/alembic.ini", ".", "backend/db"),
        ("alembic.ini", "app.db:migrations", "app/db/migrations"),
        ("app/db/alembic.ini", "app:db:migrations", "app/db/migrations"),
        ("alembic.ini", "app:migrations", "src/app/migrations"),
        ("alembic_test.ini", "migrations", "migrations"),
    ] {
        let (env, version) = (format!("{folder}/env.py"), format!("{folder}/versions/a.py"));
        let files = [(ini, &*m(script)), (&*env, ENV), (&*version, "")];
        check(&files, &[], &[&format!("{folder} = {folder}/versions @{ini}:2")], &[]);
    }
    // A folder that is merely there does not hide the script folder further up.
    let files = [
        ("a/alembic.ini", &*m("alembic")),
        ("a/alembic/x.txt", ""),
        ("alembic/env.py", ENV),
        ("alembic/versions/a.py", ""),
    ];
    check(&files, &[], &["alembic = alembic/versions @a/alembic.ini:2"], &[]);
    // A root above which the path begins.
    let name = "%(here)s/../no/../migrations";
    check(
        &[("x/alembic.ini", &*m(name)), ("migrations/env.py", ENV)],
        &[],
        &["migrations = migrations/versions @x/alembic.ini:2"],
        &[],
    );
}

#[test]
fn several_trees() {
    let ini = "[DEFAULT]\nversion_locations = %(script_location)s/v\n[alembic]\nscript_location = one\n[two]\nscript_location = two\n";
    let files =
        [("alembic.ini", ini), ("one/env.py", ENV), ("one/v/a.py", ""), ("two/env.py", ENV), ("two/v/a.py", "")];
    check(&files, &[], &["one = one/v @alembic.ini:4", "two = two/v @alembic.ini:6"], &[]);

    // Declared twice, and found by convention as well: one tree.
    let ini = "[alembic]\nscript_location = m\n";
    let files = [("alembic.ini", ini), ("alembic-test.ini", ini), ("m/env.py", ENV), ("m/versions/a.py", "")];
    check(&files, &[], &["m = m/versions @alembic-test.ini:2"], &[]);

    // One script folder with version folders of its own for each section.
    let ini = "[lite]\nscript_location = m\nversion_locations = m/lite\n[pg]\nscript_location = m\nversion_locations = m/pg m/extra\n";
    let files = [("alembic.ini", ini), ("m/env.py", ENV), ("m/lite/a.py", ""), ("m/pg/a.py", ""), ("m/extra/a.py", "")];
    check(&files, &[], &["m [pg] = m/extra m/pg @alembic.ini:5", "m/lite = m/lite @alembic.ini:2"], &[]);
}

#[test]
fn through_pyproject() {
    let toml = "[tool.alembic]\nscript_location = '%(here)s/m'\nrecursive_version_locations = true\n";
    let files = [("a/pyproject.toml", toml), ("a/m/env.py", ENV), ("a/m/versions/2024/a.py", "")];
    check(&files, &[], &["a/m = a/m/versions/** @a/pyproject.toml:2"], &[]);
    // alembic.ini comes first, and the rest from the pyproject.toml beside it.
    let ini = "[alembic]\nversion_locations = a/m/other\n";
    let files = [("a/pyproject.toml", toml), ("a/alembic.ini", ini), ("a/m/env.py", ENV), ("a/m/other/a.py", "")];
    check(&files, &[], &["a/m = a/m/other/** @a/pyproject.toml:2"], &[]);
    check(&[("pyproject.toml", "[tool.alembic\n")], &[], &[], &["error: pyproject.toml:1:14: this is not TOML"]);
}

#[test]
fn by_convention() {
    for (files, trees) in [
        (vec![("m/env.py", ENV), ("m/versions/a.py", "")], vec!["m = m/versions @m"]),
        (vec![("env.py", ENV), ("versions/a.py", "")], vec![". = versions @."]),
        (vec![("m/env.py", ENV), ("m/script.py.mako", "")], vec!["m = m/versions @m"]),
        (vec![("m/script.py.mako", ""), ("m/versions/a.py", "")], vec!["m = m/versions @m"]),
        (vec![("m/env.py", "import os\n"), ("m/versions/a.py", "")], vec![]),
        (vec![("m/env.py", ENV)], vec![]),
        // An alembic.ini without script_location lies in the script folder, as Flask-Migrate has it.
        (
            vec![("m/alembic.ini", "[alembic]\n"), ("m/env.py", ENV), ("m/versions/a.py", "")],
            vec!["m = m/versions @m/alembic.ini"],
        ),
    ] {
        check(&files, &[], &trees, &[]);
    }
}

#[test]
fn folders_below_versions() {
    let first = |name: &str| format!("revision = '{name}'\ndown_revision = None\n");
    let (a, b, c) = (first("a"), first("b"), "revision = 'c'\ndown_revision = 'a'\n");
    let files = [("m/env.py", ENV), ("m/versions/pg/a.py", &*a), ("m/versions/lite/b.py", &*b)];
    check(
        &files,
        &[],
        &["m/versions/lite = m/versions/lite @m", "m/versions/pg = m/versions/pg @m"],
        &["judged each as a tree: m/versions/lite, m/versions/pg"],
    );
    let files = [("m/env.py", ENV), ("m/versions/2024/a.py", &*a), ("m/versions/2025/c.py", c)];
    check(&files, &[], &["m = m/versions/2024 m/versions/2025 @m"], &["judged as one tree"]);
}

#[test]
fn what_leads_nowhere() {
    let nowhere = "[alembic]\nscript_location = {{ gone }}\n";
    check(
        &[("alembic.ini", nowhere)],
        &[],
        &[],
        &["error: alembic.ini:2:19: `script_location` leads to no folder of the project: `{{ gone }}`"],
    );
    check(
        &[("m/alembic.ini", nowhere), ("m/env.py", ENV), ("m/versions/a.py", "")],
        &[],
        &["m = m/versions @m/alembic.ini:2"],
        &["beside it are judged instead"],
    );
    check(&[("alembic.ini", "[alembic]\n")], &[], &[], &["names no `script_location`"]);
    check(&[("alembic.ini", "x")], &[], &[], &["before the first [section]"]);
    check(&[("alembic.ini", "[alembic]\nscript_location = /etc\n")], &[], &[], &["no folder of the project: `/etc`"]);
    check(&[("alembic.ini", "[alembic]\nscript_location = ..\n")], &[], &[], &["no folder of the project"]);
    check(
        &[
            ("alembic.ini", "[alembic]\nscript_location = m\nversion_locations = m/v gone\n"),
            ("m/env.py", ENV),
            ("m/v/a.py", ""),
        ],
        &[],
        &["m = m/v @alembic.ini:2"],
        &["alembic.ini:3:21: `version_locations` names a folder that is not in the project: `gone`"],
    );
}

#[test]
fn configured_paths() {
    let ini = "[alembic]\nscript_location = m\nversion_locations = m/a m/b\n";
    let files = [
        ("alembic.ini", ini),
        ("m/env.py", ENV),
        ("m/a/1.py", ""),
        ("m/b/1.py", ""),
        ("other/env.py", ENV),
        ("other/versions/1.py", ""),
        ("plain/1.py", ""),
        ("fresh/env.py", ENV),
        ("fresh/script.py.mako", ""),
        ("empty/x.txt", ""),
        ("broken/alembic.ini", "x"),
        ("astray/alembic.ini", "[alembic]\nscript_location = gone\n"),
    ];
    for (configured, trees, problems) in [
        ("m", vec!["m = m/a m/b @alembic.ini:2"], vec![]),
        ("./m/", vec!["m = m/a m/b @alembic.ini:2"], vec![]),
        ("alembic.ini", vec!["m = m/a m/b @alembic.ini:2"], vec![]),
        ("other", vec!["other = other/versions @lawbook.yml"], vec![]),
        ("plain", vec!["plain = plain @lawbook.yml"], vec![]),
        (
            "fresh",
            vec!["fresh = fresh/versions @lawbook.yml"],
            vec!["error: lawbook.yml: the configured path `fresh` holds no migrations"],
        ),
        ("empty", vec![], vec!["error: lawbook.yml: the configured path `empty` holds neither"]),
        ("gone", vec![], vec!["error: lawbook.yml: the configured path `gone` is not there"]),
        (
            "broken/alembic.ini",
            vec![],
            vec!["error: broken/alembic.ini:1:1: the line stands before", "error: lawbook.yml: the configured path"],
        ),
        (
            "astray/alembic.ini",
            vec![],
            vec!["error: astray/alembic.ini:2:19: `script_location` leads", "error: lawbook.yml: the configured path"],
        ),
    ] {
        check(&files, &[configured], &trees, &problems);
    }
    check(&files, &["plain", "other"], &["other = other/versions @lawbook.yml", "plain = plain @lawbook.yml"], &[]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_and_not_out() {
    let project = Project::new(&[("m/env.py", ENV), ("m/script.py.mako", ""), ("shared/a.py", "")]);
    let at = |path: &str| project.root.absolute.join(path);
    std::os::unix::fs::symlink(at("shared"), at("m/versions")).expect("linked");
    assert_eq!(project.discover(&[]).0, ["m = shared @m"]);
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("b.py"), "").expect("written");
    std::fs::remove_file(at("m/versions")).expect("removed");
    std::os::unix::fs::symlink(outside.path(), at("m/versions")).expect("linked");
    let listing = files::list_folders(&project.root, &[("m/versions".into(), false)], &[], &[]);
    assert!(listing.files.is_empty());
    assert!(listing.problems[0].message.contains("out of the root"), "{:?}", listing.problems);
}
