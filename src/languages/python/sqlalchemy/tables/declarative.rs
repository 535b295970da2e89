//! Mapped classes: from a class to its table.

use std::rc::Rc;
use std::sync::Arc;

use super::bases::Role;
use super::columns::Setting;
use super::inherit::{Attribute, TableName};
use super::{ColumnDraft, ColumnType, Draft, Mapped, Reader};
use crate::languages::python::interpret::{Class, Place, Value};
use crate::languages::python::sqlalchemy::class_place;
use crate::languages::python::sqlalchemy::types::{Annotation, TypeMap};
use crate::model::Known;
use crate::model::schema::{Normal, ObjectName, Part};

impl<'a> Reader<'_, 'a> {
    /// Reads a class, if it is mapped.
    pub(super) fn mapped_class(&mut self, class: &Rc<Class<'a>>) {
        let role = self.role(class);
        if !matches!(role, Role::Mapped | Role::Perhaps) {
            return;
        }
        let place = class_place(class);
        if self.map_to_object(class) {
            return;
        }
        let sqlmodel = self.is_sqlmodel(class);
        let mut doubts = Vec::new();
        let columns =
            if sqlmodel { self.sqlmodel_columns(class, &mut doubts) } else { self.class_columns(class, &mut doubts) };
        let has_key = columns.iter().any(|column| column.primary_key);
        let parent = self.mapped_parent(class);
        let name = match self.table_name(class, has_key) {
            TableName::Known(name) => name,
            TableName::None => {
                if let Some(parent) = parent {
                    self.join_parent(class, &parent, columns, doubts);
                } else if has_key && role == Role::Mapped {
                    self.doubt(Part::Tables, format!("the name of the table of `{}` is not known", class.name), place);
                }
                return;
            }
            TableName::Unknown(reason) => {
                let what = format!("the name of the table of `{}` is not known: {reason}", class.name);
                self.doubt(Part::Tables, what, place);
                return;
            }
        };
        // Without a base and without a column it is no table.
        if role == Role::Perhaps && columns.is_empty() && doubts.is_empty() {
            return;
        }
        let metadata = self.metadata_of_class(class);
        let args = self.declared(class, "__table_args__").map(|value| self.table_args(&value)).unwrap_or_default();
        let schema = args.schema.or_else(|| metadata.schema.clone());
        let mut draft = Draft::new(ObjectName { schema, name }, metadata, place);
        draft.comment = args.comment;
        let attributes =
            columns.iter().filter_map(|column| Some((column.attribute.clone()?, column.name.clone()))).collect();
        let mut columns = columns;
        columns.sort_by_key(|column| column.sort_order);
        for column in columns {
            draft.add_column(column);
        }
        for base in self.foreign_bases(class) {
            doubts.push((Part::Columns, format!("what the base `{base}` adds is not known").into(), place));
        }
        draft.doubts.extend(doubts);
        draft.doubts.extend(args.doubts.into_iter().map(|(part, reason)| (part, reason, place)));
        if let Some(condition) = &class.condition {
            draft.doubts.push((Part::Tables, condition.clone(), place));
        }
        let table = self.add(draft);
        self.mapped.insert(Rc::as_ptr(class), Mapped { table, attributes });
        self.take_items(table, &args.items);
        self.mapper_columns(class, table);
    }

    /// Maps a class that names its table itself: `__table__ = Table(...)`.
    fn map_to_object(&mut self, class: &Rc<Class<'a>>) -> bool {
        let Some(value) = self.declared(class, "__table__") else { return false };
        let table = match &value {
            Value::Object(object) => self.by_object.get(&Rc::as_ptr(object)).copied(),
            other => self.table_of(other),
        };
        match table {
            Some(table) => {
                let attributes =
                    self.tables[table].columns.iter().map(|column| (column.key.clone(), column.name.clone())).collect();
                self.mapped.insert(Rc::as_ptr(class), Mapped { table, attributes });
            }
            None => {
                if !matches!(value, Value::Object(_)) {
                    let reason = self.reason(&value, "it is computed");
                    let what = format!("the table of `{}` is not known: {reason}", class.name);
                    self.doubt(Part::Tables, what, class_place(class));
                }
            }
        }
        true
    }

    /// Adds the columns of a class that shares its parent's table.
    fn join_parent(
        &mut self,
        class: &Rc<Class<'a>>,
        parent: &Rc<Class<'a>>,
        columns: Vec<ColumnDraft<'a>>,
        doubts: Vec<(Part, Arc<str>, Place)>,
    ) {
        let Some(above) = self.mapped.get(&Rc::as_ptr(parent)).cloned() else { return };
        let mut attributes = above.attributes;
        for column in columns {
            if let Some(attribute) = &column.attribute {
                attributes.push((attribute.clone(), column.name.clone()));
            }
            if let Some(condition) = &class.condition {
                self.tables[above.table].doubts.push((Part::Columns, condition.clone(), column.place));
                continue;
            }
            // `use_existing_column`, or the same column in two children: the first stays.
            if self.tables[above.table].columns.iter().all(|own| own.name != column.name) {
                self.tables[above.table].add_column(column);
            }
        }
        self.tables[above.table].doubts.extend(doubts);
        self.mapped.insert(Rc::as_ptr(class), Mapped { table: above.table, attributes });
        if let Some(value) = class.own("__table_args__").and_then(|entry| self.interpreter.entry_value(class, &entry)) {
            let args = self.table_args(&value);
            self.take_items(above.table, &args.items);
        }
    }

    /// Returns the columns that a class brings to a table.
    fn class_columns(&self, class: &Rc<Class<'a>>, doubts: &mut Vec<(Part, Arc<str>, Place)>) -> Vec<ColumnDraft<'a>> {
        let map = self.type_map(class);
        let mut columns = Vec::new();
        for attribute in self.attributes(class) {
            let place = attribute.entry.place;
            if let Some(condition) = &attribute.entry.condition
                && self.may_be_column(attribute.entry.value.as_ref())
            {
                doubts.push((Part::Columns, condition.clone(), place));
                continue;
            }
            match self.attribute_columns(class, &attribute, &map) {
                Ok(found) => columns.extend(found),
                Err(reason) => doubts.push((Part::Columns, reason, place)),
            }
        }
        columns.extend(self.lent_columns(class));
        columns
    }

    fn may_be_column(&self, value: Option<&Value<'a>>) -> bool {
        match value {
            None | Some(Value::Unknown(_)) => true,
            Some(value) => self.column_object(value).is_some(),
        }
    }

    fn attribute_columns(
        &self,
        class: &Rc<Class<'a>>,
        attribute: &Attribute<'a>,
        map: &TypeMap<'a>,
    ) -> Result<Vec<ColumnDraft<'a>>, Arc<str>> {
        let entry = &attribute.entry;
        if entry.name.starts_with("__") {
            return Ok(Vec::new());
        }
        let annotation = self.entry_annotation(attribute);
        let setting =
            Setting { attribute: Some(&entry.name), annotation: annotation.as_ref(), map, place: entry.place };
        let Some(written) = &entry.value else {
            return if annotation.is_some() {
                Ok(vec![self.annotated_column(&entry.name, &setting)?])
            } else {
                Ok(Vec::new())
            };
        };
        if let Value::Function(function) = written
            && !function.is_declared_attr()
        {
            return Ok(Vec::new());
        }
        let Some(value) = self.interpreter.entry_value(class, entry) else { return Ok(Vec::new()) };
        if let Some(object) = self.column_object(&value) {
            // Inside `deferred(...)` the annotation counts for nothing.
            let bare = matches!(&value, Value::Object(outer) if Rc::ptr_eq(outer, &object) || matches!(outer.callee, Value::Class(_)));
            let setting = if bare { setting } else { Setting { annotation: None, ..setting } };
            return Ok(vec![self.column(&object, &setting)?]);
        }
        match &value {
            // Something that is computed may be a column where a call makes it.
            Value::Unknown(reason) => {
                if matches!(written, Value::Function(_)) || self.interpreter.source(entry.place).contains('(') {
                    Err(format!("`{}` may be a column: {reason}", entry.name).into())
                } else {
                    Ok(Vec::new())
                }
            }
            Value::Object(object) => {
                let path = object.callee.path().map_or("", |path| path);
                if path.ends_with(".composite") {
                    let mut columns = Vec::new();
                    for argument in &object.arguments {
                        if let Some(column) = self.column_object(argument) {
                            let setting = Setting { attribute: None, annotation: None, map, place: entry.place };
                            let mut column = self.column(&column, &setting)?;
                            // The class that the columns make up may tell types and whether they may hold null.
                            if let ColumnType::Known(ty) = &column.ty
                                && ty.normal == Normal::None
                            {
                                let reason: Arc<str> = "the class of the composite tells it".into();
                                column.ty = ColumnType::Unknown(reason.clone());
                                column.nullable = Known::No(reason);
                            }
                            columns.push(column);
                        }
                    }
                    return Ok(columns);
                }
                let last = path.rsplit('.').next().unwrap_or(path).to_lowercase();
                if !path.starts_with("sqlalchemy.") && (last.contains("column") || last.ends_with("field")) {
                    return Err(format!("`{}` may be a column that `{path}` makes", entry.name).into());
                }
                // `x: Mapped[int] = field(...)` of a dataclass.
                if annotation.is_some() && path.ends_with("dataclasses.field") {
                    return Ok(vec![self.annotated_column(&entry.name, &setting)?]);
                }
                Ok(Vec::new())
            }
            // `name: Mapped[str] = "x"` of a mapped dataclass.
            Value::Text(_) | Value::Int(_) | Value::Bool(_) | Value::None | Value::Float(_) | Value::Member(_)
                if annotation.is_some() =>
            {
                Ok(vec![self.annotated_column(&entry.name, &setting)?])
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Returns what `Mapped[...]` says about an attribute; `None` for another annotation.
    fn entry_annotation(&self, attribute: &Attribute<'a>) -> Option<Annotation<'a>> {
        let frame = attribute.owner.frame.get()?;
        let expression = match (&attribute.entry.annotation, &attribute.entry.value) {
            (Some(annotation), _) => *annotation,
            // A `declared_attr` says it where it says what it returns.
            (None, Some(Value::Function(function))) => function.returns()?,
            _ => return None,
        };
        let value = self.interpreter.annotation(expression, frame);
        let Value::Subscript(subscript) = &value else { return None };
        match subscript.0.path()?.rsplit('.').next() {
            Some("Mapped" | "MappedColumn") => Some(Annotation::of(&subscript.1)),
            _ => None,
        }
    }

    /// Adds columns that only `__mapper_args__` mentions: `polymorphic_on`, `version_id_col`.
    fn mapper_columns(&mut self, class: &Rc<Class<'a>>, table: usize) {
        let Some(Value::Dict(entries)) = self.declared(class, "__mapper_args__") else { return };
        for (key, value) in entries.borrow().iter() {
            let Some(key) = key.as_text().filter(|key| matches!(&**key, "polymorphic_on" | "version_id_col")) else {
                continue;
            };
            let Some(object) = self.column_object(value) else { continue };
            let known = self.tables[table]
                .columns
                .iter()
                .any(|column| column.object.as_ref().is_some_and(|own| Rc::ptr_eq(own, &object)));
            let named = object.arguments.first().and_then(Value::as_text).is_some();
            if !known && named && &*key == "polymorphic_on" {
                let map = Vec::new();
                let setting = Setting { attribute: None, annotation: None, map: &map, place: object.place };
                if let Ok(column) = self.column(&object, &setting)
                    && self.tables[table].column(&column.name).is_none()
                {
                    self.tables[table].add_column(column);
                }
            }
        }
    }
}
