//! Measuring what a run would take, and compiling what it needs, a little at a time, while nothing else is to be done.

use std::rc::{Rc, Weak};

use burn::tensor::Device;

use super::clock::now;
use super::memory;
use super::port::post;
use super::started::LoadedEncoder;
use crate::data::{Dataset, Part};
use crate::device::is_asynchronous;
use crate::protocol::{Command, Estimate, Event, RequestId, WireError};
use crate::text::{Tokenizer, TokenizerError};
use crate::train::config::TrainConfig;
use crate::train::estimate::{Costs, TextLengths, estimate, ordinary_batch};
use crate::train::{Rehearsal, SetupError, TrainError, WarmUp};

/// Most texts of a part that are read to know their lengths; of a longer one it is every second text, or every third.
const MOST_TEXTS: usize = 4_096;
/// Milliseconds of a unit of reading.
const READING: f64 = 20.0;
/// A device that takes more seconds for a step is left alone: a command would have to wait for it.
const MOST_STEP: f64 = 2.0;

/// Measures what runs would take.
#[derive(Default)]
pub struct Estimator {
    under_way: Option<Estimating>,
    known: Measurements,
}

/// What is known of the encoder and data in use.
#[derive(Default)]
struct Measurements {
    encoder: Weak<LoadedEncoder>,
    dataset: Weak<Dataset>,
    /// Lengths of the texts at a maximum length.
    lengths: Option<(u32, TextLengths)>,
    costs: Vec<(TrainConfig, Costs)>,
    /// Settings for which the device has compiled what a run needs.
    warm: Vec<TrainConfig>,
}

/// An estimate under way.
struct Estimating {
    id: RequestId,
    config: TrainConfig,
    encoder: Rc<LoadedEncoder>,
    dataset: Rc<Dataset>,
    /// Without autodiff.
    device: Device,
    stage: Stage,
}

enum Stage {
    Reading(Reading),
    Rehearsing(Box<Rehearsal>),
    /// The page has its answer.
    WarmingUp(Box<WarmUp>),
}

/// Texts whose lengths are being found.
struct Reading {
    tokenizer: Tokenizer,
    /// Indices of the texts that are read, part by part.
    texts: [Vec<u32>; 3],
    lengths: [Vec<u32>; 3],
    milliseconds: f64,
}

impl Estimator {
    /// Whether there is something to measure.
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// What was measured of these settings is to be measured again.
    pub fn forget(&mut self, config: &TrainConfig) {
        let measured = config.measured();
        self.known.costs.retain(|(config, _)| *config != measured);
    }

    /// Begins an estimate. The page has its answer at once if there is nothing to train on, or the settings do not fit.
    pub fn begin(
        &mut self,
        id: RequestId,
        config: TrainConfig,
        encoder: Option<&Rc<LoadedEncoder>>,
        dataset: Option<&Rc<Dataset>>,
        device: Option<&Device>,
    ) {
        self.under_way =
            encoder
                .zip(dataset)
                .zip(device)
                .and_then(|((encoder, dataset), device)| {
                    Estimating::new(id, encoder.clone(), dataset.clone(), config, device)
                });
        if self.under_way.is_none() {
            post(&Event::Estimated { id, estimate: None });
        }
    }

    /// Ends the estimate under way for a command that changes what is estimated, or wants the device for itself.
    pub fn make_way_for(&mut self, command: &Command) {
        if let Some(estimating) = self.under_way.take_if(|_| command.ends_estimate()) {
            estimating.give_up();
        }
    }

    /// Does a little of the work.
    ///
    /// # Errors
    /// If the device failed.
    pub async fn advance(&mut self) -> Result<(), WireError> {
        if let Some(estimating) = self.under_way.take() {
            self.under_way = estimating.advance(&mut self.known).await?;
        }
        Ok(())
    }
}

impl Estimating {
    /// An estimate that has not begun. `None` if the settings leave no room for a text.
    fn new(
        id: RequestId,
        encoder: Rc<LoadedEncoder>,
        dataset: Rc<Dataset>,
        config: TrainConfig,
        device: &Device,
    ) -> Option<Self> {
        config.validate().ok()?;
        let reading = Reading::new(&encoder, &dataset, config.max_length).ok()?;
        Some(Self {
            id,
            config,
            encoder,
            dataset,
            device: device.clone(),
            stage: Stage::Reading(reading),
        })
    }

