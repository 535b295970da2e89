//! The order of a tree: which files are migrations, which undo others, and what comes before what.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::dialect::Database;
use super::name::{self, Name};
use super::version::Version;
use crate::model::facts::{Flavor, Role};
use crate::model::operation::Direction;
use crate::model::schema::Dialect;

/// So many names one worker takes at least.
const AT_ONCE: usize = 512;

/// The migrations of a tree in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// By version.
    steps: Vec<Step>,
    /// By path.
    files: FxHashMap<Arc<str>, Member>,
    /// What is written for another database, or stands in for one that has its own.
    passed_over: BTreeSet<Arc<str>>,
}

/// What runs at one place of the order; several files may claim it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    version: Version,
    revision: Arc<str>,
}

/// A file of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Member {
    /// Its place in the order.
    step: Option<usize>,
    /// The file that undoes it.
    down: Option<Arc<str>>,
    /// It undoes another file and is no migration of its own.
    undoes: bool,
    direction: Option<Direction>,
}

/// A name on its way into the order.
struct Candidate<'a> {
    path: &'a Arc<str>,
    name: Name<'a>,
    version: Version,
}

impl Candidate<'_> {
    fn goes_down(&self) -> bool {
        self.name.direction == Some(Direction::Downgrade)
    }
}

impl Line {
    /// Puts files in order. `below` is the path of each below the folder of the tree; what the tool passes over is left
    /// out, and so is what is written for another database than that of the tree.
    pub(super) fn new<'a>(
        flavor: Flavor,
        dialect: Option<Dialect>,
        files: impl Iterator<Item = (&'a Arc<str>, &'a str)>,
    ) -> Self {
        let files: Vec<(&Arc<str>, &str)> = files.collect();
        let candidate = |(path, below)| {
            let name = name::read(flavor, below)?;
            Some(Candidate { path, version: name.compared(flavor), name })
        };
        let mut candidates: Vec<Candidate<'_>> =
            files.into_par_iter().with_min_len(AT_ONCE).filter_map(candidate).collect();
        candidates.sort_by(|left, right| (&left.version, left.path).cmp(&(&right.version, right.path)));
        let mut line = Self::default();
        candidates = line.for_database(dialect, candidates);
        let (outside, candidates): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_outside);
        for candidate in &outside {
            let member = Member { direction: candidate.name.direction, ..Member::default() };
            line.files.insert(candidate.path.clone(), member);
        }
        let mut candidates = with_baseline(&outside, candidates);
        line.steps.reserve(candidates.len());
        line.files.reserve(candidates.len());
        for group in candidates.chunk_by_mut(|left, right| left.version == right.version) {
            line.group(flavor, group);
        }
        line
    }

    /// Returns the files for the database of the tree, where names say which each is for: its own, and the common one
    /// of a version that has none of its own.
    fn for_database<'a>(&mut self, dialect: Option<Dialect>, candidates: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
        if candidates.iter().all(|one| one.name.databases().next().is_none()) {
            return candidates;
        }
        let is_own = |name: &Name<'_>| name.databases().any(|database| is_called(dialect, database));
        let own: BTreeSet<(Version, bool)> = candidates
            .iter()
            .filter(|one| is_own(&one.name))
            .map(|one| (one.version.clone(), one.goes_down()))
            .collect();
        candidates
            .into_iter()
            .filter(|one| {
                let is_common = one.name.databases().next().is_none();
                let stands_alone =
                    is_common && (own.is_empty() || !own.contains(&(one.version.clone(), one.goes_down())));
                let is_meant = stands_alone || is_own(&one.name);
                if !is_meant {
                    self.passed_over.insert(one.path.clone());
                }
                is_meant
            })
            .collect()
    }

    /// Adds the files of one version.
    fn group(&mut self, flavor: Flavor, group: &mut [Candidate<'_>]) {
        if group.len() > 1 {
            bear_out(group);
        }
        let ups: Vec<&Candidate<'_>> = group.iter().filter(|candidate| !candidate.goes_down()).collect();
        let mut downs: Vec<&Candidate<'_>> = group.iter().filter(|candidate| candidate.goes_down()).collect();
        let mut claimants = Vec::new();
        for up in &ups {
            let twin = downs.iter().position(|down| is_twin(&up.name, &down.name));
            // Tools pair by the version; the words need not agree where there is but one of each.
            let only = (ups.len() == 1 && downs.len() == 1).then_some(0);
            let down = twin.or(only).map(|index| downs.remove(index).path.clone());
            claimants.push((*up, down));
        }
        // What undoes nothing claims the version for itself: the tool takes it for one of its migrations.
        claimants.extend(downs.into_iter().map(|down| (down, None)));
        let shared = claimants.len() > 1 && !flavor.is_known_by_version();
        let mut first = None;
        for (candidate, down) in claimants {
            let name = &candidate.name;
            let place = match first {
                Some(place) if !shared => place,
                _ => {
                    let by_name = shared || flavor == Flavor::Prisma || name.version.is_empty();
                    let revision = if by_name { name.stem.to_owned() } else { name.shown(flavor) };
                    let version =
                        if shared { name.compared(flavor).with_text(name.stem) } else { candidate.version.clone() };
                    self.steps.push(Step { version, revision: revision.into() });
                    self.steps.len() - 1
                }
            };
            first = Some(place);
            if let Some(down) = &down {
                let member = Member { undoes: true, direction: Some(Direction::Downgrade), ..Member::default() };
                self.files.insert(down.clone(), member);
            }
            let member = Member { step: Some(place), down, undoes: false, direction: name.direction };
            self.files.insert(candidate.path.clone(), member);
        }
    }

    /// Returns whether a file is no migration of its own: it undoes another, or is for another database.
    pub(super) fn leaves_out(&self, path: &str) -> bool {
        self.passed_over.contains(path) || self.files.get(path).is_some_and(|member| member.undoes)
    }

    /// Returns the file that undoes a migration.
    pub(super) fn down(&self, path: &str) -> Option<&Arc<str>> {
        self.files.get(path)?.down.as_ref()
    }

    /// Returns the migration that a file undoes.
    pub(super) fn undone_by(&self, path: &str) -> Option<&Arc<str>> {
        self.files.get(path).filter(|member| member.undoes)?;
        let undone = self.files.iter().find(|(_, member)| member.down.as_deref() == Some(path));
        undone.map(|(undone, _)| undone)
    }

    /// Returns the direction of a whole file, where its name says it.
    pub(super) fn direction(&self, path: &str) -> Option<Direction> {
        self.files.get(path)?.direction
    }

    /// Returns whether a migration has a place in the order.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.get(path).is_some_and(|member| member.step.is_some())
    }

    /// Returns the files that are members, in no order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Arc<str>> {
        self.files.keys()
    }

    /// Returns the revision of a migration and the one before it. A file that is gone is found by its name.
    pub(super) fn place(&self, flavor: Flavor, path: &str, name: &Name<'_>) -> (Arc<str>, Option<Arc<str>>) {
        if let Some(member) = self.files.get(path) {
            return match member.step {
                Some(step) => (self.steps[step].revision.clone(), self.before(step)),
                None => (name.stem.into(), None),
            };
        }
        if name.role != Role::Versioned {
            return (name.stem.into(), None);
        }
        let version = name.compared(flavor);
        let step = self.steps.partition_point(|step| step.version < version);
        let same = self.steps.get(step).filter(|step| step.version == version && flavor.is_known_by_version());
        let own = || if flavor == Flavor::Prisma { name.stem.into() } else { name.shown(flavor).into() };
        (same.map_or_else(own, |same| same.revision.clone()), self.before(step))
    }

    fn before(&self, step: usize) -> Option<Arc<str>> {
        Some(self.steps[step.checked_sub(1)?].revision.clone())
    }
}

