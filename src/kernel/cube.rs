//! The kernels on the memory of burn-cubecl's tensors, for GPUs.
//!
//! A step of a small encoder is a few hundred dispatches that each take a GPU less time than a browser takes to ask for
//! it. So what counts here is how few there are: each operation is one, and burn's own matrix product does what is left.
//!
//! WebGPU promises eight buffers a shader, one of which holds sizes and scalars, and refuses one that is bound twice: no
//! kernel has more than seven, and none is given the same tensor as two of them.

mod adam;
mod adapter;
mod attention;
mod gelu;
mod norm;
mod reduce;

use burn::backend::ops::{FloatTensorOps, ModuleOps};
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Cube, TensorMetadata};
use burn::cubecl::calculate_cube_count_elemwise;
use burn::cubecl::prelude::*;
use burn::cubecl::std::tensor::into_contiguous;
use burn::tensor::{DType, Shape};

use super::ops::{AdamStep, Adapter, Kernels, are_f32, from_f32, to_f32};
use super::packs::Packs;

/// burn-cubecl's tensor of any kind.
type CubeTensor = FloatTensor<Cube>;

impl Kernels for Cube {
    const EXIST: bool = true;
    const ADAPTERS: bool = true;

    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        in_f32([input], |[input]| gelu::gelu(input))
    }

    fn exact_gelu_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        in_f32([input, gradient], |[input, gradient]| {
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
        if !are_f32([&input, &residual, &scale, &shift]) {
            let sum = Self::float_add(input, residual);
            let output = Self::fused_norm(sum.clone(), scale, shift, epsilon);
            return (sum, output);
        }
        norm::residual_norm(input, residual, scale, shift, epsilon)
    }

    fn fused_norm_backward(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> Option<FloatTensor<Self>> {
        let inputs = [input, scale, gradient];
        Some(in_f32(inputs, |[input, scale, gradient]| {
            norm::norm_backward(input, scale, gradient, epsilon)
        }))
    }

    fn self_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        in_f32([query, key, value], |projections| {
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
        let [query, key, value, gradient] = [query, key, value, gradient].map(to_f32::<Cube>);
        let gradients =
            attention::attention_backward([query, key, value], padding, gradient, heads);
        let [query, key, value] = gradients.map(|gradient| from_f32::<Cube>(gradient, dtype));
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
        let [input, weight, bias] = [input, weight, bias].map(to_f32::<Cube>);
        let adapter = adapter.map(to_f32::<Cube>);
        let base = Self::linear(input.clone(), weight, None);
        let (output, projection) = adapter::update(base, input, bias, adapter);
        (from_f32::<Cube>(output, dtype), Some(projection))
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
        let dtype = gradient.dtype();
        let [input, weight, gradient] = [input, weight, gradient].map(to_f32::<Cube>);
        let adapter = adapter.map(to_f32::<Cube>);
        let base = wants_input.then(|| Self::linear_x_backward(weight, gradient.clone()));
        let (input, [a, b]) = adapter::backward(base, input, projection, adapter, gradient);
        let input = input.map(|gradient| from_f32::<Cube>(gradient, dtype));
        Some((
            input,
            from_f32::<Cube>(a, dtype),
            from_f32::<Cube>(b, dtype),
        ))
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
        reduce::clipping(sum, to_f32::<Cube>(loss), max_norm)
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
        let [value, mean, mean_square] = updated.map(|tensor| from_f32::<Cube>(tensor, dtype));
        (value, mean, mean_square)
    }
}

/// Computes in 32-bit numbers what is of other ones.
fn in_f32<const N: usize>(
    inputs: [CubeTensor; N],
    compute: impl FnOnce([CubeTensor; N]) -> CubeTensor,
) -> CubeTensor {
    let dtype = inputs.first().map_or(DType::F32, TensorMetadata::dtype);
    from_f32::<Cube>(compute(inputs.map(to_f32::<Cube>)), dtype)
}

/// The same numbers without gaps, in the order of the axes.
fn contiguous(tensor: CubeTensor) -> CubeTensor {
    if tensor.is_contiguous() {
        return tensor;
    }
    let (client, device, dtype) = (tensor.client.clone(), tensor.device.clone(), tensor.dtype);
    let copy = into_contiguous(&client, tensor.binding(), f32::elem_type_native());
    CubeTensor::new(client, copy.handle, *copy.metadata, device, dtype)
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
