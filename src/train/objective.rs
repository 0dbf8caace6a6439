//! What is minimised.

use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Device, Tensor, TensorData};

use super::config::{ClassWeights, TrainConfig};
use crate::data::{Problem, Standardisation, Target};

/// The loss of logits against targets. It is a sum over examples divided by a weight, so that the gradients of several
/// forward passes add up to that of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    outputs: usize,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// Cross-entropy; `torch.nn.CrossEntropyLoss` with `weight` and `label_smoothing`.
    SingleLabel { weights: Vec<f32>, smoothing: f32 },
    /// Binary cross-entropy of each label; `torch.nn.BCEWithLogitsLoss` with `pos_weight`.
    MultiLabel { positive_weights: Vec<f32> },
    /// Squared error of the standardised value; `torch.nn.MSELoss`.
    Regression(Standardisation),
}

impl Objective {
    /// The objective for a problem with so many labels, given the training examples' targets.
    pub fn new<'a>(
        problem: Problem,
        labels: usize,
        targets: impl Iterator<Item = &'a Target>,
        config: &TrainConfig,
    ) -> Self {
        let balanced = config.class_weights == ClassWeights::Balanced;
        match problem {
            Problem::SingleLabel => Self {
                outputs: labels,
                kind: Kind::SingleLabel {
                    weights: if balanced {
                        balanced_weights(labels, targets)
                    } else {
                        vec![1.0; labels]
                    },
                    smoothing: config.label_smoothing_factor as f32,
                },
            },
            Problem::MultiLabel { .. } => Self {
                outputs: labels,
                kind: Kind::MultiLabel {
                    positive_weights: if balanced {
                        positive_weights(labels, targets)
                    } else {
                        vec![1.0; labels]
                    },
                },
            },
            Problem::Regression => {
                let values: Vec<f64> = targets.filter_map(Target::value).collect();
                Self {
                    outputs: 1,
                    kind: Kind::Regression(Standardisation::of(&values)),
                }
            }
        }
    }

    /// Logits that the model gives a text.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// How numbers are standardised, if it is numbers that are learnt.
    pub fn standardisation(&self) -> Option<Standardisation> {
        match self.kind {
            Kind::Regression(standardisation) => Some(standardisation),
            Kind::SingleLabel { .. } | Kind::MultiLabel { .. } => None,
        }
    }

    /// What the sum over these examples is divided by.
    pub fn weight(&self, targets: &[Target]) -> f64 {
        match &self.kind {
            Kind::SingleLabel { weights, .. } => targets
                .iter()
                .filter_map(Target::class)
                .filter_map(|class| weights.get(class as usize))
                .map(|&weight| f64::from(weight))
                .sum(),
            Kind::MultiLabel { .. } => (targets.len() * self.outputs) as f64,
            Kind::Regression(_) => targets.len() as f64,
        }
    }

    /// What these examples' logits are compared with, put on the device. The loss is the sum over them divided by `weight`.
    ///
    /// Whoever asks a GPU for a step does this first: each tensor that is sent to it cuts short what it was asked for.
    pub fn expected(&self, targets: &[Target], weight: f64, device: &Device) -> Expected {
        let shape = [targets.len(), self.outputs];
        let constant =
            |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, shape), device);
        // Constants take up what the device would compute.
        let share = 1.0 / weight as f32;
        match &self.kind {
            Kind::SingleLabel { weights, smoothing } => {
                let factors = targets
                    .iter()
                    .flat_map(|target| smoothed(target, weights, *smoothing))
                    .map(|factor| -factor * share)
                    .collect();
                Expected::SingleLabel(constant(factors))
            }
            Kind::MultiLabel { positive_weights } => {
                let held =
                    |label: usize, target: &Target| target.labels().contains(&(label as u32));
                let (mut absent, mut log_factors) = (Vec::new(), Vec::new());
                for target in targets {
                    for (label, &weight) in positive_weights.iter().enumerate() {
                        let holds = held(label, target);
                        absent.push(if holds { 0.0 } else { share });
                        log_factors.push(if holds { weight * share } else { share });
                    }
                }
                Expected::MultiLabel {
                    absent: constant(absent),
                    log_factors: constant(log_factors),
                }
            }
            Kind::Regression(standardisation) => {
                let expected = targets
                    .iter()
                    .map(|target| {
                        standardisation.standardise(target.value().unwrap_or_default()) as f32
                    })
                    .collect();
                Expected::Regression {
                    values: constant(expected),
                    weight,
                }
            }
        }
    }
}

