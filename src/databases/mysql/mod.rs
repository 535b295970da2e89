//! MySQL 5.6 to 9 and MariaDB 10.3 to 12: connects, and reads `information_schema` in a read-only transaction.
//!
//! What the two servers and their versions call alike but mean differently is told apart in `server.rs`.

mod build;
mod catalogue;
mod failure;
mod foreign;
mod grants;
mod lexer;
mod server;
mod session;
#[cfg(all(test, unix))]
mod tests;

use sqlx::mysql::MySqlConnectOptions;

use super::{DatabaseError, Options};
use crate::model::schema::Schema;
use session::Session;

/// Reads the schema of a database. The role needs no more than SELECT; what it cannot see is listed as unknown.
pub(super) async fn introspect(
    name: &str,
    settings: MySqlConnectOptions,
    options: &Options,
) -> Result<Schema, DatabaseError> {
    let mut session = Session::open(settings, options).await?;
    let catalogue = catalogue::read(&mut session, &options.schemas).await;
    session.close().await;
    Ok(build::schema(name, &catalogue?))
}
