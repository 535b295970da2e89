//! Laws on schemas: what one should have, what two should agree on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::advice::Adviser;
use super::compile::{CompiledLaw, CompiledRule};
use super::expectation;
use super::message;
use super::predicate::View;
use super::rule_pass::{self, Judged, Outcome};
use crate::model::facts::{Described, Project};
use crate::model::schema::compare::{Aspect, Comparison, Difference, Direction, Labels, Object, ObjectKind, compare};
use crate::model::schema::{Origin, Schema};
use crate::model::{Advice, Fact, Finding, Group, Location, Named, Problem, Unknown, closest};
use crate::packs::{Agree, SchemaRef, Stubs};

/// Judges a schema by a law on schemas. `None` says that the law is not about this one, or no law on schemas.
pub(super) fn judge(
    rule: &CompiledRule,
    described: &Arc<Described>,
    project: &Project,
    view: &View<'_>,
    outcome: &mut Outcome,
) -> Option<Judged> {
    let fact = Fact::Schema(described.clone());
    let actual = &*described.schema;
    let before = outcome.findings.len();
    match &rule.law {
        CompiledLaw::Expect(expected) => {
            if !rule_pass::concerns(rule, &fact, view, outcome) {
                return None;
            }
            let labels = Labels { expected: "rule".to_owned(), ..Labels::of(actual, actual) };
            let labels = Labels { actual: label(actual), ..labels };
            let comparison = expectation::judge(expected, actual);
            // The place of the expectation is in the message: a finding is about the project, not about the rule.
            let place = |difference: &Difference| difference.actual.at.clone();
            tell(rule, &fact, (&actual.name, &labels, None), comparison, place, outcome);
        }
        CompiledLaw::Agree(law) => {
            if !law.actual.as_ref().is_none_or(|reference| selects(reference, actual, project)) {
                return None;
            }
            let others = project.schemas.iter().map(|described| &*described.schema);
            let others: Vec<&Schema> =
                others.filter(|other| other.name != actual.name && selects(&law.expected, other, project)).collect();
            if others.is_empty() || !rule_pass::concerns(rule, &fact, view, outcome) {
                return None;
            }
            for expected in others {
                let labels = Labels::of(expected, actual);
                let pair = format!("{} {}", expected.name, actual.name);
                let comparison = agree(law, expected, actual);
                let adviser = (!comparison.differences.is_empty())
                    .then(|| Adviser::new(expected, actual, project, |other| compare(expected, other, &law.what)));
                tell(rule, &fact, (&pair, &labels, adviser.flatten().as_ref()), comparison, place, outcome);
            }
        }
        _ => return None,
    }
    if outcome.findings.len() > before && rule_pass::moot(rule, &fact, view, outcome) {
        outcome.findings.truncate(before);
    }
    Some(Judged::Yes)
}

/// Returns what is wrong with the schemas that a law of the user names: those that are not there. A law that came with
/// the binary has nothing to say then.
pub(super) fn missing(rule: &CompiledRule, project: &Project) -> Vec<Problem> {
    let CompiledLaw::Agree(law) = &rule.law else { return Vec::new() };
    let references = std::iter::once(&law.expected).chain(&law.actual).filter(|_| !law.built_in);
    let is_there =
        |reference: &&SchemaRef| project.schemas.iter().any(|described| selects(reference, &described.schema, project));
    let gone = references.filter(|reference| !is_there(reference));
    gone.map(|reference| {
        let name = &reference.name;
        let problem = reference.place.error(format!("{}: there is no schema `{name}` in this run", rule.rule.id));
        let names = project.schemas.iter().map(|described| &*described.schema.name);
        match closest(name, names) {
            Some(nearest) => problem.suggest(Some(nearest)),
            None => {
                problem.hint("`models:` and `databases:` of lawbook.yml name schemas, `--database NAME=URL` adds one")
            }
        }
    })
    .collect()
}

/// Returns whether a reference means this schema: by its name, or by its origin where no schema has that name.
fn selects(reference: &SchemaRef, schema: &Schema, project: &Project) -> bool {
    let is_name = project.schemas.iter().any(|described| described.schema.name == reference.name);
    if is_name {
        return schema.name == reference.name;
    }
    let is_database = |schema: &Schema| matches!(schema.origin, Origin::Database | Origin::Throwaway);
    match &*reference.name {
        "models" => schema.origin == Origin::Models,
        // Where no database is described, what the migrations leave behind stands for it.
        "database" if schema.origin == Origin::Replay => {
            !project.schemas.iter().any(|described| is_database(&described.schema))
        }
        "database" => is_database(schema),
        "throwaway" => schema.origin == Origin::Throwaway,
        "file" => schema.origin == Origin::File,
        _ => false,
    }
}

