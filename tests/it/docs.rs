//! What the documentation shows works: every fenced block of YAML and Rhai in README.md and docs/ is read, and run
//! where it can be.
//!
//! A YAML block with `id:` is a rule, whose tests must pass; one with `on:` alone is a part of a rule; `# lawbook.yml`
//! in the first line, or `exceptions:`, says what it is. A Rhai block names its file (`// name.rhai`), for the rule
//! that uses it, or the kind that it judges (`// on: migration`). `refused: ...` in the first line says that it has a
//! fault, with this message. `# .other-file.yaml` is another tool's: it must be YAML. Pages that are walks are followed
//! by `tests/docs/run.sh` as well, command by command.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use lawbook::app::{TestResult, run_tests};
use lawbook::model::{Level, Problem, facts};
use lawbook::packs::{Layer, Request, built_in, built_in_names, load};
use lawbook::script::Script;
use lawbook::yaml::{Source, parse};
use lawbook::{config, exceptions};

use crate::generated::root;

/// A fenced block of a page.
pub struct Block {
    pub language: String,
    pub text: String,
    /// The page and the line, for messages.
    pub place: String,
}

/// Returns the fenced blocks of a page; a fence inside a list is indented.
pub fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(page)).expect("a page of the documentation");
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        match (open, trimmed.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(line.len() - trimmed.len());
                let place = format!("{page}:{}", number + 1);
                blocks.push(Block { language: language.trim().to_owned(), text: String::new(), place });
            }
            (Some(_), Some(_)) => open = None,
            (Some(indent), None) => {
                let block = blocks.last_mut().expect("it was opened");
                block.text += line.get(indent..).unwrap_or_default();
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{page}: a block is not closed");
    blocks
}

fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned()];
    for folder in ["docs", "docs/reference"] {
        for entry in fs::read_dir(root().join(folder)).expect("docs can be read") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(format!("{folder}/{}", path.file_name().and_then(|name| name.to_str()).expect("UTF-8")));
            }
        }
    }
    pages.sort();
    pages
}

/// What a page shows, sorted by what it is.
#[derive(Default)]
struct Page {
    /// Files of a pack, `docs/NAME`.
    files: Vec<(Arc<str>, Arc<str>)>,
    configurations: Vec<Block>,
    exceptions: Vec<Block>,
}

#[test]
fn examples_work() {
    let (mut rules, mut scripts) = (0, 0);
    for name in pages() {
        let mut page = Page::default();
        for block in blocks(&name) {
            match block.language.as_str() {
                "yaml" | "yml" => page.yaml(block),
                "rhai" => {
                    scripts += 1;
                    page.rhai(block);
                }
                "toml" => assert!(block.text.parse::<toml::Table>().is_ok(), "{}: no TOML", block.place),
                // Settings of editors.
                "lua" | "elisp" => {
                    let names_command = block.text.contains("\"lawbook\"") && block.text.contains("\"lsp\"");
                    assert!(names_command, "{}: the command is `lawbook lsp`", block.place);
                }
                "python" | "sh" | "console" | "json" | "ini" | "sql" | "text" | "" => {}
                other => panic!("{}: a block of `{other}`: nothing checks it", block.place),
            }
        }
        rules += page.run(&name);
    }
    assert!(rules >= 10 && scripts >= 2, "the pages were found: {rules} rules, {scripts} scripts");
}

impl Page {
    fn yaml(&mut self, block: Block) {
        let first = block.text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
        let has = |key: &str| block.text.lines().any(|line| line.starts_with(key));
        if first.starts_with('.') && !has("exceptions:") {
            let parsed = parse(&Source::new(block.place.as_str(), block.text));
            assert!(parsed.is_ok(), "{}: {parsed:?}", block.place);
        } else if has("id: ") {
            let id = block.text.lines().find_map(|line| line.strip_prefix("id: ")).expect("it has one");
            let named = !first.ends_with(".yml") || first.ends_with(&format!("/{}.yml", id.trim()));
            assert!(named, "{}: the file is named {first}", block.place);
            self.files.push((format!("docs/{}.yml", id.trim()).into(), block.text.into()));
        } else if let Some(message) = first.strip_prefix("refused: ") {
            let problems = part_of_a_rule(&block.text);
            let found = problems.iter().any(|problem| problem.to_string().contains(message));
            assert!(found, "{}: not refused so: {problems:?}", block.place);
        } else if has("on: ") {
            assert_eq!(part_of_a_rule(&block.text), [], "{}", block.place);
        } else if has("exceptions:") && first != "lawbook.yml" {
            self.exceptions.push(block);
        } else if first == "lawbook.yml" || ["rules:", "models:", "databases:"].into_iter().any(has) {
            self.configurations.push(block);
        } else {
            panic!("{}: say in the first line what it is", block.place);
        }
    }

