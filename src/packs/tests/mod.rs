//! Tests of whole packs: texts in, checked rules and problems out.

mod faults;
mod layers;

use super::{Form, Layer, Loaded, Request, Rule, load};
use crate::model::Problem;
use crate::yaml::{Node, Source, parse};

fn layer(name: &str, files: &[(&str, &str)]) -> Layer {
    let files = files.iter().map(|(path, text)| (format!("{name}/{path}").into(), (*text).into())).collect();
    Layer { name: name.into(), built_in: false, form: Form::Folder, files }
}

fn load_all(layers: Vec<Layer>, overrides: &str) -> (Loaded, Vec<String>) {
    let source = Source::new("lawbook.yml", overrides);
    let node = parse(&source).expect("the overrides of a test are YAML");
    let entries: Vec<(Node, Node)> = node.as_map().unwrap_or_default().to_vec();
    let mut problems: Vec<Problem> = Vec::new();
    let loaded = load(Request { layers, overrides: &entries, tests: true }, &mut problems);
    for problem in &problems {
        let at = problem.at.as_ref().expect("every fault has a place");
        assert!(problem.line_text.is_some() || at.span.is_none(), "no line for the caret: {problem}");
    }
    (loaded, problems.iter().map(ToString::to_string).collect())
}

/// Loads a rule whose first lines are made up; they end at line 3.
fn faults(kind: &str, rest: &str) -> Vec<String> {
    let text = format!("id: a\ntitle: A\non: {kind}\n{rest}tests: {{valid: [{{code: x}}], invalid: [{{code: y}}]}}\n");
    load_all(vec![layer("p", &[("a.yml", &text)])], "").1
}

fn only_rule(loaded: &Loaded) -> &Rule {
    let [pack] = loaded.packs.as_slice() else { panic!("{:?}", loaded.packs) };
    let [rule] = pack.rules.as_slice() else { panic!("{:?}", pack.rules) };
    rule
}
