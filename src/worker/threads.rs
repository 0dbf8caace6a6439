//! The threads that the build with threads computes on: rayon's global pool, of which this worker is one thread and
//! workers of its own are the others.
//!
//! A browser has no threads to spawn, only workers that share a memory. So the workers are started first, from the
//! loader that `cargo xtask finish` writes; each waits in [`run_thread`] for the thread that it is to be.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Condvar, Mutex, PoisonError};

use futures_channel::mpsc::{UnboundedSender, unbounded};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::Array;
use rayon::{ThreadBuilder, ThreadPoolBuilder};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions};

use super::counted;
use super::errors::Fault;
use super::memory;
use crate::kernel::watch_threads;
use crate::port::{describe, scope};
use crate::requests;

/// The workers' loader, in the page's folder.
const LOADER: &str = "worker-threads_thread.js";

/// The name by which a worker knows that it is a thread.
const NAME: &str = "tabtune-thread";

/// More threads than these gain little at an encoder's sizes, and each has a stack.
const MOST: u32 = 8;

/// A worker that has not begun after this long does not.
const PATIENCE_MS: u32 = 20_000;

/// Threads that are to be, and what their workers wait for.
static THREADS: Mutex<VecDeque<ThreadBuilder>> = Mutex::new(VecDeque::new());
static MORE: Condvar = Condvar::new();

fn hand_over(thread: ThreadBuilder) {
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    threads.push_back(thread);
    MORE.notify_one();
}

/// Starts the pool, one thread for each of the machine's cores, and tells how many there are.
///
/// # Errors
/// If a worker does not start: the browser refuses one, or has no memory to share.
pub async fn start(base_url: &str) -> Result<u32, Fault> {
    let count = (cores() as u32).clamp(1, MOST);
    let (begun, mut beginning) = unbounded();
    let workers = (1..count).map(|_| Starting::new(base_url, &begun));
    let workers: Vec<Starting> = workers
        .collect::<Result<_, _>>()
        .map_err(|error| refused(describe(&error)))?;
    let patience = Timeout::new(PATIENCE_MS, move || {
        // Nobody listens any more if all have begun.
        let _ = begun.unbounded_send(Err("the threads do not start".to_owned()));
    });
    for _ in &workers {
        let outcome = beginning.recv().await;
        outcome
            .unwrap_or_else(|error| Err(error.to_string()))
            .map_err(refused)?;
    }
    drop(patience);
    workers.into_iter().for_each(Starting::keep);
    watch_threads(has_lost);
    // This thread takes its part of the work at once, while the others wake.
    ThreadPoolBuilder::new()
        .num_threads(count as usize)
        .use_current_thread()
        .spawn_handler(|thread| {
            hand_over(thread);
            Ok(())
        })
        .build_global()
        .map_err(|error| refused(error.to_string()))?;
    Ok(count)
}

/// Whether one has ended, by a panic or for want of memory. Whoever waits for its work waits in vain.
static HAS_LOST: AtomicBool = AtomicBool::new(false);

/// This thread is about to end.
pub fn lose() {
    HAS_LOST.store(true, Relaxed);
}

fn has_lost() -> bool {
    HAS_LOST.load(Relaxed) || memory::has_failed()
}

/// Whether this is one of the workers that [`start`] starts.
pub fn is_thread() -> bool {
    scope().name() == NAME
}

/// What such a worker does, for as long as it lives. Its loader calls it.
#[wasm_bindgen]
pub fn run_thread() {
    // A parent that is gone has ended this worker, too.
    let count = serde_wasm_bindgen::to_value(&requests::so_far()).unwrap_or_default();
    let _ = scope().post_message(&count);
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    let thread = loop {
        if let Some(thread) = threads.pop_front() {
            break thread;
        }
        threads = MORE.wait(threads).unwrap_or_else(PoisonError::into_inner);
    };
    drop(threads);
    thread.run();
}

/// A worker that is being started. Dropping it ends it.
struct Starting {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl Starting {
    /// Starts one, and gives it this module and its memory. Whether it begins, `begun` hears.
    fn new(base_url: &str, begun: &UnboundedSender<Result<(), String>>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_name(NAME);
        let worker = Worker::new_with_options(&format!("{base_url}{LOADER}"), &options)?;
        // Nobody listens any more if another one has failed.
        let on_message = EventListener::new(&worker, "message", {
            let begun = begun.clone();
            move |event| {
                let count = event
                    .dyn_ref::<MessageEvent>()
                    .and_then(|event| serde_wasm_bindgen::from_value(event.data()).ok());
                counted::add_thread(count.unwrap_or_default());
                drop(begun.unbounded_send(Ok(())));
            }
        });
        let on_error = EventListener::new(&worker, "error", {
            let begun = begun.clone();
            move |event| {
                let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
                let detail = message.unwrap_or_else(|| format!("{LOADER} did not load"));
                drop(begun.unbounded_send(Err(detail)));
            }
        });
        let starting = Self {
            worker,
            _listeners: [on_message, on_error],
        };
        let shared = Array::of2(&wasm_bindgen::module(), &wasm_bindgen::memory());
        starting.worker.post_message(&shared)?;
        Ok(starting)
    }

    /// Lets it live as long as this worker, and keeps a name for it: Firefox collects workers that have none.
    fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

fn refused(detail: String) -> Fault {
    Fault::Refused { detail }
}

/// Logical cores, as far as the browser tells.
fn cores() -> f64 {
    scope().navigator().hardware_concurrency()
}
