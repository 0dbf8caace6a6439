//! AdamW over the trainable parameters, with gradient clipping by global norm.

use std::any::Any;
use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::{AdamW, AdamWConfig, AdamWState, GradientsParams, Optimizer};
use burn::tensor::Tensor;

use crate::model::TextClassifier;

/// AdamW with PyTorch's defaults (β 0.9 and 0.999, ε 1e-8); tensors of one dimension (biases) are not decayed.
///
/// The arithmetic is burn's. The state is kept here rather than in burn's `ModuleOptimizer`, which can only
/// be read back while blocking, and a browser's GPU cannot be waited for.
///
/// Source: Loshchilov and Hutter 2017, <https://arxiv.org/abs/1711.05101>.
pub struct AdamWOptimizer {
    decayed: AdamW,
    exempt: AdamW,
    /// An `AdamWState<D>` for each parameter of `D` dimensions.
    states: HashMap<ParamId, Box<dyn Any + Send>>,
}

impl AdamWOptimizer {
    /// An optimizer that has not taken a step.
    pub fn new(weight_decay: f64) -> Self {
        let config = AdamWConfig::new()
            .with_beta_1(0.9)
            .with_beta_2(0.999)
            .with_epsilon(1e-8);
        Self {
            exempt: config.clone().with_weight_decay(0.0).build(),
            decayed: config.with_weight_decay(weight_decay as f32).build(),
            states: HashMap::new(),
        }
    }

    /// Updates every parameter that has a gradient. Gradients are first multiplied by `scale` (shape `[1]`).
    pub fn step(
        &mut self,
        learning_rate: f64,
        model: TextClassifier,
        gradients: GradientsParams,
        scale: Option<Tensor<1>>,
    ) -> TextClassifier {
        model.map(&mut Update {
            optimizer: self,
            learning_rate,
            gradients,
            scale,
        })
    }

    /// State of a parameter of `D` dimensions, once it has been updated.
    pub fn state<const D: usize>(&self, id: ParamId) -> Option<&AdamWState<D>> {
        self.states.get(&id)?.downcast_ref()
    }

    /// Puts the state of a parameter back.
    pub fn set_state<const D: usize>(&mut self, id: ParamId, state: AdamWState<D>) {
        self.states.insert(id, Box::new(state));
    }
}

struct Update<'a> {
    optimizer: &'a mut AdamWOptimizer,
    learning_rate: f64,
    gradients: GradientsParams,
    scale: Option<Tensor<1>>,
}

impl ModuleMapper for Update<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(mut gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        if let Some(scale) = &self.scale {
            gradient = gradient * scale.clone().unsqueeze();
        }
        let id = param.id;
        let state = self
            .optimizer
            .states
            .remove(&id)
            .and_then(|state| state.downcast().ok())
            .map(|state| *state);
        let rule = if D > 1 {
            &self.optimizer.decayed
        } else {
            &self.optimizer.exempt
        };
        let value = param.val().inner();
        let (updated, state) = rule.step::<D>(self.learning_rate, value, gradient, state);
        if let Some(state) = state {
            self.optimizer.set_state(id, state);
        }
        param.map(|_| Tensor::from_inner(updated).require_grad())
    }
}

/// L2 norm of all gradients together, `[1]`.
///
/// Source: `torch.nn.utils.clip_grad_norm_`.
pub fn global_norm(model: &TextClassifier, gradients: &GradientsParams) -> Option<Tensor<1>> {
    struct Squares<'a> {
        gradients: &'a GradientsParams,
        sum: Option<Tensor<1>>,
    }
    impl ModuleVisitor for Squares<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = self.gradients.get::<D>(param.id) {
                let square = gradient.square().sum();
                self.sum = Some(match self.sum.take() {
                    Some(sum) => sum + square,
                    None => square,
                });
            }
        }
    }
    let mut squares = Squares {
        gradients,
        sum: None,
    };
    model.visit(&mut squares);
    squares.sum.map(Tensor::sqrt)
}
