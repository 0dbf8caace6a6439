//! An encoder of the hub on its way: from the browser's store or the network to the device, and into the store.

use std::collections::BTreeMap;

use burn::tensor::Device;
use wasm_bindgen::JsValue;

use super::super::clock::sleep;
use super::super::errors::of_weights;
use super::super::fetch::copy;
use super::super::files::Progress;
use super::super::store::{Store, StoredFile};
use super::request;
use crate::hub::{
    HubAccess, HubDescription, HubError, HubFile, Repository, Retries, Transfer, TransferFault,
};
use crate::model::folder::is_weights;
use crate::model::{EncoderReader, FileBytes, FileSink, PretrainedEncoder, WeightsError};
use crate::port::describe;
use crate::protocol::{RequestId, WireError};

/// An encoder's files on their way. What has come is kept, so that after a break it goes on from there.
pub struct Download {
    access: HubAccess,
    repository: Repository,
    description: HubDescription,
    /// The browser's store, or why there is none.
    store: Result<Store, String>,
    /// The files beside the weights that are here.
    small: BTreeMap<String, Vec<u8>>,
    /// The one of them that is on its way.
    arriving: FileBytes,
    /// The weights, once the small files are here.
    weights: Option<EncoderReader>,
    /// A file of which a part is here.
    broken_off: Option<Part>,
}

/// A part of a file, of which the sink has the bytes.
struct Part {
    name: String,
    transfer: Transfer,
    /// Where the browser stores it, if it does.
    stored: Option<StoredFile>,
}

impl Download {
    /// An encoder of which nothing is here.
    pub fn new(
        access: &HubAccess,
        repository: Repository,
        description: HubDescription,
        store: Result<Store, String>,
    ) -> Self {
        Self {
            access: access.clone(),
            repository,
            description,
            store,
            small: BTreeMap::new(),
            arriving: FileBytes::default(),
            weights: None,
            broken_off: None,
        }
    }

    /// Whether it is the encoder that is described so.
    pub fn is_of(&self, description: &HubDescription) -> bool {
        self.description == *description
    }

    /// Whether a part of a file is here.
    pub fn has_broken_off(&self) -> bool {
        self.broken_off.is_some()
    }

    /// The store that the files lie in once they are here, or why they do not.
    pub fn store(&self) -> &Result<Store, String> {
        &self.store
    }

    /// Fetches what is missing, the small files first, and puts weights on the device while they arrive.
    ///
    /// # Errors
    /// If a file cannot be had, or is none of an encoder that can be used.
    pub async fn load(
        &mut self,
        id: RequestId,
        device: &Device,
    ) -> Result<PretrainedEncoder, WireError> {
        let mut progress = Progress::new(id, self.description.total());
        let files = self.description.files.clone();
        for file in files.iter().filter(|file| !is_weights(&file.name)) {
            if !self.small.contains_key(&file.name) {
                self.fetch(file, &mut progress).await?;
                let bytes = std::mem::take(&mut self.arriving.bytes);
                self.small.insert(file.name.clone(), bytes);
            }
            progress.arrived(file.bytes);
        }
        // What the small files say is known before the weights are fetched.
        let wanted = match &self.weights {
            Some(weights) => weights.remaining(),
            None => {
                let weights = self.plan(device)?;
                self.weights.insert(weights).remaining()
            }
        };
        for file in files.iter().filter(|file| is_weights(&file.name)) {
            if wanted.contains(&file.name) {
                self.fetch(file, &mut progress).await?;
            }
            progress.arrived(file.bytes);
        }
        let weights = match self.weights.take() {
            Some(weights) => weights,
            None => self.plan(device)?,
        };
        Ok(weights.finish()?)
    }

    fn plan(&self, device: &Device) -> Result<EncoderReader, WireError> {
        let files = &self.description.files;
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        Ok(EncoderReader::of_small_files(&self.small, &names, device)?)
    }

    /// Takes a file from the store, or fetches and stores it.
    async fn fetch(&mut self, file: &HubFile, progress: &mut Progress) -> Result<(), WireError> {
        let hub = self.access.hub();
        let url = hub.file(&self.repository, &self.description.revision, &file.name);
        let sink: &mut dyn FileSink = match &mut self.weights {
            Some(weights) => weights,
            None => &mut self.arriving,
        };
        let part = self.broken_off.take().filter(|part| part.name == file.name);
        let part = match part {
            Some(part) => part,
            None => {
                if take_stored(&self.store, &url, file, sink).await? {
                    return Ok(());
                }
                Part {
                    name: file.name.clone(),
                    transfer: Transfer::new(file),
                    stored: None,
                }
            }
        };
        let mut fetching = Fetching {
            url,
            access: &self.access,
            repository: &self.repository,
            file,
            store: &mut self.store,
            sink,
            part,
            progress,
        };
        match fetching.run().await {
            Ok(()) => Ok(()),
            Err(error) => {
                let part = fetching.part;
                let goes_on = matches!(error, Failure::Broken(_)) && part.transfer.loaded() > 0;
                self.broken_off = goes_on.then_some(part);
                Err(error.into())
            }
        }
    }
}