    fn answer(&self, estimate: Option<Estimate>) {
        post(&Event::Estimated {
            id: self.id,
            estimate,
        });
    }

    /// Ends it. The page has its answer.
    fn give_up(self) {
        if !matches!(self.stage, Stage::WarmingUp(_)) {
            self.answer(None);
        }
    }

    /// Does a little of the work. `None` once there is nothing left to do.
    ///
    /// # Errors
    /// If the device failed.
    async fn advance(mut self, known: &mut Measurements) -> Result<Option<Self>, WireError> {
        known.forget_others(&self.encoder, &self.dataset);
        match self.go_on(known).await {
            Ok(Work::Goes) => Ok(Some(self)),
            Ok(Work::Estimated(estimate)) => {
                self.answer(Some(estimate));
                self.stage = match self.warm_up(known) {
                    Some(warm_up) => Stage::WarmingUp(Box::new(warm_up)),
                    None => return Ok(None),
                };
                Ok(Some(self))
            }
            Ok(Work::Warm) => {
                known.warm.push(self.config.estimated());
                Ok(None)
            }
            Err(Hindrance::Run(TrainError::Device(error))) => Err(error.into()),
            // Training says what is wrong when it is asked for.
            Err(_) => {
                self.give_up();
                Ok(None)
            }
        }
    }

    /// What the device is to compile, where it compiles and has not yet. A device that takes long for a step is left alone.
    fn warm_up(&self, known: &Measurements) -> Option<WarmUp> {
        let measured = self.config.measured();
        let costs = known.costs(&measured)?;
        let (_, lengths) = known.lengths.as_ref()?;
        let batch = ordinary_batch(&lengths.train, self.config.batch_size as usize);
        let longest = batch
            .first()
            .map_or(0, |&text| lengths.train[text as usize]);
        let tokens = f64::from(longest) * batch.len() as f64;
        let is_quick = costs.step.at(tokens) <= MOST_STEP;
        if !is_asynchronous(&self.device)
            || !is_quick
            || known.warm.contains(&self.config.estimated())
        {
            return None;
        }
        WarmUp::new(
            &self.encoder.encoder,
            &self.dataset,
            lengths,
            &self.config,
            &self.device.clone().autodiff(),
        )
        .ok()
    }

    async fn go_on(&mut self, known: &mut Measurements) -> Result<Work, Hindrance> {
        match &mut self.stage {
            Stage::Reading(reading) => {
                let length = self.config.max_length;
                let found = known.lengths.as_ref().filter(|(at, _)| *at == length);
                if found.is_none() {
                    if reading.go_on(&self.dataset)? {
                        return Ok(Work::Goes);
                    }
                    known.lengths = Some((length, reading.finish(&self.dataset)));
                }
                if let Some(estimate) = known.estimate(&self.config, &self.dataset) {
                    return Ok(Work::Estimated(estimate));
                }
                let Some((_, lengths)) = &known.lengths else {
                    return Ok(Work::Goes);
                };
                let batch = ordinary_batch(&lengths.train, self.config.batch_size as usize);
                let batch: Vec<u32> = batch
                    .iter()
                    .filter_map(|&at| self.dataset.split.train.get(at as usize).copied())
                    .collect();
                let rehearsal = Rehearsal::new(
                    &self.encoder.encoder,
                    &self.dataset,
                    &batch,
                    &self.config,
                    &self.device.clone().autodiff(),
                    is_asynchronous(&self.device),
                )?;
                self.stage = Stage::Rehearsing(Box::new(rehearsal));
                Ok(Work::Goes)
            }
            Stage::Rehearsing(rehearsal) => {
                memory::take_most();
                let (before, begun) = (memory::in_use(), now());
                rehearsal.advance().await?;
                let seconds = (now() - begun) / 1000.0;
                rehearsal.note(seconds, before, memory::take_most());
                if !rehearsal.is_over() {
                    return Ok(Work::Goes);
                }
                let costs = rehearsal.costs();
                known.costs.push((self.config.measured(), costs));
                let estimate = known.estimate(&self.config, &self.dataset);
                Ok(estimate.map_or(Work::Goes, Work::Estimated))
            }
            Stage::WarmingUp(warm_up) => {
                warm_up.advance().await?;
                Ok(match warm_up.is_over() {
                    true => Work::Warm,
                    false => Work::Goes,
                })
            }
        }
    }
}

