//! Model cards: README.md as the hub shows it.

use std::fmt::Write;

use serde_json::json;

use super::source::{output_names, problem_type};
use super::{AdapterError, Trained};
use crate::data::Problem;
use crate::eval::metrics::EvaluationReport;
use crate::train::config::Pooling;

/// Name of a model card.
pub(super) const README: &str = "README.md";

/// What a card is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Card {
    /// A PEFT adapter.
    Adapter,
    /// A whole model.
    Merged,
}

/// The card of a trained model. Its Python gives the model's logits as it stands.
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
         ## How to use it\n\n```python\n{}```\n\n{}\n\n\
         ## Training\n\nData: {}, {train} training, {validation} validation and {test} test examples; \
         fingerprint (SHA-256) `{}`.\n\n```json\n{settings}\n```\n\n",
        title(trained),
        code(base),
        snippet(card, trained),
        notes(trained),
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

fn notes(trained: &Trained<'_>) -> &'static str {
    match trained.scale.problem {
        Problem::SingleLabel => {
            "Softmax turns the logits into probabilities; the largest one's label is `id2label[index]`."
        }
        Problem::MultiLabel { .. } => {
            "A sigmoid turns each logit into a label's probability; a text has the labels of at least 0.5."
        }
        Problem::Regression => "The logit is the number itself.",
    }
}

/// The Python that loads the model and computes logits. JSON's strings and numbers are Python's too.
fn snippet(card: Card, trained: &Trained<'_>) -> String {
    let max_length = trained.config.max_length;
    let base = json!(trained.base.name);
    let names = output_names(trained.scale.problem, trained.labels);
    let pairs = |pair: &dyn Fn(usize, &String) -> String| {
        let pairs: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(id, name)| pair(id, name))
            .collect();
        pairs.join(", ")
    };
    let id2label = pairs(&|id, name| format!("{id}: {}", json!(name)));
    let pooled = match trained.config.pooling {
        Pooling::Mean => Some("(hidden * mask).sum(1) / mask.sum(1)"),
        Pooling::Cls => Some("hidden[:, 0]"),
        Pooling::Max => Some("hidden.masked_fill(mask == 0, -torch.inf).amax(1)"),
        Pooling::Pooler => None,
    };
    let (peft, arguments, tokens_from, class) = match (card, pooled.is_some()) {
        (Card::Adapter, true) => (
            true,
            format!("base={base}, adapter=\".\""),
            "base",
            "AutoModel",
        ),
        (Card::Adapter, false) => (
            true,
            format!("base={base}, adapter=\".\""),
            "base",
            "AutoModelForSequenceClassification",
        ),
        (Card::Merged, true) => (false, "folder=\".\"".to_owned(), "folder", "AutoModel"),
        (Card::Merged, false) => (
            false,
            "folder=\".\"".to_owned(),
            "folder",
            "AutoModelForSequenceClassification",
        ),
    };
    let mut lines = vec!["import torch".to_owned()];
    if peft {
        lines.push("from peft import PeftModel".to_owned());
    }
    if pooled.is_some() {
        lines.push("from safetensors.torch import load_file".to_owned());
    }
    lines.push(format!("from transformers import {class}, AutoTokenizer"));
    lines.extend([
        String::new(),
        format!("id2label = {{{id2label}}}"),
        String::new(),
        String::new(),
    ]);
    lines.push(format!("def logits(texts, {arguments}):"));
    let prompt = trained.encoder.tokenizer.prompt();
    if !prompt.is_empty() {
        let prompt = json!(prompt);
        lines.push(format!("    texts = [{prompt} + text for text in texts]"));
    }
    lines.push(format!(
        "    tokenizer = AutoTokenizer.from_pretrained({tokens_from})"
    ));
    lines.push(if peft && pooled.is_none() {
        format!(
            "    labels = {{\"num_labels\": {}, \"id2label\": id2label, \"label2id\": {{v: k for k, v in id2label.items()}}}}\n    \
             model = {class}.from_pretrained(base, problem_type=\"{}\", **labels).float()",
            names.len(),
            problem_type(trained.scale.problem),
        )
    } else {
        format!("    model = {class}.from_pretrained({tokens_from}).float()")
    });
    lines.push(if peft {
        "    model = PeftModel.from_pretrained(model, adapter).eval()".to_owned()
    } else {
        "    model = model.eval()".to_owned()
    });
    lines.push(format!(
        "    batch = tokenizer(texts, padding=True, truncation=True, max_length={max_length}, return_tensors=\"pt\")"
    ));
    lines.push("    with torch.no_grad():".to_owned());
    match pooled {
        None => lines.push("        return model(**batch).logits".to_owned()),
        Some(pooled) => {
            let folder = if peft { "adapter" } else { "folder" };
            lines.push("        hidden = model(**batch).last_hidden_state".to_owned());
            lines.push("        mask = batch[\"attention_mask\"].unsqueeze(-1)".to_owned());
            lines.push(format!(
                "        head = load_file(f\"{{{folder}}}/head.safetensors\")"
            ));
            lines.push(format!("        pooled = {pooled}"));
            lines.push(
                "        return pooled @ head[\"classifier.weight\"].T + head[\"classifier.bias\"]"
                    .to_owned(),
            );
        }
    }
    lines.extend([
        String::new(),
        String::new(),
        "# logits([\"a text\"])".to_owned(),
        String::new(),
    ]);
    lines.join("\n")
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
