//! The kernels through burn, beside burn's own operations.

use burn::tensor::activation;
use burn::tensor::module::{attention, layer_norm, linear};
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, TensorData, Tolerance};

use super::*;
use crate::kernel::reference::values;

fn device() -> Device {
    crate::device::cpu().autodiff()
}

fn tensor<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
    let values = values(shape.iter().product(), seed);
    Tensor::from_data(TensorData::new(values, shape), &device())
}

/// Checks that two ways to compute something give the same, and the same gradients of all inputs.
fn check<const N: usize, const D: usize>(
    inputs: [Tensor<D>; N],
    own: impl Fn([Tensor<D>; N]) -> Tensor<D>,
    burn: impl Fn([Tensor<D>; N]) -> Tensor<D>,
) {
    let compute = |way: &dyn Fn([Tensor<D>; N]) -> Tensor<D>| {
        let inputs = inputs.clone().map(|input| input.detach().require_grad());
        let output = way(inputs.clone());
        let weights = tensor(output.dims(), 99);
        let gradients = (output.clone() * weights).sum().backward();
        let mut all = vec![output.into_data()];
        all.extend(
            inputs
                .iter()
                .map(|input| input.grad(&gradients).unwrap().into_data()),
        );
        all
    };
    let tolerance = Tolerance::<f32>::absolute(2e-5);
    for (own, burn) in compute(&own).into_iter().zip(compute(&burn)) {
        own.assert_approx_eq(&burn, tolerance);
    }
}

#[test]
fn a_frozen_linear_layer_is_burns() {
    let (weight, bias) = (tensor([37, 19], 2), tensor([19], 3));
    let packs = Packs::default();
    check(
        [tensor([3, 5, 37], 1)],
        |[input]| frozen_linear(input, weight.clone(), bias.clone(), &packs),
        |[input]| linear(input, weight.clone(), Some(bias.clone())),
    );
    // Rows that do not lie one after another.
    check(
        [tensor([3, 37, 5], 1)],
        |[input]| frozen_linear(input.swap_dims(1, 2), weight.clone(), bias.clone(), &packs),
        |[input]| linear(input.swap_dims(1, 2), weight.clone(), Some(bias.clone())),
    );
}

#[test]
fn a_changed_weight_is_packed_anew() {
    let (input, bias) = (tensor([4, 16], 1), tensor([16], 3));
    let packs = Packs::default();
    let mut weight = tensor([16, 16], 2);
    for _ in 0..3 {
        let found = frozen_linear(input.clone(), weight.clone(), bias.clone(), &packs);
        let expected = linear(input.clone(), weight.clone(), Some(bias.clone()));
        let tolerance = Tolerance::<f32>::absolute(1e-5);
        found
            .into_data()
            .assert_approx_eq(&expected.into_data(), tolerance);
        // In place, were the weight's memory not kept by its packed form.
        weight = weight + 1.0;
    }
}

#[test]
fn gelu_is_burns() {
    check(
        [tensor([3, 71], 1) * 6.0],
        |[input]| gelu(input),
        |[input]| activation::gelu(input),
    );
}

#[test]
fn a_norm_of_a_sum_is_burns() {
    let (scale, shift) = (tensor([29], 2), tensor([29], 3));
    let residual = tensor([2, 7, 29], 4);
    check(
        [tensor([2, 7, 29], 1), residual],
        |[input, residual]| residual_norm(input, residual, scale.clone(), shift.clone(), 1e-5),
        |[input, residual]| layer_norm(input + residual, scale.clone(), Some(shift.clone()), 1e-5),
    );
    // The same rows for each text.
    let residual = || tensor([1, 7, 29], 4);
    check(
        [tensor([2, 7, 29], 1)],
        |[input]| residual_norm(input, residual(), scale.clone(), shift.clone(), 1e-5),
        |[input]| layer_norm(input + residual(), scale.clone(), Some(shift.clone()), 1e-5),
    );
}

#[test]
fn self_attention_is_burns() {
    let (batch, tokens, heads, width) = (2, 7, 3, 5);
    let shape = [batch, tokens, heads * width];
    let padding: Vec<bool> = (0..batch * tokens).map(|place| place > 11).collect();
    let padding = TensorData::new(padding, [batch, 1, 1, tokens]);
    let padding = Tensor::<4, Bool>::from_data(padding, &device());
    check(
        [tensor(shape, 1), tensor(shape, 2), tensor(shape, 3)],
        |[query, key, value]| self_attention(query, key, value, padding.clone(), heads),
        |projections| {
            let [query, key, value] =
                projections.map(|x| x.reshape([batch, tokens, heads, width]).swap_dims(1, 2));
            let padding = padding.clone().expand([batch, heads, tokens, tokens]);
            let options = AttentionModuleOptions::default();
            let context = attention(query, key, value, Some(padding), None, options);
            context.swap_dims(1, 2).reshape(shape)
        },
    );
}
