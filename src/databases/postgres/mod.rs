//! PostgreSQL 10 to 18: connects, reads the catalogue in one read-only transaction, says goodbye.
//!
//! Nothing but the catalogue is read and no function of a user runs, so a role that may connect is enough.

mod build;
mod catalogue;
mod faults;
mod namespaces;
mod rows;
mod types;

#[cfg(all(test, unix))]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Error, Row as _};

use super::{DatabaseError, Failure, Options, connect};
use crate::model::schema::Schema;
use catalogue::{Reader, within};
use namespaces::{Namespace, Session};
use rows::{Catalogue, Section};

/// How often it starts again when objects were dropped while they were read, before it does without that section.
const TRIES: usize = 6;

/// How much longer than the server's own limit it waits for an answer.
const GRACE: Duration = Duration::from_secs(5);

/// Returns what a database holds.
pub(super) async fn introspect(
    name: &str,
    settings: PgConnectOptions,
    options: &Options,
) -> Result<Schema, DatabaseError> {
    let settings = match settings.get_application_name() {
        Some(_) => settings,
        None => settings.application_name("lawbook"),
    };
    // Connection poolers refuse startup parameters that they do not know.
    let settings = settings.extra_float_digits(None).statement_cache_capacity(0).disable_statement_logging();
    let mut connection = connect::open(&settings, options).await?;
    let catalogue = read(&mut connection, options).await;
    connect::close(connection).await;
    Ok(build::schema(name, catalogue?))
}

/// Why an attempt ended.
enum Stop {
    /// Another attempt would end alike.
    Failed(DatabaseError),
    /// The server refused: a section, or something that the rest needs.
    Refused(Option<Section>, Error),
}

/// Reads the catalogue; again without a section that cannot be read, again when something vanished on the way.
async fn read(connection: &mut PgConnection, options: &Options) -> Result<Catalogue, DatabaseError> {
    let mut gaps: Vec<(Section, Arc<str>)> = Vec::new();
    let mut tries = 0;
    loop {
        let stop = match attempt(connection, options, &gaps).await {
            Ok(catalogue) => {
                execute(connection, options, "COMMIT".to_owned()).await.ok();
                return Ok(Catalogue { gaps, ..catalogue });
            }
            Err(stop) => stop,
        };
        let (section, error) = match stop {
            Stop::Failed(error) => return Err(error),
            Stop::Refused(section, error) => (section, error),
        };
        tries += 1;
        match (section, faults::gap(&error)) {
            (Some(section), Some(reason)) => gaps.push((section, reason.into())),
            _ if faults::passes(&error) && tries % TRIES != 0 => {}
            (Some(section), None) if faults::passes(&error) => {
                gaps.push((section, "it kept changing while it was read".into()));
            }
            _ => return Err(faults::querying(&error, options)),
        }
        let rolled_back = execute(connection, options, "ROLLBACK".to_owned()).await;
        rolled_back.map_err(|error| faults::querying(&error, options))?;
    }
}

async fn attempt(
    connection: &mut PgConnection,
    options: &Options,
    gaps: &[(Section, Arc<str>)],
) -> Result<Catalogue, Stop> {
    let essential = |error| Stop::Refused(None, error);
    execute(connection, options, beginning(options)).await.map_err(essential)?;
    let (server, version, session) = session(connection, options).await.map_err(essential)?;
    if version < 100_000 {
        let message = format!("{server} is too old: PostgreSQL 10 is the oldest that can be read");
        return Err(Stop::Failed(DatabaseError::new(Failure::Query, message)));
    }
    let existing = every_namespace(connection, options).await.map_err(essential)?;
    let namespaces = namespaces::choose(&existing, &options.schemas, &session).map_err(Stop::Failed)?;
    settle(connection, options, version, &namespaces::search_path(&namespaces)).await.map_err(essential)?;

    let oids = namespaces.iter().map(|namespace| Oid(namespace.oid)).collect();
    let mut reader = Reader::new(connection, version, oids, options.statement_timeout + GRACE);
    let mut catalogue = Catalogue { server, namespaces, ..Catalogue::default() };
    catalogue.relations = reader.relations().await.map_err(essential)?;
    catalogue.columns = reader.columns().await.map_err(essential)?;
    catalogue.types = reader.types().await.map_err(essential)?;

    macro_rules! section {
        ($section:ident, $field:ident, $rows:expr) => {
            if !gaps.iter().any(|(section, _)| *section == Section::$section) {
                let rows = $rows.await;
                catalogue.$field = rows.map_err(|error| Stop::Refused(Some(Section::$section), error))?;
            }
        };
    }
    section!(Partitions, partitions, reader.partitions());
    section!(Defaults, defaults, reader.defaults());
    section!(Comments, comments, reader.comments());
    section!(Constraints, constraints, reader.constraints());
    section!(Indexes, indexes, reader.indexes());
    section!(Extensions, extensions, reader.extensions());
    if catalogue.has_views() {
        section!(Views, views, reader.views());
    }
    let named = catalogue.unusual_collations();
    if !named.is_empty() {
        section!(Collations, collations, reader.collations(&named));
    }
    let targets = catalogue.targets_elsewhere();
    if !targets.is_empty() {
        section!(Outside, outside, reader.outside(&targets));
    }
    Ok(catalogue)
}

