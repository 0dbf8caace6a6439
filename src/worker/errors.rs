//! Errors of every layer, turned into words for the page. The only place where that happens.

use burn::tensor::ExecutionError;

use super::fetch::FetchError;
use super::local::{LocalError, ModelFileError};
use crate::adapter::AdapterError;
use crate::data::{DatasetError, TableError};
use crate::eval::PipelineError;
use crate::eval::metrics::MetricsError;
use crate::hub::HubError;
use crate::model::PretrainedError;
use crate::protocol::{ErrorKind, WireError};
use crate::text::TokenizerError;
use crate::train::config::TrainConfigError;
use crate::train::{CheckpointError, SetupError, TrainError};

fn wire(kind: ErrorKind, error: &dyn std::error::Error, hint: &str) -> WireError {
    WireError {
        kind,
        message: sentence(&error.to_string()),
        hint: hint.to_owned(),
        recoverable: true,
    }
}

/// A message as a sentence. A name at its beginning, of a file or repository for example, stays as it is.
fn sentence(message: &str) -> String {
    let named = message
        .split(' ')
        .next()
        .is_some_and(|word| word.contains(['.', ':', '/']));
    let mut letters = message.chars();
    let text = match letters.next() {
        Some(first) if !named => first.to_uppercase().to_string() + letters.as_str(),
        _ => message.to_owned(),
    };
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        text + "."
    }
}

/// A command that does not fit what is loaded or under way.
pub fn state(message: &str, hint: &str) -> WireError {
    WireError {
        kind: ErrorKind::State,
        message: message.to_owned(),
        hint: hint.to_owned(),
        recoverable: true,
    }
}

/// A command that needs an encoder.
pub fn no_encoder() -> WireError {
    state("No encoder is loaded.", "Choose an encoder first.")
}

/// A failure of JavaScript that no user or file can cause.
pub fn javascript(error: &wasm_bindgen::JsValue) -> WireError {
    WireError {
        kind: ErrorKind::Bug,
        message: format!("The browser refused an operation: {error:?}."),
        hint: "Reload the page.".into(),
        recoverable: false,
    }
}

impl From<TableError> for WireError {
    fn from(error: TableError) -> Self {
        let kind = match error.encoding_in_doubt {
            true => ErrorKind::Encoding,
            false => ErrorKind::Data,
        };
        wire(kind, &error, error.hint())
    }
}

impl From<DatasetError> for WireError {
    fn from(error: DatasetError) -> Self {
        wire(ErrorKind::Data, &error, error.hint())
    }
}

impl From<FetchError> for WireError {
    fn from(error: FetchError) -> Self {
        wire(ErrorKind::Network, &error, error.hint())
    }
}

impl From<HubError> for WireError {
    fn from(error: HubError) -> Self {
        wire(ErrorKind::Network, &error, error.hint())
    }
}

impl From<LocalError> for WireError {
    fn from(error: LocalError) -> Self {
        wire(ErrorKind::Encoder, &error, error.hint())
    }
}

impl From<ModelFileError> for WireError {
    fn from(error: ModelFileError) -> Self {
        match error {
            ModelFileError::File(error) => wire(ErrorKind::Model, &error, error.hint()),
            ModelFileError::Model(error) => error.into(),
        }
    }
}

impl From<AdapterError> for WireError {
    fn from(error: AdapterError) -> Self {
        match error {
            AdapterError::Device(error) => error.into(),
            error => wire(ErrorKind::Model, &error, error.hint()),
        }
    }
}

impl From<PretrainedError> for WireError {
    fn from(error: PretrainedError) -> Self {
        wire(ErrorKind::Encoder, &error, error.hint())
    }
}

impl From<TokenizerError> for WireError {
    fn from(error: TokenizerError) -> Self {
        wire(ErrorKind::Encoder, &error, error.hint())
    }
}

impl From<SetupError> for WireError {
    fn from(error: SetupError) -> Self {
        let hint = match &error {
            SetupError::Config(_)
            | SetupError::TooLong { .. }
            | SetupError::TooManyLayers { .. }
            | SetupError::NeedsClasses { .. }
            | SetupError::Conflict { .. } => "Change the setting and start again.",
            SetupError::Tokenizer(error) => error.hint(),
            SetupError::NoExamples => {
                "Open a table with more rows, or hold out a smaller share of it."
            }
        };
        wire(ErrorKind::Training, &error, hint)
    }
}

impl From<TrainConfigError> for WireError {
    fn from(error: TrainConfigError) -> Self {
        wire(ErrorKind::Training, &error, "Choose another value.")
    }
}

impl From<TrainError> for WireError {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Device(error) => error.into(),
            TrainError::Metrics(error) => error.into(),
            TrainError::NotFinite { .. } => wire(
                ErrorKind::Training,
                &error,
                "The learning rate is probably too high: try a third of it.",
            ),
            TrainError::Checkpoint(_) | TrainError::Settings(_) => {
                wire(ErrorKind::Bug, &error, "Start the run anew.")
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
        Self {
            recoverable: false,
            ..wire(
                ErrorKind::Device,
                &error,
                "Training goes on with the CPU from the last saved step.",
            )
        }
    }
}

impl From<CheckpointError> for WireError {
    fn from(error: CheckpointError) -> Self {
        wire(ErrorKind::Training, &error, "Start the run anew.")
    }
}

impl From<MetricsError> for WireError {
    fn from(error: MetricsError) -> Self {
        wire(ErrorKind::Bug, &error, "Start the run anew.")
    }
}
