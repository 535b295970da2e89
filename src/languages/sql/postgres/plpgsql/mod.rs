//! PL/pgSQL in `DO`: its statements, each with the conditions under which it runs.

mod catalogue;
mod condition;
mod handler;
mod variables;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::decoded_text::DecodedText;
use squawk_syntax::{SyntaxKind as K, SyntaxNode};

use super::read_node;
use super::tree::{child, children, range};
use crate::languages::sql::draft::{Draft, Fault, Reading};
use crate::languages::sql::place::Origin;
use crate::languages::sql::session::{Around, Given, Session};
use crate::languages::sql::split::body_too_deep;
use crate::languages::sql::{head, holes};
use crate::model::operation::Guard;
use crate::model::schema::Dialect;
use condition::Condition;
use variables::Variables;

/// Conditions that are kept of a statement: more are one that is unknown.
const MAX_GUARDS: usize = 40;

/// Bodies that may stand in each other: `DO` that executes `DO`.
const MAX_DEPTH: usize = 4;

/// Reads the body of a DO that stands in the text of `origin`.
pub(in crate::languages::sql) fn read_body(
    session: &mut Session<'_>,
    decoded: DecodedText,
    origin: &Origin,
    around: &Around,
) {
    let written = decoded.text().to_owned();
    let masked = holes::mask(&written, Dialect::Postgresql);
    let sql = masked.as_deref().unwrap_or(&written);
    let around = Around { depth: around.depth + 1, ..around.clone() };
    let mut body = Body {
        session,
        origin: origin.value(decoded),
        sql,
        written: &written,
        masked: masked.as_deref(),
        faults: Vec::new(),
        told: false,
        variables: Variables::default(),
    };
    if around.depth > MAX_DEPTH || body_too_deep(sql) {
        body.unknown(0..sql.len(), "its body is nested too deeply", &around);
        return;
    }
    let parsed = body.session.parser.body(sql);
    body.faults = parsed.faults;
    match child(&parsed.root, K::PLPGSQL_BLOCK) {
        Some(block) => body.block(&block, &around),
        None => body.unknown(0..sql.len(), "its body could not be read", &around),
    }
    // What is left stands in no statement that was read, or follows from what was told.
    if let Some(fault) = body.faults.pop().filter(|_| !body.told) {
        let at = fault.at.unwrap_or_default().min(sql.len());
        body.unknown(at..at, &fault.message, &around);
    }
}

/// A body that is being read.
struct Body<'s, 'a> {
    session: &'s mut Session<'a>,
    origin: Origin,
    /// What is parsed: without holes.
    sql: &'s str,
    /// The same as written.
    written: &'s str,
    masked: Option<&'s str>,
    /// What the parser could not read, as far as it was not told of a statement.
    faults: Vec<Fault>,
    /// A fault was told of a statement.
    told: bool,
    variables: Variables,
}

impl Body<'_, '_> {
    fn block(&mut self, block: &SyntaxNode, around: &Around) {
        let section = child(block, K::PLPGSQL_EXCEPTION_SECTION);
        let handlers: Vec<SyntaxNode> =
            section.iter().flat_map(|section| children(section, K::PLPGSQL_EXCEPTION_HANDLER)).collect();
        let mut inner = around.clone();
        for handler in &handlers {
            let forgiven = handler::forgives(handler, self.sql);
            inner.if_exists |= forgiven.if_exists;
            inner.if_not_exists |= forgiven.if_not_exists;
        }
        if let Some(body) = child(block, K::PLPGSQL_BODY) {
            self.body(&body, &inner);
        }
        for handler in &handlers {
            if let Some(body) = child(handler, K::PLPGSQL_BODY) {
                let condition = self.sql[range(handler).start..range(&body).start].trim();
                let condition = condition.trim_end_matches(|last: char| !last.is_whitespace()).trim();
                self.body(&body, &guarded(around, [Guard::Unknown(format!("exception {condition}").into())]));
            }
        }
    }

    fn body(&mut self, body: &SyntaxNode, around: &Around) {
        let mut around = around.clone();
        for statement in body.children() {
            self.statement(&statement, &mut around);
        }
    }

