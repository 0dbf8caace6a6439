//! The optimizer over a model's trainable parameters, with gradient clipping by global norm.

mod rule;

use std::any::Any;
use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

pub use rule::{ParameterState, UpdateRule};

use super::config::{Method, TrainConfig};
use crate::kernel::tensors;
use crate::model::TextClassifier;
use crate::model::parameters::ParameterMapper;

/// An update rule with the state of every parameter.
pub struct Optimizer {
    rule: UpdateRule,
    weight_decay: f64,
    /// Learning rate of the adapters' B as a multiple of A's.
    loraplus_lr_ratio: f64,
    /// A `ParameterState<D>` for each parameter of `D` dimensions.
    states: HashMap<ParamId, Box<dyn Any + Send>>,
}

impl Optimizer {
    /// An optimizer that has not taken a step.
    pub fn new(config: &TrainConfig) -> Self {
        Self {
            rule: UpdateRule::new(config),
            weight_decay: config.weight_decay,
            loraplus_lr_ratio: match config.method {
                Method::Lora => config.lora.loraplus_lr_ratio,
                _ => 1.0,
            },
            states: HashMap::new(),
        }
    }

    /// Updates every parameter that has a gradient. Gradients are first multiplied as [`Clipping::numbers`] says.
    pub fn step(
        &mut self,
        learning_rate: f64,
        model: TextClassifier,
        gradients: GradientsParams,
        clipping: Tensor<1>,
    ) -> TextClassifier {
        model.map_parameters(&mut Update {
            optimizer: self,
            learning_rate,
            gradients,
            clipping,
        })
    }

    /// Names of what is remembered of each parameter.
    pub fn moments(&self) -> &'static [&'static str] {
        self.rule.moments()
    }

    /// State of a parameter of `D` dimensions, once it has been updated.
    pub fn state<const D: usize>(&self, id: ParamId) -> Option<&ParameterState<D>> {
        self.states.get(&id)?.downcast_ref()
    }

    /// Puts the state of a parameter back.
    pub fn set_state<const D: usize>(&mut self, id: ParamId, state: ParameterState<D>) {
        self.states.insert(id, Box::new(state));
    }

    /// Takes the last updates of a model's parameters back, so many of each, which have changed nothing.
    pub(super) fn take_back(&mut self, model: &TextClassifier, updates: u32) {
        model.visit(&mut TakeBack {
            optimizer: self,
            updates,
        });
    }

    /// As PEFT's `create_loraplus_optimizer`: biases and norms go with B, and only what has two dimensions decays.
    fn group(&self, dimensions: usize, path: &[String]) -> Group {
        let is_vector = dimensions < 2;
        let is_lora_b = matches!(path, [.., adapter, matrix] if adapter == "lora" && matrix == "b");
        let follows_b = is_vector || is_lora_b;
        Group {
            lr_ratio: if follows_b {
                self.loraplus_lr_ratio
            } else {
                1.0
            },
            weight_decay: if is_vector { 0.0 } else { self.weight_decay },
        }
    }
}

/// What is special about some parameters.
struct Group {
    lr_ratio: f64,
    weight_decay: f64,
}

struct TakeBack<'a> {
    optimizer: &'a mut Optimizer,
    updates: u32,
}

impl ModuleVisitor for TakeBack<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let states = &mut self.optimizer.states;
        let state = states.get_mut(&param.id);
        let state = state.and_then(|state| state.downcast_mut::<ParameterState<D>>());
        if let Some(state) = state {
            state.updates = state.updates.saturating_sub(self.updates);
            if state.updates == 0 {
                states.remove(&param.id);
            }
        }
    }
}

struct Update<'a> {
    optimizer: &'a mut Optimizer,
    learning_rate: f64,
    gradients: GradientsParams,
    clipping: Tensor<1>,
}

impl ParameterMapper for Update<'_> {
    fn map<const D: usize>(
        &mut self,
        path: &[String],
        param: Param<Tensor<D>>,
    ) -> Param<Tensor<D>> {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return param;
        };
        let id = param.id;
        let states = &mut self.optimizer.states;
        let state = states
            .remove(&id)
            .and_then(|state| state.downcast().ok())
            .map(|state| *state);
        let group = self.optimizer.group(D, path);
        let (updated, state) = self.optimizer.rule.update::<D>(
            self.learning_rate * group.lr_ratio,
            group.weight_decay,
            param.val().inner(),
            gradient,
            &self.clipping,
            state,
        );
        self.optimizer.set_state(id, state);
        param.map(|_| Tensor::from_inner(updated).require_grad())
    }
}

/// What becomes of all gradients before a step.
#[derive(Debug, Default)]
pub struct Clipping {
    /// The most that their L2 norm may be.
    pub max_norm: Option<f64>,
    /// What the loss was multiplied with, if it was.
    pub loss_scale: Option<f64>,
    /// What [`Clipping::numbers`] gave for the step before, where that was not read yet.
    pub before: Option<Tensor<1>>,
}

impl Clipping {
    /// The loss, the L2 norm of all gradients together, and what they are multiplied with so that it is at most `max_norm`.
    ///
    /// Gradients of a scaled loss are as if it were not scaled. If one is no number they are multiplied with 0, as those of all
    /// steps after it until it was read: [`Optimizer::step`] then changes nothing.
    ///
    /// # Shapes
    /// - `loss`: `[1]`
    /// - output: `[3]`
    pub fn numbers(
        self,
        model: &TextClassifier,
        gradients: &GradientsParams,
        loss: Tensor<1>,
    ) -> Tensor<1> {
        let mut squares = Squares {
            gradients,
            sum: None,
        };
        model.visit(&mut squares);
        let sum = squares.sum.unwrap_or_else(|| {
            // Nothing is trained; a norm of zero.
            tensors::add_squares(None, loss.zeros_like())
        });
        let Some(scale) = self.loss_scale else {
            return tensors::clipping(sum, loss, self.max_norm);
        };
        let before = self
            .before
            .unwrap_or_else(|| Tensor::ones([3], &loss.device()));
        tensors::scaled_clipping(sum, loss, before, self.max_norm, scale)
    }
}

/// The sum of all gradients' squares.
struct Squares<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.sum = Some(tensors::add_squares(self.sum.take(), gradient));
        }
    }
}
