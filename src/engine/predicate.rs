//! Predicates on facts, and where in the file they matched.

use std::cell::{Cell, OnceCell};

use super::compile::{Laws, Node};
use super::condition;
use super::truth::Truth;
use crate::languages::python::{Module, PatternMatch, find_all};
use crate::model::{Fact, Known, Named, Span};

/// The file that a fact is in, as far as it was read. Patterns are matched once for all laws, when first asked for.
pub(super) struct View<'a> {
    pub(super) laws: &'a Laws,
    /// The text, or why there is none.
    pub(super) text: Known<&'a str>,
    /// The parsed file, or why there is none.
    pub(super) module: Known<&'a Module>,
    /// Which needles occur in the text.
    found: OnceCell<Vec<bool>>,
    /// For each regex, whether the text matches, where that was asked.
    texts: OnceCell<Vec<Cell<Option<bool>>>>,
    /// For each pattern, its matches.
    code: OnceCell<Vec<Vec<PatternMatch>>>,
}

/// One match of a predicate.
#[derive(Clone, Debug, Default)]
pub(super) struct Match {
    /// The place in the file; none for a condition on a field.
    pub(super) span: Option<Span>,
    /// `match`, and the captures by number or name.
    pub(super) data: Named,
}

/// Whether a predicate holds, and where.
pub(super) struct Verdict {
    pub(super) truth: Truth,
    pub(super) matches: Vec<Match>,
}

impl Verdict {
    fn plain(truth: Truth) -> Self {
        Self { truth, matches: Vec::new() }
    }

    fn of_matches(matches: Vec<Match>) -> Self {
        Self { truth: (!matches.is_empty()).into(), matches }
    }
}

impl<'a> View<'a> {
    pub(super) fn new(laws: &'a Laws, text: Known<&'a str>, module: Known<&'a Module>) -> Self {
        Self { laws, text, module, found: OnceCell::new(), texts: OnceCell::new(), code: OnceCell::new() }
    }

    /// Returns the view of a fact that is in no file.
    pub(super) fn none(laws: &'a Laws) -> Self {
        let reason = "the fact is not in a file";
        Self::new(laws, Known::No(reason.into()), Known::No(reason.into()))
    }

    /// Evaluates a predicate on a fact of this file.
    pub(super) fn judge(&self, node: &Node, fact: &Fact) -> Verdict {
        match node {
            Node::All(parts) => parts.iter().fold(Verdict::plain(Truth::True), |mut verdict, part| {
                if verdict.truth == Truth::False {
                    return Verdict::plain(Truth::False);
                }
                let next = self.judge(part, fact);
                verdict.truth = verdict.truth.and(next.truth);
                verdict.matches = joined(verdict.matches, next.matches);
                verdict
            }),
            Node::Any(parts) => parts.iter().fold(Verdict::plain(Truth::False), |mut verdict, part| {
                let next = self.judge(part, fact);
                verdict.truth = verdict.truth.or(next.truth);
                verdict.matches.extend(next.matches);
                verdict
            }),
            Node::Not(inner) => Verdict::plain(self.judge(inner, fact).truth.negated()),
            Node::Field(field, condition) => {
                let mut data = Named::default();
                let truth = condition::holds(condition, &(field.get)(fact), Some(&mut data));
                let matches = if data.is_empty() { Vec::new() } else { vec![Match { span: None, data }] };
                Verdict { truth, matches }
            }
            Node::Text(index) => self.text_matches(*index, fact),
            Node::Code(index) => self.code_matches(*index, fact),
        }
    }

    /// Returns whether a predicate holds, without looking for places: cheaper than [`View::judge`].
    pub(super) fn holds(&self, node: &Node, fact: &Fact) -> Truth {
        match node {
            Node::All(parts) => {
                let mut truth = Truth::True;
                for part in parts {
                    truth = truth.and(self.holds(part, fact));
                    if truth == Truth::False {
                        break;
                    }
                }
                truth
            }
            Node::Any(parts) => {
                let mut truth = Truth::False;
                for part in parts {
                    truth = truth.or(self.holds(part, fact));
                    if truth == Truth::True {
                        break;
                    }
                }
                truth
            }
            Node::Not(inner) => self.holds(inner, fact).negated(),
            Node::Text(index) if !matches!(fact, Fact::Call(_) | Fact::Statement(_)) => match &self.text {
                Known::Yes(text) => self.is_match(*index, text).into(),
                Known::No(reason) => Truth::Unknown(reason.clone()),
            },
            Node::Field(field, condition) => condition::holds(condition, &(field.get)(fact), None),
            Node::Text(_) | Node::Code(_) => self.judge(node, fact).truth,
        }
    }

    /// Returns whether a regex matches the text: once for all laws that ask.
    fn is_match(&self, index: usize, text: &str) -> bool {
        if !self.laws.text_possible(index, self.found()) {
            return false;
        }
        let answer = &self.texts.get_or_init(|| vec![Cell::new(None); self.laws.texts.len()])[index];
        answer.get().unwrap_or_else(|| {
            let is_match = self.laws.texts[index].get(text).is_match(text);
            answer.set(Some(is_match));
            is_match
        })
    }

