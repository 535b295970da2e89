//! Tests of `lawbook.yml`.

use super::*;

fn config(text: &str) -> (Config, Vec<String>) {
    let (config, problems) = read(&Source::new("lawbook.yml", text));
    (config, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn no_file_and_an_empty_file_are_the_default() {
    for text in ["", "# nothing yet\n", "{}\n"] {
        let (config, problems) = config(text);
        assert_eq!(problems, [""; 0], "{text:?}");
        let packs: Vec<_> = config.packs.iter().map(|pack| (pack.value.as_str(), pack.place.is_some())).collect();
        assert_eq!(packs, [("migrations", false), ("alembic", false), ("replay", false), ("schema", false)]);
        assert_eq!((config.exceptions.value.as_str(), config.fail_on), (EXCEPTIONS_FILE, Severity::Error));
        assert!(config.migrations.is_none() && config.rules.is_empty() && config.exclude.is_empty());
    }
}

#[test]
fn everything_is_read_with_its_place() {
    let text = "packs: [alembic, ./rules, 'packs\\own\\', rules/, one.yml, ./one.yml]\nrules:\n  alembic/single-head: off\nmigrations:\n  - { tool: alembic, path: ./backend/migrations/ }\n  - path: other\nexceptions: ./ok.yml\nfail-on: warning\nexclude: ['vendor/**']\nsize-limit: 100\n";
    let (config, problems) = config(text);
    assert_eq!(problems, [""; 0]);
    let place = |configured: &Configured<String>| {
        let span = configured.place.as_ref().expect("configured").span;
        format!("{}@{}:{}", configured.value, span.line, span.column)
    };
    let packs: Vec<_> = config.packs.iter().map(place).collect();
    assert_eq!(
        packs,
        ["alembic@1:9", "./rules@1:18", "packs/own@1:27", "./rules@1:41", "one.yml@1:49", "./one.yml@1:58"]
    );
    let trees: Vec<_> = config.migrations.iter().flatten().map(|tree| place(&tree.path)).collect();
    assert_eq!(trees, ["backend/migrations@5:28", "other@6:11"]);
    assert_eq!(config.rules[0].0.as_text(), Some("alembic/single-head"));
    assert_eq!(place(&config.exceptions), "ok.yml@7:13");
    assert_eq!(place(&config.exclude[0]), "vendor/**@9:11");
    assert_eq!((config.fail_on, config.size_limit), (Severity::Warning, Some(100)));
}

#[test]
fn tools_and_dialects_are_words() {
    for (written, expected) in [
        ("tool: alembic, ", (Some(Tool::Alembic), None, None)),
        ("", (None, None, None)),
        ("tool: sql, ", (Some(Tool::Sql), None, None)),
        ("tool: goose, ", (Some(Tool::Sql), Some(Flavor::Goose), None)),
        ("tool: sqlx, dialect: mariadb, ", (Some(Tool::Sql), Some(Flavor::Sqlx), Some(Dialect::Mysql))),
    ] {
        let (config, problems) = config(&format!("migrations: [{{{written}path: a}}]\n"));
        assert_eq!(problems, [""; 0], "{written}");
        let trees: Vec<_> =
            config.migrations.iter().flatten().map(|tree| (tree.tool, tree.flavor, tree.dialect)).collect();
        assert_eq!(trees, [expected], "{written}");
    }
}

#[test]
fn paths_are_normalised() {
    let cases = [
        ("./", "."),
        (".", "."),
        ("a/", "a"),
        ("././/a//", "a"),
        ("/", "/"),
        ("/abs/x", "/abs/x"),
        ("../up", "../up"),
        ("a\\b", "a/b"),
    ];
    for (written, expected) in cases {
        let (config, problems) = config(&format!("migrations: [{{path: '{written}'}}]\n"));
        let trees: Vec<_> = config.migrations.iter().flatten().map(|tree| tree.path.value.as_str()).collect();
        assert_eq!((trees, problems.len()), (vec![expected], 0), "{written}");
    }
}

#[test]
fn every_fault_is_reported_and_the_rest_is_read() {
    let text = "pack: [a]\npacks: [5, '']\nrules: [a]\nmigrations:\n  - { tool: alembc, path: x }\n  - { tool: alembic }\n  - { tool: liquibase, path: y }\n  - { path: z, dialect: oracle }\nfail-on: eror\nexclude: ['a{', '']\nsize-limit: -1\nsomething: {}\nexceptions: kept.yml\n";
    let (config, problems) = config(text);
    assert_eq!(
        problems,
        [
            "lawbook.yml:1:1: unknown field `pack` (did you mean `packs`?)",
            "lawbook.yml:2:9: expected a text, found the integer `5`",
            "lawbook.yml:9:10: `eror` is not one of off, info, warning, error (did you mean `error`?)",
            "lawbook.yml:11:13: expected a whole number from 0, found integer `-1`",
            "lawbook.yml:12:1: unknown field `something` (the fields are packs, rules, migrations, models, databases, postgres, mysql, exceptions, baseline, allow-empty, fail-on, exclude, size-limit)",
            "lawbook.yml:2:12: an empty path",
            "lawbook.yml:3:8: expected a map of rules, found a list (`rules: {migrations/migration-name: warning}`)",
            "lawbook.yml:5:13: `alembc` is no tool whose migrations can be read (did you mean `alembic`?)",
            "lawbook.yml:6:5: field `path` is missing (the folder that holds the migrations)",
            "lawbook.yml:7:13: `liquibase` is no tool whose migrations can be read (the tools are alembic, sql, atlas, dbmate, diesel, flyway, golang-migrate, goose, plain, prisma, refinery, sql-migrate, sqlx)",
            "lawbook.yml:8:25: `oracle` is no dialect of SQL that can be read (the dialects are sqlite, postgresql, mysql)",
            "lawbook.yml:10:11: not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
            "lawbook.yml:10:17: an empty glob matches nothing",
        ]
    );
    assert_eq!(config.exceptions.value, "kept.yml");
}

#[test]
fn hostile_texts_are_problems() {
    for text in ["- a", "5", "packs: {", "a: 1\na: 2", "packs: &a [*a]", "\u{0}", "rules: {a: 1, a: 2}"] {
        assert!(!config(text).1.is_empty(), "{text:?}");
    }
}

#[test]
fn models_and_databases_are_read() {
    let text = "models:\n  - {tool: sqlalchemy, path: ./app/models/}\n  - {command: python dump.py, timeout: 5}\ndatabases:\n  main: {url: 'env:DATABASE_URL', schemas: [public, audit], statement-timeout: 3}\n  fresh:\n    engine: postgres\n    migrate: alembic upgrade head\n    directory: backend\n    variables: [MY_URL, {name: ASYNC_URL, driver: postgresql+asyncpg}]\n    roundtrip: {down: alembic downgrade base}\n";
    let (read, problems) = config(text);
    assert_eq!(problems, [""; 0]);
    let models = read.models.expect("configured");
    assert!(matches!(&models[0], Models::Python { path, .. } if path.value == "app/models"));
    assert!(
        matches!(&models[1], Models::Command(command, time) if command.value == "python dump.py" && time.as_secs() == 5)
    );
    let (name, Database::Live(main)) = &read.databases[0] else { panic!("{:?}", read.databases[0]) };
    assert_eq!((name.value.as_str(), main.url.value.as_str()), ("main", "env:DATABASE_URL"));
    assert_eq!((main.schemas.len(), main.statement_timeout.map(|time| time.as_secs())), (2, Some(3)));
    let (_, Database::Throwaway(fresh)) = &read.databases[1] else { panic!("{:?}", read.databases[1]) };
    assert_eq!(fresh.engine, crate::model::schema::Dialect::Postgresql);
    assert_eq!(fresh.down.as_ref().map(|down| down.value.as_str()), Some("alembic downgrade base"));
    assert_eq!(fresh.variables[1].driver.as_deref(), Some("postgresql+asyncpg"));
    let (one, problems) = config("models: {path: app}\n");
    assert_eq!((one.models.map(|models| models.len()), problems.len()), (Some(1), 0), "one map is enough");
}

#[test]
fn faults_in_models_and_databases_are_all_reported() {
    let cases = [
        ("models: [{tool: django, path: a}]", "`django` is no tool whose models can be read"),
        ("models: {}", "field `path` is missing"),
        ("models: {path: a, command: b}", "a `path` or a `command`, not both"),
        ("databases: [main]", "expected a map of databases, found a list"),
        ("databases: {models: {url: x}}", "`models` cannot be the name of a database"),
        ("databases: {main: {}}", "field `url` is missing"),
        ("databases: {main: {url: ''}}", "`url` is empty"),
        ("databases: {main: {url: a, engine: sqlite}}", "not both"),
        ("databases: {main: {url: a, migrate: b}}", "`migrate` is for throw-away databases"),
        ("databases: {main: {engine: postgrs, migrate: b}}", "`postgrs` is no engine"),
        ("databases: {main: {engine: sqlite}}", "field `migrate` is missing"),
        (
            "databases: {main: {engine: sqlite, migrate: b, variables: ['A B']}}",
            "`A B` cannot be the name of a variable",
        ),
        ("databases: {main: {engine: sqlite, migrate: b, roundtrip: {}}}", "field `down` is missing"),
        ("databases: {main: {engin: sqlite, migrate: b}}", "unknown field `engin`"),
    ];
    for (text, expected) in cases {
        let (_, problems) = config(text);
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{text}: {problems:?}");
    }
}
