//! The worker's end of the port: messages in, events out, panics too.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use js_sys::ArrayBuffer;

use super::errors::Fault;
use crate::port::{Received, listen};
use crate::protocol::{Command, Event};

/// A command and what lies beside it.
pub type Message = Received<Command>;

/// Commands that have arrived and wait.
pub struct Inbox {
    receiver: UnboundedReceiver<Message>,
}

impl Inbox {
    /// Starts listening.
    pub fn open() -> Self {
        let (sender, receiver) = unbounded();
        listen(move |received| match received {
            // The receiver lives as long as the worker.
            Ok(message) => drop(sender.unbounded_send(message)),
            Err(error) => {
                let detail = error.to_string();
                post(&Event::Lost {
                    error: Fault::Unreadable { detail }.into(),
                });
            }
        });
        Self { receiver }
    }

    /// The next command, once there is one.
    pub async fn next(&mut self) -> Option<Message> {
        self.receiver.recv().await.ok()
    }

    /// The next command, if there is one.
    pub fn try_next(&mut self) -> Option<Message> {
        self.receiver.try_recv().ok()
    }
}

/// Sends an event to the page.
pub fn post(event: &Event) {
    post_with(event, None);
}

/// Sends an event and the bytes beside it.
pub fn post_with(event: &Event, buffer: Option<ArrayBuffer>) {
    crate::port::post(event, buffer, &[]);
}

/// Tells the page of a panic, after the console: the worker is gone with it, and the page replaces it.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let detail = info.to_string();
        post(&Event::Lost {
            error: Fault::Panic { detail }.into(),
        });
    }));
}
