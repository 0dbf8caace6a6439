//! The derivatives of the operations.

use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::ops::{ActivationOps, FloatTensorOps, ModuleOps};
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Autodiff, TensorMetadata};
use burn::tensor::Shape;

use super::ops::{
    AdamStep, Adapter, FrozenLinear, Kernels, burn_adapter, burn_attention, burn_packed_attention,
    feed_forward_apart,
};
use super::packs::Packs;

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn packed_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        packs: Packs,
    ) -> FloatTensor<Self> {
        if !B::EXIST {
            return Self::linear(input, weight, Some(bias));
        }
        let (needs_input, needs_weight) = (weight.is_tracked(), input.is_tracked());
        let (input, input_node) = input.into_parts();
        let (weight, weight_node) = weight.into_parts();
        let (bias, bias_node) = bias.into_parts();
        let nodes = [input_node, weight_node, bias_node];
        match PackedLinear.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let state = PackedLinearState {
                    input: needs_input.then(|| input.clone()),
                    weight: needs_weight.then(|| weight.clone()),
                    packs: packs.clone(),
                };
                prepared.finish(state, B::packed_linear(input, weight, bias, packs))
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::packed_linear(input, weight, bias, packs))
            }
        }
    }

    fn adapted_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        adapter: Adapter<Self>,
        packs: Packs,
    ) -> FloatTensor<Self> {
        if !B::ADAPTERS {
            let output = Self::packed_linear(input.clone(), weight, bias, packs);
            return Self::float_add(output, burn_adapter::<Self>(input, adapter));
        }
        let nodes = [input.node(), adapter.a.node(), adapter.b.node()];
        let input = input.into_primitive();
        let (weight, bias) = (weight.into_primitive(), bias.into_primitive());
        let adapter = adapter.map::<B>(|tensor| tensor.into_primitive());
        match AdaptedLinear.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (output, projection) = B::adapted_linear_with_projection(
                    input.clone(),
                    weight.clone(),
                    bias,
                    adapter.clone(),
                    packs.clone(),
                );
                prepared.finish((input, projection, weight, adapter, packs), output)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::adapted_linear(input, weight, bias, adapter, packs))
            }
        }
    }

    fn feed_forward(
        input: FloatTensor<Self>,
        up: FrozenLinear<Self>,
        down: FrozenLinear<Self>,
    ) -> FloatTensor<Self> {
        if input.is_tracked() || !B::EXIST {
            return feed_forward_apart::<Self>(input, up, down);
        }
        let [up, down] = [up, down].map(|layer| layer.map::<B>(|tensor| tensor.into_primitive()));
        <FloatTensor<Self>>::new(B::feed_forward(input.into_primitive(), up, down))
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

    fn fused_norm(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        Self::layer_norm(input, scale, Some(shift), epsilon)
    }

    fn residual_norm(
        input: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        if !B::EXIST {
            let sum = Self::float_add(input, residual);
            return Self::fused_norm(sum, scale, shift, epsilon);
        }
        let (input, input_node) = input.into_parts();
        let (residual, residual_node) = residual.into_parts();
        let (scale, scale_node) = scale.into_parts();
        let (shift, shift_node) = shift.into_parts();
        let nodes = [input_node, residual_node, scale_node, shift_node];
        let shape = residual.shape();
        match ResidualNorm.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (sum, output) =
                    B::residual_norm_with_sum(input, residual, scale.clone(), shift, epsilon);
                prepared.finish((sum, shape, scale, epsilon), output)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::residual_norm(input, residual, scale, shift, epsilon))
            }
        }
    }

    fn dropout_mask(like: FloatTensor<Self>, keep: f64) -> FloatTensor<Self> {
        <FloatTensor<Self>>::new(B::dropout_mask(like.into_primitive(), keep))
    }

    /// An update has no gradient.
    fn adam(
        value: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        mean_square: FloatTensor<Self>,
        clipping: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [value, gradient, mean, mean_square, clipping] =
            [value, gradient, mean, mean_square, clipping].map(|tensor| tensor.into_primitive());
        let (value, mean, mean_square) =
            B::adam(value, gradient, mean, mean_square, clipping, step);
        let [value, mean, mean_square] = [value, mean, mean_square].map(<FloatTensor<Self>>::new);
        (value, mean, mean_square)
    }

    fn self_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        if !B::EXIST {
            return burn_attention::<Self>([query, key, value], Some(padding), heads);
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

    fn packed_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        lengths: Arc<[usize]>,
        heads: usize,
        in_int8: bool,
    ) -> FloatTensor<Self> {
        if !B::PACKED_ATTENTION {
            return burn_packed_attention::<Self>([query, key, value], &lengths, heads);
        }
        let [(query, query_node), (key, key_node), (value, value_node)] =
            [query, key, value].map(|tensor| tensor.into_parts());
        let nodes = [query_node, key_node, value_node];
        match PackedAttention
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prepared) => {
                let state = (query, key, value, lengths, heads);
                let (query, key, value, lengths, heads) = state.clone();
                // As the step back computes it again.
                let output = B::packed_attention(query, key, value, lengths, heads, false);
                prepared.finish(state, output)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::packed_attention(
                query, key, value, lengths, heads, in_int8,
            )),
        }
    }
}

