//! The pieces of a text as `build.rs` wrote them down: scanning the rules that come with the binary is done once, when
//! it is built.
//!
//! Of each piece a byte that says what it is: `p` a plain scalar, `q` another, `l` a list, `m` a map, `e` the end of a
//! list, `E` of a map. Before an end comes nothing more; of the others line, column and length follow, and of a scalar
//! the length of its text in bytes and the text. Numbers are written in seven bits a byte, the lowest first; the eighth
//! says that there is more.

use std::borrow::Cow;

use super::{Range, Token, Tokens};

/// What is left of a record.
pub(super) struct Recorded<'a>(pub &'a [u8]);

impl<'a> Recorded<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

impl<'a> Tokens<'a> for Recorded<'a> {
    fn next(&mut self) -> Option<(Token<'a>, Range)> {
        let kind = self.byte()?;
        match kind {
            b'e' => return Some((Token::EndOfList, (0, 0, 0))),
            b'E' => return Some((Token::EndOfMap, (0, 0, 0))),
            _ => {}
        }
        let range = (self.number()?, self.number()?, self.number()?);
        let token = match kind {
            b'p' | b'q' => Token::Scalar { text: Cow::Borrowed(self.text()?), plain: kind == b'p' },
            b'l' => Token::List,
            b'm' => Token::Map,
            _ => return None,
        };
        Some((token, range))
    }
}
