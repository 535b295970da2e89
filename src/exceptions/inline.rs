//! Inline exceptions: `# lawbook: allow RULE, RULE -- reason` in a file that is judged.

use std::ops::Range;
use std::sync::Arc;

use super::comments::{Comment, MARKER, Syntax};
use crate::model::{Location, Problem, Span, closest};

const FORM: &str = "lawbook: allow RULE -- reason";

/// One rule that one comment allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// The line of the comment, 1-based.
    pub line: u32,
    /// As written: full name, alias or bare name.
    pub rule: Arc<str>,
    pub reason: Option<Arc<str>>,
    /// Where the rule's name stands.
    pub span: Span,
    /// The line that it excuses: its own when it ends a line, the next line of code when it stands alone.
    pub covers: u32,
    /// The text of the comment's line.
    pub line_text: Arc<str>,
}

/// Returns the inline exceptions of a file, in order. A malformed one excuses nothing and is a warning; a text without
/// `lawbook:` costs one search.
///
/// `#` begins a comment, `--` in SQL. A comment that only quotes a directive (`# see lawbook: allow`) is none: it must
/// begin with it, or with another directive before it (`# noqa  # lawbook: allow x`).
pub fn inline(path: &Arc<str>, text: &str, problems: &mut Vec<Problem>) -> Vec<Inline> {
    if !text.contains(MARKER) {
        return Vec::new();
    }
    let syntax = Syntax::of_path(path);
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let mut found = Vec::new();
    for comment in syntax.comments(text) {
        let line = lines[comment.line];
        let Some(directive) = directive(line, comment.start, syntax.opener()) else { continue };
        let place = |start: usize, end: usize| place(line, comment.line, start, end);
        let mut fault = |start: usize, end: usize, message: String, hint: String| {
            let location = Location::span(path.clone(), place(start, end));
            let problem = Problem::warning(message).at(location).hint(hint);
            problems.push(Problem { line_text: Some(line.into()), ..problem });
        };
        let allowed = match read(line, directive) {
            Ok(allowed) => allowed,
            Err((start, end, message, hint)) => {
                fault(start, end, message, hint);
                continue;
            }
        };
        let covered = if comment.alone { syntax.next_code_line(&lines, comment.line + 1) } else { Some(comment.line) };
        let Some(covered) = covered else {
            fault(directive.0, directive.1, "covers nothing: no code follows".to_owned(), "remove it".to_owned());
            continue;
        };
        let line_text: Arc<str> = line.into();
        found.extend(allowed.rules.into_iter().map(|(start, end)| Inline {
            line: number(comment.line + 1),
            rule: line[start..end].into(),
            reason: allowed.reason.map(Into::into),
            span: place(start, end),
            covers: number(covered + 1),
            line_text: line_text.clone(),
        }));
    }
    found
}

/// A comment that allows rules, for edits.
pub(super) struct Directive {
    /// 0-based.
    pub(super) line: usize,
    /// Where the comment that holds it begins, at its `#` or `--`, and where the directive ends: bytes of the line.
    pub(super) range: Range<usize>,
    /// Where its rules stand.
    pub(super) rules: Vec<Range<usize>>,
}

/// Returns the well-formed directives of a file, in order: those that [`inline()`] has.
pub(super) fn directives(path: &str, text: &str) -> Vec<Directive> {
    let syntax = Syntax::of_path(path);
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let of_comment = |comment: Comment| {
        let line = lines[comment.line];
        let found = directive(line, comment.start, syntax.opener())?;
        let allowed = read(line, found).ok()?;
        let opener = line[..found.0].trim_end().trim_end_matches(syntax.opener()).len();
        let rules = allowed.rules.into_iter().map(|(start, end)| start..end).collect();
        Some(Directive { line: comment.line, range: opener..found.1, rules })
    };
    syntax.comments(text).into_iter().filter_map(of_comment).collect()
}

/// Returns the byte range of the directive in its line, from the marker to its end.
fn directive(line: &str, comment_start: usize, opener: &str) -> Option<(usize, usize)> {
    let comment = &line[comment_start..];
    let starts = std::iter::once(0).chain(comment.match_indices(opener).map(|(index, _)| index + opener.len()));
    let begins = |start: &usize| comment[*start..].trim_start().starts_with(MARKER);
    let start = starts.into_iter().find(begins)?;
    let start = comment_start + start + (comment[start..].len() - comment[start..].trim_start().len());
    // A `#` between blanks begins the next comment: `# lawbook: allow x  # noqa`. In `-- see #12` it does not.
    let end = if opener == "#" { line[start..].find(" # ").map(|length| start + length) } else { None };
    let end = end.unwrap_or(line.len());
    Some((start, start + line[start..end].trim_end().len()))
}

/// What a directive says: the byte ranges of the rules in its line.
struct Allowed<'a> {
    rules: Vec<(usize, usize)>,
    reason: Option<&'a str>,
}

/// A fault: byte range, message, hint.
type Fault = (usize, usize, String, String);

fn read(line: &str, (start, end): (usize, usize)) -> Result<Allowed<'_>, Fault> {
    let form = || format!("write `{FORM}`");
    let text = &line[..end];
    let verb_start = skip_blanks(text, start + MARKER.len());
    let verb_end = text[verb_start..].find([' ', '\t', ',']).map_or(end, |length| verb_start + length);
    let verb = &text[verb_start..verb_end];
    if verb != "allow" {
        let hint = closest(verb, ["allow"]).map_or_else(form, |near| format!("did you mean `{near}`?"));
        let message =
            if verb.is_empty() { "an empty directive".to_owned() } else { format!("unknown directive `{verb}`") };
        return Err((start, if verb.is_empty() { end } else { verb_end }, message, hint));
    }
    let (rules_end, reason) = match separator(text, verb_end) {
        Some(index) => (index, Some(text[index + 2..].trim()).filter(|reason| !reason.is_empty())),
        None => (end, None),
    };
    let mut rules = Vec::new();
    let mut at = verb_end;
    for part in text[verb_end..rules_end].split(',') {
        let rule = part.trim();
        let rule_start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        if let Some(blank) = rule.find(char::is_whitespace) {
            let message = format!("expected `,` or `-- reason` behind `{}`: excuses nothing", &rule[..blank]);
            return Err((rule_start + blank, rule_start + rule.len(), message, form()));
        }
        if !rule.is_empty() {
            rules.push((rule_start, rule_start + rule.len()));
        }
    }
    if rules.is_empty() {
        return Err((start, end, "names no rule: excuses nothing".to_owned(), form()));
    }
    Ok(Allowed { rules, reason })
}

fn skip_blanks(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}

/// Returns where `--` stands between blanks: a rule's name may hold dashes.
fn separator(text: &str, from: usize) -> Option<usize> {
    let found = text[from..].match_indices("--").map(|(index, _)| from + index);
    let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let bytes = text.as_bytes();
    let mut free = found.filter(|index| blank(bytes.get(index - 1)) && blank(bytes.get(index + 2)));
    free.next()
}

fn place(line: &str, index: usize, start: usize, end: usize) -> Span {
    let column = |offset: usize| number(line[..offset].chars().count() + 1);
    Span { line: number(index + 1), column: column(start), end_line: number(index + 1), end_column: column(end) }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
