//! Types that the project defines: `TypeDecorator`, `UserDefinedType`, subclasses of SQLAlchemy's types.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Reason, Shape, Types};
use crate::languages::python::interpret::{Class, Object, Place, Value};
use crate::model::schema::{Dialect, Normal};

impl<'a> Types<'_, 'a> {
    /// Returns what a class of the project, or an instance of it, is as a type.
    pub(super) fn class(&self, class: &Rc<Class<'a>>, value: &Value<'a>) -> Result<Shape, Reason> {
        let place = super::super::class_place(class);
        let instance = match value {
            Value::Object(object) => object.clone(),
            _ => Rc::new(bare(Value::Class(class.clone()), place)),
        };
        if instance.open {
            return Err("arguments of the type are computed".into());
        }
        let order = self.interpreter.order(class);
        if order.iter().any(|base| base.is("sqlalchemy.UserDefinedType")) {
            return self.user_defined(class, &instance, place);
        }
        if order.iter().any(|base| base.is("sqlalchemy.TypeDecorator")) {
            return self.decorator(class, &instance, place);
        }
        let inner = self.constructed(class, &instance, place)?;
        for base in order.iter() {
            if let Value::External(path) = base {
                let with = Object { callee: base.clone(), ..inner };
                return self.outside(path, Some(&with));
            }
        }
        Err(format!("the class `{}` is no type that is known", class.name).into())
    }

    /// Returns the arguments that the constructor of a class passes on to the one outside the project.
    fn constructed(
        &self,
        class: &Rc<Class<'a>>,
        instance: &Rc<Object<'a>>,
        place: Place,
    ) -> Result<Object<'a>, Reason> {
        let Some((_, entry)) = self.interpreter.find(class, "__init__") else {
            let arguments = instance.arguments.clone();
            return Ok(Object { arguments, keywords: instance.keywords.clone(), ..bare(Value::None, place) });
        };
        let Some(Value::Function(init)) = entry.value else { return Err("the constructor is computed".into()) };
        let mut arguments = vec![Value::Object(instance.clone())];
        arguments.extend(instance.arguments.iter().cloned());
        let calls = self.interpreter.super_calls(&init, "__init__", arguments, instance.keywords.clone(), place);
        match calls.as_slice() {
            [call] if !call.open && call.condition.is_none() => Ok(Object {
                arguments: call.arguments.clone(),
                keywords: call.keywords.clone(),
                ..bare(Value::None, place)
            }),
            _ => Err(format!("what the constructor of `{}` does is not known", class.name).into()),
        }
    }

    fn decorator(&self, class: &Rc<Class<'a>>, instance: &Rc<Object<'a>>, place: Place) -> Result<Shape, Reason> {
        // The constructor may set `self.impl`, `self.length`.
        let passed = self.constructed(class, instance, place);
        let own = self.interpreter.attribute(&Value::Object(instance.clone()), "impl");
        let own = match own {
            Value::Attribute(_) => self.interpreter.class_value(class, "impl").ok_or("a decorator without `impl`")?,
            value => value,
        };
        let base = match &own {
            // An instance is taken as it is, a class is called with the decorator's arguments.
            Value::Object(_) => self.shape(&own),
            callee => passed
                .and_then(|passed| self.shape(&Value::Object(Rc::new(Object { callee: callee.clone(), ..passed })))),
        };
        let Some((_, entry)) = self.interpreter.find(class, "load_dialect_impl") else { return base };
        let Some(Value::Function(load)) = entry.value else { return Err("`load_dialect_impl` is computed".into()) };
        let on = |dialect: Dialect| -> Result<Normal, Reason> {
            let described = bare(Value::external("sqlalchemy.engine.Dialect"), place);
            described.attributes.borrow_mut().push(("name".into(), Value::text(dialect.name())));
            let arguments = vec![Value::Object(instance.clone()), Value::Object(Rc::new(described))];
            let value = self.interpreter.call_function(&load, arguments, Vec::new(), entry.place);
            let shape = if is_own(&value) { base.clone()? } else { self.shape(&value)? };
            Ok(shape.on(dialect).clone())
        };
        let mut shape = match &base {
            Ok(base) => Shape::plain(base.normal.clone()),
            Err(_) => Shape::plain(on(Dialect::Sqlite)?),
        };
        for dialect in Dialect::ALL {
            shape.set(*dialect, on(*dialect)?);
        }
        // The same everywhere: no variant, but the type itself.
        if let [(_, one), (_, two), (_, three)] = shape.variants.as_slice()
            && one == two
            && two == three
        {
            return Ok(Shape::plain(one.clone()));
        }
        Ok(shape)
    }

    fn user_defined(&self, class: &Rc<Class<'a>>, instance: &Rc<Object<'a>>, place: Place) -> Result<Shape, Reason> {
        // The constructor may keep what the words are made from.
        let _ = self.constructed(class, instance, place);
        let Some((_, entry)) = self.interpreter.find(class, "get_col_spec") else {
            return Err(format!("`{}` does not say what it is in SQL", class.name).into());
        };
        let Some(Value::Function(function)) = entry.value else { return Err("`get_col_spec` is computed".into()) };
        let value =
            self.interpreter.call_function(&function, vec![Value::Object(instance.clone())], Vec::new(), entry.place);
        let text = value.as_text().ok_or("`get_col_spec` is computed")?;
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Ok(Shape::plain(Normal::Other(words.into())))
    }
}

/// Returns whether `load_dialect_impl` hands on to the decorator's own type.
fn is_own(value: &Value<'_>) -> bool {
    match value {
        Value::Attribute(attribute) => matches!(&*attribute.name, "impl_instance" | "impl"),
        Value::Object(object) => match &object.callee {
            Value::Attribute(attribute) if &*attribute.name == "type_descriptor" => {
                object.arguments.first().is_some_and(is_own)
            }
            Value::Attribute(attribute) => &*attribute.name == "load_dialect_impl",
            _ => false,
        },
        _ => false,
    }
}

fn bare(callee: Value<'_>, place: Place) -> Object<'_> {
    Object {
        callee,
        arguments: Vec::new(),
        keywords: Vec::new(),
        open: false,
        place,
        condition: None,
        attributes: RefCell::default(),
    }
}
