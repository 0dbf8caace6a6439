//! Which device to compute on, and why.

use burn::tensor::Device;

use super::errors::Fault;
use crate::device;
use crate::model::has_int8;
use crate::protocol::{DeviceKind, DevicePreference, DeviceReason, DeviceReport};

/// Opens the device that the user wants, or the CPU with the reason why not. `no_gpu` is the reason if that is known.
///
/// # Errors
/// If the CPU's threads do not start.
pub async fn open(
    preference: DevicePreference,
    no_gpu: Option<DeviceReason>,
    base_url: &str,
) -> Result<(Device, DeviceReport), Fault> {
    let reason = match preference {
        DevicePreference::Cpu => no_gpu.unwrap_or(DeviceReason::Requested),
        #[cfg(feature = "gpu")]
        DevicePreference::Auto | DevicePreference::Gpu => match gpu(preference).await {
            Ok(opened) => return Ok(opened),
            Err(reason) => reason,
        },
        #[cfg(not(feature = "gpu"))]
        DevicePreference::Auto | DevicePreference::Gpu => DeviceReason::NoWebGpu,
    };
    let name = "CPU (WebAssembly, SIMD128)".to_owned();
    let report = DeviceReport {
        kind: DeviceKind::Cpu,
        name,
        threads: threads(base_url).await?,
        int8: has_int8(&device::cpu()),
        float16: false,
        reason,
    };
    Ok((device::cpu(), report))
}

/// Starts the CPU's threads, and tells how many there are.
#[cfg(feature = "threads")]
async fn threads(base_url: &str) -> Result<u32, Fault> {
    super::threads::start(base_url).await
}

/// This worker is the one thread that there is.
#[cfg(not(feature = "threads"))]
async fn threads(_base_url: &str) -> Result<u32, Fault> {
    Ok(1)
}

/// Opens the GPU and compares a known pass on it with the CPU.
#[cfg(feature = "gpu")]
async fn gpu(preference: DevicePreference) -> Result<(Device, DeviceReport), DeviceReason> {
    use crate::device::GpuError;
    use crate::model::has_float16;
    use crate::train::self_check::{FLOAT16_TOLERANCE, TOLERANCE, difference, float16_difference};

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
    // Other shaders, which are checked alike; without them the GPU trains in 32-bit numbers as before.
    let float16 = has_float16(&gpu.device)
        && float16_difference(&gpu.device, &device::cpu())
            .await
            .is_ok_and(|difference| difference <= FLOAT16_TOLERANCE);
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
            threads: 1,
            int8: false,
            float16,
            reason,
        },
    ))
}
