//! Texts as YAML writes them.

use crate::yaml::{NodeValue, Source, parse};

/// Returns a text as YAML: plain where it is plain to everyone, else between double quotes.
pub(super) fn scalar(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || " _./-*+~()=;%$^<>".contains(character);
    let begins = text.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '/' | '.' | '('));
    let is_plain = begins && text.chars().all(plain) && text.trim() == text && is_text(text);
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// Returns whether a plain text is read as itself, and not as a number, a date or a boolean, by old readers of YAML as
/// well.
fn is_text(text: &str) -> bool {
    let old = ["yes", "no", "on", "off", "y", "n", "true", "false", "null"];
    let number = text.chars().all(|character| character.is_ascii_digit() || "._-+eExXoO".contains(character));
    let same =
        parse(&Source::new("", text)).is_ok_and(|node| matches!(&node.value, NodeValue::Text(read) if **read == *text));
    same && !number && !old.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::scalar;
    use crate::yaml::{Source, parse};

    #[test]
    fn a_text_is_read_as_itself() {
        for (text, expected) in [
            ("a/b.py", "a/b.py"),
            ("versions/2024*.py", "versions/2024*.py"),
            ("*.py", "\"*.py\""),
            ("@team", "\"@team\""),
            ("2027-01-01", "\"2027-01-01\""),
            ("0773", "\"0773\""),
            ("No", "\"No\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("Created before the rule", "Created before the rule"),
            ("über/ß.py", "über/ß.py"),
            ("say \"x\"\n\ttwice\\", "\"say \\\"x\\\"\\n\\ttwice\\\\\""),
            ("{a,b}.py", "\"{a,b}.py\""),
            ("", "\"\""),
            (" a", "\" a\""),
            ("\u{7f}\u{85}\u{2028}", "\"\u{7f}\u{85}\u{2028}\""),
        ] {
            assert_eq!(scalar(text), expected);
            if !text.contains('\u{85}') {
                let read = parse(&Source::new("", scalar(text))).expect("YAML");
                assert_eq!(read.as_text(), Some(text));
            }
        }
    }
}
