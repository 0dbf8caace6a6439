//! How the texts of a batch lie in hidden states.

use std::sync::Arc;

use burn::tensor::{Bool, Device, IndexingUpdateOp, Int, Tensor, TensorData};

use crate::text::TokenBatch;

/// How the texts of a batch lie in hidden states.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Layout {
    /// `[batch, tokens, hidden]`, each text padded to the longest; holds `[batch, 1, 1, tokens]`, true for padding.
    Padded(Tensor<4, Bool>),
    /// `[1, tokens of all texts, hidden]`, without padding; holds the tokens of each text.
    ///
    /// All but attention works on each token by itself, and the CPU's attention takes texts of any lengths. So padding
    /// takes no time there, and no hidden state depends on the texts beside its own. Known as unpadding or as sequences of
    /// variable length, for example in FlashAttention's `flash_attn_varlen_func`.
    Packed(Arc<[usize]>),
}

/// The way from padded to packed hidden states and back.
#[derive(Debug, Clone)]
pub struct Packing {
    lengths: Arc<[usize]>,
    /// `[tokens of all texts]`, the place of each among the padded ones; `None` where there is no padding.
    places: Option<Tensor<1, Int>>,
}

impl Packing {
    /// How a batch is packed.
    pub fn new(batch: &TokenBatch, device: &Device) -> Self {
        let has_padding = batch.real_tokens() < batch.input_ids.len();
        Self {
            lengths: batch.lengths.as_slice().into(),
            places: has_padding.then(|| {
                let rows = (0..).zip(&batch.lengths);
                let places: Vec<i32> = rows
                    .flat_map(|(row, &length)| {
                        let start = row * batch.tokens as i32;
                        start..start + length as i32
                    })
                    .collect();
                let shape = [places.len()];
                Tensor::from_data(TensorData::new(places, shape), device)
            }),
        }
    }

    /// How packed hidden states lie.
    pub fn layout(&self) -> Layout {
        Layout::Packed(self.lengths.clone())
    }

    /// # Shapes
    /// - `padded`: `[batch, tokens, hidden]`
    /// - output: `[1, tokens of all texts, hidden]`
    pub fn pack(&self, padded: Tensor<3>) -> Tensor<3> {
        let [batch, tokens, hidden] = padded.dims();
        let rows = padded.reshape([batch * tokens, hidden]);
        let rows = match &self.places {
            Some(places) => rows.select(0, places.clone()),
            None => rows,
        };
        rows.unsqueeze()
    }

    /// Padding becomes zero.
    ///
    /// # Shapes
    /// - `packed`: `[1, tokens of all texts, hidden]`
    /// - `shape`, output: `[batch, tokens, hidden]`
    pub fn unpack(&self, packed: Tensor<3>, shape: [usize; 3]) -> Tensor<3> {
        let [batch, tokens, hidden] = shape;
        let Some(places) = &self.places else {
            return packed.reshape(shape);
        };
        let rows = Tensor::<2>::zeros([batch * tokens, hidden], &packed.device());
        let rows = rows.select_assign(
            0,
            places.clone(),
            packed.squeeze_dim(0),
            IndexingUpdateOp::Add,
        );
        rows.reshape(shape)
    }
}
