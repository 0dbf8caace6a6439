//! The kernels on the memory of burn-flex's tensors.

mod attention;
mod linear;

use std::sync::Arc;

use burn::backend::flex::{FlexDevice, FlexTensor, Layout};
use burn::backend::ops::{ActivationOps, FloatTensorOps, ModuleOps};
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{Bytes, DType, Device, Distribution, FloatDType, Shape};

use super::adam::Adam;
use super::adapter::LowRank;
use super::dropout::draw_mask;
use super::feed_forward::{FeedForward, Layer};
use super::gelu::{gelu, gelu_backward};
use super::int8;
use super::lanes::sum;
use super::matrix::{Rows, transposed};
use super::norm::Norm;
use super::ops::{
    AdamStep, Adapter, FrozenLinear, Kernels, Mask, are_f32, burn_attention, burn_packed_attention,
    cast, to_f32,
};
use super::packs::{Direction, Packs};
use super::panels::Panels;
use super::product::product;
use attention::{attention, attention_backward, packed_texts, padded_texts};
use linear::{linear, linear_backward, packed, with_columns};

/// Whether tensors of a device lie in burn-flex's memory.
pub(super) fn runs_on(device: &Device) -> bool {
    *device == Device::new(FlexDevice)
}

impl Kernels for Flex {
    const EXIST: bool = true;
    const PACKED_ATTENTION: bool = true;
    const ADAPTERS: bool = true;

