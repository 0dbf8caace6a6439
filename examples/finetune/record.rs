//! What a run leaves behind: the lines on the terminal and the JSON.

use serde::Serialize;
use serde_json::{Map, Value, json};
use tabtune::data::{Dataset, Part, Target};
use tabtune::eval::Outcome;
use tabtune::eval::metrics::{Averages, ClassMetrics, EvaluationReport};
use tabtune::train::config::TrainConfig;
use tabtune::train::record::{RunEnd, StepRecord, ValidationRecord};

use crate::shared::DeviceName;

/// What `--json` gets.
#[derive(Serialize)]
pub struct Record {
    pub model: String,
    pub device: DeviceName,
    pub config: TrainConfig,
    pub labels: Vec<String>,
    pub steps: Vec<StepRecord>,
    /// An object an epoch, with each score by its name.
    pub validation: Vec<Value>,
    pub end: RunEnd,
    /// The step of the weights that were tested, where they are not the last ones.
    pub best_step: Option<u32>,
    /// The report; that on single labels has the numbers of the most probable ones at its top.
    pub test: Value,
    pub predictions: Vec<Prediction>,
    pub seconds: Seconds,
    /// Tokens trained on in a second, padding left out.
    pub tokens_per_second: f64,
}

/// A test example.
#[derive(Serialize)]
pub struct Prediction {
    text: String,
    /// A label, a list of labels or a number.
    label: Value,
    /// The most probable label; a number.
    predicted: Value,
    /// In label order; none for numbers.
    probabilities: Vec<f64>,
}

/// Wall-clock seconds by phase.
#[derive(Serialize, Default)]
pub struct Seconds {
    pub load: f64,
    pub train: f64,
    pub validation: f64,
    pub test: f64,
}

pub fn validation(record: &ValidationRecord) -> serde_json::Result<Value> {
    let mut object = Map::from_iter([
        ("epoch".to_owned(), json!(record.epoch)),
        ("step".to_owned(), json!(record.step)),
        ("loss".to_owned(), json!(record.loss)),
    ]);
    for score in &record.scores {
        if let Value::String(name) = serde_json::to_value(score.metric)? {
            object.insert(name, json!(score.value));
        }
    }
    Ok(Value::Object(object))
}

pub fn test(report: &EvaluationReport) -> serde_json::Result<Value> {
    let mut value = match report {
        EvaluationReport::SingleLabel(report) => serde_json::to_value(report)?,
        EvaluationReport::MultiLabel(report) => serde_json::to_value(report)?,
        EvaluationReport::Regression(report) => serde_json::to_value(report)?,
    };
    if let Value::Object(object) = &mut value {
        for part in ["classification", "metrics"] {
            if let Some(Value::Object(numbers)) = object.remove(part) {
                object.extend(numbers);
            }
        }
    }
    Ok(value)
}

pub fn predictions(dataset: &Dataset, outcome: &Outcome) -> Vec<Prediction> {
    let name = |label: u32| Value::from(dataset.labels[label as usize].clone());
    let tested = dataset
        .split
        .part(Part::Test)
        .iter()
        .map(|&index| &dataset.examples[index as usize]);
    tested
        .zip(&outcome.outputs)
        .zip(outcome.predicted())
        .map(|((example, outputs), best)| {
            let (label, predicted) = match &example.target {
                Target::Class(label) => (name(*label), name(best)),
                Target::Classes(labels) => (
                    labels.iter().map(|&label| name(label)).collect(),
                    name(best),
                ),
                Target::Value(value) => (json!(value), json!(outputs.first())),
            };
            Prediction {
                text: example.text.clone(),
                label,
                predicted,
                probabilities: match example.target {
                    Target::Value(_) => Vec::new(),
                    Target::Class(_) | Target::Classes(_) => outputs.clone(),
                },
            }
        })
        .collect()
}

pub fn print_report(report: &EvaluationReport) {
    match report {
        EvaluationReport::SingleLabel(report) => {
            let classification = &report.classification;
            let averages = [
                ("macro", &classification.macro_average),
                ("weighted", &classification.weighted_average),
            ];
            print_table(&classification.per_class, &averages);
            println!("accuracy {:.4}", classification.accuracy);
        }
        EvaluationReport::MultiLabel(report) => {
            let metrics = &report.metrics;
            let averages = [
                ("micro", &metrics.micro_average),
                ("macro", &metrics.macro_average),
                ("weighted", &metrics.weighted_average),
            ];
            print_table(&metrics.per_label, &averages);
            println!("all labels right {:.4}", metrics.subset_accuracy);
        }
        EvaluationReport::Regression(report) => {
            let metrics = &report.metrics;
            for (name, value) in [
                ("root mean squared error", metrics.root_mean_squared_error),
                ("mean absolute error", metrics.mean_absolute_error),
                ("R²", metrics.r_squared),
                ("Spearman", metrics.spearman),
            ] {
                match value {
                    Some(value) => println!("{name} {value:.4}"),
                    None => println!("{name} undefined"),
                }
            }
        }
    }
}

fn print_table(labels: &[ClassMetrics], averages: &[(&str, &Averages)]) {
    let width = labels
        .iter()
        .map(|label| label.label.chars().count())
        .max()
        .unwrap_or(0)
        .max(8);
    println!("{:width$}  precision  recall      f1  support", "");
    for label in labels {
        println!(
            "{:width$}  {:9.4}  {:6.4}  {:6.4}  {:7}",
            label.label, label.precision, label.recall, label.f1, label.support
        );
    }
    for (name, average) in averages {
        println!(
            "{name:width$}  {:9.4}  {:6.4}  {:6.4}",
            average.precision, average.recall, average.f1
        );
    }
}
