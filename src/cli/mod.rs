//! The command line: arguments in, exit code out. The only layer that writes to the terminal.

mod among;
mod arguments;
mod baseline;
mod check;
mod completions;
mod example;
mod exceptions;
mod explain;
mod facts;
mod graph;
mod init;
mod lsp;
mod man;
mod progress;
mod rules;
mod schema;
mod terminal;
mod test;
mod watch;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};

use crate::exceptions::Today;
use crate::model::Problem;
use crate::reporters::write_problems;
use terminal::Terminal;

pub use completions::script as completion_script;
pub use man::{Page, pages as man_pages};

/// Exit codes: clean at the chosen level, findings, could not run or could not judge.
const CLEAN: u8 = 0;
const FOUND: u8 = 1;
const FAILED: u8 = 2;

/// What the exit code of every command means.
pub const EXIT_CODES: &[(u8, &str)] = &[
    (CLEAN, "Nothing was found, at the level of --fail-on."),
    (FOUND, "There are findings, or differences."),
    (FAILED, "Something could not be run or could not be judged; this wins over 1. Also a command line that is wrong."),
];

/// The variables of the environment that are read, beside those that `lawbook.yml` names.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("NO_COLOR", "Set to anything, it turns colours off; so do CLICOLOR=0 and TERM=dumb."),
    ("CLICOLOR_FORCE", "Set to anything but 0, it turns colours on where there is no terminal."),
    (
        "TERM",
        "Where it is dumb or not set, `lawbook watch` writes one verdict below the other instead of drawing a screen.",
    ),
    ("COLUMNS", "Width of lines, instead of the terminal's."),
    (
        "PG_BIN",
        "The folder of initdb and postgres, for throw-away databases; else PATH and the usual places are searched.",
    ),
    ("PATH", "Where git and the programs of database servers are found."),
    (completions::ASKED_BY, "Set by the scripts of lawbook completions, never by hand."),
];

/// Why a command ended without doing its work.
#[derive(Debug)]
enum Failure {
    Problems(Vec<Problem>),
    Io(io::Error),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Returns the command line that is understood, with all that its help says.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command that the arguments ask for.
pub fn run() -> ExitCode {
    completions::answer();
    let arguments = Arguments::parse();
    let terminal = Terminal::of(&arguments);
    let result = match &arguments.command {
        Command::Check(options) if options.watch => watch::run_check(options, &terminal),
        Command::Lsp => lsp::run(),
        Command::Watch(options) => watch::run(options, &terminal),
        Command::Check(options) => check::run(options, &terminal),
        Command::Rules(options) => rules::run(options, &terminal),
        Command::Explain(options) => explain::run(options, &terminal),
        Command::Test(options) => test::run(options, &terminal),
        Command::Facts(options) => facts::run(options, &terminal),
        Command::Graph(options) => graph::run(options, &terminal),
        Command::Schema(command) => schema::run(command, &terminal),
        Command::Exceptions(command) => exceptions::run(command, &terminal),
        Command::Baseline(options) => baseline::run(options, &terminal),
        Command::Init(options) => init::run(options, &terminal),
        Command::Completions { shell } => completions::run(*shell),
        Command::Man(options) => man::run(options),
    };
    ExitCode::from(match result {
        Ok(code) => code,
        // A closed pipe (`lawbook ... | head`) means that the reader has seen enough.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => FAILED,
        Err(Failure::Io(error)) => terminal.problems(&[Problem::error(format!("cannot write the output: {error}"))]),
        Err(Failure::Problems(problems)) => terminal.problems(&problems),
    })
}

impl Terminal {
    /// Writes problems to standard error; returns the exit code for "could not run".
    fn problems(&self, problems: &[Problem]) -> u8 {
        // Where standard error is closed there is nobody to tell.
        let _ = write_problems(problems, self.color_errors, self.width, &mut io::stderr().lock());
        FAILED
    }
}

/// Returns the day on which exceptions are judged: the given one, or today.
fn today(given: Option<jiff::civil::Date>) -> Today {
    given.map_or_else(|| Today::by(|| jiff::Zoned::now().date()), Today::from)
}
