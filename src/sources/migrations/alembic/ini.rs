//! INI files as Python's `ConfigParser` reads them, with the place of every value. The crates for INI keep no places,
//! and differ in what is a comment or a continued line.

use std::collections::BTreeMap;

use crate::model::{Location, Problem, Span};

/// The defaults of all sections.
const DEFAULT: &str = "DEFAULT";
/// How deeply values may refer to each other.
const DEPTH: usize = 10;

/// An INI file: sections in order, with options by name in lower case.
#[derive(Debug, Default)]
pub(super) struct Ini {
    sections: Vec<(String, BTreeMap<String, Entry>)>,
    defaults: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    lines: Vec<String>,
    span: Span,
}

impl Ini {
    /// Reads a file. Where Python would refuse it, so does this.
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, Problem> {
        let mut ini = Self::default();
        let mut section: Option<usize> = None;
        let mut in_section = false;
        let mut option: Option<(String, usize)> = None;
        for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let value = line.trim();
            let indent = line.chars().count() - line.trim_start().chars().count();
            let fault = |what: String| {
                let column = u32::try_from(indent + 1).unwrap_or(u32::MAX);
                let end = u32::try_from(line.trim_end().chars().count() + 1).unwrap_or(u32::MAX);
                let span = Span { line: number, column, end_line: number, end_column: end };
                Problem::warning(what).in_text(Location::span(path, span), text)
            };
            if value.starts_with(['#', ';']) {
                continue;
            }
            let options = match section {
                Some(section) => &mut ini.sections[section].1,
                None => &mut ini.defaults,
            };
            if value.is_empty() {
                if let Some(entry) = option.as_ref().and_then(|(name, _)| options.get_mut(name)) {
                    entry.lines.push(String::new());
                }
                continue;
            }
            if let Some((name, depth)) = &option
                && indent > *depth
            {
                if let Some(entry) = options.get_mut(name) {
                    entry.lines.push(value.to_owned());
                }
                continue;
            }
            if let Some(name) = header(value) {
                option = None;
                in_section = true;
                section = None;
                if name != DEFAULT {
                    if ini.sections.iter().any(|(other, _)| other == name) {
                        return Err(fault(format!("the section [{name}] is there twice, which Python refuses")));
                    }
                    ini.sections.push((name.to_owned(), BTreeMap::new()));
                    section = Some(ini.sections.len() - 1);
                }
                continue;
            }
            if !in_section {
                return Err(fault("the line stands before the first [section], which Python refuses".into()));
            }
            let Some(delimiter) = value.find(['=', ':']).filter(|delimiter| *delimiter > 0) else {
                return Err(fault("the line is neither a [section] nor `option = value`".into()));
            };
            let name = value[..delimiter].trim_end().to_lowercase();
            let content = value[delimiter + 1..].trim_start();
            let span = place(line, content, number);
            if options.insert(name.clone(), Entry { lines: vec![content.to_owned()], span }).is_some() {
                return Err(fault(format!("the option `{name}` is there twice, which Python refuses")));
            }
            option = Some((name, indent));
        }
        Ok(ini)
    }

    /// Returns the names of the sections, in order.
    pub(super) fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|(name, _)| name.as_str())
    }

    /// Returns whether a section has an option of its own, not through `[DEFAULT]`.
    pub(super) fn has_own(&self, section: &str, option: &str) -> bool {
        self.section(section).is_some_and(|options| options.contains_key(option))
    }

    /// Returns the value of an option with its `%(name)s` filled in, and where it is written; the error says why that
    /// cannot be done. `here` is the folder of the file.
    pub(super) fn get(&self, section: &str, option: &str, here: &str) -> Option<(Result<String, String>, Span)> {
        let entry = self.entry(section, option)?;
        Some((self.interpolate(section, &entry.value(), here, 0), entry.span))
    }

    fn section(&self, section: &str) -> Option<&BTreeMap<String, Entry>> {
        self.sections.iter().find(|(name, _)| name == section).map(|(_, options)| options)
    }

    fn entry(&self, section: &str, option: &str) -> Option<&Entry> {
        let own = self.section(section)?;
        own.get(option).or_else(|| self.defaults.get(option))
    }

    fn interpolate(&self, section: &str, value: &str, here: &str, depth: usize) -> Result<String, String> {
        if depth > DEPTH {
            return Err("its %(names)s refer to each other without end".into());
        }
        let mut filled = String::new();
        let mut rest = value;
        while let Some(percent) = rest.find('%') {
            filled.push_str(&rest[..percent]);
            rest = &rest[percent + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                filled.push('%');
                rest = after;
                continue;
            }
            let name = rest.strip_prefix('(').and_then(|rest| rest.split_once(")s"));
            let Some((name, after)) = name.filter(|(name, _)| !name.contains(')')) else {
                return Err("a `%` in it is followed by neither `%` nor `(name)s`".into());
            };
            let name = name.to_lowercase();
            match self.entry(section, &name) {
                Some(entry) => filled.push_str(&self.interpolate(section, &entry.value(), here, depth + 1)?),
                None if name == "here" => filled.push_str(here),
                None => return Err(format!("`%({name})s` in it is not defined")),
            }
            if filled.len() > 1 << 16 {
                return Err("it is too long when its %(names)s are filled in".into());
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

impl Entry {
    fn value(&self) -> String {
        self.lines.join("\n").trim_end().to_owned()
    }
}

/// Returns the name in `[name]`; like Python, up to the last bracket, whatever follows.
fn header(value: &str) -> Option<&str> {
    let name = value.strip_prefix('[')?;
    let end = name.rfind(']')?;
    (end > 0).then(|| &name[..end])
}

/// Returns where the value stands on its line.
fn place(line: &str, content: &str, number: u32) -> Span {
    let end = line.trim_end().chars().count();
    let start = end - content.chars().count();
    let column = |offset: usize| u32::try_from(offset + 1).unwrap_or(u32::MAX);
    Span { line: number, column: column(start), end_line: number, end_column: column(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, option: &str, expected: Option<&str>) {
        let ini = Ini::parse("alembic.ini", text).expect(text);
        let value = ini.get("alembic", option, "/here").map(|(value, _)| value.unwrap_or_else(|why| why));
        assert_eq!(value.as_deref(), expected, "{option} of {text:?}");
    }

    #[test]
    fn values_are_those_of_python() {
        for (text, expected) in [
            ("[alembic]\na = b", Some("b")),
            ("[alembic]\nA:b", Some("b")),
            ("\u{feff}[alembic]\r\na = b\r\n", Some("b")),
            ("[alembic]\na = os  # not a comment", Some("os  # not a comment")),
            ("[alembic]\n# a = b\n; a = c\n", None),
            ("[alembic]\na =\n  one\n\n  two\n# comment\n  three\nb = 2", Some("\none\n\ntwo\nthree")),
            ("[alembic]\n  a = b\n  c = d", Some("b")),
            ("[alembic]\na = x = y : z", Some("x = y : z")),
            ("[alembic]\na = %(here)s/x%%", Some("/here/x%")),
            ("[DEFAULT]\nbase = m\n[alembic]\na = %(Base)s/x", Some("m/x")),
            ("[DEFAULT]\na = d\n[alembic]\n", Some("d")),
            ("[alembic]\na = 50%", Some("a `%` in it is followed by neither `%` nor `(name)s`")),
            ("[alembic]\na = %(gone)s", Some("`%(gone)s` in it is not defined")),
            ("[alembic]\na = %(a)s", Some("its %(names)s refer to each other without end")),
            ("[other]\na = b", None),
            ("[alembic] trailing\na =", Some("")),
        ] {
            check(text, "a", expected);
        }
    }

    #[test]
    fn what_explodes_is_cut() {
        let lines: Vec<String> =
            (0..9).map(|number| format!("a{number} = {}", format!("%(a{})s", number + 1).repeat(99))).collect();
        check(
            &format!("[alembic]\n{}\na9 = x", lines.join("\n")),
            "a0",
            Some("it is too long when its %(names)s are filled in"),
        );
    }

    #[test]
    fn places_and_refusals() {
        let ini = Ini::parse("i", "[alembic]\n  ü = é b  \n").expect("parsed");
        let (_, span) = ini.get("alembic", "ü", "").expect("there");
        assert_eq!(span, Span { line: 2, column: 7, end_line: 2, end_column: 10 });
        for (text, line, why) in [
            ("a = b", 1, "before the first"),
            ("[s]\na = b\na = c", 3, "`a` is there twice"),
            ("[s]\n[t]\n[s]", 3, "[s] is there twice"),
            ("[s]\nplain", 2, "neither a [section]"),
            ("[s]\n= b", 2, "neither a [section]"),
        ] {
            let problem = Ini::parse("i", text).expect_err(text);
            assert_eq!(problem.at.as_ref().and_then(|at| at.span).map(|span| span.line), Some(line), "{text}");
            assert!(problem.message.contains(why), "{problem}");
        }
    }
}
