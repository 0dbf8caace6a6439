//! What an export is made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::fingerprint::DataFingerprint;
use super::tensors::Tensors;
use crate::data::Problem;
use crate::eval::OutputScale;
use crate::eval::metrics::EvaluationReport;
use crate::model::{PretrainedEncoder, TextClassifier};
use crate::train::config::TrainConfig;

/// The encoder that a model was made from, by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseModel {
    /// As transformers finds it: `owner/name` on the hub, or a folder.
    pub name: String,
    /// Its licence in SPDX's notation, where it is known.
    pub license: Option<String>,
    /// The SHA-256 of its files by name, in lower-case hexadecimal.
    pub files: BTreeMap<String, String>,
}

impl BaseModel {
    /// Names an encoder that was loaded.
    pub fn new(name: String, license: Option<String>, encoder: &PretrainedEncoder) -> Self {
        Self {
            name,
            license,
            files: encoder.checksums.clone(),
        }
    }

    /// Whether another name means the same encoder, as far as names tell: the hub's has an owner in front, a folder's
    /// has not.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let last = |name: &str| name.rsplit('/').next().map(str::to_lowercase);
        last(&self.name) == last(name)
    }

    /// Compares another encoder by content: every file that this one was read from must be the same there.
    ///
    /// # Errors
    /// The first file that differs, with both checksums.
    pub fn compare(&self, other: &Self) -> Result<(), Box<OtherEncoder>> {
        let differs = |(file, sum): &(&String, &String)| other.files.get(*file) != Some(*sum);
        match self.files.iter().find(differs) {
            None => Ok(()),
            Some((file, checksum)) => Err(Box::new(OtherEncoder {
                name: self.name.clone(),
                file: file.clone(),
                checksum: checksum.clone(),
                other: other.name.clone(),
                other_checksum: other.files.get(file).cloned(),
            })),
        }
    }
}

/// Two encoders that differ, of which a Tabtune model belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error(
    "the model belongs to the encoder {name}, whose {file} has the SHA-256 {}; {other} is another encoder: its file {}",
    short(.checksum), has(.other_checksum)
)]
pub struct OtherEncoder {
    /// The model's encoder.
    pub name: String,
    /// The first file that differs or is missing.
    pub file: String,
    /// Its SHA-256 by the model.
    #[serde(serialize_with = "as_beginning")]
    pub checksum: String,
    /// The encoder that is there.
    pub other: String,
    /// Its file's SHA-256; `None` if it has no such file.
    #[serde(serialize_with = "as_beginning_or_none")]
    pub other_checksum: Option<String>,
}

/// The beginning of a checksum, which is enough to tell two apart.
fn short(checksum: &str) -> String {
    let beginning: String = checksum.chars().take(12).collect();
    beginning + "…"
}

fn as_beginning<S: Serializer>(checksum: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&short(checksum))
}

fn as_beginning_or_none<S: Serializer>(
    checksum: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    checksum.as_deref().map(short).serialize(serializer)
}

fn has(checksum: &Option<String>) -> String {
    match checksum {
        Some(checksum) => format!("has {}", short(checksum)),
        None => "is missing".to_owned(),
    }
}

/// A trained model, with what its files must say of it.
#[derive(Clone, Copy)]
pub struct Trained<'a> {
    /// What it was made from.
    pub encoder: &'a PretrainedEncoder,
    /// The encoder by name.
    pub base: &'a BaseModel,
    /// The model itself, without autodiff.
    pub model: &'a TextClassifier,
    /// The settings it was trained with.
    pub config: &'a TrainConfig,
    /// The labels' names in the order of the outputs; none for numbers.
    pub labels: &'a [String],
    /// What its logits mean.
    pub scale: OutputScale,
    /// What it was trained on.
    pub data: &'a DataFingerprint,
    /// Its report on the test examples, if there were any.
    pub report: Option<&'a EvaluationReport>,
}

impl Trained<'_> {
    /// How many logits the model gives a text.
    pub(super) fn outputs(&self) -> usize {
        outputs(self.scale.problem, self.labels)
    }

    /// Makes the scale of numbers part of the head, where there is one: its output then has their unit.
    pub(super) fn restore_unit(&self, head: &mut Tensors) {
        let Some(scale) = self.scale.standardisation else {
            return;
        };
        for (name, offset) in [("classifier.weight", 0.0), ("classifier.bias", scale.mean)] {
            let values = head.get_mut(name).map(|tensor| &mut tensor.values);
            for value in values.into_iter().flatten() {
                *value = (f64::from(*value) * scale.deviation + offset) as f32;
            }
        }
    }
}

/// How many logits a model of these labels gives a text.
pub(super) fn outputs(problem: Problem, labels: &[String]) -> usize {
    match problem {
        Problem::SingleLabel | Problem::MultiLabel { .. } => labels.len(),
        Problem::Regression => 1,
    }
}

/// transformers' `problem_type`.
pub(super) fn problem_type(problem: Problem) -> &'static str {
    match problem {
        Problem::SingleLabel => "single_label_classification",
        Problem::MultiLabel { .. } => "multi_label_classification",
        Problem::Regression => "regression",
    }
}

/// Names of the outputs, as `id2label` has them. transformers calls an output without a name `LABEL_0`.
pub(super) fn output_names(problem: Problem, labels: &[String]) -> Vec<String> {
    match problem {
        Problem::SingleLabel | Problem::MultiLabel { .. } => labels.to_vec(),
        Problem::Regression => vec![unnamed(0)],
    }
}

/// What transformers calls an output without a name.
pub(super) fn unnamed(output: usize) -> String {
    format!("LABEL_{output}")
}
