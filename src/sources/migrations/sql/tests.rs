//! Small projects: which trees are found in them, and what their files become.

use std::collections::BTreeMap;

use super::*;
use crate::model::facts::{Change, File, Size};
use crate::model::{Location, Problem};
use crate::sources::migrations::Configured;

/// A project in memory, from lines `path: text`, in which `\n` is a line break.
struct Project {
    texts: BTreeMap<String, String>,
    files: Vec<Found>,
}

impl Project {
    fn new(lines: &[&str]) -> Self {
        let texts: BTreeMap<String, String> = lines
            .iter()
            .map(|line| {
                let (path, text) = line.split_once(": ").unwrap_or((line, ""));
                (path.to_owned(), text.replace("\\n", "\n"))
            })
            .collect();
        let files = texts.keys().map(|path| Found { path: path.as_str().into(), size: None });
        Self { files: files.collect(), texts }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Problem> {
        self.texts.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| Problem::error("not there"))
    }

    fn trees(&self, configured: &[Configured]) -> (Vec<Tree>, Vec<Problem>) {
        let read = |path: &str| self.read(path);
        let configured: Vec<&Configured> = configured.iter().collect();
        let (mut trees, problems) = discover(&self.files, &read, &configured, &[]);
        line_up(&mut trees, &self.files, &read);
        (trees, problems)
    }
}

fn named(path: &str, flavor: Option<Flavor>) -> Configured {
    let at = Location::file("lawbook.yml");
    Configured { path: path.into(), at, tool: None, flavor, dialect: None }
}

fn shown(trees: &[Tree]) -> Vec<String> {
    let shown = trees.iter().map(|tree| {
        let sql = tree.sql.as_ref().expect("a tree of SQL");
        let dialect = sql.dialect.as_known().map_or("unknown", |dialect| dialect.name());
        format!("{} {} {dialect}", tree.name, sql.flavor.name())
    });
    shown.collect()
}

#[test]
fn trees_are_found_by_their_conventions() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["db/migrations/001_a.sql", "db/migrations/002_b.sql"], &["db/migrations plain postgresql"]),
        // The first of all.
        (&["migrations/2024_report.sql", "migrations/README.md"], &["migrations plain postgresql"]),
        (&["migrations/0001_init.sql"], &["migrations plain postgresql"]),
        (&["db/migrate/20240115093000_init.sql", "db/migrate/embed.go"], &["db/migrate plain postgresql"]),
        (&["db/migrations/000001_init.up.sql"], &["db/migrations golang-migrate postgresql"]),
        (&["src/main/resources/db/migration/V1__a.sql"], &["src/main/resources/db/migration flyway postgresql"]),
        (&["sql/V1__a.sql", "sql/V2__b.sql: id INT AUTO_INCREMENT"], &["sql flyway mysql"]),
        (
            &["db/migration/V1__a.sql", "db/migration/2024/V2__b.sql", "db/migration/2025/V3__c.sql"],
            &["db/migration flyway postgresql"],
        ),
        (
            &["db/migration/common/V1__a.sql", "db/migration/mysql/V2__b.sql", "db/migration/h2/V2__b.sql"],
            &[
                "db/migration/common flyway postgresql",
                "db/migration/h2 flyway unknown",
                "db/migration/mysql flyway mysql",
            ],
        ),
        (
            &["db/migration/one/V1__a.sql", "db/migration/two/V1__a.sql"],
            &["db/migration/one flyway postgresql", "db/migration/two flyway postgresql"],
        ),
        (&["m/1_a.up.sql", "m/1_a.sql"], &[]),
        (&["m/1_a.up.sql", "m/1_a.down.sql", "m/2_b.up.sql"], &["m golang-migrate postgresql"]),
        (
            &[
                "migrations/1_a.up.sql",
                "migrations/2_a.up.sql",
                "Cargo.toml: sqlx = { version = \"0.8\", features = [\"sqlite\"] }",
            ],
            &["migrations sqlx sqlite"],
        ),
        (
            &["migrations/20240115_a.sql", "Cargo.toml: [dependencies]\\nsqlx = \"0.8\""],
            &["migrations sqlx postgresql"],
        ),
        (&["db/migrations/1_a.sql: -- migrate:up\\nPRAGMA a;"], &["db/migrations dbmate sqlite"]),
        (&["x/1_a.sql: -- +goose Up", "x/2_b.sql: --  +goose Up"], &["x goose postgresql"]),
        (&["m/1_a.sql: -- +migrate Up", "m/2_b.sql: -- +migrate Up"], &["m sql-migrate postgresql"]),
        (&["migrations/2024-01-15-1_a/up.sql", "migrations/2024-01-16-1_b/up.sql"], &["migrations diesel postgresql"]),
        (
            &["prisma/migrations/0_init/migration.sql", "prisma/migrations/migration_lock.toml: provider = \"mysql\""],
            &["prisma/migrations prisma mysql"],
        ),
        (&["m/20240101_a.sql", "m/atlas.sum", "atlas.hcl: dev = \"docker://mysql/8/dev\""], &["m atlas mysql"]),
        (&["drizzle/0000_a.sql", "drizzle/meta/_journal.json: {\"dialect\": \"sqlite\"}"], &["drizzle plain sqlite"]),
        (
            &["supabase/migrations/20240101000000_a.sql", "supabase/migrations/20240102000000_b.sql"],
            &["supabase/migrations plain postgresql"],
        ),
        // No trees.
        (&["queries/001_a.sql", "queries/002_b.sql"], &[]),
        (&["migrations/1_only.sql"], &[]),
        (&["migrations/2024.sql"], &[]),
        (&["migrations/sql/001_only.sql"], &[]),
        (&["migrations/001_only.sql", "migrations/users.sql"], &[]),
        (&["migrations/001_only.sql", "migrations/0001_initial.py"], &[]),
        (&["migrations/001_only.sql", "migrations/env.py"], &[]),
        (&["docs/migrations-guide/001_only.sql"], &[]),
        (&["tests/migrations/001_only.sql"], &[]),
        (&["migrations/users.sql", "migrations/deals.sql"], &[]),
        (
            &[
                "migrations/001_a.sql",
                "migrations/002_b.sql",
                "migrations/a.sql",
                "migrations/b.sql",
                "migrations/c.sql",
            ],
            &[],
        ),
        (&["tests/migrations/001_a.sql", "tests/migrations/002_b.sql"], &[]),
        (&["app/migrations/0001_a.py", "app/migrations/0001_a.sql", "app/migrations/0002_b.sql"], &[]),
        (&["dump.sql", "001_a.sql", "002_b.sql"], &[]),
    ];
    for (files, expected) in cases {
        let (trees, problems) = Project::new(files).trees(&[]);
        assert_eq!(
            (shown(&trees).as_slice(), problems.len()),
            (&expected.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()[..], 0),
            "{files:?}"
        );
    }
}

