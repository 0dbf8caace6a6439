//! One fine-tuning run, a step at a time. It holds no loop: whoever drives it may pause, evaluate, predict or
//! save between any two steps.

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::GradientsParams;
use burn::tensor::{Device, ExecutionError, Int, Tensor, TensorData, Transaction};

use super::config::TrainConfig;
use super::optimizer::{AdamWOptimizer, global_norm};
use super::record::StepRecord;
use super::schedule::LinearSchedule;
use crate::data::{Target, shuffled};
use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// Owns the model, the optimizer and the place in the data.
pub struct TrainSession {
    pub(super) config: TrainConfig,
    pub(super) model: TextClassifier,
    pub(super) optimizer: AdamWOptimizer,
    schedule: LinearSchedule,
    examples: Vec<EncodedExample>,
    pad_id: u32,
    pub(super) device: Device,
    pub(super) step: u32,
    /// The epoch whose order is `order`.
    epoch: u32,
    order: Vec<u32>,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(#[from] ExecutionError),
    /// A checkpoint could not be written.
    #[error("the checkpoint could not be written: {0}")]
    Checkpoint(#[source] safetensors::SafeTensorError),
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
        examples: Vec<EncodedExample>,
        pad_id: u32,
        config: TrainConfig,
        device: Device,
    ) -> Self {
        let steps = steps_per_epoch(examples.len(), &config) * config.epochs;
        let mut session = Self {
            schedule: LinearSchedule::new(config.learning_rate, config.warmup_ratio, steps),
            optimizer: AdamWOptimizer::new(config.weight_decay),
            model,
            examples,
            pad_id,
            config,
            device,
            step: 0,
            epoch: 0,
            order: Vec::new(),
        };
        session.shuffle();
        session
    }

    /// Steps in the whole run.
    pub fn steps(&self) -> u32 {
        self.steps_per_epoch() * self.config.epochs
    }

    /// Steps in an epoch; the last batch may be smaller than the others.
    pub fn steps_per_epoch(&self) -> u32 {
        steps_per_epoch(self.examples.len(), &self.config)
    }

    /// Steps done.
    pub fn step_count(&self) -> u32 {
        self.step
    }

    /// Whether every step is done.
    pub fn is_done(&self) -> bool {
        self.step >= self.steps()
    }

    /// The model as it stands, without autodiff.
    pub fn model(&self) -> TextClassifier {
        self.model.valid()
    }

    /// The model as it is trained.
    pub fn trained_model(&self) -> &TextClassifier {
        &self.model
    }

    /// Takes the next step.
    ///
    /// # Errors
    /// If the device fails, or the loss is not finite; the model is then as before the step.
    pub async fn step(&mut self) -> Result<StepRecord, TrainError> {
        let batch = self.next_batch();
        self.step_on(&batch).await
    }

    /// Takes the next step on a batch of the caller's choice.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub async fn step_on(&mut self, batch: &LabelledBatch) -> Result<StepRecord, TrainError> {
        // The step alone decides the dropout masks: a run that is resumed draws the same.
        self.device.seed(mix(self.config.seed, self.step));
        let (loss, gradients) = gradients(&self.model, batch, &self.device);
        let norm = global_norm(&self.model, &gradients)
            .unwrap_or_else(|| Tensor::zeros([1], &loss.device()));

        let read = Transaction::default()
            .register(loss)
            .register(norm.clone())
            .execute_async()
            .await?;
        let [loss, grad_norm] =
            [&read[0], &read[1]].map(|data| data.iter::<f64>().next().unwrap_or(f64::NAN));
        if !(loss.is_finite() && grad_norm.is_finite()) {
            return Err(TrainError::NotFinite {
                step: self.step + 1,
                loss,
            });
        }

        let learning_rate = self.schedule.learning_rate(self.step);
        // As `clip_grad_norm_`: its 1e-6 keeps a zero norm from dividing.
        let scale = self
            .config
            .max_grad_norm
            .map(|most| (norm + 1e-6).recip().mul_scalar(most).clamp_max(1.0));
        self.model = self
            .optimizer
            .step(learning_rate, self.model.clone(), gradients, scale);
        self.step += 1;
        Ok(StepRecord {
            step: self.step,
            loss,
            learning_rate,
            grad_norm,
            tokens: batch.tokens.real_tokens() as u32,
        })
    }

    fn next_batch(&mut self) -> LabelledBatch {
        let per_epoch = self.steps_per_epoch();
        if self.step / per_epoch != self.epoch {
            self.shuffle();
        }
        let size = self.config.batch_size as usize;
        let start = (self.step % per_epoch) as usize * size;
        let chosen = self
            .order
            .iter()
            .skip(start)
            .take(size)
            .map(|&index| &self.examples[index as usize]);
        LabelledBatch::new(chosen, self.pad_id)
    }

    /// The order of the examples in the epoch that `step` lies in.
    pub(super) fn shuffle(&mut self) {
        self.epoch = self.step / self.steps_per_epoch();
        let all: Vec<u32> = (0..self.examples.len() as u32).collect();
        self.order = shuffled(&all, mix(self.config.seed, self.epoch));
    }
}

/// Mean cross-entropy of a batch, `[1]`, and the gradients of the trainable parameters.
pub fn gradients(
    model: &TextClassifier,
    batch: &LabelledBatch,
    device: &Device,
) -> (Tensor<1>, GradientsParams) {
    let labels: Vec<i32> = batch
        .targets
        .iter()
        .filter_map(Target::class)
        .map(u32::cast_signed)
        .collect();
    let count = labels.len();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [count]), device);
    let logits = model.forward(&BatchTensors::new(&batch.tokens, device));
    let loss = CrossEntropyLossConfig::new()
        .init(device)
        .forward(logits, labels);
    let gradients = GradientsParams::from_grads(loss.backward(), model);
    (loss.inner(), gradients)
}

/// A padded batch with its targets.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledBatch {
    /// The texts.
    pub tokens: TokenBatch,
    /// What a model should say of each.
    pub targets: Vec<Target>,
}

impl LabelledBatch {
    /// Pads examples to the longest of them.
    pub fn new<'a>(examples: impl IntoIterator<Item = &'a EncodedExample>, pad_id: u32) -> Self {
        let (ids, targets): (Vec<_>, Vec<_>) = examples
            .into_iter()
            .map(|example| (example.ids.as_slice(), example.target.clone()))
            .unzip();
        Self {
            tokens: TokenBatch::pad(&ids, pad_id),
            targets,
        }
    }
}

fn steps_per_epoch(examples: usize, config: &TrainConfig) -> u32 {
    (examples as u32).div_ceil(config.batch_size).max(1)
}

/// A seed for a step or an epoch of a run.
fn mix(seed: u32, index: u32) -> u64 {
    u64::from(seed) << 32 | u64::from(index)
}
