//! The worker's memory: how much it has, and how much was in use at the most.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use js_sys::Reflect;
use wasm_bindgen::JsCast;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static FAILED: AtomicBool = AtomicBool::new(false);

/// The system's allocator, and a count of what it has given out: WebAssembly's memory never shrinks, so that its size does
/// not tell what a piece of work needs.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(bytes: usize) {
    let in_use = IN_USE.fetch_add(bytes, Ordering::Relaxed) + bytes;
    MOST.fetch_max(in_use, Ordering::Relaxed);
}

/// Counts what was given out. False if there was nothing to give.
fn note(place: *mut u8, bytes: usize) -> bool {
    let given = !place.is_null();
    match given {
        true => count(bytes),
        false => FAILED.store(true, Ordering::Relaxed),
    }
    given
}

fn discount(bytes: usize) {
    IN_USE.fetch_sub(bytes, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator with the arguments that it came with; counting touches two integers
// and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller's.
        let place = unsafe { System.alloc(layout) };
        note(place, layout.size());
        place
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as the caller's.
        unsafe { System.dealloc(place, layout) };
        discount(layout.size());
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller's.
        let place = unsafe { System.alloc_zeroed(layout) };
        note(place, layout.size());
        place
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller's.
        let moved = unsafe { System.realloc(place, layout, size) };
        if note(moved, size) {
            discount(layout.size());
        }
        moved
    }
}

/// Bytes in use.
pub fn in_use() -> f64 {
    IN_USE.load(Ordering::Relaxed) as f64
}

/// Bytes in use at the most since the last call.
pub fn take_most() -> f64 {
    MOST.swap(IN_USE.load(Ordering::Relaxed), Ordering::Relaxed) as f64
}

/// Whether there was no memory for something since [`forget_failure`].
pub fn has_failed() -> bool {
    FAILED.load(Ordering::Relaxed)
}

/// Whoever asked for too much lives on without it.
pub fn forget_failure() {
    FAILED.store(false, Ordering::Relaxed);
}

/// Bytes of the module's memory, which is what the browser counts.
pub fn size() -> f64 {
    wasm_bindgen::memory()
        .dyn_into::<js_sys::WebAssembly::Memory>()
        .ok()
        // One that threads share is no `ArrayBuffer`.
        .and_then(|memory| Reflect::get(&memory.buffer(), &"byteLength".into()).ok())
        .and_then(|bytes| bytes.as_f64())
        .unwrap_or_default()
}
