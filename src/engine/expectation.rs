//! What a schema should have, held against what it has.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::schema::compare::{
    Aspect, Comparison, Difference, Direction, Names, Object, ObjectKind, Undecided, Verdict, column_set,
    is_tools_table, same_default, unique_columns,
};
use crate::model::schema::{Column, Dialect, Normal, ObjectName, Part, Schema, Table, Type, types};
use crate::model::{Known, Location};
use crate::packs::{Expectation, ExpectedColumn, ExpectedEnum, ExpectedForeignKey, ExpectedKey, ExpectedTable};
use crate::yaml::{object_name, parse_type};

/// Returns what a schema does not have, or has too much. Places of the expected side are those of the rule.
pub(super) fn judge(expected: &Expectation, schema: &Schema) -> Comparison {
    let names = Names::of(schema.dialect, schema);
    let mut judge = Judge { schema, names, result: Comparison::default() };
    let mut known = BTreeSet::new();
    for table in &expected.tables {
        judge.table(table, &mut known);
    }
    judge.whole(expected, &known);
    for found in &expected.enums {
        judge.enum_type(found);
    }
    for view in &expected.views {
        let is_there = schema.views.keys().any(|name| view.means(&name.to_string()));
        if !is_there {
            let object = Object { kind: ObjectKind::View, ..Object::table(&object_name(&view.text)) };
            judge.missing(Aspect::Tables, object, Part::Views, None, "", &view.at);
        }
    }
    judge.forbidden(expected);
    judge.result
}

struct Judge<'a> {
    schema: &'a Schema,
    names: Names,
    result: Comparison,
}

impl<'a> Judge<'a> {
    fn add(&mut self, difference: Difference) {
        self.result.differences.push(difference);
    }

    fn undecided(&mut self, aspect: Aspect, object: &Object, reason: impl Into<Arc<str>>, at: Option<&Location>) {
        let subject = Some(object.subject());
        self.result.undecided.push(Undecided { aspect, subject, reason: reason.into(), at: at.cloned() });
    }

    /// Adds what is not there, unless it is not known whether it is.
    fn missing(
        &mut self,
        aspect: Aspect,
        object: Object,
        part: Part,
        table: Option<&ObjectName>,
        words: &str,
        at: &Location,
    ) {
        if let Some(doubt) = self.schema.doubt(part, table) {
            let (what, at) = (doubt.what.clone(), doubt.at.clone());
            return self.undecided(aspect, &object, format!("may not be missing: {what}"), at.as_ref());
        }
        self.add(Difference::new(aspect, Direction::Missing, object).expected(words, Some(at)));
    }

    fn table(&mut self, expected: &ExpectedTable, known: &mut BTreeSet<&'a ObjectName>) {
        let schema = self.schema;
        let found: Vec<(&ObjectName, &Table)> = if expected.name.glob.is_some() {
            schema.tables.iter().filter(|(name, _)| expected.name.means(&name.to_string())).collect()
        } else {
            let wanted = object_name(&expected.name.text);
            let exact = schema.tables.get_key_value(&wanted);
            let like = || schema.tables.iter().find(|(name, _)| self.names.same_object(&wanted, name));
            exact.or_else(like).into_iter().collect()
        };
        if found.is_empty() {
            let name = object_name(&expected.name.text);
            self.missing(Aspect::Tables, Object::table(&name), Part::Tables, Some(&name), "", &expected.name.at);
        }
        for (name, table) in found {
            known.insert(name);
            self.columns(expected, name, table);
            self.keys(expected, name, table);
        }
    }

    fn columns(&mut self, expected: &ExpectedTable, name: &ObjectName, table: &Table) {
        let mut known = BTreeSet::new();
        for wanted in &expected.columns {
            let key = self.names.key(&wanted.name);
            let found = table.columns.iter().find(|column| self.names.key(&column.name) == key);
            known.insert(key);
            match found {
                Some(column) => self.column(wanted, name, column, expected.columns.len()),
                None => {
                    let before = self.result.differences.len();
                    let object = Object::column(name, &wanted.name);
                    self.missing(Aspect::Columns, object, Part::Columns, Some(name), "", &wanted.at);
                    for difference in &mut self.result.differences[before..] {
                        difference.of = expected.columns.len();
                        difference.actual.at.clone_from(&table.at);
                    }
                }
            }
        }
        if let Some(at) = &expected.exact {
            let names = self.names;
            for column in table.columns.iter().filter(|column| !known.contains(&names.key(&column.name))) {
                let object = Object::column(name, &column.name);
                let difference = Difference::new(Aspect::Columns, Direction::Extra, object);
                self.add(difference.expected("no other columns", Some(at)).actual("", column.at.as_ref()));
            }
        }
        if let Some((least, at)) = &expected.at_least
            && table.columns.len() < *least
        {
            let object = Object::table(name);
            match self.schema.doubt(Part::Columns, Some(name)) {
                Some(doubt) => {
                    let doubt = doubt.clone();
                    self.undecided(Aspect::Columns, &object, doubt.what, doubt.at.as_ref());
                }
                None => {
                    let difference = Difference::new(Aspect::Columns, Direction::Changed, object);
                    let difference = difference.expected(format!("at least {least} columns"), Some(at));
                    self.add(difference.actual(counted(table.columns.len(), "column"), table.at.as_ref()));
                }
            }
        }
    }

