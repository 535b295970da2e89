//! Ctrl-C and its kin, put off until everything is removed.
//!
//! While a throw-away database exists, SIGINT, SIGTERM and SIGHUP are noted instead of ending the process. Whoever waits
//! asks every few milliseconds, clears up and returns; then the signal is raised again, as if it had only just come. A
//! second one ends the process at once: the keeper clears up then.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering};

use super::system;
use crate::databases::{DatabaseError, Failure};

/// The signals that mean: stop.
const SIGNALS: [libc::c_int; 3] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

/// The signal that came; 0 for none.
static CAUGHT: AtomicI32 = AtomicI32::new(0);

/// How many watches there are, and what the signals did before the first.
static WATCHES: Mutex<(usize, Vec<Before>)> = Mutex::new((0, Vec::new()));

struct Before {
    signal: libc::c_int,
    action: libc::sigaction,
}

/// Signals are noted for as long as one of these exists.
#[derive(Debug)]
pub(super) struct Watch(());

impl Watch {
    /// Begins to note signals.
    pub(super) fn begin() -> Self {
        let mut watches = lock();
        if watches.0 == 0 {
            watches.1 = SIGNALS.iter().filter_map(|signal| install(*signal)).collect();
        }
        watches.0 += 1;
        Self(())
    }

    /// Returns an error if a signal has come.
    pub(super) fn check(&self) -> Result<(), DatabaseError> {
        match CAUGHT.load(Ordering::SeqCst) {
            0 => Ok(()),
            signal => {
                let message = format!("interrupted by {}", system::signal_name(signal));
                Err(DatabaseError::new(Failure::Throwaway, message))
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watches = lock();
        watches.0 -= 1;
        if watches.0 > 0 {
            return;
        }
        for before in watches.1.drain(..) {
            // SAFETY: the action is the one that the system gave for this signal.
            unsafe { libc::sigaction(before.signal, &before.action, std::ptr::null_mut()) };
        }
        drop(watches);
        let signal = CAUGHT.swap(0, Ordering::SeqCst);
        if signal != 0 {
            // SAFETY: raise takes a number; what the signal does is again what it did before us.
            unsafe { libc::raise(signal) };
        }
    }
}

fn lock() -> std::sync::MutexGuard<'static, (usize, Vec<Before>)> {
    WATCHES.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Has a signal noted, unless it is ignored (`nohup`). Returns what it did before.
fn install(signal: libc::c_int) -> Option<Before> {
    // SAFETY: structures of zeros are valid actions; the handler only stores a number, which is safe in a handler.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &mut action) != 0 || action.sa_sigaction == libc::SIG_IGN {
            return None;
        }
        let before = action;
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = note as extern "C" fn(libc::c_int) as libc::sighandler_t;
        // Once: the second signal does what it always does.
        action.sa_flags = libc::SA_RESTART | libc::SA_RESETHAND;
        libc::sigemptyset(&mut action.sa_mask);
        (libc::sigaction(signal, &action, std::ptr::null_mut()) == 0).then_some(Before { signal, action: before })
    }
}

extern "C" fn note(signal: libc::c_int) {
    CAUGHT.store(signal, Ordering::SeqCst);
}
