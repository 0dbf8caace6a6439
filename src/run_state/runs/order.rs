//! The order in which runs are listed.

use std::cmp::Ordering;

use super::{KeptRun, Runs};

/// What runs are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunColumn {
    /// The order in which they ended.
    #[default]
    Number,
    /// The user's name for them.
    Name,
    /// The encoder.
    Encoder,
    /// The data set.
    Data,
    /// How long they took.
    Seconds,
    /// The most telling score of the validation.
    Validation,
    /// The most telling score of the test.
    Test,
}

impl Runs {
    /// The kept runs, sorted. What a run does not have comes last, whichever way.
    pub fn sorted(&self, column: RunColumn, descending: bool) -> Vec<&KeptRun> {
        let mut runs: Vec<&KeptRun> = self.kept.iter().collect();
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        let words = |read: fn(&KeptRun) -> &str, a: &KeptRun, b: &KeptRun| {
            let (a, b) = (read(a).to_lowercase(), read(b).to_lowercase());
            a.is_empty()
                .cmp(&b.is_empty())
                .then_with(|| turned(a.cmp(&b)))
        };
        let numbers = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => turned(a.total_cmp(&b)),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        // Stable: equals stay in the order in which they ended.
        runs.sort_by(|a, b| match column {
            RunColumn::Number => turned(a.number.cmp(&b.number)),
            RunColumn::Name => words(|run| &run.name, a, b),
            RunColumn::Encoder => words(|run| &run.encoder, a, b),
            RunColumn::Data => words(|run| &run.data, a, b),
            RunColumn::Seconds => numbers(Some(a.seconds), Some(b.seconds)),
            RunColumn::Validation => numbers(validation(a), validation(b)),
            RunColumn::Test => numbers(test(a), test(b)),
        });
        runs
    }
}

fn validation(run: &KeptRun) -> Option<f64> {
    Some(run.validation()?.main_score()?.value)
}

fn test(run: &KeptRun) -> Option<f64> {
    Some(run.test.first()?.value)
}
