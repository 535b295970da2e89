//! One law, two ways to write a migration: the twin examples must have the same faults.

use std::collections::BTreeSet;

use serde_json::Value;

use super::project::{Project, repository};

const CONFIG: &str = "packs: [postgres, ./twins]\npostgres: { version: 15 }\nfail-on: off\n";
// Its alembic.ini names SQLite.
const ALEMBIC: &str = "migrations: [{ tool: alembic, path: backend/migrations, dialect: postgresql }]\n";

/// Returns rule and message of each finding of the packs, in the example with this configuration.
fn found(example: &str, remove: &[&str], more: &str) -> BTreeSet<(String, String)> {
    let project = Project::copy_of(example);
    remove.iter().for_each(|path| {
        project.delete(path);
    });
    let rules = repository().join("examples/property-platform-sql/rules");
    for entry in std::fs::read_dir(&rules).expect("the twins have rules") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a UTF-8 name").to_owned();
        project.write(&format!("twins/{name}"), std::fs::read(&path).expect("a rule can be read"));
    }
    project.write("lawbook.yml", format!("{CONFIG}{more}"));
    let ran = project.run(&["check", "--format", "json"]);
    assert_eq!(ran.exit, Some(0), "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).expect("a report in JSON");
    let findings = report["findings"].as_array().expect("findings");
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or_default().to_owned();
    let found = findings.iter().map(|finding| (text(finding, "rule"), text(finding, "message")));
    let is_wanted = |rule: &str| rule.starts_with("postgres/") || rule.starts_with("twins/");
    // Alembic writes a statement for each directive: there is nothing to be merged.
    found.filter(|(rule, _)| is_wanted(rule) && rule != "postgres/multiple-alter-table").collect()
}

#[test]
fn the_same_law_finds_the_same_fault_in_alembic_and_in_sql() {
    let alembic = found("examples/property-platform", &["legacy"], ALEMBIC);
    let sql = found("examples/property-platform-sql", &[], "");
    let only = |these: &BTreeSet<_>, those: &BTreeSet<_>| these.difference(those).cloned().collect::<Vec<_>>();
    let none: Vec<(String, String)> = Vec::new();
    assert_eq!((only(&alembic, &sql), only(&sql, &alembic)), (none.clone(), none), "Alembic alone, SQL alone");
    for rule in [
        "postgres/lock-timeout-missing",
        "postgres/unique-constraint-builds-index",
        "twins/foreign-key-index",
        "twins/guarded-label",
        "twins/zoned-timestamps",
    ] {
        assert!(sql.iter().any(|(name, _)| name == rule), "{rule} finds nothing in {sql:#?}");
    }
}
