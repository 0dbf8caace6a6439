//! Scripts that the page starts beside itself.
//!
//! The page's policy lets no string be an address of a script (`require-trusted-types-for`). The one policy for such
//! addresses, `tabtune`, is made here and takes the page's own loaders alone. Old browsers have no trusted types; there
//! the same check stands before the call.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ServiceWorkerContainer, WorkerOptions, WorkerType};

use crate::offline::is_own_script;

/// The name that the page's `trusted-types` allows.
const POLICY: &str = "tabtune";

#[wasm_bindgen]
extern "C" {
    /// `Worker`, whose constructor takes a trusted address.
    #[wasm_bindgen(extends = web_sys::Worker, js_name = Worker)]
    type TrustedWorker;

    #[wasm_bindgen(constructor, catch, js_class = "Worker")]
    fn new(address: &JsValue, options: &WorkerOptions) -> Result<TrustedWorker, JsValue>;

    /// `navigator.serviceWorker`, which takes one too.
    #[wasm_bindgen(extends = ServiceWorkerContainer, js_name = ServiceWorkerContainer)]
    type TrustedContainer;

    #[wasm_bindgen(method, catch, js_name = register)]
    fn register_trusted(this: &TrustedContainer, address: &JsValue) -> Result<Promise, JsValue>;

    /// A policy for trusted types.
    type TypePolicy;

    #[wasm_bindgen(method, catch, js_name = createScriptURL)]
    fn create_script_url(this: &TypePolicy, address: &str) -> Result<JsValue, JsValue>;
}

thread_local! {
    /// A page may make a policy once.
    static SCRIPTS: Option<TypePolicy> = policy().ok();
}

/// Starts a worker from its loader's address, relative to the page.
///
/// # Errors
/// If the script is none of the page's own, or the browser refuses it.
pub(crate) fn worker(loader: &str, script: WorkerType) -> Result<web_sys::Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(script);
    Ok(TrustedWorker::new(&own_script(loader)?, &options)?.into())
}

/// Registers a service worker by its script's address, relative to the page.
///
/// # Errors
/// As [`worker`].
pub(crate) fn register(
    container: &ServiceWorkerContainer,
    script: &str,
) -> Result<Promise, JsValue> {
    let container: &TrustedContainer = container.unchecked_ref();
    container.register_trusted(&own_script(script)?)
}

/// An address that the browser takes for that of a script.
fn own_script(address: &str) -> Result<JsValue, JsValue> {
    SCRIPTS.with(|policy| match policy {
        Some(policy) => policy.create_script_url(address),
        None => checked(address).map(JsValue::from),
    })
}

fn checked(address: &str) -> Result<String, JsValue> {
    if is_own_script(address) {
        Ok(address.to_owned())
    } else {
        Err(format!("{address} is no script of this page").into())
    }
}

/// Makes the policy.
///
/// # Errors
/// If the browser knows no trusted types.
fn policy() -> Result<TypePolicy, JsValue> {
    let factory = Reflect::get(&js_sys::global(), &"trustedTypes".into())?;
    let create: Function = Reflect::get(&factory, &"createPolicy".into())?.dyn_into()?;
    let check = Closure::<dyn Fn(String) -> Result<String, JsValue>>::new(|address: String| {
        checked(&address)
    });
    let rules = Object::new();
    Reflect::set(&rules, &"createScriptURL".into(), &check.into_js_value())?;
    let policy = create.call2(&factory, &POLICY.into(), &rules)?;
    Ok(policy.unchecked_into())
}
