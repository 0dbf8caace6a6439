//! Measures what steps of a run will take, on a copy that leaves no trace.

use burn::tensor::Device;

use super::batch::LabelledBatch;
use super::config::{Method, TrainConfig};
use super::estimate::{Costs, Line, Point};
use super::session::{TrainError, TrainSession};
use super::setup::{SetupError, set_up};
use crate::data::{Dataset, Split};
use crate::eval::logits;
use crate::model::PretrainedEncoder;

/// No unit is to take longer, so that whoever drives it soon listens again.
const MOST_SECONDS: f64 = 1.0;
/// A measurement has so many times the texts of the one before.
const GROWTH: usize = 4;
/// Most texts of which the features are kept: the first unit computes those of all.
const MOST_KEPT: usize = 16;
/// A unit is done again until it has taken so many seconds in all, or so often; the quickest time counts. A browser runs
/// code that it has not optimised yet, and whatever else is done meanwhile only makes it longer.
const LONG_ENOUGH: f64 = 0.1;
const OFTEN_ENOUGH: usize = 8;

/// A few steps, forward passes and a checkpoint of a run that never takes place. It holds no loop and knows no time:
/// whoever drives it measures [`advance`](Self::advance) and tells by [`note`](Self::note).
pub struct Rehearsal {
    session: TrainSession,
    /// Without autodiff.
    plain: Device,
    /// How often a unit is done at least: twice where the device compiles what it is asked for the first time.
    least: usize,
    stage: Stage,
    /// The unit that is being done.
    unit: Unit,
    /// Texts of the next unit.
    texts: usize,
    /// Bytes in use between two units.
    at_rest: f64,
    steps: Vec<Point>,
    forwards: Vec<Point>,
    saving: Point,
}

/// What is known of a unit that is done several times.
#[derive(Debug, Default)]
struct Unit {
    times: usize,
    /// Of all times together.
    seconds: f64,
    best: Option<Point>,
}

