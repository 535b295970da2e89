//! Columns: types, defaults, what is computed and what is numbered.

use std::sync::Arc;

use super::super::catalogue::{CheckRow, ColumnRow, TableRow};
use super::super::server::Server;
use super::text::{quoted, unescape, without_parentheses};
use crate::model::Known;
use crate::model::schema::{Column, Dialect, Generated, Identity, Normal, Type};

/// Reads the columns of one table.
pub(super) struct Reader<'a> {
    pub server: &'a Server,
    pub table: &'a TableRow,
    pub checks: &'a [&'a CheckRow],
    /// Whether the role would see a check if there were one.
    pub sees_checks: bool,
}

impl Reader<'_> {
    /// Returns the columns in the order of the table.
    pub fn columns(&self, rows: &[&ColumnRow]) -> Vec<Column> {
        let mut rows = rows.to_vec();
        rows.sort_by_key(|row| row.position);
        rows.into_iter().map(|row| self.column(row)).collect()
    }

    fn column(&self, row: &ColumnRow) -> Column {
        let mut column = Column::new(row.name.clone(), Known::Yes(ty(&row.spelling)), Known::Yes(row.nullable));
        let json = self.checks.iter().any(|check| is_json(check, row));
        if json {
            column.ty = Known::Yes(Type { normal: Normal::Json { binary: false }, ..ty(&row.spelling) });
        } else if self.may_be_json(row) {
            column.ty = Known::No("longtext or JSON: MariaDB hides from the role the check that tells".into());
        }
        column.generated = self.generated(row);
        if column.generated.is_none() {
            column.default = Known::Yes(default(row, self.server).map(Into::into));
        }
        column.identity = has_word(&row.extra, "auto_increment").then_some(Identity::AutoIncrement);
        column.comment.clone_from(&row.comment);
        if row.collation != self.table.collation && !json {
            column.collation.clone_from(&row.collation);
        }
        column
    }

    fn generated(&self, row: &ColumnRow) -> Option<Generated> {
        let stored = has_word(&row.extra, "STORED") || has_word(&row.extra, "PERSISTENT");
        if !stored && !has_word(&row.extra, "VIRTUAL") {
            return None;
        }
        let expression = expression(row.generation.as_ref()?, self.server);
        Some(Generated { expression: expression.into(), stored })
    }

    /// Returns whether it could be MariaDB's JSON, and the check that tells is out of sight.
    fn may_be_json(&self, row: &ColumnRow) -> bool {
        let bin = row.collation.as_deref() == Some("utf8mb4_bin");
        self.server.mariadb && !self.sees_checks && &*row.spelling == "longtext" && bin
    }
}

/// Returns an expression as it was written, as far as the server remembers.
pub(super) fn expression(text: &str, server: &Server) -> String {
    if server.escapes_expressions() {
        return without_parentheses(&unescape(text)).to_owned();
    }
    without_parentheses(text).to_owned()
}

/// Returns whether a check is the one that MariaDB adds to a column of type JSON, which it keeps as LONGTEXT.
pub(super) fn is_json(check: &CheckRow, column: &ColumnRow) -> bool {
    let of_column = check.of_column || check.name == column.name;
    of_column
        && &*column.spelling == "longtext"
        && *check.sql == *format!("json_valid(`{}`)", column.name.replace('`', "``"))
}

fn ty(spelling: &Arc<str>) -> Type {
    // MariaDB marks old and compressed forms with a comment; labels of an enum may hold anything.
    let listing = ["enum(", "set("].iter().any(|start| spelling.starts_with(start));
    let plain = spelling.split_once(" /*").map(|(plain, _)| plain).filter(|_| !listing);
    Type::parse(plain.unwrap_or(spelling), Dialect::Mysql)
}

/// Returns the default as SQL text, with what happens on update, as SQLAlchemy gives it.
fn default(row: &ColumnRow, server: &Server) -> Option<String> {
    let default = row.default.as_deref().and_then(|text| default_sql(text, row, server));
    let on_update = row.extra.to_ascii_lowercase().find("on update ").map(|start| {
        let action = &row.extra[start + "on update ".len()..];
        action.split([' ', ',']).next().unwrap_or_default()
    });
    match (default, on_update) {
        (default, None) => default,
        (default, Some(action)) => Some(format!("{} ON UPDATE {action}", default.as_deref().unwrap_or("NULL"))),
    }
}