    /// Reads a statement; what it means for those after it is added to `around`.
    fn statement(&mut self, node: &SyntaxNode, around: &mut Around) {
        match node.kind() {
            K::PLPGSQL_BLOCK => self.block(node, around),
            K::PLPGSQL_IF_STMT => self.branches(node, around),
            K::PLPGSQL_CASE_STMT => {
                for branch in node.children() {
                    let condition = self.text_before_body(&branch);
                    self.unsure(&branch, &condition, around);
                }
            }
            K::PLPGSQL_LOOP_STMT
            | K::PLPGSQL_WHILE_STMT
            | K::PLPGSQL_FOR_I_STMT
            | K::PLPGSQL_FOR_DYN_STMT
            | K::PLPGSQL_FOR_CURSOR_STMT
            | K::PLPGSQL_FOR_QUERY_STMT
            | K::PLPGSQL_FOR_EACH_STMT => {
                let condition = self.text_before_body(node);
                let condition = condition.trim_end_matches(|last: char| last.is_ascii_alphabetic()).trim().to_owned();
                self.unsure(node, &condition, around);
            }
            K::PLPGSQL_EXEC_SQL_STMT | K::PLPGSQL_CALL_STMT => match node.first_child() {
                Some(statement) => self.sql(&statement, around),
                None => self.broken(node, around),
            },
            K::PLPGSQL_DO_STMT => {
                if let Some(statement) = node.first_child() {
                    self.again(range(&statement), around);
                }
            }
            K::PLPGSQL_DYN_EXECUTE_STMT => self.execute(node, around),
            K::PLPGSQL_ASSIGN_STMT => self.assign(node, around),
            K::PLPGSQL_RETURN_STMT => {
                add_guards(&mut around.guards, [Guard::Unknown("it has not returned before".into())]);
            }
            K::ERROR => self.broken(node, around),
            _ => {}
        }
    }

    /// Reads IF with its branches.
    fn branches(&mut self, node: &SyntaxNode, around: &mut Around) {
        let mut before: Vec<Guard> = Vec::new();
        let mut clauses = vec![(child(node, K::PLPGSQL_EXPR), child(node, K::PLPGSQL_BODY))];
        for clause in node.children() {
            match clause.kind() {
                K::PLPGSQL_ELSIF_CLAUSE => {
                    clauses.push((child(&clause, K::PLPGSQL_EXPR), child(&clause, K::PLPGSQL_BODY)));
                }
                K::PLPGSQL_ELSE_CLAUSE => clauses.push((None, child(&clause, K::PLPGSQL_BODY))),
                _ => {}
            }
        }
        let returns = clauses.first().and_then(|(_, body)| body.as_ref()).is_some_and(returns);
        let only = clauses.len() == 1;
        let mut otherwise = Vec::new();
        for (condition, body) in clauses {
            let condition = condition.map(|node| self.condition(&node));
            let mut guards = before.clone();
            if let Some(condition) = condition {
                guards.extend(condition.guards());
                otherwise = condition.negated().guards();
                add_guards(&mut before, otherwise.iter().cloned());
            }
            if let Some(body) = body {
                self.body(&body, &guarded(around, guards));
                self.variables.forget_assigned(&body);
            }
        }
        if returns && only {
            add_guards(&mut around.guards, otherwise);
        }
    }

    /// Reads the bodies in a node, of which it cannot be known whether they run.
    fn unsure(&mut self, node: &SyntaxNode, condition: &str, around: &Around) {
        let around = guarded(around, [Guard::Unknown(condition.into())]);
        for body in children(node, K::PLPGSQL_BODY) {
            self.variables.forget_assigned(&body);
            self.body(&body, &around);
        }
    }

    fn text_before_body(&self, node: &SyntaxNode) -> String {
        let end = child(node, K::PLPGSQL_BODY).map_or(range(node).end, |body| range(&body).start);
        self.sql[range(node).start..end].trim().to_owned()
    }

