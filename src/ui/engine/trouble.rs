//! Trouble about which the user decides.

use leptos::prelude::*;

use super::Engine;
use super::worker::{WorkerBuild, device_asked_for};
use crate::protocol::{DeviceKind, DevicePreference, DeviceReport, WireError};
use crate::ui::words;

/// What is wrong with the worker, and waits for a decision.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Trouble {
    /// It does not answer.
    Silent,
    /// The GPU failed in the middle of a run, which waits.
    GpuFailed {
        /// What was told of it; `None` where WebGPU was tried again and could not be had.
        error: Option<WireError>,
        /// Step of the checkpoint that the run goes on from.
        step: Option<u32>,
    },
}

impl Engine {
    /// Lets the run that waits go on with the CPU.
    pub(crate) fn go_on_with_cpu(self) {
        let step = self.checkpoint_step();
        let one_thread = self.one_thread.get_untracked();
        self.inner.update_value(|inner| {
            (inner.build, inner.preference) =
                device_asked_for(DeviceKind::Cpu, one_thread.as_ref());
            inner.retries_gpu = false;
            inner.losses_in_a_row = 0;
        });
        self.state.update(|state| state.gpu_lost = true);
        self.notice.set(Some(words::goes_on_with_cpu(step)));
        self.start_worker();
    }

    /// Lets it go on with the GPU, if there is one now.
    pub(crate) fn try_gpu_again(self) {
        self.inner.update_value(|inner| {
            inner.retries_gpu = true;
            inner.losses_in_a_row = 0;
        });
        self.state.update(|state| state.device = None);
        self.start_worker();
    }

    /// A worker is ready. True if it is the one that was to have the GPU again and has not got it: the user decides anew.
    pub(super) fn still_lacks_gpu(self, device: &DeviceReport) -> bool {
        let retried = self
            .inner
            .try_update_value(|inner| std::mem::take(&mut inner.retries_gpu));
        let lacks = retried == Some(true) && device.kind == DeviceKind::Cpu;
        if lacks {
            self.trouble.set(Some(Trouble::GpuFailed {
                error: None,
                step: self.checkpoint_step(),
            }));
        }
        lacks
    }

    /// A worker is ready. True if it is one for the GPU that has none, where another has threads: that one takes its place.
    pub(super) fn takes_threads_instead(self, device: &DeviceReport) -> bool {
        let may = self.one_thread.with_untracked(Option::is_none);
        let takes = may
            && device.kind == DeviceKind::Cpu
            && self.inner.with_value(|inner| inner.build) == WorkerBuild::Gpu;
        if takes {
            self.inner.update_value(|inner| {
                inner.build = WorkerBuild::CpuThreads;
                inner.preference = DevicePreference::Cpu;
                inner.no_gpu = Some(device.reason.clone());
            });
            self.state.update(|state| state.device = None);
            self.start_worker();
        }
        takes
    }

    fn checkpoint_step(self) -> Option<u32> {
        self.state
            .with_untracked(|state| state.run.as_ref().and_then(|run| run.checkpoint))
    }
}
