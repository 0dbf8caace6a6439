//! A batch that a model learns on.

use crate::data::Target;
use crate::text::{EncodedExample, TokenBatch};

/// A padded batch with its targets.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledBatch {
    /// The texts.
    pub tokens: TokenBatch,
    /// What the model should say of each.
    pub targets: Vec<Target>,
}

impl LabelledBatch {
    /// Pads examples to the longest of them.
    pub fn new<'a>(examples: impl IntoIterator<Item = &'a EncodedExample>, pad_id: u32) -> Self {
        let (ids, targets): (Vec<_>, Vec<_>) = examples
            .into_iter()
            .map(|example| (example.ids.as_slice(), example.target.clone()))
            .unzip();
        Self {
            tokens: TokenBatch::pad(&ids, pad_id),
            targets,
        }
    }
}
