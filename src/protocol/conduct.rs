//! How a command bears on what else the worker does, and how long it may keep the worker from answering.

use super::Command;

/// Seconds for which any worker may be silent: no small piece of work takes as long, on the slowest of machines.
pub const ORDINARY_ALLOWANCE: f64 = 30.0;

/// Seconds for what reads and writes models, or goes through all texts of a data set.
const LONG_ALLOWANCE: f64 = 180.0;

/// Seconds for each megabyte of a file that is parsed, on the slowest of machines.
const SECONDS_A_MEGABYTE: f64 = 1.0;

impl Command {
    /// Whether it ends an estimate under way: it changes what is estimated, or wants the device for itself for long.
    pub fn ends_estimate(&self) -> bool {
        match self {
            Self::Start { .. }
            | Self::LoadEncoder { .. }
            | Self::OpenTable { .. }
            | Self::UseColumns { .. }
            | Self::Train { .. }
            | Self::OpenModel { .. }
            | Self::EditTable { .. }
            | Self::RestoreEdits { .. }
            | Self::HoldOut { .. }
            | Self::ChangeHeldOut { .. }
            | Self::PredictTable { .. }
            | Self::Estimate { .. } => true,
            Self::DescribeHub { .. }
            | Self::ForgetHub { .. }
            | Self::Pause { .. }
            | Self::Resume { .. }
            | Self::Stop { .. }
            | Self::Predict { .. }
            | Self::ListExamples { .. }
            | Self::Export { .. }
            | Self::ListRows { .. }
            | Self::MeasureLengths { .. }
            | Self::PredictTexts { .. }
            | Self::OpenTexts { .. }
            | Self::StopTable { .. }
            | Self::DescribeUse { .. }
            | Self::Step { .. }
            | Self::SetLearningRate { .. }
            | Self::Ping { .. } => false,
        }
    }

    /// Seconds for which it may keep the worker from answering. `bytes` lie beside it.
    pub fn allowance(&self, bytes: usize) -> f64 {
        let reading = bytes as f64 / 1e6 * SECONDS_A_MEGABYTE;
        reading
            + match self {
                // Opening a GPU, loading an encoder, tokenizing a data set, writing a model: long, and in one piece.
                Self::Start { .. }
                | Self::LoadEncoder { .. }
                | Self::OpenTable { .. }
                | Self::UseColumns { .. }
                | Self::Train { .. }
                | Self::OpenModel { .. }
                | Self::Export { .. }
                | Self::EditTable { .. }
                | Self::RestoreEdits { .. }
                | Self::HoldOut { .. }
                | Self::ChangeHeldOut { .. }
                | Self::MeasureLengths { .. }
                | Self::OpenTexts { .. }
                | Self::PredictTable { .. }
                | Self::PredictTexts { .. }
                | Self::Estimate { .. } => LONG_ALLOWANCE,
                Self::DescribeHub { .. }
                | Self::ForgetHub { .. }
                | Self::Pause { .. }
                | Self::Resume { .. }
                | Self::Stop { .. }
                | Self::Predict { .. }
                | Self::ListExamples { .. }
                | Self::ListRows { .. }
                | Self::StopTable { .. }
                | Self::DescribeUse { .. }
                | Self::Step { .. }
                | Self::SetLearningRate { .. }
                | Self::Ping { .. } => ORDINARY_ALLOWANCE,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ReadOptions, RowFilter};
    use crate::protocol::{Precision, TableSource};

    #[test]
    fn what_only_looks_leaves_an_estimate() {
        let looks = [
            Command::ListRows {
                id: 1,
                filter: RowFilter::All,
                offset: 0,
                limit: 10,
            },
            Command::MeasureLengths { id: 2 },
            Command::PredictTexts {
                id: 3,
                texts: Vec::new(),
                precision: Precision::Float32,
            },
            Command::StopTable { id: 4 },
            Command::DescribeUse { id: 5 },
            Command::Ping { id: 6 },
        ];
        assert!(looks.iter().all(|command| !command.ends_estimate()));
        assert!(Command::RestoreEdits { id: 7 }.ends_estimate());
    }

    #[test]
    fn a_large_table_may_take_longer() {
        let open = Command::OpenTable {
            id: 1,
            source: TableSource::Pasted,
            options: ReadOptions::default(),
        };
        assert!(open.allowance(200_000_000) > open.allowance(1_000) + 100.0);
        assert_eq!(Command::Pause { id: 2 }.allowance(0), ORDINARY_ALLOWANCE);
    }
}
