//! SQLAlchemy's objects, from values of the static reading to tables, columns and types: `Table(...)`, `Column(...)`,
//! mapped classes. Models and migrations share it.

mod tables;
mod types;

use std::rc::Rc;

use ruff_text_size::Ranged;

pub use tables::{Identity, Reader, Single};

use super::interpret::{Class, Place};

/// Returns where a class is declared.
fn class_place(class: &Rc<Class<'_>>) -> Place {
    Place { file: class.file, range: class.definition.name.range() }
}
