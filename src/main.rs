//! The `lawbook` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    lawbook::cli::run()
}
