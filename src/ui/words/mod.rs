//! What the page says, in words that a person understands.

mod data;
mod device;
mod errors;
mod model;
mod notices;
mod projects;
mod run;

pub(crate) use data::*;
pub(crate) use device::*;
pub(crate) use errors::*;
pub(crate) use model::*;
pub(crate) use notices::*;
pub(crate) use projects::*;
pub(crate) use run::*;
