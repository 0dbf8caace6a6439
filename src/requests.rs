//! Counts the requests of the page or of a worker, as the browser itself tells them.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::protocol::RequestCount;

#[wasm_bindgen]
extern "C" {
    type PerformanceObserver;

    #[wasm_bindgen(constructor, catch)]
    fn new(callback: &JsValue) -> Result<PerformanceObserver, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn observe(this: &PerformanceObserver, options: &Object) -> Result<(), JsValue>;

    /// What the observer hands over.
    type Observed;

    #[wasm_bindgen(method, js_name = getEntries)]
    fn entries(this: &Observed) -> Array;

    /// A request that was made.
    type Entry;

    #[wasm_bindgen(method, getter)]
    fn name(this: &Entry) -> String;

    #[cfg(feature = "threads")]
    #[wasm_bindgen(js_namespace = performance, js_name = getEntriesByType)]
    fn entries_by_type(kind: &str) -> Array;

    /// When the service worker took the request; zero without one.
    #[wasm_bindgen(method, getter, js_name = workerStart)]
    fn worker_start(this: &Entry) -> f64;
}

/// How many requests there have been.
#[cfg(feature = "threads")]
pub fn so_far() -> RequestCount {
    let mut count = RequestCount::default();
    let origin = origin();
    for entry in entries_by_type("resource") {
        add(&mut count, &entry.unchecked_into(), &origin);
    }
    count
}

/// Tells `hear` how many requests there have been, from the first one on, whenever there are more.
///
/// # Errors
/// If the browser does not tell of requests.
pub fn watch(hear: impl Fn(RequestCount) + 'static) -> Result<(), JsValue> {
    let origin = origin();
    let mut count = RequestCount::default();
    let observe = Closure::<dyn FnMut(Observed)>::new(move |observed: Observed| {
        for entry in observed.entries() {
            add(&mut count, &entry.unchecked_into(), &origin);
        }
        hear(count);
    });
    let options = Object::new();
    Reflect::set(&options, &"type".into(), &"resource".into())?;
    Reflect::set(&options, &"buffered".into(), &true.into())?;
    // The observer lives, and calls, as long as the page or worker does.
    PerformanceObserver::new(&observe.into_js_value())?.observe(&options)
}

/// What the service worker takes is only a request if it makes one itself, which it tells.
fn add(count: &mut RequestCount, entry: &Entry, origin: &str) {
    count.add(&entry.name(), origin, entry.worker_start() > 0.0);
}

fn origin() -> String {
    let origin = Reflect::get(&js_sys::global(), &"origin".into());
    origin
        .ok()
        .and_then(|origin| origin.as_string())
        .unwrap_or_default()
}
