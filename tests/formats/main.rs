//! Tables in other formats than CSV: what is read of them, and that no file, however it is made, does harm.

#![cfg(not(target_arch = "wasm32"))]

mod bounds;
mod damage;
mod workbook;
mod xlsx;
