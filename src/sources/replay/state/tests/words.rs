//! Operations and schemas as lines of text, for the tests of this folder.

use std::fmt::Write;
use std::sync::Arc;

use crate::model::operation::{
    Action, AlterColumn, Constraint, ConstraintKind, CreateTable, Direction, EnumPosition, Guard, ObjectKind,
    Operation, OperationUnknown, Statement, StatementKind,
};
use crate::model::schema::{
    Check, Column, Dialect, ForeignKey, Index, IndexPart, Key, Normal, ObjectName, Part, Schema, Table, Type,
};
use crate::model::{Known, Location, Span};

/// Returns the operation that a line describes. Words before the verb: `?` (under an unknown condition), `if-exists`,
/// `if-not-exists`, `batch`, `op` (made by Alembic, not by a statement), `guard:table:NAME`, `guard:no-table:NAME` and the like, `cascade`.
pub(in super::super::super) fn operation(line: &str, number: u32, dialect: Dialect) -> Operation {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let mut operation =
        Operation::new(Action::Execute, Direction::Upgrade, Location::span("m.py", Span::at(number, 1)));
    operation.statement = Some(Arc::new(Statement {
        kind: StatementKind("test".into()),
        text: line.into(),
        dialect,
        at: operation.at.clone(),
        in_transaction: Known::Yes(true),
        words: Vec::new(),
        names: Vec::new(),
        assigns: Vec::new(),
        value: None,
        fault: None,
    }));
    let mut cascade = false;
    loop {
        match words[0] {
            "?" => operation.guards.push(Guard::Unknown("chance()".into())),
            "if-exists" => operation.if_exists = true,
            "if-not-exists" => operation.if_not_exists = true,
            "batch" => operation.batch = true,
            "op" => operation.statement = None,
            "cascade" => cascade = true,
            "down" => operation.direction = Direction::Downgrade,
            word if word.starts_with("guard:") => operation.guards.push(guard(&word["guard:".len()..])),
            word if word.starts_with("on:") => {
                operation.guards.push(Guard::Dialects(word[3..].split(',').filter_map(Dialect::of_name).collect()));
            }
            word if word.starts_with("unknown:") => {
                let part = Part::of_name(&word["unknown:".len()..]).unwrap();
                operation.unknown.push(OperationUnknown { what: "made by make()".into(), part });
            }
            _ => break,
        }
        words.remove(0);
    }
    let rest = &words[1..];
    let table = || named(rest[0]);
    let text = |at: usize| Known::Yes(Arc::<str>::from(rest[at]));
    operation.action = match words[0] {
        "create" => {
            let mut create = CreateTable {
                name: table(),
                table: Table::default(),
                temporary: false,
                like: None,
                partition: false,
                from_query: false,
            };
            for word in &rest[1..] {
                if let Some(like) = word.strip_prefix("like:") {
                    create.like = Some(object(like));
                } else if let Some(like) = word.strip_prefix("partition-of:") {
                    create.like = Some(object(like));
                    create.partition = true;
                } else if *word == "temporary" {
                    create.temporary = true;
                } else if *word == "from-query" {
                    create.from_query = true;
                } else {
                    part(&mut create.table, word, dialect);
                }
            }
            Action::CreateTable(Box::new(create))
        }
        "drop" => Action::DropTable { table: table(), cascade },
        "rename" => Action::RenameTable { table: table(), to: named(rest[1]) },
        "add" => {
            let mut parts = Table::default();
            rest[1..].iter().for_each(|word| part(&mut parts, word, dialect));
            let constraints = constraints(&parts);
            Action::AddColumn { table: table(), column: Box::new(parts.columns.remove(0)), constraints }
        }
        "remove" => Action::DropColumn { table: table(), column: text(1), cascade },
        "rename-column" => Action::RenameColumn { table: table(), column: text(1), to: text(2) },
        "alter" => {
            let mut alter = AlterColumn::new(table(), text(1));
            for word in &rest[2..] {
                match word.split_once(':') {
                    None if *word == "null" => alter.nullable = Some(Known::Yes(true)),
                    None if *word == "not-null" => alter.nullable = Some(Known::Yes(false)),
                    None if *word == "whole" => alter.whole = true,
                    Some(("type", ty)) => alter.ty = Some(Known::Yes(ty_of(ty, dialect))),
                    Some(("default", "none")) => alter.default = Some(Known::Yes(None)),
                    Some(("default", default)) => alter.default = Some(Known::Yes(Some(default.into()))),
                    Some(("comment", comment)) => alter.comment = Some(Known::Yes(Some(comment.into()))),
                    _ => panic!("{word}"),
                }
            }
            Action::AlterColumn(Box::new(alter))
        }
        "index" => {
            let mut parts = Table::default();
            part(&mut parts, rest[1], dialect);
            Action::CreateIndex { table: table(), index: Box::new(parts.indexes.remove(0)) }
        }
        "drop-index" => {
            Action::DropIndex { index: text(0), schema: None, table: rest.get(1).map(|name| named(name)), cascade }
        }
        "rename-index" => Action::RenameIndex { index: text(0), schema: None, table: None, to: text(1) },
        "constrain" => {
            let mut parts = Table::default();
            part(&mut parts, rest[1], dialect);
            let using_index = rest.get(2).map(|index| Arc::from(*index));
            let constraint = Box::new(constraints(&parts).remove(0));
            Action::AddConstraint { table: table(), constraint, not_valid: false, using_index }
        }
        "drop-constraint" => {
            let kind = match rest[1] {
                "primary-key" => Some(ConstraintKind::PrimaryKey),
                _ => None,
            };
            let name = Known::Yes(if kind.is_some() { None } else { Some(Arc::from(rest[1])) });
            Action::DropConstraint { table: table(), name, kind, cascade }
        }
        "rename-constraint" => Action::RenameConstraint { table: table(), name: text(1), to: text(2) },
        "enum" => {
            let labels = rest[1].split(',').map(Arc::from).collect();
            Action::CreateEnum { name: table(), labels: Known::Yes(labels) }
        }
        "add-label" => {
            let position = match rest.get(2) {
                None => EnumPosition::End,
                Some(&"before") => EnumPosition::Before(rest[3].into()),
                Some(_) => EnumPosition::After(rest[3].into()),
            };
            Action::AddEnumValue { name: table(), value: text(1), position }
        }
        "rename-label" => Action::RenameEnumValue { name: table(), value: text(1), to: text(2) },
        "rename-enum" => Action::RenameEnum { name: table(), to: named(rest[1]) },
        "drop-enum" => Action::DropEnum { name: table(), cascade },
        "view" => Action::CreateView {
            name: table(),
            definition: rest[1..].join(" ").into(),
            columns: Vec::new(),
            materialized: false,
            replace: false,
        },
        "drop-view" => Action::DropView { name: table(), materialized: false, cascade },
        "extension" => Action::CreateExtension { name: text(0) },
        "drop-extension" => Action::DropExtension { name: text(0), cascade },
        "schema" => Action::CreateSchema { name: text(0) },
        "drop-schema" => Action::DropSchema { name: text(0), cascade },
        "rename-schema" => Action::RenameSchema { name: text(0), to: text(1) },
        "attach" => Action::AttachPartition { table: table(), partition: named(rest[1]) },
        "detach" => Action::DetachPartition { table: table(), partition: named(rest[1]) },
        "comment" => Action::CommentTable { table: table(), comment: Known::Yes(Some(rest[1].into())) },
        "unknown" => Action::Unknown { why: "computed SQL".into() },
        verb => panic!("{verb}"),
    };
    operation
}

