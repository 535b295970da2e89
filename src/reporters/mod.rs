//! Reporters: one small file per output format, from a finished [`Report`] to bytes.
//!
//! They read the report and nothing else: no file, clock, terminal or environment; whether to colour and how wide to
//! print is told to them. Adding a format is one file and one line in [`FORMATS`].

pub mod audit;
pub mod changes;
mod concise;
mod github;
mod gitlab;
pub mod graph;
pub mod history;
mod html;
mod json;
mod junit;
mod look;
mod markdown;
mod problems;
mod published;
mod rdjson;
#[cfg(test)]
mod sample;
mod sarif;
pub mod schema;
mod snippet;
mod statistics;
mod table;
mod text;
mod verdict;

use std::io;

use crate::model::{Finding, Problem, Report, Severity};

pub use problems::write_problems;
pub use published::schemas;

/// One output format.
#[derive(Debug)]
pub struct Format {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words, for the help text.
    pub about: &'static str,
    /// Whether it shows every problem with its line and hint, so that nothing else needs to.
    pub shows_problems: bool,
    /// Whether it tells more than the findings: what was looked at, trees, exceptions and their growth.
    pub needs_story: bool,
    /// Writes the whole report. The writer should be buffered; its errors (a closed pipe) are returned as they are.
    pub write: fn(&Report, &Options, &mut dyn io::Write) -> io::Result<()>,
}

/// Every format, in the order in which help shows them.
pub const FORMATS: &[Format] = &[
    Format {
        name: "table",
        about: "for people: findings by file, with the source line",
        shows_problems: true,
        needs_story: false,
        write: table::write,
    },
    Format {
        name: "concise",
        about: "one line a finding",
        shows_problems: true,
        needs_story: false,
        write: concise::write,
    },
    Format {
        name: "json",
        about: "for programs; stable, version 1",
        shows_problems: false,
        needs_story: false,
        write: json::write,
    },
    Format {
        name: "github",
        about: "GitHub Actions annotations",
        shows_problems: false,
        needs_story: false,
        write: github::write,
    },
    Format {
        name: "markdown",
        about: "a summary for a pull request or job summary",
        shows_problems: false,
        needs_story: false,
        write: markdown::write,
    },
    Format {
        name: "sarif",
        about: "SARIF 2.1.0, for code scanning",
        shows_problems: false,
        needs_story: false,
        write: sarif::write,
    },
    Format {
        name: "junit",
        about: "JUnit XML, for Jenkins, GitLab and others",
        shows_problems: false,
        needs_story: false,
        write: junit::write,
    },
    Format {
        name: "gitlab",
        about: "GitLab's code quality report",
        shows_problems: false,
        needs_story: false,
        write: gitlab::write,
    },
    Format { name: "rdjson", about: "for reviewdog", shows_problems: false, needs_story: false, write: rdjson::write },
    Format {
        name: "html",
        about: "one page for a browser, with exceptions, their growth and the migration graph",
        shows_problems: true,
        needs_story: true,
        write: html::write,
    },
];

/// Returns the format of that name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// How to print. Each format uses what makes sense for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// Use ANSI colours (`table`).
    pub color: bool,
    /// Cells in a line (`table`).
    pub width: usize,
    /// Show excepted findings too. Without it they are only counted, in every format.
    pub show_excepted: bool,
    /// List the facts that could not be judged (`table`, `concise`, `markdown`).
    pub show_unknown: bool,
    /// Add a table with the counts of each rule (`table`; `markdown` always has one).
    pub statistics: bool,
    /// The severity from which findings fail the run, for the verdict in words (`table`, `markdown`).
    pub fail_on: Severity,
    /// What stands before every path for a service that counts paths from the top of the repository, where the project
    /// is a folder in it: empty, or `backend/` (`github`, `gitlab`, `sarif`).
    pub prefix: &'a str,
    /// The file that stands for what has none, such as a table of a database, where a format must name one: the
    /// configuration (`gitlab`, `rdjson`, `sarif`).
    pub home: &'a str,
}

impl Options<'_> {
    /// Returns the findings to show: those that count, and excepted ones if they are asked for.
    fn shown<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Finding> + use<'r> {
        let excepted = self.show_excepted;
        report
            .findings
            .iter()
            .map(AsRef::as_ref)
            .filter(move |finding: &&Finding| excepted || finding.excepted.is_none())
    }

    /// Returns a path as it is from the top of the repository.
    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

/// Returns the message of a problem, with its remedy.
fn with_hint(problem: &Problem) -> String {
    match &problem.hint {
        Some(hint) => format!("{} ({hint})", problem.message),
        None => problem.message.clone(),
    }
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
            show_excepted: false,
            show_unknown: false,
            statistics: false,
            fail_on: Severity::Error,
            prefix: "",
            home: "lawbook.yml",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FORMATS, Options, format, sample};
    use crate::model::Report;

    #[test]
    fn formats_are_found_by_their_unique_names() {
        let names: BTreeSet<_> = FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), FORMATS.len());
        for name in names {
            assert_eq!(format(name).map(|format| format.name), Some(name));
        }
        assert!(format("yaml").is_none());
    }

    #[test]
    fn every_format_is_deterministic_ends_its_last_line_and_emits_no_control_characters() {
        for report in [sample::report(), sample::clean(), Report::default()] {
            for all in [false, true] {
                let options = Options { show_excepted: all, show_unknown: all, statistics: all, ..Options::default() };
                for format in FORMATS {
                    let text = sample::render(format.write, &report, &options);
                    assert_eq!(text, sample::render(format.write, &report, &options), "{}", format.name);
                    assert!(text.is_empty() || text.ends_with('\n'), "{}: {text:?}", format.name);
                    // JSON escapes what JSON must; its consumers are programs.
                    let hostile = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
                    if !matches!(format.name, "json" | "gitlab" | "rdjson" | "sarif") {
                        assert!(!text.contains(hostile), "{}: {text:?}", format.name);
                    }
                }
            }
        }
    }

    #[test]
    fn a_closed_pipe_is_an_error_and_not_a_panic() {
        struct Closed;
        impl std::io::Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        for format in FORMATS {
            let result = (format.write)(&sample::report(), &Options::default(), &mut Closed);
            assert_eq!(result.map_err(|error| error.kind()), Err(std::io::ErrorKind::BrokenPipe), "{}", format.name);
        }
    }
}
