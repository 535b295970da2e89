//! Types of columns: enums by their names, serial columns, types that an extension brings.

use std::sync::Arc;

use super::derived::enum_name;
use super::{State, Step};
use crate::model::Known;
use crate::model::operation::{Fault, FaultKind};
use crate::model::schema::{Column, Dialect, Identity, Key, Normal, ObjectName, Part, Table, Type};

/// Types and functions with the extension of PostgreSQL that brings them.
const TYPES: &[(&str, &str)] = &[
    ("geography", "postgis"),
    ("geometry", "postgis"),
    ("raster", "postgis_raster"),
    ("vector", "vector"),
    ("halfvec", "vector"),
    ("sparsevec", "vector"),
    ("citext", "citext"),
    ("hstore", "hstore"),
    ("ltree", "ltree"),
    ("lquery", "ltree"),
    ("ltxtquery", "ltree"),
    ("cube", "cube"),
    ("semver", "semver"),
];
const FUNCTIONS: &[(&str, &str)] = &[
    ("uuid_generate_v1(", "uuid-ossp"),
    ("uuid_generate_v1mc(", "uuid-ossp"),
    ("uuid_generate_v4(", "uuid-ossp"),
    ("gen_random_bytes(", "pgcrypto"),
    ("gen_salt(", "pgcrypto"),
    ("crypt(", "pgcrypto"),
];

impl State {
    /// Returns a column as the database makes it.
    pub(super) fn prepare_column(&mut self, step: &mut Step<'_>, table: &ObjectName, column: &Column) -> Column {
        let mut column = column.clone();
        column.name = self.identifier(&column.name);
        column.at.get_or_insert_with(|| step.operation.at.clone());
        if let Known::Yes(ty) = &mut column.ty {
            self.settle_type(ty);
        }
        if self.dialect == Dialect::Postgresql {
            serial(table, &mut column);
            let subject = format!("{table}.{}", column.name);
            if let Known::Yes(ty) = &column.ty {
                let ty = ty.clone();
                self.check_type(step, &ty, &subject);
            }
            if let Known::Yes(Some(default)) = &column.default {
                let default = default.clone();
                self.check_functions(step, &default);
            }
        }
        if self.dialect != Dialect::Sqlite && column.identity.is_some() {
            column.nullable = Known::Yes(false);
        }
        column
    }

    /// Gives a type the labels that its enum has now, and tells an enum from another type of a name.
    pub(super) fn settle_type(&self, ty: &mut Type) {
        if self.dialect != Dialect::Postgresql {
            return;
        }
        self.settle_normal(&mut ty.normal);
        for (dialect, normal) in &mut ty.variants {
            if *dialect == self.dialect {
                self.settle_normal(normal);
            }
        }
    }

    fn settle_normal(&self, normal: &mut Normal) {
        match normal {
            Normal::Array(element) => self.settle_normal(element),
            Normal::Enum { name: Some(name), labels } => {
                *name = self.canonical(name);
                if let Some(found) = self.schema.enums.get(name) {
                    *labels = found.labels.as_known().map_or_else(|| Arc::from([]), |labels| labels.as_slice().into());
                }
            }
            Normal::Other(spelling) => {
                let Some(name) = self.enum_called(spelling) else { return };
                let labels = self.schema.enums.get(&name).and_then(|found| found.labels.as_known());
                let labels = labels.map_or_else(|| Arc::from([]), |labels| labels.as_slice().into());
                *normal = Normal::Enum { name: Some(name), labels };
            }
            _ => {}
        }
    }

    /// Returns the enum that a spelling in lower case means.
    fn enum_called(&self, spelling: &str) -> Option<ObjectName> {
        if self.schema.enums.is_empty() {
            return None;
        }
        let (schema, name) =
            spelling.rsplit_once('.').map_or((None, spelling), |(schema, name)| (Some(schema.trim_matches('"')), name));
        let name = name.trim_matches('"');
        let exact = ObjectName { schema: schema.map(Arc::from), name: name.into() };
        let exact = self.canonical(&exact);
        if self.schema.enums.contains_key(&exact) {
            return Some(exact);
        }
        let alike = |other: &&ObjectName| {
            other.name.eq_ignore_ascii_case(name)
                && (schema.is_none() || other.schema.as_deref() == exact.schema.as_deref())
        };
        self.schema.enums.keys().find(alike).cloned()
    }

    /// Says where a type is an enum, or of an extension, that is not created before.
    pub(super) fn check_type(&mut self, step: &mut Step<'_>, ty: &Type, column: &str) {
        let variant = ty.variants.iter().find(|(of, _)| *of == self.dialect).map(|(_, normal)| normal);
        let normal = variant.unwrap_or(&ty.normal);
        if let Some(name) = enum_name(normal) {
            let name = name.clone();
            self.check_enum(step, &name, column);
            return;
        }
        let mut element = normal;
        while let Normal::Array(inner) = element {
            element = inner;
        }
        if let Normal::Other(spelling) = element {
            let base = spelling.split('(').next().unwrap_or(spelling).trim();
            let base = base.rsplit('.').next().unwrap_or(base).trim_matches('"');
            let made = ["domain", "type"].iter().any(|kind| self.others.contains(&*format!("{kind} {base}")));
            if let Some((_, extension)) = TYPES.iter().find(|(name, _)| *name == base).filter(|_| !made) {
                self.needs_extension(step, extension, &format!("type {base}"));
            }
        }
    }

