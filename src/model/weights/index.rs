//! Weights in several files: `model.safetensors.index.json` says which tensor is in which.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use safetensors::tensor::TensorView;
use serde::Deserialize;

use super::{ShardFault, WeightsError, read_header};

/// The part of an index that matters: its total size follows from the files.
#[derive(Deserialize)]
struct Index {
    /// File of each tensor.
    weight_map: BTreeMap<String, String>,
}

fn parse(bytes: &[u8]) -> Result<Index, WeightsError> {
    serde_json::from_slice(bytes).map_err(WeightsError::Index)
}

/// The files that an index names.
///
/// # Errors
/// If it is no index.
pub fn shard_names(index: &[u8]) -> Result<BTreeSet<String>, WeightsError> {
    Ok(parse(index)?.weight_map.into_values().collect())
}

/// The tensors of all files, once each is where the index has it.
pub(super) fn read<'a>(
    index: &[u8],
    shards: &'a BTreeMap<String, Vec<u8>>,
) -> Result<BTreeMap<String, TensorView<'a>>, WeightsError> {
    let listed = parse(index)?.weight_map;
    let named: BTreeSet<&String> = listed.values().collect();
    let mut faults: Vec<ShardFault> = named
        .iter()
        .filter(|shard| !shards.contains_key(**shard))
        .map(|&shard| ShardFault::Missing {
            shard: shard.clone(),
        })
        .collect();
    // What a missing file held would be reported again, tensor by tensor.
    if !faults.is_empty() {
        return Err(WeightsError::Shards(faults));
    }

    let mut found = BTreeMap::new();
    for (shard, bytes) in shards.iter().filter(|(shard, _)| named.contains(shard)) {
        for (tensor, view) in read_header(shard, bytes)? {
            match found.entry(tensor) {
                Entry::Vacant(place) => {
                    place.insert((shard, view));
                }
                Entry::Occupied(place) => faults.push(ShardFault::Twice {
                    tensor: place.key().clone(),
                    first: place.get().0.clone(),
                    second: shard.clone(),
                }),
            }
        }
    }
    for (tensor, shard) in &listed {
        match found.get(tensor) {
            None => faults.push(ShardFault::Absent {
                tensor: tensor.clone(),
                shard: shard.clone(),
            }),
            Some((place, _)) if *place != shard => faults.push(ShardFault::Elsewhere {
                tensor: tensor.clone(),
                listed: shard.clone(),
                found: (*place).clone(),
            }),
            Some(_) => (),
        }
    }
    for (tensor, (shard, _)) in &found {
        if !listed.contains_key(tensor) {
            faults.push(ShardFault::Unlisted {
                tensor: tensor.clone(),
                shard: (*shard).clone(),
            });
        }
    }
    if faults.is_empty() {
        Ok(found
            .into_iter()
            .map(|(tensor, (_, view))| (tensor, view))
            .collect())
    } else {
        Err(WeightsError::Shards(faults))
    }
}
