//! One fine-tuning run, a step at a time. It holds no loop: whoever drives it may pause, evaluate, predict or
//! save between any two steps.

use std::sync::Arc;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, ExecutionError, Tensor};
use serde::Serialize;

use super::backward::Backward;
use super::batch::LabelledBatch;
use super::best::{BestModel, Validated};
use super::config::{Method, Setting, TrainConfig, TrainConfigError};
use super::estimate::sampler;
use super::exact::ExactF64;
use super::loss_scaler::LossScaler;
use super::objective::Objective;
use super::optimizer::{Clipping, Optimizer};
use super::record::{RunEnd, StepRecord, ValidationRecord};
use super::sampler::Sampler;
use super::schedule::Schedule;
use super::unread::{UnreadStep, most_unread};
use crate::data::Target;
use crate::eval::metrics::MetricsError;
use crate::eval::{EmbeddingCache, FeatureCache, HiddenStateCache, SpillRegion};
use crate::model::TextClassifier;
use crate::reason::as_text;
use crate::text::EncodedExample;

/// Most bytes of the training examples' hidden states below the layers that change.
const TRAIN_FEATURES: usize = 256 << 20;

/// Owns the model, the optimizer and the place in the data.
pub struct TrainSession {
    pub(super) config: TrainConfig,
    pub(super) model: TextClassifier,
    /// The model before the last step that was read. Its loss was finite; that of the model after it is not known yet.
    pub(super) previous: Option<TextClassifier>,
    /// Steps that were asked for and whose numbers were not read, in their order.
    pub(super) unread: Vec<UnreadStep>,
    /// How many of them there may be.
    pub(super) most_unread: u32,
    /// Steps that were read and that nobody has taken yet.
    pub(super) records: Vec<StepRecord>,
    pub(super) optimizer: Optimizer,
    /// Of the next step, in a run in 16-bit numbers.
    pub(super) loss_scaler: Option<LossScaler>,
    pub(super) best: BestModel,
    pub(super) objective: Objective,
    pub(super) schedule: Schedule,
    sampler: Sampler,
    pub(super) examples: Arc<[EncodedExample]>,
    /// Of the examples, where a part of the model does not change.
    pub(super) features: Option<FeatureCache>,
    /// Most bytes of them in memory.
    room: usize,
    /// Where those go that there is no room for in memory.
    spill: Option<SpillRegion>,
    pub(super) pad_id: u32,
    pub(super) device: Device,
    /// Steps asked for.
    pub(super) step: u32,
    /// Set once training is over; what is left is the test.
    pub(super) end: Option<RunEnd>,
    /// The epoch whose order is `order`.
    epoch: u32,
    order: Vec<u32>,
}

/// Room for examples' features.
pub(super) struct Room<'a> {
    /// Most bytes in memory.
    pub(super) bytes: usize,
    /// Outside of it.
    pub(super) spill: Option<&'a SpillRegion>,
}

/// What a step learns on.
#[derive(Default)]
pub(super) struct StepSize {
    /// Padding left out.
    pub(super) tokens: usize,
    pub(super) examples: usize,
}

/// Why a step failed.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum TrainError {
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(
        #[serde(serialize_with = "as_text")]
        #[from]
        ExecutionError,
    ),
    /// A checkpoint could not be written.
    #[error("the checkpoint could not be written: {0}")]
    Checkpoint(
        #[serde(serialize_with = "as_text")]
        #[source]
        safetensors::SafeTensorError,
    ),
    /// A checkpoint's settings could not be written.
    #[error("the checkpoint could not be written: {0}")]
    Settings(
        #[serde(serialize_with = "as_text")]
        #[source]
        serde_json::Error,
    ),
    /// A validation or the test could not be judged.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The loss or a gradient is no number any more.
    #[error("the loss became {loss} at step {step}")]
    NotFinite {
        /// The step, counted from 1.
        step: u32,
        /// The loss.
        loss: f64,
    },
}

