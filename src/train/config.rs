//! What a fine-tuning run is told to do. Plain data: the page, the protocol and the terminal share it.

use serde::{Deserialize, Serialize};

/// Settings of one fine-tuning run. Names follow Hugging Face's `TrainingArguments` and PEFT's `LoraConfig`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Passes over the training examples.
    pub epochs: u32,
    /// Peak learning rate, reached at the end of the warm-up.
    pub learning_rate: f64,
    /// Examples a step.
    pub batch_size: u32,
    /// Longest text in tokens, `[CLS]` and `[SEP]` included; longer ones are truncated.
    pub max_length: u32,
    /// Low-rank adapters on the query and value projections.
    pub lora: LoraConfig,
    /// Dropout on the pooled embedding before the linear head, 0 to 1.
    pub head_dropout: f64,
    /// Decoupled weight decay of AdamW; biases are exempt.
    pub weight_decay: f64,
    /// Share of all steps in which the learning rate rises linearly from 0; it then falls linearly to 0.
    pub warmup_ratio: f64,
    /// Gradients are scaled down to this global L2 norm; `None` leaves them alone.
    pub max_grad_norm: Option<f64>,
    /// Seed of initialisation, shuffling and dropout.
    pub seed: u32,
}

/// Low-rank adapters: y = xW + (alpha / rank) · dropout(x) A B.
///
/// Source: Hu et al. 2021, <https://arxiv.org/abs/2106.09685>; PEFT's `LoraConfig`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoraConfig {
    /// Inner width r of the adapters.
    pub rank: u32,
    /// Numerator of the scaling alpha / rank.
    pub alpha: f64,
    /// Dropout on the adapter's input, 0 to 1.
    pub dropout: f64,
    /// Linear layers that get an adapter; PEFT's `target_modules`.
    pub target_modules: Vec<TargetModule>,
    /// Scaling by alpha / √rank instead of alpha / rank; PEFT's `use_rslora`.
    ///
    /// Source: Kalajdzievski 2023, <https://arxiv.org/abs/2312.03732>.
    pub use_rslora: bool,
    /// The learning rate of B as a multiple of A's; PEFT's `loraplus_lr_ratio`. 1 for plain LoRA.
    ///
    /// Source: Hayou et al. 2024, <https://arxiv.org/abs/2402.12354>.
    pub loraplus_lr_ratio: f64,
}

/// A linear layer of each encoder layer, by BERT's name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetModule {
    /// `attention.self.query`
    Query,
    /// `attention.self.key`
    Key,
    /// `attention.self.value`
    Value,
    /// `attention.output.dense`
    AttentionOutput,
    /// `intermediate.dense`
    Intermediate,
    /// `output.dense`
    Output,
}

impl TargetModule {
    /// All of them, in the order of the data.
    pub const ALL: &[Self] = &[
        Self::Query,
        Self::Key,
        Self::Value,
        Self::AttentionOutput,
        Self::Intermediate,
        Self::Output,
    ];
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            epochs: 4,
            learning_rate: 2e-3,
            batch_size: 16,
            max_length: 64,
            lora: LoraConfig::default(),
            head_dropout: 0.1,
            weight_decay: 0.01,
            warmup_ratio: 0.06,
            max_grad_norm: Some(1.0),
            seed: 0,
        }
    }
}

impl Default for LoraConfig {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 16.0,
            dropout: 0.1,
            target_modules: vec![TargetModule::Query, TargetModule::Value],
            use_rslora: false,
            loraplus_lr_ratio: 1.0,
        }
    }
}

impl LoraConfig {
    /// Factor on the adapter's output.
    pub fn scaling(&self) -> f64 {
        let rank = f64::from(self.rank);
        self.alpha / if self.use_rslora { rank.sqrt() } else { rank }
    }
}

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{setting} is {found}, but must be {range}")]
pub struct TrainConfigError {
    /// The setting's name as the page shows it.
    pub setting: &'static str,
    /// The refused value.
    pub found: f64,
    /// The allowed values, in words.
    pub range: &'static str,
}

impl TrainConfig {
    /// Checks every setting against its range.
    ///
    /// # Errors
    /// The first setting that lies outside.
    pub fn validate(&self) -> Result<(), TrainConfigError> {
        let positive_integers = [
            ("Epochs", self.epochs, 1_000),
            ("Batch size", self.batch_size, 1_024),
            ("LoRA rank", self.lora.rank, 256),
        ];
        for (setting, found, most) in positive_integers {
            if !(1..=most).contains(&found) {
                return Err(TrainConfigError {
                    setting,
                    found: found.into(),
                    range: match most {
                        1_000 => "from 1 to 1000",
                        1_024 => "from 1 to 1024",
                        _ => "from 1 to 256",
                    },
                });
            }
        }
        let ranges = [
            (
                "Learning rate",
                self.learning_rate,
                self.learning_rate > 0.0 && self.learning_rate <= 1.0,
                "above 0 and at most 1",
            ),
            (
                "Maximum length",
                self.max_length.into(),
                (3..=8_192).contains(&self.max_length),
                "from 3 to 8192 tokens",
            ),
            (
                "LoRA alpha",
                self.lora.alpha,
                self.lora.alpha > 0.0 && self.lora.alpha <= 1e4,
                "above 0 and at most 10000",
            ),
            (
                "LoRA dropout",
                self.lora.dropout,
                (0.0..1.0).contains(&self.lora.dropout),
                "from 0 to below 1",
            ),
            (
                "Head dropout",
                self.head_dropout,
                (0.0..1.0).contains(&self.head_dropout),
                "from 0 to below 1",
            ),
            (
                "Weight decay",
                self.weight_decay,
                (0.0..=1.0).contains(&self.weight_decay),
                "from 0 to 1",
            ),
            (
                "Warm-up",
                self.warmup_ratio,
                (0.0..=1.0).contains(&self.warmup_ratio),
                "from 0 to 1",
            ),
            (
                "Gradient clipping",
                self.max_grad_norm.unwrap_or(1.0),
                self.max_grad_norm
                    .is_none_or(|norm| norm > 0.0 && norm.is_finite()),
                "above 0, or off",
            ),
        ];
        for (setting, found, holds, range) in ranges {
            if !holds {
                return Err(TrainConfigError {
                    setting,
                    found,
                    range,
                });
            }
        }
        Ok(())
    }
}