#[test]
fn trees_that_are_named() {
    let project = Project::new(&[
        "tests/a/001_x.sql",
        "tests/a/note.sql",
        "b/V1__x.sql",
        "c/sub/1_x.sql",
        "c/d/2_y.sql",
        "e/README.md",
    ]);
    let cases: &[(Configured, &[&str], Option<&str>)] = &[
        (named("./tests/a/", None), &["tests/a plain postgresql"], None),
        (named("tests/a", Some(Flavor::Goose)), &["tests/a goose postgresql"], None),
        (named("b", None), &["b flyway postgresql"], None),
        (named("c", None), &["c/d plain postgresql", "c/sub plain postgresql"], None),
        (named("b", Some(Flavor::Dbmate)), &[], Some("the configured path `b` holds no migrations of dbmate")),
        (named("e", None), &[], Some("the configured path `e` holds no SQL migrations")),
        (named("gone", None), &[], Some("the configured path `gone` holds no SQL migrations")),
    ];
    for (one, expected, problem) in cases {
        let (trees, problems) = project.trees(std::slice::from_ref(one));
        assert_eq!(shown(&trees), *expected, "{}", one.path);
        assert_eq!(problems.first().map(|problem| problem.message.as_str()), *problem, "{}", one.path);
    }
}

/// Everything about a migration in one line.
fn words(project: &Project, tree: &Tree, path: &str) -> String {
    let text =
        project.texts.get(path).map_or_else(|| Known::No("gone".into()), |text| Known::Yes(text.as_str().into()));
    let file = File {
        path: path.into(),
        size: Size::Bytes(0),
        change: Known::Yes(Change::Unchanged),
        text,
        calls: Vec::new(),
    };
    let sql = tree.sql.as_ref().expect("a tree of SQL");
    let down = sql.down_of(path).map(|down| Known::Yes(project.texts[&**down].as_str().into()));
    let migration = migration(tree, &Arc::new(file), down.as_ref()).expect("a migration");
    let facts = migration.sql.as_ref().expect("of SQL");
    let body = |body: &Option<crate::model::facts::Body>| match body {
        None => "-".to_owned(),
        Some(body) => format!("{}{}", body.span.line, if body.empty { " empty" } else { "" }),
    };
    let known = |known: &Known<bool>| known.as_known().map_or("?".to_owned(), |known| known.to_string());
    format!(
        "{} < {:?}, {}, up {} {}, down {} {}{}",
        migration.label(),
        migration.down_revisions.as_known().expect("known"),
        migration.message.as_deref().unwrap_or("-"),
        body(&migration.upgrade),
        known(&facts.transaction),
        body(&migration.downgrade),
        known(&facts.down_transaction),
        facts.down_path.as_ref().map_or(String::new(), |path| format!(" in {path}")),
    )
}

