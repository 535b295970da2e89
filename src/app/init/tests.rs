//! Plans, read back by the readers that will read them.

use std::sync::Arc;

use camino::Utf8Path;

use super::*;
use crate::packs::{Layer, Request, load};
use crate::yaml::Source;
use crate::{config, exceptions};

fn tree(path: &str, names: &[&str]) -> Tree {
    let migrations = names.iter().map(|name| format!("{path}/versions/{name}")).collect();
    let alembic = Alembic { url_in_ini: true, has_models: true, ..Alembic::default() };
    Tree { path: path.to_owned(), tool: "alembic".to_owned(), migrations, alembic: Some(alembic) }
}

fn repositories() -> Vec<Repository> {
    let repository =
        |name: &str, trees: Vec<Tree>| Repository { name: name.to_owned(), trees, ..Repository::default() };
    vec![
        repository("shop", vec![tree("backend/migrations", &["0a1b2c3d4e5f_add_users.py"])]),
        repository("", Vec::new()),
        repository("alembic", vec![tree(".", &["0001_a.py", "Ü b.py"])]),
        repository("It's: #1 \"shop\"\n{x}", vec![tree("a 'b' #c: {d}/\n\u{85}", &["x.py"]), tree("no", &["v1_a.py"])]),
        repository("多", vec![Tree { migrations: vec!["0001_a.py".to_owned()], ..tree(".", &[]) }]),
        repository("sql", vec![sql("goose", "db/migrations", &["00001_a.sql", "00002_b.sql"])]),
        repository("pairs", vec![sql("golang-migrate", "m", &["1_a.up.sql"]), tree("m2", &["0001_a.py"])]),
        repository("folders", vec![sql("prisma", "prisma/migrations", &["20240101000000_a/migration.sql"])]),
        repository("flyway", vec![sql("flyway", "db/migration", &["V1__a.sql", "V1_2__Add_b.sql"])]),
    ]
}

fn sql(tool: &str, path: &str, names: &[&str]) -> Tree {
    let migrations = names.iter().map(|name| format!("{path}/{name}")).collect();
    Tree { path: path.to_owned(), tool: tool.to_owned(), migrations, alembic: None }
}

#[test]
fn everything_written_is_accepted() {
    for repository in repositories() {
        let planned = plan(&repository);
        let text = |path: &str| {
            let found = planned.iter().find(|planned| planned.path == path);
            &found.unwrap_or_else(|| panic!("{path} is planned for {:?}", repository.name)).contents
        };
        let (config, problems) = config::read(&Source::new("lawbook.yml", text("lawbook.yml").as_str()));
        assert_eq!(problems, [], "{}", repository.name);

        let name = pack_name(&repository.name);
        let folder = format!("rules/{name}");
        let files: Vec<(Arc<str>, Arc<str>)> = planned
            .iter()
            .filter(|planned| planned.path.starts_with(&folder))
            .map(|planned| (planned.path.as_str().into(), planned.contents.as_str().into()))
            .collect();
        assert_eq!(files.len(), 2);
        let mut problems = Vec::new();
        let layers = Layer::of_folder(&folder, files);
        let loaded = load(Request { layers, ..Request::default() }, &mut problems);
        assert_eq!(problems, [], "{}", repository.name);
        let rule = &loaded.packs[0].rules[0];
        assert_eq!(rule.id.as_ref(), format!("{name}/migration-file-name"));
        assert_eq!(rule.tests.len(), 2);
        let _ = config;

        let source = Source::new(".coding-rules-exceptions.yml", text(".coding-rules-exceptions.yml").as_str());
        let mut problems = Vec::new();
        assert!(exceptions::read(&source, &mut problems).is_some());
        assert_eq!(problems, []);

        let hooks = crate::yaml::parse(&Source::new("x", text(".pre-commit-config.yaml").as_str())).expect("YAML");
        assert!(hooks.get("repos").is_some());
    }
}

