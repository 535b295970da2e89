//! The names that exceptions may call rules by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::closest;

/// All rules that are known, also those that are switched off, by full name, alias and bare name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    full: BTreeSet<Arc<str>>,
    aliases: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    bare: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// These rules, by full name: one, or all that share the alias.
    Rules(Vec<Arc<str>>),
    /// A bare name that several packs have.
    Ambiguous(Vec<Arc<str>>),
    /// No rule, and the name that is nearest.
    Unknown { nearest: Option<Arc<str>> },
}

impl Names {
    /// Returns the names of rules given as full name and aliases.
    pub fn new<'a, Aliases>(rules: impl IntoIterator<Item = (&'a Arc<str>, Aliases)>) -> Self
    where
        Aliases: IntoIterator<Item = &'a str>,
    {
        let mut names = Self::default();
        for (id, aliases) in rules {
            names.full.insert(id.clone());
            for alias in aliases {
                names.aliases.entry(alias.into()).or_default().insert(id.clone());
            }
            if let Some((_, bare)) = id.rsplit_once('/') {
                names.bare.entry(bare.into()).or_default().insert(id.clone());
            }
        }
        names
    }

    /// Resolves a name: a full name first, then an alias, then a bare name. An alias that several rules share means all
    /// of them (a check that was split); a bare name that several packs have means none until it is spelled out.
    pub fn resolve(&self, name: &str) -> Resolution {
        if let Some(id) = self.full.get(name) {
            return Resolution::Rules(vec![id.clone()]);
        }
        if let Some(ids) = self.aliases.get(name) {
            return Resolution::Rules(ids.iter().cloned().collect());
        }
        match self.bare.get(name) {
            Some(ids) if ids.len() > 1 => Resolution::Ambiguous(ids.iter().cloned().collect()),
            Some(ids) => Resolution::Rules(ids.iter().cloned().collect()),
            None => Resolution::Unknown { nearest: self.nearest(name) },
        }
    }

    fn nearest(&self, name: &str) -> Option<Arc<str>> {
        // A bare name is held against bare names first: `alembic/` in front would make all of them far.
        let bare = self.bare.iter().filter(|(_, ids)| ids.len() == 1).map(|(bare, _)| bare.as_ref());
        let near = closest(name, bare.chain(self.aliases.keys().map(AsRef::as_ref)));
        let near = if name.contains('/') { None } else { near };
        near.or_else(|| closest(name, self.full.iter().map(AsRef::as_ref))).map(Into::into)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::{Names, Resolution};

    /// Rules of two packs: one bare name shared, one alias shared.
    pub(crate) fn names() -> Names {
        let rules: [(&str, &[&str]); 5] = [
            ("alembic/enum-variable", &["rule_1_1_enum_variable"]),
            ("alembic/enum-without-create-type", &["rule_1_2_enum_pattern", "old_split"]),
            ("alembic/migration-name", &[]),
            ("house/migration-name", &[]),
            ("house/drop-column", &["old_split"]),
        ];
        let rules = rules.map(|(id, aliases)| (Arc::from(id), aliases));
        Names::new(rules.iter().map(|(id, aliases)| (id, aliases.iter().copied())))
    }

    #[test]
    fn a_name_is_full_alias_or_bare() {
        let ids = |ids: &[&str]| ids.iter().map(|id| Arc::from(*id)).collect::<Vec<Arc<str>>>();
        let unknown = |nearest: Option<&str>| Resolution::Unknown { nearest: nearest.map(Arc::from) };
        let cases = [
            ("alembic/enum-variable", Resolution::Rules(ids(&["alembic/enum-variable"]))),
            ("rule_1_2_enum_pattern", Resolution::Rules(ids(&["alembic/enum-without-create-type"]))),
            ("enum-variable", Resolution::Rules(ids(&["alembic/enum-variable"]))),
            ("old_split", Resolution::Rules(ids(&["alembic/enum-without-create-type", "house/drop-column"]))),
            ("migration-name", Resolution::Ambiguous(ids(&["alembic/migration-name", "house/migration-name"]))),
            ("rule_1_2_enum_patern", unknown(Some("rule_1_2_enum_pattern"))),
            ("enum_variable", unknown(Some("enum-variable"))),
            ("alembic/enum-varable", unknown(Some("alembic/enum-variable"))),
            ("zzz", unknown(None)),
            ("", unknown(None)),
        ];
        for (name, expected) in cases {
            assert_eq!(names().resolve(name), expected, "{name}");
        }
    }
}