#[test]
fn files_become_migrations() {
    let project = Project::new(&[
        "a/1_one.up.sql: \\nCREATE TABLE a (id INT);\\nSELECT 1;\\n",
        "a/1_one.down.sql: -- nothing\\n",
        "a/2_two.up.sql: SELECT 1",
        "a/3_gone.down.sql: SELECT 1",
        "b/1_one.sql: -- +goose Up\\nSELECT 1;\\n-- +goose Down\\n",
        "b/2_two.sql: -- +goose Up\\n-- +goose StatementBegin\\nSELECT 1;\\n-- +goose StatementEnd",
        "b/2_other.sql: -- +goose NO TRANSACTION\\n-- +goose Up\\nSELECT 1;",
        "migrations/2024-01-15-1_a/up.sql: SELECT 1",
        "migrations/2024-01-15-1_a/metadata.toml: run_in_transaction = false",
        "migrations/2024-01-16-1_b/up.sql: SELECT 1",
        "f/V1__a.sql: A",
        "f/V3__c.sql: C",
        "f/R__v.sql: V",
        "f/V3__c.sql.conf: executeInTransaction=false",
    ]);
    let (trees, _) = project.trees(&[]);
    let of = |name: &str, path: &str| words(&project, trees.iter().find(|tree| &*tree.name == name).expect(name), path);
    assert_eq!(of("a", "a/1_one.up.sql"), "1 < [], one, up 2 true, down 1 empty false in a/1_one.down.sql");
    assert_eq!(of("a", "a/2_two.up.sql"), "2 < [\"1\"], two, up 1 false, down - ?");
    assert_eq!(of("a", "a/3_gone.down.sql"), "3 < [\"2\"], gone, up - ?, down 1 false");
    assert_eq!(of("b", "b/1_one.sql"), "1 < [], one, up 2 true, down 3 empty true");
    assert_eq!(of("b", "b/2_two.sql"), "2 < [\"1\"], two, up 2 true, down - ?");
    assert_eq!(of("b", "b/2_other.sql"), "2 < [\"1\"], other, up 3 false, down - ?");
    assert_eq!(of("b", "b/9_deleted.sql"), "9 < [\"2\"], deleted, up - ?, down - ?");
    assert_eq!(of("migrations", "migrations/2024-01-15-1_a/up.sql"), "2024-01-15-1 < [], a, up 1 false, down - ?");
    assert_eq!(
        of("migrations", "migrations/2024-01-16-1_b/up.sql"),
        "2024-01-16-1 < [\"2024-01-15-1\"], b, up 1 true, down - ?"
    );
    assert_eq!(of("f", "f/V3__c.sql"), "3 < [\"1\"], c, up 1 false, down - ?");
    assert_eq!(of("f", "f/R__v.sql"), "R__v < [], v, up 1 true, down - ?");
    let is = |name: &str, path: &str| is_version_file(trees.iter().find(|tree| &*tree.name == name).expect(name), path);
    assert!(is("a", "a/1_one.up.sql") && !is("a", "a/1_one.down.sql") && is("a", "a/3_gone.down.sql"));
    assert!(!is("a", "a/sub/4_x.up.sql") && !is("a", "a/notes.sql") && !is("a", "ab/4_x.up.sql"));
    let flyway = trees.iter().find(|tree| &*tree.name == "f").and_then(|tree| tree.sql.as_ref()).expect("there");
    assert!(flyway.is_in_line("f/V1__a.sql") && !flyway.is_in_line("f/R__v.sql"));
}

#[test]
fn many_migrations_take_their_time_alone() {
    let lines: Vec<String> =
        (0..20_000).map(|number| format!("migrations/{number:06}_x.sql: SELECT {number}")).collect();
    let project = Project::new(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let (trees, _) = project.trees(&[]);
    let sql = trees[0].sql.as_ref().expect("a tree of SQL");
    assert_eq!(sql.line.paths().count(), 20_000);
    assert_eq!(words(&project, &trees[0], "migrations/019999_x.sql"), "019999 < [\"019998\"], x, up 1 ?, down - ?");
}
