//! AVX2 and fused multiply-add of x86-64.

use core::arch::x86_64::{
    __m256, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_storeu_ps,
};

use super::{Strip, Tiles, WIDTH};

/// Vectors in a row of a tile.
const VECTORS: usize = WIDTH / 8;

/// Six rows of two vectors: of sixteen registers, twelve hold sums.
pub(in super::super) struct Avx2;

/// Whether this machine has both.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

impl Tiles for Avx2 {
    unsafe fn run(strip: Strip) {
        // SAFETY: as the caller's.
        unsafe { run(strip) }
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn run(mut strip: Strip) {
    // SAFETY: as the caller's.
    unsafe {
        while strip.rows >= 6 {
            tile::<6>(strip);
            strip = strip.after(6);
        }
        match strip.rows {
            5 => tile::<5>(strip),
            4 => tile::<4>(strip),
            3 => tile::<3>(strip),
            2 => tile::<2>(strip),
            1 => tile::<1>(strip),
            _ => {}
        }
    }
}

/// The first rows of a strip.
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const ROWS: usize>(strip: Strip) {
    // SAFETY: the operands are valid for their shapes.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); VECTORS]; ROWS];
        for step in 0..strip.depth {
            let lhs = strip.lhs.add(step * strip.lhs_step);
            let panel = strip.panel.add(step * WIDTH);
            let weights: [__m256; VECTORS] =
                [_mm256_loadu_ps(panel), _mm256_loadu_ps(panel.add(8))];
            for (row, sums) in sums.iter_mut().enumerate() {
                let value = _mm256_set1_ps(*lhs.add(row * strip.lhs_stride));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm256_fmadd_ps(value, weights, *sum);
                }
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            let base = strip.base.add(row * strip.base_stride);
            let out = strip.out.add(row * strip.out_stride);
            for (vector, sum) in sums.into_iter().enumerate() {
                let base = _mm256_loadu_ps(base.add(8 * vector));
                _mm256_storeu_ps(out.add(8 * vector), _mm256_add_ps(base, sum));
            }
        }
    }
}
