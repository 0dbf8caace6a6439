//! Asking a model of many texts, a batch at a time. Like an evaluation it holds no loop: whoever drives it may stop or do
//! something else between any two batches.

use super::evaluate::logits;
use super::pipeline::{Answer, Pipeline, PipelineError};
use crate::text::TokenBatch;

/// Texts in a batch.
const BATCH: usize = 32;

/// Texts that are being asked about.
pub struct Asking {
    /// Token ids of each text; none of one that is empty.
    ids: Vec<Vec<u32>>,
    /// Indices of the texts that are not empty, the longest first, so that little of a batch is padding.
    order: Vec<usize>,
    done: usize,
    answers: Vec<Option<Answer>>,
}

impl Asking {
    /// Tokenizes texts.
    ///
    /// # Errors
    /// If the tokenizer refuses one.
    pub fn new<'a>(
        pipeline: &Pipeline,
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<Self, PipelineError> {
        let ids = texts
            .map(|text| match text.trim().is_empty() {
                true => Ok(Vec::new()),
                false => pipeline.tokenizer.encode(text),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut order: Vec<usize> = (0..ids.len())
            .filter(|&text| !ids[text].is_empty())
            .collect();
        order.sort_by_key(|&text| std::cmp::Reverse(ids[text].len()));
        Ok(Self {
            answers: vec![None; ids.len()],
            ids,
            order,
            done: 0,
        })
    }

    /// Texts that have been answered, empty ones included once all are.
    pub fn done(&self) -> usize {
        match self.done == self.order.len() {
            true => self.ids.len(),
            false => self.done,
        }
    }

    /// Asks about the next batch. False if there was none left.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn step(&mut self, pipeline: &Pipeline) -> Result<bool, PipelineError> {
        let end = (self.done + BATCH).min(self.order.len());
        let chosen = &self.order[self.done..end];
        if chosen.is_empty() {
            return Ok(false);
        }
        let ids: Vec<&[u32]> = chosen
            .iter()
            .map(|&text| self.ids[text].as_slice())
            .collect();
        let batch = TokenBatch::pad(&ids, pipeline.tokenizer.pad_id());
        let rows = logits(&pipeline.model, &batch, &pipeline.device).await?;
        for (&text, row) in chosen.iter().zip(&rows) {
            self.answers[text] = Some(Answer {
                outputs: pipeline.scale.outputs(row),
                tokens: self.ids[text].len(),
            });
        }
        self.done = end;
        Ok(true)
    }

    /// The answers in the order of the texts, none to an empty text; [`step`](Self::step) has returned false.
    pub fn finish(self) -> Vec<Option<Answer>> {
        self.answers
    }
}
