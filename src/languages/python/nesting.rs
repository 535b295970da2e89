//! A scan before parsing that refuses text nested so deeply that its tree would overflow the stack.
//!
//! Syntax trees are dropped recursively, so depth must be bounded before a tree exists. The scan knows strings,
//! f-strings, comments, brackets and indentation; it does not otherwise check syntax. CPython itself refuses more than
//! 200 open brackets and more than 100 levels of indentation.

use memchr::memmem;

/// Brackets (also those in f-string fields) that may be open at once.
const MAX_BRACKETS: usize = 200;
/// Levels of indentation.
const MAX_INDENTATION: usize = 100;
/// Operators, attributes, calls and the like that may follow each other in one expression, brackets around included.
const MAX_CHAIN: u32 = 1_500;

/// The bytes that names and numbers consist of, which are most of a file.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..);
        byte += 1;
    }
    table
};

/// Text that is nested too deeply.
#[derive(Debug, PartialEq, Eq)]
pub struct TooDeep {
    pub message: String,
    /// Byte offset of the first character that is too much.
    pub offset: usize,
}

/// Checks that a text is not nested too deeply to be parsed.
pub fn check(text: &str) -> Result<(), TooDeep> {
    if is_shallow(text.as_bytes()) {
        return Ok(());
    }
    Scan::of(text).run()
}

/// Returns whether a text has too few brackets, blanks and operators to be nested too deeply: so it is with most, and that
/// is seen sixteen bytes at a time.
fn is_shallow(bytes: &[u8]) -> bool {
    // Each field of an f-string may open the text of another one.
    count(bytes, |byte| matches!(byte, b'(' | b'[')) + 2 * count(bytes, |byte| byte == b'{') < MAX_BRACKETS
        && memmem::find(bytes, &[b' '; MAX_INDENTATION]).is_none()
        && memchr::memchr2(b'\t', b'\x0c', bytes).is_none()
        // Whatever is chained has something between its names.
        && count(bytes, |byte| !byte.is_ascii_alphanumeric() && byte != b'_') < MAX_CHAIN as usize
}

/// Counts bytes in vectors: of so few that their number is a byte.
fn count(bytes: &[u8], is_one: impl Fn(u8) -> bool) -> usize {
    bytes.chunks(255).map(|part| usize::from(part.iter().map(|byte| u8::from(is_one(*byte))).sum::<u8>())).sum()
}

/// What the scan is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Statement,
    Bracket,
    /// The text of an f-string or t-string.
    Text {
        quote: u8,
        triple: bool,
    },
    /// The expression of a replacement field; `single` when the string is not triple-quoted.
    Field,
    /// The format specification of a replacement field.
    Specification,
}

struct Frame {
    place: Place,
    /// Chained tokens since the last comma.
    chain: u32,
    /// Those that a comma does not end: `lambda a, b: ...`.
    sticky: u32,
}

