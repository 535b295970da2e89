//! The schema that the migrations leave behind.

use std::sync::Arc;

use crate::app::check::{Base, judge};
use crate::app::kept::Kept;
use crate::app::replay::Settings;
use crate::app::scope::Scope;
use crate::app::workspace::Workspace;
use crate::engine::{Keep, Laws};
use crate::model::schema::{Dialect, Origin, Schema};
use crate::model::{Level, Problem};

/// Replays the migrations to a revision, or all of them. What is wrong with their trees is added to `problems`.
///
/// # Errors
/// There are no migrations, no such revision, or trees for several kinds of databases.
pub(super) fn read(
    workspace: &Workspace,
    at: Option<&str>,
    dialect: Option<Dialect>,
    problems: &mut Vec<Problem>,
) -> Result<Schema, Problem> {
    let scope = Scope::find(workspace, &[], &Base::None)?;
    problems.extend(scope.problems.iter().cloned());
    let settings = Settings { dialect, at: at.map(ToOwned::to_owned), ..Settings::of_config(&workspace.config) };
    let keep = Keep { operations: true, ..Keep::default() };
    let judgement = judge(
        workspace,
        (&scope, &mut Kept::once(true)),
        &Laws::default(),
        (Vec::new(), &[]),
        (keep, &settings),
        &|| {},
    );
    let schemas = judgement.project.schemas.iter().map(|described| &described.schema);
    let mut replayed: Vec<&Arc<Schema>> = schemas.filter(|schema| schema.origin == Origin::Replay).collect();
    let mut errors = judgement.problems.into_iter().filter(|problem| problem.level == Level::Error);
    match (replayed.pop(), replayed.is_empty()) {
        (Some(schema), true) => {
            problems.extend(errors);
            Ok(Schema::clone(schema))
        }
        (Some(schema), false) => {
            let others = replayed.iter().filter_map(|schema| schema.dialect);
            let names: Vec<&str> = others.chain(schema.dialect).map(Dialect::name).collect();
            let problem = Problem::error(format!("there are migrations for {}", names.join(" and ")));
            Err(problem.hint(format!("say which: `--dialect {}`", names[0])))
        }
        (None, _) => Err(errors.next().unwrap_or_else(|| {
            Problem::error("no migrations were found here")
                .hint("run it in the project's root, or name their folder under `migrations` in lawbook.yml")
        })),
    }
}
