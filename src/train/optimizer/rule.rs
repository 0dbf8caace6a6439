//! Update rules: what becomes of a parameter, given its gradient.

use burn::tensor::Tensor;

use crate::kernel::{AdamStep, tensors};
use crate::train::config::{OptimizerName, TrainConfig};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
/// Smoothing of RMSprop's mean square.
const ALPHA: f64 = 0.99;
/// Of Adam, AdamW and RMSprop.
const EPSILON: f64 = 1e-8;
const ADAGRAD_EPSILON: f64 = 1e-10;

/// An update rule with the constants that PyTorch takes unless told otherwise.
///
/// The rules are written out here, and held to burn's and to PyTorch's by tests, because a state of burn's optimizers can
/// only be read while blocking, and a browser's GPU cannot be waited for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpdateRule {
    name: OptimizerName,
    momentum: f64,
    /// Whether gradients that are multiplied with 0 may be no numbers, and are to change nothing.
    holds: bool,
}

/// What a rule remembers of a parameter of `D` dimensions.
#[derive(Debug, Clone)]
pub struct ParameterState<const D: usize> {
    /// How often the parameter has been updated.
    pub updates: u32,
    /// As many as [`UpdateRule::moments`] names, each of the parameter's shape.
    pub moments: Vec<Tensor<D>>,
}

impl UpdateRule {
    /// The rule that the settings ask for.
    pub fn new(config: &TrainConfig) -> Self {
        Self {
            name: config.optimizer,
            momentum: config.momentum,
            holds: config.trains_in_float16(),
        }
    }

    /// Names of what the rule remembers, as in a `state_dict` of PyTorch.
    pub fn moments(self) -> &'static [&'static str] {
        match self.name {
            OptimizerName::AdamW | OptimizerName::Adam => &["exp_avg", "exp_avg_sq"],
            OptimizerName::Sgd => &["momentum_buffer"],
            OptimizerName::RmsProp => &["square_avg"],
            OptimizerName::Adagrad => &["sum"],
        }
    }

    /// The parameter and the state after an update. `state` is `None` before the first; `clipping` says what the gradient
    /// is multiplied with, see [`Clipping::numbers`](super::Clipping::numbers).
    ///
    /// Source: the algorithms in the documentation of `torch.optim.{AdamW,Adam,SGD,RMSprop,Adagrad}`.
    pub fn update<const D: usize>(
        self,
        learning_rate: f64,
        weight_decay: f64,
        value: Tensor<D>,
        gradient: Tensor<D>,
        clipping: &Tensor<1>,
        state: Option<ParameterState<D>>,
    ) -> (Tensor<D>, ParameterState<D>) {
        let updates = state.as_ref().map_or(0, |state| state.updates) + 1;
        let moments = state.map(|state| state.moments);
        let rule = match self.name {
            OptimizerName::AdamW | OptimizerName::Adam => {
                let step = self.adam_step(learning_rate, weight_decay, updates);
                let moments = take(moments)
                    .map(|moment: Option<_>| moment.unwrap_or_else(|| value.zeros_like()));
                let (value, moments) =
                    tensors::adam(value, gradient, moments, clipping.clone(), step);
                let moments = moments.into();
                return (value, ParameterState { updates, moments });
            }
            OptimizerName::Sgd => Self::momentum,
            OptimizerName::RmsProp => Self::rms_prop,
            OptimizerName::Adagrad => Self::adagrad,
        };
        let factor = clipping.clone().slice(2..3).unsqueeze();
        let before = self.holds.then(|| (value.clone(), moments.clone()));
        let gradient = gradient * factor.clone();
        let gradient = match weight_decay {
            0.0 => gradient,
            _ => gradient + value.clone().mul_scalar(weight_decay),
        };
        let (direction, moments) = rule(self, gradient, moments);
        let value = value - direction.mul_scalar(learning_rate);
        let state = ParameterState { updates, moments };
        match before {
            Some(before) => held(factor, before, (value, state)),
            None => (value, state),
        }
    }

    /// Adam adds the decay to the gradient, AdamW takes it off the parameter. Both corrections for the zeros that the means
    /// began with are scalars.
    fn adam_step(self, learning_rate: f64, weight_decay: f64, updates: u32) -> AdamStep {
        let (keep, decay) = match self.name {
            OptimizerName::AdamW => (1.0 - learning_rate * weight_decay, 0.0),
            _ => (1.0, weight_decay),
        };
        let correction_2 = (1.0 - BETA_2.powi(updates.cast_signed())).sqrt();
        let correction = correction_2 / (1.0 - BETA_1.powi(updates.cast_signed()));
        AdamStep {
            keep,
            decay,
            beta_1: BETA_1,
            beta_2: BETA_2,
            rate: learning_rate * correction,
            epsilon: EPSILON * correction_2,
        }
    }

    fn momentum<const D: usize>(
        self,
        gradient: Tensor<D>,
        moments: Moments<D>,
    ) -> (Tensor<D>, Vec<Tensor<D>>) {
        let [buffer] = take(moments);
        let buffer = running(buffer, self.momentum, gradient);
        (buffer.clone(), vec![buffer])
    }

    fn rms_prop<const D: usize>(
        self,
        gradient: Tensor<D>,
        moments: Moments<D>,
    ) -> (Tensor<D>, Vec<Tensor<D>>) {
        let [mean_square] = take(moments);
        let mean_square = running(
            mean_square,
            ALPHA,
            gradient.clone().square().mul_scalar(1.0 - ALPHA),
        );
        let direction = gradient / mean_square.clone().sqrt().add_scalar(EPSILON);
        (direction, vec![mean_square])
    }

    fn adagrad<const D: usize>(
        self,
        gradient: Tensor<D>,
        moments: Moments<D>,
    ) -> (Tensor<D>, Vec<Tensor<D>>) {
        let [sum] = take(moments);
        let sum = running(sum, 1.0, gradient.clone().square());
        let direction = gradient / sum.clone().sqrt().add_scalar(ADAGRAD_EPSILON);
        (direction, vec![sum])
    }
}

