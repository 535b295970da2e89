//! Keeps a panic of the interpreter from being printed: it becomes a fault.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls a function; returns `None`, and nothing is printed, if it panics.
///
/// The process has one panic hook for all threads. It is wrapped once, and what is silenced is decided for each thread.
pub(super) fn catch<T>(call: impl FnOnce() -> T) -> Option<T> {
    static WRAPPED: Once = Once::new();
    WRAPPED.call_once(|| {
        let outer = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.try_with(Cell::get).unwrap_or(false) {
                outer(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    QUIET.set(before);
    result.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn only_panics_inside_are_silent() {
        static HEARD: AtomicUsize = AtomicUsize::new(0);
        // Wrap first, then listen below the wrapper: what the wrapper passes on is counted.
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let text = panic.payload_as_str().unwrap_or_default();
            if text.starts_with("quiet test") {
                HEARD.fetch_add(usize::from(!QUIET.get()), Ordering::Relaxed);
            } else {
                previous(panic);
            }
        }));
        assert_eq!(catch(|| 1), Some(1));
        assert_eq!(catch(|| -> i32 { panic!("quiet test: inside") }), None);
        assert_eq!(HEARD.load(Ordering::Relaxed), 0);
        // Other threads are heard while this one is quiet, and this one is heard afterwards.
        let other = catch(|| std::thread::spawn(|| panic!("quiet test: elsewhere")).join().is_err());
        assert_eq!(other, Some(true));
        assert_eq!(HEARD.load(Ordering::Relaxed), 1);
        assert!(catch_unwind(|| panic!("quiet test: after")).is_err());
        assert_eq!(HEARD.load(Ordering::Relaxed), 2);
        assert!(!QUIET.get());
    }
}
