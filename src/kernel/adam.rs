//! An update by Adam or AdamW.
//!
//! Source: the algorithms in the documentation of `torch.optim.{AdamW,Adam}`.

use super::ops::AdamStep;
use super::parallel;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 16;

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
    /// The mean of the gradients, given the one before.
    pub(super) fn mean(&self, before: &[f32], mean: &mut [f32]) {
        let [keep, new] = [self.step.beta_1, 1.0 - self.step.beta_1].map(|x| x as f32);
        self.each(mean, |at| before[at] * keep + self.gradient(at) * new);
    }

    /// The mean of their squares, given the one before.
    pub(super) fn mean_square(&self, before: &[f32], mean_square: &mut [f32]) {
        let [keep, new] = [self.step.beta_2, 1.0 - self.step.beta_2].map(|x| x as f32);
        self.each(mean_square, |at| {
            let gradient = self.gradient(at);
            before[at] * keep + gradient * gradient * new
        });
    }

    /// The parameter, given both means.
    pub(super) fn value(&self, mean: &[f32], mean_square: &[f32], value: &mut [f32]) {
        let AdamStep {
            keep,
            rate,
            epsilon,
            ..
        } = self.step;
        let [keep, rate, epsilon] = [keep, rate, epsilon].map(|x| x as f32);
        self.each(value, |at| {
            self.value[at] * keep - mean[at] * rate / (mean_square[at].sqrt() + epsilon)
        });
    }

    #[inline(always)]
    fn gradient(&self, at: usize) -> f32 {
        self.gradient[at] * self.scale + self.value[at] * self.step.decay as f32
    }

    fn each(&self, output: &mut [f32], number: impl Fn(usize) -> f32 + Sync) {
        let most = output.len() / MIN_SHARE;
        parallel::split_mut(output, 1, most, |start, output| {
            for (index, output) in output.iter_mut().enumerate() {
                *output = number(start + index);
            }
        });
    }
}
