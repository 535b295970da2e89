//! Where statements start and end: quotes, comments, dollar quotes, psql's meta-commands and COPY data, MySQL's
//! DELIMITER, bodies in BEGIN ... END. A statement that is broken never reaches into the next one.

mod blocks;
mod bodies;
mod depth;

use super::lexer::{Kind, Lexer, Token};
use crate::model::schema::Dialect;
use blocks::Blocks;
use bodies::Bodies;
use depth::Depth;

/// A statement: its range in the text, without comments around it and without what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    /// It is nested too deeply to be parsed.
    pub too_deep: bool,
    /// A quote in it is never closed.
    pub open: bool,
}

/// Returns whether the body of a routine is nested too deeply to be parsed.
pub fn body_too_deep(sql: &str) -> bool {
    let lexer = Lexer::new(sql, Dialect::Postgresql);
    let (mut depth, mut blocks) = (Depth::default(), Blocks::default());
    let mut at = 0;
    while let Some(token) = lexer.next(at) {
        at = token.end;
        depth.see(token, sql);
        blocks.see(token, sql);
        if depth.too_deep() || blocks.too_deep() {
            return true;
        }
    }
    false
}

/// Splits a range of a text into statements.
pub struct Pieces<'a> {
    lexer: Lexer<'a>,
    at: usize,
    end: usize,
    /// What ends a statement, where MySQL's DELIMITER says another mark than the semicolon.
    delimiter: Option<&'a str>,
    bodies: Bodies,
    depth: Depth,
    /// No lines of data end after here.
    no_data: bool,
}

impl<'a> Pieces<'a> {
    /// Splits `text[start..end]`.
    pub fn new(text: &'a str, start: usize, end: usize, dialect: Dialect) -> Self {
        Self {
            lexer: Lexer::new(&text[..end], dialect),
            at: start,
            end,
            delimiter: None,
            bodies: Bodies::default(),
            depth: Depth::default(),
            no_data: false,
        }
    }