    fn column(&mut self, expected: &ExpectedColumn, table: &ObjectName, column: &Column, of: usize) {
        let object = || Object::column(table, &column.name);
        let changed = |aspect, left: &str, right: &str| {
            let difference = Difference::new(aspect, Direction::Changed, object()).of(of);
            difference.expected(left, Some(&expected.at)).actual(right, column.at.as_ref())
        };
        if !expected.types.is_empty() {
            match &column.ty {
                Known::Yes(ty) => {
                    let dialect = self.schema.dialect;
                    if !expected.types.iter().any(|wanted| is_type(wanted, ty, dialect)) {
                        self.add(changed(Aspect::Types, &expected.types.join(" or "), &ty.spelling));
                    }
                }
                Known::No(reason) => self.undecided(Aspect::Types, &object(), reason.clone(), column.at.as_ref()),
            }
        }
        if let Some(nullable) = expected.nullable {
            let words = |nullable: bool| if nullable { "null" } else { "not null" };
            match &column.nullable {
                Known::Yes(there) if *there == nullable => {}
                Known::Yes(there) => self.add(changed(Aspect::Nullable, words(nullable), words(*there))),
                Known::No(reason) => self.undecided(Aspect::Nullable, &object(), reason.clone(), column.at.as_ref()),
            }
        }
        if let Some(default) = &expected.default {
            let words = |default: Option<&Arc<str>>| {
                default.map_or_else(|| "no default".to_owned(), |text| format!("default {text}"))
            };
            match is_default(default.as_deref(), column) {
                Verdict::Same => {}
                Verdict::Different => {
                    let there = column.default.as_known().and_then(Option::as_ref);
                    self.add(changed(Aspect::Defaults, &words(default.as_ref()), &words(there)));
                }
                Verdict::Unknown(reason) => {
                    self.undecided(Aspect::Defaults, &object(), reason, column.at.as_ref());
                }
            }
        }
    }

    fn keys(&mut self, expected: &ExpectedTable, name: &ObjectName, table: &Table) {
        let names = self.names;
        let object = |kind, name_of: Option<&Arc<str>>, columns: &[Arc<str>]| Object {
            kind,
            owner: name.clone(),
            name: name_of.cloned(),
            columns: columns.to_vec(),
        };
        if let Some((columns, at)) = &expected.primary_key {
            let there = table.primary_key.as_ref().map(|key| &*key.columns).unwrap_or_default();
            if column_set(names, columns) != column_set(names, there) {
                let difference =
                    Difference::new(Aspect::PrimaryKeys, Direction::Changed, object(ObjectKind::PrimaryKey, None, &[]));
                let at_table = table.primary_key.as_ref().and_then(|key| key.at.as_ref()).or(table.at.as_ref());
                match self.schema.doubt(Part::Constraints, Some(name)).cloned() {
                    Some(doubt) => {
                        self.undecided(Aspect::PrimaryKeys, &difference.object, doubt.what, doubt.at.as_ref());
                    }
                    None => self.add(difference.expected(list(columns), Some(at)).actual(list(there), at_table)),
                }
            }
        }
        for key in &expected.uniques {
            let wanted = column_set(names, &key.columns);
            let keys = table.uniques.iter().chain(&table.primary_key).map(|key| column_set(names, &key.columns));
            let mut promised = keys.chain(table.indexes.iter().filter_map(|index| unique_columns(names, index)));
            if !promised.any(|columns| columns == wanted) {
                let object = object(ObjectKind::Unique, key.name.as_ref(), &key.columns);
                self.missing_in(
                    Aspect::Uniques,
                    object,
                    Part::Constraints,
                    (name, table),
                    &list(&key.columns),
                    &key.at,
                );
            }
        }
        for key in expected.indexes.iter().filter(|key| !has_index(names, table, key)) {
            let object = object(ObjectKind::Index, key.name.as_ref(), &key.columns);
            let unique = if key.unique == Some(true) { "unique " } else { "" };
            let words = format!("{unique}{}", list(&key.columns));
            self.missing_in(Aspect::Indexes, object, Part::Indexes, (name, table), &words, &key.at);
        }
        for key in expected.foreign_keys.iter().filter(|key| !has_foreign_key(names, table, key)) {
            let object = object(ObjectKind::ForeignKey, None, &key.columns);
            self.missing_in(Aspect::ForeignKeys, object, Part::Constraints, (name, table), &fk_words(key), &key.at);
        }
    }

