//! The cache of this build, and those of others: what is in them, and what is answered with it.

use std::collections::BTreeSet;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, FetchEvent, Headers, Request, Response, ResponseInit, Url};

use super::Host;
use super::download::{problem_of, sha256};
use crate::offline::{ListedFile, Part, Problem, Route, content_type, part_of};

impl Host {
    /// A file of this build. One that is not kept yet is, if the server still has it.
    pub(super) async fn serve(
        self: &Rc<Self>,
        event: &FetchEvent,
        file: &ListedFile,
        range: Option<&str>,
    ) -> Result<Response, JsValue> {
        // A cache that fails has kept nothing, and must not keep the page from what its server has.
        let response = match self.stored(file).await {
            Ok(Some(response)) => response,
            Ok(None) | Err(_) => match self.fetched(event, file).await {
                Ok(bytes) => self.response(file, &bytes, 200)?,
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

    /// A file that is given away as soon as it is there. Whether it is kept, for which there may be no room, is found out
    /// later.
    async fn fetched(
        self: &Rc<Self>,
        event: &FetchEvent,
        file: &ListedFile,
    ) -> Result<ArrayBuffer, Problem> {
        let download = self.download(file);
        // Fails only for an event that is over.
        let _ = event.wait_until(&download.kept);
        let bytes = JsFuture::from(download.bytes).await.map_err(problem_of)?;
        Ok(bytes.unchecked_into())
    }

    /// The paths of what is kept.
    pub(super) async fn kept_paths(&self) -> Result<BTreeSet<String>, JsValue> {
        let requests = JsFuture::from(self.cache().await?.keys()).await?;
        let requests: Array = requests.unchecked_into();
        let urls = requests
            .iter()
            .map(|request| request.unchecked_into::<Request>().url());
        Ok(urls
            .filter_map(|url| url.strip_prefix(&self.scope).map(str::to_owned))
            .collect())
    }

    /// Keeps a file.
    pub(super) async fn put(&self, file: &ListedFile, bytes: &ArrayBuffer) -> Result<(), JsValue> {
        let response = self.response(file, bytes, 200)?;
        let cache = self.cache().await?;
        JsFuture::from(cache.put_with_str(&self.address(file), &response)).await?;
        Ok(())
    }

    /// A file as another build of this page has kept it, if it is the very same there.
    pub(super) async fn of_another_build(
        &self,
        file: &ListedFile,
    ) -> Result<Option<ArrayBuffer>, JsValue> {
        for name in self.other_caches().await? {
            let cache = JsFuture::from(self.global.caches()?.open(&name)).await?;
            let cache: Cache = cache.unchecked_into();
            let stored = JsFuture::from(cache.match_with_str(&self.address(file))).await?;
            let Ok(stored) = stored.dyn_into::<Response>() else {
                continue;
            };
            let bytes = JsFuture::from(stored.array_buffer()?).await?;
            let bytes: ArrayBuffer = bytes.unchecked_into();
            if sha256(&bytes).await? == file.sha256 {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Takes over what other builds have kept and this one would have to fetch.
    pub(super) async fn take_files_over(&self) -> Result<(), JsValue> {
        let kept = self.kept_paths().await?;
        let missing = |file: &&ListedFile| !kept.contains(&file.path);
        for file in self.site.files.iter().filter(missing) {
            if let Some(bytes) = self.of_another_build(file).await? {
                self.put(file, &bytes).await?;
            }
        }
        Ok(())
    }

    /// Removes the caches of other builds of this page.
    pub(super) async fn remove_outdated(&self) -> Result<(), JsValue> {
        for name in self.other_caches().await? {
            JsFuture::from(self.global.caches()?.delete(&name)).await?;
        }
        Ok(())
    }

    /// The names of the caches of other builds of this page.
    async fn other_caches(&self) -> Result<Vec<String>, JsValue> {
        let names = JsFuture::from(self.global.caches()?.keys()).await?;
        let names: Array = names.unchecked_into();
        let scope = self.scope_path()?;
        let names = names.iter().filter_map(|name| name.as_string());
        Ok(names
            .filter(|name| self.site.is_outdated(name, &scope))
            .collect())
    }

    /// A file as it is kept.
    async fn stored(&self, file: &ListedFile) -> Result<Option<Response>, JsValue> {
        let stored = self.cache().await?.match_with_str(&self.address(file));
        Ok(JsFuture::from(stored).await?.dyn_into().ok())
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

    /// Where a file is asked for, and under which it is kept.
    pub(super) fn address(&self, file: &ListedFile) -> String {
        format!("{}{}", self.scope, file.path)
    }

    fn scope_path(&self) -> Result<String, JsValue> {
        Ok(Url::new(&self.scope)?.pathname())
    }
}
