//! What is kept in the browser: files of encoders from the hub, by their addresses, in its cache for pages (the Cache
//! API). A browser may have none, in a private window for example or for a page that is not from a safe origin.

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::clock::scope;

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

    /// A file, if it is here.
    ///
    /// # Errors
    /// What the browser says if it cannot be read.
    pub async fn get(&self, url: &str) -> Result<Option<ArrayBuffer>, JsValue> {
        let found = JsFuture::from(self.cache.find(url)).await?;
        let Ok(response) = found.dyn_into::<Response>() else {
            return Ok(None);
        };
        let bytes = JsFuture::from(response.array_buffer()?).await?;
        Ok(Some(bytes.unchecked_into()))
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
