//! What the role may see, from `SHOW GRANTS`: `information_schema` leaves out in silence what is not granted.

use std::collections::BTreeSet;

use super::lexer::{Token, tokens};

/// What the grants of a role let it see.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    everything: bool,
    /// Patterns as of LIKE.
    databases: Vec<String>,
    /// Patterns of databases that were taken away again (MySQL's partial revokes).
    revoked: Vec<String>,
    /// Database and table, with a privilege on the whole table.
    tables: BTreeSet<(String, String)>,
    /// Database and table, with a privilege on some columns.
    partial: BTreeSet<(String, String)>,
    /// Roles whose grants are not listed with the user's own.
    roles: bool,
}

/// Privileges that make every table below them visible.
const TABLE_PRIVILEGES: &[&str] =
    &["ALL", "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER", "TRIGGER"];

impl Sight {
    /// Returns what is known of a role whose grants the server does not tell: nothing.
    pub fn untold() -> Self {
        Self { roles: true, ..Self::default() }
    }

    /// Reads the lines of `SHOW GRANTS`.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sight = Self::default();
        for line in lines {
            sight.add(&tokens(line));
        }
        sight
    }

    /// Returns whether all tables of a database are seen; `None` if roles may give more than we know of.
    pub fn whole_database(&self, database: &str, folds_case: bool) -> Option<bool> {
        let matches = |patterns: &[String]| patterns.iter().any(|pattern| like(pattern, database, folds_case));
        if matches(&self.databases) || (self.everything && !matches(&self.revoked)) {
            return Some(true);
        }
        (!self.roles).then_some(false)
    }

    /// Returns the tables of a database of which only some columns are seen.
    pub fn partial_tables<'a>(&'a self, database: &'a str) -> impl Iterator<Item = &'a str> {
        let partial = self.partial.difference(&self.tables);
        partial.filter(move |(of, _)| of == database).map(|(_, table)| &**table)
    }

    fn add(&mut self, line: &[Token]) {
        let revoke = line.first().is_some_and(|token| token.is("REVOKE"));
        if !revoke && !line.first().is_some_and(|token| token.is("GRANT")) {
            return;
        }
        let Some(on) = line.iter().position(|token| token.is("ON")) else {
            // GRANT role TO user. MariaDB lists what an active role grants, MySQL does not.
            self.roles = true;
            return;
        };
        let privileges = Privileges::of(&line[1..on]);
        match &line[on + 1..] {
            // Of MySQL's global privileges only those that a table could have: PROCESS shows no table.
            [Token::Sign('*'), Token::Sign('.'), Token::Sign('*'), ..] => self.everything |= privileges.table,
            [Token::Name(database), Token::Sign('.'), Token::Sign('*'), ..] if privileges.table => {
                if revoke { &mut self.revoked } else { &mut self.databases }.push(database.clone());
            }
            [Token::Name(database), Token::Sign('.'), Token::Name(table), ..] => {
                let key = (database.clone(), table.clone());
                if privileges.table {
                    self.tables.insert(key);
                } else if privileges.columns {
                    self.partial.insert(key);
                }
            }
            _ => {}
        }
    }
}

/// What stands between GRANT and ON.
struct Privileges {
    /// One that holds for whole tables.
    table: bool,
    /// One that holds for some columns.
    columns: bool,
}

impl Privileges {
    fn of(tokens: &[Token]) -> Self {
        let mut found = Self { table: false, columns: false };
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate() {
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth = depth.saturating_sub(1),
                Token::Word(word) if depth == 0 && TABLE_PRIVILEGES.contains(&&**word) => {
                    let next = tokens.get(index + 1);
                    match next {
                        Some(Token::Sign('(')) => found.columns = true,
                        // CREATE USER, CREATE ROLE, ALTER ROUTINE and the like are no privileges on tables.
                        Some(Token::Word(more)) if !matches!(&**more, "PRIVILEGES" | "HISTORY" | "VIEW") => {}
                        _ => found.table = true,
                    }
                }
                _ => {}
            }
        }
        found
    }
}

