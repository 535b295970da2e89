//! How old the lines of a file are, by `git blame`.

use super::Git;
use crate::model::Problem;
use crate::sources::files::Root;

/// Returns when each line of a file of the work tree came to be, as seconds since 1970: `None` for a line that is not
/// committed. In a shallow clone a line may be older than it seems, never younger.
///
/// # Errors
/// There is no git, no repository, or the file is not in it.
pub fn line_times(root: &Root, path: &str) -> Result<Vec<Option<i64>>, Problem> {
    let git = Git::of(root);
    let output = git.run(&["blame", "--line-porcelain", "-w", "--", path])?;
    Ok(read(&String::from_utf8_lossy(&output)))
}

/// Returns whether a part of the history is missing.
pub fn is_shallow(root: &Root) -> bool {
    let answer = Git::of(root).ask(&["rev-parse", "--is-shallow-repository"]);
    answer.is_ok_and(|answer| answer.as_deref() == Some("true"))
}

/// Reads what git wrote: a header for each line, and the line behind a tab.
fn read(output: &str) -> Vec<Option<i64>> {
    let mut times = Vec::new();
    let (mut time, mut committed, mut begins) = (None, true, true);
    for line in output.split('\n') {
        if begins {
            // The name of the revision: zeros for what is not committed.
            committed = !line.starts_with("00000000");
            begins = false;
        }
        if let Some(seconds) = line.strip_prefix("author-time ") {
            time = seconds.parse().ok();
        } else if line.starts_with('\t') {
            times.push(time.take().filter(|_| committed));
            begins = true;
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn each_line_has_its_time() {
        let output = "4f2a 1 1 1\nauthor a\nauthor-time 1700000000\nfilename x\n\tauthor-time 5\n\
            0000000000 2 2\nauthor-time 1800000000\n\t\n4f2a 3 3\nauthor-time no\n\tx\n";
        assert_eq!(read(output), [Some(1_700_000_000), None, None]);
        assert_eq!(read(""), []);
    }
}
