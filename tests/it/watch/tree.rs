//! A project under change, with the session that is told what was touched, and the fresh runs that it is held against.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use lawbook::app::baseline::Chosen;
use lawbook::app::{Asked, Base, Check, Progress, Session, Workspace, check};
use lawbook::model::{Problem, Report};
use lawbook::reporters;
use lawbook::sources::files::Edited;
use serde_json::Value as Json;

use crate::project::{Project, copy, repository};

/// The day on which exceptions are judged.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 23);

/// A project in a folder of its own below a temporary one, so that a file above its root can come and go too.
pub(super) struct Tree {
    project: Project,
    root: PathBuf,
    check: Check,
    session: Session,
    shown: BTreeMap<Arc<str>, Arc<str>>,
    touched: BTreeSet<PathBuf>,
    /// What files held before they were broken: `None` where there was none.
    pub(super) broken: Vec<(String, Option<Vec<u8>>)>,
    /// Numbers the names that edits make up.
    pub(super) count: usize,
    reports: BTreeSet<String>,
    judged: usize,
}

/// What the runs have shown.
pub(super) struct Seen {
    /// How many different reports there were.
    pub(super) reports: usize,
    /// How many runs judged something.
    pub(super) judged: usize,
}

impl Tree {
    /// Returns the example with packs, scripts, exceptions, models and two trees.
    pub(super) fn of_example() -> Self {
        Self::new(Base::None, |root| {
            copy(&repository().join("examples/property-platform"), root);
            // What it imports from another folder is not there in a copy of one example.
            std::fs::write(root.join(".gitignore"), "*.log\n/scratch/\n").expect("written");
        })
    }

    /// Returns a small project that Lawbook must find by itself: migrations of Alembic and of Flyway, models.
    pub(super) fn generated() -> Self {
        Self::new(Base::None, generate)
    }

    /// Returns a project of SQL alone: a long tree with a file for each direction, and a short one of Flyway.
    pub(super) fn of_sql() -> Self {
        Self::new(Base::None, generate_sql)
    }

    /// Makes a project of its own with what `fill` writes; the session judges against `base`.
    pub(super) fn new(base: Base, fill: impl Fn(&Path)) -> Self {
        let project = Project::new();
        let root = project.root().join("project");
        std::fs::create_dir(&root).expect("made");
        fill(&root);
        let check = Check {
            paths: vec![Utf8PathBuf::from_path_buf(root.clone()).expect("UTF-8")],
            base,
            rules: Vec::new(),
            schemas: Asked::default(),
            today: TODAY.into(),
            baseline: Chosen::Configured,
            explain: true,
            story: false,
        };
        let session = Session::new(check.clone(), Vec::new());
        Self {
            project,
            root,
            check,
            session,
            shown: BTreeMap::new(),
            touched: BTreeSet::new(),
            broken: Vec::new(),
            count: 0,
            reports: BTreeSet::new(),
            judged: 0,
        }
    }

