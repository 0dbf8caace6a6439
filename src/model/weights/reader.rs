//! An encoder's weights, read while their bytes arrive.

use std::collections::BTreeMap;

use burn::tensor::Device;
use safetensors::SafeTensorError;
use sha2::{Digest, Sha256};

use super::arriving::ArrivingTensor;
use super::header::Header;
use super::index::Index;
use super::sources::Sources;
use super::{Parameter, ShardFault, Weights, WeightsError};
use crate::checksum::hexadecimal;
use crate::model::config::EncoderConfig;
use crate::model::folder::{INDEX, SINGLE};
use crate::model::sink::FileSink;

/// An encoder's weights on their way, from one file or several: each tensor is widened while its bytes arrive, and is on
/// the device with its last one. Nothing of a file is kept but that.
///
/// A file's header is checked before any tensor is read; that of the last of several, with all others.
pub struct WeightsReader {
    config: EncoderConfig,
    device: Device,
    /// Of several files.
    index: Option<Index>,
    /// Known with the index, or with the header of the only file.
    sources: Option<Sources>,
    /// The files that have ended, by name.
    files: BTreeMap<String, ReadFile>,
    /// The one that has begun.
    current: Option<FileReader>,
    /// Of all files that were read.
    checksums: BTreeMap<String, String>,
}

/// What came of a file.
struct ReadFile {
    header: Header,
    /// Tensors of the encoder, by the names that it has for them.
    tensors: BTreeMap<String, Parameter>,
}

/// A file while it arrives.
struct FileReader {
    name: String,
    /// Bytes that it has.
    bytes: u64,
    checksum: Sha256,
    stage: Stage,
}

enum Stage {
    /// What has come of the header.
    Header(Vec<u8>),
    Tensors(TensorsReader),
    /// It cannot be read. What follows is only summed up.
    Unreadable(SafeTensorError),
}

/// The part of a file behind its header.
struct TensorsReader {
    file: ReadFile,
    /// The tensor that comes next, or of which a part has come.
    at: usize,
    /// Bytes that are still to come of it, once it has begun.
    left: Option<usize>,
    /// It, if it is the encoder's.
    arriving: Option<ArrivingTensor>,
    /// Whether there was more than the header tells of.
    beyond: bool,
}

impl WeightsReader {
    /// Weights in one file, `model.safetensors`.
    pub fn single(config: &EncoderConfig, device: &Device) -> Self {
        Self {
            config: config.clone(),
            device: device.clone(),
            index: None,
            sources: None,
            files: BTreeMap::new(),
            current: None,
            checksums: BTreeMap::new(),
        }
    }

    /// Weights in several files, given the index and whether a file is there.
    ///
    /// # Errors
    /// If it is no index, or names a file that is not there.
    pub fn sharded(
        index: &[u8],
        is_present: impl Fn(&str) -> bool,
        config: &EncoderConfig,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let checksum = hexadecimal(&Sha256::digest(index));
        let index = Index::parse(index)?;
        index.check_present(is_present)?;
        Ok(Self {
            sources: Some(Sources::find(index.tensors(), config)),
            index: Some(index),
            checksums: [(INDEX.to_owned(), checksum)].into(),
            ..Self::single(config, device)
        })
    }

    /// The files that are still to be read, in any order.
    pub fn remaining(&self) -> Vec<String> {
        let all = match &self.index {
            Some(index) => index.shards(),
            None => [SINGLE].into(),
        };
        let remaining = all
            .into_iter()
            .filter(|&file| !self.files.contains_key(file));
        remaining.map(str::to_owned).collect()
    }

    /// The SHA-256 of every file that has been read, by name, in lower-case hexadecimal.
    pub fn checksums(&self) -> &BTreeMap<String, String> {
        &self.checksums
    }

    /// The weights, once every file has ended.
    ///
    /// # Errors
    /// If one has not.
    pub fn finish(self) -> Result<Weights, WeightsError> {
        let missing: Vec<ShardFault> = self
            .remaining()
            .into_iter()
            .map(|shard| ShardFault::Missing { shard })
            .collect();
        let sources = match self.sources {
            Some(sources) if missing.is_empty() => sources,
            _ => return Err(WeightsError::Shards(missing)),
        };
        let names = self.files.values().flat_map(|file| &file.header.tensors);
        let mut surplus: Vec<String> = names
            .filter(|(name, _)| sources.is_surplus(name))
            .map(|(name, _)| name.clone())
            .collect();
        surplus.sort();
        Ok(Weights {
            tensors: self
                .files
                .into_values()
                .flat_map(|file| file.tensors)
                .collect(),
            config: self.config,
            pooler: sources.pooler,
            surplus,
        })
    }

