//! The interpreter: its limits, its callbacks, and the functions that it is given.

use std::sync::Arc;

use rhai::{Engine, EvalAltResult, OptimizationLevel, Token};

use super::budget::Limits;
use super::report::Shared;
use super::{allowed, facts, format, lists, matches, patterns, report, text};

/// Levels that Rhai counts before the first of a script's own calls.
const CALLED_AT: usize = 2;

/// Returns an engine that only parses.
pub(super) fn parser(limits: &Limits) -> Engine {
    let mut engine = Engine::new_raw();
    set_limits(&mut engine, limits);
    engine.disable_symbol("switch");
    // Columns have a field `default`, a word that the interpreter keeps for a purpose it does not have.
    #[expect(deprecated, reason = "the crate marks it as volatile, not as deprecated; its version is in Cargo.lock")]
    engine.on_parse_token(|token, _, _| match token {
        Token::Reserved(word) if *word == "default" => Token::Identifier(word),
        token => token,
    });
    engine
}

/// Returns an engine that runs scripts for one worker.
pub(super) fn build(shared: &Arc<Shared>) -> Engine {
    let mut engine = Engine::new_raw();
    set_limits(&mut engine, &shared.budget.limits);
    allowed::register(&mut engine);
    facts::register(&mut engine, &shared.budget);
    matches::register(&mut engine);
    patterns::register(&mut engine, &shared.budget);
    text::register(&mut engine, &shared.budget);
    format::register(&mut engine, &shared.budget);
    lists::register(&mut engine);
    report::register(&mut engine, shared);
    watch(&mut engine, shared);
    // The check at load refuses these already; here they are gone for good. `switch` would take its default branch for
    // a value that is not known.
    for symbol in ["eval", "import", "export", "switch"] {
        engine.disable_symbol(symbol);
    }
    engine
}

fn set_limits(engine: &mut Engine, limits: &Limits) {
    engine
        // Folding would move constants and drop dead branches before they can be checked.
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(limits.operations)
        .set_max_call_levels(limits.call_depth + CALLED_AT)
        .set_max_expr_depths(limits.expression_depth, limits.expression_depth)
        .set_max_string_size(limits.string_size)
        .set_max_array_size(limits.array_size)
        .set_max_map_size(limits.map_size)
        .set_max_functions(1_000)
        .set_max_variables(10_000)
        .set_max_modules(0)
        .set_fail_on_invalid_map_property(true);
    engine.set_max_strings_interned(0);
}

fn watch(engine: &mut Engine, shared: &Arc<Shared>) {
    let progress = shared.clone();
    engine.on_progress(move |operations| progress.budget.progress(operations).map(rhai::Dynamic::from));
    let log = shared.clone();
    engine.on_print(move |text| log.said().print(text));
    let log = shared.clone();
    engine.on_debug(move |text, _, _| log.said().print(text));
    let variables = shared.clone();
    #[expect(deprecated, reason = "the crate marks it as volatile, not as deprecated; its version is in Cargo.lock")]
    engine.on_var(move |name, _, context| {
        let scope = context.scope().iter_raw().map(|(_, _, value)| value);
        variables.budget.check_depth(scope.chain(context.this_ptr()))?;
        if name == "options" { Ok(Some(variables.said().options.clone())) } else { Ok::<_, Box<EvalAltResult>>(None) }
    });
}