    /// Adds a part of a table that is not there, at the place of the table, if it has one.
    fn missing_in(
        &mut self,
        aspect: Aspect,
        object: Object,
        part: Part,
        (name, table): (&ObjectName, &Table),
        words: &str,
        at: &Location,
    ) {
        let before = self.result.differences.len();
        self.missing(aspect, object, part, Some(name), words, at);
        for difference in &mut self.result.differences[before..] {
            difference.actual.at.clone_from(&table.at);
        }
    }

    fn whole(&mut self, expected: &Expectation, known: &BTreeSet<&ObjectName>) {
        let schema = self.schema;
        if let Some(at) = &expected.exact {
            let others = schema.tables.iter().filter(|(name, _)| !known.contains(name) && !is_tools_table(&name.name));
            for (name, table) in others {
                let difference = Difference::new(Aspect::Tables, Direction::Extra, Object::table(name));
                self.add(difference.expected("no other tables", Some(at)).actual("", table.at.as_ref()));
            }
        }
        let count = schema.tables.keys().filter(|name| !is_tools_table(&name.name)).count();
        if let Some((least, at)) = &expected.at_least
            && count < *least
        {
            let object = Object::table(&ObjectName::new(schema.name.clone()));
            match schema.doubt(Part::Tables, None) {
                Some(doubt) => self.undecided(Aspect::Tables, &object, doubt.what.clone(), doubt.at.as_ref()),
                None => {
                    let difference = Difference::new(Aspect::Tables, Direction::Changed, object);
                    let difference = difference.expected(format!("at least {least} tables"), Some(at));
                    self.add(difference.actual(counted(count, "table"), None));
                }
            }
        }
    }

    fn enum_type(&mut self, expected: &ExpectedEnum) {
        let object = Object { kind: ObjectKind::Enum, ..Object::table(&expected.name) };
        if let Some(dialect @ (Dialect::Sqlite | Dialect::Mysql)) = self.schema.dialect {
            let reason = format!("{dialect} has no enum types with names of their own");
            return self.undecided(Aspect::Enums, &object, reason, None);
        }
        let found = self.schema.enums.iter().find(|(name, _)| self.names.same_object(&expected.name, name));
        let Some((_, found)) = found else {
            let words = expected.labels.as_ref().map(|labels| labels.join(", ")).unwrap_or_default();
            return self.missing(Aspect::Enums, object, Part::Enums, None, &words, &expected.at);
        };
        let Some(wanted) = &expected.labels else { return };
        let there = match &found.labels {
            Known::Yes(there) => there,
            Known::No(reason) => return self.undecided(Aspect::Enums, &object, reason.clone(), found.at.as_ref()),
        };
        let label = |name: &Arc<str>| Object { kind: ObjectKind::Label, name: Some(name.clone()), ..object.clone() };
        for name in wanted.iter().filter(|name| !there.contains(name)) {
            let difference = Difference::new(Aspect::Enums, Direction::Missing, label(name)).of(wanted.len());
            self.add(difference.expected("", Some(&expected.at)).actual("", found.at.as_ref()));
        }
        for name in there.iter().filter(|name| !wanted.contains(name)) {
            let difference = Difference::new(Aspect::Enums, Direction::Extra, label(name)).of(wanted.len());
            self.add(difference.actual("", found.at.as_ref()));
        }
    }

