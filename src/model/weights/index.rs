//! Weights in several files: `model.safetensors.index.json` says which tensor is in which.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use serde::Deserialize;

use super::header::Header;
use super::{ShardFault, WeightsError};

/// The part of an index that matters: its total size follows from the files.
#[derive(Debug, Deserialize)]
pub(super) struct Index {
    /// File of each tensor.
    weight_map: BTreeMap<String, String>,
}

/// The files that an index names.
///
/// # Errors
/// If it is no index.
pub fn shard_names(index: &[u8]) -> Result<BTreeSet<String>, WeightsError> {
    Ok(Index::parse(index)?.weight_map.into_values().collect())
}

impl Index {
    /// Reads an index.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, WeightsError> {
        serde_json::from_slice(bytes).map_err(WeightsError::Index)
    }

    /// The files that it names.
    pub fn shards(&self) -> BTreeSet<&str> {
        self.weight_map.values().map(String::as_str).collect()
    }

    /// The tensors that it lists.
    pub fn tensors(&self) -> impl Iterator<Item = &str> + Clone {
        self.weight_map.keys().map(String::as_str)
    }

    /// Checks that each file is there.
    ///
    /// # Errors
    /// The files that are not. What they held would be reported again, tensor by tensor.
    pub fn check_present(&self, is_present: impl Fn(&str) -> bool) -> Result<(), WeightsError> {
        let missing = self.shards().into_iter().filter(|shard| !is_present(shard));
        faultless(missing.map(|shard| ShardFault::Missing {
            shard: shard.to_owned(),
        }))
    }

    /// Checks that each tensor is where the index has it, given the headers of all files.
    ///
    /// # Errors
    /// Every difference.
    pub fn check<'a>(
        &self,
        files: impl Iterator<Item = (&'a str, &'a Header)>,
    ) -> Result<(), WeightsError> {
        let mut faults = Vec::new();
        let mut found = BTreeMap::new();
        for (shard, header) in files {
            for (tensor, _) in &header.tensors {
                match found.entry(tensor.as_str()) {
                    Entry::Vacant(place) => {
                        place.insert(shard);
                    }
                    Entry::Occupied(place) => faults.push(ShardFault::Twice {
                        tensor: tensor.clone(),
                        first: (*place.get()).to_owned(),
                        second: shard.to_owned(),
                    }),
                }
            }
        }
        for (tensor, shard) in &self.weight_map {
            match found.get(tensor.as_str()) {
                None => faults.push(ShardFault::Absent {
                    tensor: tensor.clone(),
                    shard: shard.clone(),
                }),
                Some(place) if place != shard => faults.push(ShardFault::Elsewhere {
                    tensor: tensor.clone(),
                    listed: shard.clone(),
                    found: (*place).to_owned(),
                }),
                Some(_) => (),
            }
        }
        let unlisted = found
            .into_iter()
            .filter(|(tensor, _)| !self.weight_map.contains_key(*tensor));
        faultless(
            faults
                .into_iter()
                .chain(unlisted.map(|(tensor, shard)| ShardFault::Unlisted {
                    tensor: tensor.to_owned(),
                    shard: shard.to_owned(),
                })),
        )
    }
}

fn faultless(faults: impl Iterator<Item = ShardFault>) -> Result<(), WeightsError> {
    let faults: Vec<ShardFault> = faults.collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(WeightsError::Shards(faults)),
    }
}
