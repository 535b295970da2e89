//! The parts of a file: what of its text goes up, what goes down, and whether in a transaction.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::scan;
use crate::model::Known;
use crate::model::facts::Flavor;
use crate::model::operation::Direction;
use crate::model::schema::Dialect;

/// A part of the text of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub direction: Direction,
    /// In bytes of the text, without the line that marks it.
    pub range: Range<usize>,
    /// Whether the tool runs it in a transaction. A text that opens one itself says so in its statements.
    pub transaction: Known<bool>,
}

/// What is known about a file when its text is taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) flavor: Flavor,
    pub(super) dialect: Option<Dialect>,
    /// The direction of the whole file, where its name says it.
    pub(super) direction: Option<Direction>,
    /// What a file beside it says about the transaction.
    pub(super) transaction: Option<bool>,
}

/// Returns the parts of a text, in order. Of tools that mark parts inside the text, what stands before the first mark
/// belongs to none, and a file without a mark has no part.
pub(super) fn parts(text: &str, about: About) -> Vec<Part> {
    let marked = match about.direction {
        None => marked(text, about.flavor),
        Some(_) => None,
    };
    let no_transaction = is_outside(text, about.flavor);
    let Some(marked) = marked else {
        let direction = about.direction.unwrap_or(Direction::Upgrade);
        let transaction = transaction(text, about, no_transaction);
        return vec![Part { direction, range: 0..text.len(), transaction }];
    };
    marked
        .into_iter()
        .map(|(direction, range, outside)| {
            let transaction = transaction(&text[range.clone()], about, outside || no_transaction);
            Part { direction, range, transaction }
        })
        .collect()
}

/// Direction, text, and whether its mark asks for no transaction.
type Marked = (Direction, Range<usize>, bool);

static GOOSE: LazyLock<Regex> = LazyLock::new(|| mark(r"--[ \t]*\+goose[ \t]+(?<way>up|down)\b"));
static DBMATE: LazyLock<Regex> = LazyLock::new(|| mark(r"--[ \t]*migrate:(?<way>up|down)\b(?<more>[^\n]*)"));
static SQL_MIGRATE: LazyLock<Regex> =
    LazyLock::new(|| mark(r"--[ \t]*\+migrate[ \t]+(?<way>up|down)\b(?<more>[^\n]*)"));
/// `-- Up Migration` of node-pg-migrate, `-- Up` of sqlite, `---- create above / drop below ----` of tern.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    mark(r"--[ \t]*(?<way>up|down)(?:[ \t]+migration)?[ \t\r]*$|---- create above / drop below ----(?<below>)")
});

fn mark(pattern: &str) -> Regex {
    Regex::new(&format!(r"(?mi)^[ \t]*(?:{pattern})[^\n]*")).expect("a valid pattern")
}

/// Returns the marked parts; `None` where the tool has no marks, or may do without.
fn marked(text: &str, flavor: Flavor) -> Option<Vec<Marked>> {
    let marks = match flavor {
        Flavor::Goose => &*GOOSE,
        Flavor::Dbmate => &*DBMATE,
        Flavor::SqlMigrate => &*SQL_MIGRATE,
        Flavor::Plain => &*PLAIN,
        _ => return None,
    };
    let mut found: Vec<Marked> = Vec::new();
    for captures in marks.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        match found.last_mut() {
            Some((_, range, _)) => range.end = whole.start(),
            // Tern: what stands above goes up.
            None if captures.name("below").is_some() => {
                found.push((Direction::Upgrade, 0..whole.start(), false));
            }
            None => {}
        }
        let up = captures.name("way").is_some_and(|way| way.as_str().eq_ignore_ascii_case("up"));
        let more = captures.name("more").map_or("", |more| more.as_str()).to_lowercase();
        let outside = match flavor {
            Flavor::Dbmate => more.contains("transaction:false"),
            Flavor::SqlMigrate => more.contains("notransaction"),
            _ => false,
        };
        let direction = if up { Direction::Upgrade } else { Direction::Downgrade };
        found.push((direction, whole.end()..text.len(), outside));
    }
    (flavor != Flavor::Plain || !found.is_empty()).then_some(found)
}

static GOOSE_OUTSIDE: LazyLock<Regex> = LazyLock::new(|| mark(r"--[ \t]*\+goose[ \t]+no[ \t]+transaction"));
static ATLAS_OUTSIDE: LazyLock<Regex> = LazyLock::new(|| mark(r"--[ \t]*atlas:txmode[ \t]+none"));

/// Returns whether a text asks to be run outside of a transaction as a whole.
fn is_outside(text: &str, flavor: Flavor) -> bool {
    match flavor {
        Flavor::Goose => GOOSE_OUTSIDE.is_match(text),
        Flavor::Atlas => ATLAS_OUTSIDE.is_match(text),
        Flavor::Sqlx => text.trim_start_matches('\u{feff}').starts_with("-- no-transaction"),
        _ => false,
    }
}