impl TrainSession {
    /// A run that has not begun. `model` is on `device`, which has autodiff on; `examples` is not empty.
    pub fn new(
        model: TextClassifier,
        objective: Objective,
        examples: Vec<EncodedExample>,
        pad_id: u32,
        config: TrainConfig,
        device: Device,
    ) -> Self {
        let classes: Option<Vec<u32>> = examples
            .iter()
            .map(|example| example.target.class())
            .collect();
        let lengths: Vec<u32> = examples
            .iter()
            .map(|example| example.ids.len() as u32)
            .collect();
        let sampler = sampler(classes, &lengths, &config);
        let steps = steps_per_epoch(&sampler, &config) * config.epochs;
        let mut session = Self {
            schedule: Schedule::new(&config, steps),
            optimizer: Optimizer::new(&config),
            loss_scaler: config.trains_in_float16().then(LossScaler::new),
            best: BestModel::new(&config),
            features: None,
            room: TRAIN_FEATURES,
            spill: None,
            model,
            previous: None,
            unread: Vec::new(),
            most_unread: 1,
            records: Vec::new(),
            objective,
            sampler,
            examples: examples.into(),
            pad_id,
            config,
            device,
            step: 0,
            end: None,
            epoch: 0,
            order: Vec::new(),
        };
        session.enter_epoch();
        session
    }

    /// Steps in the whole run.
    pub fn steps(&self) -> u32 {
        self.steps_per_epoch() * self.config.epochs
    }

    /// Steps in an epoch; the last one may have fewer examples than the others.
    pub fn steps_per_epoch(&self) -> u32 {
        steps_per_epoch(&self.sampler, &self.config)
    }

    /// Steps done, as far as their numbers were read.
    pub fn step_count(&self) -> u32 {
        self.step - self.unread.len() as u32
    }

    /// Whether there are no more steps: every one was asked for, patience has run out, or the run was ended.
    pub fn is_done(&self) -> bool {
        self.end.is_some() || self.step >= self.steps() || self.is_exhausted()
    }

    /// Whether patience has run out.
    pub fn is_exhausted(&self) -> bool {
        self.best.is_exhausted()
    }

    /// The settings.
    pub fn config(&self) -> &TrainConfig {
        &self.config
    }

    /// The peak of the learning rate: the settings' own, or the one that was set since.
    pub fn base_learning_rate(&self) -> f64 {
        self.schedule.peak()
    }

    /// What the loss of the next step is multiplied with, in a run in 16-bit numbers.
    pub fn loss_scale(&self) -> Option<f64> {
        self.loss_scaler.map(LossScaler::scale)
    }

    /// Goes on with another peak of the learning rate; the schedule stays. It is part of the run's state: a checkpoint
    /// keeps it.
    ///
    /// # Errors
    /// If it is outside the range of learning rates; the old one then stays.
    pub fn set_learning_rate(&mut self, peak: f64) -> Result<(), TrainConfigError> {
        let range = TrainConfig::LEARNING_RATES;
        if !range.holds(peak) {
            return Err(TrainConfigError::OutOfRange {
                setting: Setting::LearningRate,
                found: peak,
                range,
            });
        }
        self.schedule.set_peak(peak);
        Ok(())
    }

    /// The model as it stands, without autodiff and in floating point, as it is saved.
    pub fn model(&self) -> TextClassifier {
        self.model.valid().in_float32()
    }

    /// The model as it is trained.
    pub fn trained_model(&self) -> &TextClassifier {
        &self.model
    }

    /// Takes note of a validation of the model as it stands, and of the temperature that it found. Where the metric of the
    /// settings is undefined it counts as no improvement.
    pub fn observe(&mut self, validation: &ValidationRecord, temperature: Option<f64>) {
        let value = validation.score(self.config.metric_for_best_model);
        let validated = Validated {
            step: self.step,
            value: ExactF64(value.unwrap_or(f64::NAN)),
            temperature: temperature.map(ExactF64),
        };
        self.best.observe(validated, &self.model);
    }

    /// Whether an epoch has ended that was not validated.
    pub fn awaits_validation(&self) -> bool {
        let epoch_done = self.step > 0 && self.step.is_multiple_of(self.steps_per_epoch());
        epoch_done && self.best.validated_at(self.step).is_none()
    }

    /// The temperature that the validation at a step found.
    pub fn temperature_at(&self, step: u32) -> Option<f64> {
        Some(self.best.validated_at(step)?.temperature?.0)
    }

    /// Puts the best weights back, if the settings ask for them and there are any. Their step.
    pub fn load_best_model(&mut self) -> Option<u32> {
        if !self.config.load_best_model_at_end {
            return None;
        }
        let step = self.best.record.best?.step;
        let best = self.best.model.clone()?;
        // What was unfrozen since goes on being part of the run's state.
        self.model = best.trained_in(self.config.method, self.epoch);
        self.previous = None;
        Some(step)
    }

    /// Puts the weights before the last step back: the last ones of which the loss is known to be finite. False if they are
    /// not there, as after a checkpoint.
    pub(super) fn roll_back(&mut self) -> bool {
        let Some(previous) = self.previous.take() else {
            return false;
        };
        self.model = previous.trained_in(self.config.method, self.epoch);
        true
    }

