//! The kernels on the memory of burn-cubecl's tensors, for GPUs.
//!
//! A step of a small encoder is a few hundred dispatches that each take a GPU less time than a browser takes to ask for
//! it. So what counts here is how few there are: each operation is one, and burn's own matrix product does what is left.
//!
//! WebGPU promises eight buffers a shader, one of which holds sizes and scalars, and refuses one that is bound twice: no
//! kernel has more than seven, and none is given the same tensor as two of them.
//!
//! What the encoder's layers read and write may be 16-bit numbers. A kernel then widens each as it reads it, computes in
//! 32-bit ones, and rounds once as it writes; no weight that is trained, and no sum, is of 16 bits.

mod adam;
mod adapter;
mod attention;
mod gelu;
mod norm;
mod reduce;

use burn::backend::ops::ModuleOps;
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Cube, TensorMetadata};
use burn::cubecl::calculate_cube_count_elemwise;
use burn::cubecl::prelude::*;
use burn::cubecl::std::tensor::into_contiguous;
use burn::tensor::{DType, Shape, f16};

use super::ops::{AdamStep, Adapter, Kernels, Mask, cast, to_f32};
use super::packs::Packs;

/// burn-cubecl's tensor of any kind.
type CubeTensor = FloatTensor<Cube>;

impl Kernels for Cube {
    const EXIST: bool = true;
    const ADAPTERS: bool = true;

    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        in_kernels_numbers([input], |[input]| gelu::gelu(input))
    }

    fn exact_gelu_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        in_kernels_numbers([input, gradient], |[input, gradient]| {
            gelu::gelu_backward(input, gradient)
        })
    }

    fn residual_norm_with_sum(
        input: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let dtype = input.dtype();
        let [input, residual] = kernels_numbers([input, residual]);
        let [scale, shift] = [scale, shift].map(to_f32::<Self>);
        let (sum, output) = norm::residual_norm(input, residual, scale, shift, epsilon);
        // What is kept for the step back may stay as the kernels have it.
        (sum, cast::<Self>(output, dtype))
    }

    fn fused_norm_backward(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> Option<FloatTensor<Self>> {
        let (dtype, scale) = (gradient.dtype(), to_f32::<Self>(scale));
        let [input, gradient] = kernels_numbers([input, gradient]);
        let output = norm::norm_backward(input, scale, gradient, epsilon);
        Some(cast::<Self>(output, dtype))
    }

    fn self_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        in_kernels_numbers([query, key, value], |projections| {
            attention::attention(projections, padding, heads)
        })
    }

    fn self_attention_backward(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        gradient: FloatTensor<Self>,
        heads: usize,
    ) -> Option<(FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>)> {
        let dtype = query.dtype();
        let [query, key, value, gradient] = kernels_numbers([query, key, value, gradient]);
        let gradients =
            attention::attention_backward([query, key, value], padding, gradient, heads);
        let [query, key, value] = gradients.map(|gradient| cast::<Self>(gradient, dtype));
        Some((query, key, value))
    }

    fn adapted_linear_with_projection(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        adapter: Adapter<Self>,
        _packs: Packs,
    ) -> (FloatTensor<Self>, Option<FloatTensor<Self>>) {
        let dtype = input.dtype();
        let [input, weight] = kernels_numbers([input, weight]);
        let adapter = kernels_adapter(adapter, input.dtype);
        let base = Self::linear(input.clone(), weight, None);
        let (output, projection) = adapter::update(base, input, to_f32::<Self>(bias), adapter);
        (cast::<Self>(output, dtype), Some(projection))
    }

    fn adapted_linear_backward(
        input: FloatTensor<Self>,
        projection: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        adapter: Adapter<Self>,
        gradient: FloatTensor<Self>,
        wants_input: bool,
        _packs: Packs,
    ) -> Option<(
        Option<FloatTensor<Self>>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    )> {
        let dtypes = [&gradient, &adapter.a, &adapter.b].map(TensorMetadata::dtype);
        let [of_input, of_a, of_b] = dtypes;
        let [input, weight, gradient] = kernels_numbers([input, weight, gradient]);
        let adapter = kernels_adapter(adapter, input.dtype);
        let base = wants_input.then(|| Self::linear_x_backward(weight, gradient.clone()));
        let (input, [a, b]) = adapter::backward(base, input, projection, adapter, gradient);
        let input = input.map(|gradient| cast::<Self>(gradient, of_input));
        Some((input, cast::<Self>(a, of_a), cast::<Self>(b, of_b)))
    }

    fn squares(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        reduce::squares(to_f32::<Cube>(gradient), None)
    }

    fn add_squares(sum: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        reduce::squares(to_f32::<Cube>(gradient), Some(sum))
    }

    fn clipping(
        sum: FloatTensor<Self>,
        loss: FloatTensor<Self>,
        max_norm: Option<f64>,
    ) -> FloatTensor<Self> {
        reduce::clipping(sum, to_f32::<Cube>(loss), max_norm, None)
    }

    fn scaled_clipping(
        sum: FloatTensor<Self>,
        loss: FloatTensor<Self>,
        before: FloatTensor<Self>,
        max_norm: Option<f64>,
        scale: f64,
    ) -> FloatTensor<Self> {
        reduce::clipping(sum, to_f32::<Cube>(loss), max_norm, Some((before, scale)))
    }

    fn adam(
        value: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        mean_square: FloatTensor<Self>,
        clipping: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let dtype = value.dtype();
        let [value, gradient, mean, mean_square] =
            [value, gradient, mean, mean_square].map(to_f32::<Cube>);
        let updated = adam::adam(value, gradient, [mean, mean_square], clipping, step);
        let [value, mean, mean_square] = updated.map(|tensor| cast::<Self>(tensor, dtype));
        (value, mean, mean_square)
    }
}

