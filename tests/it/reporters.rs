//! Reports for other programs: valid by the schemas of their formats, and true to the files that they speak of.
//!
//! XML is read by `tests/reporters/run.sh`, with programs that bring an XSD validator.

use std::collections::BTreeSet;
use std::path::Path;

use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

use super::project::{Project, repository};

/// Formats in JSON, and the schema of each in `tests/reporters/schemas`.
const SCHEMAS: [(&str, &str); 3] = [
    ("sarif", "sarif-schema-2.1.0.json"),
    ("gitlab", "gitlab-code-quality.schema.json"),
    ("rdjson", "rdjson.schema.json"),
];

/// Runs once, with a report in each format, valid by its schema; returns them in the order of [`SCHEMAS`].
fn reports(project: &Project, exit: i32, more: &[&str]) -> [Json; 3] {
    let options = SCHEMAS.map(|(format, _)| format!("--report={format}=report.{format}"));
    let arguments = ["check", "--today", "2026-11-01", "--output", "report.txt"];
    let arguments: Vec<&str> =
        arguments.into_iter().chain(more.iter().copied()).chain(options.iter().map(String::as_str)).collect();
    let ran = project.run(&arguments);
    assert_eq!(ran.exit, Some(exit), "{}", ran.stderr);
    SCHEMAS.map(|(format, schema)| {
        let report = serde_json::from_str(&project.read(&format!("report.{format}"))).expect("a report is JSON");
        let path = repository().join("tests/reporters/schemas").join(schema);
        // Two patterns of OASIS have a bracket too many, which its errata took out.
        let text = std::fs::read_to_string(path).expect("a schema");
        let text = text.replace("|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "(-[a-zA-Z]{2})?$");
        let schema: Json = serde_json::from_str(&text).expect("JSON");
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a valid schema");
        let faults: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(faults, [""; 0], "{format}");
        report
    })
}

fn list<'a>(value: &'a Json, pointer: &str) -> &'a Vec<Json> {
    value.pointer(pointer).and_then(Json::as_array).unwrap_or_else(|| panic!("{pointer} is a list"))
}

fn hostile() -> Project {
    let project = Project::copy_of("tests/reporters/project");
    project.sqlite("main.db", "CREATE TABLE \"ö & <t>\" (id INTEGER PRIMARY KEY); CREATE TABLE deals (id INTEGER)");
    project
}

#[test]
fn reports_of_the_examples_are_valid() {
    let mut findings = 0;
    for entry in std::fs::read_dir(repository().join("examples")).expect("examples") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let project = Project::copy_of(&format!("examples/{name}"));
        let ran = project.run(&["check", "--offline", "--format", "json"]);
        let shown = ["--offline", "--show-excepted", "--show-unknown"];
        let [sarif, gitlab, rdjson] = reports(&project, ran.exit.expect("it ended"), &shown);
        let results = list(&sarif, "/runs/0/results").len();
        let notes = list(&sarif, "/runs/0/invocations/0/toolExecutionNotifications");
        let problems = notes.iter().filter(|note| note.get("associatedRule").is_none()).count();
        assert_eq!(list(&gitlab, "").len(), results + problems, "{name}");
        assert_eq!(list(&rdjson, "/diagnostics").len(), results + problems, "{name}");
        findings += results;
    }
    assert!(findings > 20, "the examples have faults: {findings}");
}

