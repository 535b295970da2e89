//! `Index(...)`.

use std::rc::Rc;
use std::sync::Arc;

use super::conventions::Naming;
use super::{Draft, Reader};
use crate::languages::python::interpret::{Object, Value};
use crate::model::schema::{Dialect, Index, IndexPart, Part};

/// Functions and methods that only say how an index sorts by a column.
const ORDERS: &[&str] = &["desc", "asc", "nulls_last", "nulls_first", "nullslast", "nullsfirst", "nulls_distinct"];

impl<'a> Reader<'_, 'a> {
    /// Adds an index to a table; `dialect`: the only one, or ones, that it is made for.
    pub(super) fn index(&mut self, table: usize, item: &Rc<Object<'a>>, dialect: Option<&Value<'a>>) {
        let draft = &self.tables[table];
        let expressions = item.arguments.get(1..).unwrap_or_default();
        let mut parts = Vec::new();
        for expression in expressions {
            if matches!(expression, Value::Unknown(_) | Value::Spread(_)) {
                let reason = self.reason(expression, "what an index sorts by is computed");
                self.tables[table].doubts.push((Part::Indexes, reason, item.place));
                return;
            }
            parts.push(self.part(expression, draft));
        }
        let columns: Vec<Arc<str>> = parts.iter().map(|part| part.text().clone()).collect();
        let name = self.name(draft, &Naming::of("ix", item.argument(0, "name")), &columns, None);
        let unique = item.keyword("unique").is_some_and(|unique| unique.truth() == Some(true));
        let mut index =
            Index { name, parts, unique, at: Some(self.interpreter.location(item.place)), ..Index::default() };
        for name in ["postgresql_where", "sqlite_where", "mssql_where"] {
            if let Some(condition) = item.keyword(name).filter(|value| !matches!(value, Value::None)) {
                index.where_ = Some(match self.sql(condition, Some(draft)) {
                    Some(sql) => sql.into(),
                    None => self.source_of(condition).into(),
                });
                break;
            }
        }
        let method = item.keyword("postgresql_using").or_else(|| item.keyword("mysql_using"));
        index.method = method.and_then(Value::as_text).map(|method| method.to_lowercase().into());
        if index.method.as_deref() == Some("btree") {
            index.method = None;
        }
        if let Some(include) = item.keyword("postgresql_include").and_then(Value::elements) {
            index.include = include.iter().filter_map(|value| self.column_name(value, Some(draft))).collect();
        }
        match dialect {
            None => {}
            Some(value) => {
                let names = value.elements().unwrap_or_else(|| vec![value.clone()]);
                let known: Vec<Dialect> = names.iter().filter_map(|name| Dialect::of_name(&name.as_text()?)).collect();
                if known.is_empty() {
                    // For other databases than ours, or nobody knows which.
                    let reason = "an index is made on some dialects only".into();
                    self.tables[table].doubts.push((Part::Indexes, reason, item.place));
                    return;
                }
                index.dialects = known;
            }
        }
        let indexes = &mut self.tables[table].indexes;
        if index.name.is_none() || !indexes.iter().any(|own| own.name == index.name) {
            indexes.push(index);
        }
    }

    fn part(&self, value: &Value<'a>, table: &Draft<'a>) -> IndexPart {
        if let Some(name) = self.column_name(value, Some(table)) {
            return IndexPart::Column(name);
        }
        if let Value::Object(object) = value {
            let (order, inner) = match &object.callee {
                Value::External(path) => (path.rsplit('.').next().unwrap_or(path), object.arguments.first()),
                Value::Attribute(attribute) => (&*attribute.name, Some(&attribute.of)),
                _ => ("", None),
            };
            if ORDERS.contains(&order)
                && let Some(inner) = inner
            {
                return self.part(inner, table);
            }
        }
        match self.sql(value, Some(table)) {
            // `text("name")` is a column, `text("name DESC")` one with an order.
            Some(sql) => {
                let mut words = sql.split_whitespace();
                let column = words.next().and_then(|word| table.column(word.trim_matches('"')));
                let ordered = words
                    .all(|word| matches!(word.to_uppercase().as_str(), "DESC" | "ASC" | "NULLS" | "LAST" | "FIRST"));
                // Of a table whose columns are not known a single name can only be one.
                let bare = |word: &str| {
                    table.columns.is_empty()
                        && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
                        && !word.starts_with(|first: char| first.is_ascii_digit())
                };
                match column {
                    Some(column) if ordered => IndexPart::Column(column.name.clone()),
                    None if ordered => match sql.split_whitespace().next().map(|word| word.trim_matches('"')) {
                        Some(word) if bare(word) => IndexPart::Column(word.into()),
                        _ => IndexPart::Expression(sql.into()),
                    },
                    _ => IndexPart::Expression(sql.into()),
                }
            }
            None => IndexPart::Expression(self.source_of(value).into()),
        }
    }

    /// Returns the source of a value whose SQL is not known.
    fn source_of(&self, value: &Value<'a>) -> String {
        match value {
            Value::Object(object) => self.interpreter.short(object.place),
            Value::Attribute(attribute) => attribute.name.to_string(),
            Value::Operation(operation) => {
                let operands: Vec<String> = operation.operands.iter().map(|operand| self.source_of(operand)).collect();
                operands.join(&format!(" {} ", operation.operator))
            }
            Value::Subscript(subscript) => {
                format!("{}[{}]", self.source_of(&subscript.0), self.source_of(&subscript.1))
            }
            other => self.sql(other, None).unwrap_or_else(|| "an expression".into()),
        }
    }
}
