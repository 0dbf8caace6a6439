//! Trained models on their way out of the page and back.

use serde::{Deserialize, Serialize};

use crate::data::Problem;
use crate::eval::metrics::EvaluationReport;
use crate::train::config::Method;

/// A form in which a trained model is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportForm {
    /// A zip of a PEFT adapter.
    Adapter,
    /// A zip of a Hugging Face folder, with adapters merged into the weights.
    Merged,
    /// A Tabtune model, which [`Command::OpenModel`](super::Command::OpenModel) opens.
    Tabtune,
}

impl ExportForm {
    /// Whether a model that was trained so has this form: only LoRA makes adapters.
    pub fn fits(self, method: Method) -> bool {
        match self {
            Self::Adapter => method == Method::Lora,
            Self::Merged | Self::Tabtune => true,
        }
    }

    /// A file name for a model that has learnt from `data`, a file or a sample.
    pub fn file_name(self, data: &str) -> String {
        let stem = file_stem(data);
        match self {
            Self::Adapter => format!("{stem}-adapter.zip"),
            Self::Merged => format!("{stem}-model.zip"),
            Self::Tabtune => format!("{stem}.tabtune-model"),
        }
    }
}

/// How a file's name begins that has to do with `data`, a file or a sample.
pub fn file_stem(data: &str) -> String {
    let stem = data.rsplit_once('.').map_or(data, |(stem, _)| stem);
    // What every file system takes.
    let plain = |letter: char| match letter {
        letter if letter.is_alphanumeric() || "-_".contains(letter) => letter,
        _ => '-',
    };
    let stem: String = stem.chars().take(MOST_LETTERS).map(plain).collect();
    match stem.trim_matches('-') {
        "" => "model".to_owned(),
        stem => stem.to_owned(),
    }
}

/// The most letters that a file name takes from the data's.
const MOST_LETTERS: usize = 60;

/// Where a saved model comes from: a Tabtune model, or a PEFT adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelSource {
    /// A Tabtune model, or the zip of an adapter's folder: the message's one file.
    File { name: String },
    /// A folder of the user's. The message's files are those at `paths`, in this order.
    Folder { name: String, paths: Vec<String> },
}

impl ModelSource {
    /// What the file or folder is called.
    pub fn name(&self) -> &str {
        match self {
            Self::File { name } | Self::Folder { name, .. } => name,
        }
    }
}

/// A saved model that has been opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelSummary {
    /// [`ModelSource::name`] of where it came from.
    pub name: String,
    /// [`EncoderSummary::id`](super::EncoderSummary::id) of the encoder that it is on.
    pub encoder: String,
    /// The encoder that an adapter says it is for, where that has another name.
    pub other_encoder: Option<String>,
    pub problem: Problem,
    /// None where a number is predicted.
    pub labels: Vec<String>,
    /// The data set that it has learnt from, where it is known.
    pub data: Option<String>,
    /// How it was trained. Of an adapter that is not known; it cannot be saved again.
    pub method: Option<Method>,
    /// On the test examples of its training, if it has been tested.
    pub report: Option<Box<EvaluationReport>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_like_the_data() {
        let name = |form: ExportForm, data: &str| form.file_name(data);
        assert_eq!(name(ExportForm::Tabtune, "sms"), "sms.tabtune-model");
        assert_eq!(
            name(ExportForm::Adapter, "my.reviews 2.csv"),
            "my-reviews-2-adapter.zip"
        );
        assert_eq!(name(ExportForm::Merged, "评论.tsv"), "评论-model.zip");
        assert_eq!(
            name(ExportForm::Tabtune, "../../.csv"),
            "model.tabtune-model"
        );
        assert_eq!(name(ExportForm::Tabtune, ""), "model.tabtune-model");
        let long = name(ExportForm::Tabtune, &"a".repeat(500));
        assert_eq!(long.len(), 60 + ".tabtune-model".len());
    }

    #[test]
    fn only_lora_makes_an_adapter() {
        assert!(ExportForm::Adapter.fits(Method::Lora));
        assert!(!ExportForm::Adapter.fits(Method::HeadOnly));
        assert!(ExportForm::Merged.fits(Method::HeadOnly));
    }
}
