//! What an alembic.ini section or `[tool.alembic]` of a pyproject.toml says about where migrations lie.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ini::Ini;
use crate::model::{Location, Problem, Span};

/// The settings of one section.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// The section, in an INI file.
    pub section: String,
    /// With its place.
    pub script_location: Option<(String, Location)>,
    /// With the place of all of them; `None` for Alembic's default.
    pub version_locations: Option<(Vec<String>, Location)>,
    pub prepend_sys_path: Vec<String>,
    pub recursive: bool,
}

/// Reads the sections of an INI file that may describe a tree: `[alembic]`, and whatever else has a `script_location`
/// or `version_locations` of its own. `here` is the absolute folder of the file.
pub(super) fn of_ini(path: &str, text: &str, here: &str) -> (Vec<Settings>, Vec<Problem>) {
    let ini = match Ini::parse(path, text) {
        Ok(ini) => ini,
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    let mut problems = Vec::new();
    let mut all = Vec::new();
    let is_tree = |name: &&str| {
        *name == "alembic" || ini.has_own(name, "script_location") || ini.has_own(name, "version_locations")
    };
    for section in ini.sections().filter(is_tree) {
        let mut get = |option: &str| {
            let (value, span) = ini.get(section, option, here)?;
            let at = Location::span(path, span);
            match value {
                Ok(value) => Some((value, at)),
                Err(why) => {
                    problems.push(Problem::warning(format!("`{option}` cannot be read: {why}")).in_text(at, text));
                    None
                }
            }
        };
        let script_location = get("script_location").filter(|(value, _)| !value.is_empty());
        let locations = get("version_locations").filter(|(value, _)| !value.is_empty());
        let separator = get("path_separator");
        let old_separator = get("version_path_separator");
        let prepended = get("prepend_sys_path").map(|(value, _)| value).unwrap_or_default();
        let recursive = get("recursive_version_locations").is_some_and(|(value, _)| value == "true");
        let prepend_sys_path = split(&prepended, separator.as_ref().map(|(value, _)| value.as_str()), &[',', ' ', ':']);
        let version_locations = locations.and_then(|(value, at)| {
            let separator = separator.or(old_separator);
            let names = split(&value, separator.as_ref().map(|(value, _)| value.as_str()), &[',', ' ']);
            if let (None, Some((separator, at))) = (&names, separator) {
                problems.push(
                    Problem::warning(format!("`{separator}` is no path separator that Alembic knows"))
                        .in_text(at, text)
                        .hint("one of: os, space, newline, `:`, `;`; a comment needs a line of its own"),
                );
            }
            Some((names?, at))
        });
        all.push(Settings {
            section: section.to_owned(),
            script_location,
            version_locations,
            prepend_sys_path: prepend_sys_path.unwrap_or_default(),
            recursive,
        });
    }
    (all, problems)
}

/// Splits a list of paths as Alembic does: at the separator that is configured, or else at `legacy` characters.
/// Returns `None` for a separator that Alembic refuses.
fn split(value: &str, separator: Option<&str>, legacy: &[char]) -> Option<Vec<String>> {
    let separator = match separator {
        None => return Some(filled(value.split(legacy))),
        Some("space") => ' ',
        Some("newline") => '\n',
        Some("os") if cfg!(windows) => ';',
        Some("os" | ":") => ':',
        Some(";") => ';',
        Some(_) => return None,
    };
    Some(filled(value.split(separator)))
}

fn filled<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Reads `[tool.alembic]` of a pyproject.toml; `None` when there is none.
pub(super) fn of_toml(path: &str, text: &str, here: &str) -> Result<Option<Settings>, Problem> {
    // Most projects do not have it, and parsing them all costs more than looking.
    if !text.contains("alembic") {
        return Ok(None);
    }
    let document = DeTable::parse(text).map_err(|error| {
        let range = error.span().unwrap_or_default();
        let at = Location::span(path, Span::of_bytes(text, range.start, range.end));
        Problem::warning(format!("this is not TOML: {}", error.message())).in_text(at, text)
    })?;
    let table = document.get_ref().get("tool").and_then(|tool| tool.get_ref().get("alembic"));
    let Some(table) = table.and_then(|table| table.get_ref().as_table()) else { return Ok(None) };
    let at = |value: &Spanned<DeValue<'_>>| {
        let range = value.span();
        Location::span(path, Span::of_bytes(text, range.start, range.end))
    };
    let text_of = |value: &DeValue<'_>| value.as_str().map(|value| fill(value, here));
    let list = |option: &str| -> Option<(Vec<String>, Location)> {
        let value = table.get(option)?;
        let items: Vec<String> = match value.get_ref().as_array() {
            Some(items) => items.iter().filter_map(|item| text_of(item.get_ref())).collect(),
            None => text_of(value.get_ref()).into_iter().collect(),
        };
        Some((items, at(value)))
    };
    Ok(Some(Settings {
        section: String::new(),
        script_location: table.get("script_location").and_then(|value| Some((text_of(value.get_ref())?, at(value)))),
        version_locations: list("version_locations").filter(|(items, _)| !items.is_empty()),
        prepend_sys_path: list("prepend_sys_path").map(|(items, _)| items).unwrap_or_default(),
        recursive: table.get("recursive_version_locations").and_then(|value| value.get_ref().as_bool()) == Some(true),
    }))
}

