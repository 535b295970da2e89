//! Classes: the order in which Python looks through bases, and what it finds there.

use std::rc::Rc;

use super::Interpreter;
use super::value::{Class, Entry, Value};

impl<'a> Interpreter<'_, 'a> {
    /// Returns a class and its bases in the order in which Python looks names up. Bases outside the project are listed
    /// as they are; what is behind them is not known.
    pub fn order(&self, class: &Rc<Class<'a>>) -> Rc<[Value<'a>]> {
        if let Some(order) = &*class.order.borrow() {
            return order.clone();
        }
        let own = Value::Class(class.clone());
        let order = self.linear(own, &class.bases, 0).into();
        class.order.borrow_mut().get_or_insert(order).clone()
    }

    fn linear(&self, own: Value<'a>, bases: &[Value<'a>], depth: u32) -> Vec<Value<'a>> {
        if depth > 60 {
            return vec![own];
        }
        let mut lists: Vec<Vec<Value<'a>>> = bases.iter().map(|base| self.base_order(base, depth)).collect();
        lists.push(bases.iter().map(Self::as_base).collect());
        let mut order = vec![own];
        loop {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() {
                return order;
            }
            let free =
                |candidate: &Value<'a>| !lists.iter().any(|list| list[1..].iter().any(|other| other.same(candidate)));
            // Without a consistent order Python refuses the class; any order does then.
            let chosen = lists.iter().position(|list| free(&list[0])).unwrap_or(0);
            // Something unknown is not even the same as itself: it leaves its own list by its place.
            let next = lists[chosen].remove(0);
            for list in &mut lists {
                list.retain(|other| !other.same(&next));
            }
            order.push(next);
        }
    }

    fn base_order(&self, base: &Value<'a>, depth: u32) -> Vec<Value<'a>> {
        let base = Self::as_base(base);
        match &base {
            Value::Class(class) => match class.order.borrow().as_ref() {
                Some(order) => order.to_vec(),
                None => self.linear(base.clone(), &class.bases, depth + 1),
            },
            // `declarative_base(cls=Base)`, `SQLAlchemy(model_class=Base)`: the given class is behind it.
            Value::Object(object) => match object.keyword("cls") {
                Some(inner @ Value::Class(_)) => {
                    let mut order = vec![base.clone()];
                    order.extend(self.base_order(inner, depth + 1));
                    order
                }
                _ => vec![base],
            },
            Value::Attribute(attribute) if &*attribute.name == "Model" => {
                let inner = attribute.of.object().and_then(|object| object.keyword("model_class"));
                match inner {
                    Some(inner @ Value::Class(_)) => {
                        let mut order = vec![base.clone()];
                        order.extend(self.base_order(inner, depth + 1));
                        order
                    }
                    _ => vec![base],
                }
            }
            _ => vec![base],
        }
    }

    /// Returns the class behind a generic one: `Base[int]` is `Base`.
    fn as_base(base: &Value<'a>) -> Value<'a> {
        match base {
            Value::Subscript(subscript) => Self::as_base(&subscript.0),
            other => other.clone(),
        }
    }

    /// Returns whether a class is, or has among its bases, something that passes a test.
    pub fn derives(&self, class: &Rc<Class<'a>>, test: impl Fn(&Value<'a>) -> bool) -> bool {
        self.order(class).iter().any(test)
    }

    /// Returns whether a class has this thing outside the project among its bases.
    pub fn derives_from(&self, class: &Rc<Class<'a>>, path: &str) -> bool {
        self.derives(class, |base| base.is(path))
    }

    /// Returns what a class or its bases bind a name to, and the class that does.
    pub fn find(&self, class: &Rc<Class<'a>>, name: &str) -> Option<(Rc<Class<'a>>, Entry<'a>)> {
        self.order(class).iter().find_map(|base| match base {
            Value::Class(base) => base.own(name).map(|entry| (base.clone(), entry)),
            _ => None,
        })
    }

    /// Returns the value of a class attribute; a `declared_attr` is called for this class.
    pub fn class_value(&self, class: &Rc<Class<'a>>, name: &str) -> Option<Value<'a>> {
        let (_, entry) = self.find(class, name)?;
        self.entry_value(class, &entry)
    }

    /// Returns the value of an entry as it is for `class`; a `declared_attr` is called for it.
    pub fn entry_value(&self, class: &Rc<Class<'a>>, entry: &Entry<'a>) -> Option<Value<'a>> {
        match entry.value.clone()? {
            Value::Function(function) if function.is_declared_attr() => {
                let conditions = self.conditions.take();
                let value = self.call_function(&function, vec![Value::Class(class.clone())], Vec::new(), entry.place);
                self.conditions.replace(conditions);
                Some(value)
            }
            // `declared_attr(lambda cls: ...)`.
            Value::Object(object)
                if object.callee.path().is_some_and(|path| path.contains(".declared_attr"))
                    && object.arguments.len() == 1 =>
            {
                Some(self.call_value(&object.arguments[0], vec![Value::Class(class.clone())], Vec::new(), entry.place))
            }
            value => Some(value),
        }
    }
}
