//! What may be written about a schema: raw types with places.

use serde::Deserialize;

use crate::yaml::{Node, Spanned};

type Names = Option<Spanned<Vec<Spanned<String>>>>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSchema {
    #[expect(dead_code, reason = "part of the JSON form")]
    pub version: Option<Spanned<u32>>,
    #[expect(dead_code, reason = "part of the JSON form; the name is given by who asks")]
    pub name: Option<Spanned<String>>,
    pub origin: Option<Spanned<String>>,
    pub dialect: Option<Spanned<String>>,
    pub server: Option<Spanned<String>>,
    pub tables: Option<Node>,
    pub enums: Option<Node>,
    pub views: Option<Node>,
    pub extensions: Names,
    pub roundtrip: Option<Spanned<RawRoundtrip>>,
    pub unknown: Option<Spanned<Vec<Spanned<RawUnknown>>>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRoundtrip {
    pub failure: Option<Spanned<String>>,
    pub left_behind: Names,
    pub differences: Names,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    #[expect(dead_code, reason = "part of the JSON form; here the key says it: `audit.deals`")]
    pub schema: Option<Spanned<String>>,
    pub columns: Option<Node>,
    pub primary_key: Option<Node>,
    pub foreign_keys: Option<Spanned<Vec<RawForeignKey>>>,
    pub uniques: Option<Spanned<Vec<Node>>>,
    pub indexes: Option<Spanned<Vec<Node>>>,
    pub checks: Option<Spanned<Vec<Node>>>,
    pub comment: Option<Spanned<String>>,
    pub partitions: Names,
    pub foreign: Option<bool>,
    pub at: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumn {
    #[serde(rename = "type")]
    pub ty: Option<Spanned<String>>,
    pub nullable: Option<bool>,
    pub default: Option<Spanned<String>>,
    pub primary_key: Option<bool>,
    #[expect(dead_code, reason = "part of the JSON form; the order of the columns says it")]
    pub position: Option<u32>,
    pub identity: Option<Spanned<String>>,
    pub comment: Option<Spanned<String>>,
    pub at: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawForeignKey {
    pub name: Option<Spanned<String>>,
    pub columns: Option<Node>,
    pub table: Option<Spanned<String>>,
    pub references: Option<Node>,
    pub on_delete: Option<Spanned<String>>,
    pub on_update: Option<Spanned<String>>,
    pub at: Option<Spanned<String>>,
}

/// A unique constraint or an index.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKey {
    pub name: Option<Spanned<String>>,
    pub columns: Names,
    pub unique: Option<bool>,
    pub nulls_not_distinct: Option<bool>,
    #[serde(rename = "where")]
    pub where_: Option<Spanned<String>>,
    pub method: Option<Spanned<String>>,
    pub include: Names,
    pub dialects: Names,
    pub at: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUnknown {
    pub what: Option<Spanned<String>>,
    pub part: Option<Spanned<String>>,
    pub table: Option<Spanned<String>>,
    pub at: Option<Spanned<String>>,
}
