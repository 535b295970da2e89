//! Regexes and globs of rules: compiled once, with faults that fit on a line.

use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use regex::{Regex, RegexBuilder};

use crate::model::{Problem, Span};
use crate::yaml::Place;

/// Bytes that one compiled regex may take: `(a{1000}){1000}` is refused in no time.
const SIZE_LIMIT: usize = 4 * 1024 * 1024;

/// Compiles a regex; with `multi_line`, `^` and `$` match at every line.
pub(super) fn regex(pattern: &str, multi_line: bool, place: &Place) -> Result<Arc<Regex>, Problem> {
    let built = RegexBuilder::new(pattern).multi_line(multi_line).size_limit(SIZE_LIMIT).nest_limit(100).build();
    built.map(Arc::new).map_err(|error| match &error {
        regex::Error::CompiledTooBig(_) => {
            place.error("the regex is too large when compiled").hint("lower its repetition counts")
        }
        regex::Error::Syntax(text) => {
            let message = text.lines().rev().find_map(|line| line.strip_prefix("error: ")).unwrap_or("not a regex");
            let problem = narrowed(place, pattern, caret(text)).error(format!("not a regex: {message}"));
            if message.starts_with("look-around") {
                return problem.hint("write two conditions instead: one that matches, and one under `not`");
            }
            problem
        }
        _ => place.error(format!("not a regex: {error}").lines().next().unwrap_or_default()),
    })
}

/// Returns the offset in characters of the caret in a syntax error of a one-line regex.
fn caret(text: &str) -> Option<u32> {
    let mut lines = text.lines().skip(2);
    let carets = lines.next()?.strip_prefix("    ")?;
    let offset = carets.find('^')?;
    carets.trim().starts_with('^').then(|| u32::try_from(offset).ok())?
}

/// Returns the place of one character of a pattern, if the YAML spells the pattern as it is, on one line.
fn narrowed(place: &Place, pattern: &str, offset: Option<u32>) -> Place {
    let start = place.span.column as usize - 1;
    let spelled: String = place.source.line(place.span.line).chars().skip(start).collect();
    let quote = match spelled.chars().next() {
        Some('\'' | '"') => 1,
        _ => 0,
    };
    let Some(offset) = offset.filter(|_| spelled.get(quote as usize..).is_some_and(|rest| rest.starts_with(pattern)))
    else {
        return place.clone();
    };
    let column = place.span.column + quote + offset;
    let span = Span { line: place.span.line, column, end_line: place.span.line, end_column: column + 1 };
    Place { source: place.source.clone(), span }
}

/// Compiles a glob in which `*` stays inside a folder and `**` crosses them.
pub(super) fn glob(pattern: &str, place: &Place) -> Result<Arc<GlobMatcher>, Problem> {
    let built = GlobBuilder::new(pattern).literal_separator(true).build();
    built.map(|glob| Arc::new(glob.compile_matcher())).map_err(|error| glob_problem(&error, place))
}

/// Checks a glob of `files`, which may begin with `!`, without compiling it.
pub(super) fn check_file_glob(pattern: &str, place: &Place) -> Result<(), Problem> {
    let glob = pattern.strip_prefix('!').unwrap_or(pattern);
    if glob.is_empty() {
        return Err(place.error("an empty glob matches nothing"));
    }
    if glob.starts_with('/') || glob.starts_with("./") {
        let message = "a glob is matched against the path relative to the root, without a leading `/` or `./`";
        return Err(place.error(message).hint(format!("write `{}`", glob.trim_start_matches(['.', '/']))));
    }
    let built = GlobBuilder::new(glob).literal_separator(true).build();
    built.map(|_| ()).map_err(|error| glob_problem(&error, place))
}

fn glob_problem(error: &globset::Error, place: &Place) -> Problem {
    place.error(format!("not a glob: {}", error.kind()))
}
