//! `lawbook watch` and `lawbook check --watch`: the screen.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use super::arguments::{CheckOptions, WatchOptions};
use super::progress::Progress;
use super::terminal::Terminal;
use super::{CLEAN, Failure, check, today};
use crate::app::baseline::Chosen;
use crate::app::watch::{News, Question, Told, watch};
use crate::app::{self, Asked, Base, Check};
use crate::model::{Problem, Severity};
use crate::reporters::changes::{self, Changes};
use crate::reporters::{Options, write_problems};

/// Findings that remain are shown up to this number where nobody sees a screen: the first time they are all new.
const MOST_IN_A_PIPE: usize = 1_000;

/// Runs `lawbook check --watch`.
pub(super) fn run_check(options: &CheckOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let clock = options.today.is_none();
    go(check::asked(options), &options.packs, options.fail_on, (None, clock), terminal)
}

/// Runs `lawbook watch`.
pub(super) fn run(options: &WatchOptions, terminal: &Terminal) -> Result<u8, Failure> {
    let check = Check {
        paths: options.paths.clone(),
        base: options.since.clone().map_or(Base::None, Base::Since),
        rules: options.rules.clone(),
        schemas: Asked { databases: options.databases.clone(), offline: options.offline },
        today: today(options.today),
        baseline: if options.no_baseline { Chosen::No } else { Chosen::Configured },
        explain: false,
        story: false,
    };
    let poll = options.poll.map(|seconds| Duration::from_secs(u64::from(seconds)));
    go(check, &options.packs, options.fail_on, (poll, options.today.is_none()), terminal)
}

fn go(
    check: Check,
    packs: &[String],
    fail_on: Option<Severity>,
    (poll, clock): (Option<Duration>, bool),
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let mut screen = Screen::new(terminal, fail_on);
    let progress = Progress::new(terminal.watched);
    let told = app::Progress {
        started: &|files| progress.start(files),
        tick: &|| progress.step(),
        say: &|what| progress.say(what),
    };
    let clock: Option<fn() -> jiff::civil::Date> = if clock { Some(|| jiff::Zoned::now().date()) } else { None };
    let question = Question { check, packs: packs.to_vec(), poll, clock };
    let mut failed = None;
    watch(question, &told, &mut |told| {
        progress.finish();
        let shown = match told {
            Told::News(news) => screen.show(news),
            Told::Problem(problem) => screen.warn(problem.clone()),
        };
        match shown {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(CLEAN), |error| Err(error.into()))
}

/// Where news are shown.
struct Screen {
    options: Options<'static>,
    color_errors: bool,
    /// Whether it is drawn anew each time; else each verdict is a block below the one before.
    drawn: bool,
    fail_on: Option<Severity>,
    /// What the user should know about the watching itself.
    notices: Vec<Problem>,
}

impl Screen {
    fn new(terminal: &Terminal, fail_on: Option<Severity>) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|name| name == "dumb");
        Self {
            options: Options { color: terminal.color, width: terminal.width, ..Options::default() },
            color_errors: terminal.color_errors,
            drawn: io::stdout().is_terminal() && !is_dumb,
            fail_on,
            notices: Vec::new(),
        }
    }

    fn show(&self, news: &News<'_>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if let Ok(verdict) = &news.verdict {
            // Where standard error is closed there is nobody to tell.
            let mut errors = io::stderr().lock();
            verdict.log.iter().for_each(|line| drop(writeln!(errors, "{line}")));
        }
        out.write_all(&self.page(news)?)?;
        out.flush()
    }

    /// Returns all that is written for a verdict, in one piece: so the screen does not flicker.
    fn page(&self, news: &News<'_>) -> io::Result<Vec<u8>> {
        let size = terminal_size::terminal_size().filter(|_| self.drawn);
        let width = size.map_or(self.options.width, |(width, _)| usize::from(width.0).clamp(40, 160));
        let changes = Changes {
            first: news.first,
            fixed: news.fixed.iter().map(|finding| &**finding).collect(),
            new: news.new.clone(),
            remaining: news.remaining.clone(),
            unsure: news.unsure.clone(),
        };
        let mut options = Options { width, ..self.options };
        let verdict = match &news.verdict {
            Ok(verdict) => {
                options.fail_on = self.fail_on.unwrap_or(verdict.fail_on);
                Ok(&verdict.report)
            }
            Err(problem) => Err(problem),
        };
        let time = jiff::Zoned::now().strftime("%H:%M:%S").to_string();
        let mut page = Vec::new();
        writeln!(page, "[{time}] {} ({})\n", changes.headline(), span(news.took))?;
        // What was said in a block above need not be said again.
        let most = match size {
            Some((_, height)) => usize::from(height.0).saturating_sub(12).max(5),
            None if news.first => MOST_IN_A_PIPE,
            None => 0,
        };
        if most == 0 {
            let told = Changes { remaining: Vec::new(), unsure: Vec::new(), ..changes };
            changes::write(&told, verdict, 0, &options, &mut page)?;
        } else {
            changes::write(&changes, verdict, most, &options, &mut page)?;
        }
        writeln!(page)?;
        write_problems(&self.notices, options.color, options.width, &mut page)?;
        Ok(if self.drawn { redraw(&page, size.map(|(_, height)| usize::from(height.0)), news.first) } else { page })
    }

    /// Tells of a problem: on each page that is drawn, or once.
    fn warn(&mut self, problem: Problem) -> io::Result<()> {
        if self.drawn {
            self.notices.push(problem);
            return Ok(());
        }
        write_problems(&[problem], self.color_errors, self.options.width, &mut io::stderr().lock())
    }
}

