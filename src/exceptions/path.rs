//! Paths and globs of exceptions.

use std::sync::{Arc, OnceLock};

use globset::{Glob, GlobBuilder, GlobMatcher};

/// A path or glob, normalised. It always covers the path that it spells, so that `a[1].py` covers `a[1].py`.
#[derive(Clone, Debug)]
pub struct PathPattern {
    /// With `/`, without `./`, without a slash at the end.
    pub text: Arc<str>,
    /// Written with a slash at the end: covers what is below, not a file of that name.
    pub folder_only: bool,
    /// Why it is not a valid glob, if it looks like one; it then covers only the path that it spells.
    pub fault: Option<String>,
    glob: Option<LazyGlob>,
}

/// A valid glob that is compiled when a path first comes near it: of ten thousand entries a run needs few.
#[derive(Clone, Debug, Default)]
struct LazyGlob {
    matcher: OnceLock<Option<GlobMatcher>>,
}

impl PathPattern {
    /// Reads a path or glob as a user wrote it, with `/` or `\`, `./` in front or not.
    pub fn new(written: &str) -> Self {
        let written = written.trim().replace('\\', "/");
        let folder_only = written.ends_with('/');
        let text = normalise(&written);
        let mut fault = None;
        let glob =
            text.contains(['*', '?', '[', '{']).then(|| check(&text, folder_only)).and_then(|checked| match checked {
                Ok(()) => Some(LazyGlob::default()),
                Err(error) => {
                    fault = Some(error.kind().to_string());
                    None
                }
            });
        Self { text: text.into(), folder_only, fault, glob }
    }

    /// Returns it for people: the root as `.`, a folder with its slash.
    pub fn display(&self) -> Arc<str> {
        match (self.text.as_ref(), self.folder_only) {
            ("", _) => ".".into(),
            (text, true) => format!("{text}/").into(),
            (_, false) => self.text.clone(),
        }
    }

    /// Returns whether it is a glob.
    pub const fn is_glob(&self) -> bool {
        self.glob.is_some()
    }

    /// Returns whether it covers a path (normalised, relative to the root).
    pub fn covers(&self, path: &str) -> bool {
        let below = || path.strip_prefix(self.text.as_ref()).is_some_and(|rest| rest.starts_with('/'));
        self.text.is_empty() || (path == self.text.as_ref() && !self.folder_only) || below() || self.glob_covers(path)
    }

    pub(super) fn glob_covers(&self, path: &str) -> bool {
        let Some(lazy) = &self.glob else { return false };
        let compile = || build(&self.text, self.folder_only).ok().map(|glob| glob.compile_matcher());
        lazy.matcher.get_or_init(compile).as_ref().is_some_and(|matcher| matcher.is_match(path))
    }

    /// Returns the text that every path matching the glob begins with, and, when that is empty, ends with.
    pub(super) fn glob_literals(&self) -> (&str, &str) {
        let start = self.text.find(is_special).unwrap_or(self.text.len());
        // `a/**` and `a*` alike begin with what stands before the first special character; but `a/**/b` is written with
        // slashes that the glob may swallow, hence the trimmed end.
        let prefix = self.text[..start].trim_end_matches('/');
        // A class or alternative may end in letters that are not required: `{a,b}` ends after its bracket.
        let end = self.text.rfind(is_special).map_or(0, |index| index + 1);
        let suffix = if self.folder_only { "" } else { self.text[end..].trim_start_matches('/') };
        (prefix, suffix)
    }
}

const fn is_special(character: char) -> bool {
    matches!(character, '*' | '?' | '[' | ']' | '{' | '}')
}

/// Checks a glob. Stars and question marks are right wherever they stand: only brackets can be wrong.
fn check(text: &str, folder_only: bool) -> Result<(), globset::Error> {
    if text.contains(['[', ']', '{', '}']) { build(text, folder_only).map(drop) } else { Ok(()) }
}

fn build(text: &str, folder_only: bool) -> Result<Glob, globset::Error> {
    let pattern = if folder_only { format!("{text}/**") } else { text.to_owned() };
    GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(false).build()
}

/// Returns a path with `/`, without `.`, empty and resolvable `..` segments. The root itself is the empty path.
pub(super) fn normalise(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let joined = segments.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::PathPattern;

    #[test]
    fn covers_what_it_says_and_nothing_else() {
        let cases = [
            ("versions/a.py", "versions/a.py", true),
            ("versions/a.py", "versions/A.py", false),
            ("./versions/a.py", "versions/a.py", true),
            (".\\versions\\a.py", "versions/a.py", true),
            ("versions//./a.py", "versions/a.py", true),
            ("versions/../versions/a.py", "versions/a.py", true),
            ("versions/a.py", "versions/a.pyc", false),
            ("versions", "versions/deep/a.py", true),
            ("versions/", "versions/deep/a.py", true),
            ("versions/", "versions", false),
            ("versions", "versions2/a.py", false),
            ("versions/*.py", "versions/a.py", true),
            ("versions/*.py", "versions/deep/a.py", false),
            ("versions/**/*.py", "versions/deep/a.py", true),
            ("versions/**/*.py", "versions/a.py", true),
            ("versions/**", "versions/deep/a.py", true),
            ("versions/20*/", "versions/2024/deep/a.py", true),
            ("versions/20*/", "versions/2024", false),
            ("**/a.py", "a.py", true),
            ("**/a.py", "x/y/a.py", true),
            ("*.py", "x/a.py", false),
            ("versions/a[1].py", "versions/a[1].py", true),
            ("versions/a[1].py", "versions/a1.py", true),
            ("versions/a[.py", "versions/a[.py", true),
            ("versions/a[.py", "versions/a.py", false),
            ("versions/{a,b}.py", "versions/b.py", true),
            ("versions/[!a].py", "versions/b.py", true),
            ("versions/über_*.py", "versions/über_1.py", true),
            ("ве́рсии/миграция.py", "ве́рсии/миграция.py", true),
            (".", "anything/at/all.sql", true),
            ("  versions/a.py  ", "versions/a.py", true),
            ("/versions/a.py", "versions/a.py", false),
        ];
        for (written, path, expected) in cases {
            assert_eq!(PathPattern::new(written).covers(path), expected, "{written} {path}");
        }
        assert!(PathPattern::new("versions/a[.py").fault.is_some());
        assert!(!PathPattern::new("versions/a[.py").is_glob());
        assert!(PathPattern::new("versions/a[1].py").fault.is_none());
    }

    #[test]
    fn glob_literals_never_rule_out_a_match() {
        let cases = [
            ("versions/**/*.py", "versions", ".py"),
            ("**/a.py", "", "a.py"),
            ("*_legacy.py", "", "_legacy.py"),
            ("**", "", ""),
            ("a{b,c}", "a", ""),
            ("**/2024/", "", ""),
        ];
        for (written, prefix, suffix) in cases {
            assert_eq!(PathPattern::new(written).glob_literals(), (prefix, suffix), "{written}");
        }
    }
}