fn guard(text: &str) -> Guard {
    let (kind, name) = text.split_once(':').unwrap();
    let (exists, kind) = kind.strip_prefix("no-").map_or((true, kind), |kind| (false, kind));
    let kind = match kind {
        "table" => ObjectKind::Table,
        "column" => ObjectKind::Column,
        "enum" => ObjectKind::Enum,
        "index" => ObjectKind::Index,
        "constraint" => ObjectKind::Constraint,
        "extension" => ObjectKind::Extension,
        _ => panic!("{kind}"),
    };
    let (name, column) = match (kind, name.split_once('.')) {
        (ObjectKind::Column, Some((table, column))) => (ObjectName::new(table), Some(column.into())),
        _ => (object(name), None),
    };
    Guard::Object { kind, name, column, exists }
}

fn object(name: &str) -> ObjectName {
    match name.split_once('.') {
        Some((schema, name)) => ObjectName::within(schema, name),
        None => ObjectName::new(name),
    }
}

/// A name, or `*` for one that is computed.
fn named(name: &str) -> Known<ObjectName> {
    if name == "*" { Known::No("a computed name".into()) } else { Known::Yes(object(name)) }
}

/// Returns a type: what a database spells so, with `_` for spaces; `enum:name:a,b` for SQLAlchemy's.
fn ty_of(text: &str, dialect: Dialect) -> Type {
    match text.strip_prefix("enum/") {
        Some(name) => {
            let normal = Normal::Enum { name: Some(object(name)), labels: Arc::from([]) };
            Type::new(format!("sa.Enum(name={name:?})"), normal)
        }
        None => Type::parse(&text.replace('_', " "), dialect),
    }
}

