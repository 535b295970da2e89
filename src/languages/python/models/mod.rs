//! SQLAlchemy models, read without importing them.
//!
//! A file is parsed by itself ([`parse_module`]), all files of a project are then read together ([`link`]): classes
//! take columns from mixins in other files, types from enums, names from constants. What cannot be known is listed in
//! the schema's `unknown`, or unknown in the column; no column is made up and no type guessed.

mod interpret;
mod source;
mod tables;
mod target;
#[cfg(test)]
mod tests;
mod types;

use std::rc::Rc;
use std::sync::Arc;

use ruff_text_size::Ranged;

use super::syntax::SyntaxFault;
use crate::model::schema::Schema;
use interpret::{Class, Interpreter, Place, Project};
use tables::Reader;

/// A file that was looked at.
#[derive(Debug)]
pub struct ModuleModels(source::Source);

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Dotted names of the metadata, or of the bases that have them, whose tables are wanted: `app.db:Base`. Without
    /// any: those that the project's `env.py` files name as `target_metadata`, else all.
    pub metadata: Vec<String>,
}

/// Reads one file. Files can be read in parallel.
pub fn parse_module(path: Arc<str>, text: Arc<str>) -> Result<ModuleModels, SyntaxFault> {
    source::Source::new(path, text).map(ModuleModels)
}

/// Reads the tables of a project from its files.
pub fn link(modules: Vec<ModuleModels>, options: &Options) -> Schema {
    let mut sources: Vec<source::Source> = modules.into_iter().map(|module| module.0).collect();
    sources.sort_by(|one, two| one.path().cmp(two.path()));
    let roots: Vec<usize> = (0..sources.len())
        .filter(|index| {
            let source = &sources[*index];
            source.module().is_some() && !source.is_migration() && !source.is_test()
        })
        .collect();
    let project = Project::new(sources);
    let interpreter = Interpreter::new(&project);
    for root in &roots {
        interpreter.read_module(*root);
    }
    let mut reader = Reader::new(&interpreter);
    reader.read();
    let wanted = target::wanted(&reader, &roots, options);
    reader.finish(wanted.as_deref())
}

/// Reads the tables of a project from the texts of its files; a file that is no Python is as if it were not there.
pub fn read(files: impl IntoIterator<Item = (Arc<str>, Arc<str>)>, options: &Options) -> Schema {
    let modules = files.into_iter().filter_map(|(path, text)| parse_module(path, text).ok()).collect();
    link(modules, options)
}

/// Returns where a class is declared.
fn class_place(class: &Rc<Class<'_>>) -> Place {
    Place { file: class.file, range: class.definition.name.range() }
}
