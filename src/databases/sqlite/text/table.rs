//! CREATE TABLE.

use super::tokens::{Cursor, Kind, tokens};

/// What only the text of a table says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct TableText {
    pub(in super::super) columns: Vec<ColumnText>,
    pub(in super::super) primary_key: Option<KeyText>,
    pub(in super::super) uniques: Vec<KeyText>,
    /// In the order of the text.
    pub(in super::super) foreign_keys: Vec<ForeignText>,
    /// Name and condition.
    pub(in super::super) checks: Vec<(Option<String>, String)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ColumnText {
    pub(in super::super) name: String,
    pub(in super::super) collation: Option<String>,
    pub(in super::super) autoincrement: bool,
    /// The expression of a generated column.
    pub(in super::super) generated: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct KeyText {
    pub(in super::super) name: Option<String>,
    pub(in super::super) columns: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ForeignText {
    pub(in super::super) name: Option<String>,
    pub(in super::super) columns: Vec<String>,
    pub(in super::super) table: String,
    pub(in super::super) deferrable: bool,
    pub(in super::super) initially_deferred: bool,
}

/// Reads `CREATE TABLE name (...)`.
pub(in super::super) fn table(sql: &str) -> Option<TableText> {
    let tokens = tokens(sql)?;
    let mut cursor = Cursor::new(sql, &tokens);
    if !cursor.take(&["CREATE"]) {
        return None;
    }
    let _ = cursor.take(&["TEMP"]) || cursor.take(&["TEMPORARY"]);
    if !cursor.take(&["TABLE"]) {
        return None;
    }
    cursor.take(&["IF", "NOT", "EXISTS"]);
    cursor.name()?;
    if cursor.take_mark('.') {
        cursor.name()?;
    }
    let mut found = TableText::default();
    let mut in_constraints = false;
    for item in cursor.group()?.items() {
        in_constraints = in_constraints || starts_constraint(&item);
        if in_constraints {
            table_constraints(item, &mut found)?;
        } else {
            column(item, &mut found)?;
        }
    }
    Some(found)
}

/// Returns whether constraints of the table begin here. No column has one of these names without quotes.
fn starts_constraint(item: &Cursor<'_>) -> bool {
    let words = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    item.peek().is_some_and(|token| words.iter().any(|word| token.is(word)))
}

/// Reads constraints of the table; SQLite does not ask for commas between them.
fn table_constraints(mut item: Cursor<'_>, found: &mut TableText) -> Option<()> {
    while !item.is_empty() {
        let name = constraint_name(&mut item)?;
        if item.take(&["PRIMARY", "KEY"]) {
            let mut inside = item.group()?;
            // `PRIMARY KEY (id AUTOINCREMENT)` is legal here, too.
            let without = inside.without_last(&["AUTOINCREMENT"]);
            if without.source() != inside.source() {
                inside = without;
                let key = names(&inside)?.into_iter().next()?;
                let column = found.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(&key))?;
                column.autoincrement = true;
            }
            found.primary_key = Some(KeyText { name, columns: names(&inside)? });
            conflict_clause(&mut item)?;
        } else if item.take(&["UNIQUE"]) {
            let columns = names(&item.group()?)?;
            found.uniques.push(KeyText { name, columns });
            conflict_clause(&mut item)?;
        } else if item.take(&["CHECK"]) {
            found.checks.push((name, item.group()?.source().to_owned()));
            conflict_clause(&mut item)?;
        } else if item.take(&["FOREIGN", "KEY"]) {
            let columns = names(&item.group()?)?;
            if !item.take(&["REFERENCES"]) {
                return None;
            }
            let foreign = references(&mut item, name, columns)?;
            found.foreign_keys.push(foreign);
        } else if name.is_none() || !item.is_empty() {
            // A name without a constraint is legal, anything else is not.
            return None;
        }
    }
    Some(())
}

/// Reads one column with its constraints.
fn column(mut item: Cursor<'_>, found: &mut TableText) -> Option<()> {
    let name = item.name()?;
    let mut column = ColumnText { name: name.clone(), ..ColumnText::default() };
    // The type: whatever stands before the first constraint.
    while let Some(token) = item.peek() {
        if token.kind == Kind::Word && COLUMN_CONSTRAINTS.iter().any(|word| token.is(word)) {
            break;
        }
        if token.is_mark('(') {
            item.group()?;
        } else {
            item.next();
        }
    }
    let only = || vec![name.clone()];
    while !item.is_empty() {
        let constraint = constraint_name(&mut item)?;
        if item.take(&["PRIMARY", "KEY"]) {
            let _ = item.take(&["ASC"]) || item.take(&["DESC"]);
            conflict_clause(&mut item)?;
            column.autoincrement |= item.take(&["AUTOINCREMENT"]);
            found.primary_key = Some(KeyText { name: constraint, columns: only() });
        } else if item.take(&["UNIQUE"]) {
            conflict_clause(&mut item)?;
            found.uniques.push(KeyText { name: constraint, columns: only() });
        } else if item.take(&["NOT", "NULL"]) || item.take(&["NULL"]) {
            conflict_clause(&mut item)?;
        } else if item.take(&["CHECK"]) {
            found.checks.push((constraint, item.group()?.source().to_owned()));
            conflict_clause(&mut item)?;
        } else if item.take(&["DEFAULT"]) {
            default(&mut item)?;
        } else if item.take(&["COLLATE"]) {
            column.collation = Some(item.name()?);
        } else if item.take(&["REFERENCES"]) {
            let foreign = references(&mut item, constraint, only())?;
            found.foreign_keys.push(foreign);
        } else if item.take(&["GENERATED", "ALWAYS", "AS"]) || item.take(&["AS"]) {
            column.generated = Some(item.group()?.source().to_owned());
            let _ = item.take(&["STORED"]) || item.take(&["VIRTUAL"]);
        } else if let Some((deferrable, deferred)) = deferral(&mut item) {
            // `a REFERENCES b NOT NULL DEFERRABLE`: it belongs to the last foreign key.
            if let Some(foreign) = found.foreign_keys.last_mut() {
                foreign.deferrable = deferrable;
                foreign.initially_deferred = deferred;
            }
        } else if !(constraint.is_some() && item.is_empty()) {
            return None;
        }
    }
    found.columns.push(column);
    Some(())
}

const COLUMN_CONSTRAINTS: &[&str] =
    &["CONSTRAINT", "PRIMARY", "UNIQUE", "NOT", "NULL", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"];

/// Steps over `CONSTRAINT name`. The last of several counts.
fn constraint_name(item: &mut Cursor<'_>) -> Option<Option<String>> {
    let mut name = None;
    while item.take(&["CONSTRAINT"]) {
        name = Some(item.name()?);
    }
    Some(name)
}

/// Steps over `ON CONFLICT word`.
fn conflict_clause(item: &mut Cursor<'_>) -> Option<()> {
    if item.take(&["ON", "CONFLICT"]) {
        item.name()?;
    }
    Some(())
}

/// Steps over what follows DEFAULT; the value itself comes from the catalogue.
fn default(item: &mut Cursor<'_>) -> Option<()> {
    if item.peek()?.is_mark('(') {
        item.group()?;
        return Some(());
    }
    let _ = item.take_mark('+') || item.take_mark('-');
    let token = item.next()?;
    // The number `.5` is a mark and a number here; `x'ff'` a word and a text that touch.
    let joined = item.peek().filter(|next| next.at == token.end());
    let is_pair = match token.kind {
        Kind::Mark('.') => joined.is_some_and(|next| next.kind == Kind::Number),
        Kind::Word => joined.is_some_and(|next| next.kind == Kind::Text),
        Kind::Number if token.text.ends_with(['e', 'E']) => {
            // `1e-5` breaks at its sign.
            let signed = item.take_mark('-') || item.take_mark('+');
            signed && item.peek()?.kind == Kind::Number
        }
        _ => false,
    };
    if is_pair {
        item.next();
    }
    Some(())
}

/// Reads what follows REFERENCES.
fn references(item: &mut Cursor<'_>, name: Option<String>, columns: Vec<String>) -> Option<ForeignText> {
    let mut foreign = ForeignText { name, columns, table: item.name()?, ..ForeignText::default() };
    if item.peek().is_some_and(|token| token.is_mark('(')) {
        item.group()?;
    }
    loop {
        if item.take(&["ON", "DELETE"]) || item.take(&["ON", "UPDATE"]) || item.take(&["ON", "INSERT"]) {
            let _ = item.take(&["SET", "NULL"])
                || item.take(&["SET", "DEFAULT"])
                || item.take(&["NO", "ACTION"])
                || item.take(&["CASCADE"])
                || item.take(&["RESTRICT"]);
        } else if item.take(&["MATCH"]) {
            item.name()?;
        } else if let Some((deferrable, deferred)) = deferral(item) {
            foreign.deferrable = deferrable;
            foreign.initially_deferred = deferred;
        } else {
            return Some(foreign);
        }
    }
}

/// Steps over `[NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]`.
fn deferral(item: &mut Cursor<'_>) -> Option<(bool, bool)> {
    let deferrable = if item.take(&["NOT", "DEFERRABLE"]) {
        false
    } else if item.take(&["DEFERRABLE"]) {
        true
    } else {
        return None;
    };
    let deferred = item.take(&["INITIALLY", "DEFERRED"]);
    if !deferred {
        item.take(&["INITIALLY", "IMMEDIATE"]);
    }
    Some((deferrable, deferrable && deferred))
}

/// Returns the names of the columns in a list such as `a, "b" COLLATE NOCASE DESC`.
fn names(inside: &Cursor<'_>) -> Option<Vec<String>> {
    inside.items().into_iter().map(|mut item| item.name()).collect()
}
