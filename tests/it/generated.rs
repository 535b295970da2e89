//! Files of the repository that are generated: compared here, written anew with `LAWBOOK_BLESS=1`.

use std::fs;
use std::path::Path;

/// Returns the repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Asserts that the file at `path`, relative to the root, holds `text`; writes it first when asked to.
pub fn assert_in_step(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("LAWBOOK_BLESS").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("folders can be made");
        fs::write(&file, text).expect("generated files can be written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == text, "{path} is old: run LAWBOOK_BLESS=1 cargo test --test it");
}
