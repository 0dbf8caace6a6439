//! What a run does first, done once beforehand, so that a GPU has compiled what the run needs by then.

use burn::tensor::Device;

use super::config::TrainConfig;
use super::estimate::{TextLengths, sampler};
use super::session::TrainError;
use super::setup::{SetupError, set_up};
use super::trainer::{Progress, Trainer};
use crate::data::{Dataset, Part, Split};
use crate::eval::logits;
use crate::model::PretrainedEncoder;
use crate::text::TokenBatch;

/// Steps that are taken: an epoch's first ones, and its last one, which may have fewer examples.
const STEPS: usize = 8;
/// A kernel reads four numbers at once where a row's length is divisible by four, two where by two, else one.
const VECTORS: usize = 4;
/// Tokens of a word between two special ones. Products of so few rows are other kernels.
const WORD: usize = 3;

/// The first steps, the first and the last batch of each evaluation, and predictions of a run that never takes place. It holds
/// no loop: whoever drives it does something else between two units.
pub struct WarmUp {
    trainer: Trainer,
    /// The batches of the steps that are left, the last step first.
    steps: Vec<Vec<Vec<u32>>>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    FirstStep,
    Evaluations,
    Predictions,
    MoreSteps,
    Over,
}

impl WarmUp {
    /// Of a run with these settings on texts of these lengths, in its own batches: how many texts and tokens they have decides
    /// which kernels are needed.
    ///
    /// `device` is the encoder's, with autodiff on. The encoder stays as it is: tensors are never changed in place.
    ///
    /// # Errors
    /// If a setting does not fit, or there is no example.
    pub fn new(
        encoder: &PretrainedEncoder,
        dataset: &Dataset,
        lengths: &TextLengths,
        config: &TrainConfig,
        device: &Device,
    ) -> Result<Self, SetupError> {
        let batch_size = config.batch_size.max(1) as usize;
        let of_step = batch_size * config.gradient_accumulation_steps.max(1) as usize;
        let [train, validation, test] = Part::ALL.map(|part| dataset.split.part(part));
        let classes = train
            .iter()
            .map(|&index| dataset.examples.get(index as usize)?.target.class())
            .collect();
        let drawn = sampler(classes, &lengths.train, config).epoch(0);
        let mut steps: Vec<&[u32]> = drawn.chunks(of_step).collect();
        if let Some(last) = steps.pop() {
            steps.truncate(STEPS - 1);
            steps.push(last);
        }
        let parts = [
            (train, steps.concat()),
            (validation, first_and_last(&lengths.validation, batch_size)),
            (test, first_and_last(&lengths.test, batch_size)),
        ];
        let mut examples = Vec::new();
        let [train, validation, test] = parts.map(|(part, chosen)| {
            let begin = examples.len() as u32;
            let chosen = chosen.iter().filter_map(|&at| part.get(at as usize));
            examples
                .extend(chosen.filter_map(|&index| dataset.examples.get(index as usize).cloned()));
            (begin..examples.len() as u32).collect::<Vec<_>>()
        });
        let mut steps: Vec<Vec<Vec<u32>>> = train
            .chunks(of_step)
            .map(|step| step.chunks(batch_size).map(<[u32]>::to_vec).collect())
            .collect();
        steps.reverse();
        let few = Dataset {
            name: dataset.name.clone(),
            problem: dataset.problem,
            labels: dataset.labels.clone(),
            split: Split {
                train,
                validation,
                test,
            },
            examples,
            split_from_table: false,
            empty_texts: 0,
        };
        Ok(Self {
            trainer: set_up(encoder, &few, config.clone(), device)?,
            steps,
            stage: Stage::FirstStep,
        })
    }

    /// Whether all is done.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Does the next unit.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn advance(&mut self) -> Result<(), TrainError> {
        match self.stage {
            Stage::FirstStep => {
                self.step().await?;
                if self.trainer.validates() {
                    self.trainer.evaluate(Part::Validation);
                } else {
                    self.trainer.stop();
                }
                self.stage = Stage::Evaluations;
            }
            Stage::Evaluations => match self.trainer.advance().await? {
                Progress::Validated(_) => self.trainer.stop(),
                Progress::Finished(_) => self.stage = Stage::Predictions,
                Progress::Steps(_) | Progress::Evaluating { .. } => {}
            },
            Stage::Predictions => {
                let session = &self.trainer.session;
                let longest = session.examples.iter().max_by_key(|text| text.ids.len());
                let ids = longest.map_or(&[][..], |text| &text.ids);
                let lengths = (1..=ids.len()).rev().take(VECTORS);
                for length in lengths.chain((ids.len() > WORD).then_some(WORD)) {
                    let batch = TokenBatch::pad(&[&ids[..length]], session.pad_id);
                    logits(&session.model(), &batch, self.trainer.device()).await?;
                }
                self.stage = Stage::MoreSteps;
            }
            // Two are read together, as in a run.
            Stage::MoreSteps if self.steps.len() > 1 => {
                self.ask_for_step().await?;
                self.step().await?;
            }
            Stage::MoreSteps => {
                self.step().await?;
                self.stage = Stage::Over;
            }
            Stage::Over => {}
        }
        Ok(())
    }

    async fn step(&mut self) -> Result<(), TrainError> {
        self.ask_for_step().await?;
        self.trainer.settle().await?;
        Ok(())
    }

    async fn ask_for_step(&mut self) -> Result<(), TrainError> {
        match self.steps.pop() {
            Some(batches) => self.trainer.session.ask_for_step_of(&batches).await,
            None => Ok(()),
        }
    }
}

/// The texts of an evaluation's first batch and those of its last one: the longest, and what is left over.
fn first_and_last(lengths: &[u32], batch_size: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..lengths.len() as u32).collect();
    order.sort_by_key(|&text| std::cmp::Reverse(lengths[text as usize]));
    let mut batches = order.chunks(batch_size);
    let (first, last) = (batches.next(), batches.next_back());
    [first, last]
        .into_iter()
        .flatten()
        .flatten()
        .copied()
        .collect()
}
