//! Recipes to choose from instead of settings.

use super::{LoraConfig, Method, TargetModule, TrainConfig};
use crate::eval::score::Metric;

/// A recipe for the whole of a run.
///
/// Their settings come from validations on the review sentences; `docs/quality.md` has the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// The head alone, on vectors that each text gets once.
    Instant,
    /// Adapters on query and value: the default.
    Balanced,
    /// Adapters on every linear layer, for more epochs, of which the best is kept.
    Thorough,
}

impl Preset {
    /// All of them, the quickest first.
    pub const ALL: [Self; 3] = [Self::Instant, Self::Balanced, Self::Thorough];

    /// Its settings for an encoder with so many layers.
    pub fn config(self, layers: u32) -> TrainConfig {
        let defaults = TrainConfig::default();
        let recipe = match self {
            Self::Instant => TrainConfig {
                method: Method::HeadOnly,
                epochs: 20,
                ..defaults
            },
            Self::Balanced => defaults,
            Self::Thorough => TrainConfig {
                lora: LoraConfig {
                    target_modules: TargetModule::ALL.to_vec(),
                    ..LoraConfig::default()
                },
                epochs: 6,
                load_best_model_at_end: true,
                metric_for_best_model: Metric::Accuracy,
                ..defaults
            },
        };
        TrainConfig {
            learning_rate: recipe.suited_learning_rate(layers),
            ..recipe
        }
    }

    /// The preset that settings are, whatever their seed and the numbers that they are computed with; `None` if they are the
    /// user's own.
    pub fn of(config: &TrainConfig, layers: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| {
            let own = TrainConfig {
                seed: config.seed,
                load_in_8bit: config.load_in_8bit,
                fp16: config.fp16,
                ..preset.config(layers)
            };
            own == *config
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Problem;

    #[test]
    fn every_preset_holds_and_is_found_again() {
        for layers in [3, 6, 12] {
            for preset in Preset::ALL {
                let config = TrainConfig {
                    seed: 7,
                    load_in_8bit: true,
                    ..preset.config(layers)
                };
                assert_eq!(config.validate(), Ok(()));
                assert_eq!(Preset::of(&config, layers), Some(preset));
                let own = TrainConfig {
                    batch_size: 8,
                    ..config
                };
                assert_eq!(Preset::of(&own, layers), None);
            }
        }
    }

    #[test]
    fn the_best_is_chosen_by_a_score_that_the_problem_has() {
        for problem in [
            Problem::SingleLabel,
            Problem::MultiLabel { separator: '|' },
            Problem::Regression,
        ] {
            let config = Preset::Thorough.config(3).fitted_to(problem);
            assert!(config.metric_for_best_model.fits(problem));
            assert_ne!(config.metric_for_best_model, Metric::Loss);
        }
    }

    #[test]
    fn the_default_is_balanced() {
        assert_eq!(
            Preset::of(&TrainConfig::default(), 3),
            Some(Preset::Balanced)
        );
    }
}
