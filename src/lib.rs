//! Tabtune fine-tunes a small text encoder in a browser tab.
//!
//! A page ([`ui`]) talks over one typed protocol ([`protocol`]) to a dedicated web worker ([`worker`]) that
//! holds everything heavy. The same engine runs natively, where it is tested against PyTorch.
//!
//! The modules in the order of the data, each importing only what stands above it:
//!
//! | module | holds | may import |
//! |---|---|---|
//! | [`reason`] | what an error says of itself, for any language | nothing of ours |
//! | [`checksum`] | SHA-256 in hexadecimal | nothing of ours |
//! | [`archive`] | zip archives, read with bounds | `reason` |
//! | `encodings` | text in encodings other than Unicode's; natively linked, in browsers a module of its own | nothing of ours |
//! | [`data`] | files to examples: table, columns, problem, targets, splits | `reason`, `encodings` |
//! | [`text`] | examples to token batches | `reason`, `data` |
//! | [`kernel`] | what an encoder computes most, made for the CPU | nothing of ours |
//! | [`model`] | encoder, LoRA, head, weights | `reason`, `checksum`, `archive`, `text`, `kernel`, `train::config` |
//! | [`eval`] | metrics, evaluation | `reason`, `data`, `text`, `model` |
//! | [`adapter`] | trained models as files: PEFT adapters, merged models, Tabtune models | `reason`, `checksum`, `archive`, `data`, `text`, `model`, `eval`, `train::config` |
//! | [`train`] | configuration, schedule, optimizer step | `reason`, `data`, `text`, `model`, `eval` |
//! | [`device`] | the only file that names wgpu or flex, but for `kernel/flex.rs` | nothing of ours |
//! | [`hub`] | the hub's names, addresses and answers | `reason` |
//! | [`protocol`] | commands and events | `reason`, plain data of `data`, `eval::{metrics, score, tested}`, `hub`, `train::{config, record}` |
//! | [`run_state`] | what the page shows, as a pure function of events | `protocol` and what it imports |
//! | [`project`] | what is kept of a user's work beyond the tab | `run_state`, `protocol`, `data`, `train::config` |
//! | [`language`] | what the page says, in each language | `reason` |
//! | [`chart`] | charts: what is drawn, where it lies, what is read | `language` |
//! | [`report`] | the report that is saved, and what charts show of a run | `run_state`, `language`, `chart` and what they import |
//! | [`requests`] | counts the requests that are made | `protocol` |
//! | [`storage`] | projects on a disk: formats, the order of writing, what is believed | `reason`, `archive`, `checksum`, `protocol` |
//! | [`offline`] | the page as files: which are kept, how requests are answered, with which headers | nothing of ours |
//! | [`service_worker`] | keeps the page's files for use without a connection | `checksum`, `offline` |
//! | [`port`] | messages over `postMessage`, files beside them | nothing of ours |
//! | [`worker`] | the driver, in the worker | all but `ui`, `run_state`, `project`, `chart`, `report`, `storage`, `keeper`, `offline` and `service_worker` |
//! | [`keeper`] | the worker that keeps projects in the browser | `reason`, `checksum`, `protocol`, `storage`, `requests`, `port` |
//! | [`ui`] | the page | `protocol`, `run_state`, `project`, `language`, `chart`, `report`, `requests`, `offline`, `port` and what they import |
//!
//! `tests/layering.rs` holds this table.

#![warn(missing_docs)]

#[cfg(feature = "engine")]
pub mod adapter;
#[cfg(any(feature = "engine", feature = "storage"))]
pub mod archive;
pub mod chart;
pub mod checksum;
#[cfg(any(feature = "ui", feature = "worker"))]
mod chunk;
pub mod data;
#[cfg(feature = "engine")]
pub mod device;
#[cfg(not(target_arch = "wasm32"))]
pub use tabtune_encodings as encodings;
pub mod eval;
pub mod hub;
#[cfg(all(target_arch = "wasm32", feature = "storage"))]
pub mod keeper;
#[cfg(feature = "engine")]
pub use tabtune_kernels::kernel;
pub mod language;
#[cfg(feature = "engine")]
pub mod model;
pub mod offline;
#[cfg(all(
    target_arch = "wasm32",
    any(feature = "ui", feature = "worker", feature = "storage")
))]
pub mod port;
pub mod project;
#[allow(
    missing_docs,
    reason = "fields of messages are named to be read; only what a name cannot say is documented"
)]
pub mod protocol;
pub mod reason;
pub mod report;
#[cfg(all(
    target_arch = "wasm32",
    any(feature = "ui", feature = "worker", feature = "storage")
))]
pub mod requests;
pub mod run_state;
#[cfg(all(target_arch = "wasm32", feature = "service-worker"))]
pub mod service_worker;
#[cfg(any(feature = "engine", feature = "storage"))]
pub mod storage;
#[cfg(feature = "engine")]
pub mod text;
pub mod train;
#[cfg(all(target_arch = "wasm32", feature = "ui"))]
pub mod ui;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod worker;
