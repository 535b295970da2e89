//! Runs scripts.

use std::sync::Arc;

use rhai::{Caches, Dynamic, Engine, EvalAltResult, EvalContext, Position, Scope};
use rustc_hash::FxHashMap;

use super::budget::{Budget, Limits, Stop};
use super::fault::{Ending, ScriptFault, ending};
use super::report::{Said, ScriptReport, Shared};
use super::values::{FactObject, UnknownObject};
use super::{Script, allowed, engine, quiet};
use crate::model::Fact;

/// Runs scripts on one thread, one after the other. Values that are nested deep, and calls inside calls, use the
/// stack: the thread should have 16 MB.
pub struct Worker {
    engine: Engine,
    shared: Arc<Shared>,
    /// Whether the engine has only the functions that scripts may call. Those that are trusted call no others.
    is_strict: bool,
    /// Which function each call of a script means, by the script's number, as far as it was found out.
    found: FxHashMap<u64, Caches>,
}

/// Of so many scripts that is kept.
const SCRIPTS: usize = 256;

/// What a script said about one fact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub reports: Vec<ScriptReport>,
    /// Why the fact could not be judged; reports made before are kept.
    pub unknown: Option<Arc<str>>,
    /// What it printed, up to a limit.
    pub log: Vec<String>,
}

impl Worker {
    /// Returns a worker whose scripts may use this much, each for one fact.
    pub fn new(limits: Limits) -> Self {
        let shared = Arc::new(Shared::new(Budget::new(limits)));
        Self { engine: engine::build(&shared), shared, is_strict: false, found: FxHashMap::default() }
    }

    /// Calls `check(fact)`. The fault is the script's: an error, an exhausted budget, a returned value.
    pub fn check(&mut self, script: &Script, fact: &Fact) -> Result<Outcome, ScriptFault> {
        if !self.is_strict && !script.is_trusted() {
            allowed::refuse_others(&mut self.engine);
            self.is_strict = true;
        }
        *self.shared.said() = Said::begin(fact, script.options().clone());
        self.shared.budget.begin();
        if self.found.len() >= SCRIPTS {
            self.found.clear();
        }
        let mut found = self.found.remove(&script.number()).unwrap_or_default();
        let call = || call_check(&self.engine, script, &mut found, FactObject(fact.clone()));
        let Some(result) = quiet::catch(call) else {
            // A panic may have left the engine in any state.
            *self = Self::new(self.shared.budget.limits.clone());
            let hint = "please report it with the script";
            let message = "the interpreter failed on this script";
            return Err(ScriptFault::new(Position::NONE, message, Some(hint.to_owned())));
        };
        if result.is_ok() {
            self.found.insert(script.number(), found);
        }
        let (reports, log) = std::mem::take(&mut *self.shared.said()).into_parts();
        let unknown = match result {
            Ok(value) if value.is_unit() => match self.shared.budget.take_end() {
                None => None,
                Some(Stop::Unknown(reason)) => Some(reason),
                Some(stop) => match ending_of(stop.error(), script, &self.shared.budget.limits) {
                    Ending::Unknown(reason) => Some(reason),
                    Ending::Fault(fault) => return Err(fault),
                },
            },
            Ok(value) => match value.try_cast::<UnknownObject>() {
                Some(unknown) => Some(unknown.0),
                None => return Err(ScriptFault { log, ..returned_a_value(script.check_position()) }),
            },
            Err(error) => match ending_of(error, script, &self.shared.budget.limits) {
                Ending::Unknown(reason) => Some(reason),
                Ending::Fault(fault) => return Err(ScriptFault { log, ..fault }),
            },
        };
        Ok(Outcome { reports, unknown, log })
    }
}

/// Calls `check(fact)` as `Engine::call_fn` does, which would look up anew each time what every call means.
fn call_check(
    engine: &Engine,
    script: &Script,
    found: &mut Caches,
    fact: FactObject,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let mut global = engine.new_global_runtime_state();
    global.lib.push(script.ast().shared_lib().clone());
    let mut scope = Scope::new();
    let mut context = EvalContext::new(engine, &mut global, found, &mut scope, None);
    context.call_fn_raw("check", false, false, &mut [&mut Dynamic::from(fact)]).map_err(|error| match *error {
        EvalAltResult::ErrorInFunctionCall(name, _, inner, _) if name == "check" => inner,
        _ => error,
    })
}

fn returned_a_value(position: Position) -> ScriptFault {
    let hint = "end the last line with `;`, and use report(at, message) to say something";
    ScriptFault::new(position, "check must not return a value", Some(hint.to_owned()))
}

fn ending_of(error: Box<EvalAltResult>, script: &Script, limits: &Limits) -> Ending {
    let fallback = match *error {
        EvalAltResult::ErrorStackOverflow(_) => script.recursion_position(),
        _ => script.fallback_position(),
    };
    ending(error, fallback, limits)
}