/// What there was before where gradients are multiplied with 0, else what an update has made of it.
fn held<const D: usize>(
    factor: Tensor<D>,
    (old_value, old_moments): (Tensor<D>, Moments<D>),
    (value, state): (Tensor<D>, ParameterState<D>),
) -> (Tensor<D>, ParameterState<D>) {
    let holds = factor.equal_elem(0.0).expand(value.dims());
    let mut old_moments = old_moments.into_iter().flatten();
    let moments = state.moments.into_iter().map(|moment| {
        let old = old_moments.next().unwrap_or_else(|| moment.zeros_like());
        moment.mask_where(holds.clone(), old)
    });
    let moments = moments.collect();
    let value = value.mask_where(holds, old_value);
    (value, ParameterState { moments, ..state })
}

/// `before · keep + addend`; at first there is nothing to keep.
fn running<const D: usize>(before: Option<Tensor<D>>, keep: f64, addend: Tensor<D>) -> Tensor<D> {
    match before {
        Some(before) => before.mul_scalar(keep) + addend,
        None => addend,
    }
}

type Moments<const D: usize> = Option<Vec<Tensor<D>>>;

fn take<const D: usize, const N: usize>(moments: Moments<D>) -> [Option<Tensor<D>>; N] {
    let mut moments = moments.unwrap_or_default().into_iter();
    std::array::from_fn(|_| moments.next())
}

#[cfg(test)]
mod tests {
    use burn::optim::decay::WeightDecayConfig;
    use burn::optim::momentum::MomentumConfig;
    use burn::optim::{
        AdaGradConfig, AdamConfig, AdamWConfig, Optimizer as BurnOptimizer, RmsPropConfig,
        SgdConfig,
    };

    use super::*;

    const DECAY: f32 = 0.1;
    const RATE: f64 = 0.05;

    fn rule(name: OptimizerName) -> UpdateRule {
        UpdateRule {
            name,
            momentum: 0.9,
            holds: false,
        }
    }