/// Returns the page as it is drawn over the one before: from the top, each line to its end, what is below cleared. What
/// does not fit is left out, as a screen that scrolls jumps.
fn redraw(page: &[u8], height: Option<usize>, first: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(page);
    let room = height.unwrap_or(24).saturating_sub(2).max(5);
    let mut lines: Vec<&str> = text.trim_end().lines().collect();
    let more = lines.len().saturating_sub(room);
    let rest = format!("… {more} more lines; `lawbook check` shows all");
    if more > 0 {
        // The verdict stands last, and stays.
        let last = lines.pop().unwrap_or_default();
        lines.truncate(room.saturating_sub(2));
        lines.extend([rest.as_str(), last]);
    }
    let mut drawn = String::from(if first { "\x1b[2J\x1b[H" } else { "\x1b[H" });
    for line in lines.iter().chain(&["", "Watching for changes. Ctrl-C ends."]) {
        drawn += line;
        drawn += "\x1b[K\n";
    }
    drawn += "\x1b[J";
    drawn.into_bytes()
}

fn span(took: Duration) -> String {
    match took.as_millis() {
        millis if millis < 10_000 => format!("{millis} ms"),
        _ => format!("{} s", took.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_drawn_over_the_one_before_and_never_scrolls() {
        let page: String = (0..40).map(|line| format!("line {line}\n")).collect();
        let drawn = String::from_utf8(redraw(page.as_bytes(), Some(20), false)).expect("UTF-8");
        assert!(drawn.starts_with("\x1b[Hline 0\x1b[K\n") && drawn.ends_with("\x1b[J"), "{drawn:?}");
        assert_eq!(drawn.matches('\n').count(), 20);
        assert!(drawn.contains("… 22 more lines") && drawn.contains("line 39\x1b[K"), "{drawn:?}");
        let drawn = String::from_utf8(redraw(b"one\n\n", Some(20), true)).expect("UTF-8");
        assert_eq!(drawn, "\x1b[2J\x1b[Hone\x1b[K\n\x1b[K\nWatching for changes. Ctrl-C ends.\x1b[K\n\x1b[J");
    }

    #[test]
    fn time_is_told_in_words() {
        assert_eq!(span(Duration::from_micros(38_400)), "38 ms");
        assert_eq!(span(Duration::from_secs(61)), "61 s");
    }
}
