//! The Rhai sandbox: scripts judge facts and see nothing else.
//!
//! A script is compiled and checked once ([`Script::compile`]), shared, and run by one [`Worker`] per thread. It reads
//! facts through the vocabulary, speaks through `report(...)`, and runs under [`Limits`]. There is no file, network,
//! clock, environment, module or `eval` in it. What a script may call is listed in `functions`; what is found at load is
//! in `inspect`.

mod allowed;
mod budget;
mod engine;
mod facts;
mod fault;
mod format;
mod functions;
mod inspect;
mod lists;
mod matches;
mod memory;
mod patterns;
mod quiet;
mod report;
mod searching;
mod text;
mod values;
mod worker;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use rhai::{AST, Dynamic, Engine, Position};

use crate::model::{Kind, Value};

pub use budget::Limits;
pub use fault::ScriptFault;
pub use functions::{FUNCTIONS, Function, Group};
pub use memory::CountingAllocator;
pub use report::ScriptReport;
pub use worker::{Outcome, Worker};

/// The largest source that is read, in bytes.
const MAX_SOURCE: usize = 256 << 10;

/// Makes ready what the engines of all workers share, so that the first script does not wait for it.
pub fn prepare() {
    LazyLock::force(&allowed::MODULES);
    LazyLock::force(&facts::FACTS);
}

/// A compiled and checked script. Cheap to clone; shared between workers.
#[derive(Clone, Debug)]
pub struct Script(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    /// No other script of the process has it.
    number: u64,
    ast: AST,
    options: Dynamic,
    check: Position,
    first_loop: Position,
    recursion: Position,
    is_trusted: bool,
}

impl Script {
    /// Compiles a script and finds all that can be found without running it.
    ///
    /// `kind` is the kind of fact that `check(fact)` is given, `options` are what `options.name` may read.
    pub fn compile(
        source: &str,
        kind: &'static Kind,
        options: &BTreeMap<String, Value>,
    ) -> Result<Self, Vec<ScriptFault>> {
        let ast = parse(source)?;
        let inspected = inspect::inspect(&ast, kind, options);
        if !inspected.faults.is_empty() {
            return Err(inspected.faults);
        }
        let options = values::options_map(options);
        Ok(Self(Arc::new(Compiled {
            number: next_number(),
            ast,
            options,
            check: inspected.check,
            first_loop: inspected.first_loop,
            recursion: inspected.recursion,
            is_trusted: false,
        })))
    }

    /// Compiles a script that came with the binary and was inspected by its tests: looking through it again at every
    /// start would cost more than running it.
    ///
    /// # Errors
    /// It cannot be parsed.
    pub fn trusted(source: &str, options: &BTreeMap<String, Value>) -> Result<Self, Vec<ScriptFault>> {
        let ast = parse(source)?;
        let options = values::options_map(options);
        let (check, first_loop, recursion) = (Position::NONE, Position::NONE, Position::NONE);
        let number = next_number();
        Ok(Self(Arc::new(Compiled { number, ast, options, check, first_loop, recursion, is_trusted: true })))
    }

    fn number(&self) -> u64 {
        self.0.number
    }

    fn is_trusted(&self) -> bool {
        self.0.is_trusted
    }

    fn ast(&self) -> &AST {
        &self.0.ast
    }

    fn options(&self) -> &Dynamic {
        &self.0.options
    }

    fn check_position(&self) -> Position {
        self.0.check
    }

    /// Returns the place to name for what the interpreter gives no place, which are steps of
    /// loops: the first loop, one without a body before others, or `check`.
    fn fallback_position(&self) -> Position {
        self.0.first_loop.or_else(self.0.check)
    }

    /// Returns the place to name when calls inside calls became too many.
    fn recursion_position(&self) -> Position {
        self.0.recursion.or_else(self.0.check)
    }
}

fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Parses a script.
fn parse(source: &str) -> Result<AST, Vec<ScriptFault>> {
    static PARSER: LazyLock<(Limits, Engine)> = LazyLock::new(|| {
        let limits = Limits::default();
        let engine = engine::parser(&limits);
        (limits, engine)
    });
    if source.len() > MAX_SOURCE {
        let message = format!("the script is larger than {} KB", MAX_SOURCE >> 10);
        return Err(vec![ScriptFault::new(Position::NONE, message, None)]);
    }
    let (limits, parser) = &*PARSER;
    parser.compile(source).map_err(|error| vec![ScriptFault::of_parsing(&error, limits)])
}
