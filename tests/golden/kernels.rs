//! The kernels on a device beside burn's own operations on the CPU: values and gradients, at sizes that fill no tile.

use burn::tensor::module::{attention, layer_norm, linear};
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Bool, Device, FloatDType, Tensor, TensorData, activation};
use tabtune::device;
use tabtune::kernel::tensors::{
    LowRank, adam, adapted_linear, add_squares, clipping, gelu, packed_linear, residual_norm,
    scaled_clipping, self_attention,
};
use tabtune::kernel::{AdamStep, Packs};

use super::Subject;
use super::fixture::{assert_close, read};

/// Numbers from -1 to 1.
fn numbers<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
        .collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A function of some inputs of `D` axes and of two matrices.
type Function<'a, const N: usize, const D: usize> =
    &'a dyn Fn([Tensor<D>; N], [Tensor<2>; 2], &Device) -> Tensor<D>;

/// Checks that two functions have the same value and gradients, the first on the device and the second on the CPU.
async fn check<const N: usize, const D: usize>(
    what: &str,
    subject: &Subject,
    (shapes, matrices): ([[usize; D]; N], [[usize; 2]; 2]),
    own: Function<'_, N, D>,
    burn: Function<'_, N, D>,
) {
    let mut all = Vec::new();
    let dtype = match subject.fp16 {
        true => FloatDType::F16,
        false => FloatDType::F32,
    };
    let ways = [
        (&subject.device, own, dtype),
        (&device::cpu(), burn, FloatDType::F32),
    ];
    for (device, function, dtype) in ways {
        let device = device.clone().autodiff();
        let inputs = std::array::from_fn::<_, N, _>(|index| {
            numbers(shapes[index], 1 + index as u64, &device).require_grad()
        });
        let matrices = std::array::from_fn::<_, 2, _>(|index| {
            numbers(matrices[index], 11 + index as u64, &device).require_grad()
        });
        let of_dtype = inputs.clone().map(|input| input.cast(dtype));
        let output = function(of_dtype, matrices.clone(), &device).cast(FloatDType::F32);
        let weights = numbers(output.dims(), 21, &device);
        let gradients = (output.clone() * weights).sum().backward();
        let mut found = vec![read(output.inner()).await];
        for input in &inputs {
            found.push(read(input.grad(&gradients).expect("a gradient")).await);
        }
        for matrix in &matrices {
            if let Some(gradient) = matrix.grad(&gradients) {
                found.push(read(gradient).await);
            }
        }
        all.push(found);
    }
    let [found, expected] = all.try_into().expect("two devices");
    assert_eq!(found.len(), expected.len(), "{what}: gradients");
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let what = format!("{what} {index}");
        assert_close(&what, found, expected, subject.tolerance.kernel);
    }
}

const NO_MATRICES: [[usize; 2]; 2] = [[1, 1]; 2];

pub async fn check_kernels(subject: &Subject) {
    check_gelu(subject).await;
    check_norm(subject).await;
    check_linear(subject).await;
    check_adapter(subject).await;
    for (tokens, heads, width) in [(7, 3, 5), (37, 2, 32), (16, 1, 40)] {
        check_attention(subject, tokens, heads, width).await;
    }
    check_adam(subject).await;
    check_loss_scale(subject).await;
}

async fn check_gelu(subject: &Subject) {
    // burn's derivative is that of an approximation; here it comes from the error function's.
    let exact = |x: Tensor<2>| (x.clone() / 2_f64.sqrt()).erf().add_scalar(1.0) * x / 2.0;
    check(
        "gelu",
        subject,
        ([[3, 371]], NO_MATRICES),
        &|[x], _, _| gelu(x * 6.0),
        &|[x], _, _| exact(x * 6.0),
    )
    .await;
    let device = subject.device.clone().autodiff();
    let x = Tensor::<1>::from_floats([-40.0, -0.0, 40.0], &device).require_grad();
    let output = gelu(x.clone());
    let gradients = output.clone().sum().backward();
    assert_close(
        "far gelu",
        &read(output.inner()).await,
        &[0.0, 0.0, 40.0],
        1e-6,
    );
    let slope = read(x.grad(&gradients).expect("a gradient")).await;
    assert_close("far slope", &slope, &[0.0, 0.5, 1.0], 1e-6);
}

async fn check_norm(subject: &Subject) {
    for residual in [[2, 7, 129], [1, 7, 129], [1, 1, 129], [2, 1, 129]] {
        check(
            &format!("norm {residual:?}"),
            subject,
            ([[2, 7, 129], residual], NO_MATRICES),
            &|[x, y], _, device| {
                let (scale, shift) = (numbers([129], 5, device), numbers([129], 6, device));
                residual_norm(x, y, scale, shift, 1e-5)
            },
            &|[x, y], _, device| {
                let (scale, shift) = (numbers([129], 5, device), numbers([129], 6, device));
                layer_norm(x + y, scale, Some(shift), 1e-5)
            },
        )
        .await;
    }
}

