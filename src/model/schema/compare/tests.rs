//! Two schemas in, differences out.

use super::*;
use crate::yaml::{Source, parse, read_schema};

fn schema(name: &str, text: &str) -> Schema {
    let node = parse(&Source::new(name, text)).expect("a test is YAML");
    let mut problems = Vec::new();
    let schema = read_schema(name, &node, &mut problems);
    schema.unwrap_or_else(|| panic!("{problems:?}"))
}

fn what(aspects: &[Aspect]) -> What {
    What { aspects: aspects.to_vec(), ..What::default() }
}

fn messages(expected: &str, actual: &str, what: &What) -> (Vec<String>, Vec<String>) {
    let (expected, actual) = (schema("models", expected), schema("main", actual));
    let comparison = compare(&expected, &actual, what);
    let labels = Labels::of(&expected, &actual);
    (
        comparison.differences.iter().map(|difference| difference.message(&labels)).collect(),
        comparison.undecided.iter().map(ToString::to_string).collect(),
    )
}

/// Compares everything that is compared where nothing is said.
fn check(expected: &str, actual: &str, differences: &[&str]) {
    let (found, undecided) = messages(expected, actual, &What::default());
    assert_eq!(found, differences, "{expected}\n{actual}");
    assert_eq!(undecided, [""; 0], "{expected}\n{actual}");
}

#[test]
fn tables_and_columns_that_one_side_has() {
    check("{tables: {a: [id]}}", "{tables: {a: [id]}}", &[]);
    check(
        "tables: {deals: {at: 'app/models.py:3', columns: {id: integer, code: {type: text, at: 'app/models.py:5'}}}}",
        "tables: {alembic_version: [version_num], flags: [id], my_alembic_version: [x]}",
        &[
            "table deals is missing in main; model has it at app/models.py:3",
            "table flags is in main, but not in model",
        ],
    );
    check(
        "tables: {deals: {columns: {id: integer, code: {type: text, at: 'app/models.py:5'}}}}",
        "tables: {deals: {columns: {id: integer, old: integer}}}",
        &[
            "column deals.code is missing in main; model has it at app/models.py:5",
            "column deals.old is in main, but not in model",
        ],
    );
}

#[test]
fn types_nullability_and_keys() {
    check(
        "tables: {deals: {columns: {id: Integer not null, name: {type: String(255), at: 'app/models.py:41'}, n: 'numeric(10,2)', at: DateTime}}}",
        "tables: {deals: {columns: {id: integer, name: text, n: 'numeric(10, 2)', at: timestamp without time zone}}}",
        &[
            "deals.id: model says not null, main says null",
            "deals.name: model says String(255) at app/models.py:41, main says text",
        ],
    );
    check(
        "tables: {a: {columns: {id: integer primary key, b: integer primary key}}, c: {columns: {id: integer}}, d: {columns: {id: integer primary key}}}",
        "tables: {a: {columns: {id: integer primary key, b: integer not null}}, c: {columns: {id: integer}, primary_key: [id]}, d: {columns: {id: integer not null}}}",
        &[
            "primary key of a: model says (id, b), main says (id)",
            "c.id: model says null, main says not null",
            "primary key (id) of c is in main, but not in model",
            "primary key (id) of d is missing in main; model has it",
        ],
    );
    // SQLite says that its row number may be null.
    check(
        "tables: {a: {columns: {id: Integer primary key}}}",
        "{dialect: sqlite, tables: {a: {columns: {id: INTEGER}, primary_key: [id]}}}",
        &[],
    );
    check("tables: {a: {columns: {id: Integer}}}", "tables: {a: {columns: {id: integer not null identity}}}", &[]);
}

#[test]
fn foreign_keys_by_columns_target_and_actions() {
    let models = "tables: {users: [id], deals: {columns: {a: integer references users(id), b: integer references users(id), c: integer references users(id) on delete cascade, d: integer references public.users(id)}}}";
    check(
        models,
        "tables: {users: [id], deals: {columns: {a: integer, b: integer references people(id), c: integer references users(id) on delete set null, d: integer references users on delete no action, e: integer}}}",
        &[
            "column deals.e is in main, but not in model",
            "foreign key (c) of deals: model says (c) -> users(id) on delete cascade, main says (c) -> users(id) on delete set null",
            "foreign key (b) of deals: model says (b) -> users(id), main says (b) -> people(id)",
            "foreign key (a) -> users(id) of deals is missing in main; model has it",
        ],
    );
    // MySQL makes no difference between RESTRICT and nothing.
    check(
        "tables: {users: [id], deals: {columns: {a: Integer references users(id) on delete restrict}}}",
        "{dialect: mysql, tables: {users: [id], deals: {columns: {a: int references users(id)}, indexes: [{name: a, columns: [a]}]}}}",
        &[],
    );
}

