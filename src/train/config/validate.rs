//! The range of every setting.

use serde::Serialize;

use super::{Method, TrainConfig};
use crate::reason::Phrase;

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{setting} is {found}, but must be {range}")]
pub struct TrainConfigError {
    /// The setting's name as the page shows it.
    pub setting: Phrase,
    /// The refused value.
    pub found: f64,
    /// The allowed values, in words.
    pub range: Phrase,
}

/// A setting, its value, whether that holds, and what would.
type Check = (Phrase, f64, bool, Phrase);

impl TrainConfig {
    /// Checks every setting against its range.
    ///
    /// # Errors
    /// The first setting that lies outside.
    pub fn validate(&self) -> Result<(), TrainConfigError> {
        let checks = self.whole_numbers().into_iter().chain(self.real_numbers());
        for (setting, found, holds, range) in checks {
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

    fn whole_numbers(&self) -> Vec<Check> {
        let check = |setting, found: u32, least: u32, most: u32, range| {
            (
                setting,
                found.into(),
                (least..=most).contains(&found),
                range,
            )
        };
        let mut checks = vec![
            check(
                Phrase("Epochs"),
                self.epochs,
                1,
                1_000,
                Phrase("from 1 to 1000"),
            ),
            check(
                Phrase("Batch size"),
                self.batch_size,
                1,
                1_024,
                Phrase("from 1 to 1024"),
            ),
            check(
                Phrase("Gradient accumulation"),
                self.gradient_accumulation_steps,
                1,
                1_024,
                Phrase("from 1 to 1024"),
            ),
            check(
                Phrase("Maximum length"),
                self.max_length,
                3,
                8_192,
                Phrase("from 3 to 8192 tokens"),
            ),
        ];
        if let Some(stopping) = self.early_stopping {
            checks.push(check(
                Phrase("Patience"),
                stopping.patience,
                1,
                1_000,
                Phrase("from 1 to 1000"),
            ));
        }
        match self.method {
            Method::HeadOnly => {}
            Method::Lora => {
                checks.push(check(
                    Phrase("LoRA rank"),
                    self.lora.rank,
                    1,
                    256,
                    Phrase("from 1 to 256"),
                ));
                checks.push((
                    Phrase("LoRA targets"),
                    0.0,
                    !self.lora.target_modules.is_empty(),
                    Phrase("at least one layer"),
                ));
            }
            Method::LastLayers {
                layers,
                unfreeze_every,
            } => {
                checks.push(check(
                    Phrase("Trained layers"),
                    layers,
                    1,
                    256,
                    Phrase("from 1 to 256"),
                ));
                checks.push(unfreezing(unfreeze_every));
            }
            Method::Full { unfreeze_every } => checks.push(unfreezing(unfreeze_every)),
        }
        checks
    }

    fn real_numbers(&self) -> Vec<Check> {
        let above_zero = |value: f64, most: f64| value > 0.0 && value <= most;
        let below_one = Phrase("from 0 to below 1");
        let share = |setting, value: f64| (setting, value, (0.0..1.0).contains(&value), below_one);
        let mut checks = vec![
            share(Phrase("Head dropout"), self.head_dropout),
            share(Phrase("Encoder dropout"), self.encoder_dropout),
            share(Phrase("Momentum"), self.momentum),
            share(Phrase("Label smoothing"), self.label_smoothing_factor),
            (
                Phrase("Learning rate"),
                self.learning_rate,
                above_zero(self.learning_rate, 1.0),
                Phrase("above 0 and at most 1"),
            ),
            (
                Phrase("Weight decay"),
                self.weight_decay,
                (0.0..=1.0).contains(&self.weight_decay),
                Phrase("from 0 to 1"),
            ),
            (
                Phrase("Warm-up"),
                self.warmup_ratio,
                (0.0..=1.0).contains(&self.warmup_ratio),
                Phrase("from 0 to 1"),
            ),
        ];
        if let Some(norm) = self.max_grad_norm {
            checks.push((
                Phrase("Gradient clipping"),
                norm,
                above_zero(norm, f64::MAX),
                Phrase("above 0, or off"),
            ));
        }
        if let Some(fgm) = self.adversarial {
            checks.push((
                Phrase("Adversarial epsilon"),
                fgm.epsilon,
                above_zero(fgm.epsilon, 1e3),
                Phrase("above 0 and at most 1000"),
            ));
        }
        if self.method == Method::Lora {
            checks.push((
                Phrase("LoRA alpha"),
                self.lora.alpha,
                above_zero(self.lora.alpha, 1e4),
                Phrase("above 0 and at most 10000"),
            ));
            checks.push(share(Phrase("LoRA dropout"), self.lora.dropout));
            checks.push((
                Phrase("LoRA+ ratio"),
                self.lora.loraplus_lr_ratio,
                above_zero(self.lora.loraplus_lr_ratio, 1e3),
                Phrase("above 0 and at most 1000"),
            ));
        }
        checks
    }
}

fn unfreezing(every: Option<u32>) -> Check {
    let every = every.unwrap_or(1);
    (
        Phrase("Unfreezing"),
        every.into(),
        (1..=1_000).contains(&every),
        Phrase("from 1 to 1000 epochs a layer"),
    )
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
            assert_eq!(error.setting.0, setting);
        }
    }
}
