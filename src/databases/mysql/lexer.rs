//! The words of what the server prints (`SHOW GRANTS`, `SHOW CREATE TABLE`), so that nothing inside a name or a string is
//! taken for a word.

/// A piece of SQL as a server prints it, names in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// In capitals.
    Word(String),
    /// What stood in backticks.
    Name(String),
    /// A string; nobody asks what is in it.
    Text,
    Sign(char),
}

impl Token {
    /// Returns whether it is this word, given in capitals.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text == word)
    }
}

/// Returns the tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '`' => {
                let mut name = String::new();
                while let Some(inner) = rest.next() {
                    if inner == '`' && rest.next_if_eq(&'`').is_none() {
                        break;
                    }
                    name.push(inner);
                }
                found.push(Token::Name(name));
            }
            '\'' => {
                while let Some(inner) = rest.next() {
                    if inner == '\\' {
                        rest.next();
                    } else if inner == '\'' && rest.next_if_eq(&'\'').is_none() {
                        break;
                    }
                }
                found.push(Token::Text);
            }
            _ if character.is_alphanumeric() || character == '_' => {
                let mut word = String::from(character.to_ascii_uppercase());
                while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next.to_ascii_uppercase());
                }
                found.push(Token::Word(word));
            }
            _ if character.is_whitespace() => {}
            _ => found.push(Token::Sign(character)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Token::{Name, Sign, Text, Word};
    use super::*;

    #[test]
    fn names_and_strings_are_whole() {
        let word = |text: &str| Word(text.to_owned());
        let name = |text: &str| Name(text.to_owned());
        let cases = [
            ("grant ON `a``b\nc`.*", vec![word("GRANT"), word("ON"), name("a`b\nc"), Sign('.'), Sign('*')]),
            ("x 'it''s \\' ON `' y", vec![word("X"), Text, word("Y")]),
            ("`open", vec![name("open")]),
            ("'open \\", vec![Text]),
            ("(id_1)", vec![Sign('('), word("ID_1"), Sign(')')]),
            ("", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }
}