fn label(schema: &Schema) -> String {
    match schema.origin {
        Origin::Models => "model".to_owned(),
        _ => schema.name.to_string(),
    }
}

/// Compares two schemas and leaves what the law is about.
fn agree(law: &Agree, expected: &Schema, actual: &Schema) -> Comparison {
    let mut what = law.what.clone();
    let counts_columns = what.has(Aspect::Columns) || law.stubs == Stubs::With;
    if !counts_columns {
        what.aspects.push(Aspect::Columns);
    }
    let mut comparison = compare(expected, actual, &what);
    if law.stubs != Stubs::With {
        let stubs = stubs(&comparison.differences, law.stub_below);
        let in_stub = |object: &Object| stubs.contains(&object.owner.to_string());
        comparison.differences.retain(|difference| in_stub(&difference.object) == (law.stubs == Stubs::Only));
        if law.stubs == Stubs::Only {
            comparison.undecided.clear();
        }
    }
    comparison
        .differences
        .retain(|difference| law.only.contains(&difference.direction) && law.what.has(difference.aspect));
    comparison.undecided.retain(|undecided| law.what.has(undecided.aspect));
    comparison
}

/// Returns the tables that have less than so many percent of their expected columns.
fn stubs(differences: &[Difference], below: u32) -> std::collections::BTreeSet<String> {
    let mut missing: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let is_missing_column =
        |difference: &&Difference| difference.aspect == Aspect::Columns && difference.direction == Direction::Missing;
    for difference in differences.iter().filter(is_missing_column) {
        let (count, of) = missing.entry(difference.object.owner.to_string()).or_default();
        *count += 1;
        *of = difference.of;
    }
    let is_stub = |(count, of): (usize, usize)| of.saturating_sub(count) * 100 < below as usize * of;
    missing.into_iter().filter(|(_, counts)| is_stub(*counts)).map(|(table, _)| table).collect()
}

/// Returns where a finding points: to what is expected, where that is declared in a file of the project, so that editors
/// and inline exceptions reach it; else to what is there. A table of a database is in no file.
fn place(difference: &Difference) -> Option<Location> {
    let (expected, actual) = (&difference.expected.at, &difference.actual.at);
    expected.as_ref().filter(|_| difference.direction != Direction::Extra).or(actual.as_ref()).cloned()
}

/// Makes findings of differences, one for each, grouped by table, aspect and direction.
fn tell(
    rule: &CompiledRule,
    fact: &Fact,
    (pair, labels, adviser): (&str, &Labels, Option<&Adviser>),
    comparison: Comparison,
    place: impl Fn(&Difference) -> Option<Location>,
    outcome: &mut Outcome,
) {
    for difference in &comparison.differences {
        let about = about(fact, difference);
        let mut group_about = about.clone();
        for part in ["column", "columns", "index", "constraint", "label"] {
            group_about.remove(part);
        }
        let mut data = group_about.clone();
        data.insert("difference".into(), "{difference}".to_owned());
        let template = message::render(&rule.rule.message, fact, &data);
        let object = &difference.object;
        let advice = adviser.and_then(|adviser| adviser.advise(difference));
        let message = format!("{}{}", difference.message(labels), Advice::words(&advice));
        let group = Group {
            key: format!("{pair} {}", difference.group()),
            item: format!("{} {}", object.subject(), object.name.as_deref().unwrap_or_default()),
            words: difference.item(labels),
            lead: difference.lead(labels),
            template: template.clone(),
            subject: object.owner.to_string(),
            about: group_about,
            advice,
        };
        outcome.findings.push(Finding {
            rule: rule.rule.id.clone(),
            severity: rule.rule.severity,
            message: template.replace("{difference}", &message).into(),
            at: place(difference),
            subject: Some(object.subject().into()),
            about: about.into(),
            line_text: None,
            fingerprint: Arc::default(),
            excepted: None,
            group: Some(Arc::new(group)),
        });
    }
    let unknowns = comparison.undecided.into_iter().map(|undecided| Unknown {
        rule: rule.rule.id.clone(),
        reason: format!("{}: {undecided}", labels.actual).into(),
        at: undecided.at,
    });
    outcome.unknowns.extend(unknowns);
}

fn about(fact: &Fact, difference: &Difference) -> Named {
    let mut about = fact.about();
    about.extend(difference.object.about());
    about.insert("aspect".into(), difference.aspect.name().to_owned());
    about.insert("direction".into(), difference.direction.name().to_owned());
    if difference.object.kind == ObjectKind::PrimaryKey {
        about.insert("constraint".into(), "primary key".to_owned());
    }
    about
}
