//! Plain Rust, in a form that compilers turn into vector instructions.

use super::{Strip, Tiles, WIDTH};

/// Four rows: sixteen vectors of four on machines that have thirty-two registers of them.
pub(in super::super) struct Portable;

impl Tiles for Portable {
    unsafe fn run(mut strip: Strip) {
        // SAFETY: as the caller's.
        unsafe {
            while strip.rows >= 4 {
                tile::<4>(strip);
                strip = strip.after(4);
            }
            match strip.rows {
                3 => tile::<3>(strip),
                2 => tile::<2>(strip),
                1 => tile::<1>(strip),
                _ => {}
            }
        }
    }
}

/// The first rows of a strip.
#[inline(never)]
unsafe fn tile<const ROWS: usize>(strip: Strip) {
    let mut sums = [[0.0; WIDTH]; ROWS];
    for step in 0..strip.depth {
        // SAFETY: the operands are valid for their shapes.
        let weights = unsafe { strip.panel.add(step * WIDTH).cast::<[f32; WIDTH]>().read() };
        for (row, sums) in sums.iter_mut().enumerate() {
            // SAFETY: as above.
            let value = unsafe {
                *strip
                    .lhs
                    .add(row * strip.lhs_stride + step * strip.lhs_step)
            };
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        for (column, sum) in sums.iter().enumerate() {
            // SAFETY: as above.
            unsafe {
                let base = *strip.base.add(row * strip.base_stride + column);
                *strip.out.add(row * strip.out_stride + column) = base + sum;
            }
        }
    }
}
