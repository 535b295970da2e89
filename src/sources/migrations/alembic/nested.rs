//! Migrations that lie only in folders below `versions`, where nothing in the configuration says so: projects that
//! pick a folder per database, or per component, in code. Which folders belong together shows in the revisions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use regex::Regex;

static REVISION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?m)^revision\s*(?::[^=\n]*)?=\s*["']([^"'\n]+)["']"#).expect("a valid pattern"));
static PARENTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?:down_revision|depends_on)\s*(?::[^=\n]*)?=\s*(\([^)]*\)|\[[^\]]*\]|[^\n]*)")
        .expect("a valid pattern")
});
static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"["']([^"'\n]+)["']"#).expect("a valid pattern"));

/// What the migrations of one folder say, as far as a glance shows.
#[derive(Default)]
struct Glance {
    revisions: BTreeSet<String>,
    parents: BTreeSet<String>,
}

/// Groups folders by the migrations in them, given as folder and text: folders of which one names a revision of
/// another as a parent belong together. Folders without any revision are left out. Groups and folders are sorted.
pub(super) fn groups(files: &[(Arc<str>, String)]) -> Vec<Vec<Arc<str>>> {
    let mut folders: BTreeMap<&Arc<str>, Glance> = BTreeMap::new();
    for (folder, text) in files {
        let glance = folders.entry(folder).or_default();
        glance.revisions.extend(REVISION.captures_iter(text).map(|found| found[1].to_owned()));
        for parents in PARENTS.captures_iter(text) {
            glance.parents.extend(QUOTED.captures_iter(&parents[1]).map(|found| found[1].to_owned()));
        }
    }
    let mut groups: Vec<(BTreeSet<Arc<str>>, Glance)> = Vec::new();
    for (folder, mut glance) in folders {
        if glance.revisions.is_empty() {
            continue;
        }
        let mut members = BTreeSet::from([folder.clone()]);
        // A parent that the folder has itself says nothing about others.
        glance.parents.retain(|parent| !glance.revisions.contains(parent));
        groups.retain_mut(|(others, other)| {
            let touches = |left: &BTreeSet<String>, right: &BTreeSet<String>| !left.is_disjoint(right);
            if !touches(&other.revisions, &glance.parents) && !touches(&other.parents, &glance.revisions) {
                return true;
            }
            members.append(others);
            glance.revisions.append(&mut other.revisions);
            glance.parents.append(&mut other.parents);
            false
        });
        groups.push((members, glance));
    }
    let mut groups: Vec<Vec<Arc<str>>> = groups.into_iter().map(|(members, _)| members.into_iter().collect()).collect();
    groups.sort();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_name_each_other_belong_together() {
        let file = |folder: &str, revision: &str, parents: &str| {
            let text =
                format!("\"\"\"x\"\"\"\nrevision: str = '{revision}'\ndown_revision: Union[str, None] = {parents}\n");
            (Arc::from(folder), text)
        };
        let grouped = |files: &[(Arc<str>, String)]| {
            groups(files).iter().map(|group| group.join(" ")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(grouped(&[file("a", "1", "None"), file("a", "2", "\"1\""), file("b", "3", "None")]), "a, b");
        assert_eq!(
            grouped(&[file("2024", "1", "None"), file("2025", "2", "'1'"), file("x", "9", "None")]),
            "2024 2025, x"
        );
        assert_eq!(
            grouped(&[file("a", "1", "None"), file("b", "2", "None"), file("c", "3", "(\n 'x',\n '1', '2')")]),
            "a b c"
        );
        assert_eq!(grouped(&[file("a", "1", "None"), ("helpers".into(), "def f(): pass".into())]), "a");
        assert_eq!(grouped(&[file("a", "1", "None"), file("b", "1", "None")]), "a, b", "the same names, two chains");
        assert_eq!(grouped(&[]), "");
    }
}