/// Returns the statements that open the transaction; its settings end with it.
fn beginning(options: &Options) -> String {
    let patience = options.statement_timeout.as_millis().clamp(1, i32::MAX as u128);
    // Constants inside expressions are spelled alike whatever the server, the database and the role are set to.
    format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {patience}; \
         SET LOCAL lock_timeout = {}; SET LOCAL bytea_output = hex; SET LOCAL intervalstyle = postgres; \
         SET LOCAL quote_all_identifiers = off",
        patience.div_ceil(2)
    )
}

/// Runs statements that return nothing.
async fn execute(connection: &mut PgConnection, options: &Options, statements: String) -> Result<(), Error> {
    let run = sqlx::raw_sql(AssertSqlSafe(statements)).execute(connection);
    within(options.statement_timeout + GRACE, run).await.map(drop)
}

/// Returns the server's name for itself, its version, and what its session says about schemas.
async fn session(connection: &mut PgConnection, options: &Options) -> Result<(String, u32, Session), Error> {
    let sql = "SELECT pg_catalog.version(), pg_catalog.current_setting('server_version_num'), \
               pg_catalog.current_schemas(false)::pg_catalog.text[], pg_catalog.current_setting('search_path'), \
               current_user::pg_catalog.text";
    let query = sqlx::query(sql).persistent(false).fetch_one(connection);
    let row = within(options.statement_timeout + GRACE, query).await?;
    let version = row.try_get::<&str, _>(1)?.parse().unwrap_or_default();
    let session = Session { current: row.try_get(2)?, path: row.try_get(3)?, user: row.try_get(4)? };
    Ok((server_name(row.try_get(0)?), version, session))
}

/// Returns the name and version without the platform: `PostgreSQL 15.18`.
fn server_name(version: &str) -> String {
    let name = version.split(" on ").next().unwrap_or(version);
    name.split([',', '(']).next().unwrap_or(name).trim().to_owned()
}

async fn every_namespace(connection: &mut PgConnection, options: &Options) -> Result<Vec<Namespace>, Error> {
    let sql = "SELECT n.oid, n.nspname::pg_catalog.text FROM pg_catalog.pg_namespace n";
    let query = sqlx::query(sql).persistent(false).fetch_all(connection);
    let rows = within(options.statement_timeout + GRACE, query).await?;
    let namespace = |row: &sqlx::postgres::PgRow| {
        Ok(Namespace { oid: row.try_get::<Oid, _>(0)?.0, name: row.try_get::<&str, _>(1)?.into() })
    };
    rows.iter().map(namespace).collect()
}

/// Sets the search path, with `pg_catalog` first as always when it is not named, and no compilation of queries that run
/// once.
async fn settle(
    connection: &mut PgConnection,
    options: &Options,
    version: u32,
    search_path: &str,
) -> Result<(), Error> {
    let sql = if version >= 110_000 {
        "SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('jit', 'off', true)"
    } else {
        "SELECT pg_catalog.set_config('search_path', $1, true)"
    };
    let query = sqlx::query(sql).bind(search_path).persistent(false).execute(connection);
    within(options.statement_timeout + GRACE, query).await.map(drop)
}
