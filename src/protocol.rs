//! The one language that the page and the worker speak: [`Command`] in, [`Event`] out. Plain serde data.
//!
//! Every command with an `id` is answered by exactly one terminal event with that `id`: the one its
//! documentation names, or [`Event::Failed`]. Numbers are `u32` and `f64`, which JavaScript holds exactly.
//! Big bytes never stand in a message: they travel beside it as transferred buffers, and files of the user's as
//! handles that the worker reads (see `port`); the variants say so.

mod conduct;
mod encoder;
mod model;
mod requests;
mod run;
mod storage;
mod table;
mod using;
mod verdict;
mod wire_error;

use serde::{Deserialize, Serialize};

use crate::data::{
    ColumnChoice, DatasetSummary, Part, Problem, ReadOptions, RowFilter, RowPage, SplitConfig,
    TableEdit, TableStatus, TableSummary, TextLengths,
};
use crate::eval::baseline::Baseline;
use crate::eval::metrics::EvaluationReport;
use crate::eval::tested::{ExampleFilter, ExamplePage};
use crate::reason::Reason;
use crate::train::config::TrainConfig;

pub use conduct::ORDINARY_ALLOWANCE;
pub use encoder::{EncoderEntry, EncoderFile, EncoderSource, EncoderSummary, HubFound};
pub use model::{ExportForm, ModelSource, ModelSummary, file_stem};
pub use requests::RequestCount;
pub use run::Pace;
pub use storage::{ProjectEntry, ProjectId, STORAGE_VERSION, Space, StorageCommand, StorageEvent};
pub use table::EditOutcome;
pub use using::{
    LabelCount, Precision, Snippet, SnippetLanguage, TableOutcome, TablePredictions, TableRequest,
};
pub use verdict::{PositiveLabel, Verdict, VerdictOptions};

pub use crate::train::estimate::Estimate;
pub use crate::train::record::{RunEnd, StepRecord, ValidationRecord};

/// Version of this protocol. Page and worker are built together; a mismatch means a stale cached file.
pub const PROTOCOL_VERSION: u32 = 8;

/// Number that the page gives a command, and that the command's events carry.
pub type RequestId = u32;