/// The step back of [`Kernels::adapted_linear`].
#[derive(Debug)]
struct AdaptedLinear;

impl<B: Kernels> Backward<B, 3> for AdaptedLinear {
    /// Input, projection, weight, adapter and the weight's packed forms.
    type State = (
        FloatTensor<B>,
        Option<FloatTensor<B>>,
        FloatTensor<B>,
        Adapter<B>,
        Packs,
    );

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (input, projection, weight, adapter, packs) = ops.state;
        let gradient = grads.consume::<B>(&ops.node);
        let [of_input, of_a, of_b] = ops.parents;
        let wants_input = of_input.is_some();
        let gradients = projection.and_then(|projection| {
            B::adapted_linear_backward(
                input,
                projection,
                weight,
                adapter,
                gradient,
                wants_input,
                packs,
            )
        });
        let Some((input, a, b)) = gradients else {
            return;
        };
        let parents = [(of_input, input), (of_a, Some(a)), (of_b, Some(b))];
        for (parent, gradient) in parents {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}

/// The step back of [`Kernels::packed_linear`].
#[derive(Debug)]
struct PackedLinear;

/// What its gradients are computed from.
#[derive(Debug, Clone)]
struct PackedLinearState<B: Kernels> {
    /// Where the weight is trained.
    input: Option<FloatTensor<B>>,
    /// Where the input depends on what is trained.
    weight: Option<FloatTensor<B>>,
    packs: Packs,
}

impl<B: Kernels> Backward<B, 3> for PackedLinear {
    type State = PackedLinearState<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let PackedLinearState {
            input,
            weight,
            packs,
        } = ops.state;
        let [input_node, weight_node, bias_node] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        if let (Some(node), Some(weight)) = (input_node, weight) {
            let gradient = B::packed_linear_backward(gradient.clone(), weight, packs);
            grads.register::<B>(node.id, gradient);
        }
        if let (Some(node), Some(input)) = (weight_node, input) {
            let gradient = B::packed_linear_weight_backward(input, gradient.clone());
            grads.register::<B>(node.id, gradient);
        }
        if let Some(node) = bias_node {
            grads.register::<B>(node.id, B::linear_bias_backward(gradient));
        }
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

/// The step back of [`Kernels::residual_norm`].
#[derive(Debug)]
struct ResidualNorm;

impl<B: Kernels> Backward<B, 4> for ResidualNorm {
    /// The sum, the shape of its second part, the scale and what is added to the variance.
    type State = (FloatTensor<B>, Shape, FloatTensor<B>, f64);

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (sum, shape, scale, epsilon) = ops.state;
        let [input, residual, of_scale, of_shift] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        if of_scale.is_some() || of_shift.is_some() {
            let (scale, shift) =
                B::fused_norm_weights_backward(sum.clone(), gradient.clone(), epsilon);
            for (parent, gradient) in [(of_scale, scale), (of_shift, shift)] {
                if let Some(parent) = parent {
                    grads.register::<B>(parent.id, gradient);
                }
            }
        }
        if input.is_none() && residual.is_none() {
            return;
        }
        let Some(gradient) = B::fused_norm_backward(sum, scale, gradient, epsilon) else {
            return;
        };
        if let Some(residual) = residual {
            // Where it was broadcast, its gradient is the sum over all that it was broadcast to.
            let axes = (0..shape.num_dims()).filter(|&axis| shape[axis] == 1);
            let own = axes.fold(gradient.clone(), |gradient, axis| {
                match gradient.shape()[axis] {
                    1 => gradient,
                    _ => B::float_sum_dim(gradient, axis),
                }
            });
            grads.register::<B>(residual.id, own);
        }
        if let Some(input) = input {
            grads.register::<B>(input.id, gradient);
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
        let parents = ops.parents.map(|parent| parent.map(|parent| parent.id));
        register::<B>(parents, gradients, grads);
    }
}

/// The step back of [`Kernels::packed_attention`].
#[derive(Debug)]
struct PackedAttention;

impl<B: Kernels> Backward<B, 3> for PackedAttention {
    /// Query, key, value, the texts' lengths and the number of heads.
    type State = (
        FloatTensor<B>,
        FloatTensor<B>,
        FloatTensor<B>,
        Arc<[usize]>,
        usize,
    );

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (query, key, value, lengths, heads) = ops.state;
        let gradient = grads.consume::<B>(&ops.node);
        let gradients = B::packed_attention_backward(query, key, value, lengths, gradient, heads);
        let parents = ops.parents.map(|parent| parent.map(|parent| parent.id));
        register::<B>(parents, gradients, grads);
    }
}

/// Hands query, key and value their gradients.
fn register<B: Kernels>(
    parents: [Option<NodeId>; 3],
    gradients: Option<(FloatTensor<B>, FloatTensor<B>, FloatTensor<B>)>,
    grads: &mut Gradients,
) {
    let Some((query, key, value)) = gradients else {
        return;
    };
    for (parent, gradient) in parents.into_iter().zip([query, key, value]) {
        if let Some(parent) = parent {
            grads.register::<B>(parent, gradient);
        }
    }
}
