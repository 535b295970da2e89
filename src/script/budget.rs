//! What one check may use, and the watch over it.

use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Map, Position};

use super::memory::live_bytes;
use super::values::exhausted;

/// What one call of a script may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the interpreter.
    pub operations: u64,
    /// Calls inside calls.
    pub call_depth: usize,
    /// Expressions and blocks inside each other, in the source.
    pub expression_depth: usize,
    /// Bytes of a text, and of all texts in a list or map together.
    pub string_size: usize,
    /// Items of a list, with those of the lists in it.
    pub array_size: usize,
    /// Entries of a map, with those of the maps in it.
    pub map_size: usize,
    /// Bytes that may be held between two steps, beyond what was held when the check began. A single step can at
    /// most double what is held, or add a text or two.
    pub memory: usize,
    /// Processor time. On a busy machine a script may take up to five times as long by the clock on the wall.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations: 10_000_000,
            call_depth: 32,
            expression_depth: 64,
            string_size: 16 << 20,
            array_size: 500_000,
            map_size: 500_000,
            memory: 32 << 20,
            time: Duration::from_secs(1),
        }
    }
}

impl Limits {
    pub(super) fn memory_message(&self) -> String {
        format!("the script holds more than {} MB", self.memory >> 20)
    }

    pub(super) fn text_message(&self) -> String {
        format!("a text is larger than {} MB", self.string_size >> 20)
    }

    pub(super) fn time_message(&self) -> String {
        format!("the script ran longer than {} ms on one fact", self.time.as_millis())
    }
}

/// How deep lists, maps and closures may hold each other. Rhai copies, prints and frees values by recursion.
const MAX_NESTING: usize = 100;

/// Why a script was stopped; travels inside Rhai's `ErrorTerminated`, which a script cannot catch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Memory,
    Time,
    Nesting,
    /// A text became too large.
    Text,
    /// The script read what is not known; not a fault.
    Unknown(Arc<str>),
}

impl Stop {
    /// Returns the error that ends the script.
    pub(super) fn error(self) -> Box<EvalAltResult> {
        Box::new(EvalAltResult::ErrorTerminated(Dynamic::from(self), Position::NONE))
    }
}

/// The watch over one worker's running script. Shared with the engine's callbacks, which must be `Sync`; used by one
/// thread at a time.
pub(super) struct Budget {
    pub(super) limits: Limits,
    epoch: Instant,
    memory_at_start: AtomicIsize,
    /// Processor time of the thread, in nanoseconds, a moment before the check began.
    work_at_start: AtomicU64,
    /// When that was read, in nanoseconds after `epoch`; the largest number if it never was.
    work_read: AtomicU64,
    /// Nanoseconds after `epoch`.
    deadline: AtomicU64,
    last_look: AtomicU64,
    /// The operation at which the clock is read next.
    next_look: AtomicU64,
    next_depth: AtomicU64,
    depth_due: AtomicBool,
    operations: AtomicU64,
    /// Something ended the script where Rhai passes over errors.
    is_ended: AtomicBool,
    end: Mutex<Option<Stop>>,
}