    fn rhai(&mut self, block: Block) {
        let first = block.text.lines().next().and_then(|line| line.strip_prefix("// ")).unwrap_or_default();
        if first.ends_with(".rhai") {
            let path: Arc<str> = format!("docs/{}", first.rsplit('/').next().unwrap_or_default()).into();
            // What a page breaks on purpose later on is run by `tests/docs`.
            if self.files.iter().all(|(known, _)| *known != path) {
                self.files.push((path, block.text.into()));
            }
            return;
        }
        let (kind, refused) = match first.strip_prefix("on: ").unwrap_or_default().split_once(", refused: ") {
            Some((kind, message)) => (kind, Some(message)),
            None => (first.strip_prefix("on: ").unwrap_or_default(), None),
        };
        let kind = facts::kind(kind).unwrap_or_else(|| panic!("{}: say `// on: KIND` in the first line", block.place));
        let faults = Script::compile(&block.text, kind, &BTreeMap::new()).err().unwrap_or_default();
        match refused {
            None => assert!(faults.is_empty(), "{}: {faults:?}", block.place),
            Some(message) => {
                let found = faults.iter().any(|fault| fault.to_string().contains(message));
                assert!(found, "{}: not refused so: {faults:?}", block.place);
            }
        }
    }

    /// Runs the tests of the rules, and reads configurations and exceptions beside them; returns how many rules.
    fn run(&self, page: &str) -> usize {
        let pack = ("docs/pack.yml".into(), "name: company\n".into());
        let own = Layer::of_folder("docs", self.files.iter().cloned().chain([pack]));
        let overrides: Vec<_> = self.configurations.iter().map(configuration).collect();
        let mut count = 0;
        let none = Vec::new();
        for overrides in overrides.iter().chain(overrides.is_empty().then_some(&none)) {
            let mut problems = Vec::new();
            let layers = built_in_names().into_iter().filter_map(built_in).chain(own.clone()).collect();
            let request = Request { layers, overrides, tests: false };
            let loaded = load(request, &mut problems);
            assert_eq!(problems, [], "{page}");
            let rules: Vec<_> = loaded.packs.iter().flat_map(|pack| &pack.rules).collect();
            // Tests are those of the rule as it is written, not as a configuration changed it.
            count = rules.iter().filter(|rule| rule.id.starts_with("company/")).count();
            let names = lawbook::packs::names(&loaded.packs);
            for block in &self.exceptions {
                let read = read_exceptions(block);
                for entry in &read.entries {
                    let name = &*entry.fact.rule;
                    let short = || rules.iter().any(|rule| rule.id.rsplit('/').next() == Some(name));
                    assert!(names.contains_key(name) || short(), "{}: no rule `{name}`", block.place);
                }
            }
        }
        let mut problems = Vec::new();
        let loaded = load(Request { layers: own, ..Request::default() }, &mut problems);
        for rule in loaded.packs.iter().flat_map(|pack| &pack.rules) {
            let outcomes = run_tests(rule);
            assert!(outcomes.len() > 1, "{page}: {} has no tests", rule.id);
            for outcome in outcomes {
                assert_eq!(outcome.result, TestResult::Passed, "{page}: {:?}", outcome.problem());
            }
        }
        count
    }
}

/// Returns the faults of a part of a rule: what is missing for a whole one is put before it.
fn part_of_a_rule(text: &str) -> Vec<Problem> {
    let layer = Layer::of_folder("p", [("p/a.yml".into(), format!("id: a\ntitle: A\n{text}").into())]);
    let mut problems = Vec::new();
    load(Request { layers: layer, ..Request::default() }, &mut problems);
    problems.retain(|problem| problem.level == Level::Error);
    problems
}

fn configuration(block: &Block) -> Vec<(lawbook::yaml::Node, lawbook::yaml::Node)> {
    let (config, problems) = config::read(&Source::new(block.place.as_str(), block.text.as_str()));
    assert_eq!(problems, [], "{}", block.place);
    config.rules
}

fn read_exceptions(block: &Block) -> exceptions::Exceptions {
    let mut problems = Vec::new();
    let read = exceptions::read(&Source::new(block.place.as_str(), block.text.as_str()), &mut problems);
    assert_eq!(problems, [], "{}", block.place);
    read.expect("no problems")
}

/// Every link inside the repository leads to a file, and to a heading or an anchor in it.
#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    for page in pages().into_iter().chain(["ARCHITECTURE.md".to_owned()]) {
        let text = fs::read_to_string(root().join(&page)).expect("a page of the documentation");
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in links(&text) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = if path.is_empty() { root().join(&page) } else { root().join(folder).join(path) };
            let Ok(metadata) = fs::metadata(&file) else {
                faults.push(format!("{page}: nothing is at {link}"));
                continue;
            };
            if metadata.is_file() && !anchor.is_empty() {
                let target = fs::read_to_string(&file).expect("a page");
                if !anchors(&target).contains(anchor) {
                    faults.push(format!("{page}: no heading for {link}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_page_is_in_the_index() {
    let index = fs::read_to_string(root().join("docs/README.md")).expect("the index");
    for page in pages() {
        if let Some(path) = page.strip_prefix("docs/").filter(|path| *path != "README.md") {
            assert!(links(&index).any(|link| link == path), "docs/README.md does not list {path}");
        }
    }
}

/// Returns where the links of a page lead, but for those to other sites.
fn links(text: &str) -> impl Iterator<Item = &str> {
    outside_blocks(text)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split(')').next())
        .filter(|link| !link.contains("://"))
}

/// Returns what a link to a page can name: its headings as GitHub spells them, and its own anchors.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = outside_blocks(text).filter(|line| line.starts_with('#')).map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
        kept.map(|character| if character == ' ' { '-' } else { character }).collect()
    });
    let own = text.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    headings.chain(own).collect()
}

fn outside_blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    })
}
