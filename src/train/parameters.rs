//! Walking over a model's trainable parameters by name.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::model::TextClassifier;

/// The dotted path of the parameter that a visitor or mapper stands at, `encoder.layers.0.…` for example.
#[derive(Debug, Clone, Default)]
pub struct ParameterPath {
    parts: Vec<String>,
}

impl ParameterPath {
    /// On entering a module.
    pub fn enter(&mut self, name: &str) {
        self.parts.push(name.to_owned());
    }

    /// On leaving it.
    pub fn exit(&mut self) {
        self.parts.pop();
    }

    /// The path, parts joined by dots.
    pub fn join(&self) -> String {
        self.parts.join(".")
    }
}

/// How many numbers are trained, and how many are frozen.
pub fn trainable_parameters(model: &TextClassifier) -> (usize, usize) {
    struct Count {
        trainable: usize,
        frozen: usize,
    }
    impl ModuleVisitor for Count {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let numbers = param.val().shape().num_elements();
            if param.is_require_grad() {
                self.trainable += numbers;
            } else {
                self.frozen += numbers;
            }
        }
    }
    let mut count = Count {
        trainable: 0,
        frozen: 0,
    };
    model.visit(&mut count);
    (count.trainable, count.frozen)
}
