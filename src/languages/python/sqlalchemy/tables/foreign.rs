//! Foreign keys, from columns and from `ForeignKeyConstraint`; their targets are found when all tables are known.

use std::rc::Rc;
use std::sync::Arc;

use super::conventions::Naming;
use super::{ColumnType, Reader};
use crate::languages::python::interpret::{Object, Place, Value};
use crate::model::schema::{ForeignKey, Normal, ObjectName, Part};

/// A foreign key that is being put together.
pub struct ForeignDraft<'a> {
    naming: Naming,
    columns: Vec<Arc<str>>,
    targets: Vec<Value<'a>>,
    on_delete: Option<Arc<str>>,
    on_update: Option<Arc<str>>,
    deferrable: bool,
    initially_deferred: bool,
    place: Place,
}

impl<'a> ForeignDraft<'a> {
    pub fn new(item: &Object<'a>, naming: Naming, columns: Vec<Arc<str>>, targets: Vec<Value<'a>>) -> Self {
        let action = |name: &str| {
            let action = item.keyword(name)?.as_text()?.trim().to_uppercase();
            (action != "NO ACTION" && !action.is_empty()).then(|| action.into())
        };
        Self {
            naming,
            columns,
            targets,
            on_delete: action("ondelete"),
            on_update: action("onupdate"),
            deferrable: item.keyword("deferrable").is_some_and(|value| value.truth() == Some(true)),
            initially_deferred: item
                .keyword("initially")
                .and_then(Value::as_text)
                .is_some_and(|initially| initially.eq_ignore_ascii_case("deferred")),
            place: item.place,
        }
    }

    /// Returns the foreign key that `ForeignKey(...)` inside a column makes.
    pub fn of_column(item: &Object<'a>, column: &Arc<str>) -> Option<Self> {
        let target = item.argument(0, "column")?.clone();
        Some(Self::new(item, Naming::of("fk", item.keyword("name")), vec![column.clone()], vec![target]))
    }
}

