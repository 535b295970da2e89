//! What is there before `lawbook init`.

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8PathBuf;

use super::{LOOKED_AT, Repository, Tree, pack_name};
use crate::app::{Base, Workspace, collect};
use crate::engine::Keep;
use crate::model::Problem;

/// Looks at a repository. Files that cannot be read count as there, and are kept.
///
/// # Errors
/// The folder cannot be read.
pub fn look(workspace: &Workspace) -> Result<Repository, Problem> {
    let root = &workspace.root.absolute;
    let judgement = collect(workspace, &[], &Base::None, Keep { files: true, ..Keep::default() }, false)?;
    let trees = judgement.project.graphs.iter().map(|graph| Tree {
        path: graph.name.to_string(),
        tool: graph
            .migrations
            .iter()
            .find_map(|migration| Some(migration.sql.as_ref()?.flavor.name()))
            .unwrap_or(graph.tool.name())
            .to_owned(),
        migrations: graph.migrations.iter().map(|migration| migration.file.path.to_string()).collect(),
    });
    let name = root.file_name().unwrap_or("project").to_owned();
    let pack = format!("rules/{}", pack_name(&name));
    let in_pack = fs::read_dir(root.join(&pack)).into_iter().flatten().filter_map(|entry| {
        let path = Utf8PathBuf::from_path_buf(entry.ok()?.path()).ok()?;
        Some(format!("{pack}/{}", path.file_name()?))
    });
    let files: BTreeMap<String, String> = LOOKED_AT
        .iter()
        .map(|path| (*path).to_owned())
        .chain(in_pack)
        .filter(|path| root.join(path).exists())
        .map(|path| {
            let bytes = fs::read(root.join(&path)).unwrap_or_default();
            (path, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    Ok(Repository { trees: trees.collect(), files, github: root.join(".github").exists(), name })
}
