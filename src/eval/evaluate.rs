//! Running a model over examples, a batch at a time. It holds no loop: whoever drives it may stop or do
//! something else between any two batches.

use std::sync::Arc;

use burn::tensor::activation::softmax;
use burn::tensor::{Device, ExecutionError, Tensor};

use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// An evaluation under way.
pub struct Evaluation {
    examples: Arc<[EncodedExample]>,
    /// Indices of the examples, the longest first: texts of like length share a batch, and little is padding.
    order: Vec<usize>,
    batch_size: usize,
    pad_id: u32,
    done: usize,
    probabilities: Vec<Vec<f32>>,
}

/// What a model said of examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// For each example, in the examples' order, a probability for each label.
    pub probabilities: Vec<Vec<f32>>,
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share of examples whose most probable label is right.
    pub accuracy: f64,
}

impl Evaluation {
    /// An evaluation that has not begun.
    pub fn new(examples: Arc<[EncodedExample]>, batch_size: usize, pad_id: u32) -> Self {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(examples[index].ids.len()));
        let probabilities = vec![Vec::new(); examples.len()];
        Self {
            examples,
            order,
            batch_size: batch_size.max(1),
            pad_id,
            done: 0,
            probabilities,
        }
    }

    /// Examples evaluated so far.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Examples in all.
    pub fn total(&self) -> usize {
        self.examples.len()
    }

    /// Evaluates the next batch. False if there was none left.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn step(
        &mut self,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<bool, ExecutionError> {
        let end = (self.done + self.batch_size).min(self.order.len());
        let chosen = &self.order[self.done..end];
        if chosen.is_empty() {
            return Ok(false);
        }
        let ids: Vec<&[u32]> = chosen
            .iter()
            .map(|&index| self.examples[index].ids.as_slice())
            .collect();
        let rows = probabilities(model, &TokenBatch::pad(&ids, self.pad_id), device).await?;
        for (&index, row) in chosen.iter().zip(rows) {
            self.probabilities[index] = row;
        }
        self.done = end;
        Ok(true)
    }

    /// The outcome over the examples evaluated.
    pub fn finish(self) -> Outcome {
        let evaluated = || {
            self.examples
                .iter()
                .zip(&self.probabilities)
                .filter(|(_, row)| !row.is_empty())
        };
        let count = evaluated().count().max(1) as f64;
        let right = evaluated()
            .filter(|(example, row)| example.target.class() == Some(argmax(row)))
            .count();
        let loss: f64 = evaluated()
            .filter_map(|(example, row)| row.get(example.target.class()? as usize))
            .map(|probability| -f64::from(probability.max(f32::MIN_POSITIVE)).ln())
            .sum();
        Outcome {
            loss: loss / count,
            accuracy: right as f64 / count,
            probabilities: self.probabilities,
        }
    }
}

impl Outcome {
    /// The most probable label of each example.
    pub fn predicted(&self) -> Vec<u32> {
        self.probabilities.iter().map(|row| argmax(row)).collect()
    }
}

/// Index of the largest value, the first of equals.
fn argmax(row: &[f32]) -> u32 {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best as u32
}

/// Probabilities of each label, a row for each text of a batch.
///
/// # Errors
/// If the device fails.
pub async fn probabilities(
    model: &TextClassifier,
    batch: &TokenBatch,
    device: &Device,
) -> Result<Vec<Vec<f32>>, ExecutionError> {
    let logits: Tensor<2> = model.forward(&BatchTensors::new(batch, device));
    let [_, classes] = logits.dims();
    let values: Vec<f32> = softmax(logits, 1)
        .into_data_async()
        .await?
        .iter::<f32>()
        .collect();
    Ok(values.chunks(classes.max(1)).map(<[f32]>::to_vec).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Target;

    #[test]
    fn the_first_of_equals_wins() {
        assert_eq!(argmax(&[0.2, 0.4, 0.4]), 1);
    }

    #[test]
    fn loss_and_accuracy_are_over_what_was_evaluated() {
        let examples: Vec<EncodedExample> = [0, 1, 1]
            .map(|label| EncodedExample {
                ids: vec![1, 2],
                target: Target::Class(label),
            })
            .to_vec();
        let mut evaluation = Evaluation::new(examples.into(), 2, 0);
        evaluation.probabilities[0] = vec![0.5, 0.5];
        evaluation.probabilities[1] = vec![0.75, 0.25];
        let outcome = evaluation.finish();
        assert_eq!(outcome.accuracy, 0.5);
        assert!((outcome.loss - (2f64.ln() + 4f64.ln()) / 2.0).abs() < 1e-7);
    }
}
