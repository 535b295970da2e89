//! What is generated from the command line: the page of commands, the manual pages and the completions that packages
//! install.
//!
//! `LAWBOOK_BLESS=1 cargo test --test it commands` writes them anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::Command as Process;

use clap::{Arg, ArgAction, Command};
use clap_complete::Shell;
use lawbook::cli::{self, ENVIRONMENT, EXIT_CODES};

use crate::generated::{assert_in_step, root};
use crate::project::Project;
use crate::reference::{GENERATED, table};

/// Where packages put what they install, below a prefix such as `/usr`.
const SHARE: &str = "packaging/wheel/data/share";

#[test]
fn page() {
    let mut command = cli::command().disable_help_subcommand(true);
    command.build();
    let mut text = format!(
        "# Commands\n\n{GENERATED}\n`lawbook COMMAND --help` prints the same, `lawbook man` as a manual page. What formats look like is told in [output formats](formats.md), what `lawbook.yml` may hold in [files](files.md).\n"
    );
    let mut list = Vec::new();
    collect(&command, &mut list);
    text += "\n";
    let line = |command: &&Command| vec![format!("[`{}`](#{})", name(command), anchor(command)), about(command)];
    text += &table(&["command", "does"], list.iter().skip(1).filter(|command| !command.has_subcommands()).map(line));
    text += "\n## Options of every command\n\n";
    text += &arguments(&command, |argument| argument.is_global_set() || argument.get_id() == "help");
    text += "\n`lawbook --version` prints the version with the commit that it was built from, `lawbook -V` the version alone.\n\n## Exit codes\n\n";
    text +=
        &table(&["code", "means"], EXIT_CODES.iter().map(|(code, about)| vec![code.to_string(), (*about).to_owned()]));
    text += "\n## Environment\n\n";
    text += &table(
        &["variable", "what it does"],
        ENVIRONMENT.iter().map(|(name, about)| vec![format!("`{name}`"), (*about).to_owned()]),
    );
    text += "\nA variable that `lawbook.yml` or an argument names (`env:DATABASE_URL`) is read, and its value never shown. The commands of throw-away databases get the URL in `DATABASE_URL` and others, see [schemas](../schemas.md).\n";
    for command in list.iter().skip(1).filter(|command| !command.has_subcommands()) {
        text += &section(command);
    }
    assert_in_step("docs/reference/commands.md", &text);
}

/// Puts a command and those below it into a list, in the order of the help.
fn collect<'a>(command: &'a Command, list: &mut Vec<&'a Command>) {
    list.push(command);
    command.get_subcommands().for_each(|command| collect(command, list));
}

fn name(command: &Command) -> &str {
    command.get_bin_name().unwrap_or(command.get_name())
}

fn anchor(command: &Command) -> String {
    name(command).replace(' ', "-")
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn section(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let mut text = format!("\n## `{}`\n\n{}.\n\n```text\n{usage}\n```\n\n", name(command), about(command));
    text += &arguments(command, |argument| !argument.is_global_set() && argument.get_id() != "help");
    if let Some(help) = command.get_after_help() {
        for paragraph in help.to_string().split("\n\n") {
            match paragraph.split_once(":\n") {
                Some((title @ ("Example" | "Examples"), examples)) => {
                    let lines: Vec<_> = examples.lines().map(str::trim_start).collect();
                    let _ = writeln!(text, "\n{title}:\n\n```text\n{}\n```", lines.join("\n"));
                }
                _ => {
                    let _ = writeln!(text, "\n{paragraph}");
                }
            }
        }
    }
    text
}

/// Returns a table of the arguments that `chosen` lets through, nothing if there are none.
fn arguments(command: &Command, chosen: impl Fn(&Arg) -> bool) -> String {
    let rows: Vec<_> = command.get_arguments().filter(|argument| !argument.is_hide_set() && chosen(argument)).collect();
    if rows.is_empty() {
        return String::new();
    }
    table(&["argument", "what it does"], rows.into_iter().map(|argument| vec![form(argument), what(argument)]))
}

/// Returns an argument as it is written.
fn form(argument: &Arg) -> String {
    let names: Vec<String> = argument
        .get_short()
        .map(|short| format!("`-{short}`"))
        .into_iter()
        .chain(argument.get_long().map(|long| format!("`--{long}`")))
        .collect();
    let takes = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let value = argument.get_value_names().unwrap_or_default().join(" ");
    match (names.is_empty(), takes) {
        (true, _) => format!("`{value}`"),
        (false, true) => format!("{} `{value}`", names.join(", ")),
        (false, false) => names.join(", "),
    }
}

fn what(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    // What a shell shows and a page need not.
    let help = help.replace(" (see a summary with '-h')", "");
    let mut text = if help.is_empty() { String::new() } else { format!("{}.", help.trim_end_matches('.')) };
    let values = argument.get_possible_values();
    if !values.is_empty() && matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) {
        let values: Vec<String> = values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        text += &format!(" One of {}.", values.join(", "));
    }
    let default: Vec<_> = argument.get_default_values().iter().filter_map(|value| value.to_str()).collect();
    if !default.is_empty() && matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) {
        text += &format!(" Default: `{}`.", default.join(", "));
    }
    text.trim().to_owned()
}

