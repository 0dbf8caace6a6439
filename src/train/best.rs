//! The best model of a run so far.

use serde::{Deserialize, Serialize};

use super::config::{EarlyStoppingConfig, TrainConfig};
use super::exact::ExactF64;
use crate::eval::score::Metric;
use crate::model::TextClassifier;

/// Knows which model validated best, keeps its weights if they are wanted, and counts how long ago that was.
#[derive(Debug, Clone)]
pub(super) struct BestModel {
    metric: Metric,
    stopping: Option<EarlyStoppingConfig>,
    /// Whether its weights are wanted at the end.
    pub(super) keeps: bool,
    pub(super) record: BestRecord,
    pub(super) model: Option<TextClassifier>,
}

/// What is remembered besides the weights.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BestRecord {
    pub(super) best: Option<Validated>,
    pub(super) last: Option<Validated>,
    /// Validations since the best.
    pub(super) stale: u32,
}

/// What is remembered of a validation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Validated {
    /// Steps done.
    pub(super) step: u32,
    /// Of the metric; no number where that is undefined.
    pub(super) value: ExactF64,
    /// That makes the probabilities honest.
    pub(super) temperature: Option<ExactF64>,
}

impl BestModel {
    pub(super) fn new(config: &TrainConfig) -> Self {
        Self {
            metric: config.metric_for_best_model,
            stopping: config.early_stopping,
            keeps: config.load_best_model_at_end,
            record: BestRecord::default(),
            model: None,
        }
    }

    /// Takes note of a validation. A clone of a model shares its tensors, so keeping it costs what has changed since.
    pub(super) fn observe(&mut self, validated: Validated, model: &TextClassifier) {
        let value = validated.value.0;
        let better = match self.record.best {
            Some(best) => self.metric.is_better(value, best.value.0),
            None => value.is_finite(),
        };
        self.record.last = Some(validated);
        if better {
            self.record.best = Some(validated);
            self.record.stale = 0;
            self.model = self.keeps.then(|| model.clone());
        } else {
            self.record.stale += 1;
        }
    }

    /// What is remembered of the validation at a step.
    pub(super) fn validated_at(&self, step: u32) -> Option<Validated> {
        let known = [self.record.best, self.record.last].into_iter().flatten();
        known.into_iter().find(|validated| validated.step == step)
    }

    /// Whether patience has run out.
    pub(super) fn is_exhausted(&self) -> bool {
        self.stopping
            .is_some_and(|stopping| self.record.stale >= stopping.patience)
    }
}
