//! Cases as data, by what is tested.

mod audit;
mod inline;
mod read;
mod resolver;

use std::sync::Arc;

use super::{Exceptions, read as read_file};
use crate::model::Problem;
use crate::yaml::Source;

/// Reads a text, and returns it with everything said about it.
fn read_text(text: &str) -> (Option<Exceptions>, Vec<String>) {
    let mut problems: Vec<Problem> = Vec::new();
    let exceptions = read_file(&Source::new("exceptions.yml", text), &mut problems);
    (exceptions, problems.iter().map(ToString::to_string).collect())
}

/// Reads a text that must be right.
fn exceptions(text: &str) -> Exceptions {
    let (exceptions, problems) = read_text(text);
    assert_eq!(problems, [""; 0], "{text}");
    exceptions.expect("nothing was wrong")
}

fn rule(name: &str) -> Arc<str> {
    name.into()
}
