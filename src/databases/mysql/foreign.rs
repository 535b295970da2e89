//! The actions of foreign keys, read from `SHOW CREATE TABLE`.
//!
//! MariaDB, and MySQL before 8, hide `REFERENTIAL_CONSTRAINTS` from a role that has SELECT alone, the very role that a
//! careful team gives a tool. `SHOW CREATE TABLE` is open to it, so it is asked for the tables that have foreign keys,
//! many in one journey.

use super::lexer::{Token, tokens};

/// What a foreign key does when the row that it points to goes or changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Actions {
    pub constraint: String,
    pub on_delete: Option<String>,
    pub on_update: Option<String>,
}

/// Returns the actions of each foreign key in the text of a CREATE TABLE.
pub(super) fn actions(create_table: &str) -> Vec<Actions> {
    let tokens = tokens(create_table);
    let mut found: Vec<Actions> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at..] {
            [constraint, Token::Name(name), foreign, key, ..]
                if constraint.is("CONSTRAINT") && foreign.is("FOREIGN") && key.is("KEY") =>
            {
                let (on_delete, on_update, end) = after(&tokens, at + 4);
                found.push(Actions { constraint: name.clone(), on_delete, on_update });
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Reads what follows FOREIGN KEY, up to the comma or parenthesis that ends it.
fn after(tokens: &[Token], mut at: usize) -> (Option<String>, Option<String>, usize) {
    let (mut on_delete, mut on_update) = (None, None);
    let mut depth = 0_usize;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') if depth > 0 => depth -= 1,
            Token::Sign(')' | ',') if depth == 0 => break,
            Token::Word(word) if word == "ON" && depth == 0 => {
                let words = tokens[at + 1..].iter().map_while(|token| match token {
                    Token::Word(word) if word != "ON" && word != "MATCH" => Some(&**word),
                    _ => None,
                });
                let words: Vec<&str> = words.collect();
                if let [event, action @ ..] = &*words {
                    match *event {
                        "DELETE" => on_delete = Some(action.join(" ")),
                        "UPDATE" => on_update = Some(action.join(" ")),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    (on_delete, on_update, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_from_create_table() {
        let text = "CREATE TABLE `q` (\n  `id` int(11) DEFAULT NULL COMMENT 'CONSTRAINT `no` FOREIGN KEY (`x`) \
            REFERENCES `p` (`id`) ON DELETE CASCADE,',\n  `CONSTRAINT` int,\n  KEY `pid` (`pid`),\n  CONSTRAINT `a``b,` \
            FOREIGN KEY (`id`, `x`) REFERENCES `other`.`p` (`id`, `ON DELETE`) ON DELETE SET NULL ON UPDATE NO ACTION,\n  \
            CONSTRAINT `plain` FOREIGN KEY (`pid`) REFERENCES `p` (`id`),\n  CONSTRAINT `last` FOREIGN KEY (`pid`) \
            REFERENCES `p` (`id`) ON DELETE CASCADE,\n  CONSTRAINT `c` CHECK (`id` > 0)\n) ENGINE=InnoDB";
        let found = actions(text);
        let told: Vec<_> =
            found.iter().map(|key| (&*key.constraint, key.on_delete.as_deref(), key.on_update.as_deref())).collect();
        let expected =
            [("a`b,", Some("SET NULL"), Some("NO ACTION")), ("plain", None, None), ("last", Some("CASCADE"), None)];
        assert_eq!(told, expected);
    }

    #[test]
    fn nonsense_holds_no_foreign_key() {
        for text in ["", "CREATE VIEW", "CONSTRAINT `a` FOREIGN", "((((", "CONSTRAINT `a` CHECK (1)"] {
            assert_eq!(actions(text), [], "{text}");
        }
        assert_eq!(actions("CONSTRAINT `a` FOREIGN KEY (").len(), 1);
    }
}