    /// Takes the next step.
    ///
    /// # Errors
    /// If the device fails, or the loss is not finite. The model then has the last weights with a finite loss, which are
    /// those before the step before.
    pub async fn step(&mut self) -> Result<StepRecord, TrainError> {
        loop {
            self.ask_for_step().await?;
            if let Some(record) = self.last_record().await? {
                return Ok(record);
            }
        }
    }

    /// Takes the next step on batches of the caller's choice, their gradients together.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub async fn step_on(&mut self, batches: &[LabelledBatch]) -> Result<StepRecord, TrainError> {
        loop {
            self.ask_for_step_on(batches);
            if let Some(record) = self.last_record().await? {
                return Ok(record);
            }
        }
    }

    /// Takes the next step on batches of examples, given by their indices, whose features are kept.
    pub(super) async fn step_on_features(
        &mut self,
        batches: &[Vec<u32>],
    ) -> Result<StepRecord, TrainError> {
        loop {
            self.ask_for_step_on_features(batches).await?;
            if let Some(record) = self.last_record().await? {
                return Ok(record);
            }
        }
    }

    /// The record of the step that was asked for last; `None` if it is to be asked for again.
    async fn last_record(&mut self) -> Result<Option<StepRecord>, TrainError> {
        let step = self.step;
        self.settle().await?;
        Ok(self.records.pop_if(|record| record.step == step))
    }

    /// Asks the device for the next step and reads nothing, so that it may still be computed when this returns. An epoch's
    /// last step is to be [settled](Self::settle) before the next one's first.
    ///
    /// # Errors
    /// If the device fails.
    pub(super) async fn ask_for_step(&mut self) -> Result<(), TrainError> {
        if self.step / self.steps_per_epoch() != self.epoch {
            self.enter_epoch();
        }
        let batches: Vec<Vec<u32>> = self
            .examples_of_step()
            .chunks(self.config.batch_size as usize)
            .map(<[u32]>::to_vec)
            .collect();
        self.ask_for_step_of(&batches).await
    }

    /// Asks for the next step on batches of examples, given by their indices.
    ///
    /// # Errors
    /// If the device fails.
    pub(super) async fn ask_for_step_of(&mut self, batches: &[Vec<u32>]) -> Result<(), TrainError> {
        if self.features.is_some() {
            return self.ask_for_step_on_features(batches).await;
        }
        let batches: Vec<LabelledBatch> = batches
            .iter()
            .map(|indices| {
                let examples = indices.iter().map(|&index| &self.examples[index as usize]);
                LabelledBatch::new(examples, self.pad_id)
            })
            .collect();
        self.ask_for_step_on(&batches);
        Ok(())
    }

    fn ask_for_step_on(&mut self, batches: &[LabelledBatch]) {
        self.seed();
        let weight = batches
            .iter()
            .map(|batch| self.objective.weight(&batch.targets))
            .sum();
        let mut backward = Backward::new(&self.model, &self.objective, weight, &self.device)
            .with_loss_scale(self.loss_scaler.map(LossScaler::scale));
        for batch in batches {
            backward.texts(batch, self.config.adversarial);
        }
        let (loss, gradients) = backward.finish();
        let size = StepSize {
            tokens: batches.iter().map(|batch| batch.tokens.real_tokens()).sum(),
            examples: batches.iter().map(|batch| batch.targets.len()).sum(),
        };
        self.update(loss, gradients, size);
    }

    async fn ask_for_step_on_features(&mut self, batches: &[Vec<u32>]) -> Result<(), TrainError> {
        let model = self.model();
        let mut known = Vec::new();
        let mut size = StepSize::default();
        if let Some(cache) = &mut self.features {
            for indices in batches {
                let features = cache
                    .features(indices, &self.examples, self.pad_id, &model, &self.device)
                    .await?;
                let examples = indices.iter().map(|&index| &self.examples[index as usize]);
                size.examples += indices.len();
                size.tokens += examples
                    .clone()
                    .map(|example| example.ids.len())
                    .sum::<usize>();
                let targets: Vec<Target> = examples.map(|example| example.target.clone()).collect();
                known.push((features, targets));
            }
        }
        self.seed();
        let weight = known
            .iter()
            .map(|(_, targets)| self.objective.weight(targets))
            .sum();
        let mut backward = Backward::new(&self.model, &self.objective, weight, &self.device)
            .with_loss_scale(self.loss_scaler.map(LossScaler::scale));
        for (features, targets) in known {
            backward.features(features, &targets);
        }
        let (loss, gradients) = backward.finish();
        self.update(loss, gradients, size);
        Ok(())
    }

    /// The step alone decides the dropout masks: a run that is resumed draws the same.
    fn seed(&self) {
        let seed = u64::from(self.config.seed) << 32 | u64::from(self.step);
        self.device.seed(seed);
    }

    fn update(&mut self, loss: Tensor<1>, gradients: GradientsParams, size: StepSize) {
        let clipping = Clipping {
            max_norm: self.config.max_grad_norm,
            loss_scale: self.loss_scaler.map(LossScaler::scale),
            before: self.unread.last().map(|step| step.numbers.clone()),
        };
        let numbers = clipping.numbers(&self.model, &gradients, loss);
        let learning_rate = self.schedule.learning_rate(self.step);
        let updated = self.optimizer.step(
            learning_rate,
            self.model.clone(),
            gradients,
            numbers.clone(),
        );
        self.step += 1;
        self.unread.push(UnreadStep {
            step: self.step,
            numbers,
            before: std::mem::replace(&mut self.model, updated),
            loss_scaler: self.loss_scaler,
            learning_rate,
            size,
        });
        self.loss_scaler = self.loss_scaler.map(LossScaler::after_step);
    }

    fn examples_of_step(&self) -> &[u32] {
        let size = examples_per_step(&self.config);
        let start = (self.step % self.steps_per_epoch()) as usize * size;
        let end = (start + size).min(self.order.len());
        &self.order[start..end]
    }

    /// Draws the examples of the epoch that `step` lies in, and unfreezes what is trained from then on.
    pub(super) fn enter_epoch(&mut self) {
        self.epoch = self.step / self.steps_per_epoch();
        self.order = self.sampler.epoch(self.epoch);
        self.model = self
            .model
            .clone()
            .trained_in(self.config.method, self.epoch);
        self.most_unread = most_unread(&self.model);
        self.renew_features();
    }

    /// Makes room for features again where other layers change now.
    fn renew_features(&mut self) {
        let present = self.features.take();
        let room = Room {
            bytes: self.room,
            spill: self.spill.as_ref(),
        };
        let times = self.config.epochs;
        self.features = self.features_of(&self.examples, present, times, room);
    }

    /// Bounds the features in memory. What was known of them is forgotten.
    pub(super) fn set_room(&mut self, bytes: usize) {
        self.room = bytes;
        self.features = None;
        self.renew_features();
    }

    /// Lets features that there is no room for in memory go to a part of a store.
    pub(super) fn spill_to(&mut self, region: SpillRegion) {
        if let Some(features) = &mut self.features {
            features.spill_to(region.clone(), &self.examples);
        }
        self.spill = Some(region);
    }

    /// Lets go of the texts' hidden states: training is over.
    pub(super) fn forget_hidden_states(&mut self) {
        self.features.take_if(|features| features.layer().is_some());
        self.spill = None;
    }

    /// The cache of some examples' features, which are asked for so many times: the present one, or a new one where other
    /// layers change now. `None` where nothing would be the same the next time.
    pub(super) fn features_of(
        &self,
        examples: &[EncodedExample],
        present: Option<FeatureCache>,
        times: u32,
        room: Room<'_>,
    ) -> Option<FeatureCache> {
        let batch_size = self.config.batch_size as usize;
        if self.config.method == Method::HeadOnly {
            return present.or_else(|| {
                let cache = EmbeddingCache::new(examples, batch_size);
                Some(FeatureCache::Embeddings(cache))
            });
        }
        let layer = self.model.frozen_layers();
        let differs = self.config.encoder_dropout > 0.0 || self.config.adversarial.is_some();
        if layer == 0 || differs || times < 2 {
            return None;
        }
        let same = present.filter(|cache| cache.layer() == Some(layer));
        same.or_else(|| {
            let width = self.model.encoder.hidden_size();
            let mut cache = HiddenStateCache::new(examples, batch_size, layer, width, room.bytes);
            if let Some(region) = room.spill {
                cache.spill_to(region.clone(), examples);
            }
            Some(FeatureCache::HiddenStates(cache))
        })
    }
}

fn examples_per_step(config: &TrainConfig) -> usize {
    config.batch_size as usize * config.gradient_accumulation_steps as usize
}

fn steps_per_epoch(sampler: &Sampler, config: &TrainConfig) -> u32 {
    let steps = sampler
        .examples_per_epoch()
        .div_ceil(examples_per_step(config));
    steps.max(1) as u32
}