/// Returns a default as SQL text; `None` for NULL.
fn default_sql(text: &str, row: &ColumnRow, server: &Server) -> Option<String> {
    if server.defaults_are_sql() {
        return (text != "NULL").then(|| text.to_owned());
    }
    let spelling = &*row.spelling;
    let now =
        text.get(.."CURRENT_TIMESTAMP".len()).is_some_and(|start| start.eq_ignore_ascii_case("CURRENT_TIMESTAMP"));
    if has_word(&row.extra, "DEFAULT_GENERATED") {
        return Some(if now { text.to_owned() } else { format!("({})", unescape(text)) });
    }
    let starts = |starts: &[&str]| starts.iter().any(|start| spelling.starts_with(start));
    let as_it_is = (now && starts(&["timestamp", "datetime"]))
        || (text.starts_with("b'") && starts(&["bit"]))
        || (text.starts_with("0x") && starts(&["binary", "varbinary"]));
    Some(if as_it_is { text.to_owned() } else { quoted(text) })
}

/// Returns whether EXTRA has a word.
fn has_word(extra: &str, word: &str) -> bool {
    extra.split([' ', ',']).any(|found| found.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(spelling: &str, default: Option<&str>, extra: &str) -> ColumnRow {
        let (spelling, extra) = (spelling.into(), extra.into());
        ColumnRow { name: "c".into(), spelling, default: default.map(Into::into), extra, ..ColumnRow::default() }
    }

    #[test]
    fn defaults_are_sql_as_sqlalchemy_gives_it() {
        let (mysql, mariadb) = ("8.0.36", "10.11.14-MariaDB");
        let cases = [
            (mysql, row("varchar(9)", Some("it's"), ""), Some("'it''s'")),
            (mysql, row("varchar(9)", Some(""), ""), Some("''")),
            (mysql, row("varchar(9)", Some("NULL"), ""), Some("'NULL'")),
            (mysql, row("varchar(20)", Some("CURRENT_TIMESTAMP"), ""), Some("'CURRENT_TIMESTAMP'")),
            (mysql, row("varchar(9)", None, ""), None),
            (mysql, row("int", Some("0"), ""), Some("'0'")),
            (mysql, row("bit(3)", Some("b'101'"), ""), Some("b'101'")),
            (mysql, row("binary(2)", Some("0x6100"), ""), Some("0x6100")),
            (mysql, row("char(36)", Some("uuid()"), "DEFAULT_GENERATED"), Some("(uuid())")),
            (mysql, row("text", Some(r"_utf8mb4\'x\'"), "DEFAULT_GENERATED"), Some("(_utf8mb4'x')")),
            (
                mysql,
                row("datetime(6)", Some("CURRENT_TIMESTAMP(6)"), "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)"),
                Some("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"),
            ),
            ("5.7.44", row("timestamp", Some("CURRENT_TIMESTAMP"), ""), Some("CURRENT_TIMESTAMP")),
            (
                "5.7.44",
                row("timestamp", Some("0000-00-00 00:00:00"), "on update CURRENT_TIMESTAMP"),
                Some("'0000-00-00 00:00:00' ON UPDATE CURRENT_TIMESTAMP"),
            ),
            (mariadb, row("varchar(9)", Some("'it''s'"), ""), Some("'it''s'")),
            (mariadb, row("varchar(9)", Some("'NULL'"), ""), Some("'NULL'")),
            (mariadb, row("varchar(9)", Some("NULL"), ""), None),
            (mariadb, row("varchar(9)", None, ""), None),
            (mariadb, row("int(11)", Some("0"), ""), Some("0")),
            (
                mariadb,
                row("timestamp", Some("current_timestamp()"), "on update current_timestamp(), INVISIBLE"),
                Some("current_timestamp() ON UPDATE current_timestamp()"),
            ),
            (
                mariadb,
                row("timestamp", Some("NULL"), "on update current_timestamp()"),
                Some("NULL ON UPDATE current_timestamp()"),
            ),
        ];
        for (version, row, expected) in cases {
            let server = Server::new(version, None, false);
            assert_eq!(default(&row, &server).as_deref(), expected, "{version} {row:?}");
        }
    }

    #[test]
    fn comments_of_the_server_are_no_part_of_a_type() {
        let cases = [
            ("varchar(100) /*M!100301 COMPRESSED*/", "varchar(100)"),
            ("datetime /* mariadb-5.3 */", "datetime"),
            ("enum('a /* b */')", "enum('a /* b */')"),
        ];
        for (spelling, expected) in cases {
            assert_eq!(&*ty(&spelling.into()).spelling, expected);
        }
    }
}
