//! Which of Rhai's functions a script has, and which it has not.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Module, RhaiFunc, Shared as Owned};

use super::budget::{Budget, Limits};
use super::functions::{FUNCTIONS, Function};
use super::report::Shared;
use super::values::host_fault;
use super::{engine, facts};

/// Functions that the interpreter itself provides, with the numbers of their arguments.
const BUILT_IN: &[(&str, &[usize])] = &[("print", &[0, 1]), ("debug", &[0, 1]), ("type_of", &[1])];

/// The properties of values that are neither facts nor maps.
pub(super) const PROPERTIES: &[&str] = &["len", "is_empty", "start", "end"];

/// The functions that scripts may call, with the numbers of arguments that they take; a receiver counts as one.
pub(super) fn functions() -> &'static BTreeMap<&'static str, BTreeSet<usize>> {
    static KNOWN: LazyLock<BTreeMap<&'static str, BTreeSet<usize>>> = LazyLock::new(|| {
        let engine = engine::build(&Arc::new(Shared::new(Budget::new(Limits::default()))));
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

/// Rhai's own functions, made once for all workers. The last module is looked into first.
pub(super) static MODULES: LazyLock<[Owned<Module>; 9]> = LazyLock::new(|| {
    [
        ArithmeticPackage::new().as_shared_module(),
        LogicPackage::new().as_shared_module(),
        BasicMathPackage::new().as_shared_module(),
        BasicIteratorPackage::new().as_shared_module(),
        BasicFnPackage::new().as_shared_module(),
        BasicStringPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
    ]
});

/// What stands before those of them that scripts may not call. To make it takes longer than to judge a small project.
static REFUSED: LazyLock<Owned<Module>> = LazyLock::new(|| refusals(&*MODULES).into());

/// Registers Rhai's functions.
pub(super) fn register(engine: &mut Engine) {
    for module in MODULES.iter() {
        engine.register_global_module(module.clone());
    }
}

/// Hides those of them that scripts may not call.
pub(super) fn refuse_others(engine: &mut Engine) {
    engine.register_global_module(REFUSED.clone());
}

/// Returns a function that fails for each one that scripts may not call, because modules cannot be taken apart.
fn refusals(modules: &[Owned<Module>]) -> Module {
    let mut engine = Engine::new_raw();
    for module in modules {
        engine.register_global_module(module.clone());
    }
    let signatures: Vec<(String, Vec<TypeId>)> = engine.collect_fn_metadata(
        None,
        |info| Some((info.metadata.name.to_string(), info.metadata.param_types.to_vec())),
        true,
    );
    let listed = FUNCTIONS.iter().map(Function::name).chain(BUILT_IN.iter().map(|(name, _)| *name)).collect();
    let mut refused = Module::new();
    for (name, types) in signatures {
        let message = match name.strip_prefix("get$") {
            Some(property) if !PROPERTIES.contains(&property) => format!("nothing has a field `{property}`"),
            Some(_) => continue,
            None if is_allowed(&name, &listed) => continue,
            None => format!("there is no function `{name}`"),
        };
        let refuse = move |_: Option<rhai::NativeCallContext<'_>>, _: &mut [&mut Dynamic]| {
            Err::<Dynamic, Box<EvalAltResult>>(host_fault(message.clone(), None))
        };
        let function =
            RhaiFunc::Method { func: Owned::new(refuse), has_context: false, is_pure: true, is_volatile: true };
        FuncRegistration::new(name.as_str()).in_global_namespace().set_into_module_raw(&mut refused, types, function);
    }
    refused.build_index();
    refused
}

/// Operators, and what is listed.
fn is_allowed(name: &str, listed: &HashSet<&str>) -> bool {
    !name.starts_with(|first: char| first.is_alphabetic()) || listed.contains(name)
}
