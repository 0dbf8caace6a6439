//! An update by Adam or AdamW.
//!
//! Source: the algorithms in the documentation of `torch.optim.{AdamW,Adam}`.

use std::mem::MaybeUninit;

use super::ops::AdamStep;
use super::parallel;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 14;

/// A parameter that is updated. All slices are as long as it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Adam<'a> {
    pub(super) value: &'a [f32],
    pub(super) gradient: &'a [f32],
    /// What the gradient is multiplied with first.
    pub(super) scale: f32,
    pub(super) step: AdamStep,
}

impl Adam<'_> {
    /// The parameter, the mean of its gradients and that of their squares, given both means before.
    pub(super) fn update(&self, [mean, mean_square]: [&[f32]; 2]) -> [Vec<f32>; 3] {
        let count = self.value.len();
        let slices = [self.gradient, mean, mean_square];
        assert!(
            slices.iter().all(|slice| slice.len() == count),
            "a moment for each number"
        );
        // SAFETY: `update_block` writes all that it is given, as all slices are as long.
        unsafe {
            parallel::collect(count, MIN_SHARE, |start, block| {
                self.update_block(
                    [mean, mean_square].map(|means| &means[start..]),
                    start,
                    block,
                );
            })
        }
    }

    /// [`Self::update`] of the numbers from `start` on. In loops of one output each, which a compiler makes vectors of.
    #[inline(always)]
    fn update_block(
        &self,
        [mean, mean_square]: [&[f32]; 2],
        start: usize,
        [new_value, new_mean, new_mean_square]: &mut [&mut [MaybeUninit<f32>]; 3],
    ) {
        let AdamStep {
            keep,
            decay,
            beta_1,
            beta_2,
            rate,
            epsilon,
        } = self.step;
        let [new_1, new_2] = [1.0 - beta_1, 1.0 - beta_2].map(|x| x as f32);
        let [keep, decay, beta_1, beta_2] = [keep, decay, beta_1, beta_2].map(|x| x as f32);
        let [rate, epsilon] = [rate, epsilon].map(|x| x as f32);
        let value = &self.value[start..];
        let gradients = || {
            let pairs = self.gradient[start..].iter().zip(value);
            pairs.map(|(gradient, value)| gradient * self.scale + value * decay)
        };
        for ((place, mean), gradient) in new_mean.iter_mut().zip(mean).zip(gradients()) {
            place.write(mean * beta_1 + gradient * new_1);
        }
        let places = new_mean_square.iter_mut().zip(mean_square);
        for ((place, mean_square), gradient) in places.zip(gradients()) {
            place.write(mean_square * beta_2 + gradient * gradient * new_2);
        }
        // SAFETY: both were written above.
        let means = unsafe {
            [
                new_mean.assume_init_ref(),
                new_mean_square.assume_init_ref(),
            ]
        };
        let means = means[0].iter().zip(means[1]);
        for ((place, value), (mean, mean_square)) in new_value.iter_mut().zip(value).zip(means) {
            place.write(value * keep - mean * rate / (mean_square.sqrt() + epsilon));
        }
    }
}
