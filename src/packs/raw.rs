//! What a user writes in a pack: raw types with places. Their comments are what editors show on hover.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::agree::RawAgree;
use super::expect::RawExpect;
use super::schema::{LiteralSchema, ObjectSchema, OneOrMany};
use crate::model::Severity;
use crate::model::audit::Required;
use crate::model::schema::Dialect;
use crate::yaml::{Node, Spanned};

/// A pack of rules: `pack.yml` of a folder with a file for each rule, or one file with several rules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Pack")]
pub(super) struct RawPack {
    /// Name of the pack, the first part of its rules' full names. The folder or file is named so when it is left out.
    pub name: Option<Spanned<String>>,
    /// One line: what the pack is for.
    pub title: Option<Spanned<String>>,
    /// More about the pack; Markdown.
    #[expect(dead_code, reason = "documentation for the reader of the file")]
    pub about: Option<Spanned<String>>,
    /// The rules, in a pack that is one file.
    #[schemars(with = "Option<Vec<RawRule>>")]
    pub rules: Option<Spanned<Vec<Node>>>,
}

/// A rule: a kind of fact, what must hold for it, and what to say when it does not.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rule")]
pub(super) struct RawRule {
    /// Name of the rule in kebab-case, equal to the name of its file. The full name is `pack/id`.
    pub id: Option<Spanned<String>>,
    /// One line: what is caught.
    pub title: Option<Spanned<String>>,
    /// How grave a finding is; `error` when left out.
    pub severity: Option<Spanned<Severity>>,
    /// The kind of fact that is judged.
    #[schemars(with = "Option<String>")]
    pub on: Option<Spanned<String>>,
    /// Globs over the path; `**` crosses folders, a leading `!` excludes. Every path when left out.
    pub files: Option<Spanned<Vec<Spanned<String>>>>,
    /// Only facts for which this holds are judged.
    #[serde(rename = "where")]
    #[schemars(with = "Option<ObjectSchema>")]
    pub where_: Option<Node>,
    /// Law: nothing matches this; one finding for each match.
    #[schemars(with = "Option<ObjectSchema>")]
    pub forbid: Option<Node>,
    /// Law: this matches or holds; one finding for each fact where it does not.
    #[schemars(with = "Option<ObjectSchema>")]
    pub require: Option<Node>,
    /// Law: no two facts share the value of this field, or of these fields together.
    #[schemars(with = "Option<OneOrMany>")]
    pub unique: Option<Node>,
    /// Law: the schema has these tables, columns, enums.
    #[schemars(with = "Option<RawExpect>")]
    pub expect: Option<Node>,
    /// Law: two schemas say the same.
    #[schemars(with = "Option<RawAgree>")]
    pub agree: Option<Node>,
    /// Law: the Rhai function `check(fact)` reports nothing. A `.rhai` file beside the rule, or the script as a `|` block.
    pub script: Option<Spanned<String>>,
    /// A fact for which this holds is not judged.
    #[schemars(with = "Option<ObjectSchema>")]
    pub unless: Option<Node>,
    /// What a finding says: `{match}`, `{1}` or `{name}` of a regex, `{NAME}` of a code pattern, any field of the fact,
    /// `{others}` of `unique`, `{difference}` of `expect` and `agree`. The title when left out; of `expect` and `agree`
    /// the difference.
    pub message: Option<Spanned<String>>,
    /// Why it matters; Markdown.
    pub why: Option<Spanned<String>>,
    /// How to mend it, with a right and a wrong example; Markdown.
    pub fix: Option<Spanned<String>>,
    /// Other names that exceptions and `lawbook.yml` may use for the rule.
    pub aliases: Option<Spanned<Vec<Spanned<String>>>>,
    /// Options with their defaults: `${name}` in the texts of predicates, `options.name` in scripts.
    #[schemars(with = "Option<BTreeMap<String, LiteralSchema>>")]
    pub options: Option<Node>,
    /// Tests of the rule, run by `lawbook test`.
    pub tests: Option<Spanned<RawTests>>,
}

/// Tests of a rule.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Tests")]
pub(super) struct RawTests {
    /// Input in which the rule finds nothing.
    pub valid: Option<Spanned<Vec<Spanned<RawTest>>>>,
    /// Input in which the rule finds something.
    pub invalid: Option<Spanned<Vec<Spanned<RawTest>>>>,
}

