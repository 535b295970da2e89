//! Message templates: text with `{placeholders}`.

/// A part of a message template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// The name between braces: letters, digits and `_`.
    Placeholder(&'a str),
}

/// Splits a message into its pieces. Braces around anything that is no name are text, so that `{}` and `{a: b}` need no
/// escape.
pub fn pieces(message: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut text_start = 0;
    let mut from = 0;
    while let Some(open) = message[from..].find('{').map(|offset| from + offset) {
        let name_length = message[open + 1..].bytes().take_while(|byte| is_name_byte(*byte)).count();
        let close = open + 1 + name_length;
        if name_length == 0 || message.as_bytes().get(close) != Some(&b'}') {
            from = open + 1;
            continue;
        }
        if text_start < open {
            pieces.push(Piece::Text(&message[text_start..open]));
        }
        pieces.push(Piece::Placeholder(&message[open + 1..close]));
        from = close + 1;
        text_start = from;
    }
    if text_start < message.len() {
        pieces.push(Piece::Text(&message[text_start..]));
    }
    pieces
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::Piece::{Placeholder, Text};
    use super::*;

    #[test]
    fn only_names_in_braces_are_placeholders() {
        let cases: &[(&str, &[Piece<'_>])] = &[
            ("", &[]),
            ("plain", &[Text("plain")]),
            ("{match} twice: {1}", &[Placeholder("match"), Text(" twice: "), Placeholder("1")]),
            ("{}{ a}{a b}{", &[Text("{}{ a}{a b}{")]),
            ("{{a}}", &[Text("{"), Placeholder("a"), Text("}")]),
            ("ü{a}ß", &[Text("ü"), Placeholder("a"), Text("ß")]),
        ];
        for (message, expected) in cases {
            assert_eq!(&pieces(message), expected, "{message}");
        }
    }
}
