//! Copies of `alembic.ini` with another database, for projects whose `env.py` reads the URL from nowhere else.

use std::path::{Path, PathBuf};

use super::ground::fault;
use crate::databases::DatabaseError;

/// Returns the text of an ini file with this URL in the place of every `sqlalchemy.url`, to be kept in another folder;
/// `None` if there is none.
fn with_url(text: &str, folder: &Path, url: &str) -> Option<String> {
    // ConfigParser interpolates after a percent sign.
    let url = url.replace('%', "%%");
    let here = folder.to_string_lossy().replace('%', "%%");
    let mut changed = String::with_capacity(text.len());
    let mut found = false;
    let mut skipping = false;
    for line in text.lines() {
        let is_continued = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        if skipping && is_continued {
            continue;
        }
        skipping = false;
        let key = line.split(['=', ':']).next().unwrap_or_default().trim();
        if key.eq_ignore_ascii_case("sqlalchemy.url") && line.contains(['=', ':']) && !is_continued {
            changed.push_str(&format!("sqlalchemy.url = {url}\n"));
            (found, skipping) = (true, true);
        } else {
            changed.push_str(&line.replace("%(here)s", &here));
            changed.push('\n');
        }
    }
    found.then_some(changed)
}

/// Writes such a copy of `path`, relative to `directory`, into `target`. Returns where.
pub(super) fn copy(path: Option<&str>, directory: &Path, target: &Path, url: &str) -> Result<PathBuf, DatabaseError> {
    let name = path.unwrap_or("alembic.ini");
    let original = directory.join(name);
    let text = std::fs::read_to_string(&original)
        .map_err(|error| fault(format!("`{{ini}}`: {name} cannot be read in the command's directory: {error}")))?;
    let folder = original.parent().unwrap_or(directory);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let Some(changed) = with_url(&text, &folder, url) else {
        return Err(fault(format!("`{{ini}}`: {name} has no `sqlalchemy.url`"))
            .hint("the project's env.py gets its URL from somewhere else: name the variable under `variables`"));
    };
    let copy = target.join("alembic.ini");
    std::fs::write(&copy, changed)
        .map_err(|error| fault(format!("the temporary folder cannot be written to: {error}")))?;
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_replaced_and_the_folder_stays() {
        let text = "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = driver://u:p@h/x\n  more\n\
                    # sqlalchemy.url = commented\n[other]\nSQLAlchemy.URL: x\nkey = a:b\n  continued\n";
        let expected = "[alembic]\nscript_location = /work/my%%app/migrations\nsqlalchemy.url = db://p%%40\n\
                        # sqlalchemy.url = commented\n[other]\nsqlalchemy.url = db://p%%40\nkey = a:b\n  continued\n";
        assert_eq!(with_url(text, Path::new("/work/my%app"), "db://p%40").as_deref(), Some(expected));
        assert_eq!(with_url("[alembic]\n# sqlalchemy.url = x\n", Path::new("/"), "y"), None);
    }

    #[test]
    fn what_cannot_be_copied_is_said() {
        let place = tempfile::tempdir().unwrap();
        let error = copy(None, place.path(), place.path(), "x").unwrap_err();
        assert!(error.message.contains("alembic.ini cannot be read"), "{error}");
        std::fs::write(place.path().join("a.ini"), "[alembic]\nscript_location = x\n").unwrap();
        let error = copy(Some("a.ini"), place.path(), place.path(), "x").unwrap_err();
        assert!(error.message.contains("no `sqlalchemy.url`"), "{error}");
    }
}