    fn gradient(step: u32) -> Tensor<2> {
        let device = crate::device::cpu();
        let step = step as f32;
        Tensor::from_floats([[0.3 - step, 1e-3], [step * step, -2.0]], &device)
    }

    /// Five updates by our rule and by burn's give the same parameter.
    fn agrees<O: BurnOptimizer>(name: OptimizerName, theirs: O) {
        let device = crate::device::cpu();
        let start = Tensor::<2>::from_floats([[1.0, -2.0], [0.5, 0.0]], &device);
        let unclipped = Tensor::from_floats([0.0, 0.0, 1.0], &device);
        let (mut own, mut own_state) = (start.clone(), None);
        let (mut other, mut other_state) = (start, None);
        for step in 0..5 {
            let decay = DECAY.into();
            let (value, state) =
                rule(name).update(RATE, decay, own, gradient(step), &unclipped, own_state);
            (own, own_state) = (value, Some(state));
            (other, other_state) = theirs.step(RATE, other, gradient(step), other_state);
        }
        let difference = (own - other).abs().max().into_scalar::<f32>();
        // burn's constants are of 24 bits, and 1 − 0.99 has lost some of them.
        assert!(difference < 5e-6, "{name:?}: {difference}");
        assert_eq!(own_state.map(|state| state.updates), Some(5));
    }

    #[test]
    fn the_rules_are_burns() {
        let decay = || Some(WeightDecayConfig::new(DECAY));
        agrees(
            OptimizerName::AdamW,
            AdamWConfig::new()
                .with_weight_decay(DECAY)
                .with_epsilon(EPSILON as f32)
                .build(),
        );
        agrees(
            OptimizerName::Adam,
            AdamConfig::new()
                .with_weight_decay(decay())
                .with_epsilon(EPSILON as f32)
                .build(),
        );
        agrees(
            OptimizerName::Sgd,
            SgdConfig::new()
                .with_weight_decay(decay())
                .with_momentum(Some(MomentumConfig::new().with_dampening(0.0)))
                .build(),
        );
        agrees(
            OptimizerName::RmsProp,
            RmsPropConfig::new()
                .with_weight_decay(decay())
                .with_momentum(0.0)
                .with_epsilon(EPSILON as f32)
                .build(),
        );
        agrees(
            OptimizerName::Adagrad,
            AdaGradConfig::new()
                .with_weight_decay(decay())
                .with_epsilon(ADAGRAD_EPSILON as f32)
                .build(),
        );
    }

    /// A gradient that is no number changes nothing where it is multiplied with 0, at first and later.
    #[test]
    fn a_void_step_changes_nothing() {
        let device = crate::device::cpu();
        let start = Tensor::<2>::from_floats([[1.0, -2.0], [0.5, 0.0]], &device);
        let counted = Tensor::from_floats([0.0, 0.0, 1.0], &device);
        let void = Tensor::from_floats([0.0, f32::INFINITY, 0.0], &device);
        for name in [
            OptimizerName::AdamW,
            OptimizerName::Adam,
            OptimizerName::Sgd,
            OptimizerName::RmsProp,
            OptimizerName::Adagrad,
        ] {
            let rule = UpdateRule {
                holds: true,
                ..rule(name)
            };
            let update = |value, gradient, clipping, state| {
                rule.update(RATE, DECAY.into(), value, gradient, clipping, state)
            };
            let overflow = gradient(1) * f32::INFINITY;
            let (value, state) = update(start.clone(), overflow.clone(), &void, None);
            assert_eq!(value.to_data(), start.to_data(), "{name:?}");
            for moment in &state.moments {
                assert_eq!(moment.to_data(), start.zeros_like().to_data(), "{name:?}");
            }
            let (value, state) = update(value, gradient(2), &counted, Some(state));
            assert_ne!(value.to_data(), start.to_data(), "{name:?}");
            let (held, held_state) = update(value.clone(), overflow, &void, Some(state.clone()));
            assert_eq!(held.to_data(), value.to_data(), "{name:?}");
            for (held, before) in held_state.moments.iter().zip(&state.moments) {
                assert_eq!(held.to_data(), before.to_data(), "{name:?}");
            }
        }
    }
}