/// Returns whether a name matches a pattern of LIKE: `%`, `_` and `\` before either.
fn like(pattern: &str, name: &str, folds_case: bool) -> bool {
    let fold = |text: &str| if folds_case { text.to_lowercase() } else { text.to_owned() };
    let (pattern, name): (Vec<char>, Vec<char>) = (fold(pattern).chars().collect(), fold(name).chars().collect());
    let (mut at, mut position) = (0, 0);
    // Where to try again: after the last `%`, one character further.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let (step, matches) = match (pattern.get(at), name.get(position)) {
            (None, None) => return true,
            (Some('%'), _) => {
                retry = Some((at + 1, position));
                at += 1;
                continue;
            }
            (Some('_'), Some(_)) => (1, true),
            (Some('\\'), Some(character)) if pattern.len() > at + 1 => (2, pattern[at + 1] == *character),
            (Some(expected), Some(character)) => (1, expected == character),
            _ => (0, false),
        };
        if matches {
            at += step;
            position += 1;
        } else {
            match retry {
                Some((after, from)) if from < name.len() => {
                    retry = Some((after, from + 1));
                    at = after;
                    position = from + 1;
                }
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_tell_what_is_seen() {
        let cases: &[(&[&str], Option<bool>)] = &[
            (&["GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"], Some(true)),
            (&["GRANT SELECT, INSERT ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*AB ON `shop`.* '"], Some(true)),
            (&["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT ON `shop`.* TO `a`@`%`"], Some(true)),
            (&["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT ON `shop`.`t` TO `a`@`%`"], Some(false)),
            (&["GRANT PROCESS, CREATE USER, CREATE ROUTINE ON *.* TO `a`@`%`"], Some(false)),
            (&["GRANT SELECT ON `sh%`.* TO `a`@`%`"], Some(true)),
            (&["GRANT SELECT ON `s\\_op`.* TO `a`@`%`"], Some(false)),
            (&["GRANT SELECT ON `other`.* TO `a`@`%`"], Some(false)),
            (&["GRANT SELECT (`ON`, `b`) ON `shop`.`t` TO `a`@`%`"], Some(false)),
            (&["GRANT USAGE ON *.* TO `a`@`%`", "GRANT `reader`@`%` TO `a`@`%`"], None),
            (&["GRANT SELECT ON *.* TO `a`@`%`", "REVOKE SELECT ON `shop`.* FROM `a`@`%`"], Some(false)),
            (&["GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION"], Some(false)),
            (&["GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `a`@`%`"], Some(false)),
            (&["GRANT DELETE HISTORY ON `shop`.* TO `a`@`%`"], Some(true)),
            (&["nonsense", "GRANT", ""], None),
            (&[], Some(false)),
        ];
        for (lines, expected) in cases {
            let sight = Sight::read(lines.iter().copied());
            assert_eq!(sight.whole_database("shop", false), *expected, "{lines:?}");
        }
    }

    #[test]
    fn tables_of_which_some_columns_are_seen() {
        let sight = Sight::read([
            "GRANT SELECT (`id`) ON `shop`.`a` TO `u`@`%`",
            "GRANT SELECT (`id`), INSERT ON `shop`.`b` TO `u`@`%`",
            "GRANT SELECT (`id`) ON `other`.`c` TO `u`@`%`",
        ]);
        assert_eq!(sight.partial_tables("shop").collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn patterns_match_as_like_does() {
        let cases = [
            ("shop", "shop", true),
            ("shop", "Shop", false),
            ("%", "", true),
            ("%op%", "shopping", true),
            ("s__p", "shop", true),
            ("s\\_op", "s_op", true),
            ("s\\%", "s%", true),
            ("%a%b%c", "xaybzc", true),
            ("%a%b%c", "xaybz", false),
            ("", "x", false),
            ("shop\\", "shop\\", true),
            ("naïv_", "naïve", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(like(pattern, name, false), expected, "{pattern} {name}");
        }
        assert!(like("SHOP%", "shopping", true));
    }
}
