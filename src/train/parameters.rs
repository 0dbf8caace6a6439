//! Walking over a model's parameters by name.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use crate::model::TextClassifier;

/// The dotted path of the parameter that a visitor or mapper stands at, `encoder.layers.0.…` for example.
#[derive(Debug, Clone, Default)]
pub(super) struct ParameterPath {
    parts: Vec<String>,
}

impl ParameterPath {
    /// On entering a module.
    pub(super) fn enter(&mut self, name: &str) {
        self.parts.push(name.to_owned());
    }

    /// On leaving it.
    pub(super) fn exit(&mut self) {
        self.parts.pop();
    }

    /// The path, parts joined by dots.
    pub(super) fn join(&self) -> String {
        self.parts.join(".")
    }

    /// Whether this is the second matrix of an adapter.
    pub(super) fn is_lora_b(&self) -> bool {
        matches!(self.parts.as_slice(), [.., adapter, matrix] if adapter == "lora" && matrix == "b")
    }
}

/// A parameter that is trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrainedParameter {
    pub(super) path: String,
    pub(super) id: ParamId,
    pub(super) shape: Vec<usize>,
}

/// The parameters that are trained, in the model's order.
pub(super) fn trained_parameters(model: &TextClassifier) -> Vec<TrainedParameter> {
    struct List {
        path: ParameterPath,
        found: Vec<TrainedParameter>,
    }
    impl ModuleVisitor for List {
        fn enter_module(&mut self, name: &str, _container: &str) {
            self.path.enter(name);
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.exit();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.is_require_grad() {
                self.found.push(TrainedParameter {
                    path: self.path.join(),
                    id: param.id,
                    shape: param.val().dims().to_vec(),
                });
            }
        }
    }
    let mut list = List {
        path: ParameterPath::default(),
        found: Vec::new(),
    };
    model.visit(&mut list);
    list.found
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
