//! A model's parameters by the names that Hugging Face has for them, read back and put in.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::tensor::{Device, ExecutionError, Tensor, TensorData, Transaction};

use super::tensors::{HostTensor, Shapes, Tensors};
use crate::model::TextClassifier;
use crate::model::names::Names;
use crate::model::parameters::{ParameterMapper, ParameterVisitor};
use crate::model::weights::transpose;

/// Which part of a model a parameter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// Its name is that of [`names`](crate::model::names), without the family's prefix.
    Encoder,
    /// `LAYER.lora_A.weight` or `LAYER.lora_B.weight`, as PEFT has it, the layer named as in the encoder.
    Adapter,
    /// `dense.weight`, `dense.bias`, `classifier.weight` or `classifier.bias`.
    Head,
}

/// A model's tensors by part and name.
pub(super) type ModelTensors = BTreeMap<Scope, Tensors>;

/// What a parameter is called.
struct ParameterName {
    scope: Scope,
    name: String,
    /// Whether PyTorch has rows and columns the other way round.
    swapped: bool,
}

impl ParameterName {
    /// From the path of a parameter in [`TextClassifier`].
    fn of(path: &[String], names: &Names) -> Option<Self> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let [part, path @ .., leaf] = path.as_slice() else {
            return None;
        };
        let leaf = match *leaf {
            "gamma" => "weight",
            "beta" => "bias",
            leaf => leaf,
        };
        let linear = leaf == "weight";
        let (scope, module, swapped) = match (*part, path) {
            ("encoder", ["embeddings", part]) => {
                let module = match *part {
                    "word" => names.word,
                    "position" => names.position,
                    "token_type" => names.token_type?,
                    _ => names.embeddings_norm,
                };
                (Scope::Encoder, module.to_owned(), false)
            }
            ("encoder", ["pooler"]) => (Scope::Encoder, names.pooler?.to_owned(), linear),
            ("encoder", ["layers", layer, path @ ..]) => {
                let layer = layer.parse().ok()?;
                let (part, kind) = match path {
                    ["attention", part @ ("query" | "key" | "value"), kind] => {
                        let part = match *part {
                            "query" => names.query,
                            "key" => names.key,
                            _ => names.value,
                        };
                        (part, *kind)
                    }
                    ["attention", "output", kind] => (names.attention_output, *kind),
                    ["attention", "norm"] => (names.attention_norm, "norm"),
                    ["intermediate", kind] => (names.intermediate, *kind),
                    ["output", kind] => (names.output, *kind),
                    ["norm"] => (names.output_norm, "norm"),
                    _ => return None,
                };
                let module = names.in_layer(layer, part);
                if kind == "lora" {
                    let matrix = if leaf == "a" { "lora_A" } else { "lora_B" };
                    return Some(Self {
                        scope: Scope::Adapter,
                        name: format!("{module}.{matrix}.weight"),
                        swapped: true,
                    });
                }
                (Scope::Encoder, module, kind == "linear" && linear)
            }
            ("head", ["dense", "linear"]) => (Scope::Head, "dense".to_owned(), linear),
            ("head", ["classifier"]) => (Scope::Head, "classifier".to_owned(), linear),
            _ => return None,
        };
        Some(Self {
            scope,
            name: format!("{module}.{leaf}"),
            swapped,
        })
    }
}

/// Lists the parameters that are wanted, and their values to be read back together.
struct List<'a, W> {
    names: &'a Names,
    wanted: W,
    found: Vec<(ParameterName, Vec<usize>)>,
    read: Option<Transaction>,
}

impl<'a, W: Fn(Scope, &str) -> bool> List<'a, W> {
    fn new(names: &'a Names, wanted: W, read: Option<Transaction>) -> Self {
        Self {
            names,
            wanted,
            found: Vec::new(),
            read,
        }
    }
}

impl<W: Fn(Scope, &str) -> bool> ParameterVisitor for List<'_, W> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let Some(name) = ParameterName::of(path, self.names) else {
            return;
        };
        if !(self.wanted)(name.scope, &name.name) {
            return;
        }
        let mut shape = param.val().dims().to_vec();
        if name.swapped {
            shape.reverse();
        }
        self.found.push((name, shape));
        self.read = self.read.take().map(|read| read.register(param.val()));
    }
}

/// Reads the wanted parameters back from the device, in one transaction.
pub(super) async fn read(
    model: &TextClassifier,
    names: &Names,
    wanted: impl Fn(Scope, &str) -> bool,
) -> Result<ModelTensors, ExecutionError> {
    let mut list = List::new(names, wanted, Some(Transaction::default()));
    model.visit_parameters(&mut list);
    let List { found, read, .. } = list;
    let data = read.unwrap_or_default().execute_async().await?;
    let mut tensors = ModelTensors::new();
    for ((name, shape), data) in found.into_iter().zip(data) {
        let mut values: Vec<f32> = data.iter::<f32>().collect();
        if let (true, [rows, columns]) = (name.swapped, shape.as_slice()) {
            values = transpose(&values, *columns, *rows);
        }
        let part = tensors.entry(name.scope).or_default();
        part.insert(name.name, HostTensor { shape, values });
    }
    Ok(tensors)
}

/// Names and shapes of the wanted parameters of one part.
pub(super) fn shapes(
    model: &TextClassifier,
    names: &Names,
    scope: Scope,
    wanted: impl Fn(&str) -> bool,
) -> Shapes {
    let mut list = List::new(names, |own, name: &str| own == scope && wanted(name), None);
    model.visit_parameters(&mut list);
    let found = list.found.into_iter();
    found.map(|(name, shape)| (name.name, shape)).collect()
}

struct Fill<'a> {
    names: &'a Names,
    tensors: &'a ModelTensors,
    device: &'a Device,
}

impl ParameterMapper for Fill<'_> {
    fn map<const D: usize>(
        &mut self,
        path: &[String],
        param: Param<Tensor<D>>,
    ) -> Param<Tensor<D>> {
        let Some(name) = ParameterName::of(path, self.names) else {
            return param;
        };
        let part = self.tensors.get(&name.scope);
        let Some(tensor) = part.and_then(|part| part.get(&name.name)) else {
            return param;
        };
        let values = match (name.swapped, tensor.shape.as_slice()) {
            (true, &[rows, columns]) => transpose(&tensor.values, rows, columns),
            _ => tensor.values.clone(),
        };
        let (device, trained) = (self.device, param.is_require_grad());
        param.map(|old| {
            Tensor::from_data(TensorData::new(values, old.dims()), device).set_require_grad(trained)
        })
    }
}

/// Puts tensors into the parameters of their names. Their shapes have been checked; what they do not name stays.
pub(super) fn fill(
    model: TextClassifier,
    names: &Names,
    tensors: &ModelTensors,
    device: &Device,
) -> TextClassifier {
    model.map_parameters(&mut Fill {
        names,
        tensors,
        device,
    })
}
