//! Which weights are trained.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::TextClassifier;
use crate::train::config::Method;

/// The part of an encoder that is trained besides adapters: the layers from `first_layer` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TrainedPart {
    first_layer: usize,
    embeddings: bool,
}

impl TrainedPart {
    /// What `method` trains in an epoch (counted from 0) of an encoder with so many layers.
    fn of(method: Method, layers: usize, epoch: u32) -> Self {
        // From the top: layer after layer, then the embeddings.
        let (parts, unfreeze_every) = match method {
            Method::HeadOnly | Method::Lora => (0, None),
            Method::LastLayers {
                layers,
                unfreeze_every,
            } => (layers as usize, unfreeze_every),
            Method::Full { unfreeze_every } => (layers + 1, unfreeze_every),
        };
        let unfrozen = unfreeze_every.map_or(parts, |every| 1 + (epoch / every.max(1)) as usize);
        let trained = unfrozen.min(parts);
        Self {
            first_layer: layers.saturating_sub(trained),
            embeddings: trained > layers,
        }
    }
}

struct RequireGrad(bool);

impl ModuleMapper for RequireGrad {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.is_require_grad() == self.0 {
            return param;
        }
        param.set_require_grad(self.0)
    }
}

impl TextClassifier {
    /// Makes trainable what `method` trains in an epoch (counted from 0). Adapters and head are trained in all.
    ///
    /// A gradient is computed for nothing else: burn's autodiff tracks only what depends on a tensor that asks for one.
    #[must_use]
    pub fn trained_in(mut self, method: Method, epoch: u32) -> Self {
        let part = TrainedPart::of(method, self.encoder.layers.len(), epoch);
        if part.embeddings {
            self.encoder.embeddings = self.encoder.embeddings.map(&mut RequireGrad(true));
        }
        let layers = std::mem::take(&mut self.encoder.layers);
        self.encoder.layers = layers
            .into_iter()
            .enumerate()
            .map(|(index, layer)| {
                if index >= part.first_layer {
                    layer.map(&mut RequireGrad(true))
                } else {
                    layer
                }
            })
            .collect();
        self.head = self.head.map(&mut RequireGrad(true));
        self
    }

    /// How many layers, from the embeddings on, compute the same whatever is trained: neither they nor what is below them
    /// has a weight that asks for a gradient.
    pub fn frozen_layers(&self) -> usize {
        if is_trained(&self.encoder.embeddings) {
            return 0;
        }
        let layers = self.encoder.layers.iter();
        layers.take_while(|layer| !is_trained(*layer)).count()
    }
}

/// Whether a parameter of a module asks for a gradient.
fn is_trained(module: &impl Module) -> bool {
    struct Any(bool);
    impl ModuleVisitor for Any {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 |= param.is_require_grad();
        }
    }
    let mut any = Any(false);
    module.visit(&mut any);
    any.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(method: Method, epoch: u32) -> (usize, bool) {
        let part = TrainedPart::of(method, 3, epoch);
        (part.first_layer, part.embeddings)
    }

    #[test]
    fn methods_train_from_the_top() {
        let last = |layers| Method::LastLayers {
            layers,
            unfreeze_every: None,
        };
        assert_eq!(part(Method::HeadOnly, 0), (3, false));
        assert_eq!(part(Method::Lora, 5), (3, false));
        assert_eq!(part(last(2), 0), (1, false));
        assert_eq!(part(last(3), 0), (0, false));
        let all = Method::Full {
            unfreeze_every: None,
        };
        assert_eq!(part(all, 0), (0, true));
    }

    #[test]
    fn layers_are_unfrozen_one_by_one() {
        let gradual = Method::Full {
            unfreeze_every: Some(2),
        };
        let parts: Vec<_> = (0..9).map(|epoch| part(gradual, epoch)).collect();
        let expected = [2, 2, 1, 1, 0, 0].map(|first| (first, false));
        assert_eq!(parts[..6], expected);
        assert_eq!(parts[6..], [(0, true); 3]);
        let two = Method::LastLayers {
            layers: 2,
            unfreeze_every: Some(1),
        };
        assert_eq!([0, 1, 7].map(|epoch| part(two, epoch).0), [2, 1, 1]);
    }
}