impl<'a> Reader<'_, 'a> {
    /// Finds the targets of all foreign keys, and the types that columns borrow from there.
    pub(super) fn resolve_foreign_keys(&mut self) -> Vec<Vec<ForeignKey>> {
        for index in 0..self.tables.len() {
            let table = &self.tables[index];
            let drafts: Vec<ForeignDraft<'a>> = table
                .columns
                .iter()
                .flat_map(|column| {
                    let keys = column.items.iter().filter(|item| item.calls(&["sqlalchemy.ForeignKey"]));
                    keys.filter_map(|item| ForeignDraft::of_column(item, &column.name))
                })
                .collect();
            let table = &mut self.tables[index];
            let own = std::mem::take(&mut table.foreign);
            table.foreign = drafts.into_iter().chain(own).collect();
        }
        let mut resolved = Vec::with_capacity(self.tables.len());
        for index in 0..self.tables.len() {
            let drafts = std::mem::take(&mut self.tables[index].foreign);
            let mut keys = Vec::new();
            for draft in drafts {
                match self.resolve(index, &draft) {
                    Ok(key) => keys.push(key),
                    Err(reason) => self.tables[index].doubts.push((Part::Constraints, reason, draft.place)),
                }
            }
            keys.sort_by(|one, two| (&one.name, &one.columns).cmp(&(&two.name, &two.columns)));
            resolved.push(keys);
        }
        // A column without a type takes that of its foreign key, also of one that the table declares.
        for (table, keys) in self.tables.iter_mut().zip(&resolved) {
            for column in &mut table.columns {
                let typeless = matches!(
                    &column.ty,
                    ColumnType::Known(ty) if ty.normal == Normal::None && ty.variants.is_empty()
                );
                if typeless && keys.iter().any(|key| key.columns.contains(&column.name)) {
                    column.ty = ColumnType::Borrowed;
                }
            }
        }
        self.borrow_types(&resolved);
        resolved
    }

    fn resolve(&self, index: usize, draft: &ForeignDraft<'a>) -> Result<ForeignKey, Arc<str>> {
        let mut table = None;
        let mut references = Vec::new();
        for (position, target) in draft.targets.iter().enumerate() {
            let (name, column) = self.target(index, target, draft.columns.get(position))?;
            table = Some(name);
            references.push(column);
        }
        let table: ObjectName = table.ok_or("a foreign key without a target")?;
        let name = self.name(&self.tables[index], &draft.naming, &draft.columns, Some((&table.name, &references)));
        Ok(ForeignKey {
            name,
            columns: draft.columns.clone(),
            table,
            references,
            on_delete: draft.on_delete.clone(),
            on_update: draft.on_update.clone(),
            deferrable: draft.deferrable,
            initially_deferred: draft.initially_deferred,
            at: Some(self.interpreter.location(draft.place)),
        })
    }

    /// Returns the table and column that a foreign key points to.
    fn target(
        &self,
        index: usize,
        target: &Value<'a>,
        own: Option<&Arc<str>>,
    ) -> Result<(ObjectName, Arc<str>), Arc<str>> {
        let computed = || self.reason(target, "the target of a foreign key is computed");
        if let Some(text) = target.as_text() {
            let metadata = &self.tables[index].metadata;
            let mut parts: Vec<&str> = text.rsplitn(3, '.').collect();
            parts.reverse();
            let (schema, table, column): (Option<Arc<str>>, &str, Arc<str>) = match parts.as_slice() {
                [schema, table, column] => (Some((*schema).into()), table, (*column).into()),
                [table, column] => (metadata.schema.clone(), table, (*column).into()),
                // Only a table: the column of the same name.
                [table] => (metadata.schema.clone(), table, own.ok_or_else(computed)?.clone()),
                _ => return Err(computed()),
            };
            let name = ObjectName { schema, name: table.into() };
            // The text names a column by its key.
            let known = self.by_name.get(&(metadata.identity.clone(), name.clone()));
            let column = match known.and_then(|known| self.tables[*known].column(&column)) {
                Some(found) => found.name.clone(),
                None => column,
            };
            return Ok((name, column));
        }
        let (owner, column) = match target {
            Value::Object(_) => {
                let object = self.column_object(target).ok_or_else(computed)?;
                let holds = |table: &super::Draft<'a>| {
                    let own = |column: &&super::ColumnDraft<'a>| {
                        column.object.as_ref().is_some_and(|own| Rc::ptr_eq(own, &object))
                    };
                    table.columns.iter().find(own).map(|column| column.name.clone())
                };
                let own = holds(&self.tables[index]).map(|column| (index, column));
                let other = || self.tables.iter().enumerate().find_map(|(at, table)| Some((at, holds(table)?)));
                own.or_else(other).ok_or_else(computed)?
            }
            Value::Attribute(attribute) => {
                let of = match &attribute.of {
                    Value::Attribute(inner) if matches!(&*inner.name, "c" | "columns") => &inner.of,
                    of => of,
                };
                let Some(owner) = self.table_of(of) else {
                    return self.target_of_class(of, &attribute.name).ok_or_else(computed);
                };
                (owner, self.column_name(target, Some(&self.tables[owner])).ok_or_else(computed)?)
            }
            Value::Subscript(_) => return Err(computed()),
            _ => return Err(computed()),
        };
        Ok((self.tables[owner].name.clone(), column))
    }

    /// Returns the table and column that an attribute of a class stands for whose table was not read.
    fn target_of_class(&self, of: &Value<'a>, attribute: &str) -> Option<(ObjectName, Arc<str>)> {
        let Value::Class(class) = of else { return None };
        let table = self.interpreter.class_value(class, "__tablename__")?.as_text()?;
        let (_, entry) = self.interpreter.find(class, attribute)?;
        let column = entry.value.as_ref().and_then(|value| self.column_object(value));
        let given = column.and_then(|column| column.arguments.first().and_then(Value::as_text));
        Some((ObjectName::new(table), given.unwrap_or_else(|| attribute.into())))
    }

    /// Gives columns without a type that of the column which they point to.
    fn borrow_types(&mut self, keys: &[Vec<ForeignKey>]) {
        // A column may borrow from one that borrows: as many rounds as there can be steps.
        for round in 0..8 {
            let mut changes = Vec::new();
            for (index, table) in self.tables.iter().enumerate() {
                for (position, column) in table.columns.iter().enumerate() {
                    if !matches!(column.ty, ColumnType::Borrowed) {
                        continue;
                    }
                    let key = keys[index].iter().find(|key| key.columns.contains(&column.name));
                    let lender = key.and_then(|key| {
                        let at = key.columns.iter().position(|name| *name == column.name)?;
                        let lender = self.by_name.get(&(table.metadata.identity.clone(), key.table.clone())).copied();
                        let lender = lender.or_else(|| self.tables.iter().position(|other| other.name == key.table))?;
                        self.tables[lender].columns.iter().find(|own| own.name == key.references[at])
                    });
                    match lender.map(|lender| &lender.ty) {
                        Some(ColumnType::Borrowed) if round < 7 => {}
                        Some(ColumnType::Known(ty)) => {
                            changes.push((index, position, ColumnType::Known(ty.clone())));
                        }
                        Some(ColumnType::Unknown(reason)) => {
                            changes.push((index, position, ColumnType::Unknown(reason.clone())));
                        }
                        _ => {
                            let reason = "the column that its foreign key points to is not known";
                            changes.push((index, position, ColumnType::Unknown(reason.into())));
                        }
                    }
                }
            }
            if changes.is_empty() {
                return;
            }
            for (index, position, ty) in changes {
                self.tables[index].columns[position].ty = ty;
            }
        }
    }
}
