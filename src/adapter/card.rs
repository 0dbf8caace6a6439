//! Model cards: README.md as the hub shows it.

use std::fmt::Write;

use serde_json::json;

use super::snippet::{Card, python};
use super::{AdapterError, Trained};
use crate::data::Problem;
use crate::eval::metrics::EvaluationReport;

/// Name of a model card.
pub(super) const README: &str = "README.md";

/// The card of a trained model. Its Python gives what the model says as it stands.
pub(super) fn card(card: Card, trained: &Trained<'_>) -> Result<String, AdapterError> {
    let base = &trained.base.name;
    let settings =
        serde_json::to_string_pretty(trained.config).map_err(|source| AdapterError::Json {
            file: README,
            source,
        })?;
    let (library, kind) = match card {
        Card::Adapter => ("peft", "A LoRA adapter for"),
        Card::Merged => ("transformers", "A fine-tuned"),
    };
    let mut text = String::new();
    let metadata = [
        ("base_model", json!(base)),
        ("library_name", json!(library)),
        ("pipeline_tag", json!("text-classification")),
        ("tags", json!(["tabtune", "text-classification"])),
    ];
    let license = trained.base.license.as_ref();
    let metadata = metadata
        .into_iter()
        .chain(license.map(|license| ("license", json!(license.to_lowercase()))));
    let metadata = metadata.fold(String::new(), |lines, (key, value)| {
        format!("{lines}{key}: {value}\n")
    });
    let what = match trained.scale.problem {
        Problem::SingleLabel => "It gives each text one of the labels below.",
        Problem::MultiLabel { .. } => "It gives each text any number of the labels below.",
        Problem::Regression => "It gives each text a number, in the unit of the training data.",
    };
    let license = match license {
        Some(license) => format!("The encoder's licence is {}.", code(license)),
        None => "The encoder's licence is not known here; look it up before you pass this on."
            .to_owned(),
    };
    let data = trained.data;
    let [train, validation, test] = data.examples;
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "---\n{metadata}---\n\n# {}\n\n{kind} {}, made with Tabtune. {what}\n\n\
         ## How to use it\n\n```python\n{}```\n\n\
         ## Training\n\nData: {}, {train} training, {validation} validation and {test} test examples; \
         fingerprint (SHA-256) `{}`.\n\n```json\n{settings}\n```\n\n",
        title(trained),
        code(base),
        python(card, trained, "."),
        code(&data.name),
        data.sha256,
    );
    if let Some(report) = trained.report {
        let _ = write!(
            text,
            "## Results\n\nOn the test examples:\n\n{}\n",
            metrics(report)
        );
    }
    let _ = write!(
        text,
        "## Licence\n\nDerived from {}. {license} The training data may have terms of their own.\n",
        code(base)
    );
    Ok(text)
}

fn title(trained: &Trained<'_>) -> &'static str {
    match trained.scale.problem {
        Problem::SingleLabel | Problem::MultiLabel { .. } => "Text classifier",
        Problem::Regression => "Text regressor",
    }
}

/// A name in Markdown, whatever is in it.
fn code(name: &str) -> String {
    let plain = |letter: char| match letter {
        '`' => '\'',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    format!("`{}`", name.chars().map(plain).collect::<String>())
}

/// A table of the numbers that are looked at first.
fn metrics(report: &EvaluationReport) -> String {
    let rows: Vec<(&str, Option<f64>)> = match report {
        EvaluationReport::SingleLabel(report) => {
            let found = &report.classification;
            vec![
                ("Accuracy", Some(found.accuracy)),
                ("F1, macro average", Some(found.macro_average.f1)),
                ("Matthews correlation", Some(found.matthews_correlation)),
                ("Log loss", report.log_loss),
            ]
        }
        EvaluationReport::MultiLabel(report) => {
            let found = &report.metrics;
            vec![
                ("All labels right", Some(found.subset_accuracy)),
                ("F1, micro average", Some(found.micro_average.f1)),
                ("F1, macro average", Some(found.macro_average.f1)),
                ("Log loss", found.log_loss),
            ]
        }
        EvaluationReport::Regression(report) => {
            let found = &report.metrics;
            vec![
                ("Root mean squared error", found.root_mean_squared_error),
                ("Mean absolute error", found.mean_absolute_error),
                ("R²", found.r_squared),
                ("Spearman correlation", found.spearman),
            ]
        }
    };
    let rows = rows.into_iter().map(|(name, value)| {
        let value = value.map_or("undefined".to_owned(), |value| format!("{value:.4}"));
        format!("| {name} | {value} |\n")
    });
    format!(
        "| metric | value |\n|---|---|\n{}",
        rows.collect::<String>()
    )
}
