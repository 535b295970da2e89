//! The server: documents that are open, projects that are judged, diagnostics that were told.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types::{
    CodeActionKind, CodeActionParams, CompletionParams, Diagnostic, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, HoverParams, InitializeParams, InitializeResult,
    PublishDiagnosticsParams, ResourceOperationKind, ServerInfo, TextDocumentContentChangeEvent, Uri, WorkspaceFolders,
};
use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::answers::Asked;
use super::capabilities::capabilities;
use super::folder::{Folder, enter};
use super::positions::Encoding;
use super::transport::Input;
use crate::app::lsp::{Project, Settings};
use crate::app::watch::{self, Batch};

/// Where the conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Greeting,
    Serving,
    ShutDown,
    Ended,
}

/// A file that is open in the editor.
struct Document {
    uri: Uri,
    version: i32,
    text: Arc<str>,
}

pub(super) struct Server {
    pub(super) phase: Phase,
    pub(super) was_shut_down: bool,
    encoding: Encoding,
    settings: Settings,
    /// The editor makes files that an edit asks for.
    creates_files: bool,
    /// The editor tells of files that change on disk, when asked.
    tells_of_files: bool,
    folders: Vec<Folder>,
    /// By absolute path, without links.
    documents: BTreeMap<Utf8PathBuf, Document>,
    inputs: Sender<Input>,
    messages: Vec<Message>,
    asked: i32,
}

/// Why a request cannot be answered.
type Refusal = (ErrorCode, String);

impl Server {
    pub(super) fn new(inputs: Sender<Input>) -> Self {
        Self {
            phase: Phase::Greeting,
            was_shut_down: false,
            encoding: Encoding::default(),
            settings: Settings { connect: false, clock: || jiff::Zoned::now().date() },
            creates_files: false,
            tells_of_files: false,
            folders: Vec::new(),
            documents: BTreeMap::new(),
            inputs,
            messages: Vec::new(),
            asked: 0,
        }
    }

    pub(super) fn send(&mut self, message: impl Into<Message>) {
        self.messages.push(message.into());
    }

    pub(super) fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    /// Writes to the editor's log.
    pub(super) fn log(&mut self, message: &str) {
        self.notify("window/logMessage", &json!({ "type": 4, "message": message }));
    }

    fn notify(&mut self, method: &str, params: &impl Serialize) {
        let params = serde_json::to_value(params).unwrap_or_default();
        self.send(Notification { method: method.to_owned(), params });
    }

    /// Answers a request.
    pub(super) fn request(&mut self, request: Request) {
        let id = request.id.clone();
        let response = match self.answer(request) {
            Ok(result) => Response::new_ok(id, result),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        };
        self.send(response);
    }

    fn answer(&mut self, request: Request) -> Result<Json, Refusal> {
        match (self.phase, &*request.method) {
            (Phase::Greeting, "initialize") => to_json(&self.initialize(&params(request.params)?)),
            (Phase::Greeting, _) => Err((ErrorCode::ServerNotInitialized, "`initialize` comes first".to_owned())),
            (Phase::ShutDown | Phase::Ended, _) => {
                Err((ErrorCode::InvalidRequest, "the server has been shut down".to_owned()))
            }
            (Phase::Serving, "shutdown") => {
                self.phase = Phase::ShutDown;
                self.was_shut_down = true;
                Ok(Json::Null)
            }
            (Phase::Serving, "textDocument/hover") => {
                let asked: HoverParams = params(request.params)?;
                let at = asked.text_document_position_params;
                self.judge_if_stale();
                let hover = self.asked(&at.text_document.uri, |_, asked| asked.hover(at.position));
                to_json(&hover.flatten())
            }
            (Phase::Serving, "textDocument/codeAction") => {
                let asked: CodeActionParams = params(request.params)?;
                let wanted = asked.context.only.as_deref();
                if wanted.is_some_and(|kinds| !kinds.iter().any(is_quick_fix)) {
                    return Ok(json!([]));
                }
                self.judge_if_stale();
                let creates = self.creates_files;
                let actions = self.asked(&asked.text_document.uri, |server, about| {
                    let uri_of = |path: &str| server.uri_of(&about.project.root.join(path));
                    about.actions(asked.range, &uri_of, creates)
                });
                to_json(&actions.unwrap_or_default())
            }
            (Phase::Serving, "textDocument/completion") => {
                let asked: CompletionParams = params(request.params)?;
                let at = asked.text_document_position_params;
                let items = self.asked(&at.text_document.uri, |_, asked| asked.completions(at.position));
                to_json(&items.unwrap_or_default())
            }
            (Phase::Serving, method) => Err((ErrorCode::MethodNotFound, format!("there is no method `{method}` here"))),
        }
    }