impl Frame {
    const fn new(place: Place) -> Self {
        Self { place, chain: 0, sticky: 0 }
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    frames: Vec<Frame>,
    /// Sum of the chains of all frames.
    chain: u32,
    indents: Vec<usize>,
}

impl<'a> Scan<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            frames: vec![Frame::new(Place::Statement)],
            chain: 0,
            indents: Vec::new(),
        }
    }

    fn run(mut self) -> Result<(), TooDeep> {
        self.indentation()?;
        while self.at < self.bytes.len() {
            match self.place() {
                Place::Text { quote, triple } => self.text(quote, triple)?,
                Place::Specification => self.specification()?,
                Place::Statement | Place::Bracket | Place::Field => {
                    self.code()?;
                    // These change nothing, whatever they stand in.
                    while self.bytes.get(self.at).is_some_and(|byte| *byte == b' ' || *byte == b'=') {
                        self.at += 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn place(&self) -> Place {
        self.frames.last().map_or(Place::Statement, |frame| frame.place)
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn code(&mut self) -> Result<(), TooDeep> {
        let byte = self.bytes[self.at];
        match byte {
            b'#' => self.skip_line(),
            b'\n' | b'\r' => {
                self.at += 1;
                if self.frames.len() == 1 {
                    self.end_statement();
                    self.indentation()?;
                }
            }
            b'\\' => self.at += if self.peek(1) == b'\r' && self.peek(2) == b'\n' { 3 } else { 2 },
            b'"' | b'\'' => self.string(byte, false)?,
            b'(' | b'[' | b'{' => {
                self.link()?;
                self.open(Place::Bracket)?;
                self.at += 1;
            }
            b')' | b']' => {
                self.close(Place::Bracket);
                self.at += 1;
            }
            b'}' => {
                let place = if self.place() == Place::Field { Place::Field } else { Place::Bracket };
                self.close(place);
                self.at += 1;
            }
            b',' => {
                self.comma();
                self.at += 1;
            }
            b';' if self.frames.len() == 1 => {
                self.end_statement();
                self.at += 1;
            }
            b':' if self.place() == Place::Field && self.peek(1) != b'=' => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.place = Place::Specification;
                }
                self.at += 1;
            }
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'|' | b'&' | b'^' | b'~' | b'<' | b'>' => {
                self.link()?;
                // `**`, `//`, `<<` and `>>` are one operator, as `<=` is.
                self.at += if self.peek(1) == byte && matches!(byte, b'*' | b'/' | b'<' | b'>') { 2 } else { 1 };
            }
            b'0'..=b'9' => self.skip_word(true),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word()?,
            _ => self.at += 1,
        }
        Ok(())
    }

    /// Skips a name or keyword, or reads the string that it is the prefix of.
    fn word(&mut self) -> Result<(), TooDeep> {
        let start = self.at;
        self.skip_word(false);
        let word = &self.bytes[start..self.at];
        let next = self.peek(0);
        if matches!(next, b'"' | b'\'') && word.len() <= 2 && word.iter().all(|byte| b"rRbBuUfFtT".contains(byte)) {
            let interpolated = word.iter().any(|byte| b"fFtT".contains(byte));
            return self.string(next, interpolated);
        }
        match word {
            b"lambda" => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.sticky += 1;
                }
                self.link()
            }
            b"not" | b"else" | b"await" | b"yield" => self.link(),
            _ => Ok(()),
        }
    }

    /// Skips digits and letters, and the dot of a number.
    fn skip_word(&mut self, number: bool) {
        while let Some(byte) = self.bytes.get(self.at) {
            if !(IN_WORD[usize::from(*byte)] || number && *byte == b'.') {
                break;
            }
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }

    /// Enters a string at its opening quote; skips a plain one to its end.
    fn string(&mut self, quote: u8, interpolated: bool) -> Result<(), TooDeep> {
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        if interpolated {
            return self.open(Place::Text { quote, triple });
        }
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            if IN_WORD[usize::from(byte)] {
                self.at += 1;
            } else if byte == b'\\' {
                self.at += 2;
            } else if self.ends(quote, triple) {
                self.at += if triple { 3 } else { 1 };
                return Ok(());
            } else if !triple && matches!(byte, b'\n' | b'\r') {
                return Ok(());
            } else {
                self.at += 1;
            }
        }
        Ok(())
    }

    fn ends(&self, quote: u8, triple: bool) -> bool {
        self.peek(0) == quote && (!triple || (self.peek(1) == quote && self.peek(2) == quote))
    }

    fn text(&mut self, quote: u8, triple: bool) -> Result<(), TooDeep> {
        let byte = self.bytes[self.at];
        let is_escape = byte == b'\\' && self.peek(1) != b'{' && self.peek(1) != b'}';
        if is_escape || (byte == b'{' && self.peek(1) == b'{') {
            self.at += 2;
        } else if byte == b'{' {
            self.at += 1;
            self.open(Place::Field)?;
        } else if self.ends(quote, triple) {
            self.at += if triple { 3 } else { 1 };
            self.pop();
        } else if !triple && matches!(byte, b'\n' | b'\r') {
            // Unterminated: the parser says so.
            self.pop();
        } else {
            self.at += 1;
        }
        Ok(())
    }

    fn specification(&mut self) -> Result<(), TooDeep> {
        match self.bytes[self.at] {
            b'{' => {
                self.at += 1;
                self.open(Place::Field)
            }
            b'}' => {
                self.at += 1;
                self.pop();
                Ok(())
            }
            byte => {
                let string = self.frames.iter().rev().find_map(|frame| match frame.place {
                    Place::Text { quote, triple } => Some((quote, triple)),
                    _ => None,
                });
                let broken = string.is_some_and(|(quote, triple)| {
                    self.ends(quote, triple) || (!triple && matches!(byte, b'\n' | b'\r'))
                });
                if broken {
                    self.pop();
                } else {
                    self.at += 1;
                }
                Ok(())
            }
        }
    }

    fn open(&mut self, place: Place) -> Result<(), TooDeep> {
        self.frames.push(Frame::new(place));
        if self.frames.len() > MAX_BRACKETS + 1 {
            return self.too_deep(format!("more than {MAX_BRACKETS} brackets are open"));
        }
        Ok(())
    }

    fn close(&mut self, place: Place) {
        if self.place() == place {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if self.frames.len() > 1
            && let Some(frame) = self.frames.pop()
        {
            self.chain -= frame.chain;
        }
    }

    fn link(&mut self) -> Result<(), TooDeep> {
        self.chain += 1;
        if let Some(frame) = self.frames.last_mut() {
            frame.chain += 1;
        }
        if self.chain > MAX_CHAIN {
            return self
                .too_deep(format!("an expression with more than {MAX_CHAIN} chained operators, attributes or calls"));
        }
        Ok(())
    }

    fn comma(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            self.chain -= frame.chain - frame.sticky;
            frame.chain = frame.sticky;
        }
    }

    fn end_statement(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            self.chain -= frame.chain;
            (frame.chain, frame.sticky) = (0, 0);
        }
    }

    /// Reads the indentation at the start of a line.
    fn indentation(&mut self) -> Result<(), TooDeep> {
        let mut width = 0;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' => width += 1,
                b'\t' => width = (width / 8 + 1) * 8,
                b'\x0c' => width = 0,
                _ => break,
            }
            self.at += 1;
        }
        if matches!(self.peek(0), b'\n' | b'\r' | b'#') {
            return Ok(());
        }
        while self.indents.last().is_some_and(|indent| *indent > width) {
            self.indents.pop();
        }
        if width > self.indents.last().copied().unwrap_or(0) {
            self.indents.push(width);
            if self.indents.len() > MAX_INDENTATION {
                return self.too_deep(format!("more than {MAX_INDENTATION} levels of indentation"));
            }
        }
        Ok(())
    }

    fn too_deep(&self, what: String) -> Result<(), TooDeep> {
        Err(TooDeep { message: format!("nested too deeply: {what}"), offset: self.at.min(self.bytes.len()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shallow_at_first_sight_is_not_deep() {
        let around =
            |text: &str, times: usize, closed: &str| [&*text.repeat(times), "1", &*closed.repeat(times)].concat();
        for times in [1, 60, 66, 67, 98, 99, 100, 101, 199, 200, 201, 749, 750, 1_499, 1_500, 1_501] {
            for (open, closed) in [("(", ")"), ("f'{", "}'"), ("not ", ""), ("-", ""), ("lambda:", ""), ("(-", ")")] {
                let text = around(open, times, closed);
                let scanned = Scan::of(&text).run();
                assert!(!is_shallow(text.as_bytes()) || scanned.is_ok(), "{times} times {open}: {scanned:?}");
            }
            for blank in [" ", "\t", "    \t "] {
                let text: String = (0..times.min(300)).map(|depth| blank.repeat(depth) + "if a:\n").collect();
                assert!(!is_shallow(text.as_bytes()) || Scan::of(&text).run().is_ok(), "{times} levels of {blank:?}");
            }
        }
        let written = "    op.create_table(\"deals\", sa.Column(\"id\", sa.Integer(), nullable=False))\n".repeat(20);
        assert!(is_shallow(written.as_bytes()), "what people write is shallow");
    }

    #[test]
    fn deep_text_is_refused_and_real_text_is_not() {
        let long_list = format!("x = [{}]", "a.b + 'c', ".repeat(50_000));
        let cases: &[(String, bool)] = &[
            ("[".repeat(100_000), false),
            ("f(".repeat(300), false),
            (["(".repeat(190), ")".repeat(190)].concat(), true),
            (format!("x = 1{}", "+1".repeat(20_000)), false),
            (format!("x = {}", "'a' +\\\n ".repeat(1_000)) + "'b'", true),
            (format!("x = a{}", ".b".repeat(20_000)), false),
            (format!("x = a{}", "()".repeat(20_000)), false),
            (format!("x = {}True", "not ".repeat(20_000)), false),
            (format!("x = {}1", "-".repeat(20_000)), false),
            (format!("x = {}1", "1 if 1 else ".repeat(20_000)), false),
            (format!("x = {}1", "lambda a, b: ".repeat(20_000)), false),
            (format!("x = {}1{}", "f'{".repeat(300), "}'".repeat(300)), false),
            (format!("x = f'{{a:{}'", "{b:".repeat(300)), false),
            ((0..150).map(|depth| " ".repeat(depth) + "if a:\n").collect(), false),
            (long_list, true),
            ("a.b\n".repeat(5_000), true),
            ("a.b;".repeat(5_000), true),
            (format!("x = '{}'", "(".repeat(5_000)), true),
            (format!("x = '''\n{}'''", "(\n".repeat(5_000)), true),
            (format!("x = r'\\'{}'", "(".repeat(5_000)), true),
            (format!("# {}", "(".repeat(5_000)), true),
            (format!("x = f'{}'", "{{".repeat(5_000)), true),
            (format!("x = f'''{}'''", "{a['b']:>10}\n".repeat(5_000)), true),
            ("x = 1.5e3\n".repeat(5_000), true),
        ];
        for (text, fine) in cases {
            let shown: String = text.chars().take(30).collect();
            assert_eq!(check(text).is_ok(), *fine, "{shown}: {:?}", check(text));
        }
    }

    #[test]
    fn broken_text_does_not_panic() {
        let pieces = ["f'", "'''", "{", "}", "\\", "\"", ":", "(", ")", "\n", "ü", "rb", ",", "lambda", "\0", "\r"];
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    for d in pieces {
                        let _ = check(&format!("{a}{b}{c}{d}"));
                    }
                }
            }
        }
    }
}
