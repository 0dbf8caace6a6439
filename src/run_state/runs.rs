//! The runs of this page, kept side by side when they have ended.

mod csv;
mod order;
mod settings;

use serde::{Deserialize, Serialize};

use super::history::LossPoint;
use super::run::Run;
use crate::eval::score::{Metric, Score};
use crate::protocol::{RequestId, RunEnd, ValidationRecord};
use crate::train::config::TrainConfig;

pub use csv::to_csv;
pub use order::RunColumn;
pub use settings::changed_settings;

/// Most points of a kept run's curve: several share a chart that is a few hundred pixels wide.
const MOST_POINTS: usize = 200;

/// Most runs that are kept of a file that says how many there are.
const MOST_KEPT: usize = 1_000;
/// Most validations of a run that are kept then.
pub(super) const MOST_VALIDATIONS: usize = 10_000;

/// Longest name and note, in characters.
pub const LONGEST_NAME: usize = 60;
/// See [`LONGEST_NAME`].
pub const LONGEST_NOTE: usize = 500;

/// A run that has ended: all that is compared. Plain data, which may be stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptRun {
    /// Counted from 1 in the order in which runs ended; none is used twice.
    pub number: u32,
    /// What the user calls it; empty until they do.
    pub name: String,
    /// What the user notes of it.
    pub note: String,
    /// The encoder that was tuned.
    pub encoder: String,
    /// The data set that was learnt.
    pub data: String,
    /// Examples that it learnt from.
    pub train_examples: u32,
    /// All settings.
    pub config: TrainConfig,
    /// Steps done.
    pub steps: u32,
    /// Why it ended.
    pub end: RunEnd,
    /// The step of the weights that are left, where they are not the last ones.
    pub best_step: Option<u32>,
    /// Wall-clock seconds of training and evaluation, pauses excluded.
    pub seconds: f64,
    /// What validations found.
    pub validations: Vec<ValidationRecord>,
    /// What the test found, the most telling first; empty if it was not tested.
    pub test: Vec<Score>,
    /// Its loss in at most 200 points.
    pub curve: Vec<LossPoint>,
    /// Whether it is drawn among the others.
    pub shown: bool,
}

impl KeptRun {
    /// The validation of the weights that are left.
    pub fn validation(&self) -> Option<&ValidationRecord> {
        match self.best_step {
            Some(step) => self.validations.iter().find(|record| record.step == step),
            None => self.validations.last(),
        }
    }

    /// A metric of the test, if it was measured.
    pub fn test_score(&self, metric: Metric) -> Option<f64> {
        let score = self.test.iter().find(|score| score.metric == metric)?;
        Some(score.value)
    }
}

/// The runs that are kept, and the one whose end is awaited.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Runs {
    kept: Vec<KeptRun>,
    /// The run that was deleted last, and where it was.
    #[serde(skip)]
    deleted: Option<(usize, KeptRun)>,
    last_number: u32,
    #[serde(default)]
    current: Option<Current>,
}

/// The newest run that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Current {
    id: RequestId,
    config: TrainConfig,
    train_examples: u32,
    /// Its number among the kept ones, once it has ended. A run that is repeated on another device ends twice.
    number: Option<u32>,
}

impl Runs {
    /// The kept runs, the oldest first.
    pub fn kept(&self) -> &[KeptRun] {
        &self.kept
    }

    /// The kept run of a number.
    pub fn get(&self, number: u32) -> Option<&KeptRun> {
        self.kept.iter().find(|run| run.number == number)
    }

    /// The newest run that was asked for, if it has ended and is kept.
    pub fn newest(&self) -> Option<&KeptRun> {
        self.get(self.current.as_ref()?.number?)
    }

    /// The run that was deleted last and can be had back.
    pub fn deleted(&self) -> Option<&KeptRun> {
        self.deleted.as_ref().map(|(_, run)| run)
    }

    /// A run has been asked for, or is being taken up by another worker.
    pub(super) fn begun(
        &mut self,
        id: RequestId,
        config: &TrainConfig,
        resume: bool,
        train_examples: u32,
    ) {
        match &mut self.current {
            Some(current) if resume => current.id = id,
            current => {
                *current = Some(Current {
                    id,
                    config: config.clone(),
                    train_examples,
                    number: None,
                });
            }
        }
    }

    /// A run has ended. One that ended before, and was taken up by another worker, stays what it was.
    pub(super) fn ended(&mut self, run: &Run) {
        let (Some(result), Some(current)) = (&run.result, &mut self.current) else {
            return;
        };
        if current.id != run.id || current.number.is_some() {
            return;
        }
        self.last_number += 1;
        current.number = Some(self.last_number);
        self.kept.push(KeptRun {
            number: self.last_number,
            name: String::new(),
            note: String::new(),
            encoder: run.encoder.clone(),
            data: run.dataset.clone(),
            train_examples: current.train_examples,
            config: current.config.clone(),
            steps: result.step,
            end: result.end,
            best_step: result.best_step,
            seconds: result.seconds,
            validations: run.validations.clone(),
            test: result
                .report
                .as_ref()
                .map(|report| report.scores())
                .unwrap_or_default(),
            curve: thinned(run.history.points()),
            shown: true,
        });
    }

    /// Calls a run by a name. What is too long is cut off.
    pub fn rename(&mut self, number: u32, name: &str) {
        self.change(number, |run| run.name = cut(name, LONGEST_NAME));
    }

    /// Notes something of a run. What is too long is cut off.
    pub fn annotate(&mut self, number: u32, note: &str) {
        self.change(number, |run| run.note = cut(note, LONGEST_NOTE));
    }

    /// Draws a run among the others, or not.
    pub fn show(&mut self, number: u32, shown: bool) {
        self.change(number, |run| run.shown = shown);
    }

    /// Removes a run, until the next one is removed it can be had back.
    pub fn delete(&mut self, number: u32) {
        if let Some(place) = self.kept.iter().position(|run| run.number == number) {
            self.deleted = Some((place, self.kept.remove(place)));
        }
    }

    /// Puts the run that was deleted last where it was.
    pub fn undo_delete(&mut self) {
        if let Some((place, run)) = self.deleted.take() {
            self.kept.insert(place.min(self.kept.len()), run);
        }
    }

    /// What may be stored, however it came here: names as long as they may be, curves with as many points.
    pub(super) fn bounded(mut self) -> Self {
        self.kept.truncate(MOST_KEPT);
        for run in &mut self.kept {
            run.name = cut(&run.name, LONGEST_NAME);
            run.note = cut(&run.note, LONGEST_NOTE);
            run.curve.truncate(MOST_POINTS);
            run.validations.truncate(MOST_VALIDATIONS);
        }
        let newest = self.kept.iter().map(|run| run.number).max();
        self.last_number = self
            .last_number
            .max(newest.unwrap_or_default())
            .min(u32::MAX - 1);
        self
    }

    fn change(&mut self, number: u32, change: impl FnOnce(&mut KeptRun)) {
        if let Some(run) = self.kept.iter_mut().find(|run| run.number == number) {
            change(run);
        }
    }
}

fn cut(text: &str, longest: usize) -> String {
    text.trim().chars().take(longest).collect()
}

/// Every so many points, the last one included.
fn thinned(points: &[LossPoint]) -> Vec<LossPoint> {
    let each = points.len().div_ceil(MOST_POINTS).max(1);
    let mut kept: Vec<LossPoint> = points.iter().rev().step_by(each).copied().collect();
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests;
