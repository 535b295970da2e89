//! Putting an entry into an exceptions file, in the style of what is there.

use std::sync::Arc;

use super::super::names::{Names, Resolution};
use super::super::path::PathPattern;
use super::super::read::read;
use super::File;
use super::flow;
use super::layout::Lines;
use super::scalar::scalar;
use crate::model::Problem;
use crate::yaml::{Node, NodeValue, Source};

/// An entry to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEntry {
    /// Full name, alias or bare name.
    pub rule: String,
    pub path: Option<String>,
    /// Fields of `match` with their values.
    pub conditions: Vec<(String, String)>,
    pub reason: Option<String>,
    pub owner: Option<String>,
    /// ISO 8601 date.
    pub expires: Option<String>,
    pub max: Option<u32>,
}

/// Returns the text of the file with the entry, below the key of its rule if there is one, else below a new key at the
/// end; and the line on which the entry stands. An empty text becomes a file.
///
/// # Errors
/// The entry is there already, or it cannot be written without touching others; the file or the entry has a fault.
pub fn add(source: &Arc<Source>, new: &NewEntry, names: &Names) -> Result<(String, u32), Problem> {
    let mut problems = Vec::new();
    if read(source, &mut problems).is_none() {
        return Err(problems.into_iter().next().unwrap_or_else(|| Problem::error("the exceptions file has a fault")));
    }
    let by_hand = || {
        let snippet = block(new, 0, 2, "\n").concat();
        Problem::error("this cannot be written without touching other entries")
            .hint(format!("write by hand: {snippet}"))
    };
    let file = File::read(source).ok_or_else(by_hand)?;
    if let Some(twin) = twin(&file, new, names) {
        let problem = file.exceptions.entries[twin].place.error(format!("`{}` has this entry already", new.rule));
        return Err(problem.hint("change it there"));
    }
    for text in drafts(source, &file, new, names) {
        let written = Source::new(source.path.clone(), text.as_str());
        if let Some(line) = File::read(&written).and_then(|after| verified(&file, &after, new)) {
            return Ok((text, line));
        }
    }
    Err(fault_of(new).unwrap_or_else(by_hand))
}

/// Returns what is wrong with the entry itself, if it cannot be written into an empty file either.
fn fault_of(new: &NewEntry) -> Option<Problem> {
    let text = format!("exceptions:\n  {}:\n{}", scalar(&new.rule), block(new, 4, 2, "\n").concat());
    let mut problems = Vec::new();
    read(&Source::new("", text), &mut problems);
    problems.into_iter().next().map(|problem| Problem { at: None, line_text: None, ..problem })
}

/// Returns the entry that is about the same.
fn twin(file: &File, new: &NewEntry, names: &Names) -> Option<usize> {
    let path = new.path.as_deref().map(|path| PathPattern::new(path).display());
    let conditions = |node: &Node| {
        let fields = node.get("match").and_then(Node::as_map).unwrap_or_default();
        let mut fields: Vec<(String, Option<String>)> = fields
            .iter()
            .map(|(key, value)| (key.as_text().unwrap_or_default().to_owned(), value.as_text().map(str::to_owned)))
            .collect();
        fields.sort();
        fields
    };
    let mut wanted: Vec<_> = new.conditions.iter().map(|(field, value)| (field.clone(), Some(value.clone()))).collect();
    wanted.sort();
    let same = |(item, entry): (super::Item, &super::super::Entry)| {
        same_rule(&item.rule, &new.rule, names) && entry.fact.path == path && conditions(&item.node) == wanted
    };
    file.items().into_iter().zip(&file.exceptions.entries).position(same)
}

fn same_rule(left: &str, right: &str, names: &Names) -> bool {
    left == right
        || match (names.resolve(left), names.resolve(right)) {
            (Resolution::Rules(left), Resolution::Rules(right)) => left == right,
            _ => false,
        }
}

/// Returns the line of the new entry, if all others are as they were and it says what it should.
fn verified(before: &File, after: &File, new: &NewEntry) -> Option<u32> {
    let count = after.exceptions.entries.len();
    if count != before.exceptions.entries.len() + 1 {
        return None;
    }
    let at = (0..count).find(|at| {
        let others: Vec<usize> = (0..count).filter(|number| number != at).collect();
        let fact = &after.exceptions.entries[*at].fact;
        let path = new.path.as_deref().map(|path| PathPattern::new(path).display());
        *fact.rule == *rule_of(before, &fact.rule, new)
            && fact.path == path
            && (new.reason.is_none() || fact.reason.as_deref() == new.reason.as_deref().map(str::trim))
            && fact.owner.as_deref() == new.owner.as_deref().map(str::trim)
            && fact.expires.as_deref() == new.expires.as_deref()
            && fact.max == new.max
            && after.exceptions.entries[*at].conditions.len() == new.conditions.len()
            && after.same(&others, before)
    })?;
    Some(after.exceptions.entries[at].place.span.line)
}

