//! Bringing a new worker to where a lost one was.

use std::collections::VecDeque;

use js_sys::ArrayBuffer;
use web_sys::File;

use super::table::Worked;
use crate::data::{ColumnChoice, Part, Problem, ReadOptions, SplitConfig};
use crate::protocol::{EncoderSource, ModelSource, RunEnd, TableSource};
use crate::run_state::run::{Run, RunPhase};
use crate::train::config::TrainConfig;
use crate::ui::dropped::Brought;

/// A table that can be read again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A table that comes with the page.
    Sample(&'static str),
    /// A file of the user's that was not read yet, and what is chosen about it.
    File(File, ReadOptions),
    /// Such a file as it was read, or as its project has it: the one on the disk may have changed since.
    Kept(File, ReadOptions),
    /// Rows that the user pasted.
    Pasted(String),
    /// No rows at first: the user types them.
    Typed,
}

impl Source {
    /// How the protocol names it.
    pub(crate) fn on_wire(&self) -> TableSource {
        match self {
            Self::Sample(name) => TableSource::Sample {
                name: (*name).into(),
            },
            Self::File(file, _) | Self::Kept(file, _) => TableSource::File { name: file.name() },
            Self::Pasted(_) => TableSource::Pasted,
            Self::Typed => TableSource::Typed,
        }
    }

    /// What is chosen about it.
    pub(crate) fn options(&self) -> ReadOptions {
        match self {
            Self::Sample(_) | Self::Pasted(_) | Self::Typed => ReadOptions::default(),
            Self::File(_, options) | Self::Kept(_, options) => options.clone(),
        }
    }

    /// The same file, to be read in another way.
    pub(crate) fn read_as(self, options: ReadOptions) -> Option<Self> {
        match self {
            Self::File(file, _) => Some(Self::File(file, options)),
            Self::Kept(file, _) => Some(Self::Kept(file, options)),
            Self::Sample(_) | Self::Pasted(_) | Self::Typed => None,
        }
    }

    /// It was read, and is `kept` from now on.
    pub(super) fn keep(&mut self, kept: &File) {
        if let Self::File(_, options) = self {
            *self = Self::Kept(kept.clone(), std::mem::take(options));
        }
    }
}

/// An encoder that can be loaded again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EncoderChoice {
    /// One that comes with the page, by its id.
    Origin(String),
    /// A folder or a zip of the user's.
    Disk(Brought),
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
            Self::Disk(Brought::File(file)) => EncoderSource::Zip { name: file.name() },
            Self::Disk(Brought::Folder { name, files }) => EncoderSource::Folder {
                name: name.clone(),
                paths: paths(files),
            },
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
    pub(crate) fn files(&self) -> Vec<File> {
        match self {
            Self::Origin(_) | Self::Hub { .. } => Vec::new(),
            Self::Disk(brought) => brought.files(),
        }
    }
}

/// How the protocol names a saved model.
pub(crate) fn model_source(brought: &Brought) -> ModelSource {
    match brought {
        Brought::File(file) => ModelSource::File { name: file.name() },
        Brought::Folder { name, files } => ModelSource::Folder {
            name: name.clone(),
            paths: paths(files),
        },
    }
}

fn paths(files: &[(String, File)]) -> Vec<String> {
    files.iter().map(|(path, _)| path.clone()).collect()
}

/// A data set that can be made again.
#[derive(Debug, Clone)]
pub(crate) struct DataInUse {
    /// Its table.
    pub(crate) source: Source,
    /// What the user has made of it.
    pub(super) worked: Worked,
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
    /// The saved model that is open, and the encoder that was in use then.
    pub(crate) model: Option<(Option<EncoderChoice>, Brought)>,
    /// The newest run's finished model as a file, and the encoder that it belongs to.
    pub(crate) run_model: Option<(Option<EncoderChoice>, Brought)>,
    /// The table of texts that is open.
    pub(crate) texts: Option<Source>,
    /// Whether no worker is told any of this until the user says so: the hub would be asked for the encoder.
    pub(crate) is_held_back: bool,
}

/// One command of a recovery. Each is sent when the one before it has been carried out.
#[derive(Debug)]
pub(crate) enum Step {
    Encoder(EncoderChoice),
    Model(Brought),
    Table(Source),
    HoldOut(Source, Part, ColumnChoice),
    Edits(ArrayBuffer),
    Columns(ColumnChoice, Problem, SplitConfig),
    Texts(Source),
    /// The run from its last checkpoint, where it may wait for the user.
    Train {
        config: TrainConfig,
        paused: bool,
    },
    Pause,
    Stop,
}

impl Step {
    /// Whether it takes a run up, or goes on with one.
    pub(super) fn is_of_run(&self) -> bool {
        match self {
            Self::Train { .. } | Self::Pause | Self::Stop => true,
            Self::Encoder(_)
            | Self::Model(_)
            | Self::Table(_)
            | Self::HoldOut(..)
            | Self::Edits(_)
            | Self::Columns(..)
            | Self::Texts(_) => false,
        }
    }

    /// Whether it is of the data set.
    pub(super) fn is_of_data(&self) -> bool {
        match self {
            Self::Table(_) | Self::HoldOut(..) | Self::Edits(_) | Self::Columns(..) => true,
            Self::Encoder(_)
            | Self::Model(_)
            | Self::Texts(_)
            | Self::Train { .. }
            | Self::Pause
            | Self::Stop => false,
        }
    }
}

impl Told {
    /// The commands that bring a new worker here, after its start. `run` is taken up if it is given, and
    /// waits for the user if `paused` says so.
    pub(crate) fn replay(&self, run: Option<&Run>, paused: bool) -> VecDeque<Step> {
        let mut steps = VecDeque::new();
        if self.is_held_back {
            return steps;
        }
        // Another encoder may have been loaded since a model was opened on its own.
        let mut in_use = None;
        // A run that is taken up makes its model again.
        let model = self.run_model.as_ref().filter(|_| run.is_none());
        if let Some((encoder, model)) = self.model.as_ref().or(model) {
            in_use = encoder.as_ref();
            steps.extend(in_use.cloned().map(Step::Encoder));
            steps.push_back(Step::Model(model.clone()));
        }
        let encoder = self
            .encoder
            .as_ref()
            .filter(|encoder| in_use != Some(encoder));
        steps.extend(encoder.cloned().map(Step::Encoder));
        if let Some(data) = &self.data {
            steps.push_back(Step::Table(data.source.clone()));
            let held_out = data.worked.held_out.clone();
            steps.extend(held_out.map(|(source, part)| Step::HoldOut(source, part, data.columns)));
            steps.extend(data.worked.edits.clone().map(Step::Edits));
            steps.push_back(Step::Columns(data.columns, data.problem, data.split));
        }
        steps.extend(self.texts.clone().map(Step::Texts));
        steps.extend(run.into_iter().flat_map(|run| self.replay_run(run, paused)));
        steps
    }

    /// The commands that take a run up, where all that it needs is there; it waits for the user if `paused` says so.
    pub(crate) fn replay_run(&self, run: &Run, paused: bool) -> Vec<Step> {
        let Some(config) = self.config.clone() else {
            return Vec::new();
        };
        let mut steps = vec![Step::Train { config, paused }];
        if paused {
            return steps;
        }
        let result = run.result.as_ref();
        let was_stopped = result.is_some_and(|result| result.end == RunEnd::Stopped);
        if was_stopped || (run.is_active() && run.stops > 0) {
            steps.push(Step::Stop);
        } else if run.phase == RunPhase::Paused {
            steps.push(Step::Pause);
        }
        steps
    }
}
