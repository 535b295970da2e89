//! Readers of what strangers wrote must not panic, overflow the stack, or hang, whatever the bytes.
//!
//! Each target takes bytes; the harness feeds it the files of `fuzz/seeds/<target>/` as they are, then mutations of
//! them. The mutations are the same in every run; `LAWBOOK_FUZZ_SECONDS=600` goes on with others for so long, for each
//! target. A panic is shrunk to the fewest edits, and its input is left in a file that the message names: put it among
//! the seeds, and it is tried first from then on. An abort or a hang leaves the same file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{env, fs, panic, thread};

use lawbook::languages::python;
use lawbook::{exceptions, packs, yaml};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Mutations tried in a run of all tests.
const CASES: u32 = 1_000;
/// The stack that Lawbook's own workers have.
const STACK: usize = 16 * 1024 * 1024;
/// No input of a few kilobytes takes so long to read, however slow the machine.
const HANG: Duration = Duration::from_secs(60);

#[test]
fn yaml_reader() {
    for folder in ["packs", "exceptions"] {
        no_panic(&format!("yaml-{folder}"), &seeds(folder), |bytes| {
            let text = String::from_utf8_lossy(bytes);
            match yaml::parse(&yaml::Source::new("fuzz.yml", text.as_ref())) {
                Ok(node) => drop(format!("{node:?}")),
                Err(problem) => assert!(!problem.to_string().is_empty(), "a problem says what is wrong"),
            }
        });
    }
}

#[test]
fn packs_reader() {
    no_panic("packs", &seeds("packs"), |bytes| {
        let text: Arc<str> = String::from_utf8_lossy(bytes).into();
        for (form, path) in [(packs::Form::File, "user.yml"), (packs::Form::Folder, "enum-without-create-type.yml")] {
            let files = vec![(path.into(), text.clone())];
            let layer = packs::Layer { name: "user".into(), built_in: false, form, files };
            let mut problems = Vec::new();
            let loaded =
                packs::load(packs::Request { layers: vec![layer], ..packs::Request::default() }, &mut problems);
            let rules: usize = loaded.packs.iter().map(|pack| pack.rules.len()).sum();
            assert!(rules > 0 || form == packs::Form::Folder || !problems.is_empty(), "no rule and no word about it");
            assert!(loaded.broken.is_empty() || !problems.is_empty(), "what is broken is a problem");
        }
    });
}

#[test]
fn exceptions_reader() {
    no_panic("exceptions", &seeds("exceptions"), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut problems = Vec::new();
        match exceptions::read(&yaml::Source::new("fuzz.yml", text.as_ref()), &mut problems) {
            Some(exceptions) => drop(format!("{:?}", exceptions.facts())),
            None => assert!(!problems.is_empty(), "what is not read is a problem"),
        }
    });
}

#[test]
fn python_reader() {
    let patterns = ["sa.Enum($$$A, create_type=False, $$$B)", "$N = sa.Enum($$$)", "op.execute($S)", "$A % $B"];
    let patterns = patterns.map(|source| python::Pattern::compile(source).expect("a pattern"));
    no_panic("python", &seeds("python"), move |bytes| {
        let Ok(text) = python::decode(bytes) else { return };
        let text: Arc<str> = text.into();
        drop(exceptions::inline(&"fuzz.py".into(), &text, &mut Vec::new()));
        let Ok(module) = python::Module::parse("fuzz.py".into(), text) else { return };
        drop(format!("{:?} {:?}", module.calls(), module.migration()));
        drop(python::find_all(&module, &patterns.iter().collect::<Vec<_>>()));
    });
}

#[test]
fn pattern_compiler() {
    no_panic("patterns", &seeds("patterns"), |bytes| {
        if let Ok(pattern) = python::Pattern::compile(&String::from_utf8_lossy(bytes)) {
            drop((pattern.literals(), pattern.captures()));
        }
    });
}

#[test]
fn suggestions() {
    no_panic("suggestions", &[b"down_revisions".as_slice(), b"se\xcc\x81verity"], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let names = ["severity", "down_revisions", ""];
        assert!(lawbook::model::closest(&text, names).is_none_or(|name| names.contains(&name)));
    });
}