    /// Reads an SQL statement whose tree is part of the body's.
    fn sql(&mut self, node: &SyntaxNode, around: &Around) {
        let range = range(node);
        if let Some(fault) = self.fault_in(&range) {
            return self.add(range, Reading { fault: Some(fault), ..Reading::default() }, around);
        }
        let head = head::read(&self.sql[range.clone()], self.session.dialect);
        let mut reading = Reading::default();
        read_node(self.session, self.sql, &self.origin, &head, node, &mut reading);
        self.add(range, reading, around);
    }

    /// Reads a statement anew, as a text of its own.
    fn again(&mut self, range: std::ops::Range<usize>, around: &Around) {
        let origin = self.origin.part(range.start);
        self.session.inside(&self.written[range], &origin, around);
    }

    /// Reads `EXECUTE 'literal'`; what is computed cannot be known.
    fn execute(&mut self, node: &SyntaxNode, around: &Around) {
        let expression = child(node, K::PLPGSQL_EXPR).and_then(|node| condition::expression(&node));
        let decoded = expression.and_then(ast::Literal::cast).and_then(|literal| literal.decoded_value());
        let Some(decoded) = decoded else {
            return self.unknown(range(node), "it executes SQL that is computed at run time", around);
        };
        let sql = decoded.text().to_owned();
        let origin = self.origin.value(decoded);
        self.session.inside(&sql, &origin, around);
    }

    /// Reads what the parser could not: only `SELECT ... INTO variable` is understood.
    fn broken(&mut self, node: &SyntaxNode, around: &Around) {
        let range = range(node);
        let fault = self.fault_in(&range);
        let text = self.sql[range.clone()].trim_end().trim_end_matches(';').trim_end();
        let range = range.start..range.start + text.len();
        let head = head::read(text, self.session.dialect);
        if head.kind == "select" {
            return self.select_into(text, around);
        }
        self.add(range, Reading { fault, ..Reading::default() }, around);
    }

    fn unknown(&mut self, range: std::ops::Range<usize>, why: &str, around: &Around) {
        let reading = Reading { drafts: vec![Draft::unknown(why)], ..Reading::default() };
        self.add(range, reading, around);
    }

    fn add(&mut self, range: std::ops::Range<usize>, reading: Reading, around: &Around) {
        let text = self.sql[range.clone()].trim_end().trim_end_matches(';').trim_end();
        let head = head::read(text, self.session.dialect);
        let range = range.start..range.start + text.len();
        let given = Given {
            sql: self.written,
            masked: self.masked,
            range,
            origin: self.origin.clone(),
            around: around.clone(),
        };
        self.session.add(&given, head, reading);
    }

    /// Takes the first fault in a range, along with the others.
    fn fault_in(&mut self, range: &std::ops::Range<usize>) -> Option<Fault> {
        let inside = |fault: &Fault| fault.at.is_some_and(|at| (range.start..=range.end).contains(&at));
        let first = self.faults.iter().find(|fault| inside(fault)).cloned();
        self.faults.retain(|fault| !inside(fault));
        self.told |= first.is_some();
        first
    }

    fn condition(&mut self, node: &SyntaxNode) -> Condition {
        let range = range(node);
        if self.fault_in(&range).is_some() {
            return Condition::Unknown(self.sql[range].trim().into());
        }
        condition::read(node, self)
    }
}

/// Returns the surroundings with more guards.
fn guarded(around: &Around, guards: impl IntoIterator<Item = Guard>) -> Around {
    let mut around = around.clone();
    add_guards(&mut around.guards, guards);
    around
}

fn add_guards(guards: &mut Vec<Guard>, more: impl IntoIterator<Item = Guard>) {
    for guard in more {
        if guards.len() > MAX_GUARDS || guards.last() == Some(&guard) {
            continue;
        }
        let full = guards.len() == MAX_GUARDS;
        guards.push(if full { Guard::Unknown("many conditions".into()) } else { guard });
    }
}

/// Returns whether a body ends with RETURN.
fn returns(body: &SyntaxNode) -> bool {
    body.children().last().is_some_and(|last| last.kind() == K::PLPGSQL_RETURN_STMT)
}
