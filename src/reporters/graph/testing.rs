//! Made-up trees for the tests of the drawings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{GraphOptions, WriteGraphs};
use crate::model::facts::{
    Change, Changes, File, Graph, Migration, MissingParent, OperationFact, Seen, Size, Told, Tool,
};
use crate::model::operation::{Action, AlterColumn, CreateTable, Data, Direction, Guard, Operation};
use crate::model::schema::{Column, Dialect, Index, IndexPart, ObjectName, Table};
use crate::model::{Known, Location, Span};

/// Name and migrations, as [`graph`] reads them.
pub const CASES: &[(&str, &str)] = &[
    ("linear", "a = create deals | b < a = add an owner | c < b = index the owner"),
    ("branch", "a | b < a = left | c < a = right | d < c"),
    ("merge", "a | b < a | c < a | m < b c = merge both"),
    ("octopus merge", "a | b < a | c < a | d < a | e < a | m < b c d e"),
    ("criss-cross", "a | b < a | c < a | x < b c | y < c b | z < x y"),
    ("two bases with labels", "a # billing | b < a | x # users | y < x ; a"),
    ("crossing lanes", "a | b < a | c < a | d < a | e < b d | f < c | g < e | h < g b"),
    ("cycle", "a < c | b < a | c < b | d < c"),
    ("cycle below a merge", "a < b | b < a | c < a | d < b | e < c d"),
    ("its own parent", "a < a"),
    ("missing parent", "a | b < a gone | c < lost"),
    ("missing dependency", "a | b < a ; lost"),
    ("duplicate", "a | b < a = one | other:b < a = two | c < b"),
    ("everything wrong", "a | b < c | c < b | d < gone ; a lost | other:d < a # late | e < d"),
    ("unknown", "a | ? < a | b < ? | c < b"),
    ("empty", ""),
    (
        "long message",
        "a = x | b < a = a message that tells the whole story of the change, with every reason for it, and more",
    ),
];

/// Renders to a string.
pub fn render(write: WriteGraphs, graphs: &[Arc<Graph>], options: &GraphOptions) -> String {
    let mut out = Vec::new();
    write(graphs, options, &mut out).expect("memory can be written to");
    String::from_utf8(out).expect("output is UTF-8")
}

/// Returns a tree of migrations with ` | ` between them, each `path:revision < parents ; dependencies # labels =
/// message`; `?` is what is not known, the path is the revision when left out.
pub fn graph(name: &str, lines: &str) -> Arc<Graph> {
    let lines = lines.split(" | ").map(str::trim).filter(|line| !line.is_empty());
    tree(name, lines.map(migration).collect())
}

/// Returns a tree whose texts try to get out of every format.
pub fn hostile() -> Arc<Graph> {
    let messages = [
        "\"] --> x[\"gone",
        "line\nbreak\r\tand \x1b[31mred\x07 \u{202e}back",
        "%%{init: {'theme': 'dark'}}%% %% comment",
        "<script>alert(1)</script> &amp; &#34; #quot; #35;",
        "end subgraph click t0n0 href \"javascript:x\"",
        "`**bold**` _it_ $$x^2$$ [a](b) 1. list",
        "style a:#f00;color:#0f0; classDef x:y#z;",
        "back\\slash \\\" \\N {a|b} <a> \\",
        "漢字 ümlaut 👩‍👩‍👧",
        "1. a list",
        ";;; // /* */ }",
    ];
    let mut previous: Option<String> = None;
    let mut migrations = Vec::new();
    for (index, message) in messages.into_iter().enumerate() {
        let revision = format!("{index:02}\"]{}", message.split(' ').next().unwrap_or_default());
        let mut made = migration(&format!("{index:02}:x"));
        made.revision = Known::Yes(revision.as_str().into());
        made.down_revisions = Known::Yes(previous.iter().map(|parent| parent.as_str().into()).collect());
        made.depends_on = Known::Yes(vec![message.into()]);
        made.branch_labels = Known::Yes(vec![message.into()]);
        made.message = Some(message.into());
        migrations.push(made);
        previous = Some(revision);
    }
    tree("host\"ile\n]", migrations)
}

