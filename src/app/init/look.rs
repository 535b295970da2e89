//! What is there before `lawbook init`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;

use super::{Alembic, LOOKED_AT, Repository, Service, Tree, above, ci, in_folder, pack_name};
use crate::app::{Base, MODELS, Workspace, collect, schema};
use crate::engine::Keep;
use crate::model::Problem;

/// A variable whose value may be the URL of a database.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:environ(?:\.get)?|getenv)\s*[\[(]\s*["']([A-Z][A-Z0-9_]*(?:URL|URI|DSN))["']"#)
        .expect("a sound regex")
});
/// The line of `alembic.ini` with the URL.
static URL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^sqlalchemy\.url *=").expect("a sound regex"));

/// Looks at a repository, for the CI service that the user asks for. Files that cannot be read count as there, and are
/// kept.
///
/// # Errors
/// The folder cannot be read.
pub fn look(workspace: &Workspace, service: Option<Service>) -> Result<Repository, Problem> {
    let root = &workspace.root.absolute;
    let judgement = collect(workspace, &[], &Base::None, Keep { files: true, ..Keep::default() }, false)?;
    let trees = judgement.project.graphs.iter().map(|graph| {
        let flavor = graph.migrations.iter().find_map(|migration| Some(migration.sql.as_ref()?.flavor.name()));
        let tool = flavor.unwrap_or(graph.tool.name());
        Tree {
            path: graph.name.to_string(),
            tool: tool.to_owned(),
            migrations: graph.migrations.iter().map(|migration| migration.file.path.to_string()).collect(),
            alembic: (tool == "alembic").then(|| alembic(root, &graph.name)).flatten(),
        }
    });
    let trees: Vec<Tree> = trees.collect();
    let name = root.file_name().unwrap_or("project").to_owned();
    let pack = format!("rules/{}", pack_name(&name));
    let in_pack = fs::read_dir(root.join(&pack)).into_iter().flatten().filter_map(|entry| {
        let path = Utf8PathBuf::from_path_buf(entry.ok()?.path()).ok()?;
        Some(format!("{pack}/{}", path.file_name()?))
    });
    let installed_by = trees.iter().flat_map(|tree| above(&tree.path)).flat_map(|folder| {
        // The same folder may be above several trees: a map holds it once.
        ci::installer_files().map(move |file| in_folder(folder, file))
    });
    let files: BTreeMap<String, String> = LOOKED_AT
        .iter()
        .map(|path| (*path).to_owned())
        .chain(in_pack)
        .chain(installed_by)
        .filter(|path| root.join(path).exists())
        .map(|path| {
            let text = read(&root.join(&path));
            (path, text)
        })
        .collect();
    let models = models(workspace);
    Ok(Repository { trees, files, github: root.join(".github").exists(), ci: service, models, name })
}

/// Returns the text of a file, as far as it is one.
fn read(path: &Utf8Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// Returns how Alembic is run in a tree, by the nearest `alembic.ini` above it.
fn alembic(root: &Utf8Path, tree: &str) -> Option<Alembic> {
    let folder = above(tree).find(|folder| root.join(folder).join("alembic.ini").is_file())?;
    let ini = read(&root.join(folder).join("alembic.ini"));
    let env = read(&root.join(tree).join("env.py"));
    let code: String = env.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    let variables: BTreeSet<String> = VARIABLE.captures_iter(&code).map(|found| found[1].to_owned()).collect();
    Some(Alembic {
        folder: folder.to_owned(),
        url_in_ini: URL.is_match(&ini),
        variables: variables.into_iter().collect(),
        asynchronous: code.contains("async_engine_from_config") || code.contains("create_async_engine"),
        has_models: code.contains(".metadata"),
    })
}

/// Returns the folders with files of models, as far as they can be read.
fn models(workspace: &Workspace) -> Option<Vec<String>> {
    let schema = schema(workspace, MODELS, None, &|_| {}, &mut Vec::new()).ok()?;
    let files = schema.tables.values().filter_map(|table| table.at.as_ref());
    let folders: BTreeSet<String> =
        files.map(|at| at.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()).collect();
    (!folders.is_empty()).then(|| folders.into_iter().collect())
}
