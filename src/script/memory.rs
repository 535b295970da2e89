//! Counts the bytes that the current thread holds, so that a script can be stopped before it fills the memory.
//!
//! Rhai limits the size of each value, not of all values together. The count is one thread-local addition for each
//! allocation; a thread that frees what another one allocated goes below zero, which does no harm: only differences
//! within one check are looked at.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

use mimalloc::MiMalloc;

/// mimalloc, counting live bytes for each thread.
pub struct CountingAllocator;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    #[cfg(test)]
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Returns the bytes that this thread allocated and did not free. Only differences mean something.
pub(super) fn live_bytes() -> isize {
    LIVE.try_with(Cell::get).unwrap_or(0)
}

/// Sets the highest count back to the present one, and returns that.
#[cfg(test)]
pub(super) fn reset_peak() -> isize {
    let live = live_bytes();
    PEAK.with(|peak| peak.set(live));
    live
}

/// Returns the highest count since the last reset.
#[cfg(test)]
pub(super) fn peak_bytes() -> isize {
    PEAK.with(Cell::get)
}

fn count(bytes: usize, sign: isize) {
    // The thread-local is gone while a thread ends; what is freed then need not be counted.
    let _ = LIVE.try_with(|live| {
        let now = live.get().wrapping_add(sign.wrapping_mul(bytes.cast_signed()));
        live.set(now);
        #[cfg(test)]
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now)));
    });
}

// SAFETY: every call is passed on to mimalloc unchanged; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let pointer = unsafe { MiMalloc.alloc(layout) };
        if !pointer.is_null() {
            count(layout.size(), 1);
        }
        pointer
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let pointer = unsafe { MiMalloc.alloc_zeroed(layout) };
        if !pointer.is_null() {
            count(layout.size(), 1);
        }
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { MiMalloc.dealloc(pointer, layout) };
        count(layout.size(), -1);
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let moved = unsafe { MiMalloc.realloc(pointer, layout, size) };
        if !moved.is_null() {
            count(layout.size(), -1);
            count(size, 1);
        }
        moved
    }
}
