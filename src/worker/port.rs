//! The worker's end of the port: messages in, events out, panics too.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, closure::Closure};

use super::errors::Fault;
use super::memory;
use super::pulse::Pulse;
#[cfg(feature = "threads")]
use super::threads;
use crate::port::{Received, listen, pack, scope};
use crate::protocol::{Command, Event};

/// A command and what lies beside it.
pub type Message = Received<Command>;

/// Commands that have arrived and wait.
pub struct Inbox {
    receiver: UnboundedReceiver<Message>,
}

impl Inbox {
    /// Starts listening. A ping is answered here, whatever command is being carried out.
    pub fn open(pulse: Pulse) -> Self {
        let (sender, receiver) = unbounded();
        listen(move |received: Result<Message, _>| match received {
            Ok(Received {
                message: Command::Ping { id },
                ..
            }) => pulse.answer(id),
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
        #[cfg(feature = "threads")]
        if threads::is_thread() {
            // The worker waits for it, and tells.
            return threads::lose();
        }
        // What half of the memory that a module can address would not hold is never asked for.
        let is_too_much = info.payload_as_str() == Some("capacity overflow");
        let fault = match is_too_much || memory::has_failed() {
            true => Fault::OutOfMemory,
            false => Fault::Panic {
                detail: info.to_string(),
            },
        };
        post(&Event::Lost {
            error: fault.into(),
        });
    }));
}

/// Tells the page if the worker ends for want of memory. Rust then stops without a word; the browser reports a trap, in
/// which there is no reason. The message is made now: there may be no memory for it then.
pub fn report_exhausted_memory() {
    let lost = Event::Lost {
        error: Fault::OutOfMemory.into(),
    };
    let packed = match pack(&lost, None) {
        Ok(packed) => packed.value,
        Err(error) => return gloo::console::error!(error.to_string()),
    };
    let report = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if memory::has_failed() && scope().post_message(&packed).is_ok() {
            // The page would hear of the trap, too.
            event.prevent_default();
        }
    });
    // Where there are threads, futures go on in promises, and a trap in one is a rejection.
    for name in ["error", "unhandledrejection"] {
        let listening =
            scope().add_event_listener_with_callback(name, report.as_ref().unchecked_ref());
        if let Err(error) = listening {
            gloo::console::error!(error);
        }
    }
    report.forget();
}
