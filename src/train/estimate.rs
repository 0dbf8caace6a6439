//! What a run will take, from what a few of its steps took. Plain data and arithmetic: the page shares it.

use serde::{Deserialize, Serialize};

use super::config::{Method, Sampling, TrainConfig};
use super::sampler::Sampler;
use crate::data::Target;

/// The comparison with an untrained encoder is made if it costs less than this share of the run.
pub const BASELINE_SHARE: f64 = 1.0 / 3.0;

/// What a run is expected to take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Seconds for what is done once: reading the texts and what the frozen part of the model makes of them.
    pub once: f64,
    /// Seconds of an epoch, its validation included.
    pub epoch: f64,
    /// Seconds of the test.
    pub test: f64,
    /// Seconds of comparing with the untrained encoder, if that is done.
    pub baseline: f64,
    /// Bytes of memory in use at the most.
    pub memory: f64,
}

impl Estimate {
    /// Seconds of a run of so many epochs. One that is stopped early takes less.
    pub fn seconds(&self, epochs: u32) -> f64 {
        let run = self.once + f64::from(epochs) * self.epoch + self.test;
        if is_baseline_cheap(self.baseline, run) {
            run + self.baseline
        } else {
            run
        }
    }
}

/// Whether so many seconds for the comparison with an untrained encoder are few beside those of the run.
pub fn is_baseline_cheap(baseline: f64, run: f64) -> bool {
    baseline <= BASELINE_SHARE * run
}

/// What a unit of work took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Tokens of its texts, padding included.
    pub tokens: f64,
    /// Seconds.
    pub seconds: f64,
    /// Bytes of memory in use at the most.
    pub bytes: f64,
}

/// Something that grows with the tokens of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Line {
    /// At no tokens.
    pub fixed: f64,
    /// More for each token.
    pub per_token: f64,
}

impl Line {
    /// Through the smallest and the largest of some points `(tokens, value)`, in ascending order of tokens. Neither part of
    /// it is negative: then it is that through the origin and the largest point.
    pub fn through(points: &[(f64, f64)]) -> Self {
        let (Some(&(first, low)), Some(&(last, high))) = (points.first(), points.last()) else {
            return Self::default();
        };
        let per_token = (high - low) / (last - first);
        let fixed = low - per_token * first;
        if last > first && per_token >= 0.0 && fixed >= 0.0 {
            Self { fixed, per_token }
        } else {
            Self {
                fixed: 0.0,
                per_token: high / last.max(1.0),
            }
        }
    }

    /// Its value.
    pub fn at(self, tokens: f64) -> f64 {
        self.fixed + self.per_token * tokens
    }
}

/// What was measured of some settings on a device.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Costs {
    /// Seconds of a training step by the tokens of its batches. Where a part of the model is run once a text, of a step for
    /// which that is known; where that is all but the head, it does not depend on the tokens.
    pub step: Line,
    /// Seconds of a forward pass.
    pub forward: Line,
    /// Bytes in use at the most during a step, by the tokens of a batch.
    pub memory: Line,
    /// Seconds of saving a checkpoint.
    pub saving: f64,
    /// Bytes in use at the most while a checkpoint is saved.
    pub saving_memory: f64,
    /// The share of a forward pass that is done once a text, from 0 to 1.
    pub once: f64,
    /// Whether padding takes as long as tokens do.
    pub padding: bool,
}

/// The texts of a data set as far as they matter here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextLengths {
    /// Tokens of each training example, truncated.
    pub train: Vec<u32>,
    /// Of each validation example.
    pub validation: Vec<u32>,
    /// Of each test example.
    pub test: Vec<u32>,
    /// Seconds that reading all of them takes.
    pub reading: f64,
}

/// What a run with these settings is expected to take.
///
/// `targets` are those of the training examples, in the order of their lengths.
pub fn estimate<'a>(
    costs: &Costs,
    texts: &TextLengths,
    targets: impl Iterator<Item = &'a Target>,
    config: &TrainConfig,
) -> Estimate {
    let batch_size = config.batch_size.max(1) as usize;
    let accumulated = config.gradient_accumulation_steps.max(1) as usize;
    let head_only = config.method == Method::HeadOnly;
    let tokens = |lengths: &mut dyn ExactSizeIterator<Item = u32>| {
        if costs.padding {
            padded(lengths)
        } else {
            lengths.map(f64::from).sum()
        }
    };
    let classes = targets.map(Target::class).collect();
    let order = sampler(classes, &texts.train, config).epoch(0);
    let batches: Vec<f64> = order
        .chunks(batch_size)
        .map(|batch| tokens(&mut batch.iter().map(|&index| texts.train[index as usize])))
        .collect();
    let steps = batches.chunks(accumulated).map(|batches| {
        let tokens = if head_only { 0.0 } else { batches.iter().sum() };
        costs.step.at(tokens)
    });
    let steps: f64 = steps.sum();
    let forward = |lengths: &[u32]| -> (f64, f64) {
        let lengths = longest_first(lengths);
        let batches = lengths.chunks(batch_size);
        let batches = batches.map(|batch| tokens(&mut batch.iter().copied()));
        let batches: Vec<f64> = batches.collect();
        let longest = batches.iter().copied().fold(0.0, f64::max);
        let seconds = batches.iter().map(|&tokens| costs.forward.at(tokens)).sum();
        (seconds, longest)
    };
    let [train, validation, test] =
        [&texts.train, &texts.validation, &texts.test].map(|lengths| forward(lengths));
    let longest = if head_only {
        train.1
    } else {
        batches.iter().copied().fold(0.0, f64::max)
    };
    Estimate {
        once: texts.reading + costs.once * (train.0 + validation.0),
        epoch: steps + (1.0 - costs.once) * validation.0 + costs.saving,
        test: test.0,
        baseline: if head_only { 0.0 } else { train.0 + test.0 },
        memory: costs.memory.at(longest).max(costs.saving_memory),
    }
}