    fn forbidden(&mut self, expected: &Expectation) {
        let schema = self.schema;
        for forbidden in &expected.forbidden {
            let words = format!("none like {}", forbidden.text);
            for (name, table) in &schema.tables {
                if forbidden.means(&name.to_string()) {
                    let difference = Difference::new(Aspect::Tables, Direction::Extra, Object::table(name));
                    self.add(difference.expected(&*words, Some(&forbidden.at)).actual("", table.at.as_ref()));
                }
                for column in &table.columns {
                    if forbidden.means(&format!("{name}.{}", column.name)) {
                        let object = Object::column(name, &column.name);
                        let difference = Difference::new(Aspect::Columns, Direction::Extra, object);
                        self.add(difference.expected(&*words, Some(&forbidden.at)).actual("", column.at.as_ref()));
                    }
                }
            }
        }
    }
}

/// Returns whether a type is what a text says: the name of its family, or a type that is the same.
fn is_type(wanted: &str, ty: &Type, dialect: Option<Dialect>) -> bool {
    let on = dialect.unwrap_or(Dialect::Postgresql);
    let word = wanted.trim().to_lowercase();
    let family = |normal: &Normal| normal.family() == word;
    if Normal::FAMILIES.contains(&&*word) && (family(&ty.normal) || family(&ty.on(on))) {
        return true;
    }
    let same = types::same(&parse_type(wanted, dialect), ty, on);
    // What has no type at all is the same as anything only where nobody asks.
    same && ty.normal != Normal::None
}

/// Returns whether a column has a default. A bare word is taken for a text as well: people write `default: open`.
fn is_default(wanted: Option<&str>, column: &Column) -> Verdict {
    let with = |text: Option<String>| {
        let expected = Column { default: Known::Yes(text.map(Into::into)), ..column.clone() };
        same_default(&expected, column)
    };
    let verdict = with(wanted.map(ToOwned::to_owned));
    let bare = wanted.filter(|text| verdict != Verdict::Same && !text.contains(['\'', '"', '(']));
    bare.map_or(verdict, |text| with(Some(format!("'{text}'"))))
}

/// Returns whether an index, or a key that has one, starts with the columns.
fn has_index(names: Names, table: &Table, wanted: &ExpectedKey) -> bool {
    let keys = |columns: &[Arc<str>]| columns.iter().map(|column| names.key(column)).collect::<Vec<_>>();
    let columns = keys(&wanted.columns);
    let fits = |there: &[String], unique: bool| {
        let whole = wanted.unique == Some(true) && !columns.is_empty();
        wanted.unique.is_none_or(|wanted| wanted == unique)
            && if whole { *there == columns } else { there.starts_with(&columns) }
    };
    let named = |name: Option<&Arc<str>>| match (&wanted.name, name) {
        (None, _) => true,
        (Some(wanted), Some(name)) => names.same_name(wanted, name),
        (Some(_), None) => false,
    };
    let by_index = table.indexes.iter().any(|index| {
        let there: Vec<String> = index.parts.iter().map(|part| names.key(part.text())).collect();
        named(index.name.as_ref()) && (index.where_.is_none() || wanted.name.is_some()) && fits(&there, index.unique)
    });
    let mut by_key = table.uniques.iter().chain(&table.primary_key);
    by_index || by_key.any(|key| named(key.name.as_ref()) && fits(&keys(&key.columns), true))
}

fn has_foreign_key(names: Names, table: &Table, wanted: &ExpectedForeignKey) -> bool {
    let pairs = |columns: &[Arc<str>], references: &[Arc<str>]| -> BTreeSet<(String, String)> {
        columns.iter().zip(references).map(|(one, two)| (names.key(one), names.key(two))).collect()
    };
    table.foreign_keys.iter().any(|key| {
        let columns = column_set(names, &key.columns) == column_set(names, &wanted.columns);
        let open = wanted.references.is_empty() || key.references.is_empty();
        let references = open || pairs(&key.columns, &key.references) == pairs(&wanted.columns, &wanted.references);
        let action = wanted.on_delete.as_ref().is_none_or(|action| {
            key.on_delete.as_ref().map_or("NO ACTION", |there| there).eq_ignore_ascii_case(action)
        });
        columns && references && action && names.same_object(&key.table, &wanted.table)
    })
}

fn fk_words(key: &ExpectedForeignKey) -> String {
    let references = if key.references.is_empty() { String::new() } else { list(&key.references) };
    let action = key.on_delete.as_ref().map(|action| format!(" on delete {}", action.to_lowercase()));
    format!("{} -> {}{references}{}", list(&key.columns), key.table, action.unwrap_or_default())
}

fn list(columns: &[Arc<str>]) -> String {
    format!("({})", columns.join(", "))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