fn migration(line: &str) -> Migration {
    let (line, message) = line.split_once('=').map_or((line, None), |(line, message)| (line, Some(message.trim())));
    let (path, rest) = line.split_once(':').map_or((None, line), |(path, rest)| (Some(path), rest));
    let (rest, labels) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, dependencies) = rest.split_once(';').unwrap_or((rest, ""));
    let (revision, parents) = rest.split_once('<').unwrap_or((rest, ""));
    let revision = revision.trim();
    let file = File {
        path: format!("versions/{}.py", path.unwrap_or(revision)).into(),
        size: Size::Bytes(0),
        change: Known::Yes(Change::Unchanged),
        text: Known::Yes("".into()),
        calls: Vec::new(),
    };
    let list = |text: &str| match text.trim() {
        "?" => Known::No("it is computed".into()),
        text => Known::Yes(text.split_whitespace().map(Arc::from).collect()),
    };
    Migration {
        file: Arc::new(file),
        tool: Tool::Alembic,
        tree: "migrations".into(),
        revision: if revision == "?" { Known::No("it is computed".into()) } else { Known::Yes(revision.into()) },
        revision_span: None,
        down_revisions: list(parents),
        branch_labels: list(labels),
        depends_on: list(dependencies),
        message: message.map(Arc::from),
        created: None,
        upgrade: None,
        downgrade: None,
        changes: Told::default(),
        sql: None,
        unparsed: None,
    }
}

/// Builds the graph in the plainest way that is right for small trees.
fn tree(name: &str, migrations: Vec<Migration>) -> Arc<Graph> {
    let mut migrations: Vec<Arc<Migration>> = migrations.into_iter().map(Arc::new).collect();
    migrations.sort_by(|left, right| left.file.path.cmp(&right.file.path));
    let parents = |migration: &Migration| migration.down_revisions.as_known().cloned().unwrap_or_default();
    let mut by_revision: BTreeMap<Arc<str>, Vec<Arc<Migration>>> = BTreeMap::new();
    let mut children: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for migration in &migrations {
        if let Known::Yes(revision) = &migration.revision {
            by_revision.entry(revision.clone()).or_default().push(migration.clone());
        }
        for parent in parents(migration) {
            *children.entry(parent).or_default() += 1;
        }
    }
    let firsts = |keep: &dyn Fn(&Arc<str>) -> bool| {
        by_revision.iter().filter(|(revision, _)| keep(revision)).map(|(_, files)| files[0].clone()).collect()
    };
    let mut missing_parents = Vec::new();
    for migration in &migrations {
        for revision in parents(migration).iter().chain(migration.depends_on.as_known().into_iter().flatten()) {
            if !by_revision.contains_key(revision) {
                missing_parents.push(MissingParent { migration: migration.clone(), revision: revision.clone() });
            }
        }
    }
    let unknown = migrations
        .iter()
        .any(|migration| migration.revision.as_known().and(migration.down_revisions.as_known()).is_none());
    let base =
        |revision: &Arc<str>| by_revision[revision].iter().any(|file| file.down_revisions == Known::Yes(Vec::new()));
    Arc::new(Graph {
        name: name.into(),
        tool: Tool::Alembic,
        location: Location::file("alembic.ini"),
        heads: firsts(&|revision| !children.contains_key(revision)),
        bases: firsts(&base),
        branches: firsts(&|revision| children.get(revision).is_some_and(|count| *count > 1)),
        missing_parents,
        cycles: cycles(&by_revision),
        duplicates: by_revision.values().filter(|files| files.len() > 1).cloned().collect(),
        labels: migrations
            .iter()
            .filter_map(|file| Some((file.revision.as_known()?.clone(), file.branch_labels.as_known()?.clone())))
            .filter(|(_, labels)| !labels.is_empty())
            .collect(),
        unknown: unknown.then(|| "a revision is computed".into()),
        migrations,
    })
}

