//! The check script of README.md and the law beside it find the same, on the same tree.

use std::fs;
use std::path::Path;
use std::process::Command;

use camino::Utf8PathBuf;
use lawbook::app::{Asked, Base, Check, Progress, Workspace, check};

use crate::docs::blocks;

/// Stands for PyYAML, which need not be there: the exceptions file of the test is JSON, which is YAML too.
const YAML_MODULE: &str = "import json\n\n\ndef safe_load(file):\n    return json.load(file)\n";

const EXCEPTIONS: &str =
    "{\"exceptions\": {\"rule_1_3_enum_constant\": [\"./backend/migrations/versions/0003_excused.py\"]}}\n";

/// Name, and what follows revision and parent.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_none.py", "def upgrade():\n    op.create_table(\"deals\")\n"),
    (
        "0002_two.py",
        "STATUS_ENUM = sa.Enum(\"a\", name=\"s\")\nother = 1\nKIND_ENUM=sa.Enum(\n    \"b\", name=\"k\")\n",
    ),
    ("0003_excused.py", "OLD_ENUM = sa.Enum(\"a\", name=\"s\")\n"),
    ("0004_inside.py", "def upgrade():\n    STATUS_ENUM = sa.Enum(\"a\", name=\"s\")\n"),
    (
        "0005_layout.py",
        "\n\nA_ENUM  =  sa.Enum(\"ü\", name=\"s\")\n# B_ENUM = sa.Enum()\n\"\"\"\nC_ENUM = sa.Enum(\n\"\"\"\n",
    ),
    ("0006_windows.py", "x = 1\r\nSTATUS_ENUM = sa.Enum(\"a\", name=\"s\")\r\n"),
    (
        "0007_other_names.py",
        "Status_ENUM = sa.Enum()\nSTATUS_ENUM_ = sa.Enum()\nSTATUS_ENUM = Enum()\nSTATUS_ENUM = saXEnum()\n",
    ),
];

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("folders can be made");
    fs::write(file, text).expect("files can be written");
}

#[test]
fn script_and_law_agree() {
    let readme = blocks("README.md");
    let find = |language: &str, part: &str| {
        let found = readme.iter().find(|block| block.language == language && block.text.contains(part));
        found.unwrap_or_else(|| panic!("README.md has a block of {language} with {part}")).text.clone()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(root, "scripts/check_enums.py", &find("python", "PATTERN = re.compile"));
    write(root, "scripts/yaml.py", YAML_MODULE);
    write(root, "rules/company/enum-constant.yml", &find("yaml", "id: enum-constant"));
    write(root, "lawbook.yml", "packs: [./rules]\n");
    write(root, "alembic.ini", "[alembic]\nscript_location = backend/migrations\n");
    write(root, "backend/migrations/env.py", "");
    write(root, ".coding-rules-exceptions.yml", EXCEPTIONS);
    for (index, (name, text)) in MIGRATIONS.iter().enumerate() {
        let parent = if index == 0 { "None".to_owned() } else { format!("\"{index:04}\"") };
        let text = format!("revision = \"{:04}\"\ndown_revision = {parent}\n{text}", index + 1);
        write(root, &format!("backend/migrations/versions/{name}"), &text);
    }

    let output = Command::new("python3").arg(root.join("scripts/check_enums.py")).output().expect("python3 runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let by_script: Vec<&str> = said.lines().filter(|line| line.starts_with("backend/")).collect();

    let root = Utf8PathBuf::from_path_buf(root.to_owned()).expect("UTF-8");
    let workspace = Workspace::open(&[root], &[], false).expect("the project opens");
    let asked = Check {
        paths: Vec::new(),
        base: Base::None,
        rules: Vec::new(),
        schemas: Asked::default(),
        today: jiff::civil::date(2026, 11, 1).into(),
        baseline: lawbook::app::baseline::Chosen::No,
        explain: false,
        story: false,
    };
    let (mut report, _) = check(&workspace, &asked, &Progress { started: &|_| {}, tick: &|| {}, say: &|_| {} });
    assert_eq!(report.problems, []);
    // The script knows nothing of what is wrong with exceptions.
    report.findings.retain(|finding| !finding.rule.starts_with("exceptions/"));
    let by_law: Vec<String> = report
        .active()
        .map(|finding| {
            let line = finding.span().expect("a place").line;
            format!("{}:{line}: {}", finding.path().expect("a path"), finding.message)
        })
        .collect();
    assert_eq!(by_law, by_script);
    assert_eq!(by_law.len(), 5, "both found what is there: {by_law:?}");
    assert_eq!(report.findings.len() - by_law.len(), 1, "and excused the same");
}
