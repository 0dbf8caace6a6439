//! The worker's end of the port: what it hears, what it says, panics too.

use futures_channel::mpsc::UnboundedSender;
use web_sys::File;

use super::driver::Input;
use super::errors::KeeperFault;
use crate::port;
use crate::protocol::StorageEvent;

/// Puts the page's commands into the queue.
pub fn listen(queue: &UnboundedSender<Input>) {
    let queue = queue.clone();
    port::listen(move |received| match received {
        // The queue lives as long as the worker.
        Ok(message) => drop(queue.unbounded_send(Input::Message(message))),
        Err(error) => lost(KeeperFault::Unreadable {
            detail: error.to_string(),
        }),
    });
}

/// Sends an event to the page.
pub fn post(event: &StorageEvent) {
    post_with(event, &[]);
}

/// Sends an event and handles to files beside it.
pub fn post_with(event: &StorageEvent, files: &[File]) {
    port::post(event, None, files);
}

/// Tells the page that the worker cannot go on.
pub fn lost(fault: KeeperFault) {
    post(&StorageEvent::Lost {
        error: fault.into(),
    });
}

/// Tells the page of a panic, after the console.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        lost(KeeperFault::Panic {
            detail: info.to_string(),
        });
    }));
}
