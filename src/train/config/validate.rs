//! The range of every setting.

use std::fmt;

use serde::Serialize;

use super::{Method, TrainConfig};

/// A setting that has a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[expect(missing_docs, reason = "each is the field of its name")]
pub enum Setting {
    Epochs,
    BatchSize,
    GradientAccumulation,
    MaximumLength,
    Patience,
    TrainedLayers,
    Unfreezing,
    LoraRank,
    LoraAlpha,
    LoraDropout,
    LoraTargets,
    LoraPlusRatio,
    HeadDropout,
    EncoderDropout,
    Momentum,
    LabelSmoothing,
    LearningRate,
    WeightDecay,
    WarmUp,
    GradientClipping,
    AdversarialEpsilon,
}

impl Setting {
    /// Its name in English.
    pub fn name(self) -> &'static str {
        match self {
            Self::Epochs => "Epochs",
            Self::BatchSize => "Batch size",
            Self::GradientAccumulation => "Gradient accumulation",
            Self::MaximumLength => "Maximum length",
            Self::Patience => "Patience",
            Self::TrainedLayers => "Trained layers",
            Self::Unfreezing => "Unfreezing",
            Self::LoraRank => "LoRA rank",
            Self::LoraAlpha => "LoRA alpha",
            Self::LoraDropout => "LoRA dropout",
            Self::LoraTargets => "LoRA targets",
            Self::LoraPlusRatio => "LoRA+ ratio",
            Self::HeadDropout => "Head dropout",
            Self::EncoderDropout => "Encoder dropout",
            Self::Momentum => "Momentum",
            Self::LabelSmoothing => "Label smoothing",
            Self::LearningRate => "Learning rate",
            Self::WeightDecay => "Weight decay",
            Self::WarmUp => "Warm-up",
            Self::GradientClipping => "Gradient clipping",
            Self::AdversarialEpsilon => "Adversarial epsilon",
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The values that a setting may have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Range {
    /// From `least` to `most`, both included.
    Between {
        /// The least value.
        least: f64,
        /// The largest value.
        most: f64,
    },
    /// From 0 to below 1.
    Share,
    /// Above 0 and at most so much.
    PositiveUpTo(f64),
    /// Above 0.
    Positive,
}

impl Range {
    /// Whether a value lies in it. What is no number lies in none.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Between { least, most } => (least..=most).contains(&value),
            Self::Share => (0.0..1.0).contains(&value),
            Self::PositiveUpTo(most) => value > 0.0 && value <= most,
            Self::Positive => value > 0.0 && value.is_finite(),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between { least, most } => write!(formatter, "from {least} to {most}"),
            Self::Share => formatter.write_str("from 0 to below 1"),
            Self::PositiveUpTo(most) => write!(formatter, "above 0 and at most {most}"),
            Self::Positive => formatter.write_str("above 0"),
        }
    }
}

/// A setting outside its range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, thiserror::Error)]
pub enum TrainConfigError {
    /// A number that is too small, too large or none.
    #[error("{setting} is {found}, but must be {range}")]
    OutOfRange {
        /// The setting.
        setting: Setting,
        /// The refused value.
        found: f64,
        /// What it may be.
        range: Range,
    },
    /// LoRA that adapts nothing.
    #[error("{} must name at least one layer", Setting::LoraTargets)]
    NoTargets,
}

impl TrainConfigError {
    /// The setting that is refused.
    pub fn setting(&self) -> Setting {
        match self {
            Self::OutOfRange { setting, .. } => *setting,
            Self::NoTargets => Setting::LoraTargets,
        }
    }
}

impl TrainConfig {
    /// Checks every setting against its range.
    ///
    /// # Errors
    /// The first setting that lies outside.
    pub fn validate(&self) -> Result<(), TrainConfigError> {
        for (setting, found, range) in self.numbers() {
            if !range.holds(found) {
                return Err(TrainConfigError::OutOfRange {
                    setting,
                    found,
                    range,
                });
            }
        }
        if self.method == Method::Lora && self.lora.target_modules.is_empty() {
            return Err(TrainConfigError::NoTargets);
        }
        Ok(())
    }

