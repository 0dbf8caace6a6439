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
fn a_linear_layer_is_burns() {
    let (weight, bias) = (tensor([37, 19], 2), tensor([19], 3));
    let packs = Packs::default();
    check(
        [tensor([3, 5, 37], 1)],
        |[input]| packed_linear(input, weight.clone(), bias.clone(), &packs),
        |[input]| linear(input, weight.clone(), Some(bias.clone())),
    );
    // Rows that do not lie one after another.
    check(
        [tensor([3, 37, 5], 1)],
        |[input]| packed_linear(input.swap_dims(1, 2), weight.clone(), bias.clone(), &packs),
        |[input]| linear(input.swap_dims(1, 2), weight.clone(), Some(bias.clone())),
    );
}

#[test]
fn a_trained_linear_layer_is_burns() {
    check(
        [tensor([21, 37], 1), tensor([37, 19], 2), tensor([1, 19], 3)],
        |[input, weight, bias]| {
            packed_linear(input, weight, bias.squeeze_dim(0), &Packs::default())
        },
        |[input, weight, bias]| linear(input, weight, Some(bias.squeeze_dim(0))),
    );
}

#[test]
fn an_int8_layer_is_near_burns() {
    let device = crate::device::cpu().autodiff();
    let of = |shape: [usize; 2], seed| {
        let values = values(shape.iter().product(), seed);
        Tensor::<2>::from_data(TensorData::new(values, shape), &device)
    };
    let packs = Packs::default();
    let (weight, bias) = (of([37, 19], 2), of([1, 19], 3).reshape([19]));
    let rows = of([37, 10], 1);
    let gradient = of([10, 19], 4).reshape([2, 5, 19]);
    let near = |found: Tensor<3>, expected: Tensor<3>| {
        let tolerance = Tolerance::<f32>::absolute(0.1);
        let (found, expected) = (found.into_data(), expected.into_data());
        found.assert_approx_eq(&expected, tolerance);
        assert!(found != expected || !has_int8(&crate::device::cpu()));
    };
    for input in [
        rows.clone().reshape([2, 5, 37]),
        // Rows that do not lie one after another.
        rows.reshape([2, 37, 5]).swap_dims(1, 2),
    ] {
        let input = input.detach().require_grad();
        let found = packed_linear(
            input.clone(),
            weight.clone(),
            bias.clone(),
            &packs.in_int8(),
        );
        let expected = linear(input.clone(), weight.clone(), Some(bias.clone()));
        near(found.clone(), expected.clone());
        let [found, expected] = [found, expected].map(|output| {
            let gradients = (output * gradient.clone()).sum().backward();
            Tensor::from_inner(input.grad(&gradients).expect("a gradient of the input"))
        });
        near(found, expected);
    }
}

#[test]
fn a_changed_input_is_quantised_anew() {
    let device = crate::device::cpu();
    let of = |shape: [usize; 2], seed| {
        let values = values(shape.iter().product(), seed);
        Tensor::<2>::from_data(TensorData::new(values, shape), &device)
    };
    let (weight, bias) = (of([32, 16], 2), of([1, 16], 3).reshape([16]));
    let packs = Packs::default();
    let multiply = |input: &Tensor<2>, packs: &Packs| {
        packed_linear(input.clone(), weight.clone(), bias.clone(), packs).into_data()
    };
    let near = |found: TensorData, expected: TensorData| {
        found.assert_approx_eq(&expected, Tolerance::<f32>::absolute(0.1));
    };
    for seed in 10..20 {
        // Where the one before lay, as a rule.
        let mut input = of([24, 32], seed);
        for _ in 0..3 {
            let found = multiply(&input, &packs.in_int8());
            assert_eq!(found, multiply(&input, &packs.in_int8()));
            near(found, multiply(&input, &packs));
            // In place, as nothing else has it.
            input = input * -1.0;
        }
        // The same memory, other rows.
        let part = input.clone().slice([8..16, 0..32]);
        near(multiply(&part, &packs.in_int8()), multiply(&part, &packs));
        let turned = input.reshape([32, 24]).transpose();
        near(
            multiply(&turned, &packs.in_int8()),
            multiply(&turned, &packs),
        );
    }
}

