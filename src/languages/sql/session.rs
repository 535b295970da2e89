//! One reading of a text: its statements in order, with what earlier ones mean for later ones.

use std::ops::Range;
use std::sync::Arc;

use super::draft::{Draft, Fault, HARMLESS, Reading};
use super::head::{self, Head};
use super::place::{Origin, PlaceIndex};
use super::plain;
use super::postgres;
use super::split::{Piece, Pieces};
use super::{Options, Script, ScriptStatement, holes, search_path};
use crate::model::Known;
use crate::model::operation::{Action, Data, Guard, Operation, Statement, StatementKind};
use crate::model::schema::{Dialect, ObjectName};

/// Longer statements that only add rows are not parsed: their words say all that matters.
const LONG_INSERT: usize = 64 << 10;

pub(super) struct Session<'a> {
    text: &'a str,
    pub(super) dialect: Dialect,
    options: &'a Options<'a>,
    places: PlaceIndex<'a>,
    in_transaction: Known<bool>,
    /// The schema of names without one, where `SET search_path` says another than the default.
    pub(super) schema: Option<Arc<str>>,
    /// The database of MySQL's USE.
    database: Option<Arc<str>>,
    pub(super) parser: postgres::Parser,
    script: Script,
}

/// A statement that is about to be read.
#[derive(Clone)]
pub(super) struct Given<'a> {
    /// The text that it stands in: of the statement alone, or of the body around it.
    pub(super) sql: &'a str,
    /// The same without holes, byte for byte as long: what is parsed.
    pub(super) masked: Option<&'a str>,
    pub(super) range: Range<usize>,
    /// Where that text stands.
    pub(super) origin: Origin,
    pub(super) around: Around,
}

/// What stands around a statement: nothing, or the body of a DO.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// In how many bodies it stands.
    pub(super) depth: usize,
    pub(super) guards: Vec<Guard>,
    /// Nothing happens where the object is there already.
    pub(super) if_not_exists: bool,
    /// Nothing happens where the object is not there.
    pub(super) if_exists: bool,
}

