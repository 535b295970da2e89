//! The project's own commands: run by the shell, on the throw-away database, for a limited time.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::LazyLock;

use regex::Regex;

use super::environment::Environment;
use super::ground::{Ground, fault};
use super::process::{Ended, Process};
use super::{CommandFailure, Output, Plan, ini, system, template};
use crate::databases::{DatabaseError, DatabaseUrl, connect, redact};

/// How commands are run.
pub(super) struct Commands<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) plan: &'a Plan,
    pub(super) environment: &'a Environment,
    /// The URL that the commands get.
    pub(super) url: &'a DatabaseUrl,
}

impl Commands<'_> {
    /// Runs a command to its end. The outer error is ours, the inner one the command's.
    pub(super) fn run(&self, text: &str) -> Result<Result<Output, CommandFailure>, DatabaseError> {
        self.ground.watch.check()?;
        let shown = redact(text, self.url);
        (self.ground.progress)(&shown);
        let directory = &self.plan.directory;
        if !directory.is_dir() {
            return Err(fault(format!("the command's directory {} does not exist", directory.display())));
        }
        let filled = template::fill_command(text, self.url, self.plan.driver.as_deref(), |path| {
            let url = self.url.spelled(self.plan.driver.as_deref())?;
            let copy = ini::copy(path, directory, self.ground.path(), &url)?;
            Ok(copy.to_string_lossy().into_owned())
        })?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &filled]).current_dir(directory);
        self.environment.apply(&mut command);
        let mut process = Process::start(&mut command, self.ground.keeper, None)
            .map_err(|error| fault(format!("`{shown}` cannot be started: {error}")))?;
        let ended = process.wait(self.plan.timeout, self.ground.watch)?;
        let output = Output {
            stdout: redact(&process.stdout.text(), self.url),
            stderr: redact(&process.stderr.text(), self.url),
        };
        let how = match ended {
            Ended::Status(status) if status.success() => return Ok(Ok(output)),
            Ended::Status(status) => how(status),
            Ended::Timeout => format!("did not end within {}", connect::words(self.plan.timeout)),
        };
        let step = process.stderr.step().or_else(|| process.stdout.step());
        let migration = step.map(|step| redact(&step, self.url));
        let hint = self.hint(ended, &output);
        let place = place(&output).map(|(path, line)| (self.below_root(path), line));
        Ok(Err(CommandFailure { command: shown, how, migration, place, output, hint }))
    }

    /// Returns a path as people know it: from the root of the project.
    fn below_root(&self, path: String) -> String {
        let root = self.plan.root.canonicalize().ok();
        let inside = root.and_then(|root| Some(Path::new(&path).strip_prefix(root).ok()?.to_str()?.to_owned()));
        inside.unwrap_or(path)
    }

    /// Returns what may help, judged by what the command said.
    fn hint(&self, ended: Ended, output: &Output) -> Option<String> {
        static NO_MODULE: LazyLock<Regex> = LazyLock::new(|| {
            let drivers = "psycopg2|psycopg|asyncpg|pg8000|pymysql|MySQLdb|aiomysql|asyncmy|mysql|mariadb|aiosqlite";
            Regex::new(&format!("No module named '({drivers})'")).expect("valid")
        });
        if matches!(ended, Ended::Timeout) {
            return Some("does it wait for something? give it more time with `timeout:`".to_owned());
        }
        if let Ended::Status(status) = ended
            && status.code() == Some(127)
        {
            return Some(
                "commands are run by sh: write the path of a program in a virtual environment (.venv/bin/alembic), \
                         or one that finds it (uv run alembic)"
                    .to_owned(),
            );
        }
        let text = format!("{}\n{}", output.stderr, output.stdout);
        if let Some(found) = NO_MODULE.captures(&text) {
            let example = match &found[1] {
                "psycopg2" => "postgresql+psycopg",
                "psycopg" => "postgresql+psycopg2",
                "pymysql" => "mysql+mysqldb",
                "MySQLdb" => "mysql+pymysql",
                _ => "postgresql+asyncpg",
            };
            return Some(format!("name the driver that the project has, such as `driver: {example}`"));
        }
        if text.contains("requires an async driver") {
            return Some("name an async driver, such as `driver: postgresql+asyncpg`".to_owned());
        }
        let asks_for_host = ["PostgresDsn", "MySQLDsn", "MariaDBDsn", "MultiHostUrl", "empty host", "invalid host"];
        if self.url.pieces().host.starts_with('/') && asks_for_host.iter().any(|word| text.contains(word)) {
            return Some("the URL names a Unix socket; with `tcp: true` it has a host and a port".to_owned());
        }
        withheld(&self.environment.withheld)
    }
}

/// Returns a word about variables that the command could not see.
pub(super) fn withheld(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("withheld, because they name other databases: {names}; list under `variables` what shall hold the throw-away URL")
    })
}

/// Says how a command ended.
fn how(status: ExitStatus) -> String {
    if let Some(signal) = status.signal() {
        return format!("was killed by {}", system::signal_name(signal));
    }
    let code = status.code().unwrap_or_default();
    match code {
        // What a shell says about a program that a signal has ended.
        129..=159 => format!("ended with status {code}, as after {}", system::signal_name(code - 128)),
        _ => format!("ended with status {code}"),
    }
}

/// Returns the line of a migration that an exception of Python passed through.
fn place(output: &Output) -> Option<(String, u32)> {
    static FRAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"File "([^"]+)", line (\d+), in (?:upgrade|downgrade)\w*\s"#).expect("valid"));
    // The innermost is the last, but Alembic's own functions have such names as well.
    let own = |path: &str| path.contains("/alembic/command.py") || path.contains("/alembic/runtime/");
    let frames = FRAME.captures_iter(&output.stderr).chain(FRAME.captures_iter(&output.stdout));
    let found = frames.filter(|frame| !own(&frame[1])).last()?;
    Some((found[1].to_owned(), found[2].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_migration_is_found() {
        let stderr =
            "Traceback (most recent call last):\n  File \"/x/alembic/command.py\", line 1, in upgrade\n    a\n  \
                      File \"/app/versions/1a_x.py\", line 30, in upgrade\n    op.boom()\n  \
                      File \"/app/versions/1a_x.py\", line 44, in upgrade_part\n    b\n  \
                      File \"/x/sqlalchemy/engine.py\", line 9, in do\n"
                .to_owned();
        assert_eq!(place(&Output { stdout: String::new(), stderr }), Some(("/app/versions/1a_x.py".to_owned(), 44)));
        assert_eq!(place(&Output::default()), None);
    }

    #[test]
    fn the_end_is_said_in_words() {
        for (status, expected) in [
            (ExitStatus::from_raw(1 << 8), "ended with status 1"),
            (ExitStatus::from_raw(9), "was killed by SIGKILL"),
            (ExitStatus::from_raw(137 << 8), "ended with status 137, as after SIGKILL"),
            (ExitStatus::from_raw(77), "was killed by signal 77"),
        ] {
            assert_eq!(how(status), expected);
        }
    }
}
