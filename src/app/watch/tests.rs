//! What a step tells: found, new, fixed, and what nobody can judge now.

use std::collections::BTreeSet;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Batch, News, Watch};
use crate::app::baseline::Chosen;
use crate::app::{Asked, Base, Check, Progress};
use crate::exceptions::Today;

const RULE: &str = "id: no-drop\ntitle: A\non: migration\nforbid: { text: 'drop_table' }\nmessage: a drop\n";

fn migration(revision: &str, parent: &str, body: &str) -> String {
    format!("revision = '{revision}'\ndown_revision = {parent}\n\n\ndef upgrade():\n    {body}\n")
}

/// Returns what a verdict says: the counts, and whether there is a problem.
fn told(news: &News<'_>) -> (usize, usize, usize, usize, bool) {
    let failed = news.verdict.as_ref().map_or(true, |verdict| verdict.report.has_errors());
    let own = |findings: &[&crate::model::Finding]| {
        findings.iter().filter(|finding| &*finding.rule == "rules/no-drop").count()
    };
    let fixed: Vec<&crate::model::Finding> = news.fixed.iter().map(AsRef::as_ref).collect();
    (own(&fixed), own(&news.new), own(&news.remaining), own(&news.unsure), failed)
}

#[test]
fn findings_come_stay_and_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Utf8PathBuf::from_path_buf(fs::canonicalize(folder.path()).expect("there")).expect("UTF-8");
    let write = |path: &str, text: &str| -> Batch {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(&path, text).expect("written");
        Batch { paths: BTreeSet::from([path]), all: false }
    };
    write("lawbook.yml", "packs: [./rules]\n");
    write("rules/no-drop.yml", RULE);
    write("alembic.ini", "[alembic]\nscript_location = m\n");
    write("m/env.py", "");
    write("m/versions/a.py", &migration("a", "None", "op.drop_table('a')"));
    let check = Check {
        paths: vec![root.clone()],
        base: Base::None,
        rules: Vec::new(),
        schemas: Asked::default(),
        today: Today::default(),
        baseline: Chosen::Configured,
        explain: false,
        story: false,
    };
    let mut watch = Watch::new(check, Vec::new());
    let mut step = |batch: Batch| {
        let progress = Progress { started: &|_| {}, tick: &|| {}, say: &|_| {} };
        told(&watch.judge(&batch, &progress))
    };
    assert_eq!(step(Batch::default()), (0, 0, 1, 0, false), "what is found first is not new");
    assert_eq!(step(write("m/versions/b.py", &migration("b", "'a'", "op.drop_table('b')"))), (0, 1, 1, 0, false));
    assert_eq!(step(write("m/versions/a.py", &migration("a", "None", "pass"))), (1, 0, 1, 0, false));
    assert_eq!(step(write("rules/no-drop.yml", "id: [\n")), (0, 0, 0, 1, true), "a broken pack mends nothing");
    assert_eq!(step(write("lawbook.yml", "packs: [./rules\n")), (0, 0, 0, 1, true));
    write("lawbook.yml", "packs: [./rules]\n");
    let all = Batch { all: true, ..Batch::default() };
    write("rules/no-drop.yml", RULE);
    assert_eq!(step(all.clone()), (0, 0, 1, 0, false), "and brings nothing new when it is mended");
    fs::rename(&root, root.with_extension("away")).expect("moved");
    assert_eq!(step(all.clone()), (0, 0, 0, 1, true), "without its root nothing can be judged");
    fs::rename(root.with_extension("away"), Utf8Path::new(&root)).expect("moved");
    assert_eq!(step(all), (0, 0, 1, 0, false));
}
