//! Versions: how tools compare what stands before the name of a migration.

/// A version that can be compared. Which text it came from is for the caller to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Version {
    /// Each as its length without leading zeros, and its digits: numbers of any size in order.
    numbers: Vec<(usize, String)>,
    /// What decides where numbers are equal, or where only text counts.
    text: String,
}

impl Version {
    /// Returns the version that its numbers make: `1.2`, `2024_01_15`. Leading zeros do not count, nor do zeros at the
    /// end: 1 and 1.0 are one version.
    pub(super) fn of_numbers(text: &str) -> Self {
        let digits = text.split(|character: char| !character.is_ascii_digit()).filter(|part| !part.is_empty());
        let mut numbers: Vec<(usize, String)> = digits
            .map(|part| {
                let part = part.trim_start_matches('0');
                (part.len(), part.to_owned())
            })
            .collect();
        while numbers.len() > 1 && numbers.last().is_some_and(|(length, _)| *length == 0) {
            numbers.pop();
        }
        Self { numbers, text: String::new() }
    }

    /// Returns the version of tools that compare letter by letter.
    pub(super) fn of_text(text: &str) -> Self {
        Self { numbers: Vec::new(), text: text.to_owned() }
    }

    /// Returns the version with a text that decides among equals.
    pub(super) fn with_text(&self, text: &str) -> Self {
        Self { numbers: self.numbers.clone(), text: text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_order_of_their_numbers() {
        let check = |left: &str, right: &str, expected: std::cmp::Ordering| {
            assert_eq!(Version::of_numbers(left).cmp(&Version::of_numbers(right)), expected, "{left} and {right}");
        };
        use std::cmp::Ordering::{Equal, Less};
        check("1", "2", Less);
        check("2", "10", Less);
        check("002", "2", Equal);
        check("1.2", "1_2", Equal);
        check("1", "1.0", Equal);
        check("1.0.1", "1.1", Less);
        check("1", "1.1", Less);
        check("0", "0001", Less);
        check("20240115093000", "99999999999999999999999999", Less);
        assert!(Version::of_text("10") < Version::of_text("9"), "letter by letter");
    }
}
