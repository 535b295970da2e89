//! SQLModel: columns from the fields of a class with `table=True`.

use std::rc::Rc;
use std::sync::Arc;

use super::columns::Setting;
use super::{ColumnDraft, ColumnType, Reader};
use crate::languages::python::interpret::{Class, Entry, Object, Place, Value};
use crate::languages::python::sqlalchemy::types::Annotation;
use crate::model::Known;
use crate::model::schema::{Length, Normal, Part, Type};

impl<'a> Reader<'_, 'a> {
    pub(super) fn is_sqlmodel(&self, class: &Rc<Class<'a>>) -> bool {
        self.interpreter
            .order(class)
            .iter()
            .any(|base| base.is("sqlmodel.SQLModel") || base.is("sqlmodel.main.SQLModel"))
    }

    /// Returns the columns of a class with `table=True`: fields of its bases first, as pydantic orders them.
    pub(super) fn sqlmodel_columns(
        &self,
        class: &Rc<Class<'a>>,
        doubts: &mut Vec<(Part, Arc<str>, Place)>,
    ) -> Vec<ColumnDraft<'a>> {
        let mut fields: Vec<(Rc<Class<'a>>, Entry<'a>)> = Vec::new();
        for base in self.interpreter.order(class).iter().rev() {
            let Value::Class(base) = base else { continue };
            for entry in base.entries.borrow().iter() {
                if entry.name.starts_with('_') || entry.annotation.is_none() && !self.is_plain_column(entry) {
                    continue;
                }
                match fields.iter_mut().find(|(_, own)| own.name == entry.name) {
                    Some(field) => *field = (base.clone(), entry.clone()),
                    None => fields.push((base.clone(), entry.clone())),
                }
            }
        }
        // A mapped parent with a table of its own keeps its fields; a child of it shares the table.
        let parent = self.mapped_parent(class).and_then(|parent| self.mapped.get(&Rc::as_ptr(&parent)));
        let mut columns = Vec::new();
        for (owner, entry) in fields {
            if parent.is_some_and(|parent| parent.attributes.iter().any(|(name, _)| *name == entry.name)) {
                continue;
            }
            if let Some(condition) = &entry.condition {
                doubts.push((Part::Columns, condition.clone(), entry.place));
                continue;
            }
            match self.field(class, &owner, &entry) {
                Ok(Some(column)) => columns.push(column),
                Ok(None) => {}
                Err(reason) => doubts.push((Part::Columns, reason, entry.place)),
            }
        }
        columns
    }

    fn is_plain_column(&self, entry: &Entry<'a>) -> bool {
        match &entry.value {
            Some(Value::Function(function)) => function.is_declared_attr(),
            Some(value) => self.column_object(value).is_some(),
            None => false,
        }
    }

    fn field(
        &self,
        class: &Rc<Class<'a>>,
        owner: &Rc<Class<'a>>,
        entry: &Entry<'a>,
    ) -> Result<Option<ColumnDraft<'a>>, Arc<str>> {
        let map = Vec::new();
        let plain = Setting { attribute: Some(&entry.name), annotation: None, map: &map, place: entry.place };
        let value = self.interpreter.entry_value(class, entry);
        if let Some(object) = value.as_ref().and_then(|value| self.column_object(value)) {
            return self.column(&object, &plain).map(Some);
        }
        let (Some(expression), Some(frame)) = (entry.annotation, owner.frame.get()) else { return Ok(None) };
        let written = self.interpreter.annotation(expression, frame);
        if is_class_var(&written) {
            return Ok(None);
        }
        let annotation = Annotation::of(&written);
        let field = match &value {
            Some(Value::Object(object)) if is_field(object) => Some(object.clone()),
            // Relationships and private attributes are no columns.
            Some(Value::Object(object))
                if object.callee.path().is_some_and(|path| {
                    path.ends_with(".Relationship")
                        || path.ends_with("PrivateAttr")
                        || path.contains("relationship")
                        || path.contains("association_proxy")
                        || path.contains("hybrid")
                }) =>
            {
                return Ok(None);
            }
            Some(Value::Unknown(reason)) if self.interpreter.source(entry.place).contains('(') => {
                return Err(format!("`{}` may be a field: {reason}", entry.name).into());
            }
            _ => annotation.call(is_field).cloned(),
        };
        let Some(field) = field else {
            return self.built(entry, None, &annotation).map(Some);
        };
        if let Some(column) = field.keyword("sa_column").filter(|value| !is_undefined(value)) {
            let Some(object) = self.column_object(column) else {
                return Err(self.reason(column, "`sa_column` is computed"));
            };
            return self.column(&object, &plain).map(Some);
        }
        if field.open {
            return Err("arguments of the field are computed".into());
        }
        self.built(entry, Some(&field), &annotation).map(Some)
    }

    /// Returns the column that SQLModel builds for a field.
    fn built(
        &self,
        entry: &Entry<'a>,
        field: Option<&Rc<Object<'a>>>,
        annotation: &Annotation<'a>,
    ) -> Result<ColumnDraft<'a>, Arc<str>> {
        let mut draft = ColumnDraft::new(entry.name.clone(), entry.place);
        draft.attribute = Some(entry.name.clone());
        let keyword = |name: &str| field.and_then(|field| field.keyword(name)).filter(|value| !is_undefined(value));
        let flag = |name: &str| {
            keyword(name).map_or(Ok(false), |value| value.truth().ok_or_else(|| self.reason(value, "it is computed")))
        };
        draft.primary_key = flag("primary_key")?;
        draft.index = flag("index")?;
        draft.unique = flag("unique")?;
        let more = match keyword("sa_column_kwargs") {
            Some(Value::Dict(entries)) => entries.borrow().clone(),
            Some(other) => return Err(self.reason(other, "`sa_column_kwargs` is computed")),
            None => Vec::new(),
        };
        let extra =
            |name: &str| more.iter().find(|(key, _)| key.as_text().as_deref() == Some(name)).map(|(_, value)| value);
        draft.nullable = match keyword("nullable").or_else(|| extra("nullable")) {
            _ if draft.primary_key => Known::Yes(false),
            Some(value) => match value.truth() {
                Some(nullable) => Known::Yes(nullable),
                None => Known::No(self.reason(value, "`nullable` is computed")),
            },
            None => Known::Yes(annotation.optional),
        };
        draft.ty = match keyword("sa_type") {
            Some(ty) => ColumnType::of(self.types.read(ty)),
            None => ColumnType::of(self.field_type(annotation, field)),
        };
        if let Some(name) = extra("name").and_then(Value::as_text) {
            draft.key = name.clone();
            draft.name = name;
        }
        draft.unique |= extra("unique").is_some_and(|value| value.truth() == Some(true));
        draft.index |= extra("index").is_some_and(|value| value.truth() == Some(true));
        draft.comment = extra("comment").and_then(Value::as_text);
        if let Some(default) = extra("server_default").filter(|value| !matches!(value, Value::None)) {
            draft.default = match self.sql(default, None) {
                Some(text) => Known::Yes(Some(text.into())),
                None => Known::No(self.reason(default, "the default is computed")),
            };
        }
        if let Some(items) = keyword("sa_column_args") {
            match items.elements() {
                Some(items) => draft.items.extend(items.iter().filter_map(|item| item.object().cloned())),
                None => draft.doubts.push((Part::Constraints, self.reason(items, "`sa_column_args` is computed"))),
            }
        }
        if let (Some(target), Some(field)) = (keyword("foreign_key"), field) {
            let mut keywords = Vec::new();
            if let Some(action) = keyword("ondelete") {
                keywords.push((Arc::<str>::from("ondelete"), action.clone()));
            }
            draft.items.push(Rc::new(Object {
                callee: Value::external("sqlalchemy.ForeignKey"),
                arguments: vec![target.clone()],
                keywords,
                open: false,
                place: field.place,
                condition: None,
                attributes: std::cell::RefCell::default(),
            }));
        }
        Ok(draft)
    }

    /// Returns the type that SQLModel takes from the annotation of a field.
    fn field_type(&self, annotation: &Annotation<'a>, field: Option<&Rc<Object<'a>>>) -> Result<Type, Arc<str>> {
        let number = |name: &str| -> Result<Option<u32>, Arc<str>> {
            let given = field.and_then(|field| field.keyword(name));
            let constraint =
                annotation.metadata.iter().filter_map(Value::object).find_map(|object| object.keyword(name));
            match given.or(constraint).filter(|value| !is_undefined(value) && !matches!(value, Value::None)) {
                None => Ok(None),
                Some(value) => match value.as_int().and_then(|number| u32::try_from(number).ok()) {
                    Some(number) => Ok(Some(number)),
                    None => Err(self.reason(value, "the length is computed")),
                },
            }
        };
        let plain =
            |spelling: &str, normal: Normal| Ok(Type { spelling: spelling.into(), normal, variants: Vec::new() });
        let string = || plain("AutoString", Normal::Varchar { length: number("max_length")? });
        match &annotation.ty {
            Value::Class(class) if self.interpreter.is_enum(class) => self.types.enum_of_class(&annotation.ty, None),
            Value::Class(class) if self.interpreter.derives_from(class, "builtins.str") => string(),
            Value::External(path) => match &**path {
                "builtins.str" | "pathlib.Path" | "pydantic.EmailStr" | "pydantic.networks.EmailStr" => string(),
                path if path.starts_with("ipaddress.") || path.ends_with("EmailStr") => string(),
                "builtins.float" => plain("Float", Normal::Float { bits: None }),
                "builtins.bool" => plain("Boolean", Normal::Boolean),
                "builtins.int" => plain("Integer", Normal::Integer { bits: 32, unsigned: false }),
                // Since SQLModel 0.0.45; before it, both had no zone.
                "datetime.datetime" | "pydantic.AwareDatetime" => {
                    plain("UTCDateTime", Normal::Timestamp { zone: true, precision: None })
                }
                "pydantic.NaiveDatetime" => plain("DateTime", Normal::Timestamp { zone: false, precision: None }),
                "datetime.date" => plain("Date", Normal::Date),
                "datetime.timedelta" => plain("Interval", Normal::Interval { fields: None, precision: None }),
                "datetime.time" => plain("Time", Normal::Time { zone: false, precision: None }),
                "builtins.bytes" => plain("LargeBinary", Normal::Blob { length: Length::Plain }),
                "decimal.Decimal" => plain(
                    "Numeric",
                    Normal::Numeric { precision: number("max_digits")?, scale: number("decimal_places")? },
                ),
                "uuid.UUID" | "pydantic.UUID4" | "pydantic.UUID1" => plain("Uuid", Normal::Uuid),
                other => Err(format!("SQLModel has no type for `{other}`").into()),
            },
            Value::Unknown(reason) => Err(reason.clone()),
            _ => Err("SQLModel has no type for the annotation".into()),
        }
    }
}

fn is_field(object: &Object<'_>) -> bool {
    object.callee.path().is_some_and(|path| path.ends_with(".Field"))
}

fn is_undefined(value: &Value<'_>) -> bool {
    matches!(value, Value::External(path) if path.ends_with("Undefined"))
}

fn is_class_var(value: &Value<'_>) -> bool {
    let named = |value: &Value<'_>| value.path().is_some_and(|path| path.ends_with(".ClassVar"));
    match value {
        Value::Subscript(subscript) => named(&subscript.0),
        other => named(other),
    }
}
