//! The integration tests: one binary. A file that is not listed here is found by `every_file_is_listed`.

mod adoption;
mod cases;
mod check_scripts;
mod commands;
mod docs;
mod files;
mod foreseen;
mod fuzz;
mod generated;
mod hostile;
mod layers;
mod lsp;
mod project;
mod reference;
mod reporters;
mod schemas;
#[cfg(unix)]
#[path = "../../src/databases/testing.rs"]
mod servers;
mod twins;
mod watch;

#[test]
fn every_file_is_listed() {
    let main = include_str!("main.rs");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    for entry in std::fs::read_dir(folder).expect("tests/it can be read") {
        let name = entry.expect("an entry").file_name().into_string().expect("a UTF-8 name");
        if let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") {
            assert!(main.contains(&format!("mod {module};")), "tests/it/{name} is not listed in main.rs");
        }
    }
}
