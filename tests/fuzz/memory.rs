//! Memory that a thread asks for, counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static IN_USE: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(bytes: usize) {
    // A thread that ends has no counters any more.
    let _ = IN_USE.try_with(|in_use| {
        in_use.set(in_use.get().wrapping_add(bytes));
        // What another thread had asked for may have been given back here.
        if in_use.get() < usize::MAX / 2 {
            let _ = MOST.try_with(|most| most.set(most.get().max(in_use.get())));
        }
    });
}

fn discount(bytes: usize) {
    let _ = IN_USE.try_with(|in_use| in_use.set(in_use.get().wrapping_sub(bytes)));
}

// SAFETY: every call goes to the system's allocator with the arguments that it came with; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        discount(layout.size());
        // SAFETY: as the caller's.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as the caller's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        discount(layout.size());
        // SAFETY: as the caller's.
        unsafe { System.realloc(place, layout, size) }
    }
}

/// The most bytes beyond those in use before that this thread used while it did something.
pub fn peak<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = IN_USE.get();
    MOST.set(before);
    let done = work();
    (MOST.get().saturating_sub(before), done)
}
