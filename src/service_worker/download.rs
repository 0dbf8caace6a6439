//! Files on their way from the server: watched, compared with their checksums, and had once by all who wait for them.

use std::cell::Cell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use js_sys::{ArrayBuffer, Date, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    AbortController, ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response,
};

use super::Host;
use crate::checksum::hexadecimal;
use crate::offline::{ListedFile, Problem};

/// A request that brings no byte for so long is given up. Browsers make a request wait for another one of the same file
/// for up to 20 seconds.
const STALLED_MS: u32 = 30_000;

/// A file that gave no sign of life for so long, while it was fetched or kept, is taken for lost.
const LOST_MS: f64 = 60_000.0;

/// A file on its way. Copies are the same.
#[derive(Clone)]
pub(super) struct Download {
    /// Its bytes, an `ArrayBuffer`, once they are known to be this build's; or a [`Problem`].
    pub(super) bytes: Promise,
    /// Its being kept; or a [`Problem`].
    pub(super) kept: Promise,
    /// When it last gave a sign of life, in milliseconds since 1970.
    heard_at: Rc<Cell<f64>>,
}

impl Host {
    /// Fetches a file and keeps it, unless that is going on.
    pub(super) fn download(self: &Rc<Self>, file: &ListedFile) -> Download {
        let mut downloads = self.downloads.borrow_mut();
        let going_on = downloads.get(&file.path);
        let is_alive = |on: &&Download| Date::now() - on.heard_at.get() < LOST_MS;
        if let Some(going_on) = going_on.filter(is_alive) {
            return going_on.clone();
        }
        let heard_at = Rc::new(Cell::new(Date::now()));
        let (host, asked, heard) = (self.clone(), file.clone(), heard_at.clone());
        let bytes = future_to_promise(async move {
            let bytes = host.checked_bytes(&asked, &heard).await;
            bytes.map(JsValue::from).map_err(as_error)
        });
        let (host, asked, heard) = (self.clone(), file.clone(), heard_at.clone());
        let coming = bytes.clone();
        let kept = future_to_promise(async move {
            let kept = match JsFuture::from(coming).await {
                Ok(bytes) => {
                    heard.set(Date::now());
                    let kept = host.put(&asked, bytes.unchecked_ref()).await;
                    kept.map_err(|error| as_error(storage(error)))
                }
                Err(problem) => Err(problem),
            };
            // One that was taken for lost has another one in its place.
            let mut downloads = host.downloads.borrow_mut();
            if downloads
                .get(&asked.path)
                .is_some_and(|on| Rc::ptr_eq(&on.heard_at, &heard))
            {
                downloads.remove(&asked.path);
            }
            kept.map(|()| JsValue::UNDEFINED)
        });
        let download = Download {
            bytes,
            kept,
            heard_at,
        };
        downloads.insert(file.path.clone(), download.clone());
        download
    }

    /// A file's bytes, which are those of this build: from another build's cache, or from the server. What a cache on the
    /// way holds may be of another build, and may be stuck; then the server is asked past it.
    async fn checked_bytes(
        &self,
        file: &ListedFile,
        heard_at: &Cell<f64>,
    ) -> Result<ArrayBuffer, Problem> {
        if let Ok(Some(bytes)) = self.of_another_build(file).await {
            return Ok(bytes);
        }
        let path = || file.path.clone();
        let mut problem = Problem::Unreachable { file: path() };
        for cache in [RequestCache::Default, RequestCache::Reload] {
            problem = match self.fetch_with(file, cache, heard_at).await {
                Ok(Some(bytes)) if sha256(&bytes).await.map_err(storage)? == file.sha256 => {
                    return Ok(bytes);
                }
                Ok(_) => Problem::Altered { file: path() },
                Err(_) => Problem::Unreachable { file: path() },
            };
        }
        Err(problem)
    }

    /// What the server has in a file's place; `None` if that has another length.
    async fn fetch_with(
        &self,
        file: &ListedFile,
        cache: RequestCache,
        heard_at: &Cell<f64>,
    ) -> Result<Option<ArrayBuffer>, JsValue> {
        let controller = AbortController::new()?;
        let init = RequestInit::new();
        init.set_cache(cache);
        init.set_signal(Some(&controller.signal()));
        let request = Request::new_with_str_and_init(&self.address(file), &init)?;
        let watched = async |promise: Promise| {
            heard_at.set(Date::now());
            let stalled = controller.clone();
            let _stalled = Timeout::new(STALLED_MS, move || stalled.abort());
            JsFuture::from(promise).await
        };
        let response: Response = watched(self.ask_server(&request)).await?.unchecked_into();
        let (Some(body), 200) = (response.body(), response.status()) else {
            controller.abort();
            return Err(JsValue::UNDEFINED);
        };
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        let bytes = Uint8Array::new_with_length(file.bytes);
        let mut length = 0;
        loop {
            let read = watched(reader.read()).await?;
            if Reflect::get(&read, &"done".into())?.is_truthy() {
                let is_whole = length == file.bytes;
                return Ok(is_whole.then(|| bytes.buffer()));
            }
            let chunk: Uint8Array = Reflect::get(&read, &"value".into())?.unchecked_into();
            if chunk.length() > file.bytes - length {
                controller.abort();
                return Ok(None);
            }
            bytes.set(&chunk, length);
            length += chunk.length();
        }
    }
}

/// A problem as a promise is rejected with it.
pub(super) fn as_error(problem: Problem) -> JsValue {
    // Plain data always becomes JSON.
    serde_json::to_string(&problem).unwrap_or_default().into()
}

/// The problem that a promise was rejected with.
pub(super) fn problem_of(error: JsValue) -> Problem {
    let problem = error.as_string();
    let problem = problem.and_then(|problem| serde_json::from_str(&problem).ok());
    problem.unwrap_or_else(|| storage(error))
}

/// What the browser says where it does not keep a file.
pub(super) fn storage(error: JsValue) -> Problem {
    let detail = error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    );
    Problem::Storage { detail }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn digest(algorithm: &str, bytes: &ArrayBuffer) -> Result<Promise, JsValue>;
}

/// The checksum in lower-case hexadecimal digits.
pub(super) async fn sha256(bytes: &ArrayBuffer) -> Result<String, JsValue> {
    let digest = JsFuture::from(digest("SHA-256", bytes)?).await?;
    Ok(hexadecimal(&Uint8Array::new(&digest).to_vec()))
}
