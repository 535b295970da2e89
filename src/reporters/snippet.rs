//! A source line with a caret under the place, cut to the width around it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::text::{char_cells, push_visible};
use crate::model::{Severity, Span};

/// Cells of a tab. Fixed, so that the caret stands right whatever the terminal's tab stops.
const TAB: &str = "    ";

/// The least that is left for source text, however narrow the terminal.
const LEAST_WIDTH: usize = 20;

/// Returns the numbered line with its caret, each output line ended by a line break. A span over several lines is
/// underlined to the end of its first.
pub fn snippet(line_text: &str, span: Span, severity: Severity, color: bool, width: usize) -> String {
    let line = span.line.max(1);
    let gutter = line.to_string().len() + " | ".len();
    let end = (span.end_line <= span.line).then_some(span.end_column);
    let excerpt = excerpt(line_text, span.column, end, width.saturating_sub(gutter).max(LEAST_WIDTH));
    // The excerpt is cut to the width already: the renderer must not cut it once more.
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(width.max(200) * 2);
    let source =
        Snippet::source(excerpt.text).line_start(line as usize).annotation(AnnotationKind::Primary.span(excerpt.caret));
    let mut text = renderer.render(&[Group::with_level(level(severity)).element(source)]);
    text.push('\n');
    text
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Off => Level::INFO,
    }
}

/// A piece of a line, printable, and the byte range of the caret in it.
struct Excerpt {
    text: String,
    caret: Range<usize>,
}

/// Cuts the line to `width` cells around the 1-based `column`; `end` is the column after the underline, `None` the end
/// of the line. Columns outside the line are moved into it. Takes time in the length of the line but memory only in
/// the width, so that a minified file with a thousand findings on its only line is no trouble.
fn excerpt(line: &str, column: u32, end: Option<u32>, width: usize) -> Excerpt {
    let line = line.trim_end_matches(['\n', '\r']);
    let start = column.saturating_sub(1) as usize;
    let start_byte = line.char_indices().nth(start).map_or(line.len(), |(at, _)| at);
    let (before, after) = line.split_at(start_byte);
    // A caret past the last character needs a cell of its own.
    let width = if after.is_empty() { width.saturating_sub(1) } else { width };
    let underlined = match end {
        Some(end) => end.saturating_sub(column.max(1)) as usize,
        None => after.trim_end().chars().count(),
    };

    let left = Fit::new(before.chars().rev(), width);
    let right = Fit::new(after.chars(), width);
    let (left_width, right_width) = if left.cells + right.cells <= width {
        (width, width)
    } else {
        let caret = Fit::new(after.chars().take(underlined), width).cells;
        // The underlined text and a little after it come first, then what is before, up to three quarters to a side.
        let wanted = right.cells.min((caret + 8).max(width / 2)).min(width * 3 / 4);
        let left_width = left.cells.min(width - wanted);
        (left_width, width - left_width)
    };
    let left = Fit::with_ellipsis(before.chars().rev(), left_width);
    let right = Fit::with_ellipsis(after.chars(), right_width);

    let mut text = String::new();
    if !left.whole {
        text.push('…');
    }
    let kept = before.chars().rev().take(left.characters).collect::<Vec<_>>();
    kept.into_iter().rev().for_each(|character| push(&mut text, character));
    let caret_start = text.len();
    let mut caret_end = caret_start;
    for (index, character) in after.chars().take(right.characters).enumerate() {
        push(&mut text, character);
        if index < underlined {
            caret_end = text.len();
        }
    }
    if !right.whole {
        text.push('…');
        if underlined > right.characters {
            caret_end = text.len();
        }
    }
    Excerpt { text, caret: caret_start..caret_end }
}

fn push(text: &mut String, character: char) {
    match character {
        '\t' => text.push_str(TAB),
        _ => push_visible(text, character),
    }
}

/// How much of a run of characters fits.
#[derive(Clone, Copy)]
struct Fit {
    characters: usize,
    /// Cells that they take; more than the width when not all fit.
    cells: usize,
    whole: bool,
}

impl Fit {
    fn new(characters: impl Iterator<Item = char>, width: usize) -> Self {
        let mut fit = Self { characters: 0, cells: 0, whole: true };
        let mut printed = String::new();
        for character in characters {
            printed.clear();
            push(&mut printed, character);
            let cells: usize = printed.chars().map(char_cells).sum();
            // Zero-width characters take no cells, but a flood of them must end as well.
            if fit.cells + cells > width || fit.characters > width * 4 {
                return Self { characters: fit.characters, cells: width + 1, whole: false };
            }
            fit.characters += 1;
            fit.cells += cells;
        }
        fit
    }