/// What the page asks of the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// First message. Opens a device and reads the list of encoders. Ends in [`Event::Ready`].
    Start {
        id: RequestId,
        version: u32,
        device: DevicePreference,
        /// Why there is no GPU, where the page has that from another worker.
        no_gpu: Option<DeviceReason>,
        /// Absolute address, with a final slash, below which `models/` and `samples/` lie.
        base_url: String,
        /// Address of the hub, which is asked only by the commands that say so. What this browser keeps of it is found by that
        /// address, too.
        hub_url: String,
        /// Whether the user lets it be asked.
        hub_allowed: bool,
    },
    /// Reads an encoder's folder and puts it on the device. Ends in [`Event::EncoderLoaded`].
    LoadEncoder {
        id: RequestId,
        encoder: EncoderSource,
    },
    /// Asks the hub what a repository holds, unless it is stored in this browser. Ends in [`Event::HubDescribed`].
    DescribeHub {
        id: RequestId,
        /// `owner/name`, as the user typed it.
        repository: String,
    },
    /// Removes what is stored of a repository from this browser. Ends in [`Event::HubForgotten`].
    ForgetHub { id: RequestId, repository: String },
    /// Reads a table. Ends in [`Event::TableOpened`]. The data set in use stays until [`Command::UseColumns`].
    OpenTable {
        id: RequestId,
        source: TableSource,
        options: ReadOptions,
    },
    /// Makes the opened table the data set. Ends in [`Event::DatasetReady`].
    UseColumns {
        id: RequestId,
        columns: ColumnChoice,
        problem: Problem,
        split: SplitConfig,
    },
    /// Fine-tunes on the data set. Ends in [`Event::TrainingEnded`].
    Train {
        id: RequestId,
        config: TrainConfig,
        /// Whether the message's buffer holds the bytes of an [`Event::Checkpointed`] to go on from.
        resume: bool,
        /// Whether it waits for [`Command::Step`] or [`Command::Resume`] before its first step.
        paused: bool,
    },
    /// Halts training before its next step. Ends in [`Event::Paused`].
    Pause { id: RequestId },
    /// Goes on after [`Command::Pause`]. Ends in [`Event::Resumed`].
    Resume { id: RequestId },
    /// Ends training before its next step; what was learnt is kept and tested. A second one skips the test.
    /// Ends in [`Event::Stopping`].
    Stop { id: RequestId },
    /// Classifies a text with the model as it stands. Ends in [`Event::Predicted`].
    Predict { id: RequestId, text: String },
    /// Lists tested examples of the newest run that was tested. Ends in [`Event::ExamplesListed`].
    ListExamples {
        id: RequestId,
        filter: ExampleFilter,
        /// Examples to leave out at the beginning.
        offset: u32,
        /// Most examples to list.
        limit: u32,
    },
    /// Makes a file of the model as it stands. Ends in [`Event::Exported`].
    Export { id: RequestId, form: ExportForm },
    /// Opens a saved model in place of the one that was trained last, on the encoder that it was made with: the one
    /// in use, or one of the page's own, which is then in use. Ends in [`Event::ModelOpened`].
    OpenModel { id: RequestId, source: ModelSource },
    /// Lists rows of the opened table. Ends in [`Event::RowsListed`].
    ListRows {
        id: RequestId,
        filter: RowFilter,
        /// Rows to leave out at the beginning.
        offset: u32,
        /// Most rows to list.
        limit: u32,
    },
    /// Does something to the rows of the opened table. Ends in [`Event::TableEdited`].
    EditTable { id: RequestId, edit: TableEdit },
    /// Makes all changes again that the message's buffer holds; it came with an [`Event::TableEdited`] of the same
    /// table. Ends in [`Event::TableEdited`].
    RestoreEdits { id: RequestId },
    /// Reads a second table, whose rows are for one part. Ends in [`Event::TableEdited`].
    HoldOut {
        id: RequestId,
        source: TableSource,
        options: ReadOptions,
        part: Part,
        /// The columns of the first table that it must have, by name.
        columns: ColumnChoice,
    },
    /// Uses the second table for another part, or lets go of it. Ends in [`Event::TableEdited`].
    ChangeHeldOut { id: RequestId, part: Option<Part> },
    /// Measures how long the texts of the data set are. Ends in [`Event::LengthsMeasured`].
    MeasureLengths { id: RequestId },
    /// Classifies some texts with the model as it stands. Ends in [`Event::TextsPredicted`].
    PredictTexts {
        id: RequestId,
        texts: Vec<String>,
        precision: Precision,
    },
    /// Reads a table of texts to classify, the message's buffer, beside the data set's. Ends in [`Event::TextsOpened`].
    OpenTexts {
        id: RequestId,
        name: String,
        options: ReadOptions,
    },
    /// Classifies every row of that table with the model as it stands now. Ends in [`Event::TablePredicted`].
    PredictTable {
        id: RequestId,
        request: TableRequest,
    },
    /// Ends that before its next texts. Ends in [`Event::TableStopping`].
    StopTable { id: RequestId },
    /// Asks how the model's files are used by programs. Ends in [`Event::UseDescribed`].
    DescribeUse { id: RequestId },
    /// Lets a paused run take one step, with the validation that follows it, and pauses it again. Ends in
    /// [`Event::Stepped`].
    Step { id: RequestId },
    /// Goes on with another peak of the learning rate. Ends in [`Event::LearningRateSet`].
    SetLearningRate { id: RequestId, learning_rate: f64 },
    /// Measures what a run with these settings would take; also what was measured before, if that is to be done `again`. Ends
    /// in [`Event::Estimated`]; a GPU then goes on to compile what the run needs.
    Estimate {
        id: RequestId,
        config: TrainConfig,
        again: bool,
    },
    /// Asks for a sign of life. It waits for nothing but the piece of work under way. Ends in [`Event::Pong`].
    Ping { id: RequestId },
}

