//! One reading of a text: its statements in order, with what earlier ones mean for later ones.

use std::ops::Range;
use std::sync::Arc;

use super::draft::{Draft, Fault, Reading};
use super::head::{self, Head};
use super::place::{Origin, PlaceIndex};
use super::postgres;
use super::split::{Piece, Pieces};
use super::{Options, Script, ScriptStatement};
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
    pub(super) parser: postgres::Parser,
    script: Script,
}

/// A statement that is about to be read.
pub(super) struct Given<'a> {
    pub(super) sql: &'a str,
    pub(super) origin: Origin,
    pub(super) inside: bool,
    pub(super) guards: Vec<Guard>,
    /// It is there already: nothing happens.
    pub(super) if_not_exists: bool,
    /// It is not there: nothing happens.
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
            parser: postgres::Parser::default(),
            script: Script::default(),
        }
    }

    pub(super) fn run(mut self) -> Script {
        let range = self.options.range.clone().unwrap_or(0..self.text.len());
        let (start, end) = (boundary(self.text, range.start), boundary(self.text, range.end));
        for piece in Pieces::new(self.text, start.min(end), end, self.dialect) {
            let given = Given {
                sql: &self.text[piece.start..piece.end],
                origin: Origin::at(piece.start),
                inside: false,
                guards: Vec::new(),
                if_not_exists: false,
                if_exists: false,
            };
            self.statement(&given, piece);
        }
        self.script
    }

    /// Reads a statement, and adds it.
    fn statement(&mut self, given: &Given<'_>, piece: Piece) {
        let head = head::read(given.sql, self.dialect);
        let fault = |message: &str| Some(Fault { message: message.to_owned(), at: None });
        let fault = match piece {
            Piece { open: true, .. } => fault("a quote is never closed"),
            Piece { too_deep: true, .. } => fault("it is nested too deeply"),
            Piece { .. } => None,
        };
        let reading = match fault {
            None if head.kind == "insert" && given.sql.len() > LONG_INSERT => {
                Reading { drafts: by_words(&head, self, None), ..Reading::default() }
            }
            None => self.read(given, &head),
            // What only reads or writes rows is no less known for being deeply nested.
            Some(fault) if piece.open || !is_data(&head) => Reading { fault: Some(fault), ..Reading::default() },
            Some(_) => Reading { drafts: by_words(&head, self, None), ..Reading::default() },
        };
        self.add(given, head, reading);
    }

    fn read(&mut self, given: &Given<'_>, head: &Head) -> Reading {
        match self.dialect {
            Dialect::Postgresql => postgres::read(self, given.sql, &given.origin, head),
            Dialect::Mysql | Dialect::Sqlite => {
                Reading { drafts: by_words(head, self, Some("it is not read")), ..Reading::default() }
            }
        }
    }

    /// Adds a statement with what it does.
    pub(super) fn add(&mut self, given: &Given<'_>, head: Head, mut reading: Reading) {
        let whole = given.origin.range(0..given.sql.len());
        let fault = reading.fault.as_ref().map(|fault| self.words_of(fault, given));
        if let Some(fault) = &fault {
            reading.drafts = by_words(&head, self, Some(fault));
        }
        let in_transaction = self.in_transaction.clone();
        self.follow_transaction(&head);
        let mut words = head.words;
        words.append(&mut reading.words);
        words.sort_unstable();
        words.dedup();
        let kind = if fault.is_some() { StatementKind::UNKNOWN.into() } else { head.kind.into() };
        let statement = Arc::new(Statement {
            kind: StatementKind(kind),
            text: given.sql.into(),
            dialect: self.dialect,
            at: self.places.location(whole.clone()),
            in_transaction: in_transaction.clone(),
            words,
            names: head.names,
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
            if_exists: draft.if_exists || given.if_exists,
            if_not_exists: draft.if_not_exists || given.if_not_exists,
            concurrently: draft.concurrently,
            batch: false,
            guards: given.guards.clone(),
            in_transaction: in_transaction.clone(),
            statement: Some(statement.clone()),
            unknown: draft.unknown,
        };
        let operations = reading.drafts.into_iter().map(operation).collect();
        self.script.statements.push(ScriptStatement { range: whole, statement, operations, inside: given.inside });
    }

    fn words_of(&self, fault: &Fault, given: &Given<'_>) -> String {
        let Some(at) = fault.at else { return fault.message.clone() };
        let at = given.origin.of(at);
        match self.places.location(at..at).span {
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
        let table = match head.names.first() {
            Some(name) => Known::Yes(session.name_of(name)),
            None => Known::No("its table could not be read".into()),
        };
        vec![Draft::new(Action::Data { verb, table })]
    };
    match (head.kind.as_str(), why) {
        ("insert" | "replace" | "copy" | "load_data", _) => data(Data::Insert),
        ("update" | "merge", _) => data(Data::Update),
        ("delete", _) => data(Data::Delete),
        ("truncate", _) => data(Data::Truncate),
        ("do" | "call" | "unknown", Some(why)) => vec![Draft::unknown(why)],
        (kind, Some(why))
            if ["create", "alter", "drop", "rename", "comment", "import"].iter().any(|v| kind.starts_with(v)) =>
        {
            vec![Draft::unknown(why)]
        }
        _ => vec![Draft::new(Action::Execute)],
    }
}

impl Session<'_> {
    /// Returns the object that a name as written stands for.
    fn name_of(&self, written: &str) -> ObjectName {
        let fold = |text: &str| match self.dialect {
            Dialect::Postgresql => text.to_ascii_lowercase(),
            Dialect::Mysql | Dialect::Sqlite => text.to_owned(),
        };
        match written.rsplit_once('.') {
            Some((schema, name)) => self.object(Some(&fold(schema)), &fold(name)),
            None => self.object(None, &fold(written)),
        }
    }

    /// Returns the object with a name: in the default schema, if its schema is that.
    pub(super) fn object(&self, schema: Option<&str>, name: &str) -> ObjectName {
        let default = match self.dialect {
            Dialect::Postgresql => "public",
            Dialect::Sqlite => "main",
            Dialect::Mysql => "",
        };
        match schema {
            Some(schema) if schema == default => ObjectName::new(name),
            Some(schema) => ObjectName::within(schema, name),
            None => ObjectName { schema: self.schema.clone(), name: name.into() },
        }
    }
}