    fn packed_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        packs: Packs,
    ) -> FloatTensor<Self> {
        if !are_f32([&input, &weight, &bias]) {
            return Self::linear(input, weight, Some(bias));
        }
        let (input, bias) = (input.to_contiguous(), bias.to_contiguous());
        let (output, shape) = linear(&input, &weight, &bias, &packs);
        tensor(output, shape)
    }

    fn packed_linear_backward(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        packs: Packs,
    ) -> FloatTensor<Self> {
        if !are_f32([&gradient, &weight]) {
            return Self::linear_x_backward(weight, gradient);
        }
        let (output, shape) = linear_backward(&gradient.to_contiguous(), &weight, &packs);
        tensor(output, shape)
    }

    fn packed_linear_weight_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        if !are_f32([&input, &gradient]) {
            return Self::linear_weight_backward(input, gradient);
        }
        let [(input, d_input), (gradient, d_output)] = [input, gradient].map(|tensor| {
            let shape = tensor.shape();
            (tensor.to_contiguous(), shape[shape.num_dims() - 1])
        });
        let rows = input.shape().num_elements() / d_input.max(1);
        let output = product(
            Rows::new(&transposed(f32s(&input), [rows, d_input]), [d_input, rows]),
            &Panels::of(Rows::new(f32s(&gradient), [rows, d_output])),
            None,
        );
        tensor(output, Shape::new([d_input, d_output]))
    }

    fn feed_forward(
        input: FloatTensor<Self>,
        up: FrozenLinear<Self>,
        down: FrozenLinear<Self>,
    ) -> FloatTensor<Self> {
        let dtype = TensorMetadata::dtype(&input);
        let (input, [up, down]) = (contiguous_f32(input), [up, down].map(in_f32));
        let [d_input, _] = up.weight.shape().dims();
        let [_, d_output] = down.weight.shape().dims();
        let (rows, shape) = with_columns(&input, d_input, d_output);
        let [up, down] = [&up, &down].map(
            |FrozenLinear {
                 weight,
                 bias,
                 packs,
             }| Layer {
                weight: packed(weight, packs, Direction::Forward),
                bias: f32s(bias),
            },
        );
        let output = FeedForward { up, down }.forward(rows);
        cast::<Self>(tensor(output, shape), dtype)
    }

    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        if !are_f32([&input]) {
            return Self::gelu(input);
        }
        let input = input.to_contiguous();
        tensor(gelu(f32s(&input)), input.shape())
    }

    fn exact_gelu_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        if !are_f32([&input, &gradient]) {
            return Self::gelu_backward(input, gradient);
        }
        let input = input.to_contiguous();
        in_place(gradient, |values| gelu_backward(f32s(&input), values))
    }

    fn fused_norm(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        if !are_f32([&input, &scale, &shift]) {
            return Self::layer_norm(input, scale, Some(shift), epsilon);
        }
        let [scale, shift] = [scale, shift].map(|tensor| tensor.to_contiguous());
        in_place(input, |values| {
            norm(&scale, &shift, epsilon).forward(values)
        })
    }

    fn residual_norm(
        input: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        if !are_f32([&input, &residual, &scale, &shift]) || input.shape() != residual.shape() {
            return Self::fused_norm(Self::float_add(input, residual), scale, shift, epsilon);
        }
        let [residual, scale, shift] =
            [residual, scale, shift].map(|tensor| tensor.to_contiguous());
        in_place(input, |values| {
            norm(&scale, &shift, epsilon).forward_of_sum(values, f32s(&residual));
        })
    }

    fn residual_norm_with_sum(
        input: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        if !are_f32([&input, &residual, &scale, &shift]) || input.shape() != residual.shape() {
            let sum = Self::float_add(input, residual);
            return (sum.clone(), Self::fused_norm(sum, scale, shift, epsilon));
        }
        let [residual, scale, shift] =
            [residual, scale, shift].map(|tensor| tensor.to_contiguous());
        let mut output = Vec::new();
        let sum = in_place(input, |values| {
            output = norm(&scale, &shift, epsilon).forward_with_sum(values, f32s(&residual));
        });
        (sum, tensor(output, residual.shape()))
    }

    fn fused_norm_weights_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape = input.shape();
        let width = shape[shape.num_dims() - 1];
        let [input, gradient] = [input, gradient].map(|tensor| tensor.to_contiguous());
        let ones = tensor(vec![1.0; width], Shape::new([width]));
        let norm = norm(&ones, &ones, epsilon);
        let [scale, shift] = norm.weights_backward(f32s(&input), f32s(&gradient));
        let weights = |values| tensor(values, Shape::new([width]));
        (weights(scale), weights(shift))
    }

    fn fused_norm_backward(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> Option<FloatTensor<Self>> {
        let dtype = TensorMetadata::dtype(&gradient);
        let [input, scale] = [input, scale].map(contiguous_f32);
        let gradient = in_place(to_f32::<Self>(gradient), |values| {
            norm(&scale, &scale, epsilon).backward(f32s(&input), values);
        });
        Some(cast::<Self>(gradient, dtype))
    }

    fn dropout_mask(like: FloatTensor<Self>, keep: f64) -> FloatTensor<Self> {
        // Two numbers of the device's own random ones, which are many times slower.
        let seed = Self::float_random(
            Shape::new([2]),
            Distribution::Default,
            &TensorMetadata::device(&like),
            FloatDType::F32,
        );
        let seed = f32s(&seed).iter().copied();
        let mut seed = seed.map(|number| (number * (1 << 24) as f32) as u32);
        let seed = [(); 2].map(|()| seed.next().unwrap_or_default());
        let shape = like.shape();
        let mut output = vec![0.0; shape.num_elements()];
        draw_mask(seed, keep, &mut output);
        tensor(output, shape)
    }

    fn self_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        if !are_f32([&query, &key, &value]) {
            return burn_attention::<Self>([query, key, value], Some(padding), heads);
        }
        let texts = padded_texts(padding);
        attention([query, key, value], &texts, heads, false)
    }

    fn self_attention_backward(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        gradient: FloatTensor<Self>,
        heads: usize,
    ) -> Option<(FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>)> {
        let texts = padded_texts(padding);
        Some(attention_backward(
            [query, key, value],
            gradient,
            &texts,
            heads,
        ))
    }

    fn packed_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        lengths: Arc<[usize]>,
        heads: usize,
        in_int8: bool,
    ) -> FloatTensor<Self> {
        if !are_f32([&query, &key, &value]) {
            return burn_packed_attention::<Self>([query, key, value], &lengths, heads);
        }
        let in_int8 = in_int8 && int8::is_available();
        let texts = packed_texts(&lengths);
        attention([query, key, value], &texts, heads, in_int8)
    }

    fn packed_attention_backward(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        lengths: Arc<[usize]>,
        gradient: FloatTensor<Self>,
        heads: usize,
    ) -> Option<(FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>)> {
        let texts = packed_texts(&lengths);
        Some(attention_backward(
            [query, key, value],
            gradient,
            &texts,
            heads,
        ))
    }

    fn adapted_linear_with_projection(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        adapter: Adapter<Self>,
        packs: Packs,
    ) -> (FloatTensor<Self>, Option<FloatTensor<Self>>) {
        let dtype = TensorMetadata::dtype(&input);
        let [input, weight, bias] = [input, weight, bias].map(contiguous_f32);
        let adapter = adapter.map(contiguous_f32);
        let (mut output, shape) = linear(&input, &weight, &bias, &packs);
        let projection = low_rank(&adapter).forward(f32s(&input), &mut output);
        let [_, rank] = adapter.a.shape().dims();
        let rows = projection.len() / rank.max(1);
        let projection = tensor(projection, Shape::new([rows, rank]));
        (cast::<Self>(tensor(output, shape), dtype), Some(projection))
    }

    fn adapted_linear_backward(
        input: FloatTensor<Self>,
        projection: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        adapter: Adapter<Self>,
        gradient: FloatTensor<Self>,
        wants_input: bool,
        packs: Packs,
    ) -> Option<(
        Option<FloatTensor<Self>>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    )> {
        let dtype = TensorMetadata::dtype(&gradient);
        let [input, weight, gradient] = [input, weight, gradient].map(contiguous_f32);
        let adapter = adapter.map(contiguous_f32);
        let mut of_input = wants_input.then(|| linear_backward(&gradient, &weight, &packs));
        let [a, b] = low_rank(&adapter).backward(
            f32s(&input),
            f32s(&projection),
            f32s(&gradient),
            of_input.as_mut().map(|(values, _)| values.as_mut_slice()),
        );
        let of_input = of_input.map(|(values, shape)| cast::<Self>(tensor(values, shape), dtype));
        let a = cast::<Self>(tensor(a, adapter.a.shape()), dtype);
        let b = cast::<Self>(tensor(b, adapter.b.shape()), dtype);
        Some((of_input, a, b))
    }

    fn squares(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        if !are_f32([&gradient]) {
            return Self::float_sum(Self::float_mul(gradient.clone(), gradient));
        }
        let gradient = gradient.to_contiguous();
        let squares = sum([f32s(&gradient)], |[x]| x * x);
        tensor(vec![squares], Shape::new([1]))
    }

    fn adam(
        value: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        mean_square: FloatTensor<Self>,
        clipping: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let dtype = TensorMetadata::dtype(&value);
        let [value, gradient, mean, mean_square, clipping] =
            [value, gradient, mean, mean_square, clipping].map(contiguous_f32);
        let scale = f32s(&clipping)[2];
        let updated = if scale == 0.0 {
            [value, mean, mean_square]
        } else {
            let update = Adam {
                value: f32s(&value),
                gradient: f32s(&gradient),
                scale,
                step,
            };
            let updated = update.update([f32s(&mean), f32s(&mean_square)]);
            updated.map(|values| tensor(values, value.shape()))
        };
        updated.map(|tensor| cast::<Self>(tensor, dtype)).into()
    }
}