/// What PostgreSQL runs outside of a transaction alone, as Flyway looks for it.
static NEVER_INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    let statements = [
        r"(?:create|drop|reindex)\s+[^;]*\bconcurrently\b",
        r"vacuum\b",
        r"alter\s+system\b",
        r"alter\s+type\s+[^;]*\badd\s+value\b",
        r"(?:create|drop)\s+(?:database|tablespace|subscription)\b",
        r"reindex\s+(?:database|schema|system)\b",
        r"discard\s+all\b",
    ];
    Regex::new(&format!(r"(?mi)^\s*(?:{})", statements.join("|"))).expect("a valid pattern")
});

/// Returns whether a tool runs a text in a transaction.
fn transaction(text: &str, about: About, outside: bool) -> Known<bool> {
    if let Some(said) = about.transaction {
        return Known::Yes(said);
    }
    if outside {
        return Known::Yes(false);
    }
    match about.flavor {
        Flavor::Plain => Known::No("which tool runs it is not known".into()),
        // Sent as one text, of which PostgreSQL makes one transaction where it has several statements.
        Flavor::GolangMigrate | Flavor::Prisma => Known::Yes(match about.dialect {
            Some(Dialect::Sqlite) => about.flavor == Flavor::GolangMigrate,
            Some(Dialect::Mysql) => false,
            _ => scan::statements(text, about.dialect, 2) > 1,
        }),
        Flavor::Flyway if about.dialect == Some(Dialect::Postgresql) => Known::Yes(!NEVER_INSIDE.is_match(text)),
        _ => Known::Yes(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts as `up|down[ outside][?]: text`.
    fn check(flavor: Flavor, direction: Option<Direction>, text: &str, expected: &[&str]) {
        let about = About { flavor, dialect: Some(Dialect::Postgresql), direction, transaction: None };
        let shown: Vec<String> = parts(text, about)
            .into_iter()
            .map(|part| {
                let way = if part.direction == Direction::Upgrade { "up" } else { "down" };
                let transaction = match part.transaction {
                    Known::Yes(true) => "",
                    Known::Yes(false) => " outside",
                    Known::No(_) => "?",
                };
                format!("{way}{transaction}: {}", text[part.range].trim())
            })
            .collect();
        assert_eq!(shown, expected, "{text:?} for {}", flavor.name());
    }

    #[test]
    fn parts_of_every_tool() {
        let up = Some(Direction::Upgrade);
        let cases: &[(Flavor, Option<Direction>, &str, &[&str])] = &[
            (Flavor::Dbmate, None, "-- migrate:up\nA;\n\n-- migrate:down\nB;\n", &["up: A;", "down: B;"]),
            (Flavor::Dbmate, None, "-- migrate:up transaction:false\r\nA;\r\n", &["up outside: A;"]),
            (Flavor::Dbmate, None, "--migrate:up\nA;--migrate:down\n", &["up: A;--migrate:down"]),
            (Flavor::Dbmate, None, "CREATE TABLE a ();", &[]),
            (
                Flavor::Goose,
                None,
                "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nA;\n-- +goose StatementEnd\n-- +goose Down\nB;",
                &["up outside: -- +goose StatementBegin\nA;\n-- +goose StatementEnd", "down outside: B;"],
            ),
            (Flavor::Goose, None, "--+goose up\nA;\n--  +goose  down\n", &["up: A;", "down: "]),
            (
                Flavor::SqlMigrate,
                None,
                "-- +migrate Up notransaction\nA\n-- +migrate Down\nB",
                &["up outside: A", "down: B"],
            ),
            (Flavor::Sqlx, None, "-- no-transaction\nA", &["up outside: -- no-transaction\nA"]),
            (Flavor::Sqlx, up, "A -- no-transaction", &["up: A -- no-transaction"]),
            (Flavor::Sqlx, Some(Direction::Downgrade), "B", &["down: B"]),
            (Flavor::GolangMigrate, up, "A; B", &["up: A; B"]),
            (
                Flavor::GolangMigrate,
                up,
                "CREATE INDEX CONCURRENTLY a ON b (c);",
                &["up outside: CREATE INDEX CONCURRENTLY a ON b (c);"],
            ),
            (Flavor::Flyway, up, "VACUUM a;", &["up outside: VACUUM a;"]),
            (Flavor::Flyway, up, "A;", &["up: A;"]),
            (Flavor::Atlas, None, "-- atlas:txmode none\n\nA", &["up outside: -- atlas:txmode none\n\nA"]),
            (Flavor::Plain, None, "A", &["up?: A"]),
            (Flavor::Plain, None, "-- Up Migration\nA\n-- Down Migration\nB", &["up?: A", "down?: B"]),
            (Flavor::Plain, None, "A\n---- create above / drop below ----\nB", &["up?: A", "down?: B"]),
            (Flavor::Plain, None, "-- up the limits of users\nA", &["up?: -- up the limits of users\nA"]),
            (Flavor::Diesel, up, "", &["up: "]),
        ];
        for (flavor, direction, text, expected) in cases {
            check(*flavor, *direction, text, expected);
        }
    }
}