/// Returns the name under which the entry may stand: that of a key which is there, or its own.
fn rule_of<'a>(before: &'a File, written: &str, new: &'a NewEntry) -> &'a str {
    let is_key = |key: &&str| *key == written;
    before.rules().iter().filter_map(|(key, _)| key.as_text()).find(is_key).unwrap_or(&new.rule)
}

/// Returns texts with the entry, the best first; not all of them are read as they should be.
fn drafts(source: &Arc<Source>, file: &File, new: &NewEntry, names: &Names) -> Vec<String> {
    let text = &*source.text;
    let lines = Lines::new(text);
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let rules = file.rules();
    let exact = rules.iter().find(|(key, _)| key.as_text() == Some(&new.rule));
    let key =
        exact.or_else(|| rules.iter().find(|(key, _)| same_rule(key.as_text().unwrap_or_default(), &new.rule, names)));
    let draft = Draft { text, lines: &lines, eol, new };
    match key {
        Some((key, list)) => draft.below(key, list),
        None => draft.new_key(file),
    }
}

struct Draft<'a> {
    text: &'a str,
    lines: &'a Lines<'a>,
    eol: &'a str,
    new: &'a NewEntry,
}

impl Draft<'_> {
    /// Below a key that is there.
    fn below(&self, key: &Node, list: &Node) -> Vec<String> {
        let (lines, new) = (self.lines, self.new);
        let Some((key_line, _)) = lines.place(&key.place) else { return Vec::new() };
        let items = list.as_list().unwrap_or_default();
        if let (NodeValue::List(_), Some((_, at))) = (&list.value, lines.place(&list.place))
            && let Some(flow) = flow::scan(self.text, at)
        {
            return vec![self.between(&flow, &inline_item(new))];
        }
        let Some(last) = items.last() else {
            return vec![self.after(key_line, &block(new, lines.indent(key_line) + 2, 2, self.eol))];
        };
        let Some(range) = lines.block_item(last) else { return Vec::new() };
        let indent = lines.indent(*range.start());
        let dash = self.text[lines.range(range.clone())].trim_start();
        // `-   path` is indented by more than one blank.
        let gap = 1 + dash[1..].len() - dash[1..].trim_start_matches(' ').len();
        let gap = if (2..=8).contains(&gap) { gap } else { 2 };
        let after = *range.end();
        let mut drafts = Vec::new();
        let plain = items.iter().all(|item| item.as_text().is_some());
        if plain && let Some(block) = old_form(new, indent, gap, self.eol) {
            drafts.push(self.after(after, &block));
        }
        let is_flow = lines.place(&last.place).is_some_and(|(_, at)| self.text[at..].starts_with('{'));
        if is_flow {
            drafts.push(self.after(
                after,
                &[format!("{}-{}{}{}", " ".repeat(indent), " ".repeat(gap - 1), inline_item(new), self.eol)],
            ));
        }
        let map = block(new, indent, gap, self.eol);
        drafts.push(self.after(after, &map));
        // The comment above the others would be its reason too, unless a blank line ends the group.
        drafts.push(self.after(after, &[vec![self.eol.to_owned()], map].concat()));
        if new.reason.is_none() {
            drafts.rotate_right(1);
        }
        drafts
    }

    /// Below a new key, behind all others.
    fn new_key(&self, file: &File) -> Vec<String> {
        let (lines, new) = (self.lines, self.new);
        let key = |indent: usize, dash: usize| {
            let head = format!("{}{}:{}", " ".repeat(indent), scalar(&new.rule), self.eol);
            [vec![head], block(new, indent + dash, 2, self.eol)].concat()
        };
        let Some((top, value)) = file.root.entry("exceptions") else {
            let head = vec![format!("exceptions:{}", self.eol)];
            let last = lines.count().saturating_sub(1);
            return vec![self.after(last, &[head, key(2, 2)].concat())];
        };
        let Some((top_line, _)) = lines.place(&top.place) else { return Vec::new() };
        let at = lines.place(&value.place).map(|(_, at)| at);
        let flow = at.filter(|_| value.as_map().is_some()).and_then(|at| flow::scan(self.text, at));
        match (file.rules().last(), flow) {
            (_, Some(flow)) if flow.parts.is_empty() => {
                let before = self.text[..flow.open].trim_end_matches(' ');
                let whole = [before, &self.text[flow.close + 1..]].concat();
                let lines = Lines::new(&whole);
                vec![Draft { text: &whole, lines: &lines, ..*self }.after(top_line, &key(2, 2))]
            }
            (_, Some(flow)) => vec![self.between(&flow, &format!("{}: [{}]", scalar(&new.rule), inline_item(new)))],
            (None, None) => vec![self.after(top_line, &key(lines.indent(top_line) + 2, 2))],
            (Some((last, list)), None) => {
                let Some((line, _)) = lines.place(&last.place) else { return Vec::new() };
                let indent = lines.indent(line);
                let end = lines.last_of_key(line, list);
                let item = list.as_list().and_then(<[Node]>::last).and_then(|item| lines.block_item(item));
                let dash = item.map_or(2, |item| lines.indent(*item.start()).saturating_sub(indent));
                let first_of_last =
                    lines.comments_above(line, None, |own| own == indent).first().copied().unwrap_or(line);
                let apart = file.rules().len() > 1 && first_of_last > 0 && lines.is_blank(first_of_last - 1);
                let blank = if apart { vec![self.eol.to_owned()] } else { Vec::new() };
                vec![self.after(end, &[blank, key(indent, dash)].concat())]
            }
        }
    }

    /// Returns the text with lines behind a line.
    fn after(&self, line: usize, added: &[String]) -> String {
        let at = if self.lines.count() == 0 { 0 } else { self.lines.range(line..=line).end };
        let (before, behind) = self.text.split_at(at);
        let ended = before.is_empty() || before.ends_with('\n');
        [before, if ended { "" } else { self.eol }, &added.concat(), behind].concat()
    }

    /// Returns the text with one more item between brackets.
    fn between(&self, flow: &flow::Flow, item: &str) -> String {
        let Some(last) = flow.parts.last() else {
            return [&self.text[..=flow.open], item, &self.text[flow.close..]].concat();
        };
        let line = self.lines.of(last.range.start);
        let start = self.lines.range(line..=line).start;
        let indent = &self.text[start..last.range.start];
        let end = last.comma.map_or(last.range.end, |comma| comma + 1);
        let (before, behind) = self.text.split_at(end);
        let comma = if last.comma.is_some() { "" } else { "," };
        if !indent.trim().is_empty() {
            let trailing = if last.comma.is_some() { "," } else { "" };
            return [before, comma, " ", item, trailing, behind].concat();
        }
        // One a line: behind the line of the last, with its comment.
        let line = self.lines.of(end - 1);
        let line_end = self.lines.range(line..=line).end;
        let trailing = if last.comma.is_some() { "," } else { "" };
        let rest = &self.text[end..line_end];
        if rest.contains(']') || rest.contains('}') {
            return [before, comma, self.eol, indent, item, trailing, behind].concat();
        }
        [before, comma, rest, indent, item, trailing, self.eol, &self.text[line_end..]].concat()
    }
}

