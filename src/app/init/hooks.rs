//! Where Lawbook runs by itself: pre-commit, `make verify`, CI.

use super::{Planned, Repository};

const PRE_COMMIT: &str = ".pre-commit-config.yaml";

/// `always_run`: a commit that only deletes a migration has no files for pre-commit, and is just what must be seen.
const HOOK: &str = "  - repo: local
    hooks:
      - id: lawbook
        name: lawbook
        entry: lawbook check --staged
        language: system
        pass_filenames: false
        always_run: true # a commit that only deletes files too
";

/// Returns the hook: a new file, or the lines for the one that is there.
pub(super) fn pre_commit(repository: &Repository) -> Planned {
    let run = match () {
        () if repository.files.contains_key("uv.lock") => "uv run pre-commit install",
        () if repository.files.contains_key("poetry.lock") => "poetry run pre-commit install",
        () if repository.files.contains_key("pdm.lock") => "pdm run pre-commit install",
        () if repository.files.contains_key("Pipfile") => "pipenv run pre-commit install",
        () => "pre-commit install",
    };
    match repository.files.get(PRE_COMMIT) {
        Some(text) if runs_lawbook(text) => Planned::keep(PRE_COMMIT, "It runs Lawbook already."),
        Some(_) => Planned::paste(PRE_COMMIT, HOOK, "It exists; paste these lines at the end of `repos:`."),
        None => Planned::create(PRE_COMMIT, format!("repos:\n{HOOK}"), format!("Judges each commit, after `{run}`.")),
    }
}

/// Returns the lines for a Makefile, which are pasted in any case.
pub(super) fn makefile(repository: &Repository) -> Planned {
    const PATH: &str = "Makefile";
    const LINES: &str = "\tlawbook check\n\tlawbook test\n";
    match repository.files.get(PATH) {
        Some(text) if runs_lawbook(text) => Planned::keep(PATH, "It runs Lawbook already."),
        Some(text) if has_target(text, "verify") => {
            Planned::paste(PATH, LINES, "It has a target `verify`; paste these lines under it.")
        }
        _ => Planned::paste(PATH, format!(".PHONY: verify\nverify:\n{LINES}"), "Paste these lines for `make verify`."),
    }
}

/// Returns the lines for CI, which are pasted in any case.
pub(super) fn ci(repository: &Repository) -> Planned {
    const GITLAB: &str = ".gitlab-ci.yml";
    match repository.files.get(GITLAB) {
        Some(text) if runs_lawbook(text) => Planned::keep(GITLAB, "It runs Lawbook already."),
        Some(_) if !repository.github => Planned::paste(
            GITLAB,
            "lawbook:
  variables:
    GIT_DEPTH: 0 # the target branch is what an edited migration is compared with
  script:
    - lawbook check ${CI_MERGE_REQUEST_DIFF_BASE_SHA:+--since \"$CI_MERGE_REQUEST_DIFF_BASE_SHA\"}
    - lawbook test
",
            "Paste this job; its image must have Lawbook.",
        ),
        _ => Planned::paste(
            ".github/workflows/",
            "      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # the base branch is what an edited migration is compared with
      - run: lawbook check --format github ${GITHUB_BASE_REF:+--since \"origin/$GITHUB_BASE_REF\"}
      - run: lawbook test
",
            "Paste these steps into a job that has Lawbook installed.",
        ),
    }
}

/// Returns whether a file mentions Lawbook outside comments.
fn runs_lawbook(text: &str) -> bool {
    text.lines().any(|line| line.split('#').next().is_some_and(|code| code.contains("lawbook")))
}

fn has_target(makefile: &str, target: &str) -> bool {
    let heads = makefile.lines().filter(|line| !line.starts_with(['\t', '#', ' ']));
    heads.filter_map(|line| line.split_once(':')).any(|(names, rest)| {
        !names.contains('=')
            && !rest.trim_start_matches(':').starts_with('=')
            && names.split_whitespace().any(|name| name == target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_a_makefile() {
        for (text, expected) in [
            ("verify:\n\tmake test\n", true),
            ("test verify: build\n", true),
            ("verify::\n", true),
            (".PHONY: verify\n", false),
            ("verify := x\nverify:=x\nverify = a:b\n", false),
            ("# verify:\n\tverify: x\n", false),
            ("", false),
        ] {
            assert_eq!(has_target(text, "verify"), expected, "{text:?}");
        }
    }

    #[test]
    fn a_comment_runs_nothing() {
        assert!(!runs_lawbook("# lawbook check\nrepos: [] # lawbook\n"));
        assert!(runs_lawbook("entry: lawbook check"));
    }
}
