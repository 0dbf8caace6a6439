//! What is kept in the browser: files of encoders from the hub, by their addresses, in its cache for pages (the Cache
//! API). A browser may have none, in a private window for example or for a page that is not from a safe origin.

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStream, Response};

use super::clock::scope;
use super::fetch::Body;

/// Name of the cache that holds them.
const NAME: &str = "tabtune-hub";

#[wasm_bindgen]
extern "C" {
    type CacheStorage;

    #[wasm_bindgen(method)]
    fn open(this: &CacheStorage, name: &str) -> Promise;

    type Cache;

    #[wasm_bindgen(method, js_name = match)]
    fn find(this: &Cache, url: &str) -> Promise;

    #[wasm_bindgen(method)]
    fn put(this: &Cache, url: &str, response: &Response) -> Promise;

    #[wasm_bindgen(method)]
    fn delete(this: &Cache, url: &str) -> Promise;

    #[wasm_bindgen(method)]
    fn keys(this: &Cache) -> Promise;

    /// A pipe.
    type TransformStream;

    #[wasm_bindgen(constructor)]
    fn new() -> TransformStream;

    #[wasm_bindgen(method, getter)]
    fn readable(this: &TransformStream) -> ReadableStream;

    #[wasm_bindgen(method, getter)]
    fn writable(this: &TransformStream) -> WritableStream;

    type WritableStream;

    #[wasm_bindgen(method, js_name = getWriter)]
    fn writer(this: &WritableStream) -> StreamWriter;

    type StreamWriter;

    #[wasm_bindgen(method)]
    fn write(this: &StreamWriter, chunk: &Uint8Array) -> Promise;

    #[wasm_bindgen(method)]
    fn close(this: &StreamWriter) -> Promise;

    #[wasm_bindgen(method)]
    fn abort(this: &StreamWriter) -> Promise;
}

/// The store.
pub struct Store {
    cache: Cache,
}

impl Store {
    /// Opens the store.
    ///
    /// # Errors
    /// What the browser says if there is none.
    pub async fn open() -> Result<Self, JsValue> {
        let caches = Reflect::get(&scope(), &"caches".into())?;
        if !caches.is_object() {
            return Err(js_sys::Error::new("the browser offers no cache to this page").into());
        }
        let caches: CacheStorage = caches.unchecked_into();
        let cache = JsFuture::from(caches.open(NAME)).await?.unchecked_into();
        Ok(Self { cache })
    }

    /// A small file whole, if it is here.
    ///
    /// # Errors
    /// What the browser says if it cannot be read.
    pub async fn get(&self, url: &str) -> Result<Option<ArrayBuffer>, JsValue> {
        let Some(response) = self.find(url).await? else {
            return Ok(None);
        };
        let bytes = JsFuture::from(response.array_buffer()?).await?;
        Ok(Some(bytes.unchecked_into()))
    }

    /// The bytes of a file, as they come, if it is here.
    ///
    /// # Errors
    /// What the browser says if it cannot be read.
    pub async fn stream(&self, url: &str) -> Result<Option<Body>, JsValue> {
        Ok(self.find(url).await?.as_ref().map(Body::of))
    }

    async fn find(&self, url: &str) -> Result<Option<Response>, JsValue> {
        let found = JsFuture::from(self.cache.find(url)).await?;
        Ok(found.dyn_into().ok())
    }

    /// Begins to put a file in, in place of an older one. Its bytes go to the browser as they come, and it is only there
    /// once it has ended.
    ///
    /// # Errors
    /// What the browser says if it cannot begin.
    pub fn begin(&self, url: &str) -> Result<StoredFile, JsValue> {
        let pipe = TransformStream::new();
        let response = Response::new_with_opt_readable_stream(Some(&pipe.readable()))?;
        let put = self.cache.put(url, &response);
        // Somebody has to hear of its failure, even if nobody asks any more.
        let heard = JsFuture::from(put.clone());
        spawn_local(async { drop(heard.await) });
        Ok(StoredFile {
            writer: pipe.writable().writer(),
            put,
        })
    }

    /// Puts a file in, in place of an older one.
    ///
    /// # Errors
    /// What the browser says if it has no room.
    pub async fn put(&self, url: &str, bytes: &[u8]) -> Result<(), JsValue> {
        let bytes: Object = Uint8Array::from(bytes).into();
        let response = Response::new_with_opt_buffer_source(Some(&bytes))?;
        JsFuture::from(self.cache.put(url, &response)).await?;
        Ok(())
    }

    /// Removes every file whose address begins so.
    ///
    /// # Errors
    /// What the browser says if one stays.
    pub async fn remove(&self, prefix: &str) -> Result<(), JsValue> {
        let requests: Array = JsFuture::from(self.cache.keys()).await?.unchecked_into();
        for request in requests.iter() {
            let url = Reflect::get(&request, &"url".into())?
                .as_string()
                .unwrap_or_default();
            if url.starts_with(prefix) {
                JsFuture::from(self.cache.delete(&url)).await?;
            }
        }
        Ok(())
    }
}

/// A file on its way into the store. If it is dropped before its end, nothing of it is stored.
pub struct StoredFile {
    writer: StreamWriter,
    put: Promise,
}

impl StoredFile {
    /// Hands bytes over, and waits until the browser has taken them.
    ///
    /// # Errors
    /// What the browser says if it has no room.
    pub async fn write(&self, chunk: &Uint8Array) -> Result<(), JsValue> {
        let written = self.writer.write(chunk);
        // A browser that gives the file up may take nothing any more, and not say so here.
        JsFuture::from(Promise::race(&Array::of2(&written, &self.put))).await?;
        Ok(())
    }

    /// Ends the file: now it is stored.
    ///
    /// # Errors
    /// What the browser says if it has no room.
    pub async fn end(self) -> Result<(), JsValue> {
        let closed = JsFuture::from(self.writer.close());
        JsFuture::from(self.put.clone()).await?;
        closed.await?;
        Ok(())
    }
}

impl Drop for StoredFile {
    fn drop(&mut self) {
        // Of one that has ended there is nothing to give up.
        let given_up = JsFuture::from(self.writer.abort());
        spawn_local(async { drop(given_up.await) });
    }
}
