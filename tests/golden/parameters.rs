//! A model's parameters by their paths, `encoder.layers.0.attention.query.lora.a` for example.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData, Transaction};
use tabtune::model::TextClassifier;
use tabtune::model::parameters::{ParameterMapper, ParameterVisitor};

use super::fixture::Golden;

/// What to read of each parameter.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    Value,
    /// Where there is one.
    Gradient(&'a GradientsParams),
}

/// Reads values or gradients back, all at once.
pub async fn read_parameters(model: &TextClassifier, of: Of<'_>) -> BTreeMap<String, Vec<f32>> {
    let mut read = Read {
        of,
        names: Vec::new(),
        transaction: Transaction::default(),
    };
    model.visit_parameters(&mut read);
    let tensors = read.transaction.execute_async().await.unwrap();
    let values = tensors.iter().map(|data| data.iter::<f32>().collect());
    read.names.into_iter().zip(values).collect()
}

struct Read<'a> {
    of: Of<'a>,
    names: Vec<String>,
    transaction: Transaction,
}

impl ParameterVisitor for Read<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        let tensor = match self.of {
            Of::Value => Some(param.val().inner()),
            Of::Gradient(gradients) => gradients.get::<D>(param.id),
        };
        if let Some(tensor) = tensor {
            self.names.push(path.join("."));
            self.transaction = std::mem::take(&mut self.transaction).register(tensor);
        }
    }
}

/// Puts the fixture's values in the place of all that begin with `prefix` there, and asserts that there is a place for each.
pub fn fill(
    model: TextClassifier,
    golden: &Golden<'_>,
    prefix: &str,
    device: &Device,
) -> TextClassifier {
    let mut fill = Fill {
        golden,
        prefix,
        device,
        filled: Vec::new(),
    };
    let model = model.map_parameters(&mut fill);
    fill.filled.sort_unstable();
    assert_eq!(fill.filled, golden.names(prefix), "{prefix}");
    model
}

struct Fill<'a> {
    golden: &'a Golden<'a>,
    prefix: &'a str,
    device: &'a Device,
    filled: Vec<String>,
}

impl ParameterMapper for Fill<'_> {
    fn map<const D: usize>(
        &mut self,
        path: &[String],
        param: Param<Tensor<D>>,
    ) -> Param<Tensor<D>> {
        let path = path.join(".");
        let name = format!("{}{path}", self.prefix);
        if !self.golden.has(&name) {
            return param;
        }
        self.filled.push(path);
        let shape = self.golden.shape(&name);
        assert_eq!(shape, param.val().dims(), "{name}");
        let value = TensorData::new(self.golden.floats(&name), shape);
        let device = self.device.clone().inner();
        param.map(|_| Tensor::from_inner(Tensor::from_data(value, &device)).require_grad())
    }
}
