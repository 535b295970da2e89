//! What must not happen, whatever is given: silence, panics, endless runs, output that differs from run to run.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::project::{Project, Ran, ran, repository};

const PLAIN: &str = "tests/projects/plain";

/// Judges the plain project with one more file in its versions folder, or one of its files replaced.
fn with_migration(name: &str, contents: impl AsRef<[u8]>) -> (Project, Ran) {
    let project = Project::copy_of(PLAIN);
    project.write(&format!("migrations/versions/{name}"), contents);
    let ran = project.run(&["check", "--format", "concise"]);
    (project, ran)
}

fn migration(revision: &str, parent: &str, more: &str) -> String {
    format!(
        "revision = \"{revision}\"\ndown_revision = \"{parent}\"\n{more}\n\ndef upgrade():\n    x()\n\n\ndef downgrade():\n    x()\n"
    )
}

#[test]
fn bytes_that_are_no_python_text() {
    let good = migration("0003", "0002", "");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(good.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin = |line: &str| [line.as_bytes(), b"\n# caf\xe9\n", good.as_bytes()].concat();
    let cases: [(&str, Vec<u8>, i32, &str); 9] = [
        ("byte order mark", [b"\xef\xbb\xbf", good.as_bytes()].concat(), 0, ""),
        ("carriage returns", good.replace('\n', "\r\n").into_bytes(), 0, ""),
        ("Latin-1, undeclared", latin("#"), 2, "invalid UTF-8"),
        ("Latin-1, declared", latin("# -*- coding: latin-1 -*-"), 0, ""),
        ("UTF-16", utf16, 2, "UTF-16"),
        ("NUL", [good.as_bytes(), b"y = '\0'\n"].concat(), 2, "NUL byte"),
        ("only NUL", vec![0; 100], 2, "NUL byte"),
        ("nested", format!("{good}y = {}\n", "[".repeat(200_000)).into_bytes(), 2, "0003_x.py:"),
        (
            "noise",
            (0..5000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect(),
            2,
            "0003_x.py",
        ),
    ];
    for (name, bytes, exit, says) in cases {
        let (_, ran) = with_migration("0003_x.py", bytes);
        assert_eq!(ran.exit, Some(exit), "{name}: {ran:?}");
        assert!(ran.stdout.contains(says), "{name}: {ran:?}");
        assert!(!ran.stdout.contains("missing-parent") && !ran.stderr.contains("panicked"), "{name}: {ran:?}");
    }
}

#[test]
fn a_huge_migration_is_not_read_and_said_so() {
    let huge = migration(
        "0003",
        "0002",
        &"y = 'fifty characters, twenty megabytes, one line after another'\n".repeat(330_000),
    );
    let (project, ran) = with_migration("0003_huge.py", &huge);
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    assert!(ran.stdout.contains("0003_huge.py: problem: larger than"), "{ran:?}");
    assert!(!ran.stdout.contains("multiple-heads"), "{ran:?}");
    project.write("lawbook.yml", "exclude: ['**/*huge*']\n");
    assert_eq!(project.run(&["check"]).exit, Some(0));
}

#[cfg(unix)]
#[test]
fn links_that_loop_lead_nowhere_or_out() {
    use std::os::unix::fs::symlink;
    let project = Project::copy_of(PLAIN);
    let outside = Project::new();
    outside.write("0009_out.py", migration("0009", "0002", ""));
    let link = |target: &std::path::Path, name: &str| symlink(target, project.root().join(name)).expect("a link");
    link("..".as_ref(), "migrations/versions/up");
    link(".".as_ref(), "loop");
    link("nowhere.py".as_ref(), "migrations/versions/0004_dangling.py");
    link("0005_self.py".as_ref(), "migrations/versions/0005_self.py");
    link(&outside.root().join("0009_out.py"), "migrations/versions/0009_out.py");
    link(&outside.root(), "outside");
    project.write("migrations/versions/folder.py/x.txt", "");
    let ran = project.run(&["check", "--format", "concise"]);
    for name in ["0004_dangling.py", "0005_self.py", "0009_out.py"] {
        assert!(ran.stdout.contains(name), "{name} is passed over in silence: {ran:?}");
    }
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    assert_eq!(project.run(&["graph"]).exit, Some(0));
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_a_problem() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::copy_of(PLAIN);
    let path = project.root().join("migrations/versions/0002_deal_status.py");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("permissions can be set");
    if std::fs::read(&path).is_ok() {
        eprintln!("skipped: the superuser may read everything");
        return;
    }
    let ran = project.run(&["check", "--format", "concise"]);
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    assert!(ran.stdout.contains("0002_deal_status.py") && !ran.stdout.contains("multiple-heads"), "{ran:?}");
}

/// A script of a stranger: what is wrong with it, and the line of the YAML file that must be named.
const SCRIPTS: &[(&str, &str, u32, &str)] = &[
    // The steps or the time, whichever is used up first on this machine: 10,000,000 steps or 1,000 ms.
    ("endless", "fn check(migration) {\n  while true { }\n}", 7, "than 10"),
    (
        "memory",
        "fn check(migration) {\n  let all = [];\n  loop { all.push(\"a long text, again and again\" + all.len()); }\n}",
        8,
        "",
    ),
    ("doubling", "fn check(migration) {\n  let text = \"xxxxxxxxxx\";\n  loop { text += text; }\n}", 8, "larger than"),
    (
        "recursion",
        "fn deeper(n) { deeper(n + 1) + 1 }\nfn check(migration) { deeper(0); }",
        6,
        "calls inside each other",
    ),
    ("unknown-function", "fn check(migration) {\n  open_file(\"/etc/passwd\");\n}", 7, "open_file"),
    ("unknown-field", "fn check(migration) {\n  if migration.revison == \"x\" { }\n}", 7, "did you mean `revision`?"),
    ("eval", "fn check(migration) {\n  eval(\"1\");\n}", 7, "eval"),
    ("import", "fn check(migration) {\n  import \"x\" as y;\n}", 7, ""),
    ("returns", "fn check(migration) {\n  migration.revision == \"0001\"\n}", 6, "must not return"),
    ("syntax", "fn check(migration) {\n  let = 5;\n}", 7, ""),
    ("no-check", "fn chek(migration) {\n}", 6, "check"),
];

#[test]
fn scripts_of_a_stranger_are_stopped_and_other_laws_judged() {
    let project = Project::copy_of(PLAIN);
    project.write("rules/pack.yml", "name: hostile\n").write("lawbook.yml", "packs: [alembic, ./rules]\n");
    project.write("migrations/versions/0003_bad.py", "revision = '0003'\ndown_revision = '0002'\n");
    for (id, script, _, _) in SCRIPTS {
        let script: String = script.lines().map(|line| format!("  {line}\n")).collect();
        project.write(
            &format!("rules/{id}.yml"),
            format!(
                "id: {id}\ntitle: t\nseverity: error\non: migration\nscript: |\n{script}message: m\nwhy: w\nfix: f\n"
            ),
        );
    }
    project.write(
        "rules/regex.yml",
        "id: regex\ntitle: t\nseverity: error\non: migration\nforbid: { text: '((a{1000}){1000}){1000}' }\nmessage: m\nwhy: w\nfix: f\n",
    );
    let begun = Instant::now();
    let ran = project.run(&["check", "--format", "concise"]);
    // The bound is generous: debug builds on a loaded machine. It is there for what would never end.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!(ran.exit, Some(2), "{ran:?}");
    for (id, _, line, says) in SCRIPTS {
        let place = format!("rules/{id}.yml:{line}:");
        let told = ran
            .stdout
            .lines()
            .any(|said| said.starts_with(&place) && said.contains(": problem: ") && said.contains(says));
        assert!(told, "{id}: no problem at line {line} that says {says:?}\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("rules/regex.yml:5:"), "{}", ran.stdout);
    assert!(ran.stdout.contains("error alembic/missing-upgrade"), "other laws are judged: {}", ran.stdout);
    assert!(!ran.stdout.contains("judged nothing"), "{}", ran.stdout);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for folder in ["examples/property-platform", PLAIN] {
        let project = Project::copy_of(folder);
        project.write("lawbook.yml", std::fs::read_to_string(project.root().join("lawbook.yml")).unwrap_or_default());
        for format in ["table", "json", "markdown"] {
            let arguments = [
                "check",
                "--format",
                format,
                "--show-unknown",
                "--show-excepted",
                "--statistics",
                "--today",
                "2026-01-01",
            ];
            let first = project.run(&arguments);
            let second = ran(project.command(&arguments).env("RAYON_NUM_THREADS", "1"));
            let third = ran(project.command(&arguments).env("RAYON_NUM_THREADS", "7"));
            assert_eq!((&first.stdout, &first.stderr), (&second.stdout, &second.stderr), "{folder} {format}");
            assert_eq!((&first.stdout, &first.stderr), (&third.stdout, &third.stderr), "{folder} {format}");
        }
    }
}

#[test]
fn json_is_what_the_contract_says() {
    let project = Project::copy_of("examples/property-platform");
    let ran = project.run(&["check", "--format", "json", "--show-excepted"]);
    let report: Json = serde_json::from_str(&ran.stdout).expect("JSON");
    let keys = |value: &Json| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&report), ["findings", "problems", "summary", "version"]);
    assert_eq!(report["version"], 1);
    let mut summary = keys(&report["summary"]);
    summary.sort();
    assert_eq!(summary, ["baselined", "errors", "excepted", "files", "infos", "rules", "unknown", "warnings"]);
    let findings = report["findings"].as_array().expect("a list");
    assert!(findings.len() > 15, "{}", findings.len());
    for finding in findings {
        let mut names = keys(finding);
        names.sort();
        let expected = [
            "column",
            "end_column",
            "end_line",
            "excepted",
            "fingerprint",
            "line",
            "message",
            "path",
            "rule",
            "severity",
            "subject",
        ];
        assert_eq!(names, expected);
        let path = finding["path"].as_str().expect("a finding in a file");
        assert!(!path.starts_with('/') && !path.starts_with("./") && !path.contains('\\'), "{path}");
        // The place is there, in characters, from 1.
        let text = std::fs::read_to_string(project.root().join(path)).expect("the file is there");
        let number = |name: &str| usize::try_from(finding[name].as_u64().expect("a number")).expect("small");
        let line = text.lines().nth(number("line") - 1).expect("the line is there");
        assert!((1..=line.chars().count() + 1).contains(&number("column")), "{finding}");
        assert!((number("end_line"), number("end_column")) >= (number("line"), number("column")), "{finding}");
    }
    let counted =
        findings.iter().filter(|finding| finding["excepted"].is_null() && finding["severity"] == "error").count();
    assert_eq!(report["summary"]["errors"], counted);
}

#[test]
fn every_rule_is_explained_and_every_shell_completed() {
    let project = Project::new();
    let listed = project.run(&["rules", "--format", "json"]);
    let rules: Json = serde_json::from_str(&listed.stdout).expect("JSON");
    let rules = rules.as_array().expect("a list");
    assert!(rules.len() >= 17, "{}", rules.len());
    for rule in rules {
        let id = rule["rule"].as_str().expect("a name");
        let ran = project.run(&["explain", id]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (Some(0), ""), "{id}");
        for part in [id, "\nWhy\n", "\nHow to mend it\n", "\nReported\n", "\nNot reported\n"] {
            assert!(ran.stdout.contains(part), "{id} has no {part:?}: {}", ran.stdout);
        }
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = project.run(&["completions", shell]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(ran.stdout.contains("LAWBOOK_COMPLETE"), "{shell} does not ask the program: {}", ran.stdout);
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let project = Project::copy_of("examples/property-platform");
    for arguments in
        [&["check", "--format", "json"][..], &["graph"], &["facts", "--kinds"], &["completions", "bash"], &["rules"]]
    {
        let mut child =
            project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut errors).expect("UTF-8");
        let status = child.wait().expect("it ends");
        assert!(!errors.contains("panicked") && !errors.contains("Broken pipe"), "{arguments:?}: {errors}");
        assert_ne!(status.code(), Some(101), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_fails() {
    let project = Project::copy_of(PLAIN);
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["graph"],
        &["facts"],
        &["rules"],
        &["explain", "enum-variable"],
        &["test"],
        &["completions", "bash"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
        let ran = ran(project.command(arguments).stdout(full));
        assert_eq!(ran.exit, Some(2), "{arguments:?}: {ran:?}");
        assert!(ran.stderr.contains("No space left"), "{arguments:?}: {ran:?}");
    }
    let ran = project.run(&["check", "--output", "/dev/full"]);
    assert_eq!(ran.exit, Some(2), "{ran:?}");
}

#[test]
fn a_shallow_clone_is_told_apart_from_a_slip() {
    let project = Project::copy_of(PLAIN);
    project.git(&["init", "-q"]).git(&["add", "."]).git(&["commit", "-qm", "one"]);
    for number in 2..5 {
        project.write("notes.txt", format!("{number}")).git(&["add", "."]).git(&["commit", "-qm", "more"]);
    }
    let clone = Project::new();
    let origin = format!("file://{}", project.root().display());
    clone.git(&["clone", "-q", "--depth", "1", &origin, "."]);
    let old = ran(project.command(&["check", "--since", "HEAD~3"]).current_dir(project.root()));
    assert_eq!(old.exit, Some(0), "{old:?}");
    let shallow = clone.run(&["check", "--since", "HEAD~3"]);
    assert_eq!(shallow.exit, Some(2), "{shallow:?}");
    let said = format!("{}{}", shallow.stdout, shallow.stderr);
    assert!(said.contains("shallow") || said.contains("fetch-depth"), "{said}");
}

#[test]
fn the_readme_names_only_what_exists() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README is there");
    let project = Project::new();
    let alone = ["check", "rules", "explain", "test", "facts", "graph", "init"].map(|command| vec![command, "--help"]);
    let schema = ["show", "diff", "export"].map(|command| vec!["schema", command, "--help"]);
    let exceptions = ["audit", "prune", "add", "list"].map(|command| vec!["exceptions", command, "--help"]);
    let commands = alone.into_iter().chain(schema).chain(exceptions);
    let help: String = commands.map(|command| project.run(&command).stdout).collect();
    let known = project.run(&["--help"]).stdout;
    for line in readme.lines().filter_map(|line| line.trim().strip_prefix("lawbook ")) {
        let command = line.split_whitespace().next().unwrap_or_default();
        assert!(known.contains(&format!("  {command} ")), "the README speaks of `lawbook {command}`");
        for option in line.split_whitespace().take_while(|word| *word != "#").filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "the README speaks of `{option}`");
        }
    }
}