impl Command {
    /// The request that it makes.
    pub fn id(&self) -> RequestId {
        match self {
            Self::Start { id, .. }
            | Self::LoadEncoder { id, .. }
            | Self::DescribeHub { id, .. }
            | Self::ForgetHub { id, .. }
            | Self::OpenTable { id, .. }
            | Self::UseColumns { id, .. }
            | Self::Train { id, .. }
            | Self::Pause { id }
            | Self::Resume { id }
            | Self::Stop { id }
            | Self::Predict { id, .. }
            | Self::ListExamples { id, .. }
            | Self::Export { id, .. }
            | Self::OpenModel { id, .. }
            | Self::ListRows { id, .. }
            | Self::EditTable { id, .. }
            | Self::RestoreEdits { id }
            | Self::HoldOut { id, .. }
            | Self::ChangeHeldOut { id, .. }
            | Self::MeasureLengths { id }
            | Self::PredictTexts { id, .. }
            | Self::OpenTexts { id, .. }
            | Self::PredictTable { id, .. }
            | Self::StopTable { id }
            | Self::DescribeUse { id }
            | Self::Step { id }
            | Self::SetLearningRate { id, .. }
            | Self::Estimate { id, .. }
            | Self::Ping { id } => *id,
        }
    }
}

/// What the worker tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// First of all: the worker hears. What is posted to it earlier is lost, so the page sends
    /// [`Command::Start`] on this.
    Listening,
    /// Terminal for [`Command::Start`].
    Ready {
        id: RequestId,
        version: u32,
        device: DeviceReport,
        encoders: Vec<EncoderEntry>,
    },
    /// Bytes of an encoder that have arrived, of all its bytes.
    EncoderProgress {
        id: RequestId,
        loaded: f64,
        total: f64,
    },
    /// An encoder of the hub was stored in this browser, or could not be; it is loaded all the same.
    HubStored {
        id: RequestId,
        repository: String,
        problem: Option<WireError>,
    },
    /// Terminal for [`Command::LoadEncoder`].
    EncoderLoaded {
        id: RequestId,
        encoder: EncoderSummary,
    },
    /// Terminal for [`Command::DescribeHub`].
    HubDescribed { id: RequestId, found: HubFound },
    /// Terminal for [`Command::ForgetHub`].
    HubForgotten { id: RequestId, repository: String },
    /// Terminal for [`Command::OpenTable`].
    TableOpened { id: RequestId, table: TableSummary },
    /// Terminal for [`Command::UseColumns`].
    DatasetReady {
        id: RequestId,
        summary: DatasetSummary,
    },
    /// Training has begun (or gone on, at `step`).
    TrainingStarted {
        id: RequestId,
        plan: TrainPlan,
        step: u32,
    },
    /// Steps since the last such event; sent at most ten times a second.
    TrainingProgress {
        id: RequestId,
        steps: Vec<StepRecord>,
        pace: Pace,
    },
    /// Examples of a split that have been evaluated, of all; sent at most ten times a second.
    EvaluationProgress {
        id: RequestId,
        split: EvaluatedSplit,
        done: u32,
        total: u32,
    },
    /// The validation examples have been evaluated at the end of an epoch.
    Validated {
        id: RequestId,
        validation: ValidationRecord,
    },
    /// The message's buffer holds all that [`Command::Train`] with `resume` needs to go on from `step`.
    Checkpointed { id: RequestId, step: u32 },
    /// Terminal for [`Command::Train`].
    TrainingEnded { id: RequestId, result: TrainResult },
    /// Terminal for [`Command::Pause`].
    Paused { id: RequestId, step: u32 },
    /// Terminal for [`Command::Resume`].
    Resumed { id: RequestId },
    /// Terminal for [`Command::Stop`].
    Stopping { id: RequestId },
    /// Terminal for [`Command::Predict`].
    Predicted {
        id: RequestId,
        prediction: Prediction,
    },
    /// Terminal for [`Command::ListExamples`].
    ExamplesListed { id: RequestId, page: ExamplePage },
    /// Terminal for [`Command::Export`]. The message's buffer is the file, which may be called `name`.
    Exported {
        id: RequestId,
        form: ExportForm,
        name: String,
    },
    /// [`Command::OpenModel`] needs another encoder, one of the page's own, which is being fetched.
    FetchingEncoder { id: RequestId, encoder: String },
    /// Terminal for [`Command::OpenModel`].
    ModelOpened {
        id: RequestId,
        model: ModelSummary,
        /// The encoder that was fetched for it and is now the one in use.
        fetched: Option<EncoderSummary>,
    },
    /// Terminal for [`Command::PredictTexts`]: a prediction for each text, in their order.
    TextsPredicted {
        id: RequestId,
        predictions: Vec<Prediction>,
    },
    /// Terminal for [`Command::OpenTexts`].
    TextsOpened { id: RequestId, table: TableSummary },
    /// Rows of a table that have been classified, of all; sent at most ten times a second.
    TableProgress {
        id: RequestId,
        done: u32,
        total: u32,
    },
    /// Terminal for [`Command::PredictTable`]. The message's buffer is the file, if all rows were classified.
    TablePredicted {
        id: RequestId,
        outcome: TableOutcome,
    },
    /// Terminal for [`Command::StopTable`].
    TableStopping { id: RequestId },
    /// Terminal for [`Command::DescribeUse`].
    UseDescribed {
        id: RequestId,
        snippets: Vec<Snippet>,
    },
    /// Terminal for [`Command::Step`].
    Stepped { id: RequestId, step: u32 },
    /// Terminal for [`Command::SetLearningRate`]. It holds for the steps after `step`.
    LearningRateSet {
        id: RequestId,
        step: u32,
        learning_rate: f64,
    },
    /// Terminal for [`Command::Estimate`]. There is none if another command came in between, or the settings do not fit.
    Estimated {
        id: RequestId,
        estimate: Option<Estimate>,
    },
    /// Terminal for any command that could not be carried out. Whatever was loaded before stays.
    Failed { id: RequestId, error: WireError },
    /// How many requests the worker has made, whenever there are more.
    Requested { count: RequestCount },
    /// The worker cannot go on: its device was lost or it panicked. The page replaces it.
    Lost { error: WireError },
    /// The opened table as it is now. Comes before the answer to any command that changes its rows, or which of its columns
    /// are used or how it is divided, whether or not a data set could be made of it.
    TableChecked { id: RequestId, status: TableStatus },
    /// Terminal for [`Command::ListRows`].
    RowsListed { id: RequestId, page: RowPage },
    /// Terminal for the commands that change the opened table. The message's buffer holds all changes of it, for
    /// [`Command::RestoreEdits`].
    TableEdited { id: RequestId, outcome: EditOutcome },
    /// Terminal for [`Command::MeasureLengths`].
    LengthsMeasured { id: RequestId, lengths: TextLengths },
    /// Terminal for [`Command::Ping`].
    Pong {
        id: RequestId,
        /// The piece of a run, a table or an estimate that is being worked on; they are counted. `None` where the worker
        /// waits for something else than its device.
        turn: Option<u32>,
    },
    /// What the worker does from now on may keep it from answering for so many seconds.
    Occupied { seconds: f64 },
    /// Code that the worker needs could not be fetched, or is here after all. The worker asks for it until then, and what
    /// takes it waits.
    ChunkMissing { missing: bool },
}

