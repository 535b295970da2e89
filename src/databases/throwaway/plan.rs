//! What to make and what came of it: plain data.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::databases::{DatabaseError, Failure};
use crate::model::schema::{Dialect, ObjectName, Schema};

/// How many lines of a command's output an error shows.
const SHOWN: usize = 40;

/// How to make a throw-away database. Comes from the project's own `lawbook.yml`, never from a pack.
#[derive(Clone, Debug)]
pub struct Plan {
    /// `engine:` which kind of database.
    pub engine: Dialect,
    /// `migrate:` the shell command that migrates the empty database.
    pub migrate: String,
    /// `roundtrip.down:` the shell command that undoes all of it, if the way down shall be tried as well.
    pub down: Option<String>,
    /// `server:` a URL, `env:NAME` or `file:PATH`: makes a temporary database on this server instead of a server of our
    /// own. Its user must be allowed to make databases.
    pub server: Option<String>,
    /// `variables:` further variables that the commands get.
    pub variables: Vec<Variable>,
    /// `driver:` the form of the URL wherever no other is asked for: `postgresql+asyncpg`, `asyncpg`. Without it
    /// `postgresql`, `mysql+pymysql` and `sqlite`, or that of `server:`.
    pub driver: Option<String>,
    /// `tcp:` a server of our own also listens on a port of 127.0.0.1, with a random password, and the commands get
    /// host and port instead of a socket. On by itself where `{host}`, `{port}` or `{password}` is used.
    pub tcp: bool,
    /// `directory:` where the commands run, as an absolute path; the root by default.
    pub directory: PathBuf,
    /// The root of the project: where relative paths of `server:` start.
    pub root: PathBuf,
    /// `timeout:` how long each command may take; in seconds, 300 by default.
    pub timeout: Duration,
    /// `setup:` SQL that is run in the empty database before: extensions, schemas, roles.
    pub setup: Option<String>,
}

/// A variable of the commands: `NAME`, `{name: NAME, driver: postgresql+asyncpg}` or `{name: NAME, value: "{host}"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// The form of the URL; the plan's by default.
    pub driver: Option<String>,
    /// What it holds instead of the URL, with placeholders: `{url}`, `{url:DRIVER}`, `{host}`, `{port}`, `{user}`,
    /// `{password}`, `{database}`, `{socket}`.
    pub value: Option<String>,
}

impl Plan {
    /// Returns a plan with nothing but what is needed: the commands run in the current folder.
    pub fn new(engine: Dialect, migrate: impl Into<String>) -> Self {
        Self {
            engine,
            migrate: migrate.into(),
            down: None,
            server: None,
            variables: Vec::new(),
            driver: None,
            tcp: false,
            directory: PathBuf::from("."),
            root: PathBuf::from("."),
            timeout: Duration::from_secs(300),
            setup: None,
        }
    }
}

/// What came of a throw-away database.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The schema after migrating.
    pub schema: Schema,
    /// What the migration printed.
    pub output: Output,
    /// What came of the way down and up again, if it was asked for.
    pub roundtrip: Option<Roundtrip>,
}

/// What came of going down and up again.
#[derive(Clone, Debug, Default)]
pub struct Roundtrip {
    /// The command that failed, down or up again, if one did: the rest is then not known.
    pub failure: Option<CommandFailure>,
    /// What is still there after going down, sorted; without Alembic's own table and what was there before.
    pub left_behind: Vec<Object>,
    /// How the schema after going up again differs from the first.
    pub differences: Vec<Difference>,
    /// The schema after going up again, if it came so far.
    pub again: Option<Schema>,
}

/// Something that a database holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// `table`, `view`, `materialized view`, `sequence`, `enum`, `domain`, `type`, `function`, `schema` ...
    pub kind: String,
    /// A function's name holds the types of its arguments.
    pub name: ObjectName,
}

/// A difference between two schemas of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub object: Object,
    /// `is gone`, `is new`, `differs: column owner_id, indexes`.
    pub what: String,
}

/// The end of what a command printed: up to 64 KB of each stream, without credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    pub stdout: String,
    pub stderr: String,
}

