//! A module with one function, which `build.rs` compiles with relaxed SIMD. It has neither a memory nor data nor a stack:
//! what it works on lies in the memory of the module that calls it. `tests/relaxed_module.rs` sees to that.

#![no_std]

#[path = "../strip.rs"]
mod strip;

use core::arch::wasm32::{
    f32x4_add, f32x4_convert_i32x4, f32x4_mul, f32x4_splat, i32x4_relaxed_dot_i8x16_i7x16_add,
    i32x4_splat, unreachable, v128, v128_load, v128_load32_splat, v128_store,
};
use core::array::from_fn;

use strip::{GROUP, Multiply, Strip, WIDTH, ZERO};

/// Vectors in a row of a tile.
const VECTORS: usize = WIDTH / 4;

/// Rows of a tile. V8 has fifteen vector registers to give on x86-64: eight sums, four vectors of weights and one of values
/// are thirteen.
const ROWS: usize = 2;

const _: Multiply = multiply;

/// See [`Multiply`].
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multiply(strip: *const Strip) {
    // SAFETY: as the caller's.
    unsafe {
        let strip = &*strip;
        let mut row = 0;
        while row + ROWS <= strip.rows {
            tile::<ROWS>(strip, row);
            row += ROWS;
        }
        if row < strip.rows {
            tile::<1>(strip, row);
        }
    }
}

#[inline(never)]
unsafe fn tile<const ROWS: usize>(strip: &Strip, first: usize) {
    // SAFETY: the operands are valid for their shapes.
    unsafe {
        let row_scales = strip.row_scales.add(first);
        let length = strip.groups * GROUP;
        let mut sums: [[v128; VECTORS]; ROWS] =
            from_fn(|row| [i32x4_splat(-ZERO * (*row_scales.add(row)).sum); VECTORS]);
        let mut values: [*const i8; ROWS] = from_fn(|row| strip.values.add((first + row) * length));
        let mut weights = strip.weights.cast::<v128>();
        for _ in 0..strip.groups {
            let group: [v128; VECTORS] = from_fn(|vector| v128_load(weights.add(vector)));
            weights = weights.add(VECTORS);
            for (values, sums) in values.iter_mut().zip(&mut sums) {
                let four = v128_load32_splat(values.cast());
                *values = values.add(GROUP);
                for (sum, weights) in sums.iter_mut().zip(group) {
                    *sum = i32x4_relaxed_dot_i8x16_i7x16_add(four, weights, *sum);
                }
            }
        }
        let columns = strip.column_scales;
        let column_scales = (&raw const (*columns).scales).cast::<v128>();
        let column_sums = (&raw const (*columns).sums).cast::<v128>();
        let bias = strip.bias.cast::<v128>();
        for (row, sums) in sums.into_iter().enumerate() {
            let scales = &*row_scales.add(row);
            let out = strip.out.add((first + row) * strip.out_stride);
            let out = out.cast::<v128>();
            for (vector, sum) in sums.into_iter().enumerate() {
                let sums = v128_load(column_sums.add(vector));
                let shift = f32x4_mul(f32x4_splat(scales.offset), sums);
                let shift = f32x4_add(shift, v128_load(bias.add(vector)));
                let scale = v128_load(column_scales.add(vector));
                let scale = f32x4_mul(f32x4_splat(scales.scale), scale);
                let product = f32x4_mul(f32x4_convert_i32x4(sum), scale);
                v128_store(out.add(vector), f32x4_add(product, shift));
            }
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unreachable()
}
