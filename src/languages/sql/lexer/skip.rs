//! White space and comments.

use crate::model::schema::Dialect;

/// Returns where the next word starts; an error where a comment starts that is never closed.
pub(super) fn blank(bytes: &[u8], from: usize, dialect: Dialect) -> Result<usize, usize> {
    let mut at = from;
    loop {
        at = match bytes.get(at..) {
            Some([b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, ..]) => at + 1,
            // A byte order mark.
            Some([0xef, 0xbb, 0xbf, ..]) => at + 3,
            Some([b'-', b'-', rest @ ..]) if dialect != Dialect::Mysql || rest.first().is_none_or(|b| *b <= b' ') => {
                line(bytes, at)
            }
            Some([b'#', ..]) if dialect == Dialect::Mysql => line(bytes, at),
            // MySQL runs what stands in these comments.
            Some([b'/', b'*', b'!', ..]) if dialect == Dialect::Mysql => digits(bytes, at + 3),
            Some([b'/', b'*', b'M', b'!', ..]) if dialect == Dialect::Mysql => digits(bytes, at + 4),
            Some([b'*', b'/', ..]) if dialect == Dialect::Mysql => at + 2,
            Some([b'/', b'*', ..]) => match block(bytes, at, dialect) {
                Some(end) => end,
                None if dialect == Dialect::Postgresql => return Err(at),
                None => bytes.len(),
            },
            _ => return Ok(at),
        };
    }
}

fn line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1)
}

fn digits(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Returns the end of a comment in `/* */`; those of PostgreSQL nest.
fn block(bytes: &[u8], start: usize, dialect: Dialect) -> Option<usize> {
    let mut at = start + 2;
    let mut depth = 1_usize;
    while let Some(length) = memchr::memchr2(b'*', b'/', &bytes[at.min(bytes.len())..]) {
        at += length;
        match &bytes[at..] {
            [b'*', b'/', ..] => {
                at += 2;
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            [b'/', b'*', ..] if dialect == Dialect::Postgresql => {
                at += 2;
                depth += 1;
            }
            _ => at += 1,
        }
    }
    None
}
