//! The interpreter: which of Rhai's functions a script has, and which it has not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Engine, EvalAltResult, OptimizationLevel};

use super::budget::{Budget, Limits};
use super::functions::{FUNCTIONS, Function};
use super::report::Shared;
use super::{facts, matches, report, text};

/// Functions that the interpreter itself provides, with the numbers of their arguments.
const BUILT_IN: &[(&str, &[usize])] = &[("print", &[0, 1]), ("debug", &[0, 1]), ("type_of", &[1])];

/// The properties of values that are neither facts nor maps.
pub(super) const PROPERTIES: &[&str] = &["len", "is_empty", "start", "end"];

/// The functions that scripts may call, with the numbers of arguments that they take; a receiver counts as one.
pub(super) fn functions() -> &'static BTreeMap<&'static str, BTreeSet<usize>> {
    static KNOWN: LazyLock<BTreeMap<&'static str, BTreeSet<usize>>> = LazyLock::new(|| {
        let engine = build(&Arc::new(Shared::new(Budget::new(Limits::default()))));
        let registered = engine.collect_fn_metadata(
            None,
            |info| Some((info.metadata.name.to_string(), info.metadata.num_params)),
            true,
        );
        let mut known: BTreeMap<&'static str, BTreeSet<usize>> = BTreeMap::new();
        for (name, counts) in BUILT_IN {
            known.entry(name).or_default().extend(counts.iter().copied());
        }
        let names: BTreeSet<&'static str> = FUNCTIONS.iter().map(Function::name).chain(facts::query_names()).collect();
        for (name, count) in &registered {
            if let Some(name) = names.get(name.as_str()) {
                known.entry(name).or_default().insert(*count);
            }
        }
        known
    });
    &KNOWN
}

/// Returns an engine that only parses.
pub(super) fn parser(limits: &Limits) -> Engine {
    let mut engine = Engine::new_raw();
    set_limits(&mut engine, limits);
    engine
}

/// Returns an engine that runs scripts for one worker.
pub(super) fn build(shared: &Arc<Shared>) -> Engine {
    let mut engine = Engine::new_raw();
    set_limits(&mut engine, &shared.budget.limits);
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicFnPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);

    facts::register(&mut engine, &shared.budget);
    matches::register(&mut engine);
    text::register(&mut engine, &shared.budget);
    report::register(&mut engine, shared);
    watch(&mut engine, shared);
    // The check at load refuses these already; here they are gone for good.
    for symbol in ["eval", "import", "export"] {
        engine.disable_symbol(symbol);
    }
    engine
}

fn set_limits(engine: &mut Engine, limits: &Limits) {
    engine
        // Folding would move constants and drop dead branches before they can be checked.
        .set_optimization_level(OptimizationLevel::None)
        .set_max_operations(limits.operations)
        .set_max_call_levels(limits.call_depth)
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
