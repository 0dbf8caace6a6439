//! The device in use.

use super::super::engine::OneThread;
use super::super::language::tr;
use crate::protocol::{DeviceKind, DeviceReason, DeviceReport};

/// A device, why it is this one, and the other one that may be asked for.
pub(crate) struct DeviceWords {
    /// The reason's name, for checks.
    pub(crate) reason: &'static str,
    /// What computes.
    pub(crate) title: String,
    /// Its name, and how many threads compute.
    pub(crate) name: String,
    /// Why.
    pub(crate) text: String,
    /// What else may be asked for, and the words for it.
    pub(crate) other: Option<(DeviceKind, String)>,
}

/// Says which device computes and why; of the CPU also why it does so with one thread, where it does.
pub(crate) fn device(
    report: &DeviceReport,
    one_thread: Option<&OneThread>,
    gpu_lost: bool,
) -> DeviceWords {
    let on_gpu = report.kind == DeviceKind::Gpu;
    let name = match report.kind {
        DeviceKind::Gpu => report.name.clone(),
        DeviceKind::Cpu => {
            let threads = tr!("shell-device-threads", count = report.threads);
            format!("{}, {threads}", report.name)
        }
    };
    let title = match report.kind {
        DeviceKind::Gpu => tr!("shell-device-gpu"),
        DeviceKind::Cpu => tr!("shell-device-cpu"),
    };
    let use_cpu = || Some((DeviceKind::Cpu, tr!("shell-device-use-cpu")));
    let use_gpu_anyway = || Some((DeviceKind::Gpu, tr!("shell-device-use-gpu-anyway")));
    let (reason, text, other) = match &report.reason {
        _ if gpu_lost && !on_gpu => ("gpu-lost", tr!("shell-device-gpu-lost"), use_gpu_anyway()),
        DeviceReason::Verified => ("verified", tr!("shell-device-verified"), use_cpu()),
        DeviceReason::Requested if on_gpu => {
            ("requested", tr!("shell-device-asked-for-gpu"), use_cpu())
        }
        DeviceReason::Requested => (
            "requested",
            tr!("shell-device-asked-for-cpu"),
            Some((DeviceKind::Gpu, tr!("shell-device-use-gpu"))),
        ),
        DeviceReason::NoWebGpu => ("no-web-gpu", tr!("shell-device-no-web-gpu"), None),
        DeviceReason::NoAdapter => ("no-adapter", tr!("shell-device-no-adapter"), None),
        DeviceReason::SoftwareAdapter { adapter } => (
            "software-adapter",
            tr!("shell-device-software", adapter = adapter.clone()),
            use_gpu_anyway(),
        ),
        DeviceReason::MissingFeature { adapter, feature } => (
            "missing-feature",
            tr!(
                "shell-device-missing-feature",
                adapter = adapter.clone(),
                feature = feature.clone()
            ),
            None,
        ),
        DeviceReason::SelfCheckFailed {
            adapter,
            difference,
        } => (
            "self-check-failed",
            tr!(
                "shell-device-self-check-failed",
                adapter = adapter.clone(),
                difference = format!("{difference:.1e}")
            ),
            None,
        ),
        DeviceReason::StartFailed { detail } => (
            "start-failed",
            tr!("shell-device-start-failed", detail = detail.clone()),
            use_gpu_anyway(),
        ),
    };
    let text = match one_thread.filter(|_| !on_gpu) {
        Some(one_thread) => format!("{text} {}", why_one_thread(one_thread)),
        None => text,
    };
    DeviceWords {
        reason,
        title,
        name,
        text,
        other,
    }
}

fn why_one_thread(reason: &OneThread) -> String {
    match reason {
        OneThread::Asked => tr!("shell-device-one-thread-asked"),
        OneThread::OneCore => tr!("shell-device-one-thread-core"),
        OneThread::NotIsolated => tr!("shell-device-one-thread-isolated"),
        OneThread::OldBrowser => tr!("shell-device-one-thread-browser"),
        OneThread::Failed(detail) => {
            tr!("shell-device-one-thread-failed", detail = detail.clone())
        }
    }
}