/// Returns whether a database of this name has the dialect, and not one that is merely like it.
fn is_called(dialect: Option<Dialect>, name: &str) -> bool {
    let is_like =
        matches!(name.to_ascii_lowercase().as_str(), "cockroach" | "cockroachdb" | "tidb" | "libsql" | "turso");
    dialect.is_some() && !is_like && Database::of_name(name) == dialect.map(Database::Read)
}

/// Returns whether a migration has no place in the order.
fn is_outside(candidate: &Candidate<'_>) -> bool {
    candidate.name.role != Role::Versioned
}

/// Adds the newest baseline where it is what is left of the migrations up to its version.
fn with_baseline<'a>(outside: &[Candidate<'a>], mut candidates: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    let baseline =
        outside.iter().filter(|candidate| candidate.name.role == Role::Baseline).max_by_key(|one| &one.version);
    if let Some(baseline) = baseline
        && candidates.iter().all(|candidate| candidate.version > baseline.version)
    {
        let (path, name, version) = (baseline.path, baseline.name.clone(), baseline.version.clone());
        candidates.insert(0, Candidate { path, name, version });
    }
    candidates
}

/// Decides which words at the end of names mean a direction: `001-users-down.sql` goes down if `001-users-up.sql` or
/// `001-users.sql` is there as well.
fn bear_out(group: &mut [Candidate<'_>]) {
    let bare = |name: &Name<'_>| {
        let stem = name.stem;
        name.perhaps.and_then(|_| stem.rfind(['_', '-'])).map_or(stem, |end| &stem[..end]).to_owned()
    };
    let ups: Vec<String> = group
        .iter()
        .filter(|one| one.name.direction.is_none() && one.name.perhaps != Some(Direction::Downgrade))
        .map(|one| bare(&one.name))
        .collect();
    let downs: Vec<String> = group
        .iter()
        .filter(|one| one.name.direction.is_none() && one.name.perhaps == Some(Direction::Downgrade))
        .map(|one| bare(&one.name))
        .collect();
    for candidate in group.iter_mut().filter(|one| one.name.direction.is_none()) {
        let stem = bare(&candidate.name);
        if ups.contains(&stem) && downs.contains(&stem) {
            candidate.name.direction = Some(candidate.name.perhaps.unwrap_or(Direction::Upgrade));
        }
    }
}

