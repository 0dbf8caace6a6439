//! Damaged files against every parser that meets one: each input ends in a value or in a message, within bounds of memory
//! and time.
//!
//! A test is one parser. `cargo test` gives each a few hundred inputs, always the same; `cargo xtask fuzz` as many as one
//! likes, others each time, and adds up what was run. An input that a parser broke on becomes a test of that parser.

mod archives;
mod harness;
mod memory;
mod models;
mod mutation;
mod projects;
mod tables;
mod wire;

#[path = "../storage/memory.rs"]
#[allow(dead_code, reason = "the tests of storage let it fail, too")]
mod disk;

#[path = "../formats/workbook.rs"]
#[allow(dead_code, reason = "the tests of formats use more of it")]
mod workbook;

#[path = "../adapter/support.rs"]
#[allow(dead_code, reason = "the tests of adapters use more of it")]
mod support;