#[test]
fn hostile_text_stays_valid_and_in_its_place() {
    let project = hostile();
    let [sarif, gitlab, rdjson] = reports(&project, 2, &["--show-excepted", "--show-unknown"]);
    let run = &sarif["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let problem = &list(run, "/invocations/0/toolExecutionNotifications")[0];
    assert_eq!(problem["message"]["text"], "a migration has no field `txet` (did you mean `text`?)");

    let results = list(run, "/results");
    let of = |rule: &str| results.iter().filter(|result| result["ruleId"] == rule).collect::<Vec<_>>();
    let kinds = of("reports/marked").into_iter().map(|result| result["suppressions"][0]["kind"].as_str());
    let kinds: BTreeSet<_> = kinds.collect();
    assert_eq!(kinds, BTreeSet::from([None, Some("external"), Some("inSource")]));
    for result in of("reports/any-table") {
        let place = &result["locations"][0];
        assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "lawbook.yml");
        assert!(place["logicalLocations"][0]["fullyQualifiedName"].is_string());
    }
    let rule = list(run, "/tool/driver/rules").iter().find(|rule| rule["id"] == "reports/marked").expect("a rule");
    assert!(rule["help"]["markdown"].as_str().is_some_and(|help| help.contains("Take it out.")), "{rule}");

    // What the ranges cut out of the files is what was found, counted in characters here and in bytes there.
    let marked = of("reports/marked");
    assert_eq!(marked.len(), 5);
    for result in &marked {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
        let line =
            line_of(&project.root(), &percent_decode_str(uri).decode_utf8_lossy(), &place["region"]["startLine"]);
        let column = |name: &str| place["region"][name].as_u64().expect("a column") as usize - 1;
        let characters: Vec<char> = line.chars().collect();
        let cut: String = characters[column("startColumn")..column("endColumn")].iter().collect();
        assert!(cut.starts_with("MARK") && line.ends_with(&cut), "{cut:?} of {line:?}");
    }
    let mut cuts = 0;
    for diagnostic in list(&rdjson, "/diagnostics").iter().filter(|found| found["code"]["value"] == "reports/marked") {
        let place = &diagnostic["location"];
        let line = line_of(&project.root(), place["path"].as_str().expect("a path"), &place["range"]["start"]["line"]);
        let column = |end: &str| place["range"][end]["column"].as_u64().expect("a column") as usize - 1;
        let cut = &line[column("start")..column("end")];
        assert!(cut.starts_with("MARK") && line.ends_with(cut), "{cut:?} of {line:?}");
        cuts += 1;
    }
    assert_eq!(cuts, marked.len());

    let entries = list(&gitlab, "");
    let fingerprints: BTreeSet<_> = entries.iter().map(|entry| entry["fingerprint"].as_str()).collect();
    assert_eq!(fingerprints.len(), entries.len());
    assert!(entries.iter().any(|entry| entry["severity"] == "blocker"), "the problem is among them");
    for entry in entries {
        let path = entry["location"]["path"].as_str().expect("a path");
        assert!(project.root().join(path).is_file(), "{path}");
    }
}

fn line_of(root: &Path, path: &str, number: &Json) -> String {
    let text = std::fs::read_to_string(root.join(path)).expect("the file is there");
    text.split('\n').nth(number.as_u64().expect("a line") as usize - 1).expect("the line is there").to_owned()
}

#[test]
fn paths_begin_at_the_top_of_the_repository_for_services() {
    let project = Project::new();
    project.git(&["init", "--quiet"]);
    super::project::copy(&repository().join("tests/projects/plain"), &project.root().join("back end"));
    project.write("back end/migrations/versions/oops.py", "STATUS_ENUM = sa.Enum()\n");
    let in_folder = |format: &str| {
        let mut command = project.command(&["check", "--format", format]);
        super::project::ran(command.current_dir(project.root().join("back end"))).stdout
    };
    let sarif: Json = serde_json::from_str(&in_folder("sarif")).expect("JSON");
    for result in list(&sarif, "/runs/0/results") {
        let uri = result.pointer("/locations/0/physicalLocation/artifactLocation/uri").and_then(Json::as_str);
        assert!(uri.is_some_and(|uri| uri.starts_with("back%20end/migrations/")), "{result}");
    }
    assert!(in_folder("gitlab").contains("\"path\": \"back end/migrations/versions/oops.py\""));
    assert!(in_folder("github").contains("file=back end/migrations/versions/oops.py,"));
    // reviewdog counts from where it runs; people read what they can open there.
    assert!(in_folder("rdjson").contains("\"path\": \"migrations/versions/oops.py\""));
    assert!(in_folder("concise").lines().any(|line| line.starts_with("migrations/versions/oops.py")));
}

#[test]
fn several_reports_of_one_run() {
    let project = Project::copy_of("tests/projects/plain");
    let run = |more: &[&str]| project.run(&[&["check"], more].concat());
    let ran = run(&["--format", "github", "--report", "json=a.json", "--report", "markdown=b.md"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (Some(0), ""));
    assert!(project.read("a.json").starts_with("{\n  \"version\": 1,"));
    assert!(project.read("b.md").starts_with("## ✅ Lawbook found nothing"));
    for (value, says) in [
        ("sarif", "it is written FORMAT=FILE, such as sarif=lawbook.sarif"),
        ("sarif=", "it is written FORMAT=FILE"),
        ("serif=x", "there is no format `serif`; there are table, concise, "),
        ("json=nowhere/at/all.json", "cannot write the report"),
    ] {
        let ran = run(&["--report", value]);
        assert_eq!(ran.exit, Some(2), "{value}");
        assert!(ran.stderr.contains(says), "{value}: {}", ran.stderr);
    }
}
