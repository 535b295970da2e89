//! Words of a type's spelling: case, quotes and layout of `"VarChar" ( 255 )` fall away, names and arguments stay.

use super::super::Dialect;

/// A piece of a spelling.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Token {
    /// A name, keyword or number, in lower case.
    Word(String),
    /// A quoted name, in lower case.
    Quoted(String),
    /// A string, as it is.
    Text(String),
    /// Any other character.
    Mark(char),
}

impl Token {
    /// Returns the name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(name) => Some(name),
            Self::Text(_) | Self::Mark(_) => None,
        }
    }

    const fn is_wordy(&self) -> bool {
        !matches!(self, Self::Mark(_))
    }
}

/// A spelling taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Words {
    pub tokens: Vec<Token>,
    /// The words before and after the parentheses, with single spaces: `timestamp without time zone`. `None` where
    /// the spelling is not of the shape `words (arguments) words`.
    pub base: Option<String>,
    /// What stands in the parentheses, split at its commas; `None` without parentheses.
    pub arguments: Option<Vec<Vec<Token>>>,
    /// Whether brackets follow: `integer[]`. They are not part of `base`, nor is the word ARRAY.
    pub array: bool,
}

impl Words {
    /// Takes a spelling apart. Any text has some words.
    pub fn of(spelling: &str, dialect: Dialect) -> Self {
        let mut tokens = lex(spelling, dialect);
        // The catalogue's own types, in whatever search path.
        if let [Token::Word(catalog), Token::Mark('.'), _, ..] = tokens.as_slice()
            && catalog == "pg_catalog"
            && dialect == Dialect::Postgresql
        {
            tokens.drain(..2);
        }
        let array = cut_array(&mut tokens, dialect);
        let (base, mut arguments) = match shape(&tokens) {
            Some((base, arguments)) => (Some(base), arguments),
            None => (None, None),
        };
        // Empty parentheses say nothing.
        if arguments.as_ref().is_some_and(Vec::is_empty) {
            tokens.retain(|token| !matches!(token, Token::Mark('(' | ')')));
            arguments = None;
        }
        Self { tokens, base, arguments, array }
    }

    /// Returns the arguments as numbers, if all of them are; none for a spelling without arguments.
    pub fn numbers(&self) -> Option<Vec<u32>> {
        let Some(arguments) = &self.arguments else { return Some(Vec::new()) };
        arguments.iter().map(|argument| number(argument)).collect()
    }

    /// Returns the arguments as strings, if there are any and all of them are.
    pub fn labels(&self) -> Option<Vec<String>> {
        let arguments = self.arguments.as_ref()?;
        arguments
            .iter()
            .map(|argument| match argument.as_slice() {
                [Token::Text(text)] => Some(text.clone()),
                _ => None,
            })
            .collect()
    }
}

fn number(argument: &[Token]) -> Option<u32> {
    match argument {
        [Token::Word(digits)] if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    }
}

/// Splits a spelling into tokens. Comments of MySQL (`/*M!100301 COMPRESSED*/`) are left out.
pub(in super::super) fn lex(spelling: &str, dialect: Dialect) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = spelling;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            _ if character.is_whitespace() => after,
            '\'' => {
                let (text, after) = quoted(after, '\'', dialect == Dialect::Mysql);
                tokens.push(Token::Text(text));
                after
            }
            '"' | '`' => {
                let (name, after) = quoted(after, character, false);
                tokens.push(Token::Quoted(name.to_ascii_lowercase()));
                after
            }
            '[' if dialect == Dialect::Sqlite && !is_bounds(after) => {
                let (name, after) = after.split_once(']').unwrap_or((after, ""));
                tokens.push(Token::Quoted(name.to_ascii_lowercase()));
                after
            }
            '/' if after.starts_with('*') => after[1..].split_once("*/").map_or("", |(_, after)| after),
            _ if is_word(character) => {
                let end = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_ascii_lowercase()));
                &rest[end..]
            }
            _ => {
                tokens.push(Token::Mark(character));
                after
            }
        };
    }
    tokens
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Returns whether these are the bounds of an array (`]`, `3]`) and not a name in brackets.
fn is_bounds(after: &str) -> bool {
    after.trim_start_matches(|character: char| character.is_ascii_digit()).starts_with(']')
}

/// Reads up to the closing quote, which stands for itself where it is doubled; returns the text and what follows.
fn quoted(text: &str, quote: char, escapes: bool) -> (String, &str) {
    let mut content = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote {
            if characters.next_if(|(_, next)| *next == quote).is_none() {
                return (content, &text[at + character.len_utf8()..]);
            }
            content.push(quote);
        } else if character == '\\' && escapes {
            content.extend(characters.next().map(|(_, escaped)| unescaped(escaped)));
        } else {
            content.push(character);
        }
    }
    (content, "")
}

/// Returns the character that MySQL writes as this one behind a backslash.
const fn unescaped(character: char) -> char {
    match character {
        '0' => '\0',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u{1a}',
        other => other,
    }
}

/// Cuts brackets and the word ARRAY off the end; returns whether there were any.
fn cut_array(tokens: &mut Vec<Token>, dialect: Dialect) -> bool {
    let mut end = tokens.len();
    loop {
        end -= match &tokens[..end] {
            [_, .., Token::Mark('['), Token::Mark(']')] => 2,
            [_, .., Token::Mark('['), bound, Token::Mark(']')] if number(std::slice::from_ref(bound)).is_some() => 3,
            [_, .., Token::Word(word)] if word == "array" && dialect == Dialect::Postgresql => 1,
            _ => break,
        };
    }
    let array = end < tokens.len();
    tokens.truncate(end);
    array
}

