//! The innermost loops: a few rows times sixteen columns, kept in registers over the whole depth.

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

/// The most rows that any kind of tile has.
pub(super) const MAX_ROWS: usize = 6;

/// A tile's operands: `out += lhs · panel`.
///
/// # Shapes
/// - `lhs`: `[rows, depth]`, rows `lhs_stride` apart
/// - `panel`: `[depth, WIDTH]`, without gaps
/// - `out`: `[rows, WIDTH]`, rows `out_stride` apart
#[derive(Clone, Copy)]
pub(super) struct Tile {
    pub(super) lhs: *const f32,
    pub(super) lhs_stride: usize,
    pub(super) panel: *const f32,
    pub(super) depth: usize,
    pub(super) out: *mut f32,
    pub(super) out_stride: usize,
}

/// Tiles of one instruction set.
///
/// Every element is the sum over the depth in order, whatever the number of rows: how a matrix is cut into tiles, and
/// which thread computes one, never changes a result.
pub(super) trait Tiles {
    /// Rows of a full tile: as many as the registers hold beside their operands.
    const ROWS: usize;

    /// Computes a tile of `rows` rows, from 1 to [`Self::ROWS`].
    ///
    /// # Safety
    /// The operands are valid for their shapes, nothing else reads or writes `out`, and the machine has the
    /// instruction set.
    unsafe fn run(rows: usize, tile: Tile);
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
