//! Findings and problems as the editor shows them.

use gen_lsp_types::{Code, Diagnostic, DiagnosticSeverity, DiagnosticTag, Message};

use super::positions::Encoding;
use crate::app::lsp::is_dead;
use crate::model::{Finding, Level, Location, Problem, Severity};

/// Returns a finding as a diagnostic; `lines` are those of its file.
pub(super) fn of_finding(finding: &Finding, lines: &[&str], encoding: Encoding) -> Diagnostic {
    let severity = match finding.severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Info | Severity::Off => DiagnosticSeverity::Information,
    };
    Diagnostic {
        range: encoding.range(lines, finding.span()),
        severity: Some(severity),
        code: Some(Code::String(finding.rule.to_string())),
        source: Some("lawbook".to_owned()),
        message: Message::String(said(&finding.message, finding.at.as_ref(), finding.subject.as_deref())),
        // Shown faint: it may go.
        tags: is_dead(finding).then(|| vec![DiagnosticTag::Unnecessary]),
        ..Diagnostic::default()
    }
}

/// Returns a problem as a diagnostic.
pub(super) fn of_problem(problem: &Problem, lines: &[&str], encoding: Encoding) -> Diagnostic {
    let severity = match problem.level {
        Level::Error => DiagnosticSeverity::Error,
        Level::Warning => DiagnosticSeverity::Warning,
    };
    let hint = problem.hint.as_ref().map_or_else(String::new, |hint| format!("\n{hint}"));
    Diagnostic {
        range: encoding.range(lines, problem.at.as_ref().and_then(|at| at.span)),
        severity: Some(severity),
        source: Some("lawbook".to_owned()),
        message: Message::String(format!("{}{hint}", problem.message)),
        ..Diagnostic::default()
    }
}

/// Returns what is said; of what is in no file, with what it is about.
fn said(message: &str, at: Option<&Location>, subject: Option<&str>) -> String {
    match (at, subject) {
        (None, Some(subject)) => format!("{subject}: {message}"),
        _ => message.to_owned(),
    }
}
