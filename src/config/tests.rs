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
        assert_eq!(packs, [("alembic", false)]);
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
    let text = "pack: [a]\npacks: [5, '']\nrules: [a]\nmigrations:\n  - { tool: alembc, path: x }\n  - { tool: alembic }\n  - { tool: flyway, path: y }\nfail-on: eror\nexclude: ['a{', '']\nsize-limit: -1\ndatabases: {}\nexceptions: kept.yml\n";
    let (config, problems) = config(text);
    assert_eq!(
        problems,
        [
            "lawbook.yml:1:1: unknown field `pack` (did you mean `packs`?)",
            "lawbook.yml:2:9: expected a text, found the integer `5`",
            "lawbook.yml:8:10: `eror` is not one of off, info, warning, error (did you mean `error`?)",
            "lawbook.yml:10:13: expected a whole number from 0, found integer `-1`",
            "lawbook.yml:11:1: unknown field `databases` (the fields are packs, rules, migrations, exceptions, fail-on, exclude, size-limit)",
            "lawbook.yml:2:12: an empty path",
            "lawbook.yml:3:8: expected a map of rules, found a list (`rules: {alembic/migration-name: warning}`)",
            "lawbook.yml:5:13: `alembc` is no tool whose migrations can be read (did you mean `alembic`?)",
            "lawbook.yml:6:5: field `path` is missing (the folder that holds the migrations)",
            "lawbook.yml:7:13: `flyway` is no tool whose migrations can be read (the tools are alembic)",
            "lawbook.yml:9:11: not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
            "lawbook.yml:9:17: an empty glob matches nothing",
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