async fn check_linear(subject: &Subject) {
    let packs = Packs::default();
    let weights = |device: &Device| (numbers([37, 19], 5, device), numbers([19], 6, device));
    check(
        "linear",
        subject,
        ([[3, 5, 37]], NO_MATRICES),
        &|[x], _, device| {
            let (weight, bias) = weights(device);
            let dtype = FloatDType::from(x.dtype());
            packed_linear(x, weight.cast(dtype), bias.cast(dtype), &packs)
        },
        &|[x], _, device| {
            let (weight, bias) = weights(device);
            linear(x, weight, Some(bias))
        },
    )
    .await;
}

async fn check_adapter(subject: &Subject) {
    let packs = Packs::default();
    let weights = |device: &Device| (numbers([37, 19], 5, device), numbers([19], 6, device));
    // Zeros and ones that both devices have.
    let mask = |device: &Device| numbers([3, 5, 37], 7, device).greater_elem(-0.5).float();
    for masked in [false, true] {
        check(
            &format!("adapter, masked: {masked}"),
            subject,
            ([[3, 5, 37]], [[37, 3], [3, 19]]),
            &|[x], [a, b], device| {
                let (weight, bias) = weights(device);
                let dtype = FloatDType::from(x.dtype());
                let mask = masked.then(|| (mask(device).cast(dtype), 0.75));
                let adapter = LowRank { a, b, scaling: 2.0 };
                adapted_linear(x, weight.cast(dtype), bias, adapter, mask, &packs)
            },
            &|[x], [a, b], device| {
                let (weight, bias) = weights(device);
                let seen = match masked {
                    true => x.clone() * mask(device) / 0.75,
                    false => x.clone(),
                };
                let update = seen.reshape([15, 37]).matmul(a).matmul(b) * 2.0;
                linear(x, weight, Some(bias)) + update.reshape([3, 5, 19])
            },
        )
        .await;
    }
}

async fn check_attention(subject: &Subject, tokens: usize, heads: usize, width: usize) {
    let batch = 2;
    let shape = [batch, tokens, heads * width];
    let padding = |device: &Device| {
        // The second text is shorter.
        let padding: Vec<bool> = (0..batch * tokens)
            .map(|place| place >= 2 * tokens - 3)
            .collect();
        Tensor::<4, Bool>::from_data(TensorData::new(padding, [batch, 1, 1, tokens]), device)
    };
    check(
        &format!("attention of {tokens} tokens, {heads} heads of {width}"),
        subject,
        ([shape; 3], NO_MATRICES),
        &|[query, key, value], _, device| self_attention(query, key, value, padding(device), heads),
        &|projections, _, device| {
            let [query, key, value] =
                projections.map(|x| x.reshape([batch, tokens, heads, width]).swap_dims(1, 2));
            let padding = padding(device).expand([batch, heads, tokens, tokens]);
            let options = AttentionModuleOptions::default();
            let context = attention(query, key, value, Some(padding), None, options);
            context.swap_dims(1, 2).reshape(shape)
        },
    )
    .await;
}

