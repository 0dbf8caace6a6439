//! manifest.json of a Tabtune model.

use serde::{Deserialize, Serialize};

use crate::adapter::{AdapterError, BaseModel, DataFingerprint, Trained};
use crate::data::{Problem, Standardisation};
use crate::eval::metrics::EvaluationReport;
use crate::train::config::TrainConfig;

/// Its name.
pub(in crate::adapter) const MANIFEST: &str = "manifest.json";
/// What `format` says.
const FORMAT: &str = "tabtune model";
/// The form that is written and read.
const VERSION: u64 = 1;

/// All of a Tabtune model but weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The settings of the run.
    pub config: TrainConfig,
    /// What is predicted.
    pub problem: Problem,
    /// The labels' names in the order of the outputs; none for numbers.
    pub labels: Vec<String>,
    /// The scale of the numbers, where it is numbers that are predicted.
    pub standardisation: Option<Standardisation>,
    /// What logits are divided by for calibrated probabilities, where it was fitted.
    pub temperature: Option<f64>,
    /// The report on the test examples, if there were any.
    pub report: Option<EvaluationReport>,
    /// What the model was trained on.
    pub data: DataFingerprint,
    /// What the model was made from.
    pub encoder: BaseModel,
}

/// What every version has.
#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
}

/// The manifest as JSON. Numbers that predictions depend on are written as text: JSON's readers may round them.
#[derive(Serialize, Deserialize)]
struct Form {
    #[serde(flatten)]
    header: Header,
    config: TrainConfig,
    problem: Problem,
    labels: Vec<String>,
    /// Mean and deviation.
    standardisation: Option<[String; 2]>,
    temperature: Option<String>,
    report: Option<EvaluationReport>,
    data: DataFingerprint,
    encoder: BaseModel,
}

impl Manifest {
    pub(super) fn of(trained: &Trained<'_>) -> Self {
        let scaled = trained.report.and_then(|report| match report {
            EvaluationReport::SingleLabel(report) => report.scaled.as_ref(),
            EvaluationReport::MultiLabel(_) | EvaluationReport::Regression(_) => None,
        });
        Self {
            config: trained.config.clone(),
            problem: trained.scale.problem,
            labels: trained.labels.to_vec(),
            standardisation: trained.scale.standardisation,
            temperature: scaled.map(|scaled| scaled.temperature),
            report: trained.report.cloned(),
            data: trained.data.clone(),
            encoder: trained.base.clone(),
        }
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, AdapterError> {
        let form = Form {
            header: Header {
                format: FORMAT.to_owned(),
                version: VERSION,
            },
            config: self.config.clone(),
            problem: self.problem,
            labels: self.labels.clone(),
            standardisation: self
                .standardisation
                .map(|scale| [scale.mean, scale.deviation].map(|number| number.to_string())),
            temperature: self.temperature.map(|number| number.to_string()),
            report: self.report.clone(),
            data: self.data.clone(),
            encoder: self.encoder.clone(),
        };
        serde_json::to_vec_pretty(&form).map_err(unreadable)
    }

    /// The version comes first: of another one nothing else is known.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, AdapterError> {
        let header: Header = serde_json::from_slice(bytes).map_err(unreadable)?;
        if header.format != FORMAT || header.version != VERSION {
            return Err(AdapterError::Version {
                file: MANIFEST,
                found: header.version,
                supported: VERSION,
            });
        }
        let form: Form = serde_json::from_slice(bytes).map_err(unreadable)?;
        let standardisation = match form.standardisation {
            None => None,
            Some([mean, deviation]) => Some(Standardisation {
                mean: number(&mean, |_| true)?,
                deviation: number(&deviation, |number| number > 0.0)?,
            }),
        };
        let temperature = form
            .temperature
            .map(|temperature| number(&temperature, |number| number > 0.0))
            .transpose()?;
        Ok(Self {
            config: form.config,
            problem: form.problem,
            labels: form.labels,
            standardisation,
            temperature,
            report: form.report,
            data: form.data,
            encoder: form.encoder,
        })
    }
}

fn unreadable(source: serde_json::Error) -> AdapterError {
    AdapterError::Json {
        file: MANIFEST,
        source,
    }
}

/// A finite number that `holds`.
fn number(text: &str, holds: impl Fn(f64) -> bool) -> Result<f64, AdapterError> {
    text.parse()
        .ok()
        .filter(|&number: &f64| number.is_finite() && holds(number))
        .ok_or_else(|| AdapterError::Number {
            found: text.to_owned(),
        })
}
