//! AVX2 of x86-64.

use core::arch::x86_64::{
    __m256, __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_cvtepi32_ps, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_storeu_ps,
};

use super::strip::{GROUP, Multiply, Strip, WIDTH, ZERO};

/// Vectors in a row of a tile.
const VECTORS: usize = WIDTH / 8;

/// Rows of a tile: of sixteen registers, eight hold sums.
const ROWS: usize = 4;

/// The loop, where this machine has AVX2.
pub(super) fn multiply() -> Option<Multiply> {
    is_x86_feature_detected!("avx2").then_some(multiply_strip as Multiply)
}

unsafe extern "C" fn multiply_strip(strip: *const Strip) {
    // SAFETY: as the caller's; `multiply` has found AVX2.
    unsafe {
        let strip = &*strip;
        for row in (0..strip.rows).step_by(ROWS) {
            match strip.rows - row {
                1 => tile::<1>(strip, row),
                2 => tile::<2>(strip, row),
                3 => tile::<3>(strip, row),
                _ => tile::<ROWS>(strip, row),
            }
        }
    }
}

#[target_feature(enable = "avx2")]
unsafe fn tile<const ROWS: usize>(strip: &Strip, first: usize) {
    // SAFETY: the operands are valid for their shapes.
    unsafe {
        let ones = _mm256_set1_epi16(1);
        let row_scales: [_; ROWS] = std::array::from_fn(|row| *strip.row_scales.add(first + row));
        let mut sums: [[__m256i; VECTORS]; ROWS] =
            row_scales.map(|scales| [_mm256_set1_epi32(-ZERO * scales.sum); VECTORS]);
        for group in 0..strip.groups {
            let weights = strip.weights.add(group * WIDTH * GROUP).cast::<__m256i>();
            let weights: [__m256i; VECTORS] =
                std::array::from_fn(|vector| _mm256_loadu_si256(weights.add(vector)));
            for (row, sums) in sums.iter_mut().enumerate() {
                let values = (first + row) * strip.groups + group;
                let values = strip.values.add(values * GROUP).cast::<i32>();
                let values = _mm256_set1_epi32(values.read_unaligned());
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    let pairs = _mm256_maddubs_epi16(weights, values);
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
                }
            }
        }
        let columns = &*strip.column_scales;
        for (row, (sums, scales)) in sums.into_iter().zip(row_scales).enumerate() {
            for (vector, sum) in sums.into_iter().enumerate() {
                let load =
                    |values: *const f32| -> __m256 { _mm256_loadu_ps(values.add(8 * vector)) };
                let shift =
                    _mm256_mul_ps(_mm256_set1_ps(scales.offset), load(columns.sums.as_ptr()));
                let shift = _mm256_add_ps(shift, load(strip.bias));
                let scale =
                    _mm256_mul_ps(_mm256_set1_ps(scales.scale), load(columns.scales.as_ptr()));
                let product = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);
                let out = strip.out.add((first + row) * strip.out_stride + 8 * vector);
                _mm256_storeu_ps(out, _mm256_add_ps(product, shift));
            }
        }
    }
}
