//! `lawbook man`: manual pages, one for each command.

use std::fs;
use std::io::{self, Write};

use camino::Utf8Path;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::arguments::{Arguments, ManOptions};
use super::{CLEAN, ENVIRONMENT, EXIT_CODES, Failure};
use crate::model::Problem;

/// A manual page.
pub struct Page {
    /// The name of its file: `lawbook-check.1`.
    pub name: String,
    pub text: String,
}

pub(super) fn run(options: &ManOptions) -> Result<u8, Failure> {
    match &options.folder {
        None => io::stdout().write_all(page(&whole())?.text.as_bytes())?,
        Some(folder) => {
            let pages = pages()?;
            write(folder, &pages).map_err(|error| Problem::error(format!("cannot write to `{folder}`: {error}")))?;
            writeln!(io::stdout(), "{} pages in {folder}", pages.len())?;
        }
    }
    Ok(CLEAN)
}

/// Returns the pages of all commands, that of `lawbook` first.
///
/// # Errors
/// Never: memory can be written.
pub fn pages() -> io::Result<Vec<Page>> {
    let mut pages = Vec::new();
    collect(&whole(), &mut pages)?;
    Ok(pages)
}

fn collect(command: &Command, pages: &mut Vec<Page>) -> io::Result<()> {
    pages.push(page(command)?);
    command.get_subcommands().try_for_each(|command| collect(command, pages))
}

fn write(folder: &Utf8Path, pages: &[Page]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|page| fs::write(folder.join(&page.name), &page.text))
}

fn whole() -> Command {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    command
}

fn page(command: &Command) -> io::Result<Page> {
    let man = Man::new(command.clone());
    let name = command.get_display_name().unwrap_or(command.get_name());
    // It has no day: that of the build would differ with each, that of a release is in its notes.
    let title =
        format!(".TH {} 1 \"\" \"lawbook {}\" \"Lawbook Manual\"\n", name.to_uppercase(), env!("CARGO_PKG_VERSION"));
    let mut text = Vec::new();
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let mut roff = Roff::new();
    if let Some(help) = command.get_after_help() {
        more(&help.to_string(), &mut roff);
    }
    if command.get_name() == "lawbook" {
        roff.control("SH", ["EXIT STATUS"]);
        for (code, about) in EXIT_CODES {
            roff.control("TP", []).text([bold(code.to_string())]).text([roman(*about)]);
        }
        roff.control("SH", ["ENVIRONMENT"]);
        for (name, about) in ENVIRONMENT {
            roff.control("TP", []).text([bold(*name)]).text([roman(*about)]);
        }
    } else {
        roff.control("SH", ["SEE ALSO"]).text([bold("lawbook"), roman("(1)")]);
    }
    roff.to_writer(&mut text)?;
    Ok(Page { name: man.get_filename(), text: tidy(&title, &String::from_utf8_lossy(&text)) })
}

/// Joins the parts of a page: what roff is told about quotes is said once, and breaks do not follow each other.
fn tidy(title: &str, text: &str) -> String {
    const QUOTES: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";
    let text = text.replace(QUOTES, "").replace("\n.br\n\n.br\n", "\n.sp\n").replace("\n\n.br\n", "\n.sp\n");
    format!("{QUOTES}{title}{text}")
}

/// What follows the options in a help text: examples, line by line, and paragraphs.
fn more(help: &str, roff: &mut Roff) {
    for paragraph in help.split("\n\n") {
        match paragraph.split_once(":\n") {
            Some((title @ ("Example" | "Examples"), examples)) => {
                roff.control("SH", [title.to_uppercase().as_str()]).control("nf", []);
                for line in examples.lines() {
                    roff.text([roman(line.trim_start())]);
                }
                roff.control("fi", []);
            }
            // It has a section of its own.
            _ if paragraph.starts_with("Exit codes:") => {}
            _ => {
                roff.control("SH", ["NOTES"]).text([roman(paragraph.replace('\n', " "))]);
            }
        }
    }
}
