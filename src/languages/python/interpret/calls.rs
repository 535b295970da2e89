//! Calls: what they yield.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::ExprCall;
use ruff_text_size::Ranged;

use super::Interpreter;
use super::frame::{Frame, FrameKind};
use super::host::Call;
use super::value::{Object, Place, Value};

/// Arguments by name.
pub type Keywords<'a> = Vec<(Arc<str>, Value<'a>)>;

/// The name under which a `**` of something unknown travels among keywords.
pub const OPEN: &str = "**";

impl<'a> Interpreter<'_, 'a> {
    pub(super) fn call_expression(&self, call: &'a ExprCall, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let (callee, arguments, keywords) = self.call_parts(call, frame);
        self.call_value(&callee, arguments, keywords, Self::place(frame, call.range()))
    }

    /// Returns what is called, and with what.
    pub(super) fn call_parts(
        &self,
        call: &'a ExprCall,
        frame: &Rc<Frame<'a>>,
    ) -> (Value<'a>, Vec<Value<'a>>, Keywords<'a>) {
        let callee = self.evaluate(&call.func, frame);
        let mut arguments = self.elements(&call.arguments.args, frame);
        let mut keywords: Keywords<'a> = Vec::new();
        for keyword in &call.arguments.keywords {
            let value = self.evaluate(&keyword.value, frame);
            match &keyword.arg {
                Some(name) => keywords.push((name.as_str().into(), value)),
                None => match &value {
                    Value::Dict(entries) => {
                        for (key, value) in entries.borrow().iter() {
                            match key.as_text() {
                                Some(name) => keywords.push((name, value.clone())),
                                None => keywords.push((OPEN.into(), Value::unknown("a computed keyword"))),
                            }
                        }
                    }
                    _ => keywords.push((OPEN.into(), value)),
                },
            }
        }
        if callee.is("builtins.super") && arguments.is_empty() {
            arguments = Self::this(frame).unwrap_or_default();
        }
        (callee, arguments, keywords)
    }

    /// Returns class and first argument of the method that a frame is in.
    fn this(frame: &Rc<Frame<'a>>) -> Option<Vec<Value<'a>>> {
        let mut next = Some(frame);
        while let Some(frame) = next {
            if let FrameKind::Method(class, this) = &frame.kind {
                return Some(vec![Value::Class(class.clone()), this.clone()]);
            }
            next = frame.parent.as_ref();
        }
        None
    }

    /// Returns what a call yields that is not followed: what the host says, else an object.
    fn unfollowed(
        &self,
        callee: &Value<'a>,
        arguments: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        place: Place,
    ) -> Value<'a> {
        let call = Call { callee, arguments: &arguments, keywords: &keywords, place };
        if let Some(value) = self.host.and_then(|host| host.call(self, &call)) {
            return value;
        }
        match callee {
            Value::Unknown(reason) | Value::Spread(reason) => Value::Unknown(reason.clone()),
            Value::External(_) | Value::Attribute(_) | Value::Object(_) => {
                self.object(callee, arguments, keywords, place)
            }
            _ => Value::unknown(format!("`{}` is computed", self.short(place))),
        }
    }

    /// Returns what a call yields.
    pub fn call_value(
        &self,
        callee: &Value<'a>,
        arguments: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        place: Place,
    ) -> Value<'a> {
        match callee {
            Value::External(path) => match self.call_outside(path, &arguments, &keywords, place) {
                Some(value) => value,
                None => self.unfollowed(callee, arguments, keywords, place),
            },
            Value::Class(class) => {
                if self.is_enum(class)
                    && let [value] = arguments.as_slice()
                    && let Some(members) = self.members(class)
                {
                    let member = members.all.into_iter().find(|(_, member)| member.value.equal(value) == Some(true));
                    return match member {
                        Some((_, member)) => Value::Member(member),
                        None => Value::unknown(format!("no member of `{}`", class.name)),
                    };
                }
                self.instance(class, arguments, keywords, place)
            }
            Value::Function(function) => self.call_function(function, arguments, keywords, place),
            Value::Method(method) => {
                let mut all = vec![method.0.clone()];
                all.extend(arguments);
                self.call_function(&method.1, all, keywords, place)
            }
            Value::Subscript(subscript) => self.call_value(&subscript.0, arguments, keywords, place),
            Value::Object(object) if object.calls(&["functools.partial"]) => {
                let Some((function, first)) = object.arguments.split_first() else {
                    return Value::unknown("`partial` of nothing");
                };
                let mut all = first.to_vec();
                all.extend(arguments);
                let mut named = object.keywords.clone();
                named.retain(|(name, _)| !keywords.iter().any(|(own, _)| own == name));
                named.extend(keywords);
                self.call_value(function, all, named, place)
            }
            Value::Attribute(attribute) => {
                if let Some(value) = self.call_method(attribute, &arguments, &keywords) {
                    return value;
                }
                self.unfollowed(callee, arguments, keywords, place)
            }
            Value::Object(instance) => match &instance.callee {
                Value::Class(class) => match self.find(class, "__call__").and_then(|(_, entry)| entry.value) {
                    Some(Value::Function(function)) => {
                        let mut all = vec![callee.clone()];
                        all.extend(arguments);
                        self.call_function(&function, all, keywords, place)
                    }
                    _ => self.unfollowed(callee, arguments, keywords, place),
                },
                _ => self.unfollowed(callee, arguments, keywords, place),
            },
            _ => self.unfollowed(callee, arguments, keywords, place),
        }
    }

    /// Returns an object for a call that is not followed.
    pub(super) fn object(
        &self,
        callee: &Value<'a>,
        arguments: Vec<Value<'a>>,
        mut keywords: Keywords<'a>,
        place: Place,
    ) -> Value<'a> {
        let open = keywords.iter().any(|(name, _)| &**name == OPEN);
        keywords.retain(|(name, _)| &**name != OPEN);
        let object = Rc::new(Object {
            callee: callee.clone(),
            arguments,
            keywords,
            open,
            place,
            // A host tells conditions by itself.
            condition: if self.host.is_some() { None } else { self.condition() },
            attributes: RefCell::default(),
        });
        self.keep_object(&object);
        Value::Object(object)
    }

    /// Returns an instance of a class of the project. Its constructor is run only where a host wants to see what happens.
    fn instance(
        &self,
        class: &Rc<super::value::Class<'a>>,
        arguments: Vec<Value<'a>>,
        keywords: Keywords<'a>,
        place: Place,
    ) -> Value<'a> {
        let instance = self.object(&Value::Class(class.clone()), arguments.clone(), keywords.clone(), place);
        if self.host.is_some()
            && class.decorators.iter().any(|decorator| decorator.is("dataclasses.dataclass"))
            && let Value::Object(object) = &instance
        {
            self.set_fields(class, object, &arguments, &keywords);
            return instance;
        }
        if self.host.is_some()
            && self.order(class).iter().all(|base| matches!(base, Value::Class(_)) || base.is("builtins.object"))
            && let Some((_, entry)) = self.find(class, "__init__")
            && let Some(Value::Function(init)) = entry.value
        {
            let mut all = vec![instance.clone()];
            all.extend(arguments);
            let _ = self.call_function(&init, all, keywords, place);
        }
        instance
    }

    /// Sets the fields of a dataclass, as its constructor does.
    fn set_fields(
        &self,
        class: &Rc<super::value::Class<'a>>,
        instance: &Rc<Object<'a>>,
        arguments: &[Value<'a>],
        keywords: &Keywords<'a>,
    ) {
        let mut fields: Vec<super::value::Entry<'a>> = Vec::new();
        for base in self.order(class).iter().rev() {
            let Value::Class(base) = base else { continue };
            for entry in base.entries.borrow().iter().filter(|entry| entry.annotation.is_some()) {
                match fields.iter_mut().find(|own| own.name == entry.name) {
                    Some(own) => *own = entry.clone(),
                    None => fields.push(entry.clone()),
                }
            }
        }
        for (position, field) in fields.iter().enumerate() {
            let named = keywords.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
            // What `field(...)` makes is left open.
            let default = field.value.clone().filter(|value| !matches!(value, Value::Object(_)));
            let value = arguments.get(position).cloned().or(named).or(default);
            let value = value.unwrap_or_else(|| Value::unknown(format!("the field `{}`", field.name)));
            instance.attributes.borrow_mut().push((field.name.clone(), value));
        }
    }
}
