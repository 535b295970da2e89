//! What can be told of a regex before it is compiled, and a form of it that compiles in a tenth of the time.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};

/// Returns about how many bytes a regex takes when compiled; never much too few.
pub fn compiled_size(hir: &Hir) -> usize {
    /// A range of characters becomes a few transitions over bytes.
    const RANGE: usize = 128;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 32,
        HirKind::Literal(literal) => 32 * literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => RANGE * class.ranges().len(),
        HirKind::Class(Class::Bytes(class)) => RANGE * class.ranges().len(),
        HirKind::Capture(capture) => compiled_size(&capture.sub).saturating_add(64),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(repetition.min).max(1);
            compiled_size(&repetition.sub).saturating_mul(times as usize).saturating_add(32)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(compiled_size).fold(32, usize::saturating_add)
        }
    }
}

/// Returns a pattern that finds in ASCII texts what this one finds there, with the same groups.
///
/// Most texts are ASCII, and `\w` alone has some 700 ranges of characters beyond it: compiling those takes longer than
/// searching a hundred migrations.
pub fn for_ascii(hir: &Hir) -> String {
    narrowed(hir).to_string()
}

fn narrowed(hir: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(narrowed).collect();
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Look(look) => Hir::look(match look {
            Look::WordUnicode => Look::WordAscii,
            Look::WordStartUnicode => Look::WordStartAscii,
            Look::WordEndUnicode => Look::WordEndAscii,
            Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
            Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
            // `\B` of ASCII could be true inside of a character, so it is refused for texts: it stays as it is.
            other => *other,
        }),
        HirKind::Capture(capture) => {
            let mut capture = capture.clone();
            capture.sub = Box::new(narrowed(&capture.sub));
            Hir::capture(capture)
        }
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(narrowed(&repetition.sub))),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        // What never matches there is left out, so that how long a match is at least can be told from the others.
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(narrowed).filter(|part| *part != Hir::fail()).collect())
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(Class::Bytes(_)) => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn ascii_texts_are_searched_alike() {
        let patterns = [
            r"\b(\w+)\s*=\s*(?P<value>[^\n]*)$",
            r"(?i)\bcreate\s+type\s+([^\s(]+)|ſ",
            r"^(?:[0-9a-f]{12}(?:[_.-]|$)|(?:[A-Za-z]+[-_.])?\d{4})",
            r"\B.(?s:.*?)ä?\b{start}\w+\b{end}",
            r"(é)|(\w)(?-u:\w)",
            r"[^\x00-\x7f]|(x)",
            r"[^\x00-\x7f]|é",
            r"(?:[^\x00-\x7f]|ß|\w{10})\.",
            r"a*?(?:b|)\pL{2,3}",
            r"\b{start-half}\w\b{end-half}",
            "(?m)^k$",
        ];
        let texts = [
            "",
            "a = 1",
            "x=y\nCREATE  type status AS ENUM\n",
            "0123456789ab_x.py",
            "k\nK\n",
            "abba  --x__1\t'q'\r\n",
            "the_2024-01-15 (deals)",
        ];
        for pattern in patterns {
            let hir = regex_syntax::ParserBuilder::new().multi_line(true).build().parse(pattern).expect(pattern);
            let whole = regex::RegexBuilder::new(pattern).multi_line(true).build().expect(pattern);
            let narrow = Regex::new(&for_ascii(&hir)).expect(pattern);
            assert_eq!(narrow.captures_len(), whole.captures_len(), "{pattern}");
            assert!(narrow.capture_names().eq(whole.capture_names()), "{pattern}");
            for text in texts {
                let groups = |regex: &Regex| -> Vec<Vec<Option<(usize, usize)>>> {
                    let groups = |found: regex::Captures<'_>| {
                        found.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()
                    };
                    regex.captures_iter(text).map(groups).collect()
                };
                assert_eq!(groups(&narrow), groups(&whole), "{pattern} in {text:?}");
            }
        }
    }
}
