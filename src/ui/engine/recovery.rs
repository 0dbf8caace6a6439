//! Bringing a new worker to where a lost one was.

use std::collections::VecDeque;

use js_sys::ArrayBuffer;

use crate::data::{ColumnChoice, Problem, ReadOptions, SplitConfig};
use crate::protocol::{EncoderSource, TableSource};
use crate::run_state::run::{Run, RunPhase};
use crate::train::config::TrainConfig;

/// A table that can be read again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A table that comes with the page.
    Sample(&'static str),
    /// A file of the user's, and what is chosen about it. The browser reads it from the disk each time.
    File(web_sys::File, ReadOptions),
    /// Rows that the user pasted.
    Pasted(String),
}

impl Source {
    /// How the protocol names it.
    pub(crate) fn on_wire(&self) -> TableSource {
        match self {
            Self::Sample(name) => TableSource::Sample {
                name: (*name).into(),
            },
            Self::File(file, _) => TableSource::File { name: file.name() },
            Self::Pasted(_) => TableSource::Pasted,
        }
    }

    /// What is chosen about it.
    pub(crate) fn options(&self) -> ReadOptions {
        match self {
            Self::Sample(_) | Self::Pasted(_) => ReadOptions::default(),
            Self::File(_, options) => options.clone(),
        }
    }
}

/// An encoder that can be loaded again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EncoderChoice {
    /// One that comes with the page, by its id.
    Origin(String),
    /// A folder of the user's. The browser reads it from the disk each time.
    Folder {
        /// Its name.
        name: String,
        /// Its files and those below it, with their paths from its parent on.
        files: Vec<(String, web_sys::File)>,
    },
    /// A zip of the user's.
    Zip(web_sys::File),
    /// One of the hub's.
    Hub {
        /// `owner/name`
        repository: String,
        /// The commit.
        revision: String,
    },
}

impl EncoderChoice {
    /// How the protocol names it.
    pub(crate) fn on_wire(&self) -> EncoderSource {
        match self {
            Self::Origin(id) => EncoderSource::Origin { id: id.clone() },
            Self::Folder { name, files } => EncoderSource::Folder {
                name: name.clone(),
                paths: files.iter().map(|(path, _)| path.clone()).collect(),
            },
            Self::Zip(file) => EncoderSource::Zip { name: file.name() },
            Self::Hub {
                repository,
                revision,
            } => EncoderSource::Hub {
                repository: repository.clone(),
                revision: revision.clone(),
            },
        }
    }

    /// What goes beside the message.
    pub(crate) fn files(&self) -> Vec<web_sys::File> {
        match self {
            Self::Origin(_) | Self::Hub { .. } => Vec::new(),
            Self::Folder { files, .. } => files.iter().map(|(_, file)| file.clone()).collect(),
            Self::Zip(file) => vec![file.clone()],
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
    pub(crate) encoder: Option<EncoderChoice>,
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
    Encoder(EncoderChoice),
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