    fn text(&self) -> &'a str {
        self.lexer.sql
    }

    /// Returns the start of the line after an offset.
    fn next_line(&self, at: usize) -> usize {
        let rest = &self.text().as_bytes()[at.min(self.end)..];
        memchr::memchr(b'\n', rest).map_or(self.end, |length| at + length + 1)
    }

    /// Steps over a meta-command of psql, along with the data that `\copy ... from stdin` reads.
    fn meta_command(&mut self, at: usize) {
        let end = self.next_line(at);
        let line = &self.text()[at..end];
        self.at = end;
        if line.starts_with("\\copy") && line.to_ascii_lowercase().contains("from stdin") {
            self.copy_data(end);
        }
    }

    /// Steps over lines of data up to `\.`, if there are any.
    fn copy_data(&mut self, from: usize) {
        if self.no_data {
            return;
        }
        let bytes = self.text().as_bytes();
        let mut at = from;
        while let Some(length) = memchr::memmem::find(&bytes[at..], b"\\.") {
            at += length;
            let starts_line = at == from || bytes[at - 1] == b'\n';
            let ends_line = matches!(bytes.get(at + 2), None | Some(b'\n' | b'\r'));
            if starts_line && ends_line {
                self.at = self.next_line(at);
                return;
            }
            at += 2;
        }
        self.no_data = true;
    }

    /// Takes `DELIMITER x` up, if it stands here.
    fn delimiter(&mut self, token: Token) -> bool {
        if self.lexer.dialect != Dialect::Mysql || !token.is(self.text(), "delimiter") {
            return false;
        }
        let end = self.next_line(token.start);
        let mark = self.text()[token.end..end].trim();
        self.delimiter = (!mark.is_empty() && mark != ";").then_some(mark);
        self.at = end;
        true
    }

    /// Returns how a token stands to the delimiter: the token up to it, and whether it follows.
    fn delimited(&self, mut token: Token) -> (Token, Option<usize>) {
        let Some(delimiter) = self.delimiter else {
            return (token, (token.is_mark(b';') && !self.bodies.inside()).then_some(token.end));
        };
        let rest = &self.text()[token.start..];
        if rest.starts_with(delimiter) {
            token.end = token.start;
            return (token, Some(token.start + delimiter.len()));
        }
        // `END$$` is one word as far as the lexer knows.
        if token.kind == Kind::Word
            && let Some(length) = token.text(self.text()).find(delimiter)
        {
            token.end = token.start + length;
            return (token, Some(token.end + delimiter.len()));
        }
        (token, None)
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let mut piece: Option<Piece> = None;
        self.bodies.clear(self.delimiter.is_some());
        self.depth.clear();
        while let Some(token) = self.lexer.next(self.at) {
            if piece.is_none() && self.delimiter(token) {
                continue;
            }
            if token.is_mark(b'\\') && self.lexer.dialect == Dialect::Postgresql {
                self.meta_command(token.start);
                if piece.is_some() {
                    break;
                }
                continue;
            }
            let (token, ends) = self.delimited(token);
            if token.end > token.start && !(ends.is_some() && token.is_mark(b';')) {
                self.bodies.see(token, &self.lexer);
                self.depth.see(token, self.lexer.sql);
                let open = token.kind == Kind::Open;
                let end = token.end;
                let piece = piece.get_or_insert(Piece { start: token.start, end, too_deep: false, open: false });
                piece.end = end;
                piece.open |= open;
                piece.too_deep = self.depth.too_deep();
            }
            self.at = ends.unwrap_or(token.end);
            if ends.is_some() {
                if self.bodies.copies_from_stdin() {
                    self.copy_data(self.next_line(self.at));
                }
                if piece.is_some() {
                    break;
                }
                self.bodies.clear(self.delimiter.is_some());
            }
        }
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(sql: &str, dialect: Dialect) -> Vec<&str> {
        Pieces::new(sql, 0, sql.len(), dialect).map(|piece| &sql[piece.start..piece.end]).collect()
    }

    #[test]
    fn statements_end_where_the_database_ends_them() {
        let cases: &[(Dialect, &str, &[&str])] = &[
            (Dialect::Postgresql, "a;;b ; -- c;\n d", &["a", "b", "d"]),
            (Dialect::Postgresql, "\u{feff}a; 'x;y' \"p;q\" $$;$$; /* ; */ b", &["a", "'x;y' \"p;q\" $$;$$", "b"]),
            (Dialect::Postgresql, "create table t (a; b)", &["create table t (a", "b)"]),
            (Dialect::Postgresql, "create rule r as on x do (a; b); c", &["create rule r as on x do (a; b)", "c"]),
            (Dialect::Postgresql, "create rule r as (a; create b; c", &["create rule r as (a; create b; c"]),
            (
                Dialect::Postgresql,
                "create function f() begin atomic select case when a then 1 end; b; end; c",
                &["create function f() begin atomic select case when a then 1 end; b; end", "c"],
            ),
            (Dialect::Postgresql, "begin; a; end; b", &["begin", "a", "end", "b"]),
            (Dialect::Postgresql, "\\restrict x;'\na;\n\\c db\nb \\gexec\nc", &["a", "b", "c"]),
            (Dialect::Postgresql, "copy t (a) from stdin;\nit's; 1\n\\.x\n\\.\nb", &["copy t (a) from stdin", "b"]),
            (Dialect::Postgresql, "\\copy t from stdin\n'\n\\.\nb", &["b"]),
            (Dialect::Postgresql, "copy t from stdin;\nselect 1;", &["copy t from stdin", "select 1"]),
            (Dialect::Mysql, "a;\nDELIMITER $$\nb; c$$\nd $$\ndelimiter ;\ne; f", &["a", "b; c", "d", "e", "f"]),
            (Dialect::Mysql, "DELIMITER //\ncreate x begin a; end//\nDELIMITER ;\nb;", &["create x begin a; end", "b"]),
            (Dialect::Mysql, "DELIMITER ;;\n/*!50003 create b; end */;;\nDELIMITER ;\nc", &["create b; end", "c"]),
            (
                Dialect::Mysql,
                "create trigger t begin if a then b; end if; case c when 1 then d; end case; end; e",
                &["create trigger t begin if a then b; end if; case c when 1 then d; end case; end", "e"],
            ),
            (
                Dialect::Sqlite,
                "create temp trigger t begin select case when a then b end; c; end; d",
                &["create temp trigger t begin select case when a then b end; c; end", "d"],
            ),
            (Dialect::Sqlite, "begin; a; end; commit; b", &["begin", "a", "end", "commit", "b"]),
        ];
        for (dialect, sql, expected) in cases {
            assert_eq!(split(sql, *dialect), *expected, "{sql}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_told() {
        let deep =
            |sql: &str| Pieces::new(sql, 0, sql.len(), Dialect::Postgresql).map(|p| p.too_deep).collect::<Vec<_>>();
        for part in ["(", "not ", "a+", "case ", "[", "a.", "- ", "a or ", "x ", " union all select 1", "::int"] {
            assert_eq!(deep(&format!("a; select {}; b", part.repeat(6_000))), [false, true, false], "{part}");
        }
        for part in ["(a+b),", "a, ", "case a when b then c end, ", "t.a = 1, "] {
            assert_eq!(deep(&part.repeat(6_000)), [false], "{part}");
        }
    }
}
