//! Workflows for GitHub and GitLab: three jobs, laws, tables and a summary.
//!
//! The job about tables is for Alembic, whose command is known: it migrates a throw-away PostgreSQL.

use super::{Alembic, Planned, Repository, runs_lawbook, yaml_text};

/// Paths that are listed before everything counts.
const MOST_PATHS: usize = 30;

/// Where the workflow is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Github,
    Gitlab,
}

const GITHUB: &str = ".github/workflows/lawbook.yml";
const GITLAB: &str = ".gitlab/lawbook.gitlab-ci.yml";
const GITLAB_ROOT: &str = ".gitlab-ci.yml";
const INCLUDE: &str = "include:\n  - local: .gitlab/lawbook.gitlab-ci.yml\n";

/// Returns the workflow for the service that was asked for, or that the repository uses; nothing where neither is so.
pub(super) fn ci(repository: &Repository) -> Vec<Planned> {
    let gitlab = repository.files.contains_key(GITLAB_ROOT);
    let found = match (repository.github, gitlab) {
        (true, _) => Some(Service::Github),
        (false, true) => Some(Service::Gitlab),
        (false, false) => None,
    };
    match repository.ci.or(found) {
        None => Vec::new(),
        Some(Service::Github) => vec![github(repository)],
        Some(Service::Gitlab) => of_gitlab(repository),
    }
}

fn github(repository: &Repository) -> Planned {
    if repository.files.contains_key(GITHUB) {
        return Planned::keep(GITHUB, "It exists.");
    }
    let tables = tables(repository, "localhost").map(|tables| {
        let in_folder = |folder: &str| match folder {
            "" => String::new(),
            folder => format!("        working-directory: {}\n", yaml_text(&format!("{folder}/"))),
        };
        include_str!("github-tables.yml")
            .replace("{variables}", &tables.variables("      "))
            .replace("{install_directory}", &in_folder(&tables.install_folder))
            .replace("{install}", &tables.install)
            .replace("{directory}", &in_folder(&tables.folder))
            .replace("{migrate}", &indented(&tables.migrate, "          "))
    });
    let jobs = if tables.is_some() { "laws, tables" } else { "laws" };
    let text = include_str!("github.yml")
        .replace("{paths}", &paths(repository, GITHUB, "      "))
        .replace("{tables}", &tables.unwrap_or_default())
        .replace("{jobs}", jobs)
        .replace("{version}", env!("CARGO_PKG_VERSION"));
    Planned::create(GITHUB, text, "Judges each pull request, migrates a throw-away database, and sums up.")
}

fn of_gitlab(repository: &Repository) -> Vec<Planned> {
    let include = match repository.files.get(GITLAB_ROOT) {
        Some(text) if runs_lawbook(text) => Planned::keep(GITLAB_ROOT, "It runs Lawbook already."),
        Some(_) => Planned::paste(GITLAB_ROOT, INCLUDE, "It exists; paste these lines, or the last of them."),
        None => Planned::create(GITLAB_ROOT, INCLUDE.to_owned(), "Includes the jobs."),
    };
    if repository.files.contains_key(GITLAB) {
        return vec![Planned::keep(GITLAB, "It exists."), include];
    }
    let tables = tables(repository, "postgres").map(|tables| {
        // In a shell of its own: the script begins where the job does.
        let within = |folder: &str, command: &str| match folder {
            "" => command.to_owned(),
            folder => format!("(cd {} && {command})", shell_text(folder)),
        };
        include_str!("gitlab-tables.yml")
            .replace("{variables}", &tables.variables("    "))
            .replace("{install}", &quoted(&within(&tables.install_folder, &tables.install)))
            .replace("{migrate}", &indented(&subshell(&tables), "      "))
    });
    let needs: String = ["laws", "tables"][..1 + usize::from(tables.is_some())]
        .iter()
        .map(|job| format!("    - job: lawbook {job}\n      optional: true\n"))
        .collect();
    let text = include_str!("gitlab.yml")
        .replace("{paths}", &paths(repository, GITLAB, "        "))
        .replace("{tables}", &tables.unwrap_or_default())
        .replace("{needs}", needs.trim_end())
        .replace("{version}", env!("CARGO_PKG_VERSION"));
    vec![
        Planned::create(GITLAB, text, "Judges each merge request, migrates a throw-away database, and sums up."),
        include,
    ]
}

/// Returns the migration in a shell of its own, which alone changes the folder.
fn subshell(tables: &Tables) -> String {
    let cd = if tables.folder.is_empty() { String::new() } else { format!("cd {}\n", shell_text(&tables.folder)) };
    format!("(\n{cd}{}\n)", tables.migrate)
}

fn quoted(command: &str) -> String {
    format!("'{}'", command.replace('\'', "''"))
}

/// What the job about tables does.
struct Tables {
    names: Vec<String>,
    url: String,
    install_folder: String,
    install: String,
    folder: String,
    migrate: String,
}

