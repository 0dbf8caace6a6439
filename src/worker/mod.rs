//! The web worker: it owns the device, the encoder, the data set and the run.
//!
//! Messages land in the inbox; the driver empties it, does one unit of work (a training
//! step or an evaluation batch), gives the browser a turn, and begins again. So every command acts within one
//! step, and nothing blocks.

mod chunks;
mod clock;
mod constructors;
mod counted;
mod devices;
mod driver;
mod encodings;
mod errors;
mod estimate;
mod fetch;
mod files;
mod hub;
mod local;
mod memory;
mod model;
mod open;
mod port;
mod predict;
mod pulse;
mod run;
mod speed;
mod spill;
mod started;
mod store;
mod tables;
#[cfg(feature = "threads")]
mod threads;
mod using;

use crate::protocol::Event;

pub use constructors::run_constructors;
pub use spill::ScratchFile;

/// What the entry point of a worker does.
pub fn start() {
    #[cfg(feature = "threads")]
    if threads::is_thread() {
        return;
    }
    run_constructors();
    port::report_panics();
    port::report_exhausted_memory();
    let pulse = pulse::Pulse::new();
    let inbox = port::Inbox::open(pulse.clone());
    port::post(&Event::Listening);
    counted::watch();
    // It lives as long as the worker.
    let driver = Box::leak(Box::new(driver::Driver::new(inbox, pulse)));
    wasm_bindgen_futures::spawn_local(driver.drive());
    chunks::fetch();
}
