//! The model that the worker holds: to be asked, and to be saved.

use std::rc::Rc;

use super::errors::StateError;
use super::started::LoadedEncoder;
use crate::adapter::snippet::{self, Card};
use crate::adapter::{
    AdapterError, DataFingerprint, Files, Trained, archive, export_merged, export_peft,
    save_tabtune_model,
};
use crate::eval::Pipeline;
use crate::eval::metrics::EvaluationReport;
use crate::protocol::{ExportForm, Snippet, SnippetLanguage, WireError};
use crate::train::config::TrainConfig;

/// A trained model. A clone shares the weights.
#[derive(Clone)]
pub struct HeldModel {
    /// The model, ready to be asked.
    pub pipeline: Pipeline,
    /// How it came to be, if that is known.
    pub training: Option<Training>,
}

/// All that a model's files say beside its weights.
#[derive(Clone)]
pub struct Training {
    /// The encoder that it was made from.
    pub encoder: Rc<LoadedEncoder>,
    /// The settings.
    pub config: TrainConfig,
    /// What it has learnt from.
    pub data: DataFingerprint,
    /// On the test examples.
    pub report: Option<EvaluationReport>,
}

impl HeldModel {
    /// A file of the model, and what to call it.
    pub async fn export(&self, form: ExportForm) -> Result<(String, Vec<u8>), WireError> {
        let training = self.training.as_ref().ok_or(StateError::UnknownTraining)?;
        let trained = self.trained(training);
        let bytes = match form {
            ExportForm::Adapter => {
                archive::pack(&export_peft(&trained).await?).map_err(AdapterError::Pack)?
            }
            ExportForm::Merged => export_merged(&trained, &Files::new()).await?,
            ExportForm::Tabtune => save_tabtune_model(&trained).await?,
        };
        Ok((form.file_name(&training.data.name), bytes))
    }

    /// How programs use the model's files; nothing where it cannot be saved.
    pub fn snippets(&self) -> Vec<Snippet> {
        let Some(training) = &self.training else {
            return Vec::new();
        };
        let trained = self.trained(training);
        let name = |form: ExportForm| form.file_name(&training.data.name);
        let folder = |form| name(form).trim_end_matches(".zip").to_owned();
        let (adapter, merged, tabtune) =
            (ExportForm::Adapter, ExportForm::Merged, ExportForm::Tabtune);
        let python = |form, card| Snippet {
            form,
            language: SnippetLanguage::Python,
            code: snippet::python(card, &trained, &folder(form)),
        };
        let adapts = adapter.fits(training.config.method);
        adapts
            .then(|| python(adapter, Card::Adapter))
            .into_iter()
            .chain([
                python(merged, Card::Merged),
                Snippet {
                    form: tabtune,
                    language: SnippetLanguage::Rust,
                    code: snippet::rust(&trained, &name(tabtune)),
                },
                Snippet {
                    form: tabtune,
                    language: SnippetLanguage::Terminal,
                    code: snippet::command(&trained, &name(tabtune)),
                },
            ])
            .collect()
    }

    fn trained<'a>(&'a self, training: &'a Training) -> Trained<'a> {
        Trained {
            encoder: &training.encoder.encoder,
            base: &training.encoder.base,
            model: &self.pipeline.model,
            config: &training.config,
            labels: &self.pipeline.labels,
            scale: self.pipeline.scale,
            data: &training.data,
            report: training.report.as_ref(),
        }
    }
}
