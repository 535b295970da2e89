//! The files of packs: which texts `packs:` names.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use camino::Utf8Path;

use crate::config::Config;
use crate::model::{Location, Problem};
use crate::packs::{self, Layer};
use crate::sources::files::Root;
use crate::yaml::Place;

/// The pack that is always on.
const EXCEPTIONS: &str = "exceptions";
/// The largest file of a pack that is read: a pack from a stranger may not fill the memory.
const LARGEST: u64 = 4 * 1024 * 1024;
/// The most files that a pack may have.
const MOST: usize = 10_000;

/// Returns the layers that the configuration and the command line name, in order.
pub(super) fn layers(root: &Root, config: &Config, more: &[String], problems: &mut Vec<Problem>) -> Vec<Layer> {
    let mut layers = Vec::new();
    let named = |name: &str| config.packs.iter().map(|entry| &entry.value).chain(more).any(|entry| entry == name);
    // Exceptions are kept honest whatever else is judged.
    if !named(EXCEPTIONS) {
        layers.extend(packs::built_in(EXCEPTIONS));
    }
    for entry in &config.packs {
        for (_, brought) in packs::COMPANIONS.iter().filter(|(pack, brought)| entry.value == *pack && !named(brought)) {
            layers.extend(packs::built_in(brought));
        }
        layers.extend(layer(root, &root.absolute, &entry.value, entry.place.as_ref(), problems));
    }
    // A path on the command line is taken from the current folder, as anywhere else.
    let current = Root::open(Utf8Path::new(".")).map_or_else(|_| root.absolute.clone(), |root| root.absolute);
    for name in more {
        layers.extend(layer(root, &current, name, None, problems));
    }
    layers
}

fn layer(root: &Root, from: &Utf8Path, entry: &str, place: Option<&Place>, problems: &mut Vec<Problem>) -> Vec<Layer> {
    if !packs::is_path(entry) {
        return packs::built_in(entry).map_or_else(
            || {
                problems.push(packs::unknown_pack(entry, place));
                Vec::new()
            },
            |layer| vec![layer],
        );
    }
    let absolute = from.join(entry);
    let shown = |path: &Utf8Path| -> Arc<str> {
        root.relative(path).unwrap_or_else(|| path.as_str().replace('\\', "/").into())
    };
    let refuse =
        |message: String| place.map_or_else(|| Problem::error(message.clone()), |place| place.error(message.clone()));
    if absolute.is_file() {
        let Some(text) = text(root, &absolute, &shown(&absolute), problems) else { return Vec::new() };
        let folder = absolute.parent().unwrap_or(&absolute);
        let scripts = files(folder, false, problems).into_iter().filter(|path| path.extension() == Some("rhai"));
        let scripts: Vec<_> = scripts
            .filter_map(|path| Some((shown(&path), self::text(root, &path, &shown(&path), problems)?)))
            .collect();
        return vec![Layer::of_file(shown(&absolute), text, scripts)];
    }
    if !absolute.is_dir() {
        problems.push(refuse(format!("there is no pack at `{entry}`")));
        return Vec::new();
    }
    let paths = files(&absolute, true, problems);
    let texts: Vec<_> = paths
        .into_iter()
        .filter_map(|path| Some((shown(&path), text(root, &path, &shown(&path), problems)?)))
        .collect();
    let layers = Layer::of_folder(&shown(&absolute), texts);
    if layers.is_empty() {
        problems.push(refuse(format!("there are no rules in `{entry}`")).hint("a rule is a `.yml` file"));
    }
    layers
}

fn files(folder: &Utf8Path, deep: bool, problems: &mut Vec<Problem>) -> BTreeSet<camino::Utf8PathBuf> {
    let walk = ignore::WalkBuilder::new(folder)
        .max_depth(if deep { None } else { Some(1) })
        .standard_filters(false)
        .hidden(true)
        .build();
    let mut found = BTreeSet::new();
    for entry in walk {
        match entry {
            Ok(entry) => {
                if let Ok(path) = camino::Utf8PathBuf::from_path_buf(entry.into_path())
                    && path.is_file()
                    && matches!(path.extension(), Some("yml" | "yaml" | "rhai"))
                {
                    found.insert(path);
                }
            }
            Err(error) => problems.push(Problem::error(format!("cannot read the pack: {error}"))),
        }
        if found.len() > MOST {
            problems.push(Problem::error(format!("the pack `{folder}` has more than {MOST} files")));
            break;
        }
    }
    found
}

fn text(root: &Root, path: &Utf8Path, shown: &Arc<str>, problems: &mut Vec<Problem>) -> Option<Arc<str>> {
    if let Some(text) = root.edited.get(shown) {
        return Some(text.clone());
    }
    let size = fs::metadata(path).map(|metadata| metadata.len()).unwrap_or(0);
    let read = if size > LARGEST {
        Err(format!("it is larger than {} MB", LARGEST / 1024 / 1024))
    } else {
        fs::read(path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()))
    };
    match read {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(&text).into()),
        Err(why) => {
            problems.push(
                Problem::error(format!("cannot read this file of a pack: {why}")).at(Location::file(shown.clone())),
            );
            None
        }
    }
}
