//! `exceptions:` of the configuration: the file, and what is asked of its entries.

use super::raw::RawExceptions;
use super::{Config, Configured, path};
use crate::model::Problem;
use crate::model::audit::{Policy, days};
use crate::yaml::{Node, NodeValue, Spanned, read as read_node};

/// Reads a path, or a map that says more. A file that is not named may be missing.
pub(super) fn read(node: &Node, config: &mut Config, problems: &mut Vec<Problem>) {
    if let NodeValue::Text(text) = &node.value {
        let named = Spanned { place: node.place.clone(), value: Some(text.to_string()) };
        config.exceptions = path(named, problems).unwrap_or_else(|| config.exceptions.clone());
        return;
    }
    if matches!(node.value, NodeValue::Null) {
        return;
    }
    if node.as_map().is_none() {
        let problem = node.place.error(format!("expected the path of a file, or a map, found {}", node.type_name()));
        problems.push(problem.hint("`exceptions: {require: [reason, owner]}`"));
        return;
    }
    let Some(raw) = read_node::<RawExceptions>(node, problems) else { return };
    if let Some(named) = raw.path.and_then(|named| path(named, problems)) {
        config.exceptions = named;
    }
    let no_growth = raw.may_grow.and_then(|may_grow| may_grow.value) == Some(false);
    let mut policy = Policy { max_entries: number(raw.max_entries), no_growth, ..Policy::default() };
    for required in raw.require.and_then(|require| require.value).unwrap_or_default() {
        policy.require.extend(required.value.filter(|required| !policy.require.contains(required)));
    }
    if let Some(age) = raw.max_age
        && let Some(text) = &age.value
    {
        match days(text) {
            Ok(days) => policy.max_age = Some(days),
            Err(why) => problems.push(age.place.error(why)),
        }
    }
    config.policy = Configured { value: policy, place: Some(node.place.clone()) };
}

fn number(field: Option<Spanned<u32>>) -> Option<usize> {
    field?.value.and_then(|number| usize::try_from(number).ok())
}