    /// Returns the absolute path of a file of the project, or of one beside it: `../x`.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        match path.strip_prefix("../") {
            Some(beside) => self.project.root().join(beside),
            None => self.root.join(path),
        }
    }

    /// Returns the files of the project, by path, without what git keeps.
    pub(super) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        visit(&self.root, &mut |path| found.push(path.to_owned()));
        let relative = |path: PathBuf| Some(path.strip_prefix(&self.root).ok()?.to_str()?.to_owned());
        let mut files: Vec<String> = found.into_iter().filter_map(relative).collect();
        files.retain(|path| !path.starts_with(".git/"));
        files.sort();
        files
    }

    /// Says that a path was touched, without touching it.
    pub(super) fn touch(&mut self, path: &str) {
        self.touched.insert(self.path(path));
    }

    /// Forgets what was touched: the session is told that anything may have changed.
    pub(super) fn touch_all(&mut self) {
        self.touched.clear();
        self.session.touch_all();
    }

    /// Returns the bytes of a file, if it can be read.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = self.path(path);
        // A pipe would wait for a writer.
        path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        std::fs::read(path).ok()
    }

    /// Writes a file, and the folders above it; the topmost new folder is all that is told, as watchers tell it.
    pub(super) fn write(&mut self, path: &str, contents: impl AsRef<[u8]>) {
        let absolute = self.path(path);
        let parent = absolute.parent().expect("a parent").to_owned();
        match absolute.ancestors().skip(1).take_while(|folder| !folder.is_dir()).last() {
            Some(new) => self.touched.insert(new.to_owned()),
            None => self.touched.insert(absolute.clone()),
        };
        if std::fs::create_dir_all(&parent).is_err() {
            // A file stands where the folder should: nothing is written.
            return;
        }
        self.clear(path);
        std::fs::write(&absolute, contents).expect("a file can be written");
    }

    /// Writes a file beside another, and moves it there, as many editors do.
    pub(super) fn save_by_rename(&mut self, path: &str, contents: impl AsRef<[u8]>) {
        let temporary = format!("{path}.tmp~");
        self.write(&temporary, contents);
        self.rename(&temporary, path);
    }

    /// Moves a file or folder.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        self.touch(from);
        self.touch(to);
        let to = self.path(to);
        if to.is_dir() {
            std::fs::remove_dir_all(&to).expect("removed");
        }
        std::fs::create_dir_all(to.parent().expect("a parent")).expect("made");
        std::fs::rename(self.path(from), to).expect("it can be moved");
    }

    /// Removes a file or folder, if it is there.
    pub(super) fn delete(&mut self, path: &str) {
        self.touch(path);
        self.clear(path);
    }

    fn clear(&self, path: &str) {
        let absolute = self.path(path);
        match absolute.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(absolute).expect("removed"),
            Ok(_) => std::fs::remove_file(absolute).expect("removed"),
            Err(_) => {}
        }
    }

    /// Makes something in place of a file that cannot be read: a folder, a link that leads nowhere, a pipe.
    pub(super) fn make_unreadable(&mut self, path: &str, kind: usize) -> &'static str {
        self.delete(path);
        let absolute = self.path(path);
        match kind % 3 {
            0 => {
                std::fs::create_dir_all(&absolute).expect("made");
                "a folder"
            }
            #[cfg(unix)]
            1 => {
                std::os::unix::fs::symlink("nowhere.py", &absolute).expect("linked");
                "a link to nothing"
            }
            _ => {
                let made = std::process::Command::new("mkfifo").arg(&absolute).status();
                assert!(made.is_ok_and(|status| status.success()), "mkfifo makes {}", absolute.display());
                "a pipe"
            }
        }
    }

    /// Lets an unsaved text stand for a file, or takes it away.
    pub(super) fn show(&mut self, path: &str, text: Option<String>) {
        let text: Option<Arc<str>> = text.map(Into::into);
        match &text {
            Some(text) => self.shown.insert(path.into(), text.clone()),
            None => self.shown.remove(path),
        };
        self.session.show(path, text);
    }

    /// Returns a path whose text is shown, and not yet saved.
    pub(super) fn a_shown(&self) -> Option<String> {
        self.shown.keys().next().map(ToString::to_string)
    }

    /// Runs git in the project, and tells the session of each path whose content or presence it changed.
    pub(super) fn git(&mut self, arguments: &[&str]) -> bool {
        let before = self.contents();
        let output = self.project.git_command(arguments).current_dir(&self.root).output().expect("git is installed");
        let after = self.contents();
        let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
        let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path)).cloned();
        self.touched.extend(changed);
        output.status.success()
    }

    /// Returns what each file holds, those of git as well.
    fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        visit(&self.root, &mut |path| {
            if path.metadata().is_ok_and(|metadata| metadata.is_file()) {
                found.insert(path.to_owned(), std::fs::read(path).unwrap_or_default());
            }
        });
        found
    }

    /// Returns what the runs have shown.
    pub(super) fn seen(&self) -> Seen {
        Seen { reports: self.reports.len(), judged: self.judged }
    }

    /// Tells the session of what was touched, judges, and compares with a fresh run.
    ///
    /// # Errors
    /// The first lines in which the two differ.
    pub(super) fn compare(&mut self) -> Result<(), String> {
        let told = self.judge().map(|report| format!("{report:#?}")).unwrap_or_else(|problem| format!("{problem:#?}"));
        let fresh = self.fresh().map(|report| format!("{report:#?}")).unwrap_or_else(|problem| format!("{problem:#?}"));
        if told == fresh { Ok(()) } else { Err(difference(&told, &fresh)) }
    }

    fn judge(&mut self) -> Result<Report, Problem> {
        let touched = std::mem::take(&mut self.touched);
        let touched: Vec<&Utf8Path> = touched.iter().filter_map(|path| Utf8Path::from_path(path)).collect();
        self.session.touch(touched);
        let verdict = self.session.judge(&quiet())?;
        self.judged += usize::from(verdict.report.rules.iter().any(|run| run.judged > 0));
        self.reports.insert(format!("{:?}{:?}", verdict.report.findings, verdict.report.problems));
        Ok(verdict.report)
    }

    fn fresh(&self) -> Result<Report, Problem> {
        let edited: Edited = Arc::new(self.shown.clone());
        let workspace = Workspace::open_to_check(&self.check, &[], edited)?;
        Ok(check(&workspace, &self.check, &quiet()).0)
    }

    /// Compares what the session says with what the program writes as JSON. Unsaved texts are saved first.
    ///
    /// # Errors
    /// The first lines in which the two differ.
    pub(super) fn compare_with_process(&mut self) -> Result<(), String> {
        while let Some(path) = self.a_shown() {
            let text = self.shown[path.as_str()].clone();
            self.show(&path, None);
            self.write(&path, text.as_bytes());
        }
        let root = self.root.to_str().expect("UTF-8");
        let mut arguments = vec!["check", root, "--format", "json", "--explain-run", "--today", "2026-11-23"];
        if let Base::Since(revision) = &self.check.base {
            arguments.extend(["--since", revision]);
        }
        let output = self.project.command(&arguments).current_dir(&self.root).output().expect("the program starts");
        let written = String::from_utf8(output.stdout).expect("UTF-8");
        let told = match self.judge() {
            Ok(report) => {
                let mut bytes = Vec::new();
                let json = reporters::format("json").expect("a format");
                (json.write)(&report, &reporters::Options::default(), &mut bytes).expect("memory can be written to");
                String::from_utf8(bytes).expect("UTF-8")
            }
            Err(problem) if written.is_empty() => {
                let errors = String::from_utf8_lossy(&output.stderr).into_owned();
                return if errors.contains(&problem.message) { Ok(()) } else { Err(format!("{problem}\n{errors}")) };
            }
            Err(problem) => return Err(format!("the session says {problem}, the program {written}")),
        };
        let json = |text: &str| serde_json::from_str::<Json>(text).map_err(|error| format!("{error}: {text}"));
        if json(&told)? == json(&written)? { Ok(()) } else { Err(difference(&told, &written)) }
    }
}

