//! The best model of a run so far.

use serde::{Deserialize, Serialize};

use super::config::EarlyStoppingConfig;
use crate::eval::score::Metric;
use crate::model::TextClassifier;

/// Keeps the model that validated best, and counts how long ago that was.
#[derive(Debug, Clone)]
pub(super) struct BestModel {
    metric: Metric,
    stopping: Option<EarlyStoppingConfig>,
    pub(super) record: BestRecord,
    pub(super) model: Option<TextClassifier>,
}

/// What is remembered besides the weights.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BestRecord {
    /// Its step and value.
    pub(super) best: Option<(u32, f64)>,
    /// Validations since then.
    pub(super) stale: u32,
}

impl BestModel {
    pub(super) fn new(metric: Metric, stopping: Option<EarlyStoppingConfig>) -> Self {
        Self {
            metric,
            stopping,
            record: BestRecord::default(),
            model: None,
        }
    }

    /// Takes note of a validation. A clone of a model shares its tensors, so keeping it costs what has changed since.
    pub(super) fn observe(&mut self, step: u32, value: f64, model: &TextClassifier) {
        let better = match self.record.best {
            Some((_, best)) => self.metric.is_better(value, best),
            None => value.is_finite(),
        };
        if better {
            self.record = BestRecord {
                best: Some((step, value)),
                stale: 0,
            };
            self.model = Some(model.clone());
        } else {
            self.record.stale += 1;
        }
    }

    /// Whether patience has run out.
    pub(super) fn is_exhausted(&self) -> bool {
        self.stopping
            .is_some_and(|stopping| self.record.stale >= stopping.patience)
    }
}
