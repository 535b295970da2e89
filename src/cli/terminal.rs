//! What the terminal can do.

use std::io::{self, IsTerminal};

use super::arguments::{Arguments, When};

/// Width of lines where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// What the terminal can do, asked once.
pub(super) struct Terminal {
    /// Whether standard output takes colours.
    pub(super) color: bool,
    /// Whether standard error takes colours.
    pub(super) color_errors: bool,
    /// Columns of a line.
    pub(super) width: usize,
    /// Whether a person watches standard error.
    pub(super) watched: bool,
}

impl Terminal {
    /// Asks the terminal, the environment (`NO_COLOR`, `CLICOLOR_FORCE`, `TERM`, `COLUMNS`) and `--color`.
    pub(super) fn of(arguments: &Arguments) -> Self {
        let color = |stream: &dyn Fn() -> anstream::ColorChoice| match arguments.color {
            When::Always => true,
            When::Never => false,
            When::Auto => stream() != anstream::ColorChoice::Never,
        };
        let width = columns()
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
            .unwrap_or(DEFAULT_WIDTH);
        Self {
            color: color(&|| anstream::AutoStream::choice(&io::stdout())),
            color_errors: color(&|| anstream::AutoStream::choice(&io::stderr())),
            width: width.clamp(40, 160),
            watched: io::stderr().is_terminal(),
        }
    }
}

/// Returns the width that `COLUMNS` asks for: where there is no terminal to ask, and in tests.
fn columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}