#[test]
fn a_promise_of_uniqueness_is_one_however_it_is_spelled() {
    let unique = "tables: {a: {columns: {x: integer, y: integer}, uniques: [{name: uq_a, columns: [x, y]}]}}";
    let index =
        "tables: {a: {columns: {x: integer, y: integer}, indexes: [{name: ix_a, columns: [y, x], unique: true}]}}";
    let partial = "tables: {a: {columns: {x: integer, y: integer}, indexes: [{name: ix_a, columns: [y, x], unique: true, where: 'x > 0'}]}}";
    let nothing = "tables: {a: {columns: {x: integer, y: integer}}}";
    check(unique, unique, &[]);
    check(unique, index, &[]);
    check(index, unique, &[]);
    let primary = "tables: {a: {columns: {x: integer not null, y: integer not null}, primary_key: [x, y]}}";
    let both = "tables: {a: {columns: {x: integer not null, y: integer not null}, primary_key: [x, y], uniques: [[x, y]], indexes: [{name: ix_a, columns: [x, y], unique: true}]}}";
    check(both, primary, &[]);
    check(
        primary,
        both,
        &[
            "unique constraint (x, y) of a is in main, but not in model",
            "index ix_a unique (x, y) of a is in main, but not in model",
        ],
    );
    check(unique, nothing, &["unique constraint uq_a (x, y) of a is missing in main; model has it"]);
    check(nothing, index, &["index ix_a unique (y, x) of a is in main, but not in model"]);
    check(
        unique,
        partial,
        &[
            "unique constraint uq_a (x, y) of a is missing in main; model has it",
            "index ix_a unique (y, x) where x > 0 of a is in main, but not in model",
        ],
    );
}

#[test]
fn indexes_by_name_then_by_columns() {
    let table = |indexes: &str| format!("tables: {{a: {{columns: {{x: integer, y: integer}}, indexes: [{indexes}]}}}}");
    for (expected, actual, differences) in [
        ("[x]", "{name: ix_any, columns: [x]}", &[][..]),
        ("{name: ix, columns: [x]}", "{name: ix, columns: [x]}", &[]),
        (
            "{name: ix, columns: [x, y]}",
            "{name: ix, columns: [y, x]}",
            &["index ix of a: model says (x, y), main says (y, x)"],
        ),
        (
            "{name: ix, columns: [x]}",
            "{name: ix_old, columns: [x]}",
            &[
                "index ix (x) of a is missing in main; model has it; renamed? main has ix_old on the same columns",
                "index ix_old (x) of a is in main, but not in model; renamed? model has ix on the same columns",
            ],
        ),
        ("{name: ix, columns: [x]}, {name: ix, columns: [x]}", "{name: ix, columns: [x]}", &[]),
        ("{name: ix, columns: [a.x DESC]}", "{name: ix, columns: [x]}", &[]),
        ("{name: ix, columns: [lower(x)]}", "{name: ix, columns: ['lower((x)::text)']}", &[]),
        ("{name: ix, columns: [x], dialects: [mysql]}", "", &[]),
        (
            "{name: ix, columns: [x], dialects: [postgresql]}",
            "",
            &["index ix (x) of a is missing in main; model has it"],
        ),
    ] {
        check(&table(expected), &table(actual), differences);
    }
    let long = "i".repeat(70);
    let cut = "i".repeat(63);
    check(&table(&format!("{{name: {long}, columns: [x]}}")), &table(&format!("{{name: {cut}, columns: [x]}}")), &[]);
}

