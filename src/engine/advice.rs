//! What to do about a difference between models and what migrations lead to: the line of the next migration.

use std::collections::BTreeSet;

use crate::model::Advice;
use crate::model::Known;
use crate::model::facts::{Project, Tool};
use crate::model::operation::{Action, Writer};
use crate::model::schema::compare::{Aspect, Comparison, Difference, Direction, ObjectKind};
use crate::model::schema::{Dialect, Origin, Schema};

/// What is known about the migrations that lead to a schema.
pub(super) struct Adviser {
    /// What they are written in; `None` where there are none, or of several tools.
    writer: Option<Writer>,
    dialect: Dialect,
    /// Of a database: on what the migrations do not say what models say, or cannot be asked. `None` where they were not
    /// followed.
    left_open: Option<BTreeSet<(Aspect, Option<String>)>>,
}

impl Adviser {
    /// Returns who knows what to write so that `actual` becomes what `expected` says, if that is what migrations are
    /// for. `compared` compares what is expected with what the migrations lead to.
    pub(super) fn new(
        expected: &Schema,
        actual: &Schema,
        project: &Project,
        compared: impl Fn(&Schema) -> Comparison,
    ) -> Option<Self> {
        let migrated = matches!(actual.origin, Origin::Replay | Origin::Database | Origin::Throwaway);
        let dialect = actual.dialect.filter(|_| migrated && expected.origin == Origin::Models)?;
        let graphs = project.graphs.iter().filter(|graph| !graph.migrations.is_empty());
        let mut tools = graphs.map(|graph| match graph.tool {
            Tool::Alembic => Writer::Alembic,
            Tool::Sql => Writer::Sql,
        });
        let writer = tools.next().filter(|first| tools.all(|other| other == *first));
        let replayed = project.schemas.iter().map(|described| &*described.schema);
        let mut replayed = replayed.filter(|schema| schema.origin == Origin::Replay && schema.dialect == Some(dialect));
        let replay = replayed.next().filter(|_| actual.origin == Origin::Database);
        let left_open = replay.map(|schema| {
            let comparison = compared(schema);
            let differences = comparison.differences.iter().map(|one| (one.aspect, Some(one.object.subject())));
            let undecided = comparison.undecided.into_iter().map(|one| (one.aspect, one.subject));
            differences.chain(undecided).collect()
        });
        Some(Self { writer, dialect, left_open })
    }

    /// Returns what to do about a difference; `None` where that cannot be told.
    pub(super) fn advise(&self, difference: &Difference) -> Option<Advice> {
        if let Some(beside) = self.behind(difference) {
            return Some(Advice { write: None, beside: beside.to_owned() });
        }
        let writer = self.writer?;
        let write = |action: &Action| Some(format!("`{}`", writer.write(action, self.dialect)?));
        let lines: Vec<String> = difference.mend.iter().map(write).collect::<Option<_>>()?;
        if lines.is_empty() {
            return None;
        }
        let mut line = lines.join(", then ");
        match difference.mend.as_slice() {
            [Action::CreateTable(create)] => {
                let count = create.table.columns.len();
                line.push_str(&format!(" with its {count} column{}", if count == 1 { "" } else { "s" }));
            }
            [.., Action::AddColumn { column, .. }] => {
                let given = column.identity.is_some() || column.generated.is_some();
                if !given && (&column.nullable, &column.default) == (&Known::Yes(false), &Known::Yes(None)) {
                    let word = if writer == Writer::Alembic { "server_default" } else { "DEFAULT" };
                    line.push_str(&format!(" (with a {word} if there are rows)"));
                }
            }
            _ => {}
        }
        if let Some(rename) = difference.rename.as_ref().and_then(write) {
            line.push_str(&format!(" (or {rename} if it was renamed)"));
        }
        // What models say and nothing makes was forgotten in the migrations; of the rest either side may be wrong.
        let beside = match difference.direction {
            Direction::Missing => "",
            Direction::Extra => ", or add it to the model",
            Direction::Changed => ", or change the model",
        };
        Some(Advice { write: Some(line), beside: beside.to_owned() })
    }

    /// Returns what there is to say of a database that is not what its migrations lead to.
    fn behind(&self, difference: &Difference) -> Option<&'static str> {
        let left_open = self.left_open.as_ref()?;
        let about = |subject: Option<String>| left_open.contains(&(difference.aspect, subject));
        let owner = difference.object.owner.to_string();
        let table = (Aspect::Tables, Some(owner.clone()));
        if about(None) || about(Some(difference.object.subject())) || about(Some(owner)) || left_open.contains(&table) {
            return None;
        }
        let is_whole = matches!(difference.object.kind, ObjectKind::Table | ObjectKind::Column);
        Some(match difference.direction {
            Direction::Missing if is_whole => "the migrations make it: have all of them run?",
            Direction::Missing | Direction::Changed => "the migrations say what the model says: have all of them run?",
            Direction::Extra => "the migrations do not leave it behind: have all of them run, or was it made by hand?",
        })
    }
}
