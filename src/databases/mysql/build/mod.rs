//! Rows to a schema: joins what the catalogue's queries gave, and says what could not be seen.

mod column;
mod constraint;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalogue::{Catalogue, Contents, TableRow};
use super::server::Server;
use crate::model::schema::{Dialect, ObjectName, Origin, Part, Schema, SchemaUnknown, Table, View};

/// Returns the schema that a catalogue describes.
pub(super) fn schema(name: &str, catalogue: &Catalogue) -> Schema {
    let server = &catalogue.server;
    let mut schema = Schema::empty(name, Origin::Database, Some(Dialect::Mysql));
    schema.server =
        Some(if server.mariadb { server.version.clone() } else { format!("MySQL {}", server.version).into() });
    for database in &catalogue.absent {
        let what = format!("there is no database {database} that this role may see");
        schema.unknown.push(unknown(what, Part::Tables, None));
    }
    for contents in &catalogue.databases {
        let sees_all = catalogue.sight.whole_database(&contents.database, server.folds_case) != Some(false);
        let names = Names { server, database: &contents.database };
        add(&mut schema, contents, names, sees_all);
        doubts(&mut schema, catalogue, contents, names, sees_all);
    }
    constraint::settle_case(&mut schema);
    schema
}

/// How the objects of a database are called.
#[derive(Clone, Copy)]
struct Names<'a> {
    server: &'a Server,
    database: &'a str,
}

impl Names<'_> {
    /// Returns the name of an object in this database.
    fn here(&self, name: &Arc<str>) -> ObjectName {
        self.within(self.database, name)
    }

    /// Returns the name of an object in some database: those of the connected one go without its name.
    fn within(&self, database: &str, name: &Arc<str>) -> ObjectName {
        let same = |connected: &str| match self.server.folds_case {
            true => connected.to_lowercase() == database.to_lowercase(),
            false => connected == database,
        };
        match &self.server.database {
            Some(connected) if same(connected) => ObjectName::new(name.clone()),
            _ => ObjectName::within(database, name.clone()),
        }
    }
}

fn add(schema: &mut Schema, contents: &Contents, names: Names<'_>, sees_all: bool) {
    let columns = grouped(&contents.columns, |row| &row.table);
    let index_parts = grouped(&contents.index_parts, |row| &row.table);
    let foreign_columns = grouped(&contents.foreign_columns, |row| &row.table);
    let actions = grouped(&contents.actions, |row| &row.table);
    let checks = grouped(&contents.checks, |row| &row.table);
    let partitions = grouped(&contents.partitions, |(table, _)| table);
    let views: BTreeMap<_, _> = contents.views.iter().map(|(view, sql)| (view, sql)).collect();
    for row in &contents.tables {
        let columns = of(&columns, row);
        match Kind::of(row) {
            Kind::Other => {}
            Kind::View => {
                let mut columns = columns.to_vec();
                columns.sort_by_key(|column| column.position);
                let columns: Vec<Arc<str>> = columns.iter().map(|column| column.name.clone()).collect();
                if columns.is_empty() {
                    let what = format!("the view {} does not work: its columns cannot be told", row.name);
                    schema.unknown.push(unknown(what, Part::Columns, Some(names.here(&row.name))));
                }
                let definition = views.get(&row.name).and_then(|sql| (*sql).clone());
                schema.views.insert(names.here(&row.name), View { columns, definition, ..View::default() });
            }
            Kind::Table => {
                let checks = of(&checks, row);
                let keys = constraint::keys(of(&index_parts, row), names.server);
                let mut partitions: Vec<Arc<str>> = of(&partitions, row).iter().map(|(_, name)| name.clone()).collect();
                partitions.sort();
                partitions.dedup();
                let reader = column::Reader { server: names.server, table: row, checks, sees_checks: sees_all };
                let table = Table {
                    columns: reader.columns(columns),
                    primary_key: keys.primary,
                    foreign_keys: constraint::foreign_keys(of(&foreign_columns, row), of(&actions, row), names),
                    uniques: keys.uniques,
                    indexes: keys.indexes,
                    checks: constraint::checks(checks, columns, names.server),
                    comment: row.comment.clone(),
                    partitions,
                    ..Table::default()
                };
                schema.tables.insert(names.here(&row.name), table);
            }
        }
    }
}

/// What a row of TABLES is about.
enum Kind {
    Table,
    View,
    /// MariaDB's sequences, which are listed with the tables.
    Other,
}

impl Kind {
    fn of(row: &TableRow) -> Self {
        match &*row.kind {
            "BASE TABLE" | "SYSTEM VERSIONED" => Self::Table,
            "VIEW" => Self::View,
            _ => Self::Other,
        }
    }
}

/// Says what the role could not see, and what the server left out.
fn doubts(schema: &mut Schema, catalogue: &Catalogue, contents: &Contents, names: Names<'_>, sees_all: bool) {
    let database = &contents.database;
    if !sees_all {
        let what = format!("the role has no privilege on the whole of {database}: it sees only what is granted to it");
        schema.unknown.push(unknown(&*what, Part::Tables, None));
        schema.unknown.push(unknown(&*what, Part::Views, None));
        if catalogue.server.mariadb {
            let what = format!("the role has no privilege on the whole of {database}: MariaDB hides check constraints");
            schema.unknown.push(unknown(what, Part::Constraints, None));
        }
    }
    for table in catalogue.sight.partial_tables(database) {
        let name = names.here(&table.into());
        for part in [Part::Columns, Part::Constraints, Part::Indexes] {
            let what = format!("the role has privileges on some columns of {name} only");
            schema.unknown.push(unknown(what, part, Some(name.clone())));
        }
    }
    for (table, why) in &contents.hidden_actions {
        let what = format!("what the foreign keys of {table} do on delete and update is hidden from the role: {why}");
        schema.unknown.push(unknown(what, Part::Constraints, Some(names.here(table))));
    }
    for (what, part) in &contents.warnings {
        schema.unknown.push(unknown(&**what, *part, None));
    }
}

fn unknown(what: impl Into<Arc<str>>, part: Part, table: Option<ObjectName>) -> SchemaUnknown {
    SchemaUnknown { what: what.into(), part, table, at: None }
}

/// Returns the rows by their table.
fn grouped<T>(rows: &[T], table: impl Fn(&T) -> &Arc<str>) -> BTreeMap<Arc<str>, Vec<&T>> {
    let mut groups: BTreeMap<Arc<str>, Vec<&T>> = BTreeMap::new();
    for row in rows {
        match groups.get_mut(table(row)) {
            Some(group) => group.push(row),
            None => {
                groups.insert(table(row).clone(), vec![row]);
            }
        }
    }
    groups
}

fn of<'a, T>(groups: &'a BTreeMap<Arc<str>, Vec<&'a T>>, table: &TableRow) -> &'a [&'a T] {
    groups.get(&table.name).map_or(&[], |group| &**group)
}
