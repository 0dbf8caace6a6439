//! Bringing a new worker to where a lost one was.

use std::collections::VecDeque;

use js_sys::ArrayBuffer;

use crate::data::{ColumnChoice, Problem, SplitConfig};
use crate::protocol::TableSource;
use crate::run_state::run::{Run, RunPhase};
use crate::train::config::TrainConfig;

/// A table that can be read again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A table that comes with the page.
    Sample(&'static str),
    /// A file of the user's. The browser reads it from the disk each time.
    File(web_sys::File),
}

impl Source {
    /// How the protocol names it.
    pub(crate) fn on_wire(&self) -> TableSource {
        match self {
            Self::Sample(name) => TableSource::Sample {
                name: (*name).into(),
            },
            Self::File(file) => TableSource::File { name: file.name() },
        }
    }
}

/// A data set that can be made again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DataInUse {
    /// Its table.
    pub(crate) source: Source,
    /// Its columns.
    pub(crate) columns: ColumnChoice,
    /// What is learnt of it.
    pub(crate) problem: Problem,
    /// How it is divided.
    pub(crate) split: SplitConfig,
}

/// What a worker was told, as far as a new one must be told again.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The encoder on the device.
    pub(crate) encoder: Option<String>,
    /// The data set in use.
    pub(crate) data: Option<DataInUse>,
    /// Settings of the newest run.
    pub(crate) config: Option<TrainConfig>,
    /// The newest run's last checkpoint.
    pub(crate) checkpoint: Option<ArrayBuffer>,
}

/// One command of a recovery. Each is sent when the one before it has been carried out.
#[derive(Debug)]
pub(crate) enum Step {
    Encoder(String),
    Table(Source),
    Columns(ColumnChoice, Problem, SplitConfig),
    Train(TrainConfig),
    Pause,
    Stop,
}

impl Told {
    /// The commands that bring a new worker here, after its start. `run` is taken up if it is given.
    pub(crate) fn replay(&self, run: Option<&Run>) -> VecDeque<Step> {
        let mut steps = VecDeque::new();
        steps.extend(self.encoder.clone().map(Step::Encoder));
        if let Some(data) = &self.data {
            steps.push_back(Step::Table(data.source.clone()));
            steps.push_back(Step::Columns(data.columns, data.problem, data.split));
        }
        if let (Some(run), Some(config)) = (run, &self.config) {
            steps.push_back(Step::Train(config.clone()));
            if run.is_active() && run.stops > 0 {
                steps.push_back(Step::Stop);
            } else if run.phase == RunPhase::Paused {
                steps.push_back(Step::Pause);
            }
        }
        steps
    }
}
