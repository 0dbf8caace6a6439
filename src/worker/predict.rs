//! What a model says, as the page shows it.

use super::clock::now;
use crate::data::Problem;
use crate::eval::{Answer, Asking, Pipeline, THRESHOLD};
use crate::protocol::{LabelProbability, Prediction, WireError};

/// What a model says of a text of the user's: every label, the most probable first, or a number.
pub async fn predict(pipeline: &Pipeline, text: String) -> Result<Prediction, WireError> {
    let begun = now();
    let answer = pipeline.ask(&text).await?;
    Ok(prediction(pipeline, text, Some(answer), now() - begun))
}

/// What it says of some texts, in their order. An empty text gets no labels and no number.
pub async fn predict_all(
    pipeline: &Pipeline,
    texts: Vec<String>,
) -> Result<Vec<Prediction>, WireError> {
    let begun = now();
    let mut asking = Asking::new(pipeline, texts.iter().map(String::as_str))?;
    while asking.step(pipeline).await? {}
    let each = (now() - begun) / texts.len().max(1) as f64;
    let answered = texts.into_iter().zip(asking.finish());
    Ok(answered
        .map(|(text, answer)| prediction(pipeline, text, answer, each))
        .collect())
}

/// An answer in the words of the labels.
pub fn prediction(
    pipeline: &Pipeline,
    text: String,
    answer: Option<Answer>,
    milliseconds: f64,
) -> Prediction {
    let (outputs, tokens) =
        answer.map_or((Vec::new(), 0), |answer| (answer.outputs, answer.tokens));
    let mut probabilities: Vec<LabelProbability> = pipeline
        .labels
        .iter()
        .zip(&outputs)
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
    Prediction {
        text,
        labels: given.iter().map(|entry| entry.label.clone()).collect(),
        value: match pipeline.scale.problem {
            Problem::Regression => outputs.first().copied(),
            Problem::SingleLabel | Problem::MultiLabel { .. } => None,
        },
        probabilities,
        tokens: tokens as u32,
        milliseconds,
    }
}
