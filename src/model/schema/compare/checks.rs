//! Check constraints: by name, then by text; what is left over on both sides may be one thing spelled in two ways.

use super::super::{Check, Part};
use super::difference::{Difference, Object, ObjectKind};
use super::what::{Aspect, Direction};
use super::{Comparer, Pair};
use crate::model::operation::{Constraint, ConstraintKind};

impl Comparer<'_> {
    pub(super) fn checks(&mut self, pair: &Pair<'_>) {
        let mut left: Vec<&Check> = pair.expected.checks.iter().collect();
        // MariaDB writes this one itself, for each column of JSON.
        let mut right: Vec<&Check> =
            pair.actual.checks.iter().filter(|check| !plain(&check.sql).starts_with("json_valid")).collect();
        let same_name = |one: &Check, two: &Check| match (&one.name, &two.name) {
            (Some(one), Some(two)) => self.names.same_name(one, two),
            _ => false,
        };
        for equal in [&same_name as &dyn Fn(&Check, &Check) -> bool, &|one, two| plain(&one.sql) == plain(&two.sql)] {
            left.retain(|one| {
                let found = right.iter().position(|two| equal(one, two));
                found.map(|found| right.remove(found)).is_none()
            });
        }
        let object = |check: &Check| Object {
            kind: ObjectKind::Check,
            owner: pair.name.clone(),
            name: check.name.clone(),
            columns: Vec::new(),
        };
        match (left.is_empty(), right.is_empty()) {
            (false, true) => {
                for check in left {
                    let difference = Difference::new(Aspect::Checks, Direction::Missing, object(check));
                    let add = pair.add_constraint(Constraint::Check(check.clone()));
                    let difference =
                        difference.mended_by([add]).expected(format!("({})", check.sql), check.at.as_ref());
                    self.add_unless_doubted(difference, Part::Constraints, Some(pair));
                }
            }
            (true, false) => {
                for check in right {
                    let difference = Difference::new(Aspect::Checks, Direction::Extra, object(check));
                    let drop = pair.drop_constraint(check.name.as_ref(), ConstraintKind::Check);
                    let difference = difference.mended_by([drop]).actual(format!("({})", check.sql), check.at.as_ref());
                    self.add_unless_doubted(difference, Part::Constraints, Some(pair));
                }
            }
            _ => {
                for check in left {
                    let reason = "the other side has a check that may say the same in other words";
                    self.undecided(Aspect::Checks, &object(check), reason, check.at.as_ref());
                }
            }
        }
    }
}

/// Returns a condition without what databases add or drop: case, spaces, parentheses, quotes of names, casts of text.
fn plain(sql: &str) -> String {
    let sql = sql.to_lowercase().replace("::text", "").replace("::character varying", "").replace("::numeric", "");
    sql.chars().filter(|character| !character.is_whitespace() && !"()\"`[]".contains(*character)).collect()
}
