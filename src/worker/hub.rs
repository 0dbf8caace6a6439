//! Encoders from the hub: looked up and fetched only when the user asks, checked, and kept in the browser.

mod download;

use burn::tensor::Device;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsValue;

use self::download::Download;
use super::fetch::Reply;
use super::port::post;
use super::store::Store;
use crate::hub::{
    Hub, HubAccess, HubDescription, HubError, Listing, MOST_LISTING_BYTES, Repository,
};
use crate::model::folder::{most_bytes, needed};
use crate::model::{MissingFile, PretrainedEncoder, PretrainedError};
use crate::port::describe;
use crate::protocol::{ErrorKind, Event, HubFound, RequestId, WireError};

/// The worker's way to the hub.
pub struct HubClient {
    access: HubAccess,
    /// What was looked up last.
    described: Option<HubDescription>,
    /// A download that broke off.
    broken_off: Option<Download>,
}

impl HubClient {
    /// A client that has asked for nothing yet.
    pub fn new(url: &str, is_allowed: bool) -> Self {
        Self {
            access: HubAccess::new(Hub::new(url), is_allowed),
            described: None,
            broken_off: None,
        }
    }

    fn hub(&self) -> &Hub {
        self.access.hub()
    }

    /// What a repository holds: from the browser's store if it is there, else from the hub.
    pub async fn look_up(&mut self, name: &str) -> Result<HubFound, WireError> {
        let repository = Repository::parse(name).map_err(HubError::from)?;
        let stored = self.stored(&repository).await;
        let is_stored = stored.is_some();
        let description = match stored {
            Some(description) => description,
            None => self.ask(&repository, None).await?,
        };
        self.described = Some(description.clone());
        let repository = Repository::parse(&description.repository).map_err(HubError::from)?;
        Ok(HubFound {
            address: self.hub().page(&repository),
            description,
            stored: is_stored,
        })
    }

    /// Fetches a revision of a repository, or takes it from the browser's store, and puts it on the device. Its licence
    /// comes along, if the hub tells it.
    pub async fn load(
        &mut self,
        repository: &str,
        revision: &str,
        id: RequestId,
        device: &Device,
    ) -> Result<(PretrainedEncoder, Option<String>), WireError> {
        let repository = Repository::parse(repository).map_err(HubError::from)?;
        let description = self.description(&repository, revision).await?;
        let mut download = match self.broken_off.take() {
            Some(download) if download.is_of(&description) => download,
            _ => {
                let store = Store::open().await.map_err(|error| describe(&error));
                Download::new(&self.access, repository.clone(), description.clone(), store)
            }
        };
        let loaded = download.load(id, device).await;
        match &loaded {
            Ok(_) => {
                let problem = self.keep(&repository, &description, download.store()).await;
                post(&Event::HubStored {
                    id,
                    repository: repository.to_string(),
                    problem: problem.err().map(WireError::from),
                });
            }
            // What cannot be used is not kept. What broke off is, for the next attempt.
            Err(error) if error.kind == ErrorKind::Encoder => {
                self.forget_quietly(&repository).await;
            }
            Err(_) => self.broken_off = Some(download).filter(Download::has_broken_off),
        }
        Ok((loaded?, description.license))
    }

    /// Removes all that is stored of a repository.
    pub async fn forget(&mut self, name: &str) -> Result<(), HubError> {
        let repository = Repository::parse(name)?;
        let prefix = self.hub().stored_prefix(&repository);
        self.broken_off = None;
        let removed = match Store::open().await {
            Ok(store) => store.remove(&prefix).await,
            Err(error) => Err(error),
        };
        removed.map_err(|error| HubError::NotForgotten {
            repository: repository.to_string(),
            detail: describe(&error),
        })
    }

    /// The description of an encoder that the browser keeps whole.
    async fn stored(&self, repository: &Repository) -> Option<HubDescription> {
        // A browser that cannot say what it keeps keeps nothing.
        let store = Store::open().await.ok()?;
        let url = self.hub().stored_description(repository);
        let bytes: ArrayBuffer = store.get(&url).await.ok()??;
        let bytes = Uint8Array::new(&bytes);
        serde_json::from_slice(&bytes.to_vec()).ok()
    }

    /// What `revision` holds: as it was looked up, as it is stored, or, in a new worker, as the hub says again.
    async fn description(
        &mut self,
        repository: &Repository,
        revision: &str,
    ) -> Result<HubDescription, WireError> {
        let name = repository.to_string();
        let is_it = |description: &HubDescription| {
            description.repository == name && description.revision == revision
        };
        if let Some(description) = self.described.clone().filter(is_it) {
            return Ok(description);
        }
        if let Some(description) = self.stored(repository).await.filter(is_it) {
            return Ok(description);
        }
        self.ask(repository, Some(revision)).await
    }

    /// Asks the hub what a repository holds.
    async fn ask(
        &self,
        repository: &Repository,
        revision: Option<&str>,
    ) -> Result<HubDescription, WireError> {
        let url = self.hub().listing(repository, revision);
        let mut reply = request(&self.access, repository, &url, None).await?;
        if !reply.is_ok() {
            return Err(HubError::of_status(
                reply.status,
                self.hub().host(),
                &repository.to_string(),
                "its files",
            )
            .into());
        }
        let mut answer = Vec::new();
        while let Some(chunk) = reply.body.next().await.map_err(unreachable(self.hub()))? {
            if answer.len() + chunk.length() as usize > MOST_LISTING_BYTES {
                return Err(HubError::TooLong {
                    most: MOST_LISTING_BYTES,
                }
                .into());
            }
            answer.extend(chunk.to_vec());
        }
        let listing = Listing::parse(&answer)?;
        let names = listing.names();
        MissingFile::check(&names).map_err(PretrainedError::from)?;
        Ok(listing.describe(&needed(&names), most_bytes)?)
    }

    /// Marks what was stored as whole.
    async fn keep(
        &self,
        repository: &Repository,
        description: &HubDescription,
        store: &Result<Store, String>,
    ) -> Result<(), HubError> {
        let not_stored = |detail| HubError::NotStored {
            repository: repository.to_string(),
            detail,
        };
        let result = async {
            let store = store.as_ref().map_err(Clone::clone)?;
            let json = serde_json::to_vec(description).map_err(|error| error.to_string())?;
            let url = self.hub().stored_description(repository);
            let put = store.put(&url, &json).await;
            put.map_err(|error| describe(&error))
        }
        .await;
        if result.is_err() {
            self.forget_quietly(repository).await;
        }
        result.map_err(not_stored)
    }

    /// Removes what is stored of a repository, where nobody needs to hear whether that went well.
    async fn forget_quietly(&self, repository: &Repository) {
        if let Ok(store) = Store::open().await {
            let _ = store.remove(&self.hub().stored_prefix(repository)).await;
        }
    }
}

/// Asks the hub for what lies at an address of a repository, or a part of it. Every request to the hub is made here.
async fn request(
    access: &HubAccess,
    repository: &Repository,
    url: &str,
    range: Option<&str>,
) -> Result<Reply, HubError> {
    access.check(repository)?;
    let reply = Reply::of_stranger(url, range).await;
    reply.map_err(unreachable(access.hub()))
}

fn unreachable(hub: &Hub) -> impl Fn(JsValue) -> HubError {
    let host = hub.host().to_owned();
    move |error| HubError::Unreachable {
        host: host.clone(),
        detail: describe(&error),
    }
}
