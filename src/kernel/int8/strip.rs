//! The operands of the innermost loops. The module with relaxed SIMD is compiled with this file, too: see `relaxed.rs`.

/// Columns of a strip, and of a panel of weights: four vectors of SIMD128, two of AVX2.
pub const WIDTH: usize = 16;

/// Steps of the depth that one instruction sums up. Those of a group are as far apart as there are groups: four vectors of
/// neighbouring steps become one of groups, and no number changes its lane.
pub const GROUP: usize = 4;

/// What stands for 0 in weights, which are 7 bits without a sign.
pub const ZERO: i32 = 64;

/// How a row was quantised: `x ≈ scale · q + offset`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct RowScale {
    pub scale: f32,
    pub offset: f32,
    /// The sum of the row's `q`.
    pub sum: i32,
}

/// How the columns of a panel were quantised: `w ≈ scale · (q - ZERO)`.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct ColumnScales {
    pub scales: [f32; WIDTH],
    /// The sum of each column's `scale · (q - ZERO)`.
    pub sums: [f32; WIDTH],
}

/// Some rows times a panel: `out = values · weights + bias`, scales applied.
///
/// # Shapes
/// - `values`: `[rows, groups, GROUP]`, without gaps
/// - `row_scales`: `[rows]`
/// - `weights`: `[groups, WIDTH, GROUP]`, without gaps
/// - `bias`: `[WIDTH]`
/// - `out`: `[rows, WIDTH]`, rows `out_stride` apart
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Strip {
    pub rows: usize,
    pub groups: usize,
    pub values: *const i8,
    pub row_scales: *const RowScale,
    pub weights: *const u8,
    pub column_scales: *const ColumnScales,
    pub bias: *const f32,
    pub out: *mut f32,
    pub out_stride: usize,
}

/// A loop over a strip.
///
/// With `x ≈ s q + o` and `w ≈ t (p - 64)`, `Σ x w ≈ s t (Σ q p - 64 Σ q) + o Σ w`.
///
/// # Safety
/// The operands are valid for their shapes, nothing else reads or writes `out`, and the machine has the instruction set.
pub type Multiply = unsafe extern "C" fn(*const Strip);
