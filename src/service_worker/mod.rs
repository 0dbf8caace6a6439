//! The service worker: it keeps the files of its build and answers the page's requests with them.
//!
//! Decisions are [`crate::offline`]'s; here they are carried out with the browser's objects. `cargo xtask finish` puts
//! this program, its WebAssembly and the list of files into one script, as a service worker must listen from its first
//! turn on and start without a connection.

mod download;
mod files;
mod keep;
mod pages;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    ExtendableEvent, ExtendableMessageEvent, FetchEvent, Request, Response,
    ServiceWorkerGlobalScope,
};

use crate::offline::{Answer, Ask, Asked, Site, answer};
use download::Download;

/// The variable of the script that holds the list of files, as JSON.
const SITE: &str = "tabtuneSite";

/// What the service worker knows for as long as it runs.
struct Host {
    global: ServiceWorkerGlobalScope,
    site: Site,
    /// The address of the page's folder.
    scope: String,
    /// The files on their way, by their paths.
    downloads: RefCell<HashMap<String, Download>>,
    /// Requests to the server of which no page was told.
    requests: Cell<u32>,
}

/// What the entry point does, within the script's first turn.
///
/// # Errors
/// If the script holds no list of files, or the browser takes no listener.
pub fn start() -> Result<(), JsValue> {
    let global: ServiceWorkerGlobalScope = js_sys::global().unchecked_into();
    let site = Reflect::get(&global, &SITE.into())?;
    let site = serde_json::from_str(&site.as_string().unwrap_or_default());
    let host = Rc::new(Host {
        site: site.map_err(|error| JsValue::from(error.to_string()))?,
        scope: global.registration().scope(),
        downloads: RefCell::default(),
        requests: Cell::new(0),
        global,
    });
    host.listen("install", Host::install)?;
    host.listen("activate", Host::activate)?;
    host.listen("fetch", Host::fetch)?;
    host.listen("message", Host::hear)
}

impl Host {
    /// Listens for as long as the service worker lives.
    fn listen<E: wasm_bindgen::convert::FromWasmAbi + 'static>(
        self: &Rc<Self>,
        name: &str,
        act: fn(&Rc<Self>, &E),
    ) -> Result<(), JsValue> {
        let host = self.clone();
        let act = Closure::<dyn Fn(E)>::new(move |event: E| act(&host, &event));
        let act = act.into_js_value();
        self.global
            .add_event_listener_with_callback(name, act.unchecked_ref())
    }

    /// Keeps what the page cannot start without. If that fails, the version in use stays in use.
    fn install(self: &Rc<Self>, event: &ExtendableEvent) {
        let host = self.clone();
        wait(event, async move {
            let kept = host.keep_essential().await;
            kept.map_err(|problem| JsValue::from(format!("{problem:?}")))
        });
    }

    /// Takes over what earlier versions kept, removes the rest of it, and answers the pages that are open from now on.
    fn activate(self: &Rc<Self>, event: &ExtendableEvent) {
        let host = self.clone();
        wait(event, async move {
            // What cannot be taken over is fetched when a page asks for it.
            let _ = host.take_files_over().await;
            // What is not removed is when the next version comes.
            let _ = host.remove_outdated().await;
            JsFuture::from(host.global.clients().claim()).await?;
            Ok(())
        });
    }

    fn fetch(self: &Rc<Self>, event: &FetchEvent) {
        let request = event.request();
        let (method, url) = (request.method(), request.url());
        let asked = Asked {
            method: &method,
            url: &url,
            scope: &self.scope,
        };
        let file = match answer(&self.site, asked) {
            Answer::Leave => return,
            Answer::Listed(file) => Some(file.clone()),
            Answer::Server => None,
        };
        let (host, answered) = (self.clone(), event.clone());
        let reply = future_to_promise(async move {
            let response = match file {
                Some(file) => {
                    let range = request.headers().get("Range")?;
                    host.serve(&answered, &file, range.as_deref()).await
                }
                None => JsFuture::from(host.ask_server(&request))
                    .await
                    .map(JsCast::unchecked_into),
            };
            host.tell_of_requests().await;
            Ok(response.unwrap_or_else(|_| Response::error()).into())
        });
        // Fails only for an event that was answered before.
        let _ = event.respond_with(&reply);
    }

    fn hear(self: &Rc<Self>, event: &ExtendableMessageEvent) {
        let ask = event.data().as_string().unwrap_or_default();
        let Ok(ask) = serde_json::from_str::<Ask>(&ask) else {
            return;
        };
        let (host, asked) = (self.clone(), event.clone());
        wait(event, async move {
            match ask {
                Ask::Keep { has_gpu, step } => host.keep_asked(&asked, has_gpu, step).await,
                Ask::TakeOver => host.take_over().await?,
            }
            Ok(())
        });
    }

    /// Asks the server, which counts.
    fn ask_server(&self, request: &Request) -> Promise {
        self.requests.set(self.requests.get() + 1);
        self.global.fetch_with_request(request)
    }
}

/// Keeps the service worker alive until the work is done.
fn wait(event: &ExtendableEvent, work: impl Future<Output = Result<(), JsValue>> + 'static) {
    let promise: Promise =
        future_to_promise(async move { work.await.map(|()| JsValue::UNDEFINED) });
    // Fails only after the event is over.
    let _ = event.wait_until(&promise);
}
