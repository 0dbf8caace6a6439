//! What operations are given beside tensors.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, ExtensionType};

use crate::kernel::packs::Packs;

/// A low-rank adapter: `scaling · (input ∘ mask) · A · B`.
///
/// # Shapes
/// - `a`: `[d_input, rank]`
/// - `b`: `[rank, d_output]`
#[derive(Debug, Clone, ExtensionType)]
pub struct Adapter<B: Backend> {
    /// From the input to the rank.
    pub a: FloatTensor<B>,
    /// From the rank to the output.
    pub b: FloatTensor<B>,
    /// Which of the input's numbers it sees.
    #[extension_type]
    pub mask: Mask<B>,
    /// What its output is multiplied with.
    pub scaling: f64,
}

/// A linear layer that is not trained.
///
/// # Shapes
/// - `weight`: `[d_input, d_output]`
/// - `bias`: `[d_output]`
#[derive(Debug, Clone, ExtensionType)]
pub struct FrozenLinear<B: Backend> {
    /// What the input is multiplied with.
    pub weight: FloatTensor<B>,
    /// What is added.
    pub bias: FloatTensor<B>,
    /// The weight's packed forms.
    pub packs: Packs,
}

/// What dropout leaves.
#[derive(Debug, Clone, ExtensionType)]
pub enum Mask<B: Backend> {
    /// All.
    None,
    /// What has a one here, of the input's shape, and the probability that a number has.
    Kept(FloatTensor<B>, f64),
}

/// The numbers of an update by Adam or AdamW.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    /// What the parameter is multiplied with: AdamW's decay.
    pub keep: f64,
    /// How much of the parameter is added to its gradient: Adam's decay.
    pub decay: f64,
    /// How much of the gradients' mean stays.
    pub beta_1: f64,
    /// How much of their squares' mean stays.
    pub beta_2: f64,
    /// The learning rate, corrected for the zeros that the means began with.
    pub rate: f64,
    /// What keeps a square of zero from dividing, corrected likewise.
    pub epsilon: f64,
}

impl<B: Backend> Adapter<B> {
    /// What the projection is multiplied with: the scaling, and dropout's for what is left.
    pub(in super::super) fn factor(&self) -> f32 {
        match self.mask {
            Mask::None => self.scaling as f32,
            Mask::Kept(_, keep) => (self.scaling / keep) as f32,
        }
    }

    /// The same with each tensor changed.
    pub(in super::super) fn map<C: Backend>(
        self,
        mut change: impl FnMut(FloatTensor<B>) -> FloatTensor<C>,
    ) -> Adapter<C> {
        Adapter {
            a: change(self.a),
            b: change(self.b),
            mask: match self.mask {
                Mask::None => Mask::None,
                Mask::Kept(mask, keep) => Mask::Kept(change(mask), keep),
            },
            scaling: self.scaling,
        }
    }
}

impl<B: Backend> FrozenLinear<B> {
    /// The same with each tensor changed.
    pub(in super::super) fn map<C: Backend>(
        self,
        mut change: impl FnMut(FloatTensor<B>) -> FloatTensor<C>,
    ) -> FrozenLinear<C> {
        FrozenLinear {
            weight: change(self.weight),
            bias: change(self.bias),
            packs: self.packs,
        }
    }
}
