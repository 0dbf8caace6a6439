//! Use without a connection: the service worker's registration, what it tells, and new versions.

mod asking;
mod isolation;
mod line;
mod registration;
mod update;

pub(crate) use line::OfflineLine;
pub(crate) use registration::Offline;
pub(crate) use update::UpdateNotice;
