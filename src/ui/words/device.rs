//! The device in use.

use crate::protocol::{DeviceKind, DeviceReason, DeviceReport};

/// A device, why it is this one, and the other one that may be asked for.
pub(crate) struct DeviceWords {
    /// The reason's name, for checks.
    pub(crate) reason: &'static str,
    /// What computes.
    pub(crate) title: &'static str,
    /// Why.
    pub(crate) text: String,
    /// What else may be asked for, and the words for it.
    pub(crate) other: Option<(DeviceKind, &'static str)>,
}

const USE_CPU: Option<(DeviceKind, &str)> = Some((DeviceKind::Cpu, "Use the CPU"));
const USE_GPU: Option<(DeviceKind, &str)> = Some((DeviceKind::Gpu, "Use WebGPU anyway"));

/// Says which device computes and why.
pub(crate) fn device(report: &DeviceReport, gpu_lost: bool) -> DeviceWords {
    let on_gpu = report.kind == DeviceKind::Gpu;
    let title = if on_gpu { "GPU (WebGPU)" } else { "CPU" };
    let on_cpu = "Training runs on the CPU.";
    let (reason, text, other) = match &report.reason {
        _ if gpu_lost && !on_gpu => (
            "gpu-lost",
            format!("The GPU stopped working while it was in use. {on_cpu}"),
            USE_GPU,
        ),
        DeviceReason::Verified => (
            "verified",
            "A trial run on this GPU gave the same results as on the CPU.".into(),
            USE_CPU,
        ),
        DeviceReason::Requested if on_gpu => ("requested", "You asked for WebGPU.".into(), USE_CPU),
        DeviceReason::Requested => (
            "requested",
            "You asked for the CPU.".into(),
            Some((DeviceKind::Gpu, "Use WebGPU")),
        ),
        DeviceReason::NoWebGpu => (
            "no-web-gpu",
            format!("Your browser does not offer WebGPU. {on_cpu}"),
            None,
        ),
        DeviceReason::NoAdapter => (
            "no-adapter",
            format!("Your browser has WebGPU, but offers no graphics card to it. {on_cpu}"),
            None,
        ),
        DeviceReason::SoftwareAdapter { adapter } => (
            "software-adapter",
            format!(
                "Your browser's WebGPU is emulated in software ({adapter}), which is slower than using the CPU \
                 directly. {on_cpu}"
            ),
            USE_GPU,
        ),
        DeviceReason::MissingFeature { adapter, feature } => (
            "missing-feature",
            format!(
                "The graphics card ({adapter}) lacks something that training needs: {feature}. {on_cpu}"
            ),
            None,
        ),
        DeviceReason::SelfCheckFailed {
            adapter,
            difference,
        } => (
            "self-check-failed",
            format!(
                "A trial run on the graphics card ({adapter}) gave results that differ from the CPU's by \
                 {difference:.1e}, so it is not trusted. {on_cpu}"
            ),
            None,
        ),
        DeviceReason::StartFailed { detail } => (
            "start-failed",
            format!("The graphics card did not start ({detail}). {on_cpu}"),
            USE_GPU,
        ),
    };
    DeviceWords {
        reason,
        title,
        text,
        other,
    }
}