/// Fills in `%(here)s`, the one name that TOML values may use.
fn fill(value: &str, here: &str) -> String {
    value.split("%%").map(|part| part.replace("%(here)s", here)).collect::<Vec<_>>().join("%")
}

/// Takes what one file leaves open from another: Alembic looks into alembic.ini first, then into the pyproject.toml.
pub(super) fn complete(mut settings: Settings, with: &Settings) -> Settings {
    settings.script_location = settings.script_location.or_else(|| with.script_location.clone());
    settings.version_locations = settings.version_locations.or_else(|| with.version_locations.clone());
    settings.recursive |= with.recursive;
    if settings.prepend_sys_path.is_empty() {
        settings.prepend_sys_path.clone_from(&with.prepend_sys_path);
    }
    settings
}

/// Returns the folder of a path, empty at the root.
pub(super) fn folder_of(path: &str) -> Arc<str> {
    Arc::from(path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locations(lines: &str) -> (Option<Vec<String>>, usize) {
        let text = format!("[alembic]\nscript_location = m\n{lines}");
        let (settings, problems) = of_ini("alembic.ini", &text, "/here");
        (settings[0].version_locations.clone().map(|(names, _)| names), problems.len())
    }

    #[test]
    fn version_locations_are_split_as_alembic_splits() {
        for (lines, expected, problems) in [
            ("", None, 0),
            ("version_locations =", None, 0),
            ("version_locations = a b, c", Some(vec!["a", "b", "c"]), 0),
            ("version_locations = %(here)s/a:b\npath_separator = os", Some(vec!["/here/a", "b"]), 0),
            ("version_locations = a b;c\npath_separator = ;", Some(vec!["a b", "c"]), 0),
            ("version_locations =\n  a b\n  c\npath_separator = newline", Some(vec!["a b", "c"]), 0),
            ("version_locations = a:b\nversion_path_separator = :", Some(vec!["a", "b"]), 0),
            ("version_locations = a:b\nversion_path_separator = ;\npath_separator = :", Some(vec!["a", "b"]), 0),
            ("version_locations = a\nversion_path_separator = os  # comment", None, 1),
            ("version_path_separator = os  # comment", None, 0),
        ] {
            let expected = expected.map(|names| names.into_iter().map(str::to_owned).collect());
            assert_eq!(locations(lines), (expected, problems), "{lines}");
        }
    }

    #[test]
    fn sections_that_describe_trees() {
        let text = "[DEFAULT]\nversion_locations = d\n[loggers]\nkeys = root\n[alembic]\nscript_location = a\n[two]\nScript_Location = b\n";
        let (settings, problems) = of_ini("alembic.ini", text, "/here");
        let words: Vec<_> = settings.iter().map(|one| (one.section.as_str(), one.script_location.clone())).collect();
        let at = |line, name: &str| {
            Some((
                name.to_owned(),
                Location::span("alembic.ini", Span { line, column: 19, end_line: line, end_column: 20 }),
            ))
        };
        assert_eq!(words, [("alembic", at(6, "a")), ("two", at(8, "b"))]);
        assert!(problems.is_empty());
        let (settings, problems) = of_ini("alembic.ini", "[alembic]\nscript_location = 5%\n", "/here");
        assert!(settings[0].script_location.is_none() && problems.len() == 1);
    }

    #[test]
    fn pyproject() {
        let text = "[tool.alembic]\nscript_location = \"%(here)s/m%%\"\nversion_locations = [\"a\", \"%(here)s/b\"]\nrecursive_version_locations = true\n";
        let settings = of_toml("pyproject.toml", text, "/here").expect("TOML").expect("settings");
        let (script, at) = settings.script_location.expect("there");
        assert_eq!((script.as_str(), at.span.map(|span| (span.line, span.column))), ("/here/m%", Some((2, 19))));
        assert_eq!(settings.version_locations.expect("there").0, ["a", "/here/b"]);
        assert!(settings.recursive);
        for text in ["", "[tool.poetry.dependencies]\nalembic = '1'", "[tool]\nalembic = 1"] {
            assert!(of_toml("pyproject.toml", text, "/here").expect(text).is_none());
        }
        assert!(of_toml("pyproject.toml", "[tool.alembic\n", "/here").is_err());
    }
}
