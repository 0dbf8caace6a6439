//! Giving the user a file.

use gloo::file::{Blob, ObjectUrl};
use gloo::timers::callback::Timeout;
use js_sys::ArrayBuffer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// How long the bytes are kept for the browser to read them. Nothing tells when it has.
const KEPT_MS: u32 = 60_000;

#[wasm_bindgen]
extern "C" {
    type Link;

    #[wasm_bindgen(method)]
    fn click(this: &Link);
}

/// Bytes that the browser keeps, in memory or on the disk as it sees fit.
pub(crate) fn as_file(bytes: ArrayBuffer) -> Blob {
    Blob::new_with_options(bytes, Some("application/octet-stream"))
}

/// Lets the browser save a file, in its folder for that or where the user says. Nothing is sent anywhere.
///
/// # Errors
/// What the browser says if it does not let the page do this.
pub(crate) fn save_file(name: &str, file: &Blob) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or("there is no document")?;
    let url = ObjectUrl::from(file.clone());
    let link = document.create_element("a")?;
    link.set_attribute("href", &url)?;
    link.set_attribute("download", name)?;
    link.unchecked_into::<Link>().click();
    // The address is revoked with it.
    Timeout::new(KEPT_MS, move || drop(url)).forget();
    Ok(())
}