/// What a batch's logits are compared with, each tensor of their shape.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Expected {
    /// What each log-probability is multiplied with.
    SingleLabel(Tensor<2>),
    /// What each logit and each log σ of it is multiplied with.
    MultiLabel {
        /// The share of an example for each label that it does not have.
        absent: Tensor<2>,
        /// The share of an example, times the label's weight where it has it.
        log_factors: Tensor<2>,
    },
    /// Standardised numbers.
    Regression {
        /// The numbers.
        values: Tensor<2>,
        /// What the sum is divided by.
        weight: f64,
    },
}

impl Expected {
    /// The loss.
    ///
    /// # Shapes
    /// - `logits`: `[batch, outputs]`
    /// - output: `[1]`
    pub fn loss(self, logits: Tensor<2>) -> Tensor<1> {
        match self {
            Self::SingleLabel(factors) => (log_softmax(logits, 1) * factors).sum(),
            Self::MultiLabel {
                absent,
                log_factors,
            } => {
                // −[p·y·log σ(z) + (1 − y)·log σ(−z)], by log σ(−z) = log σ(z) − z.
                let log_sigmoid = log_sigmoid(logits.clone());
                (logits * absent - log_sigmoid * log_factors).sum()
            }
            Self::Regression { values, weight } => {
                (logits - values).square().sum().div_scalar(weight)
            }
        }
    }
}

/// What each label's log-probability is multiplied by.
fn smoothed(target: &Target, weights: &[f32], smoothing: f32) -> Vec<f32> {
    let class = target.class();
    let spread = smoothing / weights.len().max(1) as f32;
    (0..)
        .zip(weights)
        .map(|(label, weight)| {
            let own = if class == Some(label) {
                1.0 - smoothing
            } else {
                0.0
            };
            weight * (own + spread)
        })
        .collect()
}

/// Examples / (classes · examples of the class).
///
/// Source: `compute_class_weight("balanced")` of scikit-learn.
fn balanced_weights<'a>(labels: usize, targets: impl Iterator<Item = &'a Target>) -> Vec<f32> {
    let (counts, total) = counts(labels, targets);
    counts
        .iter()
        .map(|&count| total as f32 / (labels * count).max(1) as f32)
        .collect()
}

/// Examples without the label / examples with it, as the documentation of `BCEWithLogitsLoss` proposes; 1 for a label that all
/// have, as nothing would be learnt of it with 0.
fn positive_weights<'a>(labels: usize, targets: impl Iterator<Item = &'a Target>) -> Vec<f32> {
    let (counts, total) = counts(labels, targets);
    counts
        .iter()
        .map(|&count| match total - count {
            0 => 1.0,
            without => without as f32 / count.max(1) as f32,
        })
        .collect()
}

/// How many examples have each label, and how many there are.
fn counts<'a>(labels: usize, targets: impl Iterator<Item = &'a Target>) -> (Vec<usize>, usize) {
    let mut counts = vec![0; labels];
    let mut total = 0;
    for target in targets {
        total += 1;
        for &label in target.labels() {
            if let Some(count) = counts.get_mut(label as usize) {
                *count += 1;
            }
        }
    }
    (counts, total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_all_examples_have_is_learnt_too() {
        let targets = [vec![0, 1], vec![0], vec![0], vec![0, 2]].map(Target::Classes);
        let weights = positive_weights(4, targets.iter());
        assert_eq!(weights, [1.0, 3.0, 3.0, 4.0]);
    }
}
