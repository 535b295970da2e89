//! Parameters that a database does not act on: harmless ones are ignored, the others are named.

use super::super::error::DatabaseError;
use super::fault;
use crate::model::closest;

/// What is known about the parameters of one kind of database.
pub(super) struct Known {
    pub(super) understood: &'static [&'static str],
    /// They change how a program works with data, not what the schema is.
    pub(super) ignored: &'static [&'static str],
    /// They ask for something that would not happen: who is trusted, or where the connection goes.
    pub(super) refused: &'static [(&'static str, &'static str)],
}

impl Known {
    /// Returns an error for a parameter that cannot be left aside: refused, or likely a typing error.
    ///
    /// Drivers and proxies have many parameters of their own, so an unknown one that looks like none of ours passes.
    pub(super) fn check(&self, key: &str) -> Result<(), DatabaseError> {
        if let Some((_, why)) = self.refused.iter().find(|(name, _)| *name == key) {
            return Err(fault(format!("the parameter `{key}` cannot be honoured: {why}")));
        }
        if self.understood.contains(&key) || self.ignored.contains(&key) {
            return Ok(());
        }
        let names = self.understood.iter().chain(self.ignored).copied();
        let lower = key.to_ascii_lowercase();
        // The case of a parameter matters to the drivers: `SSLMode` would be passed over in silence.
        let near = names.clone().find(|name| *name == lower);
        let near = near.or_else(|| closest(key, names).filter(|name| strsim::damerau_levenshtein(key, name) <= 2));
        match near {
            Some(near) => Err(fault(format!("unknown parameter `{key}`")).hint(format!("did you mean `{near}`?"))),
            None if lower.starts_with("ssl") || lower.starts_with("tls") => {
                Err(fault(format!("the parameter `{key}` is not understood, and it may say whom to trust")))
            }
            None => Ok(()),
        }
    }
}

/// Reads what drivers take for yes and no.
pub(super) fn truth(key: &str, value: &str) -> Result<bool, DatabaseError> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "t" | "y" => Ok(true),
        "0" | "false" | "no" | "off" | "f" | "n" | "" => Ok(false),
        _ => Err(fault(format!("the parameter `{key}` is neither true nor false"))),
    }
}

/// Reads the port of a parameter.
pub(super) fn port(value: &str) -> Result<u16, DatabaseError> {
    value.parse().map_err(|_| fault("the parameter `port` is not a number up to 65535"))
}