#[test]
fn enums_and_labels() {
    check(
        "enums: {status: [open, closed, won], gone: [a]}",
        "enums: {status: [won, open, lost], spare: [a]}",
        &[
            "label closed of enum status is missing in main; model has it",
            "label lost of enum status is in main, but not in model",
            "enum gone is missing in main; model has it",
            "enum spare is in main, but not in model",
        ],
    );
    // Without enum types there is nothing to miss; what a check or a type of the column says counts.
    let models = "{enums: {status: [open, closed]}, tables: {a: {columns: {s: status}}}}";
    check(models, "{dialect: sqlite, tables: {a: {columns: {s: VARCHAR(6)}}}}", &[]);
    check(
        models,
        "{dialect: sqlite, tables: {a: {columns: {s: VARCHAR(6)}, checks: [\"s IN ('open', 'won')\"]}}}",
        &["label closed of a.s is missing in main; model has it", "label won of a.s is in main, but not in model"],
    );
    check(
        models,
        "{dialect: mysql, tables: {a: {columns: {s: \"enum('closed','won','open')\"}}}}",
        &["label won of a.s is in main, but not in model"],
    );
    let order = What { label_order: true, ..what(&[Aspect::Enums]) };
    let (found, _) = messages("enums: {s: [a, b]}", "enums: {s: [b, a]}", &order);
    assert_eq!(found, ["enum s: model says a, b, main says b, a"]);
}

#[test]
fn checks_defaults_and_comments_are_compared_when_asked() {
    let models = "tables: {a: {comment: A, columns: {x: {type: integer default 1, comment: X}, y: text default 'open'}, checks: [{name: ck, sql: x > 0}, y <> '']}}";
    let main = "tables: {a: {columns: {x: integer default '1', y: \"text default 'closed'::text\"}, checks: [{name: ck, sql: '(x > 0)'}]}}";
    check(models, main, &[]);
    let (found, undecided) = messages(models, main, &what(&[Aspect::Defaults, Aspect::Checks, Aspect::Comments]));
    assert_eq!(
        found,
        [
            "a.x: model says \"X\", main says no comment",
            "a.y: model says default 'open', main says default 'closed'::text",
            "check (y <> '') of a is missing in main; model has it",
            "a: model says \"A\", main says no comment",
        ]
    );
    assert_eq!(undecided, [""; 0]);
    let other = "tables: {a: {columns: {x: integer default one(), y: text default 'open'}, checks: [{name: ck, sql: x > 0}, {name: a_check, sql: length(y) > 0}]}}";
    let (found, undecided) = messages(models, other, &what(&[Aspect::Defaults, Aspect::Checks]));
    assert_eq!(found, [""; 0]);
    assert_eq!(
        undecided,
        [
            "a.x: the defaults are expressions that are spelled differently",
            "a: the other side has a check that may say the same in other words",
        ]
    );
}

#[test]
fn a_doubt_forbids_a_verdict() {
    let models = "{tables: {a: {columns: {x: integer, t: unknown}}}, unknown: [{what: a table name computed at run time, part: tables, at: 'm.py:4'}, {what: a mixin that was not found, part: columns, table: a}]}";
    let main = "tables: {a: {columns: {x: integer, y: integer, t: text}}, b: [id]}";
    let (found, undecided) = messages(models, main, &What::default());
    assert_eq!(found, [""; 0]);
    assert_eq!(
        undecided,
        [
            "b: whether the table is extra is not known: a table name computed at run time",
            "a.t: the description calls it unknown",
            "a.y: may not be extra: a mixin that was not found",
        ]
    );
    // What models have for sure is still missing.
    let (found, _) = messages(models, "tables: {}", &What::default());
    assert_eq!(found, ["table a is missing in main; model has it"]);
    let (found, undecided) = messages(
        "tables: {audit.log: [id], deals: {columns: {x: integer references users(id)}, indexes: [[x]]}}",
        "{tables: {deals: {columns: {x: integer}}}, unknown: [{what: permission denied, part: tables, table: audit.log}, {what: no catalogue, part: constraints}, {what: no catalogue, part: indexes, table: other}]}",
        &What::default(),
    );
    assert_eq!(found, ["index (x) of deals is missing in main; model has it"]);
    assert_eq!(undecided.len(), 2, "{undecided:?}");
}

