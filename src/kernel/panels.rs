//! The right-hand matrix of a product, in the order in which tiles read it.

use super::matrix::Rows;
use super::parallel;
use super::tile::WIDTH;

/// Values of a part that a thread of its own is worth: more than one head of attention has.
const MIN_SHARE: usize = 1 << 16;

/// A matrix cut into panels of sixteen columns, each without gaps, the last one filled up with zeros.
///
/// # Shapes
/// - `values`: `[panels, depth, 16]`
#[derive(Debug, Clone, Default)]
pub struct Panels {
    values: Vec<f32>,
    depth: usize,
    columns: usize,
}

impl Panels {
    /// # Shapes
    /// - `matrix`: `[depth, columns]`
    pub fn of(matrix: Rows<'_>) -> Self {
        let mut panels = Self::default();
        panels.fill(matrix);
        panels
    }

    /// # Shapes
    /// - `matrix`: `[columns, depth]`
    pub fn of_transposed(matrix: Rows<'_>) -> Self {
        let mut panels = Self::default();
        panels.fill_transposed(matrix);
        panels
    }

    /// Holds another matrix, in the same memory where it fits.
    ///
    /// # Shapes
    /// - `matrix`: `[depth, columns]`
    pub fn fill(&mut self, matrix: Rows<'_>) {
        let [depth, columns] = matrix.shape();
        self.resize(depth, columns);
        let length = (WIDTH * depth).max(1);
        let most = self.values.len() / MIN_SHARE;
        parallel::split_mut(&mut self.values, length, most, |start, values| {
            for (panel, values) in values.chunks_exact_mut(length).enumerate() {
                let first = (start / length + panel) * WIDTH;
                let columns = first..(first + WIDTH).min(columns);
                for (step, values) in values.chunks_exact_mut(WIDTH).enumerate() {
                    let part = &matrix.row(step)[columns.clone()];
                    values[..part.len()].copy_from_slice(part);
                }
            }
        });
    }

    /// Holds the transpose of another matrix, in the same memory where it fits.
    ///
    /// # Shapes
    /// - `matrix`: `[columns, depth]`
    pub fn fill_transposed(&mut self, matrix: Rows<'_>) {
        let [columns, depth] = matrix.shape();
        self.resize(depth, columns);
        if depth == 0 {
            return;
        }
        for (panel, values) in self.values.chunks_exact_mut(WIDTH * depth).enumerate() {
            let (steps, _) = values.as_chunks_mut::<WIDTH>();
            for (place, column) in (panel * WIDTH..columns).take(WIDTH).enumerate() {
                for (step, value) in steps.iter_mut().zip(matrix.row(column)) {
                    step[place] = *value;
                }
            }
        }
    }

    /// `[depth, columns]`
    pub fn shape(&self) -> [usize; 2] {
        [self.depth, self.columns]
    }

    /// A panel, from a step of the depth on.
    pub(super) fn from(&self, panel: usize, step: usize) -> &[f32] {
        &self.values[(panel * self.depth + step) * WIDTH..]
    }

    fn resize(&mut self, depth: usize, columns: usize) {
        self.values.clear();
        self.values
            .resize(columns.div_ceil(WIDTH) * WIDTH * depth, 0.0);
        (self.depth, self.columns) = (depth, columns);
    }
}