/// A test: the files of a small project, and what is found in them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Test")]
pub(super) struct RawTest {
    /// Text of the one file of the test.
    pub code: Option<Spanned<String>>,
    /// Text of the one file of the test: a SQL migration.
    pub sql: Option<Spanned<String>>,
    /// The database that the migrations are read for: `postgresql` when left out.
    pub dialect: Option<Spanned<RawDialect>>,
    /// Major version of its server.
    pub server_version: Option<Spanned<u32>>,
    /// Path of that file, where the rule cares.
    pub path: Option<Spanned<String>>,
    /// Text of several files, by path.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub files: Option<Spanned<BTreeMap<String, Spanned<String>>>>,
    /// What changed since the base revision, by path.
    #[schemars(with = "Option<BTreeMap<String, RawChange>>")]
    pub changes: Option<Spanned<BTreeMap<String, Spanned<RawChange>>>>,
    /// Schemas by name, where the rule judges them: `models` counts as models, any other as a PostgreSQL database, unless
    /// it says its `origin` and `dialect`. The shape is that of `lawbook schema show --format json`; a column may be one
    /// line of SQL.
    #[schemars(with = "Option<BTreeMap<String, ObjectSchema>>")]
    pub schemas: Option<Node>,
    /// Exceptions, where the rule judges them, as a run has left them.
    pub exceptions: Option<Spanned<Vec<Spanned<RawException>>>>,
    /// Options that differ from the rule's defaults.
    #[schemars(with = "Option<BTreeMap<String, LiteralSchema>>")]
    pub options: Option<Node>,
    /// How many findings an invalid test has; at least one when left out.
    pub count: Option<Spanned<usize>>,
    /// The line of the first finding of an invalid test.
    pub line: Option<Spanned<u32>>,
    /// The message of the first finding of an invalid test.
    pub message: Option<Spanned<String>>,
}

/// An exception as a run has left it: the fields of facts of the kind `exception`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TestException")]
pub(super) struct RawException {
    pub rule: Spanned<String>,
    pub path: Option<Spanned<String>>,
    pub reason: Option<Spanned<String>>,
    pub owner: Option<Spanned<String>>,
    pub expires: Option<Spanned<String>>,
    pub max: Option<Spanned<u32>>,
    pub inline: Option<Spanned<bool>>,
    pub states: Option<Spanned<Vec<Spanned<String>>>>,
    pub excused: Option<Spanned<usize>>,
    pub beyond: Option<Spanned<usize>>,
    pub lacks: Option<Spanned<Vec<Spanned<Required>>>>,
    /// True when left out.
    pub first: Option<Spanned<bool>>,
    pub grows: Option<Spanned<bool>>,
    pub note: Option<Spanned<String>>,
}

/// A kind of database.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "TestDialect")]
pub(super) enum RawDialect {
    Postgresql,
    Mysql,
    Sqlite,
}

impl RawDialect {
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Postgresql => Dialect::Postgresql,
            Self::Mysql => Dialect::Mysql,
            Self::Sqlite => Dialect::Sqlite,
        }
    }
}

/// What happened to a file since the base revision.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Change")]
pub(super) enum RawChange {
    Added,
    Modified,
    Deleted,
}

impl RawChange {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
        }
    }
}

impl RawRule {
    /// Returns the names of the laws that are given.
    pub fn laws(&self) -> Vec<&'static str> {
        let given = [
            self.forbid.is_some(),
            self.require.is_some(),
            self.unique.is_some(),
            self.expect.is_some(),
            self.agree.is_some(),
            self.script.is_some(),
        ];
        LAWS.iter().zip(given).filter(|(_, given)| *given).map(|(name, _)| *name).collect()
    }

    /// Returns this rule with the fields of a later one put over it; a law replaces the law, whichever it was. Options
    /// are not among them: they are merged by name elsewhere.
    pub fn overlaid(self, later: Self) -> Self {
        let replaces_law = !later.laws().is_empty();
        let law = |earlier: Option<Node>, later: Option<Node>| if replaces_law { later } else { earlier };
        Self {
            id: later.id.or(self.id),
            title: later.title.or(self.title),
            severity: later.severity.or(self.severity),
            on: later.on.or(self.on),
            files: later.files.or(self.files),
            where_: later.where_.or(self.where_),
            forbid: law(self.forbid, later.forbid),
            require: law(self.require, later.require),
            unique: law(self.unique, later.unique),
            expect: law(self.expect, later.expect),
            agree: law(self.agree, later.agree),
            script: if replaces_law { later.script } else { self.script },
            unless: later.unless.or(self.unless),
            message: later.message.or(self.message),
            why: later.why.or(self.why),
            fix: later.fix.or(self.fix),
            aliases: later.aliases.or(self.aliases),
            options: None,
            tests: later.tests.or(self.tests),
        }
    }
}

/// The laws of which a rule has exactly one, in the order of [`RawRule::laws`].
pub(super) const LAWS: [&str; 6] = ["forbid", "require", "unique", "expect", "agree", "script"];
