//! Programs that use a saved model: what its README shows, and the page beside the buttons that save it.

use serde_json::json;

use super::Trained;
use super::source::{output_names, problem_type};
use crate::data::Problem;
use crate::eval::THRESHOLD;
use crate::train::config::Pooling;

/// What a model is saved as for Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// A PEFT adapter.
    Adapter,
    /// A whole model.
    Merged,
}

/// The example that uses the library, which is compiled with the others.
const ASK: &str = include_str!("../../examples/ask/main.rs");
/// The folder and the file that stand in it.
const ASK_ENCODER: &str = "www/models/paraphrase-MiniLM-L3-v2";
const ASK_MODEL: &str = "model.tabtune-model";

/// Python that loads the model of a folder: `logits` gives its bare outputs, `predict` what they mean.
pub fn python(card: Card, trained: &Trained<'_>, folder: &str) -> String {
    let adapter = card == Card::Adapter;
    let pooled = pooled(trained.config.pooling);
    let class = match pooled {
        Some(_) => "AutoModel",
        None => "AutoModelForSequenceClassification",
    };
    let mut lines = vec!["import torch".to_owned()];
    if adapter {
        lines.push("from peft import PeftModel".to_owned());
    }
    if pooled.is_some() {
        lines.push("from safetensors.torch import load_file".to_owned());
    }
    lines.push(format!("from transformers import {class}, AutoTokenizer"));
    lines.extend([
        String::new(),
        format!("id2label = {{{}}}", id2label(trained)),
        String::new(),
        String::new(),
    ]);
    logits(&mut lines, (card, class, pooled), trained, folder);
    lines.extend([String::new(), String::new()]);
    predict(&mut lines, trained.scale.problem);
    lines.extend([
        String::new(),
        String::new(),
        "if __name__ == \"__main__\":".to_owned(),
        "    print(predict([\"A text to classify.\"]))".to_owned(),
        String::new(),
    ]);
    lines.join("\n")
}

/// Rust that uses this library: the example `ask`, on this model's files.
pub fn rust(trained: &Trained<'_>, file: &str) -> String {
    let code = ASK
        .lines()
        .skip_while(|line| line.starts_with("//!") || line.is_empty());
    let code = code.collect::<Vec<_>>().join("\n") + "\n";
    code.replace(&quoted(ASK_ENCODER), &quoted(short_name(trained)))
        .replace(&quoted(ASK_MODEL), &quoted(file))
}

/// A command that asks the model in a terminal, in a checkout of this repository.
pub fn command(trained: &Trained<'_>, file: &str) -> String {
    format!(
        "cargo run --release --example predict -- \\\n    --model {} \\\n    --tabtune {} \\\n    --text \"A text to classify.\"\n",
        quoted(short_name(trained)),
        quoted(file),
    )
}

/// The folder that an encoder is likely to lie in: its name without its owner's.
fn short_name<'a>(trained: &Trained<'a>) -> &'a str {
    let name = &trained.base.name;
    name.rsplit('/').next().unwrap_or(name)
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// JSON's strings and numbers are Python's too.
fn id2label(trained: &Trained<'_>) -> String {
    let names = output_names(trained.scale.problem, trained.labels);
    let pairs = names.iter().enumerate();
    let pairs = pairs.map(|(id, name)| format!("{id}: {}", json!(name)));
    pairs.collect::<Vec<_>>().join(", ")
}

/// How a text's vector is made of its tokens'; `None` where the model does so itself.
fn pooled(pooling: Pooling) -> Option<&'static str> {
    match pooling {
        Pooling::Mean => Some("(hidden * mask).sum(1) / mask.sum(1)"),
        Pooling::Cls => Some("hidden[:, 0]"),
        Pooling::Max => Some("hidden.masked_fill(mask == 0, -torch.inf).amax(1)"),
        Pooling::Pooler => None,
    }
}

fn logits(
    lines: &mut Vec<String>,
    (card, class, pooled): (Card, &str, Option<&str>),
    trained: &Trained<'_>,
    folder: &str,
) {
    let base = json!(trained.base.name);
    let (arguments, tokens_from, head_from) = match card {
        Card::Adapter => (
            format!("base={base}, adapter={}", json!(folder)),
            "base",
            "adapter",
        ),
        Card::Merged => (format!("folder={}", json!(folder)), "folder", "folder"),
    };
    lines.push(format!("def logits(texts, {arguments}):"));
    let prompt = trained.encoder.tokenizer.prompt();
    if !prompt.is_empty() {
        let prompt = json!(prompt);
        lines.push(format!("    texts = [{prompt} + text for text in texts]"));
    }
    lines.push(format!(
        "    tokenizer = AutoTokenizer.from_pretrained({tokens_from})"
    ));
    lines.push(match (card, pooled) {
        (Card::Adapter, None) => format!(
            "    labels = {{\"num_labels\": {}, \"id2label\": id2label, \"label2id\": {{v: k for k, v in id2label.items()}}}}\n    \
             model = {class}.from_pretrained(base, problem_type=\"{}\", **labels).float()",
            trained.outputs(),
            problem_type(trained.scale.problem),
        ),
        _ => format!("    model = {class}.from_pretrained({tokens_from}).float()"),
    });
    lines.push(match card {
        Card::Adapter => "    model = PeftModel.from_pretrained(model, adapter).eval()".to_owned(),
        Card::Merged => "    model = model.eval()".to_owned(),
    });
    let max_length = trained.config.max_length;
    lines.push(format!(
        "    batch = tokenizer(texts, padding=True, truncation=True, max_length={max_length}, return_tensors=\"pt\")"
    ));
    lines.push("    with torch.no_grad():".to_owned());
    match pooled {
        None => lines.push("        return model(**batch).logits".to_owned()),
        Some(pooled) => lines.extend([
            "        hidden = model(**batch).last_hidden_state".to_owned(),
            "        mask = batch[\"attention_mask\"].unsqueeze(-1)".to_owned(),
            format!("        head = load_file(f\"{{{head_from}}}/head.safetensors\")"),
            format!("        pooled = {pooled}"),
            "        return pooled @ head[\"classifier.weight\"].T + head[\"classifier.bias\"]"
                .to_owned(),
        ]),
    }
}

fn predict(lines: &mut Vec<String>, problem: Problem) {
    lines.push("def predict(texts):".to_owned());
    match problem {
        Problem::SingleLabel => lines.extend([
            "    \"\"\"The most probable label of each text, and its probability.\"\"\"".to_owned(),
            "    best = logits(texts).softmax(-1).max(-1)".to_owned(),
            "    return [(id2label[i], p) for i, p in zip(best.indices.tolist(), best.values.tolist())]"
                .to_owned(),
        ]),
        Problem::MultiLabel { .. } => lines.extend([
            "    \"\"\"The labels of each text, with their probabilities.\"\"\"".to_owned(),
            "    rows = logits(texts).sigmoid().tolist()".to_owned(),
            format!(
                "    return [{{id2label[i]: p for i, p in enumerate(row) if p >= {THRESHOLD}}} for row in rows]"
            ),
        ]),
        Problem::Regression => lines.extend([
            "    \"\"\"The number of each text.\"\"\"".to_owned(),
            "    return logits(texts)[:, 0].tolist()".to_owned(),
        ]),
    }
}