/// Operations between two looks at the clock, as long as they are quick.
const STRIDE: u64 = 16;
/// A stride that took longer than this many nanoseconds makes the next one a single operation.
const SLOW: u64 = 2_000_000;
/// Processor time that is read within this many nanoseconds is the same: one percent of what a check may use.
const MOMENT: u64 = 10_000_000;
/// Operations between two looks at how deep values are nested.
const DEPTH_STRIDE: u64 = 64;

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            epoch: Instant::now(),
            memory_at_start: AtomicIsize::new(0),
            work_at_start: AtomicU64::new(0),
            work_read: AtomicU64::new(u64::MAX),
            deadline: AtomicU64::new(u64::MAX),
            last_look: AtomicU64::new(0),
            next_look: AtomicU64::new(0),
            next_depth: AtomicU64::new(0),
            depth_due: AtomicBool::new(false),
            operations: AtomicU64::new(0),
            is_ended: AtomicBool::new(false),
            end: Mutex::default(),
        }
    }

    /// Starts the watch for one check.
    pub(super) fn begin(&self) {
        let now = self.now();
        let time = u64::try_from(self.limits.time.as_nanos()).unwrap_or(u64::MAX);
        self.memory_at_start.store(live_bytes(), Ordering::Relaxed);
        // The system is asked, which takes longer than most checks: what others did in between counts for this one.
        if now.abs_diff(self.work_read.load(Ordering::Relaxed)) > MOMENT {
            self.work_read.store(now, Ordering::Relaxed);
            self.work_at_start.store(thread_time(), Ordering::Relaxed);
        }
        self.deadline.store(now.saturating_add(time), Ordering::Relaxed);
        self.last_look.store(now, Ordering::Relaxed);
        self.next_look.store(STRIDE, Ordering::Relaxed);
        self.next_depth.store(DEPTH_STRIDE, Ordering::Relaxed);
        self.depth_due.store(false, Ordering::Relaxed);
        self.take_end();
    }

    /// Ends the script at its next operation. Rhai passes over the errors of functions that make text of a value.
    pub(super) fn end(&self, stop: Stop) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
        self.is_ended.store(true, Ordering::Relaxed);
    }

    /// Returns why the script should have ended, if it did not come to a next operation.
    pub(super) fn take_end(&self) -> Option<Stop> {
        self.is_ended.store(false, Ordering::Relaxed);
        self.end.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Called by the interpreter at each operation; the clock is read at some of them.
    pub(super) fn progress(&self, operations: u64) -> Option<Stop> {
        if self.memory_is_spent() {
            return Some(Stop::Memory);
        }
        if self.is_ended.load(Ordering::Relaxed) {
            return self.take_end();
        }
        if operations >= self.next_depth.load(Ordering::Relaxed) {
            self.operations.store(operations, Ordering::Relaxed);
            self.next_depth.store(u64::MAX, Ordering::Relaxed);
            self.depth_due.store(true, Ordering::Relaxed);
        }
        if operations < self.next_look.load(Ordering::Relaxed) {
            return None;
        }
        let now = self.now();
        let slow = now.saturating_sub(self.last_look.swap(now, Ordering::Relaxed)) > SLOW;
        self.next_look.store(operations + if slow { 1 } else { STRIDE }, Ordering::Relaxed);
        self.is_overdue(now).then_some(Stop::Time)
    }

    /// Called by host functions inside their own loops. The error is an ordinary one, because Rhai gives only those
    /// the place of the call; a script that catches it is stopped at its next operation.
    pub(super) fn check(&self) -> Result<(), Box<EvalAltResult>> {
        if self.memory_is_spent() {
            return Err(exhausted(self.limits.memory_message()));
        }
        if self.is_overdue(self.now()) {
            return Err(exhausted(self.limits.time_message()));
        }
        Ok(())
    }

    /// Returns an error when this many more bytes would be too many.
    pub(super) fn allow(&self, bytes: usize) -> Result<(), Box<EvalAltResult>> {
        if bytes > self.limits.string_size {
            return Err(exhausted(self.limits.text_message()));
        }
        self.check()?;
        if bytes > self.memory_left() {
            return Err(exhausted(self.limits.memory_message()));
        }
        Ok(())
    }

    /// Returns how large a new text may be.
    pub(super) fn room(&self) -> usize {
        self.limits.string_size.min(self.memory_left())
    }

    /// Returns an error when a list would have too many items.
    pub(super) fn allow_items(&self, items: usize) -> Result<(), Box<EvalAltResult>> {
        if items > self.limits.array_size {
            return Err(exhausted(format!("a list has more than {} items", self.limits.array_size)));
        }
        if items.is_multiple_of(256) { self.check() } else { Ok(()) }
    }

    /// Looks, now and then, at how deep the variables in reach are nested.
    pub(super) fn check_depth<'a>(&self, values: impl Iterator<Item = &'a Dynamic>) -> Result<(), Box<EvalAltResult>> {
        // Asked for each variable: reading is cheaper than changing.
        if !self.depth_due.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.depth_due.store(false, Ordering::Relaxed);
        let mut visited = 0;
        for value in values {
            if is_too_deep(value, MAX_NESTING, &mut visited) {
                return Err(Stop::Nesting.error());
            }
        }
        // Large values are looked at less often. They cannot be nested deep meanwhile: Rhai itself counts all items
        // of a value at each step that nests it, which ends at the deadline.
        let next = self.operations.load(Ordering::Relaxed) + DEPTH_STRIDE.max(visited / 4);
        self.next_depth.store(next, Ordering::Relaxed);
        Ok(())
    }

    /// Returns whether the time is up. The wall clock is cheap to read, so it decides when to ask for the time that
    /// the thread has really worked: a script is not to blame for a busy machine, up to a point.
    fn is_overdue(&self, now: u64) -> bool {
        let deadline = self.deadline.load(Ordering::Relaxed);
        if now <= deadline {
            return false;
        }
        let time = u64::try_from(self.limits.time.as_nanos()).unwrap_or(u64::MAX);
        let worked = thread_time().saturating_sub(self.work_at_start.load(Ordering::Relaxed));
        worked > time || now > deadline.saturating_add(time.saturating_mul(4))
    }

    fn memory_is_spent(&self) -> bool {
        self.held() > self.limits.memory
    }

    fn memory_left(&self) -> usize {
        self.limits.memory.saturating_sub(self.held())
    }

    fn held(&self) -> usize {
        let held = live_bytes().wrapping_sub(self.memory_at_start.load(Ordering::Relaxed));
        usize::try_from(held).unwrap_or(0)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Returns the processor time of this thread in nanoseconds; zero where the system does not tell, and then the
/// wall clock decides.
fn thread_time() -> u64 {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
    }
    #[cfg(not(unix))]
    {
        0
    }
}

fn is_too_deep(value: &Dynamic, levels: usize, visited: &mut u64) -> bool {
    *visited += 1;
    if levels == 0 {
        return true;
    }
    // A value that is locked is in use by a call further out, which has it in reach itself.
    if value.is_array() {
        value.read_lock::<Array>().is_some_and(|items| items.iter().any(|item| is_too_deep(item, levels - 1, visited)))
    } else if value.is_map() {
        value
            .read_lock::<Map>()
            .is_some_and(|entries| entries.values().any(|item| is_too_deep(item, levels - 1, visited)))
    } else if value.is_fnptr() {
        value
            .read_lock::<FnPtr>()
            .is_some_and(|pointer| pointer.iter_curry().any(|item| is_too_deep(item, levels - 1, visited)))
    } else {
        false
    }
}
