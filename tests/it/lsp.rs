//! `lawbook lsp`, spoken with as an editor speaks: over standard input and output.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::project::Project;

/// Longer than anything takes on a busy machine: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(120);

const MIGRATION: &str = "migrations/versions/0001_deals.py";
const SECOND: &str = "migrations/versions/0002_deal_status.py";
const EXCEPTIONS: &str = ".coding-rules-exceptions.yml";

/// An editor, with a server of its own.
struct Editor {
    project: Project,
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Json>,
    /// What came while something else was waited for.
    others: VecDeque<Json>,
    next: i64,
}

impl Editor {
    fn start(project: Project) -> Self {
        let mut child =
            project.command(&["lsp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let stdin = child.stdin.take().expect("a pipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = message(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { project, child, stdin, messages, others: VecDeque::new(), next: 0 }
    }

    /// Starts one and greets it.
    fn open(project: Project, capabilities: Json) -> (Self, Json) {
        let mut editor = Self::start(project);
        let root = editor.uri("");
        let greeting = json!({
            "processId": null, "rootUri": root, "capabilities": capabilities,
            "workspaceFolders": [{ "uri": root, "name": "project" }],
        });
        let result = editor.request("initialize", &greeting)["result"].clone();
        editor.notify("initialized", &json!({}));
        (editor, result)
    }

    fn uri(&self, path: &str) -> String {
        let root = self.project.root();
        let uri = if path.is_empty() {
            url::Url::from_directory_path(root)
        } else {
            url::Url::from_file_path(root.join(path))
        };
        uri.expect("an absolute path").to_string()
    }

    fn write(&mut self, body: &str) {
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        self.stdin.flush().expect("the server reads");
    }

    fn notify(&mut self, method: &str, params: &Json) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    fn ask(&mut self, method: &str, params: &Json) -> i64 {
        self.next += 1;
        let id = self.next;
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        id
    }

    /// Asks, and waits for the answer.
    fn request(&mut self, method: &str, params: &Json) -> Json {
        let id = self.ask(method, params);
        self.answer(id)
    }

    fn answer(&mut self, id: i64) -> Json {
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// Waits for a message.
    fn wait(&mut self, wanted: impl Fn(&Json) -> bool) -> Json {
        if let Some(at) = self.others.iter().position(&wanted) {
            return self.others.remove(at).expect("it is there");
        }
        loop {
            match self.messages.recv_timeout(PATIENCE) {
                Ok(message) if wanted(&message) => return message,
                Ok(message) => self.others.push_back(message),
                Err(error) => panic!("the server never says it ({error}), but {:#?}", self.others),
            }
        }
    }

    /// Waits until diagnostics of a file are as wanted, and returns them.
    fn diagnostics(&mut self, path: &str, wanted: impl Fn(&[Json]) -> bool) -> Vec<Json> {
        let uri = self.uri(path);
        let of = |message: &Json| message["params"]["diagnostics"].as_array().cloned().unwrap_or_default();
        let is_told = |message: &Json| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri.as_str()
        };
        let message = self.wait(|message| is_told(message) && wanted(&of(message)));
        // What was said before it is out of date.
        self.others.retain(|message| !is_told(message));
        of(&message)
    }

    fn show(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "python", "version": 1, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    fn edit(&mut self, path: &str, version: i64, changes: &Json) {
        let document = json!({ "uri": self.uri(path), "version": version });
        self.notify("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    fn at(&self, path: &str, line: u64, character: u64) -> Json {
        json!({ "textDocument": { "uri": self.uri(path) }, "position": { "line": line, "character": character } })
    }

    fn actions(&mut self, path: &str, range: &Json) -> Vec<Json> {
        let asked =
            json!({ "textDocument": { "uri": self.uri(path) }, "range": range, "context": { "diagnostics": [] } });
        self.request("textDocument/codeAction", &asked)["result"].as_array().cloned().expect("a list")
    }

    /// Says goodbye; returns the exit code.
    fn close(mut self) -> Option<i32> {
        assert_eq!(self.request("shutdown", &Json::Null)["result"], Json::Null);
        self.notify("exit", &Json::Null);
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // A test that failed leaves no process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn message(from: &mut impl BufRead) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// Applies an edit of one range to a text; positions count UTF-16 units.
fn apply(text: &str, edit: &Json) -> String {
    let offset = |position: &Json| {
        let (line, character) =
            (position["line"].as_u64().expect("a line"), position["character"].as_u64().expect("one"));
        let start: usize = text.split_inclusive('\n').take(usize::try_from(line).expect("small")).map(str::len).sum();
        let mut left = usize::try_from(character).expect("small");
        let within = text[start..].chars().take_while(|character| {
            let fits = left >= character.len_utf16();
            left = left.saturating_sub(character.len_utf16());
            fits
        });
        start + within.map(char::len_utf8).sum::<usize>()
    };
    let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
    format!("{}{}{}", &text[..start], edit["newText"].as_str().expect("a text"), &text[end..])
}

fn codes(diagnostics: &[Json]) -> Vec<&str> {
    diagnostics.iter().map(|one| one["code"].as_str().unwrap_or("problem")).collect()
}

fn plain() -> Project {
    let project = Project::copy_of("tests/projects/plain");
    project.write("lawbook.yml", "packs: [alembic]\nrules:\n  alembic/unguarded-drop: error\n");
    project
}

/// A text whose line of the fault has characters that UTF-16 counts twice.
fn unguarded(project: &Project) -> (String, u64) {
    let text = project.read(SECOND).replace(
        "op.drop_column(\"deals\", \"status\", if_exists=True)",
        "x = \"ü😀\"; op.drop_column(\"deals\", \"status\")",
    );
    let line = text.lines().position(|line| line.contains('😀')).expect("it is there");
    (text, line as u64)
}

#[test]
fn a_session_from_first_to_last() {
    let (mut editor, greeted) = Editor::open(plain(), json!({}));
    assert_eq!(greeted["capabilities"]["positionEncoding"], "utf-16");
    let (text, line) = unguarded(&editor.project);
    let saved = editor.project.read(SECOND);

    // Typed, never saved: it is told of, at its place.
    editor.show(SECOND, &saved);
    editor.edit(SECOND, 2, &json!([{ "text": text }]));
    let is_told = |told: &[Json]| codes(told).contains(&"alembic/unguarded-drop");
    let told = editor.diagnostics(SECOND, is_told);
    let finding = told.iter().find(|one| one["code"] == "alembic/unguarded-drop").expect("it is there");
    let start = &finding["range"]["start"];
    // Four blanks, and `x = "ü😀"; ` with a face that counts two.
    assert_eq!((start["line"].as_u64(), start["character"].as_u64()), (Some(line), Some(4 + 11)), "{finding}");
    assert_eq!((finding["severity"].as_u64(), finding["source"].as_str()), (Some(1), Some("lawbook")));

    let hover = editor.at(SECOND, line, 20);
    let hover = editor.request("textDocument/hover", &hover)["result"].clone();
    let shown = hover["contents"]["value"].as_str().expect("Markdown").to_owned();
    assert!(shown.contains("#### Why") && shown.contains("#### How to mend it"), "{shown}");

    // Both ways to excuse it; each makes the finding go.
    let range = finding["range"].clone();
    let offered = editor.actions(SECOND, &range);
    let titled =
        |part: &str| offered.iter().find(|action| action["title"].as_str().is_some_and(|title| title.contains(part)));
    let on_line = titled("on this line").expect("a comment is offered").clone();
    let in_file = titled(EXCEPTIONS).expect("an entry is offered").clone();
    let uri = editor.uri(SECOND);
    let edit = &on_line["edit"]["changes"][&uri][0];
    let excused = apply(&text, edit);
    assert!(excused.contains("# lawbook: allow alembic/unguarded-drop -- TODO: say why"), "{excused}");
    editor.edit(SECOND, 3, &json!([edit_as_change(edit)]));
    editor.diagnostics(SECOND, |told| !is_told(told));
    editor.edit(SECOND, 4, &json!([{ "text": text }]));
    editor.diagnostics(SECOND, is_told);
    let of_file = editor.uri(EXCEPTIONS);
    let entry = apply("", &in_file["edit"]["changes"][&of_file][0]);
    assert!(entry.contains("alembic/unguarded-drop") && entry.contains(SECOND), "{entry}");
    editor.project.write(EXCEPTIONS, &entry);
    let changed = json!({ "changes": [{ "uri": of_file, "type": 1 }] });
    editor.notify("workspace/didChangeWatchedFiles", &changed);
    editor.diagnostics(SECOND, |told| !is_told(told));

    // The fault is mended: now the exception is of no use, and may go. Its file is closed, and told of all the same.
    editor.edit(SECOND, 5, &json!([{ "text": saved }]));
    let told = editor.diagnostics(EXCEPTIONS, |told| codes(told).contains(&"exceptions/unused"));
    let unused = told.iter().find(|one| one["code"] == "exceptions/unused").expect("it is there");
    assert_eq!(unused["tags"], json!([1]), "it is shown faint");
    editor.show(EXCEPTIONS, &entry);
    let offered = editor.actions(EXCEPTIONS, &unused["range"]);
    assert_eq!(offered[0]["title"], "Remove this exception", "{offered:?}");
    let removed = apply(&entry, &offered[0]["edit"]["changes"][&of_file][0]);
    assert!(!removed.contains("unguarded-drop"), "{removed}");
    editor.edit(EXCEPTIONS, 2, &json!([{ "text": removed }]));
    editor.diagnostics(EXCEPTIONS, |told| !codes(told).contains(&"exceptions/unused"));
    assert_eq!(editor.close(), Some(0));
}

fn edit_as_change(edit: &Json) -> Json {
    json!({ "range": edit["range"], "text": edit["newText"] })
}

#[test]
fn rule_names_are_completed_and_explained() {
    let (mut editor, _) = Editor::open(plain(), json!({}));
    let cases = [
        (EXCEPTIONS, "exceptions:\n  alem", 1, 6, true),
        (EXCEPTIONS, "exceptions:\n  alembic/unguarded-drop:\n    - pa", 2, 8, false),
        ("lawbook.yml", "packs: [alembic]\nrules:\n  ", 2, 2, true),
        ("lawbook.yml", "packs: [alembic]\nrules:\n  a\nfail-on: w", 3, 10, false),
        (MIGRATION, "x = 1  # lawbook: allow ale", 0, 27, true),
        (MIGRATION, "x = 1  # lawbook: allow a -- be", 0, 31, false),
    ];
    for (path, text, line, character, expected) in cases {
        editor.show(path, text);
        let at = editor.at(path, line, character);
        let items = editor.request("textDocument/completion", &at)["result"].as_array().cloned().expect("a list");
        let item = items.iter().find(|item| item["label"] == "alembic/unguarded-drop");
        assert_eq!(item.is_some(), expected, "{text}");
        if let Some(item) = item {
            assert_eq!(item["textEdit"]["range"]["end"], json!({ "line": line, "character": character }), "{text}");
            assert!(item["documentation"]["value"].as_str().is_some_and(|text| text.contains("Why")), "{item}");
        }
    }
    let entry =
        "exceptions:\n  alembic/unguarded-drop:\n    - path: migrations/versions/0001_deals.py\n      reason: r\n";
    editor.show(EXCEPTIONS, entry);
    let at = editor.at(EXCEPTIONS, 1, 10);
    let hover = editor.request("textDocument/hover", &at)["result"].clone();
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("alembic/unguarded-drop")), "{hover}");
    let nothing = editor.at(EXCEPTIONS, 0, 3);
    assert_eq!(editor.request("textDocument/hover", &nothing)["result"], Json::Null);
    assert_eq!(editor.close(), Some(0));
}

#[test]
fn packs_and_configuration_are_judged_as_they_are_typed() {
    let (mut editor, _) = Editor::open(plain(), json!({ "general": { "positionEncodings": ["utf-8", "utf-16"] } }));
    editor.show("lawbook.yml", "packs: [alembic]\nrulez: {}\n");
    let told = editor.diagnostics("lawbook.yml", |told| !told.is_empty());
    assert!(told[0]["message"].as_str().is_some_and(|message| message.contains("did you mean `rules`?")), "{told:?}");
    assert_eq!(told[0]["range"]["start"], json!({ "line": 1, "character": 0 }));
    editor.edit("lawbook.yml", 2, &json!([{ "text": "packs: [alembic, ./rules]\n" }]));
    editor.project.write("rules/pack.yml", "title: House\n");
    editor.project.write("rules/a.yml", "id: a\ntitle: A\non: migration\nscript: a.rhai\nmessage: m\n");
    editor.project.write("rules/a.rhai", "fn check(fact) { }\n");
    let folder = editor.uri("rules");
    editor.notify("workspace/didChangeWatchedFiles", &json!({ "changes": [{ "uri": folder, "type": 1 }] }));
    editor.show("rules/a.rhai", "fn check(fact) { fact.revison }\n");
    let told = editor.diagnostics("rules/a.rhai", |told| !told.is_empty());
    assert!(told[0]["message"].as_str().is_some_and(|message| message.contains("revison")), "{told:?}");
    editor.edit("rules/a.rhai", 2, &json!([{ "text": "fn check(fact) { report(fact, \"hm\") }\n" }]));
    editor.diagnostics("rules/a.rhai", <[Json]>::is_empty);
    editor.diagnostics(MIGRATION, |told| codes(told).contains(&"rules/a"));
    // Closed without saving: what is on disk holds again.
    let document = json!({ "textDocument": { "uri": editor.uri("rules/a.rhai") } });
    editor.notify("textDocument/didClose", &document);
    editor.diagnostics(MIGRATION, |told| !codes(told).contains(&"rules/a"));
    assert_eq!(editor.close(), Some(0));
}

#[test]
fn files_that_change_on_disk_are_seen_without_the_editors_help() {
    let (mut editor, _) = Editor::open(plain(), json!({}));
    let (text, _) = unguarded(&editor.project);
    // The server watches from `initialized` on: an answer to what is asked behind it says that it does.
    let at = editor.at(SECOND, 0, 0);
    editor.request("textDocument/hover", &at);
    for attempt in 0..100 {
        editor.project.write(SECOND, text.replace("ü", &format!("ü{attempt}")));
        let told = editor.messages.recv_timeout(Duration::from_secs(2));
        if told.is_ok_and(|message| message.to_string().contains("unguarded-drop")) {
            assert_eq!(editor.close(), Some(0));
            return;
        }
    }
    panic!("it never sees that a file changed");
}

#[test]
fn nothing_that_is_said_ends_the_server() {
    let mut editor = Editor::start(plain());
    assert_eq!(editor.request("textDocument/hover", &json!({}))["error"]["code"], -32002, "before `initialize`");
    let root = editor.uri("");
    let greeting = json!({ "processId": null, "rootUri": root, "capabilities": {
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } } });
    assert_eq!(editor.request("initialize", &greeting)["result"]["serverInfo"]["name"], "lawbook");
    editor.notify("initialized", &json!({}));
    let asked = editor.wait(|message| message["method"] == "client/registerCapability");
    editor.write(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }).to_string());

    editor.write("{ this is no JSON");
    editor.write("[]");
    assert_eq!(editor.request("lawbook/noSuchThing", &json!({}))["error"]["code"], -32601);
    assert_eq!(editor.request("textDocument/hover", &json!({ "position": 7 }))["error"]["code"], -32602);
    editor.notify("textDocument/didOpen", &json!({ "textDocument": "?" }));
    editor.notify("textDocument/didChange", &json!([]));
    editor.notify("$/noSuchThing", &json!({}));
    let outside =
        json!({ "textDocument": { "uri": "untitled:Untitled-1" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(editor.request("textDocument/hover", &outside)["result"], Json::Null);
    let far = editor.at(MIGRATION, 4_000_000_000, 4_000_000_000);
    editor.show(MIGRATION, "x");
    assert_eq!(editor.request("textDocument/hover", &far)["result"], Json::Null);
    let range = json!({ "start": { "line": 9, "character": 9 }, "end": { "line": 0, "character": 0 } });
    editor.edit(MIGRATION, 2, &json!([{ "range": range, "text": "y" }]));

    // A request that is cancelled before its turn is not answered with a result.
    let at = editor.at(MIGRATION, 0, 0);
    let (id, next) = (editor.next + 1, editor.next + 2);
    editor.next += 2;
    let hover = |id| json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": at }).to_string();
    let cancel = json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": next } }).to_string();
    let framed: String = [hover(id), hover(next), cancel]
        .iter()
        .map(|body| format!("Content-Length: {}\r\n\r\n{body}", body.len()))
        .collect();
    editor.stdin.write_all(framed.as_bytes()).expect("the server reads");
    assert!(editor.answer(id).get("result").is_some());
    // It may have been answered before the wish to cancel was read.
    let cancelled = editor.answer(next);
    assert!(cancelled["error"]["code"] == -32800 || cancelled.get("result").is_some(), "{cancelled}");

    assert_eq!(editor.request("shutdown", &Json::Null)["result"], Json::Null);
    assert_eq!(editor.request("textDocument/hover", &json!({}))["error"]["code"], -32600, "after `shutdown`");
    editor.notify("exit", &Json::Null);
    assert_eq!(editor.child.wait().expect("it ends").code(), Some(0));
    // An editor that is gone takes its server with it.
    let project = plain();
    let mut child = project.command(&["lsp"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    drop(child.stdin.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}
