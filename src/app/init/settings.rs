//! `lawbook.yml` and the exceptions file.

use super::pack::RULE;
use super::{CONFIGS, EXCEPTIONS, Planned, Repository, yaml_text};

/// Trees that the comment names.
const MOST_TREES: usize = 10;

/// Returns the configuration.
pub(super) fn config(repository: &Repository, pack: &str) -> Planned {
    if let Some(existing) = CONFIGS.iter().find(|name| repository.files.contains_key(**name)) {
        let named = repository.files[*existing].contains("rules");
        return Planned::keep(
            *existing,
            if named {
                format!("It exists; `packs` should name `./rules/{pack}`, or a folder above it.")
            } else {
                format!("It exists; add the pack: `packs: [{}, ./rules/{pack}]`.", built_in(repository))
            },
        );
    }
    let trees = trees(repository);
    // A pack that meets nothing fails a run, unless somebody says that it may.
    let built_in = built_in(repository);
    let empty = if !repository.trees.is_empty() && super::pack::judges_nothing(repository) {
        format!(
            "\n# Nothing is named by the file here, so that the first rule meets nothing. Take this out when it does.\nallow-empty: [{pack}]\n"
        )
    } else if repository.trees.is_empty() {
        format!(
            "\n# There are no migrations yet. Take this out when there are some.\nallow-empty: [alembic, replay, {pack}]\n"
        )
    } else {
        String::new()
    };
    let contents = format!(
        "# Lawbook: laws for the migrations of this repository.
# `lawbook check` judges, `lawbook explain RULE` says why, `lawbook test` runs the tests of the rules.
# Everything has a default; what is commented out shows how to say otherwise.

# Built-in packs by name, and folders of your own. Later ones win, field by field.
packs: [{built_in}, ./rules/{pack}]

rules:
  # {pack}/{RULE} judges the names, so this one need not.
  migrations/migration-name: off
  # A severity (error, warning, info, off), or what else is to differ:
  # alembic/empty-downgrade: {{ severity: error, files: ['**/versions/2026*.py'] }}

{trees}{empty}
# What is excused, and why.
# exceptions: {EXCEPTIONS}

# The run fails from this severity on.
# fail-on: error
"
    );
    Planned::create(CONFIGS[0], contents, "The configuration; everything in it is optional.")
}

/// Returns the built-in packs that fit: one that is named and judges nothing is an error. `alembic` brings `migrations`.
fn built_in(repository: &Repository) -> &'static str {
    let has_alembic = repository.trees.is_empty() || repository.trees.iter().any(|tree| tree.tool == "alembic");
    if has_alembic { "alembic, replay, schema" } else { "migrations, replay, schema" }
}

/// Returns a comment with the trees as they would be configured. They are found without it, and so is the next one.
fn trees(repository: &Repository) -> String {
    let mut text = match repository.trees.len() {
        0 => "# Migrations are found through the configuration of their tool or by convention; none were found here. To name them:\n",
        _ => "# Migrations were found through the configuration of their tool or by convention. To name them instead:\n",
    }
    .to_owned();
    text.push_str("# migrations:\n");
    let mut paths: Vec<(&str, &str)> =
        repository.trees.iter().map(|tree| (tree.tool.as_str(), tree.path.as_str())).collect();
    paths.dedup();
    if paths.is_empty() {
        paths.push(("alembic", "backend/migrations"));
    }
    for (tool, path) in paths.iter().take(MOST_TREES) {
        text.push_str(&format!("#   - {{ tool: {tool}, path: {} }}\n", yaml_text(path)));
    }
    if let Some(more @ 1..) = paths.len().checked_sub(MOST_TREES) {
        text.push_str(&format!("#   and {more} more\n"));
    }
    text
}

/// Returns the exceptions file, without an exception.
pub(super) fn exceptions(repository: &Repository) -> Planned {
    if repository.files.contains_key(EXCEPTIONS) {
        return Planned::keep(EXCEPTIONS, "It exists; Lawbook reads it.");
    }
    let contents =
        "# Findings that are excused, by rule, each with its reason. `lawbook check --show-excepted` shows them.
#
# exceptions:
#   alembic/empty-downgrade:
#     - path: migrations/versions/0a1b2c3d4e5f_add_users.py   # a path, a folder or a glob
#       reason: Ran everywhere before the rule was there
#       owner: '@data'                                        # optional, like what follows
#       expires: 2027-03-31                                   # the last day
#       max: 1                                                # excuses at most so many findings
#
# One line is excused where it stands: `# lawbook: allow alembic/empty-downgrade -- the reason`.
exceptions: {}
";
    Planned::create(EXCEPTIONS, contents.to_owned(), "Nothing is excused yet; the file says how.")
}