/// Computes in numbers that the kernels read and write, and gives what the first input is of.
fn in_kernels_numbers<const N: usize>(
    inputs: [CubeTensor; N],
    compute: impl FnOnce([CubeTensor; N]) -> CubeTensor,
) -> CubeTensor {
    let dtype = inputs.first().map_or(DType::F32, TensorMetadata::dtype);
    cast::<Cube>(compute(kernels_numbers(inputs)), dtype)
}

/// Inputs as numbers that the kernels read and write, all of a kind: 16-bit ones if all are, else 32-bit ones.
fn kernels_numbers<const N: usize>(inputs: [CubeTensor; N]) -> [CubeTensor; N] {
    match inputs.iter().all(|input| input.dtype == DType::F16) {
        true => inputs,
        false => inputs.map(to_f32::<Cube>),
    }
}

/// An adapter of 32-bit numbers, its mask of those of the layer's input.
fn kernels_adapter(adapter: Adapter<Cube>, input: DType) -> Adapter<Cube> {
    Adapter {
        a: to_f32::<Cube>(adapter.a),
        b: to_f32::<Cube>(adapter.b),
        mask: match adapter.mask {
            Mask::None => Mask::None,
            Mask::Kept(mask, keep) => Mask::Kept(cast::<Cube>(mask, input), keep),
        },
        scaling: adapter.scaling,
    }
}

/// How cubecl names the numbers of a tensor that a kernel reads or writes.
fn elem_type(tensor: &CubeTensor) -> ElemType {
    match tensor.dtype {
        DType::F16 => f16::elem_type_native(),
        // Truth values are words as long.
        _ => f32::elem_type_native(),
    }
}

/// The same numbers without gaps, in the order of the axes.
fn contiguous(tensor: CubeTensor) -> CubeTensor {
    if tensor.is_contiguous() {
        return tensor;
    }
    let (client, device, dtype) = (tensor.client.clone(), tensor.device.clone(), tensor.dtype);
    let elem = elem_type(&tensor);
    let copy = into_contiguous(&client, tensor.binding(), elem);
    CubeTensor::new(client, copy.handle, *copy.metadata, device, dtype)
}

/// Memory for as many numbers as a tensor has, of its kind.
fn empty_like(tensor: &CubeTensor) -> CubeTensor {
    let shape = tensor.meta.shape().clone();
    let handle = tensor
        .client
        .empty(shape.num_elements() * tensor.dtype.size());
    CubeTensor::new_contiguous(
        tensor.client.clone(),
        tensor.device.clone(),
        shape,
        handle,
        tensor.dtype,
    )
}

/// Memory for 32-bit numbers beside a tensor.
fn empty(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    let shape = shape.into();
    let handle = like.client.empty(shape.num_elements() * size_of::<f32>());
    CubeTensor::new_contiguous(
        like.client.clone(),
        like.device.clone(),
        shape,
        handle,
        DType::F32,
    )
}

/// How many numbers a tensor has, and how many its last axis.
fn sizes(tensor: &CubeTensor) -> (usize, usize) {
    let shape = tensor.meta.shape();
    let last = shape.iter().last().copied().unwrap_or(1);
    (shape.num_elements(), last.max(1))
}

/// Units for one number each.
fn elementwise(client: &Client, numbers: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new_1d(UNITS);
    (calculate_cube_count_elemwise(client, numbers, dim), dim)
}

/// Cubes for one row each; there may be more of them than rows.
fn rowwise(rows: usize) -> CubeCount {
    let rows = rows as u32;
    let across = rows.min(MAX_CUBES);
    CubeCount::Static(across, rows.div_ceil(across.max(1)), 1)
}

/// Units of a cube: what WebGPU promises.
const UNITS: u32 = 256;

/// Cubes along an axis: what WebGPU promises.
const MAX_CUBES: u32 = 65_535;
