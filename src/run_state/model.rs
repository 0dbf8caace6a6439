//! Models that are saved and opened: what is open, and what may be done.

use super::RunState;
use super::run::RunPhase;
use crate::protocol::{EncoderSource, EncoderSummary, ExportForm, ModelSummary};
use crate::train::config::Method;

/// A saved model that was opened, and that nothing was trained after.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// What is known of it.
    pub model: ModelSummary,
    /// Whether the worker that held it is gone, and no other holds it yet.
    pub lost: bool,
}

/// Why a model cannot be saved in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsavable {
    /// Nothing has been trained or opened.
    NoModel,
    /// The model changes with every step.
    Running,
    /// Only LoRA makes an adapter.
    NoLora,
    /// An adapter was opened, and how it was trained is not known.
    UnknownTraining,
}

impl RunState {
    /// Whether a saved model is being opened.
    pub fn is_opening_model(&self) -> bool {
        self.pending.model.is_some()
    }

    /// Whether a file is being made of the model.
    pub fn is_exporting(&self) -> bool {
        self.pending.export.is_some()
    }

    /// Whether a saved model may be opened in place of the one that there is.
    pub fn can_open_model(&self) -> bool {
        self.can_change_data() && !self.is_opening_model()
    }

    /// Whether the model may be saved in a form.
    ///
    /// # Errors
    /// Why not.
    pub fn check_export(&self, form: ExportForm) -> Result<(), Unsavable> {
        if self.device.is_none() || !self.has_model() {
            return Err(match self.is_running() {
                true => Unsavable::Running,
                false => Unsavable::NoModel,
            });
        }
        match self.method() {
            Some(method) if form.fits(method) => Ok(()),
            Some(_) => Err(Unsavable::NoLora),
            None => Err(Unsavable::UnknownTraining),
        }
    }

    /// How the model was trained, if that is known.
    fn method(&self) -> Option<Method> {
        match &self.opened {
            Some(opened) => opened.model.method,
            None => self.run.as_ref().map(|run| run.method),
        }
    }

    /// Whether the worker has a model that stays as it is.
    pub(super) fn has_model(&self) -> bool {
        match self.run.as_ref().map(|run| run.phase) {
            Some(RunPhase::Paused | RunPhase::Ended) => true,
            Some(RunPhase::Preparing | RunPhase::Training | RunPhase::Evaluating { .. }) => false,
            Some(RunPhase::Interrupted | RunPhase::Failed) | None => {
                self.opened.as_ref().is_some_and(|opened| !opened.lost)
            }
        }
    }

    /// A model is open, in place of the one that was trained.
    pub(super) fn model_opened(&mut self, model: ModelSummary, fetched: Option<EncoderSummary>) {
        if let Some(encoder) = fetched {
            self.encoder_source = Some(EncoderSource::Origin {
                id: encoder.id.clone(),
            });
            self.encoder = Some(encoder);
        }
        self.opening_is_over();
        if self.run_returned() {
            return;
        }
        self.opened = Some(Opened { model, lost: false });
        self.run = None;
        self.prediction = None;
        self.set_threshold(None);
        self.model_changed();
        self.forget_snippets();
    }

    /// No encoder is being fetched for a model any more.
    pub(super) fn opening_is_over(&mut self) {
        if self.pending.encoder.is_none() {
            self.loading = None;
        }
    }
}
