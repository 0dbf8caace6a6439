//! A running worker: its script, its messages and its death.

use gloo::events::EventListener;
use js_sys::ArrayBuffer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;

use crate::port::{self, PortError};
use crate::protocol::{DeviceKind, DevicePreference};
use crate::ui::trusted;

/// The builds of the worker. Each is one of index.html's `data-type="worker"` links, and has the name that Trunk gives
/// its loader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkerBuild {
    /// CPU only; small.
    Cpu,
    /// WebGPU, with the CPU to fall back on.
    Gpu,
}

impl WorkerBuild {
    /// The loader's address. Below hub/ is the one of a worker that may ask the hub: a path of its own, for which there is
    /// a policy of its own.
    pub(super) fn loader(self, hub_allowed: bool) -> &'static str {
        match (self, hub_allowed) {
            (Self::Cpu, false) => "worker-cpu_loader.js",
            (Self::Gpu, false) => "worker-gpu_loader.js",
            (Self::Cpu, true) => "hub/worker-cpu_loader.js",
            (Self::Gpu, true) => "hub/worker-gpu_loader.js",
        }
    }
}

/// What the address and the browser ask for: `?device=cpu` and `?device=gpu` force a device.
pub(crate) fn wanted_device() -> (WorkerBuild, DevicePreference) {
    let window = web_sys::window();
    let query = window
        .as_ref()
        .and_then(|window| window.location().search().ok())
        .unwrap_or_default();
    let device = web_sys::UrlSearchParams::new_with_str(&query)
        .ok()
        .and_then(|query| query.get("device"));
    match device.as_deref() {
        Some("cpu") => device_asked_for(DeviceKind::Cpu),
        Some("gpu") => device_asked_for(DeviceKind::Gpu),
        _ if has_web_gpu() => (WorkerBuild::Gpu, DevicePreference::Auto),
        _ => (WorkerBuild::Cpu, DevicePreference::Auto),
    }
}

/// Whether the browser offers WebGPU, as far as that is known without asking for a device.
pub(crate) fn has_web_gpu() -> bool {
    web_sys::window().is_some_and(|window| {
        js_sys::Reflect::get(&window.navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_truthy())
    })
}

/// The worker for a device that the user asks for.
pub(crate) fn device_asked_for(kind: DeviceKind) -> (WorkerBuild, DevicePreference) {
    match kind {
        DeviceKind::Cpu => (WorkerBuild::Cpu, DevicePreference::Cpu),
        DeviceKind::Gpu => (WorkerBuild::Gpu, DevicePreference::Gpu),
    }
}

/// Absolute address of the folder that the page lies in, with a final slash.
pub(crate) fn base_url() -> String {
    let address = web_sys::window()
        .and_then(|window| window.location().href().ok())
        .unwrap_or_default();
    web_sys::Url::new_with_base("./", &address).map_or(address, |url| url.href())
}

/// Address of the hub: index.html's `tabtune-hub`. Without one there is none, and looking up says so.
pub(crate) fn hub_url() -> String {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector("meta[name='tabtune-hub']").ok()?)
        .and_then(|meta| meta.get_attribute("content"))
        .unwrap_or_default()
}

/// What a worker tells the page, in events `E`.
pub(crate) enum FromWorker<E> {
    /// It speaks; the bytes and the files are those beside the message.
    Event(E, Option<ArrayBuffer>, Vec<web_sys::File>),
    /// It speaks another protocol.
    Unreadable(PortError),
    /// It died of an error that it did not catch, or its script did not load.
    Died(String),
}

/// A worker. Dropping it ends it.
pub(crate) struct WorkerHandle {
    worker: web_sys::Worker,
    _listeners: [EventListener; 2],
}

impl WorkerHandle {
    /// Starts the worker of a loader that speaks to `hear`, from its next turn on.
    ///
    /// # Errors
    /// If the browser refuses to start one.
    pub(crate) fn start<E: DeserializeOwned>(
        loader: &'static str,
        hear: impl Fn(FromWorker<E>) + Clone + 'static,
    ) -> Result<Self, String> {
        let worker = trusted::worker(loader).map_err(|error| format!("{error:?}"))?;
        let on_message = EventListener::new(&worker, "message", {
            let hear = hear.clone();
            move |event| {
                let Some(message) = event.dyn_ref::<web_sys::MessageEvent>() else {
                    return;
                };
                hear(match port::unpack(&message.data()) {
                    Ok((event, buffer)) => {
                        FromWorker::Event(event, buffer, port::files(&message.data()))
                    }
                    Err(error) => FromWorker::Unreadable(error),
                });
            }
        });
        let on_error = EventListener::new(&worker, "error", move |event| {
            // A script that does not load fires a plain event without a message.
            let message = event
                .dyn_ref::<web_sys::ErrorEvent>()
                .map(web_sys::ErrorEvent::message);
            hear(FromWorker::Died(
                message.unwrap_or_else(|| format!("{loader} did not load")),
            ));
        });
        Ok(Self {
            worker,
            _listeners: [on_message, on_error],
        })
    }

    /// Sends a command, and what lies beside it: bytes, which are moved, not copied, and handles to files.
    ///
    /// # Errors
    /// If the browser cannot clone the message.
    pub(crate) fn post(
        &self,
        command: &impl Serialize,
        buffer: Option<ArrayBuffer>,
        files: &[web_sys::File],
    ) -> Result<(), String> {
        let packed = port::pack(command, buffer)
            .and_then(|packed| packed.with_files(files))
            .map_err(|error| error.to_string())?;
        self.worker
            .post_message_with_transfer(&packed.value, &packed.transfer)
            .map_err(|error| format!("{error:?}"))
    }
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
