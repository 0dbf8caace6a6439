//! Devices: the only file that names flex or wgpu.

use burn::tensor::Device;

/// The CPU, through burn-flex.
pub fn cpu() -> Device {
    Device::flex()
}

/// Whether a device computes while others go on: what it was asked for takes no time until its results are read.
pub fn is_asynchronous(device: &Device) -> bool {
    device.clone().without_autodiff() != cpu()
}

/// A GPU, through wgpu: WebGPU in a browser, Vulkan or Metal natively.
#[cfg(feature = "gpu")]
#[derive(Debug, Clone)]
pub struct Gpu {
    /// Where tensors live.
    pub device: Device,
    /// The adapter's name, as far as the browser tells it.
    pub adapter: String,
}

/// Why no GPU can be used.
#[cfg(feature = "gpu")]
#[derive(Debug, thiserror::Error)]
pub enum GpuError {
    /// The browser or the driver offers none.
    #[error("no GPU adapter is available")]
    NoAdapter,
    /// An adapter that runs on the CPU, slower than the CPU itself.
    #[error("the adapter {adapter} is emulated in software")]
    Software {
        /// Its name.
        adapter: String,
    },
    /// The adapter lacks what the runtime needs.
    #[error("the adapter {adapter} lacks {feature}")]
    MissingFeature {
        /// Its name.
        adapter: String,
        /// The feature's name in the WebGPU standard.
        feature: &'static str,
    },
    /// The runtime refused the adapter.
    #[error("the GPU could not be started: {0}")]
    Init(#[source] burn::tensor::wgpu::WgpuInitError),
}

/// Opens the GPU. Call it once: the runtime cannot be made twice in a process or worker.
///
/// # Errors
/// If there is no adapter, it is an emulated one and `accept_software` is false, it lacks a feature, or the
/// runtime refuses it.
#[cfg(feature = "gpu")]
pub async fn gpu(accept_software: bool) -> Result<Gpu, GpuError> {
    use burn::tensor::wgpu::wgpu;

    let instance = wgpu::Instance::default();
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    let adapter = instance
        .request_adapter(&options)
        .await
        .map_err(|_| GpuError::NoAdapter)?;
    let info = adapter.get_info();
    let name = if info.name.is_empty() {
        "WebGPU".to_owned()
    } else {
        info.name.clone()
    };
    let software = info.device_type == wgpu::DeviceType::Cpu || is_software(&name);
    if software && !accept_software {
        return Err(GpuError::Software { adapter: name });
    }
    // cubecl-wgpu writes timestamps when it opens a stream.
    if !adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
        return Err(GpuError::MissingFeature {
            adapter: name,
            feature: "timestamp-query",
        });
    }
    let device = Device::wgpu_options()
        .init_async()
        .await
        .map_err(GpuError::Init)?;
    Ok(Gpu {
        device,
        adapter: name,
    })
}

/// Emulated adapters that do not always call themselves a CPU.
#[cfg(feature = "gpu")]
fn is_software(adapter: &str) -> bool {
    let adapter = adapter.to_lowercase();
    [
        "swiftshader",
        "llvmpipe",
        "lavapipe",
        "software",
        "microsoft basic render",
    ]
    .iter()
    .any(|name| adapter.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_not_asynchronous() {
        assert!(!is_asynchronous(&cpu()));
        assert!(!is_asynchronous(&cpu().autodiff()));
    }

    #[cfg(feature = "gpu")]
    #[test]
    fn emulated_adapters_are_recognised() {
        assert!(is_software("Google SwiftShader"));
        assert!(is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
        assert!(!is_software("NVIDIA H200"));
        assert!(!is_software("Apple M3"));
    }
}