fn quiet() -> Progress<'static> {
    Progress { started: &|_| {}, tick: &|| {}, say: &|_| {} }
}

/// Calls for each file below a folder, links and pipes too.
fn visit(folder: &Path, found: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|file_type| file_type.is_dir()) {
            visit(&path, found);
        } else {
            found(&path);
        }
    }
}

/// Returns where two texts begin to differ, with what stands before.
fn difference(told: &str, fresh: &str) -> String {
    let same = told.lines().zip(fresh.lines()).take_while(|(left, right)| left == right).count();
    let around = |text: &str| {
        let lines: Vec<&str> = text.lines().skip(same.saturating_sub(6)).take(24).collect();
        lines.join("\n    ")
    };
    format!("the session says\n    {}\n  a fresh run\n    {}", around(told), around(fresh))
}

/// Writes a small project: a line of Alembic's migrations with a branch and a merge, SQL of Flyway, models.
fn generate(root: &Path) {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write("alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://localhost/app\n");
    write(
        "migrations/env.py",
        "from alembic import context\nfrom app.models import Base\n\ntarget_metadata = Base.metadata\n",
    );
    for number in 1..=8 {
        let parents = match number {
            1 => "None".to_owned(),
            // 5 and 6 both follow 4, and 7 joins them.
            6 => "\"r4\"".to_owned(),
            7 => "(\"r5\", \"r6\")".to_owned(),
            _ => format!("\"r{}\"", number - 1),
        };
        let (up, down) = match number {
            7 => ("pass".to_owned(), "pass".to_owned()),
            _ => {
                let columns = "sa.Column(\"id\", sa.Integer(), primary_key=True), sa.Column(\"note\", sa.Text())";
                (format!("op.create_table(\"t{number}\", {columns})"), format!("op.drop_table(\"t{number}\")"))
            }
        };
        write(
            &format!("migrations/versions/r{number}_step.py"),
            &migration(&format!("r{number}"), &parents, &up, &down),
        );
    }
    for number in 1..=3 {
        let sql = format!("CREATE TABLE s{number} (id bigint PRIMARY KEY, name text NOT NULL);\n");
        write(&format!("db/migration/V{number}__s{number}.sql"), &sql);
    }
    let mut models = "import sqlalchemy as sa\nfrom sqlalchemy.orm import DeclarativeBase\n\n\n".to_owned();
    models += "class Base(DeclarativeBase):\n    pass\n";
    for number in [1, 2, 3, 4, 5, 6, 8] {
        models += &format!("\n\nclass T{number}(Base):\n    __tablename__ = \"t{number}\"\n");
        models += "    id = sa.Column(sa.Integer(), primary_key=True)\n    note = sa.Column(sa.Text())\n";
    }
    write("app/models.py", &models);
    write("app/__init__.py", "");
}

/// Writes a project of SQL: more migrations than are looked at to tell what database they are for.
fn generate_sql(root: &Path) {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write("lawbook.yml", "packs: [postgres]\nfail-on: off\n");
    for number in 1..=60 {
        let table = format!("s{number}");
        let before = format!("s{}", number / 2);
        let (up, down) = match number % 3 {
            1 => (
                format!("CREATE TABLE {table} (id bigint PRIMARY KEY, name text NOT NULL);"),
                format!("DROP TABLE {table};"),
            ),
            2 => (format!("ALTER TABLE {before} ADD COLUMN c{number} int;"), String::new()),
            _ => (format!("CREATE INDEX i{number} ON {before} (name);"), format!("DROP INDEX i{number};")),
        };
        write(&format!("db/migrations/{number:03}_step.up.sql"), &format!("-- step {number}\n{up}\n"));
        write(&format!("db/migrations/{number:03}_step.down.sql"), &format!("{down}\n"));
    }
    for number in 1..=3 {
        write(&format!("db/migration/V{number}__f.sql"), &format!("CREATE TABLE f{number} (id bigint PRIMARY KEY);\n"));
    }
}

/// Returns a migration of Alembic; `parents` are Python.
pub(super) fn migration(revision: &str, parents: &str, up: &str, down: &str) -> String {
    format!(
        "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = \"{revision}\"\ndown_revision = {parents}\n\
         branch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"
    )
}
