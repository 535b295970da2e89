//! Which files of a version folder Alembic runs, exactly as its `script/base.py` decides it.

use crate::sources::migrations::Tree;

/// Returns whether a file, given relative to the root, is a migration of the tree: a `.py` file in one of its version
/// folders (below it too, where that is configured) whose name does not start with `__init__` or `.#`. Compiled files
/// (`sourceless`) are never read.
pub fn is_version_file(tree: &Tree, path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    is_version_name(name)
        && tree.version_locations.iter().any(|location| {
            let below = if location.path.is_empty() { Some(folder) } else { folder.strip_prefix(&*location.path) };
            match below {
                Some("") => true,
                Some(below) if location.recursive && (location.path.is_empty() || below.starts_with('/')) => {
                    !below.ends_with("__pycache__")
                }
                _ => false,
            }
        })
}

/// Returns whether a file of this name is a migration, if it lies in a version folder.
pub fn is_version_name(name: &str) -> bool {
    name.ends_with(".py") && !name.starts_with(".#") && !name.starts_with("__init__") && !name.contains('\n')
}

/// Returns the revision that Alembic takes from the name of a file which assigns none, as versions before 0.2 wrote
/// them: `<hexadecimal>.py`.
pub fn legacy_revision(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".py")?;
    let is_hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (!stem.is_empty() && stem.bytes().all(is_hexadecimal)).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Location;
    use crate::model::facts::Tool;
    use crate::sources::migrations::VersionLocation;

    #[test]
    fn files_that_alembic_runs() {
        let tree = |path: &str, recursive| Tree {
            name: "m".into(),
            tool: Tool::Alembic,
            location: Location::file("m"),
            version_locations: vec![VersionLocation { path: path.into(), recursive }],
            sql: None,
        };
        for (location, recursive, path, expected) in [
            ("m/versions", false, "m/versions/a.py", true),
            ("m/versions", false, "m/versions/.a.py", true),
            ("m/versions", false, "m/versions/__other__.py", true),
            ("m/versions", false, "m/versions/__init__.py", false),
            ("m/versions", false, "m/versions/__init__old.py", false),
            ("m/versions", false, "m/versions/.#a.py", false),
            ("m/versions", false, "m/versions/a.pyc", false),
            ("m/versions", false, "m/versions/a.sql", false),
            ("m/versions", false, "m/versions/sub/a.py", false),
            ("m/versions", true, "m/versions/sub/deep/a.py", true),
            ("m/versions", true, "m/versions/__pycache__/a.py", false),
            ("m/versions", true, "m/versions2/a.py", false),
            ("m/versions", true, "m/env.py", false),
            ("", false, "a.py", true),
            ("", false, "sub/a.py", false),
            ("", true, "sub/a.py", true),
        ] {
            assert_eq!(is_version_file(&tree(location, recursive), path), expected, "{path} in {location}");
        }
    }

    #[test]
    fn revisions_from_old_names() {
        for (name, expected) in
            [("12ab.py", Some("12ab")), ("12ab_x.py", None), ("XY.py", None), (".py", None), ("12ab.pyc", None)]
        {
            assert_eq!(legacy_revision(name), expected, "{name}");
        }
    }
}
