//! What can be wrong with weights.

use std::fmt::Display;

use safetensors::{Dtype, SafeTensorError};
use serde::Serialize;

use crate::model::folder::INDEX;
use crate::reason::as_text;

/// Why weights cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum WeightsError {
    /// Not a safetensors file, or a damaged one.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// Its name.
        file: String,
        /// What the library says.
        #[serde(serialize_with = "as_text")]
        source: SafeTensorError,
    },
    /// The index is none.
    #[error("{INDEX} cannot be read: {0}")]
    Index(
        #[serde(serialize_with = "as_text")]
        #[source]
        serde_json::Error,
    ),
    /// The index and the files that it names differ.
    #[error("{INDEX} does not fit the files beside it: {}", list(.0))]
    Shards(Vec<ShardFault>),
    /// The files are of another encoder than config.json describes.
    #[error("the weights do not fit config.json: {}", list(.0))]
    Mismatch(Vec<Misfit>),
    /// There is no memory for a tensor or a file.
    #[error("{name} has {bytes} bytes, for which there is no memory")]
    Memory {
        /// Its name.
        name: String,
        /// Bytes in memory.
        bytes: u64,
    },
}

/// A tensor that is not what config.json says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum Misfit {
    /// Not in the file.
    #[error("{name} is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// Another shape.
    #[error("{name} has shape {found:?}, not {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// Shape by config.json.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// A type that holds no weights, or one that is not read here.
    #[error("{name} is of type {found:?}, not {}", any_of(.expected))]
    Dtype {
        /// Its name.
        name: String,
        /// Types that it may have.
        expected: &'static [Dtype],
        /// Type in the file.
        found: Dtype,
    },
    /// Nothing that is looked for.
    #[error("{name} is not expected")]
    Surplus {
        /// Its name.
        name: String,
    },
    /// A value that no computation can go on with.
    #[error("{name} holds a value that is not a finite number")]
    NotFinite {
        /// Its name.
        name: String,
    },
}

/// A difference between the index and the files that it names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
pub enum ShardFault {
    /// The file is not there.
    #[error("the file {shard} is missing")]
    Missing {
        /// Its name.
        shard: String,
    },
    /// The tensor is in none of the files.
    #[error("{tensor} is listed in {shard} and is not there")]
    Absent {
        /// The tensor.
        tensor: String,
        /// Where the index has it.
        shard: String,
    },
    /// The tensor is in another file.
    #[error("{tensor} is listed in {listed}, but is in {found}")]
    Elsewhere {
        /// The tensor.
        tensor: String,
        /// Where the index has it.
        listed: String,
        /// Where it is.
        found: String,
    },
    /// Two files have the tensor.
    #[error("{tensor} is in {first} and in {second}")]
    Twice {
        /// The tensor.
        tensor: String,
        /// A file that has it.
        first: String,
        /// The other one.
        second: String,
    },
    /// The index knows nothing of the tensor.
    #[error("{tensor} of {shard} is not listed")]
    Unlisted {
        /// The tensor.
        tensor: String,
        /// Where it is.
        shard: String,
    },
}

/// As in "F32, F16 or BF16".
fn any_of(types: &[Dtype]) -> String {
    match types {
        [others @ .., last] if !others.is_empty() => {
            let others: Vec<_> = others.iter().map(|dtype| format!("{dtype:?}")).collect();
            format!("{} or {last:?}", others.join(", "))
        }
        types => types.iter().map(|dtype| format!("{dtype:?}")).collect(),
    }
}

/// The first few, and how many more: a wrong file misses everything.
pub(crate) fn list<T: Display>(faults: &[T]) -> String {
    const SHOWN: usize = 5;
    let mut text = faults
        .iter()
        .take(SHOWN)
        .map(T::to_string)
        .collect::<Vec<_>>()
        .join("; ");
    if faults.len() > SHOWN {
        text += &format!("; and {} more", faults.len() - SHOWN);
    }
    text
}
