//! Steps that a device was asked for and whose numbers were not read yet, so that it need not wait for its reader.

use burn::tensor::Tensor;

use super::loss_scaler::LossScaler;
use super::optimizer::Optimizer;
use super::parameters::trainable_parameters;
use super::record::StepRecord;
use super::session::{StepSize, TrainError, TrainSession};
use crate::model::TextClassifier;

/// Most bytes of trained weights that are kept for steps whose loss is not known yet.
const WEIGHTS: usize = 64 << 20;
/// How many numbers a step gives.
const NUMBERS: usize = 3;

/// A step that the device may still be computing.
pub(super) struct UnreadStep {
    /// Counted from 1.
    pub(super) step: u32,
    /// Loss, gradient norm and what gradients are multiplied with, see [`Clipping`](super::Clipping::numbers).
    ///
    /// # Shapes
    /// `[3]`
    pub(super) numbers: Tensor<1>,
    /// The model before it.
    pub(super) before: TextClassifier,
    /// What its loss was multiplied with, in a run in 16-bit numbers.
    pub(super) loss_scaler: Option<LossScaler>,
    pub(super) learning_rate: f64,
    pub(super) size: StepSize,
}

/// How many steps of a model may be unread: the weights before each are kept. At least one.
pub(super) fn most_unread(model: &TextClassifier) -> u32 {
    let (trained, _) = trainable_parameters(model);
    (WEIGHTS / (trained * size_of::<f32>()).max(1)).max(1) as u32
}

impl TrainSession {
    /// Whether another step may be asked for while up to `most` are unread. An epoch ends with all of them read.
    pub(super) fn may_go_ahead(&self, most: u32) -> bool {
        let epoch_done = self.step.is_multiple_of(self.steps_per_epoch());
        let unread = self.unread.len() as u32;
        !epoch_done && unread < most.min(self.most_unread)
    }

    /// Reads the numbers of all steps that were asked for, in one read-back. [`take_records`](Self::take_records) has them. A
    /// step in 16-bit numbers whose gradients overflowed is to be asked for again, and so are those after it.
    ///
    /// # Errors
    /// If the device fails, or the loss of a step is not finite. The model then has the last weights with a finite loss, as
    /// after [`step`](Self::step), and the steps from that one on are undone.
    pub(super) async fn settle(&mut self) -> Result<(), TrainError> {
        let numbers = match self.unread.as_slice() {
            [] => return Ok(()),
            [step] => step.numbers.clone(),
            steps => Tensor::cat(steps.iter().map(|step| step.numbers.clone()).collect(), 0),
        };
        let read = numbers.into_data_async().await?;
        let numbers: Vec<f64> = read.iter::<f64>().collect();
        let steps = std::mem::take(&mut self.unread).into_iter();
        for (unread, numbers) in steps.zip(numbers.chunks(NUMBERS)) {
            let [loss, grad_norm, factor] =
                [0, 1, 2].map(|at| numbers.get(at).copied().unwrap_or(f64::NAN));
            let step = unread.step;
            if !(loss.is_finite() && grad_norm.is_finite()) {
                // A loss that is no number does not come from its scale, and without this factor the step has changed something.
                let is_void = loss.is_finite() && factor == 0.0;
                let scaler = unread.loss_scaler.filter(|_| is_void);
                if let Some(scaler) = scaler.and_then(LossScaler::after_overflow) {
                    self.take_again(unread, scaler);
                    return Ok(());
                }
                self.undo_from(unread);
                return Err(TrainError::NotFinite { step, loss });
            }
            self.previous = Some(unread.before);
            self.records.push(StepRecord {
                step,
                loss,
                learning_rate: unread.learning_rate,
                grad_norm,
                tokens: unread.size.tokens as u32,
                examples: unread.size.examples as u32,
            });
        }
        Ok(())
    }

    /// Takes the steps that were read and not taken before.
    pub(super) fn take_records(&mut self) -> Vec<StepRecord> {
        std::mem::take(&mut self.records)
    }

    /// Forgets the steps that were taken: another state takes their place.
    pub(super) fn forget_steps(&mut self) {
        self.previous = None;
        self.unread.clear();
        self.records.clear();
    }

    /// Goes back to before a step that was void, as all after it were: none has changed a weight or a moment.
    fn take_again(&mut self, void: UnreadStep, scaler: LossScaler) {
        let steps = self.step - void.step + 1;
        self.optimizer.take_back(&void.before, steps);
        self.step = void.step - 1;
        self.model = void.before;
        self.loss_scaler = Some(scaler);
    }

    /// Undoes a step whose loss is not finite, with all that follow it, and puts the last weights back of which the loss is.
    fn undo_from(&mut self, unread: UnreadStep) {
        self.step = unread.step - 1;
        self.model = unread.before;
        self.roll_back();
        // It remembers the gradients of steps that are undone.
        self.optimizer = Optimizer::new(&self.config);
    }
}
