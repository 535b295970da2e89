//! Message templates: `{placeholder}` in a rule's message.

use std::collections::BTreeMap;

use crate::model::Fact;

/// A message with its placeholders found. `{{` and `}}` are braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder(String),
}

impl Template {
    /// Parses a message. A brace that opens no placeholder stands for itself.
    pub(super) fn parse(message: &str) -> Self {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = message;
        while let Some(index) = rest.find(['{', '}']) {
            text.push_str(&rest[..index]);
            let tail = &rest[index..];
            if tail.starts_with("{{") || tail.starts_with("}}") {
                text.push_str(&tail[..1]);
                rest = &tail[2..];
            } else if let Some(name) =
                tail.strip_prefix('{').and_then(|tail| tail.split_once('}')).map(|(name, _)| name)
                && !name.is_empty()
                && name.chars().all(|character| character.is_alphanumeric() || character == '_')
            {
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::Placeholder(name.to_owned()));
                rest = &tail[name.len() + 2..];
            } else {
                text.push_str(&tail[..1]);
                rest = &tail[1..];
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Self { parts }
    }

    /// Returns the names of the placeholders.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| if let Part::Placeholder(name) = part { Some(name.as_str()) } else { None })
    }

    /// Fills the placeholders from `data`, else from the fields of the fact. What is in neither stays as written.
    pub(super) fn render(&self, fact: &Fact, data: &BTreeMap<String, String>) -> String {
        let mut message = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => message.push_str(text),
                Part::Placeholder(name) => match (data.get(name), fact.get(name)) {
                    (Some(value), _) => message.push_str(&one_line(value)),
                    (None, Some(value)) => message.push_str(&one_line(&value.to_string())),
                    (None, None) => {
                        message.push('{');
                        message.push_str(name);
                        message.push('}');
                    }
                },
            }
        }
        message
    }
}

/// Returns a value fit for a message: on one line, and cut when it is long.
fn one_line(value: &str) -> String {
    const LONGEST: usize = 120;
    let mut line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::facts::Project;

    #[test]
    fn placeholders_are_filled_and_braces_survive() {
        let fact = Fact::Project(Arc::new(Project::default()));
        let data: BTreeMap<String, String> =
            [("match".to_owned(), "sa.Enum(\n    'a')".to_owned()), ("1".to_owned(), "X".to_owned())].into();
        let cases = [
            ("{match} raises", "sa.Enum( 'a') raises"),
            ("{{literal}} {1}", "{literal} X"),
            ("a {not known} {", "a {not known} {"),
            ("{gone}", "{gone}"),
            ("}", "}"),
            ("", ""),
        ];
        for (template, expected) in cases {
            assert_eq!(Template::parse(template).render(&fact, &data), expected, "{template}");
        }
    }
}
