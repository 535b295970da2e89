//! A file in place of another, whole or not at all.

use std::fs;
use std::io::{self, Write as _};

use camino::Utf8Path;

use crate::model::{Location, Problem};

/// Puts `after` in the place of the file that held `before` (`None` for one that was not there). The old file stays
/// until the new one is on the disk; one that somebody changed meanwhile stays for good.
///
/// # Errors
/// It changed meanwhile; it cannot be written.
pub(super) fn replace(root: &Utf8Path, path: &str, before: Option<&[u8]>, after: &str) -> Result<(), Problem> {
    let fault = |error: io::Error| Problem::error(format!("cannot write it: {error}")).at(Location::file(path));
    let changed = || {
        let problem = Problem::error("it changed while this ran: nothing is written").at(Location::file(path));
        problem.hint("run it again")
    };
    // A link is followed: what it leads to is replaced, and it stays a link.
    let target = root.join(path);
    let target = target.canonicalize_utf8().unwrap_or(target);
    let folder = target.parent().unwrap_or(root);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lawbook-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(fault)?;
    file.write_all(after.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(fault)?;
    match before {
        Some(before) => {
            let permissions = fs::metadata(&target).map_err(fault)?.permissions();
            if permissions.readonly() {
                return Err(fault(io::ErrorKind::PermissionDenied.into()));
            }
            file.as_file().set_permissions(permissions).map_err(fault)?;
            if fs::read(&target).map_err(fault)? != before {
                return Err(changed());
            }
            file.persist(&target).map_err(|error| fault(error.error))?;
        }
        None => {
            file.persist_noclobber(&target).map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => changed(),
                _ => fault(error.error),
            })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use camino::Utf8Path;

    use super::replace;

    #[test]
    fn what_changed_meanwhile_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let read = || fs::read_to_string(root.join("a.yml")).expect("it is there");
        replace(root, "a.yml", None, "one").expect("written");
        assert_eq!(read(), "one");
        assert!(replace(root, "a.yml", None, "two").is_err());
        assert!(replace(root, "a.yml", Some(b"other"), "two").is_err());
        assert_eq!(read(), "one");
        replace(root, "a.yml", Some(b"one"), "two").expect("written");
        assert_eq!(read(), "two");
        assert_eq!(fs::read_dir(root).expect("a folder").count(), 1, "nothing is left behind");
        let gone = replace(root, "gone/a.yml", None, "x").expect_err("no folder");
        assert!(gone.to_string().starts_with("gone/a.yml: cannot write it"), "{gone}");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        fs::write(root.join("real.yml"), "one").expect("written");
        fs::set_permissions(root.join("real.yml"), fs::Permissions::from_mode(0o640)).expect("set");
        symlink("real.yml", root.join("link.yml")).expect("linked");
        replace(root, "link.yml", Some(b"one"), "two").expect("written");
        let real = fs::metadata(root.join("real.yml")).expect("it is there");
        assert_eq!(real.permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(root.join("link.yml")).expect("it is there").is_symlink());
        assert_eq!(fs::read_to_string(root.join("real.yml")).expect("it is there"), "two");
    }
}
