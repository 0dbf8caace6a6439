//! Plain Rust: what the other loops are tested against, and what computes where there are none.

use super::strip::{GROUP, Strip, WIDTH, ZERO};

/// See [`Multiply`](super::strip::Multiply).
pub(super) unsafe extern "C" fn multiply(strip: *const Strip) {
    // SAFETY: the operands are valid for their shapes.
    unsafe {
        let strip = &*strip;
        let columns = &*strip.column_scales;
        for row in 0..strip.rows {
            let sums = sums(strip, row);
            let scales = *strip.row_scales.add(row);
            for (column, sum) in sums.into_iter().enumerate() {
                let shift = scales.offset * columns.sums[column] + *strip.bias.add(column);
                let scale = scales.scale * columns.scales[column];
                *strip.out.add(row * strip.out_stride + column) = sum as f32 * scale + shift;
            }
        }
    }
}

/// `Σ q (p - ZERO)` of a row and each column.
unsafe fn sums(strip: &Strip, row: usize) -> [i32; WIDTH] {
    // SAFETY: the operands are valid for their shapes.
    unsafe {
        let mut sums = [-ZERO * (*strip.row_scales.add(row)).sum; WIDTH];
        for group in 0..strip.groups {
            let values = strip.values.add((row * strip.groups + group) * GROUP);
            let values = values.cast::<[i8; GROUP]>().read();
            let weights = strip.weights.add(group * WIDTH * GROUP);
            let weights = weights.cast::<[[u8; GROUP]; WIDTH]>().read();
            for (sum, weights) in sums.iter_mut().zip(weights) {
                for (value, weight) in values.into_iter().zip(weights) {
                    *sum += i32::from(value) * i32::from(weight);
                }
            }
        }
        sums
    }
}