/// Gives a file of the store to a sink. False if it is not there or not sound: then it is to be fetched.
async fn take_stored(
    store: &Result<Store, String>,
    url: &str,
    file: &HubFile,
    sink: &mut dyn FileSink,
) -> Result<bool, WireError> {
    let Ok(store) = store else {
        return Ok(false);
    };
    // A browser that cannot say what it keeps keeps nothing.
    let Ok(Some(mut body)) = store.stream(url).await else {
        return Ok(false);
    };
    let mut transfer = Transfer::new(file);
    let mut bytes = Vec::new();
    sink.begin(&file.name, file.bytes.into())
        .map_err(of_weights)?;
    loop {
        let chunk = match body.next().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) => return Ok(false),
        };
        if transfer.push(chunk.length() as usize).is_err() {
            return Ok(false);
        }
        copy(&chunk, &mut bytes);
        match sink.push(&bytes) {
            Ok(()) => {}
            Err(error @ WeightsError::Memory { .. }) => return Err(of_weights(error)),
            // It was sound when it was stored.
            Err(_) => return Ok(false),
        }
    }
    if !transfer.is_whole() || transfer.check(&sink.checksum()).is_err() {
        return Ok(false);
    }
    sink.end().map_err(of_weights)?;
    Ok(true)
}

/// One file on its way from the hub, over as many requests as it takes.
struct Fetching<'a> {
    url: String,
    access: &'a HubAccess,
    repository: &'a Repository,
    file: &'a HubFile,
    store: &'a mut Result<Store, String>,
    sink: &'a mut dyn FileSink,
    part: Part,
    progress: &'a mut Progress,
}

/// Why a file is not here.
enum Failure {
    /// The connection broke, more often than is tried. What has arrived is of use.
    Broken(HubError),
    /// Nothing that has arrived is of use.
    Refused(WireError),
}

impl From<Failure> for WireError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Broken(error) => error.into(),
            Failure::Refused(error) => error,
        }
    }
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        match error.is_passing() {
            true => Self::Broken(error),
            false => Self::Refused(error.into()),
        }
    }
}

impl From<WeightsError> for Failure {
    fn from(error: WeightsError) -> Self {
        Self::Refused(of_weights(error))
    }
}

impl Fetching<'_> {
    /// Fetches the file and checks it.
    async fn run(&mut self) -> Result<(), Failure> {
        let mut retries = Retries::default();
        while !self.part.transfer.is_whole() || self.part.transfer.loaded() == 0 {
            match self.attempt().await {
                Ok(()) => break,
                Err(Failure::Refused(error)) => return Err(Failure::Refused(error)),
                Err(Failure::Broken(error)) => {
                    let loaded = self.part.transfer.loaded();
                    match retries.wait(loaded) {
                        Some(milliseconds) => sleep(milliseconds).await,
                        None if loaded == 0 => return Err(Failure::Broken(error)),
                        None => return Err(self.interrupted().into()),
                    }
                }
            }
        }
        let checksum = self.sink.checksum();
        let checked = self.part.transfer.check(&checksum);
        checked.map_err(|error| self.fault(error))?;
        self.sink.end()?;
        if let Some(stored) = self.part.stored.take()
            && let Err(error) = stored.end().await
        {
            self.not_stored(&error);
        }
        Ok(())
    }

    /// Asks once for what is missing.
    async fn attempt(&mut self) -> Result<(), Failure> {
        let range = self.part.transfer.range();
        let (access, repository) = (self.access, self.repository);
        let mut reply = request(access, repository, &self.url, range.as_deref()).await?;
        if !reply.is_ok() {
            let (host, name) = (access.hub().host(), &self.file.name);
            let repository = repository.to_string();
            return Err(HubError::of_status(reply.status, host, &repository, name).into());
        }
        let range = reply.content_range.as_deref();
        let answered = self.part.transfer.answered(reply.status, range);
        answered.map_err(|error| self.fault(error))?;
        if self.part.transfer.loaded() == 0 {
            self.begin()?;
        }
        let mut bytes = Vec::new();
        loop {
            let chunk = reply.body.next().await.map_err(|_| self.interrupted())?;
            let Some(chunk) = chunk else {
                return match self.part.transfer.is_whole() {
                    true => Ok(()),
                    false => Err(self.interrupted().into()),
                };
            };
            let counted = self.part.transfer.push(chunk.length() as usize);
            counted.map_err(|error| self.fault(error))?;
            copy(&chunk, &mut bytes);
            self.sink.push(&bytes)?;
            self.progress.within_file(self.part.transfer.loaded());
            if let Some(stored) = &self.part.stored
                && let Err(error) = stored.write(&chunk).await
            {
                self.not_stored(&error);
            }
        }
    }

    /// The file begins, or begins anew.
    fn begin(&mut self) -> Result<(), Failure> {
        self.sink.begin(&self.file.name, self.file.bytes.into())?;
        self.part.stored = None;
        if let Ok(store) = &*self.store {
            match store.begin(&self.url) {
                Ok(stored) => self.part.stored = Some(stored),
                Err(error) => self.not_stored(&error),
            }
        }
        Ok(())
    }

    /// The browser does not let a file be stored: nothing more of this encoder is.
    fn not_stored(&mut self, error: &JsValue) {
        self.part.stored = None;
        *self.store = Err(describe(error));
    }

    fn interrupted(&self) -> HubError {
        HubError::Interrupted {
            file: self.file.name.clone(),
            loaded: self.part.transfer.loaded(),
            total: self.file.bytes,
        }
    }

    fn fault(&self, fault: TransferFault) -> HubError {
        let file = self.file.name.clone();
        match fault {
            TransferFault::TooLong => HubError::Length {
                file,
                expected: self.file.bytes,
            },
            TransferFault::Elsewhere => self.interrupted(),
            TransferFault::Checksum => HubError::Checksum { file },
        }
    }
}
