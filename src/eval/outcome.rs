//! What a model says of examples, and how well.

use crate::data::{Problem, Standardisation, Target};

/// What a model's logits mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutputScale {
    /// What is predicted.
    pub problem: Problem,
    /// The scale of the numbers, where it is numbers that are predicted.
    pub standardisation: Option<Standardisation>,
}

/// What a model says of examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// For each example its outputs, see [`OutputScale::outputs`].
    pub outputs: Vec<Vec<f64>>,
    /// Mean loss, without smoothing or class weights: cross-entropy in nats, that of each label on its own for several
    /// labels, the squared error of the standardised number.
    pub loss: f64,
}

impl OutputScale {
    /// From a text's logits to probabilities that add up to 1, to a probability of each label by itself, or to a number.
    pub fn outputs(&self, logits: &[f32]) -> Vec<f64> {
        let logits = logits.iter().map(|&logit| f64::from(logit));
        match self.problem {
            Problem::SingleLabel => softmax(logits.collect()),
            Problem::MultiLabel { .. } => logits.map(sigmoid).collect(),
            Problem::Regression => logits
                .map(|logit| {
                    self.standardisation
                        .map_or(logit, |scale| scale.restore(logit))
                })
                .collect(),
        }
    }

    /// The outputs and the mean loss over examples. `logits` has a row for each target.
    pub fn outcome(&self, logits: &[Vec<f32>], targets: &[&Target]) -> Outcome {
        let losses = logits
            .iter()
            .zip(targets)
            .map(|(row, target)| self.loss(row, target));
        Outcome {
            loss: losses.sum::<f64>() / targets.len().max(1) as f64,
            outputs: logits.iter().map(|row| self.outputs(row)).collect(),
        }
    }

    fn loss(&self, logits: &[f32], target: &Target) -> f64 {
        match target {
            Target::Class(class) => {
                let logits: Vec<f64> = logits.iter().map(|&logit| logit.into()).collect();
                let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = logits.iter().map(|logit| (logit - most).exp()).sum();
                sum.ln() + most - logits[*class as usize]
            }
            Target::Classes(classes) => {
                let losses = (0..).zip(logits).map(|(label, &logit)| {
                    let logit = f64::from(logit);
                    // −log σ(±z) = log(1 + e^∓z), so that nothing overflows.
                    let held = if classes.contains(&label) {
                        -logit
                    } else {
                        logit
                    };
                    held.max(0.0) + (-held.abs()).exp().ln_1p()
                });
                losses.sum::<f64>() / logits.len().max(1) as f64
            }
            Target::Value(value) => {
                let expected = self
                    .standardisation
                    .map_or(*value, |scale| scale.standardise(*value));
                logits
                    .first()
                    .map_or(f64::NAN, |&logit| (f64::from(logit) - expected).powi(2))
            }
        }
    }
}

impl Outcome {
    /// Whether all of it are numbers that can be reckoned with.
    pub fn is_finite(&self) -> bool {
        self.loss.is_finite() && self.outputs.iter().flatten().all(|value| value.is_finite())
    }

    /// The most probable label of each example.
    pub fn predicted(&self) -> Vec<u32> {
        self.outputs.iter().map(|row| argmax(row)).collect()
    }

    /// The first output of each example: its number, where it is numbers that are predicted.
    pub fn values(&self) -> Vec<f64> {
        let first = |row: &Vec<f64>| row.first().copied();
        self.outputs.iter().filter_map(first).collect()
    }
}

fn softmax(logits: Vec<f64>) -> Vec<f64> {
    let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.iter().map(|logit| (logit - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

fn sigmoid(logit: f64) -> f64 {
    if logit >= 0.0 {
        1.0 / (1.0 + (-logit).exp())
    } else {
        let power = logit.exp();
        power / (1.0 + power)
    }
}

/// Index of the largest value, the first of equals.
pub(super) fn argmax(row: &[f64]) -> u32 {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(problem: Problem) -> OutputScale {
        OutputScale {
            problem,
            standardisation: (problem == Problem::Regression).then_some(Standardisation {
                mean: 10.0,
                deviation: 2.0,
            }),
        }
    }

    fn close(found: f64, expected: f64) {
        // Logits have 24 bits.
        assert!((found - expected).abs() < 1e-7, "{found} {expected}");
    }

    #[test]
    fn the_first_of_equals_wins() {
        assert_eq!(argmax(&[0.2, 0.4, 0.4]), 1);
    }

    #[test]
    fn probabilities_of_one_label_add_up() {
        let scale = scale(Problem::SingleLabel);
        let outcome = scale.outcome(
            &[vec![0.0, 3_f32.ln()], vec![500.0, -500.0]],
            &[&Target::Class(0), &Target::Class(0)],
        );
        close(outcome.outputs[0][1], 0.75);
        assert_eq!(outcome.outputs[1], [1.0, 0.0]);
        assert_eq!(outcome.predicted(), [1, 0]);
        assert!((outcome.loss - 4_f64.ln() / 2.0).abs() < 1e-6);
    }

    #[test]
    fn each_of_several_labels_stands_by_itself() {
        let scale = scale(Problem::MultiLabel { separator: '|' });
        let outcome = scale.outcome(&[vec![0.0, -800.0]], &[&Target::Classes(vec![0])]);
        assert_eq!(outcome.outputs, [[0.5, 0.0]]);
        close(outcome.loss, 2_f64.ln() / 2.0);
        let wrong = scale.outcome(&[vec![800.0, 800.0]], &[&Target::Classes(vec![])]);
        close(wrong.loss, 800.0);
    }

    #[test]
    fn a_number_has_its_unit_and_its_loss_has_none() {
        let scale = scale(Problem::Regression);
        let outcome = scale.outcome(&[vec![1.5]], &[&Target::Value(10.0)]);
        assert_eq!(outcome.outputs, [[13.0]]);
        close(outcome.loss, 2.25);
    }
}