impl Unit {
    /// Takes note of another time.
    fn add(&mut self, point: Point) {
        self.times += 1;
        self.seconds += point.seconds;
        let quickest = self.best.filter(|best| best.seconds <= point.seconds);
        self.best = Some(Point {
            // What needs memory need not be what takes time.
            bytes: self.best.map_or(0.0, |best| best.bytes).max(point.bytes),
            ..quickest.unwrap_or(point)
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The first unit of all, which also compiles and reserves.
    WarmUp,
    Steps,
    Forwards,
    Saving,
    Over,
}

impl Rehearsal {
    /// Of a run with these settings, on the examples with these indices: a batch of it, the longest text first.
    ///
    /// `device` is the encoder's, with autodiff on, and `compiles` what it is asked for the first time if it says so. The
    /// encoder stays as it is: tensors are never changed in place.
    ///
    /// # Errors
    /// If a setting does not fit, or there is no example.
    pub fn new(
        encoder: &PretrainedEncoder,
        dataset: &Dataset,
        batch: &[u32],
        config: &TrainConfig,
        device: &Device,
        compiles: bool,
    ) -> Result<Self, SetupError> {
        let config = config.measured();
        let most = match config.method {
            Method::HeadOnly | Method::LastLayers { .. } => MOST_KEPT,
            Method::Lora | Method::Full { .. } => usize::MAX,
        };
        let examples: Vec<_> = batch
            .iter()
            .take(most)
            .filter_map(|&index| dataset.examples.get(index as usize).cloned())
            .collect();
        let few = Dataset {
            name: dataset.name.clone(),
            problem: dataset.problem,
            labels: dataset.labels.clone(),
            split: Split {
                train: (0..examples.len() as u32).collect(),
                ..Split::default()
            },
            examples,
            split_from_table: false,
            empty_texts: 0,
        };
        let trainer = set_up(encoder, &few, config, device)?;
        Ok(Self {
            session: trainer.into_session(),
            plain: device.clone().inner(),
            least: if compiles { 2 } else { 1 },
            stage: Stage::WarmUp,
            unit: Unit::default(),
            texts: 1,
            at_rest: 0.0,
            steps: Vec::new(),
            forwards: Vec::new(),
            saving: Point {
                tokens: 0.0,
                seconds: 0.0,
                bytes: 0.0,
            },
        })
    }

    /// Whether all is measured.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Does the next unit.
    ///
    /// # Errors
    /// If the device fails, or the loss is not finite.
    pub async fn advance(&mut self) -> Result<(), TrainError> {
        match self.stage {
            Stage::WarmUp | Stage::Steps if self.session.features.is_some() => {
                // The features are known from the warm-up on.
                let all = self.stage == Stage::WarmUp || self.trains_head_alone();
                let texts = if all {
                    self.session.examples.len()
                } else {
                    self.texts
                };
                let batch = (0..texts as u32).collect();
                self.session.step_on_features(&[batch]).await?;
            }
            Stage::WarmUp | Stage::Steps => {
                let batch = self.batch();
                self.session.step_on(&[batch]).await?;
            }
            Stage::Forwards => {
                let model = self.session.model();
                logits(&model, &self.batch().tokens, &self.plain).await?;
            }
            Stage::Saving => {
                self.session.checkpoint().await?;
            }
            Stage::Over => {}
        }
        Ok(())
    }

    /// Takes note of what the unit took, and of the bytes that were in use before it and at the most meanwhile.
    pub fn note(&mut self, seconds: f64, before: f64, bytes: f64) {
        self.at_rest = before;
        self.unit.add(Point {
            tokens: self.tokens(),
            seconds,
            bytes,
        });
        let Unit { times, seconds, .. } = self.unit;
        let is_enough = match self.stage {
            Stage::WarmUp | Stage::Over => true,
            Stage::Saving => times >= self.least,
            Stage::Steps | Stage::Forwards => {
                times >= self.least && (seconds >= LONG_ENOUGH || times >= OFTEN_ENOUGH)
            }
        };
        if let Some(best) = self.unit.best.filter(|_| is_enough) {
            self.unit = Unit::default();
            self.go_on(best);
        }
    }

    /// Goes on to the next unit, as it is known what this one takes.
    fn go_on(&mut self, point: Point) {
        match self.stage {
            Stage::WarmUp => self.stage = Stage::Steps,
            Stage::Steps => {
                self.steps.push(point);
                if self.trains_head_alone() || !self.grows(point.seconds) {
                    (self.stage, self.texts) = (Stage::Forwards, 1);
                }
            }
            Stage::Forwards => {
                self.forwards.push(point);
                if !self.grows(point.seconds) {
                    self.stage = Stage::Saving;
                }
            }
            Stage::Saving => {
                self.saving = point;
                self.stage = Stage::Over;
            }
            Stage::Over => {}
        }
    }

    /// What was measured.
    pub fn costs(&self) -> Costs {
        let line = |points: &[Point], value: fn(&Point) -> f64| {
            let points: Vec<_> = points.iter().map(|it| (it.tokens, value(it))).collect();
            Line::through(&points)
        };
        let step = match self.steps.first() {
            Some(step) if self.trains_head_alone() => Line {
                fixed: step.seconds,
                per_token: 0.0,
            },
            _ => line(&self.steps, |it| it.seconds),
        };
        let memory = |points: &[Point]| {
            // What is in use at rest is known: one measurement of a batch is enough.
            let points = points.iter().map(|it| (it.tokens, it.bytes));
            let points: Vec<_> = std::iter::once((0.0, self.at_rest)).chain(points).collect();
            Line::through(&points)
        };
        let heaviest = if self.trains_head_alone() {
            &self.forwards
        } else {
            &self.steps
        };
        Costs {
            step,
            forward: line(&self.forwards, |it| it.seconds),
            memory: memory(heaviest),
            saving: self.saving.seconds,
            saving_memory: self.saving.bytes,
            once: self.once(),
            padding: self.computes_padding(),
        }
    }

    fn trains_head_alone(&self) -> bool {
        self.session.config().method == Method::HeadOnly
    }

    /// The share of a forward pass that is done once a text.
    fn once(&self) -> f64 {
        let layers = self.session.trained_model().encoder.layers.len();
        match &self.session.features {
            Some(features) => features.layer().unwrap_or(layers) as f64 / layers.max(1) as f64,
            None => 0.0,
        }
    }

    fn computes_padding(&self) -> bool {
        let model = self.session.trained_model();
        model.encoder.computes_padding(&self.session.device)
    }

    /// Goes on to a larger batch, if there is one that does not take too long. It is `seconds` for the present one.
    fn grows(&mut self, seconds: f64) -> bool {
        let larger = (self.texts * GROWTH).min(self.session.examples.len());
        let expected = seconds * larger as f64 / self.texts as f64;
        if larger == self.texts || expected > MOST_SECONDS {
            return false;
        }
        self.texts = larger;
        true
    }

    fn batch(&self) -> LabelledBatch {
        let few = self.session.examples.iter().take(self.texts);
        LabelledBatch::new(few, self.session.pad_id)
    }

    /// Tokens of the unit's batch, padding included where it takes time; its first text is the longest.
    fn tokens(&self) -> f64 {
        let batch = self.batch().tokens;
        let tokens = if self.computes_padding() {
            batch.input_ids.len()
        } else {
            batch.real_tokens()
        };
        tokens as f64
    }
}
