//! What the processor's cores can compute at most, alone and together: a bound for what threads can gain.

use std::array::from_fn;
use std::hint::black_box;
use std::thread;
use std::time::Instant;

/// Vectors of four, as WebAssembly has them.
const LANES: usize = 4;
/// Sums that do not depend on each other: as many as hide the time that an operation takes and stay in registers.
const SUMS: usize = 14;
/// A quarter of a second's work or so.
const TURNS: u32 = 100_000_000;

/// Billions of multiplications and additions a second, all threads together.
pub fn giga_operations(threads: u32) -> f64 {
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| black_box(multiply_add(TURNS)));
        }
    });
    let operations = 2.0 * (LANES * SUMS) as f64 * f64::from(TURNS) * f64::from(threads);
    operations / begun.elapsed().as_secs_f64() / 1e9
}

/// Multiplies and adds, with nothing to load or store.
#[inline(never)]
fn multiply_add(turns: u32) -> [[f32; LANES]; SUMS] {
    let (factor, term) = (black_box(0.999), black_box(0.5));
    let mut sums: [[f32; LANES]; SUMS] = from_fn(|sum| [sum as f32; LANES]);
    for _ in 0..turns {
        for sum in &mut sums {
            for lane in sum {
                *lane = *lane * factor + term;
            }
        }
    }
    sums
}
