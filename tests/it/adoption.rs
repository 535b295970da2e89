//! A project that is new to its laws: `init`, `baseline`, clean; a bad migration is all that is reported; what is
//! mended makes the baseline stale, and it shrinks.
//!
//! Runs on the examples, and on public projects where `tests/corpus/fetch.sh` has fetched them.

use rayon::prelude::*;
use serde_json::Value as Json;

use super::project::{Project, Ran, repository};

/// Projects of different kinds: several trees, one tree, hundreds of findings, none.
const PUBLIC: &[&str] = &["dagster", "jupyterhub", "mlflow", "optuna", "phoenix", "skypilot"];
const EXAMPLES: &[&str] = &["examples/property-platform", "tests/projects/plain"];

#[test]
fn a_project_is_adopted_from_scratch() {
    let public = PUBLIC.iter().map(|name| format!("corpus/{name}"));
    let (there, absent): (Vec<String>, Vec<String>) = public.partition(|folder| repository().join(folder).is_dir());
    if !absent.is_empty() {
        eprintln!("SKIPPED, as tests/corpus/fetch.sh has not fetched them: {}", absent.join(", "));
    }
    let folders: Vec<String> = EXAMPLES.iter().map(ToString::to_string).chain(there).collect();
    let faults: Vec<String> = folders.par_iter().filter_map(|folder| adopt(folder).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn adopt(folder: &str) -> Result<(), String> {
    let project = Project::copy_of(folder);
    let run = |arguments: &[&str], exit: i32| -> Result<Ran, String> {
        let ran = project.run(arguments);
        match ran.exit {
            Some(code) if code == exit => Ok(ran),
            other => Err(format!("{folder}: {arguments:?} ended with {other:?}:\n{}{}", ran.stdout, ran.stderr)),
        }
    };
    let says = |holds: bool, what: &str, ran: &Ran| -> Result<(), String> {
        if holds { Ok(()) } else { Err(format!("{folder}: {what}:\n{}{}", ran.stdout, ran.stderr)) }
    };
    run(&["init"], 0)?;
    let known = findings(&project.run(&["check", "--format", "json"]));
    run(&["baseline"], 0)?;
    let clean = run(&["check", "--baseline", "--format", "json"], 0)?;
    says(findings(&clean).is_empty(), "the baseline hides all", &clean)?;
    says(!clean.stderr.contains("stale"), "nothing is stale", &clean)?;
    let baselined = baselined(&clean);
    says(baselined >= known.len(), "all is counted", &clean)?;

    // One bad migration on top of a tree: what is reported is about it.
    let (versions, head) = tree(&project).ok_or_else(|| format!("{folder}: no tree with one head"))?;
    let bad = format!("{versions}/20991231_235959_bad.py");
    project.write(&bad, format!("revision = \"bad000000000\"\ndown_revision = \"{head}\"\n"));
    let reported = run(&["check", "--baseline", "--format", "json"], 1)?;
    let new = findings(&reported);
    let about_it = |finding: &Json| finding["path"] == bad.as_str();
    says(!new.is_empty() && new.iter().all(about_it), "only the bad migration is reported", &reported)?;
    let grows = run(&["baseline"], 2)?;
    says(grows.stderr.contains("would grow"), "it may not grow", &grows)?;
    project.delete(&bad);
    run(&["check", "--baseline"], 0)?;

    // An old finding is mended: its statement goes, or somebody gives a reason for it.
    if let Some(finding) = known.first() {
        if !mend(&project, &known) {
            let (rule, path) = (finding["rule"].as_str().unwrap_or(""), finding["path"].as_str().unwrap_or(""));
            run(&["exceptions", "add", rule, path, "--reason", "agreed"], 0)?;
        }
        let stale = run(&["check", "--baseline", "--format", "json"], 0)?;
        says(stale.stderr.contains("the baseline is stale"), "it says that it is stale", &stale)?;
        let before = project.read("lawbook-baseline.yml");
        run(&["baseline", "--prune"], 0)?;
        let after = project.read("lawbook-baseline.yml");
        let (before, after) = (entries(&before), entries(&after));
        let shrunk = after.len() < before.len() && after.iter().all(|entry| before.contains(entry));
        says(shrunk, "it shrinks, and nothing is new in it", &stale)?;
        let clean = run(&["check", "--baseline", "--format", "json"], 0)?;
        says(!clean.stderr.contains("stale"), "nothing is stale any more", &clean)?;
        says(self::baselined(&clean) < baselined, "fewer are counted", &clean)?;
    }
    Ok(())
}

/// Returns the lines of a baseline that are findings.
fn entries(text: &str) -> Vec<String> {
    text.lines().filter(|line| line.contains("fingerprint")).map(str::to_owned).collect()
}

fn findings(ran: &Ran) -> Vec<Json> {
    let report: Json = serde_json::from_str(&ran.stdout).expect("JSON");
    report["findings"].as_array().expect("a list").clone()
}

fn baselined(ran: &Ran) -> usize {
    let report: Json = serde_json::from_str(&ran.stdout).expect("JSON");
    usize::try_from(report["summary"]["baselined"].as_u64().expect("a number")).expect("small")
}

/// Returns the folder of a migration tree with one head, and that head.
fn tree(project: &Project) -> Option<(String, String)> {
    let drawn = project.run(&["graph", "--format", "json"]);
    let graphs: Json = serde_json::from_str(&drawn.stdout).ok()?;
    graphs["graphs"].as_array()?.iter().find_map(|graph| {
        let [head] = graph["heads"].as_array()?.as_slice() else { return None };
        let head = head.as_str()?;
        let of_head = graph["migrations"].as_array()?.iter().find(|migration| migration["revision"] == head)?;
        let path = of_head["path"].as_str()?;
        Some((path.rsplit_once('/')?.0.to_owned(), head.to_owned()))
    })
}

/// Mends a finding without changing what the migrations do: a drop that is not guarded is. Returns whether there was one.
fn mend(project: &Project, known: &[Json]) -> bool {
    for finding in known.iter().filter(|finding| finding["rule"] == "alembic/unguarded-drop") {
        let (Some(path), Some(line)) = (finding["path"].as_str(), finding["line"].as_u64()) else { continue };
        let text = project.read(path);
        let number = usize::try_from(line).expect("small") - 1;
        let statement = text.lines().nth(number).filter(|_| finding["line"] == finding["end_line"]);
        let Some(unguarded) = statement.and_then(|statement| statement.trim_end().strip_suffix(')')) else { continue };
        if !unguarded.trim_start().starts_with("op.drop_") || unguarded.contains("op.f(") {
            continue;
        }
        let guarded = format!("{unguarded}, if_exists=True)");
        let lines = text.lines().enumerate().map(|(index, line)| if index == number { &guarded } else { line });
        let mended: Vec<&str> = lines.collect();
        project.write(path, mended.join("\n") + "\n");
        return true;
    }
    false
}
