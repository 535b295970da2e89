//! The Rhai sandbox and its host functions.
