//! Lawbook: laws for database migrations and schemas.
//!
//! Facts in, laws applied, findings out. `ARCHITECTURE.md` has the map and the layers; the library prints nothing.

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod app;
pub mod cli;
pub mod config;
pub mod databases;
pub mod engine;
pub mod exceptions;
pub mod languages;
pub mod model;
pub mod packs;
pub mod reporters;
pub mod script;
pub mod sources;
pub mod yaml;

/// Counts what each thread holds, so that scripts can be stopped before they fill the memory.
#[global_allocator]
static ALLOCATOR: script::CountingAllocator = script::CountingAllocator;
