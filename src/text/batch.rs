//! A batch of token ids, padded to its longest text. Plain numbers, no tensors.

use super::EncodedExample;

/// Token ids of a batch of texts, row by row, padded on the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenBatch {
    /// Texts in the batch.
    pub batch: usize,
    /// Tokens of the longest text.
    pub tokens: usize,
    /// `[batch, tokens]`, row-major.
    pub input_ids: Vec<u32>,
    /// Tokens of each text before padding.
    pub lengths: Vec<usize>,
    /// The piece that shorter texts are filled with.
    pub pad_id: u32,
}

impl TokenBatch {
    /// Pads texts to the longest of them.
    pub fn pad<T: AsRef<[u32]>>(texts: &[T], pad_id: u32) -> Self {
        let lengths: Vec<usize> = texts.iter().map(|text| text.as_ref().len()).collect();
        let tokens = lengths.iter().copied().max().unwrap_or(0);
        let mut input_ids = Vec::with_capacity(texts.len() * tokens);
        for text in texts {
            let row = text.as_ref();
            input_ids.extend_from_slice(row);
            input_ids.extend(std::iter::repeat_n(pad_id, tokens - row.len()));
        }
        Self {
            batch: texts.len(),
            tokens,
            input_ids,
            lengths,
            pad_id,
        }
    }

    /// Pads the examples with these indices to the longest of them.
    pub fn of(examples: &[EncodedExample], indices: &[u32], pad_id: u32) -> Self {
        let ids: Vec<&[u32]> = indices
            .iter()
            .map(|&index| examples[index as usize].ids.as_slice())
            .collect();
        Self::pad(&ids, pad_id)
    }

    /// For each cell of `input_ids`, whether it is padding.
    pub fn padding(&self) -> Vec<bool> {
        self.lengths
            .iter()
            .flat_map(|&length| (0..self.tokens).map(move |position| position >= length))
            .collect()
    }

    /// For each cell of `input_ids`, which of its text's tokens it is, from 1; 0 for padding. A padding piece within a
    /// text counts as padding too.
    ///
    /// Source: `create_position_ids_from_input_ids` of transformers' `RobertaEmbeddings`, which adds the piece's id.
    pub fn ordinals(&self) -> Vec<u32> {
        let mut ordinals = Vec::with_capacity(self.input_ids.len());
        for text in self.input_ids.chunks_exact(self.tokens.max(1)) {
            let mut seen = 0;
            ordinals.extend(text.iter().map(|&id| {
                let own = id != self.pad_id;
                seen += u32::from(own);
                if own { seen } else { 0 }
            }));
        }
        ordinals
    }

    /// Tokens that are not padding.
    pub fn real_tokens(&self) -> usize {
        self.lengths.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_to_the_longest() {
        let batch = TokenBatch::pad(&[vec![5, 6, 7], vec![8]], 0);
        assert_eq!((batch.batch, batch.tokens), (2, 3));
        assert_eq!(batch.input_ids, [5, 6, 7, 8, 0, 0]);
        assert_eq!(batch.padding(), [false, false, false, false, true, true]);
        assert_eq!(batch.real_tokens(), 4);
    }

    #[test]
    fn a_padding_piece_has_no_ordinal() {
        let batch = TokenBatch::pad(&[vec![0, 7, 1, 2], vec![0, 2]], 1);
        assert_eq!(batch.ordinals(), [1, 2, 0, 3, 1, 2, 0, 0]);
    }

    #[test]
    fn an_empty_batch_has_no_cells() {
        let batch = TokenBatch::pad::<Vec<u32>>(&[], 0);
        assert_eq!((batch.batch, batch.tokens), (0, 0));
        assert!(batch.input_ids.is_empty() && batch.padding().is_empty());
        assert!(batch.ordinals().is_empty());
    }
}
