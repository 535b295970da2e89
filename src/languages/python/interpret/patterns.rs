//! `re.sub` on names: how projects turn `UserRole` into `user_role`.

use regex::Regex;

/// The way with lookaround that everybody copies; the `regex` crate has none.
const BEFORE_CAPITALS: &[&str] = &["(?<!^)(?=[A-Z])", "(?!^)(?=[A-Z])", "(?<!\\A)(?=[A-Z])"];

/// Returns what `re.sub` yields, if the pattern means the same here.
pub fn substitute(pattern: &str, replacement: &str, subject: &str) -> Option<String> {
    if BEFORE_CAPITALS.contains(&pattern) {
        let mut result = String::new();
        for (at, character) in subject.char_indices() {
            if at > 0 && character.is_ascii_uppercase() {
                result.push_str(replacement);
            }
            result.push(character);
        }
        return Some(result);
    }
    // What Rust and Python spell differently or take to mean different things.
    if pattern.contains("\\Z") || pattern.contains('$') || subject.len() > 1_000 {
        return None;
    }
    let regex = Regex::new(pattern).ok()?;
    let mut template = String::new();
    let mut characters = replacement.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '$' => template.push_str("$$"),
            '\\' => match characters.next()? {
                digit if digit.is_ascii_digit() => template.push_str(&format!("${{{digit}}}")),
                'g' => {
                    let rest: String = characters.by_ref().take_while(|character| *character != '>').collect();
                    template.push_str(&format!("${{{}}}", rest.strip_prefix('<')?));
                }
                '\\' => template.push('\\'),
                _ => return None,
            },
            other => template.push(other),
        }
    }
    Some(regex.replace_all(subject, template.as_str()).into_owned())
}

/// Returns a name in snake case, as the `inflection` package does.
pub fn underscore(name: &str) -> String {
    let first = substitute("([A-Z]+)([A-Z][a-z])", r"\1_\2", name).unwrap_or_else(|| name.to_owned());
    let second = substitute("([a-z\\d])([A-Z])", r"\1_\2", &first).unwrap_or(first);
    second.replace('-', "_").to_lowercase()
}

/// Returns a table's name as Flask-SQLAlchemy makes it from the name of a class.
pub fn flask_table_name(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut result = String::new();
    for (at, character) in characters.iter().enumerate() {
        if character.is_ascii_uppercase() && at > 0 {
            let after_small = characters[at - 1].is_ascii_lowercase() || characters[at - 1].is_ascii_digit();
            let before_small = characters.get(at + 1).is_some_and(char::is_ascii_lowercase);
            if after_small || before_small {
                result.push('_');
            }
        }
        result.push(*character);
    }
    result.to_lowercase().trim_start_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case() {
        for (name, expected) in [
            ("User", "user"),
            ("UserRole", "user_role"),
            ("HTTPRequest", "http_request"),
            ("User2Role", "user2_role"),
            ("APIKey", "api_key"),
            ("_Hidden", "hidden"),
        ] {
            assert_eq!(flask_table_name(name), expected, "{name}");
        }
        assert_eq!(underscore("HTTPRequestLog"), "http_request_log");
    }

    #[test]
    fn patterns_that_mean_the_same_are_applied() {
        for (pattern, replacement, subject, expected) in [
            ("(?<!^)(?=[A-Z])", "_", "UserRole", Some("User_Role")),
            ("(.)([A-Z][a-z]+)", r"\1_\2", "UserRole", Some("User_Role")),
            ("([a-z0-9])([A-Z])", r"\g<1>_\g<2>", "userRole", Some("user_Role")),
            ("Model$", "", "UserModel", None),
            ("(?<=x)y", "", "xy", None),
            ("a", r"\n", "a", None),
        ] {
            assert_eq!(substitute(pattern, replacement, subject).as_deref(), expected, "{pattern}");
        }
    }
}
