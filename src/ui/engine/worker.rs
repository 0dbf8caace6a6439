//! A running worker: its script, its messages and its death.

use gloo::events::EventListener;
use js_sys::{ArrayBuffer, Function, Promise};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::WorkerType;

use crate::port;
use crate::protocol::{DeviceKind, DevicePreference};
use crate::ui::trusted;

/// The builds of the worker. Each is one of index.html's `data-type="worker"` links, and has the name that Trunk gives
/// its loader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkerBuild {
    /// CPU only, one thread; small, and every browser runs it.
    Cpu,
    /// CPU only, with a thread for each core.
    CpuThreads,
    /// WebGPU, with the CPU to fall back on.
    Gpu,
}

impl WorkerBuild {
    /// The loader's address. Below hub/ is the one of a worker that may ask the hub: a path of its own, for which there is
    /// a policy of its own.
    pub(super) fn loader(self, hub_allowed: bool) -> &'static str {
        match (self, hub_allowed) {
            (Self::Cpu, false) => "worker-cpu_loader.js",
            (Self::CpuThreads, false) => "worker-threads_loader.js",
            (Self::Gpu, false) => "worker-gpu_loader.js",
            (Self::Cpu, true) => "hub/worker-cpu_loader.js",
            (Self::CpuThreads, true) => "hub/worker-threads_loader.js",
            (Self::Gpu, true) => "hub/worker-gpu_loader.js",
        }
    }

    /// What its loader is: the worker that comes in chunks takes a module, which alone can import what fetches them.
    pub(super) fn script(self) -> WorkerType {
        match self {
            Self::Cpu => WorkerType::Module,
            Self::CpuThreads | Self::Gpu => WorkerType::Classic,
        }
    }
}

/// What the address and the browser ask for: `?device=cpu` and `?device=gpu` force a device.
pub(crate) fn wanted_device(one_thread: Option<&OneThread>) -> (WorkerBuild, DevicePreference) {
    match query_parameter("device").as_deref() {
        Some("cpu") => device_asked_for(DeviceKind::Cpu, one_thread),
        Some("gpu") => device_asked_for(DeviceKind::Gpu, one_thread),
        _ if has_web_gpu() => (WorkerBuild::Gpu, DevicePreference::Auto),
        _ => (cpu_build(one_thread), DevicePreference::Auto),
    }
}

fn query_parameter(name: &str) -> Option<String> {
    let query = web_sys::window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&query)
        .ok()?
        .get(name)
}

/// Whether the browser offers WebGPU, as far as that is known without asking for a device.
pub(crate) fn has_web_gpu() -> bool {
    web_sys::window().is_some_and(|window| {
        js_sys::Reflect::get(&window.navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_truthy())
    })
}

/// Whether the browser offers WebGPU and has no adapter for it. Where asking fails the worker asks again, and says why.
pub(super) async fn lacks_adapter() -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let get = |from: &JsValue, name: &str| js_sys::Reflect::get(from, &name.into());
    let answer = async {
        let gpu = get(&window.navigator(), "gpu")?;
        let request: Function = get(&gpu, "requestAdapter")?.dyn_into()?;
        let options = js_sys::Object::new();
        js_sys::Reflect::set(
            &options,
            &"powerPreference".into(),
            &"high-performance".into(),
        )?;
        let asked: Promise = request.call1(&gpu, &options)?.dyn_into()?;
        JsFuture::from(asked).await
    };
    answer
        .await
        .is_ok_and(|adapter: JsValue| !adapter.is_truthy())
}

/// The worker for the CPU.
pub(super) fn cpu_build(one_thread: Option<&OneThread>) -> WorkerBuild {
    match one_thread {
        None => WorkerBuild::CpuThreads,
        Some(_) => WorkerBuild::Cpu,
    }
}

/// The worker for a device that the user asks for.
pub(crate) fn device_asked_for(
    kind: DeviceKind,
    one_thread: Option<&OneThread>,
) -> (WorkerBuild, DevicePreference) {
    match kind {
        DeviceKind::Cpu => (cpu_build(one_thread), DevicePreference::Cpu),
        DeviceKind::Gpu => (WorkerBuild::Gpu, DevicePreference::Gpu),
    }
}

/// Why the CPU computes with one thread alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OneThread {
    /// The address says so: `?threads=1`.
    Asked,
    /// The machine has one core.
    OneCore,
    /// The page shares its process with others, and so may share no memory with its workers: the host does not send the
    /// headers, and the service worker has not added them yet.
    NotIsolated,
    /// The browser is too old.
    OldBrowser,
    /// The threads did not start, and this is what was said of it.
    Failed(String),
}

impl OneThread {
    /// Looks whether there is a reason.
    pub(super) fn look() -> Option<Self> {
        let global = js_sys::global();
        let get = |from: &JsValue, name: &str| js_sys::Reflect::get(from, &name.into());
        let is_isolated = get(&global, "crossOriginIsolated").is_ok_and(|is| is.is_truthy());
        // What futures in a module with threads wait by.
        let waits = get(&global, "Atomics")
            .and_then(|atomics| get(&atomics, "waitAsync"))
            .is_ok_and(|wait| wait.is_function());
        let cores =
            web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
        if query_parameter("threads").as_deref() == Some("1") {
            Some(Self::Asked)
        } else if cores < 2.0 {
            Some(Self::OneCore)
        } else if !is_isolated {
            Some(Self::NotIsolated)
        } else if !waits {
            Some(Self::OldBrowser)
        } else {
            None
        }
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

/// What is heard of a worker.
pub(crate) enum FromWorker {
    /// It speaks, in what [`port::unpack`] reads.
    Message(JsValue),
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
    pub(crate) fn start(
        loader: &'static str,
        script: WorkerType,
        hear: impl Fn(FromWorker) + Clone + 'static,
    ) -> Result<Self, String> {
        let worker = trusted::worker(loader, script).map_err(|error| format!("{error:?}"))?;
        let on_message = EventListener::new(&worker, "message", {
            let hear = hear.clone();
            move |event| {
                if let Some(message) = event.dyn_ref::<web_sys::MessageEvent>() {
                    hear(FromWorker::Message(message.data()));
                }
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
