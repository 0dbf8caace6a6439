//! Asking a model.

use super::clock::now;
use crate::data::Problem;
use crate::eval::{Pipeline, THRESHOLD};
use crate::protocol::{LabelProbability, Prediction, WireError};

/// What a model says of a text of the user's: every label, the most probable first, or a number.
pub async fn predict(pipeline: &Pipeline, text: String) -> Result<Prediction, WireError> {
    let begun = now();
    let answer = pipeline.ask(&text).await?;
    let mut probabilities: Vec<LabelProbability> = pipeline
        .labels
        .iter()
        .zip(&answer.outputs)
        .map(|(label, &probability)| LabelProbability {
            label: label.clone(),
            probability,
        })
        .collect();
    probabilities.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let given = match pipeline.scale.problem {
        Problem::SingleLabel => &probabilities[..probabilities.len().min(1)],
        Problem::MultiLabel { .. } => {
            let several = probabilities.partition_point(|entry| entry.probability >= THRESHOLD);
            &probabilities[..several]
        }
        Problem::Regression => &[],
    };
    Ok(Prediction {
        text,
        labels: given.iter().map(|entry| entry.label.clone()).collect(),
        value: match pipeline.scale.problem {
            Problem::Regression => answer.outputs.first().copied(),
            Problem::SingleLabel | Problem::MultiLabel { .. } => None,
        },
        probabilities,
        tokens: answer.tokens as u32,
        milliseconds: now() - begun,
    })
}
