//! A weight that is packed in either way, and products with it.

use std::sync::Arc;

use super::gelu::{gelu_here, gelu_in_place};
use super::int8::{self, QuantizedPanels, QuantizedRows};
use super::matrix::{Rows, RowsMut};
use super::panels::Panels;
use super::product::{product, small_product};

/// A packed weight.
///
/// # Shapes
/// - `[depth, columns]`
#[derive(Debug, Clone)]
pub(super) enum Weight {
    /// In floating point.
    Float32(Arc<Panels>),
    /// In 8-bit integers.
    Int8(Arc<QuantizedPanels>),
}

impl Weight {
    /// `[depth, columns]`
    pub(super) fn shape(&self) -> [usize; 2] {
        match self {
            Self::Float32(panels) => panels.shape(),
            Self::Int8(panels) => panels.shape(),
        }
    }

    /// `rows · weight`, to each row of which `bias` is added.
    ///
    /// # Shapes
    /// - `rows`: `[rows, depth]`
    /// - `bias`: `[columns]`
    /// - output: `[rows, columns]`
    pub(super) fn product(&self, rows: Rows<'_>, bias: Option<&[f32]>) -> Vec<f32> {
        match self {
            Self::Float32(panels) => product(rows, panels, bias),
            Self::Int8(panels) => int8::product(&QuantizedRows::of(rows), panels, bias),
        }
    }

    /// [`Self::product`] of GELU of each value, which `values` may become.
    ///
    /// # Shapes
    /// - as there; `values`: `[rows, depth]`
    pub(super) fn product_of_gelu(&self, values: &mut [f32], bias: Option<&[f32]>) -> Vec<f32> {
        let shape = self.rows_of(values);
        match self {
            Self::Float32(panels) => {
                gelu_in_place(values);
                product(Rows::new(values, shape), panels, bias)
            }
            Self::Int8(panels) => {
                let rows = QuantizedRows::of_gelu(Rows::new(values, shape));
                int8::product(&rows, panels, bias)
            }
        }
    }

    /// [`Self::product`] on this thread alone: for products that are parts of a thread's work. Rows are quantised in
    /// `scratch`. All of `out` is written before any is read.
    ///
    /// # Shapes
    /// - as there
    pub(super) fn small_product(
        &self,
        rows: Rows<'_>,
        bias: Option<&[f32]>,
        scratch: &mut QuantizedRows,
        out: RowsMut<'_>,
    ) {
        match self {
            Self::Float32(panels) => small_product(rows, panels, bias, out),
            Self::Int8(panels) => {
                scratch.fill(rows);
                int8::small_product(scratch, panels, bias, out);
            }
        }
    }

    /// [`Self::product_of_gelu`] on this thread alone, as [`Self::small_product`].
    ///
    /// # Shapes
    /// - as there
    pub(super) fn small_product_of_gelu(
        &self,
        values: &mut [f32],
        bias: Option<&[f32]>,
        scratch: &mut QuantizedRows,
        out: RowsMut<'_>,
    ) {
        let shape = self.rows_of(values);
        match self {
            Self::Float32(panels) => {
                gelu_here(values);
                small_product(Rows::new(values, shape), panels, bias, out);
            }
            Self::Int8(panels) => {
                scratch.fill_gelu(Rows::new(values, shape));
                int8::small_product(scratch, panels, bias, out);
            }
        }
    }

    /// The shape of values as rows of this depth.
    fn rows_of(&self, values: &[f32]) -> [usize; 2] {
        let [depth, _] = self.shape();
        [values.len() / depth.max(1), depth]
    }
}
