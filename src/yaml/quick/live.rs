//! The pieces of a text as the parser finds them.

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StrInput};

use super::{Range, Token, Tokens};

/// A document that is read.
pub(super) struct Live<'a> {
    parser: Parser<'a, StrInput<'a>>,
}

impl<'a> Live<'a> {
    /// Begins the first document of a text.
    pub(super) fn begin(text: &'a str) -> Option<Self> {
        let mut options = Options::default();
        options.emit_comments = false;
        let mut live = Self { parser: Parser::new_from_str_with_options(text, options) };
        let begins =
            matches!(live.event()?.0, Event::StreamStart) && matches!(live.event()?.0, Event::DocumentStart(..));
        begins.then_some(live)
    }

    /// Makes sure that nothing comes any more.
    pub(super) fn end(mut self) -> Option<()> {
        let ends = matches!(self.event()?.0, Event::DocumentEnd) && matches!(self.event()?.0, Event::StreamEnd);
        ends.then_some(())
    }

    fn event(&mut self) -> Option<(Event<'a>, Span)> {
        self.parser.next()?.ok()
    }
}

impl<'a> Tokens<'a> for Live<'a> {
    fn next(&mut self) -> Option<(Token<'a>, Range)> {
        let (event, span) = self.event()?;
        // Those with anchors and tags are others'.
        let token = match event {
            Event::Scalar(text, style, 0, None) => Token::Scalar { text, plain: style == ScalarStyle::Plain },
            Event::SequenceStart(_, 0, None) => Token::List,
            Event::SequenceEnd => Token::EndOfList,
            Event::MappingStart(_, 0, None) => Token::Map,
            Event::MappingEnd => Token::EndOfMap,
            _ => return None,
        };
        Some((token, (span.start.line(), span.start.col() + 1, span.len())))
    }
}
