//! Encoders from the hub: looked up and fetched only when the user asks, checked, and kept in the browser.

use std::collections::BTreeMap;

use burn::tensor::Device;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsValue;

use super::clock::sleep;
use super::fetch::Reply;
use super::files::Progress;
use super::port::post;
use super::store::Store;
use crate::hub::{
    Hub, HubDescription, HubError, HubFile, Listing, MOST_LISTING_BYTES, Repository, Retries,
    Transfer, TransferFault,
};
use crate::model::folder::{CONFIG, PROMPTS, TOKENIZER, most_bytes, needed};
use crate::model::{EncoderPlan, MissingFile, PretrainedEncoder, PretrainedError, WeightFiles};
use crate::port::describe;
use crate::protocol::{ErrorKind, Event, HubFound, RequestId, WireError};

/// The worker's way to the hub.
pub struct HubClient {
    hub: Hub,
    /// What was looked up last.
    described: Option<HubDescription>,
    /// A file whose download broke off, by its address.
    broken_off: Option<(String, Transfer)>,
}

impl HubClient {
    /// A client that has asked for nothing yet.
    pub fn new(url: &str) -> Self {
        Self {
            hub: Hub::new(url),
            described: None,
            broken_off: None,
        }
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
            address: self.hub.page(&repository),
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
        let store = Store::open().await.map_err(|error| describe(&error));
        let mut fetched = Fetched {
            store,
            progress: Progress::new(id, description.total()),
            files: BTreeMap::new(),
        };
        let loaded = self
            .load_files(&repository, &description, &mut fetched, device)
            .await;
        match &loaded {
            Ok(_) => {
                let problem = self.keep(&repository, &description, fetched.store).await;
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
            Err(_) => (),
        }
        Ok((loaded?, description.license))
    }

    /// Removes all that is stored of a repository.
    pub async fn forget(&mut self, name: &str) -> Result<(), HubError> {
        let repository = Repository::parse(name)?;
        let prefix = self.hub.stored_prefix(&repository);
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
        let url = self.hub.stored_description(repository);
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
        let url = self.hub.listing(repository, revision);
        let unreachable = |error: JsValue| HubError::Unreachable {
            host: self.hub.host().to_owned(),
            detail: describe(&error),
        };
        let mut reply = Reply::of_stranger(&url, None).await.map_err(unreachable)?;
        if !reply.is_ok() {
            return Err(self.refusal(&reply, repository, "its files").into());
        }
        let mut answer = Vec::new();
        while let Some(chunk) = reply.next().await.map_err(unreachable)? {
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

    fn refusal(&self, reply: &Reply, repository: &Repository, what: &str) -> HubError {
        HubError::of_status(reply.status, self.hub.host(), &repository.to_string(), what)
    }

    async fn load_files(
        &mut self,
        repository: &Repository,
        description: &HubDescription,
        fetched: &mut Fetched,
        device: &Device,
    ) -> Result<PretrainedEncoder, WireError> {
        let files = &description.files;
        let is_weights = |file: &&HubFile| file.name.ends_with(".safetensors");
        // What the small files say is known before the weights are fetched.
        for file in files.iter().filter(|file| !is_weights(file)) {
            self.fetch(repository, description, file, fetched).await?;
        }
        let prompts = files.iter().any(|file| file.name == PROMPTS);
        let prompts = prompts.then(|| fetched.take(PROMPTS));
        let (config, tokenizer) = (fetched.take(CONFIG), fetched.take(TOKENIZER));
        let plan = EncoderPlan::read(&config, &tokenizer, prompts.as_deref())?;
        for file in files.iter().filter(is_weights) {
            self.fetch(repository, description, file, fetched).await?;
        }
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let weights =
            WeightFiles::read(&names, |name| Ok::<_, PretrainedError>(fetched.take(name)))?;
        Ok(plan.load(&weights, device)?)
    }

    /// Takes a file from the store, or fetches and stores it.
    async fn fetch(
        &mut self,
        repository: &Repository,
        description: &HubDescription,
        file: &HubFile,
        fetched: &mut Fetched,
    ) -> Result<(), HubError> {
        let url = self.hub.file(repository, &description.revision, &file.name);
        let bytes = match fetched.stored(&url, file).await {
            Some(bytes) => bytes,
            None => {
                let bytes = self
                    .download(&url, repository, file, &mut fetched.progress)
                    .await?;
                fetched.store(&url, &bytes).await;
                bytes
            }
        };
        fetched.progress.arrived(file.bytes);
        fetched.files.insert(file.name.clone(), bytes);
        Ok(())
    }

    /// Fetches a file, over as many requests as it takes, and checks it.
    async fn download(
        &mut self,
        url: &str,
        repository: &Repository,
        file: &HubFile,
        progress: &mut Progress,
    ) -> Result<Vec<u8>, HubError> {
        let mut transfer = match self.broken_off.take() {
            Some((address, transfer)) if address == url => transfer,
            _ => Transfer::new(file).map_err(|error| fault(error, file, 0))?,
        };
        let mut retries = Retries::default();
        loop {
            let attempt = self
                .attempt(url, repository, file, &mut transfer, progress)
                .await;
            let Err(error) = attempt else {
                return transfer
                    .finish()
                    .map_err(|error| fault(error, file, file.bytes as usize));
            };
            let wait = retries
                .wait(transfer.loaded())
                .filter(|_| error.is_passing());
            match wait {
                Some(milliseconds) => sleep(milliseconds).await,
                None if transfer.loaded() == 0 || !error.is_passing() => return Err(error),
                None => {
                    let loaded = transfer.loaded();
                    self.broken_off = Some((url.to_owned(), transfer));
                    return Err(interrupted(file, loaded));
                }
            }
        }
    }

    /// Asks once for what is missing of a file.
    async fn attempt(
        &self,
        url: &str,
        repository: &Repository,
        file: &HubFile,
        transfer: &mut Transfer,
        progress: &mut Progress,
    ) -> Result<(), HubError> {
        if transfer.is_whole() {
            return Ok(());
        }
        let reply = Reply::of_stranger(url, transfer.range().as_deref()).await;
        let mut reply = reply.map_err(|error| HubError::Unreachable {
            host: self.hub.host().to_owned(),
            detail: describe(&error),
        })?;
        if !reply.is_ok() {
            return Err(self.refusal(&reply, repository, &file.name));
        }
        transfer
            .answered(reply.status, reply.content_range.as_deref())
            .map_err(|error| fault(error, file, 0))?;
        loop {
            let chunk = reply.next().await;
            let chunk = chunk.map_err(|_| interrupted(file, transfer.loaded()))?;
            let Some(chunk) = chunk else {
                return match transfer.is_whole() {
                    true => Ok(()),
                    false => Err(interrupted(file, transfer.loaded())),
                };
            };
            transfer
                .push(chunk.length() as usize, |place| chunk.copy_to(place))
                .map_err(|error| fault(error, file, transfer.loaded()))?;
            progress.within_file(transfer.loaded());
        }
    }

    /// Marks what was stored as whole.
    async fn keep(
        &self,
        repository: &Repository,
        description: &HubDescription,
        store: Result<Store, String>,
    ) -> Result<(), HubError> {
        let not_stored = |detail| HubError::NotStored {
            repository: repository.to_string(),
            detail,
        };
        let result = async {
            let store = store.as_ref().map_err(Clone::clone)?;
            let json = serde_json::to_vec(description).map_err(|error| error.to_string())?;
            let url = self.hub.stored_description(repository);
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
            let _ = store.remove(&self.hub.stored_prefix(repository)).await;
        }
    }
}

/// An encoder's files on their way.
struct Fetched {
    /// The browser's store, or why there is none.
    store: Result<Store, String>,
    progress: Progress,
    files: BTreeMap<String, Vec<u8>>,
}

impl Fetched {
    /// A file as it was stored, if it is there and sound.
    async fn stored(&self, url: &str, file: &HubFile) -> Option<Vec<u8>> {
        let found: ArrayBuffer = self.store.as_ref().ok()?.get(url).await.ok()??;
        let found = Uint8Array::new(&found);
        let mut transfer = Transfer::new(file).ok()?;
        transfer
            .push(found.length() as usize, |place| found.copy_to(place))
            .ok()?;
        transfer.is_whole().then(|| transfer.finish().ok())?
    }

    /// Stores a file. If the browser does not let it, nothing more of this encoder is.
    async fn store(&mut self, url: &str, bytes: &[u8]) {
        if let Ok(store) = &self.store
            && let Err(error) = store.put(url, bytes).await
        {
            self.store = Err(describe(&error));
        }
    }

    /// A file that was fetched, handed over.
    fn take(&mut self, name: &str) -> Vec<u8> {
        self.files.remove(name).unwrap_or_default()
    }
}

fn interrupted(file: &HubFile, loaded: usize) -> HubError {
    HubError::Interrupted {
        file: file.name.clone(),
        loaded,
        total: file.bytes,
    }
}

fn fault(fault: TransferFault, file: &HubFile, loaded: usize) -> HubError {
    let name = file.name.clone();
    match fault {
        TransferFault::Memory => HubError::Memory {
            file: name,
            bytes: file.bytes,
        },
        TransferFault::TooLong => HubError::Length {
            file: name,
            expected: file.bytes,
        },
        TransferFault::Elsewhere => interrupted(file, loaded),
        TransferFault::Checksum => HubError::Checksum { file: name },
    }
}
