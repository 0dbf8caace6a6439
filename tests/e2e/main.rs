//! The built page in a real Chromium, used as a person would, through WebDriver.
//!
//! `cargo xtask test` runs it. `TABTUNE_SCREENSHOTS` names a folder for pictures of the page, if it is set.

mod bad_input;
mod damaged_projects;
mod data_table;
mod devices;
mod faults;
mod faulty_server;
mod formats;
mod hub;
mod keyboard;
mod languages;
mod local_encoders;
mod mock_hub;
mod offline;
mod page;
mod policy;
mod projects;
mod recovery;
mod requests;
mod results;
mod running;
mod saved_models;
mod scratch;
mod site_server;
mod storage;
mod tour;
mod training;
mod using;
mod warm_up;
mod wasm_modules;

use scratch::Scratch;