/// The examples of a step of a run, by the length that is in the middle of all: what is measured should be an ordinary one.
pub fn ordinary_batch(lengths: &[u32], batch_size: usize) -> Vec<u32> {
    let order = Sampler::uniform(lengths.len(), 0).epoch(0);
    let mut batches: Vec<&[u32]> = order.chunks(batch_size.max(1)).collect();
    // The last one may be smaller than the others.
    if batches.len() > 1 && !order.len().is_multiple_of(batch_size.max(1)) {
        batches.pop();
    }
    let tokens =
        |batch: &&[u32]| padded(&mut batch.iter().map(|&index| lengths[index as usize])) as u64;
    batches.sort_by_key(tokens);
    let mut chosen = batches
        .get(batches.len() / 2)
        .map_or_else(Vec::new, |batch| batch.to_vec());
    // A smaller measurement takes the first ones: they are as long as the whole.
    chosen.sort_by_key(|&index| std::cmp::Reverse(lengths[index as usize]));
    chosen
}

/// Draws a run's examples; `classes` are those of its examples, if each has one, and `lengths` their tokens.
pub(super) fn sampler(classes: Option<Vec<u32>>, lengths: &[u32], config: &TrainConfig) -> Sampler {
    let sampler = match classes {
        Some(classes) if config.sampling != Sampling::Shuffle => {
            Sampler::new(config.sampling, &classes, config.seed)
        }
        _ => Sampler::uniform(lengths.len(), config.seed),
    };
    if config.group_by_length {
        sampler.grouped_by_length(lengths.into(), config.batch_size as usize)
    } else {
        sampler
    }
}

/// The order of an evaluation.
fn longest_first(lengths: &[u32]) -> Vec<u32> {
    let mut lengths = lengths.to_vec();
    lengths.sort_unstable_by_key(|&length| std::cmp::Reverse(length));
    lengths
}

/// Tokens of a batch, each text padded to the longest.
fn padded(lengths: &mut dyn ExactSizeIterator<Item = u32>) -> f64 {
    let texts = lengths.len() as f64;
    texts * f64::from(lengths.max().unwrap_or(0))
}

impl TrainConfig {
    /// The settings that decide what a unit of work takes; the others at their defaults. Runs that agree in these can be
    /// estimated from one measurement.
    pub fn measured(&self) -> Self {
        let method = match self.method {
            Method::LastLayers { layers, .. } => Method::LastLayers {
                layers,
                unfreeze_every: None,
            },
            Method::Full { .. } => Method::Full {
                unfreeze_every: None,
            },
            method @ (Method::HeadOnly | Method::Lora) => method,
        };
        Self {
            method,
            lora: self.lora.clone(),
            pooling: self.pooling,
            load_in_8bit: self.load_in_8bit,
            fp16: self.fp16,
            encoder_dropout: self.encoder_dropout,
            max_length: self.max_length,
            batch_size: self.batch_size,
            optimizer: self.optimizer,
            adversarial: self.adversarial,
            load_best_model_at_end: self.load_best_model_at_end,
            ..Self::default()
        }
    }

