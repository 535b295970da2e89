//! What a mapped class takes from its bases: attributes, the table's name and arguments.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{ColumnDraft, ColumnType, Reader};
use crate::languages::python::interpret::{Class, Entry, Object, Place, Value, flask_table_name};
use crate::languages::python::sqlalchemy::class_place;
use crate::model::Known;
use crate::model::schema::Type;

/// An attribute of a class, with the class whose body holds it.
pub struct Attribute<'a> {
    pub owner: Rc<Class<'a>>,
    pub entry: Entry<'a>,
}

/// The name of a class's table.
pub enum TableName {
    Known(Arc<str>),
    /// It has none of its own: it shares its parent's.
    None,
    Unknown(Arc<str>),
}

impl<'a> Reader<'_, 'a> {
    /// Returns the nearest mapped class above a class.
    pub fn mapped_parent(&self, class: &Rc<Class<'a>>) -> Option<Rc<Class<'a>>> {
        let order = self.interpreter.order(class);
        order.iter().skip(1).find_map(|base| match base {
            Value::Class(base) if self.mapped.contains_key(&Rc::as_ptr(base)) => Some(base.clone()),
            _ => None,
        })
    }

    /// Returns the attributes that become part of a class's own mapping: its own, then those of mixins and abstract
    /// bases, each unless something nearer has the name. Those of a mapped parent stay with the parent.
    pub fn attributes(&self, class: &Rc<Class<'a>>) -> Vec<Attribute<'a>> {
        let mut attributes = Vec::new();
        let mut seen: FxHashSet<Arc<str>> = FxHashSet::default();
        for base in self.interpreter.order(class).iter() {
            let Value::Class(base) = base else { continue };
            let inherited = !Rc::ptr_eq(base, class) && self.mapped.contains_key(&Rc::as_ptr(base));
            if inherited {
                // All that the parent has, mixins included, is there already.
                for above in self.interpreter.order(base).iter() {
                    if let Value::Class(above) = above {
                        seen.extend(above.entries.borrow().iter().map(|entry| entry.name.clone()));
                    }
                }
                continue;
            }
            let mut names = Vec::new();
            for entry in base.entries.borrow().iter() {
                // A bare `name: int` binds nothing.
                if entry.value.is_none() && !is_mapped(entry) {
                    continue;
                }
                names.push(entry.name.clone());
                if !seen.contains(&entry.name) {
                    attributes.push(Attribute { owner: base.clone(), entry: entry.clone() });
                }
            }
            seen.extend(names);
        }
        attributes
    }

    /// Returns what `__tablename__` says for a class.
    pub fn table_name(&self, class: &Rc<Class<'a>>, has_key: bool) -> TableName {
        if let Some(value) = self.declared(class, "__tablename__") {
            return match value {
                Value::None => TableName::None,
                value => match value.as_text() {
                    Some(name) => TableName::Known(name),
                    None => TableName::Unknown(self.reason(&value, "the name of the table is computed")),
                },
            };
        }
        let parent = self.mapped_parent(class);
        if self.is_flask_model(class) && (has_key || parent.is_none()) {
            return TableName::Known(flask_table_name(class.name).into());
        }
        let sqlmodel = self
            .interpreter
            .order(class)
            .iter()
            .any(|base| base.is("sqlmodel.SQLModel") || base.is("sqlmodel.main.SQLModel"));
        if sqlmodel && parent.is_none() {
            return TableName::Known(class.name.to_lowercase().into());
        }
        TableName::None
    }

    /// Returns a special attribute such as `__table_args__`: the class's own, or that of a mixin or abstract base. A
    /// mapped parent's counts only where it is a `declared_attr`.
    pub fn declared(&self, class: &Rc<Class<'a>>, name: &str) -> Option<Value<'a>> {
        for base in self.interpreter.order(class).iter() {
            let Value::Class(base) = base else { continue };
            let Some(entry) = base.own(name) else { continue };
            let mapped = !Rc::ptr_eq(base, class) && self.mapped.contains_key(&Rc::as_ptr(base));
            let computed = matches!(&entry.value, Some(Value::Function(function)) if function.is_declared_attr());
            if mapped && !computed {
                continue;
            }
            if entry.condition.is_some() {
                return entry.condition.map(Value::Unknown);
            }
            return self.interpreter.entry_value(class, &entry).map(|value| match value {
                // A plain method or property is nothing that SQLAlchemy calls.
                Value::Function(_) => Value::unknown(format!("`{name}` is a function")),
                value => value,
            });
        }
        None
    }

    /// Returns the columns that known mixins of other packages add, unless the class or a base has its own.
    pub fn lent_columns(&self, class: &Rc<Class<'a>>) -> Vec<ColumnDraft<'a>> {
        let mut columns = Vec::new();
        let place = class_place(class);
        for base in self.interpreter.order(class).iter() {
            let Some(lent) = base.path().and_then(|path| super::outside::lends(path)) else { continue };
            for column in lent.iter().filter(|column| self.interpreter.find(class, column.name).is_none()) {
                let mut draft = ColumnDraft::new(column.name.into(), place);
                draft.attribute = Some(column.name.into());
                draft.ty = ColumnType::Known(Type {
                    spelling: column.normal.sql(None).into(),
                    normal: column.normal.clone(),
                    variants: Vec::new(),
                });
                draft.nullable = Known::Yes(false);
                draft.items.extend(column.target.map(|target| foreign_key(target, place)));
                columns.push(draft);
            }
        }
        columns
    }

    /// Returns bases that may add columns which are not known.
    pub fn foreign_bases(&self, class: &Rc<Class<'a>>) -> Vec<String> {
        let order = self.interpreter.order(class);
        let bases = order.iter().filter_map(|base| match base {
            Value::External(path) if super::outside::lends(path).is_some() => None,
            Value::External(path) if !super::outside::adds_nothing(path) => Some(path.to_string()),
            Value::Unknown(reason) | Value::Spread(reason) => Some(reason.to_string()),
            _ => None,
        });
        bases.collect()
    }
}

/// Returns the call that makes a foreign key to a column.
fn foreign_key<'a>(target: &str, place: Place) -> Rc<Object<'a>> {
    Rc::new(Object {
        callee: Value::external("sqlalchemy.ForeignKey"),
        arguments: vec![Value::text(target)],
        keywords: Vec::new(),
        open: false,
        place,
        condition: None,
        attributes: std::cell::RefCell::default(),
    })
}

/// Returns whether the annotation of an entry is `Mapped[...]`, by its looks.
pub fn is_mapped(entry: &Entry<'_>) -> bool {
    use ruff_python_ast::Expr;
    let name = |expression: &Expr| match expression {
        Expr::Name(name) => name.id.contains("Mapped"),
        Expr::Attribute(attribute) => attribute.attr.contains("Mapped"),
        _ => false,
    };
    match entry.annotation {
        Some(Expr::Subscript(subscript)) => name(&subscript.value),
        Some(Expr::StringLiteral(string)) => string.value.to_str().contains("Mapped["),
        _ => false,
    }
}