    fn initialize(&mut self, given: &InitializeParams) -> InitializeResult {
        let client = &given.capabilities;
        let encodings = client.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        self.encoding = Encoding::agreed(encodings.unwrap_or_default());
        let workspace = client.workspace.as_ref();
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edits.and_then(|edits| edits.resource_operations.as_deref()).unwrap_or_default();
        self.creates_files = operations.contains(&ResourceOperationKind::Create);
        let files = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        self.tells_of_files = files.and_then(|files| files.dynamic_registration).unwrap_or_default();
        let options = given.initialization_options.as_ref();
        self.settings.connect = options.and_then(|options| options.get("databases")?.as_bool()).unwrap_or_default();
        let roots: Vec<Uri> = match &given.workspace_folders_initialize_params.workspace_folders {
            Some(WorkspaceFolders::WorkspaceFolderList(folders)) if !folders.is_empty() => {
                folders.iter().map(|folder| folder.uri.clone()).collect()
            }
            // Older editors know of one folder.
            #[expect(deprecated, reason = "that is what they send")]
            _ => given.root_uri.iter().cloned().collect(),
        };
        roots.iter().for_each(|root| self.add_folder(root));
        self.phase = Phase::Serving;
        InitializeResult {
            capabilities: capabilities(self.encoding),
            server_info: Some(ServerInfo {
                name: "lawbook".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }

    /// Takes note of something. What cannot be read is logged, as nobody waits for an answer.
    pub(super) fn notification(&mut self, notification: Notification) {
        let method = notification.method.clone();
        let done = match (self.phase, &*method) {
            (_, "exit") => {
                self.phase = Phase::Ended;
                Ok(())
            }
            (Phase::Serving, _) => self.note(notification),
            _ => Ok(()),
        };
        if let Err((_, why)) = done {
            self.log(&format!("`{method}` was left out: {why}"));
        }
    }

    fn note(&mut self, notification: Notification) -> Result<(), Refusal> {
        match &*notification.method {
            "initialized" => self.watch_files(),
            "textDocument/didOpen" => {
                let opened: DidOpenTextDocumentParams = params(notification.params)?;
                let document = opened.text_document;
                self.open(document.uri, document.version, document.text.into());
            }
            "textDocument/didChange" => self.change(params(notification.params)?),
            "textDocument/didSave" => {
                let saved: DidSaveTextDocumentParams = params(notification.params)?;
                self.touch(&[saved.text_document.uri]);
            }
            "textDocument/didClose" => {
                let closed: DidCloseTextDocumentParams = params(notification.params)?;
                self.close(&closed.text_document.uri);
            }
            "workspace/didChangeWatchedFiles" => {
                let changed: DidChangeWatchedFilesParams = params(notification.params)?;
                let uris: Vec<Uri> = changed.changes.into_iter().map(|change| change.uri).collect();
                self.touch(&uris);
            }
            "workspace/didChangeWorkspaceFolders" => {
                let changed: DidChangeWorkspaceFoldersParams = params(notification.params)?;
                changed.event.removed.iter().for_each(|folder| self.remove_folder(&folder.uri));
                changed.event.added.iter().for_each(|folder| self.add_folder(&folder.uri));
            }
            _ => {}
        }
        Ok(())
    }

    /// Asks to be told of files that change on disk; an editor that cannot is helped out.
    fn watch_files(&mut self) {
        if !self.tells_of_files {
            let folders: Vec<Utf8PathBuf> = self.folders.iter().map(|folder| folder.project.folder.clone()).collect();
            folders.iter().for_each(|folder| self.watch_folder(folder));
            return;
        }
        self.asked += 1;
        let watchers = json!([{ "globPattern": "**/*" }]);
        let registration = json!({ "registrations": [{
            "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": { "watchers": watchers },
        }]});
        self.send(Request::new(self.asked.into(), "client/registerCapability".to_owned(), registration));
    }

    fn watch_folder(&self, folder: &Utf8Path) {
        let (folder, inputs) = (folder.to_owned(), self.inputs.clone());
        std::thread::spawn(move || {
            watch::changes(&folder, &mut |batch| match inputs.send(Input::Touched(batch)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            });
        });
    }

    fn add_folder(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        if self.folders.iter().any(|folder| folder.project.folder == path) {
            return;
        }
        let mut project = Project::new(&path, self.settings);
        for (path, document) in &self.documents {
            project.show(path, Some(document.text.clone()));
        }
        if self.phase == Phase::Serving && !self.tells_of_files {
            self.watch_folder(&path);
        }
        self.folders.push(Folder::new(project));
    }

    fn remove_folder(&mut self, uri: &Uri) {
        let path = path_of(uri);
        let (gone, kept) = std::mem::take(&mut self.folders)
            .into_iter()
            .partition::<Vec<Folder>, _>(|folder| Some(&folder.project.folder) == path.as_ref());
        self.folders = kept;
        for path in gone.iter().flat_map(|folder| folder.shown()) {
            self.publish(path, Vec::new());
        }
    }

    fn open(&mut self, uri: Uri, version: i32, text: Arc<str>) {
        let Some(path) = path_of(&uri) else { return };
        if self.folders.is_empty()
            && let Some(folder) = path.parent().and_then(|folder| Uri::from_directory_path(folder).ok())
        {
            // A file that was opened without a folder.
            self.add_folder(&folder);
        }
        self.documents.insert(path.clone(), Document { uri, version, text: text.clone() });
        self.show(&path, Some(text));
    }

    fn change(&mut self, changed: DidChangeTextDocumentParams) {
        let Some(path) = path_of(&changed.text_document.text_document_identifier.uri) else { return };
        let encoding = self.encoding;
        let Some(document) = self.documents.get_mut(&path) else { return };
        for change in changed.content_changes {
            document.text = match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    encoding.apply(&document.text, part.range, &part.text).into()
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => whole.text.into(),
            };
        }
        document.version = changed.text_document.version;
        let text = document.text.clone();
        self.show(&path, Some(text));
    }

    fn close(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        self.documents.remove(&path);
        self.show(&path, None);
        self.touch(std::slice::from_ref(uri));
    }

    fn show(&mut self, path: &Utf8Path, text: Option<Arc<str>>) {
        for folder in &mut self.folders {
            folder.project.show(path, text.clone());
        }
    }

    fn touch(&mut self, uris: &[Uri]) {
        let paths = uris.iter().filter_map(path_of).collect();
        self.touched(&Batch { paths, all: false });
    }

    /// Takes note of files that changed on disk.
    pub(super) fn touched(&mut self, batch: &Batch) {
        for folder in &mut self.folders {
            if batch.all {
                folder.project.touch_all();
            }
            let of_folder = |path: &&Utf8PathBuf| {
                path.starts_with(&folder.project.root)
                    || path.starts_with(&folder.project.folder)
                    || folder.project.root.starts_with(path)
            };
            let paths: Vec<&Utf8Path> = batch.paths.iter().filter(of_folder).map(Utf8PathBuf::as_path).collect();
            if !paths.is_empty() {
                folder.project.touch(paths);
            }
        }
    }

    /// Returns whether something changed that was not judged yet.
    pub(super) fn is_stale(&self) -> bool {
        self.phase == Phase::Serving && self.folders.iter().any(|folder| folder.project.stale)
    }

    fn judge_if_stale(&mut self) {
        if self.is_stale() {
            self.judge();
        }
    }

    /// Judges what changed, and tells the editor what that changes for it.
    pub(super) fn judge(&mut self) {
        for index in 0..self.folders.len() {
            let folder = &mut self.folders[index];
            if !folder.project.stale {
                continue;
            }
            enter(&folder.project);
            let (log, changed) = folder.judge(self.encoding);
            log.iter().for_each(|line| self.log(line));
            for (path, diagnostics) in changed {
                self.publish(&path, diagnostics);
            }
        }
    }

    /// Forgets what was kept, after something went wrong: the next change is judged from the beginning.
    pub(super) fn start_over(&mut self) {
        for folder in &mut self.folders {
            folder.project.touch_all();
            folder.project.stale = false;
        }
        self.log("judging failed, which is a fault of lawbook");
    }

    fn publish(&mut self, path: &Utf8Path, diagnostics: Vec<Diagnostic>) {
        let Some(uri) = self.uri_of(path) else { return };
        let version = self.documents.get(path).map(|document| document.version);
        self.notify("textDocument/publishDiagnostics", &PublishDiagnosticsParams { uri, version, diagnostics });
    }

    /// Returns the address of a file: the editor's own, if it is open.
    fn uri_of(&self, path: &Utf8Path) -> Option<Uri> {
        match self.documents.get(path) {
            Some(document) => Some(document.uri.clone()),
            None => Uri::from_file_path(path).ok(),
        }
    }

    /// Asks something about a file that is open.
    fn asked<T>(&self, uri: &Uri, question: impl FnOnce(&Self, &Asked<'_>) -> T) -> Option<T> {
        let path = path_of(uri)?;
        let text = &self.documents.get(&path)?.text;
        // The innermost of folders that lie in each other.
        let inside = self.folders.iter().filter(|folder| path.starts_with(&folder.project.root));
        let folder = inside.max_by_key(|folder| folder.project.folder.as_str().len())?;
        let relative = folder.project.relative(&path)?;
        enter(&folder.project);
        let findings = folder.findings(&relative);
        let asked = Asked { project: &folder.project, path: &relative, text, findings, encoding: self.encoding };
        Some(question(self, &asked))
    }
}

/// Returns the path of a file, without links, whether it is there or not.
fn path_of(uri: &Uri) -> Option<Utf8PathBuf> {
    let path = Utf8PathBuf::from_path_buf(uri.to_file_path().ok()?).ok()?;
    if let Ok(real) = path.canonicalize_utf8() {
        return Some(real);
    }
    let parent = path.parent().and_then(|parent| parent.canonicalize_utf8().ok());
    Some(match (parent, path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path,
    })
}

fn is_quick_fix(kind: &CodeActionKind) -> bool {
    matches!(kind, CodeActionKind::QuickFix | CodeActionKind::Empty)
}

fn params<T: DeserializeOwned>(params: Json) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn to_json(result: &impl Serialize) -> Result<Json, Refusal> {
    serde_json::to_value(result).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}
