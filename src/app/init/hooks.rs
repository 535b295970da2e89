//! Where Lawbook runs by itself: pre-commit and `make verify`.

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
        # For those who have not installed it: `language: python`, and
        # additional_dependencies: ['lawbook==VERSION']
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

/// Returns whether a file mentions Lawbook outside comments.
pub(super) fn runs_lawbook(text: &str) -> bool {
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
