//! SIMD128 of WebAssembly.

use core::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_splat, v128, v128_load, v128_load32_splat, v128_store,
};
use core::array::from_fn;

use super::{Strip, Tiles, WIDTH};

/// Vectors in a row of a tile.
const VECTORS: usize = WIDTH / 4;

/// Two rows of four vectors.
///
/// V8 has fifteen vector registers to give on x86-64: eight sums, four weights, a value and a product are fourteen.
/// The twelve sums that are usual there spill.
pub(in super::super) struct Simd128;

impl Tiles for Simd128 {
    #[inline(never)]
    unsafe fn run(mut strip: Strip) {
        // SAFETY: as the caller's.
        unsafe {
            while strip.rows >= 2 {
                tile::<2>(strip);
                strip = strip.after(2);
            }
            if strip.rows == 1 {
                tile::<1>(strip);
            }
        }
    }
}

/// The first rows of a strip.
///
/// One step of the depth a turn, which is not unrolled by hand: LLVM would gather the loads of all steps at the top, and
/// V8, which keeps that order, would spill.
#[inline(always)]
unsafe fn tile<const ROWS: usize>(strip: Strip) {
    // SAFETY: the operands are valid for their shapes.
    unsafe {
        let mut sums = [[f32x4_splat(0.0); VECTORS]; ROWS];
        let mut lhs: [*const f32; ROWS] = from_fn(|row| strip.lhs.add(row * strip.lhs_stride));
        let mut panel = strip.panel.cast::<v128>();
        for _ in 0..strip.depth {
            let weights: [v128; VECTORS] = from_fn(|vector| v128_load(panel.add(vector)));
            panel = panel.add(VECTORS);
            for (lhs, sums) in lhs.iter_mut().zip(&mut sums) {
                let value = v128_load32_splat(lhs.cast());
                // The step after the last one may lie beyond the matrix.
                *lhs = lhs.wrapping_add(strip.lhs_step);
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = f32x4_add(*sum, f32x4_mul(value, weight));
                }
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            let base = strip.base.add(row * strip.base_stride).cast::<v128>();
            let out = strip.out.add(row * strip.out_stride).cast::<v128>();
            for (vector, sum) in sums.into_iter().enumerate() {
                let base = v128_load(base.add(vector));
                v128_store(out.add(vector), f32x4_add(base, sum));
            }
        }
    }
}