fn norm<'a>(scale: &'a FlexTensor, shift: &'a FlexTensor, epsilon: f64) -> Norm<'a> {
    Norm {
        scale: f32s(scale),
        shift: f32s(shift),
        epsilon: epsilon as f32,
    }
}

/// The values of a contiguous tensor of 32-bit numbers.
fn f32s(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().unwrap_or_default()
}

/// A tensor of 32-bit numbers after `change`, contiguous: in the same memory where nothing else has it.
fn in_place(tensor: FlexTensor, change: impl FnOnce(&mut [f32])) -> FlexTensor {
    let mut contiguous = tensor.to_contiguous();
    drop(tensor);
    let count = contiguous.shape().num_elements();
    // The memory may hold more than a tensor that is a part of another.
    let own = contiguous.try_storage_mut();
    if let Some(values) = own.filter(|values| values.len() == count) {
        change(values);
        return contiguous;
    }
    let mut values = f32s(&contiguous).to_vec();
    change(&mut values);
    self::tensor(values, contiguous.shape())
}

fn tensor(values: Vec<f32>, shape: Shape) -> FlexTensor {
    FlexTensor::new(
        Bytes::from_elems(values),
        Layout::contiguous(shape),
        DType::F32,
    )
}

/// An adapter whose tensors are contiguous.
fn low_rank(adapter: &Adapter<Flex>) -> LowRank<'_> {
    LowRank {
        a: matrix(&adapter.a),
        b: matrix(&adapter.b),
        mask: match &adapter.mask {
            Mask::None => None,
            Mask::Kept(mask, _) => Some(f32s(mask)),
        },
        factor: adapter.factor(),
    }
}

/// The values of a contiguous tensor of two axes.
fn matrix(tensor: &FlexTensor) -> Rows<'_> {
    Rows::new(f32s(tensor), tensor.shape().dims())
}

/// A layer of 32-bit numbers. Its weight stays where it lies, as that is what its packs know it by.
fn in_f32(layer: FrozenLinear<Flex>) -> FrozenLinear<Flex> {
    FrozenLinear {
        weight: to_f32::<Flex>(layer.weight),
        bias: contiguous_f32(layer.bias),
        packs: layer.packs,
    }
}

/// A contiguous tensor of 32-bit numbers.
fn contiguous_f32(tensor: FlexTensor) -> FlexTensor {
    to_f32::<Flex>(tensor).to_contiguous()
}
