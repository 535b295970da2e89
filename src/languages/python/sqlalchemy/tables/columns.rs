//! Columns: `Column(...)`, `mapped_column(...)` and what an annotation says.

use std::rc::Rc;
use std::sync::Arc;

use super::{ColumnDraft, ColumnType, Reader};
use crate::languages::python::interpret::{Object, Place, Value};
use crate::languages::python::sqlalchemy::types::{Annotation, TypeMap};
use crate::model::Known;
use crate::model::schema::{Generated, Identity, Part};

/// Arguments of a column that say something else than its name and type.
const ITEMS: &[&str] = &[
    "sqlalchemy.ForeignKey",
    "sqlalchemy.CheckConstraint",
    "sqlalchemy.UniqueConstraint",
    "sqlalchemy.PrimaryKeyConstraint",
    "sqlalchemy.Sequence",
    "sqlalchemy.Identity",
    "sqlalchemy.Computed",
    "sqlalchemy.FetchedValue",
    "sqlalchemy.DefaultClause",
    "sqlalchemy.PassiveDefault",
    "sqlalchemy.ColumnDefault",
    "sqlalchemy.Constraint",
];

/// Where a column stands.
pub struct Setting<'s, 'a> {
    /// The attribute of the class that holds it.
    pub attribute: Option<&'s Arc<str>>,
    pub annotation: Option<&'s Annotation<'a>>,
    pub map: &'s TypeMap<'a>,
    pub place: Place,
}