#[test]
fn harness_finds_and_shrinks_a_panic() {
    let seed: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    let failure = panic::catch_unwind(|| {
        no_panic("harness", &[seed], |bytes| assert!(!bytes.starts_with(b"abcdf"), "planted"));
    })
    .expect_err("the planted panic is found");
    let message = failure.downcast_ref::<String>().expect("a message");
    assert!(message.contains("planted") && message.contains("fuzz-harness"), "{message}");
    let input = fs::read(input_path("harness")).expect("the input is kept");
    assert!(input.starts_with(b"abcdf"), "{}", String::from_utf8_lossy(&input));
}

/// Feeds `target` the seeds and mutations of them.
///
/// # Panics
/// When the target panics, or answers too late.
fn no_panic<S: AsRef<[u8]>>(name: &str, seeds: &[S], target: impl Fn(&[u8]) + Send + Sync + 'static) {
    let seeds: Arc<[Vec<u8>]> = seeds.iter().map(|seed| seed.as_ref().to_vec()).collect();
    assert!(!seeds.is_empty(), "{name}: no seeds in fuzz/seeds");
    let path = input_path(name);
    let (alive, heartbeat) = channel();
    let worker = {
        let (path, seeds) = (path.clone(), seeds.clone());
        let attempt = move |input: &[u8]| {
            fs::write(&path, input).expect("the folder for temporary test files is writable");
            let _ = alive.send(()); // nobody listens any more when an earlier input hung
            panic::catch_unwind(panic::AssertUnwindSafe(|| target(input))).map_err(|panic| said(panic.as_ref()))
        };
        thread::Builder::new().stack_size(STACK).spawn(move || fuzz(&seeds, attempt)).expect("a thread starts")
    };
    loop {
        match heartbeat.recv_timeout(HANG) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => panic!("{name}: no answer in {HANG:?} to {}", path.display()),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if let Err(message) = worker.join().expect("the harness itself does not panic") {
        panic!("{name}: {message}; the input is in {}", path.display());
    }
    fs::remove_file(path).expect("the last input was written");
}

/// Tries the seeds as they are, then mutations: a fixed number, or as long as the environment says.
fn fuzz(seeds: &Arc<[Vec<u8>]>, attempt: impl Fn(&[u8]) -> Result<(), String>) -> Result<(), String> {
    for seed in seeds.iter() {
        attempt(seed)?;
    }
    let seconds = env::var("LAWBOOK_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(0));
    for round in 0_u64.. {
        let mut rng = [0; 32];
        rng[..8].copy_from_slice(&round.to_le_bytes());
        let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &rng));
        let mutated = (any::<Index>(), vec(edits(), 1..8)).prop_map({
            let seeds = seeds.clone();
            move |(seed, edits)| edits.iter().fold(seed.get(&seeds).clone(), |bytes, edit| edit.apply(bytes, &seeds))
        });
        let outcome = runner.run(&mutated, |input| attempt(&input).map_err(TestCaseError::fail));
        if let Err(failure) = outcome {
            let proptest::test_runner::TestError::Fail(reason, input) = failure else {
                return Err(failure.to_string());
            };
            drop(attempt(&input)); // so that the file holds the shrunk input
            return Err(reason.to_string());
        }
        if Instant::now() >= end {
            break;
        }
    }
    Ok(())
}