    /// The settings that decide what [`Estimate`] a run has.
    pub fn estimated(&self) -> Self {
        Self {
            gradient_accumulation_steps: self.gradient_accumulation_steps,
            sampling: self.sampling,
            group_by_length: self.group_by_length,
            ..self.measured()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_its_ends_and_is_never_negative() {
        let line = Line::through(&[(10.0, 3.0), (20.0, 9.0), (30.0, 7.0)]);
        assert_eq!(
            line,
            Line {
                fixed: 1.0,
                per_token: 0.2
            }
        );
        assert_eq!(line.at(100.0), 21.0);
        for points in [
            &[(10.0, 5.0)] as &[_],
            &[(10.0, 9.0), (40.0, 20.0), (10.0, 5.0)],
            &[(5.0, 9.0), (10.0, 5.0)],
        ] {
            let line = Line::through(points);
            assert_eq!((line.fixed, line.per_token), (0.0, 0.5), "{points:?}");
        }
        assert_eq!(Line::through(&[]), Line::default());
    }

    /// One second a token of a forward pass, three of a step and ten more for each step.
    const COSTS: Costs = Costs {
        step: Line {
            fixed: 10.0,
            per_token: 3.0,
        },
        forward: Line {
            fixed: 0.0,
            per_token: 1.0,
        },
        memory: Line {
            fixed: 1_000.0,
            per_token: 2.0,
        },
        saving: 1.0,
        saving_memory: 500.0,
        once: 0.0,
        padding: true,
    };

    fn texts() -> TextLengths {
        TextLengths {
            train: vec![4; 6],
            validation: vec![2, 5, 2],
            test: vec![7],
            reading: 0.5,
        }
    }

    fn config(method: Method) -> TrainConfig {
        TrainConfig {
            method,
            batch_size: 2,
            ..TrainConfig::default()
        }
    }

    fn expected(config: &TrainConfig) -> Estimate {
        expected_at(&COSTS, config)
    }

    fn expected_at(costs: &Costs, config: &TrainConfig) -> Estimate {
        let targets = [0, 0, 0, 0, 0, 1].map(Target::Class);
        estimate(costs, &texts(), targets.iter(), config)
    }

    #[test]
    fn a_run_is_the_sum_of_its_batches() {
        let found = expected(&config(Method::Lora));
        // Three steps of eight tokens; a validation of ten and two tokens; a checkpoint.
        assert_eq!(found.epoch, 3.0 * 34.0 + 12.0 + 1.0);
        assert_eq!((found.once, found.test), (0.5, 7.0));
        assert_eq!(found.memory, 1_016.0);
        assert_eq!(found.baseline, 24.0 + 7.0);
        // The comparison is cheap beside two epochs, and would not be beside a small part of one.
        assert_eq!(found.seconds(2), 0.5 + 230.0 + 7.0 + 31.0);
        let dear = Estimate {
            baseline: 1e3,
            ..found
        };
        assert_eq!(dear.seconds(2), 0.5 + 230.0 + 7.0);
    }

    #[test]
    fn accumulated_batches_share_a_step() {
        let accumulated = TrainConfig {
            gradient_accumulation_steps: 2,
            ..config(Method::Lora)
        };
        // 16 and 8 tokens.
        assert_eq!(expected(&accumulated).epoch, 58.0 + 34.0 + 12.0 + 1.0);
    }

    #[test]
    fn repeated_examples_count() {
        let oversampled = TrainConfig {
            sampling: Sampling::Oversample,
            ..config(Method::Lora)
        };
        assert_eq!(expected(&oversampled).epoch, 5.0 * 34.0 + 12.0 + 1.0);
    }

    #[test]
    fn a_head_alone_sees_each_text_once() {
        let costs = Costs { once: 1.0, ..COSTS };
        let found = expected_at(&costs, &config(Method::HeadOnly));
        assert_eq!(found.once, 0.5 + 24.0 + 12.0);
        assert_eq!(found.epoch, 3.0 * 10.0 + 1.0);
        assert_eq!((found.test, found.baseline), (7.0, 0.0));
    }

    #[test]
    fn frozen_layers_are_run_once_a_text() {
        let costs = Costs { once: 0.5, ..COSTS };
        let method = Method::LastLayers {
            layers: 1,
            unfreeze_every: None,
        };
        let found = expected_at(&costs, &config(method));
        assert_eq!(found.once, 0.5 + 0.5 * (24.0 + 12.0));
        assert_eq!(found.epoch, 3.0 * 34.0 + 0.5 * 12.0 + 1.0);
    }

    #[test]
    fn padding_that_takes_no_time_does_not_count() {
        let costs = Costs {
            padding: false,
            ..COSTS
        };
        let found = expected_at(&costs, &config(Method::Lora));
        // The validation's texts of five, two and two tokens.
        assert_eq!(found.epoch, 3.0 * 34.0 + 9.0 + 1.0);
    }

    #[test]
    fn an_ordinary_batch_is_one_of_the_middle() {
        let lengths: Vec<u32> = (1..=33).collect();
        let batch = ordinary_batch(&lengths, 4);
        assert_eq!(batch.len(), 4);
        let longest = lengths[batch[0] as usize];
        assert!(
            batch
                .iter()
                .all(|&index| lengths[index as usize] <= longest)
        );
        assert_eq!(ordinary_batch(&[3, 9], 16), [1, 0]);
        assert!(ordinary_batch(&[], 16).is_empty());
    }

    #[test]
    fn what_costs_nothing_needs_no_new_measurement() {
        let other = TrainConfig {
            epochs: 9,
            learning_rate: 0.1,
            seed: 3,
            sampling: Sampling::Oversample,
            ..TrainConfig::default()
        };
        assert_eq!(other.measured(), TrainConfig::default().measured());
        assert_ne!(other.estimated(), TrainConfig::default().estimated());
        let longer = TrainConfig {
            max_length: 128,
            ..TrainConfig::default()
        };
        assert_ne!(longer.measured(), TrainConfig::default().measured());
    }
}
