//! Parts of SQL that are filled in before it runs: `:name` of psql and of bound parameters, `%(name)s`, `${name}`,
//! `{name}`. A statement is read with a mark in their place; what the mark ends up in cannot be known.

use std::ops::Range;
use std::sync::Arc;

use super::draft::Draft;
use super::lexer::{Kind, Lexer, Token};
use crate::model::Known;
use crate::model::operation::Action;
use crate::model::schema::Dialect;

/// Stands for each two bytes of a hole. It counts as a letter, and nobody writes it: no character has this number.
const MARK: char = '\u{7ff}';

const WHY: &str = "it is filled in when the statement runs";

/// Returns the text with marks in place of its holes, byte for byte as long; `None` if it has none.
pub(super) fn mask(sql: &str, dialect: Dialect) -> Option<String> {
    memchr::memchr3(b':', b'%', b'{', sql.as_bytes())?;
    let tokens = Lexer::new(sql, dialect).tokens();
    let mut holes: Vec<(Range<usize>, bool)> = Vec::new();
    let mut brackets = 0_usize;
    let mut number = 0;
    while number < tokens.len() {
        let rest = &tokens[number..];
        match rest[0].kind {
            Kind::Mark(b'[') => brackets += 1,
            Kind::Mark(b']') => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        let before = number.checked_sub(1).map(|before| tokens[before]);
        let joined = before.filter(|before| before.end == rest[0].start);
        let hole = match rest[0].kind {
            Kind::Mark(b':') if brackets == 0 => colon(sql, rest, joined),
            Kind::Mark(b'%') => percent(sql, rest, joined),
            Kind::Mark(b'$' | b'{') => braces(rest),
            _ => None,
        };
        match hole {
            Some((count, quoted)) => {
                holes.push((rest[0].start..rest[count - 1].end, quoted));
                number += count;
            }
            None => number += 1,
        }
    }
    let mut masked = String::with_capacity(sql.len());
    let mut at = 0;
    for (hole, quoted) in &holes {
        masked.push_str(&sql[at..hole.start]);
        let marks = |length: usize| format!("{}{}", MARK.to_string().repeat(length / 2), "_".repeat(length % 2));
        match quoted {
            true => masked.push_str(&format!("'{}'", marks(hole.len() - 2))),
            false => masked.push_str(&marks(hole.len())),
        }
        at = hole.end;
    }
    masked.push_str(&sql[at..]);
    (!holes.is_empty()).then_some(masked)
}

/// Reads `:name`, `:'name'` or `:"name"`: how many tokens it is, and whether it stands for a text in quotes.
fn colon(sql: &str, rest: &[Token], joined: Option<Token>) -> Option<(usize, bool)> {
    let follows = rest.get(1).filter(|next| next.start == rest[0].end)?;
    // Not `a::int`, `a:b`, `f(x):y`.
    if joined
        .is_some_and(|before| !matches!(before.kind, Kind::Mark(mark) if mark != b':' && mark != b')' && mark != b']'))
    {
        return None;
    }
    let text = follows.text(sql);
    match follows.kind {
        Kind::Word if !text.as_bytes()[0].is_ascii_digit() => Some((2, false)),
        Kind::Quoted if text.starts_with('"') => Some((2, false)),
        Kind::Text if text.starts_with('\'') => Some((2, true)),
        _ => None,
    }
}

/// Reads `%(name)s` or `%s`.
fn percent(sql: &str, rest: &[Token], joined: Option<Token>) -> Option<(usize, bool)> {
    let near = |number: usize| rest.get(number).filter(|token| token.start == rest[number - 1].end);
    let is = |number: usize, text: &str| near(number).is_some_and(|token| token.text(sql) == text);
    if is(1, "(") && near(2).is_some_and(|token| token.kind == Kind::Word) && is(3, ")") && is(4, "s") {
        return Some((5, false));
    }
    // `a%s` is a remainder.
    let operand = joined.is_some_and(|before| !matches!(before.kind, Kind::Mark(_)) || before.is_mark(b')'));
    (is(1, "s") && !operand).then_some((2, false))
}

/// Reads `${name}`, `{name}` or `{{ name }}`.
fn braces(rest: &[Token]) -> Option<(usize, bool)> {
    let start = usize::from(rest[0].is_mark(b'$'));
    let open = rest.get(start).filter(|token| token.is_mark(b'{'))?;
    if start == 1 && open.start != rest[0].end {
        return None;
    }
    let mut depth = 0_usize;
    for (number, token) in rest.iter().enumerate().skip(start).take(200) {
        match token.kind {
            Kind::Mark(b'{') => depth += 1,
            Kind::Mark(b'}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((number + 1, false));
        }
    }
    None
}

/// Returns whether a text has a hole in it.
pub(super) fn has_hole(text: &str) -> bool {
    text.contains(MARK)
}

/// Says what of a draft cannot be known, if it was read from a text with holes.
pub(super) fn settle(draft: &mut Draft) {
    let touched = |action: &Action| has_hole(&format!("{action:?}"));
    if !touched(&draft.action) {
        return;
    }
    let why: Arc<str> = WHY.into();
    match &mut draft.action {
        Action::Data { table, .. } => *table = Known::No(why),
        Action::AddColumn { column, .. } if matches!(&column.default, Known::Yes(Some(default)) if has_hole(default)) =>
        {
            column.default = Known::No(why);
        }
        Action::AlterColumn(alter) if matches!(&alter.default, Some(Known::Yes(Some(default))) if has_hole(default)) => {
            alter.default = Some(Known::No(why));
        }
        _ => {}
    }
    if touched(&draft.action) {
        draft.action = Action::Unknown { why: format!("a part of it cannot be known: {WHY}").into() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_found_outside_of_texts() {
        let cases: &[(&str, Option<&str>)] = &[
            ("a = :xyz", Some("a = ##")),
            ("a = :x and b", Some("a = # and b")),
            ("a = :'x'", Some("a = '#'")),
            ("a(:\"x\")", Some("a(##)")),
            ("(%(ab)s, %s)", Some("(###, #)")),
            ("${a}.t", Some("##.t")),
            ("{{ a }}.t_{b}", Some("###_.t_#_")),
            ("a::int", None),
            ("a[1:n]", None),
            ("':x' || \"a:b\" -- :c", None),
            ("a % s, a%s", None),
            ("a := 1", None),
            ("'{a}'::jsonb", None),
            ("12:30", None),
        ];
        for (sql, expected) in cases {
            let masked = mask(sql, Dialect::Postgresql);
            assert!(masked.as_ref().is_none_or(|masked| masked.len() == sql.len()), "{sql}");
            assert_eq!(masked.map(|masked| masked.replace(MARK, "#")).as_deref(), *expected, "{sql}");
        }
    }
}
