//! What an editor is offered for a project that exists only in its windows.

use std::fs;
use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::civil::date;

use super::{Project, Settings, actions, finding as describe};

const MIGRATION: &str = "revision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n    op.drop_table('ü😀')\n";
const RULE: &str = "id: no-drop\ntitle: A drop\non: call\nforbid: { code: 'op.drop_table($$$)' }\nmessage: a drop\nwhy: It is *gone*.\n";

fn project() -> (tempfile::TempDir, Project) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("UTF-8");
    for (path, text) in [
        ("lawbook.yml", "packs: [./rules]\n"),
        ("alembic.ini", "[alembic]\nscript_location = m\n"),
        ("m/env.py", ""),
        ("m/versions/a.py", "revision = 'a'\ndown_revision = None\n"),
        ("rules/no-drop.yml", RULE),
    ] {
        fs::create_dir_all(root.join(path).parent().expect("a parent")).expect("made");
        fs::write(root.join(path), text).expect("written");
    }
    let project = Project::new(&root, Settings { connect: false, clock: || date(2026, 11, 23) });
    (folder, project)
}

#[test]
fn a_finding_is_told_explained_and_excused() {
    let (_folder, mut project) = project();
    let path = project.root.join("m/versions/a.py");
    project.show(&path, Some(MIGRATION.into()));
    let judged = project.judge();
    let own = |findings: &[Arc<crate::model::Finding>]| -> Vec<Arc<crate::model::Finding>> {
        findings.iter().filter(|finding| &*finding.rule == "rules/no-drop").cloned().collect()
    };
    let found = own(&judged.findings);
    assert_eq!(found.len(), 1, "{judged:?}");
    let workspace = project.workspace().expect("a workspace");
    let text = describe(&found[0], workspace.rule("no-drop").ok());
    assert!(text.contains("a drop") && text.contains("It is *gone*."), "{text}");

    let offered = actions(&project, &workspace, &found[0]);
    assert_eq!(offered.len(), 2, "{offered:?}");
    for action in offered {
        let edit = action.edit.expect("it can be done");
        let path = project.root.join(&*edit.path);
        let before = edit.before.clone();
        // The exceptions file is not there yet, and a text that is shown stands for it once it is.
        if before.is_none() {
            fs::write(&path, "").expect("written");
            project.touch([path.as_path()]);
        }
        project.show(&path, Some(edit.after.into()));
        let judged = project.judge();
        assert_eq!(own(&judged.findings).len(), 0, "{judged:?}");
        project.show(&path, before);
    }
    let judged = project.judge();
    assert_eq!(own(&judged.findings).len(), 1, "{judged:?}");
}

#[test]
fn a_dead_exception_is_taken_out() {
    let (_folder, mut project) = project();
    let file = ".coding-rules-exceptions.yml";
    let text = "exceptions:\n  rules/no-drop:\n    # of old\n    - path: m/versions/a.py\n      reason: seen\n";
    fs::write(project.root.join(file), text).expect("written");
    // A rule that met nothing says nothing of its exceptions.
    let other = MIGRATION.replace("drop_table", "create_table");
    fs::write(project.root.join("m/versions/a.py"), other).expect("written");
    let judged = project.judge();
    let unused = judged.findings.iter().find(|finding| &*finding.rule == "exceptions/unused").expect("it is unused");
    let workspace = project.workspace().expect("a workspace");
    let offered = actions(&project, &workspace, unused);
    let edit = offered.first().and_then(|action| action.edit.clone().ok()).expect("it can be removed");
    assert!(!edit.after.contains("no-drop"), "{}", edit.after);
    let text: Arc<str> = edit.after.into();
    project.show(&project.root.join(file), Some(text));
    assert!(!project.judge().findings.iter().any(|finding| &*finding.rule == "exceptions/unused"));
}
