//! Products with weights on burn-flex's memory.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;
use burn::tensor::{Bytes, Shape};

use super::{f32s, matrix};
use crate::kernel::int8::{self, QuantizedPanels, QuantizedRows};
use crate::kernel::matrix::{Rows, transposed};
use crate::kernel::packs::{Direction, Packs};
use crate::kernel::panels::Panels;
use crate::kernel::product::product;
use crate::kernel::weight::Weight;

/// `input · weight + bias`, and its shape.
///
/// # Shapes
/// - `input`: `[..., d_input]`, contiguous
/// - output: `[..., d_output]`
pub(super) fn linear(
    input: &FlexTensor,
    weight: &FlexTensor,
    bias: &FlexTensor,
    packs: &Packs,
) -> (Vec<f32>, Shape) {
    multiply(input, weight, Some(f32s(bias)), (packs, Direction::Forward))
}

/// The gradient of [`linear()`]'s input, and its shape.
///
/// # Shapes
/// - `gradient`: `[..., d_output]`, contiguous
/// - output: `[..., d_input]`
pub(super) fn linear_backward(
    gradient: &FlexTensor,
    weight: &FlexTensor,
    packs: &Packs,
) -> (Vec<f32>, Shape) {
    multiply(gradient, weight, None, (packs, Direction::Backward))
}

/// The product of rows with a weight or its transpose, with a bias if there is one, and its shape.
fn multiply(
    input: &FlexTensor,
    weight: &FlexTensor,
    bias: Option<&[f32]>,
    (packs, direction): (&Packs, Direction),
) -> (Vec<f32>, Shape) {
    let [d_input, d_output] = weight.shape().dims();
    let [depth, columns] = match direction {
        Direction::Forward => [d_input, d_output],
        Direction::Backward => [d_output, d_input],
    };
    let (rows, shape) = with_columns(input, depth, columns);
    let output = match packed(weight, packs, direction) {
        Weight::Float32(panels) => product(rows, &panels, bias),
        Weight::Int8(panels) => int8::product(&quantized(input, rows), &panels, bias),
    };
    (output, shape)
}

/// A weight or its transpose, packed as its packs ask for.
pub(super) fn packed(weight: &FlexTensor, packs: &Packs, direction: Direction) -> Weight {
    match packs.are_in_int8() && int8::is_available() {
        true => Weight::Int8(int8_panels(packs, weight, direction)),
        false => Weight::Float32(panels(packs, weight, direction)),
    }
}

/// A contiguous tensor as rows, and its shape with other columns.
pub(super) fn with_columns(tensor: &FlexTensor, depth: usize, columns: usize) -> (Rows<'_>, Shape) {
    let mut shape = tensor.shape().to_vec();
    let rows = tensor.shape().num_elements() / depth.max(1);
    if let Some(last) = shape.last_mut() {
        *last = columns;
    }
    (Rows::new(f32s(tensor), [rows, depth]), Shape::from(shape))
}

/// A tensor in 8 bits, which lies in memory as these rows.
///
/// The last one is kept, as query, key and value are projections of the same. It is known by the tensor's memory: nothing
/// else can come to lie there, nor can it change, as long as there is a reference to it, be it a weak one.
fn quantized(tensor: &FlexTensor, rows: Rows<'_>) -> Arc<QuantizedRows> {
    /// Where the rows lie, and their shape.
    type Place = (Weak<Bytes>, *const f32, [usize; 2]);
    thread_local! {
        static LAST: RefCell<Option<(Place, Arc<QuantizedRows>)>> = const { RefCell::new(None) };
    }
    let (memory, start) = (Arc::downgrade(&tensor.data_arc()), f32s(tensor).as_ptr());
    let kept = LAST.take().filter(|((kept, kept_start, shape), _)| {
        kept.ptr_eq(&memory) && *kept_start == start && *shape == rows.shape()
    });
    // Nothing is borrowed meanwhile: a thread that waits for the others may be given another product.
    let last = kept.unwrap_or_else(|| {
        let place = (memory, start, rows.shape());
        (place, Arc::new(QuantizedRows::of(rows)))
    });
    let quantized = Arc::clone(&last.1);
    LAST.set(Some(last));
    quantized
}

/// The packed form of a weight.
fn panels(packs: &Packs, weight: &FlexTensor, direction: Direction) -> Arc<Panels> {
    packs.get(weight.data_arc(), direction, || {
        let weight = weight.to_contiguous();
        match direction {
            Direction::Forward => Panels::of(matrix(&weight)),
            Direction::Backward => Panels::of_transposed(matrix(&weight)),
        }
    })
}

/// The same in 8 bits.
fn int8_panels(packs: &Packs, weight: &FlexTensor, direction: Direction) -> Arc<QuantizedPanels> {
    packs.get_int8(weight.data_arc(), direction, || {
        let weight = weight.to_contiguous();
        match direction {
            Direction::Forward => QuantizedPanels::of(matrix(&weight)),
            Direction::Backward => {
                let [d_input, d_output] = weight.shape().dims();
                let transposed = transposed(f32s(&weight), [d_input, d_output]);
                QuantizedPanels::of(Rows::new(&transposed, [d_output, d_input]))
            }
        }
    })
}
