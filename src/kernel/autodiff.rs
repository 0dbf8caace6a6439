//! The derivatives of the operations.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::ops::{ActivationOps, ModuleOps};
use burn::backend::tensor::{BoolTensor, FloatTensor};

use super::ops::{Kernels, burn_attention};
use super::packs::Packs;

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn frozen_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        packs: Packs,
    ) -> FloatTensor<Self> {
        if !B::EXIST {
            return Self::linear(input, weight, Some(bias));
        }
        let (input, node) = input.into_parts();
        let (weight, bias) = (weight.into_primitive(), bias.into_primitive());
        match FrozenLinear.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let output = B::frozen_linear(input, weight.clone(), bias, packs.clone());
                prepared.finish((weight, packs), output)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::frozen_linear(input, weight, bias, packs))
            }
        }
    }

    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        if !B::EXIST {
            return Self::gelu(input);
        }
        let (input, node) = input.into_parts();
        match ExactGelu.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let output = B::exact_gelu(input.clone());
                prepared.finish(input, output)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::exact_gelu(input)),
        }
    }

    fn frozen_norm(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        if !B::EXIST {
            return Self::layer_norm(input, scale, Some(shift), epsilon);
        }
        let (input, node) = input.into_parts();
        let (scale, shift) = (scale.into_primitive(), shift.into_primitive());
        match FrozenNorm.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let output = B::frozen_norm(input.clone(), scale.clone(), shift, epsilon);
                prepared.finish((input, scale, epsilon), output)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::frozen_norm(input, scale, shift, epsilon))
            }
        }
    }

    fn dropout_factors(like: FloatTensor<Self>, probability: f64) -> FloatTensor<Self> {
        <FloatTensor<Self>>::new(B::dropout_factors(like.into_primitive(), probability))
    }

    fn self_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        if !B::EXIST {
            return burn_attention::<Self>([query, key, value], padding, heads);
        }
        let [(query, query_node), (key, key_node), (value, value_node)] =
            [query, key, value].map(|tensor| tensor.into_parts());
        let nodes = [query_node, key_node, value_node];
        match SelfAttention.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let state = (query, key, value, padding, heads);
                let (query, key, value, padding, heads) = state.clone();
                let output = B::self_attention(query, key, value, padding, heads);
                prepared.finish(state, output)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::self_attention(query, key, value, padding, heads))
            }
        }
    }
}

/// The step back of [`Kernels::frozen_linear`].
#[derive(Debug)]
struct FrozenLinear;

impl<B: Kernels> Backward<B, 1> for FrozenLinear {
    /// The weight and its packed forms.
    type State = (FloatTensor<B>, Packs);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (weight, packs) = ops.state;
        unary::<B, _>(ops.parents, ops.node, grads, |gradient| {
            B::frozen_linear_backward(gradient, weight, packs)
        });
    }
}

/// The step back of [`Kernels::exact_gelu`].
#[derive(Debug)]
struct ExactGelu;

impl<B: Kernels> Backward<B, 1> for ExactGelu {
    /// The input.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let input = ops.state;
        unary::<B, _>(ops.parents, ops.node, grads, |gradient| {
            B::exact_gelu_backward(input, gradient)
        });
    }
}

/// The step back of [`Kernels::frozen_norm`].
#[derive(Debug)]
struct FrozenNorm;

impl<B: Kernels> Backward<B, 1> for FrozenNorm {
    /// The input, the scale and what is added to the variance.
    type State = (FloatTensor<B>, FloatTensor<B>, f64);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (input, scale, epsilon) = ops.state;
        let gradient = grads.consume::<B>(&ops.node);
        let gradient = B::frozen_norm_backward(input, scale, gradient, epsilon);
        if let ([Some(parent)], Some(gradient)) = (ops.parents, gradient) {
            grads.register::<B>(parent.id, gradient);
        }
    }
}

/// The step back of [`Kernels::self_attention`].
#[derive(Debug)]
struct SelfAttention;

impl<B: Kernels> Backward<B, 3> for SelfAttention {
    /// Query, key, value, padding and the number of heads.
    type State = (
        FloatTensor<B>,
        FloatTensor<B>,
        FloatTensor<B>,
        BoolTensor<B>,
        usize,
    );

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (query, key, value, padding, heads) = ops.state;
        let gradient = grads.consume::<B>(&ops.node);
        let gradients = B::self_attention_backward(query, key, value, padding, gradient, heads);
        let Some((query, key, value)) = gradients else {
            return;
        };
        for (parent, gradient) in ops.parents.into_iter().zip([query, key, value]) {
            if let Some(parent) = parent {
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}
