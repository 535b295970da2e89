//! The first pack: one rule with its tests, which holds in the repository as it is.

use super::naming::naming;
use super::{Planned, Repository, Tree, yaml_text};

/// A name that no repository means.
pub(super) const WRONG_NAME: &str = "New migration (2).py";

/// Id of the rule.
pub(super) const RULE: &str = "migration-file-name";

/// Returns the files of the pack; a pack that is there is kept whole.
pub(super) fn pack(repository: &Repository, pack: &str) -> Vec<Planned> {
    let folder = format!("rules/{pack}");
    let inside = format!("{folder}/");
    if repository.files.keys().any(|path| path.starts_with(&inside)) {
        return vec![Planned::keep(inside, "The pack exists.")];
    }
    let rule = format!("{folder}/{RULE}.yml");
    let (text, note) = rule_text(repository);
    let title = yaml_text(&format!("Laws of {}", one_line(&repository.name)));
    let about = format!(
        "name: {}\ntitle: {title}\nabout: What holds in this repository alone; a rule a file.\n",
        yaml_text(pack)
    );
    vec![
        Planned::create(format!("{folder}/pack.yml"), about, "A pack of your own: each file beside it is a rule."),
        Planned::create(rule, text, note),
    ]
}

/// Returns whether the rule would meet no migration: all lie in folders that are named, and the files are not.
pub(super) fn judges_nothing(repository: &Repository) -> bool {
    let trees = &repository.trees;
    trees.iter().any(is_in_folders) && !trees.iter().any(|tree| tree.tool == "alembic")
}

/// Returns whether each migration of a tree is a folder.
fn is_in_folders(tree: &Tree) -> bool {
    matches!(tree.tool.as_str(), "prisma" | "diesel")
}

/// Returns the rule, and a sentence about it.
fn rule_text(repository: &Repository) -> (String, String) {
    // Names of one language have one form: Python's, unless there is SQL alone, in files that are named each.
    let of_alembic = |tree: &&Tree| tree.tool == "alembic";
    let is_sql =
        !repository.trees.is_empty() && !repository.trees.iter().any(|tree| of_alembic(&tree) || is_in_folders(tree));
    let chosen: Vec<&Tree> = repository.trees.iter().filter(|tree| is_sql || of_alembic(tree)).collect();
    let names: Vec<Vec<String>> = chosen
        .iter()
        .map(|tree| {
            let names = tree.migrations.iter().map(|path| path.rsplit('/').next().unwrap_or(path));
            names.map(|name| if is_sql { as_python(name) } else { name.to_owned() }).collect()
        })
        .collect();
    let total: usize = names.iter().map(Vec::len).sum();
    let mut naming = naming(names.iter().map(|names| names.iter().map(String::as_str).collect()));
    let mut example = naming.example.to_owned();
    let mut wrong = WRONG_NAME.to_owned();
    if is_sql {
        naming.pattern = naming.pattern.replace(r"\.py$", r"(?:\.up|\.down)?\.sql$");
        example = example.replace(".py", ".sql");
        wrong = format!("1 {}", wrong.replace(".py", ".sql"));
    }
    let (field, text, goes_by) = if is_sql {
        ("sql", "SELECT 1;".to_owned(), "Rename the file while no database has run it.")
    } else {
        let text = "|\n        def upgrade():\n            pass".to_owned();
        ("code", text, "Rename the file; Alembic goes by the revision inside it.")
    };
    let tool = if is_sql { "sql" } else { "alembic" };
    let folder = chosen
        .iter()
        .find_map(|tree| tree.migrations.first())
        .map_or("migrations/versions", |path| path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let at = |name: &str| yaml_text(&if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") });
    // A repository in which some names differ already is told so, and not failed for it.
    let (severity, note) = match naming.others {
        0 if total == 0 => ("warning", "A first rule, with tests: migrations are named as Alembic does.".to_owned()),
        0 => ("warning", "A first rule, with tests: every migration found is named so.".to_owned()),
        others => {
            ("info", format!("A first rule, with tests: {others} of {total} migrations found are named otherwise."))
        }
    };
    let text = format!(
        r#"# One rule a file; the file is named like its id. `lawbook test` runs the tests below.
id: {RULE}
title: migration file that is not named like the others
severity: {severity}
on: migration
where: {{ tool: {tool} }}
require:
  name: {{ matches: '${{pattern}}' }}
options:
  pattern: {pattern}
message: "`{{name}}` is not named like the other migrations, such as `{example}`"
why: |
  Names of one form sort in one order, and say at a glance what a migration does.
fix: |
  {goes_by}

  Wrong: `{wrong}`

  Right: `{example}`
tests:
  valid:
    - path: {valid}
      {field}: {text}
  invalid:
    - path: {invalid}
      {field}: {text}
      count: 1
"#,
        pattern = yaml_text(&naming.pattern),
        valid = at(&example),
        invalid = at(&wrong),
    );
    (text, note)
}

/// Returns the name of a file of SQL as that of a Python file, without its direction.
fn as_python(name: &str) -> String {
    let stem = name.strip_suffix(".sql").unwrap_or(name);
    let stem = stem.strip_suffix(".up").or_else(|| stem.strip_suffix(".down")).unwrap_or(stem);
    format!("{stem}.py")
}

/// Returns the name without what would break a line.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
