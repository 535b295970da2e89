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
}

impl Progress {
    pub(super) fn new(watched: bool) -> Self {
        Self { watched, begun: Instant::now(), bar: OnceLock::new() }
    }

    /// Says how many steps there are.
    pub(super) fn start(&self, steps: usize) {
        if !self.watched {
            return;
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
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