    /// Takes in a file's header, and checks all of them once there is none more to come.
    fn check(&mut self, file: &str, header: &Header) -> Result<(), WeightsError> {
        if self.index.is_none() {
            let names = header.tensors.iter().map(|(name, _)| name.as_str());
            self.sources = Some(Sources::find(names, &self.config));
        }
        if self.remaining().iter().any(|other| other != file) {
            return Ok(());
        }
        let others = self.files.iter().filter(|(name, _)| *name != file);
        let others = others.map(|(name, read)| (name.as_str(), &read.header));
        let headers: BTreeMap<&str, &Header> = others.chain([(file, header)]).collect();
        if let Some(index) = &self.index {
            index.check(headers.iter().map(|(&name, &header)| (name, header)))?;
        }
        let find = |name: &str| headers.values().find_map(|header| header.tensor(name));
        let sources = self.sources.as_ref();
        let misfits = sources.map_or_else(Vec::new, |sources| sources.misfits(find));
        match misfits.is_empty() {
            true => Ok(()),
            false => Err(WeightsError::Mismatch(misfits)),
        }
    }

    /// Takes in bytes of a file.
    fn take(&mut self, file: &mut FileReader, bytes: &[u8]) -> Result<(), WeightsError> {
        match &mut file.stage {
            Stage::Unreadable(_) => Ok(()),
            Stage::Tensors(tensors) => tensors.push(bytes, self.sources.as_ref(), &self.device),
            Stage::Header(start) => {
                let (own, rest) = bytes.split_at(Header::missing(start).min(bytes.len()));
                start.extend(own);
                let header = match Header::parse(start, file.bytes) {
                    // Once its length has come, it is known what is missing of it.
                    Ok(None) if !rest.is_empty() => return self.take(file, rest),
                    Ok(None) => return Ok(()),
                    Ok(Some(header)) => header,
                    Err(source) => {
                        file.stage = Stage::Unreadable(source);
                        return Ok(());
                    }
                };
                self.check(&file.name, &header)?;
                let mut tensors = TensorsReader::new(header);
                tensors.push(rest, self.sources.as_ref(), &self.device)?;
                file.stage = Stage::Tensors(tensors);
                Ok(())
            }
        }
    }
}

impl FileSink for WeightsReader {
    fn begin(&mut self, file: &str, bytes: u64) -> Result<(), WeightsError> {
        self.files.remove(file);
        self.current = Some(FileReader {
            name: file.to_owned(),
            bytes,
            checksum: Sha256::new(),
            stage: Stage::Header(Vec::new()),
        });
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), WeightsError> {
        // A file that fails is dropped with what came of it.
        let Some(mut file) = self.current.take() else {
            return Ok(());
        };
        file.checksum.update(bytes);
        self.take(&mut file, bytes)?;
        self.current = Some(file);
        Ok(())
    }

    fn checksum(&self) -> String {
        let file = self.current.as_ref();
        let checksum = file.map_or_else(Sha256::new, |file| file.checksum.clone());
        hexadecimal(&checksum.finalize())
    }

    fn end(&mut self) -> Result<(), WeightsError> {
        let checksum = self.checksum();
        let Some(mut file) = self.current.take() else {
            return Ok(());
        };
        // An empty file has had no bytes to be judged by.
        self.take(&mut file, &[])?;
        let source = match file.stage {
            Stage::Tensors(tensors) if tensors.is_whole() => {
                self.checksums.insert(file.name.clone(), checksum);
                self.files.insert(file.name, tensors.file);
                return Ok(());
            }
            Stage::Header(_) => SafeTensorError::InvalidHeaderLength,
            Stage::Tensors(_) => SafeTensorError::MetadataIncompleteBuffer,
            Stage::Unreadable(source) => source,
        };
        Err(WeightsError::Unreadable {
            file: file.name,
            source,
        })
    }
}

impl TensorsReader {
    fn new(header: Header) -> Self {
        Self {
            file: ReadFile {
                header,
                tensors: BTreeMap::new(),
            },
            at: 0,
            left: None,
            arriving: None,
            beyond: false,
        }
    }

    /// Whether every tensor has come, and nothing else.
    fn is_whole(&self) -> bool {
        self.at == self.file.header.tensors.len() && !self.beyond
    }

    /// Takes in the next bytes. Tensors that are not the encoder's, or do not fit, are passed over.
    fn push(
        &mut self,
        mut bytes: &[u8],
        sources: Option<&Sources>,
        device: &Device,
    ) -> Result<(), WeightsError> {
        while let Some((stored, info)) = self.file.header.tensors.get(self.at) {
            let needed = sources.and_then(|sources| sources.needed(stored));
            let left = match self.left {
                Some(left) => left,
                None => {
                    let fits = needed.filter(|needed| needed.misfit(info).is_none());
                    self.arriving = fits.map(|needed| needed.arriving(info)).transpose()?;
                    info.data_offsets.1 - info.data_offsets.0
                }
            };
            let (own, rest) = bytes.split_at(left.min(bytes.len()));
            if let Some(arriving) = &mut self.arriving {
                arriving.push(own);
            }
            bytes = rest;
            if own.len() < left {
                self.left = Some(left - own.len());
                return Ok(());
            }
            if let Some((needed, arriving)) = needed.zip(self.arriving.take()) {
                let parameter = needed.parameter(arriving.finish(), device);
                self.file.tensors.insert(needed.name.clone(), parameter);
            }
            self.at += 1;
            self.left = None;
        }
        self.beyond |= !bytes.is_empty();
        Ok(())
    }
}
