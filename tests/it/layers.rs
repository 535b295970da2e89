//! The architecture, guarded: a module imports only from layers below its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Lowest first; the modules of one layer do not import each other.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["yaml"],
    &["packs", "config", "exceptions", "script", "languages", "databases", "reporters"],
    &["sources"],
    &["engine"],
    &["app"],
    &["cli"],
];

/// The only places that touch disk, network, clock or environment.
const EDGE: &[&str] =
    &["src/app/", "src/cli/", "src/databases/", "src/sources/files/", "src/sources/git/", "src/main.rs"];

fn sources() -> Vec<(PathBuf, String)> {
    fn visit(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("src can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    visit(&root.join("src"), &mut found);
    let strip = |path: PathBuf| path.strip_prefix(root).expect("below the root").to_owned();
    found.into_iter().map(|(path, text)| (strip(path), text)).collect()
}

/// Returns whether a file holds tests alone.
fn is_tests(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/") || name.ends_with("/testing.rs")
}

/// Returns the code that ships: what stands before the tests, without comments.
fn shipped(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_import_only_from_lower_layers() {
    let levels: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(level, modules)| modules.iter().map(move |module| (*module, level)))
        .collect();
    let import = regex::Regex::new(r"\bcrate::(\w+)").expect("valid");
    let mut faults = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        let Some(module) = path.components().nth(1).and_then(|part| part.as_os_str().to_str()) else { continue };
        let Some(&level) = levels.get(module) else { continue };
        if is_tests(&path.to_string_lossy().replace('\\', "/")) {
            continue;
        }
        for found in import.captures_iter(&shipped(&text)) {
            seen += 1;
            let other = &found[1];
            let allowed = other == module || levels.get(other).is_some_and(|other| *other < level);
            if !allowed {
                faults.push(format!("{}: `{module}` imports `{other}`", path.display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were seen: the test looks at the wrong place");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_edge_touches_the_world() {
    let world =
        regex::Regex::new(r"\bstd::(fs|net|env|process)\b|\bjiff::(Zoned|Timestamp)::now|\b(SystemTime|Instant)\b")
            .expect("valid");
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let name = path.to_string_lossy().replace('\\', "/");
        // The budget of scripts is measured in time; that is its purpose.
        if EDGE.iter().any(|edge| name.starts_with(edge)) || name.starts_with("src/script/") || is_tests(&name) {
            continue;
        }
        // A span of time is a number: no clock tells it.
        let text = shipped(&text).replace("std::time::Duration", "");
        faults.extend(world.find_iter(&text).map(|found| format!("{name}: {}", found.as_str())));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_is_in_a_layer_and_says_what_lives_there() {
    let known: Vec<&str> = LAYERS.iter().flat_map(|modules| modules.iter().copied()).collect();
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{}: opens without a word on what lives here", path.display());
        let top = path.components().nth(1).and_then(|part| part.as_os_str().to_str()).unwrap_or_default();
        let is_root = matches!(top, "lib.rs" | "main.rs");
        assert!(is_root || known.contains(&top), "{}: in no layer", path.display());
    }
}
