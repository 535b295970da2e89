//! A progress bar for long runs.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar appears only when the run lasts longer than this.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar on standard error, if a person watches and the run is long.
pub(super) struct Progress {
    watched: bool,
    begun: Instant,
    bar: OnceLock<ProgressBar>,
    /// Turns while databases are made and read.
    waiting: OnceLock<ProgressBar>,
}

impl Progress {
    pub(super) fn new(watched: bool) -> Self {
        Self { watched, begun: Instant::now(), bar: OnceLock::new(), waiting: OnceLock::new() }
    }

    /// Shows what takes long before the first step.
    pub(super) fn say(&self, what: &str) {
        if !self.watched {
            return;
        }
        let bar = self.waiting.get_or_init(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(what.lines().next().unwrap_or_default().to_owned());
    }

    /// Says how many steps there are.
    pub(super) fn start(&self, steps: usize) {
        if !self.watched {
            return;
        }
        if let Some(waiting) = self.waiting.get() {
            waiting.finish_and_clear();
        }
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} judging {wide_bar} {pos}/{len} files, {eta} left") {
            bar.set_style(style);
        }
        let _ = self.bar.set(bar);
    }

    /// Counts one step.
    pub(super) fn step(&self) {
        let Some(bar) = self.bar.get() else { return };
        bar.inc(1);
        if bar.is_hidden() && self.begun.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Removes the bar from the screen.
    pub(super) fn finish(&self) {
        for bar in [self.waiting.get(), self.bar.get()].into_iter().flatten() {
            bar.finish_and_clear();
        }
    }
}
