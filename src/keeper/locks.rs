//! Which tab holds a project: one of the browser's locks (Web Locks) for each. The browser ends a lock with the worker
//! that has it, however that ends.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::errors::KeeperError;
use crate::port::{describe, scope};

/// Milliseconds that a lock is waited for before it is another tab's: the page that was just reloaded had it, and its
/// worker may take a moment to end.
const GRACE: f64 = 500.0;

#[wasm_bindgen]
extern "C" {
    type Navigator;

    #[wasm_bindgen(method, getter)]
    fn locks(this: &Navigator) -> Option<LockManager>;

    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        granted: &Function,
    ) -> Result<Promise, JsValue>;

    type AbortController;

    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AbortController, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> JsValue;

    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);

    type AbortSignal;

    #[wasm_bindgen(static_method_of = AbortSignal, catch)]
    fn timeout(milliseconds: f64) -> Result<JsValue, JsValue>;
}

/// A project that this tab holds. Dropping it lets go.
pub struct Lock {
    release: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Resolves a promise, which cannot fail.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// Ends waiting for a lock when it is dropped.
pub struct Patience(AbortController);

impl Patience {
    /// Waits as long as it lives.
    ///
    /// # Errors
    /// If the browser has no such thing.
    pub fn new() -> Result<Self, KeeperError> {
        AbortController::new()
            .map(Self)
            .map_err(|error| failed(&error))
    }

    /// What a request waits by.
    pub fn signal(&self) -> JsValue {
        self.0.signal()
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Takes a project if no other tab holds it now.
///
/// # Errors
/// If the browser has no locks.
pub async fn at_once(project: &str) -> Result<Option<Lock>, KeeperError> {
    request(project, "ifAvailable", &JsValue::TRUE).await
}

/// Takes a project if no other tab holds it in a moment.
///
/// # Errors
/// If the browser has no locks.
pub async fn soon(project: &str) -> Result<Option<Lock>, KeeperError> {
    let signal = AbortSignal::timeout(GRACE).map_err(|error| failed(&error))?;
    request(project, "signal", &signal).await
}

/// Takes a project when the other tab has let go. `None` when the waiting was ended.
///
/// # Errors
/// If the browser has no locks.
pub async fn until(project: &str, signal: &JsValue) -> Result<Option<Lock>, KeeperError> {
    request(project, "signal", signal).await
}

async fn request(
    project: &str,
    option: &str,
    value: &JsValue,
) -> Result<Option<Lock>, KeeperError> {
    let navigator = Reflect::get(&scope(), &"navigator".into()).map_err(|error| failed(&error))?;
    let locks = navigator.unchecked_into::<Navigator>().locks();
    let locks = locks.ok_or_else(|| KeeperError::Locks {
        detail: "it has no navigator.locks".to_owned(),
    })?;
    let options = Object::new();
    Reflect::set(&options, &option.into(), value).map_err(|error| failed(&error))?;
    let (sender, receiver) = oneshot::channel();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let answer = move |answer| {
        if let Some(sender) = sender.borrow_mut().take() {
            // Who does not wait any more lets go by dropping what was sent.
            drop(sender.send(answer));
        }
    };
    let granted = {
        let answer = answer.clone();
        // The lock is held until the promise that this gives back is resolved.
        Closure::once_into_js(move |lock: JsValue| -> JsValue {
            if lock.is_null() {
                answer(Ok(None));
                return JsValue::UNDEFINED;
            }
            let mut release = None;
            let held = Promise::new(&mut |resolve, _| release = Some(resolve));
            answer(Ok(release.map(|release| Lock { release })));
            held.into()
        })
    };
    let refused = Closure::once(move |error: JsValue| answer(Err(error)));
    let name = format!("tabtune-project-{project}");
    let asked = locks.request(&name, &options, granted.unchecked_ref());
    let asked = asked.map_err(|error| failed(&error))?.catch(&refused);
    let answer = receiver.await;
    drop(asked);
    match answer {
        Ok(Ok(lock)) => Ok(lock),
        Ok(Err(error)) if is_over(&error) => Ok(None),
        Ok(Err(error)) => Err(failed(&error)),
        // The sender lives in the closures above.
        Err(_) => Ok(None),
    }
}

/// Whether a request ended because nobody waits any more.
fn is_over(error: &JsValue) -> bool {
    let name = Reflect::get(error, &"name".into()).unwrap_or_default();
    matches!(
        name.as_string().as_deref(),
        Some("TimeoutError" | "AbortError")
    )
}

fn failed(error: &JsValue) -> KeeperError {
    KeeperError::Locks {
        detail: describe(error),
    }
}
