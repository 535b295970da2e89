//! Calls of functions that Python brings, and methods of its plain values.

use std::sync::Arc;

use super::Interpreter;
use super::calls::Keywords;
use super::operators::{holds, kept};
use super::value::{Attribute, Place, Value};
use super::{patterns, text};

impl<'a> Interpreter<'_, 'a> {
    /// Returns what a call to something outside the project yields, if that can be told.
    pub(super) fn call_outside(
        &self,
        path: &Arc<str>,
        arguments: &[Value<'a>],
        keywords: &Keywords<'a>,
        place: Place,
    ) -> Option<Value<'a>> {
        let first = arguments.first();
        match &**path {
            "builtins.str" => self.as_string(first?).map(Value::Text),
            "builtins.int" => match first? {
                Value::Text(text) => text.trim().parse().ok().map(Value::Int),
                Value::Int(number) => Some(Value::Int(*number)),
                Value::Member(member) => member.value.as_int().map(Value::Int),
                _ => None,
            },
            "builtins.bool" => self.truth(first?).map(Value::Bool),
            "builtins.len" => {
                let items = self.iterate(first?)?;
                let known = !items.iter().any(|item| matches!(item, Value::Spread(_)));
                known.then(|| i64::try_from(items.len()).ok().map(Value::Int)).flatten()
            }
            "builtins.tuple" => match first {
                None => Some(Value::Tuple([].into())),
                Some(value) => self.iterate(value).map(|items| Value::Tuple(items.into())),
            },
            "builtins.list" | "builtins.set" | "builtins.frozenset" => match first {
                None => Some(Value::list(Vec::new())),
                Some(value) => self.iterate(value).map(Value::list),
            },
            "builtins.reversed" => {
                let mut items = self.iterate(first?)?;
                items.reverse();
                Some(Value::list(items))
            }
            "builtins.sorted" => {
                if !keywords.is_empty() {
                    return None;
                }
                let mut texts: Vec<Arc<str>> =
                    self.iterate(first?)?.iter().map(Value::as_text).collect::<Option<_>>()?;
                texts.sort();
                Some(Value::list(texts.into_iter().map(Value::Text).collect()))
            }
            "builtins.dict" => {
                let mut entries = match first {
                    None => Vec::new(),
                    Some(Value::Dict(entries)) => entries.borrow().clone(),
                    Some(pairs) => self
                        .iterate(pairs)?
                        .iter()
                        .map(|pair| match pair {
                            Value::Tuple(pair) if pair.len() == 2 => Some((pair[0].clone(), pair[1].clone())),
                            _ => None,
                        })
                        .collect::<Option<_>>()?,
                };
                for (name, value) in keywords {
                    if &**name == super::calls::OPEN {
                        entries.push((Value::Spread("computed keywords".into()), value.clone()));
                    } else {
                        entries.push((Value::Text(name.clone()), value.clone()));
                    }
                }
                Some(Value::dict(entries))
            }
            "builtins.range" => {
                let number = |position: usize| arguments.get(position).and_then(Value::as_int);
                let (from, to) = match arguments.len() {
                    1 => (0, number(0)?),
                    2 => (number(0)?, number(1)?),
                    _ => return None,
                };
                (to - from < 10_000).then(|| Value::list((from..to).map(Value::Int).collect()))
            }
            "builtins.enumerate" => {
                let start = arguments.get(1).or_else(|| keywords.first().map(|(_, value)| value));
                let start = start.map_or(Some(0), Value::as_int)?;
                let items = self.iterate(first?)?.into_iter().zip(start..);
                Some(Value::list(items.map(|(item, at)| Value::Tuple([Value::Int(at), item].into())).collect()))
            }
            "builtins.zip" => {
                let lists = arguments.iter().map(|list| self.iterate(list)).collect::<Option<Vec<_>>>()?;
                let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
                let rows = (0..shortest).map(|at| Value::Tuple(lists.iter().map(|list| list[at].clone()).collect()));
                Some(Value::list(rows.collect()))
            }
            "builtins.map" => {
                let items = self.iterate(arguments.get(1)?)?;
                let call = |item| self.call_value(&arguments[0], vec![item], Vec::new(), place);
                Some(Value::list(items.into_iter().map(call).collect()))
            }
            "builtins.max" | "builtins.min" => {
                let items = if arguments.len() == 1 { self.iterate(first?)? } else { arguments.to_vec() };
                let numbers = items.iter().map(Value::as_int).collect::<Option<Vec<_>>>()?;
                let chosen = if path.ends_with("max") { numbers.into_iter().max() } else { numbers.into_iter().min() };
                chosen.map(Value::Int)
            }
            "builtins.sum" => {
                let items = self.iterate(first?)?;
                items.iter().map(Value::as_int).try_fold(0_i64, |sum, item| sum.checked_add(item?)).map(Value::Int)
            }
            "builtins.getattr" => {
                let name = arguments.get(1)?.as_text()?;
                match self.attribute(first?, &name) {
                    Value::Unknown(_) | Value::Attribute(_) if arguments.len() > 2 => None,
                    value => Some(value),
                }
            }
            "builtins.setattr" => {
                let name = arguments.get(1)?.as_text()?;
                self.set_attribute(first?, &name, arguments.get(2)?.clone(), place);
                Some(Value::None)
            }
            "builtins.hasattr" => match (first?, arguments.get(1)?.as_text()?) {
                (Value::Class(class), name) => match self.find(class, &name) {
                    Some(_) => Some(Value::Bool(true)),
                    None => {
                        let known = self.order(class).iter().all(|base| {
                            matches!(base, Value::Class(_))
                                || base.is("builtins.object")
                                || base.is("sqlalchemy.orm.DeclarativeBase")
                        });
                        known.then_some(Value::Bool(false))
                    }
                },
                _ => None,
            },
            "builtins.issubclass" => match (first?, arguments.get(1)?) {
                (Value::Class(class), other @ (Value::Class(_) | Value::External(_))) => {
                    Some(Value::Bool(self.derives(class, |base| base.same(other))))
                }
                _ => None,
            },
            "builtins.isinstance" => match (first?, arguments.get(1)?) {
                (Value::Text(_), other) if other.path().is_some() => Some(Value::Bool(other.is("builtins.str"))),
                (Value::None, other) if other.path().is_some() => Some(Value::Bool(false)),
                (Value::Object(object), other) => match (&object.callee, other) {
                    (Value::Class(class), other) => Some(Value::Bool(self.derives(class, |base| base.same(other)))),
                    _ => None,
                },
                _ => None,
            },
            "builtins.type" => match arguments {
                [Value::Object(object)] => matches!(object.callee, Value::Class(_)).then(|| object.callee.clone()),
                [Value::Member(member)] => Some(Value::Class(member.class.clone())),
                _ => None,
            },
            "builtins.any" | "builtins.all" => {
                let items = self.iterate(first?)?;
                let stops = path.ends_with("any");
                let mut truths = items.iter().map(Value::truth);
                if truths.clone().any(|truth| truth == Some(stops)) {
                    return Some(Value::Bool(stops));
                }
                truths.all(|truth| truth.is_some()).then_some(Value::Bool(!stops))
            }
            "importlib.import_module" => {
                let name = first?.as_text()?;
                self.project.find(place.file, 0, &name).map(Value::Module)
            }
            "builtins.iter" => self.iterate(first?).map(Value::list),
            "builtins.next" => match self.iterate(first?)?.first() {
                Some(Value::Spread(reason)) => Some(Value::Unknown(reason.clone())),
                Some(item) => Some(item.clone()),
                None => arguments.get(1).cloned(),
            },
            "builtins.filter" => {
                let items = self.iterate(arguments.get(1)?)?;
                let keep = |item: Value<'a>| {
                    if matches!(item, Value::Spread(_)) {
                        return Some(item);
                    }
                    let kept = match first {
                        Some(Value::None) | None => item.truth(),
                        Some(test) => self.call_value(test, vec![item.clone()], Vec::new(), place).truth(),
                    };
                    match kept {
                        Some(kept) => kept.then_some(item),
                        None => Some(Value::Spread("elements are chosen by a condition that is computed".into())),
                    }
                };
                Some(Value::list(items.into_iter().filter_map(keep).collect()))
            }
            "typing.cast" | "typing_extensions.cast" => arguments.get(1).cloned(),
            "copy.copy" | "copy.deepcopy" | "typing.final" => first.cloned(),
            "typing.NewType" => arguments.get(1).cloned(),
            "re.sub" => {
                let [pattern, replacement, subject] = [0, 1, 2].map(|at| arguments.get(at).and_then(Value::as_text));
                patterns::substitute(&pattern?, &replacement?, &subject?).map(Value::text)
            }
            "inflection.underscore" | "stringcase.snakecase" | "humps.decamelize" => {
                Some(Value::text(patterns::underscore(&first?.as_text()?)))
            }
            "os.path.join" | "textwrap.dedent" => None,
            _ => None,
        }
    }

    /// Returns what a method of a plain value yields, if that can be told; some change the value.
    pub(super) fn call_method(
        &self,
        attribute: &Attribute<'a>,
        arguments: &[Value<'a>],
        keywords: &Keywords<'a>,
    ) -> Option<Value<'a>> {
        let first = arguments.first();
        match &attribute.of {
            // `re.compile(...).sub(...)`.
            Value::Object(object) if object.calls(&["re.compile"]) && &*attribute.name == "sub" => {
                let pattern = object.arguments.first()?.as_text()?;
                if object.arguments.len() > 1 || !object.keywords.is_empty() {
                    return None;
                }
                let (replacement, subject) = (first?.as_text()?, arguments.get(1)?.as_text()?);
                patterns::substitute(&pattern, &replacement, &subject).map(Value::text)
            }
            Value::Text(of) => {
                text::method(of, &attribute.name, arguments, keywords, &|value| self.as_string(value), &|value| {
                    self.iterate(value)
                })
            }
            Value::Member(member) if member.value.as_text().is_some() => {
                let of = member.value.as_text()?;
                text::method(&of, &attribute.name, arguments, keywords, &|value| self.as_string(value), &|value| {
                    self.iterate(value)
                })
            }
            Value::List(list) => {
                // Under a condition nobody knows whether it happens.
                let condition = self.condition();
                let given = |value: &Value<'a>| match &condition {
                    Some(reason) => Value::Spread(reason.clone()),
                    None => value.clone(),
                };
                match &*attribute.name {
                    "append" | "add" => list.borrow_mut().push(given(first?)),
                    "insert" => {
                        let at = usize::try_from(first?.as_int()?).ok()?;
                        let mut list = list.borrow_mut();
                        let at = at.min(list.len());
                        list.insert(at, given(arguments.get(1)?));
                    }
                    "extend" | "update" => match self.iterate(first?) {
                        Some(items) => {
                            let items: Vec<_> = items.iter().map(given).collect();
                            list.borrow_mut().extend(items);
                        }
                        None => list.borrow_mut().push(Value::Spread("computed elements".into())),
                    },
                    "copy" => return Some(Value::list(list.borrow().clone())),
                    "difference" | "intersection" => {
                        let other = self.iterate(first?)?;
                        let wanted = &*attribute.name == "intersection";
                        let list = list.borrow();
                        return Some(Value::list(list.iter().filter_map(|item| kept(item, &other, wanted)).collect()));
                    }
                    "issubset" | "issuperset" | "isdisjoint" => {
                        let other = self.iterate(first?)?;
                        let list = list.borrow();
                        let (inner, outer) = match &*attribute.name {
                            "issuperset" => (&other, &*list),
                            _ => (&*list, &other),
                        };
                        let wanted = &*attribute.name != "isdisjoint";
                        let mut all = Some(true);
                        for item in inner {
                            match if matches!(item, Value::Spread(_)) { None } else { holds(outer, item) } {
                                Some(held) if held != wanted => return Some(Value::Bool(false)),
                                Some(_) => {}
                                None => all = None,
                            }
                        }
                        return all.map(Value::Bool);
                    }
                    "remove" | "discard" if condition.is_none() => {
                        let item = first?;
                        let mut list = list.borrow_mut();
                        match holds(&list, item) {
                            Some(true) => {
                                let at = list.iter().position(|own| own.equal(item) == Some(true))?;
                                list.remove(at);
                            }
                            Some(false) => {}
                            None => list.push(Value::Spread("an element may have been removed".into())),
                        }
                    }
                    "union" => {
                        let mut all = list.borrow().clone();
                        all.extend(self.iterate(first?)?);
                        return Some(Value::list(all));
                    }
                    _ => return None,
                }
                Some(Value::None)
            }
            Value::Dict(entries) => {
                let pair = |(key, value): &(Value<'a>, Value<'a>)| Value::Tuple([key.clone(), value.clone()].into());
                match &*attribute.name {
                    "items" => Some(Value::list(entries.borrow().iter().map(pair).collect())),
                    "keys" => Some(Value::list(entries.borrow().iter().map(|(key, _)| key.clone()).collect())),
                    "values" => Some(Value::list(entries.borrow().iter().map(|(_, value)| value.clone()).collect())),
                    "copy" => Some(Value::dict(entries.borrow().clone())),
                    "get" | "pop" | "setdefault" => {
                        let key = first?;
                        let at = entries.borrow().iter().position(|(own, _)| own.equal(key) == Some(true));
                        match at {
                            Some(at) if &*attribute.name == "pop" => Some(entries.borrow_mut().remove(at).1),
                            Some(at) => Some(entries.borrow()[at].1.clone()),
                            None if entries.borrow().iter().any(|(own, _)| own.equal(key).is_none()) => None,
                            None => {
                                let default = arguments.get(1).cloned().unwrap_or(Value::None);
                                if &*attribute.name == "setdefault" {
                                    entries.borrow_mut().push((key.clone(), default.clone()));
                                }
                                Some(default)
                            }
                        }
                    }
                    "update" => {
                        if let Some(Value::Dict(other)) = first {
                            let other = other.borrow().clone();
                            entries.borrow_mut().extend(other);
                        }
                        let named = keywords.iter().map(|(name, value)| (Value::Text(name.clone()), value.clone()));
                        entries.borrow_mut().extend(named);
                        Some(Value::None)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