impl<'a> Session<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect, options: &'a Options<'a>) -> Self {
        Self {
            text,
            dialect,
            options,
            places: PlaceIndex::new(text, &options.places),
            in_transaction: options.in_transaction.clone(),
            schema: None,
            database: None,
            parser: postgres::Parser::take(),
            script: Script::default(),
        }
    }

    pub(super) fn run(mut self) -> Script {
        let range = self.options.range.clone().unwrap_or(0..self.text.len());
        let (start, end) = (boundary(self.text, range.start), boundary(self.text, range.end));
        for piece in Pieces::new(self.text, start.min(end), end, self.dialect) {
            let sql = &self.text[piece.start..piece.end];
            let origin = Origin::at(piece.start);
            self.statement(&Given { sql, masked: None, range: 0..sql.len(), origin, around: Around::default() }, piece);
        }
        // What it keeps of a long text is a lot.
        if self.text.len() <= LONG_INSERT {
            self.parser.give_back();
        }
        self.script
    }

    /// Reads the statements of a text that stands inside of the whole one.
    pub(super) fn inside(&mut self, sql: &str, origin: &Origin, around: &Around) {
        for piece in Pieces::new(sql, 0, sql.len(), self.dialect) {
            let part = &sql[piece.start..piece.end];
            let origin = origin.part(piece.start);
            self.statement(
                &Given { sql: part, masked: None, range: 0..part.len(), origin, around: around.clone() },
                piece,
            );
        }
    }

    /// Reads a statement, and adds it.
    fn statement(&mut self, given: &Given<'_>, piece: Piece) {
        let masked = if given.sql.len() > LONG_INSERT { None } else { holes::mask(given.sql, self.dialect) };
        let parsed = masked.as_deref().unwrap_or(given.sql);
        let given = &Given { masked: masked.as_deref(), ..given.clone() };
        let head = head::read(parsed, self.dialect);
        let fault = |message: &str| Some(Fault { message: message.to_owned(), at: None });
        let fault = match piece {
            Piece { open: true, .. } => fault("a quote or comment is never closed"),
            Piece { too_deep: true, .. } => fault("it is nested too deeply"),
            Piece { .. } => None,
        };
        let mut reading = match fault {
            None if head.kind == "insert" && given.sql.len() > LONG_INSERT => {
                Reading { drafts: by_words(&head, self, None), ..Reading::default() }
            }
            None => self.read(parsed, &given.origin, &head),
            // What only reads or writes rows is no less known for being deeply nested.
            Some(fault) if piece.open || !is_data(&head) => Reading { fault: Some(fault), ..Reading::default() },
            Some(_) => Reading { drafts: by_words(&head, self, None), ..Reading::default() },
        };
        let body = reading.body.take();
        self.add(given, head, reading);
        if let Some(body) = body {
            postgres::read_body(self, body, &given.origin, &given.around);
        }
    }

    fn read(&mut self, sql: &str, origin: &Origin, head: &Head) -> Reading {
        match self.dialect {
            Dialect::Postgresql => postgres::read(self, sql, origin, head),
            Dialect::Mysql | Dialect::Sqlite => plain::read(self, sql, origin, head),
        }
    }

    /// Adds a statement with what it does.
    pub(super) fn add(&mut self, given: &Given<'_>, head: Head, mut reading: Reading) {
        let whole = given.origin.range(given.range.clone());
        let fault = reading.fault.as_ref().map(|fault| self.told(fault, given));
        if let Some(fault) = &fault {
            reading.drafts = by_words(&head, self, Some(fault));
        }
        let mut names = head.names.clone();
        if given.masked.is_some() {
            reading.drafts.iter_mut().for_each(holes::settle);
            names.retain(|name| !holes::has_hole(name));
        }
        let in_transaction = self.in_transaction.clone();
        self.follow_transaction(&head);
        self.follow_schema(&head, &given.sql[given.range.clone()]);
        let mut words = head.words;
        words.append(&mut reading.words);
        words.sort_unstable();
        words.dedup();
        let kind = if fault.is_some() { StatementKind::UNKNOWN.into() } else { head.kind.into() };
        let statement = Arc::new(Statement {
            kind: StatementKind(kind),
            text: given.sql[given.range.clone()].into(),
            dialect: self.dialect,
            at: self.places.location(whole.clone()),
            in_transaction: in_transaction.clone(),
            words,
            names,
            assigns: reading.assigns,
            value: head.value,
            fault: fault.map(Into::into),
        });
        let operation = |draft: Draft| Operation {
            at: match draft.range {
                Some(range) => self.places.location(given.origin.range(range)),
                None => statement.at.clone(),
            },
            action: draft.action,
            direction: self.options.direction,
            if_exists: draft.if_exists || given.around.if_exists,
            if_not_exists: draft.if_not_exists || given.around.if_not_exists,
            concurrently: draft.concurrently,
            guards: given.around.guards.clone(),
            in_transaction: in_transaction.clone(),
            statement: Some(statement.clone()),
            batch: false,
            unknown: draft.unknown,
        };
        let operations = reading.drafts.into_iter().map(operation).collect();
        self.script.statements.push(ScriptStatement {
            range: whole,
            statement,
            operations,
            inside: given.around.depth > 0,
        });
    }

    fn told(&self, fault: &Fault, given: &Given<'_>) -> String {
        let Some(at) = fault.at else { return fault.message.clone() };
        match self.location(&given.origin, at..at).span {
            Some(span) => format!("line {}: {}", span.line, fault.message),
            None => fault.message.clone(),
        }
    }

    /// Takes up what a statement means for the transaction.
    fn follow_transaction(&mut self, head: &Head) {
        let chained = || head.words.iter().any(|word| &**word == "chain");
        match head.kind.as_str() {
            "begin" => self.in_transaction = Known::Yes(true),
            "commit" | "rollback" | "prepare_transaction" => self.in_transaction = Known::Yes(chained()),
            _ => {}
        }
    }

    /// Takes up what a statement means for names without a schema.
    fn follow_schema(&mut self, head: &Head, sql: &str) {
        match (head.kind.as_str(), self.dialect) {
            ("use", Dialect::Mysql) => self.database = head.names.first().cloned(),
            ("set", Dialect::Postgresql)
                if head.names.first().is_some_and(|name| name.eq_ignore_ascii_case("search_path")) =>
            {
                self.schema = head.value.as_deref().and_then(search_path::first);
            }
            ("select", Dialect::Postgresql) if sql.contains("search_path") => {
                if let Some(path) = search_path::set_config(sql) {
                    self.schema = search_path::first(&path);
                }
            }
            _ => {}
        }
    }

    /// Returns the place of a range of a statement's text.
    pub(super) fn location(&self, origin: &Origin, range: Range<usize>) -> crate::model::Location {
        self.places.location(origin.range(range))
    }
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Returns whether a statement can only read or write rows.
fn is_data(head: &Head) -> bool {
    matches!(head.kind.as_str(), "insert" | "replace" | "update" | "delete" | "merge" | "select" | "values" | "copy")
}

/// Returns what a statement does by its words alone; `why` says why no more is known.
fn by_words(head: &Head, session: &Session<'_>, why: Option<&str>) -> Vec<Draft> {
    let data = |verb| {
        let table = match session.named(head) {
            Some(name) => Known::Yes(name),
            None => Known::No("its table could not be read".into()),
        };
        vec![Draft::new(Action::Data { verb, table })]
    };
    match (head.kind.as_str(), why) {
        ("insert" | "replace" | "copy" | "load_data", _) => data(Data::Insert),
        ("update" | "merge", _) => data(Data::Update),
        ("delete", _) => data(Data::Delete),
        ("truncate", _) => data(Data::Truncate),
        ("do" | "call" | "execute", Some(why)) => vec![Draft::unknown(why)],
        (kind, Some(why)) if !HARMLESS.contains(&kind) => vec![Draft::unknown(why)],
        _ => vec![Draft::new(Action::Execute)],
    }
}

impl Session<'_> {
    /// Returns the object that a statement names first.
    pub(super) fn named(&self, head: &Head) -> Option<ObjectName> {
        match head.object.as_slice() {
            [] => None,
            [name] => Some(self.object(None, name)),
            [.., schema, name] => Some(self.object(Some(schema), name)),
        }
    }

    /// Returns the object with a name: in the default schema, if its schema is that.
    pub(super) fn object(&self, schema: Option<&str>, name: &str) -> ObjectName {
        let default = match self.dialect {
            Dialect::Postgresql => Some("public"),
            Dialect::Sqlite => Some("main"),
            Dialect::Mysql => self.database.as_deref(),
        };
        match schema {
            Some(schema) if Some(schema) == default => ObjectName::new(name),
            Some(schema) => ObjectName::within(schema, name),
            None => ObjectName { schema: self.schema.clone(), name: name.into() },
        }
    }
}
