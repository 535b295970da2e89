//! The sandbox: compiling a script, making a worker, and calling `check` on one migration.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use lawbook::languages::python;
use lawbook::model::facts;
use lawbook::model::{Fact, Known, Value};
use lawbook::script::{Limits, Script, Worker};
