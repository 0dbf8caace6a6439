//! Projects: what the user makes is kept in the browser by a worker of its own, listed, and brought back.

mod banner;
mod browser;
mod flows;
mod keeper;
mod leaving;
mod panel;
mod question;
mod rename_field;
mod returning;
mod row;
mod saving;
mod status;
mod traffic;

pub(crate) use banner::ProjectBanners;
pub(crate) use keeper::Keeper;
pub(crate) use panel::{ProjectList, ProjectsPanel};
pub(crate) use status::SaveStatus;
