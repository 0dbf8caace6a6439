//! Plain Rust, in a form that compilers turn into vector instructions.

use super::{Tile, Tiles, WIDTH};

/// Four rows: sixteen vectors of four on machines that have thirty-two registers of them.
pub(in super::super) struct Portable;

impl Tiles for Portable {
    const ROWS: usize = 4;

    unsafe fn run(rows: usize, tile: Tile) {
        // SAFETY: as the caller's.
        unsafe {
            match rows {
                4 => rows_of::<4>(tile),
                3 => rows_of::<3>(tile),
                2 => rows_of::<2>(tile),
                _ => rows_of::<1>(tile),
            }
        }
    }
}

#[inline(never)]
unsafe fn rows_of<const ROWS: usize>(tile: Tile) {
    let mut sums = [[0.0; WIDTH]; ROWS];
    for step in 0..tile.depth {
        // SAFETY: the operands are valid for their shapes.
        let weights = unsafe { tile.panel.add(step * WIDTH).cast::<[f32; WIDTH]>().read() };
        for (row, sums) in sums.iter_mut().enumerate() {
            // SAFETY: as above.
            let value = unsafe { *tile.lhs.add(row * tile.lhs_stride + step) };
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        for (column, sum) in sums.iter().enumerate() {
            // SAFETY: as above.
            unsafe { *tile.out.add(row * tile.out_stride + column) += sum };
        }
    }
}
