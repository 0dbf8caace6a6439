//! Which device to compute on, and why.

use burn::tensor::Device;

use crate::device;
use crate::protocol::{DeviceKind, DevicePreference, DeviceReason, DeviceReport};

/// Opens the device that the user wants, or the CPU with the reason why not.
pub async fn open(preference: DevicePreference) -> (Device, DeviceReport) {
    let reason = match preference {
        DevicePreference::Cpu => DeviceReason::Requested,
        #[cfg(feature = "gpu")]
        DevicePreference::Auto | DevicePreference::Gpu => match gpu(preference).await {
            Ok(opened) => return opened,
            Err(reason) => reason,
        },
        #[cfg(not(feature = "gpu"))]
        DevicePreference::Auto | DevicePreference::Gpu => DeviceReason::NoWebGpu,
    };
    let name = "CPU (WebAssembly, SIMD128)".to_owned();
    (
        device::cpu(),
        DeviceReport {
            kind: DeviceKind::Cpu,
            name,
            reason,
        },
    )
}

/// Opens the GPU and compares a known pass on it with the CPU.
#[cfg(feature = "gpu")]
async fn gpu(preference: DevicePreference) -> Result<(Device, DeviceReport), DeviceReason> {
    use crate::device::GpuError;
    use crate::train::self_check::{TOLERANCE, difference};

    let forced = preference == DevicePreference::Gpu;
    let gpu = device::gpu(forced).await.map_err(|error| match error {
        GpuError::NoAdapter => DeviceReason::NoAdapter,
        GpuError::Software { adapter } => DeviceReason::SoftwareAdapter { adapter },
        GpuError::MissingFeature { adapter, feature } => DeviceReason::MissingFeature {
            adapter,
            feature: feature.to_owned(),
        },
        GpuError::Init(_) => DeviceReason::StartFailed {
            detail: error.to_string(),
        },
    })?;
    let difference = difference(&gpu.device, &device::cpu())
        .await
        .map_err(|error| DeviceReason::StartFailed {
            detail: error.to_string(),
        })?;
    if difference > TOLERANCE {
        return Err(DeviceReason::SelfCheckFailed {
            adapter: gpu.adapter,
            difference,
        });
    }
    let reason = if forced {
        DeviceReason::Requested
    } else {
        DeviceReason::Verified
    };
    Ok((
        gpu.device,
        DeviceReport {
            kind: DeviceKind::Gpu,
            name: gpu.adapter,
            reason,
        },
    ))
}