    /// The same, with room for a `…` where not all fits.
    fn with_ellipsis(characters: impl Iterator<Item = char> + Clone, width: usize) -> Self {
        let fit = Self::new(characters.clone(), width);
        if fit.whole { fit } else { Self { whole: false, ..Self::new(characters, width.saturating_sub(1)) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reporters::text::cells;

    /// The excerpt with the caret's range in `«»`.
    #[track_caller]
    fn check(line: &str, column: u32, end: Option<u32>, width: usize, expected: &str) {
        let Excerpt { mut text, caret } = excerpt(line, column, end, width);
        assert!(cells(&text) <= width, "{text:?}");
        text.insert(caret.end, '»');
        text.insert(caret.start, '«');
        assert_eq!(text, expected);
    }

    #[test]
    fn the_caret_stays_under_its_text() {
        check("op.drop(x)", 4, Some(8), 40, "op.«drop»(x)");
        check("op.drop(x)  ", 4, None, 40, "op.«drop(x)»  ");
        check("\tüber = 漢字\r\n", 2, Some(6), 40, "    «über» = 漢字");
        check("a\x1b[31mb", 7, Some(8), 40, "a\\u{1b}[31m«b»");
        check("", 1, Some(1), 40, "«»");
        check("ab", 99, Some(120), 40, "ab«»");
        check("ab", 0, Some(0), 40, "«»ab");
        check("abc", 3, Some(2), 40, "ab«»c");
        check("abc", u32::MAX, Some(u32::MAX), 40, "abc«»");
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        check("0123456789abcdefghij0123456789", 1, Some(3), 20, "«01»23456789abcdefghi…");
        check("0123456789abcdefghij0123456789", 15, Some(17), 20, "…56789abcd«ef»ghij012…");
        check("0123456789abcdefghij0123456789", 29, Some(31), 20, "…bcdefghij01234567«89»");
        check("0123456789abcdefghij0123456789", 2, None, 20, "0«123456789abcdefghi…»");
        check("0123456789abcdefghij0123456789", 11, Some(31), 20, "…6789«abcdefghij0123…»");
        check(&"漢".repeat(40), 20, Some(21), 20, "…漢漢漢漢«漢»漢漢漢…");
    }

    #[test]
    fn minified_and_zero_width_lines_do_not_flood() {
        let minified = "x,".repeat(50_000);
        for column in [1, 50_000, 99_999] {
            let text = snippet(
                &minified,
                Span { line: 1, column, end_line: 1, end_column: 100_000 },
                Severity::Error,
                false,
                80,
            );
            assert!(text.lines().all(|line| cells(line) <= 80), "{text}");
        }
        let zalgo = format!("a{}", "\u{301}".repeat(100_000));
        assert!(excerpt(&zalgo, 1, Some(2), 80).text.len() < 2_000);
        assert!(excerpt(&zalgo, 90_000, Some(90_001), 80).text.len() < 2_000);
    }

    #[test]
    fn deep_indentation_keeps_the_caret_in_view() {
        let line = format!("{}op.drop_table('deals')", "\t".repeat(30));
        let text = snippet(&line, Span { line: 7, column: 31, end_line: 7, end_column: 34 }, Severity::Info, false, 80);
        let lines: Vec<_> = text.lines().collect();
        let caret = lines[2].find("^^^").expect("there is a caret");
        let before: usize = cells(&lines[1][..lines[1].find("op.").expect("it is in view")]);
        assert_eq!(before, caret, "{text}");
    }

    #[test]
    fn any_line_and_any_span_fit_the_width() {
        let alphabet =
            ['a', ' ', '\t', '漢', '\u{301}', '\x1b', '\u{202e}', '👩', '\u{200d}', '\r', 'ü', '\n', '\u{9b}'];
        let mut seed = 7_u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for _ in 0..3_000 {
            let length = random(200);
            let line: String = (0..length).map(|_| alphabet[random(alphabet.len() as u32) as usize]).collect();
            let span = Span { line: random(3), column: random(220), end_line: random(3), end_column: random(220) };
            let width = 40 + random(60) as usize;
            let text = snippet(&line, span, Severity::Error, false, width);
            assert!(text.contains('^'), "{line:?} {span:?}\n{text}");
            assert!(
                text.lines().count() <= 4 && text.lines().all(|line| cells(line) <= width),
                "{line:?} {span:?}\n{text}"
            );
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        }
    }

    #[test]
    fn the_renderer_draws_the_line_with_its_number() {
        let span = Span { line: 12, column: 5, end_line: 14, end_column: 2 };
        let text = snippet("    op.execute(", span, Severity::Warning, false, 80);
        assert_eq!(text, "   |\n12 |     op.execute(\n   |     ^^^^^^^^^^^\n");
    }
}