type Shape = (String, Option<Vec<Vec<Token>>>);

/// Returns the words outside the only parentheses, and what stands in them.
fn shape(tokens: &[Token]) -> Option<Shape> {
    let Some(open) = tokens.iter().position(|token| *token == Token::Mark('(')) else {
        return Some((join(tokens)?, None));
    };
    let close = open + tokens[open..].iter().position(|token| *token == Token::Mark(')'))?;
    let outside: Vec<_> = tokens[..open].iter().chain(&tokens[close + 1..]).cloned().collect();
    let inside = &tokens[open + 1..close];
    let arguments = match inside {
        [] => Vec::new(),
        _ => inside.split(|token| *token == Token::Mark(',')).map(<[_]>::to_vec).collect(),
    };
    Some((join(&outside)?, Some(arguments)))
}

fn join(tokens: &[Token]) -> Option<String> {
    let names: Option<Vec<_>> = tokens.iter().map(Token::name).collect();
    names.map(|names| names.join(" "))
}

/// Writes tokens in their shortest form, so that [`lex`] reads the same text from it again.
pub(in super::super) fn written(tokens: &[Token], dialect: Dialect) -> String {
    spaced(tokens, dialect, "")
}

/// Does what [`written`] does, with this space after each comma.
pub(in super::super) fn spaced(tokens: &[Token], dialect: Dialect, after_comma: &str) -> String {
    let mut text = String::new();
    for (position, token) in tokens.iter().enumerate() {
        let before = position.checked_sub(1).map(|before| &tokens[before]);
        let apart = match (before, token) {
            (Some(before), token) if before.is_wordy() && token.is_wordy() => true,
            (Some(Token::Mark(')')), token) => token.is_wordy(),
            // Not the opening of a comment.
            (Some(Token::Mark('/')), Token::Mark('*')) => true,
            _ => false,
        };
        if apart {
            text.push(' ');
        }
        match token {
            Token::Word(word) => text.push_str(word),
            Token::Quoted(name) if is_plain(name) => text.push_str(name),
            Token::Quoted(name) => {
                text.push('"');
                text.push_str(&name.replace('"', "\"\""));
                text.push('"');
            }
            Token::Text(string) => text.push_str(&string_literal(string, dialect)),
            Token::Mark(',') => {
                text.push(',');
                text.push_str(after_comma);
            }
            Token::Mark(mark) => text.push(*mark),
        }
    }
    text
}

/// Returns whether a name reads the same without its quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.split(' ').all(|word| !word.is_empty() && word.chars().all(is_word))
}

/// Returns a string as SQL of the dialect writes it; MySQL's catalogue has its line breaks behind backslashes.
pub(in super::super) fn string_literal(text: &str, dialect: Dialect) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for character in text.chars() {
        match character {
            '\'' => literal.push_str("''"),
            '\\' if dialect == Dialect::Mysql => literal.push_str("\\\\"),
            '\n' if dialect == Dialect::Mysql => literal.push_str("\\n"),
            '\r' if dialect == Dialect::Mysql => literal.push_str("\\r"),
            '\0' if dialect == Dialect::Mysql => literal.push_str("\\0"),
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_quotes_and_layout_fall_away() {
        for (spelling, expected) in [
            ("  Character\n Varying ( 255 ) ", "character varying(255)"),
            ("`int` (11)  UNSIGNED", "int(11) unsigned"),
            ("\"My Type\"", "my type"),
            ("\"od\"\"d\"", "\"od\"\"d\""),
            ("geometry( Point , 4326 )", "geometry(point,4326)"),
            ("public . mood", "public.mood"),
            ("varchar(10) /*M!100301 COMPRESSED*/", "varchar(10)"),
            ("/ *", "/ *"),
            ("varchar(", "varchar("),
            ("'never closed", "'never closed'"),
            ("", ""),
        ] {
            assert_eq!(written(&lex(spelling, Dialect::Mysql), Dialect::Mysql), expected, "{spelling}");
        }
    }

    #[test]
    fn arguments_stand_apart_from_words() {
        let words = Words::of("timestamp ( 3 ) without time zone [ ][3]", Dialect::Postgresql);
        assert_eq!(words.base.as_deref(), Some("timestamp without time zone"));
        assert_eq!(words.numbers(), Some(vec![3]));
        assert!(words.array);
        for spelling in ["numeric(5,-2)", "numeric(99999999999)", "varchar(max)", "f(1,)", "f('1')"] {
            assert_eq!(Words::of(spelling, Dialect::Postgresql).numbers(), None, "{spelling}");
        }
    }

    #[test]
    fn strings_keep_their_quotes_commas_and_escapes() {
        let words = Words::of(r"enum('a','b''c','x\\y','n\nl','d,e(f)')", Dialect::Mysql);
        assert_eq!(words.labels().unwrap(), ["a", "b'c", r"x\y", "n\nl", "d,e(f)"]);
        let words = Words::of(r"enum('x\y')", Dialect::Sqlite);
        assert_eq!(words.labels().unwrap(), [r"x\y"]);
    }
}
