//! Families: the one word for a type that a law names when its size does not matter.

use super::Normal;

impl Normal {
    /// Every word that [`Normal::family`] returns.
    pub const FAMILIES: &'static [&'static str] = &[
        "integer",
        "numeric",
        "float",
        "boolean",
        "text",
        "bytes",
        "date",
        "time",
        "timestamp",
        "interval",
        "json",
        "uuid",
        "array",
        "enum",
        "set",
        "bit",
        "other",
        "none",
    ];

    /// Returns the word for its family: `char`, `varchar` and `text` are all `text`.
    pub const fn family(&self) -> &'static str {
        match self {
            Self::Integer { .. } => "integer",
            Self::Numeric { .. } => "numeric",
            Self::Float { .. } => "float",
            Self::Boolean => "boolean",
            Self::Varchar { .. } | Self::Char { .. } | Self::Text { .. } => "text",
            Self::Binary { .. } | Self::Varbinary { .. } | Self::Blob { .. } => "bytes",
            Self::Date => "date",
            Self::Time { .. } => "time",
            Self::Timestamp { .. } => "timestamp",
            Self::Interval { .. } => "interval",
            Self::Json { .. } => "json",
            Self::Uuid => "uuid",
            Self::Array(_) => "array",
            Self::Enum { .. } => "enum",
            Self::Set { .. } => "set",
            Self::Bit { .. } => "bit",
            Self::Other(_) => "other",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::some_of_each;
    use super::*;

    #[test]
    fn each_family_is_a_listed_word_and_each_word_has_a_type() {
        let families: Vec<_> = some_of_each().iter().map(Normal::family).collect();
        for family in &families {
            assert!(Normal::FAMILIES.contains(family), "{family} is not listed");
        }
        for word in Normal::FAMILIES {
            assert!(families.contains(word), "no type is of the family {word}");
        }
    }
}