#[test]
fn a_changed_weight_is_packed_anew() {
    let (input, bias) = (tensor([4, 16], 1), tensor([16], 3));
    let packs = Packs::default();
    let mut weight = tensor([16, 16], 2);
    for _ in 0..3 {
        let found = packed_linear(input.clone(), weight.clone(), bias.clone(), &packs);
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
fn a_feed_forward_network_is_burns() {
    let layer = |shape: [usize; 2], seed| Frozen {
        weight: tensor(shape, seed),
        bias: tensor([shape[1]], seed + 1),
        packs: Packs::default(),
    };
    let (up, down) = (layer([20, 37], 2), layer([37, 20], 4));
    // Few rows, and more than a block.
    for rows in [2, 71] {
        let own = |[input]: [Tensor<3>; 1]| feed_forward(input, up.clone(), down.clone());
        let burn = |[input]: [Tensor<3>; 1]| {
            let inner = linear(input, up.weight.clone(), Some(up.bias.clone()));
            let (weight, bias) = (down.weight.clone(), down.bias.clone());
            linear(activation::gelu(inner), weight, Some(bias))
        };
        let input = || [tensor([1, rows, 20], 1)];
        check(input(), own, burn);
        // Without a gradient of anything.
        let [found, expected] = [own(input()), burn(input())].map(Tensor::into_data);
        found.assert_approx_eq(&expected, Tolerance::<f32>::absolute(2e-5));
    }
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
fn a_trained_norm_is_burns() {
    check(
        [
            tensor([14, 29], 1),
            tensor([14, 29], 4),
            tensor([1, 29], 2),
            tensor([1, 29], 3),
        ],
        |[input, residual, scale, shift]| {
            let [scale, shift] = [scale, shift].map(|weights| weights.squeeze_dim(0));
            residual_norm(input, residual, scale, shift, 1e-5)
        },
        |[input, residual, scale, shift]| {
            let [scale, shift] = [scale, shift].map(|weights| weights.squeeze_dim(0));
            layer_norm(input + residual, scale, Some(shift), 1e-5)
        },
    );
}

#[test]
fn an_update_is_burns() {
    let shape = [7, 9];
    let plain = |seed| tensor::<2>(shape, seed).inner();
    let clipping = Tensor::<1>::from_floats([0.0, 0.0, 0.5], &device()).inner();
    for decay in [0.0, 0.1] {
        let step = AdamStep {
            keep: 0.99,
            decay,
            beta_1: 0.9,
            beta_2: 0.999,
            rate: 0.01,
            epsilon: 1e-3,
        };
        let moments = || [plain(3), plain(4).square()];
        let (value, moments_after) = adam(plain(1), plain(2), moments(), clipping.clone(), step);
        let gradient = plain(2) * 0.5 + plain(1) * decay;
        let [mean, mean_square] = moments();
        let mean = mean * 0.9 + gradient.clone() * 0.1;
        let mean_square = mean_square * 0.999 + gradient.square() * 0.001;
        let change = mean.clone() * 0.01 / (mean_square.clone().sqrt() + 1e-3);
        let expected = [plain(1) * 0.99 - change, mean, mean_square];
        let [mean, mean_square] = moments_after;
        for (found, expected) in [value, mean, mean_square].into_iter().zip(expected) {
            let tolerance = Tolerance::<f32>::absolute(1e-6);
            found
                .into_data()
                .assert_approx_eq(&expected.into_data(), tolerance);
        }
    }
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

#[test]
fn packed_attention_is_that_of_each_text() {
    let (lengths, heads, width) = ([4, 1, 9], 3, 5);
    let shape = [1, 14, heads * width];
    check(
        [tensor(shape, 1), tensor(shape, 2), tensor(shape, 3)],
        |[query, key, value]| packed_attention(query, key, value, lengths.into(), heads, false),
        |projections| {
            let mut start = 0;
            let texts = lengths.map(|length| {
                let own = projections.clone().map(|x| x.narrow(1, start, length));
                start += length;
                let [query, key, value] =
                    own.map(|x| x.reshape([1, length, heads, width]).swap_dims(1, 2));
                let options = AttentionModuleOptions::default();
                let context = attention(query, key, value, None, None, options);
                context.swap_dims(1, 2).reshape([1, length, heads * width])
            });
            Tensor::cat(texts.to_vec(), 1)
        },
    );
}

#[test]
fn dropout_is_decided_by_the_seed_and_drops_gradients_alike() {
    let input = || tensor([40, 50], 1).require_grad();
    let drop = || {
        device().seed(7);
        let input = input();
        let output = dropout(input.clone(), 0.25);
        let gradients = output.clone().sum().backward();
        let gradient = input.grad(&gradients).unwrap().into_data();
        (output.into_data(), gradient.try_to_vec::<f32>().unwrap())
    };
    let (output, gradient) = drop();
    assert_eq!(output, drop().0);
    let kept = gradient.iter().filter(|&&factor| factor != 0.0).count();
    assert!(
        (kept as f64 / 2000.0 - 0.75).abs() < 0.05,
        "{kept} are kept"
    );
    let pairs = input()
        .into_data()
        .try_to_vec::<f32>()
        .unwrap()
        .into_iter()
        .zip(gradient);
    let expected: Vec<f32> = pairs.map(|(value, factor)| value * factor).collect();
    assert_eq!(output.try_to_vec::<f32>().unwrap(), expected);
}
