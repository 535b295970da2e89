//! Which tool a folder of SQL files belongs to, by the names in it, marks in the texts and configuration near it.

use std::sync::{Arc, LazyLock};

use rayon::prelude::*;
use regex::Regex;

use super::name;
use crate::model::facts::Flavor;
use crate::model::operation::Direction;

/// What can be asked about a project.
pub(super) trait Project {
    /// Returns the text of a file, given relative to the root; `None` where there is none.
    fn text(&self, path: &str) -> Option<Arc<str>>;
    /// Returns whether a file is there.
    fn has(&self, path: &str) -> bool;
}

/// How many texts are looked at for marks.
const LOOKED_AT: usize = 8;

/// So many names one worker takes at least.
const AT_ONCE: usize = 512;

static MARKS: LazyLock<[(Regex, Flavor); 3]> = LazyLock::new(|| {
    let mark = |pattern: &str| Regex::new(&format!(r"(?mi)^[ \t]*--[ \t]*{pattern}")).expect("a valid pattern");
    [
        (mark(r"\+goose[ \t]+up\b"), Flavor::Goose),
        (mark(r"migrate:up\b"), Flavor::Dbmate),
        (mark(r"\+migrate[ \t]+up\b"), Flavor::SqlMigrate),
    ]
});

/// Returns the tool whose marks most of the texts have.
pub(super) fn marked<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Flavor> {
    let mut count = 0_usize;
    let mut found: Vec<(Flavor, usize)> = MARKS.iter().map(|(_, flavor)| (*flavor, 0)).collect();
    for text in texts {
        count += 1;
        for (index, (mark, _)) in MARKS.iter().enumerate() {
            found[index].1 += usize::from(mark.is_match(text));
        }
    }
    found.into_iter().find(|(_, marked)| *marked > 0 && marked * 2 >= count).map(|(flavor, _)| flavor)
}

/// Returns the flavor of a folder by its files, named without the folder; those of a migration a folder have it before
/// them. `None` where fewer than half of its SQL files have the form of a migration.
pub(super) fn of_folder(folder: &str, files: &[&str], project: &dyn Project) -> Option<Flavor> {
    let names = files.par_iter().with_min_len(AT_ONCE);
    let fitting = |flavor: Flavor| names.clone().filter(|name| name::read(flavor, name).is_some()).count();
    let enough = |count: usize| count > 0 && count * 2 >= files.len();
    if files.iter().all(|name| name.contains('/')) {
        let flavor = [Flavor::Prisma, Flavor::Diesel].into_iter().find(|flavor| enough(fitting(*flavor)));
        return flavor;
    }
    if enough(fitting(Flavor::Flyway)) {
        return Some(if has_crate(folder, "refinery", project) { Flavor::Refinery } else { Flavor::Flyway });
    }
    if !enough(fitting(Flavor::Plain)) {
        return None;
    }
    let texts: Vec<Arc<str>> =
        files.iter().take(LOOKED_AT).filter_map(|name| project.text(&join(folder, name))).collect();
    if let Some(flavor) = marked(texts.iter().map(|text| &**text)).filter(|flavor| enough(fitting(*flavor))) {
        return Some(flavor);
    }
    let directed: Vec<Direction> = names.clone().filter_map(|name| name::numbered(name, true)?.direction).collect();
    let directions = directed.len();
    if directed.contains(&Direction::Upgrade) && enough(directions) && enough(fitting(Flavor::GolangMigrate)) {
        return Some(if has_crate(folder, "sqlx", project) { Flavor::Sqlx } else { Flavor::GolangMigrate });
    }
    if project.has(&join(folder, "atlas.sum")) && enough(fitting(Flavor::Atlas)) {
        return Some(Flavor::Atlas);
    }
    if directions == 0 && enough(fitting(Flavor::Sqlx)) && has_crate(folder, "sqlx", project) {
        return Some(Flavor::Sqlx);
    }
    Some(Flavor::Plain)
}

/// Returns whether the Rust project around a folder needs a crate.
pub(super) fn has_crate(folder: &str, wanted: &str, project: &dyn Project) -> bool {
    let needs = |text: &str| {
        text.lines().any(|line| {
            let line = line.trim_start();
            line.strip_prefix(wanted).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
                || (line.starts_with('[') && line.contains(&format!("dependencies.{wanted}]")))
        })
    };
    above(folder).any(|folder| project.text(&join(folder, "Cargo.toml")).is_some_and(|text| needs(&text)))
}

/// Returns a folder and those above it, up to the root.
pub(super) fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| parent(folder))
}

fn parent<'a>(folder: &&'a str) -> Option<&'a str> {
    match folder.rsplit_once('/') {
        Some((parent, _)) => Some(parent),
        None => (!folder.is_empty()).then_some(""),
    }
}

/// Returns `folder/name`, where the root is the empty folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