    /// Every number that has a range, where it matters.
    fn numbers(&self) -> Vec<(Setting, f64, Range)> {
        let whole = |setting, found: u32, least: u32, most: u32| {
            let range = Range::Between {
                least: least.into(),
                most: most.into(),
            };
            (setting, f64::from(found), range)
        };
        let up_to_one = Range::Between {
            least: 0.0,
            most: 1.0,
        };
        let mut numbers = vec![
            whole(Setting::Epochs, self.epochs, 1, 1_000),
            whole(Setting::BatchSize, self.batch_size, 1, 1_024),
            whole(
                Setting::GradientAccumulation,
                self.gradient_accumulation_steps,
                1,
                1_024,
            ),
            whole(Setting::MaximumLength, self.max_length, 3, 8_192),
            (Setting::HeadDropout, self.head_dropout, Range::Share),
            (Setting::EncoderDropout, self.encoder_dropout, Range::Share),
            (Setting::Momentum, self.momentum, Range::Share),
            (
                Setting::LabelSmoothing,
                self.label_smoothing_factor,
                Range::Share,
            ),
            (
                Setting::LearningRate,
                self.learning_rate,
                Self::LEARNING_RATES,
            ),
            (Setting::WeightDecay, self.weight_decay, up_to_one),
            (Setting::WarmUp, self.warmup_ratio, up_to_one),
        ];
        if let Some(stopping) = self.early_stopping {
            numbers.push(whole(Setting::Patience, stopping.patience, 1, 1_000));
        }
        if let Some(norm) = self.max_grad_norm {
            numbers.push((Setting::GradientClipping, norm, Range::Positive));
        }
        if let Some(fgm) = self.adversarial {
            let range = Range::PositiveUpTo(1e3);
            numbers.push((Setting::AdversarialEpsilon, fgm.epsilon, range));
        }
        let unfreezing =
            |every: Option<u32>| every.map(|every| whole(Setting::Unfreezing, every, 1, 1_000));
        match self.method {
            Method::HeadOnly => {}
            Method::Lora => numbers.extend([
                whole(Setting::LoraRank, self.lora.rank, 1, 256),
                (
                    Setting::LoraAlpha,
                    self.lora.alpha,
                    Range::PositiveUpTo(1e4),
                ),
                (Setting::LoraDropout, self.lora.dropout, Range::Share),
                (
                    Setting::LoraPlusRatio,
                    self.lora.loraplus_lr_ratio,
                    Range::PositiveUpTo(1e3),
                ),
            ]),
            Method::LastLayers {
                layers,
                unfreeze_every,
            } => {
                numbers.push(whole(Setting::TrainedLayers, layers, 1, 256));
                numbers.extend(unfreezing(unfreeze_every));
            }
            Method::Full { unfreeze_every } => numbers.extend(unfreezing(unfreeze_every)),
        }
        numbers
    }

    /// Learning rates that a run may have, also while it goes on.
    pub const LEARNING_RATES: Range = Range::PositiveUpTo(1.0);
}

#[cfg(test)]
mod tests {
    use super::super::{EarlyStoppingConfig, FgmConfig, LoraConfig};
    use super::*;

    type Change = Box<dyn Fn(&mut TrainConfig)>;

    #[test]
    fn the_defaults_hold() {
        assert_eq!(TrainConfig::default().validate(), Ok(()));
    }

    /// One change a setting, and the name that the error must give.
    #[test]
    fn each_setting_is_held_to_its_range() {
        let lora =
            |change: fn(&mut LoraConfig)| move |config: &mut TrainConfig| change(&mut config.lora);
        let cases: Vec<(&str, Change)> = vec![
            ("Epochs", Box::new(|config| config.epochs = 0)),
            ("Batch size", Box::new(|config| config.batch_size = 2_000)),
            (
                "Gradient accumulation",
                Box::new(|config| config.gradient_accumulation_steps = 0),
            ),
            ("Maximum length", Box::new(|config| config.max_length = 2)),
            (
                "Patience",
                Box::new(|config| {
                    config.early_stopping = Some(EarlyStoppingConfig { patience: 0 });
                }),
            ),
            (
                "Trained layers",
                Box::new(|config| {
                    config.method = Method::LastLayers {
                        layers: 0,
                        unfreeze_every: None,
                    };
                }),
            ),
            (
                "Unfreezing",
                Box::new(|config| {
                    config.method = Method::Full {
                        unfreeze_every: Some(0),
                    };
                }),
            ),
            ("LoRA rank", Box::new(lora(|lora| lora.rank = 0))),
            (
                "LoRA targets",
                Box::new(lora(|lora| lora.target_modules.clear())),
            ),
            ("LoRA alpha", Box::new(lora(|lora| lora.alpha = f64::NAN))),
            ("LoRA dropout", Box::new(lora(|lora| lora.dropout = 1.0))),
            (
                "LoRA+ ratio",
                Box::new(lora(|lora| lora.loraplus_lr_ratio = 0.0)),
            ),
            (
                "Head dropout",
                Box::new(|config| config.head_dropout = -0.1),
            ),
            (
                "Encoder dropout",
                Box::new(|config| config.encoder_dropout = 1.0),
            ),
            ("Momentum", Box::new(|config| config.momentum = 1.0)),
            (
                "Label smoothing",
                Box::new(|config| config.label_smoothing_factor = 1.0),
            ),
            (
                "Learning rate",
                Box::new(|config| config.learning_rate = 0.0),
            ),
            ("Weight decay", Box::new(|config| config.weight_decay = 1.5)),
            ("Warm-up", Box::new(|config| config.warmup_ratio = 1.5)),
            (
                "Gradient clipping",
                Box::new(|config| config.max_grad_norm = Some(f64::INFINITY)),
            ),
            (
                "Adversarial epsilon",
                Box::new(|config| config.adversarial = Some(FgmConfig { epsilon: 0.0 })),
            ),
        ];
        for (setting, change) in cases {
            let mut config = TrainConfig::default();
            change(&mut config);
            let error = config.validate().expect_err(setting);
            assert_eq!(error.setting().name(), setting);
            assert!(error.to_string().starts_with(setting), "{error}");
        }
    }
}