impl<'a> Reader<'_, 'a> {
    /// Returns the call that makes a column, if a value is one: inside `deferred(...)` as well.
    pub fn column_object(&self, value: &Value<'a>) -> Option<Rc<Object<'a>>> {
        let Value::Object(object) = value else { return None };
        match &object.callee {
            Value::External(path) => match &**path {
                "sqlalchemy.Column" | "sqlalchemy.orm.mapped_column" | "sqlalchemy.orm.MappedColumn" => {
                    Some(object.clone())
                }
                "sqlalchemy.orm.deferred"
                | "sqlalchemy.orm.column_property"
                | "sqlalchemy.ext.declarative.deferred" => self.column_object(object.arguments.first()?),
                _ => None,
            },
            // A class of the project made from Column.
            Value::Class(class) if self.interpreter.derives_from(class, "sqlalchemy.Column") => {
                let Some((_, entry)) = self.interpreter.find(class, "__init__") else { return Some(object.clone()) };
                let Some(Value::Function(init)) = entry.value else { return None };
                let mut arguments = vec![value.clone()];
                arguments.extend(object.arguments.iter().cloned());
                let calls =
                    self.interpreter.super_calls(&init, "__init__", arguments, object.keywords.clone(), object.place);
                calls.first().cloned()
            }
            Value::Attribute(attribute) if matches!(&*attribute.name, "copy" | "_copy") => {
                self.column_object(&attribute.of)
            }
            _ => None,
        }
    }

    /// Returns the column that a call makes; `None` if its name cannot be known.
    pub fn column(&self, object: &Rc<Object<'a>>, setting: &Setting<'_, 'a>) -> Result<ColumnDraft<'a>, Arc<str>> {
        // A plain `Column` does not look at the annotation beside it.
        let mapped = object.callee.path().is_some_and(|path| path.ends_with("mapped_column"));
        // `Annotated[int, mapped_column(...)]` is the pattern, the call itself says what differs.
        let annotation = setting.annotation.filter(|_| mapped);
        let pattern = annotation.and_then(|annotation| {
            annotation.call(|object| object.calls(&["sqlalchemy.orm.mapped_column", "sqlalchemy.Column"]))
        });
        let parts = Parts::of(object)?;
        let pattern_parts = match pattern {
            Some(pattern) => Some(Parts::of(pattern)?),
            None => None,
        };
        let keyword = |name: &str| object.keyword(name).or_else(|| pattern.and_then(|pattern| pattern.keyword(name)));
        let flag = |name: &str| keyword(name).map(|value| value.truth().ok_or_else(|| self.reason(value, "computed")));
        let open = object.open || pattern.is_some_and(|pattern| pattern.open);

        let attribute = setting.attribute.cloned();
        let given = parts.name.or_else(|| pattern_parts.as_ref().and_then(|parts| parts.name.clone()));
        let name = given.or_else(|| attribute.clone()).ok_or("a column without a name")?;
        let key = keyword("key").and_then(Value::as_text);
        let mut draft = ColumnDraft::new(name, setting.place);
        draft.attribute = attribute;
        draft.object = Some(object.clone());
        if let Some(key) = key {
            draft.key = key;
        }
        draft.items = parts.items;
        if let Some(pattern) = &pattern_parts {
            draft.items.extend(pattern.items.iter().cloned());
        }
        if parts.spread {
            draft.doubts.push((Part::Constraints, format!("arguments of `{}` are computed", draft.name).into()));
        }

        let ty = parts.ty.or_else(|| pattern_parts.and_then(|parts| parts.ty));
        let borrows = draft.items.iter().any(|item| item.calls(&["sqlalchemy.ForeignKey"]));
        draft.ty = match (&ty, annotation) {
            (Some(Value::None), None) | (None, None) if borrows => ColumnType::Borrowed,
            (None | Some(Value::None), Some(_)) if borrows && mapped => {
                // SQLAlchemy leaves the type to the foreign key here, too.
                ColumnType::Borrowed
            }
            (None | Some(Value::None), Some(annotation)) => {
                ColumnType::of(self.types.annotated(annotation, setting.map))
            }
            (None, None) if open => ColumnType::Unknown("arguments of the column are computed".into()),
            (None, None) if parts.spread => ColumnType::Unknown("arguments of the column are computed".into()),
            (None | Some(Value::None), None) => {
                ColumnType::of(self.types.read(&Value::external("sqlalchemy.NullType")))
            }
            (Some(ty), _) => ColumnType::of(self.types.read(ty)),
        };
        draft.collation = ty.as_ref().and_then(Value::object).and_then(|ty| ty.keyword("collation")?.as_text());

        draft.primary_key = match flag("primary_key") {
            Some(Ok(primary)) => primary,
            Some(Err(reason)) => {
                draft.doubts.push((Part::Constraints, reason));
                false
            }
            None => false,
        };
        draft.nullable = match flag("nullable") {
            Some(Ok(nullable)) => Known::Yes(nullable && !draft.primary_key),
            Some(Err(reason)) if keyword("nullable").is_some_and(|value| !matches!(value, Value::None)) => {
                Known::No(reason)
            }
            _ if draft.primary_key => Known::Yes(false),
            _ if open => Known::No("arguments of the column are computed".into()),
            _ if mapped => Known::Yes(annotation.is_none_or(|annotation| annotation.optional)),
            _ => Known::Yes(true),
        };
        for (name, part) in [("unique", Part::Constraints), ("index", Part::Indexes)] {
            match flag(name) {
                Some(Ok(true)) if name == "unique" => draft.unique = true,
                Some(Ok(true)) => draft.index = true,
                Some(Err(reason)) => draft.doubts.push((part, reason)),
                _ => {}
            }
        }
        draft.comment = keyword("comment").and_then(Value::as_text);
        draft.sort_order = keyword("sort_order").and_then(Value::as_int).unwrap_or(0);
        let default = keyword("server_default").filter(|value| !matches!(value, Value::None)).cloned();
        self.server_side(&mut draft, default, open);
        Ok(draft)
    }

    /// Reads what the database does by itself: default, identity, computed.
    fn server_side(&self, draft: &mut ColumnDraft<'a>, default: Option<Value<'a>>, open: bool) {
        let mut default = default;
        for item in &draft.items {
            if item.calls(&["sqlalchemy.Identity"]) {
                draft.identity = Some(identity(item));
            } else if item.calls(&["sqlalchemy.Computed"]) {
                let text = item.argument(0, "sqltext").and_then(|value| self.sql(value, None));
                let stored = item.argument(1, "persisted").is_none_or(|value| value.truth() != Some(false));
                match text {
                    Some(expression) => draft.generated = Some(Generated { expression: expression.into(), stored }),
                    None => draft.default = Known::No("what computes it is computed".into()),
                }
            } else if item.calls(&["sqlalchemy.DefaultClause", "sqlalchemy.PassiveDefault"]) {
                default = item.arguments.first().cloned();
            } else if item.calls(&["sqlalchemy.FetchedValue"]) {
                draft.default = Known::No("the database fills it in a way that the model does not say".into());
            }
        }
        match default {
            Some(Value::Object(object)) if object.calls(&["sqlalchemy.Identity"]) => {
                draft.identity = Some(identity(&object));
            }
            Some(Value::Object(object)) if object.calls(&["sqlalchemy.Computed"]) => {
                let text = object.argument(0, "sqltext").and_then(|value| self.sql(value, None));
                draft.generated = text.map(|expression| Generated { expression: expression.into(), stored: true });
            }
            Some(value) => {
                let fetched = |value: &Value<'a>| {
                    value.is("sqlalchemy.FetchedValue")
                        || value.object().is_some_and(|object| object.calls(&["sqlalchemy.FetchedValue"]))
                };
                draft.default = if fetched(&value) {
                    Known::No("the database fills it in a way that the model does not say".into())
                } else {
                    match self.sql(&value, None) {
                        Some(text) => Known::Yes(Some(text.into())),
                        None => Known::No(self.reason(&value, "the default is computed")),
                    }
                };
            }
            None if open => draft.default = Known::No("arguments of the column are computed".into()),
            None => {}
        }
    }

    /// Returns the column that an annotation makes by itself: `name: Mapped[str]`.
    pub fn annotated_column(&self, name: &Arc<str>, setting: &Setting<'_, 'a>) -> Result<ColumnDraft<'a>, Arc<str>> {
        let Some(annotation) = setting.annotation else { return Err("a column without annotation".into()) };
        let pattern = annotation.call(|object| object.calls(&["sqlalchemy.orm.mapped_column", "sqlalchemy.Column"]));
        if let Some(pattern) = pattern {
            let mut draft = self.column(&pattern.clone(), setting)?;
            draft.object = None;
            return Ok(draft);
        }
        let mut draft = ColumnDraft::new(name.clone(), setting.place);
        draft.attribute = Some(name.clone());
        draft.ty = ColumnType::of(self.types.annotated(annotation, setting.map));
        draft.nullable = Known::Yes(annotation.optional);
        Ok(draft)
    }
}

