//! What a fine-tuning run is told to do. Plain data: the page, the protocol and the terminal share it.

mod lora;
mod preset;
mod validate;

use serde::{Deserialize, Serialize};

pub use lora::{LoraConfig, TargetModule};
pub use preset::Preset;
pub use validate::{Range, Setting, TrainConfigError};

use crate::data::Problem;
use crate::eval::score::Metric;

/// Settings of one fine-tuning run. Names follow Hugging Face's `TrainingArguments` and PEFT's `LoraConfig`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Which weights of the encoder are trained; the head always is.
    pub method: Method,
    /// Low-rank adapters, for [`Method::Lora`].
    pub lora: LoraConfig,
    /// How a text's hidden states become one vector.
    pub pooling: Pooling,
    /// Whether the linear layers beside adapters, which are frozen, are computed in 8-bit integers while the run trains:
    /// `load_in_8bit` of transformers' `BitsAndBytesConfig`. Validation and test are in floating point, as the trained model
    /// is. For [`Method::Lora`]; elsewhere frozen layers are computed once a text.
    ///
    /// Source: Dettmers et al. 2022, <https://arxiv.org/abs/2208.07339>.
    // Left out where it is not asked for, as in all that was written before there was any.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub load_in_8bit: bool,
    /// Whether the encoder's layers compute on 16-bit numbers while the run trains, with sums, adapters, head, loss and all that is
    /// trained in 32-bit ones, and a loss that is scaled: `fp16` of transformers' `TrainingArguments`. Validation and test are
    /// in 32-bit numbers, as the trained model is. Where the head alone is trained it changes nothing: the layers are computed
    /// once a text.
    ///
    /// Source: Micikevicius et al. 2017, <https://arxiv.org/abs/1710.03740>.
    // Left out where it is not asked for, as above.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fp16: bool,
    /// Dropout before the linear head, 0 to 1.
    pub head_dropout: f64,
    /// Dropout of the encoder itself, 0 to 1: on its embeddings, attention probabilities and sub-layers' outputs;
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob` of transformers' configurations.
    pub encoder_dropout: f64,
    /// Longest text in tokens, special ones included; longer ones are truncated.
    pub max_length: u32,

    /// Passes over the training examples.
    pub epochs: u32,
    /// Examples of a forward pass.
    pub batch_size: u32,
    /// Forward passes whose gradients make up one step.
    pub gradient_accumulation_steps: u32,
    /// How the examples of an epoch are drawn.
    pub sampling: Sampling,
    /// Whether a batch has texts of like length: `group_by_length` of transformers. It spares padding where a device
    /// computes that, as GPUs do.
    // Left out where it is not asked for, as in all that was written before there was any.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub group_by_length: bool,

    /// Update rule.
    pub optimizer: OptimizerName,
    /// Peak learning rate, reached at the end of the warm-up. [`suited_learning_rate`](Self::suited_learning_rate) proposes
    /// one.
    pub learning_rate: f64,
    /// Momentum of SGD, 0 to 1.
    pub momentum: f64,
    /// Weight decay; tensors of one dimension (biases and norms) are exempt.
    pub weight_decay: f64,
    /// How the learning rate moves after the warm-up.
    pub lr_scheduler_type: SchedulerType,
    /// Share of all steps in which the learning rate rises linearly from 0.
    pub warmup_ratio: f64,
    /// Gradients are scaled down to this global L2 norm; `None` leaves them alone.
    pub max_grad_norm: Option<f64>,

    /// Share of a single-label target that is spread over all labels, 0 to 1.
    pub label_smoothing_factor: f64,
    /// How much an example's class counts in the loss.
    pub class_weights: ClassWeights,
    /// Adversarial training on the word embeddings; `None` for none.
    pub adversarial: Option<FgmConfig>,
    /// Ends a run that no longer gets better; `None` runs every epoch.
    pub early_stopping: Option<EarlyStoppingConfig>,
    /// Whether a run ends with the weights that validated best rather than the last ones.
    pub load_best_model_at_end: bool,
    /// What "best" means.
    pub metric_for_best_model: Metric,
    /// Seed of initialisation, sampling and dropout.
    pub seed: u32,
}

/// Which weights of the encoder are trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// None: each text is embedded once, and the head learns on the embeddings.
    HeadOnly,
    /// The uppermost layers.
    LastLayers {
        /// How many.
        layers: u32,
        /// Epochs after which one layer more is trained, beginning with the uppermost; `None` trains all at once.
        ///
        /// Source: gradual unfreezing, Howard and Ruder 2018, <https://arxiv.org/abs/1801.06146>.
        unfreeze_every: Option<u32>,
    },
    /// Low-rank adapters beside frozen linear layers.
    #[default]
    Lora,
    /// All of them.
    Full {
        /// As in `LastLayers`; the embeddings come last.
        unfreeze_every: Option<u32>,
    },
}

/// How a text's hidden states become one vector. Padding never takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean.
    #[default]
    Mean,
    /// The first token's.
    Cls,
    /// The largest of each component.
    Max,
    /// The first token's through the dense layer of the family's `ForSequenceClassification` in transformers: with this
    /// one, an export runs there unchanged.
    Pooler,
}

/// How the examples of an epoch are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Each once, in random order.
    #[default]
    Shuffle,
    /// Rarer classes repeated until each is as frequent as the most frequent one.
    Oversample,
    /// As many of each class as the rarest has, drawn anew each epoch.
    Undersample,
}

/// Update rules, with PyTorch's defaults for what is not set here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimizerName {
    /// Adam with decoupled weight decay.
    #[default]
    AdamW,
    /// Adam; weight decay is added to the gradient.
    Adam,
    /// Gradient descent with momentum.
    Sgd,
    /// Gradient divided by a running root mean square.
    RmsProp,
    /// Gradient divided by the root of the sum of its squares.
    Adagrad,
}

/// How the learning rate moves after the warm-up. Names are those of `get_scheduler` in transformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchedulerType {
    /// It stays; transformers' `constant_with_warmup`.
    Constant,
    /// It falls to 0 along a line.
    #[default]
    Linear,
    /// It falls to 0 along half a cosine.
    Cosine,
}

/// How much an example's class counts in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// All the same.
    #[default]
    Uniform,
    /// Inversely to the class's frequency in the training examples, as scikit-learn's `balanced`.
    Balanced,
}

/// Fast gradient method: each step also learns on word embeddings that were moved to raise the loss.
///
/// Source: Miyato et al. 2017, <https://arxiv.org/abs/1605.07725>.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FgmConfig {
    /// L2 norm of the move of a text's word embeddings.
    pub epsilon: f64,
}

/// Ends a run that no longer gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStoppingConfig {
    /// Validations in a row without a new best after which the run ends.
    pub patience: u32,
}

impl TrainConfig {
    /// The peak learning rate that suits the method and an encoder with so many layers.
    ///
    /// For LoRA and the head alone those that validated best on the review sentences, half of it where every linear layer is
    /// adapted; a tenth of LoRA's where the weights themselves are trained, as in "LoRA Without Regret",
    /// <https://thinkingmachines.ai/blog/lora/>.
    pub fn suited_learning_rate(&self, layers: u32) -> f64 {
        let lora = if layers <= 3 { 2e-3 } else { 1e-3 };
        let adapts_all = self.lora.target_modules.len() == TargetModule::ALL.len();
        match self.method {
            Method::Lora if adapts_all => lora / 2.0,
            Method::Lora => lora,
            Method::LastLayers { .. } | Method::Full { .. } => lora / 10.0,
            Method::HeadOnly => 1e-3,
        }
    }

    /// Whether the run trains in 8-bit integers.
    pub fn trains_in_8bit(&self) -> bool {
        self.load_in_8bit && self.method == Method::Lora
    }

    /// The same settings in 8-bit integers; `None` where the method knows none.
    pub fn in_8bit(&self) -> Option<Self> {
        (self.method == Method::Lora).then(|| Self {
            load_in_8bit: true,
            ..self.clone()
        })
    }

    /// Whether the run trains in 16-bit numbers.
    pub fn trains_in_float16(&self) -> bool {
        self.fp16 && self.method != Method::HeadOnly
    }

    /// The same settings where a score that the problem does not have gives way to the one that tells the most of it.
    pub fn fitted_to(mut self, problem: Problem) -> Self {
        if !self.metric_for_best_model.fits(problem) {
            self.metric_for_best_model = Metric::main(problem);
        }
        self
    }
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            method: Method::default(),
            lora: LoraConfig::default(),
            pooling: Pooling::default(),
            load_in_8bit: false,
            fp16: false,
            head_dropout: 0.1,
            encoder_dropout: 0.0,
            max_length: 64,
            epochs: 4,
            batch_size: 16,
            gradient_accumulation_steps: 1,
            sampling: Sampling::default(),
            group_by_length: false,
            optimizer: OptimizerName::default(),
            learning_rate: 2e-3,
            momentum: 0.9,
            weight_decay: 0.01,
            lr_scheduler_type: SchedulerType::default(),
            warmup_ratio: 0.06,
            max_grad_norm: Some(1.0),
            label_smoothing_factor: 0.0,
            class_weights: ClassWeights::default(),
            adversarial: None,
            early_stopping: None,
            load_best_model_at_end: false,
            metric_for_best_model: Metric::default(),
            seed: 0,
        }
    }
}