#[test]
fn commented_trees_are_what_the_configuration_accepts() {
    for repository in repositories() {
        let planned = plan(&repository);
        let lines = planned[0].contents.lines();
        let start = lines.skip_while(|line| *line != "# migrations:").take_while(|line| line.starts_with('#'));
        let text: String =
            start.map(|line| format!("{}\n", line.trim_start_matches("# ").trim_start_matches('#'))).collect();
        let (config, problems) = config::read(&Source::new("lawbook.yml", text.as_str()));
        assert_eq!(problems, [], "{text}");
        assert_eq!(config.migrations.map(|trees| trees.len()), Some(repository.trees.len().max(1)), "{text}");
    }
}

#[test]
fn commented_exceptions_are_accepted() {
    let planned = plan(&Repository::default());
    let found = planned.iter().find(|planned| planned.path == EXCEPTIONS).expect("planned");
    let lines = found.contents.lines().skip(2).take_while(|line| *line != "#");
    let text: String = lines.map(|line| format!("{}\n", &line[2..])).collect();
    let mut problems = Vec::new();
    let read = exceptions::read(&Source::new(EXCEPTIONS, text.as_str()), &mut problems);
    assert!(read.is_some() && text.contains("owner"), "{text}");
    assert_eq!(problems, []);
}

#[test]
fn a_plan() {
    let text: String = plan(&repositories()[0])
        .iter()
        .map(|planned| format!("=== {:?} {}\n{}\n{}\n", planned.action, planned.path, planned.note, planned.contents))
        .collect();
    insta::assert_snapshot!(text);
}

#[test]
fn what_exists_is_kept_or_pasted_into() {
    let check = |path: &str, text: &str, github: bool, at: &str, action: Action| {
        let files = BTreeMap::from([(path.to_owned(), text.to_owned())]);
        let planned = plan(&Repository { name: "shop".to_owned(), files, github, ..Repository::default() });
        let found: Vec<_> = planned.iter().filter(|planned| planned.path == at).collect();
        assert_eq!(found.iter().map(|found| found.action).collect::<Vec<_>>(), [action], "{path}: {text}");
        assert!(planned.iter().all(|planned| planned.action != Action::Create || planned.path != path));
        found[0].clone()
    };
    for name in CONFIGS {
        check(name, "", false, name, Action::Keep);
    }
    check(EXCEPTIONS, "", false, EXCEPTIONS, Action::Keep);
    check("rules/shop/mine.yml", "", false, "rules/shop/", Action::Keep);
    check(".pre-commit-config.yaml", "repos: []\n", false, ".pre-commit-config.yaml", Action::Paste);
    check(".pre-commit-config.yaml", "entry: lawbook", false, ".pre-commit-config.yaml", Action::Keep);
    let lines = check("Makefile", "verify:\n\ttest\n", false, "Makefile", Action::Paste).contents;
    assert_eq!(lines, "\tlawbook check\n\tlawbook test\n");
    let lines = check("Makefile", "all:\n", false, "Makefile", Action::Paste).contents;
    assert!(lines.contains("\nverify:\n\tlawbook check\n"));
    check(".gitlab-ci.yml", "", false, ".gitlab-ci.yml", Action::Paste);
    check(".gitlab-ci.yml", "", true, ".github/workflows/lawbook.yml", Action::Create);
    check(".gitlab-ci.yml", "script: [lawbook check]", false, ".gitlab-ci.yml", Action::Keep);
    check(".github/workflows/lawbook.yml", "", true, ".github/workflows/lawbook.yml", Action::Keep);
    check(".gitlab/lawbook.gitlab-ci.yml", "", false, ".pre-commit-config.yaml", Action::Create);
    assert!(check("uv.lock", "", false, ".pre-commit-config.yaml", Action::Create).note.contains("uv run"));
}

/// Returns the workflow for a service.
fn workflow(repository: &Repository, ci: Service, path: &str) -> String {
    let planned = plan(&Repository { ci: Some(ci), ..repository.clone() });
    planned.into_iter().find(|planned| planned.path == path).expect("it is planned").contents
}