/// Returns whether two names of one version differ in their direction alone.
fn is_twin(up: &Name<'_>, down: &Name<'_>) -> bool {
    let bare = |name: &Name<'_>| {
        let end = name.perhaps.and_then(|_| name.title.rfind(['_', '-']));
        end.map_or(name.title, |end| &name.title[..end]).to_owned()
    };
    bare(up) == bare(down)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order as `revision=path[/down path] ...`, files outside of it in brackets.
    fn check(flavor: Flavor, files: &[&str], expected: &str) {
        let paths: Vec<Arc<str>> = files.iter().map(|path| Arc::from(*path)).collect();
        let line = Line::new(flavor, Some(Dialect::Postgresql), paths.iter().map(|path| (path, &**path)));
        let mut shown: Vec<(Option<usize>, String)> = line
            .files
            .iter()
            .filter(|(_, member)| !member.undoes)
            .map(|(path, member)| {
                let down = member.down.as_ref().map_or(String::new(), |down| format!("/{down}"));
                let text = match member.step {
                    Some(step) => format!("{}={path}{down}", line.steps[step].revision),
                    None => format!("({path})"),
                };
                (member.step, text)
            })
            .collect();
        shown.sort_by_key(|(step, text)| (step.unwrap_or(usize::MAX), text.clone()));
        let shown: Vec<String> = shown.into_iter().map(|(_, text)| text).collect();
        assert_eq!(shown.join(" "), expected, "{files:?} for {}", flavor.name());
    }

    #[test]
    fn orders() {
        check(Flavor::Plain, &["10_c.sql", "1_a.sql", "2_b.sql"], "1=1_a.sql 2=2_b.sql 10=10_c.sql");
        check(Flavor::Plain, &["1_b.sql", "1_a.sql", "2_x.sql"], "1_a=1_a.sql 1_b=1_b.sql 2=2_x.sql");
        check(
            Flavor::Plain,
            &[
                "1-a-up.sql",
                "1-a-down.sql",
                "2-scale-down.sql",
                "3_b.sql",
                "3_b.down.sql",
                "4_b.sql",
                "4_b_rollback.sql",
            ],
            "1=1-a-up.sql/1-a-down.sql 2=2-scale-down.sql 3=3_b.sql/3_b.down.sql 4=4_b.sql/4_b_rollback.sql",
        );
        check(
            Flavor::Flyway,
            &[
                "V1__a.sql",
                "sub/V1_1__b.sql",
                "U1__a.sql",
                "R__v.sql",
                "V2.0__c.sql",
                "V2__d.sql",
                "B1__a.sql",
                "x.sql",
            ],
            "1=V1__a.sql/U1__a.sql 1.1=sub/V1_1__b.sql 2.0=V2.0__c.sql 2.0=V2__d.sql (B1__a.sql) (R__v.sql)",
        );
        check(Flavor::Flyway, &["B3__all.sql", "V4__x.sql", "B1__old.sql"], "3=B3__all.sql 4=V4__x.sql (B1__old.sql)");
        check(
            Flavor::GolangMigrate,
            &[
                "1_a.up.sql",
                "1_a.down.sql",
                "2_b.down.sql",
                "03_c.up.sql",
                "3_d.up.sql",
                "4_e.up.sql",
                "4_other.down.sql",
            ],
            "1=1_a.up.sql/1_a.down.sql 2=2_b.down.sql 03=03_c.up.sql 03=3_d.up.sql 4=4_e.up.sql/4_other.down.sql",
        );
        check(
            Flavor::Prisma,
            &["2_b/migration.sql", "10_a/migration.sql"],
            "10_a=10_a/migration.sql 2_b=2_b/migration.sql",
        );
        check(
            Flavor::Diesel,
            &["2024-01-15-1_x/up.sql", "2024-01-15-1_x/down.sql", "00000000000000_s/up.sql"],
            "00000000000000=00000000000000_s/up.sql 2024-01-15-1=2024-01-15-1_x/up.sql/2024-01-15-1_x/down.sql",
        );
        check(
            Flavor::GolangMigrate,
            &[
                "1_a.mysql.up.sql",
                "1_a.postgres.up.sql",
                "1_a.cockroach.up.sql",
                "1_a.up.sql",
                "1_a.down.sql",
                "2_b.up.sql",
            ],
            "1=1_a.postgres.up.sql/1_a.down.sql 2=2_b.up.sql",
        );
        check(Flavor::Goose, &["2_x.sql", "1_x.sql", "note.sql"], "1=1_x.sql 2=2_x.sql");
    }
}
