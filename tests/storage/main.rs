//! Projects on a disk that may fail, lose power or be damaged at any place.

mod bundles;
mod damage;
mod memory;
mod power;
mod projects;
mod state;
