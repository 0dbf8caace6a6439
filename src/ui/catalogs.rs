//! The messages of the languages: those of one are part of this module, the others are fetched when they are asked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, Response};

use super::engine::base_url;
use crate::language::{Catalog, Language};
use crate::port::describe;

/// Nobody waits longer for words that they may not need.
const PATIENCE_MS: u32 = 15_000;

thread_local! {
    static BUILT_IN: Rc<Catalog> = Rc::new(Catalog::built_in());
    static FETCHED: RefCell<HashMap<Language, Rc<Catalog>>> = RefCell::default();
}

/// The messages of the language that is always there.
pub(crate) fn built_in() -> Rc<Catalog> {
    BUILT_IN.with(Clone::clone)
}

/// The messages of a language; those that are built in for one that [`load`] has not fetched.
pub(crate) fn of(language: Language) -> Rc<Catalog> {
    let fetched = FETCHED.with_borrow(|fetched| fetched.get(&language).cloned());
    fetched.unwrap_or_else(built_in)
}

/// Sees to it that the messages of a language are there.
///
/// # Errors
/// Why they could not be fetched, in the browser's words.
pub(crate) async fn load(language: Language) -> Result<(), String> {
    let is_here = FETCHED.with_borrow(|fetched| fetched.contains_key(&language));
    if is_here || language == Language::BUILT_IN {
        return Ok(());
    }
    let file = language.file();
    let text = fetch(&file).await.map_err(|error| describe(&error))?;
    // A server may answer with a page of its own in place of what it lacks.
    let catalog = Catalog::read(language, &text).ok_or_else(|| format!("{file} is damaged"))?;
    FETCHED.with_borrow_mut(|fetched| fetched.insert(language, Rc::new(catalog)));
    Ok(())
}

async fn fetch(file: &str) -> Result<String, JsValue> {
    let init = RequestInit::new();
    let patience = AbortController::new()?;
    init.set_signal(Some(&patience.signal()));
    // It ends with this function, or ends the request.
    let _timeout = Timeout::new(PATIENCE_MS, move || patience.abort());
    let address = format!("{}{file}", base_url());
    let answer = JsFuture::from(window().fetch_with_str_and_init(&address, &init)).await?;
    let answer: Response = answer.unchecked_into();
    if !answer.ok() {
        let status = answer.status();
        return Err(js_sys::Error::new(&format!("HTTP {status}")).into());
    }
    let text = JsFuture::from(answer.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}