#[test]
fn workflows_are_yaml_with_a_job_about_tables_for_alembic() {
    for repository in repositories() {
        let alembic = repository.trees.iter().any(|tree| tree.alembic.is_some());
        let github = workflow(&repository, Service::Github, ".github/workflows/lawbook.yml");
        let node = crate::yaml::parse(&Source::new("x", github.as_str())).expect("YAML");
        let jobs = node.get("jobs").expect("jobs");
        assert_eq!(jobs.get("tables").is_some(), alembic, "{}", repository.name);
        assert!(jobs.get("laws").is_some() && jobs.get("summary").is_some());
        let gitlab = workflow(&repository, Service::Gitlab, ".gitlab/lawbook.gitlab-ci.yml");
        assert_eq!(gitlab.contains("\nlawbook tables:"), alembic, "{}", repository.name);
        for text in [github, gitlab] {
            let left = ["paths", "tables", "jobs", "needs", "version", "variables", "install", "directory", "migrate"];
            assert!(left.iter().all(|name| !text.contains(&format!("{{{name}}}"))), "{text}");
        }
    }
}

#[test]
fn nobody_gets_a_workflow_of_a_service_that_is_neither_used_nor_asked_for() {
    let paths = |repository: &Repository| plan(repository).into_iter().map(|planned| planned.path).collect::<Vec<_>>();
    let plain = &repositories()[0];
    assert!(!paths(plain).iter().any(|path| path.starts_with(".git")));
    let asked = Repository { ci: Some(Service::Gitlab), ..plain.clone() };
    assert!(paths(&asked).ends_with(&[".gitlab/lawbook.gitlab-ci.yml".to_owned(), ".gitlab-ci.yml".to_owned()]));
    let used = Repository { github: true, ..plain.clone() };
    assert!(paths(&used).ends_with(&[".github/workflows/lawbook.yml".to_owned()]));
}

#[test]
fn the_job_about_tables_runs_what_the_project_has() {
    let mut repository = repositories()[0].clone();
    repository.files.insert("backend/uv.lock".to_owned(), String::new());
    repository.models = Some(vec!["backend/app/models".to_owned()]);
    repository.trees[0].alembic = Some(Alembic {
        folder: "backend".to_owned(),
        url_in_ini: false,
        variables: vec!["APP_DB_URL".to_owned()],
        asynchronous: true,
        has_models: true,
    });
    insta::assert_snapshot!(workflow(&repository, Service::Github, ".github/workflows/lawbook.yml"));
    insta::assert_snapshot!(workflow(&repository, Service::Gitlab, ".gitlab/lawbook.gitlab-ci.yml"));
}

#[test]
fn names_of_packs() {
    for (input, expected) in [
        ("shop", "shop"),
        ("My_Shop.v2", "my-shop-v2"),
        ("--a--b--", "a-b"),
        ("", "project"),
        ("多", "project"),
        ("../../etc", "etc"),
    ] {
        assert_eq!(pack_name(input), expected, "{input}");
    }
    for name in built_in_names() {
        assert_eq!(pack_name(name), format!("our-{name}"));
    }
}

#[test]
fn writing_never_overwrites_and_says_what_failed() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
    let repository = &repositories()[0];
    std::fs::write(root.join(EXCEPTIONS), "mine").expect("written");
    let written = write(root, plan(repository)).expect("written");
    for Written { planned, outcome } in &written {
        let text = std::fs::read_to_string(root.join(&planned.path)).ok();
        match (planned.action, outcome) {
            (Action::Create, Outcome::Created) => assert_eq!(text.as_ref(), Some(&planned.contents)),
            (Action::Create, Outcome::Kept) => {
                assert_eq!((planned.path.as_str(), text.as_deref()), (EXCEPTIONS, Some("mine")))
            }
            (Action::Paste, Outcome::ToPaste) => assert_eq!(text, None, "{}", planned.path),
            other => panic!("{other:?}: {}", planned.path),
        }
    }
    let again = write(root, plan(repository)).expect("written");
    assert!(again.iter().all(|written| written.outcome != Outcome::Created));

    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
    std::fs::write(root.join("rules"), "a file").expect("written");
    let problem = write(root, plan(repository)).expect_err("`rules` is a file");
    assert!(problem.message.starts_with("cannot write `rules/shop/pack.yml`: "), "{}", problem.message);
}