/// Adds a part to a table: `id:integer!`, `pk:id`, `uq=name:a,b`, `fk:a->t.b`, `ck:a>0`, `ix=name:a`, `uix=name:a`.
fn part(table: &mut Table, word: &str, dialect: Dialect) {
    let (head, rest) = word.split_once(':').unwrap();
    let (kind, name) = head.split_once('=').map_or((head, None), |(kind, name)| (kind, Some(Arc::<str>::from(name))));
    let columns = |text: &str| -> Vec<Arc<str>> { text.split(',').map(Arc::from).collect() };
    match kind {
        "pk" => table.primary_key = Some(Key { name, columns: columns(rest), ..Key::default() }),
        "uq" => table.uniques.push(Key { name, columns: columns(rest), ..Key::default() }),
        "ck" => table.checks.push(Check { name, sql: rest.into(), at: None }),
        "fk" => {
            let (own, target) = rest.split_once("->").unwrap();
            let (target, references) = target.rsplit_once('.').map_or((target, Vec::new()), |(t, c)| (t, columns(c)));
            table.foreign_keys.push(ForeignKey {
                name,
                columns: columns(own),
                table: object(target),
                references,
                on_delete: None,
                on_update: None,
                deferrable: false,
                initially_deferred: false,
                at: None,
            });
        }
        "ix" | "uix" => table.indexes.push(Index {
            name,
            parts: columns(rest)
                .into_iter()
                .map(|part| if part.contains('(') { IndexPart::Expression(part) } else { IndexPart::Column(part) })
                .collect(),
            unique: kind == "uix",
            ..Index::default()
        }),
        _ => {
            let (rest, default) = rest.split_once('=').map_or((rest, None), |(rest, default)| (rest, Some(default)));
            let ty = ty_of(rest.trim_end_matches('!'), dialect);
            let column = Column::new(head, Known::Yes(ty), Known::Yes(!rest.ends_with('!')));
            table.columns.push(Column { default: Known::Yes(default.map(Arc::from)), ..column });
        }
    }
}

fn constraints(table: &Table) -> Vec<Constraint> {
    let primary = table.primary_key.iter().cloned().map(Constraint::PrimaryKey);
    let uniques = table.uniques.iter().cloned().map(Constraint::Unique);
    let foreign = table.foreign_keys.iter().cloned().map(Constraint::ForeignKey);
    let checks = table.checks.iter().cloned().map(Constraint::Check);
    primary.chain(uniques).chain(foreign).chain(checks).collect()
}

/// Returns a schema in a line for each object.
pub(in super::super::super) fn shown(schema: &Schema) -> String {
    let mut text = String::new();
    for (name, table) in &schema.tables {
        let _ = write!(text, "{name}");
        for column in &table.columns {
            let ty = column.ty.as_known().map_or("?".to_owned(), |ty| match ty.on(schema.dialect.unwrap()) {
                Normal::Enum { labels, .. } => format!("<{}>", labels.join(",")),
                normal => normal.sql(schema.dialect),
            });
            let null = match column.nullable {
                Known::Yes(true) => "",
                Known::Yes(false) => "!",
                Known::No(_) => "?",
            };
            let default = match &column.default {
                Known::Yes(None) => String::new(),
                Known::Yes(Some(default)) => format!("={default}"),
                Known::No(_) => "=?".to_owned(),
            };
            let _ = write!(text, " {}:{}{null}{default}", column.name, ty.to_lowercase().replace(' ', "_"));
        }
        let show = |name: &Option<Arc<str>>| name.as_ref().map_or(String::new(), |name| format!("={name}"));
        if let Some(key) = &table.primary_key {
            let _ = write!(text, " pk{}:{}", show(&key.name), key.columns.join(","));
        }
        for key in &table.uniques {
            let _ = write!(text, " uq{}:{}", show(&key.name), key.columns.join(","));
        }
        for key in &table.foreign_keys {
            let (own, target) = (key.columns.join(","), key.references.join(","));
            let _ = write!(text, " fk{}:{own}->{}.{target}", show(&key.name), key.table);
        }
        for check in &table.checks {
            let _ = write!(text, " ck{}:{}", show(&check.name), check.sql);
        }
        for index in &table.indexes {
            let parts: Vec<&str> = index.parts.iter().map(|part| &**part.text()).collect();
            let _ = write!(text, " {}ix{}:{}", if index.unique { "u" } else { "" }, show(&index.name), parts.join(","));
        }
        if !table.partitions.is_empty() {
            let _ = write!(text, " partitions:{}", table.partitions.join(","));
        }
        text.push('\n');
    }
    for (name, found) in &schema.enums {
        let labels = found.labels.as_known().map_or("?".to_owned(), |labels| labels.join(","));
        let _ = writeln!(text, "enum {name} {labels}");
    }
    for name in schema.views.keys() {
        let _ = writeln!(text, "view {name}");
    }
    for found in &schema.unknown {
        let owner = found.table.as_ref().map_or("*".to_owned(), ToString::to_string);
        let _ = writeln!(text, "unknown {} of {owner}", found.part.name());
    }
    text
}
