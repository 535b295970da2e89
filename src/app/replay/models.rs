//! Whether the models of a tree are known: those that its env.py registers.

use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::find;
use crate::languages::python::Source;
use crate::model::facts::Graph;
use crate::model::schema::{Part, Schema, SchemaUnknown};

// Classes of Unicode would take longer to compile than the rest of a small run.
static REGISTERED: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"target_metadata(?-u:\s*)(?::[^=\n]+)?=(?-u:\s*)(?<value>[^ \t\r\n,;)#=]+)";
    Regex::new(pattern).expect("a valid pattern")
});

/// Returns whether the env.py of a tree registers no models: it names no `target_metadata`, or `None`. `files` is
/// the project's Python, by path.
pub(super) fn are_unregistered(graph: &Graph, files: &[Arc<Source>]) -> bool {
    // Sections of one folder share its env.py.
    let folder = graph.name.split(" [").next().unwrap_or(&graph.name);
    let path = if folder == "." { "env.py".to_owned() } else { format!("{folder}/env.py") };
    let Some(file) = find(files, &path) else { return false };
    !REGISTERED.captures_iter(file.text()).any(|found| !matches!(&found["value"], "None" | "target_metadata"))
}

/// Says of each table that nobody knows whether models have it.
pub(super) fn doubt(schema: &mut Schema, graph: &Graph) {
    let what: Arc<str> = format!("the env.py of {} registers no models", graph.name).into();
    let doubts = schema.tables.iter().map(|(name, table)| SchemaUnknown {
        what: what.clone(),
        part: Part::Tables,
        table: Some(name.clone()),
        at: table.at.clone(),
    });
    let doubts: Vec<SchemaUnknown> = doubts.collect();
    schema.unknown.extend(doubts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Location;
    use crate::model::facts::Tool;

    fn graph() -> Graph {
        Graph {
            name: "legacy/migrations".into(),
            tool: Tool::Alembic,
            location: Location::file("legacy/alembic.ini"),
            migrations: Vec::new(),
            heads: Vec::new(),
            bases: Vec::new(),
            branches: Vec::new(),
            missing_parents: Vec::new(),
            cycles: Vec::new(),
            duplicates: Vec::new(),
            labels: std::collections::BTreeMap::new(),
            unknown: None,
        }
    }

    #[test]
    fn models_are_those_that_the_environment_registers() {
        let cases = [
            ("target_metadata = None\ncontext.configure(target_metadata=target_metadata)", true),
            ("context.run_migrations()", true),
            ("target_metadata = Base.metadata", false),
            ("target_metadata: MetaData = metadata\n", false),
            ("context.configure(connection=c, target_metadata=db.metadata)", false),
            ("target_metadata = [a.metadata, b.metadata]", false),
            ("target_metadata = None  # none yet\nif target_metadata == x: pass", true),
            ("target_metadata = Übersicht.metadata", false),
            ("target_metadata = (Base.metadata)", false),
            ("target_metadata = None\nif x:\n    target_metadata = Base.metadata", false),
        ];
        for (text, expected) in cases {
            let files = [Arc::new(Source::new("legacy/migrations/env.py".into(), text.into()))];
            assert_eq!(are_unregistered(&graph(), &files), expected, "{text}");
        }
        assert!(!are_unregistered(&graph(), &[]), "without an env.py nothing is known");
    }
}
