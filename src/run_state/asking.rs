//! The one text that is asked about as it is typed: when to ask, and what the answer is of.

use super::run::RunPhase;
use super::{RunState, settle};
use crate::data::{Problem, TargetSummary};
use crate::protocol::{Prediction, RequestId, Verdict, VerdictOptions};

/// What was asked last.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Asking {
    /// Counts the models that could be asked: each training that begins, each validation and end, each pause, each
    /// model that is opened.
    pub(super) model: u32,
    /// The text that was asked about last, and of which model.
    asked: Option<(String, u32)>,
    /// Whether a validation has just ended, so that what is asked next is an opinion of that moment.
    validated: bool,
    /// The opinion that is awaited, and of which epoch's end.
    opinion: Option<(RequestId, u32)>,
    /// Whether a text may have several labels by the model that was trained last.
    pub(super) several: bool,
    /// The labels of that model.
    pub(super) labels: Vec<String>,
}

impl RunState {
    /// Whether there is a model that answers, one in training included: it answers between two steps.
    pub fn has_answers(&self) -> bool {
        let learns = matches!(
            self.run.as_ref().map(|run| run.phase),
            Some(RunPhase::Training | RunPhase::Evaluating { .. })
        );
        self.device.is_some() && (learns || self.has_model())
    }

    /// Whether the model may be asked now: it has answered what was asked before, so that questions never queue up.
    pub fn can_predict(&self) -> bool {
        self.pending.predict.is_none() && self.has_answers()
    }

    /// Whether this text should be asked about now: the newest answer is of another text or of an earlier model.
    pub fn wants_answer(&self, text: &str) -> bool {
        self.can_predict() && !text.trim().is_empty() && !self.was_asked(text)
    }

    /// Whether the newest prediction is of this text, by the model as it was last validated or stands still.
    pub fn has_answered(&self, text: &str) -> bool {
        let answered = self.prediction.as_ref();
        self.pending.predict.is_none()
            && self.was_asked(text)
            && answered.is_some_and(|prediction| prediction.text == text)
    }

    fn was_asked(&self, text: &str) -> bool {
        let asked = self.asking.asked.as_ref();
        asked.is_some_and(|(asked, model)| asked == text && *model == self.asking.model)
    }

    /// What a prediction comes to, by the choices that were made.
    pub fn verdict(&self, prediction: &Prediction) -> Verdict {
        self.verdict_options()
            .verdict(prediction, self.gives_several_labels())
    }

    /// What becomes of probabilities, by the choices that were made.
    pub fn verdict_options(&self) -> VerdictOptions {
        VerdictOptions {
            unsure_below: self.using.unsure_below,
            positive: self.threshold.clone(),
        }
    }

    /// Whether a text may have several labels by the model that there is.
    pub fn gives_several_labels(&self) -> bool {
        match &self.opened {
            Some(opened) => matches!(opened.model.problem, Problem::MultiLabel { .. }),
            None => self.asking.several,
        }
    }

    /// The labels of the model that there is; none where it predicts a number.
    pub fn labels(&self) -> &[String] {
        match &self.opened {
            Some(opened) => &opened.model.labels,
            None => &self.asking.labels,
        }
    }

    pub(super) fn asks(&mut self, id: RequestId, text: &str) {
        self.pending.predict = Some(id);
        self.asking.asked = Some((text.to_owned(), self.asking.model));
        if std::mem::take(&mut self.asking.validated) {
            let run = self.run.as_ref();
            let validation = run.and_then(|run| run.validations.last());
            self.asking.opinion = validation.map(|validation| (id, validation.epoch));
        }
    }

    pub(super) fn answered(&mut self, id: RequestId, prediction: Prediction) {
        let opinion = self.asking.opinion.take_if(|(asked, _)| *asked == id);
        if let (Some((_, epoch)), Some(run)) = (opinion, &mut self.run) {
            run.predicted(epoch, &prediction);
        }
        if settle(&mut self.pending.predict, id) {
            self.prediction = Some(prediction);
        }
    }

    /// A run on the data set in use has been asked for.
    pub(super) fn learns_targets(&mut self) {
        let Some(dataset) = &self.dataset else { return };
        let labels = match &dataset.targets {
            TargetSummary::SingleLabel { labels } | TargetSummary::MultiLabel { labels, .. } => {
                labels.iter().map(|counts| counts.label.clone()).collect()
            }
            TargetSummary::Regression { .. } => Vec::new(),
        };
        self.asking.labels = labels;
        self.asking.several = matches!(dataset.targets, TargetSummary::MultiLabel { .. });
    }

    /// There is another model, or it has learnt more.
    pub(super) fn model_changed(&mut self) {
        self.asking.model += 1;
        self.asking.validated = false;
    }

    /// An epoch is over: what is asked next is an opinion of that moment.
    pub(super) fn model_validated(&mut self) {
        self.model_changed();
        self.asking.validated = true;
    }
}