    fn check_enum(&mut self, step: &mut Step<'_>, name: &ObjectName, column: &str) {
        let known = self.schema.enums.contains_key(name)
            || self.outside.knows_enum(name)
            || self.others.contains(&*format!("type {name}"))
            || self.others.contains(&*format!("domain {name}"))
            || self.enum_doubt(name).is_some();
        if known || step.maybe.is_some() || !step.is_upgrade() || self.trial {
            return;
        }
        let fault = Fault::new(FaultKind::EnumNotCreated, step.operation, name).with("column", column);
        self.outside.missing_enum(name, fault);
    }

    pub(super) fn check_functions(&mut self, step: &mut Step<'_>, text: &str) {
        let lower = text.to_ascii_lowercase();
        let starts = |name: &str| {
            lower
                .find(name)
                .is_some_and(|at| !lower[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
        };
        if let Some((name, extension)) = FUNCTIONS.iter().find(|(name, _)| starts(name)) {
            self.needs_extension(step, extension, &format!("function {})", name));
        }
    }

    /// Says once that an extension is missing.
    fn needs_extension(&mut self, step: &mut Step<'_>, extension: &'static str, what: &str) {
        let there = self.schema.extensions.iter().any(|name| &**name == extension);
        // A statement that is not known may have created it.
        let doubtful = self.doubts.whole(Part::Tables) > 0 || self.others.contains(&*format!("maybe {extension}"));
        if there || doubtful || step.maybe.is_some() || !step.is_upgrade() || self.trial {
            return;
        }
        if self.outside.missing_extension(extension)
            && let Some(fault) = step.fault(FaultKind::ExtensionNotCreated, &ObjectName::new(extension))
        {
            fault.parts.push(("what", what.into()));
        }
    }

    /// Makes the columns of a primary key not null, where the database does.
    pub(super) fn forbid_null(&self, table: &mut Table, key: &Key) {
        if self.dialect == Dialect::Sqlite {
            return;
        }
        for column in &key.columns {
            if let Some(position) = self.position(table, column) {
                table.columns[position].nullable = Known::Yes(false);
            }
        }
    }

    /// SQLAlchemy: a whole number that is all of the primary key and points nowhere is numbered by the database.
    pub(super) fn number_by_sqlalchemy(&self, name: &ObjectName, table: &mut Table) {
        let Some([only]) = table.primary_key.as_ref().map(|key| key.columns.as_slice()) else { return };
        let points = table.foreign_keys.iter().any(|key| key.columns.contains(only));
        let Some(column) = table.columns.iter_mut().find(|column| column.name == *only) else { return };
        let whole = |ty: &Type| matches!(ty.on(self.dialect), Normal::Integer { .. });
        let plain = column.default == Known::Yes(None) && column.identity.is_none() && column.generated.is_none();
        if points || !plain || !column.ty.as_known().is_some_and(whole) {
            return;
        }
        match self.dialect {
            Dialect::Postgresql => {
                column.identity = Some(Identity::Serial);
                serial(name, column);
            }
            Dialect::Mysql => column.identity = Some(Identity::AutoIncrement),
            Dialect::Sqlite => {}
        }
    }

    /// SQLite: a column `INTEGER PRIMARY KEY` is the number of the row, and never null.
    pub(super) fn number_rows(&self, table: &mut Table) {
        if self.dialect != Dialect::Sqlite {
            return;
        }
        let Some([only]) = table.primary_key.as_ref().map(|key| key.columns.as_slice()) else { return };
        let Some(position) = self.position(table, only) else { return };
        let column = &mut table.columns[position];
        let integer = match &column.ty {
            // Only the very word INTEGER does it; a generic integer is spelled so.
            Known::Yes(ty) => match ty.on(Dialect::Sqlite) {
                Normal::Integer { bits: 32, .. } => !ty.spelling.eq_ignore_ascii_case("int"),
                _ => false,
            },
            Known::No(_) => false,
        };
        if integer {
            column.nullable = Known::Yes(false);
        }
    }
}

/// PostgreSQL's serial types are integers with a sequence.
fn serial(table: &ObjectName, column: &mut Column) {
    let Known::Yes(ty) = &mut column.ty else { return };
    let plain = match ty.spelling.to_ascii_lowercase().as_str() {
        "serial" | "serial4" => "integer",
        "bigserial" | "serial8" => "bigint",
        "smallserial" | "serial2" => "smallint",
        _ => "",
    };
    if !plain.is_empty() {
        *ty = Type::parse(plain, Dialect::Postgresql);
        column.identity.get_or_insert(Identity::Serial);
    }
    if column.identity == Some(Identity::Serial) && column.default == Known::Yes(None) {
        let sequence = super::names::choose(&table.name, &column.name, "seq", |_| false);
        let sequence = match &table.schema {
            Some(schema) => format!("{schema}.{sequence}"),
            None => sequence.to_string(),
        };
        column.default = Known::Yes(Some(format!("nextval('{sequence}'::regclass)").into()));
    }
}
