//! AVX2 and fused multiply-add of x86-64.

use core::arch::x86_64::{
    __m256, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_storeu_ps,
};

use super::{Tile, Tiles, WIDTH};

/// Vectors in a row of a tile.
const VECTORS: usize = WIDTH / 8;

/// Six rows of two vectors: of sixteen registers, twelve hold sums.
pub(in super::super) struct Avx2;

/// Whether this machine has both.
pub(super) fn is_available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

impl Tiles for Avx2 {
    const ROWS: usize = 6;

    unsafe fn run(rows: usize, tile: Tile) {
        // SAFETY: as the caller's.
        unsafe {
            match rows {
                6 => rows_of::<6>(tile),
                5 => rows_of::<5>(tile),
                4 => rows_of::<4>(tile),
                3 => rows_of::<3>(tile),
                2 => rows_of::<2>(tile),
                _ => rows_of::<1>(tile),
            }
        }
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn rows_of<const ROWS: usize>(tile: Tile) {
    // SAFETY: the operands are valid for their shapes.
    unsafe {
        let mut sums = [[_mm256_setzero_ps(); VECTORS]; ROWS];
        for step in 0..tile.depth {
            let panel = tile.panel.add(step * WIDTH);
            let weights: [__m256; VECTORS] =
                [_mm256_loadu_ps(panel), _mm256_loadu_ps(panel.add(8))];
            for (row, sums) in sums.iter_mut().enumerate() {
                let value = _mm256_set1_ps(*tile.lhs.add(row * tile.lhs_stride + step));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm256_fmadd_ps(value, weights, *sum);
                }
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            for (vector, sum) in sums.into_iter().enumerate() {
                let out = tile.out.add(row * tile.out_stride + 8 * vector);
                _mm256_storeu_ps(out, _mm256_add_ps(_mm256_loadu_ps(out), sum));
            }
        }
    }
}