/// Which device the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DevicePreference {
    /// WebGPU on real hardware, the CPU otherwise.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// WebGPU, software adapters included.
    Gpu,
}

/// The kind of device that computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceKind {
    Cpu,
    Gpu,
}

/// The device in use, and why it is this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    pub kind: DeviceKind,
    /// The adapter's name as the browser tells it, or what the CPU path is.
    pub name: String,
    /// Threads that the CPU computes with.
    pub threads: u32,
    /// Whether it can predict in 8-bit integers.
    pub int8: bool,
    /// Whether it can train in 16-bit numbers.
    pub float16: bool,
    pub reason: DeviceReason,
}

/// Why a device was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DeviceReason {
    /// A hardware adapter was found, and its results agree with the CPU's.
    Verified,
    /// The user asked for it.
    Requested,
    /// CPU: the browser has no WebGPU.
    NoWebGpu,
    /// CPU: the browser has WebGPU but offers no adapter.
    NoAdapter,
    /// CPU: the only adapter is emulated on the CPU, which is slower than the CPU itself.
    SoftwareAdapter { adapter: String },
    /// CPU: the adapter cannot do what training needs.
    MissingFeature { adapter: String, feature: String },
    /// CPU: a known forward and backward pass came out differently on the GPU.
    SelfCheckFailed { adapter: String, difference: f64 },
    /// CPU: the GPU refused to start.
    StartFailed { detail: String },
}