/// Where an estimate stands after a little work.
enum Work {
    Goes,
    /// The page can have its answer.
    Estimated(Estimate),
    /// The device has compiled what a run needs.
    Warm,
}

/// Why there is no estimate.
#[derive(Debug, thiserror::Error)]
enum Hindrance {
    #[error(transparent)]
    Text(#[from] TokenizerError),
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error(transparent)]
    Run(#[from] TrainError),
}

impl Measurements {
    /// What was measured with another encoder or on other data does not count.
    fn forget_others(&mut self, encoder: &Rc<LoadedEncoder>, dataset: &Rc<Dataset>) {
        let same_encoder = self.encoder.as_ptr() == Rc::as_ptr(encoder);
        let same_dataset = self.dataset.as_ptr() == Rc::as_ptr(dataset);
        if !same_encoder {
            self.costs.clear();
        }
        if !(same_encoder && same_dataset) {
            self.lengths = None;
            self.warm.clear();
        }
        (self.encoder, self.dataset) = (Rc::downgrade(encoder), Rc::downgrade(dataset));
    }

    fn costs(&self, measured: &TrainConfig) -> Option<&Costs> {
        let (_, costs) = self.costs.iter().find(|(config, _)| config == measured)?;
        Some(costs)
    }

    fn estimate(&self, config: &TrainConfig, dataset: &Dataset) -> Option<Estimate> {
        let costs = self.costs(&config.measured())?;
        let (_, lengths) = self.lengths.as_ref()?;
        let targets = dataset
            .split
            .train
            .iter()
            .filter_map(|&index| dataset.examples.get(index as usize))
            .map(|example| &example.target);
        let estimate = estimate(costs, lengths, targets, config);
        Some(Estimate {
            // Memory that the module has it keeps.
            memory: estimate.memory.max(memory::size()),
            ..estimate
        })
    }
}

impl Reading {
    fn new(
        encoder: &LoadedEncoder,
        dataset: &Dataset,
        max_length: u32,
    ) -> Result<Self, TokenizerError> {
        let few = |part| -> Vec<u32> {
            let indices = dataset.split.part(part);
            let stride = indices.len().div_ceil(MOST_TEXTS).max(1);
            indices.iter().step_by(stride).copied().collect()
        };
        Ok(Self {
            tokenizer: encoder.encoder.tokenizer.truncating(max_length as usize)?,
            texts: Part::ALL.map(few),
            lengths: [const { Vec::new() }; 3],
            milliseconds: 0.0,
        })
    }

    /// Reads some texts. False if there was none left.
    fn go_on(&mut self, dataset: &Dataset) -> Result<bool, TokenizerError> {
        let begun = now();
        let mut some = false;
        'parts: for (texts, lengths) in self.texts.iter().zip(&mut self.lengths) {
            for &index in &texts[lengths.len()..] {
                let example = dataset.examples.get(index as usize);
                let text = example.map_or("", |example| example.text.as_str());
                lengths.push(self.tokenizer.encode(text)?.len() as u32);
                some = true;
                if now() - begun >= READING {
                    break 'parts;
                }
            }
        }
        self.milliseconds += now() - begun;
        Ok(some)
    }

    /// The lengths of all texts: of those that were not read, as of the one before.
    fn finish(&mut self, dataset: &Dataset) -> TextLengths {
        let mut read = 0;
        let mut all = 0;
        let [train, validation, test] = std::array::from_fn(|at| {
            let lengths = std::mem::take(&mut self.lengths[at]);
            let texts = dataset.split.part(Part::ALL[at]).len();
            let stride = texts.div_ceil(MOST_TEXTS).max(1);
            (read, all) = (read + lengths.len(), all + texts);
            (0..texts).map(|text| lengths[text / stride]).collect()
        });
        TextLengths {
            train,
            validation,
            test,
            reading: self.milliseconds / 1000.0 * all as f64 / f64::from(read.max(1) as u32),
        }
    }
}
