//! What single arguments may be.

use camino::Utf8PathBuf;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::model::Severity;
use crate::model::audit::State;
use crate::model::schema::Dialect;
use crate::reporters::audit::AUDIT_FORMATS;
use crate::reporters::{FORMATS, Format};

pub(super) fn formats() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)))
}

/// Reads `FORMAT=FILE`.
pub(super) fn report(text: &str) -> Result<(&'static Format, Utf8PathBuf), String> {
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let Some((name, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("it is written FORMAT=FILE, such as sarif=lawbook.sarif".to_owned());
    };
    let format = crate::reporters::format(name);
    let format = format.ok_or_else(|| format!("there is no format `{name}`; there are {}", names()))?;
    Ok((format, file.into()))
}

pub(super) fn audit_formats() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(AUDIT_FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)))
}

/// States that are no proof that an exception is dead, but may be reason enough to remove it.
pub(super) fn prunable() -> impl TypedValueParser<Value = State> {
    const STATES: [(State, &str); 3] = [
        (State::Expired, "its last day has passed; what it excused counts already"),
        (State::UnknownRule, "no rule has this name, here and now"),
        (State::RuleOff, "its rule is switched off"),
    ];
    PossibleValuesParser::new(STATES.map(|(state, help)| PossibleValue::new(state.name()).help(help)))
        .map(|name| STATES.iter().find(|(state, _)| state.name() == name).map_or(State::Expired, |(state, _)| *state))
}

pub(super) fn condition(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.trim().is_empty() => Ok((field.trim().to_owned(), value.to_owned())),
        _ => Err("expected FIELD=VALUE, such as `table=deals`".to_owned()),
    }
}

pub(super) fn dialects() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::WORDS.iter().copied())
        .map(|name| Dialect::of_name(&name).unwrap_or(Dialect::Postgresql))
}

pub(super) fn severities() -> impl TypedValueParser<Value = Severity> {
    const SEVERITIES: [Severity; 4] = [Severity::Error, Severity::Warning, Severity::Info, Severity::Off];
    PossibleValuesParser::new(SEVERITIES.map(Severity::name))
        .map(|name| SEVERITIES.into_iter().find(|severity| severity.name() == name).unwrap_or(Severity::Error))
}
