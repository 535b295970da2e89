//! SQL text of expressions: defaults, conditions of checks and indexes.

use std::sync::Arc;

use super::{Draft, Reader};
use crate::languages::python::interpret::Value;

/// Expressions inside each other before the text is given up.
const DEEPEST: u32 = 40;

impl<'a> Reader<'_, 'a> {
    /// Returns the SQL text of a value; a plain string is a literal. `table`: where names of columns come from.
    pub fn sql(&self, value: &Value<'a>, table: Option<&Draft<'a>>) -> Option<String> {
        self.render(value, table, DEEPEST)
    }

    fn render(&self, value: &Value<'a>, table: Option<&Draft<'a>>, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let render = |value: &Value<'a>| self.render(value, table, depth);
        let all = |values: &[Value<'a>]| values.iter().map(render).collect::<Option<Vec<_>>>();
        Some(match value {
            Value::None => "NULL".into(),
            Value::Bool(true) => "true".into(),
            Value::Bool(false) => "false".into(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Text(text) => literal(text),
            Value::Member(member) => render(&member.value)?,
            Value::External(path) => match &**path {
                "sqlalchemy.true" => "true".into(),
                "sqlalchemy.false" => "false".into(),
                "sqlalchemy.null" => "NULL".into(),
                path => match path.strip_prefix("sqlalchemy.func.") {
                    Some(name) => format!("{name}()"),
                    None => return None,
                },
            },
            Value::Object(object) => match &object.callee {
                Value::External(path) => {
                    let name = path.strip_prefix("sqlalchemy.").unwrap_or(path);
                    match name {
                        "text" | "literal_column" | "TextClause" | "column" => {
                            object.arguments.first()?.as_text()?.to_string()
                        }
                        "true" | "false" => name.into(),
                        "null" => "NULL".into(),
                        "and_" => all(&object.arguments)?.join(" AND "),
                        "or_" => format!("({})", all(&object.arguments)?.join(" OR ")),
                        "not_" => format!("NOT {}", render(object.arguments.first()?)?),
                        "desc" => format!("{} DESC", render(object.arguments.first()?)?),
                        "asc" => format!("{} ASC", render(object.arguments.first()?)?),
                        "literal" | "bindparam" => render(object.arguments.first()?)?,
                        "cast" | "type_coerce" => {
                            let inner = render(object.arguments.first()?)?;
                            let ty = self.types.spelling(object.arguments.get(1)?).to_uppercase();
                            if name == "cast" { format!("CAST({inner} AS {ty})") } else { inner }
                        }
                        "Column" | "orm.mapped_column" => table?
                            .columns
                            .iter()
                            .find(|column| column.object.as_ref().is_some_and(|own| std::rc::Rc::ptr_eq(own, object)))?
                            .name
                            .to_string(),
                        _ => {
                            let function = name.strip_prefix("func.")?;
                            format!("{function}({})", all(&object.arguments)?.join(", "))
                        }
                    }
                }
                Value::Attribute(attribute) => {
                    let of = || render(&attribute.of);
                    let first = || render(object.arguments.first()?);
                    match &*attribute.name {
                        "is_" => format!("{} IS {}", of()?, first()?),
                        "is_not" | "isnot" => format!("{} IS NOT {}", of()?, first()?),
                        "in_" => format!("{} IN ({})", of()?, all(&object.arguments.first()?.elements()?)?.join(", ")),
                        "not_in" | "notin_" => {
                            format!("{} NOT IN ({})", of()?, all(&object.arguments.first()?.elements()?)?.join(", "))
                        }
                        "like" => format!("{} LIKE {}", of()?, first()?),
                        "desc" => format!("{} DESC", of()?),
                        "asc" => format!("{} ASC", of()?),
                        "nulls_last" | "nullslast" => format!("{} NULLS LAST", of()?),
                        "nulls_first" | "nullsfirst" => format!("{} NULLS FIRST", of()?),
                        "label" | "self_group" | "ddl_if" => of()?,
                        _ => return None,
                    }
                }
                _ => return None,
            },
            Value::Attribute(_) => self.column_name(value, table)?.to_string(),
            Value::Operation(operation) => match operation.operands.as_slice() {
                [one] => format!("{} {}", operation.operator, render(one)?),
                operands => all(operands)?.join(&format!(" {} ", operation.operator)),
            },
            _ => return None,
        })
    }

    /// Returns the name of the column that a value stands for.
    pub fn column_name(&self, value: &Value<'a>, table: Option<&Draft<'a>>) -> Option<Arc<str>> {
        match value {
            Value::Text(name) => Some(
                table.and_then(|table| table.column(name)).map_or_else(|| name.clone(), |column| column.name.clone()),
            ),
            Value::Object(_) => {
                let object = self.column_object(value)?;
                let own = |column: &&super::ColumnDraft<'a>| {
                    column.object.as_ref().is_some_and(|own| std::rc::Rc::ptr_eq(own, &object))
                };
                if let Some(column) = table.and_then(|table| table.columns.iter().find(own)) {
                    return Some(column.name.clone());
                }
                self.tables.iter().find_map(|table| table.columns.iter().find(own)).map(|column| column.name.clone())
            }
            Value::Attribute(attribute) => match &attribute.of {
                Value::Class(class) => {
                    let known = self
                        .mapped
                        .get(&std::rc::Rc::as_ptr(class))
                        .and_then(|mapped| mapped.attributes.iter().find(|(name, _)| *name == attribute.name));
                    if let Some((_, column)) = known {
                        return Some(column.clone());
                    }
                    // The class that is being read, or a mixin of it.
                    let own = table.and_then(|table| {
                        table.columns.iter().find(|column| column.attribute.as_ref() == Some(&attribute.name))
                    });
                    own.map(|column| column.name.clone())
                }
                // `table.c.name`.
                Value::Attribute(inner) if matches!(&*inner.name, "c" | "columns") => {
                    let owner = self.table_of(&inner.of).map(|index| &self.tables[index]).or(table);
                    let column = owner.and_then(|table| table.column(&attribute.name));
                    Some(column.map_or_else(|| attribute.name.clone(), |column| column.name.clone()))
                }
                _ => None,
            },
            // `table.c["name"]`.
            Value::Subscript(subscript) => match &subscript.0 {
                Value::Attribute(inner) if matches!(&*inner.name, "c" | "columns") => subscript.1.as_text(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the table that a value stands for: `Table(...)`, `Model`, `Model.__table__`.
    pub fn table_of(&self, value: &Value<'a>) -> Option<usize> {
        match value {
            Value::Object(object) => self.by_object.get(&std::rc::Rc::as_ptr(object)).copied(),
            Value::Class(class) => self.mapped.get(&std::rc::Rc::as_ptr(class)).map(|mapped| mapped.table),
            Value::Attribute(attribute) if &*attribute.name == "__table__" => self.table_of(&attribute.of),
            _ => None,
        }
    }
}

/// Returns a text as a literal of SQL.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