/// Follows first known parents from each revision until one comes again.
fn cycles(by_revision: &BTreeMap<Arc<str>, Vec<Arc<Migration>>>) -> Vec<Vec<Arc<Migration>>> {
    let mut cycles: Vec<Vec<Arc<Migration>>> = Vec::new();
    let mut done = std::collections::BTreeSet::new();
    for start in by_revision.keys() {
        let mut path: Vec<&Arc<str>> = Vec::new();
        let mut places = BTreeMap::new();
        let mut at = Some(start);
        while let Some(revision) = at.filter(|revision| !done.contains(*revision)) {
            if let Some(place) = places.insert(revision, path.len()) {
                cycles.push(path[place..].iter().map(|revision| by_revision[*revision][0].clone()).collect());
                break;
            }
            path.push(revision);
            let parents = by_revision[revision][0].down_revisions.as_known();
            at = parents.into_iter().flatten().find_map(|parent| by_revision.get_key_value(parent)).map(|(key, _)| key);
        }
        done.extend(path);
    }
    cycles
}

/// Returns a tree with all sorts of changes, long lists, hostile names, and one revision of which nothing is known.
pub fn changed() -> Arc<Graph> {
    let wide: Vec<Action> = (0..15).map(|number| add_column("wide", &format!("c{number}"))).collect();
    let told = [
        ("a = create deals", vec![create_table("deals"), create_index(Some("ix_deals_code")), create_index(None)]),
        ("b < a = a column, and rows", vec![add_column("deals", "owner_id"), altered(), rows(), Action::Execute]),
        ("c < b = wide", wide),
        ("d < c = what is not known", vec![Action::Unknown { why: "SQL that is computed: `x\"] --> y`".into() }]),
        ("e < d = hostile", vec![create_table("x\"]<b>\n- list\u{202e}"), add_column("a\\N", "b}")]),
        ("f < d = nothing", Vec::new()),
    ];
    let mut migrations = vec![migration("g < e f = not replayed")];
    for (line, actions) in told {
        let migration = migration(line);
        let operations = actions.into_iter().map(|action| operation(action, Direction::Upgrade, false));
        let operations = operations.chain([
            operation(create_table("undone"), Direction::Downgrade, false),
            operation(create_table("skipped"), Direction::Upgrade, true),
        ]);
        let changes = Changes { operations: operations.collect(), ..Changes::default() };
        migration.changes.set(Some(changes));
        migrations.push(migration);
    }
    tree("changed", migrations)
}

fn operation(action: Action, direction: Direction, skipped: bool) -> Arc<OperationFact> {
    let mut operation = Operation::new(action, direction, Location::span("versions/x.py", Span::at(7, 5)));
    if matches!(operation.action, Action::AddColumn { .. }) {
        operation.guards.push(Guard::Unknown("os.environ[\"X\"]".into()));
    }
    let seen = Seen { skipped, ..Seen::default() };
    let none = std::sync::Weak::new();
    Arc::new(OperationFact::new(Arc::new(operation), (Dialect::Postgresql, None), none, None, seen, Vec::new()))
}

fn table(name: &str) -> Known<ObjectName> {
    Known::Yes(ObjectName::new(name))
}

fn create_table(name: &str) -> Action {
    Action::CreateTable(Box::new(CreateTable {
        name: table(name),
        table: Table::default(),
        temporary: false,
        like: None,
        partition: false,
        from_query: false,
    }))
}

fn add_column(of: &str, name: &str) -> Action {
    let column = Column::new(name, Known::No("it is computed".into()), Known::Yes(true));
    Action::AddColumn { table: table(of), column: Box::new(column), constraints: Vec::new() }
}

fn create_index(name: Option<&str>) -> Action {
    let index = Index {
        name: name.map(Arc::from),
        parts: vec![IndexPart::Column("code".into()), IndexPart::Expression("lower(name)".into())],
        ..Index::default()
    };
    Action::CreateIndex { table: table("deals"), index: Box::new(index) }
}

fn altered() -> Action {
    let mut alter = AlterColumn::new(table("deals"), Known::No("it is computed".into()));
    alter.ty = Some(Known::No("it is computed".into()));
    alter.nullable = Some(Known::Yes(false));
    alter.default = Some(Known::Yes(None));
    Action::AlterColumn(Box::new(alter))
}

fn rows() -> Action {
    Action::Data { verb: Data::Update, table: table("deals") }
}
