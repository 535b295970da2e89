//! How grave a finding is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How grave a finding is, from silent to grave. Ordered: `Off < Info < Warning < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rule is not run.
    Off,
    Info,
    Warning,
    Error,
}

impl Severity {
    /// Returns the word used in YAML and in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}
