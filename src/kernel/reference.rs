//! What kernels are tested against: definitions, in 64-bit floating point.

/// Numbers from -1 to 1.
pub fn values(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// # Shapes
/// - `lhs`: `[rows, depth]`
/// - `rhs`: `[depth, columns]`
pub fn product(lhs: &[f32], rhs: &[f32], [rows, depth, columns]: [usize; 3]) -> Vec<f64> {
    let element = |row: usize, column: usize| {
        (0..depth)
            .map(|step| {
                f64::from(lhs[row * depth + step]) * f64::from(rhs[step * columns + column])
            })
            .sum()
    };
    (0..rows * columns)
        .map(|index| element(index / columns, index % columns))
        .collect()
}

/// Checks a number, relative to its size where that is above one.
#[track_caller]
pub fn close(found: f32, expected: f64, tolerance: f64) {
    let error = (f64::from(found) - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{found} is not {expected}");
}

/// The error function: its series where that converges fast, its continued fraction elsewhere.
pub fn erf(x: f64) -> f64 {
    let z = x.abs();
    let value = if z < 3.0 {
        let mut term = z;
        let mut sum = z;
        for n in 1..100 {
            term *= -z * z / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        2.0 / std::f64::consts::PI.sqrt() * sum
    } else {
        let fraction = (1..60)
            .rev()
            .fold(z, |below, n| z + f64::from(n) / 2.0 / below);
        1.0 - (-z * z).exp() / std::f64::consts::PI.sqrt() / fraction
    };
    value.copysign(x)
}
