//! The web worker that keeps projects in the browser's own file system (OPFS).
//!
//! It is apart from the worker that computes, so that one that hangs or is lost cannot harm what is stored, and apart
//! from the page, whose thread never waits for the disk. What is written and what is believed is [`storage`](crate::storage)'s;
//! here are the browser's files, its locks between tabs, and the order of commands.

mod driver;
mod errors;
mod export;
mod held;
mod locks;
mod opfs;
mod port;

use crate::protocol::StorageEvent;
use crate::requests;

/// What the entry point of the worker does.
pub fn start() {
    port::report_panics();
    let (sender, receiver) = futures_channel::mpsc::unbounded();
    port::listen(&sender);
    // A browser that does not tell of requests still keeps projects; the count then lacks this worker's.
    let _ = requests::watch(|count| port::post(&StorageEvent::Requested { count }));
    port::post(&StorageEvent::Listening);
    wasm_bindgen_futures::spawn_local(driver::Driver::new(sender, receiver).drive());
}
