//! Names that databases give to constraints and indexes that have none.

use std::sync::Arc;

use super::words;
use crate::model::schema::{Dialect, ForeignKey, Index, IndexPart, Table};

/// The longest identifier of PostgreSQL, in bytes.
const LONGEST: usize = 63;

/// Returns what is left of an identifier of PostgreSQL.
pub(super) fn truncated(name: &str) -> &str {
    cut(name, LONGEST)
}

fn cut(name: &str, longest: usize) -> &str {
    let mut end = name.len().min(longest);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// Returns the first free name that PostgreSQL tries: `table_columns_label`, then with a number behind it.
pub(super) fn choose(table: &str, columns: &str, label: &str, taken: impl Fn(&str) -> bool) -> Arc<str> {
    let mut number = 0_u32;
    loop {
        let name = match number {
            0 => joined(table, columns, label),
            number => joined(table, columns, &format!("{label}{number}")),
        };
        if !taken(&name) {
            return name.into();
        }
        number += 1;
    }
}

/// Joins the parts with `_`; where that is too long, the longer of the first two is cut, byte by byte.
fn joined(table: &str, columns: &str, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(!columns.is_empty());
    let available = LONGEST.saturating_sub(overhead);
    let (mut first, mut second) = (table.len(), columns.len());
    while first + second > available {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let (first, second) = (cut(table, first), cut(columns, second));
    if second.is_empty() { format!("{first}_{label}") } else { format!("{first}_{second}_{label}") }
}

/// Returns the columns of a key as they stand in a name.
pub(super) fn listed(columns: &[Arc<str>]) -> String {
    // PostgreSQL stops where the name is full.
    cut(&columns.join("_"), LONGEST).to_owned()
}

/// Returns the column that stands in the name of an unnamed check: the only one that it speaks of.
pub(super) fn of_check(sql: &str, table: &Table) -> Arc<str> {
    match words::columns_in(sql, table, Dialect::Postgresql).as_slice() {
        [only] => only.clone(),
        _ => "".into(),
    }
}

/// Returns the parts of an unnamed index as they stand in its name; expressions by their function.
pub(super) fn of_index(index: &Index) -> String {
    let part = |part: &IndexPart| -> Arc<str> {
        match part {
            IndexPart::Column(name) | IndexPart::Prefix(name, _) => name.clone(),
            IndexPart::Expression(text) => {
                let text = text.trim().trim_start_matches('(');
                let function = text.split_once('(').map(|(function, _)| function.trim());
                let plain = |name: &&str| {
                    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                };
                function.filter(plain).map_or_else(|| "expr".into(), |function| function.to_lowercase().into())
            }
        }
    };
    let parts: Vec<Arc<str>> = index.parts.iter().map(part).collect();
    listed(&parts)
}

/// Returns the name that MySQL gives to a foreign key: `table_ibfk_` and one more than the highest number so far.
pub(super) fn of_mysql_foreign_key(table: &str, keys: &[ForeignKey]) -> Arc<str> {
    let prefix = format!("{table}_ibfk_");
    let number = |key: &ForeignKey| key.name.as_ref()?.strip_prefix(prefix.as_str())?.parse::<u32>().ok();
    let next = keys.iter().filter_map(number).max().unwrap_or(0).saturating_add(1);
    format!("{prefix}{next}").into()
}

/// Returns the name that MySQL gives to an index: its first column, then with `_2`, `_3` behind it.
pub(super) fn of_mysql_index(first: &str, taken: impl Fn(&str) -> bool) -> Arc<str> {
    let mut name = first.to_owned();
    let mut number = 2_u32;
    while taken(&name) {
        name = format!("{first}_{number}");
        number += 1;
    }
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_postgresql() {
        let long = "a".repeat(40);
        for (table, columns, label, expected) in [
            ("deals", "", "pkey", "deals_pkey".to_owned()),
            ("deals", "owner_id", "fkey", "deals_owner_id_fkey".to_owned()),
            (&*long, "", "pkey", format!("{long}_pkey")),
            // Both are cut to the same length: 63 - 5 - 1 = 57 for the two.
            (&*long, &*"b".repeat(40), "fkey", format!("{}_{}_fkey", "a".repeat(29), "b".repeat(28))),
            (&*long, "short", "fkey", format!("{long}_short_fkey")),
            (&*"t".repeat(63), "c", "key", format!("{}_c_key", "t".repeat(57))),
            (&*"ü".repeat(40), "", "pkey", format!("{}_pkey", "ü".repeat(29))),
        ] {
            let name = choose(table, columns, label, |_| false);
            assert_eq!(*name, *expected, "{table} {columns} {label}");
            assert!(name.len() <= 63);
        }
        let taken = ["t_c_check", "t_c_check1"];
        assert_eq!(&*choose("t", "c", "check", |name| taken.contains(&name)), "t_c_check2");
    }

    #[test]
    fn names_are_those_of_mysql() {
        assert_eq!(&*of_mysql_index("code", |name| ["code", "code_2"].contains(&name)), "code_3");
        assert_eq!(&*of_mysql_foreign_key("t", &[]), "t_ibfk_1");
    }
}
