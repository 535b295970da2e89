//! Lists and maps between brackets: where their parts begin and end.

use std::ops::Range;

/// What stands between two brackets.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) parts: Vec<Part>,
    /// Where the opening and the closing bracket stand.
    pub(super) open: usize,
    pub(super) close: usize,
}

/// One item, without the blanks and comments around it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    /// Where the comma behind it stands.
    pub(super) comma: Option<usize>,
}

/// Reads from an opening bracket; `None` where there is none, or none that closes it.
pub(super) fn scan(text: &str, open: usize) -> Option<Flow> {
    let bytes = text.as_bytes();
    if !matches!(bytes.get(open), Some(b'[' | b'{')) {
        return None;
    }
    let mut flow = Flow { parts: Vec::new(), open, close: open };
    let mut depth = 0_usize;
    let mut part: Option<Range<usize>> = None;
    let mut at = open;
    let mut before = b' ';
    while let Some(&byte) = bytes.get(at) {
        let mut end = at + 1;
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.checked_sub(1)?,
            b'\'' | b'"' if matches!(before, b' ' | b'\t' | b'\n' | b'[' | b'{' | b',' | b':') => {
                end = quoted(bytes, at)?;
            }
            b'#' if before.is_ascii_whitespace() => {
                at = text[at..].find('\n').map_or(text.len(), |length| at + length);
                continue;
            }
            _ => {}
        }
        before = byte;
        if depth == 0 {
            flow.parts.extend(part.map(|range| Part { range, comma: None }));
            flow.close = at;
            return Some(flow);
        }
        if byte == b',' && depth == 1 {
            flow.parts.push(Part { range: part.take()?, comma: Some(at) });
        } else if at > open && !byte.is_ascii_whitespace() {
            let start = part.map_or(at, |part| part.start);
            part = Some(start..end);
        }
        at = end;
    }
    None
}

/// Returns where a quoted text ends.
fn quoted(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scan;

    #[test]
    fn parts_are_what_stands_between_commas() {
        for (text, expected) in [
            ("[]", Some(vec![])),
            ("[a, b ]", Some(vec!["a", "b"])),
            ("[ a,b, ] x", Some(vec!["a", "b"])),
            ("['a, ]', \"b\\\", ]\", it's]", Some(vec!["'a, ]'", "\"b\\\", ]\"", "it's"])),
            ("[{path: a, max: 1}, [b, c]]", Some(vec!["{path: a, max: 1}", "[b, c]"])),
            ("[\n  a,  # one, ]\n  # two\n  b\n]", Some(vec!["a", "b"])),
            ("['it''s', ü]", Some(vec!["'it''s'", "ü"])),
            ("[a, b", None),
            ("[,]", None),
            ("['a]", None),
            ("a", None),
        ] {
            let parts = scan(text, 0);
            let parts = parts.map(|flow| flow.parts.iter().map(|part| &text[part.range.clone()]).collect::<Vec<_>>());
            assert_eq!(parts, expected, "{text}");
        }
    }
}
