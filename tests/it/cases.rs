//! Runs of the program as data: a folder of `tests/cases` for each case.
//!
//! `case.toml` says what is there and what is run; `expected.txt` is the transcript of its runs: the command, standard
//! output, `--- stderr` with standard error, the exit code. The exit codes stand in `case.toml` as well, so that
//! rewriting the transcripts with `LAWBOOK_BLESS=1` never makes a wrong one right. A folder that is no case fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;
use snapbox::assert::Action;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

use super::project::{Project, ran, repository};

/// A case, as `case.toml` says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows, in a sentence.
    about: String,
    /// A folder of the repository that is copied, before `project` beside `case.toml` and `files`.
    project: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    step: Vec<Step>,
}

/// One step: a run of the program, or something done before the next.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Step {
    Run(Run),
    Git {
        git: Words,
    },
    Write {
        write: BTreeMap<String, String>,
    },
    Delete {
        delete: Vec<String>,
    },
    Rename {
        rename: [String; 2],
    },
    /// SQLite files, by path, and the SQL that makes them.
    Sqlite {
        sqlite: BTreeMap<String, String>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    args: Words,
    exit: i32,
    /// The folder to run in.
    #[serde(rename = "in")]
    folder: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Files to add to the transcript, such as what `--output` wrote.
    #[serde(default)]
    show: Vec<String>,
    /// What the output must have, whatever the transcript says.
    #[serde(default)]
    says: Vec<String>,
    /// What the output must not have.
    #[serde(default)]
    never: Vec<String>,
    /// The transcript leaves out what it printed: other tests look at it.
    #[serde(default)]
    quiet: bool,
}

/// Arguments: words with spaces between them, or a list where one holds a space.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    Line(String),
    List(Vec<String>),
}

impl Words {
    fn list(&self) -> Vec<&str> {
        match self {
            Self::Line(line) => line.split_whitespace().collect(),
            Self::List(list) => list.iter().map(String::as_str).collect(),
        }
    }
}

#[test]
fn every_case_gives_what_is_expected() {
    let mut cases = Vec::new();
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(repository().join("tests/cases")).expect("tests/cases can be read") {
        let folder = entry.expect("an entry").path();
        match read(&folder) {
            Ok(case) => cases.push((folder, case)),
            Err(fault) => faults.push(format!("{}: {fault}", folder.display())),
        }
    }
    cases.sort_by(|left, right| left.0.cmp(&right.0));
    faults.extend(cases.par_iter().filter_map(|(folder, case)| judge(folder, case).err()).collect::<Vec<_>>());
    assert!(cases.len() > 20, "only {} cases", cases.len());
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn read(folder: &Path) -> Result<Case, String> {
    if !folder.is_dir() {
        return Err("not a folder".into());
    }
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
        let name = entry.map_err(|error| error.to_string())?.file_name();
        if !["case.toml", "expected.txt", "project"].iter().any(|known| name == *known) {
            return Err(format!("{} is no part of a case", name.display()));
        }
    }
    let text = std::fs::read_to_string(folder.join("case.toml")).map_err(|error| format!("case.toml: {error}"))?;
    let case: Case = toml::from_str(&text).map_err(|error| error.to_string())?;
    if case.about.is_empty() || !case.step.iter().any(|step| matches!(step, Step::Run(_))) {
        return Err("a case says what it shows, and runs something".into());
    }
    Ok(case)
}

fn judge(folder: &Path, case: &Case) -> Result<(), String> {
    let project = case.project.as_deref().map_or_else(Project::new, Project::copy_of);
    let own: PathBuf = folder.join("project");
    if own.is_dir() {
        super::project::copy(&own, &project.root());
    }
    for (path, contents) in &case.files {
        project.write(path, contents);
    }
    let mut transcript = String::new();
    let mut faults = Vec::new();
    for step in &case.step {
        match step {
            Step::Run(run) => take(run, &project, &mut transcript, &mut faults),
            Step::Git { git } => drop(project.git(&git.list())),
            Step::Write { write } => write.iter().for_each(|(path, contents)| {
                project.write(path, contents);
            }),
            Step::Delete { delete } => delete.iter().for_each(|path| {
                project.delete(path);
            }),
            Step::Rename { rename: [from, to] } => drop(project.rename(from, to)),
            Step::Sqlite { sqlite } => sqlite.iter().for_each(|(path, sql)| {
                project.sqlite(path, sql);
            }),
        }
    }
    let bless = std::env::var_os("LAWBOOK_BLESS").is_some_and(|value| value == "1");
    let expected = Data::read_from(&folder.join("expected.txt"), Some(DataFormat::Text)).raw();
    let assert = Assert::new().action(if bless { Action::Overwrite } else { Action::Verify });
    if let Err(difference) = assert.try_eq(None, Data::text(transcript).raw(), expected) {
        faults.push(format!("{difference}\nLAWBOOK_BLESS=1 accepts it"));
    }
    let name = folder.file_name().unwrap_or_default().display();
    if faults.is_empty() { Ok(()) } else { Err(format!("case {name} ({}):\n{}", case.about, faults.join("\n"))) }
}

/// Runs the program, adds to the transcript, and says what is wrong whatever the transcript holds.
fn take(run: &Run, project: &Project, transcript: &mut String, faults: &mut Vec<String>) {
    let arguments = run.args.list();
    let mut command = project.command(&arguments);
    command.current_dir(project.root().join(run.folder.as_deref().unwrap_or_default())).envs(&run.env);
    let got = ran(&mut command);
    let root = project.root().display().to_string();
    let plain = |text: &str| text.replace(&root, "[ROOT]").replace('\x1b', "␛");
    let (stdout, stderr) = (plain(&got.stdout), plain(&got.stderr));
    let written: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
    let environment: String = run.env.iter().map(|(name, value)| format!("{name}={value} ")).collect();
    let place = run.folder.as_ref().map(|folder| format!("{folder} ")).unwrap_or_default();
    let said = if run.quiet { (String::new(), String::new()) } else { (stdout.clone(), stderr.clone()) };
    let heading = if said.1.is_empty() { "" } else { "--- stderr\n" };
    let exit = got.exit.map_or_else(|| "signal".to_owned(), |code| code.to_string());
    // Writing to a string cannot fail.
    let _ = write!(transcript, "{place}$ {environment}lawbook {}\n{}", written.join(" "), said.0);
    for path in &run.show {
        let contents = std::fs::read_to_string(project.root().join(path)).unwrap_or_else(|error| format!("{error}\n"));
        let _ = write!(transcript, "--- {path}\n{}", plain(&contents));
    }
    let _ = write!(transcript, "{heading}{}[exit {exit}]\n\n", said.1);
    let mut fault = |what: String| faults.push(format!("lawbook {}: {what}", written.join(" ")));
    if got.exit != Some(run.exit) {
        fault(format!("exit {exit} instead of {}\n{stdout}{stderr}", run.exit));
    }
    let both = format!("{stdout}{stderr}");
    for text in run.says.iter().filter(|text| !both.contains(text.as_str())) {
        fault(format!("does not say {text:?}\n{both}"));
    }
    for text in run.never.iter().filter(|text| both.contains(text.as_str())) {
        fault(format!("says {text:?}\n{both}"));
    }
    if both.contains("panicked at") {
        fault(format!("a panic\n{both}"));
    }
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) { format!("'{word}'") } else { word.to_owned() }
}
