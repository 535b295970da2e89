//! Regexes and globs of rules: checked when the pack loads, compiled when first used, with faults that fit on a line.
//! Those that came with the binary have been checked before.

use std::sync::{Arc, OnceLock};

use globset::{GlobBuilder, GlobMatcher};
use regex::RegexBuilder;
use regex_syntax::hir::{Hir, HirKind};

use super::literals::{self, Needle};
use crate::model::regex::{compiled_size, for_ascii};
use crate::model::{Problem, Span};
use crate::yaml::Place;

/// Bytes that one compiled regex may take: `(a{1000}){1000}` is refused in no time.
const SIZE_LIMIT: usize = 4 * 1024 * 1024;

/// Groups may be nested so deep.
const NEST_LIMIT: u32 = 100;

/// A regex that is known to be valid. Compiling costs more than everything else that loading a rule does, and most runs
/// use few of them, so it is put off until the first match.
#[derive(Debug)]
pub struct Regex {
    pattern: Arc<str>,
    multi_line: bool,
    told: OnceLock<Told>,
    compiled: OnceLock<regex::Regex>,
    /// What is used for ASCII texts; none where that is the same.
    for_ascii: OnceLock<Option<regex::Regex>>,
}

/// What can be told of a regex without compiling it.
#[derive(Debug)]
struct Told {
    captures: Vec<String>,
    needles: Option<Vec<Needle>>,
}

impl Told {
    fn of(parsed: Option<&Hir>) -> Self {
        let mut captures = vec!["0".to_owned()];
        if let Some(hir) = parsed {
            add_captures(hir, &mut captures);
        }
        Self { captures, needles: parsed.and_then(literals::of_regex) }
    }
}

impl Regex {
    fn told(&self) -> &Told {
        self.told.get_or_init(|| Told::of(parse(&self.pattern, self.multi_line).ok().as_ref()))
    }

    /// Returns the compiled regex for a text.
    pub fn get(&self, text: &str) -> &regex::Regex {
        let narrow = || regex::Regex::new(&for_ascii(&parse(&self.pattern, self.multi_line).ok()?)).ok();
        if text.is_ascii()
            && let Some(regex) = self.for_ascii.get_or_init(narrow)
        {
            return regex;
        }
        self.compiled.get_or_init(|| {
            let built = RegexBuilder::new(&self.pattern).multi_line(self.multi_line).nest_limit(NEST_LIMIT).build();
            built.expect("its syntax and its size were checked when it was made")
        })
    }

    /// Returns the numbers and names of its captures; `0` is the whole match.
    pub fn captures(&self) -> &[String] {
        &self.told().captures
    }

    /// Returns needles of which at least one occurs in every text that it matches, if there are such.
    pub fn needles(&self) -> Option<&[Needle]> {
        self.told().needles.as_deref()
    }

    /// Returns whether it may match a short text: whether one of its needles occurs there.
    pub fn may_match(&self, text: &str) -> bool {
        self.needles().is_none_or(|needles| needles.iter().any(|needle| needle.occurs_in(text)))
    }

    /// Returns the pattern as written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }
}

#[cfg(test)]
impl From<regex::Regex> for Regex {
    fn from(regex: regex::Regex) -> Self {
        let captures = (0..regex.captures_len()).map(|number| number.to_string());
        let captures = captures.chain(regex.capture_names().flatten().map(ToOwned::to_owned)).collect();
        Self {
            pattern: regex.as_str().into(),
            multi_line: false,
            told: OnceLock::from(Told { captures, needles: None }),
            compiled: OnceLock::from(regex),
            for_ascii: OnceLock::from(None),
        }
    }
}

/// Checks a regex; with `multi_line`, `^` and `$` match at every line.
pub(super) fn regex(pattern: &str, multi_line: bool, place: &Place) -> Result<Arc<Regex>, Problem> {
    if place.source.vouched_for {
        let (told, compiled, for_ascii) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        return Ok(Arc::new(Regex { pattern: pattern.into(), multi_line, told, compiled, for_ascii }));
    }
    let parsed = parse(pattern, multi_line);
    let (compiled, for_ascii) = match &parsed {
        Ok(hir) if compiled_size(hir) < SIZE_LIMIT / 8 => (OnceLock::new(), OnceLock::new()),
        _ => (OnceLock::from(compile(pattern, multi_line, place)?), OnceLock::from(None)),
    };
    let told = OnceLock::from(Told::of(parsed.as_ref().ok()));
    Ok(Arc::new(Regex { pattern: pattern.into(), multi_line, told, compiled, for_ascii }))
}

fn parse(pattern: &str, multi_line: bool) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = regex_syntax::ParserBuilder::new().multi_line(multi_line).nest_limit(NEST_LIMIT).build();
    parser.parse(pattern).map_err(Box::new)
}

fn add_captures(hir: &Hir, captures: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            captures.push(capture.index.to_string());
            captures.extend(capture.name.iter().map(ToString::to_string));
            add_captures(&capture.sub, captures);
        }
        HirKind::Repetition(repetition) => add_captures(&repetition.sub, captures),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| add_captures(part, captures));
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

fn compile(pattern: &str, multi_line: bool, place: &Place) -> Result<regex::Regex, Problem> {
    let built = RegexBuilder::new(pattern).multi_line(multi_line).size_limit(SIZE_LIMIT).nest_limit(NEST_LIMIT).build();
    built.map_err(|error| match &error {
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
