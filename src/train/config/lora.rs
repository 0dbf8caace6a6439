//! Settings of the low-rank adapters.

use serde::{Deserialize, Serialize};

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
