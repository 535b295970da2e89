//! What the name of a file says: version, words, direction.

use super::dialect::Database;
use super::version::Version;
use crate::model::facts::{Flavor, Role};
use crate::model::operation::Direction;

/// What the name of a migration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) role: Role,
    /// As written; empty for a repeatable migration.
    pub(super) version: &'a str,
    /// The words after it, as written.
    pub(super) title: &'a str,
    /// The whole name without extension and direction: what tells it apart from others of its version.
    pub(super) stem: &'a str,
    /// The direction, where the name says one.
    pub(super) direction: Option<Direction>,
    /// The direction that a word at the end may mean, where another file of this version bears it out.
    pub(super) perhaps: Option<Direction>,
}

impl Name<'_> {
    /// Returns the version as the tool compares it.
    pub(super) fn compared(&self, flavor: Flavor) -> Version {
        match flavor {
            Flavor::Prisma => Version::of_text(self.stem),
            Flavor::Diesel => Version::of_text(&self.version.replace('-', "")),
            Flavor::Dbmate | Flavor::Atlas => Version::of_text(self.version),
            _ => Version::of_numbers(self.version),
        }
    }

    /// Returns the version as it is shown.
    pub(super) fn shown(&self, flavor: Flavor) -> String {
        match flavor {
            Flavor::Flyway | Flavor::Refinery => self.version.replace('_', "."),
            _ => self.version.to_owned(),
        }
    }

    /// Returns the databases that the name says it is for: `x.mysql.up.sql`.
    pub(super) fn databases(&self) -> impl Iterator<Item = &str> {
        self.title.split('.').skip(1).filter(|part| Database::of_name(part).is_some())
    }

    /// Returns the words of the title.
    pub(super) fn message(&self) -> Option<String> {
        let words = self.title.replace(['_', '-'], " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        (!words.is_empty()).then_some(words)
    }
}

/// Returns what the name of a file says to a tool, given its path below the folder of the tree; `None` where the tool
/// would pass it over.
pub(super) fn read(flavor: Flavor, below: &str) -> Option<Name<'_>> {
    let (folders, file) = below.rsplit_once('/').unwrap_or(("", below));
    match flavor {
        Flavor::Flyway | Flavor::Refinery => flyway(file, flavor),
        Flavor::Prisma => (file == "migration.sql" && !folders.is_empty() && !folders.contains('/'))
            .then(|| of_folder(folders, None))
            .flatten(),
        Flavor::Diesel => {
            let direction = match file {
                "up.sql" => Direction::Upgrade,
                "down.sql" => Direction::Downgrade,
                _ => return None,
            };
            let folder = folders.rsplit('/').next().filter(|_| !folders.contains('/'))?;
            of_folder(folder, Some(direction)).filter(|name| !name.version.is_empty())
        }
        _ if !folders.is_empty() => None,
        Flavor::Plain => numbered(file, false),
        _ => numbered(file, true).filter(|name| fits(flavor, name, file)),
    }
}

/// Returns whether a tool that wants numbers alone takes a name.
fn fits(flavor: Flavor, name: &Name<'_>, file: &str) -> bool {
    let underscore = file[name.version.len()..].starts_with('_');
    match flavor {
        Flavor::GolangMigrate => underscore && name.direction.is_some(),
        Flavor::Sqlx | Flavor::Goose => underscore,
        _ => true,
    }
}

/// Reads `V1_2__words.sql`, and the same with `U` (undo), `B` (baseline) and `R` (repeatable, without a version).
/// Refinery's `U` is a migration of its own, that may run out of order.
pub(super) fn flyway(file: &str, flavor: Flavor) -> Option<Name<'_>> {
    let stem = file.strip_suffix(".sql")?;
    let (prefix, rest) = (stem.get(..1)?, stem.get(1..)?);
    let (version, title) = rest.split_once("__").unwrap_or((rest, ""));
    let parts = version.split(['.', '_']);
    let is_version = parts.clone().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let (role, direction) = match prefix {
        "V" if is_version => (Role::Versioned, Some(Direction::Upgrade)),
        "U" if is_version && flavor == Flavor::Refinery => (Role::Versioned, Some(Direction::Upgrade)),
        "U" if is_version => (Role::Versioned, Some(Direction::Downgrade)),
        "B" if is_version && flavor == Flavor::Flyway => (Role::Baseline, Some(Direction::Upgrade)),
        "R" if version.is_empty() && !title.is_empty() && flavor == Flavor::Flyway => {
            (Role::Repeatable, Some(Direction::Upgrade))
        }
        _ => return None,
    };
    Some(Name { role, version, title, stem, direction, perhaps: None })
}

