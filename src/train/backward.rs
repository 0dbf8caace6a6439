//! From a batch to its loss and gradients.

use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{Device, Tensor};

use super::batch::LabelledBatch;
use super::config::FgmConfig;
use super::objective::{Expected, Objective};
use crate::data::Target;
use crate::model::TextClassifier;
use crate::model::classifier::Features;
use crate::model::encoder::BatchTensors;

/// Sums the losses and gradients of several forward passes to those of one step.
pub struct Backward<'a> {
    model: &'a TextClassifier,
    objective: &'a Objective,
    device: &'a Device,
    /// What the sum of all losses is divided by.
    weight: f64,
    /// What each loss is multiplied with before its gradients are computed, and so what these are multiplied with.
    scale: Option<f64>,
    loss: Option<Tensor<1>>,
    gradients: GradientsAccumulator<TextClassifier>,
}

impl<'a> Backward<'a> {
    /// For a step whose examples weigh `weight` together, see [`Objective::weight`].
    pub fn new(
        model: &'a TextClassifier,
        objective: &'a Objective,
        weight: f64,
        device: &'a Device,
    ) -> Self {
        Self {
            model,
            objective,
            device,
            weight,
            scale: None,
            loss: None,
            gradients: GradientsAccumulator::new(),
        }
    }

    /// The same with gradients of the loss times `scale`, see [`LossScaler`](super::loss_scaler::LossScaler). The loss itself is
    /// given as it is.
    pub(super) fn with_loss_scale(self, scale: Option<f64>) -> Self {
        Self { scale, ..self }
    }

    /// Adds a batch of texts.
    pub fn texts(&mut self, batch: &LabelledBatch, adversarial: Option<FgmConfig>) {
        let tensors = BatchTensors::new(&batch.tokens, self.device);
        let expected = self.expected(&batch.targets);
        let Some(FgmConfig { epsilon }) = adversarial else {
            return self.add(expected.loss(self.model.forward(&tensors)));
        };
        let words = self.model.encoder.embed_words(&tensors);
        // A leaf of zeros gets the gradient of what it is added to, whether or not that is trained.
        let shift = words.zeros_like().inner();
        let shift = Tensor::from_inner(shift).require_grad();
        let logits = self.model.forward_words(words + shift.clone(), &tensors);
        let loss = expected.clone().loss(logits);
        let gradients = self.scaled(loss.clone()).backward();
        let direction = shift.grad(&gradients);
        self.gradients.accumulate(
            self.model,
            GradientsParams::from_grads(gradients, self.model),
        );
        self.count(loss);

        if let Some(direction) = direction {
            let shift = Tensor::from_inner(worst_shift(direction, epsilon));
            // Looked up anew: a backward pass uses its graph up.
            let words = self.model.encoder.embed_words(&tensors);
            let logits = self.model.forward_words(words + shift, &tensors);
            let gradients = self.scaled(expected.loss(logits)).backward();
            self.gradients.accumulate(
                self.model,
                GradientsParams::from_grads(gradients, self.model),
            );
        }
    }

    /// Adds texts of which it is known, with autodiff on, what the frozen part of the model makes of them.
    pub fn features(&mut self, features: Features, targets: &[Target]) {
        let expected = self.expected(targets);
        self.add(expected.loss(self.model.forward_features(features)));
    }

    /// The step's loss, `[1]`, and the gradients of all that is trained.
    pub fn finish(mut self) -> (Tensor<1>, GradientsParams) {
        let loss = self
            .loss
            .unwrap_or_else(|| Tensor::zeros([1], &self.device.clone().inner()));
        (loss, self.gradients.grads())
    }

    fn expected(&self, targets: &[Target]) -> Expected {
        self.objective.expected(targets, self.weight, self.device)
    }

    fn add(&mut self, loss: Tensor<1>) {
        let gradients = self.scaled(loss.clone()).backward();
        let gradients = GradientsParams::from_grads(gradients, self.model);
        self.gradients.accumulate(self.model, gradients);
        self.count(loss);
    }

    fn scaled(&self, loss: Tensor<1>) -> Tensor<1> {
        match self.scale {
            Some(scale) => loss * scale,
            None => loss,
        }
    }

    fn count(&mut self, loss: Tensor<1>) {
        let loss = loss.inner();
        self.loss = Some(match self.loss.take() {
            Some(sum) => sum + loss,
            None => loss,
        });
    }
}

/// The move of length `epsilon` that raises the loss the most, to first order: along each text's gradient.
///
/// Source: Miyato et al. 2017, equation 5, <https://arxiv.org/abs/1605.07725>.
fn worst_shift(gradient: Tensor<3>, epsilon: f64) -> Tensor<3> {
    // A text without a gradient stays where it is, and the squares of a small one are no numbers yet.
    let greatest = gradient.clone().abs().max_dim(2).max_dim(1);
    let direction = gradient / greatest.clamp_min(f32::MIN_POSITIVE);
    let length = direction.clone().square().sum_dim(2).sum_dim(1).sqrt();
    direction / length.clamp_min(f32::MIN_POSITIVE) * epsilon
}

/// Mean loss of a batch, `[1]`, and the gradients of the trainable parameters.
pub fn gradients(
    model: &TextClassifier,
    objective: &Objective,
    batch: &LabelledBatch,
    device: &Device,
) -> (Tensor<1>, GradientsParams) {
    let weight = objective.weight(&batch.targets);
    let mut backward = Backward::new(model, objective, weight, device);
    backward.texts(batch, None);
    backward.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu;

    #[test]
    fn a_text_is_moved_by_epsilon_or_not_at_all() {
        let gradient = Tensor::<3>::from_floats(
            [
                [[3.0, 0.0], [0.0, 4.0]],
                [[3e-25, 0.0], [0.0, 4e-25]],
                [[0.0; 2]; 2],
            ],
            &cpu(),
        );
        let shift: Vec<f32> = worst_shift(gradient, 0.5)
            .into_data()
            .try_into_vec()
            .unwrap();
        let expected = [0.3, 0.0, 0.0, 0.4];
        for (found, expected) in shift
            .iter()
            .zip([expected, expected, [0.0; 4]].as_flattened())
        {
            assert!((found - expected).abs() < 1e-6, "{shift:?}");
        }
    }
}