/// One change to an input. Places are relative, so that each fits any length.
#[derive(Clone, Debug)]
enum Edit {
    Insert(Index, &'static [u8]),
    Repeat(Index, &'static [u8], usize),
    Byte(Index, u8),
    Delete(Index, Index),
    Duplicate(Index, Index, Index),
    Splice(Index, Index, Index),
    Truncate(Index),
}

impl Edit {
    fn apply(&self, mut bytes: Vec<u8>, seeds: &[Vec<u8>]) -> Vec<u8> {
        let at = |index: &Index, length: usize| index.index(length + 1);
        let length = bytes.len();
        match self {
            Self::Insert(place, token) => {
                let place = at(place, length);
                bytes.splice(place..place, token.iter().copied());
            }
            Self::Repeat(place, token, times) => {
                let place = at(place, length);
                bytes.splice(place..place, token.repeat(*times));
            }
            Self::Byte(place, byte) => {
                if length > 0 {
                    bytes[place.index(length)] = *byte;
                }
            }
            Self::Delete(start, size) => {
                let start = at(start, length);
                let size = at(size, (length - start).min(80));
                bytes.drain(start..start + size);
            }
            Self::Duplicate(start, size, to) => {
                let start = at(start, length);
                let piece = bytes[start..start + at(size, (length - start).min(400))].to_vec();
                let to = at(to, length);
                bytes.splice(to..to, piece);
            }
            Self::Splice(seed, from, to) => {
                let other = seed.get(seeds);
                bytes.truncate(at(to, length));
                bytes.extend_from_slice(&other[at(from, other.len())..]);
            }
            Self::Truncate(place) => bytes.truncate(at(place, length)),
        }
        bytes
    }
}

/// What YAML, Python, regular expressions and encodings stumble over.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\t",
    b"\r",
    b"\r\n",
    b"\n",
    b"\x0c",
    b"\\",
    b"\\\n",
    b"'",
    b"\"",
    b"'''",
    b"\"\"\"",
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b":",
    b": ",
    b",",
    b"- ",
    b"? ",
    b"#",
    b"&a ",
    b"*a",
    b"<<: *a\n",
    b"!!str ",
    b"!x ",
    b"|\n",
    b">-\n",
    b"---\n",
    b"...\n",
    b"%YAML 1.2\n",
    b"~",
    b".inf",
    b"99999999999999999999",
    b"-0",
    b"1e999",
    b"0x",
    b"$",
    b"$A",
    b"$$$",
    b"(?:",
    b"(a*)*",
    b"*",
    b"**",
    b"@",
    b"lambda ",
    b"f\"{",
    b"f'{x!r:{y}}'",
    b"rb'",
    b"if x:\n    ",
    b"# -*- coding: latin-1 -*-\n",
    b"# -*- coding: utf-16 -*-\n",
    b"# lawbook: allow ",
    b"\xff",
    b"\xe2\x80",
    b"\xed\xa0\x80",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{e9}".as_bytes(),
    "\u{1f600}".as_bytes(),
    "\u{130}".as_bytes(),
    b"                                        ",
];

/// Tokens that nest when they are repeated.
const NESTING: &[&[u8]] =
    &[b"(", b"[", b"{", b"[[", b"{a: ", b"- ", b"not ", b"-", b"a.", b"a[", b"a(", b"f'{", b"**", b"lambda: ", b"(?:"];

fn edits() -> impl Strategy<Value = Edit> {
    let place = any::<Index>;
    let token = |tokens: &'static [&'static [u8]]| place().prop_map(move |index| *index.get(tokens));
    let times = prop_oneof![8 => 2_usize..200, 1 => Just(20_000)];
    prop_oneof![
        6 => (place(), token(TOKENS)).prop_map(|(place, token)| Edit::Insert(place, token)),
        1 => (place(), token(NESTING), times).prop_map(|(place, token, times)| Edit::Repeat(place, token, times)),
        3 => (place(), any::<u8>()).prop_map(|(place, byte)| Edit::Byte(place, byte)),
        4 => (place(), place()).prop_map(|(start, size)| Edit::Delete(start, size)),
        2 => (place(), place(), place()).prop_map(|(start, size, to)| Edit::Duplicate(start, size, to)),
        2 => (place(), place(), place()).prop_map(|(seed, from, to)| Edit::Splice(seed, from, to)),
        1 => place().prop_map(Edit::Truncate),
    ]
}

/// Returns the files of `fuzz/seeds/<name>/`, by name.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a readable seed")).collect()
}

/// Returns where the input that is being tried is kept.
fn input_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.bin"))
}

/// Returns what a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".to_owned())
}