/// Reads the folder of a migration: `20240115093000_words`.
fn of_folder(folder: &str, direction: Option<Direction>) -> Option<Name<'_>> {
    let digits = folder.find(|character: char| !character.is_ascii_digit() && character != '-').unwrap_or(folder.len());
    let version = folder[..digits].trim_end_matches('-');
    let title = folder[version.len()..].trim_start_matches(['_', '-']);
    (!folder.is_empty()).then_some(Name {
        role: Role::Versioned,
        version,
        title,
        stem: folder,
        direction,
        perhaps: None,
    })
}

/// Words that say a direction after a dot, and after `_` or `-` where another file bears them out.
const DIRECTIONS: &[(&str, Direction)] = &[
    ("up", Direction::Upgrade),
    ("do", Direction::Upgrade),
    ("down", Direction::Downgrade),
    ("undo", Direction::Downgrade),
    ("rollback", Direction::Downgrade),
    ("revert", Direction::Downgrade),
];

/// Reads `001_words.sql`, `20240115093000_words.up.sql`, `001.do.words.sql`. With `strict` the version is the digits at
/// the start and only `.up` and `.down` say a direction; otherwise it may be a date or numbers with dots, too.
pub(super) fn numbered(file: &str, strict: bool) -> Option<Name<'_>> {
    let mut stem = file.strip_suffix(".sql")?;
    let length = if strict { digits(stem) } else { version(stem) };
    let version = &stem[..length];
    let mut title = &stem[length..];
    if length == 0 || !(title.is_empty() || title.starts_with(['_', '-', '.', ' '])) {
        return None;
    }
    let mut direction = None;
    let mut perhaps = None;
    for (word, meant) in DIRECTIONS.iter().filter(|(word, _)| !strict || matches!(*word, "up" | "down")) {
        let Some(rest) = title.strip_suffix(word) else { continue };
        if let Some(rest) = rest.strip_suffix('.') {
            direction = Some(*meant);
            title = rest;
            stem = &stem[..stem.len() - word.len() - 1];
            break;
        }
        if !strict && rest.ends_with(['_', '-']) {
            perhaps = Some(*meant);
        }
    }
    if !strict && direction.is_none() {
        for (word, meant) in DIRECTIONS.iter().filter(|(word, _)| matches!(*word, "do" | "undo")) {
            let rest = title.strip_prefix('.').and_then(|rest| rest.strip_prefix(word));
            if let Some(rest) = rest.filter(|rest| rest.starts_with('.')) {
                direction = Some(*meant);
                title = rest;
                break;
            }
        }
    }
    let title = title.trim_start_matches(['_', '-', '.', ' ']);
    Some(Name { role: Role::Versioned, version, title, stem, direction, perhaps })
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Returns how long the version at the start is: a number, or numbers with dots or of a date, parted by `_` or `-` as
/// well; perhaps with a `v` before it.
fn version(text: &str) -> usize {
    let prefix = usize::from(text.starts_with(['v', 'V']));
    let first = digits(&text[prefix..]);
    if first == 0 {
        return 0;
    }
    let mut end = prefix + first;
    let is_date = matches!(first, 4 | 8) && matches!(&text[prefix..prefix + 2], "19" | "20");
    loop {
        let rest = &text[end..];
        let has_parts = is_date || text[..end].contains('.');
        let goes_on = rest.starts_with('.') || (has_parts && rest.starts_with(['_', '-']));
        if !goes_on {
            return end;
        }
        let more = digits(&rest[1..]);
        let after = &rest[1 + more..];
        if more == 0 || !(after.is_empty() || after.starts_with(['_', '-', '.', ' '])) {
            return end;
        }
        end += 1 + more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name as `role version|words|direction|stem`.
    fn check(flavor: Flavor, below: &str, expected: Option<&str>) {
        let words = read(flavor, below).map(|name| {
            let direction = match (name.direction, name.perhaps) {
                (Some(direction), _) => direction.name().to_owned(),
                (None, Some(perhaps)) => format!("{}?", perhaps.name()),
                (None, None) => String::new(),
            };
            let role = if name.role == Role::Versioned { "" } else { name.role.name() };
            format!("{role} {}|{}|{direction}|{}", name.shown(flavor), name.message().unwrap_or_default(), name.stem)
                .trim_start()
                .to_owned()
        });
        assert_eq!(words.as_deref(), expected, "{below} for {}", flavor.name());
    }

    #[test]
    fn names_of_flyway() {
        for (name, expected) in [
            ("V1__init.sql", Some("1|init|upgrade|V1__init")),
            ("V1_2__add_users.sql", Some("1.2|add users|upgrade|V1_2__add_users")),
            ("V2024.01.15__x.sql", Some("2024.01.15|x|upgrade|V2024.01.15__x")),
            ("deep/er/V3__x.sql", Some("3|x|upgrade|V3__x")),
            ("V1.sql", Some("1||upgrade|V1")),
            ("U1__init.sql", Some("1|init|downgrade|U1__init")),
            ("B5__all.sql", Some("baseline 5|all|upgrade|B5__all")),
            ("R__views.sql", Some("repeatable |views|upgrade|R__views")),
            ("V1_init.sql", None),
            ("v1__init.sql", None),
            ("V__init.sql", None),
            ("V1._2__x.sql", None),
            ("R1__x.sql", None),
            ("Views.sql", None),
            ("afterMigrate.sql", None),
            ("É1__x.sql", None),
            (".sql", None),
            ("V1__x.sql.conf", None),
        ] {
            check(Flavor::Flyway, name, expected);
        }
        check(Flavor::Refinery, "U2__late.sql", Some("2|late|upgrade|U2__late"));
        check(Flavor::Refinery, "R__x.sql", None);
    }

    #[test]
    fn names_with_numbers() {
        for (flavor, name, expected) in [
            (Flavor::GolangMigrate, "000001_init.up.sql", Some("000001|init|upgrade|000001_init")),
            (Flavor::GolangMigrate, "1_a.b.down.sql", Some("1|a.b|downgrade|1_a.b")),
            (Flavor::GolangMigrate, "1_init.sql", None),
            (Flavor::GolangMigrate, "1.up.sql", None),
            (Flavor::Sqlx, "20240115_093000_x.sql", Some("20240115|093000 x||20240115_093000_x")),
            (Flavor::Sqlx, "20240115-x.sql", None),
            (Flavor::Goose, "00001_scale_down.sql", Some("00001|scale down||00001_scale_down")),
            (Flavor::Dbmate, "20240115093000-x.sql", Some("20240115093000|x||20240115093000-x")),
            (Flavor::Plain, "001_init.sql", Some("001|init||001_init")),
            (Flavor::Plain, "001.sql", Some("001|||001")),
            (Flavor::Plain, "0001_100_users.sql", Some("0001|100 users||0001_100_users")),
            (Flavor::Plain, "001_2fa.sql", Some("001|2fa||001_2fa")),
            (Flavor::Plain, "2024_01_15_093000_x.sql", Some("2024_01_15_093000|x||2024_01_15_093000_x")),
            (Flavor::Plain, "2024-01-15-x.sql", Some("2024-01-15|x||2024-01-15-x")),
            (Flavor::Plain, "v1.2.3-x.sql", Some("v1.2.3|x||v1.2.3-x")),
            (Flavor::Plain, "02.00.03_01_pre_x.sql", Some("02.00.03_01|pre x||02.00.03_01_pre_x")),
            (Flavor::Plain, "001.do.init.sql", Some("001|init|upgrade|001.do.init")),
            (Flavor::Plain, "001.undo.init.sql", Some("001|init|downgrade|001.undo.init")),
            (Flavor::Plain, "001-x-down.sql", Some("001|x down|downgrade?|001-x-down")),
            (Flavor::Plain, "001 init.sql", Some("001|init||001 init")),
            (Flavor::Plain, "2fa.sql", None),
            (Flavor::Plain, "v.sql", None),
            (Flavor::Plain, "vé.sql", None),
            (Flavor::Plain, "sub/001_x.sql", None),
            (Flavor::Plain, "001_x.sql.bak", None),
            (Flavor::Plain, "2024é.sql", None),
        ] {
            check(flavor, name, expected);
        }
    }

    #[test]
    fn names_of_folders() {
        for (flavor, below, expected) in [
            (Flavor::Prisma, "20240115093000_init/migration.sql", Some("20240115093000|init||20240115093000_init")),
            (Flavor::Prisma, "0_init/migration.sql", Some("0|init||0_init")),
            (Flavor::Prisma, "baseline/migration.sql", Some("|baseline||baseline")),
            (Flavor::Prisma, "migration.sql", None),
            (Flavor::Prisma, "a/b/migration.sql", None),
            (Flavor::Diesel, "2024-01-15-093000_x/up.sql", Some("2024-01-15-093000|x|upgrade|2024-01-15-093000_x")),
            (
                Flavor::Diesel,
                "00000000000000_setup/down.sql",
                Some("00000000000000|setup|downgrade|00000000000000_setup"),
            ),
            (Flavor::Diesel, "seeds/up.sql", None),
            (Flavor::Diesel, "1_x/other.sql", None),
        ] {
            check(flavor, below, expected);
        }
    }
}
