//! One run: make, migrate, read, and with a round trip down and up again.

use std::rc::Rc;

use super::command::{Commands, withheld};
use super::environment::Environment;
use super::folder::{self, Folder};
use super::ground::{Ground, Reader, fault};
use super::interrupt::Watch;
use super::inventory::Inventory;
use super::keeper::Keeper;
use super::process::Process;
use super::remote::Remote;
use super::{Outcome, Plan, Roundtrip, difference, mysql, postgres, session, template};
use crate::databases::{DatabaseError, DatabaseUrl, Options};
use crate::model::schema::{Dialect, Origin, Schema};

/// Makes the database, migrates and reads it, and removes everything.
pub(super) fn run(
    name: &str,
    plan: &Plan,
    options: &Options,
    progress: &dyn Fn(&str),
    reader: Reader<'_>,
) -> Result<Outcome, DatabaseError> {
    // What is made last is removed first: the server before the folder, the folder before the keeper lets go, and the
    // signals last of all.
    let watch = Watch::begin();
    let stale = folder::sweep();
    let folder = Folder::make().map_err(|error| fault(format!("no temporary folder can be made: {error}")))?;
    let keeper = Keeper::start(folder.path()).map_err(|error| fault(format!("/bin/sh cannot be started: {error}")))?;
    let keeper = Rc::new(keeper);
    let ground = Ground { watch: &watch, folder: &folder, keeper: &keeper, options, progress, reader };
    let mut home = Home::make(&ground, plan, stale)?;
    let result = migrate(name, plan, &ground, &home);
    let removed = home.remote.as_mut().map_or(Ok(()), Remote::remove);
    let outcome = result?;
    removed?;
    watch.check()?;
    Ok(outcome)
}

/// An empty database, and whatever keeps it running.
struct Home {
    /// How we reach it.
    ours: DatabaseUrl,
    /// How the commands reach it.
    theirs: DatabaseUrl,
    remote: Option<Remote>,
    _server: Option<Process>,
}

impl Home {
    fn make(ground: &Ground<'_>, plan: &Plan, stale: Vec<folder::Stale>) -> Result<Self, DatabaseError> {
        if let Some(server) = &plan.server {
            let server = DatabaseUrl::resolve(server, &plan.root)?;
            if server.dialect() != plan.engine {
                let message = format!("`server:` is the URL of {}, `engine:` says {}", server.dialect(), plan.engine);
                return Err(fault(message));
            }
            let (remote, url) = Remote::make(ground, &server, stale)?;
            return Ok(Self { ours: url.clone(), theirs: url, remote: Some(remote), _server: None });
        }
        if plan.engine == Dialect::Sqlite {
            (ground.progress)("making a SQLite file");
            let url = DatabaseUrl::parse(&format!("sqlite:///{}", ground.path().join("fresh.db").display()))?;
            return Ok(Self { ours: url.clone(), theirs: url, remote: None, _server: None });
        }
        let (server, ours, theirs) = match plan.engine {
            Dialect::Mysql => mysql::start(ground, plan.needs_tcp())?,
            _ => postgres::start(ground, plan.needs_tcp())?,
        };
        Ok(Self { ours, theirs, remote: None, _server: Some(server) })
    }
}

impl Plan {
    /// Returns whether the server must listen on a port: it was asked for, or something asks for host and port.
    fn needs_tcp(&self) -> bool {
        let values = self.variables.iter().filter_map(|variable| variable.value.as_deref());
        let commands = [Some(self.migrate.as_str()), self.down.as_deref()].into_iter().flatten();
        self.tcp || values.chain(commands).any(template::needs_host)
    }
}

fn migrate(name: &str, plan: &Plan, ground: &Ground<'_>, home: &Home) -> Result<Outcome, DatabaseError> {
    let environment = Environment::of(plan, &home.theirs, std::env::vars_os())?;
    let commands = Commands { ground, plan, environment: &environment, url: &home.theirs };
    if let Some(setup) = &plan.setup {
        (ground.progress)("setup");
        session::run(&home.ours, ground.options, plan.timeout, &[setup]).map_err(|mut error| {
            error.message = format!("the SQL of `setup` failed: {}", error.message);
            error
        })?;
    }
    let before = Inventory::take(ground, &home.ours)?;
    let output = commands.run(&plan.migrate)?.map_err(DatabaseError::from)?;
    if Inventory::take(ground, &home.ours)?.is_unchanged_since(&before) {
        let message = format!("`{}` succeeded, but made nothing in the throw-away database", plan.migrate);
        let error = fault(crate::databases::redact(&message, &home.theirs));
        let hint = "it reads the URL from somewhere else: name the variable under `variables`, or write {ini} for \
                    alembic.ini (alembic -c {ini} upgrade head)";
        return Err(match withheld(&environment.withheld) {
            Some(more) => error.hint(format!("{hint}; {more}")),
            None => error.hint(hint),
        });
    }
    let schema = read(name, ground, home)?;
    let roundtrip = match &plan.down {
        Some(down) => Some(turn(name, plan, down, ground, home, &commands, &before, &schema)?),
        None => None,
    };
    Ok(Outcome { schema, output, roundtrip })
}

/// Goes down and up again.
#[expect(clippy::too_many_arguments, reason = "one step of a run, apart for its length")]
fn turn(
    name: &str,
    plan: &Plan,
    down: &str,
    ground: &Ground<'_>,
    home: &Home,
    commands: &Commands<'_>,
    before: &Inventory,
    first: &Schema,
) -> Result<Roundtrip, DatabaseError> {
    let mut roundtrip = Roundtrip::default();
    if let Err(failure) = commands.run(down)? {
        roundtrip.failure = Some(failure);
        return Ok(roundtrip);
    }
    roundtrip.left_behind = Inventory::take(ground, &home.ours)?.left_since(before);
    if let Err(failure) = commands.run(&plan.migrate)? {
        roundtrip.failure = Some(failure);
        return Ok(roundtrip);
    }
    let again = read(name, ground, home)?;
    roundtrip.differences = difference::between(first, &again);
    roundtrip.again = Some(again);
    Ok(roundtrip)
}

fn read(name: &str, ground: &Ground<'_>, home: &Home) -> Result<Schema, DatabaseError> {
    ground.watch.check()?;
    (ground.progress)("reading the schema");
    let mut schema = (ground.reader)(name, &home.ours, ground.options)?;
    schema.origin = Origin::Throwaway;
    Ok(schema)
}