/// Where a table comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableSource {
    /// `samples/{name}.csv` of the page's own origin.
    Sample { name: String },
    /// A file of the user's; its bytes are the message's buffer.
    File { name: String },
    /// Rows that the user pasted; the message's buffer is their text in UTF-8.
    Pasted,
    /// No rows at first: the user types them.
    Typed,
}

impl TableSource {
    /// What the table is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Sample { name } | Self::File { name } => name,
            Self::Pasted => "Pasted text",
            Self::Typed => "Typed examples",
        }
    }
}

/// What a run will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainPlan {
    pub steps: u32,
    pub steps_per_epoch: u32,
    pub trainable_parameters: u32,
    pub frozen_parameters: u32,
    /// Whether its settings ask for 8- or 16-bit numbers that the device has not: a run that was taken up goes on in 32 bits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_float32: bool,
}

/// A split that is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EvaluatedSplit {
    Validation,
    Test,
    /// Training and test examples, by the encoder as it was before training.
    Untrained,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainResult {
    /// Steps done.
    pub step: u32,
    /// Why it ended.
    pub end: RunEnd,
    /// The step of the weights that are left, where they are not the last ones.
    pub best_step: Option<u32>,
    /// Wall-clock seconds of training and evaluation, pauses excluded.
    pub seconds: f64,
    /// On the test examples; `None` if there are none or the test was skipped.
    pub report: Option<Box<EvaluationReport>>,
    /// What is reached on them without training; `None` if they were not tested or do not have one label each.
    pub baseline: Option<Baseline>,
}

/// A classified text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    pub text: String,
    /// Every label with its probability, the most probable first; none where a number is predicted.
    pub probabilities: Vec<LabelProbability>,
    /// The labels that it is given: the most probable one, or all that are more probable than not where a text may have
    /// several; none where a number is predicted.
    pub labels: Vec<String>,
    /// The number, where one is predicted.
    pub value: Option<f64>,
    /// Tokens after truncation, special ones included.
    pub tokens: u32,
    pub milliseconds: f64,
}

/// A label and how probable it is, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelProbability {
    pub label: String,
    pub probability: f64,
}

/// An error for a person to read, in English and as data. Made once, at the worker's edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireError {
    pub kind: ErrorKind,
    /// What happened, with the place (file, line, column, tensor) where there is one.
    pub message: String,
    /// What the user can do.
    pub hint: String,
    /// Whether the worker can go on.
    pub recoverable: bool,
    /// The same as data, for other languages than English; `None` for what has only its text.
    pub reason: Option<Reason>,
}

/// The layer an error comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorKind {
    /// The user's table.
    Data,
    /// The user's table, which may be a text in another encoding than the one that it was read in.
    Encoding,
    /// The encoder's files.
    Encoder,
    /// A trained model's files.
    Model,
    /// A request to the page's origin or to the hub.
    Network,
    /// The settings or the training itself.
    Training,
    /// A command that does not fit the worker's state.
    State,
    /// The device.
    Device,
    /// There was not enough memory.
    Memory,
    /// What the browser keeps for this page.
    Storage,
    /// A bug in Tabtune.
    Bug,
}
