//! Parts of the results: the numbers of an evaluation, its curves, the threshold, the file.

mod curves;
mod numbers;
mod quantity;
mod save_report;
mod threshold;

pub(super) use curves::CurvesPanel;
pub(super) use numbers::{ByLabel, Confusion, HeadlineView, MoreNumbers};
pub(super) use quantity::QuantityChoice;
pub(super) use save_report::SaveReport;
pub(super) use threshold::{Choice, ThresholdPanel};
