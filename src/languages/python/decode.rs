//! Bytes of a Python file to text, as Python does it: byte order mark, coding line (PEP 263), otherwise UTF-8.

use encoding_rs::{DecoderResult, Encoding};

/// A file whose bytes are no text in the encoding that it declares.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeFault {
    /// What is wrong, with byte offset and line.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Offset of the first byte that is wrong.
    pub offset: usize,
    /// The line that it is on, from 1.
    pub line: usize,
}

/// Decodes a Python file. A UTF-8 byte order mark is removed; line ends are kept as they are.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeFault> {
    let fault = |offset: usize, what: String, hint: &str| {
        let line = bytes[..offset.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count() + 1;
        DecodeFault { message: format!("{what} (byte {offset}, line {line})"), hint: hint.into(), offset, line }
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(fault(0, "the file is UTF-16, which Python cannot read".into(), "save the file as UTF-8"));
    }
    let (body, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    let skipped = bytes.len() - body.len();
    let declared = coding_line(body);
    let name = declared.as_deref().unwrap_or("utf-8");
    match codec(name) {
        None => Err(fault(
            0,
            format!("the encoding `{name}` that the file declares is unknown"),
            "declare a known encoding, or save the file as UTF-8 without a coding line",
        )),
        Some(Codec::Utf8) => String::from_utf8(body.to_vec()).map_err(|error| {
            let offset = skipped + error.utf8_error().valid_up_to();
            let hint = "save the file as UTF-8, or declare its encoding in the first line: `# -*- coding: latin-1 -*-`";
            fault(offset, format!("invalid UTF-8: byte 0x{:02x}", bytes[offset]), hint)
        }),
        Some(_) if marked => Err(fault(
            0,
            format!("the file declares `{name}` but starts with a UTF-8 byte order mark"),
            "remove the coding line or the byte order mark",
        )),
        Some(Codec::Ascii) => match body.iter().position(|byte| !byte.is_ascii()) {
            None => Ok(body.iter().map(|byte| char::from(*byte)).collect()),
            Some(offset) => Err(fault(
                offset,
                format!("byte 0x{:02x} in a file that declares `{name}`", body[offset]),
                "declare the encoding that the file has, or save it as UTF-8 without a coding line",
            )),
        },
        Some(Codec::Latin1) => Ok(body.iter().map(|byte| char::from(*byte)).collect()),
        Some(Codec::Other(encoding)) => decode_other(encoding, body).map_err(|offset| {
            let hint = "declare the encoding that the file has, or save it as UTF-8 without a coding line";
            fault(offset, format!("bytes that are no text in `{name}`, which the file declares"), hint)
        }),
    }
}

enum Codec {
    Utf8,
    Ascii,
    /// What Python means by latin-1: each byte is the character of that number. The web's label means windows-1252.
    Latin1,
    Other(&'static Encoding),
}

/// Finds an encoding by its Python name.
fn codec(name: &str) -> Option<Codec> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    if name == "utf-8" || name.starts_with("utf-8-") {
        return Some(Codec::Utf8);
    }
    match name.as_str() {
        "utf8" | "u8" | "utf" | "cp65001" => return Some(Codec::Utf8),
        "ascii" | "us-ascii" | "646" => return Some(Codec::Ascii),
        "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "iso-latin-1" | "8859" | "cp819" => {
            return Some(Codec::Latin1);
        }
        _ => {}
    }
    let label = match name.as_str() {
        "cp932" | "ms932" | "mskanji" | "ms-kanji" | "shiftjis" | "sjis" | "s-jis" => "shift_jis".into(),
        "cp936" | "936" | "ms936" => "gbk".into(),
        "cp949" | "949" | "ms949" | "euckr" => "euc-kr".into(),
        "cp950" | "950" | "ms950" => "big5".into(),
        "eucjp" | "ujis" => "euc-jp".into(),
        "mac-roman" | "macroman" => "macintosh".into(),
        "latin-9" | "latin9" | "l9" => "iso-8859-15".into(),
        "latin-2" => "iso-8859-2".into(),
        _ => name.clone(),
    };
    let by_label = |label: &str| Encoding::for_label(label.as_bytes());
    let encoding = by_label(&label).or_else(|| by_label(&label.replace('-', "_")))?;
    // Names that the web maps to something else, or that Python refuses in source files.
    let refused = [encoding_rs::UTF_8, encoding_rs::UTF_16LE, encoding_rs::UTF_16BE, encoding_rs::REPLACEMENT];
    (!refused.contains(&encoding)).then_some(Codec::Other(encoding))
}

