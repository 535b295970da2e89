//! Types of columns: enums and domains by their number in the catalogue, everything else by its spelling.

use std::collections::HashMap;
use std::sync::Arc;

use super::rows::{Column, UserType};
use crate::model::Known;
use crate::model::schema::{Dialect, Enum, Normal, ObjectName, Type};

/// The types that the database's users made.
pub(super) struct Types {
    normals: HashMap<u32, Normal>,
    domains: HashMap<u32, Domain>,
    /// Types repeat from column to column.
    seen: HashMap<(u32, Arc<str>), Type>,
}

/// What a domain adds to the columns that are of it.
struct Domain {
    base: u32,
    not_null: bool,
    default: Option<Arc<str>>,
    collation: u32,
}

impl Types {
    /// Takes the types up; `name` gives the name of a type in a schema.
    pub fn new(types: &[UserType], name: impl Fn(u32, &Arc<str>, &Arc<str>) -> ObjectName) -> Self {
        let (mut normals, mut domains) = (HashMap::new(), HashMap::new());
        for user_type in types {
            let name = name(user_type.namespace, &user_type.namespace_name, &user_type.name);
            let normal = match &user_type.labels {
                Some(labels) => Normal::Enum { name: Some(name), labels: labels_of(labels).into() },
                None => {
                    let domain = Domain {
                        base: user_type.base,
                        not_null: user_type.not_null,
                        default: user_type.default.clone(),
                        collation: user_type.collation,
                    };
                    domains.insert(user_type.oid, domain);
                    Normal::Other(name.to_string().to_lowercase().into())
                }
            };
            if user_type.array != 0 {
                normals.insert(user_type.array, Normal::Array(Box::new(normal.clone())));
            }
            normals.insert(user_type.oid, normal);
        }
        Self { normals, domains, seen: HashMap::new() }
    }

    /// Returns the type of a column.
    pub fn of(&mut self, column: &Column) -> Type {
        let key = (column.type_oid, column.spelling.clone());
        let seen = self.seen.entry(key).or_insert_with(|| match self.normals.get(&column.type_oid) {
            Some(normal) => Type::new(column.spelling.clone(), normal.clone()),
            None => Type::parse(&column.spelling, Dialect::Postgresql),
        });
        seen.clone()
    }

    /// Returns whether the column's domain, or one that it is made of, forbids nulls.
    pub fn forbids_null(&self, column: &Column) -> bool {
        self.domains_of(column.type_oid).any(|domain| domain.not_null)
    }

    /// Returns the default that the column's domain gives it.
    pub fn default(&self, column: &Column) -> Option<Arc<str>> {
        self.domains_of(column.type_oid).find_map(|domain| domain.default.clone())
    }

    /// Returns whether the collation is the one that the column's domain has anyway.
    pub fn implies_collation(&self, column: &Column) -> bool {
        self.domains.get(&column.type_oid).is_some_and(|domain| domain.collation == column.collation)
    }

    fn domains_of(&self, oid: u32) -> impl Iterator<Item = &Domain> {
        std::iter::successors(self.domains.get(&oid), |domain| self.domains.get(&domain.base))
    }
}

/// Returns the enum as an object of its own; `None` for a domain.
pub(super) fn enumeration(user_type: &UserType) -> Option<Enum> {
    let labels = labels_of(user_type.labels.as_ref()?);
    Some(Enum { labels: Known::Yes(labels), comment: user_type.comment.clone(), at: None })
}

fn labels_of(labels: &[String]) -> Vec<Arc<str>> {
    labels.iter().map(|label| Arc::from(label.as_str())).collect()
}
