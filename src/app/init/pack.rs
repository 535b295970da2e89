//! The first pack: one rule with its tests, which holds in the repository as it is.

use super::naming::naming;
use super::{Planned, Repository, yaml_text};

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

/// Returns the rule, and a sentence about it.
fn rule_text(repository: &Repository) -> (String, String) {
    let trees: Vec<Vec<&str>> = repository
        .trees
        .iter()
        .map(|tree| tree.migrations.iter().map(|path| path.rsplit('/').next().unwrap_or(path)).collect())
        .collect();
    let total: usize = trees.iter().map(Vec::len).sum();
    let naming = naming(trees.into_iter());
    let folder = repository
        .trees
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
    let example = naming.example;
    let text = format!(
        r#"# One rule a file; the file is named like its id. `lawbook test` runs the tests below.
id: {RULE}
title: migration file that is not named like the others
severity: {severity}
on: migration
require:
  name: {{ matches: '${{pattern}}' }}
options:
  pattern: {pattern}
message: "`{{name}}` is not named like the other migrations, such as `{example}`"
why: |
  Names of one form sort in one order, and say at a glance what a migration does.
fix: |
  Rename the file; Alembic goes by the revision inside it.

  Wrong: `{WRONG_NAME}`

  Right: `{example}`
tests:
  valid:
    - path: {valid}
      code: |
        def upgrade():
            pass
  invalid:
    - path: {invalid}
      code: |
        def upgrade():
            pass
      count: 1
"#,
        pattern = yaml_text(&naming.pattern),
        valid = at(example),
        invalid = at(WRONG_NAME),
    );
    (text, note)
}

/// Returns the name without what would break a line.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
