//! Matrices in memory: rows one after another, perhaps with gaps, as those of one head of attention have.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::parallel;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 14;

/// Rows to read.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    values: &'a [f32],
    shape: [usize; 2],
    stride: usize,
}

impl<'a> Rows<'a> {
    /// Rows without gaps.
    pub fn new(values: &'a [f32], shape: [usize; 2]) -> Self {
        Self::apart(values, shape, shape[1])
    }

    /// Rows whose first elements are `stride` apart.
    pub fn apart(values: &'a [f32], shape: [usize; 2], stride: usize) -> Self {
        assert!(values.len() >= span(shape, stride), "rows beyond a matrix");
        Self {
            values,
            shape,
            stride,
        }
    }

    /// `[rows, columns]`
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// How far apart the first elements of two rows are.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// A row.
    pub fn row(&self, row: usize) -> &'a [f32] {
        &self.from(row, 0)[..self.shape[1]]
    }

    /// Some of the rows.
    pub(super) fn part(&self, rows: Range<usize>) -> Self {
        assert!(rows.end <= self.shape[0], "rows beyond a matrix");
        let shape = [rows.len(), self.shape[1]];
        Self::apart(self.from(rows.start, 0), shape, self.stride)
    }

    /// All from an element on.
    pub(super) fn from(&self, row: usize, column: usize) -> &'a [f32] {
        &self.values[row * self.stride + column..]
    }
}

/// Rows to write.
#[derive(Debug)]
pub struct RowsMut<'a> {
    first: *mut f32,
    shape: [usize; 2],
    stride: usize,
    values: PhantomData<&'a mut [f32]>,
}

impl<'a> RowsMut<'a> {
    /// Rows without gaps.
    pub fn new(values: &'a mut [f32], shape: [usize; 2]) -> Self {
        Self::apart(values, shape, shape[1])
    }

    /// Rows whose first elements are `stride` apart.
    pub fn apart(values: &'a mut [f32], shape: [usize; 2], stride: usize) -> Self {
        assert!(values.len() >= span(shape, stride), "rows beyond a matrix");
        Self {
            first: values.as_mut_ptr(),
            shape,
            stride,
            values: PhantomData,
        }
    }

    /// Rows without gaps that nothing was written to yet.
    ///
    /// # Safety
    /// They are written before they are read.
    pub(super) unsafe fn unwritten(values: &'a mut [MaybeUninit<f32>], shape: [usize; 2]) -> Self {
        assert!(values.len() >= elements(shape), "rows beyond a matrix");
        Self {
            first: values.as_mut_ptr().cast(),
            shape,
            stride: shape[1],
            values: PhantomData,
        }
    }

    /// `[rows, columns]`
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// How far apart the first elements of two rows are.
    pub fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut f32 {
        self.first
    }
}

/// Elements from the first to the last of a matrix.
fn span([rows, columns]: [usize; 2], stride: usize) -> usize {
    match rows {
        0 => 0,
        rows => (rows - 1).saturating_mul(stride).saturating_add(columns),
    }
}

/// Numbers in a matrix. Where they are more than the 32 bits count that a browser has for it, they are more than any memory
/// has room for, and never few again.
pub(super) fn elements([rows, columns]: [usize; 2]) -> usize {
    rows.saturating_mul(columns)
}

/// The transpose of a matrix.
///
/// # Shapes
/// - `values`: `[rows, columns]`
/// - output: `[columns, rows]`
pub(super) fn transposed(values: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    /// Rows at a time, so that a line of the cache is filled while it is there.
    const TOGETHER: usize = 16;
    let mut transposed = vec![0.0; elements([rows, columns])];
    let most = transposed.len() / MIN_SHARE;
    parallel::split_mut(&mut transposed, rows.max(1), most, |start, transposed| {
        for first in (0..rows).step_by(TOGETHER) {
            let together = first..(first + TOGETHER).min(rows);
            for (index, places) in transposed.chunks_exact_mut(rows).enumerate() {
                let column = start / rows + index;
                for (place, row) in places[together.clone()].iter_mut().zip(together.clone()) {
                    *place = values[row * columns + column];
                }
            }
        }
    });
    transposed
}
