//! Python enums: members, their names and values.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::value::{Class, Member, Object, Value};

/// Classes of enums outside the project; a subclass of one is an enum.
const ENUMS: &[&str] = &["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"];

/// The members of an enum in order, aliases included.
pub struct Members<'a> {
    pub all: Vec<(Arc<str>, Rc<Member<'a>>)>,
}

impl<'a> Members<'a> {
    /// Returns what a loop over the enum sees: members without their aliases.
    pub fn listed(&self) -> Vec<Rc<Member<'a>>> {
        self.all.iter().filter(|(name, member)| *name == member.name).map(|(_, member)| member.clone()).collect()
    }
}

impl<'a> Interpreter<'_, 'a> {
    /// Returns whether a class is an enum.
    pub fn is_enum(&self, class: &Rc<Class<'a>>) -> bool {
        self.derives(class, is_enum_base)
    }

    fn is_string_enum(&self, class: &Rc<Class<'a>>) -> bool {
        self.derives(class, |base| {
            base.is("builtins.str") || base.path().is_some_and(|path| path.rsplit('.').next() == Some("StrEnum"))
        })
    }

    /// Returns the members of an enum; `None` if the class is none or they cannot be known.
    pub fn members(&self, class: &Rc<Class<'a>>) -> Option<Members<'a>> {
        if !self.is_enum(class) {
            return None;
        }
        let mut members = Members { all: Vec::new() };
        // Only an enum without members can have subclasses: those of the bases are none.
        let mut values: Vec<Value<'a>> = Vec::new();
        for entry in class.entries.borrow().iter() {
            let Some(value) = &entry.value else { continue };
            let name = &entry.name;
            let ignored = name.starts_with("__") || name.starts_with('_') && name.ends_with('_');
            if ignored || matches!(value, Value::Function(_) | Value::Class(_)) {
                continue;
            }
            if entry.condition.is_some() || matches!(value, Value::Spread(_)) {
                return None;
            }
            if let Value::Object(object) = value
                && object.callee.path().is_some_and(|path| path.ends_with(".nonmember") || path.ends_with("property"))
            {
                continue;
            }
            let value = match value {
                Value::Object(object) if object.callee.path().is_some_and(|path| path.ends_with("enum.auto")) => {
                    self.automatic(class, name, &values)
                }
                Value::Object(object) if object.callee.path().is_some_and(|path| path.ends_with("enum.member")) => {
                    object.arguments.first().cloned().unwrap_or(Value::None)
                }
                value => self.own_value(class, value),
            };
            let twin = members.all.iter().find(|(_, member)| member.value.equal(&value) == Some(true));
            let member = match twin {
                Some((_, member)) => member.clone(),
                None => Rc::new(Member { class: class.clone(), name: name.clone(), value: value.clone() }),
            };
            values.push(value);
            members.all.push((name.clone(), member));
        }
        Some(members)
    }

    /// Returns the value that `__new__` gives to a member, where it is not what the body says.
    fn own_value(&self, class: &Rc<Class<'a>>, value: &Value<'a>) -> Value<'a> {
        match value {
            Value::Tuple(_) if self.find(class, "__new__").is_some() => Value::unknown("`__new__` computes the value"),
            // `str.__new__` takes the first of several.
            Value::Tuple(parts) if self.is_string_enum(class) && parts.len() == 1 => parts[0].clone(),
            other => other.clone(),
        }
    }

    fn automatic(&self, class: &Rc<Class<'a>>, name: &Arc<str>, before: &[Value<'a>]) -> Value<'a> {
        if let Some((_, entry)) = self.find(class, "_generate_next_value_") {
            let Some(Value::Function(function)) = entry.value else {
                return Value::unknown("`_generate_next_value_` computes the value");
            };
            let count = i64::try_from(before.len()).unwrap_or(i64::MAX);
            let arguments =
                vec![Value::Text(name.clone()), Value::Int(1), Value::Int(count), Value::list(before.to_vec())];
            return self.call_function(&function, arguments, Vec::new(), entry.place);
        }
        let strings =
            self.derives(class, |base| base.path().is_some_and(|path| path.rsplit('.').next() == Some("StrEnum")));
        if strings {
            return Value::text(name.to_lowercase());
        }
        let last = before.iter().filter_map(Value::as_int).max().unwrap_or(0);
        if self.derives(class, |base| base.is("enum.Flag") || base.is("enum.IntFlag")) {
            return Value::Int(if last == 0 { 1 } else { last.saturating_mul(2) });
        }
        Value::Int(last.saturating_add(1))
    }

    /// Returns an enum member by its name.
    pub(super) fn member_named(&self, class: &Rc<Class<'a>>, name: &str) -> Option<Value<'a>> {
        let members = self.members(class)?;
        members.all.into_iter().find(|(own, _)| &**own == name).map(|(_, member)| Value::Member(member))
    }

    /// Returns what `str()` makes of a member.
    pub(super) fn member_text(&self, member: &Rc<Member<'a>>) -> Option<Arc<str>> {
        let strings = self.derives(&member.class, |base| {
            base.path().is_some_and(|path| matches!(path.rsplit('.').next(), Some("StrEnum" | "IntEnum")))
        });
        if let Some((_, entry)) = self.find(&member.class, "__str__") {
            let Some(Value::Function(function)) = entry.value else { return None };
            let value = self.call_function(&function, vec![Value::Member(member.clone())], Vec::new(), entry.place);
            return value.as_text();
        }
        if strings {
            self.as_string(&member.value)
        } else {
            Some(format!("{}.{}", member.class.name, member.name).into())
        }
    }

    /// Returns names and values of an enum that a call makes: `Enum("Color", "RED GREEN")`.
    pub fn functional_members(&self, object: &Object<'a>) -> Option<Vec<(Arc<str>, Value<'a>)>> {
        if !is_enum_base(&object.callee) {
            return None;
        }
        let strings = object.callee.path().is_some_and(|path| path.ends_with("StrEnum"))
            || object.keyword("type").is_some_and(|ty| ty.is("builtins.str"));
        let numbered = |position: usize, name: &str| {
            if strings && object.callee.path().is_some_and(|path| path.ends_with("StrEnum")) {
                Value::text(name.to_lowercase())
            } else {
                Value::Int(i64::try_from(position + 1).unwrap_or(i64::MAX))
            }
        };
        match object.argument(1, "names")? {
            Value::Text(names) => {
                let names = names.replace(',', " ");
                let names = names.split_whitespace().enumerate();
                Some(names.map(|(position, name)| (name.into(), numbered(position, name))).collect())
            }
            Value::Dict(entries) => {
                entries.borrow().iter().map(|(name, value)| Some((name.as_text()?, value.clone()))).collect()
            }
            names => {
                let names = names.elements()?;
                names
                    .iter()
                    .enumerate()
                    .map(|(position, name)| match name {
                        Value::Tuple(pair) if pair.len() == 2 => Some((pair[0].as_text()?, pair[1].clone())),
                        name => name.as_text().map(|name| (name.clone(), numbered(position, &name))),
                    })
                    .collect()
            }
        }
    }
}

/// Returns whether a thing outside the project is a class of enums.
pub fn is_enum_base(value: &Value<'_>) -> bool {
    value.path().is_some_and(|path| {
        let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
        ENUMS.contains(&name) && !module.starts_with("sqlalchemy")
            || name.ends_with("StrEnum") && !module.starts_with("sqlalchemy")
    })
}
