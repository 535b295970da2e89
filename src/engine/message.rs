//! Messages of findings: a rule's template with its placeholders filled.

use std::borrow::Cow;

use crate::model::{Fact, Named};
use crate::packs::{Piece, pieces};

/// Fills the placeholders of a template from `data`, else from the fields of the fact. `match` is the source of the
/// fact where nothing was matched in its text. What is nowhere stays as written.
pub(super) fn render(template: &str, fact: &Fact, data: &Named) -> String {
    let mut message = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Text(text) => message.push_str(text),
            Piece::Placeholder(name) => match data.get(name) {
                Some(value) => message.push_str(&one_line(value)),
                None => match fact.get(name) {
                    Some(value) => message.push_str(&one_line(&value.to_string())),
                    None if name == "match" => message.push_str(&one_line(&source(fact))),
                    None => message.push_str(&format!("{{{name}}}")),
                },
            },
        }
    }
    message
}

fn source(fact: &Fact) -> String {
    match fact {
        Fact::Call(call) => call.text.to_string(),
        other => other.label(),
    }
}

/// Returns a value fit for a message: on one line, and cut when it is long.
fn one_line(value: &str) -> Cow<'_, str> {
    const LONGEST: usize = 120;
    // Most are words of a few letters.
    if value.len() <= LONGEST && value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return value.into();
    }
    let mut line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line.into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::facts::Project;

    #[test]
    fn placeholders_are_filled_and_braces_survive() {
        let fact = Fact::Project(Arc::new(Project::default()));
        let data: Named =
            [("match".into(), "sa.Enum(\n    'a')".to_owned()), ("1".into(), "X".to_owned())].into_iter().collect();
        let cases = [
            ("{match} raises", "sa.Enum( 'a') raises"),
            ("a {not known} { {1}", "a {not known} { X"),
            ("{gone}", "{gone}"),
            ("", ""),
        ];
        for (template, expected) in cases {
            assert_eq!(render(template, &fact, &data), expected, "{template}");
        }
        assert_eq!(render("{match}", &fact, &Named::default()), "project");
    }
}