    fn text_matches(&self, index: usize, fact: &Fact) -> Verdict {
        let (text, start) = match fact {
            Fact::Call(call) => (&*call.text, Some(call.span)),
            Fact::Statement(statement) => (&*statement.statement.text, statement.statement.at.span),
            _ => match &self.text {
                Known::Yes(text) => (*text, None),
                Known::No(reason) => return Verdict::plain(Truth::Unknown(reason.clone())),
            },
        };
        if !matches!(fact, Fact::Call(_) | Fact::Statement(_)) && !self.laws.text_possible(index, self.found()) {
            return Verdict::plain(Truth::False);
        }
        let regex = self.laws.texts[index].get(text);
        let matches = regex.captures_iter(text).filter_map(|captures| {
            let whole = captures.get(0)?;
            let span = Span::of_bytes(text, whole.start(), whole.end());
            let names = regex.capture_names().enumerate();
            let groups = names.filter_map(|(number, name)| {
                let key = name.map_or_else(|| number.to_string(), ToOwned::to_owned);
                Some((key.into(), captures.get(number)?.as_str().to_owned()))
            });
            let whole = ("match".into(), whole.as_str().to_owned());
            Some(Match { span: Some(shifted(span, start)), data: groups.chain([whole]).collect() })
        });
        Verdict::of_matches(matches.collect())
    }

    fn code_matches(&self, index: usize, fact: &Fact) -> Verdict {
        let module = match &self.module {
            Known::Yes(module) => module,
            Known::No(reason) => return Verdict::plain(Truth::Unknown(reason.clone())),
        };
        let code = self.code.get_or_init(|| {
            let possible = |index: &usize| self.laws.pattern_possible(*index, self.found());
            let numbers: Vec<usize> = (0..self.laws.patterns.len()).filter(possible).collect();
            let patterns: Vec<_> = numbers.iter().map(|number| &self.laws.patterns[*number]).collect();
            let mut code = vec![Vec::new(); self.laws.patterns.len()];
            for (index, found) in find_all(module, &patterns) {
                code[numbers[index]].push(found);
            }
            code
        });
        let here = |found: &&PatternMatch| match fact {
            Fact::Call(call) => call.span == found.span,
            _ => true,
        };
        let matches = code[index].iter().filter(here).map(|found| {
            let whole = ("match".into(), found.text.clone());
            let captures = found.captures.iter().map(|(name, text)| (name.clone().into(), text.clone()));
            Match { span: Some(found.span), data: captures.chain([whole]).collect() }
        });
        Verdict::of_matches(matches.collect())
    }

    /// Returns a line of the text, counted from 1, without its end.
    pub(super) fn line(&self, number: u32) -> Option<&str> {
        match (&self.module, &self.text) {
            (Known::Yes(module), _) => module.line(number),
            (_, Known::Yes(text)) => line(text, number),
            _ => None,
        }
    }

    fn found(&self) -> &[bool] {
        self.found.get_or_init(|| self.text.as_known().map_or_else(Vec::new, |text| self.laws.scan(text)))
    }
}

/// Joins the matches of two predicates that hold together: places come from whichever has them, captures from both.
fn joined(left: Vec<Match>, right: Vec<Match>) -> Vec<Match> {
    let has_places = |matches: &[Match]| matches.iter().any(|found| found.span.is_some());
    let (mut places, extra) = if has_places(&left) || !has_places(&right) { (left, right) } else { (right, left) };
    if has_places(&extra) {
        return places;
    }
    if places.is_empty() {
        return extra;
    }
    for found in &mut places {
        for (key, value) in extra.iter().flat_map(|extra| &extra.data) {
            found.data.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    places
}

/// Moves a span within a call's text to where the call stands in the file.
fn shifted(span: Span, start: Option<Span>) -> Span {
    let Some(start) = start else { return span };
    let column = |line: u32, column: u32| if line == 1 { column + start.column - 1 } else { column };
    Span {
        line: span.line + start.line - 1,
        column: column(span.line, span.column),
        end_line: span.end_line + start.line - 1,
        end_column: column(span.end_line, span.end_column),
    }
}

/// Returns a line of a text, counted from 1, as `str::lines` would: which looks at every line before it, byte by byte.
fn line(text: &str, number: u32) -> Option<&str> {
    let before = number.saturating_sub(1) as usize;
    let start = match before.checked_sub(1) {
        None => 0,
        Some(index) => memchr::memchr_iter(b'\n', text.as_bytes()).nth(index)? + 1,
    };
    text.get(start..)?.lines().next()
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "a", "a\n", "a\r\nb\n\nc", "\n\n", "\r\n\r", "ä\nß"] {
            for number in 1..8 {
                assert_eq!(line(text, number), text.lines().nth(number as usize - 1), "{number} of {text:?}");
            }
        }
    }
}
