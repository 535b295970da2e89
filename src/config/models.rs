//! `models:` of the configuration.

use std::time::Duration;

use super::raw::RawModels;
use super::{Configured, path, text};
use crate::model::{Problem, closest};
use crate::yaml::{Node, NodeValue, read as read_node};

/// Where models come from.
#[derive(Clone, Debug)]
pub enum Models {
    /// Python that is read.
    Python {
        /// A folder or a file, relative to the root.
        path: Configured<String>,
        /// Metadata, or bases that have it, whose tables are meant: `app.db:Base`.
        metadata: Vec<String>,
    },
    /// A command that prints a schema as JSON, run in the root, and how long it may take.
    Command(Configured<String>, Duration),
}

/// How long a command may take that says nothing else.
const TIMEOUT: u64 = 60;

/// Reads one map, or a list of them.
pub(super) fn read(node: &Node, problems: &mut Vec<Problem>) -> Vec<Models> {
    match &node.value {
        NodeValue::List(items) => items.iter().filter_map(|item| one(item, problems)).collect(),
        _ => one(node, problems).into_iter().collect(),
    }
}

fn one(node: &Node, problems: &mut Vec<Problem>) -> Option<Models> {
    let raw: RawModels = read_node(node, problems)?;
    if let Some(tool) = raw.tool
        && let Some(name) = tool.value.as_deref()
        && name != "sqlalchemy"
    {
        let problem = tool.place.error(format!("`{name}` is no tool whose models can be read"));
        problems.push(match closest(name, ["sqlalchemy"]) {
            Some(nearest) => problem.suggest(Some(nearest)),
            None => problem.hint("the tools are sqlalchemy; `command` prints the models of any other"),
        });
        return None;
    }
    match (raw.path, raw.command) {
        (Some(folder), None) => {
            let metadata = raw.metadata.map(|node| names(&node, problems)).unwrap_or_default();
            path(folder, problems).map(|path| Models::Python { path, metadata })
        }
        (None, Some(command)) => {
            let seconds = raw.timeout.and_then(|timeout| timeout.value).unwrap_or(TIMEOUT);
            text(command, "command", problems).map(|command| Models::Command(command, Duration::from_secs(seconds)))
        }
        (Some(_), Some(command)) => {
            problems.push(command.place.error("models have a `path` or a `command`, not both"));
            None
        }
        (None, None) => {
            let problem = node.place.error("field `path` is missing");
            problems.push(problem.hint("the folder that holds the models, or `command: python dump.py`"));
            None
        }
    }
}

/// Reads one name, or a list of them.
fn names(node: &Node, problems: &mut Vec<Problem>) -> Vec<String> {
    let items = match &node.value {
        NodeValue::List(items) => &items[..],
        _ => std::slice::from_ref(node),
    };
    let mut names = Vec::new();
    for item in items {
        match item.as_text() {
            Some(name) if !name.trim().is_empty() => names.push(name.to_owned()),
            _ => problems.push(item.place.error("expected the name of a base or metadata, such as `app.db:Base`")),
        }
    }
    names
}
