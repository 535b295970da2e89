//! A parsed Python file. Together with `walk` the place that knows the parser.

use std::sync::Arc;

use ruff_python_ast::token::Tokens;
use ruff_python_ast::{ModModule, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::nesting;
use crate::languages::lines::LineIndex;
use crate::model::Span;

/// A Python file that could be parsed.
#[derive(Debug)]
pub struct Module {
    pub(super) path: Arc<str>,
    pub(super) text: Arc<str>,
    lines: LineIndex,
    parsed: Parsed<ModModule>,
}

/// A file that is no Python.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxFault {
    /// What is wrong, in one line.
    pub message: String,
    pub span: Span,
}

impl Module {
    /// Parses a file. The error is the first syntax error, or the place from which it is nested too deeply.
    pub fn parse(path: Arc<str>, text: Arc<str>) -> Result<Self, SyntaxFault> {
        if u32::try_from(text.len()).is_err() {
            return Err(SyntaxFault { message: "the file is larger than 4 GiB".into(), span: Span::at(1, 1) });
        }
        if let Some(offset) = memchr::memchr(0, text.as_bytes()) {
            let message = "syntax error: a NUL byte, which Python does not take".to_owned();
            return Err(SyntaxFault { message, span: Span::of_bytes(&text, offset, offset + 1) });
        }
        nesting::check(&text).map_err(|deep| SyntaxFault {
            message: deep.message,
            span: Span::of_bytes(&text, deep.offset, deep.offset),
        })?;
        let parsed = parse_unchecked(&text, options(Mode::Module))
            .try_into_module()
            .expect("a text parsed as a module is a module");
        if let Some(error) = parsed.errors().first() {
            let (start, end) = bounds(error.location);
            let message = format!("syntax error: {}", lower_first(&error.error.to_string()));
            return Err(SyntaxFault { message, span: Span::of_bytes(&text, start, end) });
        }
        Ok(Self { path, lines: LineIndex::new(&text), text, parsed })
    }

    /// Returns the path that the module was parsed with.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// Returns its source.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns a line of its source, counted from 1, without its end.
    pub fn line(&self, number: u32) -> Option<&str> {
        self.lines.line(&self.text, number)
    }

    pub(super) fn body(&self) -> &[Stmt] {
        &self.parsed.syntax().body
    }

    pub(super) fn tokens(&self) -> &Tokens {
        self.parsed.tokens()
    }

    pub(super) fn source(&self, node: impl Ranged) -> &str {
        &self.text[node.range()]
    }

    pub(super) fn span(&self, node: impl Ranged) -> Span {
        let (start, end) = bounds(node.range());
        self.lines.span(&self.text, start, end)
    }
}

/// Returns parse options that accept the newest syntax.
pub(super) fn options(mode: Mode) -> ParseOptions {
    ParseOptions::from(mode).with_target_version(PythonVersion::latest_preview())
}

pub(super) fn bounds(range: TextRange) -> (usize, usize) {
    (range.start().to_usize(), range.end().to_usize())
}

pub(super) fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if !characters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Module, SyntaxFault> {
        Module::parse("a.py".into(), text.into())
    }

    #[test]
    fn reads_every_python() {
        for text in [
            "",
            "\n",
            "\u{feff}x = 1\n",
            "x = 1\r\ny = 2\r",
            "\x0cx = 1\n\x0c\ndef f():\n\tpass\n",
            "type X[T] = list[T]\nmatch x:\n    case [1, *_]: pass\n",
            "x = f'{a['b']!r:>{width}}'\n",
            "try:\n    pass\nexcept* A, B:\n    pass\n",
            "async def f():\n    async with a as b, c: await d\n",
        ] {
            assert!(parse(text).is_ok(), "{text:?}: {:?}", parse(text).err());
        }
    }

    #[test]
    fn names_the_first_error() {
        let cases = [
            ("x = 1\ny = (\n", 3, 1),
            ("def f(:\n    pass\n", 1, 7),
            ("x = 'ü' 1\n", 1, 9),
            ("if a:\npass\n", 2, 1),
            ("x = '''abc", 1, 5),
            ("print 'x'\n", 1, 7),
            ("x = 1\0\n", 1, 6),
            ("  x = 1\n", 1, 1),
        ];
        for (text, line, column) in cases {
            let fault = parse(text).expect_err(text);
            assert_eq!((fault.span.line, fault.span.column), (line, column), "{text:?}: {fault}");
            assert!(fault.message.starts_with("syntax error: "), "{fault}");
        }
    }

    #[test]
    fn no_depth_overflows_the_stack() {
        let under = |what: &str, count: usize| what.repeat(count);
        let cases = [
            format!("x = {}", under("[", 100_000)),
            format!("x = {}{}", under("[", 190), under("]", 190)),
            format!("x = {}1{}", under("{1: f(", 95), under(")}", 95)),
            format!("x = 'a'{}", under(" + 'b'", 1_400)),
            format!("x = 'a'{}", under(" + 'b'", 20_000)),
            format!("x = a{}", under(".b(1)", 700)),
            format!("x = {}1", under("-", 1_400)),
            format!("x = {}1", under("1 if f(1) else ", 1_400)),
            format!("x = {}1", under("lambda: ", 1_400)),
            format!("x = {}1", under("not ", 1_400)),
            format!("{} = 1", [under("[", 190), under("]", 190)].concat()),
            format!("with {}a{}: pass", under("(", 190), under(")", 190)),
            format!(
                "match {}a{}:\n case {}{}: pass",
                under("(", 190),
                under(")", 190),
                under("[", 190),
                under("]", 190)
            ),
            (0..99)
                .map(|depth| " ".repeat(depth) + "if f(1):\n")
                .chain([" ".repeat(99), "op.x()\n".to_owned()])
                .collect::<String>(),
            format!("x = {}1{}", under("f'{", 95), under("}'", 95)),
        ];
        for text in cases {
            if let Ok(module) = parse(&text) {
                let calls = module.calls().len();
                assert!(calls <= 1_400, "{calls}");
                let _ = module.migration();
            }
        }
    }
}
