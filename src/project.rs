//! A project: all of a user's work with its data, as the page keeps it beyond the tab.
//!
//! What the page says of a project is its [`Record`], which is JSON. Its contents are files by the names in [`files`]. When
//! they are written is decided by [`Autosave`]; [`Rest`] says what becomes of a run that pauses for it. Nothing here knows a
//! browser; storage is spoken to by `ui`.

mod autosave;
pub mod files;
mod migration;
mod record;
mod record_error;
mod rest;
mod room;

pub use autosave::{Autosave, Content, Saving};
pub use record::{DataRecord, EncoderRecord, FormRecord, HeldOutRecord, ModelRecord, Record};
pub use record_error::RecordError;
pub use rest::Rest;
pub use room::is_nearly_full;
