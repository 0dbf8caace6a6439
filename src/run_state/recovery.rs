//! A new worker that is being brought to where the page is, and what a run that was saved fits.

use super::RunState;
use crate::protocol::{EncoderSource, RequestId};

impl RunState {
    /// Whether a new worker is still being told what the page has. Until then what is shown need not be what it holds, so
    /// that neither is changed.
    pub fn is_recovering(&self) -> bool {
        self.recovering
    }

    /// A new worker has something to be told still, or knows all.
    pub fn set_recovering(&mut self, recovering: bool) {
        self.recovering = recovering;
    }

    /// Whether something is being done to the data, so that what is asked for next has to wait.
    pub fn is_changing_data(&self) -> bool {
        self.is_recovering() || self.is_opening() || self.work.is_editing()
    }

    /// Whether an encoder is on its way, so that the one that is asked for next has to wait.
    pub fn is_changing_encoder(&self) -> bool {
        self.is_recovering() || self.pending.encoder.is_some()
    }

    /// A request that was noted is not sent after all.
    pub fn withdrawn(&mut self, id: RequestId) {
        self.work.failed(id);
        if super::settle(&mut self.pending.table, id) {
            self.opening = None;
        }
    }

    /// Step of the newest run's last checkpoint.
    pub fn checkpoint(&self) -> Option<u32> {
        self.run.as_ref()?.checkpoint
    }

    /// Encoder or data were exchanged. A checkpoint is of those that its run was begun with: with others it would go on
    /// as another run, or fail. What a recovery brings back is the same.
    pub(super) fn leave_checkpoint(&mut self) {
        if let Some(run) = self.run.as_mut().filter(|_| !self.recovering) {
            run.checkpoint = None;
        }
    }

    /// What a new worker could not be given is not there any more.
    pub(super) fn not_recovered(&mut self, id: RequestId) {
        if !self.recovering {
            return;
        }
        let asked = Some(id);
        let is_table = self.pending.table == asked;
        if self.pending.encoder == asked {
            self.encoder = None;
        } else if is_table || self.pending.dataset == asked || self.work.is_edited_by(id) {
            self.dataset = None;
            self.used = None;
            self.table.take_if(|_| is_table);
            self.columns.take_if(|_| is_table);
        }
    }
}

/// Whether two encoders are one and the same. Files from a disk may be others each time.
pub(super) fn is_same_encoder(one: Option<&EncoderSource>, other: Option<&EncoderSource>) -> bool {
    let is_named = matches!(
        one,
        Some(EncoderSource::Origin { .. } | EncoderSource::Hub { .. })
    );
    is_named && one == other
}

#[cfg(test)]
mod tests;