/// A command that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandFailure {
    /// As written.
    pub command: String,
    /// `ended with status 1`, `was killed by SIGKILL`, `did not end within 300 seconds`.
    pub how: String,
    /// What ran when it failed, if it could be told: `upgrade 1a2b -> 3c4d, add users`.
    pub migration: Option<String>,
    /// The file and line of the migration, if an exception of Python passed through it.
    pub place: Option<(String, u32)>,
    pub output: Output,
    pub hint: Option<String>,
}

impl CommandFailure {
    /// Returns in one line what failed.
    pub fn summary(&self) -> String {
        let mut text = format!("`{}` {}", self.command, self.how);
        if let Some(migration) = &self.migration {
            text.push_str(&format!(", in {migration}"));
        }
        if let Some((path, line)) = &self.place {
            text.push_str(&format!(" ({path}:{line})"));
        }
        text
    }

    /// Returns the last lines that it printed, errors before the rest; of a Python traceback without what happens inside
    /// of libraries.
    pub fn tail(&self) -> String {
        let last = |text: &str, count: usize| {
            let lines: Vec<&str> = without_libraries(text).map(str::trim_end).filter(|line| !line.is_empty()).collect();
            lines[lines.len().saturating_sub(count)..].join("\n")
        };
        let errors = last(&self.output.stderr, SHOWN);
        let rest = last(&self.output.stdout, SHOWN - errors.lines().count().min(SHOWN - 5));
        [errors, rest].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// Returns the lines of a text without the frames of a traceback that lie in libraries.
fn without_libraries(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        if let Some(path) = line.strip_prefix("  File \"") {
            let file = path.split('"').next().unwrap_or_default();
            inside = ["/site-packages/", "/dist-packages/", "/lib/python", "/bin/", "<frozen ", "<string>"]
                .iter()
                .any(|part| file.contains(part));
        } else if !line.starts_with("    ") {
            inside = false;
        }
        !inside
    })
}

impl fmt::Display for CommandFailure {
    /// Writes the summary, and below it the end of the output.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.summary())?;
        let tail = self.tail();
        if tail.is_empty() { Ok(()) } else { write!(formatter, "\n{tail}") }
    }
}

impl From<CommandFailure> for DatabaseError {
    fn from(failure: CommandFailure) -> Self {
        Self { failure: Failure::Throwaway, message: failure.to_string(), hint: failure.hint }
    }
}

impl fmt::Display for Object {
    /// Writes `table deals`, `enum audit.status`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}

impl fmt::Display for Difference {
    /// Writes `table deals is gone`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.object, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceback_is_shown_without_libraries() {
        let stderr = "INFO Running upgrade a -> b\nTraceback (most recent call last):\n  \
                      File \"/app/.venv/bin/alembic\", line 8, in <module>\n    sys.exit(main())\n             ^^^^^^\n  \
                      File \"/app/.venv/lib/python3.11/site-packages/alembic/x.py\", line 1, in y\n    z()\n  \
                      File \"/app/versions/b.py\", line 3, in upgrade\n    op.boom()\n    ^^^^^^^^^\n  \
                      File \"/usr/lib/python3.11/a.py\", line 1, in y\n    z()\nValueError: no\n    second line\n";
        let failure = CommandFailure {
            command: "alembic upgrade head".into(),
            how: "ended with status 1".into(),
            migration: Some("upgrade a -> b".into()),
            place: Some(("versions/b.py".into(), 3)),
            output: Output { stdout: "printed\n\n".into(), stderr: stderr.into() },
            hint: None,
        };
        let expected = "`alembic upgrade head` ended with status 1, in upgrade a -> b (versions/b.py:3)\n\
                        INFO Running upgrade a -> b\nTraceback (most recent call last):\n  \
                        File \"/app/versions/b.py\", line 3, in upgrade\n    op.boom()\n    ^^^^^^^^^\n\
                        ValueError: no\n    second line\nprinted";
        assert_eq!(failure.to_string(), expected);
    }

    #[test]
    fn a_long_output_is_shown_by_its_end() {
        let lines = |word: &str| (0..1000).map(|number| format!("{word} {number}\n")).collect::<String>();
        let output = Output { stdout: lines("out"), stderr: lines("err") };
        let failure = CommandFailure {
            command: String::new(),
            how: String::new(),
            migration: None,
            place: None,
            output,
            hint: None,
        };
        let tail = failure.tail();
        assert!(tail.starts_with("err 960\n") && tail.ends_with("out 999"), "{tail}");
        assert_eq!(tail.lines().count(), 45);
    }
}
