//! How fast a run is.

use crate::protocol::StepRecord;

/// Weight of the newest step in the mean that speed and time left are told from.
const NEWEST: f64 = 0.1;

/// How long things have taken lately.
#[derive(Default)]
pub struct Speed {
    /// Milliseconds of a step.
    pub step: Option<f64>,
    /// Tokens of a step.
    pub tokens: f64,
    /// Examples of a step.
    pub examples: f64,
    /// Milliseconds of a validation.
    pub validation: f64,
    /// Milliseconds of evaluating a held-out example.
    pub held_out: f64,
    /// `worked` when the evaluation under way began.
    pub evaluation_begun: Option<f64>,
}

impl Speed {
    /// Takes note of a step.
    pub fn step(&mut self, milliseconds: f64, record: &StepRecord) {
        let mean = |before: f64, newest: f64| before + NEWEST * (newest - before);
        let [tokens, examples] = [record.tokens, record.examples].map(f64::from);
        (self.tokens, self.examples) = match self.step {
            Some(_) => (mean(self.tokens, tokens), mean(self.examples, examples)),
            None => (tokens, examples),
        };
        self.step = Some(
            self.step
                .map_or(milliseconds, |before| mean(before, milliseconds)),
        );
    }
}
