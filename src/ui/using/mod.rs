//! Using a model: one text as it is typed, a whole file, a stream of messages, other programs.

mod answer;
mod batch;
mod batch_file;
mod monitor;
mod monitor_alert;
mod shares;
mod snippets;
mod unsure;

pub(super) use answer::Answer;
pub(super) use batch::BatchPanel;
pub(super) use monitor::MonitorPanel;
pub(super) use snippets::Snippets;
pub(super) use unsure::UnsureField;
