//! Literals that a text must contain for a regex to match it, so that one scan tells which laws can match at all.

use regex_syntax::hir::{Hir, HirKind};

/// Shorter literals occur everywhere and tell nothing.
const MIN_LENGTH: usize = 3;
/// More alternatives than this are not worth a place in the scan.
const MAX_ALTERNATIVES: usize = 16;

/// Returns literals of which at least one occurs in every text that the regex matches; `None` if there are no such
/// literals, or none worth looking for.
pub(super) fn of_regex(regex: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::ParserBuilder::new().multi_line(true).build().parse(regex).ok()?;
    required(&hir)
}

fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            (text.len() >= MIN_LENGTH).then(|| vec![text.to_owned()])
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        // All parts must match: the most telling one will do.
        HirKind::Concat(parts) => parts.iter().filter_map(required).max_by_key(|literals| worth(literals)),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<Vec<String>>> = parts.iter().map(required).collect();
            let literals: Vec<String> = all?.into_iter().flatten().collect();
            (literals.len() <= MAX_ALTERNATIVES).then_some(literals)
        }
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

/// Returns how telling a set of alternatives is: few and long is best.
fn worth(literals: &[String]) -> (usize, usize) {
    let shortest = literals.iter().map(String::len).min().unwrap_or(0);
    (shortest, MAX_ALTERNATIVES.saturating_sub(literals.len()))
}

#[cfg(test)]
mod tests {
    use super::of_regex;

    #[test]
    fn literals_that_must_occur() {
        let cases: [(&str, Option<&[&str]>); 9] = [
            (r"^([A-Z_]+_ENUM)\s*=\s*sa\.Enum\(", Some(&["sa.Enum("])),
            ("create_type|checkfirst", Some(&["create_type", "checkfirst"])),
            ("(drop|truncate) table", Some(&[" table"])),
            ("(?i)drop table", None),
            ("a*b?", None),
            ("(abc)+", Some(&["abc"])),
            ("(abc)*", None),
            ("abc|.", None),
            ("x{0}yyy", Some(&["yyy"])),
        ];
        for (regex, expected) in cases {
            let expected: Option<Vec<String>> =
                expected.map(|literals| literals.iter().map(|literal| (*literal).to_owned()).collect());
            assert_eq!(of_regex(regex), expected, "{regex}");
        }
    }
}
