//! How deeply the statements of PL/pgSQL are nested.

use super::super::lexer::{Kind, Token};

/// Blocks that may be open at once.
const MAX_OPEN: usize = 50;

/// Watches the tokens of one body.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: usize,
    /// A statement goes on: what follows is not its first word.
    goes_on: bool,
    /// The word before was END.
    ended: bool,
    too_deep: bool,
}

impl Blocks {
    pub(super) const fn too_deep(&self) -> bool {
        self.too_deep
    }

    pub(super) fn see(&mut self, token: Token, sql: &str) {
        let is = |keyword: &str| token.is(sql, keyword);
        let first = !std::mem::replace(&mut self.goes_on, true);
        let ended = std::mem::take(&mut self.ended);
        match token.kind {
            Kind::Mark(b';') => self.goes_on = false,
            // The end of a label.
            Kind::Mark(b'>') => self.goes_on = false,
            Kind::Word if is("then") || is("else") || is("declare") => self.goes_on = false,
            Kind::Word if is("end") => {
                self.open = self.open.saturating_sub(1);
                self.ended = true;
            }
            Kind::Word if ended => {}
            Kind::Word if is("begin") && first || is("loop") => {
                self.goes_on = false;
                self.open += 1;
            }
            Kind::Word if is("if") && first || is("case") => self.open += 1,
            _ => {}
        }
        self.too_deep |= self.open > MAX_OPEN;
    }
}