/// Three updates of two parameters, clipped, on the device and by hand.
async fn check_adam(subject: &Subject) {
    let device = &subject.device;
    let step = AdamStep {
        keep: 0.99,
        decay: 0.25,
        beta_1: 0.9,
        beta_2: 0.999,
        rate: 0.01,
        epsilon: 1e-3,
    };
    let mut large = (
        numbers([70, 300], 1, device),
        [(); 2].map(|()| Tensor::zeros([70, 300], device)),
    );
    let mut small = (
        numbers([5], 2, device),
        [(); 2].map(|()| Tensor::zeros([5], device)),
    );
    let mut expected = Vec::new();
    for tensor in [read(large.0.clone()).await, read(small.0.clone()).await] {
        expected.push(
            tensor
                .iter()
                .map(|&value| (f64::from(value), 0.0, 0.0))
                .collect::<Vec<_>>(),
        );
    }
    for seed in 3..6 {
        let of_large = numbers([70, 300], seed, device);
        let of_small = numbers([5], seed + 9, device);
        let given = [read(of_large.clone()).await, read(of_small.clone()).await];
        let squares = add_squares(None, of_large.clone());
        let squares = add_squares(Some(squares), of_small.clone());
        let loss = Tensor::from_floats([4.5], device);
        let clipped = clipping(squares, loss, Some(2.0));
        large = adam(large.0, of_large, large.1, clipped.clone(), step);
        small = adam(small.0, of_small, small.1, clipped.clone(), step);

        let squares = given
            .iter()
            .flatten()
            .map(|&value| f64::from(value).powi(2));
        let norm = squares.sum::<f64>().sqrt();
        let scale = 2.0 / (norm + 1e-6);
        let numbers = [4.5, norm as f32, scale as f32];
        let clipped = read(clipped).await;
        assert_close("clipping", &clipped, &numbers, subject.tolerance.kernel);
        for (states, gradients) in expected.iter_mut().zip(&given) {
            for ((value, mean, mean_square), &gradient) in states.iter_mut().zip(gradients) {
                let gradient = f64::from(gradient) * scale + *value * step.decay;
                *mean = *mean * step.beta_1 + gradient * (1.0 - step.beta_1);
                *mean_square = *mean_square * step.beta_2 + gradient.powi(2) * (1.0 - step.beta_2);
                *value =
                    *value * step.keep - step.rate * *mean / (mean_square.sqrt() + step.epsilon);
            }
        }
    }
    let unclipped = clipping(
        add_squares(None, small.0.clone()),
        Tensor::from_floats([0.0], device),
        None,
    );
    assert_eq!(read(unclipped).await[2], 1.0);
    let pick = |states: &[(f64, f64, f64)], which: fn(&(f64, f64, f64)) -> f64| {
        states
            .iter()
            .map(|state| which(state) as f32)
            .collect::<Vec<f32>>()
    };
    let found = [
        (
            large.0.flatten(0, 1),
            large.1.map(|moment| moment.flatten(0, 1)),
        ),
        small,
    ];
    for ((value, [mean, mean_square]), expected) in found.into_iter().zip(&expected) {
        assert_close(
            "value",
            &read::<1>(value).await,
            &pick(expected, |it| it.0),
            subject.tolerance.kernel,
        );
        assert_close(
            "mean",
            &read::<1>(mean).await,
            &pick(expected, |it| it.1),
            subject.tolerance.kernel,
        );
        assert_close(
            "square",
            &read::<1>(mean_square).await,
            &pick(expected, |it| it.2),
            subject.tolerance.kernel,
        );
    }
}

/// The scale of a loss comes off its gradients; one that is no number has all stay as it is, and so has a step before that did.
async fn check_loss_scale(subject: &Subject) {
    const SCALE: f64 = 1024.0;
    let device = &subject.device;
    let vector = |numbers: &[f32]| Tensor::<1>::from_floats(numbers, device);
    let step = AdamStep {
        keep: 0.9,
        decay: 0.0,
        beta_1: 0.9,
        beta_2: 0.999,
        rate: 0.01,
        epsilon: 1e-8,
    };
    let counted = vector(&[0.0, 0.0, 1.0]);
    let void = vector(&[0.0, f32::INFINITY, 0.0]);
    let cases = [
        ([3072.0, -4096.0, 0.0], &counted, Some((5.0, 0.4 / 1024.0))),
        ([3072.0, f32::INFINITY, 0.0], &counted, None),
        ([3072.0, f32::NAN, 0.0], &counted, None),
        ([3072.0, -4096.0, 0.0], &void, None),
    ];
    for (gradient, before, expected) in cases {
        let name = format!("{gradient:?}");
        let gradient = vector(&gradient);
        let squares = add_squares(None, gradient.clone());
        let loss = vector(&[4.5]);
        let numbers = scaled_clipping(squares, loss, before.clone(), Some(2.0), SCALE);
        let found = read(numbers.clone()).await;
        assert_eq!(found[0], 4.5, "{name}");
        match expected {
            Some((norm, factor)) => {
                assert_close(
                    &name,
                    &[found[1], found[2] * 1024.0],
                    &[norm, factor * 1024.0],
                    1e-6,
                );
            }
            None => assert_eq!(found[2], 0.0, "{name}"),
        }
        let states = [
            vector(&[1.0, 2.0, 3.0]),
            vector(&[0.1, 0.2, 0.3]),
            vector(&[0.4, 0.5, 0.6]),
        ];
        let [value, mean, mean_square] = states.clone();
        let (value, [mean, mean_square]) =
            adam(value, gradient, [mean, mean_square], numbers, step);
        for (found, before) in [value, mean, mean_square].into_iter().zip(states) {
            let (found, before) = (read(found).await, read(before).await);
            assert_eq!(found == before, expected.is_none(), "{name}");
            assert!(found.iter().all(|number| number.is_finite()), "{name}");
        }
    }
}
