//! Lists of keywords that words are looked up in: most words are none of them, which their first letter or their length
//! tells.

/// A list of keywords in lower case.
#[derive(Clone, Copy, Debug)]
pub struct Keywords {
    words: &'static [&'static str],
    /// One bit for each first letter.
    letters: u32,
    /// One bit for each length.
    lengths: u32,
}

impl Keywords {
    /// Returns a list. Its words start with a letter and have fewer than 32 of them.
    pub const fn new(words: &'static [&'static str]) -> Self {
        let (mut letters, mut lengths) = (0, 0);
        let mut index = 0;
        while index < words.len() {
            letters |= bit(words[index].as_bytes()[0]);
            lengths |= 1 << words[index].len();
            index += 1;
        }
        Self { words, letters, lengths }
    }

    /// Returns the keyword that a word is.
    pub fn find(&self, word: &str) -> Option<&'static str> {
        let first = *word.as_bytes().first()?;
        if word.len() > 31 || self.lengths >> word.len() & 1 == 0 || self.letters & bit(first) == 0 {
            return None;
        }
        self.words.iter().copied().find(|keyword| word.eq_ignore_ascii_case(keyword))
    }
}

/// Returns the bit of a letter, whatever its case; others share them.
const fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case() {
        const LIST: Keywords = Keywords::new(&["and", "or", "similar"]);
        for (word, expected) in [
            ("and", Some("and")),
            ("OR", Some("or")),
            ("Similar", Some("similar")),
            ("ant", None),
            ("an", None),
            ("", None),
            ("ä", None),
            ("_nd", None),
        ] {
            assert_eq!(LIST.find(word), expected, "{word}");
        }
        assert_eq!(LIST.find(&"a".repeat(40)), None);
    }
}
