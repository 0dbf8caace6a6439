//! How much is read. Everything that a file makes the reader keep is counted against one of these.

/// Largest file that is read: 100 MiB.
pub const MAX_TABLE_BYTES: u64 = 100 << 20;
/// Most columns that are read.
pub const MAX_COLUMNS: u32 = 1_000;
/// Most cells of a table, empty ones included: 32 Mi. Each costs four bytes beside its text.
pub(super) const MAX_CELLS: usize = 32 << 20;
/// Most text of a table in UTF-8: 300 MiB, what a file of the largest size can become when it is decoded.
pub(super) const MAX_TEXT_BYTES: usize = 300 << 20;
/// Most text that a cell can be given by hand: 1 MiB.
pub(super) const MAX_CELL_BYTES: usize = 1 << 20;

// Offsets, places and counts of a table are `u32`.
const _: () = assert!(MAX_TABLE_BYTES < u32::MAX as u64 && MAX_TEXT_BYTES < u32::MAX as usize);