#[test]
fn manual_pages() {
    let pages = cli::man_pages().expect("pages");
    for page in &pages {
        assert_in_step(&format!("{SHARE}/man/man1/{}", page.name), &page.text);
    }
    let written: BTreeSet<String> = fs::read_dir(root().join(SHARE).join("man/man1"))
        .expect("the folder of pages")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    let expected: BTreeSet<String> = pages.into_iter().map(|page| page.name).collect();
    assert_eq!(written, expected, "pages of commands that are gone");
}

#[test]
fn completion_scripts() {
    for (shell, path) in [
        (Shell::Bash, "bash-completion/completions/lawbook"),
        (Shell::Zsh, "zsh/site-functions/_lawbook"),
        (Shell::Fish, "fish/vendor_completions.d/lawbook.fish"),
    ] {
        let script = cli::completion_script(shell).expect("a script");
        assert_in_step(&format!("{SHARE}/{path}"), &script);
    }
}

/// Returns what the program offers at the end of a line.
fn offered(project: &Project, line: &[&str]) -> Vec<String> {
    let output = Process::new(env!("CARGO_BIN_EXE_lawbook"))
        .current_dir(project.root())
        .env("LAWBOOK_COMPLETE", "fish")
        .arg("--")
        .args(line)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn completions_know_the_project() {
    let project = Project::new();
    project.write("rules/house/pack.yml", "name: house\n");
    project.write("rules/house/loud.yml", "id: loud\ntitle: A\non: file\nforbid: { text: LOUD }\n");
    project.write("lawbook.yml", "packs: [alembic, ./rules]\ndatabases:\n  main: { url: 'env:NOWHERE' }\n");
    let has = |line: &[&str], expected: &str| {
        let found = offered(&project, line);
        assert!(found.iter().any(|value| value == expected), "{line:?} offers {found:?}");
    };
    has(&["lawbook", "che"], "check");
    has(&["lawbook", "explain", "house/"], "house/loud");
    has(&["lawbook", "explain", "alembic/multiple"], "alembic/multiple-heads");
    has(&["lawbook", "check", "--rule", "house"], "house/loud");
    has(&["lawbook", "check", "--pack", "post"], "postgres");
    has(&["lawbook", "check", "--database", ""], "main");
    has(&["lawbook", "schema", "diff", "models", "m"], "main");
    has(&["lawbook", "check", "--format", "conc"], "concise");
    has(&["lawbook", "check", "rul"], "rules/");
    // Where a project cannot be read there is nothing to offer, and nothing to say in the middle of a line.
    project.write("lawbook.yml", "packs: [\n");
    assert_eq!(offered(&project, &["lawbook", "check", "--database", ""]), Vec::<String>::new());
}

/// A variable that is read and not told of.
#[test]
fn every_variable_is_told_of() {
    let mut sources = Vec::new();
    collect_sources(&root().join("src"), &mut sources);
    for path in sources {
        let text = fs::read_to_string(&path).expect("a source");
        for part in ["env::var(\"", "env::var_os(\""].iter().flat_map(|call| text.split(call).skip(1)) {
            let name = part.split('"').next().unwrap_or_default();
            let told = ENVIRONMENT.iter().any(|(known, _)| *known == name) || name.starts_with("LAWBOOK_TEST");
            assert!(told, "{}: cli::ENVIRONMENT does not tell of {name}", path.display());
        }
    }
}

fn collect_sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect_sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
