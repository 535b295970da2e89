//! Answers to what an editor asks of a place: what it means, what can be done, which names fit.

use std::collections::HashMap;
use std::sync::Arc;

use gen_lsp_types::{
    CodeAction, CodeActionDisabled, CodeActionKind, CompletionItem, CompletionItemKind, CompletionItemTextEdit,
    Contents, CreateFile, CreateFileOptions, DocumentChange, Documentation, Edit as LspEdit, Hover, MarkupContent,
    MarkupKind, OptionalVersionedTextDocumentIdentifier, Position, Range, TextDocumentEdit, TextDocumentIdentifier,
    TextEdit, Uri, WorkspaceEdit,
};

use super::diagnostics::of_finding;
use super::positions::Encoding;
use crate::app::lsp::{Project, actions, finding as describe, name_at, name_to_complete, rule as describe_rule};
use crate::model::Finding;

/// A file that is asked about.
pub(super) struct Asked<'a> {
    pub(super) project: &'a Project,
    /// Relative to the root.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    /// The findings of the file.
    pub(super) findings: &'a [Arc<Finding>],
    pub(super) encoding: Encoding,
}

impl Asked<'_> {
    fn lines(&self) -> Vec<&str> {
        self.text.split('\n').collect()
    }

    fn range_of(&self, line: usize, columns: &std::ops::Range<usize>) -> Range {
        let lines = self.lines();
        let position = |column| self.encoding.position(&lines, line, column);
        Range { start: position(columns.start), end: position(columns.end) }
    }

    /// Returns what is to be said of a place: the findings there, or the rule that is named.
    pub(super) fn hover(&self, position: Position) -> Option<Hover> {
        let workspace = self.project.workspace().ok()?;
        let lines = self.lines();
        let at = Range { start: position, end: position };
        let ranges = self.findings.iter().map(|finding| (&**finding, self.encoding.range(&lines, finding.span())));
        let here: Vec<(&Finding, Range)> = ranges.filter(|(_, range)| touch(*range, at)).collect();
        let named = || {
            let place = self.encoding.place(&lines, position);
            let (columns, rules) = name_at(&workspace, self.path, self.text, place)?;
            let rules: Vec<String> = rules.iter().filter_map(|id| workspace.rule(id).ok()).map(describe_rule).collect();
            (!rules.is_empty()).then(|| (rules.join("\n---\n\n"), self.range_of(place.0, &columns)))
        };
        let (text, range) = match here.first() {
            Some((_, range)) => {
                let said = here.iter().map(|(finding, _)| describe(finding, workspace.rule(&finding.rule).ok()));
                (said.collect::<Vec<_>>().join("\n---\n\n"), *range)
            }
            None => named()?,
        };
        Some(Hover { contents: Contents::MarkupContent(markdown(text)), range: Some(range) })
    }

    /// Returns what can be done about the findings in a range.
    pub(super) fn actions(&self, range: Range, uri_of: &dyn Fn(&str) -> Option<Uri>, creates: bool) -> Vec<CodeAction> {
        let Ok(workspace) = self.project.workspace() else { return Vec::new() };
        let lines = self.lines();
        let here = self.findings.iter().filter(|finding| touch(self.encoding.range(&lines, finding.span()), range));
        let mut offered = Vec::new();
        for finding in here {
            for action in actions(self.project, &workspace, finding) {
                let mut code_action = CodeAction {
                    title: action.title,
                    kind: Some(CodeActionKind::QuickFix),
                    diagnostics: Some(vec![of_finding(finding, &lines, self.encoding)]),
                    ..CodeAction::default()
                };
                match action.edit {
                    Err(reason) => code_action.disabled = Some(CodeActionDisabled { reason }),
                    Ok(edit) => {
                        let Some(uri) = uri_of(&edit.path) else { continue };
                        let change = self.encoding.edit(edit.before.as_deref().unwrap_or_default(), &edit.after);
                        code_action.edit = Some(workspace_edit(uri, change, edit.before.is_none() && creates));
                    }
                }
                // Two findings of one rule on a line are excused by the same edit.
                let is_twin = |other: &CodeAction| other.title == code_action.title && other.edit == code_action.edit;
                if !offered.iter().any(is_twin) {
                    offered.push(code_action);
                }
            }
        }
        offered
    }

    /// Returns the rules whose names fit at a place.
    pub(super) fn completions(&self, position: Position) -> Vec<CompletionItem> {
        let Ok(workspace) = self.project.workspace() else { return Vec::new() };
        let place = self.encoding.place(&self.lines(), position);
        let Some(columns) = name_to_complete(&workspace, self.path, self.text, place) else { return Vec::new() };
        let range = self.range_of(place.0, &columns);
        let item = |rule: &crate::packs::Rule| CompletionItem {
            label: rule.id.to_string(),
            kind: Some(CompletionItemKind::EnumMember),
            detail: Some(rule.title.clone()),
            documentation: Some(Documentation::MarkupContent(markdown(describe_rule(rule)))),
            text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit { range, new_text: rule.id.to_string() })),
            ..CompletionItem::default()
        };
        workspace.rules().map(item).collect()
    }
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// Returns whether two ranges have a place in common; their ends count.
fn touch(left: Range, right: Range) -> bool {
    let order = |position: Position| (position.line, position.character);
    order(left.start) <= order(right.end) && order(right.start) <= order(left.end)
}

fn workspace_edit(uri: Uri, edit: TextEdit, creates: bool) -> WorkspaceEdit {
    if !creates {
        return WorkspaceEdit { changes: Some(HashMap::from([(uri, vec![edit])])), ..WorkspaceEdit::default() };
    }
    let options = Some(CreateFileOptions { ignore_if_exists: Some(true), ..CreateFileOptions::default() });
    let text_document_identifier = TextDocumentIdentifier { uri: uri.clone() };
    let text_document = OptionalVersionedTextDocumentIdentifier { version: None, text_document_identifier };
    let changes = vec![
        DocumentChange::CreateFile(CreateFile { uri, options, annotation_id: None }),
        DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits: vec![LspEdit::TextEdit(edit)] }),
    ];
    WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
}
