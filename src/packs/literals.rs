//! Literals that a text must contain for a regex to match it, so that one scan tells which laws can match at all.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Shorter literals occur everywhere and tell nothing.
const MIN_LENGTH: usize = 3;
/// More alternatives than this are not worth a place in the scan.
const MAX_ALTERNATIVES: usize = 16;

/// A literal that is looked for before a regex is tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Needle {
    /// In lower case where any case will do.
    pub text: String,
    /// Whether ASCII letters may be large or small.
    pub any_case: bool,
}

impl Needle {
    /// Returns a needle that is found as it is spelled.
    pub const fn exact(text: String) -> Self {
        Self { text, any_case: false }
    }

    /// Returns whether it is what stands here, given that its letters are, large or small.
    pub fn is(&self, found: &str) -> bool {
        self.any_case || self.text == found
    }

    /// Returns whether it occurs in a text, which should be short: a large one is scanned for all needles at once.
    pub fn occurs_in(&self, text: &str) -> bool {
        let (text, needle) = (text.as_bytes(), self.text.as_bytes());
        let Some(first) = needle.first() else { return true };
        let begins = |found: &[u8]| found[0].eq_ignore_ascii_case(first);
        let is_here = |found: &[u8]| if self.any_case { found.eq_ignore_ascii_case(needle) } else { found == needle };
        text.windows(needle.len()).any(|found| begins(found) && is_here(found))
    }
}

/// Returns needles of which at least one occurs in every text that the regex matches; `None` if there are no such
/// needles, or none worth looking for.
pub(super) fn of_regex(hir: &Hir) -> Option<Vec<Needle>> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => needle(std::slice::from_ref(hir)).map(|needle| vec![needle]),
        HirKind::Capture(capture) => of_regex(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of_regex(&repetition.sub),
        // All parts must match: the most telling one will do. Parts that spell one word are one.
        HirKind::Concat(parts) => {
            let words = parts.split(|part| letters(part).is_none()).filter_map(needle).map(|needle| vec![needle]);
            let others = parts.iter().filter(|part| letters(part).is_none()).filter_map(of_regex);
            words.chain(others).max_by_key(|needles| worth(needles))
        }
        HirKind::Alternation(parts) => {
            let all: Option<Vec<Vec<Needle>>> = parts.iter().map(of_regex).collect();
            let needles: Vec<Needle> = all?.into_iter().flatten().collect();
            (needles.len() <= MAX_ALTERNATIVES).then_some(needles)
        }
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Look(_) => None,
    }
}

/// Returns what parts in a row spell, if that is long enough to tell something.
fn needle(parts: &[Hir]) -> Option<Needle> {
    let letters: Vec<(String, bool)> = parts.iter().map(letters).collect::<Option<_>>()?;
    let any_case = letters.iter().any(|(_, any_case)| *any_case);
    let mut text: String = letters.into_iter().map(|(text, _)| text).collect();
    if any_case {
        text.make_ascii_lowercase();
    }
    (text.len() >= MIN_LENGTH).then_some(Needle { text, any_case })
}

/// Returns what a part spells, and whether it is one ASCII letter, large or small: `(?i)` makes such of every letter
/// but `k` and `s`, which have a third form outside of ASCII.
fn letters(part: &Hir) -> Option<(String, bool)> {
    match part.kind() {
        HirKind::Literal(literal) => Some((std::str::from_utf8(&literal.0).ok()?.to_owned(), false)),
        HirKind::Class(Class::Unicode(class)) => match class.ranges() {
            [large, small]
                if large.start() == large.end()
                    && small.start() == small.end()
                    && large.start().is_ascii_uppercase()
                    && small.start() == large.start().to_ascii_lowercase() =>
            {
                Some((small.start().to_string(), true))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Returns how telling a set of alternatives is: few and long is best.
fn worth(needles: &[Needle]) -> (usize, usize) {
    let shortest = needles.iter().map(|needle| needle.text.len()).min().unwrap_or(0);
    (shortest, MAX_ALTERNATIVES.saturating_sub(needles.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles(regex: &str) -> Option<Vec<Needle>> {
        let hir = regex_syntax::ParserBuilder::new().multi_line(true).build().parse(regex).expect(regex);
        of_regex(&hir)
    }

    #[test]
    fn literals_that_must_occur() {
        // Those with `~` in any case.
        let cases: [(&str, Option<&[&str]>); 14] = [
            (r"^([A-Z_]+_ENUM)\s*=\s*sa\.Enum\(", Some(&["sa.Enum("])),
            ("create_type|checkfirst", Some(&["create_type", "checkfirst"])),
            ("(drop|truncate) table", Some(&[" table"])),
            ("(?i)drop table", Some(&["~drop table"])),
            (r"(?i)\benum\b", Some(&["~enum"])),
            (r"(?i)create\s+type", Some(&["~create"])),
            ("(?i)has_index", Some(&["~_index"])),
            ("DROP (?i:table)", Some(&["~drop table"])),
            ("a*b?", None),
            ("(abc)+", Some(&["abc"])),
            ("(abc)*", None),
            ("abc|.", None),
            ("[Aa]b", None),
            ("x{0}yyy", Some(&["yyy"])),
        ];
        for (regex, expected) in cases {
            let shown = |needle: Needle| format!("{}{}", if needle.any_case { "~" } else { "" }, needle.text);
            let found: Option<Vec<String>> = needles(regex).map(|needles| needles.into_iter().map(shown).collect());
            let expected: Option<Vec<String>> =
                expected.map(|needles| needles.iter().map(|needle| (*needle).to_owned()).collect());
            assert_eq!(found, expected, "{regex}");
        }
    }

    #[test]
    fn what_matches_holds_a_needle() {
        let texts =
            ["DROP table", "drop TABLE x", "dropxtable", "has_INDEX", "HAS_index", "ha\u{17f}_index", "enum", ""];
        for regex in ["(?i)drop table", "DROP (?i:table)", "(?i)has_index", "(?i)HAS|enum", "drop.table"] {
            let matches = regex::Regex::new(regex).expect(regex);
            for text in texts.iter().filter(|text| matches.is_match(text)) {
                let found = needles(regex).is_none_or(|needles| needles.iter().any(|needle| needle.occurs_in(text)));
                assert!(found, "{regex} in {text}");
            }
        }
        let needle = Needle { text: "enum".into(), any_case: true };
        assert!(
            needle.occurs_in("xEeNUm") && !needle.occurs_in("enu") && !Needle::exact("enum".into()).occurs_in("ENUM")
        );
    }
}
