//! Counts the bytes that the current thread holds, so that a script can be stopped before it fills the memory.
//!
//! Rhai limits the size of each value, not of all values together. The count is one thread-local addition for each
//! allocation; a thread that frees what another one allocated goes below zero, which does no harm: only differences
//! within one check are looked at.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc, mi_zalloc_aligned,
};

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

/// What mimalloc aligns everything to that is as large. Asked for an alignment, it takes a larger block than it needs
/// unless the size is a power of two.
const ALIGNED: usize = align_of::<usize>();

const fn is_aligned_anyway(layout: Layout) -> bool {
    layout.align() <= ALIGNED && layout.align() <= layout.size()
}

// SAFETY: every call is passed on to mimalloc; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let pointer = match is_aligned_anyway(layout) {
            true => unsafe { mi_malloc(layout.size()) },
            false => unsafe { mi_malloc_aligned(layout.size(), layout.align()) },
        };
        if !pointer.is_null() {
            count(layout.size(), 1);
        }
        pointer.cast()
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let pointer = match is_aligned_anyway(layout) {
            true => unsafe { mi_zalloc(layout.size()) },
            false => unsafe { mi_zalloc_aligned(layout.size(), layout.align()) },
        };
        if !pointer.is_null() {
            count(layout.size(), 1);
        }
        pointer.cast()
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { mi_free(pointer.cast()) };
        count(layout.size(), -1);
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let moved = match layout.align() <= ALIGNED.min(size) {
            true => unsafe { mi_realloc(pointer.cast(), size) },
            false => unsafe { mi_realloc_aligned(pointer.cast(), size, layout.align()) },
        };
        if !moved.is_null() {
            count(layout.size(), -1);
            count(size, 1);
        }
        moved.cast()
    }
}
