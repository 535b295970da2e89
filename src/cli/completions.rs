//! `lawbook completions`, and the answers to the shell that its scripts ask for.
//!
//! The scripts are short and call `lawbook` at each tab, so that they know the rules, packs and databases of the project
//! that one stands in.

use std::io::{self, Write};

use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use super::arguments::Arguments;
use super::{CLEAN, Failure};
use crate::app::{Workspace, schema_names};
use crate::packs;

/// The variable by which a script asks; it holds the name of the shell.
pub(super) const ASKED_BY: &str = "LAWBOOK_COMPLETE";

/// Tells an argument what its values are.
type Describe = fn(Arg) -> Arg;

/// What the values of an argument are, by its id in [`Arguments`].
const VALUES: &[(&str, Describe)] = &[
    ("rule", |argument| argument.add(ArgValueCandidates::new(rules))),
    ("rules", |argument| argument.add(ArgValueCandidates::new(rules))),
    ("packs", |argument| argument.add(ArgValueCandidates::new(built_in_packs)).value_hint(ValueHint::AnyPath)),
    ("only", |argument| argument.add(ArgValueCandidates::new(loaded_packs))),
    ("databases", |argument| argument.add(ArgValueCandidates::new(databases))),
    ("expected", |argument| argument.add(ArgValueCandidates::new(schemas))),
    ("actual", |argument| argument.add(ArgValueCandidates::new(schemas))),
    ("name", |argument| argument.add(ArgValueCandidates::new(schemas))),
    ("paths", |argument| argument.value_hint(ValueHint::AnyPath)),
    ("path", |argument| argument.value_hint(ValueHint::AnyPath)),
    ("file", |argument| argument.value_hint(ValueHint::FilePath)),
    ("output", |argument| argument.value_hint(ValueHint::FilePath)),
    ("baseline", |argument| argument.value_hint(ValueHint::FilePath)),
    ("project", |argument| argument.value_hint(ValueHint::DirPath)),
    ("folder", |argument| argument.value_hint(ValueHint::DirPath)),
];

/// Answers a script that asks, and ends the process; returns at once in any other run.
pub(super) fn answer() {
    CompleteEnv::with_factory(|| with_values(Arguments::command())).var(ASKED_BY).complete();
}

pub(super) fn run(shell: Shell) -> Result<u8, Failure> {
    io::stdout().write_all(script(shell)?.as_bytes())?;
    Ok(CLEAN)
}

/// Returns the script that makes a shell ask.
///
/// # Errors
/// Never for the shells that there are.
pub fn script(shell: Shell) -> io::Result<String> {
    let name = shell.to_string();
    let shells = Shells::builtins();
    let known = shells.completer(&name).ok_or_else(|| io::Error::other(format!("no completions for {name}")))?;
    let mut script = Vec::new();
    known.write_registration(ASKED_BY, "lawbook", "lawbook", "lawbook", &mut script)?;
    let mut script = String::from_utf8(script).map_err(io::Error::other)?.trim().to_owned() + "\n";
    if shell == Shell::Zsh {
        // As a file `_lawbook` of `site-functions` it is loaded by the first tab, which wants an answer too.
        script += "\n[[ $funcstack[1] == _lawbook ]] && _clap_dynamic_completer_lawbook \"$@\"\ntrue\n";
    }
    Ok(script)
}

/// Returns the command with what is known of the values of its arguments, and of those of its subcommands.
fn with_values(command: Command) -> Command {
    command
        .mut_args(|argument| match VALUES.iter().find(|(id, _)| argument.get_id() == id) {
            Some((_, describe)) => describe(argument),
            None => argument,
        })
        .mut_subcommands(with_values)
}

/// Returns the project that one stands in. There is nobody to tell why it cannot be read.
fn workspace() -> Option<Workspace> {
    Workspace::open(&[], &[], false).ok()
}

fn rules() -> Vec<CompletionCandidate> {
    let Some(workspace) = workspace() else { return Vec::new() };
    workspace.rules().map(|rule| CompletionCandidate::new(&*rule.id).help(Some(rule.title.clone().into()))).collect()
}

fn built_in_packs() -> Vec<CompletionCandidate> {
    packs::built_in_names().into_iter().map(CompletionCandidate::new).collect()
}

fn loaded_packs() -> Vec<CompletionCandidate> {
    let Some(workspace) = workspace() else { return Vec::new() };
    workspace.loaded.packs.iter().map(|pack| CompletionCandidate::new(&*pack.name)).collect()
}

fn databases() -> Vec<CompletionCandidate> {
    let Some(workspace) = workspace() else { return Vec::new() };
    workspace.config.databases.iter().map(|(name, _)| CompletionCandidate::new(&name.value)).collect()
}

fn schemas() -> Vec<CompletionCandidate> {
    let Some(workspace) = workspace() else { return Vec::new() };
    schema_names(&workspace).into_iter().map(CompletionCandidate::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(command: &Command, found: &mut Vec<String>) {
        found.extend(command.get_arguments().map(|argument| argument.get_id().to_string()));
        command.get_subcommands().for_each(|command| ids(command, found));
    }

    /// An argument that is renamed must not lose its completion in silence.
    #[test]
    fn every_id_is_that_of_an_argument() {
        let mut found = Vec::new();
        ids(&Arguments::command(), &mut found);
        for (id, _) in VALUES {
            assert!(found.iter().any(|argument| argument == id), "no argument is called `{id}`");
        }
    }

    #[test]
    fn each_shell_has_a_script() {
        for shell in clap::ValueEnum::value_variants() {
            let script = script(*shell).expect("a script");
            assert!(script.contains(ASKED_BY), "{shell}");
        }
    }
}