/// Decodes without replacement; the error is the offset of the bytes that cannot be decoded.
fn decode_other(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len() * 4);
    let mut text = String::with_capacity(room);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        (DecoderResult::Malformed(length, after), read) => {
            Err(read.saturating_sub(usize::from(length) + usize::from(after)))
        }
        (DecoderResult::OutputFull, read) => Err(read),
    }
}

/// Returns the encoding that a coding line names: a comment of the form `coding[:=]\s*name` in the first line, or in
/// the second if the first holds no code.
fn coding_line(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        let line = &line[..line.len().min(400)];
        let start = line.iter().position(|byte| !b" \t\x0c\r".contains(byte)).unwrap_or(line.len());
        match line.get(start) {
            None => continue,
            Some(b'#') => {}
            Some(_) => return None,
        }
        let comment: String = line[start..].iter().map(|byte| char::from(*byte)).collect();
        for (at, word) in comment.match_indices("coding") {
            let Some(rest) = comment[at + word.len()..].strip_prefix([':', '=']) else { continue };
            let rest = rest.trim_start_matches([' ', '\t']);
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
            if !name.is_empty() {
                return Some(name);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_as_python_does() {
        let cases: &[(&[u8], &str)] = &[
            (b"", ""),
            ("x = 'ü'\n".as_bytes(), "x = 'ü'\n"),
            (b"\xef\xbb\xbfx = 1\r\n", "x = 1\r\n"),
            (b"# -*- coding: latin-1 -*-\nx = '\xfc\x80'\n", "# -*- coding: latin-1 -*-\nx = 'ü\u{80}'\n"),
            (
                b"#!/usr/bin/python\n# vim: set fileencoding=latin_1 :\n'\xe9'",
                "#!/usr/bin/python\n# vim: set fileencoding=latin_1 :\n'é'",
            ),
            (b"# coding: iso-8859-15\n'\xa4'", "# coding: iso-8859-15\n'€'"),
            (b"# coding: cp1252\n'\x80'", "# coding: cp1252\n'€'"),
            (b"# coding=koi8-r\n'\xc1'", "# coding=koi8-r\n'а'"),
            (b"# coding: UTF_8\n'\xc3\xbc'", "# coding: UTF_8\n'ü'"),
            (b"\n# coding: latin-1\n'\xfc'", "\n# coding: latin-1\n'ü'"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes).as_deref(), Ok(*expected), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn names_the_first_bad_byte() {
        let cases: &[(&[u8], usize, usize, &str)] = &[
            (b"a = 1\nb = '\xfc'\n", 11, 2, "invalid UTF-8: byte 0xfc"),
            (b"\xef\xbb\xbf'\xfc'\n", 4, 1, "invalid UTF-8"),
            (b"\xff\xfea\0", 0, 1, "UTF-16"),
            (b"\xfe\xff\0a", 0, 1, "UTF-16"),
            (b"# coding: klingon\n", 0, 1, "`klingon`"),
            (b"# coding: utf-16\n", 0, 1, "`utf-16`"),
            (b"# coding: ascii\n\xfc", 16, 2, "0xfc"),
            (b"\xef\xbb\xbf# coding: latin-1\n", 0, 1, "byte order mark"),
            (b"# coding: shift_jis\n'\xff'", 21, 2, "no text in `shift_jis`"),
            (b"x = 1\n# coding: latin-1\n'\xfc'", 25, 3, "invalid UTF-8"),
        ];
        for (bytes, offset, line, message) in cases {
            let fault = decode(bytes).expect_err(message);
            assert_eq!((fault.offset, fault.line), (*offset, *line), "{fault}");
            assert!(fault.message.contains(message), "{fault}");
        }
    }
}
