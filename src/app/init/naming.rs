//! How the migrations of a repository are named, told from the names themselves.

use std::sync::LazyLock;

use regex::Regex;

/// A way to name migration files.
pub(super) struct Style {
    /// Regex of the name without anchors and `.py`.
    pattern: &'static str,
    /// A name that fits; also a path that no case-insensitive file system confuses with another.
    pub example: &'static str,
}

/// From narrow to wide: the first that fits is meant.
const STYLES: &[Style] = &[
    Style { pattern: r"[0-9a-f]{12}_[a-z0-9_]+", example: "0a1b2c3d4e5f_add_users.py" },
    Style { pattern: r"\d{8}_\d{6}_[a-z0-9_]+", example: "20240131_000001_add_users.py" },
    Style {
        pattern: r"\d{4}_\d{2}_\d{2}_\d{4}-[0-9a-f]{12}_[a-z0-9_]+",
        example: "2024_01_31_1200-0a1b2c3d4e5f_add_users.py",
    },
    Style {
        pattern: r"\d{4}-\d{2}-\d{2}_\d{2}-\d{2}_[0-9a-f]{12}_[a-z0-9_]+",
        example: "2024-01-31_12-00_0a1b2c3d4e5f_add_users.py",
    },
    Style { pattern: r"\d{4}[-_]\d{2}[-_]\d{2}[-_][a-z0-9_-]+", example: "2024-01-31_add_users.py" },
    Style { pattern: r"\d{8,14}_[a-z0-9_]+", example: "20240131_add_users.py" },
    Style { pattern: r"\d{3,5}_[a-z0-9_]+", example: "0001_add_users.py" },
    Style { pattern: r"v\d+[._][a-z0-9_.]+", example: "v1_add_users.py" },
    Style { pattern: r"V\d[\d_.]*__[A-Za-z0-9_]+", example: "V1__add_users.py" },
    Style { pattern: r"[0-9a-f]{7,40}_[a-z0-9_]+", example: "0a1b2c3d4e5f6a7b_add_users.py" },
    Style { pattern: r"[0-9a-f]{7,40}[-_][A-Za-z0-9_-]+", example: "0a1b2c3d4e5f-Add_users.py" },
    Style { pattern: r"[a-z0-9_]+", example: "add_users.py" },
    Style { pattern: r"[A-Za-z0-9_.-]+", example: "Add-users.v2.py" },
];

static REGEXES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let regex = |style: &Style| Regex::new(&anchored(style.pattern)).expect("the patterns of the list are valid");
    STYLES.iter().map(regex).collect()
});

/// How the migrations are named.
pub(super) struct Naming {
    /// Regex of a whole file name.
    pub pattern: String,
    pub example: &'static str,
    /// How many names do not fit it.
    pub others: usize,
}

/// Returns the narrowest naming that fits all names of each tree; where none does, the one that fits most of them.
/// Trees without names say nothing; with none at all it is that of Alembic.
pub(super) fn naming<'a>(trees: impl Iterator<Item = Vec<&'a str>>) -> Naming {
    let mut styles: Vec<&Style> = Vec::new();
    let mut others = 0;
    for names in trees.filter(|names| !names.is_empty()) {
        let fitting = |regex: &Regex| names.iter().filter(|name| regex.is_match(name)).count();
        let counts: Vec<usize> = REGEXES.iter().map(fitting).collect();
        let most = counts.iter().copied().max().unwrap_or_default();
        let narrowest = counts.iter().position(|count| *count == most).unwrap_or_default();
        others += names.len() - most;
        if !styles.iter().any(|style| style.pattern == STYLES[narrowest].pattern) {
            styles.push(&STYLES[narrowest]);
        }
    }
    if styles.is_empty() {
        styles.push(&STYLES[0]);
    }
    let first = styles[0];
    let pattern = match styles.as_slice() {
        [only] => anchored(only.pattern),
        _ => anchored(&format!("(?:{})", styles.iter().map(|style| style.pattern).collect::<Vec<_>>().join("|"))),
    };
    Naming { pattern, example: first.example, others }
}

fn anchored(pattern: &str) -> String {
    format!(r"^{pattern}\.py$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_fits_its_own_style_first_and_the_wrong_name_fits_none() {
        for (index, style) in STYLES.iter().enumerate() {
            let first = REGEXES.iter().position(|regex| regex.is_match(style.example));
            assert_eq!(first, Some(index), "{}", style.example);
            assert!(!REGEXES[index].is_match(super::super::pack::WRONG_NAME), "{}", style.pattern);
        }
    }

    #[test]
    fn the_narrowest_that_fits_all() {
        let check = |trees: &[&[&str]], pattern: &str, others: usize| {
            let naming = naming(trees.iter().map(|names| names.to_vec()));
            assert_eq!((naming.pattern.as_str(), naming.others), (pattern, others), "{trees:?}");
        };
        let alembic = r"^[0-9a-f]{12}_[a-z0-9_]+\.py$";
        check(&[], alembic, 0);
        check(&[&["0123456789ab_x.py", "ba9876543210_y.py"]], alembic, 0);
        check(&[&["0001_a.py", "0002_b.py"], &[]], r"^\d{3,5}_[a-z0-9_]+\.py$", 0);
        check(&[&["0001_a.py", "b.py"]], r"^[a-z0-9_]+\.py$", 0);
        check(&[&["0001_a.py", "Ü.py"]], r"^\d{3,5}_[a-z0-9_]+\.py$", 1);
        check(&[&["a b.py"]], alembic, 1);
        check(
            &[&["0001_a.py"], &["0123456789ab_x.py"], &["0002_a.py"]],
            r"^(?:\d{3,5}_[a-z0-9_]+|[0-9a-f]{12}_[a-z0-9_]+)\.py$",
            0,
        );
    }
}
