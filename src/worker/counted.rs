//! The requests of this worker and of its threads, which the page is told of together.

use std::cell::Cell;

use super::port::post;
use crate::protocol::{Event, RequestCount};
use crate::requests;

thread_local! {
    static OWN: Cell<RequestCount> = const { Cell::new(RequestCount { own_origin: 0, elsewhere: 0 }) };
    static OF_THREADS: Cell<RequestCount> = const { Cell::new(RequestCount { own_origin: 0, elsewhere: 0 }) };
}

/// Tells the page from now on.
pub fn watch() {
    // Where the browser does not tell, the page says so by its own count.
    let _ = requests::watch(|count| {
        OWN.set(count);
        tell();
    });
}

/// Counts what a thread has requested before it began; it requests nothing after.
#[cfg(feature = "threads")]
pub fn add_thread(count: RequestCount) {
    OF_THREADS.set(OF_THREADS.get().plus(count));
    tell();
}

fn tell() {
    let count = OWN.get().plus(OF_THREADS.get());
    post(&Event::Requested { count });
}