/// Returns the lines of an entry as a map; the dash is indented so far, and what follows by `gap` more.
fn block(new: &NewEntry, indent: usize, gap: usize, eol: &str) -> Vec<String> {
    let fields = fields(new);
    let line = |(index, (name, value)): (usize, (&str, String))| {
        let lead = match index {
            0 => format!("{}-{}", " ".repeat(indent), " ".repeat(gap - 1)),
            _ => " ".repeat(indent + gap),
        };
        format!("{lead}{name}: {value}{eol}")
    };
    fields.into_iter().enumerate().map(line).collect()
}

/// Returns the entry on one line, for lists between brackets.
fn inline_item(new: &NewEntry) -> String {
    let fields: Vec<String> = fields(new).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    match (&new.path, fields.len()) {
        (Some(path), 1) => scalar(path),
        _ => format!("{{{}}}", fields.join(", ")),
    }
}

/// Returns the lines of an entry in the old form: a path, with its reason in the comment above. `None` for one that
/// says more.
fn old_form(new: &NewEntry, indent: usize, gap: usize, eol: &str) -> Option<Vec<String>> {
    let says_more = !new.conditions.is_empty() || new.owner.is_some() || new.expires.is_some() || new.max.is_some();
    let path = new.path.as_ref().filter(|_| !says_more)?;
    let lead = " ".repeat(indent);
    let reason = new.reason.as_deref().map(str::trim).filter(|reason| !reason.contains(['\n', '\r']));
    if reason.is_none() && new.reason.is_some() {
        return None;
    }
    let comment = reason.map(|reason| format!("{lead}# {reason}{eol}"));
    Some(comment.into_iter().chain([format!("{lead}-{}{}{eol}", " ".repeat(gap - 1), scalar(path))]).collect())
}

fn fields(new: &NewEntry) -> Vec<(&'static str, String)> {
    let conditions: Vec<String> =
        new.conditions.iter().map(|(field, value)| format!("{}: {}", scalar(field), scalar(value))).collect();
    let mut fields = Vec::new();
    fields.extend(new.path.as_deref().map(|path| ("path", scalar(path))));
    fields.extend((!conditions.is_empty()).then(|| ("match", format!("{{ {} }}", conditions.join(", ")))));
    fields.extend(new.reason.as_deref().map(|reason| ("reason", scalar(reason))));
    fields.extend(new.owner.as_deref().map(|owner| ("owner", scalar(owner))));
    // A date is a date without quotes to editors as well.
    fields.extend(new.expires.clone().map(|expires| ("expires", expires)));
    fields.extend(new.max.map(|max| ("max", max.to_string())));
    fields
}
