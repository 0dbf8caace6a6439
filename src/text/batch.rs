//! A batch of token ids, padded to its longest text. Plain numbers, no tensors.

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
        }
    }

    /// For each cell of `input_ids`, whether it is padding.
    pub fn padding(&self) -> Vec<bool> {
        self.lengths
            .iter()
            .flat_map(|&length| (0..self.tokens).map(move |position| position >= length))
            .collect()
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
    fn an_empty_batch_has_no_cells() {
        let batch = TokenBatch::pad::<Vec<u32>>(&[], 0);
        assert_eq!((batch.batch, batch.tokens), (0, 0));
        assert!(batch.input_ids.is_empty() && batch.padding().is_empty());
    }
}