/// Returns the type that is given to a column.
pub fn type_argument<'a>(object: &Object<'a>) -> Option<Value<'a>> {
    Parts::of(object).ok()?.ty
}

/// The positional arguments of a column.
struct Parts<'a> {
    name: Option<Arc<str>>,
    ty: Option<Value<'a>>,
    items: Vec<Rc<Object<'a>>>,
    /// Whether some of them are computed.
    spread: bool,
}

impl<'a> Parts<'a> {
    fn of(object: &Object<'a>) -> Result<Self, Arc<str>> {
        let mut parts = Self { name: None, ty: None, items: Vec::new(), spread: false };
        let mut arguments = object.arguments.iter().peekable();
        match arguments.peek() {
            Some(Value::None) => {
                arguments.next();
            }
            Some(value) if value.as_text().is_some() => {
                parts.name = value.as_text();
                arguments.next();
            }
            // A name or a type: who knows.
            Some(Value::Unknown(reason)) if object.callee.is("sqlalchemy.Column") && object.arguments.len() > 1 => {
                let second_is_type = object.arguments.get(1).is_some_and(|second| !is_item(second));
                if second_is_type {
                    return Err(reason.clone());
                }
            }
            _ => {}
        }
        for (position, argument) in arguments.enumerate() {
            match argument {
                Value::Spread(_) => parts.spread = true,
                argument if is_item(argument) => parts.items.extend(argument.object().cloned()),
                argument if position == 0 => parts.ty = Some(argument.clone()),
                Value::Unknown(_) => parts.spread = true,
                _ => {}
            }
        }
        for name in ["name", "_Column__name_pos", "__name_pos"] {
            if let Some(name) = object.keyword(name) {
                match name {
                    Value::None => {}
                    name => parts.name = Some(name.as_text().ok_or("the name of the column is computed")?),
                }
            }
        }
        if let Some(ty) = object.keyword("type_") {
            parts.ty = Some(ty.clone());
        }
        for name in ["server_default", "default"] {
            if let Some(Value::Object(item)) = object.keyword(name)
                && name == "server_default"
                && item.calls(&["sqlalchemy.Identity"])
            {
                parts.items.push(item.clone());
            }
        }
        Ok(parts)
    }
}

fn is_item(value: &Value<'_>) -> bool {
    match value {
        Value::Object(object) => object.calls(ITEMS),
        Value::External(path) => ITEMS.contains(&&**path),
        _ => false,
    }
}

fn identity(object: &Object<'_>) -> Identity {
    match object.argument(0, "always").and_then(Value::truth) {
        Some(true) => Identity::Always,
        _ => Identity::ByDefault,
    }
}

impl ColumnType {
    pub fn of(ty: Result<crate::model::schema::Type, Arc<str>>) -> Self {
        match ty {
            Ok(ty) => Self::Known(ty),
            Err(reason) => Self::Unknown(reason),
        }
    }
}

impl ColumnDraft<'_> {
    pub fn new(name: Arc<str>, place: Place) -> Self {
        Self {
            key: name.clone(),
            name,
            attribute: None,
            object: None,
            ty: ColumnType::Unknown("no type is given".into()),
            nullable: Known::Yes(true),
            default: Known::Yes(None),
            primary_key: false,
            unique: false,
            index: false,
            identity: None,
            generated: None,
            comment: None,
            collation: None,
            items: Vec::new(),
            sort_order: 0,
            place,
            doubts: Vec::new(),
        }
    }
}