#[test]
fn names_of_schemas_and_cases() {
    // The default schema by its name, and case where the database does not tell it apart.
    check("tables: {public.a: [id], audit.b: [id]}", "tables: {a: [id], audit.b: [id]}", &[]);
    check("tables: {Deals: [Id]}", "{dialect: sqlite, tables: {deals: [id]}}", &[]);
    check("tables: {Deals: [Id]}", "{dialect: mysql, tables: {deals: [id]}}", &[]);
    check(
        "tables: {Deals: [id]}",
        "{dialect: mysql, tables: {deals: [id], Users: [id]}}",
        &[
            "table Deals is missing in main; model has it",
            "table Users is in main, but not in model",
            "table deals is in main, but not in model",
        ],
    );
    // A schema that the database does not show is its default one, unless the models have both.
    check(
        "tables: {app.a: [id], app.b: {columns: {a: integer references app.a(id)}}}",
        "tables: {a: [id], b: {columns: {a: integer references a(id)}}}",
        &[],
    );
    check("tables: {app.a: [id], a: [id]}", "tables: {a: [id]}", &["table app.a is missing in main; model has it"]);
    // Views and partitions that models are mapped onto.
    check(
        "tables: {v: [id], p1: [id]}",
        "{tables: {p: {columns: [id], partitions: [p1]}}, views: {v: [id]}}",
        &["table p is in main, but not in model"],
    );
    check("tables: {v: [id, x]}", "{views: {v: [id]}}", &["column v.x is missing in main; model has it"]);
}

#[test]
fn what_may_have_been_renamed_is_said() {
    check(
        "tables: {a: {columns: {id: integer, status: text, kind: text}}}",
        "tables: {a: {columns: {id: integer, statuses: text, sort: integer}}}",
        &[
            "column a.status is missing in main; model has it; renamed? main has statuses",
            "column a.kind is missing in main; model has it",
            "column a.statuses is in main, but not in model; renamed? model has status",
            "column a.sort is in main, but not in model",
        ],
    );
    check(
        "tables: {deals: [id, code, amount, owner]}",
        "tables: {deal: [id, code, amount, user], other: [id]}",
        &[
            "table deals is missing in main; model has it; renamed? main has deal, and model does not",
            "table deal is in main, but not in model; renamed? model has deals, and main does not",
            "table other is in main, but not in model",
        ],
    );
}

#[test]
fn what_is_ignored_is_not_told() {
    let what = What {
        ignore: Ignore::new(["legacy_*", "deals.tmp_*", "ix_old", "spare", "audit.**"]).expect("globs"),
        ..What::default()
    };
    let (found, undecided) = messages(
        "{tables: {deals: {columns: {id: integer}}}, unknown: [{what: computed, part: columns, table: deals}]}",
        "{enums: {spare: [a]}, tables: {legacy_a: [id], audit.log: [id], deals: {columns: {id: integer, tmp_x: integer}, indexes: [{name: ix_old, columns: [id]}]}}}",
        &what,
    );
    assert_eq!((found, undecided), (Vec::new(), Vec::new()));
}

#[test]
fn groups_share_their_key_and_are_told_as_one() {
    let (expected, actual) = (
        schema("models", "tables: {deals: {columns: {a: Text, b: Text, c: Integer not null}}}"),
        schema("main", "tables: {deals: {columns: {c: bigint not null, x: text}}}"),
    );
    let comparison = compare(&expected, &actual, &What::default());
    let labels = Labels::of(&expected, &actual);
    let told: Vec<(String, String, String)> = comparison
        .differences
        .iter()
        .map(|difference| (difference.group(), difference.lead(&labels), difference.item(&labels)))
        .collect();
    let told: Vec<[&str; 3]> = told.iter().map(|(group, lead, item)| [&**group, &**lead, &**item]).collect();
    assert_eq!(
        told,
        [
            [
                "deals types changed",
                "deals: {count} columns of another type",
                "c (model says Integer, main says bigint)"
            ],
            ["deals columns missing", "deals: {count} of 3 columns missing in main", "a"],
            ["deals columns missing", "deals: {count} of 3 columns missing in main", "b"],
            ["deals columns extra", "deals: {count} columns in main, but not in model", "x"],
        ]
    );
}

#[test]
fn large_schemas_take_little_time() {
    let mut schemas = [schema("models", "{}"), schema("main", "{}")];
    for (number, schema) in schemas.iter_mut().enumerate() {
        for table in 0..2000 {
            let mut filled = Table::default();
            for column in 0..20 {
                let ty = crate::model::schema::Type::parse("integer", Dialect::Postgresql);
                let name = format!("c{}", column + number);
                filled.columns.push(crate::model::schema::Column::new(
                    name,
                    crate::model::Known::Yes(ty),
                    crate::model::Known::Yes(true),
                ));
            }
            schema.tables.insert(ObjectName::new(format!("t{}", table + number * 1000)), filled);
        }
    }
    let [expected, actual] = schemas;
    let comparison = compare(&expected, &actual, &What::default());
    assert_eq!(comparison.differences.len(), 1000 + 1000 + 2 * 1000);
}