impl Tables {
    fn variables(&self, indent: &str) -> String {
        let lines = self.names.iter().map(|name| format!("{indent}{name}: {}", self.url));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Returns the job about tables, for the first Alembic tree with models: the first of all if none has any.
fn tables(repository: &Repository, host: &str) -> Option<Tables> {
    let trees = || repository.trees.iter().filter_map(|tree| Some((tree, tree.alembic.as_ref()?)));
    let (tree, alembic) = trees().find(|(_, alembic)| alembic.has_models).or_else(|| trees().next())?;
    // Named, as the one that SQLAlchemy takes for `postgresql` is another one since 2.1.
    let driver = if alembic.asynchronous { "postgresql+asyncpg" } else { "postgresql+psycopg2" };
    let (install_folder, installer) = Installer::of(repository, &tree.path);
    let mut names = vec!["DATABASE_URL".to_owned()];
    names.extend(alembic.variables.iter().filter(|name| *name != "DATABASE_URL").cloned());
    Some(Tables {
        names,
        url: format!("{driver}://postgres:lawbook@{host}:5432/lawbook"),
        install_folder,
        install: installer.install.to_owned(),
        folder: alembic.folder.clone(),
        migrate: migrate(alembic, installer.run),
    })
}

fn migrate(alembic: &Alembic, run: &str) -> String {
    if !alembic.url_in_ini {
        return format!("{run}alembic upgrade heads");
    }
    // A copy beside the file, so that what is relative to it stays so.
    format!(
        "# alembic.ini with the URL of this job\n\
         sed \"s|^sqlalchemy.url *=.*|sqlalchemy.url = $DATABASE_URL|\" alembic.ini > alembic.ci.ini\n\
         {run}alembic -c alembic.ci.ini upgrade heads"
    )
}

/// How a project is installed, and how a command is run in it.
struct Installer {
    file: &'static str,
    install: &'static str,
    run: &'static str,
}

/// Every way, the more certain ones first, each with the driver of PostgreSQL that the URL names.
const INSTALLERS: &[Installer] = &[
    Installer { file: "uv.lock", install: "pip install uv && uv sync", run: "uv run --with psycopg2-binary " },
    Installer {
        file: "poetry.lock",
        install: "pip install poetry && poetry install && poetry run pip install psycopg2-binary",
        run: "poetry run ",
    },
    Installer { file: "requirements.txt", install: "pip install -r requirements.txt alembic psycopg2-binary", run: "" },
    Installer { file: "pyproject.toml", install: "pip install . alembic psycopg2-binary", run: "" },
    Installer { file: "setup.py", install: "pip install . alembic psycopg2-binary", run: "" },
];

/// Names of files by which a project is installed.
pub(super) fn installer_files() -> impl Iterator<Item = &'static str> {
    INSTALLERS.iter().map(|installer| installer.file)
}

impl Installer {
    /// Returns the folder and the way: of the nearest folder above the tree that says one.
    fn of(repository: &Repository, tree: &str) -> (String, &'static Self) {
        const NONE: Installer = Installer { file: "", install: "pip install alembic psycopg2-binary", run: "" };
        let found = super::above(tree).find_map(|folder| {
            let at = |file: &str| super::in_folder(folder, file);
            let installer = INSTALLERS.iter().find(|way| repository.files.contains_key(&at(way.file)))?;
            Some((folder.to_owned(), installer))
        });
        found.unwrap_or((String::new(), &NONE))
    }
}

/// Returns a list of the paths whose change is judged.
fn paths(repository: &Repository, own: &str, indent: &str) -> String {
    let folder = |path: &str| super::in_folder(path, "**");
    let mut paths: Vec<String> = repository.trees.iter().map(|tree| folder(&tree.path)).collect();
    paths.extend(repository.trees.iter().filter_map(|tree| {
        let alembic = tree.alembic.as_ref()?;
        Some(super::in_folder(&alembic.folder, "alembic.ini"))
    }));
    if repository.trees.iter().any(|tree| tree.alembic.is_some()) {
        match &repository.models {
            // The folders of models; where they are not known, any Python file may be one.
            Some(models) => paths.extend(models.iter().map(|path| folder(path))),
            None => paths.push("**/*.py".to_owned()),
        }
    }
    paths.extend(["lawbook.yml", "rules/**", super::EXCEPTIONS, own].map(str::to_owned));
    paths.sort();
    paths.dedup();
    if paths.len() > MOST_PATHS
        || repository.trees.iter().any(|tree| tree.path.contains(['*', '?', '[', ']', '!', '+']))
    {
        paths = vec!["**".to_owned()];
    }
    let lines: Vec<_> = paths.iter().map(|path| format!("{indent}- {}", quoted_yaml(path))).collect();
    lines.join("\n")
}

/// Returns a glob as YAML: never plain, as `*` begins an alias.
fn quoted_yaml(text: &str) -> String {
    let text = yaml_text(text);
    if text.starts_with(['\'', '"']) { text } else { format!("'{text}'") }
}

/// Returns a path as one word of a shell.
fn shell_text(path: &str) -> String {
    format!("'{}'", path.replace('\'', "'\\''"))
}

fn indented(text: &str, indent: &str) -> String {
    text.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}
