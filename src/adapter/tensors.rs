//! Tensors between files and the host.

use std::collections::{BTreeMap, HashMap};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::AdapterError;
use crate::model::Misfit;
use crate::model::weights::{NUMBERS, to_f32};

/// A tensor on the host, in PyTorch's layout: a linear layer's weight is `[d_output, d_input]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HostTensor {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// Tensors by name.
pub(super) type Tensors = BTreeMap<String, HostTensor>;

/// Names and the shapes that they must have.
pub(super) type Shapes = BTreeMap<String, Vec<usize>>;

/// A safetensors file, read in place.
pub(super) struct TensorFile<'a> {
    file: &'static str,
    tensors: BTreeMap<String, TensorView<'a>>,
    metadata: HashMap<String, String>,
}

impl<'a> TensorFile<'a> {
    /// Reads the header, which is checked against the file's length. Names are those that `rename` gives.
    pub(super) fn open(
        file: &'static str,
        bytes: &'a [u8],
        rename: impl Fn(&str) -> String,
    ) -> Result<Self, AdapterError> {
        let unreadable = |source| AdapterError::Unreadable { file, source };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let found = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let (mut tensors, mut twice) = (BTreeMap::new(), Vec::new());
        for (name, view) in found.tensors() {
            if tensors.insert(rename(&name), view).is_some() {
                twice.push(Misfit::Surplus { name });
            }
        }
        if !twice.is_empty() {
            return Err(AdapterError::Tensors {
                file,
                misfits: twice,
            });
        }
        Ok(Self {
            file,
            tensors,
            metadata: header.metadata().clone().unwrap_or_default(),
        })
    }

    /// What the metadata say of something.
    pub(super) fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// A tensor's shape, if it is there.
    pub(super) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(TensorView::shape)
    }

    /// Reads the expected tensors and no others. Nothing is allocated before all of them are known to fit.
    pub(super) fn read(&self, expected: &Shapes) -> Result<Tensors, AdapterError> {
        let misfit = |misfits: Vec<Misfit>| AdapterError::Tensors {
            file: self.file,
            misfits,
        };
        let missing = expected.iter().filter_map(|(name, shape)| {
            let name = name.clone();
            let Some(view) = self.tensors.get(&name) else {
                return Some(Misfit::Missing { name });
            };
            if view.shape() != shape {
                return Some(Misfit::Shape {
                    name,
                    expected: shape.clone(),
                    found: view.shape().to_vec(),
                });
            }
            let found = view.dtype();
            (!NUMBERS.contains(&found)).then_some(Misfit::Dtype {
                name,
                expected: &NUMBERS,
                found,
            })
        });
        let surplus = self
            .tensors
            .keys()
            .filter(|name| !expected.contains_key(*name));
        let surplus = surplus.map(|name| Misfit::Surplus { name: name.clone() });
        let misfits: Vec<Misfit> = missing.chain(surplus).collect();
        if !misfits.is_empty() {
            return Err(misfit(misfits));
        }
        let mut tensors = Tensors::new();
        for (name, view) in &self.tensors {
            let values = to_f32(name, view).map_err(|found| misfit(vec![found]))?;
            if !values.iter().all(|value| value.is_finite()) {
                return Err(misfit(vec![Misfit::NotFinite { name: name.clone() }]));
            }
            let shape = view.shape().to_vec();
            tensors.insert(name.clone(), HostTensor { shape, values });
        }
        Ok(tensors)
    }
}

/// What files of PyTorch's say of themselves.
pub(super) const PYTORCH: (&str, &str) = ("format", "pt");

/// A safetensors file. Of metadata it has one entry: several would come in any order.
pub(super) fn write(tensors: &Tensors, metadata: (&str, &str)) -> Result<Vec<u8>, AdapterError> {
    let bytes: Vec<(&String, &[usize], Vec<u8>)> = tensors
        .iter()
        .map(|(name, tensor)| {
            let bytes = tensor.values.iter().copied().flat_map(f32::to_le_bytes);
            (name, tensor.shape.as_slice(), bytes.collect())
        })
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F32, shape.to_vec(), bytes).map(|view| (name, view))
    });
    let (key, value) = metadata;
    let metadata = HashMap::from([(key.to_owned(), value.to_owned())]);
    views
        .collect::<Result<Vec<_>, _>>()
        .and_then(|views| safetensors::serialize(views, Some(metadata)))
        .map_err(AdapterError::Write)
}
