//! Which of a model's parameters are trained.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use crate::model::TextClassifier;
use crate::model::parameters::ParameterVisitor;

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
        found: Vec<TrainedParameter>,
    }
    impl ParameterVisitor for List {
        fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
            if param.is_require_grad() {
                self.found.push(TrainedParameter {
                    path: path.join("."),
                    id: param.id,
                    shape: param.val().dims().to_vec(),
                });
            }
        }
    }
    let mut list = List { found: Vec::new() };
    model.visit_parameters(&mut list);
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
