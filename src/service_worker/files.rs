//! Files: fetched, checked, kept and given away.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Headers, Request, RequestCache, RequestInit, Response, ResponseInit, Url};

use super::Host;
use crate::offline::{ListedFile, Part, Problem, Route, Told, content_type, part_of};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn digest(algorithm: &str, bytes: &ArrayBuffer) -> Result<Promise, JsValue>;
}

impl Host {
    /// Keeps files and tells the pages how far it is; all `wanted` ones count.
    pub(super) async fn keep(
        &self,
        files: &[ListedFile],
        wanted: &[ListedFile],
    ) -> Result<(), Problem> {
        let kept = self.keep_each(files, wanted).await;
        self.tell_of_requests().await;
        if let Err(problem) = &kept {
            let problem = problem.clone();
            self.tell(&Told::Failed { problem }).await;
        }
        kept
    }

    async fn keep_each(&self, files: &[ListedFile], wanted: &[ListedFile]) -> Result<(), Problem> {
        let total = wanted.iter().map(|file| file.bytes).sum();
        let cache = self.cache().await.map_err(storage)?;
        let mut kept = 0;
        for file in files {
            let stored = JsFuture::from(cache.match_with_str(&self.address(file)));
            if stored.await.map_err(storage)?.is_undefined() {
                // Told before each file that comes from the server: the others take no time.
                self.tell(&Told::Keeping { kept, total }).await;
                let bytes = self.fetch_checked(file).await?;
                self.put(&cache, file, &bytes).await.map_err(storage)?;
            }
            kept += file.bytes;
        }
        self.tell(&Told::Keeping { kept, total }).await;
        Ok(())
    }

    /// A file of this build. One that is not kept yet is, if the server still has it.
    pub(super) async fn serve(
        &self,
        file: &ListedFile,
        range: Option<&str>,
    ) -> Result<Response, JsValue> {
        let cache = self.cache().await?;
        let stored = JsFuture::from(cache.match_with_str(&self.address(file))).await?;
        let response = match stored.dyn_into::<Response>() {
            Ok(response) => response,
            Err(_) => match self.fetch_checked(file).await {
                Ok(bytes) => {
                    // Without room for it, it is still given away.
                    let _ = self.put(&cache, file, &bytes).await;
                    self.response(file, &bytes, 200)?
                }
                Err(Problem::Altered { .. }) => self.response(file, &ArrayBuffer::new(0), 409)?,
                Err(_) => Response::error(),
            },
        };
        if response.status() != 200 {
            return Ok(response);
        }
        match part_of(range, file.bytes) {
            Part::Whole => Ok(response),
            Part::Outside => {
                let outside = self.response(file, &ArrayBuffer::new(0), 416)?;
                let range = format!("bytes */{}", file.bytes);
                outside.headers().set("Content-Range", &range)?;
                Ok(outside)
            }
            Part::Bytes { first, last } => {
                let bytes: ArrayBuffer = JsFuture::from(response.array_buffer()?)
                    .await?
                    .unchecked_into();
                let part = bytes.slice_with_end(first, last + 1);
                let part = self.response(file, &part, 206)?;
                let range = format!("bytes {first}-{last}/{}", file.bytes);
                part.headers().set("Content-Range", &range)?;
                Ok(part)
            }
        }
    }

    /// Passes a request on.
    pub(super) async fn ask_server(&self, request: &Request) -> Result<Response, JsValue> {
        self.requests.set(self.requests.get() + 1);
        let response = JsFuture::from(self.global.fetch_with_request(request)).await?;
        Ok(response.unchecked_into())
    }

    /// Removes the caches of other builds of this page.
    pub(super) async fn remove_outdated(&self) -> Result<(), JsValue> {
        let caches = self.global.caches()?;
        let names: js_sys::Array = JsFuture::from(caches.keys()).await?.unchecked_into();
        let scope = self.scope_path()?;
        for name in names.iter().filter_map(|name| name.as_string()) {
            if self.site.is_outdated(&name, &scope) {
                JsFuture::from(caches.delete(&name)).await?;
            }
        }
        Ok(())
    }

    /// A file's bytes, which are those of this build. What a cache on the way holds may be of another; then the server is
    /// asked again.
    async fn fetch_checked(&self, file: &ListedFile) -> Result<ArrayBuffer, Problem> {
        for cache in [RequestCache::Default, RequestCache::Reload] {
            let bytes = self.fetch_with(file, cache).await;
            let bytes = bytes.ok().flatten().ok_or_else(|| Problem::Unreachable {
                file: file.path.clone(),
            })?;
            if sha256(&bytes).await.map_err(storage)? == file.sha256 {
                return Ok(bytes);
            }
        }
        Err(Problem::Altered {
            file: file.path.clone(),
        })
    }

    /// What the server has in a file's place; `None` if it has nothing.
    async fn fetch_with(
        &self,
        file: &ListedFile,
        cache: RequestCache,
    ) -> Result<Option<ArrayBuffer>, JsValue> {
        let init = RequestInit::new();
        init.set_cache(cache);
        let request = Request::new_with_str_and_init(&self.address(file), &init)?;
        let response = self.ask_server(&request).await?;
        if response.status() != 200 {
            return Ok(None);
        }
        let bytes = JsFuture::from(response.array_buffer()?).await?;
        Ok(Some(bytes.unchecked_into()))
    }

    async fn put(
        &self,
        cache: &Cache,
        file: &ListedFile,
        bytes: &ArrayBuffer,
    ) -> Result<(), JsValue> {
        let response = self.response(file, bytes, 200)?;
        JsFuture::from(cache.put_with_str(&self.address(file), &response)).await?;
        Ok(())
    }

    /// An answer with the headers of this build, whatever the server sends.
    fn response(
        &self,
        file: &ListedFile,
        bytes: &ArrayBuffer,
        status: u16,
    ) -> Result<Response, JsValue> {
        let headers = Headers::new()?;
        headers.set("Content-Type", content_type(&file.path))?;
        headers.set("Content-Length", &bytes.byte_length().to_string())?;
        for (name, value) in self.site.policy.headers(Route::of(&file.path)) {
            headers.set(name, &value)?;
        }
        let init = ResponseInit::new();
        init.set_status(status);
        init.set_headers(&headers);
        Response::new_with_opt_buffer_source_and_init(Some(bytes), &init)
    }

    async fn cache(&self) -> Result<Cache, JsValue> {
        let name = self.site.cache_name(&self.scope_path()?);
        let cache = JsFuture::from(self.global.caches()?.open(&name)).await?;
        Ok(cache.unchecked_into())
    }

    fn address(&self, file: &ListedFile) -> String {
        format!("{}{}", self.scope, file.path)
    }

    fn scope_path(&self) -> Result<String, JsValue> {
        Ok(Url::new(&self.scope)?.pathname())
    }
}

fn storage(error: JsValue) -> Problem {
    let detail = error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    );
    Problem::Storage { detail }
}

/// The checksum in lower-case hexadecimal digits.
async fn sha256(bytes: &ArrayBuffer) -> Result<String, JsValue> {
    let digest = JsFuture::from(digest("SHA-256", bytes)?).await?;
    let digest = Uint8Array::new(&digest).to_vec();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
