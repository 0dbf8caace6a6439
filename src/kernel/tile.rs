//! The innermost loops: a few rows times sixteen columns, kept in registers over the whole depth, and then the next few.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(any(test, not(target_arch = "wasm32")))]
mod portable;
#[cfg(target_arch = "wasm32")]
mod simd128;

/// Columns of a tile, and of a panel of the right-hand matrix.
///
/// Two vectors of AVX2, four of SIMD128. Hidden sizes of encoders are multiples of it.
pub(super) const WIDTH: usize = 16;

/// A multiple of the rows of a tile, of every kind that this machine may have.
pub(super) const UNIT: usize = if cfg!(target_arch = "wasm32") { 2 } else { 12 };

/// Some rows times a panel, tile after tile: `out = base + lhs · panel`.
///
/// # Shapes
/// - `lhs`: `[rows, depth]`, rows `lhs_stride` and steps of the depth `lhs_step` apart
/// - `panel`: `[depth, WIDTH]`, without gaps
/// - `base`: `[rows, WIDTH]`, rows `base_stride` apart, which may be 0; it may be `out`
/// - `out`: `[rows, WIDTH]`, rows `out_stride` apart
#[derive(Clone, Copy)]
pub(super) struct Strip {
    pub(super) rows: usize,
    pub(super) lhs: *const f32,
    pub(super) lhs_stride: usize,
    pub(super) lhs_step: usize,
    pub(super) panel: *const f32,
    pub(super) depth: usize,
    pub(super) base: *const f32,
    pub(super) base_stride: usize,
    pub(super) out: *mut f32,
    pub(super) out_stride: usize,
}

impl Strip {
    /// What is left after some of the rows. Where that is nothing its pointers may lie beyond the operands, as the last row
    /// need not be as long as rows are apart.
    #[inline(always)]
    fn after(self, rows: usize) -> Self {
        Self {
            rows: self.rows - rows,
            lhs: self.lhs.wrapping_add(rows * self.lhs_stride),
            base: self.base.wrapping_add(rows * self.base_stride),
            out: self.out.wrapping_add(rows * self.out_stride),
            ..self
        }
    }
}

/// Tiles of one instruction set.
///
/// Every element is the sum over the depth in order, whatever the number of rows: how a matrix is cut into tiles, and
/// which thread computes one, never changes a result.
pub(super) trait Tiles {
    /// Computes a strip.
    ///
    /// # Safety
    /// The operands are valid for their shapes, nothing else reads or writes `out`, and the machine has the
    /// instruction set.
    unsafe fn run(strip: Strip);
}

/// Work that is written for any instruction set.
pub(super) trait WithTiles {
    /// Does it with the given one.
    fn run<T: Tiles>(self);
}

/// Does work with the best instruction set that this machine has.
pub(super) fn with_best(work: impl WithTiles) {
    #[cfg(target_arch = "wasm32")]
    work.run::<simd128::Simd128>();
    #[cfg(target_arch = "x86_64")]
    if avx2::is_available() {
        return work.run::<avx2::Avx2>();
    }
    #[cfg(not(target_arch = "wasm32"))]
    work.run::<portable::Portable>();
}

#[cfg(test)]
mod tests;
