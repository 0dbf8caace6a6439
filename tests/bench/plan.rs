//! What is to be measured, as `cargo xtask bench` says it, and what it gets.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tabtune::protocol::Precision;

use crate::page::Result;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Texts to embeddings or predictions.
    Forward,
    /// Steps of a run.
    Training,
    /// Whole epochs, and the memory of a run.
    Epochs,
    /// From an address to a prediction.
    Loading,
    /// What is asked of WebGPU.
    GpuCounts,
}

/// All that is to be measured.
#[derive(Debug, Deserialize)]
pub struct Plan {
    pub groups: Vec<Group>,
    /// Counted rounds; another one comes before.
    pub rounds: u32,
    pub contenders: Vec<Contender>,
    pub cases: Vec<Case>,
    /// The encoder of the comparisons, and the page's own.
    pub encoder: String,
    pub small_encoder: String,
}

/// Something that can be measured.
#[derive(Debug, Clone, Deserialize)]
pub struct Contender {
    pub name: String,
    pub threads: u32,
    /// Whether it is Tabtune, which speaks its protocol and trains.
    pub is_tabtune: bool,
    /// What Tabtune predicts with.
    pub precision: Precision,
    /// What the bench's page opens it with.
    pub options: Value,
}

/// Texts that are measured together.
#[derive(Debug, Deserialize)]
pub struct Case {
    pub name: String,
    /// Tokens of each text, where all have as many.
    pub tokens: Option<u32>,
    pub texts: Vec<String>,
}

/// Least milliseconds of a round.
const LEAST: f64 = 250.0;

/// The milliseconds that `work` says it took; the median of as many times in a row as make up a quarter of a second. A
/// single time of a few milliseconds tells of the browser's other work.
pub async fn in_a_row(mut work: impl AsyncFnMut() -> Result<f64>) -> Result<f64> {
    let mut all = Vec::new();
    while all.iter().sum::<f64>() < LEAST {
        all.push(work().await?);
    }
    all.sort_by(f64::total_cmp);
    Ok(all[all.len() / 2])
}

/// What a contender took, or needed.
#[derive(Debug, Serialize)]
pub struct Measurement {
    pub group: &'static str,
    pub case: String,
    pub contender: String,
    pub threads: u32,
    pub unit: &'static str,
    /// A value for each counted round.
    pub values: Vec<f64>,
}

/// What was measured.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// What the browser says of itself and the machine.
    pub facts: Value,
    pub measurements: Vec<Measurement>,
    /// The embeddings of the texts of the last case, by contender.
    pub embeddings: Vec<(String, Value)>,
}

impl Outcome {
    /// Takes note of values.
    pub fn add(
        &mut self,
        group: &'static str,
        case: &str,
        contender: &Contender,
        unit: &'static str,
        values: Vec<f64>,
    ) {
        println!(
            "{group}, {case}, {} ({}): {values:.1?} {unit}",
            contender.name, contender.threads
        );
        self.measurements.push(Measurement {
            group,
            case: case.to_owned(),
            contender: contender.name.clone(),
            threads: contender.threads,
            unit,
            values,
        });
    }
}
