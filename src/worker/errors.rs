//! Errors of every layer, turned into words for the page. The only place where that happens.

mod own;

use burn::tensor::ExecutionError;
pub use own::{Fault, StateError};

use super::encodings::EncodingsError;
use super::fetch::FetchError;
use super::local::{LocalError, ModelFileError};
use super::port::post;
use crate::adapter::AdapterError;
use crate::data::{DatasetError, EditError, TableError, WriteError};
use crate::eval::PipelineError;
use crate::eval::metrics::MetricsError;
use crate::hub::HubError;
use crate::model::{PretrainedError, WeightsError};
use crate::protocol::{ErrorKind, Event, RequestId, WireError};
use crate::text::TokenizerError;
use crate::train::config::TrainConfigError;
use crate::train::{CheckpointError, SetupError, TrainError};

impl From<StateError> for WireError {
    fn from(error: StateError) -> Self {
        WireError::of(ErrorKind::State, &error, error.hint())
    }
}

impl From<Fault> for WireError {
    fn from(error: Fault) -> Self {
        let kind = match error {
            Fault::Device(_) => ErrorKind::Device,
            Fault::OutOfMemory => ErrorKind::Memory,
            Fault::Refused { .. }
            | Fault::Version { .. }
            | Fault::Unreadable { .. }
            | Fault::Panic { .. } => ErrorKind::Bug,
        };
        Self {
            recoverable: false,
            ..WireError::of(kind, &error, error.hint())
        }
    }
}

/// Why an encoder cannot be used, by its weights.
pub fn of_weights(error: WeightsError) -> WireError {
    PretrainedError::from(error).into()
}

/// Tells the page that a command failed; if the worker cannot go on, that it is lost.
pub fn fail(id: RequestId, error: WireError) {
    post(&if error.recoverable {
        Event::Failed { id, error }
    } else {
        Event::Lost { error }
    });
}

impl From<TableError> for WireError {
    fn from(error: TableError) -> Self {
        let kind = match error.encoding_in_doubt {
            true => ErrorKind::Encoding,
            false => ErrorKind::Data,
        };
        WireError::of(kind, &error, error.hint())
    }
}

impl From<WriteError> for WireError {
    fn from(error: WriteError) -> Self {
        WireError::of(ErrorKind::Data, &error, error.hint())
    }
}

impl From<DatasetError> for WireError {
    fn from(error: DatasetError) -> Self {
        WireError::of(ErrorKind::Data, &error, error.hint())
    }
}

impl From<EditError> for WireError {
    fn from(error: EditError) -> Self {
        WireError::of(ErrorKind::Data, &error, error.hint())
    }
}

impl From<FetchError> for WireError {
    fn from(error: FetchError) -> Self {
        WireError::of(ErrorKind::Network, &error, error.hint())
    }
}

impl From<EncodingsError> for WireError {
    fn from(error: EncodingsError) -> Self {
        let kind = match error {
            EncodingsError::NotLoaded { .. } => ErrorKind::Network,
            EncodingsError::Failed { .. } => ErrorKind::Data,
        };
        WireError::of(kind, &error, error.hint())
    }
}

impl From<HubError> for WireError {
    fn from(error: HubError) -> Self {
        WireError::of(ErrorKind::Network, &error, error.hint())
    }
}

impl From<LocalError> for WireError {
    fn from(error: LocalError) -> Self {
        WireError::of(ErrorKind::Encoder, &error, error.hint())
    }
}

impl From<ModelFileError> for WireError {
    fn from(error: ModelFileError) -> Self {
        match error {
            ModelFileError::File(error) => WireError::of(ErrorKind::Model, &error, error.hint()),
            ModelFileError::Model(error) => error.into(),
        }
    }
}

impl From<AdapterError> for WireError {
    fn from(error: AdapterError) -> Self {
        match error {
            AdapterError::Device(error) => error.into(),
            error => WireError::of(ErrorKind::Model, &error, error.hint()),
        }
    }
}

impl From<PretrainedError> for WireError {
    fn from(error: PretrainedError) -> Self {
        WireError::of(ErrorKind::Encoder, &error, error.hint())
    }
}

impl From<TokenizerError> for WireError {
    fn from(error: TokenizerError) -> Self {
        WireError::of(ErrorKind::Encoder, &error, error.hint())
    }
}

impl From<SetupError> for WireError {
    fn from(error: SetupError) -> Self {
        let hint = match &error {
            SetupError::Config(_)
            | SetupError::TooLong { .. }
            | SetupError::TooManyLayers { .. }
            | SetupError::NeedsClasses { .. }
            | SetupError::Conflict { .. }
            | SetupError::NoInt8
            | SetupError::NoFloat16 => "Change the setting and start again.",
            SetupError::Tokenizer(error) => error.hint(),
            SetupError::NoExamples => {
                "Open a table with more rows, or hold out a smaller share of it."
            }
        };
        WireError::of(ErrorKind::Training, &error, hint)
    }
}

impl From<TrainConfigError> for WireError {
    fn from(error: TrainConfigError) -> Self {
        WireError::of(ErrorKind::Training, &error, "Choose another value.")
    }
}

impl From<TrainError> for WireError {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Device(error) => error.into(),
            TrainError::Metrics(error) => error.into(),
            TrainError::NotFinite { .. } => WireError::of(
                ErrorKind::Training,
                &error,
                "The learning rate is probably too high: try a third of it.",
            ),
            TrainError::Checkpoint(_) | TrainError::Settings(_) => {
                WireError::of(ErrorKind::Bug, &error, "Start the run anew.")
            }
        }
    }
}

impl From<PipelineError> for WireError {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Tokenizer(error) => error.into(),
            PipelineError::Device(error) => error.into(),
        }
    }
}

impl From<ExecutionError> for WireError {
    fn from(error: ExecutionError) -> Self {
        Fault::Device(error).into()
    }
}

impl From<CheckpointError> for WireError {
    fn from(error: CheckpointError) -> Self {
        WireError::of(ErrorKind::Training, &error, "Start the run anew.")
    }
}

impl From<MetricsError> for WireError {
    fn from(error: MetricsError) -> Self {
        WireError::of(ErrorKind::Bug, &error, "Start the run anew.")
    }
}
