//! What is compared: aspects, directions, and what is passed over.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// What two schemas can agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    Tables,
    Columns,
    Types,
    Nullable,
    Defaults,
    PrimaryKeys,
    ForeignKeys,
    Uniques,
    Indexes,
    Checks,
    /// Enum types and their labels.
    Enums,
    Comments,
}

impl Aspect {
    pub const ALL: &'static [Self] = &[
        Self::Tables,
        Self::Columns,
        Self::Types,
        Self::Nullable,
        Self::Defaults,
        Self::PrimaryKeys,
        Self::ForeignKeys,
        Self::Uniques,
        Self::Indexes,
        Self::Checks,
        Self::Enums,
        Self::Comments,
    ];
    pub const WORDS: &'static [&'static str] = &[
        "tables",
        "columns",
        "types",
        "nullable",
        "defaults",
        "primary_keys",
        "foreign_keys",
        "uniques",
        "indexes",
        "checks",
        "enums",
        "comments",
    ];
    /// What is compared where nothing else is said: defaults and checks are spelled too differently by each database,
    /// comments are for people.
    pub const USUAL: &'static [Self] = &[
        Self::Tables,
        Self::Columns,
        Self::Types,
        Self::Nullable,
        Self::PrimaryKeys,
        Self::ForeignKeys,
        Self::Uniques,
        Self::Indexes,
        Self::Enums,
    ];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Returns the aspect with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        let index = Self::WORDS.iter().position(|word| *word == name)?;
        Some(Self::ALL[index])
    }
}

/// On which side a difference lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// What is expected has it, what is there lacks it.
    Missing,
    /// What is there has it, and it is not expected.
    Extra,
    /// Both have it, and they say different things of it.
    Changed,
}

impl Direction {
    pub const ALL: &'static [Self] = &[Self::Missing, Self::Extra, Self::Changed];
    pub const WORDS: &'static [&'static str] = &["missing", "extra", "changed"];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// Returns the direction with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        let index = Self::WORDS.iter().position(|word| *word == name)?;
        Some(Self::ALL[index])
    }
}

/// What to compare.
#[derive(Clone, Debug)]
pub struct What {
    pub aspects: Vec<Aspect>,
    pub ignore: Ignore,
    /// Whether the order of an enum's labels matters.
    pub label_order: bool,
}

impl Default for What {
    fn default() -> Self {
        Self { aspects: Aspect::USUAL.to_vec(), ignore: Ignore::default(), label_order: false }
    }
}

impl What {
    /// Returns whether an aspect is compared.
    pub fn has(&self, aspect: Aspect) -> bool {
        self.aspects.contains(&aspect)
    }
}

/// Globs over names: `legacy_*` is a table, an enum, an index or a constraint; `deals.tmp_*` a column, an index or a
/// constraint of a table, or a table of a schema. `*` stops at a dot, `**` does not.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    set: GlobSet,
}

impl Ignore {
    /// Returns the globs, compiled.
    ///
    /// # Errors
    /// The number of the glob that is none, and why.
    pub fn new<'a>(globs: impl IntoIterator<Item = &'a str>) -> Result<Self, (usize, String)> {
        let mut builder = GlobSetBuilder::new();
        for (number, glob) in globs.into_iter().enumerate() {
            builder.add(name_glob(glob).map_err(|error| (number, error.kind().to_string()))?);
        }
        let set = builder.build().map_err(|error| (0, error.kind().to_string()))?;
        Ok(Self { set })
    }

    /// Returns whether one of the globs matches this name.
    pub fn covers(&self, name: &str) -> bool {
        !self.set.is_empty() && self.set.is_match(name.replace('.', "/"))
    }
}

/// Compiles a glob over dotted names.
pub fn name_glob(glob: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(&glob.replace('.', "/")).literal_separator(true).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_are_in_step() {
        for (aspect, word) in Aspect::ALL.iter().zip(Aspect::WORDS) {
            assert_eq!((aspect.name(), Aspect::of_name(word)), (*word, Some(*aspect)));
        }
        for (direction, word) in Direction::ALL.iter().zip(Direction::WORDS) {
            assert_eq!((direction.name(), Direction::of_name(word)), (*word, Some(*direction)));
        }
        assert_eq!(Aspect::ALL.len(), Aspect::WORDS.len());
    }

    #[test]
    fn a_star_stops_at_a_dot() {
        let ignore = Ignore::new(["legacy_*", "deals.tmp_*", "audit.**"]).expect("globs");
        for (name, covered) in [
            ("legacy_a", true),
            ("legacy_a.id", false),
            ("deals.tmp_x", true),
            ("deals", false),
            ("audit.log", true),
            ("audit.log.id", true),
            ("audit", false),
        ] {
            assert_eq!(ignore.covers(name), covered, "{name}");
        }
        assert!(!Ignore::default().covers("x"));
        assert_eq!(Ignore::new(["a", "[b"]).expect_err("no glob").0, 1);
    }
}
